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
use yew::html::Scope;
use yew::{AppHandle, Callback, Html, NodeRef, Renderer};

use super::{Arrived, Lab, Reach};
use crate::browser;
use crate::el::{Content, el};
use crate::events;
use crate::keys::{self, Keys};
use crate::later::{Load, Part, PartError};
use crate::marks::{Command, Deed, Mark};
use crate::named::named;
use crate::pages::walk::Walk;
use crate::pages::{Page, Races, Shown, Timers};
use crate::place::{CHOOSE, Place, missing};
use crate::progress::Progress;
use crate::root::{self, App, Msg, Root, Start};
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
        let make = move |scope: &Scope<Root>| -> Box<dyn App> {
            Box::new(Widget::new(scope, reach, &link, told.clone()))
        };
        let start = Start { make: Box::new(make) };
        let app = RefCell::new(Some(Renderer::<Root>::with_root_and_props(root, start).render()));
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
        /// Go to the step with this number.
        Go = "go",
        /// Be gone.
        End = "end",
    }
}

fn asked(app: &RefCell<Option<AppHandle<Root>>>, what: &str, value: &JsValue) -> JsValue {
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
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "the script has looked at it"
        )]
        Some(Asked::Go) => value.as_f64().map(|step| Deed::GoTo(step as u32)),
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
    let page = target.closest("[data-keys]").ok().flatten()?;
    let keys = Keys::from_name(&page.get_attribute("data-keys")?)?;
    let deed = keys::deed(keys, &target, event)?;
    let is_ours = match deed {
        Deed::Pressed(Mark::Command(Command::NextStop | Command::PreviousStop)) => keys == Keys::Lesson,
        Deed::Pressed(Mark::Command(command)) => steps(command),
        Deed::Digit(_) => true,
        _ => false,
    };
    is_ours.then_some(deed)
}

/// Whether a command steps, or answers a message.
const fn steps(command: Command) -> bool {
    use Command::{
        Back, BackTen, Dismiss, First, Last, Next, NextMarker, NextTen, Play, PreviousMarker, Retry,
    };
    matches!(
        command,
        First | Back | Next | Last | BackTen | NextTen | PreviousMarker | NextMarker | Play | Retry | Dismiss
    )
}

/// What can be pressed in another page; the help, the room and so on are in the whole page.
const fn is_offered(command: Command) -> bool {
    use Command::{Cancel, Find, NextStop, PreviousStop, Prove, Why};
    steps(command) || matches!(command, Find | Prove | Cancel | Why | NextStop | PreviousStop)
}

/// Why a link is not shown in another page, if it is not: one sentence.
fn refused(place: Place, link: &str) -> Option<String> {
    let name = place.stray(link).map(|name| missing(place, name).replace(CHOOSE, ""));
    let is_list = place == Place::Learn && place.rest(link).0.is_empty();
    name.or_else(|| match place {
        Place::Walk | Place::Race | Place::Compare => None,
        Place::Learn if !is_list => None,
        Place::Learn => Some("Which lesson is to be shown?".to_owned()),
        _ => Some([place.title(), " is not shown in other pages."].concat()),
    })
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

/// A walk in an element, or what else can be shown there.
#[derive(Debug)]
struct Widget {
    reach: Reach,
    /// What is told what is shown.
    told: Function,
    walk: Walk,
    /// What is shown, and by which page, if that is not the walk: it may still be on its way.
    place: Place,
    other: Option<Box<dyn Page>>,
    /// The link that was asked for.
    link: String,
    /// Why it is not shown.
    refused: Option<String>,
    /// What lessons have of the part with the races.
    races: Option<Races>,
    shared: Shared,
    root: NodeRef,
    timers: Timers,
    listeners: Vec<EventListener>,
}

impl Widget {
    fn new(scope: &Scope<Root>, reach: Reach, shown: &str, told: Function) -> Self {
        // Whether a walk is safe beside others is in the whole page: the race lab is not fetched for it.
        let shared = Shared { lab: PartState::Here, ..Shared::default() };
        let mut widget = Self {
            reach,
            told,
            walk: Walk::default(),
            place: Place::Walk,
            other: None,
            link: String::new(),
            refused: None,
            races: None,
            shared,
            root: NodeRef::default(),
            timers: Timers::default(),
            listeners: Vec::new(),
        };
        widget.open(shown);
        widget.settle(scope);
        widget
    }
}

impl App for Widget {
    fn update(&mut self, scope: &Scope<Root>, msg: Msg) -> bool {
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
                if self.shared.more.retry()
                    | self.shared.tables.retry()
                    | self.shared.lab.retry()
                    | self.shared.rare.retry() =>
            {
                true
            }
            Msg::Did(Deed::Pressed(Mark::Command(command))) if !is_offered(command) => false,
            Msg::Did(deed) => self.with_page(|page, shared| page.did(&deed, shared)),
            Msg::Work => {
                self.timers.worked();
                self.with_page(|page, shared| page.work(shared))
            }
            Msg::Beat => {
                self.with_page(|page, shared| page.beat(shared));
                true
            }
            Msg::Progress(folder, progress) => {
                self.shared.captures.progress(folder, progress);
                true
            }
            Msg::Loaded(folder, result) => {
                self.shared.captures.put(folder, *result);
                self.with_page(|page, shared| page.arrived(shared));
                true
            }
            Msg::Part(part, result) => {
                self.arrived(part, *result);
                true
            }
            // Those are the whole page's.
            Msg::Draw | Msg::HashChanged | Msg::WriteAddress | Msg::Change(_) | Msg::PartProgress(..) => {
                false
            }
        };
        self.settle(scope);
        draw
    }

    fn rendered(&mut self, scope: &Scope<Root>, first: bool) {
        let Some(root) = self.root.cast::<Element>() else { return };
        if first {
            self.listeners = events::listen(&root, None, &scope.callback(Msg::Did));
        }
        self.with_page(|page, _| page.drawn(&root));
        // What the script does with it is its own affair.
        let _ = self.told.call1(&JsValue::NULL, &self.what_is_shown().unwrap_or(JsValue::NULL));
    }

    fn view(&self) -> Html {
        let Some(page) = self.page() else {
            return el("main.pagewalk").reached_by(self.root.clone()).into_html();
        };
        let own = (self.place != Place::Walk).then(|| {
            let full = el("a.full").attr("href", &["#", &page.link()].concat()).child("Open in full");
            el("h1.caption").child(page.title()).child(" ").child(full)
        });
        page.view(&self.shared).child(own).reached_by(self.root.clone()).into_html()
    }
}

impl Widget {
    /// The page that is shown, if it is here.
    fn page(&self) -> Option<&dyn Page> {
        if self.place == Place::Walk { Some(&self.walk) } else { self.other.as_deref() }
    }

    /// What `ask` returns for it.
    fn with_page<T: Default>(&mut self, ask: impl FnOnce(&mut dyn Page, &mut Shared) -> T) -> T {
        match (&mut self.other, self.place) {
            (_, Place::Walk) => ask(&mut self.walk, &mut self.shared),
            (Some(page), _) => ask(&mut **page, &mut self.shared),
            (None, _) => T::default(),
        }
    }

    /// Shows what a link says. It may leave out the machine and name the kernel.
    fn open(&mut self, link: &str) {
        let place = Place::of(link);
        self.refused = refused(place, link);
        if self.refused.is_some() {
            return;
        }
        link.clone_into(&mut self.link);
        let before = if place == Place::Compare { "v1/compare/" } else { "v1/" };
        let mut parts = link.strip_prefix(before).unwrap_or_default().splitn(3, '/');
        if let (Some(scenario), Some(""), Some(rest), Place::Walk | Place::Compare) =
            (parts.next(), parts.next(), parts.next(), place)
        {
            let (own, _) = Link::parse(&["v1/", scenario].concat(), &self.shared.library);
            self.link = [before, scenario, "/", &own.setup.tables.to_string(), "/", rest].concat();
        }
        if place != self.place {
            (self.place, self.other) = (place, None);
            if self.races.is_none() && place != Place::Walk {
                self.shared.lab = PartState::default();
            }
        }
        if let Some(part) = place.part().filter(|_| self.other.is_none()) {
            // That it is here is known of its code only; a page of its own is made of it for each element.
            *self.shared.part_mut(part) = PartState::default();
            self.shared.part_mut(part).ask();
        }
        self.show();
    }

    /// Lets the page show the link, if it is here.
    fn show(&mut self) {
        let link = self.link.clone();
        self.with_page(|page, shared| page.open(&link, shared));
        // A stop that the lesson does not have.
        if self.place == Place::Learn && self.page().is_some_and(|page| page.link() == Place::Learn.link()) {
            let why = self.shared.notice.take().unwrap_or_default();
            self.refused = Some(why.replace(" Choose one below.", ""));
        }
    }

    /// What the script is told: what is shown, or why nothing is.
    fn what_is_shown(&self) -> Option<JsValue> {
        if let Some(why) = &self.refused {
            return Some(browser::object(&[("refused", why.as_str().into())]));
        }
        let page = self.page()?;
        let shown = page.shown()?;
        let (step, last, complete, marker, kind) = match &shown {
            Shown::Walk { run, .. } => {
                let last = run.len().saturating_sub(1);
                (run.index(), last, run.is_complete(), run.is_marker(), run.point().mark.title())
            }
            Shown::Race { session, .. } => {
                (session.at() as u32, session.steps().len() as u32, true, false, "")
            }
            Shown::Pair { link, pairs, .. } => {
                (link.line, (pairs.len() as u32).saturating_sub(1), true, false, "")
            }
        };
        Some(browser::object(&[
            ("step", step.into()),
            ("last", last.into()),
            ("complete", complete.into()),
            ("playing", page.pulse().beat.is_some().into()),
            ("marker", marker.into()),
            ("kind", kind.into()),
            ("sentence", shown.says().into()),
            ("answer", page.answered().map_or(JsValue::UNDEFINED, JsValue::from)),
            ("link", page.link().into()),
        ]))
    }

    /// A page has arrived that was asked for.
    fn put(&mut self, place: Place, page: Box<dyn Page>) {
        if self.place == place && self.other.is_none() {
            self.other = Some(page);
            self.show();
        }
    }

    fn arrived(&mut self, part: Part, result: Result<Arrived, PartError>) {
        *self.shared.part_mut(part) = PartState::of(&result);
        match result {
            Ok(Arrived::More(more)) => {
                self.shared.later = Some(more.later);
                self.shared.library = more.library;
            }
            Ok(Arrived::Tables(load)) => self.shared.load = Some(load),
            Ok(Arrived::Lab(Lab { pages: [race, ..], beside, races })) => {
                self.shared.beside = Some(beside);
                self.races = Some(races);
                self.put(Place::Race, race);
            }
            Ok(Arrived::Compare(page)) => self.put(Place::Compare, page),
            Ok(Arrived::Learn(page, _)) => self.put(Place::Learn, page),
            Err(error) if self.place.part() == Some(part) => self.refused = Some(error.to_string()),
            Ok(_) | Err(_) => {}
        }
        if let (Some(races), Place::Learn) = (self.races, self.place) {
            self.with_page(|page, shared| page.lend(races, shared));
        }
        self.with_page(|page, shared| page.arrived(shared));
    }

    /// Does what follows from the state of the walk: fetches, waits.
    fn settle(&mut self, scope: &Scope<Root>) {
        for (folder, load) in self.shared.take_asked() {
            let progress = scope.callback(move |progress| Msg::Progress(folder, progress));
            let arrived = scope.callback(move |result| Msg::Loaded(folder, Box::new(result)));
            fetch(folder, load, progress, &arrived);
        }
        let pulse = self.page().map(Page::pulse).unwrap_or_default();
        root::follow(scope, self.reach, &mut self.shared, &mut self.timers, pulse);
    }
}
