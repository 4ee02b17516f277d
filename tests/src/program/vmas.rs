//! VMAs: with gaps and without, of every kind, in every state of their locks.

use mm::{LockMode, MmId, Rwsem, Task, Vma, VmaFlags, VmaKind};
use pgtable::{Hugetlb, Level, Model, VirtAddr};

use super::choices::Choices;

/// At most four VMAs that do not overlap, the first one near `around`.
pub(super) fn vmas(c: &mut Choices<'_>, model: &Model, around: VirtAddr) -> Vec<Vma> {
    let mut vmas = Vec::new();
    let page = model.page_bytes();
    let mut start = around.0 & !(page - 1);
    for _ in 0..=c.below(4) {
        start = start.saturating_add(if c.one_in(2) { length(c, model) } else { 0 });
        let end = start.saturating_add(length(c, model).max(page)).min(model.word_mask);
        if start >= end {
            break;
        }
        vmas.push(vma(c, model, VirtAddr(start), VirtAddr(end)));
        start = end;
    }
    vmas
}

/// A few pages or entries of some level, sometimes one page more or less.
pub(super) fn length(c: &mut Choices<'_>, model: &Model) -> u64 {
    let shift = model.level(Level::ALL[4 - c.below(5) as usize]).shift;
    let pages = [0, model.page_bytes(), model.page_bytes().wrapping_neg()][c.below(3) as usize];
    (u64::from(1 + c.below(3)) << shift).wrapping_add(pages)
}

fn vma(c: &mut Choices<'_>, model: &Model, start: VirtAddr, end: VirtAddr) -> Vma {
    let mut vma = Vma::anon(MmId::USER, start, end);
    match c.below(32) {
        30 => vma.mm = Some(MmId::INIT_MM),
        31 => vma.mm = None,
        _ => {}
    }
    match c.below(8) {
        5 => vma.flags |= VmaFlags::PFNMAP,
        6 | 7 => {
            vma.flags |= VmaFlags::HUGETLB;
            vma.huge_page_bytes = huge_page_bytes(c, model);
        }
        _ => {}
    }
    if c.one_in(2) {
        vma.kind = VmaKind::File;
    }
    vma.in_tree = !c.one_in(16);
    vma.in_mapping = !c.one_in(8);
    vma.pgoff = if c.one_in(8) { c.number(8) & model.word_mask } else { u64::from(c.below(8)) };
    vma.lock = lock(c);
    vma
}

/// The size of a hugetlb page: one that the architecture has, or any that a VMA may claim.
fn huge_page_bytes(c: &mut Choices<'_>, model: &Model) -> u64 {
    let of = |level: Level| 1u64 << model.level(level).shift;
    match (c.below(6), &model.contiguous, model.hugetlb) {
        (0 | 1, ..) => of(Level::Pmd),
        (2, ..) => of(Level::Pud),
        (3, Some(block), _) => of(Level::Pmd) * u64::from(block.pmd_slots),
        (4, Some(block), _) => of(Level::Pte) * u64::from(block.slots),
        (3 | 4, None, Hugetlb::Riscv) => 64 << 10,
        _ => {
            let bits = model.word_mask.count_ones() - u32::from(model.page_shift);
            model.page_bytes() << c.below(bits)
        }
    }
}

/// Who holds a lock, and how: mostly the walker.
pub(super) fn holder(c: &mut Choices<'_>) -> (Task, LockMode) {
    let mode = c.of(&[LockMode::Write, LockMode::Read, LockMode::None]);
    (if c.one_in(8) { Task::Other } else { Task::Walker }, mode)
}

/// A lock that the walker holds, or another task, or both for reading.
fn lock(c: &mut Choices<'_>) -> Rwsem {
    let mut lock = Rwsem::default();
    let (task, mode) = holder(c);
    lock.preset(task, mode);
    if mode == LockMode::Read && c.one_in(4) {
        // It is held for reading only, so this one gets it too.
        let shared = lock.down_read(Task::Other);
        debug_assert!(shared.is_ok(), "readers share");
    }
    lock
}
