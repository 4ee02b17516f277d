//! The lessons: text, stop by stop, each beside a walk or a race that can be stepped.
//!
//! The page owns a page of walks and one of races, hands on what a person does with them, and draws them as figures. What it knows
//! itself is which stop is shown, what was asked, and what was seen and answered by now.

mod kept;
mod paper;
mod question;

use lessons::{Ask, LESSONS, Lesson, Stop};
use narrate::Sheet;
use web_sys::Element;

use super::walk::Walk;
use super::{Figure, Page, Pulse, Races, Shown};
use crate::address::Form;
use crate::browser;
use crate::el::{El, el};
use crate::keys::Keys;
use crate::later::Part;
use crate::marks::{Command, Deed, Mark};
use crate::place::{ASK, Place, unknown};
use crate::run::Run;
use crate::shared::Shared;
use crate::view;
use crate::view::header::{actions, coming, header, messages};
use kept::Kept;
use question::Question;

/// The lessons.
#[derive(Debug)]
pub struct Learn {
    lessons: Vec<(&'static str, Lesson<'static>)>,
    /// The lesson and the stop that are shown, from 0; none is the list of lessons.
    here: Option<Here>,
    walk: Walk,
    /// What the part with the race lab has for a lesson.
    races: Option<Races>,
    race: Option<Box<dyn Figure>>,
    /// Where figures were left.
    left: Vec<(Here, String)>,
    question: Option<Question>,
    /// A walk or a race without a text, in which every question is asked.
    free: Option<Free>,
    kept: Kept,
    /// What figures have said, as they were left.
    said: Vec<(Here, String)>,
    /// Whether another stop is shown than was drawn last.
    turned: bool,
}

/// What was asked by now of a walk or a race without a text.
#[derive(Debug)]
struct Free {
    /// The link of the figure where it was opened, without the `#`.
    opened: String,
    /// Where the figure stood when the question was put, and where it stands since the answer.
    asked_at: String,
    answered_at: String,
    /// How many answers were right, and how many were given.
    right: u32,
    given: u32,
}

/// A stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Here {
    lesson: usize,
    stop: usize,
}

impl Default for Learn {
    fn default() -> Self {
        let lesson = |source: &lessons::Source| Some((source.name, source.lesson().ok()?));
        Self {
            lessons: LESSONS.iter().filter_map(lesson).collect(),
            here: None,
            walk: Walk::default(),
            races: None,
            race: None,
            left: Vec::new(),
            question: None,
            free: None,
            kept: Kept::read(),
            said: Vec::new(),
            turned: false,
        }
    }
}

impl Page for Learn {
    fn open(&mut self, hash: &str, shared: &mut Shared) {
        let (name, rest) = Place::Learn.rest(hash);
        if name == ASK {
            return self.open_free(rest.unwrap_or_default(), shared);
        }
        let (stop, more) = number_of(rest.unwrap_or_default());
        let (here, problem) = match self.lessons.iter().position(|(of, _)| *of == name) {
            // A lesson that there is not is not opened here.
            None => (None, None),
            Some(lesson) => {
                let (title, count) = (self.lessons[lesson].1.title, self.lessons[lesson].1.stops.len());
                match stop {
                    Some(stop) if stop == 0 || stop > count => {
                        let says = format!(
                            "The lesson \u{201c}{title}\u{201d} has no stop {stop}, only 1 to {count}. Choose one below."
                        );
                        (None, Some(says))
                    }
                    _ => (Some(Here { lesson, stop: stop.unwrap_or(1) - 1 }), None),
                }
            }
        };
        if here.is_none() || here != self.here || self.free.is_some() {
            self.go(here, shared);
        }
        let problem = problem.or_else(|| more.map(unknown));
        if problem.is_some() || here.is_none() {
            shared.notice = problem;
        }
    }

    fn did(&mut self, deed: &Deed, shared: &mut Shared) -> bool {
        match *deed {
            Deed::Pressed(Mark::Command(Command::NextStop)) if self.free.is_some() => self.ask_free(true),
            Deed::Pressed(Mark::Command(Command::NextStop)) => self.turn(true, shared),
            Deed::Pressed(Mark::Command(Command::PreviousStop)) => self.turn(false, shared),
            Deed::Pressed(Mark::Command(Command::Forget)) => self.kept.forget(),
            Deed::Pressed(Mark::Command(Command::Help)) if self.here.is_none() => shared.more.ask(),
            Deed::Pressed(Mark::Way(answer)) => {
                if let Some(question) = &mut self.question {
                    question.answer(answer as usize);
                    self.grade(shared);
                }
            }
            // What is missing is the part that has the races.
            Deed::Pressed(Mark::Command(Command::Retry))
                if self.figure_wanted().is_some() && self.figure_of().is_none() =>
            {
                shared.lab.retry();
            }
            _ => {
                self.stands();
                let done = self.figure_mut().is_some_and(|figure| figure.did(deed, shared));
                self.ask_free(false);
                return done;
            }
        }
        true
    }

    fn view(&self, shared: &Shared) -> El {
        let top = &shared.top;
        let page =
            el("main.pagewalk.learn[tabindex=-1][aria-label=Lessons]").attr("data-keys", keys(shared).name());
        let stop = self.here.zip(self.lesson());
        if stop.is_none() && self.free.is_none() {
            let lines = self.lessons.iter().map(|(name, lesson)| (*name, lesson, self.kept.seen(name)));
            return page
                .child(header(top, None, Some(actions(top, None))))
                .child(messages(shared, None, None, None))
                .child(view::learn::list(lines, !self.kept.is_empty()));
        }
        let [says, figure] = self.figure_of().map_or_else(
            || {
                let (failed, under) = coming(shared, Part::Lab);
                [messages(shared, None, failed, under), el("section.figure")]
            },
            |figure| figure.figure(shared),
        );
        let step = if self.is_race() { None } else { self.walk.run().map(Run::index) };
        let asked = self.question.as_ref().map(|question| question.view(step));
        // The figure as it is shown now, on its own page.
        let link = self.figure_of().map_or_else(|| self.figure_wanted().unwrap_or_default(), Page::link);
        let text = match (stop, &self.free) {
            (Some((here, (name, lesson))), _) => view::learn::stop(name, lesson, here.stop, asked, &link),
            (None, free) => {
                let score = free.as_ref().map_or((0, 0), |free| (free.right, free.given));
                view::learn::ask(asked, score, self.is_race(), &link)
            }
        };
        page.child(header(top, None, Some(actions(top, None)))).child(says).children([text, figure])
    }

    fn link(&self) -> String {
        match self.here.zip(self.lesson()) {
            Some((here, (name, _))) => view::learn::link(name, here.stop),
            None => match &self.free {
                Some(free) => {
                    let figure = self.figure_of().map_or_else(|| free.opened.clone(), Page::link);
                    ["v1/learn/", ASK, figure.strip_prefix("v1").unwrap_or_default()].concat()
                }
                None => Place::Learn.link().to_owned(),
            },
        }
    }

    fn title(&self) -> String {
        match self.stop() {
            Some(stop) => format!("{}, {}", stop.heading, Place::Learn.title()),
            None if self.free.is_some() => "Ask me first".to_owned(),
            None => Place::Learn.title().to_owned(),
        }
    }

    fn help(&self, shared: &Shared) -> Option<El> {
        match self.figure_of() {
            Some(figure) => figure.help(shared),
            None => shared.later.map(|_| view::help::text()),
        }
    }

    fn shown(&self) -> Option<Shown<'_>> {
        self.figure_of()?.shown()
    }

    fn answered(&self) -> Option<bool> {
        self.question.as_ref()?.answered()
    }

    fn paper(&self) -> Option<Sheet> {
        self.written()
    }

    fn takes_focus(&self) -> bool {
        true
    }

    fn pulse(&self) -> Pulse {
        self.figure_of().map(Page::pulse).unwrap_or_default()
    }

    fn work(&mut self, shared: &mut Shared) -> bool {
        let draw = self.figure_mut().is_some_and(|figure| figure.work(shared));
        self.stands();
        self.ask_free(false);
        self.grade(shared);
        draw
    }

    fn beat(&mut self, shared: &mut Shared) {
        if let Some(figure) = self.figure_mut() {
            figure.beat(shared);
        }
        self.ask_free(false);
    }

    fn arrived(&mut self, shared: &mut Shared) {
        if let Some(figure) = self.figure_mut() {
            figure.arrived(shared);
        }
        self.ask_free(false);
    }

    fn lend(&mut self, races: Races, shared: &mut Shared) {
        if self.races.is_none() {
            self.races = Some(races);
            if self.figure_wanted().is_some() && self.figure_of().is_none() {
                let notice = shared.notice.take();
                self.open_figure(self.left_at(), shared);
                self.ask();
                self.ask_free(false);
                shared.notice = notice.or(shared.notice.take());
            }
        }
    }

    fn drawn(&mut self, root: &Element) {
        if let Some(figure) = self.figure_mut() {
            figure.drawn(root);
        }
        if std::mem::take(&mut self.turned)
            && let Some(text) = root.query_selector(".lesson").ok().flatten()
        {
            text.set_scroll_top(0);
            // In another page neither its place nor its focus is ours.
            if !browser::has_elements() {
                text.scroll_into_view();
                browser::focus(&text, false);
            }
        }
    }
}

impl Learn {
    fn lesson(&self) -> Option<(&'static str, &Lesson<'static>)> {
        self.lessons.get(self.here?.lesson).map(|(name, lesson)| (*name, lesson))
    }

    fn stop(&self) -> Option<&Stop<'static>> {
        self.lesson()?.1.stops.get(self.here?.stop)
    }

    fn is_race(&self) -> bool {
        self.figure_wanted().is_some_and(|link| link.starts_with("v1/race"))
    }

    /// The link of the figure as the stop has it, or as it was opened without one.
    fn figure_wanted(&self) -> Option<String> {
        self.stop().map(address).or_else(|| Some(self.free.as_ref()?.opened.clone()))
    }

    /// The page that draws the figure of the stop, if it is here.
    fn figure_of(&self) -> Option<&dyn Figure> {
        self.figure_wanted()?;
        if self.is_race() { self.race.as_deref() } else { Some(&self.walk) }
    }

    fn figure_mut(&mut self) -> Option<&mut dyn Figure> {
        self.figure_wanted()?;
        if self.is_race() { Some(self.race.as_mut()?.as_mut()) } else { Some(&mut self.walk) }
    }

    /// Where the figure of the stop was left.
    fn left_at(&self) -> Option<String> {
        let here = self.here?;
        self.left.iter().find(|(of, _)| *of == here).map(|(_, link)| link.clone())
    }

    /// To another stop, or the list.
    fn go(&mut self, here: Option<Here>, shared: &mut Shared) {
        if let (Some(before), Some(figure)) = (self.here, self.figure_of()) {
            let link = figure.link();
            let says = paper::says(figure);
            self.left.retain(|(of, _)| *of != before);
            self.left.push((before, link));
            self.said.retain(|(of, _)| *of != before);
            self.said.extend(says.map(|says| (before, says)));
        }
        self.free = None;
        // A walk that plays would go on unseen.
        self.turned = self.here.is_some() || here.is_some();
        self.here = here;
        self.question = None;
        let Some(here) = here else { return };
        if let Some((name, _)) = self.lesson() {
            self.kept.see(name, here.stop);
        }
        self.open_figure(self.left_at(), shared);
        self.ask();
    }

    /// To the stop after this one, or before it. After the last one comes the list.
    fn turn(&mut self, on: bool, shared: &mut Shared) {
        let Some((here, (_, lesson))) = self.here.zip(self.lesson()) else { return };
        let stop = if on { here.stop + 1 } else { here.stop.wrapping_sub(1) };
        let there = (stop < lesson.stops.len()).then_some(Here { stop, ..here });
        shared.notice = None;
        self.go(there, shared);
    }

    /// Opens the figure of the stop, where it was left or as the lesson has it.
    fn open_figure(&mut self, left: Option<String>, shared: &mut Shared) {
        let Some(link) = left.or_else(|| self.figure_wanted()) else { return };
        if self.is_race() && self.race.is_none() {
            match self.races {
                Some(races) => self.race = Some((races.page)()),
                None => return shared.lab.ask(),
            }
        }
        if let Some(figure) = self.figure_mut() {
            figure.open(&link, shared);
        }
    }

    /// Puts the question of the stop, if it has one and what grades it is here.
    fn ask(&mut self) {
        let Some((stop, ask)) = self.stop().and_then(|stop| Some((stop, stop.ask?))) else { return };
        self.question = match (ask, self.races) {
            (Ask::Entry, _) => Some(Question::entry()),
            (Ask::Assertion, _) => Some(Question::assertion()),
            (Ask::Cpu, Some(races)) => (races.moves)(&address(stop)).map(Question::cpu),
            (Ask::Cpu, None) => None,
        };
    }

    /// Where the question of a stop was put, what it asks for is found before the figure goes on.
    fn stands(&mut self) {
        let Some(asked_at) = self.stop().map(address) else { return };
        if let Some(question) = self.question.as_mut().filter(|_| self.walk.link() == asked_at) {
            question.stands(self.walk.run());
        }
    }

    /// Grades the answer that was given, as soon as that can be done, and steps the figure to what was asked.
    fn grade(&mut self, shared: &mut Shared) {
        let asked_at = match &self.free {
            Some(free) => free.asked_at.clone(),
            None => self.stop().map(address).unwrap_or_default(),
        };
        let Some(question) = self.question.as_mut().filter(|question| question.is_open()) else { return };
        let right = match question.next() {
            Some(on) => {
                let Some(race) = &mut self.race else { return };
                race.open(&on, shared);
                question.grade(None)
            }
            None => {
                // What was asked is what comes after the step of the lesson, wherever a person has gone since.
                let back = self.walk.link() != asked_at;
                if back {
                    self.walk.open(&asked_at, shared);
                }
                let Some((step, right)) = question.right(self.walk.run()) else { return };
                self.walk.did(&Deed::GoTo(step), shared);
                let says = self.walk.run().map(|run| run.point().sentence.clone());
                question.grade(Some((right, says.unwrap_or_default())))
            }
        };
        if let Some((here, (name, _))) = self.here.zip(self.lesson()) {
            self.kept.answer(name, here.stop, right);
        }
        let shown = self.figure_of().map(Page::link).unwrap_or_default();
        if let Some(free) = &mut self.free
            && std::mem::replace(&mut free.answered_at, shown).is_empty()
        {
            // The first answer counts.
            free.given += 1;
            free.right += u32::from(right);
        }
    }

    /// Opens a walk or a race in which every question is asked; `rest` is what stands in its own address behind `v1`.
    fn open_free(&mut self, rest: &str, shared: &mut Shared) {
        let link = ["v1", rest].concat();
        if self.free.is_some() && self.figure_of().is_some_and(|figure| figure.link() == link) {
            return;
        }
        self.go(None, shared);
        self.turned = true;
        let (asked_at, answered_at) = Default::default();
        self.free = Some(Free { opened: link, asked_at, answered_at, right: 0, given: 0 });
        self.open_figure(None, shared);
        self.ask_free(false);
    }

    /// Without a text: puts the question about what comes next, if the figure has been stepped since, or if somebody wants it now.
    fn ask_free(&mut self, now: bool) {
        let Some(shown) = self.figure_of().map(Page::link) else { return };
        let is_race = self.is_race();
        let Some(free) = &mut self.free else { return };
        let is_old = free.asked_at == shown && self.question.is_some();
        if !now && (is_old || free.answered_at == shown) {
            return;
        }
        let question = if is_race {
            // Nothing to ask again where nobody can make it go wrong.
            if !now && free.asked_at == shown {
                return;
            }
            self.races.and_then(|races| (races.moves)(&shown)).map(Question::cpu)
        } else {
            self.walk.run().and_then(Question::next_of)
        };
        free.asked_at = shown;
        free.answered_at.clear();
        self.question = question;
    }
}

impl Figure for Walk {
    fn figure(&self, shared: &Shared) -> [El; 2] {
        let figure = el("section.figure[aria-label=Figure]").attr("data-keys", Keys::Walk.name());
        [self.messages(shared), self.drawn_in(figure, shared)]
    }
}

/// The address of a stop's figure, without the `#`.
fn address(stop: &Stop<'_>) -> String {
    ["v1/", stop.figure].concat()
}

/// The number of a stop behind the name of a lesson, and what stands behind that.
fn number_of(rest: &str) -> (Option<usize>, Option<&str>) {
    let text = rest.strip_prefix('/').unwrap_or(rest);
    let digits = text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len());
    let (number, more) = text.split_at(digits);
    let more = Some(more).filter(|more| !matches!(*more, "" | "/" | "?"));
    if number.is_empty() {
        return (None, more);
    }
    // One that is too large for a number is the number of no stop.
    (Some(number.parse().unwrap_or(usize::MAX)), more)
}

/// In a room there is no text to scroll.
fn keys(shared: &Shared) -> Keys {
    if shared.top.form == Some(Form::Room) { Keys::Walk } else { Keys::Lesson }
}
