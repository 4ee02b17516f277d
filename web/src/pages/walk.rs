//! A walk, step by step.

mod commands;
mod drawn;
mod picked;

use pgtable::{Level, Model};
pub use picked::Picked;
use scenario::library::{FIRST, FIRST_OF_FILE};
use scenario::link::View;
use scenario::{FileId, Link, LinkProblem, Setup, Tables};
use web_sys::Element;

use super::{Page, Pulse, Shown};
use crate::el::{El, el};
use crate::keys::Keys;
use crate::kinds::Filter;
use crate::later::Verdicts;
use crate::marks::{Deed, Mark};
use crate::place::{Place, unsigned};
use crate::run::{Begun, Run, Speed};
use crate::shared::{PartState, Shared, sentences};
use crate::view;

/// A walk, step by step.
#[derive(Debug)]
pub struct Walk {
    link: Link,
    /// What was asked for and arrives with a later part.
    awaited: Option<Awaited>,
    /// The link that was opened, if its tables are those of a file that is not here. Others are shown instead.
    missing: Option<Link>,
    /// The folder of the capture that it waits for.
    waits: Option<&'static str>,
    /// Why it cannot start.
    failed: Option<String>,
    /// The step that the opened link asks for, until it is known whether the run has it.
    asked: Option<u32>,
    run: Option<Run>,
    /// What was shown before another kernel, lock or machine was chosen: its step is looked for in the run.
    before: Option<Run>,
    /// Whether walks whose assertions were met are safe beside other CPUs.
    besides: Vec<Box<dyn Verdicts>>,
    filter: Filter,
    speed: Speed,
    playing: bool,
    /// The step whose reason is read out.
    asks: Option<u32>,
    hot: Option<Level>,
    /// Whether all scenarios are shown.
    gallery: bool,
    /// The machine that is shown, and the one before it: the levels view compares them.
    machine: Option<&'static Model>,
    machine_before: Option<&'static Model>,
}

impl Default for Walk {
    fn default() -> Self {
        let link = Link::default();
        Self {
            link,
            awaited: None,
            missing: None,
            waits: None,
            failed: None,
            asked: None,
            run: None,
            before: None,
            besides: Vec::new(),
            filter: Filter::Any,
            speed: Speed::Normal,
            playing: false,
            asks: None,
            hot: None,
            gallery: false,
            machine: None,
            machine_before: None,
        }
    }
}

/// A scenario, a machine or a kernel that arrives with a later part.
#[derive(Clone, Debug, PartialEq)]
struct Awaited {
    /// The scenario's.
    title: &'static str,
    /// The link to it, which is opened then.
    link: String,
    /// What was chosen since, which the link must not undo.
    picks: Vec<Picked>,
}

/// How a file that was opened fits to what was shown before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fit {
    /// The link that was open asks for another file.
    pub other_file: bool,
    /// The scenario that was shown does not run on it, so the kernel walk is shown.
    pub other_scenario: bool,
}

impl Page for Walk {
    fn open(&mut self, hash: &str, shared: &mut Shared) {
        let (mut link, mut problems) = Link::parse(hash, &shared.library);
        let text = unsigned(hash);
        let awaited = self.awaited.take();
        if !shared.library.is_whole() && problems.iter().any(LinkProblem::may_pass) {
            let title = match problems.first() {
                Some(&LinkProblem::Later(about)) => about.title,
                // A machine or a kernel that is not known yet.
                _ => link.setup.scenario.title,
            };
            shared.notice = None;
            self.link.embed = link.embed;
            // What was chosen meanwhile stays, also if somebody went to another page.
            let picks = awaited.filter(|of| of.link == text).map(|of| of.picks).unwrap_or_default();
            return self.wait_for(Awaited { title, link: text.to_owned(), picks }, shared);
        }
        self.missing = None;
        self.gallery = false;
        if let Tables::Brought(file) = link.setup.tables
            && shared.files.get(file).is_none()
        {
            self.missing = Some(link);
            let (shown, missing) = link.without_file();
            link = shown;
            problems.extend(missing);
        }
        // What stands there may be a page's name that was mistyped.
        if let Some(LinkProblem::Scenario(name)) = problems.first()
            && !matches!(problems.get(1), Some(LinkProblem::Near(_)))
            && let Some(page) = Place::near(name)
        {
            problems.insert(1, LinkProblem::Near(page));
        }
        shared.notice = sentences(&problems);
        if link.view == View::Levels {
            shared.more.ask();
        }
        let known = link.setup == self.link.setup;
        self.link = link;
        self.playing = false;
        self.before = None;
        self.asked = Some(link.step);
        match &mut self.run {
            // It is recorded already: only the step is another one.
            Some(run) if known => {
                run.set_grain(link.grain);
                run.seek(link.step);
                self.moved(shared);
            }
            _ => self.start(shared),
        }
    }

    fn did(&mut self, deed: &Deed, shared: &mut Shared) -> bool {
        match *deed {
            Deed::Pressed(Mark::Command(command)) => return self.command(command, shared),
            Deed::Pressed(Mark::Filter(filter)) => {
                self.filter = if self.filter == filter { Filter::Any } else { filter };
            }
            Deed::Pressed(mark) => return self.jump(mark, shared),
            Deed::Picked(list, ref id) => match Picked::of(list, id, self.link.setup.scenario) {
                Some(picked) => self.pick(picked, shared),
                // The choice that asks for those that arrive later.
                None => shared.more.ask(),
            },
            Deed::GoTo(index) => self.go_to(index, shared),
            Deed::Hot(level) if level == self.hot => return false,
            Deed::Hot(level) => self.hot = level,
            Deed::Opened(..) | Deed::Digit(_) | Deed::Brought(_) => return false,
        }
        true
    }

    fn view(&self, shared: &Shared) -> El {
        let Link { setup, view, embed, .. } = &self.link;
        let awaited = self.awaited.as_ref().map(|of| of.title);
        let header = if *embed {
            view::header::caption(setup, awaited)
        } else {
            view::header::walk(shared, setup, *view, awaited)
        };
        let gallery = shared.later.filter(|_| self.gallery);
        let gallery = gallery.map(|later| (later.gallery)(setup, &shared.library));
        let is_first = setup.scenario == FIRST && *view == View::Step && !embed;
        let keys = if *view == View::Levels { Keys::Text } else { Keys::Walk };
        let page = el("main.pagewalk[tabindex=-1][aria-label=Pagewalk]")
            .when(*embed, ".embed")
            .attr("data-keys", keys.name())
            .child(header)
            .child(self.messages(shared).child(is_first.then(view::doors)).child(gallery));
        self.drawn_in(page, shared)
    }

    fn link(&self) -> String {
        match &self.awaited {
            Some(Awaited { link, .. }) => link.clone(),
            None => self.address().to_string(),
        }
    }

    fn title(&self) -> String {
        if let Some(awaited) = &self.awaited {
            return awaited.title.to_owned();
        }
        let mut title = String::new();
        if let Some(run) = self.run.as_ref().filter(|_| self.link.view == View::Step) {
            title.push_str(run.point().mark.title());
            title.push_str(" · ");
        }
        title.push_str(self.link.setup.scenario.title);
        title.push_str(", ");
        title.push_str(self.link.setup.revision.id());
        title
    }

    fn help(&self, shared: &Shared) -> Option<El> {
        shared.later.map(|later| (later.help)())
    }

    fn shown(&self) -> Option<Shown<'_>> {
        let run = self.run.as_ref()?;
        Some(Shown::Walk { link: self.address(), run, beside: self.beside_of(run), call: None })
    }

    fn is_built(&self, shared: &Shared) -> bool {
        self.run.is_some() && shared.files.are_built(self.address().setup.tables)
    }

    /// An embedded widget must not take the focus of the page around it.
    fn takes_focus(&self) -> bool {
        !self.link.embed
    }

    fn pulse(&self) -> Pulse {
        Pulse {
            work: self.run.as_ref().is_some_and(|run| !run.is_complete())
                || self.besides.iter().any(|of| !of.is_complete()),
            beat: self.playing.then(|| self.speed.step_ms()),
        }
    }

    fn work(&mut self, shared: &mut Shared) -> bool {
        match self.besides.iter_mut().find(|of| !of.is_complete()) {
            Some(of) => of.run_slice(),
            None => self.record(shared),
        }
    }

    fn beat(&mut self, shared: &mut Shared) {
        let Some(run) = &mut self.run else { return };
        if run.index() + 1 < run.len() {
            run.go_to(run.index() + 1);
        }
        self.playing = run.index() + 1 < run.len();
        self.moved(shared);
    }

    fn arrived(&mut self, shared: &mut Shared) {
        if shared.later.is_some()
            && let Some(Awaited { link, picks, .. }) = self.awaited.take()
        {
            self.open(&link, shared);
            for picked in picks {
                self.pick(picked, shared);
            }
            return;
        }
        self.moved(shared);
        // One that has failed waits for a person to try again.
        if self.waits.is_some_and(|folder| shared.captures.get(folder).is_some()) {
            self.start(shared);
        }
    }

    fn drawn(&mut self, root: &Element) {
        view::tables::show_lit(root);
        if let Some(dump) = root.query_selector(".dump").ok().flatten() {
            view::show_in_frame(&dump, ".is, .next", 32.0);
        }
    }
}

impl Walk {
    /// Whether the scenarios are shown to choose from, or will be once they are here.
    pub const fn is_choosing(&self) -> bool {
        self.gallery
    }

    /// The run that is shown, if it is here.
    pub const fn run(&self) -> Option<&Run> {
        self.run.as_ref()
    }

    /// Runs what the link says, asking for the machine first if need be.
    fn start(&mut self, shared: &mut Shared) {
        self.playing = false;
        // A kernel or a machine was chosen that do not go together.
        let (setup, lacks) = LinkProblem::lacking(self.link.setup, None);
        if lacks.is_some() {
            self.link.setup = setup;
            shared.notice = sentences(lacks.as_slice());
        }
        let machine = setup.tables.model();
        if self.machine != Some(machine) {
            self.machine_before = self.machine.replace(machine);
        }
        self.waits = None;
        self.failed = None;
        // What was shown is another setup's.
        self.run = None;
        match Run::begin(setup, self.link.grain, self.link.step, shared) {
            Begun::Runs(run) => {
                self.run = Some(*run);
                self.record(shared);
            }
            Begun::Waits(folder) => self.waits = Some(folder),
            Begun::Cannot(why) => self.failed = Some(why),
        }
    }

    /// Walks a file that was opened: as the link says that asked for it, else as the scenario that is shown does if it
    /// can, else as the kernel walk does.
    pub fn bring(&mut self, file: FileId, shared: &mut Shared) -> Fit {
        let asked = self.missing.take();
        let mut fit = Fit { other_file: asked.is_some(), other_scenario: false };
        self.awaited = None;
        if let Some(asked) = asked.filter(|asked| asked.setup.tables == Tables::Brought(file)) {
            fit.other_file = false;
            self.link = asked;
        } else {
            let world = shared.files.get(file).map(|of| &of.capture.world);
            let on = |setup: Setup| {
                let tables = setup.scenario.tables_of(file)?;
                // A file may hold no process.
                world?.mm(setup.scenario.program.mm()).map(|_| Setup { tables, ..setup })
            };
            let setup = on(self.link.setup);
            // The very first one is not what a person who opens a file is after.
            fit.other_scenario = setup.is_none() && self.link.setup.scenario != FIRST;
            let setup = setup.or_else(|| on(Setup::of(FIRST_OF_FILE))).unwrap_or_default();
            self.link = Link { setup, step: 0, view: View::Step, ..self.link };
        }
        self.start(shared);
        fit
    }

    /// Shows a run that somebody else has begun.
    pub fn take(&mut self, run: Run, shared: &mut Shared) {
        self.link = Link { setup: *run.setup(), grain: run.grain(), step: run.index(), ..Link::default() };
        self.playing = false;
        self.failed = None;
        self.run = Some(run);
        self.record(shared);
    }

    /// Shows nothing any more.
    pub fn stop(&mut self) {
        self.playing = false;
        self.run = None;
    }

    /// The step that is shown and its controls, for a page around them.
    pub fn run_in(&self, shared: &Shared) -> El {
        self.drawn_in(
            el("section.figure[aria-label=The walk of the call]").attr("data-keys", Keys::Walk.name()),
            shared,
        )
    }

    /// What the address says. As long as the first step is shown of something else than it asked for, it says that.
    fn address(&self) -> &Link {
        self.missing.as_ref().filter(|_| self.link.step == 0).unwrap_or(&self.link)
    }

    /// Records one slice more. Returns whether there is something new to see.
    fn record(&mut self, shared: &mut Shared) -> bool {
        let Some(run) = &mut self.run else { return true };
        let draw = run.record_slice();
        self.moved(shared);
        draw
    }

    fn go_to(&mut self, index: u32, shared: &mut Shared) {
        self.playing = false;
        self.asked = None;
        self.before = None;
        if let Some(run) = &mut self.run {
            run.go_to(index);
            self.moved(shared);
        }
    }

    /// The step that is shown may be another one.
    fn moved(&mut self, shared: &mut Shared) {
        let Some(run) = &mut self.run else { return };
        if let Some(before) = self.before.take_if(|_| run.is_complete())
            && !run.go_to_same(&before)
        {
            let what = before.point().mark.title();
            shared.notice = Some(format!(
                "This run has no step like the one that was shown ({what}). This is the last one before it that both have."
            ));
        }
        self.link.step = run.index();
        self.link.grain = run.grain();
        let is_known = |asked: &mut u32| run.is_complete() || *asked < run.len();
        if let Some(asked) = self.asked.take_if(is_known)
            && asked >= run.len()
        {
            let says = format!("This run has no step {asked}: its last one is shown.");
            shared.notice = Some(match shared.notice.take() {
                Some(notice) => [&notice, " ", &says].concat(),
                None => says,
            });
        }
        // An assertion that holds is not all that there is to know.
        if let Some(of) = run.point().beside
            && !self.besides.iter().any(|known| known.of() == of)
        {
            match shared.beside {
                Some(beside) => self.besides.push(beside(of)),
                None if matches!(shared.lab, PartState::Away) => shared.lab.ask(),
                None => {}
            }
        }
    }

    /// Asks for the part which has that scenario. Nothing is shown until then: it would be another one.
    fn wait_for(&mut self, awaited: Awaited, shared: &mut Shared) {
        self.playing = false;
        (self.run, self.before) = (None, None);
        self.waits = None;
        self.failed = None;
        self.awaited = Some(awaited);
        shared.more.ask();
    }
}
