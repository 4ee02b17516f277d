//! The words of a page: which of its terms the glossary explains, and what it says of them.
//!
//! Nobody who writes a view has to think of it: terms are found in what is drawn, a moment after that, and underlined where each
//! stands first. The document is not changed, so Yew does not notice, and no term is one more stop on the way through the
//! page. Who points at a term or touches it reads what it means beside it; who uses the keyboard asks for all words of the page at
//! once, with `g` or in the help.

use std::cell::RefCell;

use gloo_events::{EventListener, EventListenerOptions, EventListenerPhase};
use gloo_timers::callback::Timeout;
use js_sys::Array;
use lessons::glossary::{Finder, Term};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, Event, KeyboardEvent, MouseEvent};

use crate::browser;
use crate::el::El;
use crate::later::Words;
use crate::view::glossary::glossary;

/// What the first part of the program has of it.
pub const WORDS: Words = Words { drawn, sheet };

/// What has no terms to explain: choices, the way to other pages, what only assistive technology sees, the help itself.
const EXCEPT: &str =
    "nav, select, kbd, .sr, .help, .gallery, .choices .about, .changes, .answers, .legend, svg";

/// What a touch is for already.
const TAKEN: &str = "button, a, summary, label, [role=slider], [role=button]";

/// How long nothing is drawn before terms are looked for, so that stepping costs nothing, and how long the pointer rests; in
/// milliseconds.
const AFTER_DRAWING: u32 = 150;
const AFTER_POINTING: u32 = 200;

thread_local! {
    static STATE: RefCell<Option<State>> = const { RefCell::new(None) };
}

struct State {
    finder: Finder,
    marked: Vec<Marked>,
    widget: Element,
    /// What a term means, beside it.
    beside: Option<Element>,
    is_shown: bool,
    printed: Option<Element>,
    drawing: Option<Timeout>,
    pointing: Option<Timeout>,
    _listeners: Vec<EventListener>,
}

/// A term where it stands first.
struct Marked {
    number: usize,
    node: JsValue,
    piece: JsValue,
}

fn with(act: impl FnOnce(&mut State)) {
    STATE.with_borrow_mut(|state| {
        if let Some(state) = state {
            act(state);
        }
    });
}

/// The page has been drawn into this element.
fn drawn(widget: &Element) {
    STATE.with_borrow_mut(|state| {
        let state = state.get_or_insert_with(|| State::new(widget));
        if state.widget != *widget {
            state.widget = widget.clone();
        }
        state.drawing = Some(Timeout::new(AFTER_DRAWING, || with(State::mark)));
    });
}

/// The words of the page, and all others.
fn sheet() -> El {
    STATE.with_borrow(|state| {
        let (here, all) = state.as_ref().map_or_else(
            || (Vec::new(), Finder::default().terms().to_vec()),
            |state| (state.terms().copied().collect(), state.finder.terms().to_vec()),
        );
        glossary(&here, &all)
    })
}

impl State {
    fn new(widget: &Element) -> Self {
        Self {
            finder: Finder::default(),
            marked: Vec::new(),
            widget: widget.clone(),
            beside: browser::append("div", "glossary-word"),
            is_shown: false,
            printed: None,
            drawing: None,
            pointing: None,
            _listeners: listeners(),
        }
    }

    /// The terms of the page, in its order.
    fn terms(&self) -> impl Iterator<Item = &Term<'static>> {
        self.marked.iter().map(|of| &self.finder.terms()[of.number])
    }

    /// Looks for the terms in what is drawn, and underlines each where it stands first.
    fn mark(&mut self) {
        self.drawing = None;
        self.marked.clear();
        let pieces = Array::new();
        let finder = &self.finder;
        for (node, text) in browser::texts(&self.widget, EXCEPT, |text| finder.find(text).next().is_some()) {
            for (place, number) in finder.find(&text) {
                if self.marked.iter().any(|of| of.number == number) {
                    continue;
                }
                let start = text[..place.start].encode_utf16().count() as u32;
                // A term has letters of one unit only.
                let end = start + place.len() as u32;
                if let Some(piece) = browser::piece_of(&node, start, end) {
                    pieces.push(&piece);
                    self.marked.push(Marked { number, node: node.clone(), piece });
                }
            }
        }
        browser::highlight("glossary", &pieces);
    }

    /// Shows what the term there means, or nothing.
    fn point(&mut self, target: &Element, x: f64, y: f64) {
        if self.beside.as_ref().is_some_and(|beside| beside.contains(Some(target))) {
            return;
        }
        let found = self.marked.iter().find_map(|of| {
            // Not what is behind something else.
            browser::parent_of(&of.node).filter(|parent| parent == target)?;
            let bounds = browser::bounds_of(&of.piece)?;
            let inside = (bounds.left()..=bounds.right()).contains(&x)
                && (bounds.top()..=bounds.bottom()).contains(&y);
            inside.then_some((of.number, bounds))
        });
        let Some(((number, bounds), beside)) = found.zip(self.beside.clone()) else { return self.hide() };
        let term = self.finder.terms()[number];
        beside.set_text_content(None);
        browser::append_to(&beside, "b", term.name());
        browser::append_to(&beside, "span", term.text);
        let _ = beside.set_attribute("role", "tooltip");
        let _ = beside.set_attribute("popover", "manual");
        self.is_shown = true;
        browser::raise(&beside, true);
        let (width, height) = browser::size();
        let own = beside.get_bounding_client_rect();
        let left = bounds.left().min(width - own.width() - 8.0).max(8.0);
        let below = bounds.bottom() + 4.0;
        let top = if below + own.height() > height { bounds.top() - own.height() - 4.0 } else { below };
        browser::place_at(&beside, left as i32, top as i32);
    }

    fn hide(&mut self) {
        if std::mem::take(&mut self.is_shown)
            && let Some(beside) = &self.beside
        {
            beside.set_text_content(None);
            browser::raise(beside, false);
        }
    }

    /// The words of the page, for paper: nobody can point there.
    fn print(&mut self) {
        self.mark();
        let Some(printed) = browser::append("section", "glossary-print") else { return };
        browser::append_to(&printed, "h2", "Words on this page");
        for term in self.terms() {
            if let Some(line) = browser::append_to(&printed, "p", "") {
                browser::append_to(&line, "b", term.name());
                browser::append_to(&line, "span", term.text);
            }
        }
        self.printed = Some(printed);
    }
}

/// What is heard, anywhere on the page. A press of `Esc` that hides an explanation is for nothing else.
fn listeners() -> Vec<EventListener> {
    let Some(page) = browser::whole_page() else { return Vec::new() };
    let listen = |kind: &'static str, heard: fn(&Event)| {
        let options = EventListenerOptions { phase: EventListenerPhase::Capture, passive: false };
        EventListener::new_with_options(&page, kind, options, heard)
    };
    vec![
        listen("pointermove", |event| {
            if let Some((target, x, y)) = pointed(event) {
                let look = move || with(|state| state.point(&target, x, y));
                with(|state| state.pointing = Some(Timeout::new(AFTER_POINTING, look)));
            }
        }),
        listen("click", |event| {
            if let Some((target, x, y)) = pointed(event).filter(|(target, ..)| !is_taken(target)) {
                with(|state| state.point(&target, x, y));
            }
        }),
        listen("keydown", |event| {
            let Some(key) = event.dyn_ref::<KeyboardEvent>().map(KeyboardEvent::key) else { return };
            with(|state| {
                if state.is_shown && key == "Escape" {
                    event.stop_propagation();
                    event.prevent_default();
                }
                state.pointing = None;
                state.hide();
            });
        }),
        listen("scroll", |_| with(State::hide)),
        listen("beforeprint", |_| with(State::print)),
        listen("afterprint", |_| {
            with(|state| {
                if let Some(printed) = state.printed.take() {
                    browser::remove(&printed);
                }
            });
        }),
    ]
}

/// What the pointer is at, and where.
fn pointed(event: &Event) -> Option<(Element, f64, f64)> {
    let target: Element = event.target()?.dyn_into().ok()?;
    let event: &MouseEvent = event.dyn_ref()?;
    Some((target, event.client_x().into(), event.client_y().into()))
}

fn is_taken(target: &Element) -> bool {
    target.closest(TAKEN).ok().flatten().is_some()
}
