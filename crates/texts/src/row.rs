//! What a text says of a range of addresses.

use core::fmt;

use pgtable::Level;

/// A right or a mark of a mapping, in the order in which they are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Right {
    /// Readable.
    Read = 0,
    /// Writable.
    Write = 1,
    /// Executable.
    Execute = 2,
    /// For user mode.
    User = 3,
    /// Stays in the TLB when the address space changes.
    Global = 4,
    /// Has been used.
    Accessed = 5,
    /// Has been written through.
    Dirty = 6,
}

impl Right {
    /// All, in the order of [`Perms`]' text.
    pub const ALL: [Self; 7] =
        [Self::Read, Self::Write, Self::Execute, Self::User, Self::Global, Self::Accessed, Self::Dirty];

    /// The letter of [`Perms`]' text.
    pub const fn letter(self) -> char {
        ['r', 'w', 'x', 'u', 'g', 'a', 'd'][self as usize]
    }
}

/// What is known of each [`Right`]. Printed as `rwxugad`, with `-` where it is not given and `?` where the text does not tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Perms {
    known: u8,
    given: u8,
}

impl Perms {
    /// Nothing is known.
    pub const UNKNOWN: Self = Self { known: 0, given: 0 };

    /// The same, and `right` is known.
    #[must_use]
    pub const fn with(self, right: Right, given: bool) -> Self {
        let bit = 1 << right as u8;
        Self { known: self.known | bit, given: if given { self.given | bit } else { self.given & !bit } }
    }

    /// Whether `right` is given; `None` where that is not known.
    pub const fn get(self, right: Right) -> Option<bool> {
        let bit = 1 << right as u8;
        if self.known & bit == 0 { None } else { Some(self.given & bit != 0) }
    }

    /// Whether `right` is known to be given.
    pub const fn has(self, right: Right) -> bool {
        matches!(self.get(right), Some(true))
    }

    /// The rights that both know and do not agree on.
    pub fn against(self, other: Self) -> impl Iterator<Item = Right> {
        let differ = self.known & other.known & (self.given ^ other.given);
        Right::ALL.into_iter().filter(move |&right| differ >> right as u8 & 1 != 0)
    }
}

impl fmt::Display for Perms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for right in Right::ALL {
            let letter = match self.get(right) {
                Some(true) => right.letter(),
                Some(false) => '-',
                None => '?',
            };
            fmt::Write::write_char(f, letter)?;
        }
        Ok(())
    }
}

/// Whose rights a text prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rights {
    /// What the entries of all levels leave.
    Effective,
    /// The leaf's own; the levels above may take some away.
    Leaf,
    /// None: the text only translates addresses.
    None,
}

impl Rights {
    /// One word for a program: `effective`, `leaf`, `none`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Effective => "effective",
            Self::Leaf => "leaf",
            Self::None => "none",
        }
    }

    /// For a person.
    pub const fn about(self) -> &'static str {
        match self {
            Self::Effective => "effective: what the entries of all levels leave",
            Self::Leaf => "the leaf's own: entries above it may take some away",
            Self::None => "none are printed",
        }
    }
}

/// What is known of the frames of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Frames {
    /// Nothing.
    Unknown,
    /// They follow each other from this address on.
    RunOn(u64),
    /// Only the first page's: rows of this text merge pages whatever their frames.
    First(u64),
}

impl Frames {
    /// The first page's physical address.
    pub const fn first(self) -> Option<u64> {
        match self {
            Self::Unknown => None,
            Self::RunOn(physical) | Self::First(physical) => Some(physical),
        }
    }
}

/// A line that says something of a range of addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Row {
    /// First address.
    pub start: u64,
    /// Last address, so that a range may reach the top of the address space.
    pub last: u64,
    /// Where it leads.
    pub frames: Frames,
    /// The attributes as bits of an entry, where the text has columns for them; else what the format keeps.
    pub bits: u64,
    /// Line of the text, from 1.
    pub line: u32,
    /// The level of its entries, as the text calls it.
    pub level: Option<Level>,
    /// What it says of rights.
    pub perms: Perms,
    /// Whether the CPU translates it. A hole, or an entry that faults, is a row that does not map.
    pub mapped: bool,
}

impl Row {
    /// Bytes; 0 for the whole address space, and for no bytes at all.
    pub const fn bytes(&self) -> u64 {
        self.last.wrapping_sub(self.start).wrapping_add(1)
    }

    /// First address behind it: up to 2^64.
    pub const fn end(&self) -> u128 {
        self.last as u128 + 1
    }

    /// Whether nothing is wrong with its ends.
    pub const fn is_ordered(&self) -> bool {
        self.start <= self.last
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_is_a_question_mark() {
        let perms = Perms::UNKNOWN.with(Right::Read, true).with(Right::Write, false).with(Right::User, true);
        assert_eq!(perms.to_string(), "r-?u???");
        assert_eq!(perms.get(Right::Execute), None);
    }

    #[test]
    fn a_row_is_small() {
        // There may be millions (`MAX_ROWS`).
        assert_eq!(size_of::<Row>(), 48);
    }

    #[test]
    fn only_what_both_know_can_differ() {
        let one = Perms::UNKNOWN.with(Right::Read, true).with(Right::Write, true);
        let other = Perms::UNKNOWN.with(Right::Write, false).with(Right::Execute, true);
        assert_eq!(one.against(other).collect::<Vec<_>>(), [Right::Write]);
    }
}
