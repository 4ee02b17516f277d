//! How much a reader downloads before the page is there.

mod first_load;

use std::fmt::{self, Display, Formatter};
use std::fs;
use std::io::{self, Write};
use std::path::Path;

use brotli::CompressorWriter;
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::error::Error;
use crate::page;
use crate::workspace::Workspace;

/// What the first load may weigh, gzipped: 150 kB.
const BUDGET: usize = 150_000;

/// What the whole page may weigh, gzipped: 280 kB. It is only loaded for what the light one does not have.
const LAB_BUDGET: usize = 280_000;

/// What a file weighs, in bytes, as it is and as servers send it.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Weight {
    raw: usize,
    gzip: usize,
    brotli: usize,
}

/// Builds the page unless told not to, prints what its first load weighs and compares that with the budget.
pub(crate) fn run(workspace: &Workspace, build: bool) -> Result<(), Error> {
    let dist = if build { page::build(workspace)? } else { workspace.dist() };
    check(&dist)
}

/// Prints what the first load of the built site weighs and compares that with the budget; and what the whole page weighs,
/// which is only loaded when it is asked for.
pub(crate) fn check(dist: &Path) -> Result<(), Error> {
    let total = weigh(dist, "whole page", page::LAB)?;
    within(total.gzip, LAB_BUDGET)?;
    println!();
    let total = weigh(dist, "first load", "index.html")?;
    within(total.gzip, BUDGET)
}

/// Prints what the files of a page weigh.
fn weigh(dist: &Path, title: &str, page: &str) -> Result<Weight, Error> {
    let names = first_load::files(dist, page)?;
    let width = names.iter().map(String::len).max().unwrap_or_default();
    println!("{title:width$}  {:>9} {:>9} {:>9}", "raw", "gzip", "brotli");
    let mut total = Weight::default();
    for name in &names {
        let path = dist.join(name);
        let bytes = fs::read(&path).map_err(Error::io("read", &path))?;
        let weight = Weight::of(&bytes).map_err(Error::io("compress", &path))?;
        println!("{name:width$}  {weight}");
        total.add(weight);
    }
    println!("{:width$}  {total}", "total");
    Ok(total)
}

fn within(total: usize, budget: usize) -> Result<(), Error> {
    match budget.checked_sub(total) {
        Some(left) => {
            println!("{total} of {budget} bytes gzipped, {left} left");
            Ok(())
        }
        None => Err(Error::OverBudget { total, budget }),
    }
}

impl Weight {
    fn of(bytes: &[u8]) -> io::Result<Self> {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
        gzip.write_all(bytes)?;
        Ok(Self { raw: bytes.len(), gzip: gzip.finish()?.len(), brotli: brotli(bytes)?.len() })
    }

    fn add(&mut self, other: Self) {
        self.raw += other.raw;
        self.gzip += other.gzip;
        self.brotli += other.brotli;
    }
}

/// At the quality of a file that is compressed once and sent often.
fn brotli(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut brotli = CompressorWriter::new(Vec::new(), 1 << 16, 11, 22);
    brotli.write_all(bytes)?;
    Ok(brotli.into_inner())
}

impl Display for Weight {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{:>9} {:>9} {:>9}", self.raw, self.gzip, self.brotli)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repetitive_file_weighs_less_compressed() -> io::Result<()> {
        let weight = Weight::of(&b"pagewalk ".repeat(1000))?;
        assert_eq!(weight.raw, 9000);
        assert!((1..200).contains(&weight.gzip), "{weight}");
        assert!((1..200).contains(&weight.brotli), "{weight}");
        Ok(())
    }

    #[test]
    fn the_budget_itself_is_within_the_budget() {
        assert!(within(BUDGET, BUDGET).is_ok());
        let text = within(BUDGET + 7, BUDGET).map_err(|error| error.to_string());
        assert!(matches!(text, Err(text) if text.contains("7 above the budget of 150000")));
    }
}
