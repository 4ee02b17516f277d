//! What axe-core finds in each state of each page: nothing, on both screens, in both themes.
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
}

const fn state(name: &'static str, hash: &'static str, sign: &'static str) -> State {
    State { name, hash, sign, key: None }
}

const STATES: [State; 22] = [
    state("first view", "#v1", ".sentence"),
    State {
        key: Some(('?', "[role=dialog], dialog[open], .help")),
        ..state("help", "#v1/debug-init-mm", ".sentence")
    },
    State { key: Some(('g', ".help .glossary dt")), ..state("words", "#v1/callers", ".callers tbody tr") },
    state("failed assertion", "#v1/debug-init-mm/x86_64-4level/v7.3?lock=read&t=2", ".assertion.fails"),
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
    state("race at its end", "#v1/race/munmap/x86_64-4level/v6.17?lock=read&s=b4a21b10c2a&t=38", ".outcome"),
    state("lessons", "#v1/learn", ".lessons h3"),
    state("a stop with a question", "#v1/learn/why-the-patch/2", ".figure .sentence"),
    state("a stop with a race", "#v1/learn/why-the-patch/8", ".figure .lane"),
    state("a stop that there is not", "#v1/learn/why-the-patch/99", "[role=alert]"),
    state("verdicts while they are searched", "#v1/verdicts", ".survey[data-state]"),
    state("a walk that is not safe", "#v1/safe", "[data-does=copy-text]:not([disabled])"),
    state("a walk that cannot be", "#v1/safe/kernel?mm=mm", ".cannot"),
    state("a table of verdicts", "#v1/verdicts/nested-read", SEARCHED_TABLE),
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
    for State { name, hash, sign, key } in STATES {
        page.load(&site.url(hash)).await;
        page.wait_for(name, sign).await;
        if let Some((key, sign)) = key {
            page.keys(&[key]).await;
            page.wait_for(name, sign).await;
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
