//! What every page begins with: the way to the other pages, what can be chosen, messages.

use scenario::link::View;
use scenario::{Link, Setup};

use super::{button, choices, progress};
use crate::el::{El, el};
use crate::later::Part;
use crate::marks::Command;
use crate::place::{ASK, Place};
use crate::shared::{Loading, PartState, Shared, Top};

/// A page's header: its choices, and the buttons of what can be done with it.
pub fn header(top: &Top, choices: Option<El>, actions: Option<El>) -> El {
    let title = el("div.title").child(el("h1").child("Pagewalk")).child(nav(top));
    let skip = button(Command::Controls).with(".skip.sr").child("Skip to the controls");
    el("header.top").child(skip).child(title).child(choices).child(actions)
}

/// The way to the other pages, each as it was left.
fn nav(top: &Top) -> El {
    let links = Place::ALL.into_iter().map(|place| {
        let mut href = "#".to_owned();
        href.push_str(top.links[place.slot()].as_deref().unwrap_or(place.link()));
        let here = top.here == Some(place);
        el("a").attr("href", &href).when(here, "[aria-current=page]").child(place.title())
    });
    el("nav.pages[aria-label=Pages][data-group]").children(links)
}

/// What stands above a walk in another page, where nothing else says whose walk it is.
pub fn caption(setup: &Setup, awaited: Option<&str>) -> El {
    let shown = el("h1.caption").child(awaited.unwrap_or(setup.scenario.title));
    if awaited.is_some() {
        return shown;
    }
    let shown = shown.child(", ").child(setup.revision.id());
    if setup.scenario.caller_holds_locks() {
        shown.child(", lock: ").child(setup.lock.title())
    } else {
        shown
    }
}

/// The header of a walk; `awaited` is the scenario that was chosen and has not arrived.
pub fn walk(shared: &Shared, setup: &Setup, view: View, awaited: Option<&str>) -> El {
    let top = &shared.top;
    let pressed = if view == View::Levels { "true" } else { "false" };
    let levels = button(Command::Levels).attr("aria-pressed", pressed).child("Levels");
    let link = Link { setup: *setup, ..Link::default() }.to_string();
    let beside = ["#v1/compare", link.strip_prefix("v1").unwrap_or_default()].concat();
    let compare = el("a.to-compare").attr("href", &beside).child("Compare");
    let files = shared.later.and_then(|later| (later.files)(setup, &shared.files));
    let built = shared.later.and_then(|later| (later.built)(setup, &shared.files));
    let choices = choices(setup, files, awaited).child(built);
    header(
        top,
        Some(choices),
        Some(actions(top, Some(el("span.own").child(levels).child(compare).child(ask(top, Place::Walk))))),
    )
}

/// The way to the same step, where one is asked what comes next before it is shown.
pub fn ask(top: &Top, place: Place) -> El {
    let link = top.links[place.slot()].as_deref().unwrap_or(place.link());
    let href = ["#v1/learn/", ASK, link.strip_prefix("v1").unwrap_or_default()].concat();
    el("a.to-ask").attr("href", &href).child("Ask me first")
}

/// The way to open a file that a link asks for.
pub fn open() -> El {
    el("a.open[href=#v1/open]").child("Open…")
}

/// What can be done on a page of steps: what is its own, the link, the help.
pub fn actions(top: &Top, own: Option<El>) -> El {
    el("div.top-actions[data-group]")
        .child(own)
        .child(button(Command::CopyLink).child(if top.copied { "Link copied" } else { "Copy link" }))
        .child(button(Command::Share).child("Share…"))
        .child(button(Command::Help).with("[aria-label=Help: keys and signs]").child("?"))
}

/// What a person must know: what was wrong with a link or a deed, what could not be loaded, what is on its way. Any page
/// may need the part with what is needed at times: a file may be dropped there. `offer` is what can be done about the first.
pub fn messages(shared: &Shared, offer: Option<El>, failed: Option<String>, under: Option<El>) -> El {
    let (mut part_failed, mut part_under) = (None, None);
    for part in [Part::More, Part::Tables, Part::Door] {
        let (failed, under) = coming(shared, part);
        part_failed = part_failed.or(failed);
        part_under = part_under.or(under);
    }
    let reading = shared.files.reading.as_ref().map(|(what, of)| progress(what, *of));
    let notice = shared.notice.as_deref().map(|notice| {
        let says = el("p.notice[role=alert]").child(el("span").child(notice));
        says.child(offer).child(button(Command::Dismiss).child("OK"))
    });
    let failed = part_failed.or(failed).map(|what| {
        el("p.notice.failed[role=alert]")
            .child(el("span").child(what))
            .child(button(Command::Retry).child("Try again"))
    });
    el("div.messages").child(notice).child(failed).child(part_under.or(under)).child(reading)
}

/// Instead of a page that is in a part which has not arrived yet, or, if `is_stray`, has not what the address names.
pub fn waiting(shared: &Shared, place: Place, is_stray: bool) -> El {
    let part = place.part().filter(|_| !is_stray);
    let (failed, under) = part.map(|part| coming(shared, part)).unwrap_or_default();
    el("main.pagewalk[tabindex=-1][aria-label=Pagewalk]")
        .child(header(&shared.top, None, None))
        .child(messages(shared, None, failed, under))
        .children([is_stray.then(|| directory(place))])
}

/// What a link to that page can name.
fn directory(place: Place) -> El {
    let link = |href: &str, title| el("li").child(el("a").attr("href", href).child(title));
    let named = place.abouts().iter().map(|about| {
        let href = ["#v1/", place.name(), "/", about.names[0]].concat();
        link(&href, about.title)
    });
    let whole = ["#", place.link()].concat();
    let whole = place.abouts().is_empty().then(|| link(&whole, place.title()));
    el("nav.directory[aria-label=What there is]").child(el("ul").children(named.chain(whole)))
}

/// How a later part is doing: what is wrong with it, or how much has arrived.
pub fn coming(shared: &Shared, part: Part) -> (Option<String>, Option<El>) {
    match shared.part(part) {
        PartState::Loading(Loading::Failed(error)) => (Some(error.to_string()), None),
        PartState::Loading(Loading::Under(of)) => {
            let what = match part {
                Part::Lab => "Loading the race lab and the verdicts",
                Part::Rare => "Loading the rest of the races",
                Part::More | Part::Call | Part::Switches => "Loading the rest of Pagewalk",
                Part::Tables => "Loading what reads captured page tables",
                Part::Compare => "Loading the comparison",
                Part::Learn => "Loading the lessons",
                Part::Door => "Loading what opens files",
            };
            (None, Some(progress(what, *of)))
        }
        PartState::Away | PartState::Asked | PartState::Here => (None, None),
    }
}
