//! The page's address: the state of the page is in the hash, which is never sent to a server.

use gloo_timers::callback::Timeout;
use narrate::sheet::joined;

use crate::browser::{self, Clock};
use crate::named::named;

/// Browsers refuse or throw when a page rewrites its address too often (Safari: 100 times in 30 seconds). This many
/// writes may come at once …
const BURST: f64 = 40.0;

/// … and one more for each so many milliseconds.
const REFILL_MS: f64 = 400.0;

/// After so many milliseconds a write that had to wait is asked for again.
pub const AGAIN_MS: u32 = 500;

named! {
    /// How the whole page shows what its address names, if not as usual. No page sees this part of the address.
    pub enum Form {
        /// For a room: large, and nothing else.
        Room = "present",
        /// All steps, in a table.
        Steps = "view=steps",
    }
}

/// A hash without its form, which stands behind all else.
pub fn parted(hash: &str) -> (&str, Option<Form>) {
    for &form in Form::ALL {
        if let Some(rest) = hash.strip_suffix(form.name()).and_then(|rest| rest.strip_suffix(['?', '&'])) {
            return (rest, Some(form));
        }
    }
    (hash, None)
}

/// Writes the hash, and knows what it wrote.
#[derive(Debug)]
pub struct Address {
    clock: Clock,
    /// Writes that may still come at once, and when that was counted.
    budget: (f64, f64),
    /// What the browser has, as far as is known.
    seen: String,
    /// What was written or found last. The browser may not have taken it.
    tried: String,
    /// Whether a person has chosen something since the last write.
    is_chosen: bool,
    /// Asks for the write that had to wait.
    later: Option<Timeout>,
}

/// What a link shows, whatever the step: its place in a walk, and what was done in a race.
fn choices(link: &str) -> impl Iterator<Item = &str> {
    let is_step = |part: &&str| ["t=", "s="].iter().any(|of| part.starts_with(of));
    link.split(['?', '&']).filter(move |part| !is_step(part))
}

impl Default for Address {
    fn default() -> Self {
        let (seen, tried) = Default::default();
        Self { clock: Clock::default(), budget: (BURST, 0.0), seen, tried, is_chosen: false, later: None }
    }
}

/// A link with the form in which it is shown; a page that is not here has none.
pub fn formed(link: String, form: Option<Form>) -> String {
    match form {
        Some(form) if !link.is_empty() => joined(&link, form.name()),
        _ => link,
    }
}

/// The whole address with this link in it, to give away.
pub fn full(link: &str) -> String {
    format!("{}#{link}", browser::base())
}

impl Address {
    /// A person did something. If it makes the address another one, but for the step, the way back leads to what was before.
    pub const fn chosen(&mut self) {
        self.is_chosen = true;
    }

    /// Writes `link` into the address. If that has to wait, `again` is called a little later: then write what the link is by
    /// then.
    pub fn write(&mut self, link: &str, again: impl FnOnce() + 'static) {
        self.later = None;
        let text = format!("#{link}");
        if text == self.tried {
            self.is_chosen = false;
            return;
        }
        let now = self.clock.now();
        let (budget, counted) = self.budget;
        let budget = (budget + (now - counted).max(0.0) / REFILL_MS).min(BURST);
        self.budget = (budget, now);
        if budget < 1.0 {
            self.later = Some(Timeout::new(AGAIN_MS, again));
            return;
        }
        self.budget.0 -= 1.0;
        let is_embedded = choices(&text).any(|part| part == "embed");
        let is_new =
            std::mem::take(&mut self.is_chosen) && !is_embedded && choices(&text).ne(choices(&self.seen));
        if browser::write_hash(&text, is_new) {
            self.seen.clone_from(&text);
        }
        self.tried = text;
    }

    /// Somebody else has written this hash: what is shown has to be written again, even if it was written before.
    pub fn found(&mut self, hash: &str) {
        self.is_chosen = false;
        hash.clone_into(&mut self.seen);
        hash.clone_into(&mut self.tried);
    }

    /// Whether the hash is the one that was written or found last.
    pub fn is_own(&self, hash: &str) -> bool {
        hash == self.seen
    }
}
