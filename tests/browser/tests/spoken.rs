//! What a screen reader is given to say along a walk.

use pagewalk_browser_tests::{Key, Screen, Site, test};
use serde_json::json;

/// Keeps what the live regions come to say, in its order.
const LISTEN: &str = "
    window.heard = [];
    new MutationObserver(changes => {
        const live = changes.map(of => (of.target.closest ? of.target : of.target.parentElement).closest('[aria-live]'));
        for (const region of new Set(live)) {
            const text = [...region?.children ?? []].map(of => of.textContent).join(' ');
            if (text) heard.push(text);
        }
    }).observe(document.body, { subtree: true, childList: true, characterData: true })";

#[test]
fn a_step_is_heard_once_and_an_assertion_with_its_reason() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        page.open(&site.url("#v1/start/x86_64-5level/v6.17?lock=none&t=2")).await;
        page.last_step().await;
        page.eval(LISTEN).await;
        page.focus_slider().await;
        for step in 3..=7 {
            page.key_to_step(Key::Right, step).await;
        }
        assert_eq!(
            page.eval("return heard").await,
            json!([
                "The ops table has no install_pte(), which this function would refuse.",
                "The assertion on init_mm.mmap_lock fails: nobody holds it. The kernel warns and goes on. \
                 The kernel's page tables are normally not freed, so this rule asks for no more than the read lock, which keeps \
                 out those who free them under the write lock.",
                "walk_pgd_range() starts to walk 0xff11000000200000 to 0xff11000000602000.",
                "PGD slot 273 points to a table: pgd_entry() is called for 0xff11000000200000, as the caller wants to see such entries.",
                "walk_p4d_range() starts to walk 0xff11000000200000 to 0xff11000000602000, because the pgd entry is neither \
                 empty nor bad.",
            ])
        );
        // The title of the window names the step.
        let title = page.text_of("return document.title").await;
        assert_eq!(title, "down a level · Start here: a short kernel walk, v6.17 · Pagewalk");
    });
}
