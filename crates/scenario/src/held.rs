//! How the locks of a scenario are held when it starts.

use mm::{LockMode, MmId, Task, World};

/// How a lock is held when the scenario starts, and by whom.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Held {
    /// By nobody.
    #[default]
    None,
    /// By the caller, for reading.
    Read,
    /// By the caller, for writing.
    Write,
    /// By another task, for reading: enough for an assertion without lockdep.
    OtherRead,
    /// By another task, for writing: enough for an assertion without lockdep.
    OtherWrite,
}

impl Held {
    /// All choices.
    pub const ALL: [Self; 5] = [Self::None, Self::Read, Self::Write, Self::OtherRead, Self::OtherWrite];

    /// Name in links.
    pub const fn id(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Read => "read",
            Self::Write => "write",
            Self::OtherRead => "other-read",
            Self::OtherWrite => "other-write",
        }
    }

    /// The choice with this name.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|held| held.id() == id)
    }

    /// For a person.
    pub const fn title(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Read => "read",
            Self::Write => "write",
            Self::OtherRead => "read, by another task",
            Self::OtherWrite => "write, by another task",
        }
    }

    /// Holds the lock of `mm` so.
    pub fn hold(self, world: &mut World, mm: MmId) {
        let (task, mode) = self.by();
        world.preset_lock(mm, task, mode);
    }

    /// Who holds it, and how.
    pub const fn by(self) -> (Task, LockMode) {
        match self {
            Self::None => (Task::Walker, LockMode::None),
            Self::Read => (Task::Walker, LockMode::Read),
            Self::Write => (Task::Walker, LockMode::Write),
            Self::OtherRead => (Task::Other, LockMode::Read),
            Self::OtherWrite => (Task::Other, LockMode::Write),
        }
    }
}
