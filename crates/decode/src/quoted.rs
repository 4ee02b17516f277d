//! Quoted-printable (RFC 2045, 6.7), as mails have it: `=3D` for `=`, `=20` for a blank at the end of a line, `=C2=A0` for what is no
//! ASCII, and a `=` at the end of a line that goes on in the next one.

/// A line that may be quoted-printable, decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quoted {
    /// What it says, without the `=` at its end.
    pub text: String,
    /// Whether it goes on in the next line.
    pub goes_on: bool,
    /// Whether it has something that is not written in any other text: an encoded `=`, a blank at one of its ends, UTF-8.
    pub is_sure: bool,
}

impl Quoted {
    /// Decodes a line without its newline. None where it has no `=`, or one that quoted-printable would have written in another way.
    pub fn of(line: &str) -> Option<Self> {
        let goes_on = line.ends_with('=');
        let inside = line.strip_suffix('=').unwrap_or(line);
        if !goes_on && !inside.contains('=') {
            return None;
        }
        let mut bytes = Vec::with_capacity(inside.len());
        let mut is_sure = false;
        let mut rest = inside.as_bytes();
        while let Some((&byte, behind)) = rest.split_first() {
            if byte != b'=' {
                bytes.push(byte);
                rest = behind;
                continue;
            }
            let [high, low, behind @ ..] = behind else { return None };
            let decoded = digit(*high)? << 4 | digit(*low)?;
            let at_end = bytes.is_empty() || behind.is_empty();
            is_sure |= decoded == b'=' || at_end && matches!(decoded, b' ' | b'\t');
            bytes.push(decoded);
            rest = behind;
        }
        // What was encoded because it is no ASCII is a whole letter of UTF-8.
        let text = String::from_utf8(bytes).ok()?;
        is_sure |= !text.is_ascii() && inside.is_ascii();
        Some(Self { text, goes_on, is_sure })
    }
}

/// The digits that quoted-printable writes have capitals.
const fn digit(of: u8) -> Option<u8> {
    match of {
        b'0'..=b'9' => Some(of - b'0'),
        b'A'..=b'F' => Some(of - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_was_encoded_is_decoded() {
        let of = |line: &str| Quoted::of(line).map(|of| (of.text, of.goes_on, of.is_sure));
        for (line, text, goes_on, is_sure) in [
            ("PGD: 3801000 =3D> 3801067", "PGD: 3801000 => 3801067", false, true),
            ("RW                 GLB NX pte=20", "RW                 GLB NX pte ", false, true),
            ("=09walk_page_range+0x1/0x2", "\twalk_page_range+0x1/0x2", false, true),
            ("=C2=A0walk_page_range+0x1/0x2", "\u{a0}walk_page_range+0x1/0x2", false, true),
            ("0xffff888000000000-0xffff8880000=", "0xffff888000000000-0xffff8880000", true, false),
            ("a=41b", "aAb", false, false),
        ] {
            assert_eq!(of(line), Some((text.to_owned(), goes_on, is_sure)), "{line}");
        }
    }

    #[test]
    fn other_texts_are_left_alone() {
        for line in [
            "no sign at all",
            "PGD: 3801000 => 3801067",
            "swapper pgtable: 4k pages, 48-bit VAs, pgdp=000000004213f000 (x=y)",
            "=====================================================",
            "c2FtcGxlIHRleHQ==",
            "=ff is not written in small letters",
            "a=",
            "=80 alone is no letter",
        ] {
            assert!(Quoted::of(line).is_none_or(|of| !of.is_sure), "{line}: {:?}", Quoted::of(line));
        }
    }

    proptest! {
        #[test]
        fn no_line_panics(line in "[=0-9A-F a-z\u{fc}]{0,80}") {
            let _ = Quoted::of(&line);
        }
    }
}
