//! What a stop shows: a run or a race, at a step.

use std::borrow::Cow;
use std::cell::OnceCell;

use actors::Actor;
use narrate::dump::LineState;
use narrate::race::{RacePoint, Session};
use narrate::sentence::sentence;
use narrate::{DumpRecord, Mark, Point, Span, Timeline, point};
use pagewalk::Status;
use pgtable::VirtAddr;
use races::survey::search;
use races::{RaceLink, short};
use scenario::link::View;
use scenario::{Link, Runner};

use crate::LIBRARY;
use crate::tables::tables_of;

/// A run or a race, at a step.
#[derive(Debug)]
pub enum Figure {
    /// A walk.
    Walk(Box<WalkFigure>),
    /// A race.
    Race(Box<RaceFigure>),
}

/// A run at a step.
#[derive(Debug)]
pub struct WalkFigure {
    /// What was opened.
    pub link: Link,
    timeline: Timeline<Runner>,
    /// What it prints, if it is a dump.
    dump: Option<DumpRecord>,
    /// What each step says, once somebody has asked for all of them.
    sentences: OnceCell<Vec<String>>,
}

/// A race at a step.
#[derive(Debug)]
pub struct RaceFigure {
    /// Where it stands.
    pub session: Session,
}

/// A figure does not open as it says.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FigureError {
    /// Something is wrong with the address.
    #[error("{0}")]
    Address(String),
    /// The run or the race does not start.
    #[error("{0}")]
    Start(String),
    /// There is no such step.
    #[error("this run has no step {0}")]
    Step(u32),
}

impl Figure {
    /// Opens what a stop shows.
    ///
    /// # Errors
    /// [`FigureError`] where a page would show something else than the address says.
    pub fn open(address: &str) -> Result<Self, FigureError> {
        let hash = format!("#v1/{address}");
        if let Some((link, problems)) = RaceLink::parse(&hash) {
            if let Some(problem) = problems.first() {
                return Err(FigureError::Address(problem.to_string()));
            }
            let (session, misfit) =
                Session::open(&link).map_err(|error| FigureError::Start(error.to_string()))?;
            if let Some(misfit) = misfit {
                return Err(FigureError::Start(misfit));
            }
            if session.at() != link.step as usize {
                return Err(FigureError::Step(link.step));
            }
            return Ok(Self::Race(Box::new(RaceFigure { session })));
        }
        let (link, problems) = Link::parse(&hash, &LIBRARY);
        if let Some(problem) = problems.first() {
            return Err(FigureError::Address(problem.to_string()));
        }
        if link.view != View::Step || link.embed {
            return Err(FigureError::Address("a figure shows a step, and is not embedded".to_owned()));
        }
        let tables = tables_of(&link.setup);
        let started = link.setup.start(&tables);
        let (world, runner) = started.map_err(|error| FigureError::Start(error.to_string()))?;
        let mut timeline = Timeline::new(world, runner);
        let dumped = callers::dumped(link.setup.scenario);
        let mut dump = dumped.and_then(|(mm, user_half)| DumpRecord::new(&tables, mm, user_half));
        let mut note = |event: &_, action| {
            if let Some(dump) = &mut dump {
                dump.event(event, action);
            }
        };
        while !timeline.record_each(1_000_000, &mut note) {}
        if link.step >= timeline.len(link.grain) {
            return Err(FigureError::Step(link.step));
        }
        Ok(Self::Walk(Box::new(WalkFigure { link, timeline, dump, sentences: OnceCell::new() })))
    }

    /// A line for each step.
    pub fn lines(&self) -> impl Iterator<Item = String> + '_ {
        (0..self.len()).map(|step| match self {
            Self::Walk(walk) => {
                let point = walk.point(step);
                format!("{step:>4} {:<14} {}", point.mark.id(), point.sentence)
            }
            Self::Race(race) => {
                let point = race.point(step);
                format!("{step:>4} {:<14} {}", point.mark.id(), point.sentence)
            }
        })
    }

    /// Of a race, what a search finds: a line for each thing that goes wrong, with a schedule for an address.
    pub fn ways(&self) -> Vec<String> {
        let Self::Race(race) = self else { return Vec::new() };
        let Ok(found) = search(race.session.choice()) else { return Vec::new() };
        let way = |(what, way): &(races::Outcomes, explore::Schedule)| {
            format!("{} in {} steps: s={way}&t={}", short(*what), way.len(), way.len())
        };
        let end = format!("{} in {} states", short(found.outcomes), found.states);
        found.ways.iter().map(way).chain([end]).collect()
    }

    /// The step where it stands.
    pub fn step(&self) -> u32 {
        match self {
            Self::Walk(walk) => walk.step(),
            Self::Race(race) => race.session.at() as u32,
        }
    }

    /// Number of steps, the start included.
    pub fn len(&self) -> u32 {
        match self {
            Self::Walk(walk) => walk.len(),
            Self::Race(race) => race.session.steps().len() as u32 + 1,
        }
    }

    /// Whether there is nothing but the start.
    pub fn is_empty(&self) -> bool {
        self.len() <= 1
    }

    /// What kind of thing a step is.
    pub fn mark(&self, step: u32) -> Mark {
        match self {
            Self::Walk(walk) => walk.mark(step),
            Self::Race(race) => race.point(step).mark,
        }
    }

    /// What a step says.
    pub fn sentence(&self, step: u32) -> String {
        match self {
            Self::Walk(walk) => walk.point(step).sentence,
            Self::Race(race) => race.point(step).sentence,
        }
    }

    /// What each step says, in their order.
    pub fn sentences(&self) -> Cow<'_, [String]> {
        match self {
            Self::Walk(walk) => walk.sentences.get_or_init(|| walk.all_sentences()).into(),
            Self::Race(race) => (0..self.len()).map(|step| race.point(step).sentence).collect(),
        }
    }
}

impl WalkFigure {
    /// The step where it stands.
    pub const fn step(&self) -> u32 {
        self.link.step
    }

    /// Number of steps, the start included.
    pub fn len(&self) -> u32 {
        self.timeline.len(self.link.grain)
    }

    /// Whether there is nothing but the start.
    pub fn is_empty(&self) -> bool {
        self.len() <= 1
    }

    /// What kind of thing a step is.
    pub fn mark(&self, step: u32) -> Mark {
        self.timeline.span(self.link.grain, step).mark
    }

    /// Everything about a step.
    pub fn point(&self, step: u32) -> Point {
        let span = self.timeline.span(self.link.grain, step);
        let moment = self.timeline.moment(span.from, span.to);
        point::point(&moment, span.mark, self.link.setup.revision, VirtAddr(0))
    }

    /// The lines of the dump, one blank between the words, and the one to which a step adds; nothing if it is no dump.
    pub fn dump(&self, step: u32) -> Option<(Vec<String>, Option<usize>)> {
        let dump = self.dump.as_ref()?;
        let spaced = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
        let lines = dump.text().lines().map(spaced).collect();
        let view = dump.view(self.timeline.span(self.link.grain, step).to);
        let current = view.lines.iter().find(|line| line.state == LineState::Current);
        Some((lines, current.map(|line| line.number as usize)))
    }

    /// In one pass: going to each step by itself would go most of the way anew each time.
    fn all_sentences(&self) -> Vec<String> {
        let setup = &self.link.setup;
        let (mut world, mut runner) = setup.start(&tables_of(setup)).expect("it has started before");
        let spans = (0..self.len()).map(|step| self.timeline.span(self.link.grain, step));
        let says = |span: Span| {
            let mut events = Vec::new();
            for _ in span.from..span.to {
                runner.step(&mut world, &mut events);
            }
            sentence(&events, &world, setup.revision)
        };
        spans.map(says).collect()
    }

    /// How the run ended.
    pub fn status(&self) -> Status {
        self.timeline.status()
    }
}

impl RaceFigure {
    /// Everything about a step.
    pub fn point(&self, step: u32) -> RacePoint {
        let mut session = self.session.clone();
        session.go_to(step as usize);
        let choice = session.choice();
        narrate::race::point(&session.moment(), choice.revision, choice.race)
    }
}
