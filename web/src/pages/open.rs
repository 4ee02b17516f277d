//! What a person brings: files and texts, what was read of them, and values.

use std::fmt;
use std::rc::Rc;

use gloo_events::EventListener;
use js_sys::Array;
use texts::{Machine, Wish, format_named};
use vmcore::Root;
use wasm_bindgen::JsCast as _;
use web_sys::{Element, HtmlElement, KeyboardEvent};

use super::Page;
use crate::answers::{Answer, Given, Kernel, RootAt, Said, Shelf, Want};
use crate::browser;
use crate::el::El;
use crate::marks::{Deed, List, Mark};
use crate::place::{Place, unknown};
use crate::shared::{Shared, sentence, sentences};
use crate::values::Values;
use crate::view;
use crate::view::door::{BASE, EXAMPLES, FIELD, MODEL, Press, ROOT, door};

/// What stands in the address where a kernel is named, or asked for.
const KERNEL: &str = "kernel";

/// Who reads.
pub struct Hands {
    /// Reads files and texts.
    pub bring: Rc<dyn Fn(Array)>,
    /// Reads one of what was given again, as a person wants it.
    pub again: Rc<dyn Fn(usize, Want)>,
    /// Compares two of what was given.
    pub compare: Rc<dyn Fn([usize; 2])>,
}

impl fmt::Debug for Hands {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hands")
    }
}

/// What a person brings.
#[derive(Debug)]
pub struct Open {
    shelf: Shelf,
    hands: Hands,
    /// The button for files, as long as this hears of it.
    heard: Option<(Element, EventListener)>,
    /// The page, as long as this hears what is pasted and pressed there.
    pasted: Option<(Element, [EventListener; 2])>,
    /// Whether the address asks which kernel one has.
    asks_kernel: bool,
}

impl Open {
    /// The page, with what was read and who reads.
    pub const fn new(shelf: Shelf, hands: Hands) -> Self {
        Self { shelf, hands, heard: None, pasted: None, asks_kernel: false }
    }

    /// The values that are shown first.
    fn values(&self) -> Option<Values> {
        self.shelf.borrow().all.first().and_then(|answer| answer.said.values.clone())
    }

    /// Shows values.
    fn ask(&self, values: Values) {
        // Another model or level of the same is no other question.
        self.shelf.borrow_mut().all.retain(|of| of.said.values.is_none());
        self.put("Values".to_owned(), Said { values: Some(values), ..Said::default() });
    }

    /// Shows what an address says.
    fn put(&self, name: String, said: Said) {
        let given = Given { name, blob: wasm_bindgen::JsValue::NULL };
        self.shelf.borrow_mut().all.insert(0, Answer { given, want: Want::default(), said });
    }

    /// The kernel that is shown first.
    fn kernel(&self) -> Option<Kernel> {
        self.shelf.borrow().all.first().and_then(|answer| answer.said.kernel.clone())
    }

    /// Shows the kernel that an address names, or asks for its name.
    fn ask_kernel(&mut self, name: &str) -> Option<String> {
        self.asks_kernel = true;
        // What a browser makes of a pasted `uname -a`.
        let name = &*name.replace("%20", " ");
        let kernel = Kernel::named(name);
        if let Some(kernel) = kernel.clone().filter(|of| self.kernel().as_ref() != Some(of)) {
            self.put(kernel.name.clone(), Said { kernel: Some(kernel), ..Said::default() });
        }
        (!name.is_empty() && kernel.is_none()).then(|| {
            format!(
                "\u{201c}{name:.40}\u{201d} is no name of a kernel: it is like 6.12.107+deb13, as uname -r prints it."
            )
        })
    }

    /// Another choice in a list of an answer: the value has the answer's number before it.
    fn picked(&self, list: List, value: &str) -> Option<()> {
        let (nth, value) = value.split_once(' ')?;
        let nth: usize = nth.parse().ok()?;
        let (values, want, root) = {
            let shelf = self.shelf.borrow();
            let answer = shelf.all.get(nth)?;
            let number = value.parse::<usize>().ok().filter(|_| list == List::Whose);
            let root = number.and_then(|number| answer.said.machine.as_ref()?.roots.get(number).cloned());
            (answer.said.values.clone(), answer.want, root)
        };
        if let Some(Root { at, model, .. }) = root {
            (self.hands.again)(nth, Want { root: Some(RootAt { at: at.0, model, base: 0 }), ..want });
            return Some(());
        }
        if let Some(mut values) = values {
            match list {
                List::Machine => values.model = pgtable::model(value).ok(),
                List::OtherMachine => values.other = pgtable::model(value).ok(),
                List::Format => {
                    values.is_pagemap = value == crate::values::PAGEMAP;
                    values.level = decode::level_named(value).ok();
                }
                _ => return None,
            }
            self.ask(values);
            return Some(());
        }
        let text = match list {
            // A machine of another format need not fit.
            List::Format => Wish { format: format_named(value), machine: None },
            List::Machine => Wish { machine: Machine::named(value).ok(), ..want.text },
            _ => return None,
        };
        (self.hands.again)(nth, Want { text, ..want });
        Some(())
    }

    fn pressed(&self, press: Press, shared: &mut Shared) {
        match press {
            Press::Read => {
                let text = browser::written(FIELD);
                if text.trim().is_empty() {
                    shared.notice = Some("There is no text yet: paste or write one first.".to_owned());
                } else {
                    (self.hands.bring)(Array::of1(&text.into()));
                    browser::empty(FIELD);
                }
            }
            Press::Cancel => {
                let mut answers = self.shelf.borrow_mut();
                answers.turn += 1;
                answers.is_reading = false;
                shared.files.reading = None;
            }
            Press::Forget(nth) => {
                let all = &mut self.shelf.borrow_mut().all;
                if nth < all.len() {
                    all.remove(nth);
                }
            }
            Press::Compare(a, b) => (self.hands.compare)([a, b]),
            Press::Root(nth) => match written_root(nth) {
                Ok(root) => {
                    let want = self.shelf.borrow().all.get(nth).map(|answer| answer.want);
                    shared.notice = None;
                    if let Some(want) = want {
                        (self.hands.again)(nth, Want { root: Some(root), ..want });
                    }
                }
                Err(why) => shared.notice = Some(why),
            },
            Press::Example(nth) => {
                if let Some((_, text)) = EXAMPLES.get(nth) {
                    (self.hands.bring)(Array::of1(&(*text).into()));
                }
            }
        }
    }
}

/// The root that is written beside an answer.
fn written_root(nth: usize) -> Result<RootAt, String> {
    let written = |field: &str| browser::written(&format!(".answer:nth-of-type({}) {field}", nth + 1));
    let address = |field: &str, what: &str| {
        let text = written(field);
        let value = decode::value(text.trim()).map(|value| value.0);
        value.map_err(|error| format!("{what}: {error}. It is hexadecimal, such as 1a2b000."))
    };
    let base = if written(BASE).trim().is_empty() { 0 } else { address(BASE, "Where the image begins")? };
    let model = pgtable::model(&written(MODEL)).map_err(|error| sentence(&error))?;
    Ok(RootAt { at: address(ROOT, "The root table")?, model, base })
}

impl Page for Open {
    fn open(&mut self, hash: &str, shared: &mut Shared) {
        shared.notice = None;
        self.asks_kernel = false;
        match Place::Open.rest(hash) {
            (KERNEL, rest) => {
                shared.notice = self.ask_kernel(rest.unwrap_or_default().trim_start_matches('/'));
            }
            ("value", rest) => {
                let (values, problems) = Values::in_address(rest.unwrap_or_default());
                shared.notice = sentences(&problems);
                if let Some(values) = values.filter(|of| self.values().as_ref() != Some(of)) {
                    self.ask(values);
                }
            }
            (name, rest) => {
                let odd = Some(name).filter(|name| !name.is_empty()).or(rest);
                shared.notice = odd.map(unknown);
            }
        }
    }

    fn did(&mut self, deed: &Deed, shared: &mut Shared) -> bool {
        match *deed {
            Deed::Picked(list, ref value) => self.picked(list, value).is_some(),
            Deed::Pressed(Mark::Way(number)) => {
                let press = Press::from_number(number);
                if let Some(press) = press {
                    self.pressed(press, shared);
                }
                press.is_some()
            }
            _ => false,
        }
    }

    fn view(&self, shared: &Shared) -> El {
        door(shared, &self.shelf.borrow(), self.asks_kernel)
    }

    fn link(&self) -> String {
        let link = [Place::Open.link(), KERNEL].join("/");
        match (self.values(), self.kernel()) {
            (Some(values), _) => values.link(),
            (None, Some(kernel)) => [&*link, &kernel.name].join("/"),
            _ if self.asks_kernel => link,
            _ => Place::Open.link().to_owned(),
        }
    }

    fn title(&self) -> String {
        let named = || self.kernel().map_or_else(|| Place::Open.title().to_owned(), |kernel| kernel.name);
        let Some(values) = self.values() else { return named() };
        let all: Vec<String> = values.values.iter().map(|value| format!("{:#x}", value.0)).collect();
        all.join(", ")
    }

    fn help(&self, _: &Shared) -> Option<El> {
        Some(view::help::text())
    }

    fn takes_focus(&self) -> bool {
        true
    }

    fn drawn(&mut self, root: &Element) {
        if std::mem::take(&mut self.shelf.borrow_mut().is_new)
            && let Some(answer) = root.query_selector(".answer h2").ok().flatten()
        {
            browser::focus(&answer, true);
        }
        if self.pasted.as_ref().is_none_or(|(of, _)| of != root) {
            // What is pasted into a field of one line is written there, and is no text to be read.
            let listener = EventListener::new(root, "paste", |event| {
                let target: Option<Element> = event.target().and_then(|of| of.dyn_into().ok());
                if target.is_some_and(|target| target.tag_name() == "INPUT") {
                    event.stop_propagation();
                }
            });
            // Who has written where the tables begin presses Enter.
            let enter = EventListener::new(root, "keydown", |event| {
                let key: Option<&KeyboardEvent> = event.dyn_ref();
                let target: Option<Element> = event.target().and_then(|of| of.dyn_into().ok());
                let form = target
                    .filter(|of| of.tag_name() == "INPUT")
                    .and_then(|of| of.closest(".root-of").ok()?);
                if let Some(form) = form.filter(|_| key.is_some_and(|key| key.key() == "Enter"))
                    && let Some(button) = form.query_selector("button").ok().flatten()
                    && let Some(button) = button.dyn_ref::<HtmlElement>()
                {
                    button.click();
                }
            });
            self.pasted = Some((root.clone(), [listener, enter]));
        }
        let button = root.query_selector(".door input[type=file], .door .files input").ok().flatten();
        if self.heard.as_ref().map(|(of, _)| of) != button.as_ref() {
            self.heard = button.map(|button| {
                let bring = Rc::clone(&self.hands.bring);
                let heard = EventListener::new(&button, "change", {
                    let button = button.clone();
                    move |_| {
                        if let Some(files) = browser::take_files(&button) {
                            bring(files);
                        }
                    }
                });
                (button, heard)
            });
        }
    }
}
