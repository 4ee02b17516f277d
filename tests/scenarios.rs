//! Every built-in scenario, on every machine that it runs on, under every kernel.

use actors::Actor;
use narrate::{Mark, Timeline, point};
use pagewalk::{Revision, Status};
use pagewalk_tests::{default_dir, load_image};
use scenario::capture::Capture;
use scenario::library::Program;
use scenario::{Held, Runner, SCENARIOS, Setup};

fn capture(setup: &Setup) -> Capture {
    load_image(&default_dir().join(setup.machine.capture)).expect("a capture of this repository")
}

fn timeline(setup: &Setup, capture: &Capture) -> Timeline<Runner> {
    let (world, runner) = setup.start(capture).expect("the scenario runs on this machine");
    let mut timeline = Timeline::new(world, runner);
    while !timeline.record(100_000) {}
    timeline
}

#[test]
fn dump() {
    for scenario in &SCENARIOS {
        for machine in scenario.machines() {
            let mut setup = Setup::of(scenario);
            setup.machine = machine;
            let capture = capture(&setup);
            let timeline = timeline(&setup, &capture);
            println!(
                "== {} {} {} actions {} stops {:?}",
                scenario.id,
                machine.id,
                timeline.actions(),
                timeline.stops().len(),
                timeline.status()
            );
            if std::env::var("SHOW").as_deref() == Ok(scenario.id) {
                let mut from = 0;
                for (n, stop) in timeline.stops().iter().enumerate().take(60) {
                    let moment = timeline.moment(from, stop.actions);
                    from = stop.actions;
                    let p = point::point(&moment, stop.mark, setup.revision, pgtable::VirtAddr(0));
                    println!("{n:3} {:14} {}", stop.mark.title(), p.sentence);
                }
            }
        }
    }
}
