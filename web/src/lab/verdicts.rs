//! What every variant of every race comes to: searched here and now, in slices between which the page stays alive.

pub mod cell;
mod page;

use std::cell::RefCell;

use gloo_events::{EventListener, EventListenerOptions};
use gloo_timers::callback::Timeout;
use races::{Aim, Survey, matrix, survey};
use wasm_bindgen::JsCast;
use web_sys::{Element, Event};
use yew::{Callback, Component, Context, Html, NodeRef};

use crate::browser;
use crate::el::Content;
use crate::events::closest;
use crate::lab::search::{Pace, Sliced, per_second};

/// How the hash of this page begins when it names a table.
const HASH: &str = "#v1/verdicts/";

thread_local! {
    /// What was found, while another page is shown: who looks at a run and comes back finds everything as it was.
    static KEPT: RefCell<Option<State>> = const { RefCell::new(None) };
}

/// What can happen.
#[derive(Debug)]
pub enum Msg {
    /// Search for a few milliseconds more.
    Slice,
    /// Stop searching, or go on.
    Go(bool),
    /// Search this variant first; the place where it was asked for.
    Ask(usize, Option<String>),
    /// A table was opened or closed.
    Toggled(usize, bool),
    /// The hash was changed, perhaps to another table.
    HashChanged,
}

/// What is known, and what is open.
#[derive(Debug)]
struct State {
    survey: Survey,
    /// The variant that is being searched.
    running: Option<(usize, Sliced)>,
    /// Whether it goes on by itself.
    going: bool,
    /// By table: whether it is open.
    open: Vec<bool>,
    /// States that were seen in the variants that are finished.
    states: u32,
    /// Milliseconds spent on these.
    spent: f64,
    /// For those who do not see the progress: said when there is something to say, not for each variant.
    said: String,
}

impl Default for State {
    fn default() -> Self {
        let open = matrix::tables().map(|table| table.name == "patch").collect();
        let survey = Survey::new();
        Self { survey, running: None, going: true, open, states: 0, spent: 0.0, said: String::new() }
    }
}

impl State {
    /// States seen so far, those of the variant that is being searched included.
    fn seen(&self) -> u32 {
        self.states + self.running.as_ref().map_or(0, |(_, sliced)| sliced.report().states)
    }

    /// States seen in a second of searching; 0 as long as that cannot be told.
    fn per_second(&self) -> u32 {
        let running = self.running.as_ref().map_or(0.0, |(_, sliced)| sliced.spent());
        per_second(self.seen(), self.spent + running)
    }

    /// Searches for a few milliseconds.
    fn slice(&mut self) {
        let Some(variant) = self.survey.next() else { return };
        // What was begun is finished, unless another one has been asked for: then it starts anew when its turn comes.
        let begun = self.running.take().filter(|(of, _)| *of == variant).map(|(_, sliced)| sliced);
        let choice = self.survey.variants()[variant].choice;
        let mut sliced = match begun.map_or_else(|| Sliced::new(&choice, Aim::Everything), Ok) {
            Ok(sliced) => sliced,
            Err(error) => {
                self.survey.put(variant, Err(error));
                return;
            }
        };
        let report = sliced.run_slice();
        if !report.ended {
            self.running = Some((variant, sliced));
            return;
        }
        self.states += report.states;
        self.spent += sliced.spent();
        self.survey.put(variant, Ok(sliced.found()));
    }

    fn say_end(&mut self) {
        let tally = self.survey.total();
        let verdicts = match tally.differs {
            0 => "each verdict is the expected one".to_owned(),
            differs => format!("{differs} of {} verdicts differ from what is expected", tally.all),
        };
        self.said = format!("All {} variants are searched: {verdicts}.", self.survey.done());
    }
}

/// What every variant of every race comes to.
#[derive(Debug)]
pub struct Verdicts {
    state: State,
    later: Option<Timeout>,
    pace: Pace,
    root: NodeRef,
    listeners: Vec<EventListener>,
    /// A table to go to once it is drawn.
    wanted: Option<usize>,
    /// The place where a variant was asked for: its link takes over the focus from the button.
    asked: Option<String>,
}

impl Component for Verdicts {
    type Message = Msg;
    type Properties = ();

    fn create(ctx: &Context<Self>) -> Self {
        let listener = browser::on_hash_change(ctx.link().callback(|()| Msg::HashChanged));
        let mut verdicts = Self {
            state: KEPT.take().unwrap_or_default(),
            later: None,
            pace: Pace::default(),
            root: NodeRef::default(),
            listeners: listener.into_iter().collect(),
            wanted: None,
            asked: None,
        };
        verdicts.go_to_named();
        verdicts.later(ctx);
        verdicts
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        match msg {
            Msg::Slice => return self.slice(ctx),
            Msg::Go(going) => {
                self.state.going = going;
                let (done, all) = (self.state.survey.done(), self.state.survey.variants().len());
                self.state.said = if going {
                    String::new()
                } else {
                    format!("Paused: {done} of {all} variants are searched.")
                };
            }
            Msg::Ask(variant, place) => {
                self.state.survey.ask(&[variant]);
                self.state.going = true;
                self.asked = place;
            }
            Msg::Toggled(table, open) => {
                let Some(of) = self.state.open.get_mut(table).filter(|of| **of != open) else { return false };
                *of = open;
                if open {
                    self.ask_table(table);
                }
            }
            Msg::HashChanged => self.go_to_named(),
        }
        self.later(ctx);
        true
    }

    fn rendered(&mut self, ctx: &Context<Self>, first: bool) {
        let Some(root) = self.root.cast::<Element>() else { return };
        if first {
            self.listeners.extend(listen(&root, &ctx.link().callback(|msg| msg)));
        }
        if let Some(table) = self.wanted.take() {
            focus(&root, &format!("[data-table=\"{table}\"] > summary"));
        }
        // What had the focus is gone.
        let focused = browser::focused().is_some();
        if let Some(place) = self.asked.take_if(|_| !focused) {
            focus(&root, &format!("[data-place=\"{place}\"] a"));
        }
    }

    fn destroy(&mut self, _: &Context<Self>) {
        KEPT.set(Some(std::mem::take(&mut self.state)));
    }

    fn view(&self, _: &Context<Self>) -> Html {
        page::page(&self.state).reached_by(self.root.clone()).into_html()
    }
}

impl Verdicts {
    /// Searches for a few milliseconds. Returns whether that is worth drawing.
    fn slice(&mut self, ctx: &Context<Self>) -> bool {
        self.later = None;
        self.state.slice();
        let ended = self.state.survey.next().is_none();
        if ended {
            self.state.say_end();
        }
        self.later(ctx);
        ended || self.pace.is_due()
    }

    /// Asks for the next slice, if there is one. Not at once: the browser draws and listens in between.
    fn later(&mut self, ctx: &Context<Self>) {
        let more = self.state.going && self.state.survey.next().is_some();
        if !more {
            self.later = None;
        } else if self.later.is_none() {
            let link = ctx.link().clone();
            self.later = Some(Timeout::new(0, move || link.send_message(Msg::Slice)));
        }
    }

    fn ask_table(&mut self, table: usize) {
        if let Some(table) = matrix::tables().nth(table) {
            self.state.survey.ask_table(table.name);
        }
    }

    /// Opens the table that the hash names, if it names one.
    fn go_to_named(&mut self) {
        let hash = browser::hash();
        let found = hash
            .strip_prefix(HASH)
            .and_then(|name| survey::table(name.split('?').next().unwrap_or_default()));
        let Some((table, _)) = found else { return };
        if let Some(open) = self.state.open.get_mut(table) {
            *open = true;
        }
        self.ask_table(table);
        self.wanted = Some(table);
    }
}

/// Listens once for each kind of event; an element says in its `data-` attributes what it stands for.
fn listen(root: &Element, did: &Callback<Msg>) -> [EventListener; 2] {
    let hear = |kind, options, meaning: fn(&Element) -> Option<Msg>| {
        let did = did.clone();
        EventListener::new_with_options(root, kind, options, move |event: &Event| {
            let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
            if let Some(msg) = target.and_then(|target| meaning(&target)) {
                did.emit(msg);
            }
        })
    };
    [
        hear("click", EventListenerOptions::default(), click),
        // It does not bubble.
        hear("toggle", EventListenerOptions::run_in_capture_phase(), toggle),
    ]
}

fn click(target: &Element) -> Option<Msg> {
    let button = closest(target, "button")?;
    if let Some(go) = button.get_attribute("data-go") {
        return Some(Msg::Go(go == "on"));
    }
    let variant = button.get_attribute("data-ask")?.parse().ok()?;
    let place = closest(&button, "[data-place]")?.get_attribute("data-place");
    Some(Msg::Ask(variant, place))
}

fn toggle(target: &Element) -> Option<Msg> {
    let table = target.get_attribute("data-table")?.parse().ok()?;
    Some(Msg::Toggled(table, target.has_attribute("open")))
}

fn focus(root: &Element, selector: &str) {
    let found = root.query_selector(selector).ok().flatten();
    if let Some(element) = found {
        browser::focus(&element, true);
    }
}
