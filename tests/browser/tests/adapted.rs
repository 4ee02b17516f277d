//! The page as people adapt it: enlarged, with wide text, with the colours of their system, without motion.

use pagewalk_browser_tests::{Key, Page, Screen, Site, test};
use serde_json::{Value, json};

/// Pages, and what is there when they are.
const PAGES: [(&str, &str); 13] = [
    ("#v1", ".sentence"),
    ("#v1/kernel-walk?t=75", ".sentence"),
    ("#v1/ptdump/riscv64-sv39/v7.3?t=40", ".dump"),
    ("#v1/race/munmap/x86_64-4level/v6.17?lock=read&s=b4a21b10c2a&t=20", ".lane"),
    ("#v1/compare", ".side + .side"),
    ("#v1/learn/why-the-patch/2", ".figure .sentence"),
    ("#v1/safe", ".fields"),
    ("#v1/verdicts/nested-read", ".survey[data-state]"),
    ("#v1/callers", ".callers tbody tr"),
    ("#v1/open", ".door textarea"),
    ("#v1/call", ".call .sentence"),
    ("#v1/compose/huge-vmap?guard=init-read:4-4", ".asked h2.unsafe"),
    ("#v1/open/value/arm64-4k-48/pte/68000416899f03/60000416898f83", ".answer .change"),
];

/// A laptop at 150, 200 and 400 percent, a phone, a phone's half, and a laptop.
const SCREENS: [(u32, u32); 6] = [(853, 533), (640, 400), (320, 200), (390, 844), (320, 256), (1280, 800)];

const fn screen((width, height): (u32, u32)) -> Screen {
    Screen { width, height, dark: false }
}

/// Opens each page, and looks at it.
async fn each_page(page: &Page, size: (u32, u32), look: impl AsyncFn(&str, String)) {
    let site = Site::serve();
    for (hash, sign) in PAGES {
        let place = format!("{size:?} {hash}");
        page.load(&site.url(hash)).await;
        page.wait_for(&place, sign).await;
        look(hash, place).await;
    }
}

async fn fits(page: &Page, place: &str) {
    let wide = "const of = document.documentElement; return of.scrollWidth - of.clientWidth";
    assert_eq!(page.eval(wide).await, 0, "{place} is wider than the screen");
}

async fn empty(page: &Page, place: &str, script: &str) {
    assert_eq!(page.eval(script).await, json!([]), "{place}");
}

/// Words that stand, without a way to scroll to them, where they cannot be seen.
const CLIPPED: &str = "
    const hides = of => /hidden|clip/.test(getComputedStyle(of).overflow);
    return [...document.querySelectorAll('body *')]
        .filter(of => !of.closest('svg, .sr, .skip, .legend, progress, select, thead') && hides(of) && of.innerText)
        .filter(of => of.scrollWidth > of.clientWidth + 1 || of.scrollHeight > of.clientHeight + 1)
        .map(of => of.outerHTML.slice(0, 120))";

/// Controls that reach beyond the right edge, and are not in a box that scrolls there.
const CUT_OFF: &str = "
    const scrolls = of => of && (/auto|scroll/.test(getComputedStyle(of).overflowX) || scrolls(of.parentElement));
    return [...document.querySelectorAll('button, [role=button], a, select, summary, .count, p, h2')]
        .filter(of => of.checkVisibility() && !of.closest('.sr, .skip') && !scrolls(of.parentElement))
        .filter(of => of.getBoundingClientRect().right > innerWidth + 1)
        .map(of => of.outerHTML.slice(0, 120))";

#[test]
fn nothing_is_cut_off_when_enlarged() {
    for size in SCREENS {
        test(screen(size), async |page| {
            each_page(page, size, async |hash, place| {
                fits(page, &place).await;
                empty(page, &place, CLIPPED).await;
                empty(page, &place, CUT_OFF).await;
                // What stays in sight leaves room for what it is about.
                let bar = "const of = document.querySelector('.transport');
                    const stays = of && getComputedStyle(of).position === 'sticky';
                    return stays ? of.getBoundingClientRect().height / innerHeight : 0";
                let bar = page.eval(bar).await.as_f64().unwrap_or(1.0);
                assert!(bar < 0.2, "{place}: the controls cover {bar}");
                // The tables come first, or stand beside the locks.
                let order = "const top = what => document.querySelector(what)?.getBoundingClientRect().top;
                    return top('.tables') > top('.locks')";
                if !hash.contains("learn") {
                    assert_ne!(page.eval(order).await, true, "{place}: the locks stand above the tables");
                }
            })
            .await;
        });
    }
}

#[test]
fn on_a_phone_the_sentence_stands_right_above_the_controls() {
    test(Screen::NARROW, async |page| {
        let site = Site::serve();
        for hash in
            ["#v1/kernel-walk?t=75", "#v1/race/munmap/x86_64-4level/v6.17?lock=read&s=b4a21b10c2a&t=20"]
        {
            page.open(&site.url(hash)).await;
            page.last_step().await;
            for scroll in ["0", "200", "document.body.scrollHeight"] {
                page.eval(&format!("scrollTo(0, {scroll})")).await;
                let apart = "const at = what => document.querySelector(what).getBoundingClientRect();
                    const [say, words, bar] = [at('.say'), at('.sentence'), at('.transport')];
                    return [words.top >= 0, words.bottom <= bar.top, bar.bottom <= innerHeight + 1, bar.top - say.bottom < 24]";
                assert_eq!(page.eval(apart).await, json!([true, true, true, true]), "{hash} at {scroll}");
            }
        }
    });
}

/// What a person may set by WCAG 2.2, 1.4.12.
const SPACED: &str = "
    const style = document.createElement('style');
    style.textContent = '* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }'
        + ' p { margin-bottom: 2em !important }';
    document.head.append(style)";

/// Neighbours whose boxes overlap.
const RUN_TOGETHER: &str = "
    const pairs = [...document.querySelectorAll('.row [role=button], .field, .lock-list tr, .transport, .lane-head, .top-actions')]
        .flatMap(of => { const all = [...of.children].filter(child => child.checkVisibility() && !child.matches('.sr'));
            return all.flatMap((one, at) => all.slice(at + 1).map(other => [one, other])) });
    return pairs.filter(([one, other]) => {
        const [a, b] = [one.getBoundingClientRect(), other.getBoundingClientRect()];
        return a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
    }).map(pair => pair.map(of => of.outerHTML.slice(0, 80)).join(' over '))";

#[test]
fn wide_text_is_neither_clipped_nor_run_together() {
    for size in [(1280, 800), (390, 844)] {
        test(screen(size), async |page| {
            each_page(page, size, async |_, place| {
                page.eval(SPACED).await;
                empty(page, &place, CLIPPED).await;
                empty(page, &place, RUN_TOGETHER).await;
                fits(page, &place).await;
            })
            .await;
        });
    }
}

async fn prefers(page: &Page, feature: &str, value: &str) {
    let features = json!([{ "name": feature, "value": value }]);
    page.devtools("Emulation.setEmulatedMedia", json!({ "features": features })).await;
}

#[test]
fn where_one_is_has_an_outline_in_forced_colours() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        prefers(page, "forced-colors", "active").await;
        page.open(&site.url("#v1/kernel-walk?t=75")).await;
        page.last_step().await;
        for what in [".row.current", ".listing li.lit", ".frame.current", ".field.lit"] {
            let outline = format!(
                "const of = getComputedStyle(document.querySelector({what:?})); return of.outlineStyle + of.outlineWidth"
            );
            assert_eq!(page.text_of(&outline).await, "solid2px", "{what}");
        }
        let line = |kind: &str| {
            format!(
                "return getComputedStyle(document.querySelector('.row.kind-{kind} [role=button]')).borderLeftStyle"
            )
        };
        assert_ne!(page.text_of(&line("table")).await, page.text_of(&line("leaf")).await);
    });
}

#[test]
fn nothing_moves_for_whoever_wants_no_motion() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        prefers(page, "prefers-reduced-motion", "reduce").await;
        for (hash, sign) in PAGES {
            page.load(&site.url(hash)).await;
            page.wait_for(hash, sign).await;
            if page.count("[role=slider]").await > 0 {
                page.focus_slider().await;
                page.keys(&[Key::Right.into(), Key::End.into()]).await;
            }
            let moving = "return document.getAnimations().filter(of => of.playState === 'running').length";
            assert_eq!(page.eval(moving).await, Value::from(0), "{hash}");
        }
    });
}
