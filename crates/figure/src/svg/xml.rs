//! Text that is text, whatever it says.

/// Adds a text to a document: what XML would read as its own is escaped, and what no document may hold is replaced.
pub(crate) fn push_escaped(out: &mut String, text: &str) {
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // XML 1.0, production 2: no other control characters, no surrogates, no noncharacters at the end of the plane.
            '\t' | '\n' | '\r' => out.push(' '),
            '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            // Marks that turn the direction of what follows would show another text than there is.
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => out.push('\u{fffd}'),
            letter => out.push(letter),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_is_markup() {
        let mut out = String::new();
        push_escaped(&mut out, "<a b='\"'>&amp;]]>\u{0}\u{1b}\u{202e}\n\u{ffff}é");
        assert_eq!(out, "&lt;a b=&#39;&quot;&#39;&gt;&amp;amp;]]&gt;\u{fffd}\u{fffd}\u{fffd} \u{fffd}é");
    }
}
