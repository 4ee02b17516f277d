//! All scenarios, each with a picture of its run and what it shows.

use std::fmt::Write as _;

use narrate::Mark;
use scenario::library::FIRST;
use scenario::{Group, Library, Link, Setup};

use super::button;
use crate::el::{El, el};
use crate::keys::Keys;
use crate::kinds::{GROUPS, group};
use crate::marks::Command;

/// The picture of each run: its name and a letter for each step, as the golden runs have them.
static STRIPS: &str = include_str!("strips.txt");

/// The gallery, beside what `setup` shows; another scenario keeps its other choices.
pub fn gallery(setup: &Setup, library: &Library) -> El {
    let card = |of: &'static scenario::Scenario| {
        let link = Link { setup: setup.with_scenario(of), ..Link::default() };
        let strip = STRIPS.lines().find_map(|line| line.strip_prefix(of.id)?.strip_prefix(' '));
        el("li").when(of == FIRST, ".first").child(
            el("a")
                .attr("href", &format!("#{link}"))
                .when(of == setup.scenario, "[aria-current=true]")
                .child(el("strong").child(of.title))
                .child((of == FIRST).then(|| el("span.start").child("start here")))
                .child(strip.map(picture))
                .child(el("span.about").child(of.about)),
        )
    };
    let groups = Group::ALL.into_iter().map(|group| {
        let of_group = library.scenarios().filter(move |of| of.group == group && *of != FIRST);
        el("section")
            .attr("aria-label", group.title())
            .child(el("h3").child(group.title()))
            .child(el("ul").children(of_group.map(card)))
    });
    let legend = GROUPS.iter().map(|(group, what)| {
        let square = el("path[d=M-4 -4h8v8h-8z]").class(group);
        el("li").child(el("svg.inline-sign[viewBox=-6 -6 12 12]").child(square)).child(*what)
    });
    el("div.gallery[role=dialog][aria-label=Scenarios][tabindex=-1]")
        .attr("data-keys", Keys::Text.name())
        .child(
            el("div.head")
                .child(el("h2").child("Scenarios"))
                .child(el("ul.legend[aria-hidden=true]").children(legend))
                .child(button(Command::Gallery).child("Close")),
        )
        .child(el("section[aria-label=Start here]").child(el("ul").child(card(FIRST))))
        .children(groups)
}

/// A bar for each step of a run, as high as its kind stands out.
fn picture(strip: &str) -> El {
    let mut paths: [String; GROUPS.len()] = Default::default();
    let kinds = strip.bytes().filter_map(|letter| Mark::ALL.get(usize::from(letter.wrapping_sub(b'A'))));
    for (at, mark) in kinds.enumerate() {
        let (of, height) = group(*mark);
        let _ = write!(paths[of], "M{at} 10v-{height}h.8v{height}z");
    }
    let paths = GROUPS.iter().zip(paths).filter(|(_, path)| !path.is_empty());
    el("svg.strip[viewBox=0 0 60 10][preserveAspectRatio=none][aria-hidden=true]")
        .children(paths.map(|((group, _), path)| el("path").class(group).attr("d", &path)))
}
