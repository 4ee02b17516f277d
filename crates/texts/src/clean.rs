//! Undoes what happened to a line on its way: mail quoting, the kernel log's timestamps, terminals, tabs.

use std::borrow::Cow;

use crate::terminal;

/// A line without what does not belong to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Clean<'a> {
    /// What is left, without blanks at its end.
    pub(crate) text: Cow<'a, str>,
    /// How many columns stood before it.
    pub(crate) before: u32,
}

/// Whether a byte needs nothing but to be looked at: no tab, no control character, nothing but ASCII.
pub(crate) const fn is_plain(byte: u8) -> bool {
    byte.wrapping_sub(b' ') <= b'~' - b' '
}

/// What [`clean`] makes of a line whose bytes are all plain.
pub(crate) fn plain(line: &str) -> (&str, u32) {
    let line = line.trim_ascii_end();
    let rest = without_prompt(without_prefix(line));
    (rest, (line.len() - rest.len()) as u32)
}

/// Takes away what does not belong to a line. The line comes without its newline.
pub(crate) fn clean(line: &str) -> Clean<'_> {
    let line = line.trim_end_matches(['\r', '\n', ' ', '\t', '\0']);
    let line = if line.starts_with('\u{feff}') { &line['\u{feff}'.len_utf8()..] } else { line };
    if terminal::is_drawn(line) {
        let drawn = terminal::drawn(line);
        let rest = without_prompt(without_prefix(&drawn));
        let before = (drawn.len() - rest.len()) as u32;
        return Clean { text: Cow::Owned(rest.trim_end().replace(['\t', '\u{a0}'], " ")), before };
    }
    let rest = without_prompt(without_prefix(line));
    let before = (line.len() - rest.len()) as u32;
    let text = if rest.bytes().any(|byte| byte == b'\t' || byte == 0xa0) {
        Cow::Owned(rest.replace(['\t', '\u{a0}'], " "))
    } else {
        Cow::Borrowed(rest)
    };
    Clean { text, before }
}

/// A monitor that does not echo what is typed prints its first row behind the prompt.
fn without_prompt(line: &str) -> &str {
    if !line.starts_with(['(', ' ']) {
        return line;
    }
    match line.trim_start_matches(' ').strip_prefix("(qemu) ") {
        Some(row) if row.len() > 8 && row.as_bytes()[..8].iter().all(u8::is_ascii_hexdigit) => row,
        _ => line,
    }
}

/// Without marks of quoting and without timestamps.
fn without_prefix(line: &str) -> &str {
    // Most lines begin with an address, and nothing stands before it; a day begins with a digit as well.
    if let [b'0'..=b'9' | b'a'..=b'f', _, _, _, behind, ..] = line.as_bytes()
        && *behind != b'-'
    {
        return line;
    }
    let mut rest = line;
    // A mail quotes with `> `, and an answer to it with `> > `.
    loop {
        let trimmed = rest.trim_start_matches(' ');
        match trimmed.strip_prefix('>') {
            Some(quoted) => rest = quoted.strip_prefix(' ').unwrap_or(quoted),
            None => break,
        }
    }
    let begins = rest.trim_start_matches(' ');
    // `Nov 29 …`, or `2026-11-29T…`.
    let is_iso = matches!(begins.as_bytes(), [_, _, _, _, b'-', _, _, b'-', _, _, b'T', ..]);
    let is_name = is_iso || begins.as_bytes().first().is_some_and(u8::is_ascii_uppercase);
    if !begins.starts_with(['[', '<']) && !is_name && !begins.starts_with("kern  :") {
        return rest;
    }
    // journalctl and syslog: `Nov 29 16:53:01 host kernel: `.
    if is_name {
        match begins.find(" kernel: ") {
            Some(at) if at < 80 && !begins[..at].contains("0x") => rest = &begins[at + " kernel: ".len()..],
            // An empty line: the blank behind was at its end.
            _ if begins.len() < 80 && begins.ends_with(" kernel:") => return "",
            _ => return rest,
        }
    }
    without_timestamps(without_facility(rest))
}

/// `kern  :debug : ` of `dmesg -x`.
fn without_facility(line: &str) -> &str {
    let is_name = |name: &str| !name.is_empty() && name.trim().bytes().all(|byte| byte.is_ascii_lowercase());
    let parts = line.split_once(':').and_then(|(facility, rest)| Some((facility, rest.split_once(':')?)));
    match parts {
        Some((facility, (level, rest))) if facility == "kern  " && is_name(level) => {
            rest.trim_start_matches(' ')
        }
        _ => line,
    }
}

/// `<6>[   12.345678][    T1] `, and what `dmesg -T` prints instead.
fn without_timestamps(line: &str) -> &str {
    let mut rest = line.trim_start_matches(' ');
    if let Some(level) = rest.strip_prefix('<')
        && let Some((digits, after)) = level.split_once('>')
        && digits.len() <= 3
        && digits.bytes().all(|byte| byte.is_ascii_digit())
    {
        rest = after;
    }
    let mut found = false;
    while let Some(inner) = rest.strip_prefix('[')
        && let Some((inner, after)) = inner.split_once(']')
        && is_time_or_caller(inner.trim())
    {
        found = true;
        rest = after;
    }
    if found {
        // One blank belongs to the timestamp; columns that begin with blanks keep theirs.
        rest.strip_prefix(' ').unwrap_or(rest)
    } else if rest.len() == line.trim_start_matches(' ').len() {
        line
    } else {
        rest
    }
}

fn is_time_or_caller(inner: &str) -> bool {
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let seconds = inner.split_once('.').is_some_and(|(whole, part)| is_digits(whole) && is_digits(part));
    let caller = inner.strip_prefix(['T', 'C']).is_some_and(is_digits);
    // `Sun Nov 29 16:53:01 2026`
    let date = inner.len() == 24 && inner.matches(':').count() == 2 && inner.get(20..).is_some_and(is_digits);
    seconds || caller || date
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(line: &str) -> String {
        clean(line).text.into_owned()
    }

    #[test]
    fn quotes_of_mails_go() {
        assert_eq!(text("> 0x1-0x2 4K"), "0x1-0x2 4K");
        assert_eq!(text(">> > 0x1-0x2 4K\r"), "0x1-0x2 4K");
        assert_eq!(text("crash> vtop 0"), "crash> vtop 0");
        assert_eq!(clean("> > 0x1").before, 4);
    }

    #[test]
    fn timestamps_of_the_kernel_log_go() {
        for line in [
            "[    0.123456] ---[ User Space ]---",
            "<6>[    0.123456] ---[ User Space ]---",
            "kern  :info  : [    0.123456] ---[ User Space ]---",
            "[   12.345678][    T1] ---[ User Space ]---",
            "[Sun Nov 29 16:53:01 2026] ---[ User Space ]---",
            "Nov 29 16:53:01 host kernel: [    0.123456] ---[ User Space ]---",
            "2026-11-29T16:53:01.123456+00:00 host kernel: ---[ User Space ]---",
            "Nov 29 16:53:01 host kernel: ---[ User Space ]---",
        ] {
            assert_eq!(text(line), "---[ User Space ]---", "{line}");
        }
        for line in ["Nov 29 16:53:01 host kernel: ", "2026-11-29T16:53:01,123456+00:00 host kernel:\r"] {
            assert_eq!(text(line), "", "{line}");
        }
        assert_eq!(text("[ not a time ] x"), "[ not a time ] x");
        assert_eq!(text("   PUD: 1 => 2"), "   PUD: 1 => 2");
    }

    #[test]
    fn a_prompt_before_a_row_goes_and_one_before_a_command_stays() {
        assert_eq!(
            text("(qemu) 0000000000400000: 0000000001000000 X"),
            "0000000000400000: 0000000001000000 X"
        );
        assert_eq!(text("(qemu) info mem"), "(qemu) info mem");
        assert_eq!(text("(qemu)"), "(qemu)");
    }

    #[test]
    fn tabs_are_blanks() {
        assert_eq!(text("SLB\tESID\t\t\tVSID\r\n"), "SLB ESID   VSID");
    }

    /// The short way says the same as the long one.
    #[test]
    fn a_plain_line_is_cleaned_in_one_pass() {
        for line in [
            "0xffff888000000000-0xffff888000099000  4K  pte  ",
            "> > ffff888000099000: 0000000000099000 -G-DA---W",
            "(qemu) 0000000000400000: 0000000001000000 X",
            "[   12.345678][    T1] ---[ User Space ]---",
            "2026-11-29T16:53:01.123456+00:00 host kernel: 0x1",
            "Nov 29 16:53:01 host kernel:",
            "",
        ] {
            assert!(line.bytes().all(is_plain), "{line}");
            let whole = clean(line);
            assert_eq!(plain(line), (&*whole.text, whole.before), "{line}");
        }
        assert!(![b'\t', b'\r', 0, 0x7f, 0x80, 0xff].into_iter().any(is_plain));
    }

    #[test]
    fn what_is_no_ascii_is_no_harm() {
        for line in [
            "[\u{e9}\u{e9}.\u{e9}] x",
            "> \u{1f600}",
            "[\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}:a:ab] x",
        ] {
            let _ = clean(line);
        }
    }
}
