//! What a figure is drawn on.
//!
//! Everything is a presentation attribute: a style sheet inside would reach into the page that a figure is put into, and a strict
//! policy forbids it. There are no ids, as several figures may stand on one page.

use std::fmt::Write as _;

use super::letters::Face;
use super::theme::{Theme, Tone};
use super::xml::push_escaped;

/// Width of every figure, in its own units: at 12 cm one is 0.61 pt, so that the smallest letters have 6 pt.
pub(crate) const WIDTH: i32 = 560;

/// What is left free at both sides.
pub(crate) const MARGIN: i32 = 12;

/// Width of what is drawn.
pub(crate) const INNER: i32 = WIDTH - 2 * MARGIN;

/// A number of things as a factor of lengths. No figure has as many as the most here.
pub(crate) fn count(of: usize) -> i32 {
    i32::try_from(of.min(1_000_000)).unwrap_or_default()
}

/// The size and the colour that a text has unless it says another.
const SIZE: i32 = 11;

/// How a text looks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Type {
    pub(crate) face: Face,
    pub(crate) tone: Tone,
}

impl Type {
    const fn of(size: i32, mono: bool, bold: bool, tone: Tone) -> Self {
        Self { face: Face { size, mono, bold }, tone }
    }

    /// The title.
    pub(crate) const TITLE: Self = Self::of(15, false, true, Tone::Ink);
    /// The sentence of a step.
    pub(crate) const LEAD: Self = Self::of(13, false, false, Tone::Ink);
    /// What is said.
    pub(crate) const TEXT: Self = Self::of(SIZE, false, false, Tone::Ink);
    /// What is said with weight.
    pub(crate) const STRONG: Self = Self::of(SIZE, false, true, Tone::Ink);
    /// What stands beside.
    pub(crate) const BESIDE: Self = Self::of(10, false, false, Tone::Dim);
    /// A heading of a panel.
    pub(crate) const HEAD: Self = Self::of(10, false, true, Tone::Dim);
    /// Kernel words, values.
    pub(crate) const CODE: Self = Self::of(10, true, false, Tone::Ink);
    /// Values that count.
    pub(crate) const VALUE: Self = Self::of(SIZE, true, true, Tone::Ink);
    /// The address.
    pub(crate) const ADDRESS: Self = Self::of(13, true, true, Tone::Ink);

    /// The same in another colour.
    pub(crate) const fn tone(self, tone: Tone) -> Self {
        Self { tone, ..self }
    }

    /// The same in bold.
    pub(crate) const fn bold(self) -> Self {
        Self { face: Face { bold: true, ..self.face }, ..self }
    }

    /// Height of a line.
    pub(crate) const fn line(self) -> i32 {
        self.face.size + 4
    }

    /// How far below the top of its line the letters stand.
    const fn base(self) -> i32 {
        self.face.size + 1
    }
}

/// Where a text is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum At {
    Start,
    Middle,
    End,
}

/// A rectangle: its left upper corner, width and height.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Area {
    pub(crate) x: i32,
    pub(crate) y: i32,
    pub(crate) w: i32,
    pub(crate) h: i32,
}

/// A figure under way. Heights are measured from the top.
#[derive(Debug)]
pub(crate) struct Canvas {
    theme: Theme,
    out: String,
}

impl Canvas {
    pub(crate) fn new(theme: Theme) -> Self {
        Self { theme, out: String::with_capacity(12 << 10) }
    }

    pub(crate) const fn theme(&self) -> Theme {
        self.theme
    }

    /// One line of text, its top at `y`.
    pub(crate) fn text(&mut self, x: i32, y: i32, at: At, of: Type, text: &str) {
        let _ = write!(self.out, "<text x=\"{x}\" y=\"{}\"", y + of.base());
        match at {
            At::Start => {}
            At::Middle => self.out.push_str(" text-anchor=\"middle\""),
            At::End => self.out.push_str(" text-anchor=\"end\""),
        }
        self.look(of);
        self.out.push('>');
        push_escaped(&mut self.out, text);
        self.out.push_str("</text>");
    }

    /// Texts of several looks in one line, its top at `y`, each as far to the right as the one before is wide. Spaces at their ends
    /// count, which some programs would drop.
    pub(crate) fn spans(&mut self, x: i32, y: i32, spans: &[(Type, &str)]) {
        let base = spans.iter().map(|(of, _)| of.base()).max().unwrap_or_default();
        let _ = write!(self.out, "<text x=\"{x}\" y=\"{}\" xml:space=\"preserve\">", y + base);
        for (of, text) in spans {
            self.out.push_str("<tspan");
            self.look(*of);
            self.out.push('>');
            push_escaped(&mut self.out, text);
            self.out.push_str("</tspan>");
        }
        self.out.push_str("</text>");
    }

    /// What a text says that is not as most texts are.
    fn look(&mut self, of: Type) {
        let Face { size, mono, bold } = of.face;
        if size != SIZE {
            let _ = write!(self.out, " font-size=\"{size}\"");
        }
        if mono {
            self.out.push_str(" font-family=\"monospace\"");
        }
        if bold {
            self.out.push_str(" font-weight=\"700\"");
        }
        if of.tone != Tone::Ink && self.theme.colour(of.tone) != self.theme.colour(Tone::Ink) {
            let _ = write!(self.out, " fill=\"{}\"", self.theme.colour(of.tone));
        }
    }

    /// A text in lines of at most `width`. Returns the height that it takes.
    pub(crate) fn wrapped(&mut self, x: i32, y: i32, width: i32, of: Type, text: &str) -> i32 {
        let mut below = y;
        for line in of.face.wrap(text, width) {
            self.text(x, below, At::Start, of, &line);
            below += of.line();
        }
        below - y
    }

    /// A rectangle with a fill, and a border if there is one: its colour and width in tenths.
    pub(crate) fn area(&mut self, of: Area, round: i32, fill: Tone, border: Option<(Tone, i32)>) {
        let Area { x, y, w, h } = of;
        let fill = self.theme.colour(fill);
        let _ = write!(self.out, "<rect x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" fill=\"{fill}\"");
        if round > 0 {
            let _ = write!(self.out, " rx=\"{round}\"");
        }
        self.border(border);
        self.out.push_str("/>");
    }

    fn border(&mut self, border: Option<(Tone, i32)>) {
        if let Some((tone, tenths)) = border {
            let colour = self.theme.colour(tone);
            let _ = write!(self.out, " stroke=\"{colour}\"");
            if tenths != 10 {
                let _ = write!(self.out, " stroke-width=\"{}.{}\"", tenths / 10, tenths % 10);
            }
        }
    }

    /// A filled shape at a place, in units of its own.
    pub(crate) fn shape(&mut self, x: i32, y: i32, path: &str, fill: Tone) {
        let fill = self.theme.colour(fill);
        let _ = write!(self.out, "<path transform=\"translate({x} {y})\" d=\"{path}\" fill=\"{fill}\"/>");
    }

    /// The outline of a shape at a place.
    pub(crate) fn outline(&mut self, x: i32, y: i32, path: &str, tone: Tone) {
        let stroke = self.theme.colour(tone);
        let _ = write!(
            self.out,
            "<path transform=\"translate({x} {y})\" d=\"{path}\" fill=\"none\" stroke=\"{stroke}\" stroke-width=\"1.5\"/>"
        );
    }

    /// A line along a path; `tenths` is its width, `dashes` how it is broken.
    pub(crate) fn line(&mut self, path: &str, tone: Tone, tenths: i32, dashes: &str) {
        let stroke = self.theme.colour(tone);
        let _ = write!(
            self.out,
            "<path d=\"{path}\" fill=\"none\" stroke=\"{stroke}\" stroke-width=\"{}.{}\"",
            tenths / 10,
            tenths % 10
        );
        if !dashes.is_empty() {
            let _ = write!(self.out, " stroke-dasharray=\"{dashes}\"");
        }
        self.out.push_str("/>");
    }

    /// The finished figure of this height; `title` names it, `about` says what there is to see.
    pub(crate) fn finish(self, height: i32, title: &str, about: &str) -> String {
        let (panel, ink) = (self.theme.colour(Tone::Panel), self.theme.colour(Tone::Ink));
        let mut out = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" height=\"{height}\" \
             font-family=\"sans-serif\" font-size=\"{SIZE}\" fill=\"{ink}\"><title>"
        );
        push_escaped(&mut out, title);
        out.push_str("</title><desc>");
        push_escaped(&mut out, about);
        let _ = write!(out, "</desc><path d=\"M0 0h{WIDTH}v{height}H0z\" fill=\"{panel}\"/>");
        out.push_str(&self.out);
        out.push_str("</svg>\n");
        out
    }
}
