//! x86-64: `page_tables/kernel`, `current_kernel`, `current_user` and `efi` of debugfs; arch/x86/mm/dump_pagetables.c, v4.x to v7.3.

use pgtable::Level;
use pgtable::arch::x86_64::{GLOBAL, NX, PAT, PCD, PRESENT, PSE, PWT, RW, USER};

use super::kernel::{self, Begin};
use crate::draft::{Draft, MarkContent};
use crate::format::{Format, Seen};
use crate::{Arch, Frames, Machine, Perms, Right, Rights, Row};

#[derive(Debug)]
pub(crate) struct X86;

const KNOWN: [&str; 14] =
    ["USR", "RW", "ro", "PWT", "PCD", "PSE", "PAT", "GLB", "NX", "pgd", "p4d", "pud", "pmd", "pte"];

impl Format for X86 {
    fn name(&self) -> &'static str {
        "kernel_page_tables-x86"
    }

    fn about(&self) -> &'static str {
        "Linux on x86-64: page_tables/kernel, current_kernel, current_user and efi of debugfs (kernel_page_tables before v4.20)"
    }

    fn program(&self) -> &'static str {
        "Linux"
    }

    fn rights(&self) -> Rights {
        Rights::Leaf
    }

    fn line<'a>(&self, line: &'a str) -> Seen<'a> {
        let range = match kernel::begin(line) {
            Begin::Seen(seen) => return seen,
            Begin::Range(range) => range,
        };
        let mut words = range.rest.split_ascii_whitespace();
        let Some(size) = words.next() else { return Seen::Cut };
        if crate::words::size(size).is_none() {
            return kernel::no_size(size, words);
        }
        let mut bits = 0;
        let (mut rw, mut nx) = (false, false);
        let mut level = None;
        while let Some(word) = words.next() {
            if level.is_some() {
                return Seen::Foreign;
            }
            bits |= match word {
                "USR" => USER,
                "RW" | "ro" if !rw => {
                    rw = true;
                    PRESENT | if word == "RW" { RW } else { 0 }
                }
                "PWT" => PWT,
                "PCD" => PCD,
                "PSE" => PSE,
                "PAT" => PAT,
                "GLB" => GLOBAL,
                "NX" | "x" if !nx => {
                    nx = true;
                    if word == "NX" { NX } else { 0 }
                }
                _ => match Level::from_name(word) {
                    Some(named) => {
                        level = Some(named);
                        0
                    }
                    None => return kernel::unknown(word, words, &KNOWN),
                },
            };
        }
        if level.is_none() {
            return Seen::Cut;
        }
        if rw != nx || (bits != 0) != rw {
            return Seen::Bad(
                range.rest.trim(),
                "of ro or RW and x or NX one each is expected, or no attributes",
            );
        }
        let row = Row {
            start: range.start,
            last: range.end.wrapping_sub(1),
            frames: Frames::Unknown,
            bits,
            line: 0,
            level,
            perms: perms(bits),
            mapped: bits & PRESENT != 0,
        };
        // The kernel prints PSE of large pages and of no others; at pte level the same bit is PAT.
        let large = matches!(level, Some(Level::Pmd | Level::Pud));
        let word =
            |name: &str| range.rest.split_ascii_whitespace().find(|word| *word == name).unwrap_or(size);
        if row.mapped && large != (bits & PSE != 0) {
            let named = level.map_or("", Level::name);
            return if large {
                Seen::Doubtful(
                    row,
                    word(named),
                    format!("a {named} that maps memory is a large page, and PSE is not there"),
                )
            } else {
                Seen::Doubtful(row, word("PSE"), format!("PSE is of large pages, and the level is {named}"))
            };
        }
        kernel::row_or_doubt(row, size)
    }

    fn accepts(&self, machine: &Machine) -> bool {
        machine.is_64(Arch::X86)
    }

    fn fits(&self, draft: &Draft) -> Vec<Machine> {
        machines(draft)
    }

    fn settle(&self, draft: &mut Draft, _: &Machine) {
        draft.assume(
            "Rights are those of the leaf entry itself: what the levels above take away only splits lines, it is not printed.",
        );
        draft.assume("The text has no physical addresses, and no accessed or dirty bits.");
        skipped(draft);
        let wide = |row: &Row| row.is_ordered() && row.start < 1 << 63 && row.last >= 1 << 63;
        if draft.rows.iter().any(wide) {
            draft.assume(
                "A row without attributes spans the user half, the gap of non-canonical addresses and the first slots of the kernel's half: it is one hole.",
            );
        }
    }
}

/// Rights of an x86 entry without accessed and dirty.
pub(crate) fn perms(bits: u64) -> Perms {
    Perms::UNKNOWN
        .with(Right::Read, bits & PRESENT != 0)
        .with(Right::Write, bits & RW != 0)
        .with(Right::Execute, bits & NX == 0)
        .with(Right::User, bits & USER != 0)
        .with(Right::Global, bits & GLOBAL != 0)
}

/// By the addresses and the names of levels.
fn machines(draft: &Draft) -> Vec<Machine> {
    let named = |ids: &[&str]| ids.iter().filter_map(|id| Machine::named(id).ok()).collect();
    let p4d = draft.rows.iter().any(|row| row.level == Some(Level::P4d));
    if p4d || super::needs_57_bits(&draft.rows) {
        return named(&["x86_64-5level"]);
    }
    // Without any row of the kernel's half both fit: 57 bits hold whatever 48 do.
    let told = draft.rows.iter().any(|row| row.start >> 63 != 0 || row.last >> 63 != 0);
    if told { named(&["x86_64-4level"]) } else { named(&["x86_64-4level", "x86_64-5level"]) }
}

/// `… entries skipped …`: not everything is there.
pub(crate) fn skipped(draft: &mut Draft) {
    let counts = draft.marks.iter().filter_map(|mark| match mark.content {
        MarkContent::Skipped(count) => Some(count),
        MarkContent::Header(_) => None,
    });
    let (lines, count) =
        counts.fold((0u64, 0u64), |(lines, sum), count| (lines + 1, sum.saturating_add(count)));
    if lines > 0 {
        draft.assume(format!(
            "Not everything is there: the kernel left out {count} entries (\u{201c}entries skipped\u{201d}, as in the ESPfix area, of which it prints 16 lines)."
        ));
    }
}
