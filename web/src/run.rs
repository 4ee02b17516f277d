//! A recorded scenario and the position in it.

use capture::Capture;
use mm::World;
use narrate::listing::Listing;
use narrate::{Mark, Pair, Point, Same, Timeline, listing, mark, point};
use pagewalk::Event;
use pgtable::{Level, VirtAddr};
use scenario::link::Grain;
use scenario::places::Places;
use scenario::{Runner, Setup, SetupError, Tables};

use crate::el::El;
use crate::kinds::{Filter, GROUPS, group};
use crate::later::Dump;
use crate::named::named;
use crate::shared::Shared;

/// Signs on the scrubber at most, one for each step; more could not be told apart.
const MOST_SIGNS: u32 = 120;

/// So many at most of a longer run, and only of what is rare: locks, assertions, faults.
const MOST_OF_MANY: u32 = 48;

/// From this group of kinds on.
const RARE: usize = 5;

/// Pieces of the band that shows what else there is in a longer run, and the height of each.
const PIECES: u32 = 120;
const HEIGHT: u32 = 20;

/// What is on the scrubber.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ticks {
    /// Signs of single steps.
    pub signs: Vec<Tick>,
    /// Of a run with too many steps, how often there is which group of kinds: a path each.
    pub band: Option<[String; GROUPS.len()]>,
}

/// A tick on the scrubber.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tick {
    /// Its place: thousandths of the whole.
    pub at: u32,
    /// What is there.
    pub mark: Mark,
}

named! {
    /// How fast play is.
    pub enum Speed {
        /// Two seconds a step.
        Slow = "slow",
        /// A second.
        Normal = "normal",
        /// Half a second.
        Double = "double",
        /// A quarter.
        Fast = "fast",
        /// An eighth.
        Fastest = "fastest",
    }
}

impl Speed {
    /// For a person.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Slow => "0.5×",
            Self::Normal => "1×",
            Self::Double => "2×",
            Self::Fast => "4×",
            Self::Fastest => "8×",
        }
    }

    /// Milliseconds from step to step.
    pub const fn step_ms(self) -> u32 {
        match self {
            Self::Slow => 2000,
            Self::Normal => 1000,
            Self::Double => 500,
            Self::Fast => 250,
            Self::Fastest => 125,
        }
    }
}

/// A recorded scenario and the position in it.
#[derive(Debug)]
pub struct Run {
    setup: Setup,
    timeline: Timeline<Runner>,
    start: VirtAddr,
    grain: Grain,
    index: u32,
    /// Where to go once that much has been recorded.
    wanted: Option<u32>,
    point: Point,
    ticks: Ticks,
    /// What a dump prints, if the run is one.
    dump: Option<Box<dyn Dump>>,
}

/// A scenario that is to run.
#[derive(Debug)]
pub enum Begun {
    /// It is recorded now, slice by slice.
    Runs(Box<Run>),
    /// The capture in this folder has been asked for.
    Waits(&'static str),
    /// It cannot start: why.
    Cannot(String),
}

/// Actions of a slice, and how many slices are recorded until the page is drawn once more.
const SLICE: u32 = 20_000;
const DRAWN: u32 = 16;

impl Run {
    /// Starts a scenario on its machine, if that is here; `step` is where it will go.
    pub fn begin(setup: Setup, grain: Grain, step: u32, shared: &mut Shared) -> Begun {
        let folder = setup.tables.folder();
        let made = setup.made();
        let capture = match setup.tables {
            Tables::Brought(file) => shared.files.get(file).map(|of| (&of.capture, of.places)),
            _ => {
                let capture = made.as_ref().or_else(|| shared.captures.get(folder?));
                capture.map(|capture| (capture, Places::of(setup.tables.model())))
            }
        };
        let Some((capture, places)) = capture else {
            let Some(folder) = folder else { return Begun::Cannot("The file is not here.".to_owned()) };
            shared.captures.ask(folder);
            return Begun::Waits(folder);
        };
        let dump = shared.later.and_then(|later| (later.dump)(&setup, capture));
        match Self::new(setup, capture, &places, grain, step, dump) {
            Ok(run) => Begun::Runs(Box::new(run)),
            Err(error) => Begun::Cannot(error.to_string()),
        }
    }

    /// A scenario at its start, on its machine, where things are at `places`; `step` is where it will go as soon as that is
    /// recorded, `dump` records what a dump prints.
    ///
    /// # Errors
    /// [`SetupError`] when the capture does not fit.
    pub fn new(
        setup: Setup,
        capture: &Capture,
        places: &Places,
        grain: Grain,
        step: u32,
        dump: Option<Box<dyn Dump>>,
    ) -> Result<Self, SetupError> {
        let (world, runner) = setup.start_at(capture, places)?;
        let ranges = setup.scenario.ranges(setup.tables, places).unwrap_or_default();
        let start = ranges.first().copied().unwrap_or_default().0;
        Ok(Self { dump, ..Self::of(setup, world, runner, start, grain, step) })
    }

    /// Whoever runs in a world, from the address `start` on.
    pub fn of(setup: Setup, world: World, runner: Runner, start: VirtAddr, grain: Grain, step: u32) -> Self {
        let timeline = Timeline::new(world, runner);
        let point = point::point(&timeline.moment(0, 0), Mark::Start, setup.revision, start);
        let wanted = Some(step);
        Self { setup, timeline, start, grain, index: 0, wanted, point, ticks: Ticks::default(), dump: None }
    }

    /// Records one slice more, between which the page stays alive: well under a frame. Returns whether it is to be drawn: to draw
    /// takes longer than to record, so not each slice is.
    pub fn record_slice(&mut self) -> bool {
        let waits = self.wanted.is_some();
        let more = self.record(SLICE);
        !more || waits && self.wanted.is_none() || self.actions() % (DRAWN * SLICE) < SLICE
    }

    /// Records `fuel` more actions. Returns whether there is more to record.
    pub fn record(&mut self, fuel: u32) -> bool {
        let dump = &mut self.dump;
        let complete = self.timeline.record_each(fuel, &mut |event, actions| {
            if let Some(dump) = dump {
                dump.event(event, actions);
            }
        });
        if let Some(wanted) = self.wanted
            && (complete || wanted < self.len())
        {
            self.go_to(wanted);
        }
        if complete {
            self.ticks = self.make_ticks();
        }
        !complete
    }

    /// Which run this is.
    pub const fn setup(&self) -> &Setup {
        &self.setup
    }

    /// What a step is.
    pub const fn grain(&self) -> Grain {
        self.grain
    }

    /// The step that is shown, from 0; the wanted one while it is still being recorded.
    pub fn index(&self) -> u32 {
        self.wanted.unwrap_or(self.index)
    }

    /// Number of steps known so far.
    pub fn len(&self) -> u32 {
        self.timeline.len(self.grain)
    }

    /// Whether there is nothing but the start.
    pub fn is_empty(&self) -> bool {
        self.len() <= 1
    }

    /// Whether everything has been recorded.
    pub fn is_complete(&self) -> bool {
        self.timeline.is_complete()
    }

    /// Whether recording gave up on a run that goes on.
    pub fn is_cut_off(&self) -> bool {
        self.is_complete() && self.timeline.status() == pagewalk::Status::Running
    }

    /// Number of atomic actions recorded.
    pub const fn actions(&self) -> u32 {
        self.timeline.actions()
    }

    /// The recording, and the first address.
    pub const fn recorded(&self) -> (&Timeline<Runner>, VirtAddr) {
        (&self.timeline, self.start)
    }

    /// The point of the step that is shown.
    pub const fn point(&self) -> &Point {
        &self.point
    }

    /// What a dump has printed at the step that is shown, if the run is one.
    pub fn dump(&self) -> Option<El> {
        Some(self.dump.as_ref()?.view(self.timeline.span(self.grain, self.index).to))
    }

    /// The step at which the first entry of a line of the dump was noted.
    pub fn step_of_dump_line(&self, line: u32) -> Option<u32> {
        Some(self.timeline.index_of(self.grain, self.dump.as_ref()?.start_of(line)?))
    }

    /// What a stop says, without going there.
    pub fn said(&self, stop: u32) -> String {
        let span = self.timeline.span(Grain::Stops, stop);
        let moment = self.timeline.moment(span.from, span.to);
        point::point(&moment, span.mark, self.setup.revision, self.start).sentence
    }

    /// What kind of thing a step is.
    pub fn mark(&self, index: u32) -> Mark {
        self.timeline.span(self.grain, index).mark
    }

    /// How many stops the step takes together.
    pub fn stops(&self) -> u32 {
        self.timeline.span(self.grain, self.index).stops
    }

    /// The ticks of the scrubber, once everything is recorded.
    pub const fn ticks(&self) -> &Ticks {
        &self.ticks
    }

    /// Shows step `index`, or the last one.
    pub fn go_to(&mut self, index: u32) {
        self.wanted = None;
        self.index = index.min(self.len() - 1);
        let span = self.timeline.span(self.grain, self.index);
        let moment = self.timeline.moment(span.from, span.to);
        self.point = point::point(&moment, span.mark, self.setup.revision, self.start);
        if let Some(dump) = &self.dump {
            dump.mark(span.to, &mut self.point);
        }
    }

    /// Shows step `index` as soon as it is recorded, or the last one.
    pub fn seek(&mut self, index: u32) {
        if self.is_complete() || index < self.len() {
            self.go_to(index);
        } else {
            self.wanted = Some(index);
        }
    }

    /// This run and another side by side, stop by stop.
    pub fn beside(&self, other: &Self) -> Vec<Pair> {
        self.timeline.beside(&other.timeline)
    }

    /// Shows the step that was shown in `other`, or the last one before it that both runs have. Returns whether it is that one.
    pub fn go_to_same(&mut self, other: &Self) -> bool {
        let stop_of =
            |run: &Self| run.timeline.index_of(Grain::Stops, run.timeline.span(run.grain, run.index).to);
        let Same { stop, exact } = other.timeline.same_in(stop_of(other), &self.timeline);
        let actions = self.timeline.span(Grain::Stops, stop).to;
        self.go_to(self.timeline.index_of(self.grain, actions));
        exact
    }

    /// Changes what a step is, and stays at the same place.
    pub fn set_grain(&mut self, grain: Grain) {
        if grain == self.grain {
            return;
        }
        let actions = self.timeline.span(self.grain, self.index).to;
        self.grain = grain;
        self.go_to(self.timeline.index_of(grain, actions));
        self.ticks = self.make_ticks();
    }

    /// The next step that `filter` takes, if there is one; `on` is forwards.
    pub fn marker(&self, filter: Filter, on: bool) -> Option<u32> {
        let mark = |index: u32| self.timeline.span(self.grain, index).mark;
        let wanted = |&index: &u32| {
            let here = mark(index);
            let change = index == 0 || mark(index - 1) != here;
            filter.takes(here) && (filter != Filter::Any || change)
        };
        if on { (self.index + 1..self.len()).find(wanted) } else { (0..self.index).rev().find(wanted) }
    }

    /// Whether the step that is shown is one where another kind of steps begins.
    pub fn is_marker(&self) -> bool {
        let mark = |index: u32| self.timeline.span(self.grain, index).mark;
        self.index == 0 || mark(self.index - 1) != mark(self.index)
    }

    /// The next step that is about `level`, from the start again after the last one.
    pub fn next_at_level(&self, level: Level) -> Option<u32> {
        let model = self.setup.tables.model();
        let folded_into = |of: Level| model.table_level(of);
        self.next_event(|event| mark::level(event).is_some_and(|of| folded_into(of) == folded_into(level)))
    }

    /// The next step that is about one of these slots of the table of `level` that is on the path.
    pub fn next_at_slot(&self, level: Level, first: u32, last: u32) -> Option<u32> {
        let table = self.point.columns.iter().find(|column| column.level == level)?.table.as_ref()?.pa;
        self.next_event(|event| {
            let slot = match event {
                Event::Read { slot, .. } | Event::BadCleared { slot, .. } => slot,
                Event::Callback { call, .. } => &call.slot,
                _ => return false,
            };
            slot.table == table && (first..=last).contains(&slot.index)
        })
    }

    /// The next step that is on this line of a listing.
    pub fn next_at_line(&self, of: &Listing, line: u32) -> Option<u32> {
        self.next_event(|event| {
            let on = listing::line_of(event);
            let has_own = of.lines.iter().any(|line| line.number == on as u8);
            let on = if has_own { on } else { on.wider() };
            on as u32 == line && listing::func_of(event).is_none_or(|func| func.name() == of.func)
        })
    }

    fn next_event(&self, mut wanted: impl FnMut(&Event) -> bool) -> Option<u32> {
        let here = self.timeline.span(self.grain, self.index).to;
        let actions = self.timeline.find(here, &mut wanted)?;
        Some(self.timeline.index_of(self.grain, actions))
    }

    /// One sign per step; where there are too many, a band, and the signs of what is rare.
    fn make_ticks(&self) -> Ticks {
        let steps = self.len();
        let many = steps > MOST_SIGNS;
        let pieces = if many { MOST_OF_MANY } else { steps };
        let mut signs = Vec::new();
        for piece in 0..pieces {
            let (from, to) = (part_of(steps, piece, pieces), part_of(steps, piece + 1, pieces));
            // A piece of a run of a million steps is not looked through to the last of them.
            let stride = ((to - from) / 512).max(1) as usize;
            let rare = |index: &u32| group(self.mark(*index)).0;
            let best = (from..to).step_by(stride).max_by_key(|index| (rare(index), u32::MAX - index));
            if let Some(index) = best.filter(|index| !many || rare(index) >= RARE) {
                let at = part_of(1000, index, (steps - 1).max(1));
                signs.push(Tick { at, mark: self.mark(index) });
            }
        }
        Ticks { signs, band: many.then(|| self.band(steps)) }
    }

    /// What there is how often in each piece of the run, from below: the groups of kinds, as paths.
    fn band(&self, steps: u32) -> [String; GROUPS.len()] {
        let mut paths: [String; GROUPS.len()] = Default::default();
        for piece in 0..PIECES {
            let (from, to) = (part_of(steps, piece, PIECES), part_of(steps, piece + 1, PIECES));
            let stride = ((to - from) / 64).max(1) as usize;
            let mut counts = [0_u32; GROUPS.len()];
            for index in (from..to).step_by(stride) {
                counts[group(self.mark(index)).0] += 1;
            }
            let all = counts.iter().sum::<u32>().max(1);
            let (mut before, mut top) = (0, HEIGHT);
            for (count, path) in counts.into_iter().zip(&mut paths) {
                before += count;
                let bottom = HEIGHT - before * HEIGHT / all;
                if bottom < top {
                    for (letter, number) in [("M", piece), (" ", bottom), ("h1v", top - bottom)] {
                        path.push_str(letter);
                        path.push_str(&number.to_string());
                    }
                    path.push_str("h-1z");
                }
                top = bottom;
            }
        }
        paths
    }
}

/// So much of `whole`: `of` parts out of `parts`.
fn part_of(whole: u32, of: u32, parts: u32) -> u32 {
    (u64::from(of) * u64::from(whole) / u64::from(parts)) as u32
}
