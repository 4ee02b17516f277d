//! Letting a test decide when an answer is sent.

use std::sync::{Arc, Condvar, Mutex, PoisonError};

/// Closed at first; what waits for it goes on when it is opened. All copies are the same gate.
#[derive(Clone, Debug, Default)]
pub struct Gate(Arc<(Mutex<bool>, Condvar)>);

impl Gate {
    /// Lets everything through, now and from now on.
    pub fn open(&self) {
        let (is_open, changed) = &*self.0;
        *is_open.lock().unwrap_or_else(PoisonError::into_inner) = true;
        changed.notify_all();
    }

    /// Waits until the gate is open.
    pub(crate) fn wait(&self) {
        let (is_open, changed) = &*self.0;
        let guard = is_open.lock().unwrap_or_else(PoisonError::into_inner);
        drop(changed.wait_while(guard, |is_open| !*is_open));
    }
}
