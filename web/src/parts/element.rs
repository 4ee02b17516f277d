//! What is in the part with walks in elements of other pages. Nothing else may name it.
//!
//! The page around such an element has the address, the keys and the script that defines it (`web/page/element.js`). That script is given one
//! function, which puts a walk into a root; what it returns takes what is asked of the walk. All walks are in one program, and a captured
//! machine is fetched once for all of them.

use std::cell::RefCell;

use capture::Capture;
use gloo_events::EventListener;
use js_sys::Function;
use scenario::Link;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, KeyboardEvent};
use yew::{AppHandle, Callback, Component, Context, Html, NodeRef, Properties, Renderer};

use super::{Arrived, Reach};
use crate::browser;
use crate::el::Content;
use crate::events;
use crate::keys::{self, Keys};
use crate::later::{Load, Part, PartError};
use crate::marks::{Command, Deed, Mark};
use crate::named::named;
use crate::pages::walk::Walk;
use crate::pages::{Page, Timers};
use crate::progress::Progress;
use crate::shared::{PartState, Shared};

/// `start`, as whoever fetched it has it: by now nothing can fail any more.
///
/// # Errors
/// None: what fails is the download before.
pub fn arrived() -> Result<fn(Reach), PartError> {
    Ok(start)
}

/// Hands the script the function that puts a walk into a root: it is called with the root, the link, and a function that is told what is shown.
fn start(reach: Reach) {
    let put = move |root: Element, link: String, told: Function| -> JsValue {
        let props = Props { reach, link, told };
        let app = RefCell::new(Some(Renderer::<Widget>::with_root_and_props(root, props).render()));
        let asked = move |what: String, value: JsValue| asked(&app, &what, &value);
        Closure::<dyn Fn(String, JsValue) -> JsValue>::new(asked).into_js_value()
    };
    browser::ready_for_elements(
        &Closure::<dyn Fn(Element, String, Function) -> JsValue>::new(put).into_js_value(),
    );
}

named! {
    /// What the script can ask of a walk.
    pub enum Asked {
        /// Show this link.
        Open = "open",
        /// Do what this command of a button does.
        Press = "press",
        /// Do what this event of a key asks for. Returns whether it was taken.
        Key = "key",
        /// Be gone.
        End = "end",
    }
}

fn asked(app: &RefCell<Option<AppHandle<Widget>>>, what: &str, value: &JsValue) -> JsValue {
    let asked = Asked::from_name(what);
    if asked == Some(Asked::End) {
        // Whoever calls may be told something meanwhile, and ask again.
        let app = app.borrow_mut().take();
        if let Some(app) = app {
            app.destroy();
        }
        return JsValue::UNDEFINED;
    }
    let app = app.borrow();
    let Some(app) = &*app else { return JsValue::UNDEFINED };
    let deed = match asked {
        Some(Asked::Open) => {
            app.send_message(Msg::Open(value.as_string().unwrap_or_default()));
            return JsValue::UNDEFINED;
        }
        Some(Asked::Press) => value
            .as_string()
            .and_then(|name| Command::from_name(&name))
            .map(|command| Deed::Pressed(Mark::Command(command))),
        Some(Asked::Key) => value.dyn_ref::<KeyboardEvent>().and_then(key),
        Some(Asked::End) | None => None,
    };
    let is_known = deed.is_some();
    if let Some(deed) = deed {
        app.send_message(Msg::Did(deed));
    }
    is_known.into()
}

/// Keys that step; those of help, words, a room and so on are the page's around it.
fn key(event: &KeyboardEvent) -> Option<Deed> {
    let target: Element = event.composed_path().get(0).dyn_into().ok()?;
    let deed = keys::deed(Keys::Walk, &target, event)?;
    matches!(deed, Deed::Pressed(Mark::Command(command)) if is_offered(command)).then_some(deed)
}

/// What a walk in another page does.
const fn is_offered(command: Command) -> bool {
    use Command::{
        Back, BackTen, Dismiss, First, Last, Next, NextMarker, NextTen, Play, PreviousMarker, Retry,
    };
    matches!(
        command,
        First | Back | Next | Last | BackTen | NextTen | PreviousMarker | NextMarker | Play | Retry | Dismiss
    )
}

/// A captured machine, for all walks: a copy shares its tables.
enum Kept {
    /// It is on its way, to these.
    Coming(Vec<Callback<Result<Capture, String>>>),
    /// It is here.
    Here(Box<Capture>),
}

thread_local! {
    static CAPTURES: RefCell<Vec<(&'static str, Kept)>> = const { RefCell::new(Vec::new()) };
}

/// Fetches a captured machine for `arrived`, unless another walk has fetched it or does.
fn fetch(
    folder: &'static str,
    load: Load,
    progress: Callback<Progress>,
    arrived: &Callback<Result<Capture, String>>,
) {
    let known = CAPTURES.with_borrow_mut(|all| {
        match all.iter_mut().find(|(of, _)| *of == folder).map(|(_, kept)| kept) {
            Some(Kept::Coming(to)) => to.push(arrived.clone()),
            Some(Kept::Here(capture)) => return Some(Some((**capture).clone())),
            None => {
                all.push((folder, Kept::Coming(vec![arrived.clone()])));
                return None;
            }
        }
        Some(None)
    });
    match known {
        Some(Some(capture)) => arrived.emit(Ok(capture)),
        Some(None) => {}
        // Not for the walk that has asked first, which may be gone by then.
        None => wasm_bindgen_futures::spawn_local(async move {
            let result = load(folder, progress).await;
            let to = CAPTURES.with_borrow_mut(|all| {
                let at = all.iter().position(|(of, _)| *of == folder)?;
                let (_, kept) = all.swap_remove(at);
                // What has failed can be asked for again.
                all.extend(
                    result.as_ref().ok().map(|capture| (folder, Kept::Here(Box::new(capture.clone())))),
                );
                if let Kept::Coming(to) = kept { Some(to) } else { None }
            });
            for arrived in to.into_iter().flatten() {
                arrived.emit(result.clone());
            }
        }),
    }
}

#[derive(Clone, Debug, Properties)]
struct Props {
    reach: Reach,
    link: String,
    told: Function,
}

impl PartialEq for Props {
    /// They are said once, where the walk is put into its root.
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

#[derive(Debug)]
enum Msg {
    Open(String),
    Did(Deed),
    Work,
    Beat,
    Progress(&'static str, Progress),
    Loaded(&'static str, Box<Result<Capture, String>>),
    Part(Part, Box<Result<Arrived, PartError>>),
}

/// A walk in an element.
#[derive(Debug)]
struct Widget {
    walk: Walk,
    shared: Shared,
    root: NodeRef,
    timers: Timers,
    listeners: Vec<EventListener>,
}

impl Component for Widget {
    type Message = Msg;
    type Properties = Props;

    fn create(ctx: &Context<Self>) -> Self {
        // Whether a walk is safe beside others is in the whole page: the race lab is not fetched for it.
        let shared = Shared { lab: PartState::Here, ..Shared::default() };
        let mut widget = Self {
            walk: Walk::default(),
            shared,
            root: NodeRef::default(),
            timers: Timers::default(),
            listeners: Vec::new(),
        };
        widget.open(&ctx.props().link);
        widget.settle(ctx);
        widget
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        let draw = match msg {
            Msg::Open(link) => {
                self.open(&link);
                true
            }
            Msg::Did(Deed::Pressed(Mark::Command(Command::Dismiss))) => {
                self.shared.notice = None;
                true
            }
            Msg::Did(Deed::Pressed(Mark::Command(Command::Retry)))
                if self.shared.more.retry() | self.shared.tables.retry() =>
            {
                true
            }
            Msg::Did(Deed::Pressed(Mark::Command(command))) if !is_offered(command) => false,
            Msg::Did(deed) => self.walk.did(&deed, &mut self.shared),
            Msg::Work => {
                self.timers.worked();
                self.walk.work(&mut self.shared)
            }
            Msg::Beat => {
                self.walk.beat(&mut self.shared);
                true
            }
            Msg::Progress(folder, progress) => {
                self.shared.captures.progress(folder, progress);
                true
            }
            Msg::Loaded(folder, result) => {
                self.shared.captures.put(folder, *result);
                self.walk.arrived(&mut self.shared);
                true
            }
            Msg::Part(part, result) => {
                self.arrived(part, *result);
                true
            }
        };
        self.settle(ctx);
        draw
    }

    fn rendered(&mut self, ctx: &Context<Self>, first: bool) {
        let Some(root) = self.root.cast::<Element>() else { return };
        if first {
            self.listeners = events::listen(&root, None, &ctx.link().callback(Msg::Did));
        }
        self.walk.drawn(&root);
        let told = self.walk.run().map(|run| {
            let says = &run.point().sentence;
            browser::object(&[
                ("step", run.index().into()),
                ("last", run.len().saturating_sub(1).into()),
                ("complete", run.is_complete().into()),
                ("playing", self.walk.pulse().beat.is_some().into()),
                ("marker", run.is_marker().into()),
                ("kind", run.point().mark.title().into()),
                ("sentence", says.as_str().into()),
                ("link", self.walk.link().into()),
            ])
        });
        // What the script does with it is its own affair.
        let _ = ctx.props().told.call1(&JsValue::NULL, &told.unwrap_or(JsValue::NULL));
    }

    fn view(&self, _: &Context<Self>) -> Html {
        // The script has the keys.
        let page = self.walk.view(&self.shared).attr("data-keys", "");
        page.reached_by(self.root.clone()).into_html()
    }
}

impl Widget {
    /// Shows what a link says. It may leave out the machine and name the kernel.
    fn open(&mut self, link: &str) {
        let mut parts = link.splitn(4, '/');
        if let (Some(version), Some(scenario), Some(""), Some(rest)) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        {
            let (own, _) = Link::parse(&[version, "/", scenario].concat(), &self.shared.library);
            let link = [version, "/", scenario, "/", &own.setup.tables.to_string(), "/", rest].concat();
            return self.walk.open(&link, &mut self.shared);
        }
        self.walk.open(link, &mut self.shared);
    }

    fn arrived(&mut self, part: Part, result: Result<Arrived, PartError>) {
        *self.shared.part_mut(part) = PartState::of(&result);
        match result {
            Ok(Arrived::More(more)) => {
                self.shared.later = Some(more.later);
                self.shared.library = more.library;
            }
            Ok(Arrived::Tables(load)) => self.shared.load = Some(load),
            Ok(_) | Err(_) => {}
        }
        self.walk.arrived(&mut self.shared);
    }

    /// Does what follows from the state of the walk: fetches, waits.
    fn settle(&mut self, ctx: &Context<Self>) {
        for (folder, load) in self.shared.take_asked() {
            let progress = ctx.link().callback(move |progress| Msg::Progress(folder, progress));
            let arrived = ctx.link().callback(move |result| Msg::Loaded(folder, Box::new(result)));
            fetch(folder, load, progress, &arrived);
        }
        for part in [Part::More, Part::Tables] {
            if self.shared.part_mut(part).take_asked() {
                let coming = (ctx.props().reach)(part);
                ctx.link().send_future(async move { Msg::Part(part, Box::new(coming.await)) });
            }
        }
        let (work, beat) = (ctx.link().clone(), ctx.link().clone());
        let (work, beat) = (move || work.send_message(Msg::Work), move || beat.send_message(Msg::Beat));
        self.timers.follow(self.walk.pulse(), work, beat);
    }
}
