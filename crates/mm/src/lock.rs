//! Locks: who holds them, and what an assertion finds.
//!
//! `mmap_lock` is an rwsem: many readers or one writer. One task walks; another may hold a lock as well, which
//! is what makes the two ways of checking differ: with lockdep an assertion asks whether *this task* holds
//! the lock, without it only whether *anybody* does (include/linux/rwsem.h, v7.3). An assertion that
//! fails prints a warning and the kernel goes on.

/// A task, as the holder of a lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Task {
    /// The task that walks.
    Walker,
    /// Some other task.
    Other,
}

impl Task {
    /// "this task" or "another task".
    pub const fn words(self) -> &'static str {
        match self {
            Self::Walker => "this task",
            Self::Other => "another task",
        }
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

/// The `mmap_lock` of one `mm_struct`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Rwsem {
    walker: LockMode,
    other: LockMode,
}

impl Rwsem {
    /// How `task` holds it.
    pub const fn held_by(&self, task: Task) -> LockMode {
        match task {
            Task::Walker => self.walker,
            Task::Other => self.other,
        }
    }

    fn slot(&mut self, task: Task) -> &mut LockMode {
        match task {
            Task::Walker => &mut self.walker,
            Task::Other => &mut self.other,
        }
    }

    /// The strongest mode in which anybody holds it.
    pub fn mode(&self) -> LockMode {
        self.walker.max(self.other)
    }

    /// Whoever holds it, the asserting task first.
    pub fn holder(&self) -> Option<Task> {
        match (self.walker, self.other) {
            (LockMode::None, LockMode::None) => None,
            (LockMode::None, _) => Some(Task::Other),
            _ => Some(Task::Walker),
        }
    }

    /// `mmap_read_lock()`. Does not wait: a lock that is taken is an answer.
    pub fn down_read(&mut self, task: Task) -> Result<(), Blocked> {
        for holder in [Task::Walker, Task::Other] {
            if self.held_by(holder) == LockMode::Write {
                return Err(Blocked { by: holder });
            }
        }
        *self.slot(task) = LockMode::Read;
        Ok(())
    }

    /// `mmap_write_lock()`. Does not wait: a lock that is taken is an answer.
    pub fn down_write(&mut self, task: Task) -> Result<(), Blocked> {
        if let Some(by) = self.holder() {
            return Err(Blocked { by });
        }
        *self.slot(task) = LockMode::Write;
        Ok(())
    }

    /// `mmap_read_unlock()` or `mmap_write_unlock()` of `task`.
    pub fn up(&mut self, task: Task) {
        *self.slot(task) = LockMode::None;
    }

    /// Puts the lock into a mode before anything runs; whoever held it no longer does.
    pub fn preset(&mut self, task: Task, mode: LockMode) {
        *self = Self::default();
        *self.slot(task) = mode;
    }

    /// What an assertion of `task` finds.
    pub fn inspect(&self, task: Task, need: Need) -> Seen {
        let own = self.held_by(task);
        let any = self.mode();
        Seen { own, any, lockdep_ok: need.met_by(own), plain_ok: need.met_by(any) }
    }
}

/// `mem_hotplug_lock`: read side taken by `get_online_mems()`, write side by memory hot-remove.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct HotplugLock {
    readers: u8,
}

impl HotplugLock {
    /// `get_online_mems()`.
    pub fn get(&mut self) {
        self.readers = self.readers.saturating_add(1);
    }

    /// `put_online_mems()`.
    pub fn put(&mut self) {
        self.readers = self.readers.saturating_sub(1);
    }

    /// How it is held: `None` or `Read`.
    pub const fn mode(&self) -> LockMode {
        if self.readers == 0 { LockMode::None } else { LockMode::Read }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readers_share_and_a_writer_excludes() {
        let mut lock = Rwsem::default();
        lock.down_read(Task::Walker).expect("free");
        lock.down_read(Task::Other).expect("readers share");
        assert_eq!(lock.down_write(Task::Other), Err(Blocked { by: Task::Walker }));
        lock.up(Task::Walker);
        lock.up(Task::Other);
        lock.down_write(Task::Other).expect("free again");
        assert_eq!(lock.down_read(Task::Walker), Err(Blocked { by: Task::Other }));
        assert_eq!(
            lock.down_write(Task::Other),
            Err(Blocked { by: Task::Other }),
            "a second write lock waits for itself"
        );
    }

    #[test]
    fn without_lockdep_another_tasks_lock_satisfies_an_assertion() {
        let mut lock = Rwsem::default();
        lock.down_write(Task::Other).expect("free");
        let seen = lock.inspect(Task::Walker, Need::Write);
        assert_eq!(
            seen,
            Seen { own: LockMode::None, any: LockMode::Write, lockdep_ok: false, plain_ok: true }
        );
    }

    #[test]
    fn read_is_held_but_not_write() {
        let mut lock = Rwsem::default();
        lock.down_read(Task::Walker).expect("free");
        assert!(lock.inspect(Task::Walker, Need::Held).lockdep_ok);
        assert!(!lock.inspect(Task::Walker, Need::Write).lockdep_ok);
        assert!(!lock.inspect(Task::Walker, Need::Write).plain_ok);
    }
}
