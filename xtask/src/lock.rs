//! Keeping two of us from doing the same thing at the same time.

use std::fs::{self, File, TryLockError};
use std::path::Path;

use crate::error::Error;
use crate::progress::say;

/// The right to do something; lost when dropped, or when the process ends in whatever way.
#[derive(Debug)]
pub(crate) struct Lock {
    file: File,
}

impl Drop for Lock {
    /// Closing the file is not enough: a child that another thread is just starting has a copy of it until it executes
    /// its program, and a lock lives as long as any copy. Unlocking says it for all of them.
    fn drop(&mut self) {
        // There is nobody to tell, and closing the file is the next best thing.
        let _ = self.file.unlock();
    }
}

/// Waits until no other process holds the lock of the file at `path`, which is created if necessary; `doing` is what
/// another one would be doing.
pub(crate) fn lock(path: &Path, doing: &str) -> Result<Lock, Error> {
    if let Some(directory) = path.parent() {
        fs::create_dir_all(directory).map_err(Error::io("create", directory))?;
    }
    let file = File::create(path).map_err(Error::io("create", path))?;
    if matches!(file.try_lock(), Err(TryLockError::WouldBlock)) {
        say(format_args!("another cargo xtask is {doing}: waiting for it"));
        file.lock().map_err(Error::io("lock", path))?;
    }
    Ok(Lock { file })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_is_held_until_it_is_dropped() -> Result<(), Box<dyn std::error::Error>> {
        let directory = tempfile::tempdir()?;
        let path = directory.path().join("new/lock");
        let held = lock(&path, "testing")?;
        assert!(matches!(File::open(&path)?.try_lock(), Err(TryLockError::WouldBlock)));
        drop(held);
        assert!(File::open(&path)?.try_lock().is_ok());
        Ok(())
    }
}
