//! The race lab: stepping CPUs, finding and proving, branches, links.

use pagewalk_browser_tests::{Key, Page, Screen, Site, test};
use serde_json::{Value, json};

/// The address of a race in the whole page.
fn lab(site: &Site, race: &str) -> String {
    site.url(&format!("#v1/race/{race}"))
}

/// Lets the search find a way, and waits for it.
async fn find(page: &Page) {
    page.click("[data-does=find]").await;
    page.wait_for("a way is found", "[data-search=unsafe]").await;
}

async fn focus_slider(page: &Page) {
    page.focus_slider().await;
}

/// Steps a lane with its button, and waits for the step.
async fn press(page: &Page, lane: char, step: u64) {
    page.click(&format!(".lane [data-does='lane {}']", u32::from(lane) - u32::from('a'))).await;
    page.until(&format!("step {step}"), || async { page.step().await == step }).await;
}

#[test]
fn find_it_for_me_leads_to_the_freed_table() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        page.open(&lab(&site, "munmap")).await;
        assert!(page.text(".aim").await.contains("read a page table that has been freed"));
        find(page).await;
        assert!(page.text(".answer").await.contains("a freed pmd table is read, in 38 steps"));
        assert_eq!((page.step().await, page.count(".marks .fatal-sign").await), (0, 1));
        assert_eq!(page.count(".outcome").await, 0);
        focus_slider(page).await;
        page.key_to_step(Key::End, 38).await;
        assert!(page.text(".outcome").await.contains("Goal met: a freed pmd table is read"));
        assert!(page.text(".outcome .why").await.contains("asserts the write lock"));
        assert_eq!(page.count(".stake-table.freed").await, 2);
        let hash = page.hash().await;
        assert_eq!(hash, "#v1/race/munmap/x86_64-4level/v6.17?lock=read&s=b4a21b10c2a&t=38");
        let text = page.text("main").await;
        page.key_to_step(Key::Left, 37).await;
        assert_eq!(page.count(".outcome").await, 0);
        page.key_to_step(Key::Right, 38).await;
        assert_eq!(page.text("main").await, text, "going back and on changes nothing");
        page.reload().await;
        assert_eq!((page.step().await, page.hash().await), (38, hash));
        assert!(page.text(".outcome").await.contains("Goal met"));
    });
}

#[test]
fn a_race_is_won_with_buttons_and_with_keys_only() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        page.open(&lab(&site, "munmap")).await;
        let mut step = 0;
        for (lane, times) in [('b', 4), ('a', 21), ('b', 10), ('c', 2), ('a', 1)] {
            for _ in 0..times {
                step += 1;
                press(page, lane, step).await;
            }
        }
        assert!(page.text(".outcome").await.contains("Goal met"));

        page.open(&lab(&site, "munmap")).await;
        step = 0;
        for (key, times) in [('2', 4), ('1', 21), ('2', 10), ('0', 2), ('1', 1)] {
            for _ in 0..times {
                step += 1;
                page.key_to_step(key, step).await;
            }
        }
        assert!(page.text(".outcome").await.contains("Goal met"));
    });
}

#[test]
fn a_lane_that_waits_says_for_whom_and_does_not_move() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        page.open(&lab(&site, "munmap")).await;
        press(page, 'b', 1).await;
        press(page, 'a', 2).await;
        let waits = "waits for mm.mmap_lock (read), held by CPU 1 (write)";
        assert_eq!(page.text(".lane.waits .next").await, waits);
        assert!(page.text(".lock-list").await.contains("CPU 1 (write)"));
        page.click(".lane [data-does='lane 0']").await;
        // What is not done leaves no trace: the step after it is the next one.
        press(page, 'b', 3).await;
        assert_eq!(page.hash().await, "#v1/race/munmap/x86_64-4level/v6.17?lock=read&s=bab&t=3");
    });
}

#[test]
fn another_cpu_at_an_earlier_step_is_a_branch_and_the_old_one_stays() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        page.open(&lab(&site, "munmap")).await;
        find(page).await;
        focus_slider(page).await;
        for step in 1..=7 {
            page.key_to_step(Key::Right, step).await;
        }
        press(page, 'b', 8).await;
        page.wait_for("a second branch", "[data-does='branch 1'][aria-pressed=true]").await;
        assert_eq!(
            page.text("[data-does='branch 1']").await,
            "branch 2: forked from branch 1 at step 7, 8 steps"
        );
        assert!(page.hash().await.ends_with("s=b4a3b&t=8"), "{}", page.hash().await);
        page.click("[data-does='branch 0']").await;
        page.wait_for("the first one again", "[data-does='branch 0'][aria-pressed=true]").await;
        assert!(page.text("[data-does='branch 0']").await.contains("found by the search, 38 steps"));
        focus_slider(page).await;
        page.key_to_step(Key::End, 38).await;
        assert_eq!(page.count(".branches button").await, 2);
    });
}

#[test]
fn with_the_write_lock_it_is_proved_safe() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        page.open(&lab(&site, "munmap/x86_64-4level/v6.17?lock=write")).await;
        page.click("[data-does=prove]").await;
        page.wait_for("a proof", "[data-search=safe]").await;
        // The number that tests/races.rs pins.
        assert!(page.text(".answer").await.contains("Safe: all 202 states visited"));
        page.choose("The walker holds the lock", "read").await;
        page.until("the answer was for another lock", || async { page.count("[data-search]").await == 0 })
            .await;
        page.click("[data-does=prove]").await;
        page.wait_for("what can go wrong", "[data-search=unsafe]").await;
        assert_eq!(page.count(".ways button").await, 2);
        page.click("[data-does='way 1']").await;
        page.until("that way is loaded", || async { page.hash().await.ends_with("s=b4a21b10c2a") }).await;
    });
}

#[test]
fn a_long_search_leaves_the_page_alive_and_can_be_cancelled() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        page.open(&lab(&site, "two-walkers/x86_64-4level/v6.17?lock=none")).await;
        // It may take less than half a second, so the page itself steps and cancels while it runs.
        let steps_and_cancels = "
            const find = of => document.querySelector(of);
            const shown = () => find('.sentence').dataset.step;
            return new Promise(done => {
                const look = new MutationObserver(() => {
                    if (!find('[data-search=running]')) return;
                    if (shown() === '1') {
                        look.disconnect();
                        done(find('.answer').innerText);
                        find('[data-does=cancel]').click();
                    } else if (!look.stepped) {
                        look.stepped = true;
                        find('.lane button').click();
                    }
                });
                look.observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
                find('[data-does=prove]').click();
            })";
        let answer = page.text_of(steps_and_cancels).await;
        // A quick machine is here after the first of them, “1 state seen”.
        assert!(answer.contains(" seen, "), "{answer}");
        page.until("it has ended", || async { page.count("[data-search]").await == 0 }).await;
        press(page, 'b', 2).await;
    });
}

#[test]
fn a_broken_link_says_so_and_shows_the_nearest_thing() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        for (race, words) in [
            ("munmap/vax", "no machine “vax”"),
            ("munmap?lock=maybe", "“lock=maybe”"),
            ("munmap?s=a5z", "“z” at character 3"),
            ("munmap?s=ba9&t=99", "Step 3 of this schedule moves lane a, which waits"),
        ] {
            page.open(&lab(&site, race)).await;
            assert!(page.text("[role=alert]").await.contains(words), "{}", page.text("[role=alert]").await);
            assert!(page.count(".lane").await >= 2);
        }
        assert_eq!(page.step().await, 2, "as far as it fits");
        // A race that does not exist is not taken for another one: the page has all there are.
        page.eval("location.hash = '#v1/race/dragon'").await;
        page.until("it is said", || async {
            page.text("[role=alert]").await.contains("no race “dragon”")
        })
        .await;
        let races = (page.count(".directory a").await, page.count(".lane").await);
        assert_eq!(races, (races::RACES.len() as u64, 0));
        page.eval("location.hash = '#v1/race/nested-read?s=aba&t=3'").await;
        page.until("the hash is read again", || async { page.text(".outcome").await.contains("deadlock") })
            .await;
        assert_eq!(page.count("[role=alert]").await, 0);
    });
}

#[test]
fn an_assertion_of_a_walk_leads_to_what_it_forbids() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        page.open(&site.url("#v1/debug-init-mm/x86_64-4level/v7.3?lock=read&t=2")).await;
        page.wait_for("an assertion", ".beside .without a").await;
        page.click(".beside .without a").await;
        page.wait_for("the race", ".lane").await;
        assert!(
            page.hash().await.starts_with("#v1/race/huge-vmap/x86_64-4level/v7.3"),
            "{}",
            page.hash().await
        );
        assert_eq!(page.count("[role=alert]").await, 0);
        // And where nothing has asked for races so far.
        page.open(&site.url("#v1/debug-user/riscv64-sv39/v7.3?lock=read&t=2")).await;
        page.wait_for("an assertion", ".beside .without a").await;
        page.click(".beside .without a").await;
        page.wait_for("the race", ".lane").await;
        assert!(page.hash().await.starts_with("#v1/race/munmap/"), "{}", page.hash().await);
    });
}

#[test]
fn keys_belong_to_the_lab_only_while_it_has_the_focus() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        page.open(&lab(&site, "munmap?s=b3&t=1")).await;
        page.keys(&['?']).await;
        page.wait_for("the help", ".help").await;
        page.keys(&[Key::Escape.into()]).await;
        page.until("it is closed", || async { page.count(".help").await == 0 }).await;
        page.keys(&[Key::Escape.into()]).await;
        let focused = "return document.activeElement === document.body";
        page.until("the lab is left", || async { page.eval(focused).await == Value::Bool(true) }).await;
        page.keys(&['1', Key::Right.into()]).await;
        focus_slider(page).await;
        page.key_to_step(Key::Right, 2).await;
    });
}

/// Nothing is wider than the screen, what one needs can be reached, and nothing is too small to be hit.
async fn holds(page: &Page, place: &str) {
    let wide = page.eval("const of = document.documentElement; return of.scrollWidth - of.clientWidth").await;
    assert_eq!(wide, 0, "{place} is wider than the screen");
    let small = "return [...document.querySelectorAll('button:not(.skip), select, [role=slider], a')]
        .filter(of => !of.closest('p') || getComputedStyle(of).display !== 'inline')
        .map(of => [of.innerText, of.getBoundingClientRect()])
        .filter(([, of]) => of.width > 0 && (of.width < 24 || of.height < 24)).map(([text]) => text)";
    assert_eq!(page.eval(small).await, json!([]), "{place}: too small");
    let nameless = "return [...document.querySelectorAll('button, select, a')].filter(of =>
        !(of.getAttribute('aria-label') || of.innerText.trim() || of.closest('label') || !of.offsetParent)).length";
    assert_eq!(page.eval(nameless).await, 0, "{place}");
    for selector in ["[role=slider]", ".count"] {
        let script = format!(
            "const of = document.querySelector({selector:?}).getBoundingClientRect();
             return of.width > 0 && of.top >= 0 && of.left >= 0 && of.right <= innerWidth && of.bottom <= innerHeight"
        );
        assert_eq!(page.eval(&script).await, Value::Bool(true), "{place}: {selector} is off the screen");
    }
    let boxes = "const over = (of, by) => of.getBoundingClientRect().bottom > by.getBoundingClientRect().bottom + 1;
        return [...document.querySelectorAll('.stake-table')].every(of => of.getBoundingClientRect().width > 0)
            && [...document.querySelectorAll('.script')].every(of => !over(of, of.closest('.lane')))";
    assert_eq!(
        page.eval(boxes).await,
        Value::Bool(true),
        "{place}: tables are cards, scripts are in their lanes"
    );
}

#[test]
fn the_lab_holds_on_a_laptop_and_on_a_phone() {
    let dark = Screen { dark: true, ..Screen::NARROW };
    for (screen, scrolls) in [(Screen::WIDE, false), (Screen::NARROW, true), (dark, true)] {
        test(screen, async |page| {
            let site = Site::serve();
            for race in ["munmap", "two-walkers?s=acb&t=3", "huge-pud", "set-prot"] {
                page.open(&lab(&site, race)).await;
                find(page).await;
                focus_slider(page).await;
                page.keys(&[Key::End.into()]).await;
                page.wait_for("it goes wrong", ".outcome").await;
                holds(page, race).await;
            }
            let script = "const of = document.documentElement; return of.scrollHeight - of.clientHeight";
            let over = page.eval(script).await.as_i64();
            assert_eq!(over.is_some_and(|over| over > 0), scrolls, "{over:?} px more than the screen holds");
        });
    }
}

#[test]
fn the_end_has_the_stage_and_the_way_there_is_played_or_jumped_to() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        page.open(&lab(&site, "munmap")).await;
        find(page).await;
        // To where it is decided.
        assert_eq!(page.text(".watch a").await, "step 37");
        page.click(".watch a").await;
        page.until("that step", || async { page.step().await == 37 }).await;
        assert_eq!(page.count(".answer.unsafe").await, 1, "what was found stays");
        focus_slider(page).await;
        page.key_to_step(Key::End, 38).await;
        let decided = page.text(".outcome .decided").await;
        assert!(
            decided.contains("RCU frees the table at step 37. CPU 0 still holds its address"),
            "{decided}"
        );
        // All of it is in sight, a heading of the second level.
        assert!(page.text(".outcome h2").await.contains("a freed pmd table is read"));
        let seen = "const of = document.querySelector('.outcome');
            const box = of.getBoundingClientRect();
            return of.scrollHeight <= of.clientHeight && box.top >= 0 && box.bottom <= innerHeight";
        assert_eq!(page.eval(seen).await, Value::Bool(true));
        page.click(".outcome .decided a").await;
        page.until("that step", || async { page.step().await == 37 }).await;
        // Played from here to the end, where it stops by itself; then from the start, until something else is done.
        page.click(".watch [data-does=play]").await;
        page.until("the end", || async { page.step().await == 38 }).await;
        page.wait_for("it has stopped", "[data-does=play][aria-label=Play]").await;
        focus_slider(page).await;
        page.keys(&[' ']).await;
        page.wait_for("it plays", "[data-does=play][aria-label=Pause]").await;
        page.until("some steps", || async { (1..30).contains(&page.step().await) }).await;
        page.keys(&[' ']).await;
        page.wait_for("it has paused", "[data-does=play][aria-label=Play]").await;
    });
}
