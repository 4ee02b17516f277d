//! The light page leads to the whole one for what it does not have.

use pagewalk_browser_tests::{Key, Page, Screen, Site, test};

async fn file(page: &Page) -> String {
    page.text_of("return location.pathname").await
}

#[test]
fn the_light_page_goes_on_in_the_whole_one_at_the_same_place() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve_with(|site| site.below("/some/dir/"));
        // What both have is shown by the one that was asked for.
        for name in ["", "lab.html"] {
            page.open(&site.url(&format!("{name}#v1/kernel-walk?t=3"))).await;
            assert_eq!(file(page).await, format!("/some/dir/{name}"));
            assert_eq!(page.step().await, 3);
        }
        for hash in ["#v1/hvo-optimize?t=4", "#v1/callers", "#v1/race/munmap", "#v1/verdicts"] {
            page.load(&site.url(hash)).await;
            page.until("the whole page", || async { file(page).await == "/some/dir/lab.html" }).await;
            page.wait_for("the whole page is there", "main").await;
            let name = hash.split('?').next().unwrap_or(hash);
            assert!(page.hash().await.starts_with(name), "{}", page.hash().await);
        }
        // What no page knows is answered at once.
        page.open(&site.url("#v1/nope")).await;
        assert_eq!(file(page).await, "/some/dir/");
        assert!(page.text("[role=alert]").await.contains("no scenario “nope”"));
        // A scenario that is not here yet can be chosen like the others.
        page.choose("Scenario", "hvo-optimize").await;
        page.until("the whole page", || async { file(page).await == "/some/dir/lab.html" }).await;
        page.wait_for("a step is shown", ".sentence").await;
        assert!(page.hash().await.starts_with("#v1/hvo-optimize/"), "{}", page.hash().await);
    });
}

#[test]
fn the_pages_lead_to_each_other() {
    test(Screen::NARROW, async |page| {
        let site = Site::serve();
        page.open(&site.url("")).await;
        let here = |name: &'static str| async move { page.text(".pages [aria-current=page]").await == name };
        assert!(here("Walk").await);
        for (place, name) in [(2, "Callers"), (3, "Race lab"), (4, "Verdicts"), (1, "Walk"), (3, "Race lab")]
        {
            page.click(&format!(".pages a:nth-child({place})")).await;
            page.until(name, || here(name)).await;
        }
        // Back is the page before, as anywhere.
        page.eval("history.back()").await;
        page.until("the walk", || here("Walk")).await;
        page.wait_for("a step is shown", ".sentence").await;
    });
}

/// Follows the navigation to a page.
async fn to(page: &Page, name: &str) {
    page.eval(&format!(
        "[...document.querySelectorAll('.pages a')].find(of => of.innerText === {name:?}).click()"
    ))
    .await;
    page.until(name, || async { page.text(".pages [aria-current=page]").await == name }).await;
}

#[test]
fn who_leaves_a_page_and_comes_back_finds_it_as_it_was() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        page.open(&site.url("lab.html#v1/kernel-walk/riscv64-sv39/v7.1?lock=none")).await;
        page.last_step().await;
        page.choose("[ ] go to", "holes").await;
        for step in 1..=9 {
            page.key_to_step(Key::Right, step).await;
        }
        let walk = page.text("main").await;

        // A proof and a branch.
        to(page, "Race lab").await;
        page.wait_for("the lanes", ".lane").await;
        page.click("[data-does=prove]").await;
        page.wait_for("a proof", "[data-search=unsafe]").await;
        page.eval("document.querySelector('[role=slider]').focus()").await;
        page.key_to_step('2', 1).await;
        page.key_to_step('1', 2).await;
        page.key_to_step(Key::Left, 1).await;
        page.key_to_step('2', 2).await;
        let race = page.text("main").await;
        assert!(page.count(".branches li").await == 2 && page.count(".ways li").await == 2, "{race}");

        to(page, "Verdicts").await;
        page.wait_for("the matrix", ".survey").await;
        page.click("[data-does=pause]").await;
        page.wait_for("it has paused", "[data-state=paused]").await;
        let verdicts = page.text(".survey").await;
        to(page, "Callers").await;
        page.wait_for("the call sites", ".callers").await;

        to(page, "Race lab").await;
        page.wait_for("the lanes", ".lane").await;
        assert_eq!(page.text("main").await, race);
        to(page, "Verdicts").await;
        page.wait_for("the matrix", ".survey").await;
        assert_eq!(page.text(".survey").await, verdicts);
        to(page, "Walk").await;
        page.wait_for("a step is shown", ".sentence").await;
        assert_eq!(page.text("main").await, walk);
        // Back is the page before, as it was as well.
        page.eval("history.go(-2)").await;
        page.wait_for("the lanes", ".lane").await;
        assert_eq!(page.text("main").await, race);
        let fetched = "return performance.getEntriesByType('resource').filter(of => of.name.includes('/captures/')).length";
        assert_eq!(page.eval(fetched).await, 1, "the tables are fetched once");
    });
}
