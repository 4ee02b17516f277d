//! A race, two runs and a lesson as elements of another page.

use pagewalk_browser_tests::host::{open_host, shows};
use pagewalk_browser_tests::{Key, Page, Screen, test};
use serde_json::json;

const STILL: &str = "<p id=\"still\">A figure</p>";

async fn is_live(page: &Page, what: &str) {
    page.until(what, || async { page.eval(&format!("return !!inside({what:?})")).await == true }).await;
    page.until("in place of the figure", || async {
        page.eval("return document.querySelector('#still').getClientRects().length").await == 0
    })
    .await;
}

/// What is as it has to be of anything that is shown: no header, nothing too wide, the page's own focus and place.
async fn is_modest(page: &Page) {
    let seen = "return [...walk().shadowRoot.querySelectorAll('.top, .pages')].filter(of => of.getClientRects().length).length";
    assert_eq!(page.eval(seen).await, 0);
    assert_eq!(page.eval("return [scrollY, document.activeElement.tagName]").await, json!([0, "BODY"]));
    let wide = page.eval("return document.documentElement.scrollWidth - innerWidth").await;
    assert!(wide.as_i64() <= Some(0), "{wide}");
    assert!(page.text_of("return inside('.caption').textContent").await.contains("Open in full"));
    let link = page.text_of("return inside('a.full').href").await;
    assert_eq!(link, page.text_of("return walk().href").await);
}

#[test]
fn a_race_is_moved_by_its_buttons_keys_and_methods() {
    test(Screen::WIDE, async |page| {
        open_host(
            page,
            &format!(
                "<page-walk race=\"munmap\" machine=\"x86_64-4level\" kernel=\"v6.17\">{STILL}</page-walk>"
            ),
        )
        .await;
        is_live(page, ".lane").await;
        is_modest(page).await;
        // The sheet of its part has come, and is put on.
        page.until("the lanes lie beside each other", || async {
            page.text_of("return getComputedStyle(inside('.lanes')).display").await == "flex"
        })
        .await;
        let at = "return [walk().step, walk().last]";
        assert_eq!(page.eval(at).await, json!([0, 0]));
        page.eval("inside('.lane button').click()").await;
        page.until("a step", || async { page.eval(at).await == json!([1, 1]) }).await;
        assert!(page.text_of("return walk().sentence").await.len() > 10);
        page.eval("inside('[role=slider]').focus()").await;
        page.keys(&['1', '2', 'x', Key::PageUp.into()]).await;
        page.until("digits move, Page Up goes back", || async { page.eval(at).await == json!([2, 3]) }).await;
        assert_eq!(page.eval("return heard").await, json!(["x"]));
        page.eval("walk().seek(1)").await;
        page.until("it is sought", || async { page.eval(at).await == json!([1, 3]) }).await;
        page.eval("walk().next()").await;
        page.until("next", || async { page.eval(at).await == json!([2, 3]) }).await;
        // At its end the keys are the page's.
        page.keys(&[Key::PageDown.into(), Key::PageDown.into()]).await;
        page.until("out", || async { page.eval("return heard").await == json!(["x", "PageDown"]) }).await;
        assert!(page.text_of("return walk().href").await.contains("#v1/race/munmap/x86_64-4level/v6.17?"));
        // The search is in it, too.
        page.eval("inside('[data-does=find]').click()").await;
        page.until("it has found a way", || async {
            page.eval("return !!inside('.outcome') && walk().last > 3").await == true
                || page.eval("return !!inside('.answer .says')?.textContent").await == true
        })
        .await;
    });
}

#[test]
fn a_race_of_a_kernel_is_on_the_machine_that_it_has() {
    test(Screen::WIDE, async |page| {
        open_host(page, &format!("<page-walk race=\"set-prot\" kernel=\"v6.18\">{STILL}</page-walk>")).await;
        is_live(page, ".lane").await;
        assert!(page.text_of("return walk().href").await.contains("#v1/race/set-prot/arm64"));
        assert_eq!(page.eval("return inside('[role=alert]')").await, json!(null));
    });
}

#[test]
fn two_runs_stand_side_by_side() {
    test(Screen::WIDE, async |page| {
        let body = format!(
            "<page-walk scenario=\"debug-init-mm\" kernel=\"v6.17\" lock=\"read\" compare=\"v7.3\" step=\"1\">{STILL}</page-walk>"
        );
        open_host(page, &body).await;
        is_live(page, ".side + .side").await;
        is_modest(page).await;
        assert_eq!(page.eval("return inside('[role=alert]')").await, json!(null));
        assert!(
            page.text_of("return walk().href")
                .await
                .contains("#v1/compare/debug-init-mm/x86_64-4level/v6.17?")
        );
        assert!(page.text_of("return walk().href").await.contains("with=v7.3"));
        let at = "return walk().step";
        page.until("its line", || async { page.eval(at).await == 1 }).await;
        page.eval("walk().next()").await;
        page.until("next", || async { page.eval(at).await == 2 }).await;
        page.eval("walk().compare = 'v7.1'").await;
        page.until("another kernel", || async {
            page.text_of("return walk().href").await.contains("with=v7.1")
        })
        .await;
        // And a walk again.
        page.eval("walk().removeAttribute('compare'); walk().step = 2").await;
        page.until("one walk", || async { page.eval("return !inside('.side')").await == true }).await;
        shows(page, 0, 2).await;
    });
}

#[test]
fn a_lesson_asks_and_says_how_it_was_answered() {
    test(Screen::WIDE, async |page| {
        open_host(page, &format!("<page-walk lesson=\"why-the-patch/1\">{STILL}</page-walk><div style=\"height: 3000px\"></div>")).await;
        is_live(page, ".lesson").await;
        is_modest(page).await;
        // To a stop with a question.
        page.eval("inside('.lesson').focus({ preventScroll: true })").await;
        page.keys(&['n']).await;
        page.until("the second stop", || async { page.text_of("return walk().href").await.ends_with("/2") })
            .await;
        page.until("its question", || async {
            page.eval("return !!inside('[data-does^=way]')").await == true
        })
        .await;
        page.eval("inside('[data-does^=way]').click()").await;
        page.until("the answer", || async {
            page.eval("return events.filter(([type]) => type === 'answer').length").await == 1
        })
        .await;
        assert_eq!(page.eval("return localStorage.length").await, 0);
        assert_eq!(page.eval("return scrollY").await, 0);
    });
}

#[test]
fn what_is_not_there_leaves_the_figure_and_one_sentence() {
    test(Screen::WIDE, async |page| {
        for (attribute, says) in [
            (
                "race=\"munmp\"",
                "There is no race \u{201c}munmp\u{201d}. Did you mean \u{201c}munmap\u{201d}?",
            ),
            ("lesson=\"nosuch\"", "There is no lesson \u{201c}nosuch\u{201d}."),
            ("lesson", "Which lesson is to be shown?"),
            ("compare=\"v7.3\" scenario=\"nosuch\"", "There is no scenario \u{201c}nosuch\u{201d}."),
            ("link=\"verdicts\"", "Verdicts is not shown in other pages."),
            ("race=\"&lt;img src=x onerror=window.ran=1&gt;\"", "There is no race"),
        ] {
            open_host(page, &format!("<page-walk {attribute}>{STILL}</page-walk>")).await;
            page.until(attribute, || async {
                page.text_of("return inside('.says')?.textContent ?? ''").await.starts_with(says)
            })
            .await;
            assert_eq!(page.eval("return document.querySelector('#still').getClientRects().length").await, 1);
            assert_eq!(page.eval("return window.ran ?? null").await, json!(null));
            // Nothing was fetched for it.
            assert_eq!(
                page.times_loaded("pack_lab.wasm").await + page.times_loaded("pack_learn.wasm").await,
                0
            );
        }
        // A stop is known with the lessons only.
        open_host(page, &format!("<page-walk lesson=\"why-the-patch/99\">{STILL}</page-walk>")).await;
        page.until("no such stop", || async {
            page.text_of("return inside('.says')?.textContent ?? ''")
                .await
                .contains("has no stop 99, only 1 to ")
        })
        .await;
        assert_eq!(page.eval("return document.querySelector('#still').getClientRects().length").await, 1);
        // It can be mended.
        page.eval("walk().removeAttribute('lesson'); walk().race = 'munmap'").await;
        is_live(page, ".lane").await;
        assert_eq!(page.eval("return inside('.says')").await, json!(null));
    });
}
