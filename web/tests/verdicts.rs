//! The matrix of verdicts, in a real browser.

#![cfg(target_arch = "wasm32")]

mod common;
#[path = "common/shell.rs"]
mod shell;

use common::draw;
use pagewalk::Revision;
use pagewalk_web::view::verdicts::cell::{Place, verdict};
use pagewalk_web::view::verdicts::trust::{content, trust};
use pagewalk_web::{Root, Shell};
use pgtable::MODELS;
use races::{ANSWERS, Found, NotThere, Outcomes, Variant, survey::search};
use shell::{count, reach, text, until};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{Element, HtmlElement};

wasm_bindgen_test_configure!(run_in_browser);

fn attribute(root: &Element, selector: &str, name: &str) -> String {
    let found = root.query_selector(selector).expect("a selector");
    found.and_then(|element| element.get_attribute(name)).unwrap_or_default()
}

fn press(root: &Element, selector: &str) {
    let found = root.query_selector(selector).expect("a selector").expect("it is there");
    found.unchecked_into::<HtmlElement>().click();
}

/// munmap() under a reader, which goes wrong, as the answers have it.
fn munmap() -> (Variant, Outcomes) {
    let evidence = &ANSWERS.iter().find(|answer| answer.name == "user-write").expect("an answer").evidence[0];
    let (_, _, _, choice, cell) = evidence.place().expect("it is there");
    (Variant { choice, found: Some(search(&choice)) }, cell)
}

fn place(variant: &Variant, expected: Outcomes) -> Place<'_> {
    Place { variant, number: 7, expected, searching: None, at: 3, name: "munmap, read", in_words: false }
}

const SAFE: Outcomes = Outcomes::empty();

#[wasm_bindgen_test]
async fn what_goes_wrong_leads_to_its_runs() {
    let (variant, cell) = munmap();
    let root = draw(verdict(place(&variant, cell))).await;
    assert_eq!(count(&root, ".verdict.fails a"), 2);
    assert_eq!(text(&root, "a"), "an entry is followed to memory that is not a page table in 32 stepswild");
    assert_eq!(text(&root, "a:nth-child(2)"), "a freed pmd table is read in 38 stepsUAF(pmd)");
    assert_eq!(attribute(&root, "a", "href"), "#v1/race/munmap/x86_64-4level/v6.17?lock=read&s=b4a20b6a2");
    assert_eq!(text(&root, ".how"), "1,223 states seen");
    assert_eq!(count(&root, ".differs"), 0);
}

#[wasm_bindgen_test]
async fn a_difference_is_shown() {
    let (variant, cell) = munmap();
    let root = draw(verdict(place(&variant, SAFE))).await;
    assert_eq!(text(&root, ".differs"), "≠ expected: safe");

    let found = Found { outcomes: Outcomes::empty(), ways: Vec::new(), states: 1, complete: true };
    let safe = Variant { found: Some(Ok(found)), ..variant };
    let root = draw(verdict(place(&safe, cell))).await;
    assert_eq!(text(&root, ".verdict.safe .how"), "all 1 state");
    assert_eq!(text(&root, ".differs"), "≠ expected: UAF(pmd)+wild");
    assert_eq!(attribute(&root, "a", "href"), "#v1/race/munmap/x86_64-4level/v6.17?lock=read");
}

#[wasm_bindgen_test]
async fn nothing_is_claimed_of_what_was_not_seen() {
    let (mut variant, cell) = munmap();
    let found = Found { outcomes: Outcomes::empty(), ways: Vec::new(), states: 200_000, complete: false };
    variant.found = Some(Ok(found));
    let root = draw(verdict(place(&variant, SAFE))).await;
    assert_eq!(text(&root, ".what"), "not finished");
    assert_eq!(text(&root, ".how"), "200,000 states seen");
    assert_eq!(count(&root, ".safe, .fails"), 0);
    assert_eq!(text(&root, ".differs"), "≠ expected: safe");

    variant.found = Some(Err(NotThere::Model("vax")));
    let root = draw(verdict(place(&variant, cell))).await;
    assert_eq!(text(&root, ".fails .how"), "this race does not happen on vax");

    variant.found = None;
    let root = draw(verdict(Place { searching: Some(1234), ..place(&variant, cell) })).await;
    assert_eq!(text(&root, ".runs .how"), "1,234 states");
    let root = draw(verdict(place(&variant, cell))).await;
    assert_eq!(text(&root, "[data-does=\"variant 7 3\"]"), "search first: munmap, read");
}

#[wasm_bindgen_test]
async fn it_starts_with_what_the_address_names_and_can_be_paused() {
    let location = gloo_utils::window().location();
    location.set_hash("v1/verdicts/nested-read").expect("an address");
    let root = gloo_utils::document().create_element("div").expect("a document makes elements");
    gloo_utils::body().append_child(&root).expect("a body");
    // What stands in the HTML until the page is drawn, and listens.
    let placeholder = gloo_utils::document().create_element("p").expect("a document makes elements");
    placeholder.set_class_name("start");
    gloo_utils::body().append_child(&placeholder).expect("a body");
    let app = yew::Renderer::<Root>::with_root_and_props(root.clone(), Shell::start(reach)).render();
    until("the page listens", || !placeholder.is_connected()).await;
    until("the matrix", || count(&root, ".survey") > 0).await;
    assert_eq!(count(&root, ".answer"), 6);
    assert_eq!(count(&root, "details[open]"), 2, "the patch's table, and that of the address");
    until("its verdict", || count(&root, "[data-name=nested-read] .verdict.fails") > 0).await;
    assert_eq!(
        text(&root, "[data-name=nested-read] a"),
        "nobody can move any more (a deadlock) in 3 stepsDEADLOCK"
    );

    press(&root, "[data-does=pause]");
    until("it is paused", || attribute(&root, ".survey", "data-state") == "paused").await;
    assert!(text(&root, "[role=status]").starts_with("Paused: "));
    // Every table has its columns and its lines named.
    assert_eq!(
        count(&root, "thead th:not([scope=col]), tbody th:not([scope=row]), table:not(:has(caption))"),
        0
    );

    location.set_hash("v1/verdicts/set-prot").expect("an address");
    until("another table", || count(&root, "[data-name=set-prot] .verdict") == 2).await;
    let waits = "[data-name=set-prot] tr:nth-child(2) td";
    assert_eq!(attribute(&root, ".survey", "data-state"), "paused", "looking at it does not search it");
    press(&root, &format!("{waits} button"));
    until("what is asked for is searched first", || count(&root, &format!("{waits} .safe")) > 0).await;
    app.destroy();
    location.set_hash("").expect("an address");
}

#[wasm_bindgen_test]
async fn what_is_equal_stands_in_a_table_by_machine_and_kernel() {
    pgtable::complete();
    let root = draw(trust(true, Some(content))).await;
    // Every machine and every kernel that can be chosen, v7.2, what all have together, and what booted kernels did.
    assert_eq!(count(&root, "tbody tr"), MODELS.len() as u32 + 1);
    assert_eq!(count(&root, "thead th[scope=col]"), Revision::ALL.len() as u32 + 5);
    assert_eq!(count(&root, "tbody th[scope=row]"), count(&root, "tbody tr"));
    assert_eq!(count(&root, "tbody td"), count(&root, "tbody tr") * (Revision::ALL.len() as u32 + 4));
    for kernel in Revision::ALL {
        assert!(text(&root, "thead").contains(kernel.id()), "{}", kernel.id());
    }
    assert_eq!(text(&root, "tbody tr:last-child th"), "all machines");
    assert!(
        text(&root, "tbody tr").starts_with("x86-64, 4 levelsx86_64-4level"),
        "{}",
        text(&root, "tbody tr")
    );
    // All of it is equal, and what was not compared says so.
    assert_eq!(count(&root, ".differs"), 0);
    let sum = text(&root, "summary .tally");
    let all: Vec<String> = text(&root, "tbody tr:last-child").split_whitespace().map(str::to_owned).collect();
    assert!(
        sum.starts_with("equal: ") && sum.contains("traced cases") && !sum.contains(" of 0"),
        "{sum}, {all:?}"
    );
    assert!(text(&root, "td .sr").contains("nothing compared"));
    assert!(text(&root, ".not").contains("v6.6.153 was read, not traced"));
    // What is closed draws no table.
    let root = draw(trust(false, Some(content))).await;
    assert_eq!((count(&root, "table"), count(&root, "summary h2")), (0, 1));
}
