//! Prints a kernel's dump again, with the lines of `ptdump`.

use std::fmt::Write as _;

use pgtable::{PhysAddr, VirtAddr};
use ptdump::dump::{Content, Entries, Format, Line};

use crate::formats::riscv::FEWER_COLUMNS;
use crate::{Listing, MarkContent, Row};

/// A kernel's dump as v7.3 prints it: equal to the byte to the text that was read, if that was not broken on its way. `None` where
/// the listing is no dump of x86-64, arm64 or riscv, or has fewer columns than v7.3's.
pub fn printed(listing: &Listing) -> Option<String> {
    let format = printer(listing)?;
    if listing.rows.iter().any(|row| row.bits & FEWER_COLUMNS != 0 && row.frames.first().is_some()) {
        return None;
    }
    let mut out = String::new();
    let mut marks = listing.marks.iter().peekable();
    let mut mark = |at: usize, out: &mut String| {
        while let Some(mark) = marks.next_if(|mark| mark.row <= at) {
            match &mark.content {
                MarkContent::Header(name) => {
                    let _ = write!(out, "---[ {name} ]---");
                }
                MarkContent::Skipped(count) => out.push_str(&format.text(&line(Content::Skipped(*count)))),
            }
            out.push('\n');
        }
    };
    for (at, row) in listing.rows.iter().enumerate() {
        mark(at, &mut out);
        // Writing to a String cannot fail.
        let _ = format.write(&line(Content::Entries(entries(row)?)), &mut out);
        out.push('\n');
    }
    mark(listing.rows.len(), &mut out);
    Some(out)
}

/// The columns of attributes of a row as its kernel prints them; `None` for texts of other programs.
pub fn attributes(listing: &Listing, row: &Row) -> Option<String> {
    Some(printer(listing)?.attributes(&entries(row)?).trim_end().to_owned())
}

fn printer(listing: &Listing) -> Option<&'static Format> {
    let is_ours = ["kernel_page_tables-x86", "kernel_page_tables-arm64", "kernel_page_tables-riscv"];
    if !is_ours.contains(&listing.format.name()) {
        return None;
    }
    Format::of(listing.machine?.model?)
}

const fn line(content: Content) -> Line {
    Line { content, notes: 0..0 }
}

fn entries(row: &Row) -> Option<Entries> {
    Some(Entries {
        start: VirtAddr(row.start),
        end: VirtAddr(row.last.wrapping_add(1)),
        level: row.level?,
        prot: row.bits,
        effective: 0,
        pa: row.frames.first().map(PhysAddr),
        w_x: false,
    })
}
