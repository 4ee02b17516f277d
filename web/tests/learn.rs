//! The lessons, in a real browser.

#![cfg(target_arch = "wasm32")]

mod common;

use common::draw;
use lessons::{LESSONS, Lesson};
use pagewalk_web::marks::{ATTRIBUTE, Mark};
use pagewalk_web::pages::Page;
use pagewalk_web::pages::learn::Learn;
use pagewalk_web::place::Place;
use pagewalk_web::shared::{PartState, Shared};
use pagewalk_web::view::learn::{Asked, list, stop};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::Element;

wasm_bindgen_test_configure!(run_in_browser);

const SMALL: &str = "# Small\nminutes: 2\nabout: What.\n\n## One\nfigure: kernel-walk\n\nA [blank] is `none`.\ncheck: mark hole\n\
                     gloss: blank = empty\n\n## Two\nfigure: race/munmap\n\nText.\ncheck: no-outcome\n";

fn text(root: &Element, selector: &str) -> String {
    let found = root.query_selector(selector).expect("a selector");
    found.and_then(|element| element.text_content()).unwrap_or_default()
}

fn count(root: &Element, selector: &str) -> u32 {
    root.query_selector_all(selector).expect("a selector").length()
}

#[wasm_bindgen_test]
async fn a_stop_has_its_text_its_terms_and_the_way_on() {
    let lesson = Lesson::parse(SMALL).expect("a lesson");
    let root = draw(stop("small", &lesson, 0, None, "v1/kernel-walk?t=7")).await;
    assert_eq!(text(&root, ".text p"), "A blank is none.");
    assert_eq!((text(&root, "dfn"), text(&root, ".text code")), ("blank".into(), "none".into()));
    assert_eq!((text(&root, "dt"), text(&root, "dd")), ("blank".into(), "empty".into()));
    assert_eq!(count(&root, ".turn button"), 1, "there is none before the first");
    assert_eq!(count(&root, ".way a[aria-current=step]"), 1);
    let own = root.query_selector(".own a").expect("a selector").expect("a link");
    assert_eq!(own.get_attribute("href").as_deref(), Some("#v1/kernel-walk?t=7"));
    let root = draw(stop("small", &lesson, 1, None, "v1/race/munmap")).await;
    assert_eq!(text(&root, ".turn .on"), "To all lessons n");
    assert_eq!(count(&root, ".glosses, .asked"), 0);
    // What is checked is for tests.
    assert!(!text(&root, ".lesson").contains("no-outcome"));
}

#[wasm_bindgen_test]
async fn a_question_shows_what_was_answered_and_what_is_right() {
    let lesson = Lesson::parse(SMALL).expect("a lesson");
    let asked = |picked, result| Asked {
        says: "What?",
        answers: vec!["This", "That"],
        picked,
        passed: false,
        result,
    };
    let root = draw(stop("small", &lesson, 0, Some(asked(None, None)), "")).await;
    assert_eq!((count(&root, ".answers button"), count(&root, ".right, .wrong")), (2, 0));
    let mark = root.query_selector(".answers li:nth-child(2) button").expect("a selector").expect("a button");
    let mark = mark.get_attribute(ATTRIBUTE).and_then(|of| Mark::from_attr(&of));
    assert_eq!(mark, Some(Mark::Way(1)));
    let right = [false, true];
    let root = draw(stop("small", &lesson, 0, Some(asked(Some(0), Some((&right, "So it is.")))), "")).await;
    assert_eq!(text(&root, ".said"), "Not this time. It is: That. So it is.");
    assert_eq!((text(&root, ".wrong"), text(&root, ".right")), ("✗ This".into(), "✓ That".into()));
    let root = draw(stop("small", &lesson, 0, Some(asked(Some(1), Some((&right, "So it is.")))), "")).await;
    assert_eq!(text(&root, ".said"), "Right. So it is.");
}

#[wasm_bindgen_test]
async fn the_list_says_where_to_start_and_what_was_seen() {
    let lesson = Lesson::parse(SMALL).expect("a lesson");
    let lines = [("small", &lesson, (2, 1)), ("again", &lesson, (0, 0))];
    let root = draw(list(lines.into_iter(), true)).await;
    assert_eq!(count(&root, ".start"), 1);
    assert!(text(&root, "li .tag").contains("2 minutes, 2 stops; you have seen 2 and answered 1 rightly"));
    assert_eq!((count(&root, "details li"), count(&root, ".kept button")), (4, 1));
    let root = draw(list(lines.into_iter(), false)).await;
    assert_eq!(count(&root, ".kept"), 0);
}

#[wasm_bindgen_test]
fn every_stop_has_an_address_and_any_address_opens_something() {
    let (mut learn, mut shared) = (Learn::default(), Shared::default());
    assert_eq!(learn.link(), Place::Learn.link());
    for source in LESSONS {
        let stops = source.lesson().expect("a lesson").stops.len();
        for stop in 1..=stops {
            let link = format!("v1/learn/{}/{stop}", source.name);
            learn.open(&format!("#{link}"), &mut shared);
            assert_eq!((learn.link(), shared.notice.take()), (link, None));
        }
    }
    assert_eq!(Place::Learn.stray("#v1/learn/nope"), Some("nope"));
    for hash in ["#v1/learn/why-the-patch/0", "#v1/learn/why-the-patch/99999999999999999999"] {
        learn.open(hash, &mut shared);
        assert_eq!(learn.link(), Place::Learn.link());
        assert!(shared.notice.take().is_some(), "{hash}");
    }
    // A race asks for the part that has it.
    assert!(matches!(shared.lab, PartState::Asked));
}
