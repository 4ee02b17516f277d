//! What printed walks say of ranges.

use pgtable::arch::{arm64, x86_64};
use pgtable::{EntryKind, Level, RawEntry, VirtAddr};

use crate::draft::{Draft, Step, Walk};
use crate::formats::gva2gpa::{CUT, TRANSLATION, is_cut, row};
use crate::{Arch, Frames, Machine, Perms, Right, Row};

/// arm64's software bit, which crash prints as DIRTY.
const PTE_DIRTY: u64 = 1 << 55;

/// By the names of flags, or else by the bits of entries that point to tables; then by the levels and slots that were printed.
pub(super) fn machines(draft: &Draft) -> Vec<Machine> {
    let walks = || draft.walks.iter().filter(|walk| !walk.steps.is_empty());
    if walks().next().is_none() {
        return Vec::new();
    }
    // The root's entry, where more follow: it points to a table.
    let tables = || walks().filter(|walk| walk.steps.len() > 1).filter_map(|walk| walk.steps.first());
    let arch = draft.arch.unwrap_or_else(|| {
        if tables().next().is_some() && tables().all(|step| step.value & 0x3ff == 1) {
            Arch::Riscv
        } else if tables().next().is_some() && tables().all(|step| step.value & 0xfff == 3) {
            Arch::Arm64
        } else {
            Arch::X86
        }
    });
    let fitting = Machine::all().filter(|machine| machine.is_64(arch) && fits(machine, &draft.walks));
    let mut fitting: Vec<Machine> = fitting.collect();
    fitting.sort_by_key(|machine| (machine.va_bits != 48, machine.page_shift));
    if arch == Arch::Riscv {
        // Names of levels tell the number of levels.
        fitting.sort_by_key(|machine| machine.va_bits);
    }
    if fitting.is_empty() {
        // Where the slots are none that an address selects, names of levels and addresses still tell the number of levels.
        let told = |machine: &Machine| {
            let named = draft.walks.iter().filter(|walk| is_named(machine, walk)).count();
            (draft.walks.iter().all(|walk| machine.is_canonical(walk.addr)), named)
        };
        let named = Machine::all().filter(|machine| machine.is_64(arch) && told(machine).1 > 0);
        let mut best: Option<Machine> = None;
        for machine in named {
            if best.is_none_or(|best| told(&machine) > told(&best)) {
                best = Some(machine);
            }
        }
        fitting.extend(best);
    }
    if fitting.is_empty() {
        fitting.extend(Machine::all().find(|machine| machine.is_64(arch)));
    }
    fitting
}

/// Whether the levels are those of the machine, and every printed slot is the one that the address selects.
fn fits(machine: &Machine, walks: &[Walk]) -> bool {
    let Some(model) = machine.model else { return false };
    walks.iter().filter(|walk| !walk.steps.is_empty()).all(|walk| {
        let slots = machine.arch == Arch::Riscv
            || walk.steps.iter().filter(|step| step.level != Level::Pgd).all(|step| {
                let index = u64::from(model.index(step.level, VirtAddr(walk.addr)));
                step.slot.is_none_or(|slot| (slot & (machine.page_bytes() - 1)) / 8 == index)
            });
        is_named(machine, walk) && slots && machine.is_canonical(walk.addr)
    })
}

/// Whether the levels of a walk are those of the machine.
fn is_named(machine: &Machine, walk: &Walk) -> bool {
    let steps = walk.steps.iter().map(|step| step.level);
    machine.model.is_some_and(|model| steps.eq(model.real_levels().take(walk.steps.len())))
        && !walk.steps.is_empty()
}

/// The leaf of a walk: the first entry from above that maps memory. crash 8.0.2 on riscv64 does not know leaves above the pte and
/// reads on in the mapped memory as if it were a table.
fn leaf(machine: &Machine, walk: &Walk) -> Option<Step> {
    let model = machine.model?;
    let kind =
        |step: &Step| model.classify(model.lowest_sharing(step.level), RawEntry(step.value), &model.empty);
    walk.steps
        .iter()
        .find(|step| kind(step) != EntryKind::Table)
        .copied()
        .filter(|step| kind(step) == EntryKind::Leaf)
}

pub(super) fn rows(draft: &mut Draft, machine: &Machine) {
    let Some(model) = machine.model else { return };
    let walks = std::mem::take(&mut draft.walks);
    let mut unmapped = 0u64;
    for walk in walks.iter().filter(|walk| !walk.steps.is_empty()) {
        let Some(step) = leaf(machine, walk).filter(|step| is_valid(step.value)) else {
            unmapped += 1;
            continue;
        };
        let bytes = 1u64 << model.level(step.level).shift;
        let start = walk.addr & !(bytes - 1);
        let physical =
            model.leaf_address(model.lowest_sharing(step.level), RawEntry(step.value)).0 & !(bytes - 1);
        let last_step = walk.steps.last().is_some_and(|last| last.level == step.level);
        if let Some(page) = walk.page.filter(|&page| page & !(bytes - 1) != physical && last_step) {
            let what = format!(
                "PAGE: {page:x} is not where the entry {:x} leads, {physical:x}: the entry's is taken",
                step.value
            );
            draft.problems.add(walk.line, 1, what);
        }
        if !last_step {
            draft.assume(
                "Below a leaf crash printed what it read in the mapped memory as if that were tables (8.0.2 on riscv64): those lines are left out.",
            );
        }
        let offset = walk.addr - start;
        if let Some(heading) = walk.heading.filter(|&heading| heading != physical + offset) {
            draft.assume(format!(
                "PHYSICAL in the heading is not from the walk: for {:x} it is {heading:x}, and the walk leads to {:x}, which is taken.",
                walk.addr,
                physical + offset
            ));
        }
        let row = Row {
            start,
            last: start | (bytes - 1),
            frames: Frames::RunOn(physical),
            bits: step.value,
            line: walk.line,
            level: Some(step.level),
            perms: perms(machine, step.value),
            mapped: true,
        };
        if !draft.rows.iter().rev().take(1000).any(|other| other.start == row.start && other.last == row.last)
        {
            draft.push(row);
        }
    }
    draft.walks = walks;
    draft.assume(
        "Rights are the leaf entry's own; the entries above it are printed as well, and may take some away.",
    );
    draft.assume("A walk is for one address: the range is the page that it ends in.");
    draft.assume(match machine.arch {
        Arch::X86 => "Slots are physical addresses; PAGE DIRECTORY is the top entry.",
        Arch::Arm64 => "Slots are the kernel's virtual addresses; PAGE DIRECTORY is the root's.",
        _ => "On riscv64 the address beside a lower entry is its table's, not its slot's.",
    });
    if machine.arch == Arch::Arm64 {
        draft.assume("Dirty is what crash prints as DIRTY, bit 55; a page that hardware made writable (bit 51 without bit 7) counts as dirty in the kernel too.");
        draft.assume(format!("The page size is not printed: slots fit {} KiB.", machine.page_bytes() >> 10));
    }
    if unmapped > 0 {
        let walks = if unmapped == 1 { "1 walk ends".to_owned() } else { format!("{unmapped} walks end") };
        draft.assume(format!(
            "{walks} at an entry that maps nothing; PHYSICAL in such a heading means nothing."
        ));
    }
    translations(draft);
}

/// Answers without a walk.
pub(super) fn translations(draft: &mut Draft) {
    let mut rows: Vec<Row> = Vec::new();
    for walk in draft.walks.iter().filter(|walk| walk.steps.is_empty()) {
        match walk.heading {
            Some(physical) if is_cut(walk.addr, physical) => draft.problems.add(walk.line, 1, CUT),
            Some(physical) => rows.push(row(walk.addr, physical, walk.line)),
            None => {}
        }
    }
    if rows.is_empty() {
        return;
    }
    draft.assume(TRANSLATION);
    draft.assume("Where only the two addresses are printed (drgn's vtop does so, from a true walk) there are no levels and no rights.");
    draft.rows.extend(rows);
}

/// Whether the CPU may use the entry: x86, arm64 and riscv have that bit in the same place.
const fn is_valid(value: u64) -> bool {
    value & 1 != 0
}

fn perms(machine: &Machine, value: u64) -> Perms {
    match machine.arch {
        Arch::Arm64 => {
            use arm64::{AF, NG, PXN, RDONLY, USER, UXN};
            Perms::UNKNOWN
                .with(Right::Read, true)
                .with(Right::Write, value & RDONLY == 0)
                .with(Right::Execute, value & PXN == 0 || value & USER != 0 && value & UXN == 0)
                .with(Right::User, value & USER != 0)
                .with(Right::Global, value & NG == 0)
                .with(Right::Accessed, value & AF != 0)
                .with(Right::Dirty, value & PTE_DIRTY != 0)
        }
        Arch::Riscv => crate::formats::riscv::perms(value),
        _ => crate::formats::x86::perms(value | x86_64::PRESENT)
            .with(Right::Accessed, value >> 5 & 1 != 0)
            .with(Right::Dirty, value >> 6 & 1 != 0),
    }
}
