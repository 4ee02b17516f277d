//! powerpc64: `kernel_page_tables` of debugfs; arch/powerpc/mm/ptdump/ptdump.c, with and without the level column.

use super::kernel::{self, Begin};
use crate::draft::Draft;
use crate::format::{Format, Seen};
use crate::{Arch, Frames, Machine, Perms, Right, Rights, Row};

#[derive(Debug)]
pub(crate) struct Powerpc;

const KNOWN: [&str; 14] = [
    "user",
    "pte",
    "hpte",
    "valid",
    "present",
    "dirty",
    "accessed",
    "non-idempotent",
    "tolerant",
    "busy",
    "combo",
    "4K_pfn",
    "PMD",
    "PTE",
];

impl Format for Powerpc {
    fn name(&self) -> &'static str {
        "kernel_page_tables-powerpc"
    }

    fn about(&self) -> &'static str {
        "Linux on powerpc64: kernel_page_tables of debugfs, with and without the column of levels"
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
        let mut words = range.rest.split_ascii_whitespace().peekable();
        let Some(word) = words.next() else { return Seen::Cut };
        let Some(physical) = crate::words::prefixed16(word) else { return kernel::no_physical(word, words) };
        let Some(size) = words.next() else { return Seen::Cut };
        if crate::words::size(size).is_none() {
            return kernel::no_size(size, words);
        }
        let level = words.peek().and_then(|word| kernel::upper_level(word));
        if level.is_some() {
            words.next();
        }
        let mut perms =
            [Right::Read, Right::Write, Right::Execute, Right::User, Right::Accessed, Right::Dirty]
                .into_iter()
                .fold(Perms::UNKNOWN, |perms, right| perms.with(right, false));
        let (mut present, mut flags) = (false, 0);
        while let Some(word) = words.next() {
            flags += 1;
            let right = match word {
                "user" => Right::User,
                "r" => Right::Read,
                "w" => Right::Write,
                "X" => Right::Execute,
                "dirty" => Right::Dirty,
                "accessed" => Right::Accessed,
                "present" | "valid" => {
                    present = true;
                    continue;
                }
                "pte" | "hpte" | "non-idempotent" | "tolerant" | "busy" | "combo" | "4K_pfn" | "f_second"
                | "special" => continue,
                other if other.starts_with("f_gix:") => continue,
                _ => return kernel::unknown(word, words, &KNOWN),
            };
            perms = perms.with(right, true);
        }
        if flags < 2 {
            return Seen::Cut;
        }
        let row = Row {
            start: range.start,
            last: range.end,
            frames: Frames::First(physical),
            bits: 0,
            line: 0,
            level,
            perms,
            mapped: present,
        };
        kernel::row_or_doubt(row, size)
    }

    fn accepts(&self, machine: &Machine) -> bool {
        machine.arch == Arch::Powerpc
    }

    fn fits(&self, draft: &Draft) -> Vec<Machine> {
        // Pages of 64 KiB have rows of 64 KiB; rows of a kernel with pages of 4 KiB may be as even.
        let is_even =
            draft.rows.iter().all(|row| (row.start | row.last.wrapping_add(1)).trailing_zeros() >= 16);
        let all = Machine::all().filter(|machine| machine.arch == Arch::Powerpc);
        all.filter(|machine| is_even || machine.page_shift == 12).collect()
    }

    fn settle(&self, draft: &mut Draft, _: &Machine) {
        draft.assume("The printed ends are the last addresses of the ranges; here they are exclusive.");
        draft.assume(
            "The physical address is the first page's alone: the kernel merges rows by their flags, so the frames of a row need not follow each other.",
        );
        draft.assume("Empty ranges are not printed.");
    }
}
