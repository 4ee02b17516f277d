//! A race that a person composes: its switches, the verdict at once, and the run that shows it.

use std::cell::Cell;
use std::rc::Rc;

use narrate::race::{Session, Unlike};
use races::compose::link::MAX_BYTES;
use races::compose::{Change, ComposeLink, NoSense, SWITCHES};
use races::race::FIRST;
use races::survey::MOST_STATES;
use races::{Aim, Choice, Composition, Fix, Found, RaceModel};
use web_sys::Element;

use super::race::Picked;
use super::race::player::Player;
use super::{Page, Pulse, Shown};
use crate::address::full;
use crate::browser::{self, Copied};
use crate::el::El;
use crate::marks::{Command, Deed, Mark};
use crate::place::Place;
use crate::search::{Pace, Report, Sliced};
use crate::shared::{Shared, sentence, sentences};
use crate::view::race::{help, lanes};
use crate::view::switches::{Press, Seen, page};

/// How often it is looked whether the browser has copied.
const LOOK_MS: u32 = 100;

/// The page.
#[derive(Debug, Default)]
pub struct Switches {
    /// What is composed, once an address has said it.
    of: Option<Composition>,
    /// The fix that was asked for.
    fix: Option<&'static Fix>,
    /// Why it would make no sense with a switch turned, for each position of each.
    forbidden: Vec<Option<String>>,
    player: Player,
    /// The search, as long as it runs, and how far it is.
    running: Option<(Sliced, Pace, Report)>,
    found: Option<Result<Found, NoSense>>,
    copying: Option<Rc<Cell<Option<Copied>>>>,
    /// What came of copying.
    copied: &'static str,
}

/// What is shown as long as nothing else was asked for.
fn first() -> Composition {
    Composition::of(Choice::first(FIRST))
}

impl Switches {
    fn of(&self) -> Composition {
        self.of.unwrap_or_else(first)
    }

    /// Sets another composition up, and begins to search it.
    fn compose(&mut self, link: &ComposeLink, shared: &mut Shared) {
        let of = link.of;
        self.of = Some(of);
        (self.running, self.found, self.copied) = (None, None, "");
        let positions = SWITCHES.iter().flat_map(|switch| switch.positions);
        self.forbidden = positions.map(|&(change, _)| of.forbids(change).map(|why| sentence(&why))).collect();
        self.player.session = None;
        let own = of.kernels_own().start().map_err(NoSense::from);
        match of.start().and_then(|start| Ok((start, own?))) {
            Ok((start, own)) => {
                let search = RaceModel::from_state(start.clone(), Aim::Everything);
                let search = Sliced::of(search, MOST_STATES);
                let report = search.report();
                self.running = Some((search, Pace::default(), report));
                let unlike = Unlike { start, own, address: of.to_string(), most: MAX_BYTES };
                let (session, misfit) = Session::unlike(of.choice, unlike, &link.schedule, link.step);
                self.player.session = Some(session);
                let said = [shared.notice.take(), misfit.map(|misfit| sentence(&misfit))];
                let said: Vec<String> = said.into_iter().flatten().collect();
                shared.notice = (!said.is_empty()).then(|| said.join(" "));
            }
            Err(why) => self.found = Some(Err(why)),
        }
        self.player.moved();
    }

    /// Another composition, of which nobody has moved yet.
    fn turn(&mut self, of: Composition, shared: &mut Shared) {
        shared.notice = None;
        if of.choice.race != self.of().choice.race {
            self.fix = None;
        }
        if Some(of) != self.of {
            self.compose(&ComposeLink::new(of), shared);
        }
    }

    fn pressed(&mut self, press: Press, shared: &mut Shared) {
        let of = self.of();
        let turned = match press {
            Press::Position(at) => {
                let mut changes = SWITCHES.iter().flat_map(|switch| switch.positions);
                changes.nth(at).map_or(of, |(change, _)| of.with(*change))
            }
            Press::Line(line) => of.with(Change::Line(line)),
            Press::AsInTheKernel => Composition::of(of.kernels_own()),
        };
        self.turn(turned, shared);
    }

    fn copy(&mut self) {
        let Some(found) = &self.found else { return };
        let text = self.of().mail(found, &full(""));
        let came = Rc::new(Cell::new(None));
        self.copying = Some(Rc::clone(&came));
        self.copied = "";
        wasm_bindgen_futures::spawn_local(async move { came.set(Some(browser::copy(text).await)) });
    }
}

impl Page for Switches {
    fn open(&mut self, hash: &str, shared: &mut Shared) {
        self.player.playing = false;
        let asked = Fix::asked(hash);
        let link = match &asked {
            Some(Ok(fix)) => {
                shared.notice = None;
                ComposeLink::new(fix.without())
            }
            Some(Err(unknown)) => {
                shared.notice = Some(sentence(unknown));
                ComposeLink::new(first())
            }
            None => {
                let (link, problems) =
                    ComposeLink::parse(hash).unwrap_or_else(|| (ComposeLink::new(first()), Vec::new()));
                shared.notice = sentences(&problems);
                link
            }
        };
        if let Some(asked) = asked {
            self.fix = asked.ok();
        } else if self.fix.is_some_and(|fix| fix.without().choice.race != link.of.choice.race) {
            self.fix = None;
        }
        let session = self.player.session.as_mut().filter(|_| self.of == Some(link.of));
        if !session.is_some_and(|session| session.follow_run(&link.schedule, link.step)) {
            self.compose(&link, shared);
        }
        self.player.moved();
    }

    fn did(&mut self, deed: &Deed, shared: &mut Shared) -> bool {
        let played = std::mem::take(&mut self.player.playing);
        match *deed {
            Deed::Pressed(Mark::Way(number)) => self.pressed(Press::from_number(number), shared),
            Deed::Pressed(Mark::Command(Command::CopyText)) => self.copy(),
            Deed::Picked(list, ref id) => match Picked::of(list, id) {
                Some(Picked::ToStop(to_stop)) => self.player.to_stop = to_stop,
                Some(picked) => {
                    let of = self.of();
                    let Some(choice) = picked.apply(of.choice) else { return false };
                    let (choice, lacks) = choice.existing();
                    // Another race has other lines.
                    let same = choice.race == of.choice.race;
                    let turned = if same { Composition { choice, ..of } } else { Composition::of(choice) };
                    self.turn(turned, shared);
                    if lacks.is_some() {
                        shared.notice = sentences(lacks.as_slice());
                    }
                }
                None => return false,
            },
            _ => return self.player.did(deed, played),
        }
        true
    }

    fn view(&self, shared: &Shared) -> El {
        let seen = Seen {
            of: &self.of(),
            found: self.found.as_ref(),
            searching: self.running.as_ref().map(|(.., report)| *report),
            forbidden: &self.forbidden,
            fix: self.fix,
            copied: self.copied,
            to_stop: self.player.to_stop,
        };
        page(shared, &seen, self.player.pieces())
    }

    fn link(&self) -> String {
        match &self.player.session {
            // The run that the search finds is there without being named.
            Some(session) if session.at() > 0 => session.address(session.at()),
            _ => self.of().to_string(),
        }
    }

    fn title(&self) -> String {
        format!("{}, {}", self.of().choice.race.title, Place::Switches.title())
    }

    fn help(&self, _: &Shared) -> Option<El> {
        Some(help::help())
    }

    fn shown(&self) -> Option<Shown<'_>> {
        self.player.shown()
    }

    fn takes_focus(&self) -> bool {
        true
    }

    fn pulse(&self) -> Pulse {
        let looks = self.copying.is_some().then_some(LOOK_MS);
        Pulse { work: self.running.is_some(), beat: looks.or(self.player.pulse()) }
    }

    fn work(&mut self, _: &mut Shared) -> bool {
        let Some((search, pace, report)) = &mut self.running else { return false };
        *report = search.run_slice();
        if !report.ended {
            return pace.is_due();
        }
        let found = search.found();
        self.running = None;
        if let (Some(way), Some(session)) = (found.shortest(), &mut self.player.session)
            && session.steps().is_empty()
        {
            session.load(way);
        }
        self.found = Some(Ok(found));
        self.player.moved();
        true
    }

    fn beat(&mut self, _: &mut Shared) {
        let Some(copying) = &self.copying else { return self.player.beat() };
        if let Some(came) = copying.take() {
            self.copying = None;
            self.copied = match came {
                Copied::Done => "It is copied.",
                Copied::Refused => "The browser does not let this page copy. Select the sentence instead.",
            };
        }
    }

    fn drawn(&mut self, root: &Element) {
        lanes::show_current(root);
    }
}
