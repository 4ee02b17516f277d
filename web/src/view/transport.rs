//! The controls: first, back, play, next, last, the slider, what a step is.

use scenario::link::Grain;

use super::choices::{choose, option};
use super::scrubber::scrubber;
use super::{button, sign};
use crate::el::{El, el};
use crate::kinds::Filter;
use crate::marks::Command;
use crate::marks::{List, Mark};
use crate::run::{Speed, Ticks};

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
    pub ticks: &'a Ticks,
    /// What the step says.
    pub says: &'a str,
    /// Whether the reason of the step is on the page.
    pub has_why: bool,
    /// Where the whole page shows the same step; only when embedded.
    pub full_link: Option<String>,
}

const fn grain_title(grain: Grain) -> &'static str {
    match grain {
        Grain::Runs => "like steps as one",
        Grain::Stops => "every step",
        Grain::Actions => "every atomic action",
    }
}

/// A button with a picture: its command, path, name and key.
pub type Picture = (Command, &'static str, &'static str, &'static str);

/// The buttons, in their order; play stands for pause as well.
pub const BUTTONS: [Picture; 6] = [
    (Command::First, "M2 2h2v12H2zM14 2v12L5 8z", "First step", "Home"),
    (Command::PreviousMarker, "M6 2h5v2H8v8h3v2H6z", "Previous marker", "["),
    (Command::Back, "M12 2v12L3 8z", "Back", "←"),
    (Command::Next, "M4 2v12l9-6z", "Next", "→"),
    (Command::NextMarker, "M10 2H5v2h3v8H5v2h5z", "Next marker", "]"),
    (Command::Last, "M12 2h2v12h-2zM2 2v12l9-6z", "Last step", "End"),
];
const PLAY: Picture = (Command::Play, "M3 1l11 7-11 7zM5 4.500v7l5.500-3.500z", "Play", "Space");
const PAUSE: Picture = (Command::Play, "M3 2h4v12H3zM9 2h4v12H9z", "Pause", "Space");

/// Play, or pause.
pub const fn play(playing: bool) -> Picture {
    if playing { PAUSE } else { PLAY }
}

/// A button with a picture.
pub fn picture((command, path, label, key): Picture) -> El {
    button(command)
        .attr("aria-label", label)
        .attr("title", &format!("{label} ({key})"))
        .child(el("svg[viewBox=0 0 16 16][aria-hidden=true]").child(el("path").attr("d", path)))
}

/// The controls.
pub fn transport(props: &Controls<'_>) -> El {
    let buttons = BUTTONS.into_iter().chain([play(props.playing)]);
    let cut = props.cut_off.map(|actions| {
        el("span.cut").child(format!(" (the run is longer: its first {actions} actions are recorded)"))
    });
    let link = props
        .full_link
        .as_ref()
        .map(|link| el("a.full[target=_blank][rel=noopener]").attr("href", link).child("open in Pagewalk"));
    let grains = Grain::ALL.iter().map(|of| option(of.id(), grain_title(*of), *of == props.grain));
    let filters = Filter::ALL.iter().filter(|of| **of != Filter::Any).map(|of| {
        let button = el("button[type=button]").does(Mark::Filter(*of));
        let pressed = if *of == props.filter { "true" } else { "false" };
        button.attr("aria-pressed", pressed).child(sign(of.sign())).child(el("span").child(of.title()))
    });
    let speeds = Speed::ALL.iter().map(|of| option(of.name(), of.title(), *of == props.speed));
    el("section.transport[aria-label=Controls]")
        .child(el("div.buttons[data-group]").children(buttons.map(picture)))
        .child(
            scrubber(props.index, props.len, props.ticks, props.says)
                .when(props.has_why, "[aria-describedby=why]"),
        )
        .child(
            el("p.count")
                .child("step ")
                .child(el("b").child(props.index))
                .child(format!(" of {}", props.len.saturating_sub(1)))
                .child((!props.complete).then_some("…"))
                .child(cut),
        )
        .child(
            el("div.legend[role=group][data-group]")
                .attr("aria-label", "[ ] go to")
                .child(el("span[aria-hidden=true]").child("[ ] go to"))
                .children(filters),
        )
        .child(el("details.settings").child(el("summary").child("Settings")).child(
            el("div.fold").child(choose(List::Grain, "Detail", grains)).child(choose(
                List::Speed,
                "Speed",
                speeds,
            )),
        ))
        .child(link)
}
