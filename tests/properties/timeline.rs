//! A recorded run shows every moment as it was.

use actors::{Actor, Direct};
use narrate::Timeline;
use pagewalk_tests::program::FUEL;
use proptest::prelude::*;
use proptest::sample::Index;
use scenario::link::Grain;

use super::program;

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_timeline_shows_the_same_moment_however_one_gets_there(
        program in program(),
        visits in prop::collection::vec((any::<Index>(), any::<Index>()), 1..8),
        slices in prop::collection::vec(1..700u32, 1..8),
    ) {
        let actor = Direct::new(program.walk, program.ops);
        let mut timeline = Timeline::new(program.world.clone(), actor.clone());
        // Recorded in slices, with visits in between.
        for &fuel in &slices {
            timeline.record(fuel);
            timeline.moment(0, fuel / 2);
        }
        let actions = timeline.actions() as usize;
        for (to, from) in visits {
            let to = to.index(actions + 1);
            let from = from.index(to + 1);
            let moment = timeline.moment(from as u32, to as u32);

            let (mut world, mut fresh, mut events) = (program.world.clone(), actor.clone(), Vec::new());
            let mut before = world.clone();
            for step in 0..to {
                fresh.step(&mut world, &mut events);
                if step + 1 == from {
                    before = world.clone();
                }
            }
            prop_assert_eq!(moment.world, world);
            prop_assert_eq!(moment.actor, fresh);
            prop_assert_eq!(moment.before, before);
            prop_assert_eq!(moment.events, &events[from..]);
            prop_assert_eq!(moment.previous, from.checked_sub(1).map(|last| events[last]));
        }
    }

    #[test]
    fn a_timelines_steps_cover_its_actions(program in program()) {
        let mut timeline = Timeline::new(program.world, Direct::new(program.walk, program.ops));
        timeline.record(FUEL as u32);
        for grain in [Grain::Actions, Grain::Stops, Grain::Runs] {
            let mut reached = 0;
            for index in 0..timeline.len(grain) {
                let span = timeline.span(grain, index);
                prop_assert_eq!(span.from, reached, "{:?} {}", grain, index);
                prop_assert!(index == 0 || span.to > span.from);
                prop_assert_eq!(timeline.index_of(grain, span.to), index);
                reached = span.to;
            }
            prop_assert!(reached <= timeline.actions());
        }
    }
}
