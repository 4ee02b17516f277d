//! The function at work, line by line.
//!
//! The lines are ours: what the kernel's function does, in its own names and in its order. The kernel's source is a
//! link away.

use pagewalk::{
    AssertOrder, By, Callback, CallerFunc, Event, Func, LockName, Revision, Rules, Subject, Test,
};
use pgtable::Level;

/// The listing of one function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    /// The function.
    pub func: &'static str,
    /// Its lines.
    pub lines: Vec<Line>,
    /// Where the kernel's own source can be read, if that version was published.
    pub source: Option<String>,
}

/// One line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its number within the function, for jumping to its next step.
    pub number: u8,
    /// What it does.
    pub text: String,
    /// Whether the step is on it.
    pub lit: bool,
}

mod callers;
mod with_vmas;

/// Numbers of the lines of the level loops and of `walk_pte_range()`.
mod at {
    pub(super) const ENTER: u8 = 0;
    pub(super) const RECHECK: u8 = 1;
    pub(super) const OFFSET: u8 = 2;
    pub(super) const NONE: u8 = 3;
    pub(super) const BAD: u8 = 4;
    pub(super) const HOLE: u8 = 5;
    pub(super) const ENTRY: u8 = 6;
    pub(super) const AGAIN: u8 = 7;
    pub(super) const LEAF: u8 = 8;
    pub(super) const DESCEND: u8 = 9;
    pub(super) const NEXT: u8 = 10;
    pub(super) const RETURN: u8 = 11;
    pub(super) const MAP: u8 = 12;
    pub(super) const UNMAP: u8 = 13;
    /// Lines of an entry point.
    pub(super) const DELEGATE: u8 = 20;
    pub(super) const ASSERT: u8 = 21;
    pub(super) const CHECK: u8 = 22;
    pub(super) const ASSERT_INIT_MM: u8 = 23;
    /// Lines of the walk over VMAs.
    pub(super) const FIND: u8 = 40;
    pub(super) const GAP: u8 = 41;
    pub(super) const VMA_LOCK: u8 = 42;
    pub(super) const TEST: u8 = 43;
    pub(super) const PRE: u8 = 44;
    pub(super) const POST: u8 = 45;
    pub(super) const INSTALL: u8 = 46;
    /// Lines of the patch's callers.
    pub(super) const ALLOC: u8 = 50;
    pub(super) const FREED: u8 = 51;
    /// Lines of ptdump_walk_pgd().
    pub(super) const LOCK: u8 = 30;
    pub(super) const UNLOCK: u8 = 31;
    pub(super) const FLUSH: u8 = 32;
}

/// The line that an event is on.
pub const fn line_of(event: &Event) -> u8 {
    match event {
        Event::Enter { .. } | Event::Fault(_) => at::ENTER,
        Event::Return { .. } => at::RETURN,
        Event::Check { .. } => at::CHECK,
        Event::Assert { by: By::FindVma, .. } | Event::FindVma { .. } | Event::NextInMapping { .. } => {
            at::FIND
        }
        Event::Assert { by: By::VmaStartWrite | By::VmaAssertWriteLocked | By::VmaAssertLocked, .. }
        | Event::Assert { subject: Subject::Vma, .. }
        | Event::VmaStartWrite { .. } => at::VMA_LOCK,
        Event::Assert { subject: Subject::Walked | Subject::IMmap, .. } => at::ASSERT,
        Event::Assert { subject: Subject::InitMm, .. } => at::ASSERT_INIT_MM,
        Event::Delegate => at::DELEGATE,
        Event::Read { test, .. } => match test {
            Test::None => at::NONE,
            Test::Bad => at::BAD,
            Test::Leaf | Test::Present | Test::NoneAgain => at::LEAF,
            Test::StillTable => at::RECHECK,
            Test::Offset => at::OFFSET,
            Test::InstallPresent | Test::InstallHuge => at::LEAF,
            Test::MapTable | Test::Same => at::MAP,
            Test::LeafLocked | Test::ToSplit => at::LEAF,
        },
        Event::Callback { call, .. } => match call.callback {
            Callback::Hole if call.depth < 0 => at::GAP,
            Callback::Hole => at::HOLE,
            Callback::Entry(_) | Callback::Hugetlb => at::ENTRY,
            Callback::TestWalk => at::TEST,
            Callback::PreVma => at::PRE,
            Callback::PostVma => at::POST,
            Callback::InstallPte => at::INSTALL,
        },
        Event::HugetlbWalk { .. } => at::NONE,
        Event::Split { .. } => at::LEAF,
        Event::Alloc { .. } => at::HOLE,
        Event::SetPte { .. } | Event::UpdateMmuCache { .. } => at::INSTALL,
        Event::FolioFound(_) => at::RETURN,
        Event::Lock { lock: LockName::Ptl(_) | LockName::PageTable(_), .. } => at::MAP,
        Event::Unlock { lock: LockName::Ptl(_) | LockName::PageTable(_), .. } => at::UNMAP,
        Event::BadCleared { .. } => at::BAD,
        Event::Again { .. } => at::AGAIN,
        Event::RcuLock | Event::Map { .. } => at::MAP,
        Event::RcuUnlock => at::UNMAP,
        Event::Lock { .. } => at::LOCK,
        Event::Unlock { .. } => at::UNLOCK,
        Event::NotePageFlush | Event::Flush(_) => at::FLUSH,
        Event::Write { .. } => at::ENTRY,
        Event::Wait { .. } | Event::TryLockFailed { .. } => at::LOCK,
        Event::NewPage { .. } => at::ALLOC,
        Event::Free { .. } => at::FREED,
        Event::Act(_) => at::DESCEND,
    }
}

/// The function that an event is in, if it says so.
pub const fn func_of(event: &Event) -> Option<Func> {
    match *event {
        Event::Enter { func, .. } | Event::Return { func, .. } => Some(func),
        // By a callback or a splitter, which is the innermost function.
        Event::Read { test: Test::LeafLocked | Test::ToSplit, .. } => None,
        Event::Read { level, test: Test::Offset | Test::StillTable, .. } => match level.lower() {
            Some(lower) => Some(Func::WalkRange(lower)),
            None => Some(Func::WalkRange(level)),
        },
        Event::Read { level, .. } | Event::BadCleared { level, .. } | Event::Again { level, .. } => {
            Some(Func::WalkRange(level))
        }
        Event::Callback { call, .. } => match call.callback {
            Callback::PreVma | Callback::PostVma => Some(Func::WalkOneVma),
            Callback::Hugetlb => Some(Func::WalkHugetlbRange),
            Callback::TestWalk => None,
            _ if call.depth < 0 => None,
            _ => Some(Func::WalkRange(call.level)),
        },
        Event::HugetlbWalk { .. }
        | Event::Lock { lock: LockName::HugetlbVma(_), .. }
        | Event::Unlock { lock: LockName::HugetlbVma(_), .. } => Some(Func::WalkHugetlbRange),
        Event::Split { level, .. } | Event::Alloc { level, .. } => Some(Func::WalkRange(level)),
        Event::SetPte { .. }
        | Event::UpdateMmuCache { .. }
        | Event::Lock { lock: LockName::Ptl(_), .. }
        | Event::Unlock { lock: LockName::Ptl(_), .. } => Some(Func::WalkRange(Level::Pte)),
        Event::RcuLock | Event::RcuUnlock | Event::Map { .. } => Some(Func::WalkRange(Level::Pte)),
        Event::NotePageFlush => Some(Func::PtdumpWalkPgd),
        _ => None,
    }
}

/// The listing of `func` in `revision` with `lit` as the current line.
pub(crate) fn listing(func: Func, revision: Revision, lit: Option<u8>) -> Listing {
    let lines = match func {
        Func::WalkRange(Level::Pte) => pte_lines(),
        Func::WalkRange(level) => level_lines(level, revision.rules()),
        Func::PtdumpWalkPgd => ptdump_lines(revision.rules()),
        Func::WalkPageRange
        | Func::WalkPageRangeMm
        | Func::WalkPageRangeMmUnsafe
        | Func::WalkPageRangeVma
        | Func::WalkPageRangeVmaUnsafe
        | Func::WalkPageVma
        | Func::WalkPageMapping
        | Func::WalkOneVma
        | Func::WalkHugetlbRange
        | Func::FolioWalkStart
        | Func::FolioWalkEnd => with_vmas::lines(func, revision.rules()),
        Func::Caller(caller) => caller_lines(caller, revision.rules()),
        entry => entry_lines(entry, revision.rules()),
    };
    let lines =
        lines.into_iter().map(|(number, text)| Line { number, text, lit: lit == Some(number) }).collect();
    Listing { func: func.name(), lines, source: source(func, revision) }
}

/// A page that shows the kernel's own source of the function.
fn source(func: Func, revision: Revision) -> Option<String> {
    let version = match revision {
        // Never merged in this form, so no tree has it.
        Revision::Patch => return None,
        other => other.id(),
    };
    Some(format!("https://elixir.bootlin.com/linux/{version}/A/ident/{}", func.name()))
}

fn level_lines(level: Level, rules: &Rules) -> Vec<(u8, String)> {
    let x = level.name();
    let upper = level.upper().map_or("mm", Level::name);
    let lower = level.lower().map_or("", Level::name);
    let upper_loop = matches!(level, Level::Pgd | Level::P4d);
    let mut lines = vec![(at::ENTER, format!("walk_{x}_range({upper}, addr, end)"))];
    if level == Level::Pmd && rules.pud_recheck {
        lines.push((at::RECHECK, "  pud no longer a table? AGAIN".to_owned()));
    }
    lines.push((
        at::OFFSET,
        if level == Level::Pgd {
            "  pgd = root + pgd_index(addr)".to_owned()
        } else {
            format!("  {x} = {x}_offset({upper}, addr)")
        },
    ));
    lines.push((at::NONE, format!("  {x}_none({x})?")));
    if upper_loop {
        lines.push((at::BAD, format!("  {x}_bad({x})? report, clear")));
    }
    lines.push((
        at::HOLE,
        format!("    to install? __{lower}_alloc\n    else pte_hole(addr, next, depth); next entry"),
    ));
    lines.push((at::ENTRY, format!("  {x}_entry({x}, addr, next)")));
    if !upper_loop {
        lines.push((at::AGAIN, "  AGAIN: look once more; CONTINUE: next entry".to_owned()));
        lines.push((
            at::LEAF,
            format!("  with a VMA: split_huge_{x}\n  else leaf or not present? next entry"),
        ));
    }
    lines.push((at::DESCEND, format!("  walk_{lower}_range({x}, addr, next)")));
    lines.push((at::NEXT, format!("  {x}++, addr = next, until end")));
    lines.push((at::RETURN, "  return".to_owned()));
    lines
}

fn pte_lines() -> Vec<(u8, String)> {
    [
        (at::ENTER, "walk_pte_range(pmd, addr, end)"),
        (
            at::MAP,
            "  with a VMA: pte_offset_map_lock\n  init_mm or addr ≥ TASK_SIZE: pte_offset_kernel\n  else: pte_offset_map, under RCU",
        ),
        (at::INSTALL, "  to install, and none? install_pte, set_pte_at"),
        (at::ENTRY, "  else pte_entry(pte, addr, addr + PAGE_SIZE)"),
        (at::NEXT, "  until addr ≥ end - PAGE_SIZE"),
        (at::UNMAP, "  pte_unmap, or pte_unmap_unlock"),
        (at::RETURN, "  return"),
    ]
    .map(|(number, text)| (number, text.to_owned()))
    .into()
}

fn caller_lines(func: CallerFunc, rules: &Rules) -> Vec<(u8, String)> {
    let lines = callers::lines(func, rules).iter().map(|&(number, text)| (number, text.to_owned()));
    let first = (at::ENTER, func.name().to_owned());
    core::iter::once(first).chain(lines).chain([(at::RETURN, "  return".to_owned())]).collect()
}

fn ptdump_lines(rules: &Rules) -> Vec<(u8, String)> {
    let mut taken = Vec::new();
    if rules.ptdump_hotplug {
        taken.push("get_online_mems()");
    }
    taken.push("mmap_write_lock(mm)");
    if rules.ptdump_locks_init_mm {
        taken.push("mmap_write_lock_nested(&init_mm), if another");
    }
    vec![
        (at::ENTER, "ptdump_walk_pgd(st, mm, pgd)".to_owned()),
        (at::LOCK, format!("  {}", taken.join("\n  "))),
        (at::DESCEND, "  each range: debug walk".to_owned()),
        (at::UNLOCK, "  unlock in reverse order".to_owned()),
        (at::FLUSH, "  note_page_flush(st)".to_owned()),
        (at::RETURN, "  return".to_owned()),
    ]
}

fn entry_lines(func: Func, rules: &Rules) -> Vec<(u8, String)> {
    let mut lines = vec![(at::ENTER, func.name().to_owned())];
    let check = (at::CHECK, "  empty range, NULL mm, install_pte? -EINVAL".to_owned());
    match func {
        Func::WalkPageRangeNovma => {
            lines.push(check);
            lines.push((at::ASSERT, "  init_mm: assert locked\n  other mm: assert write-locked".to_owned()));
        }
        Func::WalkKernelPageTableRange => {
            let assert = (at::ASSERT_INIT_MM, "  mmap_assert_locked(&init_mm)".to_owned());
            match rules.kernel_order {
                AssertOrder::AssertFirst if rules.lockless || rules.helper => {
                    lines.push(assert);
                    let next = if rules.lockless { "…_lockless" } else { "__walk_page_range_novma" };
                    lines.push((at::DESCEND, format!("  return {next}(…)")));
                    return lines;
                }
                AssertOrder::AssertFirst => lines.extend([assert, check]),
                AssertOrder::ChecksFirst => lines.extend([check, assert]),
            }
        }
        Func::WalkPageRangeDebug => {
            if rules.debug_asserts_both {
                lines.push((at::ASSERT, "  mmap_assert_write_locked(mm)".to_owned()));
                lines.push((at::ASSERT_INIT_MM, "  mmap_assert_write_locked(&init_mm)".to_owned()));
                lines.push(check);
            } else {
                lines.push((at::DELEGATE, "  init_mm? return walk_kernel_page_table_range(…)".to_owned()));
                let assert = (at::ASSERT, "  mmap_assert_write_locked(mm)".to_owned());
                if rules.helper {
                    lines.extend([assert, (at::DESCEND, "  return __walk_page_range_novma(…)".to_owned())]);
                    return lines;
                }
                lines.extend([check, assert]);
            }
        }
        _ => lines.push(check),
    }
    lines.push((at::DESCEND, "  walk_pgd_range(start, end)".to_owned()));
    lines.push((at::RETURN, "  return".to_owned()));
    lines
}
