//! What the lines of all kernels' dumpers have in common (arch/*/mm/ptdump.c and dump_pagetables.c): addresses, size, headers.

use pgtable::Level;

use crate::format::Seen;
use crate::words;

/// How a line begins.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Begin<'a> {
    /// A line without a range: it is already known what it is.
    Seen(Seen<'a>),
    /// A range.
    Range(Range<'a>),
}

/// The addresses of a line, and the words behind them.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Range<'a> {
    pub(crate) start: u64,
    /// As it is printed.
    pub(crate) end: u64,
    /// What is behind the addresses.
    pub(crate) rest: &'a str,
}

/// Reads the beginning of a line.
pub(crate) fn begin(line: &str) -> Begin<'_> {
    let line = line.trim_ascii();
    // `0x%016lx-0x%016lx`: nearly every line of a dump.
    if let (Some(start), Some("-0x"), Some(end), Some(rest)) =
        (line.get(2..18), line.get(18..21), line.get(21..37), line.get(37..))
        && line.starts_with("0x")
        && (rest.is_empty() || rest.starts_with(' '))
        && let (Some(start), Some(end)) = (words::hex(start), words::hex(end))
    {
        return Begin::Range(Range { start, end, rest: rest.get(1..).unwrap_or_default() });
    }
    if let Some(header) = line.strip_prefix("---[ ") {
        return Begin::Seen(match header.strip_suffix(" ]---") {
            // `---[ end trace 0000000000000000 ]---` ends a warning, not a dump.
            Some(name) if name.starts_with("end ") => Seen::Foreign,
            Some(name) if !name.is_empty() && name.len() <= 80 => Seen::Header(name),
            None if header.len() <= 60 => Seen::Cut,
            _ => Seen::Foreign,
        });
    }
    if let Some(skipped) = line.strip_prefix("... ") {
        let mut words = skipped.split_ascii_whitespace();
        let count = words.next().and_then(|count| count.parse().ok());
        return Begin::Seen(match (count, words.next(), words.next()) {
            (Some(count), Some("entry" | "entries"), Some("skipped")) => Seen::Skipped(count),
            _ => Seen::Foreign,
        });
    }
    let (addresses, rest) = line.split_once(' ').unwrap_or((line, ""));
    let range = addresses.split_once('-').and_then(|(start, end)| {
        Some(Range { start: words::prefixed16(start)?, end: words::prefixed16(end)?, rest })
    });
    match range {
        Some(range) => Begin::Range(range),
        None if rest.is_empty() && is_beginning(addresses) => Begin::Seen(Seen::Cut),
        None => Begin::Seen(Seen::Foreign),
    }
}

/// Whether a word is `0x…-0x…` cut off.
fn is_beginning(word: &str) -> bool {
    const SHAPE: &str = "0x................-0x................";
    word.len() > 4
        && word.len() < SHAPE.len()
        && word.bytes().zip(SHAPE.bytes()).all(|(byte, shape)| match shape {
            b'.' => byte.is_ascii_hexdigit(),
            _ => byte == shape,
        })
}

/// A word that is none of those that may stand here: if it ends the line and is the beginning of one, the line is broken within it.
pub(crate) fn unknown<'a>(
    word: &str,
    mut rest: impl Iterator<Item = &'a str>,
    known: &[&str],
) -> Seen<'static> {
    let begins = |known: &&str| known.len() > word.len() && known.starts_with(word);
    if rest.next().is_none() && known.iter().any(begins) { Seen::Cut } else { Seen::Foreign }
}

/// The same where a size must stand.
pub(crate) fn no_size<'a>(word: &str, mut rest: impl Iterator<Item = &'a str>) -> Seen<'static> {
    let digits = word.bytes().all(|byte| byte.is_ascii_digit());
    if digits && rest.next().is_none() { Seen::Cut } else { Seen::Foreign }
}

/// The same where a physical address must stand.
pub(crate) fn no_physical<'a>(word: &str, mut rest: impl Iterator<Item = &'a str>) -> Seen<'static> {
    let digits = word == "0"
        || word
            .strip_prefix("0x")
            .is_some_and(|digits| digits.len() < 16 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
    if digits && rest.next().is_none() { Seen::Cut } else { Seen::Foreign }
}

/// Names of levels in capitals.
pub(crate) const LEVELS: [&str; 5] = ["PGD", "P4D", "PUD", "PMD", "PTE"];

/// The level of this name in capitals.
pub(crate) fn upper_level(word: &str) -> Option<Level> {
    Level::ALL.into_iter().find(|level| level.upper_name() == word)
}

/// What does not fit where the size column and the addresses say different things.
pub(crate) fn size_doubt(word: &str, bytes: u64) -> Option<String> {
    let said = words::size(word)?;
    // A range of all 64 bits and one of none look alike in addresses.
    let fits = said == u128::from(bytes) || bytes == 0 && said == 1 << 64;
    (!fits).then(|| {
        format!("the size {word} is not that of the addresses, {bytes:#x} bytes: the addresses are taken")
    })
}

/// `row`, or the doubt that its size raises.
pub(crate) fn row_or_doubt(row: crate::Row, size: &str) -> Seen<'_> {
    match size_doubt(size, row.bytes()) {
        None => Seen::Row(row),
        Some(what) => Seen::Doubtful(row, size, what),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_begins_with_addresses_or_is_a_header() {
        assert_eq!(begin("---[ vmalloc() Area ]---"), Begin::Seen(Seen::Header("vmalloc() Area")));
        assert_eq!(begin("---[ end trace 0000000000000000 ]---"), Begin::Seen(Seen::Foreign));
        assert_eq!(begin("... 131058 entries skipped ... "), Begin::Seen(Seen::Skipped(131058)));
        assert_eq!(begin("... 1 entry skipped ... "), Begin::Seen(Seen::Skipped(1)));
        assert_eq!(begin("0xffff888000000000-0xffff88800"), Begin::Seen(Seen::Cut));
        assert_eq!(begin("0x1000-0x2000 4K"), Begin::Seen(Seen::Foreign));
        let range = Range { start: 0x1000, end: 0x2000, rest: "  4K pte" };
        assert_eq!(begin("0x0000000000001000-0x0000000000002000   4K pte"), Begin::Range(range));
    }
}
