//! Who holds what; an assertion and why it is there; the delegation.

use mm::{LockMode, MmId, Need, Seen, Task, VmaId, World};
use pagewalk::{By, Event, LockName, MmapAssert, Revision};

/// A lock and who holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LockView {
    /// `init_mm.mmap_lock`, `mem_hotplug_lock`.
    pub name: String,
    /// How it is held.
    pub mode: LockMode,
    /// By whom, in words.
    pub holder: Option<&'static str>,
    /// How it was held before the step, if that is different.
    pub was: Option<LockMode>,
}

/// A lock assertion that has been met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssertView {
    /// `mmap_assert_write_locked(mm)`
    pub call: String,
    /// The lock: `init_mm.mmap_lock`.
    pub lock: String,
    /// What is demanded, in words.
    pub need: &'static str,
    /// What is held and by whom, in words.
    pub held: String,
    /// Whether it holds with lockdep.
    pub ok: bool,
    /// What a kernel without lockdep finds, where that differs.
    pub without_lockdep: Option<&'static str>,
    /// Why the rule exists.
    pub why: &'static str,
    /// What a failure does.
    pub consequence: Option<&'static str>,
}

/// The hop from the debug walk to the kernel walk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DelegateView {
    /// Why it is made.
    pub why: &'static str,
    /// What rule is exchanged for which.
    pub exchange: &'static str,
    /// On which kernels.
    pub kernels: String,
}

/// What a lock is called.
pub(crate) fn lock_name(lock: LockName, world: &World) -> String {
    match lock {
        LockName::Mmap(mm) => mmap_lock(world.mm(mm).map_or("mm", |mm| mm.name)),
        LockName::MemHotplug => "the memory-hotplug lock".to_owned(),
        LockName::Vma(vma) => format!("the lock of VMA {}", vma_name(vma, world)),
        LockName::IMmap => "i_mmap_rwsem of the file".to_owned(),
        LockName::HugetlbVma(vma) => format!("the hugetlb lock of VMA {}", vma_name(vma, world)),
        LockName::PageTable(mm) => format!("{}.page_table_lock", world.mm(mm).map_or("mm", |mm| mm.name)),
        LockName::Ptl(table) => format!("the page-table lock of the table at {table:#x}"),
        LockName::Cpa => "cpa_lock".to_owned(),
        LockName::PgtableSplit => "pgtable_split_lock".to_owned(),
    }
}

/// A VMA by its range.
pub(crate) fn vma_name(id: VmaId, world: &World) -> String {
    world.vma(id).map_or_else(|| id.index().to_string(), |vma| format!("{:#x} to {:#x}", vma.start, vma.end))
}

fn mmap_lock(name: &str) -> String {
    format!("{name}.mmap_lock")
}

/// All locks, with what the step changed.
pub(crate) fn locks(world: &World, before: &World) -> Vec<LockView> {
    let mut locks: Vec<LockView> = world
        .mms()
        .map(|(id, mm)| {
            let mode = mm.mmap_lock.mode();
            let was = before.mm(id).map(|mm| mm.mmap_lock.mode()).filter(|&was| was != mode);
            LockView { name: mmap_lock(mm.name), mode, holder: mm.mmap_lock.holder().map(Task::words), was }
        })
        .collect();
    // It is held for moments only, so it is listed when it is.
    for (id, mm) in world.mms() {
        let mode = |holder: Option<Task>| holder.map_or(LockMode::None, |_| LockMode::Write);
        let (now, was) = (mode(mm.page_table_lock), mode(before.mm(id).and_then(|mm| mm.page_table_lock)));
        if now != LockMode::None || was != LockMode::None {
            locks.push(LockView {
                name: lock_name(LockName::PageTable(id), world),
                mode: now,
                holder: mm.page_table_lock.map(Task::words),
                was: (was != now).then_some(was),
            });
        }
    }
    let mode = world.hotplug.mode();
    let was = before.hotplug.mode();
    locks.push(LockView {
        name: "mem_hotplug_lock".to_owned(),
        mode,
        holder: world.hotplug.holder().map(Task::words),
        was: (was != mode).then_some(was),
    });
    locks
}

/// The assertion of an event.
pub(crate) fn assertion(event: &Event, world: &World, revision: Revision) -> Option<AssertView> {
    let Event::Assert { subject, lock, need, seen, by } = *event else { return None };
    let function = subject.assertion(need);
    Some(AssertView {
        call: match by.name() {
            Some(inside) => format!("{function}, in {inside}()"),
            None => function.to_owned(),
        },
        lock: lock_name(lock, world),
        need: match need {
            Need::Held => "held, for reading or for writing",
            Need::Write => "held for writing",
        },
        held: held(seen),
        ok: seen.lockdep_ok,
        without_lockdep: without_lockdep(lock, seen, revision),
        why: why(lock, need, by),
        consequence: (!seen.lockdep_ok).then(|| Failed::of(lock, seen, revision).in_full()),
    })
}

/// What a kernel does in which an assertion fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failed {
    /// It warns, with lockdep or without.
    Warns,
    /// It warns with lockdep only.
    WarnsWithLockdep,
    /// The same, and with `CONFIG_DEBUG_VM` it stops.
    Stops,
}

impl Failed {
    /// By what the assertion looks at in that kernel.
    pub fn of(lock: LockName, seen: Seen, revision: Revision) -> Self {
        match (lock, revision.rules().mmap_assert, seen.any) {
            (LockName::IMmap, ..) => Self::WarnsWithLockdep,
            (LockName::Mmap(_), MmapAssert::LockdepOrBug, LockMode::None) => Self::Stops,
            (LockName::Mmap(_), MmapAssert::LockdepOrBug, _) => Self::WarnsWithLockdep,
            // Without lockdep the lock word says that somebody holds it.
            _ if seen.plain_ok => Self::WarnsWithLockdep,
            _ => Self::Warns,
        }
    }

    /// In a sentence.
    pub const fn then(self) -> &'static str {
        match self {
            Self::Warns => "The kernel warns and goes on.",
            Self::WarnsWithLockdep => "With lockdep, the kernel warns and goes on; without, it says nothing.",
            Self::Stops => {
                "With CONFIG_DEBUG_VM, the kernel stops with a BUG; otherwise it goes on, and only lockdep warns."
            }
        }
    }

    /// In full.
    const fn in_full(self) -> &'static str {
        match self {
            Self::Warns => {
                "The kernel prints a warning with a stack trace and goes on. An assertion does not prevent anything."
            }
            Self::WarnsWithLockdep => {
                "With lockdep, the kernel prints a warning with a stack trace and goes on. Without, it says nothing. An assertion does \
                 not prevent anything."
            }
            Self::Stops => {
                "With CONFIG_DEBUG_VM, the kernel stops with a BUG, and lockdep warns before. Otherwise the kernel goes on, and only \
                 lockdep warns."
            }
        }
    }
}

/// What a kernel without lockdep checks of an mmap lock: until v6.8 nothing, since then the lock word.
const fn without_lockdep(lock: LockName, seen: Seen, revision: Revision) -> Option<&'static str> {
    match (revision.rules().mmap_assert, lock, seen.any) {
        (MmapAssert::LockdepOrBug, LockName::Mmap(_), LockMode::None) => Some(
            "Lockdep checks this (until v6.8). A kernel with CONFIG_DEBUG_VM, with lockdep or without, then stops with a BUG, because \
             nobody holds the lock. Any other kernel checks nothing.",
        ),
        (MmapAssert::LockdepOrBug, LockName::Mmap(_), _) => Some(
            "Only lockdep checks this (until v6.8). Without it, a kernel with CONFIG_DEBUG_VM is content if anybody holds the lock \
             in any mode. Any other kernel checks nothing.",
        ),
        _ if seen.lockdep_ok != seen.plain_ok => Some(
            "Without lockdep, the kernel knows that somebody holds the lock, but not who. There, this assertion holds.",
        ),
        _ => None,
    }
}

fn held(seen: Seen) -> String {
    match (seen.own, seen.any) {
        (LockMode::None, LockMode::None) => "not held by anybody".to_owned(),
        (LockMode::None, any) => format!("held for {} by another task, not by this one", any.purpose()),
        (own, _) => format!("held for {} by this task", own.purpose()),
    }
}

/// Why a rule exists.
const fn why(lock: LockName, need: Need, by: By) -> &'static str {
    match (lock, need) {
        _ if matches!(by, By::FindVma) => {
            "The VMAs of an mm are kept in a tree that munmap() and mmap() change under the write lock. Holding the lock \
             keeps them out, so that the VMA that is found cannot go away."
        }
        _ if matches!(by, By::VmaStartWrite | By::VmaAssertWriteLocked) => {
            "Only a task that holds the mm's lock for writing may write-lock a VMA. The VMA stays write-locked until the \
             mm's lock is released or downgraded. Until then, page faults that take only the VMA's own lock are kept out."
        }
        _ if matches!(by, By::VmaAssertLocked) => {
            "This VMA's own lock is not held for reading, so only the mm's write lock keeps the VMA as it is."
        }
        (LockName::Vma(_), Need::Held) => {
            "While the VMA's lock is held, neither the VMA nor the page tables that only it uses can go away. The mm's own \
             lock is not needed."
        }
        (LockName::Vma(_), Need::Write) => {
            "The walk changes entries. Page faults that take only the VMA's own lock must not see half of a change."
        }
        (LockName::IMmap, _) => {
            "The VMAs that map the file are found through its reverse map. While the lock of that map is held, none of them \
             can go away, even if its mm changes. Only lockdep checks this."
        }
        (LockName::Mmap(MmId::INIT_MM), Need::Held) => {
            "The kernel's page tables are normally not freed, so this rule asks for no more than the read lock, which keeps out \
             those who free them under the write lock. Others free them under another lock or under the read lock. The \
             assertion does not see them: the caller must keep them out itself."
        }
        (LockName::Mmap(MmId::INIT_MM), Need::Write) => {
            "A huge vmap frees a kernel page table when it replaces the table by one large entry. It holds init_mm's lock \
             for reading, so only the write lock keeps it out. A dump of another mm walks the same kernel tables, so it \
             needs this lock too (v7.3, after syzbot found a use-after-free)."
        }
        (_, Need::Held) => {
            "While the lock is held, even for reading, no VMA of the mm can go away. free_pgtables() frees only tables that \
             lie between the remaining VMAs, so the tables under a VMA that was found stay."
        }
        (_, Need::Write) => {
            "munmap() detaches VMAs under the write lock, downgrades it to a read lock, and only then frees the page \
             tables. A walker that holds the read lock runs at the same time and may step into a freed table, because a \
             walk without VMAs cannot see that they are gone. Only a walker that takes the write lock waits for munmap() to \
             finish."
        }
    }
}

/// The delegation of an event.
pub(crate) fn delegation(event: &Event) -> Option<DelegateView> {
    if *event != Event::Delegate {
        return None;
    }
    let mut kernels = String::new();
    for revision in Revision::ALL {
        if revision.rules().debug_delegates() {
            kernels += if kernels.is_empty() { "" } else { ", " };
            kernels += revision.id();
        }
    }
    Some(DelegateView {
        why: "The mm is init_mm. Its page tables are the kernel's, which have their own walk.",
        exchange: "The rule changes from \u{201c}the write lock, because munmap() frees user tables\u{201d} to \
                   \u{201c}the read lock is enough, because kernel tables are normally not freed\u{201d}.",
        kernels: format!(
            "This happens in {kernels}. In v7.3, the debug walk itself asserts the write lock of init_mm, because a huge \
             vmap does free kernel tables."
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_has_the_consequence_of_its_kernel() {
        let seen = |any| Seen { own: LockMode::None, any, lockdep_ok: false, plain_ok: false };
        let of = |lock, any, revision| Failed::of(lock, seen(any), revision);
        let init = LockName::Mmap(MmId::INIT_MM);
        for old in [Revision::V6_1_192, Revision::V6_6_153] {
            assert_eq!(of(init, LockMode::None, old), Failed::Stops);
            assert_eq!(of(init, LockMode::Read, old), Failed::WarnsWithLockdep);
        }
        assert_eq!(of(init, LockMode::None, Revision::V6_12_107), Failed::Warns);
        assert_eq!(of(LockName::IMmap, LockMode::None, Revision::V7_3), Failed::WarnsWithLockdep);
        // Another task holds it: without lockdep the lock word is all that is looked at, and it is content.
        let other = Seen { plain_ok: true, ..seen(LockMode::Write) };
        assert_eq!(Failed::of(init, other, Revision::V7_3), Failed::WarnsWithLockdep);
        for of in [Failed::WarnsWithLockdep, Failed::Stops] {
            assert!(!of.then().starts_with("The kernel warns") && of.in_full().contains("lockdep"), "{of:?}");
        }
    }
}
