//! `struct mm_walk_ops`: the callbacks of a walk.

use mm::World;

use crate::{Call, Callbacks, LockName, Reply, Sink};

/// `enum page_walk_lock`: what a walk with VMAs asserts and takes. Walks without VMAs never look at it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WalkLock {
    /// `PGWALK_RDLOCK`: the mmap lock is held, reading is enough. The default, as it is 0.
    #[default]
    Rdlock,
    /// `PGWALK_WRLOCK`: the mmap lock is held for writing; each VMA is write-locked.
    Wrlock,
    /// `PGWALK_WRLOCK_VERIFY`: the mmap lock is held for writing, and each VMA is write-locked already.
    WrlockVerify,
    /// `PGWALK_VMA_RDLOCK_VERIFY` (v6.17): the VMA's own lock is held; the mmap lock is not looked at.
    VmaRdlockVerify,
}

impl WalkLock {
    /// All values, in the kernel's order.
    pub const ALL: [Self; 4] = [Self::Rdlock, Self::Wrlock, Self::WrlockVerify, Self::VmaRdlockVerify];

    /// The kernel's constant.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rdlock => "PGWALK_RDLOCK",
            Self::Wrlock => "PGWALK_WRLOCK",
            Self::WrlockVerify => "PGWALK_WRLOCK_VERIFY",
            Self::VmaRdlockVerify => "PGWALK_VMA_RDLOCK_VERIFY",
        }
    }
}

/// How an entry callback that has more to do went on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Progress {
    /// It did one thing, said so, and is not done.
    Running,
    /// It did its last thing, said so, and answers.
    Done(Reply),
    /// It waits for a lock that another task holds: nothing has happened, and nothing was said.
    Waiting(LockName),
}

/// An ops table with its private data.
pub trait WalkOps {
    /// Which callbacks are not NULL. Must not change during a walk.
    fn callbacks(&self) -> Callbacks;

    /// `walk_lock` of the ops table. Must not change during a walk.
    fn walk_lock(&self) -> WalkLock {
        WalkLock::default()
    }

    /// Runs a callback, which may change the world.
    fn call(&mut self, call: &Call, world: &mut World) -> Reply;

    /// Goes on with the entry callback that answered [`Reply::more`]: one atomic action and its event. A callback that
    /// writes, flushes or takes locks is a machine of the walker's kind, so that others see each of its actions.
    fn go_on(&mut self, _world: &mut World, _sink: &mut dyn Sink) -> Progress {
        Progress::Done(Reply::default())
    }
}

impl<O: WalkOps + ?Sized> WalkOps for &mut O {
    #[inline]
    fn callbacks(&self) -> Callbacks {
        (**self).callbacks()
    }

    #[inline]
    fn walk_lock(&self) -> WalkLock {
        (**self).walk_lock()
    }

    #[inline]
    fn call(&mut self, call: &Call, world: &mut World) -> Reply {
        (**self).call(call, world)
    }

    #[inline]
    fn go_on(&mut self, world: &mut World, sink: &mut dyn Sink) -> Progress {
        (**self).go_on(world, sink)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Callback;
    use pgtable::{Level, VirtAddr};

    #[test]
    fn constants_have_the_kernels_names() {
        assert_eq!(
            WalkLock::ALL.map(WalkLock::name),
            ["PGWALK_RDLOCK", "PGWALK_WRLOCK", "PGWALK_WRLOCK_VERIFY", "PGWALK_VMA_RDLOCK_VERIFY"]
        );
    }

    /// Answers with a value of its own to everything.
    struct Answering;

    impl WalkOps for Answering {
        fn callbacks(&self) -> Callbacks {
            Callbacks::PMD_ENTRY
        }
        fn walk_lock(&self) -> WalkLock {
            WalkLock::Wrlock
        }
        fn call(&mut self, _: &Call, _: &mut World) -> Reply {
            Reply::returns(7)
        }
        fn go_on(&mut self, _: &mut World, _: &mut dyn Sink) -> Progress {
            Progress::Running
        }
    }

    #[test]
    fn a_reference_to_an_ops_table_answers_as_the_table() {
        fn ask(mut ops: impl WalkOps) -> (Callbacks, WalkLock, Reply, Progress) {
            let root = pgtable::PhysAddr(0x1_0000);
            let model = pgtable::model("x86_64-4level").expect("a known model");
            let table = mm::Table::unused(model, root, Level::Pgd);
            let mut world = World::new(model, [table].into(), [("init_mm", root)]).expect("a valid world");
            let call = Call::new(Callback::Entry(Level::Pmd), VirtAddr(0), VirtAddr(0), None);
            let reply = ops.call(&call, &mut world);
            (ops.callbacks(), ops.walk_lock(), reply, ops.go_on(&mut world, &mut ()))
        }
        let expected = (Callbacks::PMD_ENTRY, WalkLock::Wrlock, Reply::returns(7), Progress::Running);
        assert_eq!(ask(&mut Answering), expected);
        assert_eq!(ask(Answering), expected);
    }
}
