//! What axe-core finds in each state of each page: nothing, on three screens, in both themes.
//!
//! axe-core is Deque's checker of the Web Content Accessibility Guidelines; `cargo xtask test` installs it from npm and says in
//! PAGEWALK_AXE where it is.

use std::fmt::Write as _;

use pagewalk_browser_tests::{Page, Screen, Site, from_environment, test};

/// A state of a page.
struct State {
    name: &'static str,
    hash: &'static str,
    /// What is there when it is reached.
    sign: &'static str,
    /// A key that is pressed after that, and what is there then.
    key: Option<(char, &'static str)>,
    /// What is pressed after that, and what is there then.
    press: Option<(&'static str, &'static str)>,
}

const fn state(name: &'static str, hash: &'static str, sign: &'static str) -> State {
    State { name, hash, sign, key: None, press: None }
}

/// Each page that the navigation leads to has one at least.
const STATES: [State; 43] = [
    state("first view", "#v1", ".sentence"),
    State {
        key: Some(('?', "[role=dialog], dialog[open], .help")),
        ..state("help", "#v1/debug-init-mm", ".sentence")
    },
    State { key: Some(('g', ".help .glossary dt")), ..state("words", "#v1/callers", ".callers tbody tr") },
    state("failed assertion", "#v1/debug-init-mm/x86_64-4level/v7.3?lock=read&t=2", ".assertion.fails"),
    State {
        press: Some((".settings summary", ".settings[open] select")),
        ..state("the settings", "#v1/kernel-walk?t=75", ".sentence")
    },
    state("a hand-over", "#v1/debug-init-mm?t=2", ".delegation"),
    State {
        key: Some(('w', ".say > .sr[role=status]:not(:empty)")),
        ..state("a reason", "#v1/debug-init-mm?t=3", ".sentence")
    },
    state("levels", "#v1/kernel-walk?view=levels", ".level-list"),
    state("embedded", "#v1/kernel-walk?t=3&embed", ".sentence"),
    state("a file that is not here", "#v1/kernel-walk/file-0000a0b1-riscv64-sv39", ".messages .open"),
    state("ptdump", "#v1/ptdump?t=40", ".sentence"),
    state("a long walk", "#v1/kernel-walk?by=actions", ".band"),
    state("callers", "#v1/callers", ".callers tbody tr"),
    state("compare", "#v1/compare", ".side + .side"),
    State {
        key: Some((']', ".difference.differs")),
        ..state("compare at a difference", "#v1/compare", ".side + .side")
    },
    state("race", "#v1/race/munmap", ".lane"),
    State {
        press: Some(("[data-does=prove]", "[data-search=running]")),
        ..state("race while it is searched", "#v1/race/munmap", ".lane")
    },
    State {
        press: Some(("[data-does=prove]", "[data-search]:not([data-search=running])")),
        ..state("race that is proven", "#v1/race/munmap", ".lane")
    },
    state("race at its end", "#v1/race/munmap/x86_64-4level/v6.17?lock=read&s=b4a21b10c2a&t=38", ".outcome"),
    state("lessons", "#v1/learn", ".lessons h3"),
    state("a stop with a question", "#v1/learn/why-the-patch/2", ".figure .sentence"),
    State {
        press: Some((".answers button", ".said p")),
        ..state("a stop with an answer", "#v1/learn/why-the-patch/2", ".figure .sentence")
    },
    state("a stop with a race", "#v1/learn/why-the-patch/8", ".figure .lane"),
    state("a stop that there is not", "#v1/learn/why-the-patch/99", "[role=alert]"),
    state("verdicts while they are searched", "#v1/verdicts", ".survey[data-state]"),
    state("a walk that is not safe", "#v1/safe", "[data-does=copy-text]:not([disabled])"),
    state("a walk that cannot be", "#v1/safe/kernel?mm=mm", ".cannot"),
    state("the door", "#v1/open", ".door textarea"),
    State {
        press: Some(("[data-does='way 100']", ".answer .ranges")),
        ..state("a text that is opened", "#v1/open", ".door textarea")
    },
    State {
        press: Some(("[data-does='way 101']", ".answer .splat dl")),
        ..state("a warning that is explained", "#v1/open", ".door textarea")
    },
    state("two values", "#v1/open/value/arm64-4k-48/pte/68000416899f03/60000416898f83", ".answer .change"),
    state(
        "one value under two models",
        "#v1/open/value/arm64-4k-52,arm64-4k-52-l5off/pte/e8000040204f03",
        ".answer .beside",
    ),
    state("a kernel that somebody runs", "#v1/open/kernel/6.1.0-53-amd64", ".answer .kernel"),
    state("values that are mistyped", "#v1/open/value/vax/ptx/163", ".answer .fits"),
    state("a call", "#v1/call", ".call .sentence"),
    state("a call that cannot be", "#v1/call?fn=walk_page_vma&vma=none&do=pte:x", ".call .refused"),
    state("a call that is mistyped", "#v1/call/vax?rage=1", ".notice"),
    state("a race of one's own", "#v1/compose/huge-vmap?guard=init-read:4-4", ".asked h2.unsafe"),
    state("the race of a fix", "#v1/race?cve=CVE-2026-74672", ".asked h2.unsafe"),
    state("a race that makes no sense", "#v1/compose/munmap?around=owns", ".asked h2.unsure"),
    state("a race that is mistyped", "#v2/compose/mumap?guard=x", ".notice"),
    state("a table of verdicts", "#v1/verdicts/nested-read", SEARCHED_TABLE),
    state("what is equal", "#v1/verdicts/trust", ".trust tbody tr"),
];

/// The rows of that table, when none is waited for.
const SEARCHED_TABLE: &str =
    "[data-name=nested-read]:not(:has(.verdict.waits, .verdict.runs)) tbody .verdict";

/// Starts axe with the rules of WCAG 2.2, levels A and AA, and its own advice; the page keeps what is found.
const START: &str = "
    window.found = null;
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    axe.run(document, { runOnly: tags, resultTypes: ['violations'] }).then(
        result => window.found = result.violations.flatMap(rule => rule.nodes.map(node =>
            [rule.id, rule.impact, node.target.join(' '), node.any.concat(node.all, node.none)[0]?.message].join('; '))),
        error => window.found = [String(error)]);";

/// What axe finds now, a line each.
async fn audit(page: &Page) -> Vec<String> {
    let axe = std::fs::read_to_string(from_environment("PAGEWALK_AXE")).expect("axe-core's script");
    page.eval(&axe).await;
    page.eval(START).await;
    page.until("axe is done", || async { page.eval("return found !== null").await == true }).await;
    serde_json::from_value(page.eval("return found").await).expect("lines")
}

/// What axe finds in all states, a line each with the state's name.
async fn audit_all(page: &Page) -> String {
    let site = Site::serve();
    let mut all = String::new();
    page.open(&site.url("#v1")).await;
    let pages = "return [...document.querySelectorAll('.pages a:not([aria-current])')].map(of => of.getAttribute('href').split('/').slice(0, 2).join('/'))";
    let pages: Vec<String> = serde_json::from_value(page.eval(pages).await).expect("addresses");
    for of in &pages {
        assert!(STATES.iter().any(|state| state.hash.starts_with(of)), "{of} has no state here");
    }
    for State { name, hash, sign, key, press } in STATES {
        page.load(&site.url(hash)).await;
        page.wait_for(name, sign).await;
        if let Some((key, sign)) = key {
            page.keys(&[key]).await;
            page.wait_for(name, sign).await;
        }
        if let Some((what, sign)) = press {
            // A search is over in less than a second: its second slice never comes.
            if sign.ends_with("running]") {
                page.eval("window.later = setTimeout; window.setTimeout = () => 0").await;
            }
            page.eval(&format!("document.querySelector({what:?}).click()")).await;
            page.wait_for(name, sign).await;
            page.eval("window.setTimeout = window.later ?? setTimeout").await;
        }
        for line in audit(page).await {
            writeln!(all, "{name}: {line}").expect("writing to memory");
        }
    }
    all
}

fn nothing_is_found(screen: Screen) {
    let found = test(screen, audit_all);
    assert!(found.is_empty(), "{screen:?}\n{found}");
}

#[test]
fn when_all_verdicts_are_searched() {
    let found = test(Screen::WIDE, async |page| {
        page.load(&Site::serve().url("#v1/verdicts")).await;
        page.wait_for("the matrix", ".survey[data-state]").await;
        page.all_verdicts().await;
        audit(page).await
    });
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn wide_and_light() {
    nothing_is_found(Screen::WIDE);
}

#[test]
fn wide_and_dark() {
    nothing_is_found(Screen { dark: true, ..Screen::WIDE });
}

#[test]
fn narrow_and_light() {
    nothing_is_found(Screen::NARROW);
}

#[test]
fn narrow_and_dark() {
    nothing_is_found(Screen { dark: true, ..Screen::NARROW });
}

/// 1280×1024 at 400 percent.
const ENLARGED: Screen = Screen { width: 320, height: 256, dark: false };

#[test]
fn enlarged_and_light() {
    nothing_is_found(ENLARGED);
}

#[test]
fn enlarged_and_dark() {
    nothing_is_found(Screen { dark: true, ..ENLARGED });
}
