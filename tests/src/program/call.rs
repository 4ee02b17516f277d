//! The entry point, its arguments and its ops table.

use mm::{LockMode, MmId, Task, Vma, VmaId};
use pagewalk::{Action, Args, Callback, Callbacks, EntryPoint, FolioFlags, WalkLock};
use pgtable::{Level, Model, PhysAddr, VirtAddr};

use super::choices::Choices;
use super::{tables, vmas};
use crate::script::{Deviation, Script};

/// Walks without VMAs, walks with them, and the few that have no range.
pub(super) fn entry(c: &mut Choices<'_>) -> EntryPoint {
    let (plain, ranged) = EntryPoint::ALL.split_at(4);
    if c.below(3) == 0 { c.of(plain) } else { c.of(ranged) }
}

/// Where a walk begins: at a slot's edge or anywhere.
pub(super) fn start(c: &mut Choices<'_>, model: &Model) -> VirtAddr {
    let start = match c.below(16) {
        0..=9 => 0,
        15 => c.number(8),
        _ => {
            let shift = model.level(c.of(&Level::ALL)).shift;
            let pages = u64::from(c.below(3)) << model.page_shift;
            (u64::from(c.below(4)) << shift).wrapping_sub(pages)
        }
    };
    VirtAddr(start & model.word_mask)
}

/// Arguments whose VMA is still a place in a list.
pub(super) struct ArgsOf {
    args: Args,
    /// Which VMA; one more than there are is none.
    pub(super) vma: usize,
}

impl ArgsOf {
    /// The same with the VMA, which has an identity by now.
    pub(super) fn with(self, vma: Option<VmaId>) -> Args {
        Args { vma, ..self.args }
    }
}

/// A range near the VMAs, or of one of them.
pub(super) fn args(
    c: &mut Choices<'_>,
    model: &Model,
    entry: EntryPoint,
    vmas: &[Vma],
    around: VirtAddr,
) -> ArgsOf {
    let none = vmas.is_empty() || c.one_in(16);
    let vma = if none { vmas.len() } else { c.below(vmas.len() as u32) as usize };
    let within = vmas.get(vma).filter(|_| entry.takes_vma() && !c.one_in(8));
    let (start, end) = match within {
        Some(vma) => {
            let inside = if c.one_in(4) { c.number(2) << model.page_shift } else { 0 };
            let start = VirtAddr(vma.start.0.saturating_add(inside % (vma.end.0 - vma.start.0)));
            (start, if c.one_in(2) { vma.end } else { vma.end.min(end_of(c, model, start)) })
        }
        None => (around, end_of(c, model, around)),
    };
    let mm = match c.below(16) {
        0..=10 => Some(MmId::USER),
        11..=14 => Some(MmId::INIT_MM),
        _ => None,
    };
    let pgd = match c.below(16) {
        14 => Some(tables::root(c)),
        15 => Some(PhysAddr(c.number(8))),
        _ => None,
    };
    let (first_index, nr) =
        if c.one_in(8) { (c.number(8), c.number(8)) } else { (u64::from(c.below(6)), u64::from(c.below(6))) };
    let folio = FolioFlags::from_bits_truncate(c.below(4) as u8);
    ArgsOf { args: Args { mm, start, end, pgd, vma: None, first_index, nr, folio }, vma }
}

/// Where a range ends: short or long, one in eight not aligned, seldom backwards.
fn end_of(c: &mut Choices<'_>, model: &Model, start: VirtAddr) -> VirtAddr {
    let bytes = match c.below(16) {
        14 => c.number(2),
        15 => c.number(8),
        _ => vmas::length(c, model),
    };
    let skew = if c.one_in(8) { c.number(2) } else { 0 };
    VirtAddr(start.0.saturating_add(bytes).saturating_add(skew) & model.word_mask)
}

/// Mostly everything is set, sometimes anything. `install_pte` only where it is not refused at once.
pub(super) fn ops(c: &mut Choices<'_>, model: &Model, entry: EntryPoint) -> Script {
    let installs =
        matches!(entry, EntryPoint::RangeMm | EntryPoint::RangeMmUnsafe | EntryPoint::RangeVmaUnsafe);
    let everything = Callbacks::all().difference(Callbacks::INSTALL_PTE);
    let mut callbacks = match c.below(8) {
        0..=2 => everything,
        3 => Callbacks::WITHOUT_VMA,
        4 => Callbacks::PTE_ENTRY | Callbacks::PTE_HOLE,
        5 => Callbacks::PMD_ENTRY | Callbacks::PTE_HOLE,
        _ => Callbacks::from_bits_truncate(c.number(2) as u16),
    };
    if installs && c.one_in(2) {
        callbacks |= Callbacks::INSTALL_PTE;
    }
    let walk_lock = c.of(&WalkLock::ALL);
    let install = tables::entry(c, model);
    let script = (0..c.below(6)).map(|_| deviation(c, model)).collect();
    Script::new(callbacks, script).with(walk_lock, install)
}

fn deviation(c: &mut Choices<'_>, model: &Model) -> Deviation {
    let callback = c.of(&Callback::ALL);
    // A callback that answers AGAIN in every call never ends; most are asked once.
    let nth = if c.one_in(16) { 0 } else { 1 + u64::from(c.below(3)) };
    let ret = if c.one_in(5) { Some(c.of(&[-14, 1])) } else { None };
    let action = c.of(&[None, Some(Action::Subtree), Some(Action::Continue), Some(Action::Again)]);
    let set = if c.one_in(2) { Some(tables::entry(c, model)) } else { None };
    Deviation { callback, nth, ret, action, set }
}

/// Who holds the locks of `init_mm`, of `mm` and of the file, and how.
pub(super) fn held(c: &mut Choices<'_>) -> [(Task, LockMode); 3] {
    [vmas::holder(c), vmas::holder(c), vmas::holder(c)]
}
