//! The parts of the race lab, in a real browser.

#![cfg(target_arch = "wasm32")]

mod common;

use common::draw;
use narrate::race::{RacePoint, Session, point};
use pagewalk_web::marks::{ATTRIBUTE, Mark};
use pagewalk_web::pages::race::Picked;
use pagewalk_web::search::Sliced;
use pagewalk_web::view::race::{choices, lanes, outcome, queues, stake, strip};
use races::{Aim, Choice, RACES, RaceLink, race};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::Element;

wasm_bindgen_test_configure!(run_in_browser);

fn text(root: &Element, selector: &str) -> String {
    let found = root.query_selector(selector).expect("a selector");
    found.and_then(|element| element.text_content()).unwrap_or_default()
}

fn count(root: &Element, selector: &str) -> u32 {
    root.query_selector_all(selector).expect("a selector").length()
}

fn open(link: &str) -> (Session, RacePoint) {
    let (link, _) = RaceLink::parse(link).expect("a link to a race");
    let (session, problem) = Session::open(&link).expect("it starts");
    assert_eq!(problem, None);
    let choice = session.choice();
    let point = point(&session.moment(), choice.revision, choice.race);
    (session, point)
}

#[wasm_bindgen_test]
async fn a_blocked_lane_is_marked_and_says_why() {
    let (_, point) = open("v1/race/munmap?s=ba&t=2");
    let root = draw(lanes::lanes(&point.lanes)).await;
    assert_eq!(count(&root, ".lane"), 3);
    let waits = "waits for mm.mmap_lock (read), held by CPU 1 (write)";
    assert_eq!(text(&root, ".lane.waits .next"), waits);
    assert_eq!(text(&root, ".lane.waits .step[aria-disabled=true]"), "Step CPU 0");
    assert_eq!(text(&root, ".lane.ready .script .lit"), "vma_start_write(vma)");
    assert_eq!(count(&root, ".script .lit"), 2, "each CPU has its line");
    let root = draw(queues::locks(&point.locks)).await;
    assert_eq!(text(&root, ".lock.changed .some").trim(), "CPU 1 (write)");
}

#[wasm_bindgen_test]
async fn a_freed_table_is_told_in_words() {
    let (session, point) = open("v1/race/munmap?s=b4a21b10c2a&t=38");
    let root = draw(stake::tables(&point.tables)).await;
    assert_eq!(count(&root, "[data-life=freed]"), 2);
    assert!(text(&root, "[data-life=freed]").contains("freed: its memory may hold anything"));
    assert!(text(&root, "[data-life=freed] .pointer").contains("CPU 0 still points into it"));
    let root = draw(outcome::outcome(&point, &session).expect("it went wrong")).await;
    let decided =
        "Decided: RCU frees the table at step 37. CPU 0 still holds its address, which it has read at step ";
    assert!(text(&root, ".decided").starts_with(decided), "{}", text(&root, ".decided"));
    assert!(text(&root, ".outcome").contains("Goal met: a freed pmd table is read"));
    assert!(text(&root, ".outcome .why").contains("asserts the write lock"));
}

#[wasm_bindgen_test]
async fn the_time_strip_marks_each_step_in_its_lane_and_the_fatal_one() {
    let (session, point) = open("v1/race/munmap?s=b4a21b10c2a&t=4");
    let root = draw(strip::strip(&session, &point, false)).await;
    for (lane, steps) in [("of-cpu-0", 22), ("of-cpu-1", 14), ("of-rcu", 2)] {
        assert_eq!(count(&root, &format!(".marks .{lane}")), steps, "{lane}");
    }
    assert_eq!(count(&root, ".marks .ahead"), 34);
    assert_eq!(count(&root, ".marks .fatal-sign"), 1);
    let slider = root.query_selector("[role=slider]").expect("a selector").expect("a slider");
    let spoken = slider.get_attribute("aria-valuetext").expect("a spoken value");
    assert!(spoken.starts_with("step 4 of 38, goes wrong at step 38: CPU 1: "), "{spoken}");
}

#[wasm_bindgen_test]
async fn every_choice_of_every_race_means_something() {
    // As the part with the race lab does.
    pagewalk_web::parts::complete();
    races::complete();
    for race in RACES {
        let choice = Choice::first(race);
        for piece in [choices::choices(&choice, false), choices::variant(&choice)] {
            let root = draw(piece).await;
            let options = root.query_selector_all("option").expect("a selector");
            for index in 0..options.length() {
                let option: Element = options.get(index).expect("an option").unchecked_into();
                let list = option.closest("select").expect("a selector").expect("a list");
                let mark = list.get_attribute(ATTRIBUTE).expect("a mark");
                let Some(Mark::List(list)) = Mark::from_attr(&mark) else { panic!("{mark}") };
                let id = option.get_attribute("value").expect("an id");
                let picked = Picked::of(list, &id).unwrap_or_else(|| panic!("{mark}: {id}"));
                if let Some(of) = picked.apply(choice) {
                    assert!(of.start().is_ok(), "{mark}: {id}");
                    // Each option is another one.
                    assert_eq!(of == choice, option.has_attribute("selected"), "{mark}: {id}");
                }
            }
            assert_eq!(count(&root, "option[selected]"), count(&root, "select"), "{}", race.id);
        }
    }
}

#[wasm_bindgen_test]
fn a_search_in_slices_finds_what_one_piece_does() {
    let choice = Choice::first(&race::munmap::RACE);
    let mut search = Sliced::new(&choice, Aim::Everything).expect("it starts");
    let mut slices = 0;
    while !search.run_slice().ended {
        slices += 1;
        assert!(slices < 10_000);
    }
    let (report, found) = (search.report(), search.found());
    assert_eq!((report.states, report.gave_up, found.complete), (1223, false, true));
    let ways: Vec<_> = found.ways.iter().map(|(_, way)| way.to_string()).collect();
    assert_eq!(ways, ["b4a20b6a2", "b4a21b10c2a"]);
    let mut cut = Sliced::with_limit(&choice, Aim::Everything, 50).expect("it starts");
    while !cut.run_slice().ended {}
    assert!(cut.report().gave_up && !cut.found().complete);
}
