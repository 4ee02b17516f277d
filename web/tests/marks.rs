//! From the DOM to what a person did, and from an address to a page: without drawing anything.

#![cfg(target_arch = "wasm32")]

use pagewalk_web::answers::on_page;
use pagewalk_web::keys::{Keys, command, digit};
use pagewalk_web::kinds::Filter;
use pagewalk_web::marks::{Command, List, Mark};
use pagewalk_web::place::Place;
use pagewalk_web::run::Speed;
use pagewalk_web::values::Values;
use pagewalk_web::view::door::Press;
use pagewalk_web::view::switches::Press as Turned;
use pgtable::Level;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

/// Whoever adds a mark adds it to the test below as well: this does not compile without.
const fn is_tried(mark: Mark) -> bool {
    match mark {
        Mark::Command(_)
        | Mark::List(_)
        | Mark::Level(_)
        | Mark::Slots(..)
        | Mark::Line(_)
        | Mark::DumpLine(_)
        | Mark::Lane(_)
        | Mark::Branch(_)
        | Mark::Way(_)
        | Mark::Variant(..)
        | Mark::Table(_)
        | Mark::Desk(_)
        | Mark::Filter(_) => true,
    }
}

#[wasm_bindgen_test]
fn every_mark_comes_back_from_its_attribute() {
    let commands = Command::ALL.iter().copied().map(Mark::Command);
    let lists = List::ALL.iter().copied().map(Mark::List);
    let filters = Filter::ALL.iter().copied().map(Mark::Filter);
    let mut marks: Vec<Mark> = commands.chain(lists).chain(filters).collect();
    for level in Level::ALL {
        marks.extend([Mark::Level(level), Mark::Slots(level, 0, 0), Mark::Slots(level, 7, u32::MAX)]);
    }
    for number in [0, 1, 9, 10, 8191, u32::MAX] {
        let kinds =
            [Mark::Line, Mark::DumpLine, Mark::Lane, Mark::Branch, Mark::Way, Mark::Table, Mark::Desk];
        marks.extend(kinds.map(|kind| kind(number)));
        marks.extend([Mark::Variant(number, 5), Mark::Variant(5, number)]);
    }
    let mut attributes: Vec<String> = marks.iter().map(|mark| mark.to_attr()).collect();
    for (mark, attribute) in marks.iter().zip(&attributes) {
        assert!(is_tried(*mark));
        assert_eq!(Mark::from_attr(attribute), Some(*mark), "{attribute}");
    }
    // No two are written alike.
    attributes.sort();
    attributes.dedup();
    assert_eq!(attributes.len(), marks.len());
}

#[wasm_bindgen_test]
fn what_is_no_mark_is_none() {
    for text in ["", " ", "nothing", "line", "line x", "line -1", "slots pud 0", "level xyz", "list nope"] {
        assert_eq!(Mark::from_attr(text), None, "{text:?}");
    }
}

#[wasm_bindgen_test]
fn every_address_opens_a_page() {
    for place in Place::ALL {
        assert_eq!(Place::of(place.link()), place);
        assert_eq!(Place::of(&format!("#{}?x=1", place.link())), place);
    }
    for (hash, place) in [
        ("#v1/race", Place::Race),
        ("#v1/race?embed", Place::Race),
        ("#v1/race/", Place::Race),
        ("#v1/races", Place::Walk),
        ("##v1/race", Place::Walk),
        ("#v2/race", Place::Walk),
        ("#V1/callers", Place::Walk),
        ("#v1/race?cve=CVE-2026-31456", Place::Switches),
        ("#v1/race?commit=26444eb71465", Place::Switches),
        ("#v2/compose/munmap", Place::Switches),
        ("#V1/compose/munmap", Place::Walk),
        ("#v2/race?cve=CVE-2026-31456", Place::Walk),
        ("", Place::Walk),
    ] {
        assert_eq!(Place::of(hash), place, "{hash}");
    }
}

#[wasm_bindgen_test]
fn what_breaks_a_place_off_is_kept_for_the_message() {
    for (hash, rest) in [
        ("#v1/verdicts", ("", None)),
        ("#v1/verdicts/", ("", None)),
        ("#v1/verdicts?", ("", None)),
        ("#v1/verdicts/patch", ("patch", None)),
        ("#v1/verdicts/patch/x?y", ("patch", Some("/x?y"))),
        ("#v1/verdicts?embed", ("", Some("?embed"))),
    ] {
        assert_eq!(Place::Verdicts.rest(hash), rest, "{hash}");
    }
}

#[wasm_bindgen_test]
fn every_name_comes_back() {
    for of in Command::ALL {
        assert_eq!(Command::from_name(of.name()), Some(*of));
    }
    for of in List::ALL {
        assert_eq!(List::from_name(of.name()), Some(*of));
    }
    for of in Filter::ALL {
        assert_eq!(Filter::from_name(of.name()), Some(*of));
    }
    for of in Speed::ALL {
        assert_eq!(Speed::from_name(of.name()), Some(*of));
    }
    for of in Keys::ALL {
        assert_eq!(Keys::from_name(of.name()), Some(*of));
    }
    assert_eq!(Command::from_name("nothing"), None);
}

#[wasm_bindgen_test]
fn a_key_that_a_control_needs_is_left_to_it() {
    assert_eq!(command("ArrowRight", "DIV", Some("slider")), Some(Command::Next));
    assert_eq!(command("ArrowRight", "SELECT", None), None);
    assert_eq!(command("Escape", "SELECT", None), Some(Command::Leave));
    assert_eq!(command(" ", "BUTTON", None), None);
    assert_eq!(command("ArrowRight", "BUTTON", None), Some(Command::Next));
    assert_eq!(command("PageDown", "DIV", Some("slider")), Some(Command::Next));
    assert_eq!(command(".", "SELECT", None), None);
    assert_eq!(command("a", "MAIN", None), None);
}

#[wasm_bindgen_test]
fn digits_step_cpus() {
    assert_eq!(
        [digit("1"), digit("0"), digit("a"), digit("F1"), digit("")],
        [Some(1), Some(0), None, None, None]
    );
}

#[wasm_bindgen_test]
fn values_are_told_from_words_and_their_link_comes_back() {
    pgtable::complete();
    let read = |text: &str| Values::in_text(text);
    for text in [
        "0x8000000001007067",
        "8000000001007067 8000000001007063",
        "arm64-4k-48 pte 68000416899f03 -> 60000416898f83",
        "pmd: 163",
        "x86_64-4level pagemap 0xa08000000004ecc4",
        "arm64-4k-52,arm64-4k-52-l5off pte 0x00e8000040204f03",
    ] {
        let values = read(text).expect(text);
        let link = values.link();
        let rest = link.strip_prefix("v1/open/value").expect("its page");
        assert_eq!(Values::in_address(rest), (Some(values), Vec::new()), "{text}: {link}");
    }
    for text in [
        "",
        "add",
        "dead beef",
        "pte",
        "0x12g4",
        "8000000001007067 is a pte",
        // A level for each value is a line of a log: it is read as one.
        "pte:9402e1e2b18c8ae9 pmd:10ae88067",
        "1 2 3",
        "0x1 0x2 0x3 0x4 0x5 0x6",
    ] {
        assert_eq!(read(text), None, "{text}");
    }
    // All that is wrong is said, and what can be read is kept.
    let (values, problems) = Values::in_address("/vax/pte/163/12g4?dark");
    let values = values.expect("one value");
    assert_eq!((values.model, values.values.len()), (None, 1));
    assert_eq!(problems.len(), 3, "{problems:?}");
    assert_eq!(Values::in_address("").0, None);
    let (values, problems) = Values::in_address("/arm64-4k-52,arm64-4k-53/pte/163");
    let values = values.expect("one value");
    assert_eq!((values.model.map(|of| of.id), values.other), (Some("arm64-4k-52"), None));
    assert!(problems[0].contains("it is left out. Did you mean \u{201c}arm64-4k-5"), "{problems:?}");
}

#[wasm_bindgen_test]
fn every_button_of_the_door_comes_back_from_its_number() {
    for number in [0, 1, 2, 9, 100, 102] {
        assert_eq!(Press::from_number(number).map(Press::number), Some(number));
    }
}

#[wasm_bindgen_test]
fn every_button_of_a_race_of_ones_own_comes_back_from_its_number() {
    let positions = races::compose::SWITCHES.iter().map(|switch| switch.positions.len()).sum();
    let lines = [1, 2, 255].map(Turned::Line);
    let all = (0..positions).map(Turned::Position).chain(lines).chain([Turned::AsInTheKernel]);
    for press in all {
        assert_eq!(Turned::from_number(press.number()), press);
    }
}

#[wasm_bindgen_test]
fn the_page_names_its_lists_where_the_command_names_options() {
    for says in [
        "x fits as well: --model chooses.",
        "it is read as y; --format chooses.",
        "--format vtop reads them.",
    ] {
        assert!(!on_page(says).contains("--"), "{}", on_page(says));
    }
}
