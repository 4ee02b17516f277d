//! What a person can do in the race lab, and how the browser reports it.
//!
//! As on the page of a walk: an element says in its `data-` attributes what it stands for.
//!
//! | attribute | what the element stands for |
//! |---|---|
//! | `data-command` | a [`Command`], by its name |
//! | `data-lane` | a step of a lane, by its letter |
//! | `data-ask` | a search, or the end of one: `find`, `prove`, `cancel` |
//! | `data-branch` | a branch, by its number |
//! | `data-way` | a way that a search found, by its number |
//! | `data-choose` | a list of choices, by its name; its value is the choice |

use explore::Lane;
use gloo_events::EventListener;
use mm::LockMode;
use narrate::race::Question;
use pagewalk::Revision;
use races::{Choice, Race, first, model_of};
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlSelectElement, KeyboardEvent};
use yew::Callback;

use crate::events::{self, Meaning, closest};
use crate::keys::{self, Command};

/// Something that a person did.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Did {
    /// A key or a button.
    Command(Command),
    /// A lane is to take its next step.
    Step(Lane),
    /// The same, by a key for a CPU.
    StepCpu(usize),
    /// The same, by the key for RCU.
    StepRcu,
    /// A place on the time slider.
    GoTo(u32),
    /// A search is to start.
    Ask(Question),
    /// The search is to end.
    Cancel,
    /// A branch is to be shown.
    Branch(usize),
    /// A way that a search found is to be loaded.
    Way(usize),
    /// A choice in a list.
    Choose(Chosen),
}

/// A choice in a list.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Chosen {
    /// The race.
    Race(Race),
    /// The machine.
    Machine(&'static pgtable::Model),
    /// The kernel.
    Kernel(Revision),
    /// How the walker holds the lock.
    Lock(LockMode),
    /// The rule, by its place among those of the race.
    Rule(u8),
    /// Whether a press steps to the next stop, instead of one atomic action.
    ToStop(bool),
}

impl Chosen {
    /// What choosing `id` in the list with this name means.
    pub fn of(name: &str, id: &str) -> Option<Self> {
        Some(match name {
            "race" => Self::Race(Race::from_id(id)?),
            "machine" => Self::Machine(pgtable::model(id).ok()?),
            "kernel" => Self::Kernel(Revision::from_id(id)?),
            "lock" => Self::Lock(LockMode::from_name(id)?),
            "rule" => Self::Rule(id.parse().ok()?),
            "expand" => Self::ToStop(id == "stop"),
            _ => return None,
        })
    }

    /// The choice that follows, if it is one about the race.
    pub fn apply(self, choice: Choice) -> Option<Choice> {
        Some(match self {
            Self::Race(race) => first(race),
            Self::Machine(model) => choice.with_kernel(choice.revision, model_of(choice.race, model.id)),
            Self::Kernel(revision) => choice.with_kernel(revision, choice.model),
            Self::Lock(lock) => choice.with_lock(lock),
            Self::Rule(rule) => Choice { rule, ..choice },
            Self::ToStop(_) => return None,
        })
    }
}

/// The keys and what they do, for the help.
pub const HELP: [(&str, &str); 7] = [
    ("1 2 3", "step CPU 0, CPU 1, CPU 2; 0 for RCU"),
    ("← →", "one step back, one step on, along the branch that is shown"),
    ("[ ]", "to where another CPU takes over"),
    ("Page Down, Page Up", "ten steps back, ten steps on"),
    ("Home, End", "first step, last step"),
    ("?", "show or hide this help"),
    ("Esc", "leave the lab: keys belong to the page around it again"),
];

/// The events that the lab listens for.
const HEARD: [(&str, Meaning<Did>); 5] =
    [("keydown", key), ("click", click), ("change", choose), ("pointerdown", grab), ("pointermove", drag)];

/// Listens at the widget, until the listeners are dropped.
pub fn listen(widget: &Element, did: &Callback<Did>) -> Vec<EventListener> {
    events::listen_for(HEARD, widget, did)
}

/// The CPU that a key steps.
pub fn cpu_of(key: &str) -> Option<usize> {
    ["1", "2", "3"].iter().position(|of| *of == key)
}

/// What a key does that no other page has.
fn step_of(key: &str) -> Option<Did> {
    if key == "0" { Some(Did::StepRcu) } else { cpu_of(key).map(Did::StepCpu) }
}

fn key(target: &Element, event: &Event) -> Option<Did> {
    let pressed = event.dyn_ref::<KeyboardEvent>()?;
    let plain = !(pressed.ctrl_key() || pressed.meta_key() || pressed.alt_key());
    // A list chooses by digits as well.
    let step = step_of(&pressed.key()).filter(|_| plain && target.tag_name() != "SELECT");
    let did = match step {
        Some(step) => step,
        // Nothing plays here: space scrolls.
        None => Did::Command(keys::command_of(target, pressed).filter(|of| *of != Command::Play)?),
    };
    event.prevent_default();
    event.stop_propagation();
    Some(did)
}

fn click(target: &Element, _: &Event) -> Option<Did> {
    let button = closest(target, "button")?;
    let number = |name| button.get_attribute(name).and_then(|value| value.parse::<usize>().ok());
    if let Some(name) = button.get_attribute("data-command") {
        return Command::from_name(&name).map(Did::Command);
    }
    if let Some(lane) = button.get_attribute("data-lane") {
        return lane.chars().next().and_then(Lane::from_letter).map(Did::Step);
    }
    if let Some(what) = button.get_attribute("data-ask") {
        return match what.as_str() {
            "find" => Some(Did::Ask(Question::Find)),
            "prove" => Some(Did::Ask(Question::Prove)),
            "cancel" => Some(Did::Cancel),
            _ => None,
        };
    }
    number("data-branch").map(Did::Branch).or_else(|| number("data-way").map(Did::Way))
}

fn choose(target: &Element, _: &Event) -> Option<Did> {
    let name = target.get_attribute("data-choose")?;
    Chosen::of(&name, &target.unchecked_ref::<HtmlSelectElement>().value()).map(Did::Choose)
}

fn grab(target: &Element, event: &Event) -> Option<Did> {
    events::grabbed(target, event).map(Did::GoTo)
}

fn drag(target: &Element, event: &Event) -> Option<Did> {
    events::dragged(target, event).map(Did::GoTo)
}
