//! Two runs side by side, step by step.

use narrate::Pair;
use pagewalk::Revision;
use pgtable::Level;
use scenario::link::Grain;
use scenario::{CompareLink, CompareProblem, Held, Setup};
use web_sys::Element;

use super::{Page, Pulse, Shown};
use crate::el::{El, el};
use crate::marks::{Command, Deed, List, Mark};
use crate::place::unsigned;
use crate::progress::Progress;
use crate::run::{Begun, Run, Speed};
use crate::shared::{Loading, Shared, sentences};
use crate::view::compare::{self as view, Side};
use crate::view::header;

/// Two runs side by side.
#[derive(Debug, Default)]
pub struct Compare {
    link: CompareLink,
    /// The address that was opened, if its scenario has not arrived.
    awaited: Option<String>,
    sides: [Waiting; 2],
    /// Line by line, once both are recorded.
    pairs: Vec<Pair>,
    /// The lines of which it can be seen that the two differ there, in their order.
    differences: Vec<u32>,
    /// The line that the opened link asks for, until it is known whether there is one.
    asked: Option<u32>,
    playing: bool,
    hot: Option<Level>,
}

/// One of the two runs.
#[derive(Debug, Default)]
enum Waiting {
    /// Nothing was opened.
    #[default]
    Nothing,
    /// The capture in this folder is on its way.
    Capture(&'static str),
    /// It cannot start.
    Failed(String),
    /// It runs.
    Runs(Box<Run>),
}

impl Waiting {
    const fn run(&self) -> Option<&Run> {
        match self {
            Self::Runs(run) => Some(run),
            _ => None,
        }
    }
}

impl Page for Compare {
    fn open(&mut self, hash: &str, shared: &mut Shared) {
        let (link, mut problems) = CompareLink::parse(hash, &shared.library);
        self.awaited = None;
        if !shared.library.is_whole() && problems.iter().any(CompareProblem::may_pass) {
            shared.notice = None;
            shared.more.ask();
            (self.sides, self.pairs) = Default::default();
            self.awaited = Some(hash.to_owned());
            return;
        }
        let (link, missing) = link.without_files(|file| shared.files.get(file).is_some());
        problems.extend(missing);
        shared.notice = sentences(&problems);
        let is_known = link.setups() == self.link.setups() && !self.pairs.is_empty();
        self.link = link;
        self.asked = Some(link.line);
        if is_known {
            self.moved(shared);
        } else {
            self.start(shared);
        }
    }

    fn did(&mut self, deed: &Deed, shared: &mut Shared) -> bool {
        if let Deed::Hot(level) = *deed {
            return level != std::mem::replace(&mut self.hot, level);
        }
        let plays = std::mem::take(&mut self.playing);
        match *deed {
            Deed::Pressed(Mark::Command(Command::Retry)) => self.start(shared),
            Deed::Pressed(Mark::Command(Command::Play)) => self.play(plays, shared),
            Deed::Pressed(mark) => {
                let Some(line) = self.line_of(mark) else { return false };
                self.link.line = line;
                self.moved(shared);
            }
            Deed::GoTo(line) => {
                self.link.line = line;
                self.moved(shared);
            }
            Deed::Picked(list, ref id) => {
                match self.picked(list, id, shared) {
                    Some(link) => {
                        self.link = link;
                        self.start(shared);
                    }
                    // It arrives later.
                    None if list == List::Scenario => self.open(&["v1/compare/", id].concat(), shared),
                    None => shared.more.ask(),
                }
            }
            _ => return false,
        }
        true
    }

    fn view(&self, shared: &Shared) -> El {
        let failed = self.sides.iter().find_map(|side| match side {
            Waiting::Failed(why) => Some(why.clone()),
            Waiting::Capture(folder) => match shared.captures.state(folder) {
                Some(Loading::Failed(why)) => Some(why.clone()),
                _ => None,
            },
            _ => None,
        });
        let is_under = failed.is_none() && self.pairs.is_empty() && self.awaited.is_none();
        let under = is_under.then(|| crate::view::progress("Recording both runs", Progress::default()));
        let choices = {
            let setups = self.link.setups();
            let files = setups.each_ref().map(|of| (shared.later?.files)(of, &shared.files));
            view::choices(&setups, files, &shared.library)
        };
        el("main.pagewalk.compare[tabindex=-1][aria-label=Compare][data-keys=walk]")
            .child(header::header(&shared.top, Some(choices), Some(header::actions(&shared.top, None))))
            .child(header::messages(shared, None, failed, under))
            .child(self.line().map(|line| view::compare(&line)))
    }

    fn link(&self) -> String {
        let awaited = self.awaited.as_deref().map(|hash| unsigned(hash).to_owned());
        awaited.unwrap_or_else(|| self.link.to_string())
    }

    fn title(&self) -> String {
        let [left, right] = self.link.setups();
        if left.tables == right.tables {
            return format!("{}: {} beside {}", left.scenario.title, left.revision.id(), right.revision.id());
        }
        let [these, those] = [left, right].map(|of| of.tables.model().title);
        format!("{}: {these} beside {those}", left.scenario.title)
    }

    fn help(&self, _: &Shared) -> Option<El> {
        Some(view::help())
    }

    fn takes_focus(&self) -> bool {
        true
    }

    fn pulse(&self) -> Pulse {
        let is_recorded = |side: &Waiting| side.run().is_none_or(Run::is_complete);
        Pulse {
            work: !self.sides.iter().all(is_recorded),
            beat: self.playing.then_some(Speed::Normal.step_ms()),
        }
    }

    fn beat(&mut self, shared: &mut Shared) {
        self.link.line += 1;
        self.playing = self.link.line + 1 < self.pairs.len() as u32;
        self.moved(shared);
    }

    fn shown(&self) -> Option<Shown<'_>> {
        let line = self.line()?;
        let says = view::difference(&line);
        let [left, right] = line.sides;
        let runs = [self.sides[0].run()?, self.sides[1].run()?];
        Some(Shown::Pair { link: &self.link, pairs: &self.pairs, runs, names: [left.name, right.name], says })
    }

    fn is_built(&self, shared: &Shared) -> bool {
        let files = &shared.files;
        self.line().is_some()
            && (files.are_built(self.link.setup.tables) || files.are_built(self.link.tables))
    }

    fn work(&mut self, shared: &mut Shared) -> bool {
        let mut sides = self.sides.iter_mut();
        let unfinished = sides.find_map(|side| match side {
            Waiting::Runs(run) if !run.is_complete() => Some(run),
            _ => None,
        });
        if let Some(run) = unfinished {
            run.record_slice();
        }
        self.recorded(shared)
    }

    fn arrived(&mut self, shared: &mut Shared) {
        if shared.later.is_some()
            && let Some(awaited) = self.awaited.take()
        {
            return self.open(&awaited, shared);
        }
        let is_here = |side: &Waiting| match side {
            Waiting::Capture(folder) => shared.captures.get(folder).is_some(),
            _ => false,
        };
        if self.sides.iter().any(is_here) {
            self.start(shared);
        }
    }

    fn drawn(&mut self, root: &Element) {
        crate::view::tables::show_lit(root);
    }
}

impl Compare {
    fn start(&mut self, shared: &mut Shared) {
        self.playing = false;
        self.pairs.clear();
        self.sides = self.link.setups().map(|setup| match Run::begin(setup, Grain::Stops, 0, shared) {
            Begun::Runs(run) => Waiting::Runs(run),
            Begun::Waits(folder) => Waiting::Capture(folder),
            Begun::Cannot(why) => Waiting::Failed(why),
        });
    }

    /// Puts the two beside each other once both are recorded. Returns whether they are now.
    fn recorded(&mut self, shared: &mut Shared) -> bool {
        let [Waiting::Runs(left), Waiting::Runs(right)] = &self.sides else { return false };
        if !self.pairs.is_empty() || !left.is_complete() || !right.is_complete() {
            return false;
        }
        self.pairs = left.beside(right);
        let lines = (0..).zip(&self.pairs).filter(|(_, pair)| !pair.alike);
        self.differences = lines.map(|(line, _)| line).collect();
        self.moved(shared);
        true
    }

    /// Another line may be shown: both runs go there.
    fn moved(&mut self, shared: &mut Shared) {
        let last = (self.pairs.len() as u32).saturating_sub(1);
        if let Some(asked) = self.asked.take().filter(|asked| *asked > last) {
            let before = shared.notice.take().map(|before| before + " ").unwrap_or_default();
            shared.notice =
                Some(format!("{before}This comparison has no step {asked}: its last one is shown."));
        }
        self.link.line = self.link.line.min(last);
        let Some(pair) = self.pairs.get(self.link.line as usize) else { return };
        for (side, stop) in self.sides.iter_mut().zip(pair.stops) {
            if let Waiting::Runs(run) = side {
                run.go_to(stop);
            }
        }
    }

    /// The line that somebody wants who pressed this.
    fn line_of(&self, mark: Mark) -> Option<u32> {
        let (at, last) = (self.link.line, (self.pairs.len() as u32).checked_sub(1)?);
        let differences = || self.differences.iter().copied();
        Some(match mark {
            Mark::Command(Command::PreviousMarker) => differences().rfind(|line| *line < at).unwrap_or(at),
            Mark::Command(Command::NextMarker) => differences().find(|line| *line > at).unwrap_or(at),
            Mark::Command(command) => command.step(at, last)?,
            Mark::Level(..) | Mark::Slots(..) => self.line_of_stop(|run| match mark {
                Mark::Level(level) => run.next_at_level(level),
                Mark::Slots(level, first, last) => run.next_at_slot(level, first, last),
                _ => None,
            })?,
            _ => return None,
        })
    }

    /// The line of the stop that is `wanted` of one of the runs.
    fn line_of_stop(&self, wanted: impl Fn(&Run) -> Option<u32>) -> Option<u32> {
        (0..2).find_map(|side| {
            let stop = wanted(self.sides[side].run()?)?;
            let is = |pair: &Pair| pair.has[side] && pair.stops[side] == stop;
            self.pairs.iter().position(is).map(|line| line as u32)
        })
    }

    fn picked(&self, list: List, id: &str, shared: &mut Shared) -> Option<CompareLink> {
        let mut link = CompareLink { line: 0, ..self.link };
        match list {
            List::Scenario => {
                let scenario = shared.library.scenario(id)?;
                let [left, right] = link.setups().map(|setup| setup.with_scenario(scenario));
                (link.setup, link.tables) = (left, right.tables);
            }
            List::Machine => link.setup.tables = link.setup.scenario.tables_named(id)?,
            List::OtherMachine => link.tables = link.setup.scenario.tables_named(id)?,
            List::Kernel => link.setup.revision = Revision::from_id(id)?,
            List::OtherKernel => link.revision = Revision::from_id(id)?,
            List::Lock => link.setup.lock = Held::from_id(id)?,
            List::OtherLock => link.lock = Held::from_id(id)?,
            _ => return None,
        }
        let (link, problems) = link.possible();
        shared.notice = sentences(&problems);
        Some(link)
    }

    /// Plays on from the line that is shown, from the first one if it is the last; or pauses.
    fn play(&mut self, plays: bool, shared: &mut Shared) {
        self.playing = !plays && self.pairs.len() > 1;
        if self.playing && self.link.line + 1 >= self.pairs.len() as u32 {
            self.link.line = 0;
            self.moved(shared);
        }
    }

    /// The line that is shown.
    fn line(&self) -> Option<view::Line<'_>> {
        let [Waiting::Runs(left), Waiting::Runs(right)] = &self.sides else { return None };
        let pair = self.pairs.get(self.link.line as usize)?;
        let [these, those] = [left, right].map(|run| run.setup());
        let machines = these.tables != those.tables;
        let sides = [left, right].map(|run| {
            let Setup { revision, lock, tables, .. } = *run.setup();
            let machine = tables.model().title;
            let mut name = format!("{}, lock held: {}", revision.id(), lock.title());
            if machines {
                name = format!("{machine}, {name}");
            }
            // What both have tells nobody anything.
            let mut brief = String::new();
            if machines {
                brief.push_str(machine);
            }
            if !machines || these.revision != those.revision {
                brief.push_str(if machines { ", " } else { "" });
                brief.push_str(revision.id());
            }
            if these.lock != those.lock {
                brief.extend([" (lock: ", lock.title(), ")"]);
            }
            Side { name, brief, point: run.point() }
        });
        Some(view::Line {
            pair,
            sides,
            line: self.link.line,
            lines: self.pairs.len() as u32,
            differences: &self.differences,
            machines,
            playing: self.playing,
            hot: self.hot,
        })
    }
}
