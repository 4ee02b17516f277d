//! Two runs side by side.

use pagewalk_browser_tests::{Key, Page, Screen, Site, test};

/// What is said of the line that is shown.
async fn says(page: &Page, words: &str) {
    page.until(words, || async { page.text(".difference .sentence").await.contains(words) }).await;
}

#[test]
fn before_and_after_the_patch_are_stepped_together_and_each_difference_is_said() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        page.open(&site.url("#v1/compare")).await;
        page.until("the address says what is compared", || async {
            page.hash().await == "#v1/compare/debug-init-mm/x86_64-4level/v6.16?lock=read&with=v6.17"
        })
        .await;
        assert_eq!(page.count(".side").await, 2);
        assert!(
            page.text(".difference .differences").await.contains("The first of 4 differences is at step 2")
        );
        // A difference is no failure, and has another sign.
        let signs = "return [...new Set([...document.querySelectorAll('.ticks .sign')].map(of => of.getAttribute('class')))].join()";
        assert_eq!(page.text_of(signs).await, "sign sign-split");
        page.focus_slider().await;
        // The old function is called in one run, the new one in the other: the same step.
        page.key_to_step(Key::Right, 1).await;
        says(page, "Both runs do this").await;
        let names = "return [...document.querySelectorAll('.side .said')].map(of => of.innerText.split('(')[0]).join()";
        assert_eq!(page.text_of(names).await, "walk_page_range_novma,walk_page_range_debug");
        page.key_to_step(']', 2).await;
        says(page, "Only v6.17 does this here: The mm is init_mm").await;
        assert!(page.text(".difference .differences").await.contains("This is the first of 4 differences"));
        // The other run waits at its last step.
        assert_eq!(page.count(".side.absent").await, 1);
        page.key_to_step(']', 3).await;
        assert!(page.hash().await.ends_with("&with=v6.17&t=3"), "{}", page.hash().await);
        page.key_to_step(Key::PageDown, 4).await;
    });
}

#[test]
fn a_choice_compares_other_runs_and_the_address_is_a_choice() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        page.open(&site.url("#v1/compare/start/x86_64-5level/v6.17?lock=none&with=v6.17&with-lock=read"))
            .await;
        page.focus_slider().await;
        page.key_to_step(']', 4).await;
        says(page, "The same step ends differently: assertion fails in v6.17 (lock: none), assertion holds in v6.17 (lock: read).")
            .await;
        assert_eq!((page.count(".assertion.fails").await, page.count(".assertion.holds").await), (1, 1));
        page.choose("Right: kernel", "v7.3").await;
        page.until("the address", || async { page.hash().await.contains("with=v7.3&with-lock=read") }).await;
        page.choose("Scenario", "debug-user").await;
        page.until("the scenario", || async { page.hash().await.starts_with("#v1/compare/debug-user/") })
            .await;
        page.wait_for("both runs", ".side + .side").await;
        let (hash, text) = (page.hash().await, page.text("main").await);
        page.reload().await;
        page.wait_for("both runs", ".side + .side").await;
        assert_eq!((page.hash().await, page.text("main").await), (hash, text));
        // From a walk, beside the release after the patch.
        page.open(&site.url("#v1/kernel-walk/riscv64-sv39/v7.3?lock=write")).await;
        page.click(".top .to-compare").await;
        page.wait_for("both runs", ".side + .side").await;
        let whole = "#v1/compare/kernel-walk/riscv64-sv39/v7.3?lock=write&with=v6.17";
        page.until("its address", || async { page.hash().await == whole }).await;
        // What is pressed leads to its next line.
        page.click(".side .column h2 button").await;
        page.until("a step of that level", || async { page.step().await > 0 }).await;
        assert_eq!(page.count("[role=alert]").await, 0);
    });
}

#[test]
fn two_machines_are_put_beside_each_other_by_level_and_it_is_said_what_cannot_be_compared() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        page.open(&site.url("#v1/compare/start/x86_64-5level/v6.17?lock=read&with=v6.17")).await;
        page.wait_for("both runs", ".side + .side").await;
        assert!(!page.text(".differences").await.contains("two machines"));
        page.choose("Right: machine", "riscv64-sv39").await;
        let address = "#v1/compare/start/x86_64-5level/v6.17?lock=read&with=v6.17&with-machine=riscv64-sv39";
        page.until("the address", || async { page.hash().await == address }).await;
        page.wait_for("both runs", ".side + .side").await;
        assert!(page.text(".differences").await.contains("Addresses, slots and what is mapped cannot be"));
        let names = "return [...document.querySelectorAll('.side h2')].map(of => of.innerText).join('|')";
        let names = page.text_of(names).await.to_lowercase();
        assert!(names.contains("x86-64") && names.contains("riscv64"), "{names}");
        page.focus_slider().await;
        page.key_to_step(Key::Right, 1).await;
        says(page, "Both runs do this, each in its own tables.").await;
    });
}

#[test]
fn all_that_is_wrong_with_an_address_is_said() {
    test(Screen::NARROW, async |page| {
        let site = Site::serve();
        let walk = "#v1/kernel-walk/riscv64/v9?lock=foo&t=3&t=4";
        let race = "#v1/race/munmap/riscv64/v9?lock=foo&t=0&t=0";
        for hash in [walk, race] {
            page.load(&site.url(hash)).await;
            for words in ["“riscv64”", "“v9”", "“lock=foo”", "“t” more than once", "Did you mean “riscv64-sv"]
            {
                page.until(words, || async { page.text("[role=alert]").await.contains(words) }).await;
            }
        }
        for (hash, words) in [
            ("#v1/learn/why-the-patc", "Did you mean “why-the-patch”?"),
            ("#v1/race/mumap", "Did you mean “munmap”?"),
            ("#v1/kernal-walk", "Did you mean “kernel-walk”?"),
        ] {
            page.load(&site.url(hash)).await;
            page.until(words, || async { page.text("[role=alert]").await.contains(words) }).await;
        }
        page.open(&site.url("#v1/compare/debug-user/vax/v7.1?with=v1&with-lock=x&t=2000")).await;
        for words in ["“vax”", "“with=v1”", "“with-lock=x”", "no step 2000"] {
            page.until(words, || async { page.text("[role=alert]").await.contains(words) }).await;
        }
        let wide = "const of = document.documentElement; return of.scrollWidth - of.clientWidth";
        assert_eq!(page.eval(wide).await, 0);
        page.keys(&['?']).await;
        page.wait_for("the help", ".help").await;
    });
}
