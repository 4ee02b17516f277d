//! What is there before the program is, and where it never comes.

use pagewalk_browser_tests::{Answer, Screen, Site, in_app, test};

/// The text of the page with what is chosen in its lists, and where each piece of the step is.
const SEEN: &str = "return JSON.stringify(
    [...document.querySelectorAll('.pagewalk > *')].map(of => {
        const { x, y, width, height } = of.getBoundingClientRect();
        const lists = [...of.querySelectorAll('select')].map(list => list.selectedOptions[0].text);
        const copy = of.cloneNode(true);
        copy.querySelectorAll('select').forEach(list => list.remove());
        return [copy.textContent, lists, x, y, width, height];
    }))";

#[test]
fn the_first_step_stands_in_the_page_as_the_program_draws_it() {
    for screen in [Screen::WIDE, Screen::NARROW] {
        test(screen, async |page| {
            let site = Site::serve();
            page.open(&site.url("")).await;
            page.last_step().await;
            let live = page.text_of(SEEN).await;
            // The same without the program.
            let site = Site::serve_with(|site| site.instead(&in_app("pagewalk_bg.wasm"), Answer::Missing));
            page.load_only(&site.url("")).await;
            page.wait_for("why it cannot start", "[role=alert]").await;
            let says = page.text("[role=alert]").await;
            assert!(says.contains("could not be started here, because its program did not start"), "{says}");
            page.eval("document.querySelector('[role=alert]').remove()").await;
            assert_eq!(page.text_of(SEEN).await, live);
            // Another address asks for something else than this step.
            page.load_only(&site.url("#v1/vma-range")).await;
            page.wait_for("why it cannot start", "[role=alert]").await;
            assert_eq!(page.text("body").await, page.text("[role=alert]").await);
            page.eval("delete sessionStorage.errors").await;
        });
    }
}

#[test]
fn each_door_leads_on() {
    test(Screen::NARROW, async |page| {
        let site = Site::serve();
        for (door, words) in [(1, "From an address to a page"), (2, "Why the patch"), (3, "Is my walk safe?")]
        {
            page.open(&site.url("")).await;
            page.click(&format!(".doors li:nth-child({door}) a")).await;
            page.until(words, || async {
                page.count(".doors, .loading").await == 0 && page.text("main").await.contains(words)
            })
            .await;
            assert_eq!(page.count("[role=alert]").await, 0, "{words}");
        }
        // Who knows what they look for is not told.
        page.open(&site.url("#v1/kernel-walk")).await;
        assert_eq!(page.count(".doors").await, 0);
    });
}
