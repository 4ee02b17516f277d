//! The switches one by one, as a person turns them.

use mm::LockMode;

use super::{Around, Composition, Frees, Guard, Guarded, NoSense, Reads};
use crate::choice::Choice;
use crate::step::Line;

/// A switch is turned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// The walk in an RCU read section, or not.
    Rcu(bool),
    /// Whether the walker holds `mem_hotplug_lock`.
    Hotplug(Option<bool>),
    /// What its caller guarantees.
    Around(Around),
    /// How often it reads an entry.
    Reads(Reads),
    /// Whether what it dumps has to be whole.
    Whole(bool),
    /// The lock around lines of the other CPU. Where there was none, all lines stand inside.
    Guard(Option<Guarded>),
    /// How that lock is held.
    Mode(LockMode),
    /// Whether it is only tried for.
    Try(bool),
    /// A line, from 1, goes into that lock, or out of it.
    Line(u8),
    /// A lock that the other CPU leaves out.
    Without(Option<Guarded>),
    /// When it frees tables.
    Frees(Option<Frees>),
}

/// A switch: what it is about, and its positions.
#[derive(Debug)]
pub struct Switch {
    /// For a person.
    pub title: &'static str,
    /// What its words mean.
    pub about: &'static str,
    /// Whether it is about the CPU that walks.
    pub walker: bool,
    /// Its positions. The first one is as in the kernel.
    pub positions: &'static [(Change, &'static str)],
}

/// All switches but the lines.
pub static SWITCHES: [Switch; 10] = [
    Switch {
        title: "RCU read section",
        about: "Readers under RCU take no lock: what they may still read is freed after a grace period, which ends when all who were inside \
                such a section have left it. The kernel is inside one while a pte table is mapped.",
        walker: true,
        positions: &[(Change::Rcu(false), "as in the kernel"), (Change::Rcu(true), "around the whole walk")],
    },
    Switch {
        title: "mem_hotplug_lock",
        about: "Memory hotplug holds it for writing; get_online_mems() takes it for reading.",
        walker: true,
        positions: &[
            (Change::Hotplug(None), "as the rule says"),
            (Change::Hotplug(Some(true)), "held for reading"),
            (Change::Hotplug(Some(false)), "not held"),
        ],
    },
    Switch {
        title: "The caller of the walk",
        about: "Who owns the range keeps its memory until the walk is over. Who is inside hotplug holds mem_hotplug_lock for writing all the \
                time.",
        walker: true,
        positions: &[
            (Change::Around(Around::Nothing), "guarantees nothing"),
            (Change::Around(Around::Owns), "owns the range"),
            (Change::Around(Around::InsideHotplug), "is inside hotplug"),
        ],
    },
    Switch {
        title: "Reads of an entry",
        about: "A walk mentions an entry several times, and each mention is a read: it may follow what it has not tested. Code that reads once says \
                READ_ONCE(); without it a compiler may read again for the use, or leave a second read out. (Not behind an atomic operation, as in \
                get_user_pages_fast(): there the switch shows what that read is for.)",
        walker: true,
        positions: &[
            (Change::Reads(Reads::AsWritten), "as in the kernel"),
            (Change::Reads(Reads::Once), "a walk reads once"),
            (Change::Reads(Reads::Repeated), "repeated for the use"),
            (Change::Reads(Reads::Merged), "second one left out"),
        ],
    },
    Switch {
        title: "The dump must show",
        about: "Old tables are those before CPU 1 changes anything, new ones those when it is done. What a dump shows between is neither.",
        walker: true,
        positions: &[
            (Change::Whole(false), "anything"),
            (Change::Whole(true), "the old tables or the new ones"),
        ],
    },
    Switch {
        title: "Lines inside one more lock",
        about: "All lines go in; a press on a line above then moves it out, or in. The lock is held without a break, so what lies between goes along.",
        walker: false,
        positions: &[
            (Change::Guard(None), "none"),
            (Change::Guard(Some(Guarded::InitMm)), "init_mm\u{2019}s lock"),
            (Change::Guard(Some(Guarded::Mm)), "the mm\u{2019}s lock"),
            (Change::Guard(Some(Guarded::Hotplug)), "mem_hotplug_lock"),
        ],
    },
    Switch {
        title: "That lock is held",
        about: "Many can hold a lock for reading, or one for writing.",
        walker: false,
        positions: &[
            (Change::Mode(LockMode::Read), "for reading"),
            (Change::Mode(LockMode::Write), "for writing"),
        ],
    },
    Switch {
        title: "If it is not free",
        about: "Who only tries (trylock) gives up what stands inside, and goes on behind it.",
        walker: false,
        positions: &[(Change::Try(false), "waits"), (Change::Try(true), "gives up")],
    },
    Switch {
        title: "A lock left out",
        about: "One that CPU 1 takes in the kernel, and does not take here.",
        walker: false,
        positions: &[
            (Change::Without(None), "none"),
            (Change::Without(Some(Guarded::InitMm)), "init_mm\u{2019}s lock"),
            (Change::Without(Some(Guarded::Mm)), "the mm\u{2019}s lock"),
            (Change::Without(Some(Guarded::Hotplug)), "mem_hotplug_lock"),
        ],
    },
    Switch {
        title: "Tables are freed",
        about: "At once: whoever may read them. By the batch (mmu_gather): together, when all lines are done; where the architecture has RCU \
                for that, after a grace period.",
        walker: false,
        positions: &[
            (Change::Frees(None), "as in the kernel"),
            (Change::Frees(Some(Frees::Now)), "at once"),
            (Change::Frees(Some(Frees::Rcu)), "after a grace period"),
            (Change::Frees(Some(Frees::Batch)), "by the batch"),
        ],
    },
];

impl Composition {
    /// The same with a switch turned.
    #[must_use]
    pub fn with(self, change: Change) -> Self {
        let mut of = self;
        let guard = &mut of.switches.guard;
        match change {
            Change::Rcu(rcu) => of.switches.rcu = rcu,
            Change::Hotplug(hotplug) => of.switches.hotplug = hotplug,
            Change::Around(around) => of.switches.around = around,
            Change::Reads(reads) => of.switches.reads = reads,
            Change::Whole(whole) => of.switches.whole = whole,
            Change::Without(without) => of.switches.without = without,
            Change::Frees(frees) => of.switches.frees = frees,
            Change::Guard(None) => *guard = None,
            Change::Guard(Some(lock)) => {
                let all = || Guard { last: self.last(), ..alone(lock, 1) };
                *guard = Some(Guard { lock, ..guard.unwrap_or_else(all) });
            }
            Change::Mode(mode) => *guard = guard.map(|guard| Guard { mode, ..guard }),
            Change::Try(trylock) => *guard = guard.map(|guard| Guard { trylock, ..guard }),
            Change::Line(line) if (1..=self.last()).contains(&line) => {
                *guard = match *guard {
                    Some(guard) => moved(guard, line),
                    None => Some(alone(self.free_lock(), line)),
                };
            }
            Change::Line(_) => {}
        }
        of
    }

    /// Whether a switch stands like this; of a line, whether it is inside.
    pub fn stands(&self, change: Change) -> bool {
        let of = &self.switches;
        match change {
            Change::Rcu(rcu) => of.rcu == rcu,
            Change::Hotplug(hotplug) => of.hotplug == hotplug,
            Change::Around(around) => of.around == around,
            Change::Reads(reads) => of.reads == reads,
            Change::Whole(whole) => of.whole == whole,
            Change::Without(without) => of.without == without,
            Change::Frees(frees) => of.frees == frees,
            Change::Guard(lock) => of.guard.map(|guard| guard.lock) == lock,
            Change::Mode(mode) => of.guard.is_some_and(|guard| guard.mode == mode),
            Change::Try(trylock) => of.guard.is_some_and(|guard| guard.trylock == trylock),
            Change::Line(line) => of.guard.is_some_and(|guard| (guard.first..=guard.last).contains(&line)),
        }
    }

    /// Why it would make no sense with a switch turned. Where it makes none already: why, for the switches that are turned.
    pub fn forbids(&self, change: Change) -> Option<NoSense> {
        let now = self.start().err();
        let is_first = SWITCHES.iter().any(|switch| switch.positions[0].0 == change);
        match now {
            None => self.with(change).start().err(),
            Some(why) => Some(why).filter(|_| self.stands(change) && !is_first),
        }
    }

    /// The race as its kernel has it, by itself, with the lock held like here.
    pub fn kernels_own(&self) -> Choice {
        let Choice { race, model, revision, lock, .. } = self.choice;
        Choice::of(race, model, revision).with_lock(lock)
    }

    /// Whether the other CPU leaves this line of its own out.
    pub fn leaves_out(&self, line: &Line) -> bool {
        self.switches.without.is_some_and(|lock| super::edit::is_of(line, lock))
    }

    /// The number of lines of the other CPU.
    fn last(&self) -> u8 {
        self.lines().map_or(0, |lines| u8::try_from(lines.len()).unwrap_or(u8::MAX))
    }

    /// The first lock that the other CPU does not take by itself.
    fn free_lock(&self) -> Guarded {
        let lines = self.lines().unwrap_or_default();
        let is_free = |lock: &Guarded| !lines.iter().any(|line| super::edit::is_of(line, *lock));
        Guarded::ALL.into_iter().map(|(lock, _)| lock).find(is_free).unwrap_or(Guarded::InitMm)
    }
}

const fn alone(lock: Guarded, line: u8) -> Guard {
    Guard { lock, mode: LockMode::Read, trylock: false, first: line, last: line }
}

/// With a line moved in or out. What lies between it and the lock goes in with it; of what is inside, the shorter end goes out with it.
fn moved(guard: Guard, line: u8) -> Option<Guard> {
    let Guard { first, last, .. } = guard;
    Some(if line < first {
        Guard { first: line, ..guard }
    } else if line > last {
        Guard { last: line, ..guard }
    } else if first == last {
        return None;
    } else if line - first < last - line {
        Guard { first: line + 1, ..guard }
    } else {
        Guard { last: line - 1, ..guard }
    })
}
