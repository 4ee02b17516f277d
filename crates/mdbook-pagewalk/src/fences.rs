//! Fenced blocks in a chapter, as CommonMark has them.

/// The language of our blocks.
const LANGUAGE: &str = "pagewalk";

/// A fence: its letter, how often it stands there, how far it is indented, and what follows.
struct Fence<'a> {
    letter: char,
    length: usize,
    indent: &'a str,
    info: &'a str,
}

impl<'a> Fence<'a> {
    fn of(line: &'a str) -> Option<Self> {
        let rest = line.trim_start_matches(' ');
        let indent = &line[..line.len() - rest.len()];
        let letter = rest.chars().next().filter(|letter| matches!(letter, '`' | '~'))?;
        let info = rest.trim_start_matches(letter);
        let length = rest.len() - info.len();
        // Behind backquotes, one more is code in a line of text.
        let is_code = letter == '`' && info.contains('`');
        (length >= 3 && !is_code).then(|| Self { letter, length, indent, info: info.trim() })
    }

    fn is_ours(&self) -> bool {
        self.info.split([' ', ',', '\t']).next() == Some(LANGUAGE)
    }

    fn is_closed_by(&self, line: &str) -> bool {
        Fence::of(line)
            .is_some_and(|of| of.letter == self.letter && of.length >= self.length && of.info.is_empty())
    }
}

/// A chapter with something else in place of each of our blocks. `draw` gets the lines of a block and its number in the chapter, from 1.
pub(crate) fn replaced<E>(
    text: &str,
    mut draw: impl FnMut(&str, usize) -> Result<String, E>,
) -> Result<String, E> {
    let mut out = String::with_capacity(text.len());
    let mut open: Option<(Fence<'_>, String)> = None;
    let mut number = 0;
    for line in text.split_inclusive('\n') {
        match &mut open {
            Some((fence, lines)) => {
                let ours = fence.is_ours();
                if fence.is_closed_by(line.trim_end()) {
                    if ours {
                        push(&mut out, fence.indent, &draw(lines, number)?);
                    } else {
                        out.push_str(line);
                    }
                    open = None;
                } else if ours {
                    lines.push_str(line);
                } else {
                    out.push_str(line);
                }
            }
            None => {
                open = Fence::of(line.trim_end()).map(|fence| (fence, String::new()));
                match &open {
                    Some((fence, _)) if fence.is_ours() => number += 1,
                    _ => out.push_str(line),
                }
            }
        }
    }
    // A block that is not closed goes on to the end.
    if let Some((fence, lines)) = open.filter(|(fence, _)| fence.is_ours()) {
        push(&mut out, fence.indent, &draw(&lines, number)?);
    }
    Ok(out)
}

/// In a list a block is indented, and so is what takes its place.
fn push(out: &mut String, indent: &str, text: &str) {
    for line in text.lines() {
        if !line.is_empty() {
            out.push_str(indent);
        }
        out.push_str(line);
        out.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> String {
        let draw = |lines: &str, number: usize| {
            Ok::<_, ()>(format!("[{number} {}]", lines.trim().replace('\n', "|")))
        };
        replaced(text, draw).unwrap_or_default()
    }

    #[test]
    fn only_our_blocks_are_replaced() {
        assert_eq!(of("a\n```pagewalk\nx\ny\n```\nb\n"), "a\n[1 x|y]\nb\n");
        assert_eq!(of("~~~pagewalk\nx\n~~~\n````pagewalk,wide\ny\n```\n````"), "[1 x]\n[2 y|```]\n");
        assert_eq!(of("1. a\n   ```pagewalk\n   x\n   ```\n"), "1. a\n   [1 x]\n");
        assert_eq!(of("```pagewalk\nx"), "[1 x]\n");
        for same in [
            "```pagewalks\nx\n```\n",
            "```rust\n```pagewalk\nx\n```\n",
            "````md\n```pagewalk\nx\n```\n````\n",
            "```pagewalk `x` ```\n",
            "pagewalk\n\n    indented\n",
            "",
        ] {
            assert_eq!(of(same), same);
        }
    }
}
