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
use crate::race::{RACES, Race, Rule};
use crate::state::State;
use crate::step::{Line, Lock, Step};

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
    /// How it holds the lock of that mm.
    pub lock: LockMode,
}

impl Beside {
    /// The races with such a walk. Who runs beside it follows the kernel's rule; the walk holds no lock but that of its mm, as far as
    /// the race has such a variant: that it holds another one is not known of it.
    pub fn choices(&self) -> Vec<Choice> {
        let race = |race: Race| {
            let own = self.with_rule(race, race.rule_of(self.revision, self.model));
            let (own, state) = own.filter(|_| race.locks.contains(&self.lock))?;
            if self.holds_no_other(&state) {
                return Some(own);
            }
            let mut rules = race.rules.iter().filter_map(|rule| self.with_rule(race, rule));
            let bare = rules.find(|(_, of)| self.holds_no_other(of) && of.cpus()[1..] == state.cpus()[1..]);
            Some(bare.map_or(own, |(choice, _)| choice))
        };
        RACES.into_iter().filter_map(race).collect()
    }

    /// A race under a rule, if such a walk takes part in it then.
    fn with_rule(&self, race: Race, rule: Rule) -> Option<(Choice, State)> {
        let choice = Choice { rule, ..Choice::of(race, self.model, self.revision).with_lock(self.lock) };
        let state = choice.start().ok()?;
        let Inner::Walk(walk, _) = state.cpus().first()?.inner() else { return None };
        let is_same = walk.args().mm == Some(self.mm) && self.proper(walk.entry()) == self.proper(self.entry);
        is_same.then_some((choice, state))
    }

    /// Whether the walker takes no lock but that of the mm.
    fn holds_no_other(&self, state: &State) -> bool {
        let is_own = |line: &Line| match line.step {
            Step::Lock(lock, _) => lock == Lock::Mmap(self.mm),
            _ => true,
        };
        state.cpus().first().is_some_and(|cpu| cpu.script().lines.iter().all(is_own))
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
        let choices = Beside { entry, mm, model, revision, lock }.choices();
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
        assert_eq!(found, ["hot-remove", "kernel-vmap", "collapse", "vmalloc"]);
        assert_eq!((read[1].1, read[2].1, read[3].1), (PTE, safe, safe));
        // It is not known to hold mem_hotplug_lock, as ptdump does.
        assert!(!read[0].1.is_empty());
        let write = kernel("x86_64-4level", Revision::V7_3, LockMode::Write);
        assert_eq!(write[1..].iter().map(|(_, outcomes)| *outcomes).collect::<Vec<_>>(), vec![safe; 3]);
        // The debug walk hands init_mm over, and is the kernel walk then.
        let debug =
            |revision| beside(EntryPoint::Debug, MmId::INIT_MM, "x86_64-4level", revision, LockMode::Read);
        assert_eq!(debug(Revision::V7_1), kernel("x86_64-4level", Revision::V7_1, LockMode::Read));
        assert!(debug(Revision::V7_3).iter().all(|(id, _)| !["kernel-vmap", "collapse"].contains(id)));
        // A machine that frees nothing.
        assert_eq!(kernel("openrisc", Revision::V7_3, LockMode::Read), [("vmalloc", safe)]);
        // A process: munmap() and who frees its tables otherwise.
        let user = beside(EntryPoint::Debug, MmId::USER, "x86_64-4level", Revision::V6_17, LockMode::Read);
        assert!(user.iter().any(|(id, outcomes)| *id == "munmap" && !outcomes.is_empty()), "{user:?}");
        let vmas = beside(EntryPoint::Mapping, MmId::USER, "x86_64-4level", Revision::V6_17, LockMode::Read);
        assert!(vmas.contains(&("munmap-vmas", safe)), "{vmas:?}");
    }

    #[test]
    fn what_a_walk_asserts_is_not_asserted_for_nothing() {
        let model = pgtable::model("riscv64-sv48").expect("a known model");
        let without = |entry, mm| {
            let of = Beside { entry, mm, model, revision: Revision::V7_1, lock: LockMode::Write };
            let link = of.without().expect("a link");
            let (RaceLink { choice, .. }, problem) = RaceLink::parse(&link).expect("a link to a race");
            assert_eq!((problem, choice.revision), (None, Revision::V7_1));
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
