//! Since which version of the kernel there is which machine: one place for all models, and for all who ask whether a kernel has one.

use core::fmt;

use crate::{Model, model};

/// Since when machines of a kind are there.
#[derive(Debug, PartialEq, Eq)]
pub struct Since {
    /// How the names of their models begin. Of several rows that fit the first one counts.
    pub models: &'static str,
    /// The first version, major and minor.
    pub version: (u16, u16),
    /// What came with it.
    pub what: &'static str,
    /// The name of the model that a kernel has which is too old; empty where there is none.
    nearest: &'static str,
}

const fn since(
    models: &'static str,
    version: (u16, u16),
    what: &'static str,
    nearest: &'static str,
) -> Since {
    Since { models, version, what, nearest }
}

/// From arch/*/Kconfig of the versions and the changes that brought them.
static ALL: [Since; 16] = [
    since("x86_64-5level", (4, 14), "x86\u{2019}s fifth level", "x86_64-4level"),
    since("x86_64", (2, 6), "x86-64", ""),
    since("riscv64-sv57", (5, 18), "Sv57", "riscv64-sv48"),
    since("riscv64-sv48", (5, 17), "Sv48", "riscv64-sv39"),
    since("riscv", (4, 15), "riscv", ""),
    since("arm64-4k-52", (6, 9), "LPA2 (52 bits with pages of 4K and 16K)", "arm64-4k-48"),
    since("arm64-16k-52-l4off", (6, 9), "LPA2 (52 bits with pages of 4K and 16K)", "arm64-16k-47"),
    since("arm64-16k-52", (6, 9), "LPA2 (52 bits with pages of 4K and 16K)", "arm64-16k-48"),
    since("arm64-64k-52", (5, 4), "52 bits of kernel addresses with pages of 64K", "arm64-64k-48-lpa"),
    since("arm64-64k-48-lpa", (4, 16), "52 bits of physical addresses with pages of 64K", "arm64-64k-48"),
    since("arm64-16k", (4, 4), "arm64\u{2019}s pages of 16K", "arm64-4k-48"),
    since("arm64", (3, 7), "arm64", ""),
    since("loongarch64", (5, 19), "loongarch", ""),
    since("openrisc", (3, 1), "openrisc", ""),
    since("ppc64le", (4, 7), "powerpc\u{2019}s radix MMU", ""),
    since("s390x", (2, 6), "s390x", ""),
];

/// "LPA2 came with v6.9"
impl fmt::Display for Since {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A first download has no other 16 bits to write.
        let [major, minor] = [self.version.0, self.version.1].map(u32::from);
        write!(f, "{} came with v{major}.{minor}", self.what)
    }
}

/// What of a machine a kernel of this version does not have yet, and the nearest machine that it has: the same one where it has none.
/// Nothing where it has it; with the feature `parts` also nothing until [`complete`](crate::complete) is called, as all kernels that have a
/// row have the machines that are here until then.
pub fn lacking(of: &'static Model, version: (u16, u16)) -> Option<Lacking> {
    #[cfg(feature = "parts")]
    return FIND.get().and_then(|find| find(of, version));
    #[cfg(not(feature = "parts"))]
    find(of, version)
}

/// What a kernel does not have yet, and the nearest machine that it has.
type Lacking = (&'static Since, &'static Model);

#[cfg(feature = "parts")]
type Find = fn(&'static Model, (u16, u16)) -> Option<Lacking>;

#[cfg(feature = "parts")]
static FIND: once_cell::race::OnceRef<'static, Find> = once_cell::race::OnceRef::new();

/// Makes the rows known.
#[cfg(feature = "parts")]
pub(crate) fn complete() {
    static ROWS: Find = find;
    // A second time changes nothing.
    let _ = FIND.set(&ROWS);
}

fn find(of: &'static Model, version: (u16, u16)) -> Option<Lacking> {
    let row = |of: &Model| ALL.iter().find(|row| of.id.starts_with(row.models));
    let lacks = |of: &Model| row(of).filter(|row| version < row.version);
    let first = lacks(of)?;
    let mut nearest = of;
    while let Some(row) = lacks(nearest) {
        match model(row.nearest) {
            Ok(older) => nearest = older,
            Err(_) => return Some((first, of)),
        }
    }
    Some((first, nearest))
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use crate::MODELS;
    use std::string::ToString;

    #[test]
    fn every_model_has_a_row_and_every_row_a_model() {
        for of in MODELS {
            assert!(lacking(of, (0, 0)).is_some() && lacking(of, (99, 0)).is_none(), "{of:?}");
        }
        for (nth, row) in ALL.iter().enumerate() {
            let mine = |of: &&&Model| of.id.starts_with(row.models);
            let before = |of: &&&Model| ALL[..nth].iter().all(|row| !of.id.starts_with(row.models));
            assert!(MODELS.iter().filter(mine).any(|of| before(&of)), "{row:?}");
            assert!(row.nearest.is_empty() || model(row.nearest).is_ok(), "{row:?}");
        }
    }

    #[test]
    fn a_kernel_that_is_too_old_has_the_nearest_machine() {
        for (id, version, says, nearest) in [
            ("arm64-4k-52", (6, 1), "LPA2 (52 bits with pages of 4K and 16K) came with v6.9", "arm64-4k-48"),
            ("arm64-4k-52-l5off", (6, 6), "v6.9", "arm64-4k-48"),
            ("arm64-16k-52", (6, 8), "v6.9", "arm64-16k-48"),
            ("arm64-16k-52-l4off", (6, 1), "v6.9", "arm64-16k-47"),
            ("arm64-64k-52", (4, 15), "v5.4", "arm64-64k-48"),
            ("arm64-16k-52", (4, 3), "v6.9", "arm64-4k-48"),
            ("riscv64-sv57", (5, 17), "Sv57 came with v5.18", "riscv64-sv48"),
            ("riscv64-sv57", (5, 15), "Sv57 came with v5.18", "riscv64-sv39"),
            ("x86_64-5level", (4, 9), "fifth level", "x86_64-4level"),
            // None of its architecture is older.
            ("loongarch64-16k-3level", (5, 15), "loongarch came with v5.19", "loongarch64-16k-3level"),
        ] {
            let (since, found) = lacking(model(id).expect("a model"), version).expect("too old");
            assert!(since.to_string().contains(says), "{id} {since}");
            assert_eq!(found.id, nearest, "{id} {version:?}");
        }
        for (id, version) in [("arm64-4k-52", (6, 9)), ("arm64-64k-52", (6, 1)), ("riscv64-sv57", (6, 1))] {
            assert_eq!(lacking(model(id).expect("a model"), version), None, "{id}");
        }
    }
}
