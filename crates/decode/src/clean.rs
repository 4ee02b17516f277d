//! A text as mails and logs have it, line by line, without what they added.
//!
//! Taken off: mail quotes (`> > `), log levels (`<4>`), the times of dmesg (`[   12.345678]`, `[Fri Nov 27 12:00:00 2026]`), callers
//! (`[  T123]`, `[    C0]`), the heads of syslog and journalctl (`Nov 27 12:00:00 host kernel: `), carriage returns, tabs and the soft line
//! breaks of quoted-printable. A line that a mail client broke is put together again where the rest of a known form is missing.

use std::borrow::Cow;

use crate::quoted::Quoted;

/// Longest line that is put together: no form is longer, and a hostile text must not grow without end.
const MAX_JOINED: usize = 600;

/// Shortest line that a `=` at its end breaks softly, as far as nothing else says so: most programs that write them have 76.
const SOFT: usize = 60;

/// Most marks that are taken off one line.
const MAX_MARKS: usize = 24;

/// A line, and where it began.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line<'a> {
    /// The line of the text that it began on, from 1.
    pub number: usize,
    /// What it says.
    pub text: Cow<'a, str>,
}

/// The lines of a text. Nothing of the text is copied but lines that were put together or had tabs.
pub fn lines(text: &str) -> impl Iterator<Item = Line<'_>> {
    let mut raw = text.split('\n').enumerate().peekable();
    std::iter::from_fn(move || {
        let (at, first) = raw.next()?;
        let (mut soft, mut line) = strip(first);
        while line.len() < MAX_JOINED && (soft || !is_row(&line) && wants_more(&line)) {
            let Some((_, next)) = raw.peek() else { break };
            let (next_soft, next) = if soft { goes_on(next) } else { strip(next) };
            if !soft && (next.is_empty() || !continues(&line, &next)) {
                break;
            }
            let gap = if soft || line.ends_with(['/', '+']) { "" } else { " " };
            line = Cow::Owned(format!("{line}{gap}{next}"));
            soft = next_soft;
            raw.next();
        }
        Some(Line { number: at + 1, text: line })
    })
}

/// Whether a line is a row of a dump: it begins with an address of 12 digits at least, and names no place in a function. None of the forms
/// that are looked for in texts begins so, and a dump has millions of rows.
pub fn is_row(line: &str) -> bool {
    let digits = line.strip_prefix("0x").unwrap_or(line).as_bytes();
    digits.len() >= 12 && digits[..12].iter().all(u8::is_ascii_hexdigit) && !line.as_bytes().contains(&b'+')
}

/// One line without its marks; and whether it ends in a soft break of quoted-printable.
fn strip(line: &str) -> (bool, Cow<'_, str>) {
    let mut rest = line.trim_end();
    for _ in 0..MAX_MARKS {
        let before = rest;
        rest = rest.trim_start_matches([' ', '\t', '\u{a0}', '\u{feff}']);
        rest = rest.strip_prefix('>').unwrap_or(rest);
        rest = level(rest).or_else(|| bracket(rest)).or_else(|| syslog(rest)).unwrap_or(rest);
        if rest.len() == before.len() {
            break;
        }
    }
    match unquoted(rest, line.len()) {
        // A blank that was encoded before a line is no part of it.
        (soft, Cow::Owned(text)) => (soft, Cow::Owned(text.trim_start().to_owned())),
        plain => plain,
    }
}

/// The same of what goes on behind a soft break: it may begin with blanks, and no mark but a quote's stands before it.
fn goes_on(line: &str) -> (bool, Cow<'_, str>) {
    let mut rest = line.trim_end();
    while let Some(quoted) = rest.trim_start_matches(' ').strip_prefix('>') {
        rest = quoted.strip_prefix(' ').unwrap_or(quoted);
    }
    unquoted(rest, line.len())
}

/// What a line says, which came with so many bytes; and whether it ends in a soft break.
fn unquoted(rest: &str, bytes: usize) -> (bool, Cow<'_, str>) {
    if rest.bytes().all(|byte| (b' '..=b'~').contains(&byte) && byte != b'=') {
        return (false, Cow::Borrowed(rest));
    }
    let is_odd = |letter: char| matches!(letter, '\t' | '\u{a0}' | '\r');
    let spaced = |text: &str| text.replace(is_odd, " ");
    // A line that is broken softly is as long as such lines may be, or has something else that nobody else writes.
    let quoted = Quoted::of(rest).filter(|of| of.is_sure || of.goes_on && bytes >= SOFT);
    match quoted {
        Some(Quoted { text, goes_on: true, .. }) => (true, Cow::Owned(spaced(&text))),
        Some(Quoted { text, .. }) => (false, Cow::Owned(spaced(&text).trim_end().to_owned())),
        None if rest.contains(is_odd) => (false, Cow::Owned(spaced(rest))),
        None => (false, Cow::Borrowed(rest)),
    }
}

/// `<4>` or `<12>`.
fn level(text: &str) -> Option<&str> {
    let (digits, rest) = text.strip_prefix('<')?.split_once('>')?;
    (!digits.is_empty() && digits.len() <= 3 && digits.bytes().all(|of| of.is_ascii_digit())).then_some(rest)
}

/// `[   12.345678]`, `[Fri Nov 27 12:00:00 2026]`, `[  T123]`, `[    C0]`: the brackets that printk writes.
fn bracket(text: &str) -> Option<&str> {
    let (inside, rest) = text.strip_prefix('[')?.split_once(']')?;
    let inside = inside.trim();
    let seconds = || {
        let (whole, part) = inside.split_once('.')?;
        let digits = |of: &str| !of.is_empty() && of.bytes().all(|of| of.is_ascii_digit());
        (digits(whole) && digits(part)).then_some(())
    };
    let caller = || {
        let digits = inside.strip_prefix(['T', 'C'])?;
        (!digits.is_empty() && digits.len() <= 10 && digits.bytes().all(|of| of.is_ascii_digit()))
            .then_some(())
    };
    let date = || {
        let words = inside.split_whitespace().count();
        (words >= 4 && inside.len() <= 40 && inside.matches(':').count() == 2).then_some(())
    };
    seconds().or_else(caller).or_else(date).map(|()| rest)
}

/// `Nov 27 12:00:00 host kernel: ` and `2026-11-27T12:00:00.123456+00:00 host kernel: `.
fn syslog(text: &str) -> Option<&str> {
    // Rows of dumps are most of a long text, and begin with a letter or digit, too.
    if is_row(text) {
        return None;
    }
    let end = text.as_bytes().windows(8).take(96).position(|of| of[0] == b' ' && of == b" kernel:")?;
    let head = text.get(..end)?;
    let like_a_time = head.matches(':').count() >= 2;
    let start = head.starts_with(|of: char| of.is_ascii_alphanumeric());
    (like_a_time && start).then(|| text.get(end + 8..)).flatten()
}

/// Whether a form has begun on this line and its rest is not here.
fn wants_more(line: &str) -> bool {
    let after = |start: &str| line.split_once(start).map(|(_, rest)| rest);
    if line.ends_with("+0x")
        || line.ends_with('+') && line.len() > 1
        || line.ends_with('/') && line.contains("+0x")
    {
        return true;
    }
    if line.starts_with("WARNING: ") && line.contains(" at ") || line.starts_with("WARNING: CPU:") {
        return !line.contains("+0x") && !line.contains('#');
    }
    if line.starts_with("CPU: ") && line.contains("Comm:") {
        return !line.contains(" #") && !line.contains("Comm: swapper");
    }
    // A lock as lockdep writes it: `#0: ffff888001234560 (&mm->mmap_lock){++++}-{4:4}, at: ptdump_walk_pgd+0x3a/0xa0`. In its chains
    // there is no function behind it: `-> #1 (fs_reclaim){+.+.}-{0:0}:`.
    if after("){").is_some_and(|usage| usage.starts_with(['+', '.', '-', '?'])) {
        return !line.contains("+0x") && !line.ends_with("}:");
    }
    if let Some(rest) = after("Bad page map in process") {
        return !rest.contains(':') || rest.contains(" pte:") && !rest.contains("pmd:");
    }
    if let Some(rest) = after("BUG: KASAN:") {
        return !rest.contains(" in ") || rest.ends_with(" in");
    }
    ["racy dirty state clearing:", "racy access flag clearing:", "unsafe attribute change:"]
        .iter()
        .any(|form| after(form).is_some_and(|rest| rest.split_whitespace().count() < 3))
}

/// Whether `next` can be the rest of `line`, and not the beginning of another form.
fn continues(line: &str, next: &str) -> bool {
    const STARTS: [&str; 17] = [
        "WARNING:",
        "BUG:",
        "RIP:",
        "Call ",
        "CPU:",
        "Modules",
        "Code:",
        "RSP:",
        "RAX:",
        "---",
        "<TASK>",
        "</TASK>",
        "pc :",
        "lr :",
        "Hardware",
        "Tainted:",
        "kernel BUG",
    ];
    if line.ends_with(['/', '+']) || line.ends_with("+0x") {
        return next.starts_with(|of: char| of.is_ascii_hexdigit() || of == 'x');
    }
    if line.contains("Bad page map in process") && line.contains("pte:") {
        return next.starts_with("pmd:");
    }
    !STARTS.iter().any(|start| next.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cleaned(text: &str) -> Vec<String> {
        lines(text).map(|line| line.text.into_owned()).collect()
    }

    #[test]
    fn what_mails_and_logs_add_is_taken_off() {
        let line = "walk_page_range+0x1a/0x30";
        for form in [
            "> > [   12.345678]  walk_page_range+0x1a/0x30\r",
            ">> <4>[   12.345678][  T123] walk_page_range+0x1a/0x30",
            "[    0.000000] [    C0] walk_page_range+0x1a/0x30",
            "[Fri Nov 27 12:00:00 2026] walk_page_range+0x1a/0x30",
            "Nov 27 12:00:00 box kernel: walk_page_range+0x1a/0x30",
            "Nov 27 12:00:00 box kernel: [ 12.3] walk_page_range+0x1a/0x30",
            "2026-11-27T12:00:00.1+00:00 box kernel:  walk_page_range+0x1a/0x30",
            "\t\u{a0}walk_page_range+0x1a/0x30  ",
        ] {
            assert_eq!(cleaned(form), [line], "{form:?}");
        }
    }

    #[test]
    fn rows_of_dumps_are_told_from_lines_of_reports() {
        for row in
            ["0xffff888000000000-0xffff888000099000  4K", "ffff888000099000: 0000000000099000 -G-DA---W"]
        {
            assert!(is_row(row), "{row}");
        }
        for line in [
            "ffffffff81000000 walk_page_range+0x1/0x2",
            "addr:00007f22a41d3000",
            "BUG: Bad page map",
            "0x1234",
            "",
        ] {
            assert!(!is_row(line), "{line}");
        }
        // A report between two rows is put together as ever.
        let text = "0xffff888000000000-0xffff888000099000 4K\nracy dirty state clearing: 0x0068000416899f03 ->\n0x0060000416898f83";
        assert_eq!(cleaned(text).len(), 2);
    }

    #[test]
    fn what_belongs_to_a_line_stays() {
        for line in ["[<ffffffff80002f6a>] walk_page_range+0x1/0x2", "<TASK>", "? foo+0x1/0x2 [module]"] {
            assert_eq!(cleaned(line), [line]);
        }
    }

    #[test]
    fn broken_lines_are_put_together() {
        let cases: [(&str, &str); 6] = [
            ("> walk_page_range_novma+\n> 0x13b/0x1b0", "walk_page_range_novma+0x13b/0x1b0"),
            ("walk_page_range_novma+0x13b/\n0x1b0", "walk_page_range_novma+0x13b/0x1b0"),
            (
                "WARNING: CPU: 3 PID: 71 at include/linux/rwsem.h:85\nwalk_page_range_novma+0x13b/0x1b0",
                "WARNING: CPU: 3 PID: 71 at include/linux/rwsem.h:85 walk_page_range_novma+0x13b/0x1b0",
            ),
            (
                "CPU: 3 UID: 0 PID: 71 Comm: cat Not tainted\n 6.17.0-rc3+ #12 PREEMPT(full)",
                "CPU: 3 UID: 0 PID: 71 Comm: cat Not tainted 6.17.0-rc3+ #12 PREEMPT(full)",
            ),
            (
                "BUG: Bad page map in process sh  pte:9402e1e2b18c8ae9\n> pmd:10fe4f067",
                "BUG: Bad page map in process sh  pte:9402e1e2b18c8ae9 pmd:10fe4f067",
            ),
            (
                "racy dirty state clearing: 0x0068000416899f03 ->\n0x0060000416898f83",
                "racy dirty state clearing: 0x0068000416899f03 -> 0x0060000416898f83",
            ),
        ];
        for (broken, whole) in cases {
            assert_eq!(cleaned(broken), [whole], "{broken:?}");
        }
    }

    #[test]
    fn quoted_printable_is_read() {
        let text = "> > [  103.403822] BUG: Bad page map in process vcpu0  pte:168000140=\n000f43 pmd:8000000c1ca0003";
        assert_eq!(
            cleaned(text),
            ["BUG: Bad page map in process vcpu0  pte:168000140000f43 pmd:8000000c1ca0003"]
        );
        assert_eq!(cleaned("a=3Db"), ["a=b"]);
        // As Gmail writes the blanks before a function, and as a client breaks a line behind an encoded sign.
        assert_eq!(cleaned("> =C2=A0walk_page_range+0x1/0x2=20"), ["walk_page_range+0x1/0x2"]);
        let text = "BUG: Bad page map in process vcpu0  x=3D1 pte:168000140=\n000f43 pmd:8000000c1ca0003";
        assert_eq!(
            cleaned(text),
            ["BUG: Bad page map in process vcpu0  x=1 pte:168000140000f43 pmd:8000000c1ca0003"]
        );
        let text = "> CPU: 3 UID: 0 PID: 71 Comm: a-name-that-is-long-enough Not tainted=\n>  6.17.0-rc3+ #12 PREEMPT(full)";
        assert_eq!(
            cleaned(text),
            [
                "CPU: 3 UID: 0 PID: 71 Comm: a-name-that-is-long-enough Not tainted 6.17.0-rc3+ #12 PREEMPT(full)"
            ]
        );
    }

    #[test]
    fn what_only_looks_like_quoted_printable_stays() {
        let table = "[0000000000000040] pgd=20f80035, p4d=80000000, pud=3d000000";
        for line in [table, "======================================================", "x=", &"=".repeat(80)] {
            assert_eq!(cleaned(&format!("{line}\nnext")), [line.trim_start(), "next"], "{line}");
        }
    }

    #[test]
    fn other_forms_are_not_swallowed() {
        let text = "CPU: 3 PID: 71 Comm: cat\nRIP: 0010:walk_page_range+0x1/0x2";
        assert_eq!(cleaned(text).len(), 2);
        let numbers: Vec<_> = lines("a\nb+\n0x1/0x2\nc").map(|line| line.number).collect();
        assert_eq!(numbers, [1, 2, 4]);
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "(?s)[>\\[\\]<0-9.TC:=/+ \r\n\u{a0}a-z\u{fc}]{0,200}") {
            prop_assert!(lines(&text).count() <= text.split('\n').count());
        }
    }
}
