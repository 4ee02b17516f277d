//! Steps of who looks into tables without the walker: read sections, reads that happen once, notes.

use mm::World;
use pagewalk::{Event, Sink, Test};
use pgtable::{Level, PhysAddr};

use crate::cpu::Cpu;
use crate::step::Step;

impl Cpu {
    /// One of these steps.
    pub(super) fn look<S: Sink>(&mut self, step: Step, world: &mut World, sink: &mut S) {
        match step {
            Step::Interrupts(false) => {
                world.rcu_read_lock_outer(self.task());
                self.did(Event::Act("turns interrupts off, which RCU waits for as well"), sink);
            }
            Step::Interrupts(true) => {
                world.rcu_read_unlock_outer(self.task());
                self.did(Event::Act("turns interrupts on again"), sink);
            }
            Step::Rcu(true) => {
                world.rcu_read_lock_outer(self.task());
                self.did(Event::Act(RCU[usize::from(self.walk().is_some())][0]), sink);
            }
            Step::Rcu(false) => {
                world.rcu_read_unlock_outer(self.task());
                self.did(Event::Act(RCU[usize::from(self.walk().is_some())][1]), sink);
            }
            Step::Sync => {
                self.did(Event::Act("finds nobody in a section with interrupts off any more"), sink);
            }
            Step::Note(note, what) => {
                world.frames.notes |= note.bits();
                self.did(Event::Act(what), sink);
            }
            Step::Forget(note, what) => {
                world.frames.notes &= !note.bits();
                self.did(Event::Act(what), sink);
            }
            Step::Has(note, words) => {
                let has = note.are_in(world);
                sink.event(Event::Act(words[usize::from(has)]));
                self.go_on(has);
            }
            Step::Get(entry) => self.get(entry, world, sink),
            Step::GetAgain(entry) => self.get_again(entry, world, sink),
            Step::Same(entry) => self.same(entry, world, sink),
            Step::Spare(true) => self.spare(world, sink),
            Step::Spare(false) => {
                self.pte_table = PhysAddr(0);
                self.did(Event::Act("has no page table to spare yet"), sink);
            }
            Step::HasSpare => {
                let has = self.pte_table != PhysAddr(0);
                sink.event(Event::Act(SPARE[usize::from(has)]));
                self.go_on(has);
            }
            // All others are the CPU's own.
            _ => {}
        }
    }
}

late! {
    /// How a read of one of these lines is told.
    later: fn(Step, Level, bool) -> Option<&'static str> = of_read, until |_, _, _| None
}

/// What a read of a line says of who reads an entry once and uses what it has read, behind the name of its slot; none if it is another one.
pub fn told(step: Step, level: Level, verdict: bool) -> Option<&'static str> {
    later::here()(step, level, verdict)
}

fn of_read(step: Step, level: Level, verdict: bool) -> Option<&'static str> {
    Some(match (step, level, verdict) {
        (Step::Is(Level::Pte, Test::Present), _, true) => "is read once: it maps a page.",
        (Step::Is(Level::Pte, Test::Present), _, false) => "is read once: it maps no page.",
        (Step::Get(_), _, true) => {
            "is read once: it leads to a table, whose address is taken from the same value."
        }
        (Step::Get(_), _, false) => "is read once: it leads to no table.",
        (Step::GetAgain(_), ..) => "is read again, and its value is used without a test.",
        (Step::Same(_), Level::Pte, true) => "is read again: it has not changed.",
        (Step::Same(_), Level::Pte, false) => "is read again: it has changed.",
        (Step::Same(_), _, true) => "is read again: it still leads to that table.",
        (Step::Same(_), _, false) => "is read again: it does not lead to that table any more.",
        _ => return None,
    })
}

/// The words for an RCU read section that begins and ends, without and with a walk in it.
const RCU: [[&str; 2]; 2] = [
    ["enters an RCU read section", "leaves its RCU read section"],
    ["enters an RCU read section around the whole walk", "leaves the RCU read section around the walk"],
];

/// The words for a page table that was to be allocated before.
const SPARE: [&str; 2] = ["has allocated no page table", "has a page table that it allocated before"];
