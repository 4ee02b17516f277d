//! What the browser reports, and what a person did by it.
//!
//! The widget listens once for each kind of event, not each element for itself: an element says by its
//! [`Mark`](crate::marks) what it stands for.

use gloo_events::{EventListener, EventListenerOptions, EventListenerPhase};
use pgtable::Level;
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, EventTarget, HtmlSelectElement, KeyboardEvent, MouseEvent, PointerEvent};
use yew::Callback;

use crate::browser;
use crate::keys::{self, Keys};
use crate::marks::{ATTRIBUTE, Deed, Mark};

/// What an event at an element means.
type Meaning = fn(&Element, &Event) -> Option<Deed>;

/// The events that are listened for: `drag…`, `drop` and `paste` anywhere on the page, the others at the widget.
const HEARD: [(&str, Meaning); 13] = [
    ("keydown", key),
    ("click", click),
    ("change", choose),
    ("toggle", toggle),
    ("dragover", drag_over),
    ("drop", drop),
    ("paste", paste),
    ("pointerdown", grab),
    ("pointermove", drag),
    ("mouseover", point),
    ("focusin", point),
    ("mouseout", leave),
    ("focusout", leave),
];

/// Listens at the widget, and for files anywhere on its `page`, until the listeners are dropped; for none where the page is another
/// one's.
pub fn listen(widget: &Element, page: Option<&EventTarget>, did: &Callback<Deed>) -> Vec<EventListener> {
    HEARD
        .iter()
        .filter_map(|&(kind, meaning)| {
            // In another page the script that defines the element has the keys.
            if kind == "keydown" && page.is_none() {
                return None;
            }
            let did = did.clone();
            let at = if kind.starts_with("dr") || kind == "paste" { page? } else { widget };
            // `toggle` does not bubble; all others are heard on their way back out.
            let phase =
                if kind == "toggle" { EventListenerPhase::Capture } else { EventListenerPhase::Bubble };
            let options = EventListenerOptions { phase, passive: false };
            Some(EventListener::new_with_options(at, kind, options, move |event| {
                let target = event.target().and_then(|target| target.dyn_into().ok());
                if let Some(deed) = target.and_then(|target| meaning(&target, event)) {
                    did.emit(deed);
                }
            }))
        })
        .collect()
}

/// A key that is taken does not go on to the page around the widget.
fn key(target: &Element, event: &Event) -> Option<Deed> {
    let keys = Keys::from_name(&closest(target, "[data-keys]")?.get_attribute("data-keys")?)?;
    // Some browsers report a key that was none, when they fill in a form.
    let deed = keys::deed(keys, target, event.dyn_ref::<KeyboardEvent>()?)?;
    event.prevent_default();
    event.stop_propagation();
    Some(deed)
}

fn click(target: &Element, _: &Event) -> Option<Deed> {
    mark_of(&closest(target, "button, [role=button]")?).map(Deed::Pressed)
}

fn choose(target: &Element, _: &Event) -> Option<Deed> {
    let Mark::List(list) = mark_of(target)? else { return None };
    Some(Deed::Picked(list, target.unchecked_ref::<HtmlSelectElement>().value()))
}

/// Lets it be dropped here.
fn drag_over(_: &Element, event: &Event) -> Option<Deed> {
    event.prevent_default();
    None
}

/// Otherwise the browser would leave the page and show the file.
fn drop(_: &Element, event: &Event) -> Option<Deed> {
    event.prevent_default();
    browser::given(event, "dataTransfer").map(Deed::Brought)
}

/// Into a field in which something is written already, it is written.
fn paste(target: &Element, event: &Event) -> Option<Deed> {
    let field = closest(target, "textarea");
    if field.and_then(|field| browser::member(&field, "value")).is_some_and(|value| value.is_truthy()) {
        return None;
    }
    let given = browser::given(event, "clipboardData");
    event.prevent_default();
    given.map(Deed::Brought)
}

fn toggle(target: &Element, _: &Event) -> Option<Deed> {
    let Mark::Table(table) = mark_of(target)? else { return None };
    Some(Deed::Opened(table, target.has_attribute("open")))
}

/// The step at the pointer, when it is pressed on the time slider.
fn grab(target: &Element, event: &Event) -> Option<Deed> {
    let track = closest(target, "[role=slider]")?;
    browser::capture_pointer(&track, event.unchecked_ref::<PointerEvent>().pointer_id());
    place(&track, event.unchecked_ref())
}

/// The step at the pointer, when it is dragged along the time slider.
fn drag(target: &Element, event: &Event) -> Option<Deed> {
    let event: &MouseEvent = event.unchecked_ref();
    if event.buttons() & 1 == 0 { None } else { place(&closest(target, "[role=slider]")?, event) }
}

/// The step at the pointer.
fn place(track: &Element, event: &MouseEvent) -> Option<Deed> {
    let last: f64 = track.get_attribute("aria-valuemax")?.parse::<u32>().ok()?.into();
    let bounds = track.get_bounding_client_rect();
    let share = (f64::from(event.client_x()) - bounds.left()) / bounds.width().max(1.0);
    #[expect(clippy::cast_sign_loss, reason = "a share between 0 and 1 of a step number")]
    let step = (share.clamp(0.0, 1.0) * last).round() as u32;
    Some(Deed::GoTo(step))
}

fn point(target: &Element, _: &Event) -> Option<Deed> {
    level(target).map(|level| Deed::Hot(Some(level)))
}

/// Going on to another element of a level is reported there.
fn leave(target: &Element, event: &Event) -> Option<Deed> {
    level(target)?;
    // Events of the pointer and of the focus both have this member.
    let to = event.unchecked_ref::<MouseEvent>().related_target();
    let to: Option<Element> = to.and_then(|to| to.dyn_into().ok());
    to.and_then(|to| level(&to)).is_none().then_some(Deed::Hot(None))
}

/// What an element stands for.
fn mark_of(element: &Element) -> Option<Mark> {
    Mark::from_attr(&element.get_attribute(ATTRIBUTE)?)
}

/// The level that an element belongs to.
fn level(element: &Element) -> Option<Level> {
    Level::from_name(&closest(element, "[data-level]")?.get_attribute("data-level")?)
}

/// The element itself or the nearest around it that `what` selects.
fn closest(element: &Element, what: &str) -> Option<Element> {
    element.closest(what).ok().flatten()
}
