//! Searching a race: its lanes as actors in one world, each step of which is taken once.
//!
//! Of three CPUs with a hundred places each most are where they were, in a world that most steps leave as it is. A search of
//! whole [states](crate::State) would clone, hash and keep all of them for each step; see [`explore::interned`].

use core::array;
use core::hash::{Hash, Hasher};

use explore::{Actors, Interned, Lane, Progress, Property, Schedule, Search, Turn, Verdict};
use mm::World;
use pagewalk::{Sink, Status};

use crate::cpu::Cpu;
use crate::model::{LANES, RaceModel};
use crate::outcome::Outcomes;
use crate::state::{State, grace_period_ends, outcomes_of, turn_of_cpu, turn_of_rcu};

/// A search through all interleavings of a race, which finds what a [`Search`] of its [`RaceModel`] finds.
///
/// What it has found is for [`Found::of`](crate::Found::of). Of one type and in this room, which is compiled for speed also where others are compiled to be small.
#[derive(Debug)]
pub struct RaceSearch(Search<Interned<RaceModel, LANES>>);

impl RaceSearch {
    /// A search that has not started and sees at most `limit` states.
    pub fn new(race: RaceModel, limit: u32) -> Self {
        Self(Search::new(Interned::new(race), limit))
    }

    /// Goes on from at most `fuel` states.
    pub fn run(&mut self, fuel: u32) -> Progress {
        self.0.run(fuel)
    }

    /// How far it is.
    pub fn progress(&self) -> Progress {
        self.0.progress()
    }

    /// What is known by now.
    pub fn verdict(&self) -> Verdict {
        self.0.verdict()
    }

    /// A shortest way to what is to be reachable, by the place of the property, once it was reached.
    pub fn reached(&self, property: usize) -> Option<Schedule> {
        self.0.reached(property)
    }

    /// The race.
    pub const fn race(&self) -> &RaceModel {
        self.0.model().actors()
    }
}

/// What all lanes of a race share.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Shared {
    world: World,
    /// Whether a fault has stopped a CPU: then nobody moves any more.
    stopped: bool,
}

/// What a lane of a race has for itself.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "most are CPUs")]
pub enum Own {
    /// A CPU's.
    Cpu(Cpu),
    /// RCU's, whose tables are in the world.
    Rcu,
    /// Nobody's.
    Nothing,
}

impl Hash for Own {
    /// By what tells most of them apart.
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        if let Self::Cpu(cpu) = self {
            cpu.hash_place(hasher);
        }
    }
}

impl Actors<LANES> for RaceModel {
    type World = Shared;
    type Own = Own;

    fn initial(&self) -> (Shared, [Own; LANES]) {
        let start: &State = self.start();
        let shared = Shared { world: start.world.clone(), stopped: start.fault().is_some() };
        let own = |lane: usize| match start.cpus().get(lane) {
            Some(cpu) => Own::Cpu(cpu.clone()),
            None if lane == start.cpus().len() => Own::Rcu,
            None => Own::Nothing,
        };
        (shared, array::from_fn(own))
    }

    fn is_empty(&self, own: &Own) -> bool {
        matches!(own, Own::Nothing)
    }

    fn turn(&self, shared: &Shared, own: &Own, _: Lane) -> Turn {
        match own {
            _ if shared.stopped => Turn::Done,
            Own::Cpu(cpu) => turn_of_cpu(&shared.world, cpu),
            Own::Rcu => turn_of_rcu(&shared.world),
            Own::Nothing => Turn::Done,
        }
    }

    fn step(&self, shared: &mut Shared, own: &mut Own, _: Lane) {
        // Of one type for all, as in [`State::step`](crate::State::step).
        let mut sink: &mut dyn Sink = &mut ();
        match own {
            Own::Cpu(cpu) => {
                let status = cpu.step(&mut shared.world, &mut sink);
                shared.stopped = matches!(status, Status::Faulted(_));
            }
            Own::Rcu => grace_period_ends(&mut shared.world, &mut sink),
            Own::Nothing => {}
        }
    }

    fn marks(&self, shared: &Shared, own: &Own, _: Lane) -> u32 {
        match own {
            Own::Cpu(cpu) => outcomes_of(&shared.world, cpu).bits().into(),
            Own::Rcu | Own::Nothing => 0,
        }
    }

    fn properties(&self) -> &[Property] {
        self.properties()
    }

    fn holds(&self, marks: u32, property: usize) -> bool {
        self.allows(Outcomes::from_bits_truncate(marks as u16), property)
    }
}
