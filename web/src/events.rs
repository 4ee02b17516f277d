//! What the browser reports, and what it means.
//!
//! The widget listens once for each kind of event, not each element for itself: an element says in its `data-`
//! attributes what it stands for ([`view`](crate::view) lists them), and here that becomes an [`Action`].

use gloo_events::{EventListener, EventListenerOptions};
use pgtable::Level;
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlSelectElement, KeyboardEvent, MouseEvent, PointerEvent};
use yew::Callback;

use crate::action::{Action, Choice, Jump};
use crate::browser;
use crate::keys::{self, Command};

/// What an event at an element means.
pub type Meaning<A> = fn(&Element, &Event) -> Option<A>;

/// The events that the widget listens for.
const HEARD: [(&str, Meaning<Action>); 9] = [
    ("keydown", key),
    ("click", click),
    ("change", choose),
    ("pointerdown", grab),
    ("pointermove", drag),
    ("mouseover", point),
    ("focusin", point),
    ("mouseout", leave),
    ("focusout", leave),
];

/// Listens at the widget, until the listeners are dropped.
pub fn listen(widget: &Element, did: &Callback<Action>) -> Vec<EventListener> {
    listen_for(HEARD, widget, did)
}

/// Listens at the widget for these kinds of events, until the listeners are dropped.
pub fn listen_for<A: 'static, const N: usize>(
    heard: [(&'static str, Meaning<A>); N],
    widget: &Element,
    did: &Callback<A>,
) -> Vec<EventListener> {
    heard
        .map(|(kind, meaning)| {
            let did = did.clone();
            let options = EventListenerOptions::enable_prevent_default();
            EventListener::new_with_options(widget, kind, options, move |event| {
                let target = event.target().and_then(|target| target.dyn_into().ok());
                if let Some(action) = target.and_then(|target| meaning(&target, event)) {
                    did.emit(action);
                }
            })
        })
        .into()
}

/// A key that is handled does not go on to the page around the widget.
fn key(target: &Element, event: &Event) -> Option<Action> {
    // Some browsers report a key that was none, when they fill in a form.
    let command = keys::command_of(target, event.dyn_ref::<KeyboardEvent>()?)?;
    // Where there is something to read instead of steps, the other keys scroll it.
    if closest(target, "[data-view]").is_some() && !matches!(command, Command::Help | Command::Leave) {
        return None;
    }
    event.prevent_default();
    event.stop_propagation();
    Some(Action::Command(command))
}

fn click(target: &Element, _: &Event) -> Option<Action> {
    let button = closest(target, "button")?;
    if let Some(name) = button.get_attribute("data-command") {
        return Command::from_name(&name).map(Action::Command);
    }
    #[cfg(feature = "lab")]
    if let Some(line) = button.get_attribute("data-dump") {
        return Some(Action::Jump(Jump::DumpLine(line.parse().ok()?)));
    }
    let jump = match (button.get_attribute("data-line"), button.get_attribute("data-slots")) {
        (Some(line), _) => Jump::Line(line.parse().ok()?),
        (None, Some(slots)) => {
            let (first, last) = slots.split_once('-')?;
            Jump::Slots(level(&button)?, first.parse().ok()?, last.parse().ok()?)
        }
        (None, None) => Jump::Level(level(&button)?),
    };
    Some(Action::Jump(jump))
}

fn choose(target: &Element, _: &Event) -> Option<Action> {
    let name = target.get_attribute("data-choose")?;
    Choice::of(&name, &target.unchecked_ref::<HtmlSelectElement>().value()).map(Action::Choose)
}

fn grab(target: &Element, event: &Event) -> Option<Action> {
    grabbed(target, event).map(Action::GoTo)
}

/// The step at the pointer, when it is pressed on the time slider.
pub fn grabbed(target: &Element, event: &Event) -> Option<u32> {
    let track = closest(target, ".scrubber")?;
    browser::capture_pointer(&track, event.unchecked_ref::<PointerEvent>().pointer_id());
    place(&track, event.unchecked_ref())
}

fn drag(target: &Element, event: &Event) -> Option<Action> {
    dragged(target, event).map(Action::GoTo)
}

/// The step at the pointer, when it is dragged along the time slider.
pub fn dragged(target: &Element, event: &Event) -> Option<u32> {
    let event: &MouseEvent = event.unchecked_ref();
    if event.buttons() & 1 == 0 { None } else { place(&closest(target, ".scrubber")?, event) }
}

/// The step at the pointer.
fn place(track: &Element, event: &MouseEvent) -> Option<u32> {
    let last: f64 = track.get_attribute("aria-valuemax")?.parse::<u32>().ok()?.into();
    let bounds = track.get_bounding_client_rect();
    let share = (f64::from(event.client_x()) - bounds.left()) / bounds.width().max(1.0);
    #[expect(clippy::cast_sign_loss, reason = "a share between 0 and 1 of a step number")]
    let step = (share.clamp(0.0, 1.0) * last).round() as u32;
    Some(step)
}

fn point(target: &Element, _: &Event) -> Option<Action> {
    level(target).map(|level| Action::Hot(Some(level)))
}

/// Going on to another element of a level is reported there.
fn leave(target: &Element, event: &Event) -> Option<Action> {
    level(target)?;
    // Events of the pointer and of the focus both have this member.
    let to = event.unchecked_ref::<MouseEvent>().related_target();
    let to: Option<Element> = to.and_then(|to| to.dyn_into().ok());
    to.and_then(|to| level(&to)).is_none().then_some(Action::Hot(None))
}

/// The level that an element belongs to.
fn level(element: &Element) -> Option<Level> {
    Level::from_name(&closest(element, "[data-level]")?.get_attribute("data-level")?)
}

/// The element itself or the nearest around it that `what` selects.
pub fn closest(element: &Element, what: &str) -> Option<Element> {
    element.closest(what).ok().flatten()
}
