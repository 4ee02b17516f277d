//! What a browser lacks or refuses: a sentence, and the page goes on.

use pagewalk_browser_tests::{Key, Page, Screen, Site, test};
use serde_json::json;

const COPY: &str = "[data-does=copy-link]";

/// The pages that have a link to copy, by their addresses.
const PAGES: [&str; 2] = ["index.html#v1/kernel-walk", "index.html#v1/race/munmap"];

/// Answers the question whether the page may copy.
async fn permit(page: &Page, setting: &str) {
    let permission = json!({ "permission": { "name": "clipboard-write" }, "setting": setting });
    page.devtools("Browser.setPermission", permission).await;
}

/// Presses *Copy link*, is told to use the address bar, and steps on.
async fn is_told_to_copy_it_from_the_address_bar(page: &Page) {
    page.click(COPY).await;
    page.wait_for("a message", "[role=alert]").await;
    let message = page.text("[role=alert]").await;
    assert!(message.contains("Copy it from the address bar."), "{message}");
    assert_eq!(page.text(COPY).await, "Copy link", "it says that nothing was copied");
    steps_on(page).await;
}

async fn steps_on(page: &Page) {
    let before = page.text("[role=slider]").await;
    page.focus_slider().await;
    if page.count(".lane").await > 0 {
        page.key_to_step('1', 1).await;
    } else {
        page.last_step().await;
        page.key_to_step(Key::Right, 1).await;
    }
    page.key_to_step(Key::Left, 0).await;
    assert_eq!(page.text("[role=slider]").await, before);
}

#[test]
fn without_a_clipboard_the_address_bar_has_the_link() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        for address in PAGES {
            page.open(&site.plain_url(address)).await;
            assert_eq!(page.eval("return navigator.clipboard === undefined").await, true);
            is_told_to_copy_it_from_the_address_bar(page).await;
        }
    });
}

#[test]
fn a_clipboard_that_is_refused_is_not_said_to_have_the_link() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        permit(page, "denied").await;
        for address in PAGES {
            page.open(&site.url(address)).await;
            is_told_to_copy_it_from_the_address_bar(page).await;
        }
    });
}

#[test]
fn a_link_that_was_copied_opens_the_same_step() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        for permission in ["clipboard-write", "clipboard-read"] {
            let granted = json!({ "permission": { "name": permission }, "setting": "granted" });
            page.devtools("Browser.setPermission", granted).await;
        }
        for address in PAGES {
            page.open(&site.url(address)).await;
            page.click(COPY).await;
            page.until("it says so", || async { page.text(COPY).await == "Link copied" }).await;
            let copied = "return navigator.clipboard.readText().then(copied => [copied, location.href])";
            let copied = page.eval(copied).await;
            assert_eq!(copied[0], copied[1]);
            assert_eq!(page.count("[role=alert]").await, 0);
            // What was copied is the step before.
            page.focus_slider().await;
            let key = if page.count(".lane").await > 0 { '1' } else { Key::Right.into() };
            page.key_to_step(key, 1).await;
            assert_eq!(page.text(COPY).await, "Copy link");
        }
    });
}

#[test]
fn a_browser_without_clock_history_and_pointer_capture_steps_all_the_same() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        let lacks = "
            const refuse = () => { throw new DOMException('refused', 'SecurityError') };
            Object.defineProperty(window, 'performance', { get: () => undefined });
            Object.defineProperty(window, 'history', { get: refuse });
            Element.prototype.setPointerCapture = refuse;
            HTMLElement.prototype.focus = refuse;";
        page.devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": lacks })).await;
        for address in PAGES {
            page.open(&site.url(address)).await;
            let lane = page.count(".lane").await > 0;
            page.click(".say .kind").await;
            let key = if lane { '1' } else { Key::Right.into() };
            page.key_to_step(key, 1).await;
            page.click("[role=slider]").await;
            page.click(COPY).await;
            page.until("it is copied or refused", || async {
                page.text(COPY).await == "Link copied" || page.count("[role=alert]").await == 1
            })
            .await;
            page.click("[data-does=first]").await;
            page.until("the first step", || async { page.step().await == 0 }).await;
        }
    });
}

/// Opens every page from now on in a browser that lacks something.
async fn without(page: &Page, lacks: &str) {
    page.devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": lacks })).await;
}

#[test]
fn a_clipboard_that_answers_late_answers_for_the_step_of_then() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        let late = "const clipboard = { writeText: () => new Promise(done => window.answer = done) };
                    Object.defineProperty(navigator, 'clipboard', { value: clipboard })";
        without(page, late).await;
        page.open(&site.url("#v1/kernel-walk")).await;
        page.last_step().await;
        page.click(COPY).await;
        page.focus_slider().await;
        page.key_to_step(Key::Right, 1).await;
        page.eval("answer()").await;
        page.click(COPY).await;
        page.eval("answer()").await;
        page.until("it says so", || async { page.text(COPY).await == "Link copied" }).await;
        page.key_to_step(Key::Right, 2).await;
        page.click(COPY).await;
        page.key_to_step(Key::Left, 1).await;
        // Whatever the answer did is drawn by the time that the browser has drawn the next frames.
        let after = "answer(); return new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))";
        page.eval(after).await;
        assert_eq!(page.text(COPY).await, "Copy link");
    });
}

#[test]
fn without_a_clock_the_address_follows_for_ever() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        without(page, "Object.defineProperty(window, 'performance', { get: () => undefined })").await;
        page.open(&site.url("#v1/kernel-walk")).await;
        assert!(page.last_step().await > 60);
        page.focus_slider().await;
        page.keys(&[Key::Right.into(); 60]).await;
        page.until("the step", || async { page.step().await == 60 }).await;
        page.until("its address", || async { page.hash().await.ends_with("t=60") }).await;
    });
}

#[test]
fn a_browser_that_cannot_unpack_is_said_to_be_one() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        for lacks in [
            "delete window.DecompressionStream",
            "delete ReadableStream.prototype.pipeThrough",
            "delete ReadableStream.prototype.getReader",
            "delete Response.prototype.body",
        ] {
            without(page, lacks).await;
            page.load(&site.url("#v1/kernel-walk")).await;
            page.wait_for("a message", ".notice.failed").await;
            let message = page.text(".notice.failed").await;
            assert!(message.contains("this browser lacks"), "{message}");
            // Tables that are made need nothing of that.
            page.choose("Machine", "riscv64-sv48").await;
            page.wait_for("a step is shown", ".sentence").await;
        }
    });
}

#[test]
fn a_part_arrives_in_a_browser_that_cannot_say_how_far_it_is() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        let lacks = "delete window.TransformStream; delete window.CustomEvent;
                     delete WebAssembly.compileStreaming; delete WebAssembly.instantiateStreaming";
        for lacks in [lacks, "delete ReadableStream.prototype.pipeThrough"] {
            without(page, lacks).await;
            page.load(&site.url("#v1/race/munmap")).await;
            page.wait_for("the lanes", ".lane").await;
            page.load(&site.url("#v1/callers")).await;
            page.wait_for("the call sites", ".callers tbody tr").await;
        }
    });
}

#[test]
fn an_address_that_cannot_be_written_does_not_hold_the_steps() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        without(page, "history.replaceState = () => {}").await;
        page.open(&site.url("#v1/kernel-walk?t=2")).await;
        page.last_step().await;
        page.focus_slider().await;
        page.key_to_step(Key::Right, 3).await;
        page.key_to_step(Key::Right, 4).await;
    });
}

#[test]
fn a_race_that_a_link_does_not_name_is_the_first_one() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        for hash in ["#v1/race", "#v1/race?", "#v1/race?embed"] {
            page.open(&site.url(hash)).await;
            let message = page.text("[role=alert]").await;
            assert!(message.contains("This link names no race"), "{hash}: {message}");
            page.click("[data-does=dismiss]").await;
            steps_on(page).await;
        }
    });
}
