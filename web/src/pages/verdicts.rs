//! The verdicts on all variants of all races: searched here and now, in slices between which the page stays alive.

use races::verdicts;
use web_sys::Element;

use super::{Page, Pulse};
use crate::browser;
use crate::el::El;
use crate::marks::{Command, Deed, Mark};
use crate::place::{Place, TRUST, unknown};
use crate::search::Pace;
use crate::shared::Shared;
use crate::survey::Surveying;
use crate::view;
use crate::view::verdicts::matrix::page;
use crate::view::verdicts::trust;

/// The verdicts on all variants of all races.
#[derive(Debug, Default)]
pub struct Verdicts {
    state: Surveying,
    pace: Pace,
    /// The table that the address names.
    named: Option<&'static str>,
    /// A table to go to once it is drawn.
    wanted: Option<usize>,
    /// The place where a variant was asked for: its link takes over the focus from the button.
    asked: Option<u32>,
}

impl Page for Verdicts {
    /// Opens the table that the hash names, if it names one.
    fn open(&mut self, hash: &str, shared: &mut Shared) {
        self.state.survey.extend();
        let (name, rest) = Place::Verdicts.rest(hash);
        let found = numbered(name);
        self.named = found.map(|(_, name)| name);
        shared.notice = rest.map(unknown);
        let Some((table, _)) = found else { return };
        if let Some(open) = self.state.open.get_mut(table) {
            *open = true;
        }
        self.ask_table(table, shared);
        self.wanted = Some(table);
    }

    fn did(&mut self, deed: &Deed, shared: &mut Shared) -> bool {
        match *deed {
            Deed::Pressed(Mark::Command(Command::Pause)) => {
                self.state.going = false;
                let (done, all) = (self.state.survey.done(), self.state.survey.variants().len());
                self.state.said = format!("Paused: {done} of {all} variants are searched.");
            }
            Deed::Pressed(Mark::Command(Command::GoOn)) => {
                self.state.going = true;
                self.state.said.clear();
            }
            Deed::Pressed(Mark::Variant(variant, place)) => {
                self.state.survey.ask(&[variant as usize]);
                self.state.going = true;
                self.asked = Some(place);
            }
            Deed::Opened(table, open) => {
                let table = table as usize;
                let Some(of) = self.state.open.get_mut(table).filter(|of| **of != open) else { return false };
                *of = open;
                if open {
                    self.ask_table(table, shared);
                } else if self.named.and_then(numbered).is_some_and(|(of, _)| of == table) {
                    // Its link would open it again.
                    self.named = None;
                }
            }
            _ => return false,
        }
        true
    }

    fn view(&self, shared: &Shared) -> El {
        page(shared, &self.state)
    }

    fn link(&self) -> String {
        let mut link = Place::Verdicts.link().to_owned();
        if let Some(name) = self.named {
            link.push('/');
            link.push_str(name);
        }
        link
    }

    fn help(&self, _: &Shared) -> Option<El> {
        Some(view::help::text())
    }

    fn title(&self) -> String {
        Place::Verdicts.title().to_owned()
    }

    fn pulse(&self) -> Pulse {
        Pulse { work: self.state.going && self.state.survey.next().is_some(), beat: None }
    }

    fn work(&mut self, _: &mut Shared) -> bool {
        self.state.slice();
        let ended = self.state.survey.next().is_none();
        if ended {
            self.state.say_end();
        }
        ended || self.pace.is_due()
    }

    fn arrived(&mut self, shared: &mut Shared) {
        let known = verdicts::tables().count() - self.state.survey.extend();
        // What waited for its races is searched first.
        for table in known..verdicts::tables().count() {
            if self.state.open.get(table) == Some(&true) {
                self.ask_table(table, shared);
            }
        }
    }

    fn drawn(&mut self, root: &Element) {
        if let Some(table) = self.wanted.take() {
            let mark = Mark::Table(table as u32).to_attr();
            focus(root, &format!("[data-does=\"{mark}\"] > summary"));
        }
        // What had the focus is gone.
        if let Some(place) = self.asked.take_if(|_| browser::focused().is_none()) {
            focus(root, &format!("[data-place=\"{place}\"] a"));
        }
    }
}

impl Verdicts {
    /// Lets a table be searched before the others, once its races are here.
    fn ask_table(&mut self, table: usize, shared: &mut Shared) {
        if let Some(table) = verdicts::tables().nth(table) {
            self.state.survey.ask_table(table.name);
        } else if table == trust::number() || verdicts::awaited().any(|(number, _)| number == table) {
            shared.rare.ask();
        }
    }
}

/// The number of a table that an address names, and its own name.
fn numbered(name: &str) -> Option<(usize, &'static str)> {
    let trust = (name == TRUST).then(|| (trust::number(), TRUST));
    trust.or_else(|| verdicts::numbered(name).map(|(number, about)| (number, about.names[0])))
}

fn focus(root: &Element, selector: &str) {
    if let Some(element) = root.query_selector(selector).ok().flatten() {
        browser::focus(&element, true);
    }
}
