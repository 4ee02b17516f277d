//! The pages of the site: which address opens which, and what a page is.
//!
//! | module | what it holds |
//! |---|---|
//! | [`walk`] | a walk, step by step |
//! | `race`, `callers`, `verdicts`, `compare`, `learn`, `safe`, `open`, `call`, `switches` | the pages that arrive [later](crate::parts) |
//!
//! A page is its state and plain functions on it. It listens to nothing, waits for nothing and writes no address: the
//! [`Shell`](crate::Shell) owns one of each, tells it what a person did, asks it what goes on by itself, and draws it. So
//! whoever leaves a page and comes back finds it as it was.

pub mod call;
pub mod callers;
pub mod compare;
pub mod learn;
pub mod open;
pub mod race;
pub mod safe;
pub mod switches;
pub mod verdicts;
pub mod walk;

use gloo_timers::callback::{Interval, Timeout};
use narrate::race::{RacePoint, Session};
use narrate::{Pair, Sheet};
use scenario::{CompareLink, Link};
use web_sys::Element;

use crate::el::El;
use crate::later::Verdicts;
use crate::marks::Deed;
use crate::run::Run;
use crate::shared::Shared;

/// What goes on by itself on a page, as long as it is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pulse {
    /// There is work to do, in slices between which the browser draws and listens: [`Page::work`].
    pub work: bool,
    /// [`Page::beat`] is called every so many milliseconds.
    pub beat: Option<u32>,
}

/// The timers of what goes on by itself.
#[derive(Debug, Default)]
pub struct Timers {
    work: Option<Timeout>,
    /// The beat, and its milliseconds.
    beat: Option<(u32, Interval)>,
}

impl Timers {
    /// Follows the pulse: `work` is called once and then has [ended](Self::worked), `beat` until the pulse has another one.
    pub fn follow(&mut self, pulse: Pulse, work: impl FnOnce() + 'static, beat: impl FnMut() + 'static) {
        if !pulse.work {
            self.work = None;
        } else if self.work.is_none() {
            // Not at once: the browser draws and listens in between.
            self.work = Some(Timeout::new(0, work));
        }
        if pulse.beat != self.beat.as_ref().map(|(ms, _)| *ms) {
            self.beat = pulse.beat.map(|ms| (ms, Interval::new(ms, beat)));
        }
    }

    /// A slice of the work is being done.
    pub fn worked(&mut self) {
        self.work = None;
    }
}

/// Not what is in it: a `Debug` that every page must have would bring the text of every type that a walk is made of into the
/// first download, some thirty kilobytes.
impl std::fmt::Debug for dyn Page {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Page")
    }
}

/// What a page shows, for who takes it away.
#[derive(Debug)]
pub enum Shown<'a> {
    /// A walk, at a step.
    Walk {
        /// The link to it.
        link: &'a Link,
        /// The run.
        run: &'a Run,
        /// Whether the walk whose assertion is shown is safe beside other CPUs, as far as that is known.
        beside: Option<&'a dyn Verdicts>,
        /// The call, as a file, where the walk is that of a call that a person put together: the link is not its own then.
        call: Option<String>,
    },
    /// A race, at a step.
    Race {
        /// The race.
        session: &'a Session,
        /// The step.
        point: &'a RacePoint,
    },
    /// Two runs, at a line.
    Pair {
        /// The link to it.
        link: &'a CompareLink,
        /// All lines.
        pairs: &'a [Pair],
        /// Both runs, at that line.
        runs: [&'a Run; 2],
        /// Their names.
        names: [String; 2],
        /// What is different there.
        says: String,
    },
}

impl Shown<'_> {
    /// What the step says.
    pub fn says(&self) -> &str {
        match self {
            Self::Walk { run, .. } => &run.point().sentence,
            Self::Race { point, .. } => &point.sentence,
            Self::Pair { says, .. } => says,
        }
    }
}

/// What a lesson has of the part with the race lab.
#[derive(Clone, Copy, Debug)]
pub struct Races {
    /// A page of races of its own.
    pub page: fn() -> Box<dyn Figure>,
    /// Who can move where a link to a race stands, and which of them leads to its goal; none if it cannot be reached from there.
    pub moves: fn(&str) -> Option<Moves>,
}

/// Who can move in a race.
#[derive(Debug)]
pub struct Moves {
    /// Each of them: "CPU 0", and the least number of steps to the goal, this one included, if it moves now; none if nothing leads
    /// there any more.
    pub of: Vec<(String, Option<usize>)>,
    /// The least number of steps to the goal.
    pub least: usize,
    /// The link to a shortest way to the goal, one step on.
    pub on: String,
}

impl std::fmt::Debug for dyn Figure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Figure")
    }
}

/// A page that a lesson can show beside its text.
pub trait Figure: Page {
    /// Its messages, and what it shows without its header and its choices.
    fn figure(&self, shared: &Shared) -> [El; 2];
}

/// A page. What a method does not say otherwise is drawn afterwards.
pub trait Page {
    /// Shows what an address says, or the nearest thing that works, and says what is wrong with it. Nothing is lost of what
    /// the address names already.
    fn open(&mut self, hash: &str, shared: &mut Shared);

    /// Does what a person wants. Returns whether the page knows that deed, and has to be drawn.
    fn did(&mut self, deed: &Deed, shared: &mut Shared) -> bool;

    /// The page, below and including its header: that, the messages, and everything else as one list. Yew puts children without
    /// a key together from the last one on; with another number of them the header, and the focus in it, would be lost.
    fn view(&self, shared: &Shared) -> El;

    /// The link to what is shown, without the `#`.
    fn link(&self) -> String;

    /// What is shown, for the title of the window.
    fn title(&self) -> String;

    /// The keys of the page and its signs; a page that has no help takes no keys.
    fn help(&self, _: &Shared) -> Option<El> {
        None
    }

    /// Whether the time slider, or what there is to read, has the focus when the page is opened, so that the keys work at once.
    fn takes_focus(&self) -> bool {
        false
    }

    /// What it shows, if that can be taken away.
    fn shown(&self) -> Option<Shown<'_>> {
        None
    }

    /// Whether that is a walk of tables that are built from the ranges of a text.
    fn is_built(&self, _: &Shared) -> bool {
        false
    }

    /// Whether the question that it asks was answered rightly, once it was.
    fn answered(&self) -> Option<bool> {
        None
    }

    /// What is printed, if it is not the steps of what it shows.
    fn paper(&self) -> Option<Sheet> {
        None
    }

    /// What goes on by itself.
    fn pulse(&self) -> Pulse {
        Pulse::default()
    }

    /// Works for some milliseconds. Returns whether that is worth drawing.
    fn work(&mut self, _: &mut Shared) -> bool {
        false
    }

    /// Time has passed.
    fn beat(&mut self, _: &mut Shared) {}

    /// Something has arrived that the page asked for ([`Shared`]), or has failed to.
    fn arrived(&mut self, _: &mut Shared) {}

    /// What a lesson has of the part with the race lab is here.
    fn lend(&mut self, _: Races, _: &mut Shared) {}

    /// The page has been drawn into this element: what has to be in sight is scrolled to.
    fn drawn(&mut self, _: &Element) {}
}
