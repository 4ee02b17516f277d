//! The header's choices: scenario, machine, kernel, locks.

use pagewalk::Revision;
use scenario::library::SCENARIOS;
use scenario::{Held, Machine, Scenario, Setup};
use web_sys::HtmlSelectElement;
use yew::prelude::*;

use crate::app::Choice;

/// The header's choices.
pub fn choices(setup: &Setup, on_choose: &Callback<Choice>) -> Html {
    let scenario = setup.scenario;
    let scenarios = SCENARIOS.iter().map(|of| (of.id, of.title.to_owned())).collect::<Vec<_>>();
    let machines = scenario.machines().map(|of| (of.id, of.title.to_owned())).collect::<Vec<_>>();
    let kernels = Revision::ALL
        .map(|of| (of.id(), format!("{}: {}", of.id(), of.about())))
        .into_iter()
        .collect::<Vec<_>>();
    let locks = Held::ALL.map(|of| (of.id(), of.title().to_owned())).into_iter().collect::<Vec<_>>();
    let walked = if scenario.has_second_lock() { "mm lock held" } else { "init_mm lock held" };
    html! {
        <div class="choices">
            { choose("Scenario", scenario.id, &scenarios, on_choose, |id| Scenario::from_id(id).map(Choice::Scenario)) }
            { choose("Machine", setup.machine.id, &machines, on_choose, |id| Machine::from_id(id).map(Choice::Machine)) }
            { choose("Kernel", setup.revision.id(), &kernels, on_choose, |id| Revision::from_id(id).map(Choice::Revision)) }
            { choose(walked, setup.lock.id(), &locks, on_choose, |id| Held::from_id(id).map(Choice::Lock)) }
            if scenario.has_second_lock() {
                { choose("init_mm lock held", setup.init_lock.id(), &locks, on_choose,
                    |id| Held::from_id(id).map(Choice::InitLock)) }
            }
        </div>
    }
}

/// A labelled list to choose from. `options` are ids and titles; `pick` says what an id stands for.
pub fn choose<T: 'static>(
    label: &'static str,
    chosen: &str,
    options: &[(&'static str, String)],
    on_choose: &Callback<T>,
    pick: fn(&str) -> Option<T>,
) -> Html {
    let on_choose = on_choose.clone();
    let onchange = move |event: Event| {
        let select = event.target_dyn_into::<HtmlSelectElement>();
        if let Some(choice) = select.and_then(|select| pick(&select.value())) {
            on_choose.emit(choice);
        }
    };
    html! {
        <label class="choose">
            <span>{ label }</span>
            <select {onchange}>
                { for options.iter().map(|(id, title)| html! {
                    <option value={*id} selected={*id == chosen}>{ title }</option>
                }) }
            </select>
        </label>
    }
}
