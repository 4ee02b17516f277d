//! The function at work, line by line.
//!
//! The lines are ours: what the kernel's function does, in its own names and in its order. The kernel's source is a
//! link away.

use mm::Need;
use pgtable::Level;
use trace::{
    AssertOrder, By, Callback, Check, Event, Func, Function, LockName, MapKind, On, Revision, Rules, Subject,
    Test,
};

use crate::source;

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

mod with_vmas;

/// The line that an event is on.
pub const fn line_of(event: &Event) -> On {
    match event {
        Event::Enter { .. } | Event::Fault(_) => On::Enter,
        Event::Return { .. } => On::Return,
        Event::Check { check: Check::Mm, .. } => On::CheckMm,
        Event::Check { check: Check::Ops, .. } => On::CheckOps,
        Event::Check { check: Check::Bounds | Check::InVma, .. } => On::CheckBounds,
        Event::Check { .. } => On::Check,
        Event::Assert { by: By::FindVma, .. } | Event::FindVma { .. } | Event::NextInMapping { .. } => {
            On::Find
        }
        Event::Assert { by: By::VmaStartWrite | By::VmaAssertWriteLocked | By::VmaAssertLocked, .. }
        | Event::Assert { subject: Subject::Vma, .. }
        | Event::VmaStartWrite { .. } => On::VmaLock,
        Event::Assert { subject: Subject::Walked, need: Need::Write, .. } => On::AssertWrite,
        Event::Assert { subject: Subject::Walked | Subject::IMmap, .. } => On::Assert,
        Event::Assert { subject: Subject::InitMm, .. } => On::AssertInitMm,
        Event::Delegate => On::Delegate,
        Event::Read { test, .. } => match test {
            Test::None => On::None,
            Test::Bad => On::Bad,
            Test::Leaf => On::Leaf,
            Test::Present => On::Present,
            Test::NoneAgain => On::NoneAgain,
            Test::StillTable => On::Recheck,
            Test::Offset => On::Offset,
            Test::InstallPresent | Test::InstallHuge => On::Split,
            Test::MapTable | Test::Unstable | Test::Same => On::MapLock,
            Test::LeafLocked | Test::ToSplit => On::Leaf,
        },
        Event::Callback { call, .. } => match call.callback {
            Callback::Hole if call.depth < 0 => On::Gap,
            Callback::Hole => On::Hole,
            Callback::Entry(_) | Callback::Hugetlb => On::Entry,
            Callback::TestWalk => On::Test,
            Callback::PreVma => On::Pre,
            Callback::PostVma => On::Post,
            Callback::InstallPte => On::Install,
        },
        Event::HugetlbWalk { .. } => On::None,
        Event::Split { .. } => On::Split,
        Event::Alloc { .. } => On::Alloc,
        Event::SetPte { .. } | Event::UpdateMmuCache { .. } => On::Install,
        Event::FolioFound(_) => On::Return,
        Event::Lock { lock: LockName::Ptl(_) | LockName::PageTable(_), .. } => On::MapLock,
        Event::Unlock { lock: LockName::Ptl(_) | LockName::PageTable(_), .. } => On::Unmap,
        Event::BadCleared { .. } => On::Bad,
        Event::Again { .. } => On::Again,
        Event::Map { how: MapKind::Kernel, .. } => On::MapKernel,
        Event::Map { how: MapKind::User, .. } => On::MapUser,
        Event::Map { how: MapKind::Lock, .. } => On::MapLock,
        Event::RcuLock => On::Map,
        Event::RcuUnlock => On::Unmap,
        Event::Lock { .. } => On::Lock,
        Event::Unlock { .. } | Event::Downgrade { .. } => On::Unlock,
        Event::NotePageFlush | Event::Flush(_) => On::Flush,
        Event::Write { .. } => On::Entry,
        Event::Wait { .. } | Event::TryLockFailed { .. } => On::Lock,
        Event::NewPage { .. } => On::Alloc,
        Event::Free { .. } => On::Free,
        Event::Act(_) => On::Descend,
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
        _ => None,
    }
}

/// The listing of `func` in `revision` with `lit` as the current line.
pub(crate) fn listing(func: Func, revision: Revision, lit: Option<On>) -> Listing {
    let level = match func {
        Func::WalkRange(level) => level,
        _ => Level::Pgd,
    };
    let mut lines = Lines { written: Vec::new(), level, lit };
    match func {
        Func::WalkRange(Level::Pte) => pte_lines(&mut lines, revision.rules()),
        Func::WalkRange(_) => level_lines(&mut lines, revision.rules()),
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
        Func::Other(function) => other_lines(&mut lines, function, revision),
        entry => entry_lines(&mut lines, entry, revision.rules()),
    }
    // A function that has no line for just that has one that means it as well.
    if let Some(lit) = lit
        && lines.written.iter().all(|line| !line.lit)
    {
        for line in &mut lines.written {
            line.lit = line.number == lit.wider() as u8;
        }
    }
    Listing { func: func.name(), lines: lines.written, source: source::function(func.name(), revision) }
}

/// Writes a listing, line by line. Calls with a plain text each, as formatting would be a third of the code here.
struct Lines {
    written: Vec<Line>,
    level: Level,
    lit: Option<On>,
}

impl Lines {
    /// One more line. In its text `•` stands for the level at work, `↑` for the one above, `↓` for the one below.
    #[inline(never)]
    fn add(&mut self, on: On, text: &str) {
        let number = on as u8;
        let mut line = Line { number, text: String::new(), lit: self.lit == Some(on) };
        for letter in text.chars() {
            match letter {
                '•' => line.text += self.level.name(),
                '↑' => line.text += self.level.upper().map_or("mm", Level::name),
                '↓' => line.text += self.level.lower().map_or("", Level::name),
                _ => line.text.push(letter),
            }
        }
        self.written.push(line);
    }
}

fn level_lines(lines: &mut Lines, rules: &Rules) {
    let upper_loop = matches!(lines.level, Level::Pgd | Level::P4d);
    lines.add(On::Enter, "walk_•_range(↑, addr, end)");
    if lines.level == Level::Pmd && rules.pud_recheck {
        lines.add(On::Recheck, "  pud no longer a table? AGAIN");
    }
    let offset = if lines.level == Level::Pgd {
        "  pgd = root + pgd_index(addr)"
    } else {
        "  • = •_offset(↑, addr)"
    };
    lines.add(On::Offset, offset);
    lines.add(On::None, "  •_none(•)?");
    if upper_loop {
        lines.add(On::Bad, "  •_bad(•)? report, clear");
    }
    if rules.checks_ops {
        lines.add(On::Alloc, "    to install? __↓_alloc");
        lines.add(On::Hole, "    else pte_hole(addr, next, depth); next entry");
    } else {
        lines.add(On::Hole, "    pte_hole(addr, next, depth); next entry");
    }
    lines.add(On::Entry, "  •_entry(•, addr, next)");
    if !upper_loop {
        lines.add(On::Again, "  AGAIN? look once more");
        lines.add(On::Next, "  CONTINUE? next entry");
        lines.add(On::Split, "  with a VMA? split_huge_•");
        lines.add(On::Leaf, "  else •_leaf(•)? next entry");
        lines.add(On::Present, "  else not •_present(•)? next entry");
        if lines.level == Level::Pud {
            lines.add(On::NoneAgain, "  •_none(•)? look once more");
        } else if !rules.map_can_fail {
            lines.add(On::MapLock, "  with a VMA, no table? look once more");
        }
    }
    lines.add(On::Descend, "  walk_↓_range(•, addr, next)");
    lines.add(On::Next, "  •++, addr = next, until end");
    lines.add(On::Return, "  return");
}

fn pte_lines(lines: &mut Lines, rules: &Rules) {
    lines.add(On::Enter, "walk_pte_range(pmd, addr, end)");
    if !rules.map_can_fail {
        lines.add(On::MapLock, "  with a VMA? pte_offset_map, spin_lock(ptl)");
        lines.add(On::MapUser, "  else pte_offset_map, unchecked");
        lines.add(On::Entry, "  pte_entry(pte, addr, addr + PAGE_SIZE)");
        lines.add(On::Next, "  until addr ≥ end - PAGE_SIZE");
        lines.add(On::Unmap, "  spin_unlock(ptl)");
        return lines.add(On::Return, "  return");
    }
    lines.add(On::Map, "  a user's table? rcu_read_lock");
    lines.add(On::MapLock, "  with a VMA? pte_offset_map_lock");
    lines.add(On::MapKernel, "  init_mm or addr ≥ TASK_SIZE? pte_offset_kernel");
    lines.add(On::MapUser, "  else pte_offset_map");
    if rules.checks_ops {
        lines.add(On::Install, "  to install, and none? install_pte, set_pte_at");
        lines.add(On::Entry, "  else pte_entry(pte, addr, addr + PAGE_SIZE)");
    } else {
        lines.add(On::Entry, "  pte_entry(pte, addr, addr + PAGE_SIZE)");
    }
    lines.add(On::Next, "  until addr ≥ end - PAGE_SIZE");
    lines.add(On::Unmap, "  pte_unmap, or pte_unmap_unlock");
    lines.add(On::Return, "  return");
}

fn other_lines(lines: &mut Lines, function: &Function, revision: Revision) {
    let own = (function.lines)(revision);
    let is_whole = own.first().is_some_and(|line| line.on == On::Enter);
    if !is_whole {
        lines.add(On::Enter, function.name);
    }
    for line in own {
        lines.add(line.on, line.text);
    }
    if !is_whole {
        lines.add(On::Return, "  return");
    }
}

fn entry_lines(lines: &mut Lines, func: Func, rules: &Rules) {
    let check = |lines: &mut Lines| {
        lines.add(On::Check, "  empty range? -EINVAL");
        lines.add(On::CheckMm, "  NULL mm? -EINVAL");
        if rules.checks_ops {
            lines.add(On::CheckOps, "  install_pte? -EINVAL");
        }
    };
    lines.add(On::Enter, func.name());
    match func {
        Func::WalkPageRangeNovma if rules.debug_asserts_both => {
            check(lines);
            lines.add(On::Assert, "  mmap_assert_write_locked(mm)");
            lines.add(On::AssertInitMm, "  mmap_assert_write_locked(&init_mm)");
        }
        Func::WalkPageRangeNovma => {
            check(lines);
            lines.add(On::Assert, "  init_mm? mmap_assert_locked(mm)");
            lines.add(On::AssertWrite, "  else mmap_assert_write_locked(mm)");
        }
        Func::WalkKernelPageTableRange => {
            if rules.kernel_order == AssertOrder::ChecksFirst {
                check(lines);
            }
            lines.add(On::AssertInitMm, "  mmap_assert_locked(&init_mm)");
            if rules.kernel_order == AssertOrder::AssertFirst {
                if rules.lockless {
                    return lines.add(On::Descend, "  return …_lockless(…)");
                }
                if rules.helper {
                    return lines.add(On::Descend, "  return __walk_page_range_novma(…)");
                }
                check(lines);
            }
        }
        Func::WalkPageRangeDebug if rules.debug_asserts_both => {
            lines.add(On::Assert, "  mmap_assert_write_locked(mm)");
            lines.add(On::AssertInitMm, "  mmap_assert_write_locked(&init_mm)");
            check(lines);
        }
        Func::WalkPageRangeDebug => {
            lines.add(On::Delegate, "  init_mm? return walk_kernel_page_table_range(…)");
            if !rules.helper {
                check(lines);
            }
            lines.add(On::Assert, "  mmap_assert_write_locked(mm)");
            if rules.helper {
                return lines.add(On::Descend, "  return __walk_page_range_novma(…)");
            }
        }
        _ => check(lines),
    }
    lines.add(On::Descend, "  walk_pgd_range(start, end)");
    lines.add(On::Return, "  return");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kernel_without_install_pte_has_no_line_about_it() {
        let mut with = 0;
        for revision in Revision::ALL {
            let levels = Level::ALL.into_iter().map(Func::WalkRange);
            let entries = pagewalk::EntryPoint::ALL.into_iter().map(|of| of.in_revision(revision).func());
            for func in levels.chain(entries).chain([Func::WalkOneVma]) {
                let is_about = |line: &Line| line.text.contains("install");
                let about = listing(func, revision, None).lines.iter().filter(|line| is_about(line)).count();
                with += about;
                assert!(revision.rules().checks_ops || about == 0, "{} {}", func.name(), revision.id());
            }
        }
        assert!(with > 0);
    }
}
