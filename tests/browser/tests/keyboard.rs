//! Without a pointer: few stops for the Tab key, arrows inside a group of controls, and reasons that are read out.

use pagewalk_browser_tests::{Key, Page, Screen, Site, test};

/// What has the focus: its group or itself, and its words.
const FOCUSED: &str = "const of = document.activeElement;
    const group = of.closest('[data-group]');
    return (group ? '[' + (group.className || group.tagName) + '] ' : '') + of.tagName + ' '
        + (of.getAttribute('aria-label') ?? of.textContent).trim().slice(0, 40)";

async fn focused(page: &Page) -> String {
    page.text_of(FOCUSED).await
}

/// The stops of the Tab key, from the time slider on until that has the focus again.
async fn stops(page: &Page) -> Vec<String> {
    page.focus_slider().await;
    let mut stops = Vec::new();
    for _ in 0..200 {
        page.keys(&[Key::Tab.into()]).await;
        // The browser's own bar, where it has one, is no stop of the page.
        if page.eval("return document.activeElement === document.body").await == true {
            continue;
        }
        stops.push(focused(page).await);
        if page.eval("return document.activeElement.role === 'slider'").await == true {
            return stops;
        }
    }
    panic!("no way back to the slider: {stops:#?}");
}

/// Presses Tab until something in `selector` has the focus.
async fn tab_to(page: &Page, selector: &str) {
    let is_there = format!("return document.activeElement.matches({selector:?})");
    for _ in 0..60 {
        if page.eval(&is_there).await == true {
            return;
        }
        page.keys(&[Key::Tab.into()]).await;
    }
    panic!("{selector} is no stop");
}

#[test]
fn a_walk_has_few_stops_and_arrows_move_inside_a_group() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        page.open(&site.url("#v1/kernel-walk?t=75")).await;
        page.last_step().await;
        let stops = stops(page).await;
        // The legend of the slider is one of them.
        assert!(stops.len() <= 16, "{} stops: {stops:#?}", stops.len());
        assert!(stops.iter().any(|of| of.contains("Skip to the controls")), "{stops:#?}");

        tab_to(page, ".columns *").await;
        // Where the step is.
        assert_eq!(page.text_of("return document.activeElement.innerText").await, "273\ntable\n0x1799067");
        page.keys(&[Key::Down.into()]).await;
        assert_eq!(focused(page).await, "[columns] SPAN 274 empty");
        page.keys(&[Key::Left.into(), Key::Left.into()]).await;
        assert_eq!(focused(page).await, "[columns] SPAN 272 empty");
        page.keys(&[Key::Home.into(), Key::Up.into()]).await;
        assert!(focused(page).await.contains("PGD"), "{}", focused(page).await);
        page.keys(&[Key::End.into(), Key::Right.into()]).await;
        assert!(focused(page).await.starts_with("[columns]"));
        assert_eq!(page.step().await, 75, "the arrows do not step there");
        // The group is left, and entered again where the step is.
        page.keys(&[Key::Tab.into()]).await;
        assert!(!focused(page).await.starts_with("[columns]"));
        page.shifted(Key::Tab).await;
        assert!(focused(page).await.starts_with("[columns]"));
        // Elsewhere they are the walk's.
        tab_to(page, "[role=slider]").await;
        page.key_to_step(Key::Right, 76).await;
        // Also where a pointer has set the focus.
        page.click("[data-does=next]").await;
        page.until("a press steps", || async { page.step().await == 77 }).await;
        page.key_to_step(Key::Right, 78).await;
        page.key_to_step(Key::Left, 77).await;
    });
}

#[test]
fn the_header_can_be_skipped() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        for (link, there) in [
            ("#v1/kernel-walk?t=3", "[role=slider]"),
            ("#v1/race/munmap", "[role=slider]"),
            ("#v1/verdicts", ".survey button"),
            ("#v1/safe", ".fields select"),
            ("#v1/callers", ".callers"),
        ] {
            page.load(&site.url(link)).await;
            page.wait_for(link, there).await;
            page.eval("document.querySelector('.skip').focus()").await;
            let seen =
                "const of = document.querySelector('.skip').getBoundingClientRect(); return of.width > 60";
            assert_eq!(page.eval(seen).await, true, "it is seen while it has the focus");
            page.keys(&[Key::Enter.into()]).await;
            let is_there = format!("return document.activeElement.matches({there:?})");
            page.until(link, || async { page.eval(&is_there).await == true }).await;
        }
    });
}

#[test]
fn races_and_tables_of_verdicts_have_few_stops() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        page.open(&site.url("#v1/race/munmap/x86_64-4level/v6.17?lock=read&s=b4a21b10c2a&t=20")).await;
        page.wait_for("the lanes", ".lane").await;
        let stops = stops(page).await;
        assert!(stops.len() <= 20, "{} stops: {stops:#?}", stops.len());
        tab_to(page, ".lanes .step").await;
        page.keys(&[Key::Right.into()]).await;
        assert!(focused(page).await.contains("Step CPU 1"), "{}", focused(page).await);

        // A table with more than one way to go wrong in it.
        page.load(&site.url("#v1/verdicts/munmap")).await;
        let searched = "[data-name=munmap]:not(:has(.verdict.waits, .verdict.runs)) tbody .verdict";
        page.wait_for("its table", searched).await;
        page.eval("document.querySelector('[data-name=munmap] .frame').focus()").await;
        page.keys(&[Key::Tab.into()]).await;
        let nth = "const all = [...document.querySelectorAll('[data-name=munmap] tbody :is(a, button)')];
            return all.indexOf(document.activeElement)";
        assert_eq!(page.eval(nth).await, 0);
        // Before the first verdict are the fixes of its row.
        let fixes = "return [...document.querySelectorAll('[data-name=munmap] tbody :is(a, button)')].findIndex(of => of.closest('td'))";
        let fixes = page.eval(fixes).await.as_u64().expect("a number");
        page.keys(&vec![Key::Right.into(); usize::try_from(fixes).expect("a small number")]).await;
        assert_eq!(page.eval(nth).await, fixes);
        let cell = "const cell = document.activeElement.closest('td'); return [cell.cellIndex, cell.parentElement.rowIndex]";
        let first = page.eval(cell).await;
        page.keys(&[Key::Down.into()]).await;
        let below = page.eval(cell).await;
        assert_eq!(below[0], first[0], "the same column");
        assert!(below[1].as_u64() > first[1].as_u64(), "{below} is below {first}");
        page.keys(&[Key::Up.into(), Key::Right.into(), Key::Right.into()]).await;
        assert_eq!(page.eval(nth).await, fixes + 2);
        page.keys(&[Key::Tab.into()]).await;
        let inside = "return !!document.activeElement.closest('[data-name=munmap] tbody')";
        assert_eq!(page.eval(inside).await, false, "one stop");
    });
}

#[test]
fn slots_are_named_in_words() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        page.open(&site.url("#v1/kernel-walk?t=75")).await;
        let names = "return [...document.querySelectorAll('.row [role=button]')].map(of => of.textContent.replaceAll('…', '')).join('; ')";
        let names = page.text_of(names).await;
        for name in [
            "slots 0 to 270: empty",
            "; 273 table 0x1799067;",
            "slots 402 to 465: 64 tables",
            "slots 0 to 59: 60 leaves",
        ] {
            assert!(names.contains(name), "{name} in {names}");
        }
    });
}

#[test]
fn a_key_reads_the_reason_out() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        page.open(&site.url("#v1/debug-init-mm/x86_64-4level/v7.3?lock=read&t=2")).await;
        page.wait_for("the assertion", ".assertion.fails").await;
        let why = page.text_of("return document.querySelector('#why .why').textContent").await;
        assert_eq!(
            page.text_of("return document.querySelector('[role=slider]').getAttribute('aria-describedby')")
                .await,
            "why"
        );
        let said = "return document.querySelector('.say > .sr[role=status]').textContent";
        assert_eq!(page.text_of(said).await, "");
        page.focus_slider().await;
        page.keys(&['w']).await;
        page.until("the whole reason is said", || async {
            let said = page.text_of(said).await;
            said.len() > 100 && why.ends_with(&said)
        })
        .await;
        page.key_to_step(Key::Right, 3).await;
        assert_eq!(page.text_of(said).await, "");
        page.key_to_step(Key::Home, 0).await;
        page.keys(&['w']).await;
        page.until("there is none", || async { page.text_of(said).await == "No rule is behind this step." })
            .await;
    });
}
