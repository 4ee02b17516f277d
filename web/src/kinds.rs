//! Kinds of steps together: bars of one colour, and what `[` and `]` go to.

use narrate::Mark;

use crate::named::named;

/// Kinds of steps that are drawn as bars of one colour: its class, and what they are.
pub const GROUPS: [(&str, &str); 7] = [
    ("kind-other", "calls and checks"),
    ("kind-levels", "tables, up and down"),
    ("kind-holes", "holes"),
    ("kind-leaves", "leaves and pages"),
    ("kind-writes", "changes"),
    ("kind-locks", "locks and assertions"),
    ("kind-faults", "what fails"),
];

/// The group of a kind, and how high its bar is, of ten.
pub const fn group(mark: Mark) -> (usize, u32) {
    match mark {
        Mark::Table | Mark::Descend | Mark::Ascend | Mark::Vma => (1, 6),
        Mark::Hole | Mark::Empty | Mark::NotPresent => (2, 3),
        Mark::Leaf | Mark::Page => (3, 8),
        Mark::Write | Mark::Split | Mark::Install | Mark::Flush | Mark::Free | Mark::Again => (4, 9),
        Mark::AssertHolds | Mark::Lock | Mark::Unlock | Mark::Delegate | Mark::Wait => (5, 10),
        Mark::AssertFails | Mark::CheckFailed | Mark::Fault | Mark::Bad => (6, 10),
        Mark::Start | Mark::Call | Mark::Check | Mark::Map | Mark::Act | Mark::Return => (0, 4),
    }
}

named! {
    /// Which steps `[` and `]` go to.
    pub enum Filter {
        /// Any step that is of another kind than its neighbour.
        Any = "any",
        /// Locks, assertions, the delegation, faults.
        Locks = "locks",
        /// Holes.
        Holes = "holes",
        /// Leaves.
        Leaves = "leaves",
        /// Steps up and down.
        Levels = "levels",
    }
}

impl Filter {
    /// For a person.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Any => "every change",
            Self::Locks => "locks, assertions",
            Self::Holes => "holes",
            Self::Leaves => "leaves",
            Self::Levels => "up and down",
        }
    }

    /// Its sign in the legend.
    pub const fn sign(self) -> Mark {
        match self {
            Self::Any => Mark::Start,
            Self::Locks => Mark::AssertHolds,
            Self::Holes => Mark::Hole,
            Self::Leaves => Mark::Leaf,
            Self::Levels => Mark::Descend,
        }
    }

    /// Whether it goes to steps of this kind.
    pub const fn takes(self, mark: Mark) -> bool {
        match self {
            Self::Any => true,
            Self::Locks => mark.is_landmark(),
            Self::Holes => matches!(mark, Mark::Hole),
            Self::Leaves => matches!(mark, Mark::Leaf),
            Self::Levels => matches!(mark, Mark::Descend | Mark::Ascend),
        }
    }
}
