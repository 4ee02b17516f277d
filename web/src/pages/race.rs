//! A race, CPU by CPU.

pub mod player;

use mm::LockMode;
use narrate::race::{Question, Session, words};
use pagewalk::Revision;
use races::race::{self, FIRST};
use races::{Aim, Choice, RaceDef, RaceLink};
use web_sys::Element;

use self::player::Player;
use super::{Figure, Page, Pulse, Shown};
use crate::el::{El, el};
use crate::keys::Keys;
use crate::later::Part;
use crate::marks::{Command, Deed, List, Mark};
use crate::place::{Place, unsigned};
use crate::search::{Pace, Report, Sliced};
use crate::shared::{Shared, sentence, sentences};
use crate::view::header::{actions, ask, coming, header, messages};
use crate::view::race::choices::STRIDES;
use crate::view::race::goal::{Answer, Asked};
use crate::view::race::{choices, goal, help, lanes};

/// A race, CPU by CPU.
#[derive(Debug, Default)]
pub struct Race {
    player: Player,
    running: Option<Running>,
    answer: Option<Answer>,
    /// The address that was opened, if its race has not arrived.
    awaited: Option<String>,
}

/// A search that runs.
#[derive(Debug)]
struct Running {
    question: Question,
    search: Sliced,
    pace: Pace,
    report: Report,
}

/// A choice in one of the lists.
#[derive(Clone, Debug, PartialEq)]
pub enum Picked {
    /// The race.
    Race(races::Race),
    /// The machine.
    Machine(&'static pgtable::Model),
    /// The kernel.
    Kernel(Revision),
    /// How the walker holds the lock.
    Lock(LockMode),
    /// The rule of the other CPU, by its name.
    Rule(String),
    /// Whether a press steps to the next stop, instead of one atomic action.
    ToStop(bool),
}

impl Picked {
    /// What the option `id` of a list means.
    pub fn of(list: List, id: &str) -> Option<Self> {
        Some(match list {
            List::Race => Self::Race(RaceDef::from_id(id)?),
            List::Machine => Self::Machine(pgtable::model(id).ok()?),
            List::Kernel => Self::Kernel(Revision::from_id(id)?),
            List::Lock => Self::Lock(LockMode::from_name(id)?),
            List::Rule => Self::Rule(id.to_owned()),
            List::Stride => Self::ToStop(id == STRIDES[1].0),
            _ => return None,
        })
    }

    /// The choice that follows, if it is one about the race.
    pub fn apply(&self, choice: Choice) -> Option<Choice> {
        Some(match *self {
            Self::Race(race) => Choice::first(race),
            Self::Machine(model) => choice.with_kernel(choice.revision, choice.race.model(model.id)),
            Self::Kernel(revision) => choice.with_kernel(revision, choice.model),
            Self::Lock(lock) => choice.with_lock(lock),
            Self::Rule(ref rule) => choice.with_rule(rule),
            Self::ToStop(_) => return None,
        })
    }
}

impl Page for Race {
    fn open(&mut self, hash: &str, shared: &mut Shared) {
        self.awaited = RaceLink::is_awaited(hash).then(|| unsigned(hash).to_owned());
        if self.awaited.is_some() {
            return shared.rare.ask();
        }
        let (link, problems) =
            RaceLink::parse(hash).unwrap_or_else(|| (RaceLink::new(Choice::first(FIRST)), Vec::new()));
        shared.notice = sentences(&problems);
        self.player.playing = false;
        // A branch that is there already, perhaps at another step.
        if !self.player.session.as_mut().is_some_and(|session| session.follow(&link)) {
            self.open_anew(&link, shared);
        }
        self.player.moved();
    }

    fn did(&mut self, deed: &Deed, shared: &mut Shared) -> bool {
        // Whoever does something else wants to see what it does.
        let played = std::mem::take(&mut self.player.playing);
        match *deed {
            Deed::Picked(List::Race, ref id)
                if race::awaited().iter().any(|of| of.names.contains(&&**id)) =>
            {
                self.open(&["v1/race/", id].concat(), shared);
            }
            Deed::Pressed(Mark::Command(Command::Find)) => self.ask(Question::Find, shared),
            Deed::Pressed(Mark::Command(Command::Prove)) => self.ask(Question::Prove, shared),
            Deed::Pressed(Mark::Command(Command::Cancel)) => self.forget_search(),
            Deed::Picked(list, ref id) => match Picked::of(list, id) {
                Some(Picked::ToStop(to_stop)) => self.player.to_stop = to_stop,
                Some(picked) => self.pick(&picked, shared),
                None => return false,
            },
            Deed::Pressed(Mark::Way(way)) => self.load(way as usize),
            _ => return self.player.did(deed, played),
        }
        self.player.moved();
        true
    }

    fn view(&self, shared: &Shared) -> El {
        let top = &shared.top;
        let asked = Asked {
            running: self.running.as_ref().map(|running| (running.question, running.report)),
            answer: self.answer.as_ref(),
        };
        let session = self.player.session.as_ref();
        let choices = session.map(|session| choices::choices(session.choice(), self.player.to_stop));
        el("main.pagewalk.race[tabindex=-1][aria-label=Race lab]")
            .attr("data-keys", Keys::Race.name())
            .child(header(top, choices, Some(actions(top, Some(ask(top, Place::Race))))))
            .child(said(shared))
            .children(
                [session.map(|session| goal::goal(session, &asked))].into_iter().chain(self.player.pieces()),
            )
    }

    fn link(&self) -> String {
        match (&self.awaited, &self.player.session) {
            (Some(awaited), _) => awaited.clone(),
            (None, Some(session)) => session.link().to_string(),
            (None, None) => Place::Race.link().to_owned(),
        }
    }

    fn title(&self) -> String {
        let choice = self.player.session.as_ref().map(Session::choice);
        let race = choice.map_or(Place::Race.title(), |choice| choice.race.title);
        format!("{race}, {}", Place::Race.title())
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
        Pulse { work: self.running.is_some(), beat: self.player.pulse() }
    }

    fn work(&mut self, _: &mut Shared) -> bool {
        let Some(running) = &mut self.running else { return false };
        running.report = running.search.run_slice();
        if !running.report.ended {
            return running.pace.is_due();
        }
        let found = running.search.found();
        let (question, report) = (running.question, running.report);
        self.running = None;
        let choice = self.player.session.as_ref().map(Session::choice);
        let says = choice.map_or_else(String::new, |choice| words::answer(question, choice, &found));
        let absent = choice.is_some_and(|choice| choice.absent().is_some());
        let safe = question == Question::Prove && found.is_safe() && !absent;
        let open = !found.complete;
        let ways = found.ways.into_iter().map(|(outcomes, way)| (words::outcomes(outcomes), way)).collect();
        self.answer = Some(Answer { question, says, safe, open, report, ways });
        if question == Question::Find {
            self.load(0);
            self.player.moved();
        }
        true
    }

    fn beat(&mut self, _: &mut Shared) {
        self.player.beat();
    }

    fn arrived(&mut self, shared: &mut Shared) {
        if let Some(hash) = self.awaited.take_if(|hash| !RaceLink::is_awaited(hash)) {
            self.open(&hash, shared);
        }
    }

    fn drawn(&mut self, root: &Element) {
        lanes::show_current(root);
    }
}

impl Figure for Race {
    fn figure(&self, shared: &Shared) -> [El; 2] {
        let figure = el("section.figure.race[aria-label=Figure]").attr("data-keys", Keys::Race.name());
        [said(shared), figure.children(self.player.pieces())]
    }
}

impl Race {
    /// Opens a link, or the nearest thing that works. What a search found stays as long as it is about the same choice.
    fn open_anew(&mut self, link: &RaceLink, shared: &mut Shared) {
        let before = self.player.session.as_ref().map(|session| *session.choice());
        match Session::open(link) {
            Ok((session, misfit)) => {
                self.player.session = Some(session);
                let misfit = misfit.map(|misfit| sentence(&misfit));
                shared.notice = match (shared.notice.take(), misfit) {
                    (Some(said), Some(misfit)) => Some([&said, " ", &misfit].concat()),
                    (said, misfit) => said.or(misfit),
                };
            }
            Err(error) => {
                self.player.session = Session::new(Choice::first(link.choice.race))
                    .or_else(|_| Session::new(Choice::first(FIRST)))
                    .ok();
                shared.notice =
                    Some(sentence(&format_args!("{error}; the race is shown with its first choices")));
            }
        }
        if before != self.player.session.as_ref().map(|session| *session.choice()) {
            self.forget_search();
        }
    }

    fn pick(&mut self, picked: &Picked, shared: &mut Shared) {
        self.awaited = None;
        let Some(session) = &self.player.session else { return };
        let Some(choice) = picked.apply(*session.choice()) else { return };
        let (choice, lacks) = choice.existing();
        match session.with_choice(choice) {
            Ok((session, misfit)) => {
                self.player.session = Some(session);
                let lacks = lacks.map(|lacks| sentence(&lacks));
                shared.notice = lacks.or_else(|| misfit.map(|misfit| sentence(&misfit)));
                self.forget_search();
            }
            Err(error) => shared.notice = Some(sentence(&format_args!("{error}; nothing was changed"))),
        }
    }

    fn forget_search(&mut self) {
        self.running = None;
        self.answer = None;
    }

    fn ask(&mut self, question: Question, shared: &mut Shared) {
        self.forget_search();
        let Some(session) = &self.player.session else { return };
        let choice = session.choice();
        match Sliced::new(choice, aim(question, choice)) {
            Ok(search) => {
                let report = search.report();
                self.running = Some(Running { question, search, report, pace: Pace::default() });
            }
            Err(error) => shared.notice = Some(sentence(&error)),
        }
    }

    /// Shows a way that a search found, from its start.
    fn load(&mut self, way: usize) {
        let found = self.answer.as_ref().and_then(|answer| answer.ways.get(way));
        if let (Some((_, schedule)), Some(session)) = (found, &mut self.player.session) {
            session.load(schedule);
        }
    }
}

/// What a person must know, and how the races are doing that are not here.
fn said(shared: &Shared) -> El {
    let (failed, under) = coming(shared, Part::Rare);
    messages(shared, None, failed, under)
}

fn aim(question: Question, choice: &Choice) -> Aim {
    match question {
        Question::Find => Aim::Only(choice.race.aim),
        Question::Prove => Aim::Everything,
    }
}
