//! The page's address: the state of the page is in the hash, which is never sent to a server.

use std::fmt::Display;

use gloo_events::EventListener;
use gloo_timers::callback::Timeout;
use web_sys::Window;
use yew::Callback;

/// Browsers refuse or throw when a page rewrites its address too often (Safari: 100 times in 30 seconds). This many
/// writes may come at once …
const BURST: f64 = 40.0;

/// … and one more for each so many milliseconds.
const REFILL_MS: f64 = 400.0;

/// After so many milliseconds a write that had to wait is asked for again.
const AGAIN_MS: u32 = 500;

/// Reads and writes the hash.
#[derive(Debug)]
pub struct Address {
    window: Option<Window>,
    /// Writes that may still come at once, and when that was counted.
    budget: (f64, f64),
    written: String,
    /// Asks for the write that had to wait.
    later: Option<Timeout>,
}

impl Default for Address {
    fn default() -> Self {
        Self { window: web_sys::window(), budget: (BURST, 0.0), written: String::new(), later: None }
    }
}

/// Calls `changed` whenever the hash was changed by somebody else, until the listener is dropped.
pub fn on_change(changed: Callback<()>) -> Option<EventListener> {
    web_sys::window().map(|window| EventListener::new(&window, "hashchange", move |_| changed.emit(())))
}

impl Address {
    /// The hash as it is, with its `#`.
    pub fn hash(&self) -> String {
        self.window.as_ref().and_then(|window| window.location().hash().ok()).unwrap_or_default()
    }

    /// Copies the whole address with this link in it, to give away. Returns whether there is somebody to ask for that.
    pub fn copy(&self, link: &impl Display) -> bool {
        let Some(window) = &self.window else { return false };
        let href = window.location().href().unwrap_or_default();
        let base = href.split('#').next().unwrap_or_default();
        // Where the clipboard is refused the link is still in the address bar.
        let _ = window.navigator().clipboard().write_text(&format!("{base}#{link}"));
        true
    }

    /// Writes `link` into the address without a new entry in the history. If that has to wait, `again` is called a little
    /// later: then write what the link is by then.
    pub fn write(&mut self, link: &impl Display, again: impl FnOnce() + 'static) {
        self.later = None;
        let text = format!("#{link}");
        if text == self.written {
            return;
        }
        let Some(window) = &self.window else { return };
        let now = window.performance().map_or(0.0, |performance| performance.now());
        let (budget, counted) = self.budget;
        let budget = (budget + (now - counted) / REFILL_MS).min(BURST);
        self.budget = (budget, now);
        if budget < 1.0 {
            self.later = Some(Timeout::new(AGAIN_MS, again));
            return;
        }
        self.budget.0 -= 1.0;
        // It may throw where an address cannot be changed (a webview, srcdoc): the page works without.
        if let Ok(history) = window.history() {
            let _ = history.replace_state_with_url(&wasm_bindgen::JsValue::NULL, "", Some(&text));
        }
        self.written = text;
    }

    /// Whether the hash is one that this page wrote itself.
    pub fn is_own(&self) -> bool {
        self.hash() == self.written
    }
}
