//! Stepping with the keyboard only, and what the page says.

use pagewalk_browser_tests::{Key, Page, Screen, Site, test};

const RIGHT: Key = Key::Right;
const LEFT: Key = Key::Left;

/// Everything that the page says about a step.
async fn whole(page: &Page) -> String {
    page.until("whether the walk is safe has been searched", || async {
        page.count(".beside .searching, .locks .loading").await == 0
    })
    .await;
    page.whole_text().await
}

/// Steps on until the sentence contains `words`.
async fn on_to(page: &Page, words: &str) {
    let last = page.last_step().await;
    while !page.sentence().await.contains(words) {
        let step = page.step().await;
        assert!(step < last, "no step says {words:?}");
        page.key_to_step(RIGHT, step + 1).await;
    }
}

#[test]
fn a_kernel_walk_shows_what_it_finds_at_every_level() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        page.open(&site.url("#v1/kernel-walk")).await;
        assert_eq!(page.step().await, 0);
        assert!(page.text(".say .about").await.contains("direct map"));
        page.key_to_step(RIGHT, 1).await;
        assert_eq!(
            page.sentence().await,
            "walk_kernel_page_table_range() is called for 0xffff888080000000 to 0xffff8880c8400000."
        );

        on_to(page, "The assertion").await;
        assert_eq!(page.sentence().await, "The assertion holds: init_mm.mmap_lock is held for reading.");
        let assertion = page.text(".assertion.holds").await;
        for words in [
            "mmap_assert_locked(&init_mm)",
            "init_mm.mmap_lock held, for reading or for writing",
            "held for reading by this task",
        ] {
            assert!(assertion.contains(words), "{words:?} in {assertion}");
        }

        on_to(page, "PUD slot 2").await;
        assert!(page.sentence().await.contains("is a leaf"));
        assert_eq!(page.text(".field.lit .name").await, "PUD");
        assert_eq!(page.text(".field.lit .value").await, "2");
        assert!(page.text(".entry .raw").await.contains("0x80000000800000e3"));
        assert!(page.text(".flags").await.contains("PSE"));
        assert_eq!(page.text(".frame.current code").await, "walk_pud_range");
        assert!(page.text(".listing li.lit").await.contains("pud_leaf(pud)"));

        on_to(page, "PMD slot 0").await;
        assert!(page.text(".row.current").await.contains('0'));
        on_to(page, "pte_offset_kernel()").await;
        on_to(page, "PTE slot 0").await;
        assert!(page.sentence().await.contains("maps a page"));

        let last = page.last_step().await;
        page.key_to_step(Key::End, last).await;
        assert_eq!(page.sentence().await, "walk_kernel_page_table_range() returns 0.");
        assert_eq!(page.count(".frame").await, 0);
        page.key_to_step(Key::Home, 0).await;
        // The keys of a clicker go the way of a talk.
        page.key_to_step(Key::PageDown, 1).await;
        page.key_to_step('.', 2).await;
        page.key_to_step(Key::PageUp, 1).await;
        page.shifted(Key::Right).await;
        page.until("ten steps on", || async { page.step().await == 11 }).await;
        page.shifted(Key::Left).await;
        page.until("ten steps back", || async { page.step().await == 1 }).await;
    });
}

#[test]
fn a_debug_walk_of_a_user_mm_maps_pte_tables_under_rcu() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        page.open(&site.url("#v1/debug-user")).await;
        on_to(page, "The assertion holds").await;
        let why = page.text(".rule .why").await;
        assert!(why.contains("munmap()") && why.contains("downgrades it to a read lock"), "{why}");
        on_to(page, "pte_hole()").await;
        assert!(page.sentence().await.contains("depth 3"));
        on_to(page, "pte_offset_map() maps").await;
        assert!(page.text(".kind").await.to_lowercase().contains("pte table mapped"));
        on_to(page, "RCU read section ends").await;
        on_to(page, "walk_page_range_debug() returns 0.").await;
    });
}

#[test]
fn a_debug_walk_of_init_mm_is_handed_over() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        page.open(&site.url("#v1/debug-init-mm")).await;
        page.key_to_step(RIGHT, 1).await;
        page.key_to_step(RIGHT, 2).await;
        assert!(page.sentence().await.contains("hands over to walk_kernel_page_table_range()"));
        let delegation = page.text(".delegation").await;
        for words in ["Handed over", "munmap() frees user tables", "patch, v6.17, v6.18, v7.1"] {
            assert!(delegation.contains(words), "{words:?} in {delegation}");
        }
        page.key_to_step(RIGHT, 3).await;
        assert_eq!(page.text(".frame.delegated code").await, "↪ walk_kernel_page_table_range");
    });
}

#[test]
fn going_back_shows_exactly_what_was_there() {
    for scenario in ["kernel-walk", "debug-user", "debug-init-mm"] {
        test(Screen::WIDE, async |page| {
            let site = Site::serve();
            page.open(&site.url(&format!("#v1/{scenario}"))).await;
            let last = page.last_step().await.min(30);
            let mut there = vec![whole(page).await];
            for step in 1..=last {
                page.key_to_step(RIGHT, step).await;
                there.push(whole(page).await);
            }
            for step in (0..last).rev() {
                page.key_to_step(LEFT, step).await;
                assert_eq!(whole(page).await, there[step as usize], "{scenario} step {step}");
            }
        });
    }
}

#[test]
fn a_failed_assertion_warns_and_the_walk_goes_on() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        page.open(&site.url("#v1/debug-init-mm/x86_64-4level/v7.3?lock=read")).await;
        page.click("[data-does='filter locks']").await;
        page.focus_slider().await;
        for (step, call) in [(2, "mmap_assert_write_locked(mm)"), (3, "mmap_assert_write_locked(&init_mm)")] {
            page.key_to_step(']', step).await;
            let assertion = page.text(".assertion.fails").await;
            assert!(assertion.contains(call) && assertion.contains('✗'), "{assertion}");
            assert!(assertion.contains("prints a warning with a stack trace and goes on"), "{assertion}");
        }
        let last = page.last_step().await;
        page.focus_slider().await;
        page.key_to_step(Key::End, last).await;
        assert_eq!(page.sentence().await, "walk_page_range_debug() returns 0.");
    });
}

#[test]
fn init_mm_is_handed_over_in_exactly_four_kernels() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        for (kernel, handed_over) in [
            ("v6.16", false),
            ("patch", true),
            ("v6.17", true),
            ("v6.18", true),
            ("v7.1", true),
            ("v7.3", false),
            ("v6.12.107", false),
        ] {
            page.open(&site.url(&format!("#v1/debug-init-mm/x86_64-4level/{kernel}?t=2"))).await;
            page.last_step().await;
            assert_eq!(page.count(".delegation").await, u64::from(handed_over), "{kernel}");
        }
    });
}

#[test]
fn playing_goes_to_the_end_and_stops() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        page.open(&site.url("#v1/debug-init-mm?t=36")).await;
        let last = page.last_step().await;
        page.choose("Speed", "fastest").await;
        page.focus_slider().await;
        page.keys(&[' ']).await;
        page.until("the last step", || async { page.step().await == last }).await;
        page.wait_for("it does not play any more", "[data-does=play][aria-label=Play]").await;
    });
}

#[test]
fn pointing_lights_up_a_level_and_a_click_goes_there() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        page.open(&site.url("#v1/debug-user?t=22")).await;
        page.last_step().await;
        // By focus, as with the Tab key.
        page.eval(
            "[...document.querySelectorAll('button.field')].find(of => of.innerText.includes('PMD')).focus()",
        )
        .await;
        page.wait_for("the table of that level is lit up as well", ".column.hot").await;
        assert_eq!(page.text(".column.hot h2").await.to_uppercase(), "PMD");
        page.wait_for("and the frame", ".frame.hot").await;
        page.eval("document.querySelector('.listing [role=button]').click()").await;
        page.until("the step on the first line of the function", || async { page.step().await == 20 }).await;
        assert_eq!(page.text(".listing li.lit").await, "walk_pte_range(pmd, addr, end)");
    });
}

#[test]
fn an_assertion_that_holds_is_not_taken_for_safety() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        page.open(&site.url("#v1/kernel-walk/x86_64-4level/v7.3?lock=read&t=2")).await;
        page.wait_for("the assertion holds", ".assertion.holds").await;
        page.until("all are searched", || async {
            page.count(".beside li").await > 0 && page.count(".beside .searching").await == 0
        })
        .await;
        let beside = page.text(".beside ul").await;
        for words in [
            "✗A kernel walk and memory hot-remove (the walker takes no hotplug lock): a freed p",
            "✗A kernel walk and a huge vmap: a freed pte table is read, in 33 steps",
            "✓A kernel walk and vmalloc(): nothing goes wrong in",
        ] {
            assert!(beside.contains(words), "{words} in {beside}");
        }
        assert_eq!((page.count(".beside .unsafe").await, page.count(".beside .safe").await), (3, 2));
        // The write lock keeps the vmap out.
        page.choose("init_mm lock held", "write").await;
        page.until("it is safe", || async { page.count(".beside .safe").await == 4 }).await;
        page.choose("init_mm lock held", "read").await;
        page.wait_for("the same as before", ".beside .unsafe a").await;
        // It leads to its shortest run.
        page.click(".beside .unsafe a").await;
        page.wait_for("the race", ".lane").await;
        page.focus_slider().await;
        page.keys(&[Key::End.into()]).await;
        page.until("a freed table is read", || async { page.text(".outcome").await.contains("freed") }).await;
    });
}
