//! Those who act in one world, by their places.

use core::fmt;

/// Most lanes of a model.
pub const MAX_LANES: usize = 8;

/// One of the actors of a model, by its place: 0 to 7, written `a` to `h`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lane(u8);

impl Lane {
    /// All lanes, first to last.
    pub const ALL: [Self; MAX_LANES] =
        [Self(0), Self(1), Self(2), Self(3), Self(4), Self(5), Self(6), Self(7)];

    /// The lane at this place, if there is one.
    pub const fn new(place: usize) -> Option<Self> {
        if place < MAX_LANES { Some(Self(place as u8)) } else { None }
    }

    /// Its place, 0 to 7.
    pub const fn index(self) -> usize {
        self.0 as usize
    }

    /// Its letter, `a` to `h`.
    pub const fn letter(self) -> char {
        (b'a' + self.0) as char
    }

    /// The lane with this letter.
    pub const fn from_letter(letter: char) -> Option<Self> {
        match letter {
            'a'..='h' => Some(Self(letter as u8 - b'a')),
            _ => None,
        }
    }
}

impl fmt::Display for Lane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Write::write_char(f, self.letter())
    }
}

/// What a lane can do in a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Turn {
    /// Take its next step.
    Move,
    /// Nothing: it waits for another lane.
    Wait,
    /// Nothing, and nothing is left to do. A lane that serves others (say, one that frees memory that they have handed to
    /// it) is done while nothing is asked of it, and may move again later.
    Done,
}

/// What the lanes can do in a state, a bit each: the first lane's lowest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Turns {
    /// Those that can move.
    pub moving: u8,
    /// Those that wait.
    pub waiting: u8,
}

impl Turns {
    /// The same, where one more lane has this turn.
    #[must_use]
    #[inline]
    pub const fn with(self, lane: Lane, turn: Turn) -> Self {
        let Self { moving, waiting } = self;
        let (moves, waits) = (matches!(turn, Turn::Move), matches!(turn, Turn::Wait));
        Self { moving: moving | (moves as u8) << lane.0, waiting: waiting | (waits as u8) << lane.0 }
    }

    /// Whether some lane waits and none can move.
    pub const fn is_deadlock(self) -> bool {
        self.waiting != 0 && self.moving == 0
    }
}
