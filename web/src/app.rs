//! The root: its state, its messages, what each does.
//!
//! All state of the page is here. Components get what they show as values and send back what a person did; nothing
//! below this knows about anything beside it.

use capture::Capture;
use gloo_events::EventListener;
use gloo_timers::callback::{Interval, Timeout};
use scenario::Link;
use scenario::library::Machine;
use scenario::link::View;
use web_sys::Element;
use yew::{Component, Context, Html, NodeRef};

use crate::action::{Action, Choice, Jump, SPEEDS, Speed};
use crate::address::{self, Address};
use crate::browser::{self, Copied};
use crate::el::{Content, el};
use crate::events;
use crate::keys::Command;
use crate::load::{self, LoadError, Loading, Progress};
#[cfg(not(feature = "lab"))]
use crate::pages;
#[cfg(feature = "lab")]
use crate::pages::Page;
use crate::run::{Filter, Run};
use crate::view;

/// Actions recorded in one slice, between which the page stays alive: well under a frame.
const SLICE: u32 = 20_000;

/// What to do instead of copying.
pub const NOT_COPIED: &str =
    "The browser does not let this page copy the link. Copy it from the address bar.";

/// What can happen.
#[derive(Debug)]
pub enum Msg {
    /// A person did something.
    Did(Action),
    /// Part of a captured machine has arrived.
    Progress(&'static Machine, Progress),
    /// A captured machine has arrived from its folder, or not.
    Loaded(&'static Machine, &'static str, Box<Result<Capture, LoadError>>),
    /// Record the next slice of the run.
    Record,
    /// Play goes on by one step.
    Tick,
    /// The hash was changed by somebody else.
    HashChanged,
    /// Write the address, now that it may be written again.
    WriteAddress,
    /// The link has been copied, or not.
    Copied(Copied),
}

/// The page.
#[derive(Debug)]
pub struct App {
    link: Link,
    /// Those that have been fetched, by the names of their folders.
    captures: Vec<(&'static str, Capture)>,
    loading: Loading,
    run: Option<Run>,
    notice: Option<String>,
    copied: bool,
    filter: Filter,
    speed: Speed,
    hot: Option<pgtable::Level>,
    /// The machine that is shown, and the one before it: the levels view compares them.
    machine: &'static Machine,
    machine_before: Option<&'static Machine>,
    help: bool,
    play: Option<Interval>,
    recording: Option<Timeout>,
    address: Address,
    widget: NodeRef,
    focus_wanted: bool,
    listeners: Vec<EventListener>,
}

impl Component for App {
    type Message = Msg;
    type Properties = ();

    fn create(ctx: &Context<Self>) -> Self {
        let address = Address::default();
        let hash = browser::hash();
        let (link, problem) = Link::parse(&hash);
        let listener = browser::on_hash_change(ctx.link().callback(|()| Msg::HashChanged));
        let mut app = Self {
            link,
            captures: Vec::new(),
            loading: Loading::Idle,
            run: None,
            notice: problem.map(|problem| problem.to_string()),
            copied: false,
            filter: Filter::default(),
            speed: SPEEDS[1],
            hot: None,
            machine: link.setup.machine,
            machine_before: None,
            help: false,
            play: None,
            recording: None,
            address,
            widget: NodeRef::default(),
            // An embedded widget must not take the focus of the page around it.
            focus_wanted: !link.embed,
            listeners: listener.into_iter().collect(),
        };
        if !is_elsewhere(&hash) {
            app.start(ctx);
        }
        app
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        match msg {
            Msg::Did(Action::Command(command)) => self.command(ctx, command),
            Msg::Did(Action::Choose(choice)) => self.choose(ctx, choice),
            Msg::Did(Action::GoTo(index)) => {
                self.pause();
                self.go_to(ctx, index);
            }
            Msg::Did(Action::Jump(jump)) => self.jump(ctx, jump),
            Msg::Did(Action::Hot(level)) if level == self.hot => return false,
            Msg::Did(Action::Hot(level)) => self.hot = level,
            Msg::Progress(machine, progress) => {
                if !matches!(self.loading, Loading::Under(under, _) if under == machine) {
                    return false;
                }
                self.loading = Loading::Under(machine, progress);
            }
            Msg::Loaded(machine, folder, result) => self.loaded(ctx, machine, folder, *result),
            Msg::Record => self.record(ctx),
            Msg::Tick => self.tick(ctx),
            Msg::HashChanged => {
                let hash = browser::hash();
                if self.address.is_own() || is_elsewhere(&hash) {
                    return false;
                }
                let (link, problem) = Link::parse(&hash);
                self.link = link;
                self.notice = problem.map(|problem| problem.to_string());
                self.start(ctx);
            }
            Msg::WriteAddress => {
                self.write_address(ctx);
                return false;
            }
            Msg::Copied(Copied::Done) => self.copied = true,
            Msg::Copied(Copied::Refused) => self.notice = Some(NOT_COPIED.to_owned()),
        }
        true
    }

    fn rendered(&mut self, ctx: &Context<Self>, first: bool) {
        if let Some(widget) = self.widget.cast::<Element>().filter(|_| first) {
            self.listeners.extend(events::listen(&widget, &ctx.link().callback(Msg::Did)));
        }
        if self.focus_wanted && self.run.is_some() {
            self.focus_wanted = false;
            focus_slider(&self.widget);
        }
        show_lit_column(&self.widget);
        #[cfg(feature = "lab")]
        view::dump::show_current(&self.widget);
    }

    fn view(&self, _: &Context<Self>) -> Html {
        let Link { setup, view, embed, .. } = &self.link;
        let header = (!embed).then(|| view::page::header(setup, *view, self.copied));
        let levels = (*view == View::Levels).then(|| view::levels(self.machine, self.machine_before));
        let run = self.run.as_ref().filter(|_| levels.is_none());
        el("main.pagewalk[tabindex=-1][aria-label=Pagewalk]")
            .when(*embed, ".embed")
            .when(levels.is_some(), "[data-view=levels]")
            .reached_by(self.widget.clone())
            .child(header)
            .child(view::page::messages(self.notice.as_deref(), &self.loading))
            .children(run.map(|run| view::page::step(run, self.hot)).into_iter().flatten())
            .child(run.map(|run| view::transport(&self.controls(run))))
            .child(levels)
            .child(self.help.then(view::help))
            .into_html()
    }
}

impl App {
    /// Runs what the link says, loading the machine first if need be.
    fn start(&mut self, ctx: &Context<Self>) {
        self.pause();
        let setup = self.link.setup;
        let machine = setup.machine;
        if machine != self.machine {
            self.machine_before = Some(std::mem::replace(&mut self.machine, machine));
        }
        let made = setup.made();
        let capture = made.as_ref().or_else(|| self.capture(setup.scenario.capture_on(machine)?));
        let Some(capture) = capture else {
            let Some(folder) = setup.scenario.capture_on(machine) else { return };
            self.loading = Loading::Under(machine, Progress::default());
            let progress = ctx.link().callback(move |progress| Msg::Progress(machine, progress));
            ctx.link().send_future(async move {
                let result = load::load(folder, progress).await;
                Msg::Loaded(machine, folder, Box::new(result))
            });
            return;
        };
        let run = Run::new(setup, capture, self.link.grain, self.link.step);
        self.loading = Loading::Idle;
        match run {
            Ok(run) => {
                self.run = Some(run);
                self.record(ctx);
            }
            Err(error) => self.loading = Loading::Failed(error.to_string()),
        }
    }

    fn capture(&self, folder: &str) -> Option<&Capture> {
        self.captures.iter().find(|(of, _)| *of == folder).map(|(_, capture)| capture)
    }

    fn loaded(
        &mut self,
        ctx: &Context<Self>,
        machine: &'static Machine,
        folder: &'static str,
        result: Result<Capture, LoadError>,
    ) {
        let wanted = self.link.setup.machine == machine;
        match result {
            Ok(capture) => {
                if self.capture(folder).is_none() {
                    self.captures.push((folder, capture));
                }
                if wanted {
                    self.start(ctx);
                }
            }
            // Another machine has been chosen meanwhile: nobody asked for this one any more.
            Err(error) if wanted => self.loading = Loading::Failed(error.to_string()),
            Err(_) => {}
        }
    }

    fn record(&mut self, ctx: &Context<Self>) {
        self.recording = None;
        let Some(run) = &mut self.run else { return };
        if run.record(SLICE) {
            // Not at once: the browser draws and listens in between.
            let link = ctx.link().clone();
            self.recording = Some(Timeout::new(0, move || link.send_message(Msg::Record)));
        }
        self.moved(ctx);
    }

    fn go_to(&mut self, ctx: &Context<Self>, index: u32) {
        if let Some(run) = &mut self.run {
            run.go_to(index);
            self.moved(ctx);
        }
    }

    /// The step that is shown has changed.
    fn moved(&mut self, ctx: &Context<Self>) {
        if let Some(run) = &self.run {
            self.link.step = run.index();
            self.link.grain = run.grain();
        }
        self.copied = false;
        self.write_address(ctx);
    }

    fn write_address(&mut self, ctx: &Context<Self>) {
        let link = ctx.link().clone();
        self.address.write(&self.link, move || link.send_message(Msg::WriteAddress));
    }

    fn command(&mut self, ctx: &Context<Self>, command: Command) {
        match command {
            Command::Help => self.help = !self.help,
            Command::Leave if self.help => self.help = false,
            Command::Leave if self.link.view == View::Levels => self.show(ctx, View::Step),
            Command::Leave => browser::blur(),
            Command::Levels if self.link.view == View::Levels => self.show(ctx, View::Step),
            Command::Levels => self.show(ctx, View::Levels),
            Command::Alone => self.machine_before = None,
            Command::Play if self.play.is_some() => self.pause(),
            Command::Play => self.play(ctx),
            Command::CopyLink => {
                let link = address::full(&self.link);
                ctx.link().send_future(async { Msg::Copied(browser::copy(link).await) });
            }
            Command::Retry => self.start(ctx),
            Command::Dismiss => self.notice = None,
            _ => {
                self.pause();
                let Some(run) = &self.run else { return };
                let (at, last) = (run.index(), run.len() - 1);
                let index = match command {
                    Command::First => Some(0),
                    Command::Back => Some(at.saturating_sub(1)),
                    Command::Next => Some((at + 1).min(last)),
                    Command::Last => Some(last),
                    Command::BackTen => Some(at.saturating_sub(10)),
                    Command::NextTen => Some((at + 10).min(last)),
                    Command::PreviousMarker => run.marker(self.filter, false),
                    Command::NextMarker => run.marker(self.filter, true),
                    _ => None,
                };
                if let Some(index) = index {
                    self.go_to(ctx, index);
                }
            }
        }
    }

    fn show(&mut self, ctx: &Context<Self>, view: View) {
        self.pause();
        self.link.view = view;
        self.copied = false;
        self.write_address(ctx);
    }

    fn play(&mut self, ctx: &Context<Self>) {
        let at_end = self.run.as_ref().is_some_and(|run| run.index() + 1 >= run.len());
        if at_end {
            self.go_to(ctx, 0);
        }
        let link = ctx.link().clone();
        self.play = Some(Interval::new(self.speed.step_ms, move || link.send_message(Msg::Tick)));
    }

    fn pause(&mut self) {
        self.play = None;
    }

    fn tick(&mut self, ctx: &Context<Self>) {
        let Some(run) = &self.run else { return };
        let next = run.index() + 1;
        if next < run.len() {
            self.go_to(ctx, next);
        }
        if next + 1 >= self.run.as_ref().map_or(0, Run::len) {
            self.pause();
        }
    }

    fn choose(&mut self, ctx: &Context<Self>, choice: Choice) {
        let setup = &mut self.link.setup;
        match choice {
            Choice::Scenario(scenario) => {
                *setup = setup.with_scenario(scenario);
                self.link.step = 0;
            }
            Choice::Machine(machine) => {
                setup.machine = machine;
                self.link.step = 0;
            }
            // The same step under another rule is what one wants to see next.
            Choice::Revision(revision) => setup.revision = revision,
            Choice::Lock(held) => setup.lock = held,
            Choice::InitLock(held) => setup.init_lock = held,
            Choice::Grain(grain) => {
                self.link.grain = grain;
                if let Some(run) = &mut self.run {
                    run.set_grain(grain);
                    self.moved(ctx);
                }
                return;
            }
            Choice::Filter(filter) => {
                self.filter = filter;
                return;
            }
            Choice::Speed(speed) => {
                self.speed = speed;
                if self.play.is_some() {
                    self.play(ctx);
                }
                return;
            }
        }
        self.start(ctx);
        self.write_address(ctx);
    }

    fn jump(&mut self, ctx: &Context<Self>, jump: Jump) {
        let Some(run) = &self.run else { return };
        let index = match jump {
            Jump::Level(level) => run.next_at_level(level),
            Jump::Slots(level, first, last) => run.next_at_slot(level, first, last),
            #[cfg(feature = "lab")]
            Jump::DumpLine(line) => run.step_of_dump_line(line),
            Jump::Line(line) => run.next_at_line(&run.point().listing, line),
        };
        match index {
            Some(index) => {
                self.pause();
                self.go_to(ctx, index);
            }
            None => self.notice = Some("This run has no step there.".to_owned()),
        }
    }

    fn controls<'a>(&self, run: &'a Run) -> view::Controls<'a> {
        view::Controls {
            index: run.index(),
            len: run.len(),
            complete: run.is_complete(),
            cut_off: run.is_cut_off().then(|| run.actions()),
            grain: run.grain(),
            filter: self.filter,
            speed: self.speed,
            playing: self.play.is_some(),
            ticks: run.ticks(),
            says: &run.point().sentence,
            full_link: self.link.embed.then(|| self.full_link()),
        }
    }

    /// The same step in the whole page, for the widget's way out.
    fn full_link(&self) -> String {
        format!("#{}", Link { embed: false, ..self.link })
    }
}

/// Whether a hash belongs to another page. The light one sends the reader there.
fn is_elsewhere(hash: &str) -> bool {
    #[cfg(feature = "lab")]
    return Page::of(hash) != Page::Walk;
    #[cfg(not(feature = "lab"))]
    return pages::leave_for_the_lab(hash);
}

/// Puts the focus on the time slider, so that the arrow keys work at once.
pub fn focus_slider(widget: &NodeRef) {
    let slider =
        widget.cast::<Element>().and_then(|widget| widget.query_selector("[role=slider]").ok().flatten());
    if let Some(slider) = slider {
        browser::focus(&slider, false);
    }
}

/// Where the tables are wider than the screen: scrolls them, and nothing else, to the level of the step.
fn show_lit_column(widget: &NodeRef) {
    let find =
        |what: &str| widget.cast::<Element>().and_then(|widget| widget.query_selector(what).ok().flatten());
    let (Some(columns), Some(lit)) = (find(".columns"), find(".column.lit")) else { return };
    let (frame, column) = (columns.get_bounding_client_rect(), lit.get_bounding_client_rect());
    if column.left() < frame.left() || column.right() > frame.right() {
        let by = column.right() - frame.right();
        columns.set_scroll_left(columns.scroll_left() + by.ceil() as i32);
    }
}
