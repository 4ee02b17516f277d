//! What every page begins with: the way to the other pages, what can be chosen, messages.

use scenario::Setup;
use scenario::link::View;

use super::{button, choices, progress};
use crate::el::{El, el};
use crate::marks::Command;
use crate::place::Place;
use crate::shared::{Loading, PartState, Shared, Top};

/// A page's header: its choices, and the buttons of what can be done with it.
pub fn header(top: &Top, choices: Option<El>, actions: Option<El>) -> El {
    let title = el("div.title").child(el("h1").child("Pagewalk")).child(nav(top));
    el("header.top").child(title).child(choices).child(actions)
}

/// The way to the other pages, each as it was left.
fn nav(top: &Top) -> El {
    let links = Place::ALL.into_iter().zip(&top.links).map(|(place, link)| {
        let mut href = "#".to_owned();
        href.push_str(link.as_deref().unwrap_or(place.link()));
        let here = top.here == Some(place);
        el("a").attr("href", &href).when(here, "[aria-current=page]").child(place.title())
    });
    el("nav.pages[aria-label=Pages]").children(links)
}

/// The header of a walk; `awaited` is the scenario that was chosen and has not arrived.
pub fn walk(shared: &Shared, setup: &Setup, view: View, awaited: Option<&str>) -> El {
    let top = &shared.top;
    let pressed = if view == View::Levels { "true" } else { "false" };
    let levels = button(Command::Levels).attr("aria-pressed", pressed).child("Levels");
    header(top, Some(choices(setup, &shared.library, awaited)), Some(actions(top, Some(levels))))
}

/// What can be done on a page of steps: something of its own, the link, the help.
pub fn actions(top: &Top, own: Option<El>) -> El {
    el("div.top-actions")
        .child(own)
        .child(button(Command::CopyLink).child(if top.copied { "Link copied" } else { "Copy link" }))
        .child(button(Command::Help).with("[aria-label=Help: keys and signs]").child("?"))
}

/// What a person must know: what was wrong with a link or a deed, what could not be loaded, what is on its way.
pub fn messages(notice: Option<&str>, failed: Option<&str>, under: Option<El>) -> El {
    let notice = notice.map(|notice| {
        el("p.notice[role=alert]").child(el("span").child(notice)).child(button(Command::Dismiss).child("OK"))
    });
    let failed = failed.map(|what| {
        el("p.notice.failed[role=alert]")
            .child(el("span").child(what))
            .child(button(Command::Retry).child("Try again"))
    });
    el("div.messages").child(notice).child(failed).child(under)
}

/// Instead of a page that is in a part which has not arrived yet.
pub fn waiting(shared: &Shared, place: Place) -> El {
    let (failed, under) = place.part().map(|part| coming(shared.part(part))).unwrap_or_default();
    el("main.pagewalk[tabindex=-1][aria-label=Pagewalk]")
        .child(header(&shared.top, None, None))
        .child(messages(shared.notice.as_deref(), failed.as_deref(), under))
}

/// How a later part is doing: what is wrong with it, or how much has arrived.
pub fn coming(part: &PartState) -> (Option<String>, Option<El>) {
    match part {
        PartState::Loading(Loading::Failed(error)) => (Some(error.to_string()), None),
        PartState::Loading(Loading::Under(of)) => (None, Some(progress("Loading the rest of Pagewalk", *of))),
        PartState::Away | PartState::Asked | PartState::Here => (None, None),
    }
}
