//! What is typed of a call, part by part. Nothing of it is lost where it is wrong, and each change can be undone.

use std::cell::RefCell;
use std::rc::Rc;

use call::{Call, Field, Wrong};
use gloo_events::{EventListener, EventListenerOptions};
use web_sys::Element;
use yew::Callback;

use crate::browser;
use crate::parts::Change;

/// How many parts there are.
const PARTS: usize = Field::ALL.len();

/// What is typed in each part, in the order of [`Field::ALL`].
pub(super) type Texts = [String; PARTS];

/// Most changes that can be undone.
const MOST: usize = 200;

/// What is typed.
#[derive(Debug)]
pub(super) struct Draft {
    texts: Texts,
    wrongs: [Vec<Wrong>; PARTS],
    past: Vec<Texts>,
    future: Vec<Texts>,
    /// The part that was typed in last: what is typed there after that is one change.
    last: Option<usize>,
    /// Whether it has been typed since it was understood.
    is_new: bool,
    /// Whether the form has to show it: it was changed by something else than typing.
    to_show: bool,
}

impl Default for Draft {
    fn default() -> Self {
        let mut draft = Self {
            texts: Texts::default(),
            wrongs: Default::default(),
            past: Vec::new(),
            future: Vec::new(),
            last: None,
            is_new: false,
            to_show: true,
        };
        draft.replace(&Call::default());
        draft
    }
}

fn slot(field: Field) -> usize {
    Field::ALL.iter().position(|of| *of == field).unwrap_or(0)
}

impl Draft {
    pub(super) const fn texts(&self) -> &Texts {
        &self.texts
    }

    pub(super) const fn wrongs(&self) -> &[Vec<Wrong>; PARTS] {
        &self.wrongs
    }

    pub(super) const fn is_new(&self) -> bool {
        self.is_new
    }

    /// Whether something can be undone, and done again.
    pub(super) const fn can(&self) -> [bool; 2] {
        [!self.past.is_empty(), !self.future.is_empty()]
    }

    /// The form is drawn anew, and shows nothing yet.
    pub(super) const fn show(&mut self) {
        self.to_show = true;
    }

    /// What is there can be come back to.
    pub(super) fn keep(&mut self) {
        if self.past.last() != Some(&self.texts) {
            self.past.push(self.texts.clone());
        }
        if self.past.len() > MOST {
            self.past.remove(0);
        }
        self.future.clear();
        self.last = None;
    }

    /// Another call.
    pub(super) fn replace(&mut self, call: &Call) {
        self.texts = Field::ALL.map(|field| call.text_of(field));
        self.wrongs = Default::default();
        (self.is_new, self.to_show, self.last) = (false, true, None);
    }

    /// Something was typed in a part.
    fn typed(&mut self, at: usize, text: String) {
        if self.last != Some(at) {
            self.keep();
            self.last = Some(at);
        }
        self.texts[at] = text;
        self.is_new = true;
    }

    /// A part is filled in.
    pub(super) fn put(&mut self, field: Field, text: String) {
        self.keep();
        self.texts[slot(field)] = text;
        (self.is_new, self.to_show) = (true, true);
    }

    pub(super) fn undo(&mut self) {
        if let Some(texts) = self.past.pop() {
            self.future.push(std::mem::replace(&mut self.texts, texts));
            (self.is_new, self.to_show, self.last) = (true, true, None);
        }
    }

    pub(super) fn redo(&mut self) {
        if let Some(texts) = self.future.pop() {
            self.past.push(std::mem::replace(&mut self.texts, texts));
            (self.is_new, self.to_show, self.last) = (true, true, None);
        }
    }

    /// The call that is typed. Of a part that cannot be read, what `before` has stays.
    pub(super) fn understand(&mut self, before: &Call) -> Call {
        let mut call = before.clone();
        for (at, field) in Field::ALL.into_iter().enumerate() {
            self.wrongs[at] = call.set(field, &self.texts[at]);
        }
        self.is_new = false;
        call
    }

    /// The form has been drawn: it shows what was not typed there.
    pub(super) fn shown(&mut self, form: &Element) {
        if std::mem::take(&mut self.to_show) {
            for (field, text) in Field::ALL.iter().zip(&self.texts) {
                if let Some(control) = form.query_selector(&format!("[name={}]", field.name())).ok().flatten()
                {
                    browser::write(&control, text);
                }
            }
        }
    }
}

/// Hears what is typed in a form. What is pasted there is not a file for the page.
pub(super) fn listen(
    form: &Element,
    draft: &Rc<RefCell<Draft>>,
    change: &Callback<Change>,
) -> [EventListener; 2] {
    let (draft, change) = (Rc::clone(draft), change.clone());
    let typed = EventListener::new(form, "input", move |event| {
        let Some((name, text)) = browser::typed(event) else { return };
        let Some(at) = Field::ALL.iter().position(|field| field.name() == name) else { return };
        draft.borrow_mut().typed(at, text);
        change.emit(Change(Box::new(|_, _| None)));
    });
    let options = EventListenerOptions::default();
    let pasted = EventListener::new_with_options(form, "paste", options, web_sys::Event::stop_propagation);
    [typed, pasted]
}
