//! Any text is a lesson, or is refused with the line that is wrong.

use lessons::{LESSONS, Lesson, Problem, pieces};
use proptest::prelude::*;

const GOOD: &str = "# Title\nminutes: 3\nabout: What.\n\n## Stop\nfigure: kernel-walk\nask: entry\n\nA [dragon] is\nno [hole].\n\
                    check: mark hole\ngloss: dragon = none\n";

fn problem(text: &str) -> (usize, Problem) {
    let error = Lesson::parse(text).expect_err(text);
    (error.line, error.problem)
}

#[test]
fn a_lesson_is_read() {
    let lesson = Lesson::parse(GOOD).expect("a lesson");
    assert_eq!((lesson.title, lesson.minutes, lesson.about), ("Title", 3, "What."));
    let stop = &lesson.stops[0];
    assert_eq!((stop.line, stop.heading, stop.figure), (5, "Stop", "kernel-walk"));
    assert_eq!(stop.paragraphs[0].text, "A [dragon] is no [hole].");
    assert_eq!((stop.paragraphs[0].line, stop.paragraphs[0].checks[0].line), (9, 11));
    let terms: Vec<_> = stop.explained().iter().map(|gloss| gloss.term.to_owned()).collect();
    assert_eq!((terms, stop.explained()[0].text), (vec!["dragon".to_owned(), "hole".to_owned()], "none"));
    // Lines may end as another system ends them.
    assert_eq!(Lesson::parse(&GOOD.replace('\n', "\r\n")).map(|of| of.stops.len()), Ok(1));
}

#[test]
fn what_is_wrong_is_said_with_its_line() {
    let without = |line: &str| GOOD.replace(line, "");
    let instead = |line: &str, other: &str| GOOD.replace(line, other);
    assert_eq!(problem(""), (1, Problem::NoTitle));
    assert_eq!(problem("# "), (1, Problem::NoTitle));
    assert_eq!(problem("# T\n"), (1, Problem::Missing("minutes")));
    assert_eq!(problem(&without("minutes: 3\n")), (11, Problem::Missing("minutes")));
    assert_eq!(problem(&without("about: What.\n")), (11, Problem::Missing("about")));
    assert_eq!(problem(&instead("minutes: 3", "minutes: 0")), (2, Problem::Minutes("0".to_owned())));
    assert_eq!(problem(&instead("minutes: 3", "minutes: 3\nminutes: 3")), (3, Problem::Twice("minutes")));
    assert_eq!(problem("# T\nminutes: 1\nabout: x\n"), (3, Problem::Missing("## a stop")));
    assert_eq!(problem(&without("figure: kernel-walk\n")), (8, Problem::Missing("figure")));
    assert_eq!(
        problem(&instead("ask: entry", "ask: everything")),
        (7, Problem::Question("everything".to_owned()))
    );
    assert_eq!(problem(&instead("ask: entry", "ask:")), (7, Problem::Empty));
    assert_eq!(problem(&instead("ask: entry", "aks: entry")), (7, Problem::Key("aks".to_owned())));
    assert_eq!(problem(&instead("ask: entry", "minutes: 3")), (7, Problem::Misplaced("minutes")));
    assert_eq!(problem(&instead("ask: entry", "check: mark hole")), (7, Problem::Misplaced("check")));
    assert_eq!(problem(&without("check: mark hole\n")), (9, Problem::NoCheck));
    assert_eq!(problem(&without("gloss: dragon = none\n")), (9, Problem::NoGloss("dragon".to_owned())));
    assert_eq!(problem(&instead("[dragon]", "dragon")), (12, Problem::NoTerm("dragon".to_owned())));
    assert_eq!(problem(&instead("dragon = none", "dragon")), (12, Problem::Gloss));
    assert_eq!(problem(&instead("dragon = none", "hole = none")), (12, Problem::Known("hole".to_owned())));
    assert_eq!(problem(&instead("is\nno", "`is\nno")), (9, Problem::Unclosed('`')));
    assert_eq!(problem(&instead("## Stop", "## ")), (5, Problem::Empty));
    assert_eq!(problem("# T\n## Stop\nfigure: x\n## Other\n"), (2, Problem::NoText));
    assert_eq!(problem(&"# T\n".repeat(100_000)), (1, Problem::TooLong));
}

#[test]
fn every_lesson_of_the_repository_is_read() {
    for source in LESSONS {
        assert!(source.lesson().is_ok(), "{}: {:?}", source.name, source.lesson().err());
        let name = |letter: char| letter.is_ascii_lowercase() || letter == '-';
        assert!(source.name.chars().all(name), "{}", source.name);
    }
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "(?s).{0,300}") {
        let _ = Lesson::parse(&text);
        let whole: usize = pieces(&text).count();
        prop_assert!(whole <= text.len() + 1);
    }

    #[test]
    fn any_change_of_a_lesson_is_read_or_refused(at in 0..GOOD.len(), piece in "(?s)[#:=\\[\\]` \r\na-z]{0,9}", keep: bool) {
        let text = format!("{}{piece}{}", &GOOD[..at], if keep { &GOOD[at..] } else { "" });
        if let Err(error) = Lesson::parse(&text) {
            prop_assert!(error.line >= 1 && error.line <= text.lines().count().max(1), "{error}");
        }
    }
}
