//! The signs of the kinds of steps and of the lanes, as the page has them.

use narrate::Mark;

use super::canvas::Canvas;
use super::theme::Tone;

/// Draws the sign of a kind, its middle at a place, some twelve units wide.
pub(crate) fn sign(canvas: &mut Canvas, x: i32, y: i32, mark: Mark) {
    match mark {
        Mark::Hole | Mark::Empty | Mark::Start => canvas.outline(x, y, shape(mark), tone(mark)),
        _ => canvas.shape(x, y, shape(mark), tone(mark)),
    }
}

/// Its colour (`web/styles/sign.css`).
pub(crate) const fn tone(mark: Mark) -> Tone {
    match mark {
        Mark::Leaf | Mark::Page => Tone::Leaf,
        Mark::Table | Mark::Vma | Mark::Descend => Tone::Table,
        Mark::AssertHolds | Mark::Check => Tone::Good,
        Mark::AssertFails | Mark::CheckFailed | Mark::Fault | Mark::Free => Tone::Bad,
        Mark::Delegate | Mark::Split | Mark::Install | Mark::Write => Tone::Accent,
        Mark::Lock | Mark::Wait | Mark::Unlock => Tone::Lock,
        Mark::NotPresent | Mark::Bad | Mark::Again | Mark::Flush | Mark::Act => Tone::Absent,
        Mark::Hole | Mark::Empty | Mark::Start | Mark::Ascend | Mark::Call | Mark::Return | Mark::Map => {
            Tone::Dim
        }
    }
}

/// Its shape (`web/src/view/sign.rs`), centred.
const fn shape(mark: Mark) -> &'static str {
    match mark {
        // Circles, open: nothing there.
        Mark::Hole | Mark::Empty | Mark::Start => "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z",
        // A square: memory.
        Mark::Leaf => "M-4 -4h8v8h-8z",
        Mark::Page => "M-2 -4h4v8h-4z",
        // A triangle down and one up.
        Mark::Table | Mark::Descend => "M-5 -4h10l-5 8z",
        Mark::Ascend => "M-5 4h10l-5 -8z",
        // A shield: an assertion; with a cross when it fails.
        Mark::AssertHolds | Mark::Check => "M-5 -5h10v5q0 4 -5 6q-5 -2 -5 -6z",
        Mark::AssertFails | Mark::CheckFailed => {
            "M-5 -3l2 -2l3 3l3 -3l2 2l-3 3l3 3l-2 2l-3 -3l-3 3l-2 -2l3 -3z"
        }
        // An arrow that turns.
        Mark::Delegate => "M-5 4v-5h5v-4l6 5.5l-6 5.5v-4h-3v2z",
        // A frame: an area. Two halves: a split. A plus: something new.
        Mark::Vma => "M-6 -4h12v8h-12zM-4 -2v4h8v-4z",
        Mark::Split => "M-5 -4h4v8h-4zM1 -4h4v8h-4z",
        Mark::Install => "M-1.5 -5h3v3.500h3.500v3h-3.500v3.500h-3v-3.500h-3.500v-3h3.500z",
        // A pen, a broom, a cross, an hourglass.
        Mark::Write => "M-5 5l1 -4l6 -6l3 3l-6 6z",
        Mark::Flush | Mark::Act => "M-5 -1.500h5v-3.500l5 5l-5 5v-3.500h-5z",
        Mark::Free => {
            "M-5 -3.500l1.500 -1.500l3.500 3.500l3.500 -3.500l1.500 1.500l-3.500 3.500l3.500 3.500l-1.500 1.500l-3.500 -3.500l-3.500 3.500l-1.500 -1.500l3.500 -3.500z"
        }
        Mark::Wait => "M-4 -5h8l-4 5l4 5h-8l4 -5z",
        // A padlock, closed and open.
        Mark::Lock => "M-4 -1h1v-2a3 3 0 0 1 6 0v2h1v6h-8zM-1.5 -1h3v-2a1.5 1.5 0 0 0 -3 0z",
        Mark::Unlock => "M-4 -1h5v-3a1.5 1.5 0 0 1 3 0h1.5a3 3 0 0 0 -6 0v3h-3.500v6h8v-6z",
        // A bar and a diamond.
        Mark::Call | Mark::Return => "M-1.5 -5h3v10h-3z",
        Mark::Map | Mark::NotPresent => "M0 -5l5 5l-5 5l-5 -5z",
        Mark::Again => "M-5 0a5 5 0 1 1 5 5v-2.500a2.500 2.500 0 1 0 -2.500 -2.500h2l-3.500 4l-3 -4z",
        Mark::Fault => "M0 -6l6 10h-12z",
        // An octagon: odd, and the walk goes on.
        Mark::Bad => "M-2 -5h4l3 3v4l-3 3h-4l-3 -3v-4z",
    }
}

/// The cross of what goes wrong.
pub(crate) const CROSS: &str = shape(Mark::Free);

/// The shape and the colour of a lane (`web/src/view/race/lanes.rs`): a CPU's by its number, RCU's is the last.
pub(crate) const fn lane(number: usize) -> (&'static str, Tone) {
    match number {
        0 => ("M-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z", Tone::Cpu0),
        1 => ("M-4 -4h8v8h-8z", Tone::Cpu1),
        2 => ("M-5 4h10l-5 -9z", Tone::Cpu2),
        _ => ("M0 -5l5 5l-5 5l-5 -5z", Tone::Rcu),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;

    #[test]
    fn the_signs_are_those_of_the_page() {
        let web = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web/src/view");
        let read = |name: &str| fs::read_to_string(web.join(name)).expect("a file of this repository");
        let (signs, lanes) = (read("sign.rs"), read("race/lanes.rs"));
        for mark in Mark::ALL {
            assert!(signs.contains(&format!("\"{}\"", shape(mark))), "{mark:?}");
        }
        for number in 0..4 {
            assert!(lanes.contains(&format!("\"{}\"", lane(number).0)), "{number}");
        }
    }
}
