//! Who holds locks and how, and what an assertion finds.
//!
//! # The locks of a world
//!
//! - An rwsem (`mmap_lock`, the lock of a VMA, `mem_hotplug_lock`, `i_mmap_rwsem`) has one writer or many readers, and a queue in the
//!   order in which tasks came ([`Rwsem`](crate::Rwsem)). A task that asks goes to the end of the queue unless it is empty and the
//!   lock is free for its mode. So a reader behind a waiting writer waits, even if it reads already: the lock is fair, and a
//!   nested read lock can deadlock. A trylock fails where the task would have to wait. A writer can become a reader in one step.
//! - A spinlock or mutex (page-table locks, `cpa_lock`, `pgtable_split_lock`) is held by one task or by none, and has no queue.
//! - RCU: a freed table is there until every read section that began before has ended ([`Frames`](crate::Frames)).
//!
//! A lock protects nothing by itself: the world lets any task write any entry at any time, and who reads a table that is gone learns
//! it. What a lock does protect is for a search of all orders to say.
//!
//! # Assertions
//!
//! With lockdep an assertion asks whether *this task* holds the lock, without it only whether *anybody* does
//! (include/linux/rwsem.h, v7.3). An assertion that fails prints a warning and the kernel goes on.

/// A task, as the holder of a lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Task {
    /// The task that walks.
    Walker,
    /// Some other task.
    Other,
    /// One more.
    Third,
}

impl Task {
    /// All tasks, in the order of the CPUs that they run on.
    pub const ALL: [Self; 3] = [Self::Walker, Self::Other, Self::Third];

    /// Its place among all, from 0.
    pub const fn index(self) -> usize {
        self as usize
    }

    /// "this task" or "another task".
    pub const fn words(self) -> &'static str {
        match self {
            Self::Walker => "this task",
            Self::Other => "another task",
            Self::Third => "a third task",
        }
    }
}

/// Some of all tasks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct TaskSet(u8);

impl TaskSet {
    /// Adds a task.
    pub const fn insert(&mut self, task: Task) {
        self.0 |= 1 << task as u8;
    }

    /// Takes a task out.
    pub const fn remove(&mut self, task: Task) {
        self.0 &= !(1 << task as u8);
    }

    /// Whether the task is one of them.
    pub const fn contains(self, task: Task) -> bool {
        self.0 & 1 << task as u8 != 0
    }

    /// Whether it is nobody.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Those of them, in the order of [`Task::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Task> {
        Task::ALL.into_iter().filter(move |&task| self.contains(task))
    }
}

/// How a lock is held.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LockMode {
    /// Not at all.
    #[default]
    None,
    /// By a reader.
    Read,
    /// By the writer.
    Write,
}

impl LockMode {
    /// All modes, weakest first.
    pub const ALL: [Self; 3] = [Self::None, Self::Read, Self::Write];

    /// `none`, `read` or `write`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Read => "read",
            Self::Write => "write",
        }
    }

    /// What a lock is held for: "reading", "writing", or "nothing".
    pub const fn purpose(self) -> &'static str {
        match self {
            Self::None => "nothing",
            Self::Read => "reading",
            Self::Write => "writing",
        }
    }

    /// The mode with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.name() == name)
    }
}

/// What a lock assertion demands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Need {
    /// `mmap_assert_locked()`: held in any mode.
    Held,
    /// `mmap_assert_write_locked()`: held for writing.
    Write,
}

impl Need {
    /// Whether a lock held in `mode` is enough.
    pub const fn met_by(self, mode: LockMode) -> bool {
        match self {
            Self::Held => !matches!(mode, LockMode::None),
            Self::Write => matches!(mode, LockMode::Write),
        }
    }
}

/// What an assertion finds when it looks at a lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Seen {
    /// How the asserting task itself holds the lock.
    pub own: LockMode,
    /// How the lock is held by anybody.
    pub any: LockMode,
    /// With `CONFIG_LOCKDEP`: whether this task satisfies the assertion.
    pub lockdep_ok: bool,
    /// Without it: whether the lock word does, whoever holds it.
    pub plain_ok: bool,
}

/// A lock cannot be taken now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[error("the lock is held by {}", .by.words())]
pub struct Blocked {
    /// Who would have to release it first.
    pub by: Task,
}
