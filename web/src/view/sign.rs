//! The signs of the kinds of steps: a shape and a colour each.

use narrate::Mark;

use crate::el::{El, el};

/// A small picture in a line of text, never the only way to tell: the kind is always named as well.
pub fn sign(mark: Mark) -> El {
    el("svg.inline-sign[viewBox=-6 -6 12 12][aria-hidden=true]").child(path(mark))
}

/// The same on the scrubber, at so many thousandths of its width.
pub fn tick(mark: Mark, at: u32) -> El {
    el("svg[y=50%][overflow=visible]").attr("x", &per_mille(at)).child(path(mark))
}

fn path(mark: Mark) -> El {
    el("path.sign").class(&format!("sign-{}", mark.id())).attr("d", mark.shape())
}

/// Thousandths as a percentage; without floating point, whose formatting costs six kilobytes.
pub fn per_mille(at: u32) -> String {
    format!("{}.{}%", at / 10, at % 10)
}
