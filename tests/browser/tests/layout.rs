//! The page holds on a laptop and on a phone, in the light and in the dark.

use lessons::LESSONS;
use pagewalk_browser_tests::{Key, Page, Screen, Site, test};
use serde_json::{Value, json};

const LINKS: [&str; 5] = [
    "#v1/kernel-walk?t=75",
    "#v1/debug-user/x86_64-5level/v7.3?lock=read&t=3",
    "#v1/debug-init-mm?t=2",
    "#v1/kernel-walk/riscv64-sv39/v6.17?t=40",
    // A dump at an assertion: both want another place on a phone.
    "#v1/ptdump/riscv64-sv39/v7.3?t=5",
];

/// Nothing is wider than the screen, and the sentence and the controls can be seen.
async fn holds(page: &Page, place: &str) {
    let wide = page.eval("const of = document.documentElement; return of.scrollWidth - of.clientWidth").await;
    assert_eq!(wide, 0, "{place} is wider than the screen");
    for selector in [".sentence", "[data-does=next]", "[role=slider]", ".count"] {
        let script = format!(
            "const of = document.querySelector({selector:?}).getBoundingClientRect();
             return of.width > 0 && of.top >= 0 && of.left >= 0 && of.right <= innerWidth && of.bottom <= innerHeight"
        );
        assert_eq!(page.eval(&script).await, Value::Bool(true), "{place}: {selector} is off the screen");
    }
    // No part is pressed against the edge by another one.
    let squeezed = "return [...document.querySelectorAll('.pagewalk > section')]
        .filter(of => of.checkVisibility() && of.getBoundingClientRect().width < Math.min(200, innerWidth / 2))
        .map(of => of.className)";
    assert_eq!(page.eval(squeezed).await, serde_json::json!([]), "{place}");
    let covered = "const of = document.querySelector('[data-does=next]').getBoundingClientRect();
         const top = document.elementFromPoint(of.x + of.width / 2, of.y + of.height / 2);
         return top.closest('[data-does]')?.dataset.does ?? top.outerHTML";
    assert_eq!(page.text_of(covered).await, "next", "{place}: the button is covered");
}

fn holds_on(screen: Screen) {
    test(screen, async |page| {
        let site = Site::serve();
        for link in LINKS {
            page.open(&site.url(link)).await;
            page.last_step().await;
            let dark = page.eval("return matchMedia('(prefers-color-scheme: dark)').matches").await;
            assert_eq!(dark, Value::Bool(screen.dark));
            holds(page, link).await;
        }
    });
}

#[test]
fn on_a_laptop() {
    holds_on(Screen::WIDE);
}

#[test]
fn on_a_laptop_in_the_dark() {
    holds_on(Screen { dark: true, ..Screen::WIDE });
}

#[test]
fn on_a_phone() {
    holds_on(Screen::NARROW);
}

#[test]
fn on_a_phone_in_the_dark() {
    holds_on(Screen { dark: true, ..Screen::NARROW });
}

#[test]
fn nothing_moves_from_step_to_step() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        page.open(&site.url("#v1/debug-user")).await;
        let last = page.last_step().await;
        let places = "return [...document.querySelectorAll('.column, .transport, .ruler, .say, .code, .tables')].map(of => {
            const at = of.getBoundingClientRect(); return [at.left, at.top, at.width] })";
        let at_start = page.eval(places).await;
        for step in 1..=last {
            page.key_to_step(Key::Right, step).await;
            assert_eq!(page.eval(places).await, at_start, "step {step}");
        }
    });
}

#[test]
fn nothing_scrolls_inside_while_there_is_room() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        for link in ["#v1", "#v1/kernel-walk?t=75"] {
            page.open(&site.url(link)).await;
            page.last_step().await;
            let higher = "return [...document.querySelectorAll('.tables, .say, .entry, .locks')]
                .filter(of => of.scrollHeight > of.clientHeight).map(of => of.className)";
            assert_eq!(page.eval(higher).await, serde_json::json!([]), "{link}");
        }
    });
}

#[test]
fn assistive_technology_is_told_everything() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        page.open(&site.url("#v1/debug-init-mm")).await;
        page.last_step().await;
        assert_eq!(page.count("[role=slider]").await, 1);
        page.key_to_step(Key::Right, 1).await;
        page.key_to_step(Key::Right, 2).await;
        let slider = |name: &str| {
            format!("return document.querySelector('[role=slider]').getAttribute('aria-{name}')")
        };
        assert_eq!(page.text_of(&slider("valuenow")).await, "2");
        let spoken = page.text_of(&slider("valuetext")).await;
        assert!(spoken.starts_with("step 2 of ") && spoken.contains("hands over"), "{spoken}");
        assert!(page.text("[role=status]").await.contains("hands over"));
        let nameless = "return [...document.querySelectorAll('button, select, a')].filter(of =>
            !(of.getAttribute('aria-label') || of.innerText.trim() || of.closest('label'))).length";
        assert_eq!(page.eval(nameless).await, 0);
        let twice = "const ids = [...document.querySelectorAll('[id]')].map(of => of.id);
            return ids.length - new Set(ids).size";
        assert_eq!(page.eval(twice).await, 0);
    });
}

/// Panels of a page that lie over each other.
const OVERLAPPING: &str = "
    const panels = [...document.querySelectorAll('.top, .lesson, .figure > *')].filter(of => of.checkVisibility() && of.matches(':not(.help, .desk)'));
    const pairs = panels.flatMap((one, at) => panels.slice(at + 1).map(other => [one, other]));
    return pairs.filter(([one, other]) => {
        const [a, b] = [one.getBoundingClientRect(), other.getBoundingClientRect()];
        return a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
    }).map(pair => pair.map(of => of.className).join(' over '))";

#[test]
fn at_every_stop_of_every_lesson_each_panel_has_its_own_place() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        page.open(&site.url("#v1/learn/why-the-patch/1")).await;
        for source in LESSONS {
            let stops = source.lesson().expect("a lesson").stops.len();
            for stop in 1..=stops {
                let address = format!("#v1/learn/{}/{stop}", source.name);
                page.eval(&format!("location.hash = {address:?}")).await;
                let shown = format!(".lesson[data-stop=\"{stop}\"]");
                page.until(&address, || async {
                    page.hash().await == address
                        && page.count(&shown).await == 1
                        && page.count(".figure .sentence").await == 1
                })
                .await;
                assert_eq!(page.eval(OVERLAPPING).await, json!([]), "{address}");
            }
        }
    });
}
