//! A page in a browser of its own, and what a test asks of it.

use std::future::Future;
use std::time::Instant;

use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::key::Key;
use fantoccini::{Client, Locator};
use serde_json::{Value, json};

use crate::devtools::DevTools;
use crate::driver::{DEADLINE, Driver, LOOK_EVERY, Screen, is_firefox};

/// The files of the site that the document and what it did have loaded, by their paths below the document. The icon is not
/// in the browser's own list.
const LOADED: &str = "
    const here = new URL('.', location).href;
    const resources = performance.getEntriesByType('resource').map(entry => entry.name);
    const icons = [...document.querySelectorAll('link[rel~=icon]')].map(link => link.href);
    const all = [location.href, ...resources, ...icons].map(url => url.split(/[?#]/)[0]);
    return [...new Set(all)].map(url => url.startsWith(here) ? url.slice(here.length) || 'index.html' : url);";

/// Keeps what no script caught, and what was written to the console as an error; across loads, as a test may open
/// several pages. And keeps more than the usual 250 lines of what was loaded. What a page that is being left says is not
/// kept: Firefox ends its requests then, and tells its scripts so.
const KEEP_ERRORS: &str = "
    performance.setResourceTimingBufferSize(100000);
    let left = false;
    addEventListener('beforeunload', () => left = true);
    const keep = what => {
        if (left) return;
        try { sessionStorage.errors = (sessionStorage.errors ?? '') + what + '\\n' } catch { /* no page of ours */ }
    };
    addEventListener('error', event => keep(event.message));
    addEventListener('unhandledrejection', event => keep('unhandled: ' + event.reason));
    const error = console.error;
    console.error = (...what) => { keep(what.join(' ')); error.apply(console, what) };";

/// Runs a test with a page of its own. It has failed as well if there was an error that the page did not catch.
pub fn test<T>(screen: Screen, run: impl AsyncFnOnce(&Page) -> T) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let driver = Driver::start();
        let page = Page { client: driver.connect(screen).await };
        if !is_firefox() {
            page.devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": KEEP_ERRORS })).await;
        }
        let result = run(&page).await;
        assert_eq!(page.text_of("return sessionStorage.errors").await, "", "errors that nobody caught");
        // The driver ends the browser with itself; this is only the polite way.
        let _ = page.client.close().await;
        result
    })
}

/// A page in a browser of its own.
#[derive(Debug)]
pub struct Page {
    client: Client,
}

impl Page {
    /// Opens an address and waits until a step is shown.
    pub async fn open(&self, url: &str) {
        self.load(url).await;
        self.wait_for("a step is shown", ".sentence").await;
    }

    /// Opens an address and waits until the program runs, if it is a page of ours.
    pub async fn load(&self, url: &str) {
        self.load_only(url).await;
        self.started().await;
    }

    /// Opens an address, and does not wait for the program.
    pub async fn load_only(&self, url: &str) {
        // A change of the hash alone would not load the page again.
        self.client.goto("about:blank").await.expect("an empty page");
        self.client.goto(url).await.expect("the page opens");
        if is_firefox() {
            // What goes wrong before this is not kept there.
            self.eval(KEEP_ERRORS).await;
        }
    }

    /// Waits until the program has replaced the step that stands in the HTML.
    async fn started(&self) {
        self.until("the program runs", || async { self.count(".first").await == 0 }).await;
    }

    /// Loads the page again, as it is.
    pub async fn reload(&self) {
        self.client.refresh().await.expect("the page loads again");
        self.started().await;
        self.wait_for("a step is shown", ".sentence").await;
    }

    /// What a script returns: `return …`.
    pub async fn eval(&self, script: &str) -> Value {
        self.client.execute(script, Vec::new()).await.unwrap_or_else(|error| panic!("{script}: {error}"))
    }

    /// What a script returns that may wait.
    pub async fn eval_async(&self, script: &str) -> Value {
        self.eval(&format!("return (async () => {{ {script} }})()")).await
    }

    /// Where the browser's own protocol is, `host:port`.
    ///
    /// # Panics
    /// If the driver does not say it: only that of Chromium does.
    pub fn protocol(&self) -> String {
        let options = self.client.capabilities().and_then(|of| of.get("goog:chromeOptions"));
        let address = options.and_then(|of| of["debuggerAddress"].as_str());
        address.expect("the driver says where").to_owned()
    }

    /// The text of the page, of lists only what is chosen: they grow when more of the program is here.
    pub async fn whole_text(&self) -> String {
        self.text_of(
            "const chosen = Array.from(document.querySelectorAll('main select'), of => of.value);
             const main = document.querySelector('main').cloneNode(true);
             main.querySelectorAll('select').forEach((of, nth) => of.replaceWith(chosen[nth]));
             return main.textContent",
        )
        .await
    }

    /// The text that a script returns.
    pub async fn text_of(&self, script: &str) -> String {
        self.eval(script).await.as_str().unwrap_or_default().to_owned()
    }

    /// The visible text of the first element that a selector finds; empty if there is none.
    pub async fn text(&self, selector: &str) -> String {
        self.text_of(&format!("return document.querySelector({selector:?})?.innerText ?? ''")).await
    }

    /// A command of the browser's own protocol.
    pub async fn devtools(&self, command: &'static str, parameters: Value) -> Value {
        let call = DevTools { command, parameters };
        self.client.issue_cmd(call).await.unwrap_or_else(|error| panic!("{command}: {error}"))
    }

    /// How many elements a selector finds.
    pub async fn count(&self, selector: &str) -> u64 {
        self.eval(&format!("return document.querySelectorAll({selector:?}).length"))
            .await
            .as_u64()
            .unwrap_or_default()
    }

    /// Waits until a selector finds something.
    pub async fn wait_for(&self, what: &str, selector: &str) {
        self.until(what, || async { self.count(selector).await > 0 }).await;
    }

    /// Waits until a condition is true.
    pub async fn until<F: Future<Output = bool>>(&self, what: &str, condition: impl Fn() -> F) {
        let started = Instant::now();
        while !condition().await {
            assert!(
                started.elapsed() < DEADLINE,
                "never came true: {what}
{}",
                self.text("body").await
            );
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// Waits until what is drawn now is painted: before that the browser does not know yet that it can be scrolled by a key.
    pub async fn painted(&self) {
        self.eval("return new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))").await;
    }

    /// Waits until all verdicts are searched: as long as it takes, if only it goes on.
    pub async fn all_verdicts(&self) {
        const SEARCHED: &str = "return document.querySelector('.survey progress')?.value ?? -1";
        let ended = async || self.count(".survey[data-state=ended]").await > 0;
        while !ended().await {
            let before = self.eval(SEARCHED).await;
            self.until("one more is searched", || async {
                self.eval(SEARCHED).await != before || ended().await
            })
            .await;
        }
    }

    /// Follows the navigation to the page with this name, which may still be loading then.
    pub async fn turn_to(&self, name: &str) {
        self.eval(&format!(
            "[...document.querySelectorAll('.pages a')].find(of => of.innerText === {name:?}).click()"
        ))
        .await;
        self.until(name, || async { self.text(".pages [aria-current=page]").await == name }).await;
    }

    /// Gives the keys to the steps.
    pub async fn focus_slider(&self) {
        self.eval("document.querySelector('[role=slider]').focus()").await;
    }

    /// Types keys, each pressed and released, wherever the focus is.
    pub async fn keys(&self, keys: &[char]) {
        let actions = keys.iter().fold(KeyActions::new("keyboard".to_owned()), |actions, &value| {
            actions.then(KeyAction::Down { value }).then(KeyAction::Up { value })
        });
        self.client.perform_actions(actions).await.expect("the keys are typed");
    }

    /// Types a key with the shift key held.
    pub async fn shifted(&self, key: Key) {
        let (shift, value) = (Key::Shift.into(), key.into());
        let actions = KeyActions::new("keyboard".to_owned())
            .then(KeyAction::Down { value: shift })
            .then(KeyAction::Down { value })
            .then(KeyAction::Up { value })
            .then(KeyAction::Up { value: shift });
        self.client.perform_actions(actions).await.expect("the key is typed");
    }

    /// Types one key, and waits until step `step` is shown.
    pub async fn key_to_step(&self, key: impl Into<char>, step: u64) {
        let key = key.into();
        self.keys(&[key]).await;
        self.until(&format!("step {step} after {key:?}"), || async { self.step().await == step }).await;
    }

    /// The number of the step that is shown.
    pub async fn step(&self) -> u64 {
        self.text_of("return document.querySelector('.sentence')?.dataset.step ?? ''")
            .await
            .parse()
            .unwrap_or(u64::MAX)
    }

    /// What the step says.
    pub async fn sentence(&self) -> String {
        self.text(".sentence").await
    }

    /// Waits until the whole run is known, and returns its last step.
    pub async fn last_step(&self) -> u64 {
        self.until("the whole run is recorded", || async { !self.text(".count").await.contains('…') }).await;
        let last = self
            .text_of("return document.querySelector('[role=slider]').getAttribute('aria-valuemax')")
            .await;
        last.parse().expect("a number")
    }

    /// Chooses an option of the list with this label.
    pub async fn choose(&self, label: &str, value: &str) {
        let script = format!(
            "const of = [...document.querySelectorAll('.choose')].find(of => of.textContent.startsWith({label:?}));
             const list = of.querySelector('select'); list.value = {value:?};
             list.dispatchEvent(new Event('change', {{ bubbles: true }}));"
        );
        self.eval(&script).await;
    }

    /// Chooses a scenario in the gallery.
    pub async fn choose_scenario(&self, name: &str) {
        self.click("[data-does=gallery]").await;
        let card = format!(".gallery a[href^='#v1/{name}/']");
        self.wait_for("the gallery", &card).await;
        self.click(&card).await;
    }

    /// Clicks the first element that a selector finds.
    pub async fn click(&self, selector: &str) {
        let element = self.client.find(Locator::Css(selector)).await.expect("the element is there");
        element.click().await.expect("it can be clicked");
    }

    /// The files that were loaded for this document, it first, by their paths within the site; one of another site has its
    /// whole address.
    pub async fn loaded(&self) -> Vec<String> {
        serde_json::from_value(self.eval(LOADED).await).expect("a list of names")
    }

    /// How often a file was asked for since the page was loaded, by the end of its path; also if it was not there.
    pub async fn times_loaded(&self, file: &str) -> u64 {
        let times = format!(
            "return performance.getEntriesByType('resource').filter(of => of.name.endsWith({file:?})).length"
        );
        self.eval(&times).await.as_u64().unwrap_or_default()
    }

    /// The part of the address behind `#`.
    pub async fn hash(&self) -> String {
        self.text_of("return location.hash").await
    }

    /// How many windows there are.
    pub async fn windows(&self) -> usize {
        self.client.windows().await.expect("a list of windows").len()
    }

    /// Goes to a window, by its number.
    pub async fn enter_window(&self, index: usize) {
        let windows = self.client.windows().await.expect("a list of windows");
        self.client.switch_to_window(windows[index].clone()).await.expect("the window is there");
    }

    /// Closes the window.
    pub async fn close_window(&self) {
        self.client.close_window().await.expect("it can be closed");
    }

    /// Goes into a frame, by its number.
    pub async fn enter_frame(&self, index: u16) {
        self.client.enter_frame(index).await.expect("the frame is there");
        self.started().await;
    }

    /// Goes into a frame in which the program does not have to run.
    pub async fn enter_only_frame(&self, index: u16) {
        self.client.enter_frame(index).await.expect("the frame is there");
    }

    /// Goes back out of a frame.
    pub async fn leave_frame(&self) {
        self.client.enter_parent_frame().await.expect("the frame is in a page");
    }
}
