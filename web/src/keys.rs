//! Which key does what.
//!
//! Keys work only while the widget has focus, and a key that is handled does not go on to the page around it. A key
//! that the focused control needs itself (arrows in a list, space on a button) is left alone.

use web_sys::{Element, KeyboardEvent};

use crate::marks::{Command, Deed, Mark};
use crate::named::named;

named! {
    /// Which keys a page takes.
    pub enum Keys {
        /// Those that step a walk.
        Walk = "walk",
        /// Those that step a race: digits for its CPUs as well, and nothing plays, so that the space bar scrolls.
        Race = "race",
        /// Those of the stops of a lesson, and those that step its figure; the others scroll its text.
        Lesson = "lesson",
        /// Only help, leaving, and what says that there is nothing to present: there is something to read, which the other keys scroll.
        Text = "text",
    }
}

impl Keys {
    /// Whether the page takes a key that asks for `command`.
    const fn takes(self, command: Command) -> bool {
        match self {
            Self::Walk | Self::Race => true,
            Self::Lesson => !matches!(command, Command::Play),
            Self::Text => {
                matches!(command, Command::Help | Command::Words | Command::Present | Command::Leave)
            }
        }
    }
}

/// What the help of each page says of the key that fills the screen.
pub const PRESENT: (&str, &str) =
    ("f", "fill the screen, for a room: tables and sentence only, in large type; f or Esc ends that");

/// The keys and what they do, for the help.
pub const HELP: [(&str, &str); 12] = [
    ("← →", "one step back, one step on; so do Page Up and Page Down, which a clicker sends"),
    ("Shift ← →", "ten steps back, ten steps on"),
    ("Home, End", "first step, last step"),
    ("[ ]", "previous marker, next marker"),
    ("Space", "play or pause"),
    PRESENT,
    ("?", "show or hide this help"),
    ("g", "the words on this page, and what they mean"),
    (
        "Esc",
        "close this help or a message; else leave Pagewalk: its keys do nothing until it has the focus again",
    ),
    ("w", WHY),
    ("Tab", TAB),
    ("Enter", "on a field of the address, a slot or a line: to its next step"),
];

/// What the key for the reason does.
pub const WHY: &str = "reads out why: the rule behind an assertion, or the reason of what the step did";

/// What the Tab key and the arrows do together.
pub const TAB: &str = "to the next group of controls: there the arrows, Home and End go from one to the other, and do not step \
    until the focus is elsewhere";

/// What `key` asks for on an element with this tag name and role.
pub fn command(key: &str, tag: &str, role: Option<&str>) -> Option<Command> {
    let command = match key {
        // A clicker for talks sends the page keys, or a dot.
        "ArrowLeft" | "PageUp" => Command::Back,
        "ArrowRight" | "PageDown" | "." => Command::Next,
        "Home" => Command::First,
        "End" => Command::Last,
        "[" => Command::PreviousMarker,
        "]" => Command::NextMarker,
        " " => Command::Play,
        // On any page; only a lesson has stops.
        "n" => Command::NextStop,
        "p" => Command::PreviousStop,
        "w" => Command::Why,
        "?" => Command::Help,
        "f" => Command::Present,
        "g" => Command::Words,
        "Escape" => Command::Leave,
        _ => return None,
    };
    let taken = match tag {
        // A list uses the arrows, Home, End, the page keys, and letters to choose.
        "SELECT" => command != Command::Leave,
        // The only input is a button as well, that for files.
        "BUTTON" | "INPUT" | "A" | "SUMMARY" => command == Command::Play && role != Some("slider"),
        _ => false,
    };
    (!taken).then_some(command)
}

/// What a key event at `target` means on a page that takes `keys`; nothing while a modifier is held, which is the
/// browser's.
pub fn deed(keys: Keys, target: &Element, event: &KeyboardEvent) -> Option<Deed> {
    if event.ctrl_key() || event.meta_key() || event.alt_key() {
        return None;
    }
    let (key, tag) = (event.key(), target.tag_name());
    // A list chooses by digits as well.
    if let Some(digit) = digit(&key).filter(|_| keys == Keys::Race && tag != "SELECT") {
        return Some(Deed::Digit(digit));
    }
    let command = match command(&key, &tag, target.get_attribute("role").as_deref())? {
        Command::Back if event.shift_key() => Command::BackTen,
        Command::Next if event.shift_key() => Command::NextTen,
        command => command,
    };
    keys.takes(command).then_some(Deed::Pressed(Mark::Command(command)))
}

/// The digit that a key is.
pub fn digit(key: &str) -> Option<u32> {
    let mut letters = key.chars();
    letters.next().filter(|_| letters.next().is_none())?.to_digit(10)
}
