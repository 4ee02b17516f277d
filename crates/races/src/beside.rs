//! Beside a walk: who else may run, and frees or changes what it walks.
//!
//! That an assertion holds says that a lock is held. Whether the walk is safe is another question, and has an answer for each CPU that
//! may run beside it: one race each, under the rules of the walk's kernel, on its machine, with the lock as the walk holds it.
//! Nothing here is an answer; that is for a [search](crate::survey::search) to find.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use mm::{LockMode, MmId};
use pagewalk::{EntryPoint, Revision};
use pgtable::Model;

use crate::choice::Choice;
use crate::cpu::Inner;
use crate::race::{BASE, Race};
use crate::state::State;
use crate::step::{Lock, Step};

/// A walk, as far as that matters to who runs beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Beside {
    /// The function.
    pub entry: EntryPoint,
    /// The mm that it walks.
    pub mm: MmId,
    /// The machine.
    pub model: &'static Model,
    /// The kernel.
    pub revision: Revision,
    /// How it holds the lock of that mm; where it walks the VMAs of a file, `i_mmap_rwsem`.
    pub lock: LockMode,
    /// What it holds besides.
    pub also: Also,
}

/// What a walk holds besides the lock of the mm that it walks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Also {
    /// `mem_hotplug_lock`, for reading: `get_online_mems()`.
    pub hotplug: bool,
    /// The lock of `init_mm`, for writing, where another mm is walked.
    pub init_mm: bool,
}

impl Beside {
    /// The races with such a walk. Who runs beside it follows the kernel's rule. The walk holds what it is known to hold, as far as
    /// the race has such a variant. None of those that come later is among them, so the answer is the same whether these are here: there the
    /// question is what a walk finds (`mbind()`, check_wx), who walks is another one, or it is in no kernel.
    pub fn choices(&self) -> Vec<Choice> {
        BASE.into_iter().filter_map(|race| self.choice(race, false)).collect()
    }

    /// What is different in them where a task of 32 bits walks the tables of one of 64 bits, whose addresses are no user addresses
    /// to it.
    pub fn choices_of_a_small_task(&self) -> Vec<Choice> {
        BASE.into_iter().filter_map(|race| self.choice(race, true)).collect()
    }

    /// The rule of a race with such a walk and, beside it, what the kernel does: of several that under which the walk holds most of
    /// what it is known to hold.
    fn choice(&self, race: Race, small_task: bool) -> Option<Choice> {
        let kernels = Choice::of(race, self.model, self.revision).with_lock(self.lock);
        let does = kernels.start().ok().filter(|_| race.locks.contains(&self.lock))?;
        let own =
            core::iter::once(kernels.rule).chain(race.rules.iter().filter(|rule| *rule != kernels.rule));
        let mut best: Option<(Choice, Option<usize>)> = None;
        for choice in own.map(|rule| Choice { rule, ..kernels }) {
            let Ok(state) = choice.start() else { continue };
            let is_same = state.cpus().get(1..) == does.cpus().get(1..)
                && (state.world.task_size != does.world.task_size) == small_task;
            if !is_same || !self.takes_part(&state) {
                continue;
            }
            let held = self.holds(&state);
            if best.is_none_or(|(_, of)| of < held) {
                best = Some((choice, held));
            }
        }
        best.map(|(choice, _)| choice)
    }

    /// Whether the first CPU walks like this.
    fn takes_part(&self, state: &State) -> bool {
        let Some(Inner::Walk(walk, _)) = state.cpus().first().map(crate::Cpu::inner) else { return false };
        let (walks, own) = (self.proper(walk.entry()), self.proper(self.entry));
        // What takes a VMA or a file walks the mm of the small world's area.
        let mm = if walks.has_vmas() { Some(MmId::USER) } else { walk.args().mm };
        // The kernel walk asserts, and then is the lockless one.
        let is_like = walks == own || (own == EntryPoint::KernelLockless && walks == EntryPoint::Kernel);
        is_like && mm == Some(self.mm)
    }

    /// How many locks the walker takes besides that of the mm; none if one of them is not known to be held.
    fn holds(&self, state: &State) -> Option<usize> {
        let lines = state.cpus().first().map_or(&[][..], |cpu| &cpu.script().lines);
        let mut count = 0;
        for line in lines {
            let Step::Lock(lock, _) = line.step else { continue };
            match lock {
                _ if lock == self.own_lock() => {}
                Lock::Hotplug if self.also.hotplug => count += 1,
                Lock::Mmap(MmId::INIT_MM) if self.also.init_mm => count += 1,
                _ => return None,
            }
        }
        Some(count)
    }

    /// The lock that [`Beside::lock`] is about.
    pub fn own_lock(&self) -> Lock {
        if self.proper(self.entry) == EntryPoint::Mapping { Lock::IMmap } else { Lock::Mmap(self.mm) }
    }

    /// The link to what goes wrong without the lock that such a walk asserts, on a machine and in a kernel like these. None for a walk
    /// that asserts none.
    pub fn without(&self) -> Option<String> {
        let (race, variant) = match (self.entry, self.mm) {
            // The read lock keeps out whoever frees kernel tables as a writer.
            (EntryPoint::Kernel, _) => ("collapse", "lock=none&rule=init-write"),
            // Only a writer keeps those out who free kernel tables as readers.
            (EntryPoint::Debug, MmId::INIT_MM) => ("huge-vmap", "lock=read&rule=trylock"),
            (EntryPoint::Debug, _) => ("munmap", "lock=read&rule=downgrade"),
            (EntryPoint::Mapping, _) => ("munmap-mapping", "lock=none&rule=downgrade"),
            (entry, _) if entry.has_vmas() => ("munmap-vmas", "lock=none&rule=downgrade"),
            _ => return None,
        };
        Some(format!("v1/race/{race}?near={}/{}&{variant}", self.model.id, self.revision.id()))
    }

    /// Who does the work of an entry point, of which races have one each: all that look for VMAs walk alike, and the debug walk
    /// hands `init_mm` over in some kernels.
    fn proper(&self, entry: EntryPoint) -> EntryPoint {
        match entry.in_revision(self.revision) {
            EntryPoint::Debug if self.mm == MmId::INIT_MM && self.revision.rules().debug_delegates() => {
                EntryPoint::Kernel
            }
            EntryPoint::Mapping => EntryPoint::Mapping,
            entry if entry.has_vmas() => EntryPoint::Range,
            entry => entry,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::link::RaceLink;
    use crate::outcome::Outcomes;
    use crate::survey::search;
    use std::vec;

    extern crate std;

    /// The races beside a walk, by name, with what goes wrong in each.
    fn beside(
        entry: EntryPoint,
        mm: MmId,
        model: &str,
        revision: Revision,
        lock: LockMode,
    ) -> Vec<(&'static str, Outcomes)> {
        let model = pgtable::model(model).expect("a known model");
        let choices = Beside { entry, mm, model, revision, lock, also: Also::default() }.choices();
        choices.iter().map(|choice| (choice.race.id, search(choice).expect("it starts").outcomes)).collect()
    }

    #[test]
    fn a_walk_has_the_races_of_its_kind_machine_and_kernel() {
        const PTE: Outcomes = Outcomes::UAF_PTE.union(Outcomes::WILD);
        let safe = Outcomes::empty();
        let kernel = |model, revision, lock| beside(EntryPoint::Kernel, MmId::INIT_MM, model, revision, lock);
        // The read lock is asserted, and is too little beside a huge vmap.
        let read = kernel("x86_64-4level", Revision::V7_3, LockMode::Read);
        let found: Vec<_> = read.iter().map(|(id, _)| *id).collect();
        assert_eq!(found, ["hot-remove", "kernel-vmap", "kernel-pud", "collapse", "vmalloc"]);
        assert_eq!((read[1].1, read[3].1, read[4].1), (PTE, safe, safe));
        // It is not known to hold mem_hotplug_lock, as ptdump does.
        assert!(!read[0].1.is_empty());
        let write = kernel("x86_64-4level", Revision::V7_3, LockMode::Write);
        assert_eq!(write[1..].iter().map(|(_, outcomes)| *outcomes).collect::<Vec<_>>(), vec![safe; 4]);
        // The debug walk hands init_mm over, and is the kernel walk then.
        let debug =
            |revision| beside(EntryPoint::Debug, MmId::INIT_MM, "x86_64-4level", revision, LockMode::Read);
        assert_eq!(debug(Revision::V7_1), kernel("x86_64-4level", Revision::V7_1, LockMode::Read));
        let today: Vec<_> = debug(Revision::V7_3).iter().map(|(id, _)| *id).collect();
        assert_eq!(today, ["hot-remove", "huge-vmap", "huge-pud", "collapse", "vmalloc"]);
        // A machine that frees nothing.
        assert_eq!(kernel("openrisc", Revision::V7_3, LockMode::Read), [("vmalloc", safe)]);
        // A process: munmap() and who frees its tables otherwise.
        let user = beside(EntryPoint::Debug, MmId::USER, "x86_64-4level", Revision::V6_17, LockMode::Read);
        assert!(user.iter().any(|(id, outcomes)| *id == "munmap" && !outcomes.is_empty()), "{user:?}");
        let vmas = |entry| beside(entry, MmId::USER, "x86_64-4level", Revision::V6_17, LockMode::Read);
        for entry in [EntryPoint::Range, EntryPoint::RangeMm, EntryPoint::RangeVma, EntryPoint::Vma] {
            let found = vmas(entry);
            for id in ["munmap-vmas", "retract", "reclaim", "page-fault"] {
                assert!(found.contains(&(id, safe)), "{entry:?} {found:?}");
            }
        }
        // A walk of a file's areas holds another lock, and has only its own race.
        assert_eq!(vmas(EntryPoint::Mapping), [("munmap-mapping", safe)]);
    }

    #[test]
    fn what_a_walk_asserts_is_not_asserted_for_nothing() {
        let model = pgtable::model("riscv64-sv48").expect("a known model");
        let without = |entry, mm| {
            let of = Beside {
                entry,
                mm,
                model,
                revision: Revision::V7_1,
                lock: LockMode::Write,
                also: Also::default(),
            };
            let link = of.without().expect("a link");
            let (RaceLink { choice, .. }, problem) = RaceLink::parse(&link).expect("a link to a race");
            assert_eq!((problem, choice.revision), (Vec::new(), Revision::V7_1));
            assert!(!search(&choice).expect("it starts").outcomes.is_empty(), "{link}");
            (choice.race.id, choice.model.id, choice.lock, choice.rule.id)
        };
        let (init_mm, mm) = (MmId::INIT_MM, MmId::USER);
        assert_eq!(
            without(EntryPoint::Kernel, init_mm),
            ("collapse", "x86_64-4level", LockMode::None, "init-write")
        );
        assert_eq!(
            without(EntryPoint::Debug, init_mm),
            ("huge-vmap", "riscv64-sv48", LockMode::Read, "trylock")
        );
        assert_eq!(
            without(EntryPoint::Range, mm),
            ("munmap-vmas", "riscv64-sv48", LockMode::None, "downgrade")
        );
        assert_eq!(without(EntryPoint::Debug, mm), ("munmap", "riscv64-sv48", LockMode::Read, "downgrade"));
    }
}
