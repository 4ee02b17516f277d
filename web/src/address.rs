//! The page's address: the state of the page is in the hash, which is never sent to a server.

use std::fmt::Display;

use web_sys::Window;

/// Browsers refuse or throw when a page rewrites its address too often (Safari: 100 times in 30 seconds). This many
/// writes may come at once …
const BURST: f64 = 40.0;

/// … and one more for each so many milliseconds.
const REFILL_MS: f64 = 400.0;

/// Reads and writes the hash.
#[derive(Debug)]
pub struct Address {
    window: Option<Window>,
    /// Writes that may still come at once, and when that was counted.
    budget: (f64, f64),
    written: String,
}

impl Default for Address {
    fn default() -> Self {
        Self { window: web_sys::window(), budget: (BURST, 0.0), written: String::new() }
    }
}

impl Address {
    /// The hash as it is, with its `#`.
    pub fn hash(&self) -> String {
        self.window.as_ref().and_then(|window| window.location().hash().ok()).unwrap_or_default()
    }

    /// The whole address with this link in it, to give away.
    pub fn absolute(&self, link: &impl Display) -> String {
        let href = self.window.as_ref().and_then(|window| window.location().href().ok()).unwrap_or_default();
        let base = href.split('#').next().unwrap_or_default();
        format!("{base}#{link}")
    }

    /// Writes `link` into the address without a new entry in the history. Returns false if that has to wait: then ask
    /// again a little later.
    pub fn write(&mut self, link: &impl Display) -> bool {
        let text = format!("#{link}");
        if text == self.written {
            return true;
        }
        let Some(window) = &self.window else { return true };
        let now = window.performance().map_or(0.0, |performance| performance.now());
        let (budget, counted) = self.budget;
        let budget = (budget + (now - counted) / REFILL_MS).min(BURST);
        self.budget = (budget, now);
        if budget < 1.0 {
            return false;
        }
        self.budget.0 -= 1.0;
        // It may throw where an address cannot be changed (a webview, srcdoc): the page works without.
        if let Ok(history) = window.history() {
            let _ = history.replace_state_with_url(&wasm_bindgen::JsValue::NULL, "", Some(&text));
        }
        self.written = text;
        true
    }

    /// Whether the hash is one that this page wrote itself.
    pub fn is_own(&self) -> bool {
        self.hash() == self.written
    }
}
