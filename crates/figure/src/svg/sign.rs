//! The signs of the kinds of steps and of the lanes, as the page has them.

use narrate::Mark;

use super::canvas::Canvas;
use super::theme::Tone;

/// Draws the sign of a kind, its middle at a place, some twelve units wide.
pub(crate) fn sign(canvas: &mut Canvas, x: i32, y: i32, mark: Mark) {
    match mark {
        Mark::Hole | Mark::Empty | Mark::Start => canvas.outline(x, y, mark.shape(), tone(mark)),
        _ => canvas.shape(x, y, mark.shape(), tone(mark)),
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

/// The cross of what goes wrong.
pub(crate) const CROSS: &str = Mark::Free.shape();

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
        assert!(signs.contains("mark.shape()"), "those of steps are one");
        for number in 0..4 {
            assert!(lanes.contains(&format!("\"{}\"", lane(number).0)), "{number}");
        }
    }
}
