//! The tables of races that are not in the part with the race lab, in a real browser.
//!
//! Alone in its file: what has arrived once stays.

#![cfg(target_arch = "wasm32")]

#[path = "common/shell.rs"]
mod shell;

use pagewalk_web::{Root, Shell};
use races::verdicts::{ABOUTS, awaited, tables};
use shell::{count, reach, text, until};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen_test]
async fn a_table_that_is_not_here_stands_among_the_others_and_is_fetched_when_it_is_opened() {
    let location = gloo_utils::window().location();
    location.set_hash("v1/verdicts").expect("an address");
    let root = gloo_utils::document().create_element("div").expect("a document makes elements");
    gloo_utils::body().append_child(&root).expect("a body");
    let app = yew::Renderer::<Root>::with_root_and_props(root.clone(), Shell::start(reach)).render();
    until("the matrix", || count(&root, ".survey") > 0).await;
    assert!(!races::are_complete(), "the verdicts do without it");
    assert!(tables().count() < ABOUTS.len() && awaited().count() == ABOUTS.len() - tables().count());
    for about in &ABOUTS {
        assert_eq!(count(&root, &format!("[data-name={}]", about.names[0])), 1, "{}", about.title);
    }
    assert_eq!(text(&root, "[data-name=mbind] .tally"), "searched once one of these is opened");

    location.set_hash("v1/verdicts/mbind").expect("an address");
    until("its verdicts", || count(&root, "[data-name=mbind] .verdict.fails") > 0).await;
    assert!(races::are_complete() && awaited().count() == 0);
    assert!(count(&root, "[data-name=mbind] .verdict.safe") > 0);
    // The others are there as well, and what was found stays.
    assert_eq!(count(&root, "details[open]"), 2, "the patch's table, and that of the address");
    assert!(text(&root, "[data-name=gup-fast] .tally").contains("searched"));
    app.destroy();
    location.set_hash("").expect("an address");
}
