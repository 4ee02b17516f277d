//! What is odd in one listing.

use pgtable::Level;

use crate::{Frames, Listing, Machine, MarkContent, Right, Rights, Row};

/// Most findings that are kept; the others are counted.
pub const MAX_FINDINGS: usize = 1000;

/// What is odd.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A range begins below the one before it, or ends below its own start.
    Order,
    /// Two ranges hold the same address.
    Overlap,
    /// A range is not made of whole entries of its level.
    Size,
    /// An address that the CPU cannot use.
    Canonical,
    /// Writable and executable.
    WriteExecute,
    /// Writable between read-only ranges.
    WritableHole,
    /// A line that cannot be read, or of which columns contradict each other.
    Text,
}

impl Kind {
    /// All of them, in the order in which they are looked for.
    pub const ALL: [Self; 7] = [
        Self::Order,
        Self::Overlap,
        Self::Size,
        Self::Canonical,
        Self::WriteExecute,
        Self::WritableHole,
        Self::Text,
    ];

    /// What it means, for a person.
    pub const fn about(self) -> &'static str {
        match self {
            Self::Order => "a range begins below the one before it, or ends below its start",
            Self::Overlap => "two ranges hold the same address",
            Self::Size => {
                "a range is not made of whole entries of its level, or its frame is not aligned to them"
            }
            Self::Canonical => "an address that the CPU cannot use",
            Self::WriteExecute => "writable and executable, with the line and the entries that make it so",
            Self::WritableHole => {
                "writable between read-only ranges of a kernel's image (elsewhere that is a note: it is usual there)"
            }
            Self::Text => "a line that cannot be read, or whose columns contradict each other",
        }
    }

    /// One word for a program.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Order => "order",
            Self::Overlap => "overlap",
            Self::Size => "size",
            Self::Canonical => "canonical",
            Self::WriteExecute => "w+x",
            Self::WritableHole => "rw-hole",
            Self::Text => "text",
        }
    }
}

/// Something odd.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What it is.
    pub kind: Kind,
    /// Line of the text, from 1; 0 where there is no text.
    pub line: u32,
    /// First address.
    pub start: u64,
    /// Last address.
    pub last: u64,
    /// A sentence.
    pub what: String,
}

/// What a check found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// What is odd, in the order of the kinds and of the text.
    pub findings: Vec<Finding>,
    /// Findings that are counted and not kept.
    pub more: u64,
    /// What is worth a look and usual: writable ranges between read-only ones outside of a kernel's image.
    pub notes: Vec<Finding>,
    /// What could not be checked, and why: a sentence each.
    pub not_checked: Vec<String>,
}

impl Checked {
    fn add(&mut self, kind: Kind, row: &Row, what: String) {
        if self.findings.len() < MAX_FINDINGS {
            self.findings.push(Finding { kind, line: row.line, start: row.start, last: row.last, what });
        } else {
            self.more += 1;
        }
    }
}

/// Checks a listing by itself.
pub fn check(listing: &Listing) -> Checked {
    let mut checked = Checked::default();
    order(listing, &mut checked);
    overlap(listing, &mut checked);
    sizes(listing, &mut checked);
    canonical(listing, &mut checked);
    write_execute(listing, &mut checked);
    holes(listing, &mut checked);
    for problem in listing.problems.iter() {
        let row = Row { line: problem.line, ..EMPTY };
        checked.add(Kind::Text, &row, problem.to_string());
    }
    checked.more += listing.problems.more();
    if !listing.has_lines {
        checked.findings.iter_mut().chain(&mut checked.notes).for_each(|finding| finding.line = 0);
    }
    checked
}

/// ` of line 7`; nothing where there is no text whose line it could be.
fn of_line(listing: &Listing, line: u32) -> String {
    if listing.has_lines { format!(" of line {line}") } else { String::new() }
}

const EMPTY: Row = Row {
    start: 0,
    last: 0,
    frames: Frames::Unknown,
    bits: 0,
    line: 0,
    level: None,
    perms: crate::Perms::UNKNOWN,
    mapped: false,
};

/// Programs that walk print in the order of addresses; who asks address by address does not.
fn order(listing: &Listing, checked: &mut Checked) {
    for row in listing.rows.iter().filter(|row| !row.is_ordered()) {
        let what = match row.last.wrapping_add(1) {
            end if end == row.start => format!("the range ends at {end:x}, where it begins: it has no bytes"),
            end => format!("the range ends at {end:x}, below its start {:x}", row.start),
        };
        checked.add(Kind::Order, row, what);
    }
    if !listing.walks.is_empty() {
        checked.not_checked.push("Order: the addresses were asked for one by one.".to_owned());
        return;
    }
    for pair in listing.rows.windows(2).filter(|pair| pair[1].start < pair[0].start) {
        let line = of_line(listing, pair[0].line);
        let what = format!("{:x} comes after {:x}{line}", pair[1].start, pair[0].start);
        checked.add(Kind::Order, &pair[1], what);
    }
}

fn overlap(listing: &Listing, checked: &mut Checked) {
    let mut rows: Vec<&Row> = listing.rows.iter().filter(|row| row.is_ordered()).collect();
    rows.sort_by_key(|row| (row.start, row.line));
    let mut furthest: Option<&Row> = None;
    for row in rows {
        if let Some(before) = furthest.filter(|before| row.start <= before.last) {
            let what = format!(
                "{:x}-{:x} overlaps {:x}-{:x}{}",
                row.start,
                row.end(),
                before.start,
                before.end(),
                of_line(listing, before.line)
            );
            checked.add(Kind::Overlap, row, what);
        }
        if furthest.is_none_or(|before| row.last > before.last) {
            furthest = Some(row);
        }
    }
}

/// log2 of what one entry of a level maps.
fn shift(machine: &Machine, level: Level) -> Option<u8> {
    if let Some(model) = machine.model {
        return Some(model.level(model.table_level(level)).shift);
    }
    let of = |shifts: [u8; 3]| match level {
        Level::Pte => Some(shifts[0]),
        Level::Pmd => Some(shifts[1]),
        Level::Pud => Some(shifts[2]),
        _ => None,
    };
    match machine.id {
        "x86-pae" => of([12, 21, 30]),
        "x86-legacy" => of([12, 22, 22]),
        _ => None,
    }
}

fn sizes(listing: &Listing, checked: &mut Checked) {
    let Some(machine) = &listing.machine else {
        checked.not_checked.push("Sizes against levels: the text tells no machine.".to_owned());
        return;
    };
    for row in listing.rows.iter().filter(|row| row.mapped && row.is_ordered()) {
        let level = row.level.and_then(|level| Some((level, shift(machine, level)?)));
        let (name, shift) =
            level.map_or(("page", machine.page_shift), |(level, shift)| (level.name(), shift));
        let odd = (row.start | row.last.wrapping_add(1)) & ((1 << shift) - 1);
        let physical = row.frames.first().unwrap_or(0) & ((1 << shift) - 1);
        let size = 1u64 << shift;
        if odd != 0 {
            let what = format!(
                "{:x}-{:x} is not made of whole entries of level {name}, which have {size:#x} bytes on {}",
                row.start,
                row.end(),
                machine.id
            );
            checked.add(Kind::Size, row, what);
        } else if physical != 0 && listing.format.name() != "gdb-pt-dump" {
            let what = format!(
                "the frame {:x} does not lie at a multiple of {size:#x}, the size of a {name} entry on {}",
                row.frames.first().unwrap_or(0),
                machine.id
            );
            checked.add(Kind::Size, row, what);
        }
    }
}

fn canonical(listing: &Listing, checked: &mut Checked) {
    let Some(machine) = &listing.machine else {
        checked.not_checked.push("Canonical addresses: the text tells no machine.".to_owned());
        return;
    };
    for row in listing.rows.iter().filter(|row| row.mapped) {
        if let Some(addr) = [row.start, row.last].into_iter().find(|&addr| !machine.is_canonical(addr)) {
            let what = format!("{addr:x} is no address of {} ({} bits)", machine.id, machine.va_bits);
            checked.add(Kind::Canonical, row, what);
        } else if row.is_ordered() && row.start >> 63 != row.last >> 63 {
            let what = format!("{:x}-{:x} is mapped across the gap between the halves", row.start, row.end());
            checked.add(Kind::Canonical, row, what);
        }
    }
}

fn write_execute(listing: &Listing, checked: &mut Checked) {
    let known = |right| listing.rows.iter().any(|row| row.mapped && row.perms.get(right).is_some());
    let mapped = listing.rows.iter().any(|row| row.mapped);
    if mapped && !(known(Right::Write) && known(Right::Execute)) {
        checked.not_checked.push("W+X: the text does not tell both, writable and executable.".to_owned());
        return;
    }
    for row in listing.rows.iter().filter(|row| row.mapped) {
        if !(row.perms.has(Right::Write) && row.perms.has(Right::Execute)) {
            continue;
        }
        let entries = match (&listing.machine, row.level) {
            (Some(machine), Some(level)) => shift(machine, level)
                .map(|shift| row.bytes() >> shift)
                .filter(|&count| count > 0)
                .map(|count| {
                    format!("{count} {} {}", level.name(), if count == 1 { "entry" } else { "entries" })
                }),
            _ => None,
        };
        let made = entries.unwrap_or_else(|| "the range".to_owned());
        let is_walk = listing.format.name() == "vtop" && row.bits != 0;
        let entry = if is_walk { format!(" (entry {:x})", row.bits) } else { String::new() };
        let rights = match listing.rights {
            Rights::Effective => "",
            _ if listing.format.name().ends_with("-riscv") => "",
            _ => " by its own rights: the entries above it may forbid one of the two",
        };
        let what = format!(
            "{:x}-{:x} is writable and executable{}: {made}{}{entry}{rights}",
            row.start,
            row.end(),
            if row.perms.has(Right::User) { " (user)" } else { "" },
            of_line(listing, row.line)
        );
        if row.start == 0 && listing.machine.is_some_and(|machine| machine.id == "s390x") {
            // The lowcore: the kernel's own check leaves it out (arch/s390/mm/dump_pagetables.c).
            let kind = Kind::WriteExecute;
            checked.notes.push(Finding { kind, line: row.line, start: row.start, last: row.last, what });
            continue;
        }
        checked.add(Kind::WriteExecute, row, what);
    }
}

/// A writable range whose two neighbours are read-only and adjoin it.
fn holes(listing: &Listing, checked: &mut Checked) {
    if listing.rows.iter().any(|row| row.mapped)
        && !listing.rows.iter().any(|row| row.perms.get(Right::Write).is_some())
    {
        checked.not_checked.push("RW holes: the text does not tell what is writable.".to_owned());
        return;
    }
    let mut rows: Vec<&Row> = listing.rows.iter().filter(|row| row.mapped && row.is_ordered()).collect();
    rows.sort_by_key(|row| (row.start, row.line));
    // Rows that only differ in other columns are one part of a region.
    let mut parts: Vec<(Row, bool)> = Vec::new();
    for row in rows {
        let Some(write) = row.perms.get(Right::Write) else { continue };
        match parts.last_mut() {
            Some((part, is)) if *is == write && part.last.checked_add(1) == Some(row.start) => {
                part.last = row.last;
            }
            _ => parts.push((*row, write)),
        }
    }
    let headers = Headers::of(listing);
    for around in parts.windows(3) {
        let [(before, false), (hole, true), (behind, false)] = around else { continue };
        let adjoin =
            before.last.checked_add(1) == Some(hole.start) && hole.last.checked_add(1) == Some(behind.start);
        // A process' pages of data lie between its read-only ones: that is no hole.
        if !adjoin || hole.perms.has(Right::User) {
            continue;
        }
        let range = format!("{:x}-{:x}", hole.start, hole.end());
        let finding = Finding {
            kind: Kind::WritableHole,
            line: hole.line,
            start: hole.start,
            last: hole.last,
            what: if listing.has_lines {
                format!(
                    "{range} is writable between the read-only ranges of lines {} and {}",
                    before.line, behind.line
                )
            } else {
                format!(
                    "{range} is writable between the read-only ranges {:x}-{:x} and {:x}-{:x}",
                    before.start,
                    before.end(),
                    behind.start,
                    behind.end()
                )
            },
        };
        if !headers.is_image(listing, hole) {
            if checked.notes.len() < MAX_FINDINGS {
                checked.notes.push(finding);
            }
        } else if checked.findings.len() < MAX_FINDINGS {
            checked.findings.push(finding);
        } else {
            checked.more += 1;
        }
    }
}

/// The headers of a listing, by the line that they stand in.
struct Headers<'a>(Vec<(u32, &'a str)>);

impl<'a> Headers<'a> {
    fn of(listing: &'a Listing) -> Self {
        let header = |mark: &'a crate::Mark| match &mark.content {
            MarkContent::Header(name) => Some((mark.line, name.as_str())),
            MarkContent::Skipped(_) => None,
        };
        Self(listing.marks.iter().filter_map(header).collect())
    }

    /// Whether a range lies in a kernel's image: by the header above it, or by the machine's layout where there are no headers. In
    /// the linear mapping and among user pages such holes are usual.
    fn is_image(&self, listing: &Listing, row: &Row) -> bool {
        if !self.0.is_empty() {
            let above = self.0.partition_point(|&(line, _)| line < row.line).checked_sub(1);
            return above.is_some_and(|at| {
                ["High Kernel Mapping", "Kernel mapping", "Kernel Image Start", "Kernel Image"]
                    .contains(&self.0[at].1)
            });
        }
        let region = listing.machine.and_then(|machine| machine.model?.region(pgtable::VirtAddr(row.start)));
        region.is_none_or(|region| region.name.contains("kernel image"))
    }
}
