//! Which key does what.
//!
//! Keys work only while the widget has focus, and a key that is handled does not go on to the page around it. A key
//! that the focused control needs itself (arrows in a list, space on a button) is left alone.

use web_sys::{Element, KeyboardEvent};

/// What a key or a button asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// To the first step.
    First,
    /// One step back.
    Back,
    /// One step on.
    Next,
    /// To the last step.
    Last,
    /// Ten steps back.
    BackTen,
    /// Ten steps on.
    NextTen,
    /// To the marker before this step.
    PreviousMarker,
    /// To the marker after this step.
    NextMarker,
    /// Play or pause.
    Play,
    /// Show or hide the help.
    Help,
    /// Leave the widget.
    Leave,
    /// Copy the link to this step.
    CopyLink,
    /// Try again to load.
    Retry,
    /// The message has been read.
    Dismiss,
    /// Show the levels of the machine, or the step again.
    Levels,
    /// Do not compare the levels with those of the machine before.
    Alone,
}

/// Names of the commands, for elements that stand for one.
const NAMES: [(Command, &str); 16] = [
    (Command::First, "First"),
    (Command::Back, "Back"),
    (Command::Next, "Next"),
    (Command::Last, "Last"),
    (Command::BackTen, "BackTen"),
    (Command::NextTen, "NextTen"),
    (Command::PreviousMarker, "PreviousMarker"),
    (Command::NextMarker, "NextMarker"),
    (Command::Play, "Play"),
    (Command::Help, "Help"),
    (Command::Leave, "Leave"),
    (Command::CopyLink, "CopyLink"),
    (Command::Retry, "Retry"),
    (Command::Dismiss, "Dismiss"),
    (Command::Levels, "Levels"),
    (Command::Alone, "Alone"),
];

impl Command {
    /// Its name.
    pub const fn name(self) -> &'static str {
        NAMES[self as usize].1
    }

    /// The command with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        NAMES.iter().find(|(_, of)| *of == name).map(|(command, _)| *command)
    }
}

/// The keys and what they do, for the help.
pub const HELP: [(&str, &str); 9] = [
    ("← →", "one step back, one step on"),
    ("Page Down, Page Up", "ten steps back, ten steps on"),
    ("Home, End", "first step, last step"),
    ("[ ]", "previous marker, next marker"),
    ("Space", "play or pause"),
    ("?", "show or hide this help"),
    ("Esc", "leave the widget: keys belong to the page around it again"),
    ("Tab", "to the next control"),
    ("Enter", "on a field of the address, a slot or a line: to its next step"),
];

/// What `key` asks for on an element with this tag name and role.
pub fn command(key: &str, tag: &str, role: Option<&str>) -> Option<Command> {
    let command = match key {
        "ArrowLeft" => Command::Back,
        "ArrowRight" => Command::Next,
        "PageUp" => Command::NextTen,
        "PageDown" => Command::BackTen,
        "Home" => Command::First,
        "End" => Command::Last,
        "[" => Command::PreviousMarker,
        "]" => Command::NextMarker,
        " " => Command::Play,
        "?" => Command::Help,
        "Escape" => Command::Leave,
        _ => return None,
    };
    let taken = match tag {
        // A list uses the arrows, Home, End, the page keys, and letters to choose.
        "SELECT" => command != Command::Leave,
        "INPUT" | "TEXTAREA" => command != Command::Leave,
        "BUTTON" | "A" | "SUMMARY" => command == Command::Play && role != Some("slider"),
        _ => false,
    };
    (!taken).then_some(command)
}

/// What a key event at `target` asks for; nothing while a modifier is held, which is the browser's.
pub fn command_of(target: &Element, event: &KeyboardEvent) -> Option<Command> {
    if event.ctrl_key() || event.meta_key() || event.alt_key() {
        return None;
    }
    command(&event.key(), &target.tag_name(), target.get_attribute("role").as_deref())
}
