//! What an element stands for, and what a person did with it.
//!
//! A view marks an element with a [`Mark`], written into one attribute. The widget listens once for each kind of event
//! ([`events`](crate::events)), reads the mark of the element that was pressed, and hands the page a [`Deed`]. So no
//! view attaches a listener, and each kind of mark is written and read in this file only.

use js_sys::Array;
use pgtable::Level;

use crate::kinds::Filter;
use crate::named::named;

/// The attribute that holds a mark.
pub const ATTRIBUTE: &str = "data-does";

named! {
    /// What a key or a button asks for.
    pub enum Command {
        /// To the first step.
        First = "first",
        /// One step back.
        Back = "back",
        /// One step on.
        Next = "next",
        /// To the last step.
        Last = "last",
        /// Ten steps back.
        BackTen = "back-ten",
        /// Ten steps on.
        NextTen = "next-ten",
        /// To the marker before this step.
        PreviousMarker = "previous-marker",
        /// To the marker after this step.
        NextMarker = "next-marker",
        /// Play or pause.
        Play = "play",
        /// Show or hide the help.
        Help = "help",
        /// Show the help at the words of the page.
        Words = "words",
        /// Leave the widget.
        Leave = "leave",
        /// Put the focus past the header.
        Controls = "controls",
        /// Read the reason of the step out.
        Why = "why",
        /// Copy the link to this step.
        CopyLink = "copy-link",
        /// Try again to load.
        Retry = "retry",
        /// The message has been read.
        Dismiss = "dismiss",
        /// Show all scenarios, or not any more.
        Gallery = "gallery",
        /// Show the levels of the machine, or the step again.
        Levels = "levels",
        /// Do not compare the levels with those of the machine before.
        Alone = "alone",
        /// Search a race for a way to its goal.
        Find = "find",
        /// Search a race for all that can go wrong.
        Prove = "prove",
        /// End the search of a race.
        Cancel = "cancel",
        /// Stop searching the matrix for now.
        Pause = "pause",
        /// Go on searching the matrix.
        GoOn = "go-on",
        /// Show or hide what can be taken away of what is shown, and where else it can be shown.
        Share = "share",
        /// Fill the screen for a room, or no longer.
        Present = "present",
        /// Copy the answer about a walk as text.
        CopyText = "copy-text",
        /// To the stop of a lesson before this one.
        PreviousStop = "previous-stop",
        /// To the next stop.
        NextStop = "next-stop",
        /// Forget which stops were seen, and the answers.
        Forget = "forget",
    }
}

named! {
    /// A list to choose from.
    pub enum List {
        /// The scenario.
        Scenario = "scenario",
        /// The machine.
        Machine = "machine",
        /// The kernel.
        Kernel = "kernel",
        /// The lock of the walked mm; in a race, how the walker holds its lock.
        Lock = "lock",
        /// The lock of `init_mm` besides.
        InitLock = "init",
        /// What a step is.
        Grain = "grain",
        /// How fast play is.
        Speed = "speed",
        /// The race.
        Race = "race",
        /// The rule that the other CPU follows.
        Rule = "rule",
        /// How far a press steps a CPU.
        Stride = "stride",
        /// The kernel of the run on the right.
        OtherKernel = "other-kernel",
        /// Its machine.
        OtherMachine = "other-machine",
        /// How its lock is held.
        OtherLock = "other-lock",
        /// The function that walks.
        Function = "function",
        /// The format of a text.
        Format = "format",
        /// Whose tables are walked.
        Whose = "whose",
        /// What the range may hold.
        Holds = "holds",
        /// What the walk holds besides its lock.
        Also = "also",
    }
}

impl Command {
    /// The step that a command goes to which counts them, where `at` is shown of `last`.
    pub const fn step(self, at: u32, last: u32) -> Option<u32> {
        let step = match self {
            Self::First => 0,
            Self::Back => at.saturating_sub(1),
            Self::Next => at + 1,
            Self::Last => last,
            Self::BackTen => at.saturating_sub(10),
            Self::NextTen => at + 10,
            _ => return None,
        };
        Some(if step < last { step } else { last })
    }
}

/// What an element stands for. What a press does is said for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// A command: it is done.
    Command(Command),
    /// A list: a choice in it is made.
    List(List),
    /// A level (a field of the address, a column, a frame of the call stack): to its next step.
    Level(Level),
    /// Slots of the table of a level, first and last: to their next step.
    Slots(Level, u32, u32),
    /// A line of the listing, from 0: to its next step.
    Line(u32),
    /// A line of the dump, from 0: to the step that noted its first entry.
    DumpLine(u32),
    /// A lane of a race, from 0; RCU's comes after the CPUs': it takes a step.
    Lane(u32),
    /// A branch of a race, from 0: it is shown.
    Branch(u32),
    /// A way that a search found, from 0: it is loaded; or an answer to the question of a lesson: it is given; or what else a page
    /// numbers.
    Way(u32),
    /// A variant of the matrix, from 0, at a place of the page: it is searched first.
    Variant(u32, u32),
    /// A table of the matrix, from 0, that opens and closes.
    Table(u32),
    /// Something on the [`Desk`](crate::desk::Desk), by its number there.
    Desk(u32),
    /// Signs of the time slider: `[` and `]` go to them, or not only to them any more.
    Filter(Filter),
}

impl Mark {
    /// The mark as the value of an attribute: words with blanks between them.
    pub fn to_attr(self) -> String {
        let (kind, name, numbers): (_, _, [Option<u32>; 2]) = match self {
            Self::Command(command) => (command.name(), None, [None; 2]),
            Self::List(list) => ("list", Some(list.name()), [None; 2]),
            Self::Level(level) => ("level", Some(level.name()), [None; 2]),
            Self::Slots(level, first, last) => ("slots", Some(level.name()), [Some(first), Some(last)]),
            Self::Line(line) => ("line", None, [Some(line), None]),
            Self::DumpLine(line) => ("dump-line", None, [Some(line), None]),
            Self::Lane(lane) => ("lane", None, [Some(lane), None]),
            Self::Branch(branch) => ("branch", None, [Some(branch), None]),
            Self::Way(way) => ("way", None, [Some(way), None]),
            Self::Variant(variant, place) => ("variant", None, [Some(variant), Some(place)]),
            Self::Table(table) => ("table", None, [Some(table), None]),
            Self::Desk(what) => ("desk", None, [Some(what), None]),
            Self::Filter(filter) => ("filter", Some(filter.name()), [None; 2]),
        };
        let mut text = kind.to_owned();
        let numbers = numbers.into_iter().flatten().map(|number| number.to_string());
        for word in name.map(str::to_owned).into_iter().chain(numbers) {
            text.push(' ');
            text.push_str(&word);
        }
        text
    }

    /// The mark that an attribute holds.
    pub fn from_attr(text: &str) -> Option<Self> {
        let mut words = text.split(' ');
        let kind = words.next()?;
        if let Some(command) = Command::from_name(kind) {
            return Some(Self::Command(command));
        }
        let word = words.next()?;
        let number = || word.parse().ok();
        Some(match kind {
            "list" => Self::List(List::from_name(word)?),
            "level" => Self::Level(Level::from_name(word)?),
            "slots" => {
                let mut number = || words.next()?.parse().ok();
                Self::Slots(Level::from_name(word)?, number()?, number()?)
            }
            "line" => Self::Line(number()?),
            "dump-line" => Self::DumpLine(number()?),
            "lane" => Self::Lane(number()?),
            "branch" => Self::Branch(number()?),
            "way" => Self::Way(number()?),
            "variant" => Self::Variant(number()?, words.next()?.parse().ok()?),
            "table" => Self::Table(number()?),
            "desk" => Self::Desk(number()?),
            "filter" => Self::Filter(Filter::from_name(word)?),
            _ => return None,
        })
    }
}

/// Something that a person did.
#[derive(Clone, Debug, PartialEq)]
pub enum Deed {
    /// An element with this mark was pressed, or a key that stands for a command.
    Pressed(Mark),
    /// Files, or a text, were dropped on the page, or pasted where nothing is written.
    Brought(Array),
    /// An option of a list was chosen, by its value.
    Picked(List, String),
    /// A table of the matrix was opened or closed.
    Opened(u32, bool),
    /// A place on the time slider: show this step.
    GoTo(u32),
    /// A digit was pressed on the page of a race.
    Digit(u32),
    /// The pointer or the focus is on something of a level, or has left it.
    Hot(Option<Level>),
}
