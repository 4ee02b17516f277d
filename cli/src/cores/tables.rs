//! A core as a listing: what `check` and `diff` look at.

use texts::{Listing, Machine as Named, MarkContent, Rights, Row, Wish};

use super::{CoreArgs, assumed, dumped, is_core, rows};
use crate::files::{self, json_file};
use crate::outcome::Failure;

/// The listing of a text, or of the tables of a core: effective rights, frames, and what the CPU noted.
pub(crate) fn listing(name: &str, wish: Wish) -> Result<Listing, Failure> {
    let core = CoreArgs::default();
    if !core.is_meant(name) {
        return printed(name, wish);
    }
    core.with_root(name, wish.machine, |core, root, _| {
        let found = core.ranges(root, true).map_err(|error| Failure::Asked(format!("{name}: {error}")))?;
        // The columns of attributes are those of debugfs' text.
        let (text, _) = dumped(name, core, root, &found)?;
        let mut listing = read_back(name, wish, &text, root.model.id)?;
        laid_over(&mut listing, &rows(&found));
        listing.assumed = assumed(root, &found);
        listing.rights = Rights::Effective;
        listing.program = String::from(if is_core(name) { "a core" } else { "a raw image" });
        Ok(listing)
    })
}

/// The listing of a text, or of what debugfs would print of a core or a capture.
pub(crate) fn printed(name: &str, wish: Wish) -> Result<Listing, Failure> {
    let core = CoreArgs::default();
    if !core.is_meant(name) && json_file(name)?.is_none() {
        return files::listing(name, wish);
    }
    let (text, assumed, model) = core.dump(name, wish.machine)?;
    let mut listing = read_back(name, wish, &text, model)?;
    listing.assumed.extend(assumed);
    Ok(listing)
}

/// The listing of a text that was made here of tables of this model.
fn read_back(name: &str, wish: Wish, text: &str, model: &str) -> Result<Listing, Failure> {
    // Of a text several machines could be the right one; the tables are of one.
    let wish = Wish { machine: wish.machine.or_else(|| Named::named(model).ok()), ..wish };
    let read = texts::read(text.as_bytes(), wish);
    let mut listing = read.map_err(|error| Failure::Text { name: name.to_owned(), error })?;
    listing.has_lines = false;
    Ok(listing)
}

/// Puts the ranges of the tables in the place of the rows of debugfs' text; the columns of attributes, which only the text has, stay.
fn laid_over(listing: &mut Listing, ranges: &[Row]) {
    let text: Vec<Row> = listing.rows.iter().filter(|row| row.mapped && row.is_ordered()).copied().collect();
    let mut all: Vec<Row> = Vec::with_capacity(ranges.len() + text.len());
    for range in ranges.iter().filter(|range| range.is_ordered()) {
        let mut rest = *range;
        loop {
            let behind = text.partition_point(|row| row.start <= rest.start);
            let here = behind.checked_sub(1).map(|at| text[at]).filter(|row| rest.start <= row.last);
            let next = text.get(behind).map_or(u64::MAX, |row| row.start - 1);
            let last = here.map_or(next, |row| row.last.min(next)).min(range.last);
            let (bits, line) = here.map_or((0, 0), |row| (row.bits, row.line));
            all.push(Row { last, bits, line, ..rest });
            if last >= range.last {
                break;
            }
            let bytes = last - rest.start + 1;
            rest.start = last + 1;
            if let texts::Frames::RunOn(physical) = rest.frames {
                rest.frames = texts::Frames::RunOn(physical.wrapping_add(bytes));
            }
        }
    }
    // The tables are whole: nothing of them was skipped.
    listing.marks.retain(|mark| matches!(mark.content, MarkContent::Header(_)));
    for mark in &mut listing.marks {
        mark.row = all.iter().position(|row| row.line > mark.line).unwrap_or(all.len());
    }
    listing.rows = all;
}
