//! What a walk needs at times, and the patch's callers, in a real browser.

#![cfg(target_arch = "wasm32")]

mod common;

use callers::CALL_SITES;
use common::draw;
use narrate::dump::{DumpLine, DumpView, LineState};
use narrate::{Mark, Point, Timeline, point};
use pagewalk_web::later::Later;
use pagewalk_web::marks;
use pagewalk_web::parts::more::more;
use pagewalk_web::parts::take;
use pagewalk_web::view;
use pagewalk_web::view::callers::callers;
use scenario::link::Grain;
use scenario::{Link, Setup};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::Element;

wasm_bindgen_test_configure!(run_in_browser);

fn all(root: &Element, selector: &str) -> Vec<Element> {
    let found = root.query_selector_all(selector).expect("a selector");
    (0..found.length()).filter_map(|at| found.get(at)).map(JsCast::unchecked_into).collect()
}

fn texts(root: &Element, selector: &str) -> Vec<String> {
    all(root, selector).iter().map(|of| of.text_content().unwrap_or_default()).collect()
}

/// What the page of a walk has of a later part.
fn later() -> Later {
    more(take::here).later
}

/// The first steps of a scenario without a capture that write an entry.
fn writes(scenario: &str) -> Vec<Point> {
    let setup = Setup::of(more(take::here).library.scenario(scenario).expect("a scenario of the library"));
    let (world, runner) = setup.start(&setup.made().expect("made tables")).expect("it runs there");
    let mut timeline = Timeline::new(world, runner);
    timeline.record(100_000);
    (0..timeline.len(Grain::Stops))
        .map(|index| timeline.span(Grain::Stops, index))
        .filter(|span| span.mark == Mark::Write)
        .map(|span| {
            let moment = timeline.moment(span.from, span.to);
            point::point(&moment, span.mark, setup.revision, pgtable::VirtAddr(0))
        })
        .collect()
}

#[wasm_bindgen_test]
async fn a_write_shows_both_values_and_the_bits_by_name() {
    let written = writes("loongarch-set-memory");
    let root = draw(view::say(&written[0], 0, 1, "", Some(later()), false)).await;
    assert_eq!(texts(&root, ".diff .what"), ["pte entry at 0x648010"]);
    assert_eq!(texts(&root, ".diff dt"), ["was", "is", "cleared"]);
    assert_eq!(texts(&root, ".diff dd > code"), ["0x00000000081201d3", "0x00000000081200d1"]);
    assert_eq!(texts(&root, ".diff u"), ["1", "3", "0", "1"], "the digits that are others");
    assert_eq!(texts(&root, ".diff ul code"), ["_PAGE_DIRTY", "_PAGE_WRITE"]);
    // In words besides, not by a sign or a colour alone.
    assert_eq!(texts(&root, ".diff ul [aria-hidden=true]"), ["\u{2212}", "\u{2212}"]);

    let set = draw(view::say(&writes("openrisc-dma")[0], 0, 1, "", Some(later()), false)).await;
    assert_eq!(texts(&set, ".diff dt"), ["was", "is", "set"]);
    assert_eq!(texts(&set, ".diff ul li"), ["+_PAGE_CI"]);
}

fn line(number: u32, text: &str, state: LineState) -> DumpLine {
    DumpLine { number, text: text.to_owned(), is_header: false, is_write_execute: false, state }
}

#[wasm_bindgen_test]
async fn a_dump_names_its_current_line_its_headers_and_what_is_insecure() {
    let lines = vec![
        DumpLine { is_header: true, ..line(7, "---[ Modules ]---", LineState::Printed) },
        DumpLine { is_write_execute: true, ..line(8, "0x1000-0x2000", LineState::Printed) },
        line(9, "0x2000-0x3000", LineState::Current),
        line(10, "0x3000-0x4000", LineState::Later),
    ];
    let root =
        draw(view::dump(&DumpView { lines, known: 15, finished: 9, check: None, insecure: None })).await;
    assert_eq!(texts(&root, "h2 .where"), ["9 of 15 lines printed"]);
    assert_eq!(texts(&root, "[aria-current=true] code"), ["0x2000-0x3000"]);
    assert_eq!(texts(&root, "[aria-current=true] .sr"), ["the step adds to this line"]);
    assert_eq!(texts(&root, ".header code"), ["---[ Modules ]---"]);
    assert_eq!(texts(&root, ".insecure .wx"), ["W+X"]);
    // What is not shown is a line away: one button before, one after.
    assert_eq!(texts(&root, ".more"), ["7 lines before", "4 lines after"]);
    let to: Vec<_> = all(&root, "button")
        .iter()
        .filter_map(|of| marks::Mark::from_attr(&of.get_attribute(marks::ATTRIBUTE)?))
        .collect();
    assert_eq!(to, [6, 7, 8, 9, 10, 11].map(marks::Mark::DumpLine));
}

#[wasm_bindgen_test]
async fn a_line_that_has_not_begun_is_the_next_one() {
    let lines = vec![line(0, "0x1000-0x2000", LineState::Next)];
    let root =
        draw(view::dump(&DumpView { lines, known: 1, finished: 0, check: None, insecure: None })).await;
    assert!(all(&root, "[aria-current]").is_empty());
    assert_eq!(texts(&root, ".next .sr"), ["next line"]);
}

#[wasm_bindgen_test]
async fn the_slots_of_the_current_line_are_marked() {
    let mut point = writes("loongarch-set-memory").remove(0);
    let plain = draw(view::tables(&point, None)).await;
    assert!(all(&plain, ".noted").is_empty());
    let table = point.columns.iter_mut().rev().find_map(|column| column.table.as_mut()).expect("a table");
    table.rows[1].noted = true;
    let first = table.rows[1].first;
    let root = draw(view::tables(&point, None)).await;
    assert_eq!(texts(&root, ".noted .sr"), ["in the current line of the dump"]);
    let slot = texts(&root, ".slot:has(.noted)");
    assert!(slot[0].contains(&first.to_string()), "{slot:?}");
}

#[wasm_bindgen_test]
async fn every_call_site_has_a_row_and_each_link_of_it_opens() {
    let library = more(take::here).library;
    let root = draw(callers(&library)).await;
    let rows = all(&root, "tbody tr");
    assert_eq!(rows.len(), CALL_SITES.len());
    for (row, site) in rows.iter().zip(CALL_SITES) {
        assert_eq!(texts(row, "th strong"), [site.title]);
        assert_eq!(all(row, "th, td").len(), all(&root, "thead th").len());
        assert_eq!(texts(row, ".names li").len(), site.callback_names().count());
        let kernels: Vec<_> = all(row, ".side a").iter().filter_map(|of| of.get_attribute("href")).collect();
        assert_eq!(kernels.len(), site.runs.len() * site.kernels.len());
        for href in kernels {
            assert_eq!(Link::parse(&href, &library).1, [], "{href}");
        }
    }
    // Before and after the patch are told apart by a word.
    assert_eq!(texts(&rows[0], ".side .dim"), ["before", "after"]);
    assert_eq!(texts(&rows[0], ".side a"), ["v6.16", "patch", "v6.17", "v7.3"]);
    for link in all(&root, "a") {
        assert!(!link.text_content().unwrap_or_default().is_empty());
    }
}
