//! One line of a call trace.
//!
//! | form | whose |
//! |---|---|
//! | `walk_page_range+0x1a/0x30`, `? …`, `… [module]`, `… (P)` | x86, arm64 |
//! | `[<ffffffff80002f6a>] walk_page_range+0x1a/0x30` | riscv, loongarch, sparc |
//! | `([<0000000013f5e1a8>] walk_page_range+0x1a/0x30)`, the last ones without parentheses | s390 |
//! | `[c00000000e5cf9b0] [c0000000004a2100] walk_page_range+0x1a/0x30 (unreliable)` | powerpc |
//! | `walk_page_range+0x1a/0x30 mm/pagewalk.c:700` | decode_stacktrace.sh, syzbot |
//! | `walk_page_range mm/pagewalk.c:700 [inline]` | the same, of an inlined function |

/// A function in a trace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Its name, without what compilers append (`.constprop.0`, `.isra.0`, `.cold`).
    pub function: String,
    /// File and line, where the trace has them.
    pub place: Option<String>,
    /// Whether the unwinder was not sure: `?`.
    pub unsure: bool,
}

/// Longest name of a function: `KSYM_NAME_LEN`.
const MAX_NAME: usize = 512;

impl Frame {
    /// Reads a line that has been cleaned.
    pub fn new(line: &str) -> Option<Self> {
        let line = line.trim();
        let (unsure, rest) = match line.strip_prefix('?') {
            Some(rest) => (true, rest.trim_start()),
            None => (false, line),
        };
        let rest = address(rest);
        let (unsure, rest) = match rest.strip_prefix('?') {
            Some(rest) => (true, rest.trim_start()),
            None => (unsure, rest),
        };
        with_offset(rest).or_else(|| inlined(rest)).map(|(function, place)| Self { function, place, unsure })
    }

    /// The first function with an offset anywhere in a line: `RIP: 0010:walk_page_range+0x1a/0x30`.
    pub fn anywhere(line: &str) -> Option<Self> {
        let at = line.find("+0x")?;
        let start = line[..at].rfind(|of: char| !is_name(of)).map_or(0, |before| before + 1);
        with_offset(line.get(start..)?).map(|(function, place)| Self { function, place, unsure: false })
    }
}

const fn is_name(of: char) -> bool {
    of.is_ascii_alphanumeric() || matches!(of, '_' | '.' | '$')
}

/// The text behind `[<ffffffff80002f6a>]`, of s390 perhaps in parentheses, or behind powerpc's `[c00000000e5cf9b0] [c0000000004a2100]`.
fn address(text: &str) -> &str {
    let text = text.strip_prefix('(').filter(|rest| rest.starts_with("[<")).unwrap_or(text);
    if let Some((_, rest)) = text.strip_prefix("[<").and_then(|rest| rest.split_once(">]")) {
        return rest.trim_start();
    }
    let mut rest = text;
    // Stack and function.
    for _ in 0..2 {
        let inside = rest.strip_prefix('[').and_then(|behind| behind.split_once(']'));
        match inside
            .filter(|(digits, _)| digits.len() == 16 && digits.bytes().all(|of| of.is_ascii_hexdigit()))
        {
            Some((_, behind)) => rest = behind.trim_start(),
            None => break,
        }
    }
    rest
}

fn with_offset(text: &str) -> Option<(String, Option<String>)> {
    let (name, rest) = text.split_once("+0x")?;
    let name = function(name)?;
    let digits = rest.find(|of: char| !of.is_ascii_hexdigit()).unwrap_or(rest.len());
    if digits == 0 {
        return None;
    }
    let place = rest.split_whitespace().nth(1).filter(|word| is_place(word));
    Some((name, place.map(str::to_owned)))
}

fn inlined(text: &str) -> Option<(String, Option<String>)> {
    let mut words = text.split_whitespace();
    let (name, place) = (words.next()?, words.next()?);
    let rest = words.next();
    (is_place(place) && matches!(rest, None | Some("[inline]"))).then_some(())?;
    Some((function(name)?, Some(place.to_owned())))
}

/// `mm/pagewalk.c:700`.
pub(crate) fn is_place(word: &str) -> bool {
    word.rsplit_once(':').is_some_and(|(file, line)| {
        let known = [".c", ".h", ".S", ".rs"].iter().any(|end| file.ends_with(end));
        known && file.len() <= 200 && !line.is_empty() && line.bytes().all(|of| of.is_ascii_digit())
    })
}

/// A name without what compilers append.
pub(crate) fn function(name: &str) -> Option<String> {
    let good = !name.is_empty()
        && name.len() <= MAX_NAME
        && name.chars().all(is_name)
        && name.starts_with(|of: char| of.is_ascii_alphabetic() || of == '_');
    let short = name.split_once('.').map_or(name, |(short, _)| short);
    (good && !short.is_empty()).then(|| short.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_a_line_is_read() {
        for line in [
            "walk_page_range+0x1a/0x30",
            " walk_page_range.constprop.0+0x1a/0x30 [ext4]",
            "walk_page_range+0x1a/0x30 (P)",
            "[<ffffffff80002f6a>] walk_page_range+0x1a/0x30",
            "walk_page_range+0x1a/0x30 mm/pagewalk.c:700",
            "walk_page_range mm/pagewalk.c:700 [inline]",
            "? walk_page_range+0x1a/0x30",
            "[<c0002f6a>] ? walk_page_range.isra.0+0x1a/0x30",
            "([<0000000013f5e1a8>] walk_page_range+0x1a/0x30)",
            "[c00000000e5cf9b0] [c0000000004a2100] walk_page_range+0x1a/0x30 (unreliable)",
        ] {
            let frame = Frame::new(line).expect(line);
            assert_eq!(frame.function, "walk_page_range", "{line}");
            assert_eq!(frame.unsure, line.contains('?'), "{line}");
            assert_eq!(frame.place.is_some(), line.contains("pagewalk.c"), "{line}");
        }
        let rip = Frame::anywhere("RIP: 0010:walk_pgd_range+0x3f5/0x9d0").expect("a function");
        assert_eq!(rip.function, "walk_pgd_range");
    }

    #[test]
    fn other_lines_are_none() {
        for line in [
            "",
            "Call Trace:",
            "<TASK>",
            "RAX: 0000000000000000 RBX: 0",
            "a b",
            "+0x1/0x2",
            "1+0x1/0x2",
            "x mm/a.c:1 y z",
        ] {
            assert_eq!(Frame::new(line), None, "{line}");
        }
    }
}
