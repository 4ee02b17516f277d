//! The text of a stop, and the way to the others.

use lessons::{Lesson, Paragraph};

use super::question::{Asked, question};
use super::{href, text};
use crate::el::{El, el};
use crate::marks::Command;
use crate::view::button;

/// A stop: where it is, its text, its question, the way on, and where its figure is shown on its own.
pub fn stop(name: &str, lesson: &Lesson<'_>, at: usize, asked: Option<Asked<'_>>, figure: &str) -> El {
    let stop = &lesson.stops[at];
    let count = lesson.stops.len();
    let explained = stop.explained();
    let glosses = explained
        .iter()
        .map(|gloss| el("div").child(el("dt").child(gloss.term)).child(el("dd").children(text(gloss.text))));
    el("article.lesson[tabindex=-1]")
        .attr("data-stop", &(at + 1).to_string())
        .attr("aria-label", &format!("{}, stop {} of {count}", lesson.title, at + 1))
        .child(el("p.place").child(el("a[href=#v1/learn]").child("Lessons")).child(format!(
            " › {}, stop {} of {count}",
            lesson.title,
            at + 1
        )))
        .child(el("h2").child(stop.heading))
        .child(el("div.text").children(stop.paragraphs.iter().map(paragraph)))
        .child((!explained.is_empty()).then(|| el("dl.glosses").children(glosses)))
        .child(asked.map(|asked| question(&asked)))
        .child(way(name, lesson, at))
        .child(
            el("p.own")
                .child(el("a").attr("href", &format!("#{figure}")).child("Open this figure on its own page")),
        )
}

fn paragraph(paragraph: &Paragraph<'_>) -> El {
    el("p").children(text(&paragraph.text))
}

/// To the stops before and after.
fn way(name: &str, lesson: &Lesson<'_>, at: usize) -> El {
    let to = |stop: usize, command: Command, says: &str, key: &str| {
        button(command)
            .attr("title", lesson.stops.get(stop).map_or("All lessons", |stop| stop.heading))
            .child(says)
            .child(el("kbd").child(key))
    };
    let last = at + 1 == lesson.stops.len();
    let back = (at > 0).then(|| to(at - 1, Command::PreviousStop, "Previous stop ", "p"));
    let on = if last { "To all lessons " } else { "Next stop " };
    let dots = (0..lesson.stops.len()).map(|stop| {
        let label = format!("{}: {}", stop + 1, lesson.stops[stop].heading);
        let dot = el("a").attr("href", &href(name, stop)).attr("title", &label).attr("aria-label", &label);
        el("li").child(dot.when(stop == at, "[aria-current=step]").child((stop + 1) as u32))
    });
    el("nav.way[aria-label=Stops]")
        .child(
            el("div.turn[data-group]").child(back).child(to(at + 1, Command::NextStop, on, "n").class("on")),
        )
        .child(el("ol[data-group]").children(dots))
}
