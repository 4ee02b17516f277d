//! The help of the race lab.

use super::lanes;
use crate::el::{El, el};
use crate::keys::{PRESENT, TAB, WHY};
use crate::view::help::of;

/// The keys and what they do.
const KEYS: [(&str, &str); 11] = [
    ("1 2 3", "step CPU 0, CPU 1, CPU 2; 0 for RCU"),
    ("← →", "one step back, one step on, along the branch that is shown"),
    ("[ ]", "to where another CPU takes over"),
    ("Shift ← →", "ten steps back, ten steps on"),
    ("Home, End", "first step, last step"),
    ("Space", "play or pause"),
    ("w", WHY),
    ("Tab", TAB),
    PRESENT,
    ("?", "show or hide this help"),
    (
        "Esc",
        "close this help or a message; else leave the lab: its keys do nothing until it has the focus again",
    ),
];

/// The help: keys and signs.
pub fn help() -> El {
    let about =
        "Keys work while the lab has the focus. While a list has it, arrows and digits choose in the list.";
    let signs =
        [(0, "a step of CPU 0"), (1, "a step of CPU 1"), (2, "a step of CPU 2"), (3, "a step of RCU")];
    let signs = signs.map(|(lane, what)| (lanes::sign(lane), what));
    of(&KEYS, about, signs).child(el("p").child(
        "Hollow: still ahead. A cross below marks the step at which something goes wrong. Stepping another CPU than the one \
         that comes next starts a branch; the old one stays in the list. What a search assumes is on the page of the race\u{2019}s switches.",
    ))
}
