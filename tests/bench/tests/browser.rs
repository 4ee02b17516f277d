//! The browser's part of `cargo xtask bench`: what is timed natively, compiled as the page is.

#![cfg(target_arch = "wasm32")]

use pagewalk_bench::figures::Place;
use pagewalk_bench::measure::{Count, Record};
use pagewalk_bench::trees::{Fill, PTES, tree};
use wasm_bindgen_test::{console_log, wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen_test]
fn a_walk_and_a_search_in_the_browser() {
    let performance =
        web_sys::window().and_then(|window| window.performance()).expect("browsers have a clock");
    let wasm = Place { name: "wasm", clock: || performance.now() * 1e6 };
    let mut tree = tree(pgtable::MODELS[0], Fill::Dense, PTES);
    console_log!("{}", wasm.walk::<Count>(&mut tree, Fill::Dense).0);
    console_log!("{}", wasm.walk::<Record>(&mut tree, Fill::Dense).0);
    console_log!("{}", wasm.rewind(&tree));
    console_log!("{}", wasm.search());
}
