//! s390: `kernel_page_tables` of debugfs; arch/s390/mm/dump_pagetables.c.

use pgtable::Level;

use super::kernel::{self, Begin};
use crate::draft::Draft;
use crate::format::{Format, Seen};
use crate::{Arch, Frames, Machine, Perms, Right, Rights, Row};

#[derive(Debug)]
pub(crate) struct S390;

impl Format for S390 {
    fn name(&self) -> &'static str {
        "kernel_page_tables-s390"
    }

    fn about(&self) -> &'static str {
        "Linux on s390: kernel_page_tables of debugfs"
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
            return Seen::Foreign;
        }
        let Some(level) = words.next() else { return Seen::Cut };
        // The two top names are shifted by one against those of mm/pagewalk.c.
        let level = match level {
            "ASCE" => Level::Pgd,
            "PGD" => Level::P4d,
            "PUD" => Level::Pud,
            "PMD" => Level::Pmd,
            "PTE" => Level::Pte,
            _ => return Seen::Foreign,
        };
        let (mapped, write, execute) = match (words.next(), words.next(), words.next()) {
            (Some("I"), None, None) => (false, false, false),
            (Some(right @ ("RO" | "RW")), Some(execute @ ("X" | "NX")), None) => {
                (true, right == "RW", execute == "X")
            }
            (None | Some("RO" | "RW"), None, None) => return Seen::Cut,
            _ => return Seen::Foreign,
        };
        let perms =
            Perms::UNKNOWN.with(Right::Read, mapped).with(Right::Write, write).with(Right::Execute, execute);
        let row = Row {
            start: range.start,
            last: range.end.wrapping_sub(1),
            frames: Frames::Unknown,
            bits: u64::from(mapped),
            line: 0,
            level: Some(level),
            perms,
            mapped,
        };
        kernel::row_or_doubt(row, size)
    }

    fn accepts(&self, machine: &Machine) -> bool {
        machine.arch == Arch::S390
    }

    fn fits(&self, _: &Draft) -> Vec<Machine> {
        Machine::named("s390x").into_iter().collect()
    }

    fn settle(&self, draft: &mut Draft, _: &Machine) {
        draft.assume("The names ASCE and PGD are mm/pagewalk.c's pgd and p4d.");
        draft.assume(
            "The text has no physical addresses and no user, global, accessed or dirty bits. A large entry with its invalid bit set is printed as if it mapped.",
        );
    }
}
