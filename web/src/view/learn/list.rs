//! All lessons.

use std::fmt::Write as _;

use lessons::Lesson;

use super::href;
use crate::el::{El, el};
use crate::marks::Command;
use crate::view::button;

/// All lessons: the name, the lesson, how many stops were seen and how many questions answered rightly.
pub fn list<'a>(
    lessons: impl Iterator<Item = (&'static str, &'a Lesson<'static>, (usize, usize))>,
    kept: bool,
) -> El {
    let lessons = lessons.enumerate().map(|(index, (name, lesson, seen))| line(index, name, lesson, seen));
    let forget = kept.then(|| {
        let says = "What you have seen and answered is kept in this browser, and nowhere else. ";
        el("p.kept").child(says).child(button(Command::Forget).child("Forget it"))
    });
    el("article.lesson.all[tabindex=-1]")
        .child(el("h2").child("Lessons"))
        .child(el("p").child(
            "Each lesson is a few short texts beside a walk or a race that you can step yourself. Every paragraph is compared \
             with what the machine does.",
        ))
        .child(el("ol.lessons").children(lessons))
        .child(forget)
}

fn line(index: usize, name: &str, lesson: &Lesson<'_>, (seen, right): (usize, usize)) -> El {
    let stops = lesson.stops.len();
    let mut facts = format!("{} minutes, {stops} stops", lesson.minutes);
    if seen > 0 {
        let _ = write!(facts, "; you have seen {}", seen.min(stops));
    }
    if right > 0 {
        let _ = write!(facts, " and answered {right} rightly");
    }
    let stops = lesson
        .stops
        .iter()
        .enumerate()
        .map(|(stop, of)| el("li").child(el("a").attr("href", &href(name, stop)).child(of.heading)));
    el("li")
        .child(
            el("h3")
                .child(el("a").attr("href", &href(name, 0)).child(lesson.title))
                .child((index == 0).then(|| el("span.start").child("start here"))),
        )
        .child(el("p").child(lesson.about))
        .child(el("p.tag").child(facts))
        .child(
            el("details").child(el("summary").child("Its stops")).child(el("ol[data-group]").children(stops)),
        )
}
