//! Lists to choose from.

use pagewalk::Revision;
use scenario::library::SCENARIOS;
use scenario::{Held, Setup};

use crate::el::{El, el};

/// The header's choices: scenario, machine, kernel, locks.
pub fn choices(setup: &Setup) -> El {
    let scenario = setup.scenario;
    let locks = |name, label, held: Held| {
        choose(name, label, held.id(), &mut Held::ALL.iter().map(|of| (of.id(), of.title().to_owned())))
    };
    let second = scenario.has_second_lock();
    el("div.choices")
        .child(choose(
            "scenario",
            "Scenario",
            scenario.id,
            &mut SCENARIOS.iter().map(|of| (of.id, of.title.to_owned())),
        ))
        .child(choose(
            "machine",
            "Machine",
            setup.machine.id,
            &mut scenario.machines().map(|of| (of.id, of.title.to_owned())),
        ))
        .child(choose(
            "kernel",
            "Kernel",
            setup.revision.id(),
            &mut Revision::ALL.iter().map(|of| (of.id(), format!("{}: {}", of.id(), of.about()))),
        ))
        .child(locks("lock", if second { "mm lock held" } else { "init_mm lock held" }, setup.lock))
        .child(second.then(|| locks("init", "init_mm lock held", setup.init_lock)))
}

/// A labelled list of ids and titles to choose from. What choosing an id means is in
/// [`Choice::of`](crate::action::Choice::of), by `name`.
pub fn choose(
    name: &'static str,
    label: &'static str,
    chosen: &str,
    options: &mut dyn Iterator<Item = (&'static str, String)>,
) -> El {
    let options = options
        .map(|(id, title)| el("option").attr("value", id).when(id == chosen, "[selected]").child(title));
    el("label.choose")
        .child(el("span").child(label))
        .child(el("select").attr("data-choose", name).children(options))
}
