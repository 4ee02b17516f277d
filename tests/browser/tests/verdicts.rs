//! The matrix of verdicts: searched in the page, compared with what is expected, each verdict with its run.

use pagewalk_browser_tests::{Key, Page, Screen, Site, test};
use races::verdicts::{Table, tables};
use serde_json::{Value, json};

async fn opens(page: &Page, site: &Site, hash: &str) {
    page.load(&site.url(hash)).await;
    page.wait_for("the matrix", ".survey[data-state]").await;
}

async fn state(page: &Page) -> String {
    page.text_of("return document.querySelector('.survey').dataset.state").await
}

/// How many variants have been searched.
async fn done(page: &Page) -> u64 {
    page.eval("return document.querySelector('.survey progress').value").await.as_u64().expect("a number")
}

/// How many places with a verdict these tables have.
fn places(of: impl Fn(&Table) -> bool) -> u64 {
    let rows = tables()
        .filter(|&table| of(table))
        .flat_map(|table| table.rows.iter().flat_map(|row| row.cells(table.columns)));
    rows.flatten().count() as u64
}

/// Whether a table is there from the start: those of races that come later stand behind that of the patch.
fn is_first(table: &Table) -> bool {
    let of = |name: &str| tables().position(|table| table.name == name);
    of(table.name) <= of("patch")
}

/// A text as it is read, wherever its lines end.
fn read(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn every_variant_is_searched_and_none_differs_from_what_is_expected() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        opens(page, &site, "#v1/verdicts").await;
        page.wait_for("the answers", ".answer .verdict").await;
        page.all_verdicts().await;
        assert_eq!(page.count(".answer").await, 6);
        assert_eq!(page.count(".differs").await, 0);
        assert_eq!(page.count(".verdict.waits, .verdict.runs").await, 0);
        let said = async |all: u64| {
            let survey = page.text(".survey").await;
            assert!(survey.contains(&format!("{all} verdicts, each as expected")), "{survey}");
        };
        said(places(is_first)).await;
        // Said once, for those who do not see it.
        assert!(page.text(".survey [role=status]").await.ends_with("each verdict is the expected one."));

        let cell = |row: usize, column: usize| {
            format!("[data-name=patch] tbody tr:nth-child({row}) td:nth-of-type({column}) .verdict")
        };
        let of_patch = places(|table| table.name == "patch");
        assert_eq!(page.count("[data-name=patch] tbody .verdict").await, of_patch);
        assert_eq!(read(&page.text(&cell(1, 3)).await), "nothing goes wrong all 318 states");
        let munmap = read(&page.text(&cell(2, 3)).await);
        assert_eq!(
            munmap,
            "an entry is followed to memory that is not a page table in 32 steps wild \
             a freed pmd table is read in 38 steps UAF(pmd) 1,223 states seen"
        );
        assert_eq!(
            read(&page.text(&cell(9, 6)).await),
            "nobody can move any more (a deadlock) in 8 steps DEADLOCK 45 states seen"
        );

        // A table of races that are not here brings them.
        assert!(page.loaded().await.iter().all(|name| !name.contains("pack_rare")));
        page.click("[data-name=mbind] > summary").await;
        page.wait_for("its verdicts", "[data-name=mbind] .verdict.fails").await;
        page.all_verdicts().await;
        assert_eq!(page.count(".differs").await, 0);
        said(places(|_| true)).await;
    });
}

#[test]
fn a_verdict_leads_to_its_run_and_back_to_everything_that_was_found() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        opens(page, &site, "#v1/verdicts").await;
        page.all_verdicts().await;
        page.click("#user-write .verdict.fails a").await;
        page.until("the race lab", || async { page.count(".survey").await == 0 }).await;
        let hash = page.hash().await;
        assert!(
            hash.starts_with("#v1/race/munmap/x86_64-4level/v6.17?lock=read&") && hash.contains("s="),
            "{hash}"
        );
        page.eval("history.back()").await;
        page.wait_for("the matrix", ".survey").await;
        assert_eq!(state(page).await, "ended", "nothing is searched twice");
        page.click("#user-write .verdict.safe a").await;
        page.until("the race itself", || async { page.hash().await.starts_with("#v1/race/munmap/") }).await;
        let hash = page.hash().await;
        assert!(hash.contains("lock=write") && !hash.contains("s="), "{hash}");
    });
}

#[test]
fn it_pauses_and_goes_on_and_takes_first_what_is_asked_for() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        opens(page, &site, "#v1/verdicts/nested-read").await;
        // In one go with the page's own tasks, so that it is before the end.
        page.eval("document.querySelector('[data-does=pause]').click()").await;
        page.until("it has paused", || async { state(page).await == "paused" }).await;
        let before = done(page).await;
        assert!(before < 200, "{before}");
        assert!(page.text(".survey [role=status]").await.starts_with("Paused: "));
        // The table that the address names is open, and its verdict is asked for before all others.
        assert_eq!(page.count("[data-name=nested-read][open] td").await, 1);
        assert_eq!(
            page.text_of("return document.activeElement.closest('details')?.dataset.name ?? ''").await,
            "nested-read"
        );
        assert_eq!(done(page).await, before, "nothing is searched meanwhile");

        page.eval("document.querySelector('[data-name=hot-remove] > summary').focus()").await;
        page.keys(&[Key::Enter.into()]).await;
        page.wait_for("the table", "[data-name=hot-remove] td button").await;
        page.eval(
            "document.querySelector('[data-name=hot-remove] tr:last-child td:last-child button').focus()",
        )
        .await;
        page.keys(&[Key::Enter.into()]).await;
        page.wait_for("its verdict", "[data-name=hot-remove] tr:last-child td:last-child .verdict.safe")
            .await;
        assert!(done(page).await > before);
        page.all_verdicts().await;
    });
}

#[test]
fn it_is_no_wider_than_a_phone() {
    for dark in [false, true] {
        test(Screen { dark, ..Screen::NARROW }, async |page| {
            let site = Site::serve();
            opens(page, &site, "#v1/verdicts/munmap").await;
            page.all_verdicts().await;
            let wide = "const of = document.documentElement; return of.scrollWidth - of.clientWidth";
            assert_eq!(page.eval(wide).await, 0);
            // Nothing is cut off in its place, and everything that can be pressed is large enough.
            let cut = "return [...document.querySelectorAll('.verdict, .evidence li')]
                .filter(of => of.scrollWidth > of.clientWidth + 1).map(of => of.innerText)";
            assert_eq!(page.eval(cut).await, json!([]));
            let small = "return [...document.querySelectorAll('main a, main button:not(.skip), summary')]
                .filter(of => getComputedStyle(of).display !== 'inline')
                .filter(of => of.getBoundingClientRect().height < 24).map(of => of.innerText)";
            assert_eq!(page.eval(small).await, Value::Array(Vec::new()));
        });
    }
}

#[test]
fn what_is_equal_has_an_address_and_the_help_of_a_walk_leads_there() {
    for screen in [Screen::WIDE, Screen::NARROW] {
        test(screen, async |page| {
            let site = Site::serve();
            page.open(&site.url("#v1/debug-init-mm?t=2")).await;
            page.keys(&['?']).await;
            page.wait_for("the help", ".help a[href='#v1/verdicts/trust']").await;
            page.eval("document.querySelector('.help a[href=\"#v1/verdicts/trust\"]').focus()").await;
            page.keys(&[Key::Enter.into()]).await;
            page.wait_for("the table", ".trust details[open] tbody tr").await;
            assert_eq!(page.hash().await, "#v1/verdicts/trust");
            assert_eq!(page.count(".help").await, 0, "the help is closed");
            page.until("the focus is there", || async {
                page.eval("return document.activeElement.matches('.trust summary')").await == true
            })
            .await;
            let seen = "const of = document.activeElement.getBoundingClientRect(); return of.top >= 0 && of.bottom <= innerHeight";
            assert_eq!(page.eval(seen).await, true);
            // The page is no wider than the screen: the table scrolls in its frame, and its machine stays in sight.
            let wide = "const of = document.documentElement; return of.scrollWidth - of.clientWidth";
            assert_eq!(page.eval(wide).await, 0);
            let stays = "const frame = document.querySelector('.trust .frame'); frame.scrollLeft = 10000;
                const name = frame.querySelector('tbody th').getBoundingClientRect(), of = frame.getBoundingClientRect();
                return [frame.scrollWidth > frame.clientWidth, name.left >= of.left - 1 && name.right <= of.right && name.width > 100]";
            assert_eq!(page.eval(stays).await, json!([screen.width < 1000, true]));
            // Closed and left, its address is that of the page.
            page.keys(&[Key::Enter.into()]).await;
            page.until("it is closed", || async { page.count(".trust details[open]").await == 0 }).await;
            page.until("its address is gone", || async { page.hash().await == "#v1/verdicts" }).await;
        });
    }
}
