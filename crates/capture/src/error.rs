//! Why a file cannot be read: what is wrong, where, and what to do.

use mm::WorldError;
use pgtable::PhysAddr;

/// A file cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImportError {
    /// Larger than [`Limits::bytes`](crate::Limits).
    #[error("the file has more than {} MiB once it is unpacked; a capture has less than one", .0 >> 20)]
    TooLarge(usize),
    /// Not gzip, or cut off.
    #[error("the file cannot be unpacked: it is damaged or cut off")]
    Unpack,
    /// Nothing but blanks.
    #[error("the file is empty")]
    Empty,
    /// No importer knows it.
    #[error("the file is in no format that this program reads; it begins with \u{201c}{0}\u{201d}")]
    Unrecognised(String),
    /// Not JSON.
    #[error("not JSON: {0}")]
    Syntax(String),
    /// Something is missing or of another kind than it must be.
    #[error("{place} must be {expected}")]
    Shape {
        /// Where: `tables[3].pa`.
        place: String,
        /// What must be there.
        expected: &'static str,
    },
    /// A `format` that this program does not know.
    #[error("the format is \u{201c}{0}\u{201d}; this program reads \u{201c}ptcapture-1\u{201d}")]
    Format(String),
    /// No model has this geometry.
    #[error("no model for {arch} with {levels}: this architecture is not modelled yet")]
    UnknownModel {
        /// The file's `arch`.
        arch: String,
        /// The file's levels, for a person.
        levels: String,
    },
    /// A table has another number of slots than its level.
    #[error("the {level} table at {pa:#x} claims {slots} slots; a {level} table has {expected}")]
    Slots {
        /// Name of the level.
        level: &'static str,
        /// Where the table lies.
        pa: PhysAddr,
        /// What the file says.
        slots: u32,
        /// What the model says.
        expected: u32,
    },
    /// A table's level does not exist.
    #[error("the table at {pa:#x} is of level \u{201c}{level}\u{201d}, which this machine does not have")]
    Level {
        /// Where the table lies.
        pa: PhysAddr,
        /// What the file says.
        level: String,
    },
    /// A root is not the table that the file says that it is.
    #[error("roots.{root} is no table of level \u{201c}{level}\u{201d}, as root_levels says")]
    RootLevel {
        /// Which root.
        root: String,
        /// Its level in `root_levels`.
        level: String,
    },
    /// A slot number is too large.
    #[error("slot {slot} of the table at {pa:#x} is beyond its {slots} slots")]
    Slot {
        /// Where the table lies.
        pa: PhysAddr,
        /// The slot.
        slot: u32,
        /// How many there are.
        slots: u32,
    },
    /// A table lies where none can.
    #[error("the table at {0:#x} does not lie at a multiple of the size of its entries")]
    Unaligned(PhysAddr),
    /// Together the tables would take too much memory.
    #[error("up to {place} the tables hold more than {most} entries together")]
    TooManyEntries {
        /// The table that is one too many.
        place: String,
        /// [`Limits::entries`](crate::Limits).
        most: usize,
    },
    /// The tables do not make a world.
    #[error(transparent)]
    World(#[from] WorldError),
}

impl ImportError {
    /// What a person can do about it.
    pub const fn remedy(&self) -> &'static str {
        match self {
            Self::TooLarge(_) | Self::TooManyEntries { .. } => {
                "Capture fewer tables: those of one root are enough."
            }
            Self::Unpack | Self::Empty => {
                "Copy the file once more, and compare its size with the original's."
            }
            Self::Unrecognised(_) => "Choose another file.",
            Self::Syntax(_) => "If the file ends early, copy it once more.",
            Self::Format(_) | Self::Shape { .. } | Self::Level { .. } => {
                "What the file must hold is described in tests/captures/README.md."
            }
            Self::RootLevel { .. }
            | Self::Slots { .. }
            | Self::Slot { .. }
            | Self::Unaligned(_)
            | Self::World(_) => {
                "Either the file is damaged, or it was written with another page size or other levels."
            }
            Self::UnknownModel { .. } => "The machines that are modelled are those in the list.",
        }
    }
}

/// At most this much of a foreign text goes into a message.
pub fn clip(text: &str) -> String {
    text.chars().take(40).collect()
}
