//! Questions about any walk or race, beside it.

use super::question::{Asked, question};
use crate::el::{El, el};
use crate::marks::Command;
use crate::view::button;

/// The question about what comes next, how many were answered, rightly and at all, and the way back to `figure`.
pub fn ask(asked: Option<Asked<'_>>, (right, given): (u32, u32), race: bool, figure: &str) -> El {
    let about = if race {
        "Before each step: which CPU has to move, so that it goes wrong as soon as possible? The machine tries what follows from \
         each move."
    } else {
        "Before an entry is decided, or an assertion is judged: what will it be? The machine knows, and shows the step once you \
         have answered."
    };
    let none = if race {
        "From here this race cannot go wrong in the way that it is about, or it has done so. Step back, or choose another one."
    } else {
        "Nothing is left to be decided in this run. Step back to be asked again."
    };
    let is_graded = asked.as_ref().is_some_and(|asked| asked.result.is_some());
    let next = is_graded.then(|| {
        let next = button(Command::NextStop).child("Next question ").child(el("kbd").child("n"));
        el("div.turn").child(next.class("on"))
    });
    let score = (given > 0).then(|| format!("{right} of {given} right so far. Nobody keeps this."));
    el("article.lesson[tabindex=-1][aria-label=Ask me first]")
        .child(el("h2").child("Ask me first"))
        .child(
            el("div.text")
                .child(el("p").child(about))
                .child(el("p").child("Step on in the figure to leave a question out.")),
        )
        .child(asked.is_none().then(|| el("p.nothing").child(none)))
        .child(asked.map(|asked| question(&asked)))
        .child(next)
        .child(score.map(|score| el("p.score").child(score)))
        .child(el("p.own").child(
            el("a").attr("href", &format!("#{figure}")).child("Stop asking: the figure on its own page"),
        ))
}
