//! “Is my walk safe?”: a walk as a person states it, and every race that it has, searched here and now.

use std::cell::Cell;
use std::rc::Rc;

use mm::LockMode;
use narrate::race::safe::{Judged, text};
use pagewalk::{EntryPoint, Revision};
use races::safe::link::{also, parse};
use races::safe::{Area, Case, Whose, id};
use races::{Choice, Found};

use web_sys::Element;

use super::{Page, Pulse};
use crate::browser::{self, Copied};
use crate::el::El;
use crate::judging::Judging;
use crate::marks::{Command, Deed, List, Mark};
use crate::place::Place;
use crate::shared::{Shared, sentences};
use crate::view;
use crate::view::question::{Known, page};

/// How often it is looked whether the browser has copied.
const LOOK_MS: u32 = 100;

/// A stated walk, and what is known of it by now.
#[derive(Debug, Default)]
pub struct Safe {
    case: Case,
    /// The races that count, and those that do not.
    races: (Vec<Choice>, Vec<Choice>),
    /// Those that count, then the same with the lock held otherwise.
    judging: Judging,
    /// The whole answer, once everything is searched.
    text: Option<String>,
    copying: Option<Rc<Cell<Option<Copied>>>>,
    /// What came of copying.
    copied: &'static str,
    begun: bool,
}

impl Page for Safe {
    fn open(&mut self, hash: &str, shared: &mut Shared) {
        let (case, problems) = parse(hash);
        shared.notice = sentences(&problems);
        self.ask(case);
    }

    fn did(&mut self, deed: &Deed, shared: &mut Shared) -> bool {
        match *deed {
            Deed::Picked(list, ref value) => match picked(self.case, list, value) {
                // Read as its own address, which has what the kernel has.
                Some(case) => {
                    let (case, problems) = parse(&case.to_string());
                    shared.notice = sentences(&problems);
                    self.ask(case);
                }
                None => return false,
            },
            Deed::Pressed(Mark::Command(Command::CopyText)) => self.copy(),
            _ => return false,
        }
        true
    }

    fn view(&self, shared: &Shared) -> El {
        self.with_judged(|races| {
            let (_, left_out) = &self.races;
            let text = self.text.as_deref();
            page(shared, &Known { case: &self.case, races, left_out, text, copied: self.copied })
        })
    }

    fn link(&self) -> String {
        self.case.to_string()
    }

    fn help(&self, _: &Shared) -> Option<El> {
        Some(view::help::text())
    }

    fn title(&self) -> String {
        format!("{} {}(), {}", Place::Safe.title(), self.case.function(), self.case.walk.revision.id())
    }

    fn pulse(&self) -> Pulse {
        Pulse { work: self.text.is_none(), beat: self.copying.is_some().then_some(LOOK_MS) }
    }

    fn work(&mut self, _: &mut Shared) -> bool {
        let done = self.judging.run_slice();
        if self.judging.is_complete() {
            self.text = Some(self.answer());
            return true;
        }
        done
    }

    fn beat(&mut self, _: &mut Shared) {
        let came = self.copying.as_ref().and_then(|came| came.take());
        if let Some(came) = came {
            self.copying = None;
            self.copied = match came {
                Copied::Done => "It is copied.",
                Copied::Refused => "The browser does not let this page copy. Select the text below instead.",
            };
        }
    }

    fn drawn(&mut self, root: &Element) {
        let area = root.query_selector("textarea").ok().flatten();
        let text = self.text.as_deref().unwrap_or("It is being searched.");
        if let Some(area) = area.filter(|area| area.text_content().as_deref() != Some(text)) {
            area.set_text_content(Some(text));
        }
    }
}

impl Safe {
    /// Asks about a walk. What was found stays as long as it is the same.
    fn ask(&mut self, case: Case) {
        if self.begun && self.case == case {
            return;
        }
        let races = case.races();
        let counts = races.0.iter();
        let otherwise = counts.clone().flat_map(|choice| {
            let locks = choice.race.locks.iter().filter(|lock| **lock != choice.lock);
            locks.map(|&lock| choice.with_lock(lock))
        });
        let judging = Judging::new(counts.copied().chain(otherwise));
        *self = Self { case, races, judging, begun: true, ..Self::default() };
    }

    /// What was found of a race with each mode of the lock.
    fn by_lock(&self, choice: &Choice) -> Vec<(LockMode, Option<&Found>)> {
        let locks = choice.race.locks.iter();
        locks.map(|&lock| (lock, self.judging.found(&choice.with_lock(lock)))).collect()
    }

    /// The whole answer.
    fn answer(&self) -> String {
        self.with_judged(|races| text(&self.case, races, &self.races.1, &browser::base()))
    }

    /// What `make` makes of the races that count, with what was found of them by now.
    fn with_judged<T>(&self, make: impl FnOnce(&[Judged<'_>]) -> T) -> T {
        let (count, _) = &self.races;
        let by_lock: Vec<Vec<_>> = count.iter().map(|choice| self.by_lock(choice)).collect();
        let judged = count.iter().zip(&by_lock).map(|(choice, by_lock)| Judged {
            choice: *choice,
            found: self.judging.found(choice),
            by_lock,
        });
        make(&judged.collect::<Vec<_>>())
    }

    fn copy(&mut self) {
        let Some(text) = self.text.clone() else { return };
        let came = Rc::new(Cell::new(None));
        self.copying = Some(Rc::clone(&came));
        self.copied = "";
        wasm_bindgen_futures::spawn_local(async move { came.set(Some(browser::copy(text).await)) });
    }
}

/// The walk with another choice in one of the lists.
fn picked(case: Case, list: List, value: &str) -> Option<Case> {
    let mut case = case;
    match list {
        List::Function => {
            let entry = EntryPoint::ALL.into_iter().find(|&of| id(of) == value)?;
            // Another kind of function is there for other tables.
            if entry.has_vmas() == case.walk.entry.has_vmas() {
                case.walk.entry = entry;
            } else {
                let Case { walk, area, .. } = case;
                case = Case { area, ..Case::new(entry, walk.model, walk.revision) };
                (case.walk.lock, case.walk.also) = (walk.lock, walk.also);
            }
        }
        List::Whose => case = case.of(Whose::ALL.into_iter().find(|of| of.id() == value)?),
        List::Lock => case.walk.lock = LockMode::from_name(value)?,
        List::Also => case.walk.also = also(value)?,
        List::Holds => case.area = Area::ALL.into_iter().find(|of| of.id() == value)?,
        List::Kernel => case.walk.revision = Revision::from_id(value)?,
        List::Machine => case.walk.model = pgtable::model(value).ok()?,
        _ => return None,
    }
    Some(case)
}
