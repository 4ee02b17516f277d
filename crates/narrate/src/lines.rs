//! Plain text in lines that a mail can hold.

/// Where the lines of a text end.
pub(crate) const WIDTH: usize = 72;

/// A text whose lines end in time.
#[derive(Debug, Default)]
pub(crate) struct Lines(String);

impl Lines {
    pub(crate) fn line(&mut self, line: &str) {
        self.0.push_str(line.trim_end());
        self.0.push('\n');
    }

    /// An empty line.
    pub(crate) fn gap(&mut self) {
        self.line("");
    }

    /// Words in lines, the first one behind `head` and the others below it. What does not fit in any line has one of its own.
    pub(crate) fn wrapped(&mut self, head: &str, words: &str) {
        if words.is_empty() {
            return;
        }
        // A long head would leave no room for words below.
        let indent = if head.len() > WIDTH / 4 { 0 } else { head.chars().count() };
        let mut line = head.to_owned();
        let mut is_empty = head.trim_end().is_empty();
        let mut length = line.chars().count();
        for word in words.split_whitespace() {
            let more = word.chars().count();
            let gap = usize::from(!line.is_empty() && !line.ends_with(' '));
            if length + gap + more > WIDTH && !is_empty {
                self.line(&line);
                line = " ".repeat(indent);
                length = indent;
            } else if gap > 0 {
                line.push(' ');
                length += 1;
            }
            line.push_str(word);
            length += more;
            is_empty = false;
        }
        self.line(&line);
    }

    /// The text.
    pub(crate) fn into_text(self) -> String {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_longer_than_a_line_has_a_line_of_its_own() {
        let mut text = Lines::default();
        text.wrapped("- ", &format!("a {} b", "x".repeat(80)));
        assert_eq!(text.into_text(), format!("- a\n  {}\n  b\n", "x".repeat(80)));
    }
}
