//! Texts below each other in a frame: how high they are is known before they are drawn.

use super::canvas::{Area, At, Canvas, Type};
use super::theme::Tone;

/// Texts below each other.
#[derive(Debug, Default)]
pub(crate) struct Card {
    lines: Vec<(i32, Type, String)>,
    height: i32,
}

/// Free space inside a frame.
pub(crate) const PAD: i32 = 8;

impl Card {
    /// Adds a text in lines of at most `width`, this much below the one before.
    pub(crate) fn say(&mut self, gap: i32, of: Type, width: i32, text: &str) {
        self.height += gap;
        for line in of.face.wrap(text, width) {
            self.lines.push((self.height, of, line));
            self.height += of.line();
        }
    }

    /// How high it is.
    pub(crate) const fn height(&self) -> i32 {
        self.height
    }

    /// Whether it says nothing.
    pub(crate) fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Draws the texts.
    pub(crate) fn draw(&self, canvas: &mut Canvas, x: i32, y: i32) {
        for (below, of, line) in &self.lines {
            canvas.text(x, y + below, At::Start, *of, line);
        }
    }

    /// Draws them in a frame with a bar at its left; returns the height of the frame.
    pub(crate) fn framed(&self, canvas: &mut Canvas, of: Area, fill: Tone, border: Tone) -> i32 {
        let h = (self.height + PAD).max(of.h);
        canvas.area(Area { h, ..of }, 3, fill, Some((border, 10)));
        canvas.area(Area { w: 3, h, ..of }, 0, border, None);
        self.draw(canvas, of.x + PAD + 2, of.y + PAD / 2);
        h
    }
}
