//! What is in the part with what a walk needs at times. Nothing else may name it.

use capture::Capture;
use narrate::dump::DumpRecord;
use narrate::{EntryDiff, Point};
use pagewalk::Event;
use scenario::{Library, Setup};

use super::{Arrived, More, desk};
use crate::el::El;
use crate::later::{Dump, Later, PartError, Taking};
use crate::pages::callers::Callers;
use crate::view;
use crate::view::say::NO_REASON;

/// All scenarios.
static LIBRARY: Library = Library::whole(&[callers::SCENARIOS]);

/// [`more`], told how what writes files is reached, as whoever fetched it has it: by now nothing can fail any more.
///
/// # Errors
/// None: what fails is the download before.
pub fn arrived(taking: Taking) -> Result<Arrived, PartError> {
    Ok(Arrived::More(more(taking)))
}

/// The part. The others must not name this, but in the place where the program is split.
pub fn more(taking: Taking) -> More {
    super::complete();
    let later = Later {
        help: view::help,
        why,
        levels: view::levels,
        dump,
        diff,
        gallery: view::gallery::gallery,
        files: view::choices::files,
        built: view::choices::built,
    };
    More { callers: Box::new(Callers), later, library: LIBRARY, desk: desk::lay, taking }
}

fn why(point: &Point) -> &'static str {
    let assertion = point.assertion.as_ref().map(|of| of.why);
    assertion.or_else(|| point.delegation.as_ref().map(|of| of.why)).unwrap_or(NO_REASON)
}

fn diff(what: &str, of: &EntryDiff) -> El {
    view::diff(what, of)
}

fn dump(setup: &Setup, capture: &Capture) -> Option<Box<dyn Dump>> {
    let (dumped, user_half) = callers::dumped(setup.scenario)?;
    Some(Box::new(DumpRecord::new(capture, dumped, user_half)?))
}

impl Dump for DumpRecord {
    fn event(&mut self, event: &Event, action: u32) {
        Self::event(self, event, action);
    }

    fn mark(&self, actions: u32, point: &mut Point) {
        Self::mark(self, actions, point);
    }

    fn view(&self, actions: u32) -> El {
        view::dump(&Self::view(self, actions))
    }

    fn start_of(&self, line: u32) -> Option<u32> {
        Self::start_of(self, line)
    }
}
