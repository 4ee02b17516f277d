//! The parts of the page, in a real browser.

#![cfg(target_arch = "wasm32")]

mod common;

use capture::{Capture, ImportError};
use common::draw;
use narrate::{Mark, Point, Timeline, point};
use pagewalk_web::load::{self, LoadError, Problem};
use pagewalk_web::marks;
use pagewalk_web::pages::walk::Picked;
use pagewalk_web::parts::more::more;
use pagewalk_web::parts::take;
use pagewalk_web::progress::Progress;
use pagewalk_web::shared::Shared;
use pagewalk_web::view;
use pgtable::Level;
use scenario::link::Grain;
use scenario::{Held, Setup};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::Element;

wasm_bindgen_test_configure!(run_in_browser);

/// The compressed tables of a captured machine, as the page fetches them.
const CAPTURE: &[u8] = include_bytes!("../../tests/captures/riscv64-sv39/tables.json.gz");

async fn read(bytes: &[u8]) -> Result<Capture, LoadError> {
    let file = "tables.json.gz".to_owned();
    load::read(bytes).await.map_err(|problem| LoadError { file, problem })
}

/// The point of a step of a scenario on the captured riscv machine.
async fn step(scenario: &str, lock: Held, index: u32) -> Point {
    let scenario = more(take::here).library.scenario(scenario).expect("a scenario of the library");
    let tables =
        pgtable::model("riscv64-sv39").ok().and_then(|model| scenario.tables_on(model)).expect("a machine");
    let setup = Setup { tables, lock, ..Setup::of(scenario) };
    let capture = read(CAPTURE).await.expect("a capture of this repository");
    let (world, runner) = setup.start(&capture).expect("the scenario runs there");
    let mut timeline = Timeline::new(world, runner);
    timeline.record(10_000);
    let span = timeline.span(Grain::Stops, index);
    point::point(&timeline.moment(span.from, span.to), span.mark, setup.revision, pgtable::VirtAddr(0))
}

fn text(root: &Element, selector: &str) -> String {
    let found = root.query_selector(selector).expect("a selector");
    found.and_then(|element| element.text_content()).unwrap_or_default()
}

fn count(root: &Element, selector: &str) -> u32 {
    root.query_selector_all(selector).expect("a selector").length()
}

#[wasm_bindgen_test]
async fn a_capture_is_read_packed_and_unpacked() {
    let packed = read(CAPTURE).await.expect("a capture");
    assert_eq!(packed.model().id, "riscv64-sv39");
    let small = br#"{"format":"ptcapture-1","capture":"small","arch":"riscv64","page_shift":12,
        "levels":[{"name":"pgd","shift":30,"slots":512},{"name":"pmd","shift":21,"slots":512},{"name":"pte","shift":12,"slots":512}],
        "layout":{},"roots":{"init_mm":"0x1000"},"tables":[{"pa":"0x1000","level":"pgd","slots":512,"entries":[[3,"0x801"]]}]}"#;
    let plain = read(small).await.expect("a server may unpack on the way");
    assert_eq!(plain.name, "small");
}

#[wasm_bindgen_test]
async fn a_capture_that_cannot_be_used_is_an_error_with_the_place() {
    let cut = read(&CAPTURE[..CAPTURE.len() / 2]).await.expect_err("cut off");
    assert_eq!(cut.to_string(), "tables.json.gz cannot be unpacked: it is damaged or cut off");
    let garbage = read(b"no json").await.expect_err("not JSON");
    assert!(matches!(garbage.problem, Problem::Image(error) if matches!(*error, ImportError::Syntax(_))));
    for (json, words) in [
        ("[]", "format must be a string"),
        ("null", "format must be a string"),
        (r#"{"format":"other"}"#, "the format is “other”"),
        (r#"{"format":"ptcapture-1","arch":"vax","page_shift":9,"levels":[]}"#, "no model for vax"),
        (r#"{"format":"ptcapture-1","arch":"vax","page_shift":-1}"#, "page_shift must be a number"),
        (r#"{"format":"ptcapture-1","arch":"vax","page_shift":1.5}"#, "page_shift must be a number"),
    ] {
        let error = read(json.as_bytes()).await.expect_err(json).to_string();
        assert!(error.starts_with("tables.json.gz: ") && error.contains(words), "{error}");
    }
}

#[wasm_bindgen_test]
async fn the_ruler_lights_the_field_of_the_step() {
    let point = step("debug-init-mm", Held::Read, 13).await;
    let root = draw(view::ruler(&point.ruler, Some(Level::Pmd))).await;
    assert_eq!(count(&root, ".field"), 5);
    assert_eq!(count(&root, ".field.lit"), 1);
    assert_eq!(text(&root, ".field.hot .name"), "PMD");
    assert_eq!(text(&root, ".address code"), point.ruler.addr.to_string());
}

#[wasm_bindgen_test]
async fn a_folded_table_is_one_column_with_three_names() {
    let point = step("debug-init-mm", Held::Read, 13).await;
    let root = draw(view::tables(&point, Some(Level::Pmd))).await;
    assert_eq!(count(&root, ".column"), 3);
    assert_eq!(text(&root, ".column h2"), "PGD = P4D = PUD");
    assert!(count(&root, ".row") <= 27, "a table of 512 slots is drawn as runs");
}

#[wasm_bindgen_test]
async fn a_failed_assertion_names_lock_need_and_finding() {
    let point = step("kernel-walk", Held::OtherRead, 4).await;
    assert_eq!(point.mark, Mark::AssertFails);
    let root = draw(view::locks(&point, None)).await;
    assert_eq!(text(&root, ".assertion.fails .verdict"), "fails");
    assert!(text(&root, ".assertion").contains("held for reading by another task, not by this one"));
    assert!(text(&root, ".assertion .plain").starts_with("Without lockdep"));
    assert!(text(&root, ".rule .why").contains("Why this rule exists"));
}

#[wasm_bindgen_test]
async fn a_delegation_is_a_hop_in_the_call_stack() {
    let point = step("debug-init-mm", Held::Read, 3).await;
    let root = draw(view::code(&point, None)).await;
    assert_eq!(text(&root, ".frame.delegated code"), "↪ walk_kernel_page_table_range");
    assert_eq!(count(&root, ".listing li.lit"), 1);
}

#[wasm_bindgen_test]
async fn what_just_happened_is_in_a_live_region() {
    let point = step("kernel-walk", Held::Read, 0).await;
    let root = draw(view::say(&point, 0, 1, "what it is about", None, false)).await;
    assert_eq!(text(&root, "[role=status]"), point.sentence);
    assert_eq!(text(&root, ".about"), "what it is about");
}

#[wasm_bindgen_test]
async fn the_levels_of_every_machine_say_what_they_were_on_another() {
    for pair in pgtable::MODELS.windows(2) {
        let root = draw(view::levels(pair[1], Some(pair[0]))).await;
        assert_eq!(count(&root, ".level-list thead th"), 5);
        assert_eq!(text(&root, "h2"), format!("Levels of {}", pair[1].title));
        assert_eq!(count(&root, ".changed"), count(&root, ".changed > .was"));
        let alone = draw(view::levels(pair[1], None)).await;
        assert_eq!(count(&alone, ".changed, .compared"), 0);
    }
}

#[wasm_bindgen_test]
async fn progress_says_how_much() {
    let progress = Progress { received: 2048, total: Some(4096) };
    let root = draw(view::progress("Loading riscv64", progress)).await;
    assert!(text(&root, ".loading").contains("2 of 4 KiB"));
}

#[wasm_bindgen_test]
async fn every_choice_that_is_offered_means_something() {
    // The first part knows the other scenarios by their names.
    let (first, all) = (Shared::default().library, more(take::here).library);
    assert_eq!(first.scenarios().count() + first.later().len(), all.scenarios().count());
    for scenario in all.scenarios() {
        let root = draw(view::choices(&Setup::of(scenario), None, None)).await;
        let options = root.query_selector_all("option").expect("a selector");
        for index in 0..options.length() {
            let option: Element = options.get(index).expect("an option").unchecked_into();
            let list = option.closest("select").expect("a selector").expect("a list");
            let mark = list.get_attribute(marks::ATTRIBUTE).expect("a mark");
            let Some(marks::Mark::List(list)) = marks::Mark::from_attr(&mark) else { panic!("{mark}") };
            let id = option.get_attribute("value").expect("an id");
            assert!(Picked::of(list, &id, scenario).is_some(), "{mark}: {id}");
        }
        assert_eq!(count(&root, "option[selected]"), count(&root, "select"), "one of each list is chosen");
    }
}
