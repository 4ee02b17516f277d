//! What can be taken away of what is shown, as text, and where else it can be shown.

use narrate::sheet::Wanted;

use super::button;
use crate::el::{El, el};
use crate::keys::Keys;
use crate::marks::{Command, Deed, Mark};

/// As what it is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum As {
    /// Plain text.
    Text,
    /// Markdown.
    Markdown,
    /// The address.
    Link,
    /// A frame for another page, as HTML.
    Frame,
    /// An element for another page, as HTML.
    Element,
    /// A figure in Markdown.
    Figure,
    /// The commands that make files of it.
    Files,
}

impl As {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Text, Self::Markdown, Self::Link, Self::Frame, Self::Element, Self::Figure, Self::Files];

    const fn title(self) -> &'static str {
        match self {
            Self::Text => "Plain text",
            Self::Markdown => "Markdown",
            Self::Link => "Link",
            Self::Frame => "Frame",
            Self::Element => "Element",
            Self::Figure => "Figure",
            Self::Files => "Files",
        }
    }

    const fn about(self) -> &'static str {
        match self {
            Self::Text | Self::Markdown => "",
            Self::Link => "The address of this step.",
            Self::Frame => "HTML for another page: the walk in a frame.",
            Self::Element => {
                "HTML for another page: the walk as an element of it. Several on one page share one program."
            }
            Self::Figure => {
                "Markdown with a figure that links to this step. The command line draws the figure."
            }
            Self::Files => {
                "Commands that write a figure (SVG, text), and the walk as one HTML file, which needs no network."
            }
        }
    }
}

/// As what file it is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Save {
    /// The figure of the step.
    Svg,
    /// The same as a picture of points.
    Png,
    /// What is shown as plain text.
    Text,
    /// The page with all that it needs.
    Html,
}

impl Save {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Svg, Self::Png, Self::Text, Self::Html];

    const fn title(self) -> &'static str {
        match self {
            Self::Svg => "SVG",
            Self::Png => "PNG",
            Self::Text => "Text",
            Self::Html => "One file",
        }
    }

    const fn about(self) -> &'static str {
        match self {
            Self::Svg => "A figure of this step, for documents and slides.",
            Self::Png => "The same figure as a picture, for where SVG is not taken.",
            Self::Text => "What is chosen above, as plain text.",
            Self::Html => "The walk as one HTML file: it opens from a disk, without a network.",
        }
    }

    /// What stands behind the name of such a file.
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Svg => "svg",
            Self::Png => "png",
            Self::Text => "txt",
            Self::Html => "html",
        }
    }
}

/// What can be pressed on the desk, and what happens there by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Press {
    /// This is wanted as text.
    Take(Wanted),
    /// In this form.
    As(As),
    /// Copy it.
    Copy,
    /// It has been copied, or not.
    Copied,
    /// The link to what is shown has been copied, or not.
    LinkCopied,
    /// Save it as a file.
    Save(Save),
    /// It has been saved, or not.
    Saved,
    /// Print.
    Print,
    /// The browser prints, or has.
    OnPaper,
    /// The browser has printed.
    OffPaper,
    /// Fill the screen.
    FillScreen,
    /// Something fills the screen, or does not any more.
    Screen,
    /// Open a second window, or close it.
    Second,
    /// Another window has said something.
    Heard,
    /// Try once more to show what the first window shows.
    Follow,
}

impl Press {
    /// All of them.
    pub const ALL: [Self; 27] = [
        Self::Take(Wanted::Step),
        Self::Take(Wanted::Card),
        Self::Take(Wanted::Steps),
        Self::Take(Wanted::Paper),
        Self::As(As::Text),
        Self::As(As::Markdown),
        Self::As(As::Link),
        Self::As(As::Frame),
        Self::As(As::Element),
        Self::As(As::Figure),
        Self::As(As::Files),
        Self::Copy,
        Self::Copied,
        Self::LinkCopied,
        Self::Save(Save::Svg),
        Self::Save(Save::Png),
        Self::Save(Save::Text),
        Self::Save(Save::Html),
        Self::Saved,
        Self::Print,
        Self::OnPaper,
        Self::OffPaper,
        Self::FillScreen,
        Self::Screen,
        Self::Second,
        Self::Heard,
        Self::Follow,
    ];

    /// The one with this number.
    pub fn from_number(number: u32) -> Option<Self> {
        Self::ALL.get(number as usize).copied()
    }

    fn mark(self) -> Mark {
        Mark::Desk(Self::ALL.iter().position(|of| *of == self).unwrap_or_default() as u32)
    }

    /// As something that a person did.
    pub fn deed(self) -> Deed {
        Deed::Pressed(self.mark())
    }

    /// A button for it.
    pub fn button(self) -> El {
        el("button[type=button]").does(self.mark())
    }
}

/// What is known of what can be taken away.
#[derive(Debug)]
pub struct Known<'a> {
    /// What there is.
    pub offered: &'a [Wanted],
    /// What of it is shown.
    pub wanted: Wanted,
    /// In which forms it can be had.
    pub ways: &'a [As],
    /// In which form it is shown.
    pub way: As,
    /// The text.
    pub text: Option<&'a str>,
    /// What came of what was pressed.
    pub says: &'a str,
    /// As which files it can be saved.
    pub saves: &'a [Save],
    /// The link to the table of steps.
    pub table: &'a str,
    /// Whether a second window follows.
    pub is_followed: bool,
}

const fn title(wanted: Wanted) -> &'static str {
    match wanted {
        Wanted::Step => "This step",
        Wanted::Card => "The assertion",
        Wanted::Steps => "All steps",
        Wanted::Paper => "The lesson",
    }
}

/// What can be taken away, and where else it can be shown.
pub fn share(known: &Known<'_>) -> El {
    let choice = |press: Press, is: bool, title: &'static str| {
        press.button().attr("aria-pressed", if is { "true" } else { "false" }).child(title)
    };
    let offered = known.offered.iter().map(|of| choice(Press::Take(*of), *of == known.wanted, title(*of)));
    let ways = known.ways.iter().map(|of| choice(Press::As(*of), *of == known.way, of.title()));
    // Of what goes into another page there is only one.
    let is_text = matches!(known.way, As::Text | As::Markdown);
    let about = (!is_text).then(|| el("p.share-about").child(known.way.about()));
    let text = known.text.unwrap_or("There is nothing to copy yet.");
    let way = |what: El, says: &'static str| el("li").child(what).child(el("span").child(says));
    let (second, follows) = if known.is_followed {
        ("Close the second window", "It shows what is shown here, step by step.")
    } else {
        ("Second window", "For a projector: it shows what is shown here, step by step, in large type.")
    };
    let table = el("a").attr("href", &["#", known.table].concat()).child("Table of steps");
    // Its keys are its own: the arrows scroll it, and do not step what is under it.
    el("div.share[role=dialog][aria-label=Copy, print, show][tabindex=-1]")
        .attr("data-keys", Keys::Text.name())
        .child(
            el("div.share-head").child(el("h2").child("Copy")).child(button(Command::Share).child("Close")),
        )
        .child(
            el("div.share-what")
                .child(is_text.then(|| el("div[role=group][aria-label=What]").children(offered)))
                .child(el("div[role=group][aria-label=Form]").children(ways)),
        )
        .child(about)
        .child(el("pre[tabindex=0][role=group][aria-label=The text]").child(text))
        .child(
            el("p.share-copy")
                .child(Press::Copy.button().child("Copy"))
                .child(el("span[role=status]").child(known.says)),
        )
        .child(el("h2").child("Save"))
        .child(el("ul.share-files").children(
            known.saves.iter().map(|of| way(Press::Save(*of).button().child(of.title()), of.about())),
        ))
        .child(el("h2").child("Print, show"))
        .child(
            el("ul.share-ways")
                .child(way(
                    Press::Print.button().child("Print"),
                    "The table of steps, or the text of a lesson, without controls.",
                ))
                .child(way(table, "All steps with what each says, as a page."))
                .child(way(
                    button(Command::Present).child("Fill the screen").child(el("kbd").child("f")),
                    "For a room: tables and sentence only, in large type.",
                ))
                .child(way(Press::Second.button().child(second), follows)),
        )
}
