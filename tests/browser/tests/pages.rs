//! The pages of the one document: what is not in the first download arrives later.

use pagewalk_browser_tests::{Key, Page, Screen, Site, in_app, test};
use pagewalk_server::Answer;

/// The strictest policy under which the page may be served: scripts come from its own server and may compile wasm.
const POLICY: &str = "default-src 'none'; connect-src 'self'; img-src 'self'; style-src 'self' 'unsafe-inline'; \
                      script-src 'self' 'wasm-unsafe-eval'";

/// How often a later part of the program was fetched.
async fn fetched(page: &Page, part: &str) -> u64 {
    page.times_loaded(&in_app(&format!("split_{part}.wasm"))).await
}

#[test]
fn the_later_part_arrives_in_the_same_document() {
    test(Screen::WIDE, async |page| {
        let site =
            Site::serve_with(|site| site.below("/some/dir/").header("Content-Security-Policy", POLICY));
        page.open(&site.url("#v1/kernel-walk?t=3")).await;
        assert_eq!(page.step().await, 3);
        page.eval("window.sameDocument = true").await;
        // What no page knows is answered at once.
        page.eval("location.hash = '#v1/nope'").await;
        page.until("it is said", || async { page.text("main").await.contains("no scenario “nope”") }).await;
        assert_eq!((fetched(page, "lab").await, fetched(page, "more").await), (0, 0));
        for (hash, sign) in [
            ("#v1/race/munmap", ".lane"),
            ("#v1/callers", ".callers tbody tr"),
            ("#v1/verdicts", ".survey[data-state]"),
            ("#v1/kernel-walk?t=3", ".sentence"),
        ] {
            page.eval(&format!("location.hash = {hash:?}")).await;
            page.wait_for(hash, sign).await;
            assert!(page.hash().await.starts_with(hash.split('?').next().unwrap_or(hash)), "{hash}");
        }
        assert_eq!((fetched(page, "lab").await, fetched(page, "more").await), (1, 1));
        assert_eq!(page.text_of("return String(window.sameDocument)").await, "true");
        assert_eq!(page.text_of("return location.pathname").await, "/some/dir/");
        // A scenario that is not here yet can be chosen like the others.
        page.open(&site.url("")).await;
        page.choose("Scenario", "hvo-optimize").await;
        page.until("the scenario", || async { page.hash().await.starts_with("#v1/hvo-optimize/") }).await;
        page.wait_for("a step is shown", ".sentence").await;
        // It is in the part without the race lab.
        assert_eq!((fetched(page, "lab").await, fetched(page, "more").await), (0, 1));
    });
}

#[test]
fn old_addresses_lead_to_the_same_place() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve_with(|site| site.below("/some/dir/"));
        page.load(&site.url("lab.html#v1/hvo-optimize?t=4")).await;
        page.wait_for("the walk", ".sentence").await;
        assert_eq!(page.text_of("return location.pathname").await, "/some/dir/");
        assert!(page.hash().await.starts_with("#v1/hvo-optimize"), "{}", page.hash().await);
        assert_eq!(page.step().await, 4);
    });
}

#[test]
fn a_part_that_does_not_arrive_is_said_and_the_walk_goes_on() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve_with(|site| site.instead(&in_app("split_lab.wasm"), Answer::Missing));
        page.open(&site.url("#v1/kernel-walk?t=3")).await;
        page.eval("location.hash = '#v1/race/munmap'").await;
        page.until("it is said", || async { page.text("main").await.contains("could not be loaded") }).await;
        page.eval("location.hash = '#v1/kernel-walk?t=3'").await;
        page.wait_for("the walk", ".sentence").await;
        assert_eq!(page.step().await, 3);
        // The script that wasm-split writes has told the console too: that is no error of the page.
        let told = page.eval("return sessionStorage.errors").await;
        assert_eq!(told.as_str().map(|told| told.matches("split_lab.wasm: 404").count()), Some(1), "{told}");
        page.eval("delete sessionStorage.errors").await;
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

#[test]
fn who_leaves_a_page_and_comes_back_finds_it_as_it_was() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        page.open(&site.url("#v1/kernel-walk/riscv64-sv39/v7.1?lock=none")).await;
        page.last_step().await;
        page.choose("[ ] go to", "holes").await;
        for step in 1..=9 {
            page.key_to_step(Key::Right, step).await;
        }
        let walk = page.text("main").await;

        // A proof and a branch.
        page.turn_to("Race lab").await;
        page.wait_for("the lanes", ".lane").await;
        page.click("[data-does=prove]").await;
        page.wait_for("a proof", "[data-search=unsafe]").await;
        page.focus_slider().await;
        page.key_to_step('2', 1).await;
        page.key_to_step('1', 2).await;
        page.key_to_step(Key::Left, 1).await;
        page.key_to_step('2', 2).await;
        let race = page.text("main").await;
        assert!(page.count(".branches li").await == 2 && page.count(".ways li").await == 2, "{race}");

        page.turn_to("Verdicts").await;
        page.wait_for("the matrix", ".survey").await;
        page.click("[data-does=pause]").await;
        page.wait_for("it has paused", "[data-state=paused]").await;
        let verdicts = page.text(".survey").await;
        page.turn_to("Callers").await;
        page.wait_for("the call sites", ".callers").await;

        page.turn_to("Race lab").await;
        page.wait_for("the lanes", ".lane").await;
        assert_eq!(page.text("main").await, race);
        page.turn_to("Verdicts").await;
        page.wait_for("the matrix", ".survey").await;
        assert_eq!(page.text(".survey").await, verdicts);
        page.turn_to("Walk").await;
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
