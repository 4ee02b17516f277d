//! The function at work, line by line.
//!
//! The lines are ours: what the kernel's function does, in its own names and in its order. The kernel's source is a
//! link away.

use pagewalk::{AssertOrder, By, Callback, Event, Func, LockName, Revision, Rules, Subject, Test};
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

#[cfg(feature = "callers")]
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
        Event::Unlock { .. } | Event::Downgrade { .. } => at::UNLOCK,
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
    let level = match func {
        Func::WalkRange(level) => level,
        _ => Level::Pgd,
    };
    let mut lines = Lines { written: Vec::new(), level, lit };
    match func {
        Func::WalkRange(Level::Pte) => pte_lines(&mut lines),
        Func::WalkRange(_) => level_lines(&mut lines, revision.rules()),
        Func::PtdumpWalkPgd => ptdump_lines(&mut lines, revision.rules()),
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
        | Func::FolioWalkEnd => with_vmas::lines(&mut lines, func, revision.rules()),
        #[cfg(feature = "callers")]
        Func::Caller(caller) => caller_lines(&mut lines, caller, revision.rules()),
        entry => entry_lines(&mut lines, entry, revision.rules()),
    }
    Listing { func: func.name(), lines: lines.written, source: source(func, revision) }
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

/// Writes a listing, line by line. Calls with a plain text each, as formatting would be a third of the code here.
struct Lines {
    written: Vec<Line>,
    level: Level,
    lit: Option<u8>,
}

impl Lines {
    /// One more line. In its text `•` stands for the level at work, `↑` for the one above, `↓` for the one below.
    #[inline(never)]
    fn add(&mut self, number: u8, text: &str) {
        self.written.push(Line { number, text: String::new(), lit: self.lit == Some(number) });
        self.more(text);
    }

    /// More of the last line.
    #[inline(never)]
    fn more(&mut self, text: &str) {
        let Some(line) = self.written.last_mut() else { return };
        for letter in text.chars() {
            match letter {
                '•' => line.text += self.level.name(),
                '↑' => line.text += self.level.upper().map_or("mm", Level::name),
                '↓' => line.text += self.level.lower().map_or("", Level::name),
                _ => line.text.push(letter),
            }
        }
    }
}

fn level_lines(lines: &mut Lines, rules: &Rules) {
    let upper_loop = matches!(lines.level, Level::Pgd | Level::P4d);
    lines.add(at::ENTER, "walk_•_range(↑, addr, end)");
    if lines.level == Level::Pmd && rules.pud_recheck {
        lines.add(at::RECHECK, "  pud no longer a table? AGAIN");
    }
    let offset = if lines.level == Level::Pgd {
        "  pgd = root + pgd_index(addr)"
    } else {
        "  • = •_offset(↑, addr)"
    };
    lines.add(at::OFFSET, offset);
    lines.add(at::NONE, "  •_none(•)?");
    if upper_loop {
        lines.add(at::BAD, "  •_bad(•)? report, clear");
    }
    lines.add(at::HOLE, "    to install? __↓_alloc\n    else pte_hole(addr, next, depth); next entry");
    lines.add(at::ENTRY, "  •_entry(•, addr, next)");
    if !upper_loop {
        lines.add(at::AGAIN, "  AGAIN: look once more; CONTINUE: next entry");
        lines.add(at::LEAF, "  with a VMA: split_huge_•\n  else •_leaf(•) or not present? next entry");
    }
    lines.add(at::DESCEND, "  walk_↓_range(•, addr, next)");
    lines.add(at::NEXT, "  •++, addr = next, until end");
    lines.add(at::RETURN, "  return");
}

fn pte_lines(lines: &mut Lines) {
    lines.add(at::ENTER, "walk_pte_range(pmd, addr, end)");
    lines.add(
        at::MAP,
        "  with a VMA: pte_offset_map_lock\n  init_mm or addr ≥ TASK_SIZE: pte_offset_kernel\n  else: pte_offset_map, under RCU",
    );
    lines.add(at::INSTALL, "  to install, and none? install_pte, set_pte_at");
    lines.add(at::ENTRY, "  else pte_entry(pte, addr, addr + PAGE_SIZE)");
    lines.add(at::NEXT, "  until addr ≥ end - PAGE_SIZE");
    lines.add(at::UNMAP, "  pte_unmap, or pte_unmap_unlock");
    lines.add(at::RETURN, "  return");
}

#[cfg(feature = "callers")]
fn caller_lines(lines: &mut Lines, func: pagewalk::CallerFunc, rules: &Rules) {
    lines.add(at::ENTER, func.name());
    for &(number, text) in callers::lines(func, rules) {
        lines.add(number, text);
    }
    lines.add(at::RETURN, "  return");
}

fn ptdump_lines(lines: &mut Lines, rules: &Rules) {
    lines.add(at::ENTER, "ptdump_walk_pgd(st, mm, pgd)");
    lines.add(at::LOCK, "  ");
    if rules.ptdump_hotplug {
        lines.more("get_online_mems()\n  ");
    }
    lines.more("mmap_write_lock(mm)");
    if rules.ptdump_locks_init_mm {
        lines.more("\n  mmap_write_lock_nested(&init_mm), if another");
    }
    lines.add(at::DESCEND, "  each range: debug walk");
    lines.add(at::UNLOCK, "  unlock in reverse order");
    lines.add(at::FLUSH, "  note_page_flush(st)");
    lines.add(at::RETURN, "  return");
}

fn entry_lines(lines: &mut Lines, func: Func, rules: &Rules) {
    let check = |lines: &mut Lines| lines.add(at::CHECK, "  empty range, NULL mm, install_pte? -EINVAL");
    lines.add(at::ENTER, func.name());
    match func {
        Func::WalkPageRangeNovma => {
            check(lines);
            lines.add(at::ASSERT, "  init_mm: assert locked\n  other mm: assert write-locked");
        }
        Func::WalkKernelPageTableRange => {
            if rules.kernel_order == AssertOrder::ChecksFirst {
                check(lines);
            }
            lines.add(at::ASSERT_INIT_MM, "  mmap_assert_locked(&init_mm)");
            if rules.kernel_order == AssertOrder::AssertFirst {
                if rules.lockless {
                    return lines.add(at::DESCEND, "  return …_lockless(…)");
                }
                if rules.helper {
                    return lines.add(at::DESCEND, "  return __walk_page_range_novma(…)");
                }
                check(lines);
            }
        }
        Func::WalkPageRangeDebug if rules.debug_asserts_both => {
            lines.add(at::ASSERT, "  mmap_assert_write_locked(mm)");
            lines.add(at::ASSERT_INIT_MM, "  mmap_assert_write_locked(&init_mm)");
            check(lines);
        }
        Func::WalkPageRangeDebug => {
            lines.add(at::DELEGATE, "  init_mm? return walk_kernel_page_table_range(…)");
            if !rules.helper {
                check(lines);
            }
            lines.add(at::ASSERT, "  mmap_assert_write_locked(mm)");
            if rules.helper {
                return lines.add(at::DESCEND, "  return __walk_page_range_novma(…)");
            }
        }
        _ => check(lines),
    }
    lines.add(at::DESCEND, "  walk_pgd_range(start, end)");
    lines.add(at::RETURN, "  return");
}
