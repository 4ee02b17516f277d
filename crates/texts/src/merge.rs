//! The mapped ranges of a listing, in address order, neighbours joined.

use std::fmt;

use pgtable::Level;

use crate::{Frames, Listing, Perms, Row};

/// A mapped range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// First address.
    pub start: u64,
    /// Last address.
    pub last: u64,
    /// The level of its entries, where the text tells.
    pub level: Option<Level>,
    /// Rights.
    pub perms: Perms,
    /// Frames.
    pub frames: Frames,
    /// The line of the first row that it is from.
    pub line: u32,
}

impl Range {
    const fn of(row: &Row) -> Self {
        Self {
            start: row.start,
            last: row.last,
            level: row.level,
            perms: row.perms,
            frames: row.frames,
            line: row.line,
        }
    }

    /// First address behind it: up to 2^64.
    pub const fn end(&self) -> u128 {
        self.last as u128 + 1
    }

    /// Bytes; 0 for the whole address space.
    pub const fn bytes(&self) -> u64 {
        self.last.wrapping_sub(self.start).wrapping_add(1)
    }

    /// The level's name, or `-`.
    pub const fn level_name(&self) -> &'static str {
        match self.level {
            Some(level) => level.name(),
            None => "-",
        }
    }

    /// Whether `next` goes on where this ends, in addresses, in frames and in all that is known.
    fn goes_on(&self, next: &Row) -> bool {
        let frames = match (self.frames, next.frames) {
            (Frames::Unknown, Frames::Unknown) => true,
            (Frames::RunOn(mine), Frames::RunOn(its)) => mine.checked_add(self.bytes()) == Some(its),
            // Where a row's frames may jump, its last one is not known.
            _ => false,
        };
        self.last.checked_add(1) == Some(next.start)
            && self.level == next.level
            && self.perms == next.perms
            && frames
    }
}

/// `start end level perms physical`, separated by tabs: hexadecimal without `0x`, the end exclusive (2^64 at the top of the
/// address space), `-` for what the text does not tell.
impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:x}\t{:x}\t{}\t{}\t", self.start, self.end(), self.level_name(), self.perms)?;
        match self.frames.first() {
            Some(physical) => write!(f, "{physical:x}"),
            None => f.write_str("-"),
        }
    }
}

/// The mapped ranges in address order; neighbours that adjoin and are alike in all that is known are one.
pub fn merged(listing: &Listing) -> Vec<Range> {
    joined(listing.mapped())
}

/// The same of rows from several listings.
pub fn joined(mut rows: Vec<Row>) -> Vec<Range> {
    rows.sort_by_key(|row| (row.start, row.last));
    // A text may be pasted twice: what is the same but for its line is one.
    rows.dedup_by(|row, before| {
        (row.start, row.last, row.level, row.perms, row.frames)
            == (before.start, before.last, before.level, before.perms, before.frames)
    });
    let mut ranges: Vec<Range> = Vec::new();
    for row in &rows {
        match ranges.last_mut() {
            Some(before) if before.goes_on(row) => before.last = row.last,
            _ => ranges.push(Range::of(row)),
        }
    }
    ranges
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_that_is_there_twice_is_one() {
        let row = |start, last, line| Row {
            start,
            last,
            frames: Frames::RunOn(start),
            bits: 0,
            line,
            level: None,
            perms: Perms::UNKNOWN,
            mapped: true,
        };
        let rows = vec![
            row(0x1000, 0x1fff, 1),
            row(0x2000, 0x2fff, 2),
            row(0x1000, 0x1fff, 3),
            row(0x2000, 0x2fff, 4),
        ];
        let ranges = joined(rows);
        assert_eq!(
            ranges.iter().map(ToString::to_string).collect::<Vec<_>>(),
            ["1000\t3000\t-\t???????\t1000"]
        );
        // Another frame for the same pages is another row.
        let other = Row { frames: Frames::RunOn(0x5000), ..row(0x1000, 0x1fff, 2) };
        assert_eq!(joined(vec![row(0x1000, 0x1fff, 1), other]).len(), 2);
    }
}
