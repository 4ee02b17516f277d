//! What all pages share: the message, the captures, the later parts, and what a page asks the shell for.

use capture::Capture;
use races::Beside;
use scenario::Library;

use crate::address::Form;
use crate::el::El;
use crate::files::Files;
use crate::later::{Later, Load, Part, PartError, Verdicts, Words};
use crate::place::Place;
use crate::progress::Progress;

/// How something that was asked for is doing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Loading<E> {
    /// On its way.
    Under(Progress),
    /// It will not come: what is wrong.
    Failed(E),
}

/// What all pages share.
#[derive(Debug)]
pub struct Shared {
    /// What a person must know, until they have read it.
    pub notice: Option<String>,
    /// The captured machines.
    pub captures: Captures,
    /// The files that a person opened.
    pub files: Files,
    /// The part of the program with the race lab.
    pub lab: PartState,
    /// The part with what a walk needs at times.
    pub more: PartState,
    /// The part with the lessons.
    pub learn: PartState,
    /// What the page of a walk has of that part, once it is here.
    pub later: Option<Later>,
    /// What explains the words of a page, once it is here.
    pub words: Option<Words>,
    /// The part that reads captured machines.
    pub tables: PartState,
    /// The part with two runs side by side.
    pub compare: PartState,
    /// The part that opens files and texts.
    pub door: PartState,
    /// The part with calls that a person puts together.
    pub call: PartState,
    /// The part with races that a person composes.
    pub switches: PartState,
    /// The part with races that not everybody asks for.
    pub rare: PartState,
    /// How far all can be trusted, which comes with that part.
    pub trust: Option<fn() -> El>,
    /// What it reads them with, once it is here.
    pub load: Option<Load>,
    /// What it has of the part with the race lab: whether a walk is safe beside other CPUs.
    pub beside: Option<fn(Beside) -> Box<dyn Verdicts>>,
    /// The scenarios that are here, and the names of those that arrive later.
    pub library: Library,
    /// What the header says.
    pub top: Top,
}

impl Default for Shared {
    fn default() -> Self {
        Self {
            notice: None,
            captures: Captures::default(),
            files: Files::default(),
            lab: PartState::default(),
            more: PartState::default(),
            learn: PartState::default(),
            later: None,
            words: None,
            tables: PartState::default(),
            compare: PartState::default(),
            door: PartState::default(),
            call: PartState::default(),
            switches: PartState::default(),
            rare: PartState::default(),
            trust: None,
            load: None,
            beside: None,
            library: Library::first(&callers::ABOUTS),
            top: Top::default(),
        }
    }
}

/// What the header says besides the page's own choices.
#[derive(Debug, Default)]
pub struct Top {
    /// The page that is shown.
    pub here: Option<Place>,
    /// By page, at its [`slot`](Place::slot): the link to it as it was left.
    pub links: [Option<String>; Place::ALL.len()],
    /// How the page shows it, if not as usual.
    pub form: Option<Form>,
    /// Whether the link to what is shown has been copied.
    pub copied: bool,
}

/// The captured machines, by the names of their folders. Each is fetched once.
#[derive(Debug, Default)]
pub struct Captures {
    kept: Vec<(&'static str, Capture)>,
    states: Vec<(&'static str, Loading<String>)>,
    asked: Vec<&'static str>,
}

impl Captures {
    /// The capture in this folder, if it is here.
    pub fn get(&self, folder: &str) -> Option<&Capture> {
        self.kept.iter().find(|(of, _)| *of == folder).map(|(_, capture)| capture)
    }

    /// Asks for it.
    pub fn ask(&mut self, folder: &'static str) {
        if !matches!(self.state(folder), Some(Loading::Under(_))) {
            self.set(folder, Some(Loading::Under(Progress::default())));
            self.asked.push(folder);
        }
    }

    /// How it is doing, if it was asked for and is not here.
    pub fn state(&self, folder: &str) -> Option<&Loading<String>> {
        self.states.iter().find(|(of, _)| *of == folder).map(|(_, state)| state)
    }

    /// Those that have to be fetched now.
    pub fn take_asked(&mut self) -> Vec<&'static str> {
        std::mem::take(&mut self.asked)
    }

    /// Whether one has to be fetched.
    pub fn are_asked(&self) -> bool {
        !self.asked.is_empty()
    }

    /// Part of one has arrived.
    pub fn progress(&mut self, folder: &'static str, progress: Progress) {
        self.set(folder, Some(Loading::Under(progress)));
    }

    /// One has arrived, or not.
    pub fn put(&mut self, folder: &'static str, result: Result<Capture, String>) {
        match result {
            Ok(capture) => {
                self.set(folder, None);
                self.kept.push((folder, capture));
            }
            Err(error) => self.set(folder, Some(Loading::Failed(error))),
        }
    }

    fn set(&mut self, folder: &'static str, state: Option<Loading<String>>) {
        self.states.retain(|(of, _)| *of != folder);
        self.states.extend(state.map(|state| (folder, state)));
    }
}

/// What an error says, as a sentence that stands alone.
pub fn sentence(error: &dyn std::fmt::Display) -> String {
    let mut text = error.to_string();
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    if !text.ends_with(['?', '.']) {
        text.push('.');
    }
    text
}

/// What several errors say, one after the other, the first ones of many: nobody reads more. Nothing if there is none.
pub fn sentences<E: std::fmt::Display>(errors: &[E]) -> Option<String> {
    let mut said = String::new();
    for error in errors.iter().take(8) {
        if !said.is_empty() {
            said.push(' ');
        }
        said.push_str(&sentence(error));
    }
    (!said.is_empty()).then_some(said)
}

impl Shared {
    /// The captured machines that have to be fetched now, and by what; as long as that is not here, it is asked for instead.
    pub fn take_asked(&mut self) -> Vec<(&'static str, Load)> {
        let Some(load) = self.load else {
            if self.captures.are_asked() && matches!(self.tables, PartState::Away) {
                self.tables.ask();
            }
            return Vec::new();
        };
        self.captures.take_asked().into_iter().map(|folder| (folder, load)).collect()
    }

    /// How a later part of the program is doing.
    pub const fn part(&self, part: Part) -> &PartState {
        match part {
            Part::Lab => &self.lab,
            Part::More => &self.more,
            Part::Tables => &self.tables,
            Part::Compare => &self.compare,
            Part::Learn => &self.learn,
            Part::Door => &self.door,
            Part::Call => &self.call,
            Part::Switches => &self.switches,
            Part::Rare => &self.rare,
        }
    }

    /// How a later part of the program is doing, to be changed.
    pub const fn part_mut(&mut self, part: Part) -> &mut PartState {
        match part {
            Part::Lab => &mut self.lab,
            Part::More => &mut self.more,
            Part::Tables => &mut self.tables,
            Part::Compare => &mut self.compare,
            Part::Learn => &mut self.learn,
            Part::Door => &mut self.door,
            Part::Call => &mut self.call,
            Part::Switches => &mut self.switches,
            Part::Rare => &mut self.rare,
        }
    }
}

/// A part of the program that arrives later, and how it is doing.
#[derive(Debug, Default)]
pub enum PartState {
    /// Nobody has asked for it.
    #[default]
    Away,
    /// A page asks for it.
    Asked,
    /// On its way, or it will not come.
    Loading(Loading<PartError>),
    /// Here.
    Here,
}

impl PartState {
    /// As its arrival leaves it.
    pub fn of<T>(arrived: &Result<T, PartError>) -> Self {
        match arrived {
            Ok(_) => Self::Here,
            Err(error) => Self::Loading(Loading::Failed(error.clone())),
        }
    }

    /// Asks for it; after a failure once more.
    pub fn ask(&mut self) {
        if matches!(self, Self::Away | Self::Loading(Loading::Failed(_))) {
            *self = Self::Asked;
        }
    }

    /// Asks for it once more, if it has failed. Returns whether it has.
    pub fn retry(&mut self) -> bool {
        let failed = matches!(self, Self::Loading(Loading::Failed(_)));
        if failed {
            self.ask();
        }
        failed
    }

    /// Whether it has to be fetched now; then it is on its way.
    pub fn take_asked(&mut self) -> bool {
        let asked = matches!(self, Self::Asked);
        if asked {
            *self = Self::Loading(Loading::Under(Progress::default()));
        }
        asked
    }
}
