//! `mmap_lock` and its like: many readers or one writer, and a queue that is served in order.
//!
//! kernel/locking/rwsem.c, v7.3.

use crate::{Blocked, LockMode, Need, Seen, Task};

/// A reader-writer semaphore: `mmap_lock`, `i_mmap_rwsem`; the per-VMA lock and `mem_hotplug_lock` follow the same rules.
///
/// Its queue is served first come, first served, and whoever waits in it keeps later readers from joining those inside:
/// a task that reads and asks to read once more waits behind a writer that waits for it. A release hands the lock over at
/// once. What a kernel does about a lock between a release and the wake-up (spinners and readers that steal it) is left
/// out: it changes who is next, never who may be inside together.
///
/// Up to three tasks are counted, each at most once in the queue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Rwsem {
    /// How often each task holds it for reading.
    readers: [u8; Task::ALL.len()],
    writer: Option<Task>,
    queue: Queue,
}

/// Who waits and how, the next one first; behind them [`NOBODY`]. Copied as it is, which a search does at each step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Queue {
    tasks: [(Task, LockMode); Task::ALL.len()],
    len: u8,
}

const NOBODY: (Task, LockMode) = (Task::Walker, LockMode::None);

impl Default for Queue {
    fn default() -> Self {
        Self { tasks: [NOBODY; Task::ALL.len()], len: 0 }
    }
}

impl Queue {
    fn as_slice(&self) -> &[(Task, LockMode)] {
        self.tasks.get(..usize::from(self.len)).unwrap_or_default()
    }

    /// At the end. There is room for each task once.
    fn push(&mut self, task: Task, mode: LockMode) {
        if let Some(place) = self.tasks.get_mut(usize::from(self.len)) {
            *place = (task, mode);
            self.len += 1;
        }
    }

    /// Takes the next one out.
    fn shift(&mut self) {
        self.tasks.rotate_left(1);
        if let Some(last) = self.tasks.last_mut() {
            *last = NOBODY;
        }
        self.len = self.len.saturating_sub(1);
    }
}

impl Rwsem {
    /// How `task` holds it.
    pub fn held_by(&self, task: Task) -> LockMode {
        if self.writer == Some(task) {
            LockMode::Write
        } else if self.readers[task.index()] > 0 {
            LockMode::Read
        } else {
            LockMode::None
        }
    }

    /// The strongest mode in which anybody holds it.
    pub fn mode(&self) -> LockMode {
        self.holder().map_or(LockMode::None, |task| self.held_by(task))
    }

    /// Whoever holds it, the walking task first.
    pub fn holder(&self) -> Option<Task> {
        Task::ALL.into_iter().find(|&task| self.held_by(task) != LockMode::None)
    }

    /// Who waits for it and how, the next one first.
    pub fn queue(&self) -> &[(Task, LockMode)] {
        self.queue.as_slice()
    }

    /// How `task` waits for it, if it does.
    pub fn waits(&self, task: Task) -> Option<LockMode> {
        self.queue().iter().find(|(waiting, _)| *waiting == task).map(|&(_, mode)| mode)
    }

    fn is_read(&self) -> bool {
        self.readers.iter().any(|&times| times > 0)
    }

    /// Whoever has to release it before `mode` can be had.
    fn blocked(&self, task: Task, mode: LockMode) -> Option<Blocked> {
        let free = match mode {
            LockMode::None => true,
            // A queue alone turns readers away (RWSEM_READ_FAILED_MASK).
            LockMode::Read => self.writer.is_none() && self.queue().is_empty(),
            LockMode::Write => self.holder().is_none(),
        };
        // A lock that is queued for is held: a release hands it over.
        (!free).then(|| Blocked { by: self.holder().unwrap_or(task) })
    }

    fn grant(&mut self, task: Task, mode: LockMode) {
        match mode {
            LockMode::None => {}
            LockMode::Read => {
                let times = &mut self.readers[task.index()];
                *times = times.saturating_add(1);
            }
            LockMode::Write => self.writer = Some(task),
        }
    }

    /// `down_read_trylock()` or `down_write_trylock()`: takes the lock, or leaves all as it is. For reading it also fails when
    /// somebody merely waits.
    ///
    /// # Errors
    /// [`Blocked`] names who holds it.
    pub fn try_lock(&mut self, task: Task, mode: LockMode) -> Result<(), Blocked> {
        self.blocked(task, mode).map_or(Ok(()), Err)?;
        self.grant(task, mode);
        Ok(())
    }

    /// `down_read()` or `down_write()`: takes the lock, or puts the task at the end of the queue. It has the lock once it is
    /// no longer [waiting](Self::waits). A task that waits already keeps its place.
    ///
    /// # Errors
    /// [`Blocked`] names who holds it.
    pub fn down(&mut self, task: Task, mode: LockMode) -> Result<(), Blocked> {
        let result = self.try_lock(task, mode);
        if result.is_err() && self.waits(task).is_none() {
            self.queue.push(task, mode);
        }
        result
    }

    /// `mmap_read_lock()`: [`Self::down`] for reading.
    ///
    /// # Errors
    /// [`Blocked`] names who holds it.
    pub fn down_read(&mut self, task: Task) -> Result<(), Blocked> {
        self.down(task, LockMode::Read)
    }

    /// `mmap_write_lock()`: [`Self::down`] for writing.
    ///
    /// # Errors
    /// [`Blocked`] names who holds it.
    pub fn down_write(&mut self, task: Task) -> Result<(), Blocked> {
        self.down(task, LockMode::Write)
    }

    /// `downgrade_write()`: the writer becomes a reader, in one go: no other writer comes between. Readers that wait at the
    /// head of the queue enter, a writer there keeps those behind it out. Nothing happens unless `task` writes.
    pub fn downgrade(&mut self, task: Task) {
        if self.writer == Some(task) {
            self.writer = None;
            self.grant(task, LockMode::Read);
            self.hand_over();
        }
    }

    /// `up_read()` or `up_write()` of `task`: gives up the lock once and hands it over.
    pub fn up(&mut self, task: Task) {
        if self.writer == Some(task) {
            self.writer = None;
        } else {
            let times = &mut self.readers[task.index()];
            *times = times.saturating_sub(1);
        }
        self.hand_over();
    }

    /// Wakes a writer at the head of the queue if the lock is free, or, if a reader is there, all readers that wait, also those
    /// behind a writer (`rwsem_mark_wake()`).
    fn hand_over(&mut self) {
        if self.writer.is_some() {
            return;
        }
        match self.queue().first().copied() {
            Some((task, LockMode::Write)) if !self.is_read() => {
                self.queue.shift();
                self.writer = Some(task);
            }
            Some((_, LockMode::Read)) => {
                for &(task, mode) in core::mem::take(&mut self.queue).as_slice() {
                    if mode == LockMode::Read {
                        self.grant(task, mode);
                    } else {
                        self.queue.push(task, mode);
                    }
                }
            }
            _ => {}
        }
    }

    /// Puts the lock into a mode before anything runs; whoever held it or waited no longer does.
    pub fn preset(&mut self, task: Task, mode: LockMode) {
        *self = Self::default();
        self.grant(task, mode);
    }

    /// What an assertion of `task` finds.
    pub fn inspect(&self, task: Task, need: Need) -> Seen {
        let own = self.held_by(task);
        let any = self.mode();
        Seen { own, any, lockdep_ok: need.met_by(own), plain_ok: need.met_by(any) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use LockMode::{Read, Write};
    use Task::{Other, Third, Walker};

    #[test]
    fn readers_share_and_a_writer_excludes() {
        let mut lock = Rwsem::default();
        lock.down_read(Walker).expect("free");
        lock.down_read(Other).expect("readers share");
        assert_eq!(lock.try_lock(Third, Write), Err(Blocked { by: Walker }));
        lock.up(Walker);
        lock.up(Other);
        lock.down_write(Third).expect("free again");
        assert_eq!(lock.down_read(Walker), Err(Blocked { by: Third }));
        assert_eq!(lock.down_write(Third), Err(Blocked { by: Third }), "it waits for itself, for ever");
    }

    #[test]
    fn a_writer_that_waits_keeps_new_readers_out() {
        let mut lock = Rwsem::default();
        lock.down_read(Walker).expect("free");
        lock.down_write(Other).expect_err("it is read");
        assert_eq!(lock.try_lock(Third, Read), Err(Blocked { by: Walker }), "trylock fails as well");
        lock.down_read(Third).expect_err("behind the writer");
        assert_eq!(lock.queue(), [(Other, Write), (Third, Read)]);
        lock.up(Walker);
        assert_eq!((lock.held_by(Other), lock.waits(Third)), (Write, Some(Read)));
        lock.up(Other);
        assert_eq!((lock.held_by(Third), lock.queue()), (Read, [].as_slice()));
    }

    #[test]
    fn a_nested_read_lock_waits_behind_a_writer_that_waits_for_it() {
        let mut lock = Rwsem::default();
        lock.down_read(Walker).expect("free");
        lock.down_read(Walker).expect("twice is well as long as nobody waits");
        lock.up(Walker);
        assert_eq!(lock.held_by(Walker), Read, "held once more than released");
        lock.down_write(Other).expect_err("it is read");
        assert_eq!(lock.down_read(Walker), Err(Blocked { by: Walker }));
        assert_eq!(lock.queue(), [(Other, Write), (Walker, Read)]);
    }

    #[test]
    fn a_downgrade_admits_readers_at_the_head_of_the_queue() {
        for (first, second, inside) in
            [((Walker, Read), (Third, Write), Read), ((Third, Write), (Walker, Read), LockMode::None)]
        {
            let mut lock = Rwsem::default();
            lock.down_write(Other).expect("free");
            for (task, mode) in [first, second] {
                lock.down(task, mode).expect_err("it is written");
            }
            lock.downgrade(Other);
            assert_eq!((lock.held_by(Other), lock.held_by(Walker)), (Read, inside), "{first:?} first");
            assert_eq!(lock.held_by(Third), LockMode::None, "a writer never slips in");
        }
    }

    #[test]
    fn a_release_wakes_all_readers_if_one_of_them_is_next() {
        let mut lock = Rwsem::default();
        lock.down_write(Third).expect("free");
        for (task, mode) in [(Walker, Read), (Other, Read)] {
            lock.down(task, mode).expect_err("it is written");
        }
        lock.up(Third);
        assert_eq!((lock.held_by(Walker), lock.held_by(Other)), (Read, Read));
    }

    #[test]
    fn without_lockdep_another_tasks_lock_satisfies_an_assertion() {
        let mut lock = Rwsem::default();
        lock.down_write(Other).expect("free");
        let seen = lock.inspect(Walker, Need::Write);
        assert_eq!(seen, Seen { own: LockMode::None, any: Write, lockdep_ok: false, plain_ok: true });
    }

    #[test]
    fn read_is_held_but_not_write() {
        let mut lock = Rwsem::default();
        lock.down_read(Walker).expect("free");
        assert!(lock.inspect(Walker, Need::Held).lockdep_ok);
        assert!(!lock.inspect(Walker, Need::Write).lockdep_ok);
        assert!(!lock.inspect(Walker, Need::Write).plain_ok);
    }
}
