//! What a person takes away: text, a table of steps, paper; and what is shown to a room.

use pagewalk_browser_tests::{Key, Page, Screen, Site, test};
use serde_json::json;

const SHARE: &str = "[data-does=share]";
const START: &str = "index.html#v1/start/x86_64-5level/v6.17?t=12";

/// A projector.
const PROJECTOR: Screen = Screen { width: 1920, height: 1080, dark: false };

/// Presses the button with this text in what can be taken away.
async fn press(page: &Page, name: &str) {
    let press = format!(
        "[...document.querySelectorAll('.share button')].find(of => of.innerText.startsWith({name:?})).click()"
    );
    page.eval(&press).await;
}

/// How many elements that a selector finds have a place on the page.
async fn seen(page: &Page, selector: &str) -> u64 {
    let count = format!(
        "return [...document.querySelectorAll({selector:?})].filter(of => of.getClientRects().length).length"
    );
    page.eval(&count).await.as_u64().unwrap_or_default()
}

async fn text(page: &Page) -> String {
    page.text_of("return document.querySelector('.share pre').textContent").await
}

#[test]
fn a_step_is_copied_as_text_and_selected_where_that_is_refused() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        let permission = json!({ "permission": { "name": "clipboard-write" }, "setting": "denied" });
        page.devtools("Browser.setPermission", permission).await;
        page.open(&site.url(START)).await;
        page.click(SHARE).await;
        page.wait_for("the text", ".share pre").await;
        let plain = text(page).await;
        let link = page.text_of("return location.href").await;
        assert!(plain.contains("step 12 of 24") && plain.trim_end().ends_with(&link), "{plain}");
        press(page, "Markdown").await;
        page.until("Markdown", || async { text(page).await.starts_with("## [") }).await;
        press(page, "All steps").await;
        page.until("all steps", || async { text(page).await.contains("t=24). ") }).await;
        press(page, "Copy").await;
        page.until("it says so", || async {
            page.text(".share [role=status]").await.contains("The text is selected")
        })
        .await;
        let selected = page.text_of("return getSelection().toString()").await;
        assert!(selected.starts_with("## [") && selected.contains("t=24). "), "{selected}");
        page.keys(&[Key::Escape.into()]).await;
        page.until("it is closed", || async { page.count(".share").await == 0 }).await;
        page.key_to_step(Key::Right, 13).await;
    });
}

#[test]
fn a_race_is_copied_with_what_decides_it_and_a_comparison_with_both_sides() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        page.open(&site.url("index.html#v1/race/munmap/x86_64-4level/v6.17?s=b4a21b10c2a&t=38")).await;
        page.click(SHARE).await;
        page.wait_for("the text", ".share pre").await;
        let race = text(page).await;
        assert!(
            race.contains("Decided: RCU frees the table at step 37.") && race.contains("  38. CPU 0"),
            "{race}"
        );
        let commit = page.text_of("return document.querySelector('.outcome .why a').href").await;
        assert_eq!(commit, "https://git.kernel.org/linus/8782fb61cc84");
        page.open(&site.url("index.html#v1/compare?t=5")).await;
        page.click(SHARE).await;
        page.wait_for("the text", ".share pre").await;
        let compared = text(page).await.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(compared.contains("v6.16 beside v6.17") && compared.contains("step 5 of "), "{compared}");
    });
}

#[test]
fn a_table_of_steps_has_each_of_them_and_leads_to_it() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        page.load(&site.url("index.html#v1/start/x86_64-5level/v6.17?t=12&view=steps")).await;
        page.wait_for("the table", ".sheet tbody tr").await;
        assert_eq!(page.count(".sheet tbody tr").await, 25);
        assert_eq!(page.text(".sheet tr[aria-current] th").await, "12");
        assert_eq!(seen(page, ".tables").await, 0, "the step itself is not shown");
        page.click(".sheet tbody tr:nth-child(6) a").await;
        page.until("its step", || async { page.step().await == 5 }).await;
        assert!(page.hash().await.ends_with("t=5"), "{}", page.hash().await);
        // One of a million steps has tables that can be shown.
        page.load(&site.url("index.html#v1/ptdump/x86_64-4level/v7.3?t=500000&view=steps")).await;
        page.wait_for("that table", ".sheet tr[aria-current]").await;
        assert_eq!(page.count(".sheet tbody tr").await, 200);
        assert!(page.text(".sheet").await.contains("These are the steps 500000 to 500199 of "));
        page.click(".sheet ul a").await;
        page.until("the table before", || async { page.text(".sheet tbody th").await == "499800" }).await;
    });
}

#[test]
fn paper_has_the_steps_and_no_controls() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        for (address, has) in [
            (START, "leaf that maps memory directly"),
            ("index.html#v1/race/munmap/x86_64-4level/v6.17?s=b4a21b10c2a&t=38", "Goal met"),
            ("index.html#v1/learn/why-the-patch/1", "Figure: "),
        ] {
            page.load(&site.url(address)).await;
            page.wait_for("the page", SHARE).await;
            page.click(SHARE).await;
            page.wait_for("the desk", ".share pre").await;
            page.click(SHARE).await;
            page.until("it is closed", || async { page.count(".share").await == 0 }).await;
            // As a browser does when a person prints.
            page.eval("dispatchEvent(new Event('beforeprint'))").await;
            page.wait_for("the sheet", "section.sheet").await;
            page.devtools("Emulation.setEmulatedMedia", json!({ "media": "print" })).await;
            let sheet = page.text("section.sheet").await;
            assert!(sheet.contains(has) && sheet.contains("#v1/"), "{sheet}");
            for hidden in [".transport", ".top-actions", ".pages", ".tables"] {
                assert_eq!(seen(page, hidden).await, 0, "{hidden} is not printed");
            }
            page.devtools("Emulation.setEmulatedMedia", json!({ "media": "" })).await;
            page.eval("dispatchEvent(new Event('afterprint'))").await;
            page.until("the page again", || async { page.count(".sheet").await == 0 }).await;
        }
    });
}

/// What is cut off of what a room sees.
const CUT_OFF: &str = "return [...document.querySelectorAll('.room :is(.say, .ruler, .tables, .outcome, .field, .difference)')]
    .filter(of => of.scrollHeight > of.clientHeight + 1 || of.scrollWidth > of.clientWidth + 1).map(of => of.className)";

#[test]
fn a_room_reads_the_sentence_and_the_slots() {
    for screen in [PROJECTOR, Screen::WIDE, Screen::NARROW] {
        test(screen, async |page| {
            let site = Site::serve();
            page.open(&site.url(START)).await;
            page.focus_slider().await;
            page.keys(&['f']).await;
            page.wait_for("the room", ".pagewalk.room .room-out").await;
            assert!(page.hash().await.ends_with("&present"), "{}", page.hash().await);
            page.key_to_step(Key::PageDown, 13).await;
            page.key_to_step('.', 14).await;
            page.key_to_step(Key::PageUp, 13).await;
            assert_eq!(page.eval(CUT_OFF).await, json!([]), "{screen:?}");
            for hidden in [".top", ".locks", ".code", ".settings"] {
                assert_eq!(seen(page, hidden).await, 0, "{hidden} is not shown");
            }
            let size = "return ['.sentence', '.slot'].map(of => parseFloat(getComputedStyle(document.querySelector(of)).fontSize))";
            let sizes = page.eval(size).await;
            if screen.width == PROJECTOR.width {
                assert!(sizes[0].as_f64() >= Some(34.0) && sizes[1].as_f64() >= Some(22.0), "{sizes}");
            }
            page.keys(&[Key::Escape.into()]).await;
            page.until("the page", || async { page.count(".room").await == 0 }).await;
            assert!(page.hash().await.ends_with("t=13"), "only the room is left");
        });
    }
}

#[test]
fn each_page_of_steps_can_be_shown_to_a_room_by_its_link() {
    test(PROJECTOR, async |page| {
        let site = Site::serve();
        for (address, shown) in [
            ("index.html#v1/race/munmap/x86_64-4level/v6.17?s=b4a21b10c2a&t=38&present", ".outcome"),
            ("index.html#v1/learn/why-the-patch/2?present", ".lesson h2"),
            ("index.html#v1/compare?t=5&present", ".difference"),
            ("index.html#v1/start?embed&present", ".say"),
        ] {
            page.open(&site.url(address)).await;
            page.wait_for("the room", ".pagewalk.room .room-out").await;
            assert_ne!(page.text(shown).await, "", "{address}");
            assert_eq!(seen(page, ".choices").await, 0, "{address}");
            assert!(page.hash().await.ends_with("present"), "{address}");
        }
    });
}

#[test]
fn a_page_of_text_says_that_it_has_no_steps_to_show() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        page.load(&site.url("#v1/safe")).await;
        page.wait_for("the page", ".fields select").await;
        page.eval("document.querySelector('.pagewalk').focus()").await;
        page.keys(&['f']).await;
        page.until("it is said", || async { page.text(".notice").await.contains("it has no steps") }).await;
        assert_eq!((page.count(".room").await, page.hash().await.contains("present")), (0, false));
        // Asked for by an address, it is said in sight, and there is a way out.
        for form in ["present", "view=steps"] {
            page.load(&site.url(&format!("index.html#v1/callers?{form}"))).await;
            page.wait_for("it is said", ".room-none").await;
            let is_in_sight = "const of = document.querySelector('.room-none').getBoundingClientRect();
                return of.top >= 0 && of.bottom <= innerHeight";
            assert_eq!(page.eval(is_in_sight).await, json!(true), "{form}");
            page.keys(&[Key::Escape.into()]).await;
            page.until("the page as it is", || async { page.count(".room-none").await == 0 }).await;
        }
    });
}

#[test]
fn a_second_window_shows_what_the_first_one_shows() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        page.open(&site.url(START)).await;
        page.click(SHARE).await;
        page.wait_for("the ways", ".share-ways").await;
        // By hand: a browser opens no window without.
        page.click(".share-ways li:last-child button").await;
        page.until("two windows", || async { page.windows().await == 2 }).await;
        page.enter_window(1).await;
        page.wait_for("it is for a room", ".pagewalk.room .sentence").await;
        assert_eq!(page.step().await, 12);
        page.enter_window(0).await;
        page.keys(&[Key::Escape.into()]).await;
        page.focus_slider().await;
        page.key_to_step(Key::Right, 13).await;
        page.key_to_step(Key::Right, 14).await;
        page.enter_window(1).await;
        page.until("it follows", || async { page.step().await == 14 }).await;
        assert_eq!(page.count(".room").await, 1, "it stays for a room");
        page.close_window().await;
        page.enter_window(0).await;
        page.key_to_step(Key::Right, 15).await;
        page.click(SHARE).await;
        page.until("it can be opened again", || async {
            page.text(".share-ways").await.contains("For a projector")
        })
        .await;
        // Where the browser lets no page open a window, it says so.
        page.eval("window.open = () => null").await;
        press(page, "Second window").await;
        page.until("it says so", || async { page.text(".share [role=status]").await.contains("pop-up") })
            .await;
    });
}

#[test]
fn a_comparison_plays() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        page.open(&site.url("index.html#v1/compare?t=3")).await;
        page.focus_slider().await;
        page.keys(&[' ']).await;
        page.until("it goes on by itself", || async { page.step().await >= 5 }).await;
        page.keys(&[' ']).await;
        page.wait_for("it is paused", "[aria-label=Play]").await;
    });
}

#[test]
fn values_and_lines_are_selected_by_dragging_and_pressed_by_keys() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        page.open(&site.url(START)).await;
        for what in [".row.current code", ".listing li:not(.lit) [role=button]"] {
            let bounds = format!(
                "const of = document.querySelector({what:?}); of.scrollIntoView({{ block: 'center' }});
                const range = document.createRange(); range.selectNodeContents(of);
                const {{ left, right, top, bottom }} = range.getBoundingClientRect();
                return [left + 1, right - 1, (top + bottom) / 2]"
            );
            let bounds = page.eval(&bounds).await;
            let mouse = async |kind: &str, at: usize| {
                let (x, y) = (&bounds[at], &bounds[2]);
                let event =
                    json!({ "type": kind, "x": x, "y": y, "button": "left", "buttons": 1, "clickCount": 1 });
                page.devtools("Input.dispatchMouseEvent", event).await;
            };
            mouse("mousePressed", 0).await;
            mouse("mouseMoved", 1).await;
            mouse("mouseReleased", 1).await;
            let selected = page.text_of("return getSelection().toString()").await;
            assert!(selected.len() > 5, "{what}: {selected:?}");
            assert_eq!(page.step().await, 12, "{what}: nothing was pressed");
        }
        page.eval("getSelection().removeAllRanges()").await;
        for key in [Key::Enter.into(), ' '] {
            page.eval("document.querySelector('.listing li:not(.lit) [role=button]').focus()").await;
            let before = page.step().await;
            page.keys(&[key]).await;
            page.until("it is pressed", || async { page.step().await != before }).await;
            assert_eq!(page.count(".transport [aria-label=Pause]").await, 0, "and nothing else is");
        }
    });
}
