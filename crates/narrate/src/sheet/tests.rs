//! What is taken away, and how it is written.

use pgtable::VirtAddr;
use scenario::library::Library;
use scenario::link::Link;
use scenario::{CompareLink, Runner, Setup};

use super::*;
use crate::point::{Point, point};
use crate::same::Pair;
use crate::timeline::Timeline;

fn recorded(setup: &Setup) -> Timeline<Runner> {
    let (world, runner) = setup.start(&setup.made().expect("its tables are made for it")).expect("it starts");
    let mut timeline = Timeline::new(world, runner);
    while !timeline.record(1_000) {}
    timeline
}

fn point_at(link: &Link, timeline: &Timeline<Runner>) -> Point {
    let span = timeline.span(link.grain, link.step);
    point(&timeline.moment(span.from, span.to), span.mark, link.setup.revision, VirtAddr(0))
}

fn link(text: &str) -> Link {
    let (link, problems) = Link::parse(text, &Library::WALKS);
    assert_eq!(problems, []);
    link
}

/// The first step of this kind, and the run that has it.
fn first(text: &str, id: &str) -> (Link, u32, Point) {
    let link = link(text);
    let timeline = recorded(&link.setup);
    let last = timeline.len(link.grain) - 1;
    let step =
        (0..=last).find(|step| timeline.span(link.grain, *step).mark.id() == id).expect("there is one");
    let link = Link { step, ..link };
    (link, last, point_at(&link, &timeline))
}

#[test]
fn a_step_is_taken_away_with_its_address_its_entry_and_its_locks() {
    let (link, last, point) = first("v1/start", "table");
    let text = walk::step(&link, last, &point, Vec::new()).text("https://example.org/p/");
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines[0].contains(", v") && text.contains(&format!("step {} of {last}", link.step)), "{text}");
    // In words: what the bits mean, and how the locks are held.
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in [
        "a table, points to a table at 0x",
        "_PAGE_RW, bit 1",
        "held for reading by this task",
        "slots: PGD ",
    ] {
        let part = part.replace("a table, points", "table, points");
        assert!(words.contains(&part), "{part}: {words}");
    }
    assert!(words.contains(&point.sentence), "{words}");
    assert_eq!(lines.last(), Some(&&*format!("https://example.org/p/#{link}")));
    assert_eq!(walk::card_of(&link, &point, Vec::new()), None, "it asserts nothing");
}

#[test]
fn a_card_is_taken_away_with_its_reason_and_with_what_it_does_not_say() {
    let (link, last, point) = first("v1/start", "assert-holds");
    let beside = vec![Block::Text("Is this walk safe? Not beside all of these.".to_owned())];
    let card = walk::card_of(&link, &point, beside.clone()).expect("it asserts something").text("");
    let step = walk::step(&link, last, &point, beside).text("");
    for part in
        ["holds:", "Needs: init_mm.mmap_lock", "Finds: ", "Is this walk safe?", "Why this rule exists. "]
    {
        assert!(card.contains(part) && step.contains(part), "{part}: {card}");
    }
    assert!(step.len() > card.len());
}

#[test]
fn a_table_of_steps_has_each_of_them_or_says_which_it_has() {
    let short = link("v1/start");
    let sheet = walk::steps(&short, &recorded(&short.setup), VirtAddr(0));
    let Some(Block::Steps(rows)) = sheet.blocks.last() else { panic!("a table") };
    assert!(rows.len() > 10 && rows.iter().zip(0..).all(|(row, number)| row.number == number));
    assert!(rows[5].link.contains("t=5"), "{:?}", rows[5]);
    assert!(!sheet.text("").contains("A table has"));
    // One that is longer than a table: the part around the step.
    let part = |step, len| part(step, len, &|step| format!("v1/again?t={step}"));
    let (rows, says) = part(450, 1_123_456);
    assert_eq!(rows, 400..600);
    let Some([Block::Text(says), Block::Links(links)]) = says else { panic!("it says so") };
    let links: Vec<_> = links.iter().map(|(says, link)| (&**says, &**link)).collect();
    assert_eq!(
        links,
        [
            ("Steps 200 to 399", "v1/again?t=200&view=steps"),
            ("Steps 600 to 799", "v1/again?t=600&view=steps")
        ]
    );
    assert!(says.starts_with("These are the steps 400 to 599 of 1123455."), "{says}");
    assert_eq!(
        [joined("v1/again", TABLE), joined("v1?t=1", TABLE)],
        ["v1/again?view=steps", "v1?t=1&view=steps"]
    );
    for (step, len, rows) in [(0, 0, 0..0), (9, 200, 0..200), (200, 201, 200..201), (999, 201, 200..201)] {
        assert_eq!(part(step, len).0, rows);
        assert_eq!(part(step, len).1.is_some(), len > ROWS);
    }
}

#[test]
fn a_comparison_is_taken_away_with_both_sides_and_the_difference() {
    let text = "v1/compare/again/x86_64-4level/v7.1?with=v7.3";
    let (link, problems) = CompareLink::parse(text, &Library::WALKS);
    assert_eq!(problems, []);
    let runs = link.setups().map(|setup| recorded(&setup));
    let pairs = runs[0].beside(&runs[1]);
    let said = |side: usize, stop: u32| {
        let walk = Link { setup: link.setups()[side], step: stop, ..Link::default() };
        point_at(&walk, &runs[side]).sentence
    };
    let sheet = pair::lines(&link, &pairs, &said);
    assert!(sheet.title.contains("v7.1 beside v7.3"), "{}", sheet.title);
    let Some(Block::Steps(rows)) = sheet.blocks.last() else { panic!("a table") };
    assert_eq!(rows.len(), pairs.len());
    for (row, pair) in rows.iter().zip(&pairs) {
        assert_eq!(row.stands_out, !pair.alike);
        assert_eq!(row.kind.starts_with("only"), pair.has != [true, true], "{row:?}");
    }
    let points = [0, 1]
        .map(|side| point_at(&Link { setup: link.setups()[side], step: 3, ..Link::default() }, &runs[side]));
    let sides =
        [("left run", &points[0]), ("right run", &points[1])].map(|(name, point)| pair::Side { name, point });
    let one_side = Pair { has: [true, false], alike: false, ..pairs[3] };
    let text = pair::line(&link, 9, &one_side, "Only one does this.", &sides).text("");
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in [
        "Only one does this.",
        "left run: ",
        "right run: No such step here. The one before it: ",
        &points[0].sentence,
    ] {
        assert!(words.contains(part), "{part}: {words}");
    }
}

fn sheet() -> Sheet {
    let row = |number, kind: &str, says: &str| Row {
        number,
        kind: kind.to_owned(),
        at: String::new(),
        says: says.to_owned(),
        link: format!("v1/again?t={number}"),
        stands_out: number == 7,
    };
    Sheet {
        title: "A walk, v7.3: step 7 of 9".to_owned(),
        blocks: vec![
            Block::Text("It reads *pmd of a <hole>.".to_owned()),
            Block::Heading("Locks".to_owned()),
            Block::Facts(vec![("mm.mmap_lock".to_owned(), "not held".to_owned())]),
            Block::Steps(vec![row(6, "CPU 0", "CPU 0 calls walk_pmd_range()."), row(7, "hole", "Nothing.")]),
        ],
        link: "v1/again?t=7".to_owned(),
    }
}

#[test]
fn a_text_for_a_mail_has_short_lines_and_ends_with_the_link() {
    let text = sheet().text("https://example.org/p/");
    assert_eq!(
        text,
        "A walk, v7.3: step 7 of 9\n\nIt reads *pmd of a <hole>.\n\nLocks:\n\n  mm.mmap_lock: not held\n\n    \
         6. CPU 0 calls walk_pmd_range().\n*   7. hole: Nothing.\n\nhttps://example.org/p/#v1/again?t=7\n"
    );
}

#[test]
fn markdown_has_links_and_shows_what_was_said() {
    let text = sheet().markdown("https://example.org/p/");
    assert_eq!(
        text,
        "## [A walk, v7.3: step 7 of 9](https://example.org/p/#v1/again?t=7)\n\nIt reads \\*pmd of a \\<hole>.\n\n\
         ### Locks\n\n- mm.mmap_lock: not held\n\n\
         - [6](https://example.org/p/#v1/again?t=6). CPU 0 calls walk_pmd_range().\n\
         - [7](https://example.org/p/#v1/again?t=7). **hole: Nothing.**\n"
    );
    for (words, shown) in [
        ("_PAGE_RW", "\\_PAGE_RW"),
        ("a_b", "a_b"),
        ("mmap_assert_locked(&init_mm)", "mmap_assert_locked(&init_mm)"),
        ("&lt;", "\\&lt;"),
        ("a|b [c](d)", "a\\|b \\[c\\](d)"),
    ] {
        assert_eq!(plain(words), shown);
    }
}
