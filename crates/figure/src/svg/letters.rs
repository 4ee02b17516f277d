//! How wide a text is, and where it is broken.
//!
//! Nobody knows the fonts of whoever looks at a figure, so a text is taken to be as wide as in the widest of the usual ones
//! (DejaVu Sans and Verdana, DejaVu Sans Mono), and a little more. Widths are in thousandths of the size of the letters.

/// A letter of a fixed-width font.
const MONO: i32 = 615;

/// What bold letters are wider, in hundredths.
const BOLD: i32 = 114;

/// How a text is set: no colour, as that takes no room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Face {
    /// The height of its letters, in units of the figure.
    pub(crate) size: i32,
    /// Whether all letters have one width.
    pub(crate) mono: bool,
    /// Whether it is bold.
    pub(crate) bold: bool,
}

impl Face {
    /// The widest that a text may be, in units of the figure.
    pub(crate) fn width(self, text: &str) -> i32 {
        let thousandths: i32 = text.chars().map(|letter| self.letter(letter)).sum();
        (thousandths * self.size + 999) / 1000
    }

    const fn letter(self, letter: char) -> i32 {
        if self.mono {
            return if letter.is_ascii() { MONO } else { 2 * MONO };
        }
        let width = match letter {
            'i' | 'j' | 'l' => 300,
            '\'' | '|' | '!' => 420,
            'f' | 't' | 'r' | 'I' => 440,
            ' ' => 355,
            '.' | ',' | ':' | ';' => 390,
            '(' | ')' | '[' | ']' | '/' | '-' => 460,
            's' | 'c' | 'z' | 'k' | 'v' | 'x' | 'y' => 610,
            'm' | 'M' => 980,
            'w' => 830,
            'W' | '%' | '@' => 1080,
            'G' | 'O' | 'Q' | 'D' | 'H' | 'N' | 'U' => 800,
            '+' | '=' | '<' | '>' | '~' | '#' => 840,
            'A'..='Z' => 720,
            '\u{2018}'..='\u{201f}' => 530,
            '\u{b7}' => 400,
            ' '..='~' => 650,
            _ => 1000,
        };
        if self.bold { width * BOLD / 100 } else { width }
    }

    /// A text in lines of at most `width`. It is broken at spaces; what is too long for a line alone is broken anywhere.
    pub(crate) fn wrap(self, text: &str, width: i32) -> Vec<String> {
        let mut lines = vec![String::new()];
        for word in text.split_whitespace() {
            let joined = match lines.last() {
                Some(line) if line.is_empty() => word.to_owned(),
                Some(line) => [line, " ", word].concat(),
                None => String::new(),
            };
            if self.width(&joined) <= width {
                if let Some(line) = lines.last_mut() {
                    *line = joined;
                }
                continue;
            }
            let mut pieces = self.broken(word, width).into_iter();
            if lines.last().is_some_and(String::is_empty) {
                lines.pop();
            }
            lines.extend(&mut pieces);
        }
        lines
    }

    /// A word in pieces of at most `width`, of one letter at least.
    fn broken(self, word: &str, width: i32) -> Vec<String> {
        let mut pieces = vec![String::new()];
        let mut used = 0;
        for letter in word.chars() {
            let wide = self.letter(letter) * self.size;
            if used > 0 && used + wide > width * 1000 {
                pieces.push(String::new());
                used = 0;
            }
            used += wide;
            if let Some(piece) = pieces.last_mut() {
                piece.push(letter);
            }
        }
        pieces
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FACE: Face = Face { size: 10, mono: true, bold: false };

    #[test]
    fn a_text_is_broken_at_spaces_and_only_then_in_words() {
        assert_eq!(FACE.width("0123456789"), 62);
        assert_eq!(FACE.wrap("ab cd  ef", 31), ["ab cd", "ef"]);
        assert_eq!(FACE.wrap("a 0123456789 b", 31), ["a", "01234", "56789", "b"]);
        assert_eq!(FACE.wrap("", 31), [""]);
        assert_eq!(FACE.wrap("ab", 1), ["a", "b"], "never without end");
    }

    #[test]
    fn every_line_fits_and_no_letter_is_lost() {
        let text = "walk_pmd_range() starts to walk 0xffffffff80e00000 to 0xffffffff81210000, because the pud entry is neither.";
        for bold in [false, true] {
            for mono in [false, true] {
                for width in [40, 100, 300] {
                    let face = Face { size: 11, mono, bold };
                    let lines = face.wrap(text, width);
                    assert!(lines.iter().all(|line| face.width(line) <= width));
                    assert_eq!(lines.concat().replace(' ', ""), text.replace(' ', ""));
                }
            }
        }
    }
}
