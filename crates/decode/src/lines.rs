//! The lines of a kernel log, and of crash's `vtop`, that have entries in them.
//!
//! | form | whose |
//! |---|---|
//! | `BUG: Bad page map in process X  pte:V pmd:V` | `print_bad_pte()`, mm/memory.c, until v6.17 |
//! | `BUG: Bad page map in process X  LEVEL:V` and a line `pgd:V p4d:V pud:V pmd:V` | `print_bad_page_map()`, mm/memory.c, since v6.18 |
//! | `racy dirty state clearing: V -> V` and its siblings | `__check_safe_pte_update()`, arch/arm64 |
//! | `mm/pgtable-generic.c:51: bad pmd A(V)` | `pmd_ERROR()` and its siblings |
//! | `PGD V P4D V PUD V PMD V PTE V` | an oops of x86 |
//! | `[A] pgd=V, p4d=V, pud=V, pmd=V, pte=V` | an oops of arm64, and of riscv since v6.13 |
//! | `PUD: A => V` | crash's `vtop` |
//! | `crash> pte V` | crash's `pte`, by what was typed |

use pgtable::{Level, Model, RawEntry};

use crate::clean::{self, Line};
use crate::{Reading, fits};

/// Which form a line has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// "Bad page map".
    BadPageMap,
    /// "racy dirty state clearing" and its siblings: an old and a new value.
    Racy,
    /// "bad pmd" and its siblings: an entry that was found bad and cleared.
    BadEntry,
    /// The tables of the faulting address in an oops.
    Oops,
    /// crash's `vtop`.
    Vtop,
    /// crash's `pte`.
    Pte,
}

impl Source {
    /// For a person.
    pub const fn title(self) -> &'static str {
        match self {
            Self::BadPageMap => "Bad page map",
            Self::Racy => "arm64's check of a pte that is replaced",
            Self::BadEntry => "a bad entry, which the kernel has cleared",
            Self::Oops => "the tables of the address of an oops",
            Self::Vtop => "crash's vtop",
            Self::Pte => "crash's pte",
        }
    }

    /// Name in JSON.
    pub const fn id(self) -> &'static str {
        match self {
            Self::BadPageMap => "bad-page-map",
            Self::Racy => "racy-update",
            Self::BadEntry => "bad-entry",
            Self::Oops => "oops",
            Self::Vtop => "vtop",
            Self::Pte => "pte",
        }
    }
}

/// Values for the bench, with the line they are from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Which form it has.
    pub source: Source,
    /// The line of the text, from 1.
    pub line: usize,
    /// The name of a model, where the form is one architecture's.
    pub model: Option<&'static str>,
    /// Level and value, in the order of the text; old and new of a replaced pte.
    pub values: Vec<(Level, RawEntry)>,
    /// The address that they belong to.
    pub address: Option<u64>,
    /// What the line says besides, in a sentence.
    pub about: String,
}

impl Found {
    /// The values under a model: those of a kernel's address are never swapped out.
    pub fn readings(&self, model: &'static Model) -> Vec<Reading> {
        let of_kernel = self.address.is_some_and(|addr| addr >> 63 != 0);
        let one = |&(level, value): &(Level, RawEntry)| {
            let reading = Reading::new(model, level, value);
            if of_kernel { reading.of_kernel() } else { reading }
        };
        self.values.iter().map(one).collect()
    }
}

/// The values of each line: under the model of its form, under that of where it stands (`machine_at` its line), or else under the one that
/// fits best of all that are told by neither.
pub fn readings(found: &[Found], machine_at: impl Fn(usize) -> Option<&'static str>) -> Vec<Vec<Reading>> {
    let named = |of: &Found| of.model.or_else(|| machine_at(of.line)).and_then(|id| pgtable::model(id).ok());
    // Each value has its level here: models are ranked by all of them together.
    let mut points = vec![0; pgtable::MODELS.len()];
    for of in found.iter().filter(|of| named(of).is_none()) {
        // What a kernel calls bad is odd under the model that is the right one, too.
        let least = if of.source == Source::BadEntry { -2 } else { i32::MIN };
        for fit in of.values.iter().flat_map(|(level, value)| fits(&[*value], Some(*level))) {
            if let Some(at) = pgtable::MODELS.iter().position(|model| *model == fit.model) {
                points[at] += fit.points.max(least);
            }
        }
    }
    let best = pgtable::MODELS.iter().zip(points).rev().max_by_key(|(_, points)| *points);
    let best = best.map_or(pgtable::MODELS[0], |(model, _)| *model);
    found.iter().map(|of| of.readings(named(of).unwrap_or(best))).collect()
}

/// Most that is found in one text: nobody reads more.
const MOST: usize = 1_000;

/// Everything of these forms in a text, in its order.
pub fn recognise(text: &str) -> Vec<Found> {
    let mut all: Vec<Found> = Vec::new();
    let mut fault: Option<(usize, u64)> = None;
    for line in clean::lines(text) {
        if all.len() == MOST {
            break;
        }
        if clean::is_row(&line.text) {
            continue;
        }
        fault = fault_address(&line.text).map(|address| (line.number, address)).or(fault);
        let found = bad_page_map(&line)
            .or_else(|| racy(&line))
            .or_else(|| bad_entry(&line))
            .or_else(|| oops(&line))
            .or_else(|| typed(&line))
            .or_else(|| headless(&line));
        if let Some(mut found) = found {
            if found.source == Source::Oops && found.address.is_none() {
                let near = |(at, _): &(usize, u64)| line.number.saturating_sub(*at) <= FAR;
                found.address = fault.filter(near).map(|(_, address)| address);
            }
            five_levels(&mut found);
            // The tables of a bad page map are on the next line since v6.18.
            match (all.last_mut(), found.source) {
                (Some(last), Source::Oops)
                    if last.source == Source::BadPageMap && line.number == last.line + 1 =>
                {
                    last.values.extend(found.values);
                }
                _ => all.push(found),
            }
        } else {
            vtop(&line, &mut all);
            map_address(&line, &mut all);
        }
    }
    all
}

/// Hexadecimal digits from the start of a text, with or without `0x`.
fn hex(text: &str) -> Option<u64> {
    let text = text.strip_prefix("0x").unwrap_or(text);
    let digits = text.bytes().take_while(u8::is_ascii_hexdigit).count();
    // `DIRECTORY` begins with a digit, too.
    let ends = !text[digits..].starts_with(|next: char| next.is_alphanumeric() || next == '_');
    (ends && (1..=16).contains(&digits)).then(|| u64::from_str_radix(&text[..digits], 16).ok()).flatten()
}

/// A level, and what follows it.
fn level(text: &str) -> Option<(Level, &str)> {
    let name = text.get(..3)?;
    Level::from_name(&name.to_ascii_lowercase()).map(|level| (level, &text[3..]))
}

/// `pte:9402e1e2b18c8ae9`, `PMD 0`, `pud=180000004fff7003`.
fn named_values(text: &str, separator: char) -> Vec<(Level, RawEntry)> {
    let mut values = Vec::new();
    let mut words = text.split([' ', ',']).filter(|word| !word.is_empty()).peekable();
    while let Some(word) = words.next() {
        let Some((of, rest)) = level(word) else { continue };
        let value = match rest.strip_prefix(separator) {
            Some(value) => hex(value),
            None if separator == ' ' && rest.is_empty() => words.peek().and_then(|next| hex(next)),
            None => None,
        };
        if let Some(value) = value {
            values.push((of, RawEntry(value)));
        }
        if values.len() == Level::ALL.len() {
            break;
        }
    }
    values
}

fn bad_page_map(line: &Line<'_>) -> Option<Found> {
    let (_, rest) = line.text.split_once("Bad page map in process ")?;
    let values = named_values(rest, ':');
    // A process may have any name: what is before the values.
    let end = rest.find("  ").unwrap_or(rest.len());
    let process = rest.get(..end)?.trim();
    let about = format!(
        "a page table of process \u{201c}{process:.20}\u{201d} has an entry that its mapping cannot have"
    );
    of_page_map(line, values, about)
}

fn of_page_map(line: &Line<'_>, values: Vec<(Level, RawEntry)>, about: String) -> Option<Found> {
    (!values.is_empty()).then_some(Found {
        source: Source::BadPageMap,
        line: line.number,
        model: None,
        values,
        address: None,
        about,
    })
}

/// `addr:00007ff912a00000 vm_flags:08000070 …`: the second line of a bad page map.
fn map_address(line: &Line<'_>, all: &mut [Found]) {
    let Some(last) =
        all.last_mut().filter(|last| last.source == Source::BadPageMap && last.address.is_none())
    else {
        return;
    };
    if let Some(rest) = line.text.strip_prefix("addr:").filter(|_| line.number <= last.line + 6) {
        last.address = hex(rest);
    }
}

fn racy(line: &Line<'_>) -> Option<Found> {
    const FORMS: [(&str, &str); 3] = [
        ("racy dirty state clearing: ", "the old pte can be made dirty by the CPU, the new one is clean"),
        ("racy access flag clearing: ", "the new pte clears the access flag, which the CPU may be setting"),
        ("unsafe attribute change: ", "more changes at once than a valid pte may change"),
    ];
    let (form, about) = FORMS.into_iter().find(|(form, _)| line.text.contains(form))?;
    let (_, rest) = line.text.split_once(form)?;
    let (old, new) = rest.split_once("->")?;
    let values =
        Vec::from([(Level::Pte, RawEntry(hex(old.trim())?)), (Level::Pte, RawEntry(hex(new.trim())?))]);
    let about = about.to_owned();
    Some(Found {
        source: Source::Racy,
        line: line.number,
        model: Some("arm64-4k-48"),
        values,
        address: None,
        about,
    })
}

/// `mm/pgtable-generic.c:51: bad pmd 00000000a8a0f1c5(8000000000a001e3)`, on arm64 and riscv `bad pmd 8000000000a001e3.`
fn bad_entry(line: &Line<'_>) -> Option<Found> {
    let (before, rest) = line.text.split_once(": bad ")?;
    if !before.contains(".c:") && !before.contains(".h:") {
        return None;
    }
    let (level, rest) = level(rest)?;
    let rest = rest.trim_start();
    let value = match rest.split_once('(') {
        Some((_, value)) => hex(value)?,
        None => hex(rest)?,
    };
    Some(Found {
        source: Source::BadEntry,
        line: line.number,
        model: None,
        values: Vec::from([(level, RawEntry(value))]),
        address: None,
        about: format!(
            "{name}_bad() was true of a {name}: where a table was wanted stood none, a large page perhaps; the kernel has cleared it and goes on",
            name = level.name()
        ),
    })
}

/// Most lines between the head of an oops and its tables.
const FAR: usize = 12;

/// The address of the fault in the head of an oops, which x86 prints some lines before the tables.
pub fn fault_address(line: &str) -> Option<u64> {
    const FORMS: [&str; 4] = [
        "page fault for address: ",
        "at virtual address ",
        "paging request at ",
        "NULL pointer dereference, address: ",
    ];
    hex(FORMS.iter().find_map(|form| line.split_once(form))?.1)
}

/// An oops of x86 with five levels has an address that four cannot have, or a p4d of its own.
fn five_levels(found: &mut Found) {
    let value = |of: Level| found.values.iter().find(|(level, _)| *level == of).map(|(_, value)| *value);
    let far =
        found.address.is_some_and(|addr| (0x0000_8000_0000_0000..0xffff_8000_0000_0000).contains(&addr));
    let differ = matches!((value(Level::Pgd), value(Level::P4d)), (Some(pgd), Some(p4d)) if pgd != p4d);
    if found.source == Source::Oops && found.model == Some("x86_64-4level") && (far || differ) {
        found.model = Some("x86_64-5level");
    }
}

/// `pte:V pmd:V`: what is left of a "Bad page map" line of which the head was not copied.
fn headless(line: &Line<'_>) -> Option<Found> {
    let text = line.text.as_ref();
    let first = text.split(' ').next()?;
    hex(level(first)?.1.strip_prefix(':')?)?;
    let about = "the values of such a line without its head".to_owned();
    of_page_map(line, named_values(text, ':'), about)
}

/// `crash> pte 8000000000000163`: the answer has the same value once more.
fn typed(line: &Line<'_>) -> Option<Found> {
    let value = hex(line.text.strip_prefix("crash> pte ")?.trim())?;
    Some(Found {
        source: Source::Pte,
        line: line.number,
        model: None,
        values: Vec::from([(Level::Pte, RawEntry(value))]),
        address: None,
        about: "a value that was asked for, which need not be a pte of that machine".to_owned(),
    })
}

fn oops(line: &Line<'_>) -> Option<Found> {
    let text = line.text.as_ref();
    let (values, model, address) = if text.starts_with("PGD ") {
        (named_values(text, ' '), Some("x86_64-4level"), None)
    } else if text.starts_with('[') && text.contains("] pgd=") {
        let (address, rest) = text[1..].split_once(']')?;
        (named_values(rest, '='), None, hex(address))
    } else if text.starts_with("pgd:") {
        (named_values(text, ':'), None, None)
    } else {
        return None;
    };
    let about = "the entries on the way to the address, from the root".to_owned();
    (!values.is_empty()).then_some(Found {
        source: Source::Oops,
        line: line.number,
        model,
        values,
        address,
        about,
    })
}

/// A heading `vtop ADDRESS` begins a walk; its levels are `PUD: SLOT => VALUE`. On x86 `PAGE DIRECTORY:` is the top entry, on
/// arm64 the address of the root (crash 8.0.2).
fn vtop(line: &Line<'_>, all: &mut Vec<Found>) {
    let text = line.text.as_ref();
    if let Some((_, address)) = text.split_once("vtop ") {
        begin(line, all, hex(address.split_whitespace().last().unwrap_or_default()));
        return;
    }
    if let Some(rest) = text.strip_prefix("PAGE DIRECTORY: ") {
        let Some(value) = hex(rest) else { return };
        if !all.last().is_some_and(|last| last.source == Source::Vtop && last.values.is_empty()) {
            begin(line, all, None);
        }
        if let Some(last) = all.last_mut() {
            // An address has its upper half set; no entry of x86 has.
            if value >> 52 != 0xfff {
                last.values.push((Level::Pgd, RawEntry(value)));
                last.model = Some("x86_64-4level");
            }
        }
        return;
    }
    let entry = || {
        let (level, rest) = level(text)?;
        let (_, value) = rest.strip_prefix(':')?.split_once("=>")?;
        Some((level, RawEntry(hex(value.trim())?)))
    };
    let Some(entry) = entry() else { return };
    if !all.last().is_some_and(|last| last.source == Source::Vtop && last.values.len() < Level::ALL.len()) {
        begin(line, all, None);
    }
    if let Some(last) = all.last_mut() {
        // crash prints a p4d where it is a table of its own.
        if entry.0 == Level::P4d && last.model == Some("x86_64-4level") {
            last.model = Some("x86_64-5level");
        }
        last.values.push(entry);
    }
}

fn begin(line: &Line<'_>, all: &mut Vec<Found>, address: Option<u64>) {
    // A heading without a walk is no walk.
    if all.last().is_some_and(|last| last.source == Source::Vtop && last.values.is_empty()) {
        all.pop();
    }
    all.push(Found {
        source: Source::Vtop,
        line: line.number,
        model: None,
        values: Vec::new(),
        address,
        about:
            "a walk from the root; its frames are those of these lines, whatever the heading says of PHYSICAL"
                .to_owned(),
    });
}
