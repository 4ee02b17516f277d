//! The same models under an independent checker: as many states, as many transitions, the same verdict,
//! counterexamples of the same length.

mod models;

use explore::{Expect, Lane, Model, Property, Search, Turn, Verdict};
use models::{Bits, Buffer, Counter, Exclusion, Philosophers, Protocol};
use stateright::Checker;

/// What the other checker looks for, one thing at a time: it ends with the last thing it finds, and only the
/// first is shortest.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Aim {
    /// Nothing: it sees all states.
    Nothing,
    Property(usize),
    NoDeadlock,
}

/// One of our models as one of theirs.
struct Theirs<M> {
    model: M,
    aim: Aim,
}

impl<M: Model> stateright::Model for Theirs<M> {
    type State = M::State;
    type Action = Lane;

    fn init_states(&self) -> Vec<M::State> {
        vec![self.model.initial()]
    }

    fn actions(&self, state: &M::State, actions: &mut Vec<Lane>) {
        let can_move = |lane: &Lane| self.model.turn(state, *lane) == Turn::Move;
        actions.extend(Lane::ALL.into_iter().take(M::LANES).filter(can_move));
    }

    fn next_state(&self, last: &M::State, lane: Lane) -> Option<M::State> {
        let mut state = last.clone();
        self.model.step(&mut state, lane);
        Some(state)
    }

    fn properties(&self) -> Vec<stateright::Property<Self>> {
        let condition = |theirs: &Self, state: &M::State| match theirs.aim {
            Aim::Nothing => true,
            Aim::Property(property) => theirs.model.holds(state, property),
            Aim::NoDeadlock => {
                let turns = Lane::ALL.into_iter().take(M::LANES).map(|lane| theirs.model.turn(state, lane));
                let turns: Vec<_> = turns.collect();
                turns.contains(&Turn::Move) || turns.iter().all(|turn| *turn == Turn::Done)
            }
        };
        let sometimes = matches!(self.aim, Aim::Property(property)
            if self.model.properties()[property].expect == Expect::Reachable);
        vec![if sometimes {
            stateright::Property::sometimes("aim", condition)
        } else {
            stateright::Property::always("aim", condition)
        }]
    }
}

/// A model of which nothing is demanded, so that a search sees all of it.
struct Unjudged<M>(M);

impl<M: Model> Model for Unjudged<M> {
    type State = M::State;

    const LANES: usize = M::LANES;

    fn initial(&self) -> M::State {
        self.0.initial()
    }

    fn turn(&self, state: &M::State, lane: Lane) -> Turn {
        match self.0.turn(state, lane) {
            Turn::Wait => Turn::Done,
            turn => turn,
        }
    }

    fn step(&self, state: &mut M::State, lane: Lane) {
        self.0.step(state, lane);
    }

    fn properties(&self) -> &[Property] {
        &[]
    }

    fn holds(&self, _: &M::State, _: usize) -> bool {
        true
    }
}

/// Compares, and says how many states there are in all.
fn compare<M>(model: M) -> usize
where
    M: Model + Copy + Send + Sync + 'static,
    M::State: Send + Sync + core::fmt::Debug + 'static,
{
    let check = |aim| stateright::Model::checker(Theirs { model, aim }).spawn_bfs().join();
    let found = |aim| check(aim).discovery("aim").map(|path| path.into_actions().len());

    let all = check(Aim::Nothing);
    let mut whole = Search::new(Unjudged(model), u32::MAX);
    let progress = whole.run(u32::MAX);
    assert_eq!(whole.verdict().states() as usize, all.unique_state_count());
    assert_eq!(progress.transitions as usize + 1, all.state_count(), "they count the initial state");

    let mut search = Search::new(model, u32::MAX);
    search.run(u32::MAX);
    let properties = model.properties().iter().enumerate();
    let always = properties.clone().filter(|(_, property)| property.expect == Expect::Always);
    let aims = always.map(|(place, _)| Aim::Property(place)).chain([Aim::NoDeadlock]);
    let shortest = aims.filter_map(found).min();
    match search.verdict() {
        Verdict::Fails { schedule, .. } => assert_eq!(Some(schedule.len()), shortest),
        verdict => {
            assert_eq!(shortest, None, "{verdict:?}");
            let reachable = properties.filter(|(_, property)| property.expect == Expect::Reachable);
            let mut unreached = None;
            for (place, _) in reachable {
                let ours = search.reached(place).map(|schedule| schedule.len());
                assert_eq!(ours, found(Aim::Property(place)));
                unreached = unreached.or(ours.is_none().then_some(place));
            }
            let states = all.unique_state_count() as u32;
            let expected = unreached
                .map_or(Verdict::Safe { states }, |property| Verdict::Unreachable { property, states });
            assert_eq!(verdict, expected);
        }
    }
    all.unique_state_count()
}

#[test]
fn counters_agree() {
    assert_eq!([Counter::Atomic, Counter::ReadThenWrite].map(compare), [8, 59]);
}

#[test]
fn exclusion_agrees() {
    let protocols = [Protocol::Peterson, Protocol::GivesWayFirst, Protocol::FlagsOnly];
    for claim_both in [false, true] {
        let states = protocols.map(|protocol| compare(Exclusion { protocol, claim_both }));
        assert_eq!(states, [32, 48, 8]);
    }
}

#[test]
fn philosophers_agree() {
    assert_eq!([Philosophers::LeftFirst, Philosophers::InOrder].map(compare), [14, 12]);
}

#[test]
fn buffers_agree() {
    assert_eq!([Buffer::Atomic, Buffer::CheckThenPut, Buffer::OneMore].map(compare), [44, 131, 44]);
}

#[test]
fn eight_lanes_agree() {
    assert_eq!([0xff, 0b1011_0100].map(|never| compare(Bits { never })), [256, 256]);
}
