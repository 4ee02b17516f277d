//! Lessons compared with the machine: every check of every paragraph is made on the run or the race that its stop shows.
//!
//! `lessons/README.md` lists the checks for who writes a lesson.

mod check;
mod figure;

use ::lessons::{LESSONS, Lesson, LessonError};
use explore::Lane;
use narrate::predict::{self, ASSERTION, ENTRY};
use narrate::race::predict::{Moves, moves};
use races::NotThere;

pub use check::{CheckError, check};
pub use figure::{Figure, FigureError};

/// What is wrong with a lesson, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    /// Its text is not one of a lesson.
    #[error(transparent)]
    Text(#[from] LessonError),
    /// A figure does not open.
    #[error("line {line}: {error}")]
    Figure {
        /// The line of its stop.
        line: usize,
        /// Why.
        error: FigureError,
    },
    /// A check fails, or is none.
    #[error("line {line}: \u{201c}{check}\u{201d}: {error}")]
    Check {
        /// Its line.
        line: usize,
        /// The check.
        check: String,
        /// Why.
        error: CheckError,
    },
    /// A question that has no answer where its figure stands.
    #[error("line {0}: the question of this stop has no answer where its figure stands")]
    Question(usize),
}

/// What is wrong with all lessons of the repository, a line each.
pub fn check_all() -> Vec<String> {
    let of = |source: &::lessons::Source| {
        let wrong = check_text(source.text);
        wrong.into_iter().map(|wrong| format!("lessons/{}.txt: {wrong}", source.name)).collect::<Vec<_>>()
    };
    LESSONS.iter().flat_map(of).collect()
}

/// What is wrong with the text of a lesson: the first thing if it is not one, else all.
pub fn check_text(text: &str) -> Vec<Wrong> {
    let lesson = match Lesson::parse(text) {
        Ok(lesson) => lesson,
        Err(error) => return vec![error.into()],
    };
    let mut wrong = Vec::new();
    for stop in &lesson.stops {
        let figure = match Figure::open(stop.figure) {
            Ok(figure) => figure,
            Err(error) => {
                wrong.push(Wrong::Figure { line: stop.line, error });
                continue;
            }
        };
        if stop.ask.is_some_and(|ask| !has_answer(ask, &figure)) {
            wrong.push(Wrong::Question(stop.line));
        }
        for of in stop.paragraphs.iter().flat_map(|paragraph| &paragraph.checks) {
            if let Err(error) = check(of.text, stop.figure, &figure) {
                wrong.push(Wrong::Check { line: of.line, check: of.text.to_owned(), error });
            }
        }
    }
    wrong
}

/// Whether a question can be graded where a figure stands, and not every answer is right.
fn has_answer(ask: ::lessons::Ask, figure: &Figure) -> bool {
    use ::lessons::Ask;
    match (ask, figure) {
        (Ask::Entry | Ask::Assertion, Figure::Walk(walk)) => {
            let answers = if ask == Ask::Entry { &ENTRY[..] } else { &ASSERTION };
            predict::next(answers, walk.step(), walk.len(), |step| walk.mark(step)).is_some()
        }
        (Ask::Cpu, Figure::Race(race)) => {
            let steps: &[Lane] = &race.session.steps()[..race.session.at()];
            let found: Result<Option<Moves>, NotThere> = moves(race.session.choice(), steps);
            let is_asked = |moves: &Moves| {
                let right = moves.of.iter().filter(|of| moves.is_right(of)).count();
                right > 0 && right < moves.of.len()
            };
            found.is_ok_and(|moves| moves.as_ref().is_some_and(is_asked))
        }
        _ => false,
    }
}
