//! The five levels of Linux' page tables.

/// A page-table level, root first.
///
/// Every configuration has all five; where fewer exist in memory the others are folded
/// ([`Fold`](crate::Fold)). The order is the walk's: `Pgd < P4d < … < Pte`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Level {
    /// Page global directory: the root.
    Pgd = 0,
    /// Page 4th-level directory (v4.11).
    P4d = 1,
    /// Page upper directory.
    Pud = 2,
    /// Page middle directory.
    Pmd = 3,
    /// Page table entry: always maps a page, never a table.
    Pte = 4,
}

impl Level {
    /// All levels, root first.
    pub const ALL: [Self; 5] = [Self::Pgd, Self::P4d, Self::Pud, Self::Pmd, Self::Pte];

    /// The kernel's name in lower case, as in `pmd_offset`.
    pub const fn name(self) -> &'static str {
        ["pgd", "p4d", "pud", "pmd", "pte"][self as usize]
    }

    /// The kernel's name in upper case, as in `PMD_SHIFT`.
    pub const fn upper_name(self) -> &'static str {
        ["PGD", "P4D", "PUD", "PMD", "PTE"][self as usize]
    }

    /// Depth as `pte_hole` callbacks count it before folding: 0 for pgd … 3 for pmd, 4 for pte.
    pub const fn depth(self) -> u8 {
        self as u8
    }

    /// The level that an entry of this level points to; `None` below pte.
    pub const fn lower(self) -> Option<Self> {
        match self {
            Self::Pgd => Some(Self::P4d),
            Self::P4d => Some(Self::Pud),
            Self::Pud => Some(Self::Pmd),
            Self::Pmd => Some(Self::Pte),
            Self::Pte => None,
        }
    }

    /// The level whose entries point to tables of this level; `None` above pgd.
    pub const fn upper(self) -> Option<Self> {
        match self {
            Self::Pgd => None,
            Self::P4d => Some(Self::Pgd),
            Self::Pud => Some(Self::P4d),
            Self::Pmd => Some(Self::Pud),
            Self::Pte => Some(Self::Pmd),
        }
    }

    /// The level with this lower-case kernel name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn upper_and_lower_are_inverse() {
        for level in Level::ALL {
            if let Some(lower) = level.lower() {
                assert_eq!(lower.upper(), Some(level));
                assert_eq!(lower.depth(), level.depth() + 1);
            }
            assert_eq!(Level::from_name(level.name()), Some(level));
        }
        assert_eq!(Level::from_name("PGD"), None);
    }

    #[test]
    fn a_levels_constants_have_its_name_in_upper_case() {
        for level in Level::ALL {
            assert!(
                level.upper_name().bytes().eq(level.name().bytes().map(|byte| byte.to_ascii_uppercase()))
            );
        }
    }
}
