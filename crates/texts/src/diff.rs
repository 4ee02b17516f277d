//! What differs between two listings, range by range. What one of the two cannot tell is no difference.

mod scope;

use std::fmt;

use pgtable::Level;

use crate::{Frames, Listing, Perms, Right, Rights, Row, attributes};
use scope::Scope;

/// Most differences that are kept; the others are counted.
pub const MAX_DIFFERENCES: usize = 10_000;

/// What one listing says of a range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Side {
    /// Line of the text, from 1; 0 where there is no text.
    pub line: u32,
    /// The level, where it is told.
    pub level: Option<Level>,
    /// Rights.
    pub perms: Perms,
    /// Where the range begins in memory, where it is told.
    pub physical: Option<u64>,
    /// The columns of attributes of a kernel's dump.
    pub attributes: Option<String>,
}

/// Level, rights, physical address, attributes in brackets, and the line of the text.
impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} ", self.level.map_or("-", Level::name), self.perms)?;
        match self.physical {
            Some(physical) => write!(f, "{physical:x}")?,
            None => f.write_str("-")?,
        }
        let mut words = self.attributes.as_deref().unwrap_or_default().split_whitespace();
        if let Some(first) = words.next() {
            write!(f, " ({first}")?;
            words.try_for_each(|word| write!(f, " {word}"))?;
            f.write_str(")")?;
        }
        if self.line > 0 { write!(f, " line {}", self.line) } else { Ok(()) }
    }
}

/// A range of which the listings do not say the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// First address.
    pub start: u64,
    /// Last address.
    pub last: u64,
    /// What differs: `only-a`, `only-b`, or names of columns: `r` … `d`, `level`, `physical`, `attributes`.
    pub columns: Vec<&'static str>,
    /// What the first says; `None` where it says that nothing is mapped.
    pub a: Option<Side>,
    /// What the second says.
    pub b: Option<Side>,
}

/// What a comparison found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Compared {
    /// The differences, in address order.
    pub differences: Vec<Difference>,
    /// Differences that are counted and not kept.
    pub more: u64,
    /// Bytes that both map and of which they say the same, as far as both tell.
    pub same: u128,
    /// What could not be compared, and why: a sentence each.
    pub not_compared: Vec<String>,
}

impl Compared {
    /// The columns in which something differs, and what each means.
    pub fn legend(&self) -> impl Iterator<Item = (&'static str, &'static str)> + '_ {
        let differs =
            |column: &str| self.differences.iter().any(|difference| difference.columns.contains(&column));
        LEGEND.into_iter().filter(move |(column, _)| *column == "?" || differs(column))
    }
}

/// A column, and what it means.
pub const LEGEND: [(&str, &str); 13] = [
    ("only-a", "the first text maps this range, the second says that nothing is there"),
    ("only-b", "the second text maps this range, the first says that nothing is there"),
    ("r", "readable"),
    ("w", "writable"),
    ("x", "executable (not NX, PXN)"),
    ("u", "for user mode"),
    ("g", "global: stays in the TLB when the address space changes"),
    ("a", "accessed: the CPU or the kernel has used it; changes by itself while a machine runs"),
    ("d", "dirty: it has been written through; changes by itself while a machine runs"),
    ("level", "the level of the entries that map it"),
    ("physical", "where the range begins in memory"),
    ("attributes", "other columns of a kernel's dump: cacheability, memory type, contiguous, software bits"),
    ("?", "not told by this text: never a difference"),
];

/// Compares two listings.
pub fn diff(a: &Listing, b: &Listing) -> Compared {
    let mut compared = Compared::default();
    let (scope_a, scope_b) = (Scope::of(a, b), Scope::of(b, a));
    if let (Some(of_a), Some(of_b)) = (a.machine, b.machine)
        && of_a.arch != of_b.arch
    {
        compared.not_compared.push(format!(
            "The first text is of {} ({}), the second of {} ({}): what they say of one address has nothing to do with each other.",
            of_a.arch.name(),
            of_a.id,
            of_b.arch.name(),
            of_b.id
        ));
    }
    compared.not_compared.extend(scope_a.why.iter().map(|why| format!("The first text: {why}")));
    compared.not_compared.extend(scope_b.why.iter().map(|why| format!("The second text: {why}")));
    tell_columns(a, b, &mut compared);
    let (rows_a, rows_b) = (a.mapped(), b.mapped());
    let (mut of_a, mut of_b) = (Cursor::new(&rows_a), Cursor::new(&rows_b));
    let mut cuts: Vec<u64> = Vec::with_capacity((rows_a.len() + rows_b.len()) * 2);
    for row in rows_a.iter().chain(&rows_b) {
        cuts.push(row.start);
        cuts.extend(row.last.checked_add(1));
    }
    cuts.extend(scope_a.cuts());
    cuts.extend(scope_b.cuts());
    cuts.sort_unstable();
    cuts.dedup();
    for (nth, &start) in cuts.iter().enumerate() {
        let last = cuts.get(nth + 1).map_or(u64::MAX, |&next| next - 1);
        let (row_a, row_b) = (of_a.at(start), of_b.at(start));
        let (a_tells, b_tells) = (scope_a.tells(start), scope_b.tells(start));
        let (columns, sides) = match (row_a, row_b) {
            (None, None) => continue,
            (Some(row), None) if b_tells => (vec!["only-a"], (Some(row), None)),
            (None, Some(row)) if a_tells => (vec!["only-b"], (None, Some(row))),
            (Some(_), None) | (None, Some(_)) => continue,
            (Some(row_a), Some(row_b)) => {
                (columns((a, row_a), (b, row_b), start), (Some(row_a), Some(row_b)))
            }
        };
        if columns.is_empty() {
            compared.same += u128::from(last - start) + 1;
            continue;
        }
        let side = |listing, row: Option<&Row>| row.map(|row| side(listing, row, start));
        add(&mut compared, Difference { start, last, columns, a: side(a, sides.0), b: side(b, sides.1) });
    }
    compared
}

/// Neighbours that differ in the same way are one difference.
fn add(compared: &mut Compared, next: Difference) {
    let goes_on = |before: &Option<Side>, after: &Option<Side>, bytes: u64| match (before, after) {
        (None, None) => true,
        (Some(before), Some(after)) => {
            before.level == after.level
                && before.perms == after.perms
                && before.attributes == after.attributes
                && before.physical.map(|physical| physical.wrapping_add(bytes)) == after.physical
        }
        _ => false,
    };
    if let Some(before) = compared.differences.last_mut() {
        let bytes = next.start.wrapping_sub(before.start);
        if before.last.checked_add(1) == Some(next.start)
            && before.columns == next.columns
            && goes_on(&before.a, &next.a, bytes)
            && goes_on(&before.b, &next.b, bytes)
        {
            before.last = next.last;
            return;
        }
    }
    if compared.differences.len() < MAX_DIFFERENCES {
        compared.differences.push(next);
    } else {
        compared.more += 1;
    }
}

fn side(listing: &Listing, row: &Row, at: u64) -> Side {
    Side {
        line: if listing.has_lines { row.line } else { 0 },
        level: row.level,
        perms: row.perms,
        physical: physical(row, at),
        attributes: attributes(listing, row),
    }
}

/// Where `at` leads, if the row tells.
fn physical(row: &Row, at: u64) -> Option<u64> {
    match row.frames {
        Frames::Unknown => None,
        Frames::RunOn(physical) => physical.checked_add(at - row.start),
        Frames::First(physical) => (at == row.start).then_some(physical),
    }
}

/// The columns that both tell and do not agree on.
fn columns((a, row_a): (&Listing, &Row), (b, row_b): (&Listing, &Row), at: u64) -> Vec<&'static str> {
    const NAMES: [&str; 7] = ["r", "w", "x", "u", "g", "a", "d"];
    let mut columns: Vec<&'static str> = row_a
        .perms
        .against(row_b.perms)
        .filter(|&right| !taken_away(a, row_a, b, row_b, right))
        .map(|right| NAMES[right as usize])
        .collect();
    if let (Some(level_a), Some(level_b)) = (row_a.level, row_b.level)
        && level_a != level_b
    {
        columns.push("level");
    }
    if let (Some(physical_a), Some(physical_b)) = (physical(row_a, at), physical(row_b, at))
        && physical_a != physical_b
    {
        columns.push("physical");
    }
    let same_columns = a.format == b.format && attributes(a, row_a).is_some();
    if columns.is_empty() && same_columns && row_a.bits != row_b.bits && row_a.level == row_b.level {
        columns.push("attributes");
    }
    columns
}

/// Effective rights may lack what the leaf has: the levels above took it away.
fn taken_away(a: &Listing, row_a: &Row, b: &Listing, row_b: &Row, right: Right) -> bool {
    let inherited = matches!(right, Right::Write | Right::User | Right::Execute);
    match (a.rights, b.rights) {
        (Rights::Effective, Rights::Leaf) => inherited && row_b.perms.has(right),
        (Rights::Leaf, Rights::Effective) => inherited && row_a.perms.has(right),
        _ => false,
    }
}

/// Says which columns one of the two never tells.
fn tell_columns(a: &Listing, b: &Listing, compared: &mut Compared) {
    let tells = |listing: &Listing, right| {
        listing.rows.iter().any(|row| row.mapped && row.perms.get(right).is_some())
    };
    for (which, listing) in [("first", a), ("second", b)] {
        let mut missing: Vec<String> = Right::ALL
            .into_iter()
            .filter(|&right| !tells(listing, right))
            .map(|right| right.letter().to_string())
            .collect();
        let mapped = || listing.rows.iter().filter(|row| row.mapped);
        if mapped().all(|row| row.level.is_none()) {
            missing.push("level".to_owned());
        }
        if mapped().all(|row| row.frames == Frames::Unknown) {
            missing.push("physical".to_owned());
        }
        if mapped().next().is_some() && !missing.is_empty() {
            compared.not_compared.push(format!("The {which} text does not tell {}.", missing.join(", ")));
        }
    }
    if a.rights != b.rights && a.rights != Rights::None && b.rights != Rights::None {
        compared.not_compared.push(
            "One text has effective rights, the other the leaf's own: a right that only the leaf has is no difference, the levels above may have taken it away.".to_owned(),
        );
    }
}

/// The row that holds an address, asked for rising addresses. Where rows overlap, the one that began last counts.
struct Cursor<'a> {
    rows: &'a [Row],
    next: usize,
    open: Vec<&'a Row>,
}

impl<'a> Cursor<'a> {
    const fn new(rows: &'a [Row]) -> Self {
        Self { rows, next: 0, open: Vec::new() }
    }

    fn at(&mut self, addr: u64) -> Option<&'a Row> {
        while let Some(row) = self.rows.get(self.next).filter(|row| row.start <= addr) {
            self.open.push(row);
            self.next += 1;
        }
        while self.open.last().is_some_and(|row| row.last < addr) {
            self.open.pop();
        }
        self.open.last().copied()
    }
}
