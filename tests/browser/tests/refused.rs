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

#[test]
fn a_race_that_a_link_does_not_name_is_the_first_one() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        for hash in ["#v1/race", "#v1/race?", "#v1/race?embed"] {
            page.open(&site.url(hash)).await;
            let message = page.text("[role=alert]").await;
            assert!(message.contains("this link names no race"), "{hash}: {message}");
            page.click("[data-does=dismiss]").await;
            steps_on(page).await;
        }
    });
}
