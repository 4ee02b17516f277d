//! The tables of a core as a listing: what a check and a comparison look at, on the page as on the command line.

use mm::World;
use texts::{Frames, Listing, Machine, MarkContent, Perms, Right, Rights, Row, Wish, read};

use crate::dump;
use crate::error::CoreError;
use crate::regions::Regions;
use crate::root::Root;
use crate::tree::{MOST_TABLES, Range, Ranges};

/// The tables of a machine: those below a root of its memory, or captured ones.
#[derive(Clone, Debug)]
pub struct Tables {
    /// They, with the root as that of `init_mm`.
    pub world: World,
    /// Where its kernel has its regions.
    pub regions: Regions,
    /// What a root of a core maps; of a capture debugfs' text is all that is looked at.
    pub found: Option<Found>,
}

/// What a root of a core maps, and what is to be said of it.
#[derive(Clone, Debug)]
pub struct Found {
    /// The ranges.
    pub ranges: Ranges,
    /// What the file is: a core, a raw image.
    pub program: &'static str,
    /// Sentences on the root, and on what of the tables is not there.
    pub assumed: Vec<String>,
}

impl Tables {
    /// What was assumed of them, and what of them is not there.
    pub fn assumed(&self) -> Vec<String> {
        let of_root = self.found.iter().flat_map(|found| &found.assumed);
        of_root.chain(&self.regions.assumed).cloned().collect()
    }

    /// The listing: of a core effective rights, frames, and what the CPU noted; the columns of attributes, and headers, are those of
    /// debugfs' text.
    ///
    /// # Errors
    /// Those of [`dump::text`], and [`CoreError::Text`] where a wish does not fit these tables.
    pub fn listing(&self, wish: Wish) -> Result<Listing, CoreError> {
        let mut listing = self.printed(wish)?;
        if let Some(found) = &self.found {
            laid_over(&mut listing, &rows(&found.ranges));
            listing.assumed.clone_from(&found.assumed);
            listing.rights = Rights::Effective;
            listing.program = String::from(found.program);
        }
        Ok(listing)
    }

    /// The listing of what debugfs would print.
    ///
    /// # Errors
    /// Those of [`Tables::listing`].
    pub fn printed(&self, wish: Wish) -> Result<Listing, CoreError> {
        // Of a text several machines could be the right one; the tables are of one.
        let machine = wish.machine.or_else(|| Machine::named(self.world.model().id).ok());
        let text = dump::text(&mut self.world.clone(), &self.regions)?;
        let mut listing = read(text.as_bytes(), Wish { machine, ..wish })?;
        listing.has_lines = false;
        listing.assumed.extend(self.assumed());
        Ok(listing)
    }
}

/// Whether beside another listing these are compared by what debugfs would print: its text has the leaf's own rights.
pub fn is_printed_beside(of: &Listing, other: &Listing) -> bool {
    is_of_core(of) && !is_of_core(other) && other.format.name().starts_with("kernel_page_tables")
}

/// Whether it is of a core's tables, not of a text or a capture.
pub fn is_of_core(listing: &Listing) -> bool {
    !listing.has_lines && listing.rights == Rights::Effective
}

/// What was assumed of a core, and what of its tables is not there.
pub fn assumed(root: &Root, found: &Ranges) -> Vec<String> {
    let mut assumed = root.assumed.clone();
    match found.missing {
        0 => {}
        1 => assumed
            .push("1 table is not in the core, or cannot be unpacked: what it maps is not here".to_owned()),
        count => assumed.push(format!(
            "{count} tables are not in the core, or cannot be unpacked: what they map is not here"
        )),
    }
    if found.behind_end > 0 {
        let tables = if found.behind_end == 1 { "table lies" } else { "tables lie" };
        assumed.push(format!(
            "{} {tables} behind the end of the file, which is cut off: what they map is not here",
            found.behind_end
        ));
    }
    if found.bad > 0 {
        assumed.push(format!("{} entries are bad: the kernel would clear them", found.bad));
    }
    if found.cut {
        assumed.push(format!("the tree has more than {MOST_TABLES} tables: the rest is not here"));
    }
    assumed
}

/// The ranges as those of any listing.
pub fn rows(found: &Ranges) -> Vec<Row> {
    let row = |range: &Range| {
        let rights = range.rights;
        let given = [
            (Right::Read, rights.read),
            (Right::Write, rights.write),
            (Right::Execute, rights.execute),
            (Right::User, rights.user),
            (Right::Global, rights.global),
            (Right::Accessed, rights.accessed),
            (Right::Dirty, rights.dirty),
        ];
        let perms = given.into_iter().fold(Perms::UNKNOWN, |perms, (right, given)| perms.with(right, given));
        Row {
            start: range.start,
            last: range.last,
            frames: Frames::RunOn(range.physical),
            bits: 0,
            line: 0,
            level: Some(range.level),
            perms,
            mapped: true,
        }
    };
    found.all.iter().map(row).collect()
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
            if let Frames::RunOn(physical) = rest.frames {
                rest.frames = Frames::RunOn(physical.wrapping_add(bytes));
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
