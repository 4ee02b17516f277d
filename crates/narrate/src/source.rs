//! Where the kernel's own source and history can be read: the one place that knows these addresses.

use pagewalk::Revision;

/// Letters of a commit's name, as texts here cite it.
const COMMIT: usize = 12;

/// A page that shows a commit of the kernel.
pub fn commit(id: &str) -> String {
    ["https://git.kernel.org/linus/", id].concat()
}

/// A page that says what is known of a CVE.
pub fn cve(id: &str) -> String {
    ["https://nvd.nist.gov/vuln/detail/", id].concat()
}

/// A page that shows where the kernel's source has a function. The patch as it was posted is in no tree.
pub fn function(name: &str, revision: Revision) -> Option<String> {
    let version = (revision != Revision::Patch).then(|| revision.id())?;
    Some(["https://elixir.bootlin.com/linux/", version, "/A/ident/", name].concat())
}

/// A text in pieces: words, and in every second place the name of a commit.
pub fn commits(text: &str) -> Vec<&str> {
    let letters = text.as_bytes();
    let (mut pieces, mut start, mut at) = (Vec::new(), 0, 0);
    while at < letters.len() {
        let length = letters[at..].iter().take_while(|letter| letter.is_ascii_alphanumeric()).count();
        let word = &letters[at..at + length];
        let is_hex = word.iter().all(|letter| matches!(letter, b'0'..=b'9' | b'a'..=b'f'));
        // A number, or a word, is none.
        let is_mixed = word.iter().any(u8::is_ascii_digit) && word.iter().any(u8::is_ascii_alphabetic);
        if length == COMMIT && is_hex && is_mixed {
            pieces.extend([&text[start..at], &text[at..at + length]]);
            start = at + length;
        }
        at += length.max(1);
    }
    pieces.push(&text[start..]);
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commits_are_found_in_a_text_and_nothing_else_is() {
        assert_eq!(
            commits("the write lock (8782fb61cc84, v6.0)\u{2026} and a1c7570cedd0"),
            ["the write lock (", "8782fb61cc84", ", v6.0)\u{2026} and ", "a1c7570cedd0", ""]
        );
        for text in ["", "0x8782fb61cc84", "123456789012", "abcdefabcdef", "8782fb61cc84a", "a_walk"] {
            assert_eq!(commits(text), [text]);
        }
    }

    #[test]
    fn the_patch_as_it_was_posted_is_in_no_tree() {
        assert_eq!(function("walk_pmd_range", Revision::Patch), None);
        let address = function("walk_pmd_range", Revision::V7_3).expect("a page");
        assert_eq!(address, "https://elixir.bootlin.com/linux/v7.3/A/ident/walk_pmd_range");
        assert_eq!(commit("8782fb61cc84"), "https://git.kernel.org/linus/8782fb61cc84");
    }
}
