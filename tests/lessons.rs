//! Every lesson is true: each check of each paragraph is made on the run that its stop shows.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use ::lessons::{Ask, LESSONS, LessonError, Problem};
use pagewalk_tests::lessons::{CheckError, Figure, FigureError, Wrong, check_all, check_text};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../lessons")
}

#[test]
fn every_lesson_is_true() {
    let problems = check_all();
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

#[test]
fn every_file_of_the_folder_is_a_lesson_that_is_offered() {
    let files: BTreeSet<String> = fs::read_dir(folder())
        .expect("the folder of lessons")
        .map(|file| file.expect("a file of it").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "txt"))
        .filter(|path| path.file_stem().is_none_or(|name| name != "glossary"))
        .map(|path| path.file_stem().and_then(|name| name.to_str()).expect("a name").to_owned())
        .collect();
    let offered: BTreeSet<String> = LESSONS.iter().map(|source| source.name.to_owned()).collect();
    assert_eq!((files, offered.len()), (offered.clone(), LESSONS.len()));
}

#[test]
fn lessons_are_short_and_ask_now_and_then() {
    for source in LESSONS {
        let lesson = source.lesson().expect("a lesson");
        assert!((5..=14).contains(&lesson.stops.len()), "{}: {} stops", source.name, lesson.stops.len());
        assert!(lesson.minutes <= 10, "{}", source.name);
        // Some two hundred words are a minute, and each figure wants a look.
        let words =
            lesson.stops.iter().flat_map(|stop| &stop.paragraphs).map(|of| of.text.split(' ').count());
        let words: usize = words.sum();
        assert!(words <= 110 * lesson.minutes as usize, "{}: {words} words", source.name);
        assert!(lesson.stops.iter().any(|stop| stop.ask.is_some()), "{}: no question", source.name);
    }
    let asked = |ask| LESSONS.iter().any(|of| of.text.contains(&format!("\nask: {}\n", Ask::name(ask))));
    assert!(Ask::ALL.into_iter().all(asked));
}

/// A lesson of one stop, whose paragraph is in line 8.
fn with(stop: &str) -> String {
    format!("# A lesson\nminutes: 1\nabout: What it is.\n\n## A stop\n{stop}\n")
}

fn wrong(stop: &str) -> Vec<String> {
    check_text(&with(stop)).iter().map(ToString::to_string).collect()
}

const WALK: &str = "figure: debug-user/x86_64-4level/v6.17?lock=read&t=5";
const RACE: &str = "figure: race/munmap/x86_64-4level/v6.17?lock=read&s=b4a21b10c2a&t=38";

#[test]
fn a_claim_that_is_wrong_fails_and_says_where_and_what_is_so() {
    let problems =
        wrong(&format!("{WALK}\n\nA sentence.\ncheck: mark assert-fails\ncheck: mark assert-holds"));
    assert_eq!(problems, ["line 10: “mark assert-holds”: it is not so, but: assert-fails"]);
}

#[test]
fn a_claim_without_a_check_fails() {
    let problem = check_text(&with(&format!("{WALK}\n\nOne.\ncheck: mark assert-fails\n\nTwo.")));
    assert_eq!(problem, [Wrong::Text(LessonError { line: 11, problem: Problem::NoCheck })]);
}

#[test]
fn a_check_that_is_none_fails() {
    for check in
        ["mrak hole", "mark", "says hole", "steps many", "says \"open", "kernel v9 mark hole", "same in v9"]
    {
        let problem = check_text(&with(&format!("{WALK}\n\nOne.\ncheck: {check}")));
        let is_none = |of: &Wrong| matches!(of, Wrong::Check { line: 9, error: CheckError::Unknown, .. });
        assert!(problem.iter().all(is_none) && problem.len() == 1, "{check}: {problem:?}");
    }
    // A key that is misspelt is not shown as text.
    let problem = check_text(&with(&format!("{WALK}\n\nOne.\nchek: mark hole")));
    assert_eq!(problem, [Wrong::Text(LessonError { line: 9, problem: Problem::Key("chek".to_owned()) })]);
}

#[test]
fn every_kind_of_check_can_be_met_and_can_fail() {
    let walk = [
        ("says \"held for reading only\"", "says \"held for writing\""),
        (
            "step 1 says \"walk_page_range_debug() is called\"",
            "step 2 says \"walk_page_range_debug() is called\"",
        ),
        ("mark assert-fails", "mark hole"),
        ("last mark return", "last mark hole"),
        ("somewhere \"is a leaf\"", "somewhere \"is a dragon\""),
        ("nowhere \"dragon\"", "nowhere \"is a leaf\""),
        ("first leaf at 17", "first leaf at 18"),
        ("count assert-fails 1", "count assert-fails 2"),
        ("no delegate", "no leaf"),
        ("order check assert-fails leaf", "order leaf check"),
        ("order \"not empty\" \"is a leaf\"", "order \"is a leaf\" \"not empty\""),
        ("why \"munmap\"", "why \"vmalloc\""),
        ("holds mm.mmap_lock read", "holds mm.mmap_lock write"),
        ("step 12 level pmd", "step 12 level pud"),
        ("tables 4", "tables 5"),
        ("step 12 in-function walk_pmd_range", "step 12 in-function walk_pte_range"),
        ("step 19 entry \"_PAGE_PRESENT\"", "step 19 entry \"_PAGE_NX\""),
        ("returns 0", "returns -22"),
        ("in race/munmap/x86_64-4level/v6.17?lock=write search safe", "faults"),
        ("kernel v7.3 count assert-fails 2", "kernel v7.3 count assert-fails 1"),
        ("same in v6.18", "same in v7.3"),
        ("differs in v7.3", "differs in v6.18"),
        ("callers v6.16 walk_page_range_novma 6", "callers v6.16 walk_page_range_novma 5"),
        ("replaced 9 calls in 5 files", "replaced 9 calls in 6 files"),
        (
            "caller ptdump_walk_pgd in v6.17 holds \"init_mm.mmap_lock\" write",
            "caller ptdump_walk_pgd in v6.17 holds \"init_mm.mmap_lock\" read",
        ),
    ];
    let race = [
        ("says \"has been freed\"", "says \"has been mapped\""),
        ("search UAF(pmd)+wild", "search safe"),
        ("search UAF(pmd) in 38 steps", "search UAF(pmd) in 37 steps"),
        ("kernel v7.3 step 0 no-outcome", "no-outcome"),
        (
            "in race/munmap/x86_64-4level/v6.17?lock=write search safe in 202 states",
            "search safe in 202 states",
        ),
        ("outcome \"a freed pmd table\"", "outcome \"a freed pte table\""),
        ("why \"write lock\"", "why \"vmap\""),
        ("step 5 holds mm.mmap_lock \"CPU 0 (read)\"", "step 4 holds mm.mmap_lock \"CPU 0 (read)\""),
        ("in race/munmap/x86_64-4level/v6.17?lock=read&s=ba&t=2 waits \"CPU 0\"", "waits \"CPU 0\""),
        ("moved \"CPU 0\"", "moved \"CPU 1\""),
        ("steps 38", "steps 37"),
    ];
    for (figure, checks) in [(WALK, &walk[..]), (RACE, &race)] {
        for (met, fails) in checks {
            assert_eq!(wrong(&format!("{figure}\n\nOne.\ncheck: {met}")), [""; 0], "{met}");
            let problem = check_text(&with(&format!("{figure}\n\nOne.\ncheck: {fails}")));
            let not_so = |of: &Wrong| matches!(of, Wrong::Check { line: 9, error: CheckError::Fails(_), .. });
            assert!(problem.len() == 1 && problem.iter().all(not_so), "{fails}: {problem:?}");
        }
    }
}

#[test]
fn a_figure_that_does_not_open_as_it_says_fails() {
    let figure = |figure: &str| check_text(&with(&format!("figure: {figure}\n\nOne.\ncheck: mark hole")));
    for of in [
        "nothing",
        "debug-user/vax",
        "race/nothing",
        "race/munmap?s=ba&t=9",
        "kernel-walk?lock=maybe",
        "kernel-walk?view=levels",
    ] {
        let problem = figure(of);
        let closed = |of: &Wrong| matches!(of, Wrong::Figure { line: 5, error: FigureError::Address(_) });
        assert!(problem.len() == 1 && problem.iter().all(closed), "{of}: {problem:?}");
    }
    let problem = figure("kernel-walk?t=9999");
    let far = |of: &Wrong| matches!(of, Wrong::Figure { error: FigureError::Step(_), .. });
    assert!(problem.iter().all(far), "{problem:?}");
    // A schedule that nobody can follow.
    assert!(matches!(figure("race/munmap?s=c&t=1")[..], [Wrong::Figure { .. }]));
}

#[test]
fn a_question_that_nobody_can_answer_fails() {
    let ask = |figure: &str, ask: &str| {
        check_text(&with(&format!("{figure}\nask: {ask}\n\nOne.\ncheck: mark hole")))
    };
    let has = |of: &[Wrong]| of.contains(&Wrong::Question(5));
    let end = "figure: debug-user/x86_64-4level/v6.17?lock=read&t=40";
    assert!(has(&ask(WALK, "cpu")) && has(&ask(RACE, "entry")), "of another figure");
    assert!(has(&ask(end, "assertion")), "there is none any more");
    assert!(has(&ask(RACE, "cpu")), "it has gone wrong");
    assert!(!has(&ask(WALK, "entry")) && !has(&ask(&RACE.replace("t=38", "t=25"), "cpu")));
}

#[test]
fn all_sentences_of_a_run_are_those_of_its_steps() {
    for address in
        ["start/x86_64-5level/v6.17", "debug-user/x86_64-4level/v6.17?by=actions", "race/munmap?s=b4a3"]
    {
        let figure = Figure::open(address).expect("a figure");
        let each: Vec<_> = (0..figure.len()).map(|step| figure.sentence(step)).collect();
        assert_eq!(*figure.sentences(), *each, "{address}");
    }
}
