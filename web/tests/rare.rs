//! A race that is not in the part with the race lab, in a real browser.
//!
//! Alone in its file: what has arrived once stays.

#![cfg(target_arch = "wasm32")]

#[path = "common/shell.rs"]
mod shell;

use pagewalk_web::{Root, Shell};
use races::RACES;
use shell::{count, reach, text, until};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen_test]
async fn an_address_of_a_race_that_is_not_here_fetches_it_and_opens_it() {
    let location = gloo_utils::window().location();
    location.set_hash("v1/race/munmap").expect("an address");
    let root = gloo_utils::document().create_element("div").expect("a document makes elements");
    gloo_utils::body().append_child(&root).expect("a body");
    let app = yew::Renderer::<Root>::with_root_and_props(root.clone(), Shell::start(reach)).render();
    until("the race lab", || count(&root, ".lane") > 0).await;
    assert!(!races::are_complete(), "the lab does without it");
    // It can be chosen all the same.
    assert_eq!(count(&root, "select[data-does=\"list race\"] option"), RACES.len() as u32);
    assert!(text(&root, "select[data-does=\"list race\"]").contains("mbind() and a page fault"));

    let address = "#v1/race/mbind/arm64-4k-48/v6.17?s=a2b3&t=4";
    location.set_hash(address).expect("an address");
    until("the race of the address", || text(&root, ".goal .about").starts_with("CPU 0 lists all pages"))
        .await;
    assert!(races::are_complete());
    assert_eq!(location.hash().as_deref(), Ok(address));
    assert_eq!(count(&root, ".messages .notice"), 0, "{}", text(&root, ".messages"));
    assert!(text(&root, ".lane").contains("walk_page_range"), "{}", text(&root, ".lane"));
    app.destroy();
    location.set_hash("").expect("an address");
}
