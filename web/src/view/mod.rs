//! What the page draws: functions from the parts of a [`Point`](narrate::Point) to elements.
//!
//! They are plain functions, not components: there is one component ([`root`](crate::root)), whose content holds all state,
//! and each further one would cost some six kilobytes of code in the first download (measured with Yew 0.23). They attach
//! no listeners either: an element says by its [`Mark`] what it stands for, and
//! [`events`](crate::events) makes of that what a person did. Four more attributes are read back:
//!
//! | attribute | what the element stands for |
//! |---|---|
//! | `data-level` | a level, by its kernel name, which lights up while the pointer or the focus is inside |
//! | `data-keys` | the widget: which [`Keys`](crate::keys::Keys) its page takes |
//! | `data-group` | a group of controls with one stop for the Tab key, in which the arrows move the focus |
//! | `data-place` | a place of the matrix, which gets the focus back |
//!
//! Each file has a style sheet of the same name in `web/styles`.

pub mod call;
pub mod callers;
pub mod choices;
pub mod code;
pub mod compare;
pub mod diff;
pub mod door;
pub mod doors;
pub mod dump;
pub mod gallery;
pub mod glossary;
pub mod header;
pub mod help;

pub mod learn;
pub mod levels;
pub mod locks;
pub mod progress;
pub mod question;
pub mod race;
pub mod room;
pub mod ruler;
pub mod say;
pub mod scrubber;
pub mod share;
pub mod sheet;
pub mod sign;
pub mod switches;
pub mod tables;
pub mod transport;
pub mod verdicts;

pub use choices::choices;
pub use code::code;
pub use diff::diff;
pub use doors::doors;
pub use dump::dump;
pub use header::waiting;
pub use help::help;
pub use levels::levels;
pub use locks::locks;
pub use progress::progress;
pub use ruler::ruler;
pub use say::say;
pub use sign::sign;
pub use tables::tables;
pub use transport::{Controls, transport};

use narrate::source::{commit, commits};
use pgtable::Level;
use web_sys::Element;

use crate::el::{El, el};
use crate::later::Later;
use crate::marks::Command;
use crate::marks::Mark;
use crate::run::Run;

/// What is pressed like a button, and has a text that can be selected, which that of a button cannot.
const PRESS: &str = "span[role=button][tabindex=0][title=to its next step]";

/// A button for a command.
pub fn button(command: Command) -> El {
    el("button[type=button]").does(Mark::Command(command))
}

/// Adds a text to an element: what it says of commits of the kernel are links to these.
pub fn cited(around: El, text: &str) -> El {
    commits(text).into_iter().enumerate().fold(around, |around, (at, piece)| match at % 2 {
        0 => around.child(piece),
        _ => {
            let link = el("a[target=_blank][rel=noopener noreferrer]").attr("href", &commit(piece));
            around.child(link.child(piece))
        }
    })
}

/// Marks an element as one of `level`, which `hot` may be. Pointer and focus on anything of a level light up the
/// address field, the table and the frame of that level.
fn of_level(element: El, level: Level, hot: Option<Level>) -> El {
    element.attr("data-level", level.name()).when(hot == Some(level), ".hot")
}

/// The step of a walk that is shown, without the controls; `hot` is the level that is pointed at, `beside` whether the walk whose
/// assertion is shown is safe beside others. Whoever `asks` hears the reason of the step.
pub fn step(
    run: &Run,
    hot: Option<Level>,
    later: Option<Later>,
    beside: Option<El>,
    asks: bool,
) -> [Option<El>; 7] {
    let point = run.point();
    [
        Some(say(point, run.index(), run.stops(), run.setup().scenario.about, later, asks)),
        Some(ruler(&point.ruler, hot)),
        Some(tables(point, hot)),
        Some(tables::entry(point.entry.as_ref())),
        run.dump(),
        Some(locks(point, beside)),
        Some(code(point, hot)),
    ]
}

/// Where what `frame` selects is too low for all that it has: scrolls it, and nothing else, so that the first `line` in it
/// is in sight. `head` pixels of the frame are covered by its heading.
pub fn show_in_frame(frame: &Element, line: &str, head: f64) {
    let Some(line) = frame.query_selector(line).ok().flatten() else { return };
    let (of, place) = (frame.get_bounding_client_rect(), line.get_bounding_client_rect());
    if place.top() < of.top() + head || place.bottom() > of.bottom() {
        let middle = of.top() + (of.height() - place.height()) / 2.0;
        frame.set_scroll_top(frame.scroll_top() + (place.top() - middle) as i32);
    }
}
