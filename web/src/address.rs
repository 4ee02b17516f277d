//! The page's address: the state of the page is in the hash, which is never sent to a server.

use gloo_timers::callback::Timeout;

use crate::browser::{self, Clock};

/// Browsers refuse or throw when a page rewrites its address too often (Safari: 100 times in 30 seconds). This many
/// writes may come at once …
const BURST: f64 = 40.0;

/// … and one more for each so many milliseconds.
const REFILL_MS: f64 = 400.0;

/// After so many milliseconds a write that had to wait is asked for again.
const AGAIN_MS: u32 = 500;

/// Writes the hash, and knows what it wrote.
#[derive(Debug)]
pub struct Address {
    clock: Clock,
    /// Writes that may still come at once, and when that was counted.
    budget: (f64, f64),
    written: String,
    /// Whether the browser took it.
    taken: bool,
    /// Asks for the write that had to wait.
    later: Option<Timeout>,
}

impl Default for Address {
    fn default() -> Self {
        let written = String::new();
        Self { clock: Clock::default(), budget: (BURST, 0.0), written, taken: false, later: None }
    }
}

/// The whole address with this link in it, to give away.
pub fn full(link: &str) -> String {
    format!("{}#{link}", browser::base())
}

impl Address {
    /// Writes `link` into the address without a new entry in the history. If that has to wait, `again` is called a little
    /// later: then write what the link is by then.
    pub fn write(&mut self, link: &str, again: impl FnOnce() + 'static) {
        self.later = None;
        let text = format!("#{link}");
        if text == self.written {
            return;
        }
        let now = self.clock.now();
        let (budget, counted) = self.budget;
        let budget = (budget + (now - counted) / REFILL_MS).min(BURST);
        self.budget = (budget, now);
        if budget < 1.0 {
            self.later = Some(Timeout::new(AGAIN_MS, again));
            return;
        }
        self.budget.0 -= 1.0;
        self.taken = browser::replace_hash(&text);
        self.written = text;
    }

    /// Somebody else has written this hash: what is shown has to be written again, even if it was written before.
    pub fn found(&mut self, hash: &str) {
        hash.clone_into(&mut self.written);
        self.taken = true;
    }

    /// Whether the hash is the one that was written or found last.
    pub fn is_own(&self, hash: &str) -> bool {
        hash == self.written
    }

    /// Whether the link that was written last can be read in the browser's address bar.
    pub const fn is_shown(&self) -> bool {
        self.taken
    }
}
