//! arm64: `kernel_page_tables` and `efi_page_tables` of debugfs; arch/arm64/mm/ptdump.c, to v7.3.

use pgtable::arch::arm64::{AF, ATTRINDX, CONT, GP, NG, PXN, RDONLY, SHARED, TYPE, USER, UXN, VALID};
use pgtable::{Fold, Level, MODELS, Model};

use super::kernel::{self, Begin};
use crate::draft::{Draft, MarkContent};
use crate::format::{Format, Seen};
use crate::{Arch, Frames, Machine, Perms, Right, Rights, Row};

#[derive(Debug)]
pub(crate) struct Arm64;

/// An index that no name is printed for.
const NO_NAME: u64 = 5 << 2;

impl Format for Arm64 {
    fn name(&self) -> &'static str {
        "kernel_page_tables-arm64"
    }

    fn about(&self) -> &'static str {
        "Linux on arm64: kernel_page_tables and efi_page_tables of debugfs"
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
        let Some(word) = words.next() else { return Seen::Cut };
        let Some(level) = kernel::upper_level(word) else {
            return kernel::unknown(word, words, &kernel::LEVELS);
        };
        let bits = match bits(words) {
            Ok(bits) => bits,
            Err(seen) => return seen,
        };
        let perms = Perms::UNKNOWN
            .with(Right::Read, bits & VALID != 0)
            .with(Right::Write, bits & RDONLY == 0)
            // Executable for whom the page is: PXN stops the kernel, UXN user mode.
            .with(Right::Execute, bits & PXN == 0 || bits & USER != 0 && bits & UXN == 0)
            .with(Right::User, bits & USER != 0)
            .with(Right::Global, bits & NG == 0)
            .with(Right::Accessed, bits & AF != 0);
        let row = Row {
            start: range.start,
            last: range.end.wrapping_sub(1),
            frames: Frames::Unknown,
            bits,
            line: 0,
            level: Some(level),
            perms,
            mapped: bits & VALID != 0,
        };
        kernel::row_or_doubt(row, size)
    }

    fn accepts(&self, machine: &Machine) -> bool {
        machine.arch == Arch::Arm64
    }

    fn fits(&self, draft: &Draft) -> Vec<Machine> {
        machines(draft)
    }

    fn settle(&self, draft: &mut Draft, machine: &Machine) {
        draft.assume(format!(
            "The page size is not printed: it is taken for {} KiB, and {} address bits, by where rows begin and end.",
            machine.page_bytes() >> 10,
            machine.va_bits
        ));
        draft.assume(
            "Rights are those of the leaf entry itself: bits of tables above (PXNTable, UXNTable, APTable) are not printed.",
        );
        draft.assume(
            "The text has no physical addresses; dirty and PTE_WRITE (a page that hardware may make writable) are not among its columns.",
        );
        if folds(machine) || machine.va_bits == 52 {
            draft.assume(
                "Kernels for 52-bit addresses fold a level where the CPU has fewer (no LVA, no LPA2): their rows look like those of a 48- or 47-bit kernel.",
            );
        }
        if draft.rows.iter().any(|row| row.bits != 0 && !row.mapped) {
            draft.assume(
                "Rows with F (not valid) are present to the kernel only: the CPU faults there, so they do not count as mapped.",
            );
        }
    }
}

/// Whether the kernel is built for more address bits than the CPU has.
fn folds(machine: &Machine) -> bool {
    let realigned = |model: &Model| model.levels.iter().any(|level| level.fold == Fold::RunTimeRealigned);
    machine.model.is_some_and(realigned)
}

/// The attributes of a row: none at all, or in the order of the dumper's columns.
fn bits<'a>(mut words: impl Iterator<Item = &'a str>) -> Result<u64, Seen<'a>> {
    const ORDER: [&str; 11] = ["F", "USR", "ro", "NX", "SHD", "AF", "NG", "CON", "BLK", "UXN", "GP"];
    let mut bits = TYPE | RDONLY;
    let mut next = 0;
    let mut seen = 0;
    let (mut right, mut execute, mut memory) = (false, false, None);
    while let Some(word) = words.next() {
        seen += 1;
        if memory.is_some() {
            return Err(Seen::Foreign);
        }
        if word.starts_with("MEM/") || word.starts_with("DEVICE/") {
            memory = Some(match word {
                "MEM/NORMAL" => 0,
                "MEM/NORMAL-TAGGED" => 1 << 2,
                "MEM/NORMAL-NC" => 2 << 2,
                "DEVICE/nGnRnE" => 3 << 2,
                "DEVICE/nGnRE" => 4 << 2,
                // MEM/NORMAL-WT and DEVICE/GRE of earlier kernels.
                _ => NO_NAME,
            });
            continue;
        }
        let column = match word {
            "RW" => "ro",
            "x" => "NX",
            other => other,
        };
        let Some(at) = ORDER.iter().position(|&name| name == column).filter(|&at| at >= next) else {
            const OTHERS: [&str; 4] = ["RW", "DEVICE/nGnRnE", "DEVICE/nGnRE", "MEM/NORMAL-TAGGED"];
            let known: Vec<&str> = ORDER.into_iter().chain(OTHERS).collect();
            return Err(kernel::unknown(word, words, &known));
        };
        next = at + 1;
        match word {
            "F" => bits &= !VALID,
            "USR" => bits |= USER,
            "ro" => right = true,
            "RW" => {
                right = true;
                bits &= !RDONLY;
            }
            "NX" => {
                execute = true;
                bits |= PXN;
            }
            "x" => execute = true,
            "SHD" => bits |= SHARED,
            "AF" => bits |= AF,
            "NG" => bits |= NG,
            "CON" => bits |= CONT,
            "BLK" => bits = bits & !TYPE | 1,
            "UXN" => bits |= UXN,
            _ => bits |= GP,
        }
    }
    match (seen, right && execute) {
        (0, _) => Ok(0),
        // The type of the memory is the last column of whatever is mapped.
        (3.., true) if memory.is_none() => Err(Seen::Cut),
        (_, true) => Ok(bits & !ATTRINDX | memory.unwrap_or(NO_NAME)),
        (_, false) => Err(Seen::Cut),
    }
}

/// By the alignment of rows (page size) and the lowest address of the linear mapping (address bits).
fn machines(draft: &Draft) -> Vec<Machine> {
    // Holes end where entries do, too.
    let alignment = |level| {
        let rows = draft.rows.iter().filter(move |row| row.is_ordered() && row.level == Some(level));
        rows.map(|row| (row.start | row.last.wrapping_add(1)).trailing_zeros()).min()
    };
    let (pte, pmd) = (alignment(Level::Pte), alignment(Level::Pmd));
    let fits_page = |shift: u32, pmd_shift: u32| {
        pte.is_none_or(|bits| bits >= shift) && pmd.is_none_or(|bits| bits >= pmd_shift)
    };
    // The largest that fits is the likeliest: that no row of a 4K kernel ends at an odd page is rare.
    let shifts: Vec<u8> = [(16, 29), (14, 25), (12, 21)]
        .into_iter()
        .filter(|&(page, pmd)| fits_page(page, pmd))
        .map(|(page, _)| page as u8)
        .collect();
    let shifts = if pte.is_none() && pmd.is_none() { vec![12, 14, 16] } else { shifts };
    let is_linear = |mark: &&crate::draft::Mark| matches!(&mark.content, MarkContent::Header(name) if name == "Linear Mapping start");
    let linear =
        draft.marks.iter().find(is_linear).and_then(|mark| draft.rows.get(mark.row)).map(|row| row.start);
    let lowest = draft.rows.iter().map(|row| row.start).filter(|start| start >> 63 != 0).min();
    let bits = |start: u64| (start.leading_ones() as u8).min(63);
    // PAGE_OFFSET is -(1 << VA_BITS); without its header the lowest address still needs as many bits.
    let exact = linear
        .filter(|start| start >> 63 != 0 && start.count_ones() == start.leading_ones())
        .map(|start| 64 - bits(start));
    let least = lowest.map_or(0, |start| 64 - bits(start));
    let mut fitting = Vec::new();
    for &shift in &shifts {
        let of_size = || {
            MODELS
                .iter()
                .map(|&model| Machine::of(model))
                .filter(|machine| machine.arch == Arch::Arm64 && machine.page_shift == shift)
        };
        let before = fitting.len();
        fitting.extend(of_size().filter(|machine| exact.is_some_and(|exact| machine.va_bits == exact)));
        if fitting.len() == before {
            let mut others: Vec<_> =
                of_size().filter(|machine| exact.is_none() && machine.va_bits >= least).collect();
            others.sort_by_key(|machine| machine.va_bits != 48);
            fitting.extend(others);
        }
    }
    if fitting.is_empty() {
        // An address width that no model has: the page size is known at least.
        let shift = shifts.first().copied().unwrap_or(12);
        fitting.extend(Machine::all().filter(|machine| {
            machine.arch == Arch::Arm64 && machine.page_shift == shift && machine.va_bits >= 48
        }));
    }
    fitting
}
