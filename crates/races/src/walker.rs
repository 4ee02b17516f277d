//! The CPU that walks: it takes locks, calls an entry point, and releases them.

use alloc::vec::Vec;

use mm::{LockMode, MmId};

use crate::step::{Line, Lock, Step, line};

/// The call that takes a lock of the walker, and the one that releases it.
const fn words(lock: Lock, mode: LockMode) -> (&'static str, &'static str) {
    match (lock, mode) {
        (Lock::Hotplug, _) => ("get_online_mems()", "put_online_mems()"),
        (Lock::Mmap(MmId::INIT_MM), LockMode::Write) => {
            ("mmap_write_lock(&init_mm)", "mmap_write_unlock(&init_mm)")
        }
        (Lock::Mmap(MmId::INIT_MM), _) => ("mmap_read_lock(&init_mm)", "mmap_read_unlock(&init_mm)"),
        (Lock::IMmap, LockMode::Write) => ("i_mmap_lock_write(mapping)", "i_mmap_unlock_write(mapping)"),
        (Lock::IMmap, _) => ("i_mmap_lock_read(mapping)", "i_mmap_unlock_read(mapping)"),
        (_, LockMode::Write) => ("mmap_write_lock(mm)", "mmap_write_unlock(mm)"),
        _ => ("mmap_read_lock(mm)", "mmap_read_unlock(mm)"),
    }
}

/// What is locked, outermost first, the call itself, and all of it released again. A lock that is not to be held is not mentioned.
pub(crate) fn lines(locks: &[(Lock, LockMode)], call: &'static str) -> Vec<Line> {
    let held = || locks.iter().filter(|(_, mode)| *mode != LockMode::None);
    let take = held().map(|&(lock, mode)| line(words(lock, mode).0, Step::Lock(lock, mode)));
    let give = held().rev().map(|&(lock, mode)| line(words(lock, mode).1, Step::Unlock(lock, mode)));
    take.chain([line(call, Step::Run)]).chain(give).collect()
}
