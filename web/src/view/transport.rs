//! The controls: first, back, play, next, last, the slider, what a step is.

use scenario::link::Grain;
use yew::prelude::*;

use super::choices::choose;
use super::scrubber::scrubber;
use crate::app::{Choice, SPEEDS, Speed};
use crate::keys::Command;
use crate::run::{Filter, Tick};

/// What the controls show.
#[derive(Debug)]
pub struct Controls<'a> {
    /// The step that is shown.
    pub index: u32,
    /// Number of steps.
    pub len: u32,
    /// Whether all steps are known.
    pub complete: bool,
    /// After how many actions recording gave up, if it did.
    pub cut_off: Option<u32>,
    /// What a step is.
    pub grain: Grain,
    /// What the marker buttons go to.
    pub filter: Filter,
    /// How fast play is.
    pub speed: Speed,
    /// Whether it plays.
    pub playing: bool,
    /// The ticks of the slider.
    pub ticks: &'a [Tick],
    /// What the step says.
    pub says: &'a str,
    /// Where the whole page shows the same step; only when embedded.
    pub full_link: Option<String>,
    /// A button was pressed.
    pub on_command: Callback<Command>,
    /// A step was chosen.
    pub on_go: Callback<u32>,
    /// Another filter was chosen.
    pub on_filter: Callback<Filter>,
    /// Another speed was chosen.
    pub on_speed: Callback<Speed>,
    /// Another grain was chosen.
    pub on_choose: Callback<Choice>,
}

const fn grain_title(grain: Grain) -> &'static str {
    match grain {
        Grain::Runs => "runs of like steps",
        Grain::Stops => "one thing each",
        Grain::Actions => "atomic actions",
    }
}

/// The controls.
pub fn transport(props: &Controls<'_>) -> Html {
    let button = |command: Command, path: &'static str, label: &'static str, key: &'static str| {
        let on_command = props.on_command.clone();
        let onclick = move |_: MouseEvent| on_command.emit(command);
        html! {
            <button type="button" {onclick} aria-label={label} title={format!("{label} ({key})")}
                data-command={format!("{command:?}")}><svg viewBox="0 0 16 16" aria-hidden="true"><path d={path} /></svg></button>
        }
    };
    let last = props.len.saturating_sub(1);
    let grains = Grain::ALL.map(|grain| (grain.id(), grain_title(grain).to_owned()));
    let filters = Filter::ALL.map(|filter| (filter.title(), filter.title().to_owned()));
    let speeds = SPEEDS.map(|speed| (speed.title, speed.title.to_owned()));
    html! {
        <section class="transport" aria-label="Controls">
            <div class="buttons">
                { button(Command::First, "M2 2h2v12H2zM14 2v12L5 8z", "First step", "Home") }
                { button(Command::PreviousMarker, "M6 2h5v2H8v8h3v2H6z", "Previous marker", "[") }
                { button(Command::Back, "M12 2v12L3 8z", "Back", "←") }
                { button(Command::Next, "M4 2v12l9-6z", "Next", "→") }
                { button(Command::NextMarker, "M10 2H5v2h3v8H5v2h5z", "Next marker", "]") }
                { button(Command::Last, "M12 2h2v12h-2zM2 2v12l9-6z", "Last step", "End") }
                { if props.playing { button(Command::Play, "M3 2h4v12H3zM9 2h4v12H9z", "Pause", "Space") } else { button(Command::Play, "M3 1l11 7-11 7zM5 4.500v7l5.500-3.500z", "Play", "Space") } }
            </div>
            { scrubber(props.index, props.len, props.ticks, props.says, &props.on_go) }
            <p class="count">
                { "step " }<b>{ props.index }</b>{ format!(" of {last}") }
                if !props.complete {
                    { "…" }
                }
                if let Some(actions) = props.cut_off {
                    <span class="cut">{ format!(" (the run goes on; the first {actions} actions are here)") }</span>
                }
            </p>
            <div class="settings">
                { choose("Steps", props.grain.id(), &grains, &props.on_choose, |id| Grain::from_id(id).map(Choice::Grain)) }
                { choose("[ ] go to", props.filter.title(), &filters, &props.on_filter,
                    |id| Filter::ALL.into_iter().find(|filter| filter.title() == id)) }
                { choose("Speed", props.speed.title, &speeds, &props.on_speed,
                    |id| SPEEDS.into_iter().find(|speed| speed.title == id)) }
                if let Some(link) = &props.full_link {
                    <a class="full" href={link.clone()} target="_blank" rel="noopener">{ "open in Pagewalk" }</a>
                }
            </div>
        </section>
    }
}
