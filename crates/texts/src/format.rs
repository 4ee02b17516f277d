//! What a format is to this program.

use pgtable::Level;

use crate::draft::Draft;
use crate::{Arch, Machine, Rights, Row};

/// What a line is to a format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen<'a> {
    /// A range; its number of line is filled in by the reading.
    Row(Row),
    /// A range of which something does not fit together: the word, and what is wrong with it.
    Doubtful(Row, &'a str, String),
    /// `---[ NAME ]---`
    Header(&'a str),
    /// `… entries skipped …`: so many.
    Skipped(u64),
    /// Something that several lines make a range of.
    Fact(Fact),
    /// A line of this format that says nothing of an address: a heading, a prompt.
    Heading,
    /// It begins like a line of this format, and ends too early.
    Cut,
    /// It is a line of this format, and this word of it is wrong.
    Bad(&'a str, &'static str),
    /// No line of this format.
    Foreign,
}

impl Seen<'_> {
    /// Whether a line is one of the format.
    pub(crate) const fn is_whole(&self) -> bool {
        !matches!(self, Self::Cut | Self::Bad(..) | Self::Foreign)
    }
}

/// A line that belongs to others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fact {
    /// An address is asked for: by a command, or in the heading of an answer with the physical address beside it.
    Asked {
        /// The virtual address.
        addr: u64,
        /// What the heading says of it, which need not be from a walk.
        heading: Option<u64>,
    },
    /// The titles of the two addresses of an answer.
    Titles,
    /// `PGD DIRECTORY:`, where the root is.
    Root(u64),
    /// `PAGE DIRECTORY:`, where the root is; behind a `PGD DIRECTORY:` (x86) the top entry.
    Directory(u64),
    /// The entry of a level, and where it lies.
    Entry {
        /// The level by its printed name.
        level: Level,
        /// Address of the slot: physical on x86, the kernel's virtual one on arm64 and riscv.
        slot: u64,
        /// Its value.
        value: u64,
    },
    /// The page that the walk ends at.
    Page {
        /// Its physical address.
        physical: u64,
        /// Its size, where it is printed.
        bytes: Option<u64>,
    },
    /// Names of the leaf's flags: whose they are, where that can be told.
    Flags(Option<Arch>),
    /// The answer to a translation: where to, or that there is nothing.
    Answer(Option<u64>),
    /// The program says that there is no data, and why.
    NoData(&'static str),
}

/// Reads one format, line by line.
pub trait Format: Sync {
    /// What the format is called: `info-tlb-x86`.
    fn name(&self) -> &'static str;

    /// Which program prints it, and by which command, in a sentence.
    fn about(&self) -> &'static str;

    /// The program, where the text does not say its version.
    fn program(&self) -> &'static str;

    /// Whose rights it prints.
    fn rights(&self) -> Rights;

    /// What a line is. Whatever it holds, this returns.
    fn line<'a>(&self, line: &'a str) -> Seen<'a>;

    /// Keeps a fact. Where it is none, as nothing stands before it that would make it one, returns false.
    fn fact(&self, _fact: Fact, _draft: &mut Draft) -> bool {
        false
    }

    /// Whether its texts can be of this machine.
    fn accepts(&self, machine: &Machine) -> bool;

    /// The machines that all lines together fit, the likeliest first.
    fn fits(&self, draft: &Draft) -> Vec<Machine>;

    /// What is left to do when the machine is known, and what was assumed.
    fn settle(&self, draft: &mut Draft, machine: &Machine);

    /// The same for texts that do not tell a machine.
    fn settle_alone(&self, _draft: &mut Draft) {}
}

impl std::fmt::Debug for dyn Format {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Format({})", self.name())
    }
}

impl PartialEq for dyn Format {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name()
    }
}
