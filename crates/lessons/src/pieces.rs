//! Words, names of code and terms of a paragraph.

/// A piece of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// Words.
    Words(&'a str),
    /// What is code, between backquotes in the text.
    Code(&'a str),
    /// A term that is explained, between brackets in the text.
    Term(&'a str),
}

/// The pieces of a text, in their order. What is opened and not closed goes to the end.
pub fn pieces<'a>(text: &'a str) -> impl Iterator<Item = Piece<'a>> {
    let mut rest = text;
    core::iter::from_fn(move || {
        let (make, close): (fn(&'a str) -> Piece<'a>, _) = match rest.as_bytes().first()? {
            b'`' => (Piece::Code, '`'),
            b'[' => (Piece::Term, ']'),
            _ => {
                let (words, after) = rest.split_at(rest.find(['`', '[']).unwrap_or(rest.len()));
                rest = after;
                return Some(Piece::Words(words));
            }
        };
        let inside = &rest[1..];
        let (inside, after) = inside.split_once(close).unwrap_or((inside, ""));
        rest = after;
        Some(make(inside))
    })
}

/// What is opened in a text and not closed, or closed and not opened.
pub(crate) fn unclosed(text: &str) -> Option<char> {
    let mut open: Option<char> = None;
    for letter in text.chars() {
        match (open, letter) {
            (None, '`' | '[') => open = Some(letter),
            (None, ']') => return Some(']'),
            (Some('`'), '`') | (Some('['), ']') => open = None,
            _ => {}
        }
    }
    open
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::*;

    #[test]
    fn a_text_is_taken_apart_in_its_order() {
        let all: Vec<_> = pieces("A [hole] is `none`.").collect();
        let expected = [
            Piece::Words("A "),
            Piece::Term("hole"),
            Piece::Words(" is "),
            Piece::Code("none"),
            Piece::Words("."),
        ];
        assert_eq!(all, expected);
        assert_eq!(pieces("`open").collect::<Vec<_>>(), [Piece::Code("open")]);
        assert_eq!(pieces("").count(), 0);
    }

    #[test]
    fn what_is_not_closed_is_found() {
        assert_eq!(
            ["a `b` [c]", "a `b", "[a", "a]", "`[`"].map(unclosed),
            [None, Some('`'), Some('['), Some(']'), None]
        );
    }
}
