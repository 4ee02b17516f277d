//! The captured machines that come with the page and that a scenario runs on.

use capture::{Capture, Limits, formats};

/// A capture's folder, and its file as it lies in the repository.
// `captures/` has links to them: so they are in this crate when it is packed.
macro_rules! shipped {
    ($($folder:literal,)+) => {
        &[$(($folder, include_bytes!(concat!("../captures/", $folder, ".json.gz")))),+]
    };
}

/// All of them, by the names of their folders.
static FILES: &[(&str, &[u8])] = shipped![
    "x86_64-4level",
    "x86_64-5level",
    "riscv64-sv39",
    "arm64-4k-48bit",
    "arm64-16k-48bit",
    "ppc64le-64k-radix",
    "s390x-3level",
];

/// The capture in this folder.
pub fn capture(folder: &str) -> Option<Capture> {
    let (_, bytes) = FILES.iter().find(|(of, _)| *of == folder)?;
    formats::read_file(bytes, Limits::ALL).ok().map(|brought| brought.capture)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ask::LIBRARY;

    #[test]
    fn every_machine_that_a_scenario_asks_for_is_here() {
        let folders =
            LIBRARY.scenarios().flat_map(scenario::Scenario::machines).filter_map(scenario::Tables::folder);
        let mut folders: Vec<&str> = folders.collect();
        folders.sort_unstable();
        folders.dedup();
        assert_eq!(folders.len(), FILES.len());
        assert!(folders.into_iter().all(|folder| capture(folder).is_some()));
    }
}
