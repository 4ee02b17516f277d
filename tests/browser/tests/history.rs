//! What a choice keeps, and where the way back leads.

use pagewalk_browser_tests::{Key, Page, Screen, Site, test};

/// The whole part of the address behind `#` that ends with `end`.
async fn hash_ends(page: &Page, end: &str) {
    page.until(end, || async { page.hash().await.ends_with(end) }).await;
}

#[test]
fn a_choice_is_an_entry_of_the_history_and_a_step_is_none() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        page.open(&site.url("#v1/start?t=1")).await;
        let entries = || async { page.eval("return history.length").await.as_u64() };
        hash_ends(page, "/v6.17?lock=read&t=1").await;
        let first = entries().await;
        page.focus_slider().await;
        page.key_to_step(Key::Right, 2).await;
        page.key_to_step(Key::Right, 3).await;
        page.choose("Kernel", "v7.3").await;
        hash_ends(page, "/v7.3?lock=read&t=5").await;
        page.choose("init_mm lock held", "none").await;
        hash_ends(page, "/v7.3?lock=none&t=5").await;
        page.focus_slider().await;
        page.key_to_step(Key::Right, 6).await;
        page.click("[data-does=levels]").await;
        hash_ends(page, "&view=levels").await;
        assert_eq!(entries().await, first.map(|first| first + 3));
        for before in ["/v7.3?lock=none&t=6", "/v7.3?lock=read&t=5", "/v6.17?lock=read&t=3"] {
            page.eval("history.back()").await;
            hash_ends(page, before).await;
        }
        assert_eq!(page.step().await, 3);
        page.eval("history.forward()").await;
        hash_ends(page, "/v7.3?lock=read&t=5").await;
        assert_eq!(page.step().await, 5);
        assert_eq!(page.count("[role=alert]").await, 0);
    });
}

#[test]
fn an_embedded_widget_leaves_the_history_of_its_host_alone() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        page.open(&site.url("#v1/start?embed")).await;
        hash_ends(page, "&embed").await;
        let entries = || async { page.eval("return history.length").await.as_u64() };
        let first = entries().await;
        page.choose("Detail", "actions").await;
        page.until("it is written", || async { page.hash().await.contains("by=actions") }).await;
        assert_eq!(entries().await, first);
    });
}

#[test]
fn another_kernel_lock_and_machine_are_shown_at_the_same_event() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        page.open(&site.url("#v1/debug-init-mm/x86_64-4level/v6.17?lock=read&t=6")).await;
        assert!(page.sentence().await.starts_with("The assertion holds"));
        page.choose("Kernel", "v7.3").await;
        page.until("the assertion in v7.3", || async {
            page.sentence().await.starts_with("The assertion on init_mm.mmap_lock fails")
        })
        .await;
        assert_eq!((page.step().await, page.count("[role=alert]").await), (2, 0));
        page.choose("init_mm lock held", "write").await;
        page.until("it holds", || async { page.sentence().await.starts_with("The assertion holds") }).await;
        assert_eq!(page.step().await, 2);
        // In v6.17 the walk is handed over, which v7.3 does not do.
        page.choose("Kernel", "v6.17").await;
        page.until("the assertion in v6.17", || async { page.step().await == 6 }).await;
        page.focus_slider().await;
        page.keys(&[Key::Home.into()]).await;
        page.until("the start", || async { page.step().await == 0 }).await;
        page.key_to_step(Key::Right, 1).await;
        page.key_to_step(Key::Right, 2).await;
        assert!(page.sentence().await.contains("hands over"));
        page.choose("Kernel", "v7.3").await;
        page.wait_for("that there is none", "[role=alert]").await;
        let says = page.text("[role=alert]").await;
        assert!(says.contains("no step like the one that was shown (delegation)"), "{says}");
        assert_eq!(page.sentence().await.split(' ').next(), Some("walk_page_range_debug()"));
        assert_eq!(page.step().await, 1);
        // The first entry of a machine is the first one of another.
        page.open(&site.url("#v1/start/x86_64-5level/v6.17?lock=read&t=12")).await;
        assert!(page.sentence().await.starts_with("PMD slot 1 is a leaf"));
        page.choose("Machine", "riscv64-sv39").await;
        page.until("its machine", || async { page.hash().await.contains("riscv64-sv39") }).await;
        assert!(page.sentence().await.contains("PMD slot 1 is a leaf"), "{}", page.sentence().await);
    });
}
