//! A finished line, and its text.

use alloc::string::String;
use core::fmt::Write;
use core::ops::Range;

use pgtable::{Level, PhysAddr, VirtAddr};

use super::Format;

/// A line of a dump.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Line {
    /// What it says.
    pub content: Content,
    /// The notes that it came from, counted from 0 over the whole dump. The line was finished when note number
    /// `notes.end` was made, or by the flush. A header comes from no note: its range is empty.
    pub notes: Range<u64>,
}

/// What a line says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Content {
    /// `---[ NAME ]---`: here a region begins.
    Header(&'static str),
    /// A range of like entries.
    Entries(Entries),
    /// So many lines of the region before were not printed.
    Skipped(u64),
}

/// A range of like entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Entries {
    /// First address. On x86 the first line of a dump starts at 0.
    pub start: VirtAddr,
    /// First address behind, 0 at the top: where the next note was made. It may be beyond the range that was walked.
    pub end: VirtAddr,
    /// The level that it is printed with.
    pub level: Level,
    /// The tracked bits that the entries share.
    pub prot: u64,
    /// x86: what the levels above leave of it: `_PAGE_USER`, `_PAGE_RW` and `_PAGE_NX`. 0 elsewhere.
    pub effective: u64,
    /// riscv, powerpc: where the first entry points to. The others need not follow it.
    pub pa: Option<PhysAddr>,
    /// Whether the kernel counts it as writable and executable.
    pub w_x: bool,
}

impl Format {
    /// The level's name as the dump has it.
    pub const fn level_name(&self, level: Level) -> &'static str {
        self.levels[level as usize]
    }

    /// The text of a line, without the newline.
    pub fn text(&self, line: &Line) -> String {
        let mut out = String::new();
        // Writing to a String cannot fail.
        let _ = self.write(line, &mut out);
        out
    }

    /// Writes the text of a line, without the newline.
    ///
    /// # Errors
    /// Only those of `out`.
    pub fn write(&self, line: &Line, out: &mut impl Write) -> core::fmt::Result {
        let entries = match line.content {
            Content::Header(name) => return write!(out, "---[ {name} ]---"),
            Content::Skipped(count) => {
                let plural = if count == 1 { "y" } else { "ies" };
                return write!(out, "... {count} entr{plural} skipped ... ");
            }
            Content::Entries(entries) => entries,
        };
        let [gap, before, behind] = self.gaps;
        let end = if self.last_address { VirtAddr(entries.end.0.wrapping_sub(1)) } else { entries.end };
        write!(out, "{}-{end}{gap}", entries.start)?;
        if let Some(pa) = entries.pa {
            write!(out, "{before}{pa}{behind}")?;
        }
        let (size, unit) = self.size(entries.end - entries.start);
        write!(out, "{size:>9}{unit} ")?;
        let level = self.level_name(entries.level);
        if self.attributes_first {
            self.write_attributes(&entries, out)?;
            out.write_str(level)
        } else {
            out.write_str(level)?;
            out.write_str(self.behind_level)?;
            self.write_attributes(&entries, out)
        }
    }

    /// The attributes of a line, as wide as they are in it.
    pub fn attributes(&self, entries: &Entries) -> String {
        let mut out = String::new();
        let _ = self.write_attributes(entries, &mut out);
        out
    }

    fn write_attributes(&self, entries: &Entries, out: &mut impl Write) -> core::fmt::Result {
        if self.shown_if != 0 && entries.prot & self.shown_if == 0 {
            return out.write_str(self.otherwise);
        }
        for item in self.items {
            let has_it = item.levels >> entries.level.depth() & 1 != 0 && item.bits.hold(entries.prot);
            if let Some(text) = if has_it { Some(item.set) } else { item.clear } {
                out.write_str(self.separator)?;
                out.write_str(text)?;
            }
        }
        Ok(())
    }

    /// A size in the largest unit that divides it. No bytes at all are `0E`: 0 can be divided for ever.
    pub fn size(&self, bytes: u64) -> (u64, char) {
        let mut size = bytes >> self.smallest_unit;
        let mut unit = 'E';
        for this in "BKMGTPE".chars().skip(self.smallest_unit as usize / 10) {
            unit = if this == 'B' { self.byte_unit } else { this };
            if size & 1023 != 0 {
                break;
            }
            size >>= 10;
        }
        (size, unit)
    }
}
