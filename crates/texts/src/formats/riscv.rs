//! riscv: `kernel_page_tables` and `efi_page_tables` of debugfs; arch/riscv/mm/ptdump.c, v5.7 to v7.3.

use pgtable::Level;
use pgtable::arch::riscv::{ACCESSED, DIRTY, EXEC, GLOBAL, NAPOT, PRESENT, READ, USER, WRITE};

use super::kernel::{self, Begin};
use crate::draft::Draft;
use crate::format::{Format, Seen};
use crate::{Arch, Frames, Machine, Perms, Right, Rights, Row};

#[derive(Debug)]
pub(crate) struct Riscv;

/// Set in a row's bits where its text has neither a column for PBMT nor for NAPOT: bit 60 is tracked by no dumper.
pub(crate) const FEWER_COLUMNS: u64 = 1 << 60;

impl Format for Riscv {
    fn name(&self) -> &'static str {
        "kernel_page_tables-riscv"
    }

    fn about(&self) -> &'static str {
        "Linux on riscv: kernel_page_tables and efi_page_tables of debugfs, with and without columns for PBMT and NAPOT"
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
        let Some(word) = words.next() else { return Seen::Cut };
        let Some(physical) = crate::words::prefixed16(word) else { return kernel::no_physical(word, words) };
        let Some(size) = words.next() else { return Seen::Cut };
        if crate::words::size(size).is_none() {
            return kernel::no_size(size, words);
        }
        let Some(word) = words.next() else { return Seen::Cut };
        let Some(level) = kernel::upper_level(word) else {
            return kernel::unknown(word, words, &kernel::LEVELS);
        };
        let columns: Vec<&str> = words.collect();
        let bits = match bits(&columns) {
            Ok(bits) => bits,
            Err(seen) => return seen,
        };
        let row = Row {
            start: range.start,
            last: range.end.wrapping_sub(1),
            frames: Frames::First(physical),
            bits,
            line: 0,
            level: Some(level),
            perms: perms(bits),
            mapped: bits & PRESENT != 0,
        };
        kernel::row_or_doubt(row, size)
    }

    fn accepts(&self, machine: &Machine) -> bool {
        machine.is_64(Arch::Riscv)
    }

    fn fits(&self, draft: &Draft) -> Vec<Machine> {
        machines(draft)
    }

    fn settle(&self, draft: &mut Draft, _: &Machine) {
        draft.assume(
            "The physical address is the first page's alone: the kernel merges rows by their flags, so the frames of a row need not follow each other.",
        );
        draft.assume("Rights are those of the leaf entry: on riscv tables above take none away.");
        if draft.rows.iter().any(|row| row.bits & FEWER_COLUMNS != 0) {
            draft.assume("The text has no columns for PBMT and NAPOT: memory types and naturally aligned ranges are unknown.");
        }
    }
}

/// Rights of a riscv leaf.
pub(crate) fn perms(bits: u64) -> Perms {
    Perms::UNKNOWN
        .with(Right::Read, bits & READ != 0)
        .with(Right::Write, bits & WRITE != 0)
        .with(Right::Execute, bits & EXEC != 0)
        .with(Right::User, bits & USER != 0)
        .with(Right::Global, bits & GLOBAL != 0)
        .with(Right::Accessed, bits & ACCESSED != 0)
        .with(Right::Dirty, bits & DIRTY != 0)
}

/// The last eight columns are always there. Before them stand, as the kernel is newer: RSW; memory type; N.
fn bits<'a>(columns: &[&'a str]) -> Result<u64, Seen<'a>> {
    const LETTERS: [(&str, u64); 8] = [
        ("D", DIRTY),
        ("A", ACCESSED),
        ("G", GLOBAL),
        ("U", USER),
        ("X", EXEC),
        ("W", WRITE),
        ("R", READ),
        ("V", PRESENT),
    ];
    let is_letter = |word: &str| word == "." || LETTERS.iter().any(|&(letter, _)| letter == word);
    // The last word may be broken.
    let is_half =
        |word: &str| ["MT(NC)", "MT(IO)", "MT(??)", "RSW(1)"].iter().any(|known| known.starts_with(word));
    let may_go_on = columns.iter().enumerate().all(|(at, &word)| {
        is_letter(word) || is_wide(word) || word == "N" || at + 1 == columns.len() && is_half(word)
    });
    let Some(at) = columns.len().checked_sub(8) else {
        return Err(if may_go_on { Seen::Cut } else { Seen::Foreign });
    };
    let mut bits = 0;
    for (&word, (letter, bit)) in columns[at..].iter().zip(LETTERS) {
        if word == letter {
            bits |= bit;
        } else if word != "." {
            return Err(if may_go_on && columns.len() < 11 { Seen::Cut } else { Seen::Foreign });
        }
    }
    let mut before = &columns[..at];
    let all = before.len() == 3;
    if let [napot @ ("N" | "."), rest @ ..] = before {
        bits |= if *napot == "N" { NAPOT } else { 0 };
        before = rest;
    }
    if before.len() > 2 {
        return Err(Seen::Foreign);
    }
    for &word in before {
        bits |= match word {
            ".." => 0,
            "MT(NC)" => 1 << 61,
            "MT(IO)" => 2 << 61,
            "MT(??)" => 3 << 61,
            "RSW" | "RSW(1)" => 1 << 8,
            "RSW(2)" => 2 << 8,
            "RSW(3)" => 3 << 8,
            _ => return Err(Seen::Foreign),
        };
    }
    Ok(bits | if all { 0 } else { FEWER_COLUMNS })
}

/// A column of several letters.
fn is_wide(word: &str) -> bool {
    word == ".." || word.starts_with("MT(") || word.starts_with("RSW")
}

/// By the lowest address of the kernel's half, else by the names of levels: P4D is printed with five, PUD with four. Kernels that name
/// levels by what they were built for say PUD, and P4D, with three as well.
fn machines(draft: &Draft) -> Vec<Machine> {
    // The linear mapping lies where the number of levels puts it: once it was seen, no other number fits.
    let told = draft.rows.iter().any(|row| row.start >> 63 != 0 && row.start < 0xffff_ffff_8000_0000);
    let levels = |row: &Row| match (row.start >> 63, row.level) {
        (_, Some(Level::P4d)) if !told => 5,
        (1, _) if row.start < 0xffff_8000_0000_0000 => 5,
        (_, Some(Level::Pud)) if !told => 4,
        (1, _) if row.start < 0xffff_ffc0_0000_0000 => 4,
        (0, _) if row.start >> 47 != 0 => 5,
        (0, _) if row.start >> 38 != 0 => 4,
        _ => 3,
    };
    // One wrong address among many is a finding, and no reason to take the machine for another one.
    let many =
        |&least: &u8| draft.rows.iter().filter(|row| levels(row) >= least).count() * 10 > draft.rows.len();
    let least = [5, 4].into_iter().find(many).unwrap_or(3);
    let all = [(3, "riscv64-sv39"), (4, "riscv64-sv48"), (5, "riscv64-sv57")];
    let fitting = all.into_iter().filter(|&(levels, _)| levels == least || levels > least && !told);
    fitting.filter_map(|(_, id)| Machine::named(id).ok()).collect()
}
