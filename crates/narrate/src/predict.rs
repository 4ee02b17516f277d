//! What comes next in a walk, for who is asked before it is shown.
//!
//! Nobody writes down what is right: it is the kind of the next step that is of one of the kinds in question.

use crate::mark::Mark;

/// An answer: in words, and the kinds of steps by which it is right.
pub type Answer = (&'static str, &'static [Mark]);

/// What an entry can be.
pub static ENTRY: [Answer; 5] = [
    ("A table: the walk goes on one level below", &[Mark::Table]),
    ("A leaf: it maps memory itself", &[Mark::Leaf, Mark::Page]),
    ("A hole: nothing is mapped there", &[Mark::Hole, Mark::Empty]),
    ("Neither: something is in it, but it is not present", &[Mark::NotPresent]),
    ("A bad entry: it fits to nothing", &[Mark::Bad]),
];

/// What an assertion can do.
pub static ASSERTION: [Answer; 2] =
    [("It holds", &[Mark::AssertHolds]), ("It fails: the kernel warns, and goes on", &[Mark::AssertFails])];

/// The first step after `from` of one of these kinds, and which answer is right; `mark` is the kind of each of the `len` steps.
pub fn next(
    answers: &[Answer],
    from: u32,
    len: u32,
    mut mark: impl FnMut(u32) -> Mark,
) -> Option<(u32, usize)> {
    (from + 1..len).find_map(|step| {
        let mark = mark(step);
        let right = answers.iter().position(|(_, marks)| marks.contains(&mark))?;
        Some((step, right))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_step_in_question_says_which_answer_is_right() {
        let marks =
            [Mark::Start, Mark::Table, Mark::Descend, Mark::AssertFails, Mark::Page, Mark::AssertHolds];
        let of = |answers: &[Answer], from| next(answers, from, 6, |step| marks[step as usize]);
        assert_eq!(of(&ENTRY, 0), Some((1, 0)));
        // Not the step that is shown.
        assert_eq!(of(&ENTRY, 1), Some((4, 1)));
        assert_eq!([of(&ASSERTION, 0), of(&ASSERTION, 3)], [Some((3, 1)), Some((5, 0))]);
        assert_eq!([of(&ENTRY, 4), of(&ENTRY, 9)], [None, None]);
    }

    #[test]
    fn no_kind_is_in_two_answers() {
        for answers in [&ENTRY[..], &ASSERTION] {
            let mut all: Vec<Mark> = answers.iter().flat_map(|(_, marks)| marks.iter().copied()).collect();
            let count = all.len();
            all.sort_unstable();
            all.dedup();
            assert_eq!(all.len(), count);
        }
    }
}
