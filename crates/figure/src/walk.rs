//! A walk, run again.

use capture::{Brought, Capture};
use narrate::{Mark, Point, Timeline, point};
use pgtable::VirtAddr;
use scenario::link::{Grain, Link};
use scenario::{FileId, Held, Runner, Setup, Tables};

use crate::error::FigureError;

/// Actions that are recorded at once.
const SLICE: u32 = 100_000;

/// A walk that was run to its end.
#[derive(Debug)]
pub struct Walk {
    link: Link,
    timeline: Timeline<Runner>,
    start: VirtAddr,
    locks: Vec<String>,
}

impl Walk {
    /// Runs what an address names. `file` are tables of one's own, on which it runs then; without them a captured machine is that of
    /// the page, if the program has it.
    ///
    /// # Errors
    /// [`FigureError`] if the tables are not here or the walk does not run on them.
    pub fn open(link: Link, file: Option<&Brought>) -> Result<Self, FigureError> {
        match (file, link.setup.tables) {
            (Some(brought), _) => Self::on_file(link, brought),
            (None, Tables::Brought(of)) => Err(FigureError::NoFile(of.to_string())),
            (None, tables) => {
                let missing = || FigureError::NoTables(tables.model().title);
                let made = link.setup.made().or_else(|| tables.folder().and_then(shipped));
                Self::run(link, &made.ok_or_else(missing)?)
            }
        }
    }

    fn on_file(link: Link, brought: &Brought) -> Result<Self, FigureError> {
        let file = FileId::from(brought);
        let scenario = link.setup.scenario;
        if let Tables::Brought(wanted) = link.setup.tables
            && wanted != file
        {
            return Err(FigureError::OtherFile { wanted: wanted.to_string(), found: file.to_string() });
        }
        let why = "it needs areas (VMAs) or tables that are made for it";
        let tables = scenario.tables_of(file).ok_or(FigureError::NotOnFile { scenario: scenario.id, why })?;
        Self::run(Link { setup: Setup { tables, ..link.setup }, ..link }, &brought.capture)
    }

    fn run(link: Link, tables: &Capture) -> Result<Self, FigureError> {
        let setup = link.setup;
        let places = setup.tables.places(&tables.world);
        let (world, runner) = setup.start_at(tables, &places)?;
        let ranges = setup.scenario.ranges(setup.tables, &places).unwrap_or_default();
        let start = ranges.first().copied().unwrap_or_default().0;
        let mut timeline = Timeline::new(world, runner);
        while !timeline.record(SLICE) {}
        Ok(Self::recorded(link, timeline, start))
    }

    /// A walk that was run elsewhere, to its end; `start` is its first address.
    pub fn recorded(link: Link, timeline: Timeline<Runner>, start: VirtAddr) -> Self {
        let Setup { scenario, lock, init_lock, .. } = link.setup;
        let world = timeline.moment(0, 0).world;
        let name = |mm| world.mm(mm).map_or("mm", |of| of.name);
        let mut locks = Vec::new();
        if scenario.caller_holds_locks() || lock != Held::None {
            let walked = scenario.program.mm();
            locks.push(format!("{}.mmap_lock at the call: {}", name(walked), lock.title()));
        }
        if scenario.has_second_lock() && init_lock != Held::None {
            locks.push(format!("{}.mmap_lock: {}", name(mm::MmId::INIT_MM), init_lock.title()));
        }
        Self { link, timeline, start, locks }
    }

    /// The address that it was opened with.
    pub const fn link(&self) -> &Link {
        &self.link
    }

    /// The address of one of its steps.
    pub fn link_to(&self, step: u32) -> Link {
        Link { step, embed: false, ..self.link }
    }

    /// The number of its last step. The first one is 0, the start.
    pub fn last(&self) -> u32 {
        self.timeline.len(self.link.grain).saturating_sub(1)
    }

    /// A step.
    ///
    /// # Errors
    /// [`FigureError::NoStep`] beyond the last one.
    pub fn has(&self, step: u32) -> Result<u32, FigureError> {
        let last = self.last();
        if step > last {
            return Err(FigureError::NoStep { asked: step, what: "this walk", last });
        }
        Ok(step)
    }

    /// Everything that is said of a step, and how many stops it takes together.
    pub(crate) fn point(&self, step: u32) -> (Point, u32) {
        let span = self.timeline.span(self.link.grain, step);
        let moment = self.timeline.moment(span.from, span.to);
        (point::point(&moment, span.mark, self.link.setup.revision, self.start), span.stops)
    }

    /// "Debug walk of init_mm"
    pub(crate) const fn title(&self) -> &'static str {
        self.link.setup.scenario.title
    }

    /// What it shows.
    pub(crate) const fn about(&self) -> &'static str {
        self.link.setup.scenario.about
    }

    /// The kernel, the machine, how the locks are held at the call.
    pub(crate) fn choices(&self) -> Vec<String> {
        let Setup { revision, tables, .. } = self.link.setup;
        let file = match tables {
            Tables::Brought(_) => ", tables of a file",
            _ => "",
        };
        let mut choices = vec![format!("Linux {}", revision.id()), format!("{}{file}", tables.model().title)];
        choices.extend(self.locks.iter().cloned());
        choices
    }

    /// "step 2 of 38"
    pub(crate) fn place(&self, step: u32) -> String {
        let what = match self.link.grain {
            Grain::Actions => "atomic action",
            Grain::Stops | Grain::Runs => "step",
        };
        format!("{what} {step} of {}", self.last())
    }

    /// The functions that are active, outermost first.
    pub(crate) fn stack(point: &Point) -> Vec<&'static str> {
        point.stack.iter().map(|line| line.func).collect()
    }

    /// What is said above the sentence: of which kind the step is.
    pub(crate) fn kind(mark: Mark, stops: u32) -> String {
        let run = if stops > 1 { format!(" \u{d7} {stops}, the last is shown") } else { String::new() };
        [mark.title(), &run].concat()
    }
}

#[cfg(feature = "captures")]
fn shipped(folder: &'static str) -> Option<Capture> {
    crate::captures::capture(folder)
}

#[cfg(not(feature = "captures"))]
const fn shipped(_: &'static str) -> Option<Capture> {
    None
}
