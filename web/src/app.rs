//! The root: its state, its messages, what each does.
//!
//! All state of the page is here. Components get what they show as values and send back what a person did; nothing
//! below this knows about anything beside it.

use std::collections::BTreeMap;

use gloo_events::EventListener;
use gloo_timers::callback::{Interval, Timeout};
use pagewalk::Revision;
use pgtable::Level;
use scenario::capture::Capture;
use scenario::library::{Machine, Scenario};
use scenario::link::Grain;
use scenario::{Held, Link};
use web_sys::{Element, FocusOptions, HtmlElement, KeyboardEvent};
use yew::prelude::*;

use crate::address::Address;
use crate::keys::{self, Command};
use crate::load::{self, LoadError, Progress};
use crate::run::{Filter, Run};
use crate::view;

/// Actions recorded in one slice, between which the page stays alive: well under a frame.
const SLICE: u32 = 20_000;

/// A speed of play.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Speed {
    /// For a person.
    pub title: &'static str,
    /// Milliseconds from step to step.
    pub step_ms: u32,
}

/// The speeds of play; the second is the one to start with.
pub const SPEEDS: [Speed; 5] = [
    Speed { title: "0.5×", step_ms: 2000 },
    Speed { title: "1×", step_ms: 1000 },
    Speed { title: "2×", step_ms: 500 },
    Speed { title: "4×", step_ms: 250 },
    Speed { title: "8×", step_ms: 125 },
];

/// Something that a person pointed at, to go to its next step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Jump {
    /// A level: a field of the address, a column, a frame of the call stack.
    Level(Level),
    /// Slots of the table of a level.
    Slots(Level, u32, u32),
    /// A line of the listing.
    Line(u8),
}

/// A choice in the header.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Choice {
    /// The scenario.
    Scenario(&'static Scenario),
    /// The machine.
    Machine(&'static Machine),
    /// The kernel.
    Revision(Revision),
    /// The lock of the walked mm.
    Lock(Held),
    /// The lock of `init_mm` besides.
    InitLock(Held),
    /// What a step is.
    Grain(Grain),
}

/// What can happen.
#[derive(Debug)]
pub enum Msg {
    /// Part of a captured machine has arrived.
    Progress(&'static Machine, Progress),
    /// A captured machine has arrived, or not.
    Loaded(&'static Machine, Box<Result<Capture, LoadError>>),
    /// Try again to load.
    Retry,
    /// Record the next slice of the run.
    Record,
    /// Show a step.
    GoTo(u32),
    /// A key or a button of the controls.
    Command(Command),
    /// A key on the widget.
    Key(KeyboardEvent),
    /// Play goes on by one step.
    Tick,
    /// A choice in the header.
    Choose(Choice),
    /// What `[` and `]` go to.
    SetFilter(Filter),
    /// How fast play is.
    SetSpeed(Speed),
    /// The pointer or the focus is on something of a level, or has left it.
    Hot(Option<Level>),
    /// Go to the next step of something.
    Jump(Jump),
    /// The hash was changed by somebody else.
    HashChanged,
    /// Write the address, now that it may be written again.
    WriteAddress,
    /// Copy the link to this step.
    CopyLink,
    /// The message has been read.
    DismissNotice,
}

/// How the capture of the chosen machine is doing.
#[derive(Clone, Debug, PartialEq)]
enum Loading {
    /// It is here, or nothing has been asked for.
    Idle,
    /// On its way.
    Under(&'static Machine, Progress),
    /// Not to be had.
    Failed(String),
}

/// The page.
#[derive(Debug)]
pub struct App {
    link: Link,
    captures: BTreeMap<&'static str, Capture>,
    loading: Loading,
    run: Option<Run>,
    notice: Option<String>,
    copied: bool,
    filter: Filter,
    speed: Speed,
    hot: Option<Level>,
    help: bool,
    play: Option<Interval>,
    recording: Option<Timeout>,
    address: Address,
    address_later: Option<Timeout>,
    widget: NodeRef,
    focus_wanted: bool,
    _hash_listener: Option<EventListener>,
}

impl Component for App {
    type Message = Msg;
    type Properties = ();

    fn create(ctx: &Context<Self>) -> Self {
        let address = Address::default();
        let (link, problem) = Link::parse(&address.hash());
        let on_hash = ctx.link().callback(|()| Msg::HashChanged);
        let listener = web_sys::window()
            .map(|window| EventListener::new(&window, "hashchange", move |_| on_hash.emit(())));
        let mut app = Self {
            link,
            captures: BTreeMap::new(),
            loading: Loading::Idle,
            run: None,
            notice: problem.map(|problem| problem.to_string()),
            copied: false,
            filter: Filter::default(),
            speed: SPEEDS[1],
            hot: None,
            help: false,
            play: None,
            recording: None,
            address,
            address_later: None,
            widget: NodeRef::default(),
            // An embedded widget must not take the focus of the page around it.
            focus_wanted: !link.embed,
            _hash_listener: listener,
        };
        app.start(ctx);
        app
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        match msg {
            Msg::Progress(machine, progress) => {
                if !matches!(self.loading, Loading::Under(under, _) if under == machine) {
                    return false;
                }
                self.loading = Loading::Under(machine, progress);
            }
            Msg::Loaded(machine, result) => self.loaded(ctx, machine, *result),
            Msg::Retry => self.start(ctx),
            Msg::Record => self.record(ctx),
            Msg::GoTo(index) => {
                self.pause();
                self.go_to(ctx, index);
            }
            Msg::Command(command) => self.command(ctx, command),
            Msg::Key(event) => match keys::command_of(&event) {
                Some(command) => {
                    event.prevent_default();
                    event.stop_propagation();
                    self.command(ctx, command);
                }
                None => return false,
            },
            Msg::Tick => self.tick(ctx),
            Msg::Choose(choice) => self.choose(ctx, choice),
            Msg::SetFilter(filter) => self.filter = filter,
            Msg::SetSpeed(speed) => {
                self.speed = speed;
                if self.play.is_some() {
                    self.play(ctx);
                }
            }
            Msg::Hot(level) if level == self.hot => return false,
            Msg::Hot(level) => self.hot = level,
            Msg::Jump(jump) => self.jump(ctx, jump),
            Msg::HashChanged => {
                if self.address.is_own() {
                    return false;
                }
                let (link, problem) = Link::parse(&self.address.hash());
                self.link = link;
                self.notice = problem.map(|problem| problem.to_string());
                self.start(ctx);
            }
            Msg::WriteAddress => {
                self.address_later = None;
                self.write_address(ctx);
                return false;
            }
            Msg::CopyLink => self.copy_link(),
            Msg::DismissNotice => self.notice = None,
        }
        true
    }

    fn rendered(&mut self, _: &Context<Self>, _: bool) {
        if self.focus_wanted && self.run.is_some() {
            self.focus_wanted = false;
            focus_slider(&self.widget);
        }
        show_lit_column(&self.widget);
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let on_key = ctx.link().callback(Msg::Key);
        let class = classes!("pagewalk", self.link.embed.then_some("embed"));
        html! {
            <main ref={self.widget.clone()} {class} tabindex="-1" onkeydown={on_key} aria-label="Pagewalk">
                { self.view_header(ctx) }
                { self.view_messages(ctx) }
                if let Some(run) = &self.run {
                    { self.view_run(ctx, run) }
                }
                if self.help {
                    { view::help(ctx.link().callback(|()| Msg::Command(Command::Help))) }
                }
            </main>
        }
    }
}

impl App {
    /// Runs what the link says, loading the machine first if need be.
    fn start(&mut self, ctx: &Context<Self>) {
        self.pause();
        let machine = self.link.setup.machine;
        let built = match self.link.setup.build().transpose() {
            Ok(built) => built,
            Err(error) => {
                self.loading = Loading::Failed(error.to_string());
                return;
            }
        };
        let Some(capture) = built.as_ref().or_else(|| self.captures.get(machine.id)) else {
            let Some(folder) = machine.capture else {
                self.loading = Loading::Failed(format!("there is no capture of {}", machine.title));
                return;
            };
            self.loading = Loading::Under(machine, Progress::default());
            let progress = ctx.link().callback(move |progress| Msg::Progress(machine, progress));
            ctx.link().send_future(async move {
                let result = load::load(folder, |now| progress.emit(now)).await;
                Msg::Loaded(machine, Box::new(result))
            });
            return;
        };
        self.loading = Loading::Idle;
        match Run::new(self.link.setup, capture, self.link.grain, self.link.step) {
            Ok(run) => {
                self.run = Some(run);
                self.record(ctx);
            }
            Err(error) => self.loading = Loading::Failed(error.to_string()),
        }
    }

    fn loaded(&mut self, ctx: &Context<Self>, machine: &'static Machine, result: Result<Capture, LoadError>) {
        let wanted = self.link.setup.machine == machine;
        match result {
            Ok(capture) => {
                self.captures.insert(machine.id, capture);
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
        if !self.address.write(&self.link) && self.address_later.is_none() {
            let link = ctx.link().clone();
            self.address_later = Some(Timeout::new(500, move || link.send_message(Msg::WriteAddress)));
        }
    }

    fn command(&mut self, ctx: &Context<Self>, command: Command) {
        match command {
            Command::Help => self.help = !self.help,
            Command::Leave if self.help => self.help = false,
            Command::Leave => blur(),
            Command::Play if self.play.is_some() => self.pause(),
            Command::Play => self.play(ctx),
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
                    Command::Play | Command::Help | Command::Leave => None,
                };
                if let Some(index) = index {
                    self.go_to(ctx, index);
                }
            }
        }
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
        }
        self.start(ctx);
        self.write_address(ctx);
    }

    fn jump(&mut self, ctx: &Context<Self>, jump: Jump) {
        let Some(run) = &self.run else { return };
        let index = match jump {
            Jump::Level(level) => run.next_at_level(level),
            Jump::Slots(level, first, last) => run.next_at_slot(level, first, last),
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

    fn copy_link(&mut self) {
        let text = self.address.absolute(&self.link);
        if let Some(window) = web_sys::window() {
            // Where the clipboard is refused the link is still in the address bar.
            let _ = window.navigator().clipboard().write_text(&text);
            self.copied = true;
        }
    }

    fn view_header(&self, ctx: &Context<Self>) -> Html {
        if self.link.embed {
            return Html::default();
        }
        let copy = ctx.link().callback(|_: MouseEvent| Msg::CopyLink);
        let help = ctx.link().callback(|_: MouseEvent| Msg::Command(Command::Help));
        html! {
            <header class="top">
                <h1>{ "Pagewalk" }</h1>
                { view::choices(&self.link.setup, &ctx.link().callback(Msg::Choose)) }
                <div class="top-actions">
                    <button type="button" onclick={copy}>{ if self.copied { "Link copied" } else { "Copy link" } }</button>
                    <button type="button" onclick={help} aria-label="Help: keys and signs">{ "?" }</button>
                </div>
            </header>
        }
    }

    fn view_messages(&self, ctx: &Context<Self>) -> Html {
        let dismiss = ctx.link().callback(|_: MouseEvent| Msg::DismissNotice);
        let retry = ctx.link().callback(|_: MouseEvent| Msg::Retry);
        html! {
            <div class="messages">
                if let Some(notice) = &self.notice {
                    <p class="notice" role="alert">
                        <span>{ notice }</span>
                        <button type="button" onclick={dismiss}>{ "OK" }</button>
                    </p>
                }
                if let Loading::Failed(what) = &self.loading {
                    <p class="notice failed" role="alert">
                        <span>{ what }</span>
                        <button type="button" onclick={retry}>{ "Try again" }</button>
                    </p>
                }
                if let Loading::Under(machine, progress) = &self.loading {
                    { view::progress(machine.title, *progress) }
                }
            </div>
        }
    }

    fn view_run(&self, ctx: &Context<Self>, run: &Run) -> Html {
        let point = run.point();
        let pointing = view::Pointing {
            hot: self.hot,
            on_jump: ctx.link().callback(Msg::Jump),
            on_hot: ctx.link().callback(Msg::Hot),
        };
        let controls = view::Controls {
            index: run.index(),
            len: run.len(),
            complete: run.is_complete(),
            cut_off: run.is_cut_off().then(|| run.actions()),
            grain: run.grain(),
            filter: self.filter,
            speed: self.speed,
            playing: self.play.is_some(),
            ticks: run.ticks(),
            says: &point.sentence,
            full_link: self.link.embed.then(|| self.full_link()),
            on_command: ctx.link().callback(Msg::Command),
            on_go: ctx.link().callback(Msg::GoTo),
            on_filter: ctx.link().callback(Msg::SetFilter),
            on_speed: ctx.link().callback(Msg::SetSpeed),
            on_choose: ctx.link().callback(Msg::Choose),
        };
        html! {
            <>
                { view::say(point, run.index(), run.stops(), run.setup().scenario.about) }
                { view::ruler(&point.ruler, &pointing) }
                { view::tables(point, &pointing) }
                { view::locks(point) }
                { view::code(point, &pointing) }
                { view::transport(&controls) }
            </>
        }
    }

    /// The same step in the whole page, for the widget's way out.
    fn full_link(&self) -> String {
        format!("#{}", Link { embed: false, ..self.link })
    }
}

/// Puts the focus on the time slider, so that the arrow keys work at once.
fn focus_slider(widget: &NodeRef) {
    let slider =
        widget.cast::<Element>().and_then(|widget| widget.query_selector("[role=slider]").ok().flatten());
    if let Some(slider) = slider.and_then(|slider| wasm_bindgen::JsCast::dyn_into::<HtmlElement>(slider).ok())
    {
        let options = FocusOptions::new();
        options.set_prevent_scroll(true);
        // Without focus the page works all the same.
        let _ = slider.focus_with_options(&options);
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

/// Gives the keys back to the page around the widget.
fn blur() {
    let active = gloo_utils::document().active_element();
    if let Some(active) = active.and_then(|active| wasm_bindgen::JsCast::dyn_into::<HtmlElement>(active).ok())
    {
        let _ = active.blur();
    }
}
