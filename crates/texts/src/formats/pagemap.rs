//! `/proc/PID/pagemap` (fs/proc/task_mmu.c) as small readers print it: an address, and the value or its bits by name.

use crate::draft::Draft;
use crate::format::{Format, Seen};
use crate::{Frames, Machine, Perms, Rights, Row, words};

#[derive(Debug)]
pub(crate) struct Pagemap;

/// `PM_PFRAME_MASK`
const FRAME: u64 = (1 << 55) - 1;
const SOFT_DIRTY: u64 = 1 << 55;
const EXCLUSIVE: u64 = 1 << 56;
const UFFD_WP: u64 = 1 << 57;
const GUARD: u64 = 1 << 58;
const FILE: u64 = 1 << 61;
const SWAP: u64 = 1 << 62;
const PRESENT: u64 = 1 << 63;

impl Format for Pagemap {
    fn name(&self) -> &'static str {
        "pagemap"
    }

    fn about(&self) -> &'static str {
        "/proc/PID/pagemap as text: an address and a value of 16 digits, or an address and `pfn …`, one page a line"
    }

    fn program(&self) -> &'static str {
        "Linux"
    }

    fn rights(&self) -> Rights {
        Rights::None
    }

    fn line<'a>(&self, line: &'a str) -> Seen<'a> {
        if let Some((start, bits)) = labelled(line.trim()) {
            return row(start, bits);
        }
        let mut of_line =
            line.split_ascii_whitespace().filter(|&word| word != ":" && word != "=>" && word != "->");
        let Some(addr_word) = of_line.next() else { return Seen::Foreign };
        let addr_word = addr_word.trim_end_matches(':');
        if line.trim_start().starts_with("addr pfn soft-dirty") {
            return Seen::Heading;
        }
        let Some(start) = words::number(addr_word).filter(|start| start.is_multiple_of(4096)) else {
            return Seen::Foreign;
        };
        let Some(mut second) = of_line.next() else { return Seen::Foreign };
        // Some print the physical address before the frame number, from which it comes.
        let mut ahead = of_line.clone();
        if words::prefixed(second).is_some() && ahead.next() == Some("pfn") {
            second = "pfn";
            of_line = ahead;
        }
        let value = match second {
            // `%#lx` of what is not there.
            "0x0" => Some(0),
            second => words::hex_of(second.strip_prefix("0x").unwrap_or(second), 16),
        };
        let bits = match value {
            Some(value) => {
                if !of_line.all(is_word_of_value) {
                    return Seen::Foreign;
                }
                Some(value)
            }
            None if second.starts_with("pfn") => named(second, &mut of_line),
            None => columns(second, &mut of_line),
        };
        let Some(bits) = bits else { return Seen::Foreign };
        if bits & PRESENT != 0 && bits & SWAP != 0 {
            return Seen::Bad(second, "present and swapped exclude each other: this is no value of pagemap");
        }
        row(start, bits)
    }

    fn accepts(&self, machine: &Machine) -> bool {
        machine.page_shift >= 12
    }

    fn fits(&self, _: &Draft) -> Vec<Machine> {
        Vec::new()
    }

    fn settle(&self, draft: &mut Draft, machine: &Machine) {
        pages(draft, machine.page_shift);
        told(draft);
    }

    fn settle_alone(&self, draft: &mut Draft) {
        let bits = draft.rows.iter().fold(0, |bits, row| bits | row.start);
        // Four pages by chance at multiples of 16 KiB are one case in 256.
        let shift =
            [16, 14].into_iter().find(|&shift| draft.rows.len() >= 4 && bits.trailing_zeros() >= shift);
        let shift = shift.unwrap_or(12) as u8;
        draft.assume(format!(
            "The page size is not printed: it is taken for {} KiB; --model chooses another.",
            (1u64 << shift) >> 10
        ));
        pages(draft, shift);
        told(draft);
    }
}

/// The page at an address, with what its entry says.
fn row<'a>(start: u64, bits: u64) -> Seen<'a> {
    let pfn = bits & FRAME;
    Seen::Row(Row {
        start,
        last: start | 0xfff,
        // Without CAP_SYS_ADMIN it is 0 (since v4.2).
        frames: if bits & PRESENT != 0 && pfn != 0 { Frames::First(pfn) } else { Frames::Unknown },
        bits,
        line: 0,
        level: None,
        perms: Perms::UNKNOWN,
        mapped: bits & PRESENT != 0,
    })
}

/// `Vaddr: 0x7f31c4a00000, Pagemap: 0x8180000000041e2b, PFN: 0x41e2b`: address and value by their names.
fn labelled(line: &str) -> Option<(u64, u64)> {
    let mut parts = line.strip_prefix("Vaddr:")?.split(',');
    let start = words::prefixed(parts.next()?.trim())?;
    let value = parts.find_map(|part| words::prefixed(part.trim().strip_prefix("Pagemap:")?.trim()))?;
    let is_one = start.is_multiple_of(4096) && (value & PRESENT == 0 || value & SWAP == 0);
    is_one.then_some((start, value))
}

fn told(draft: &mut Draft) {
    draft.assume("pagemap tells neither rights nor levels; a huge page is as many lines as it has pages.");
    let mut present = draft.rows.iter().filter(|row| row.mapped).peekable();
    if present.peek().is_some() && present.all(|row| row.frames == Frames::Unknown) {
        draft.assume("Every frame number is 0: who read it had no CAP_SYS_ADMIN, so frames are unknown.");
    }
    if draft.rows.iter().any(|row| !row.mapped && row.bits & SWAP != 0) {
        draft
            .assume("Swapped pages (and migration entries) are not mapped: they are left out of the ranges.");
    }
}

/// Frames count pages.
fn pages(draft: &mut Draft, shift: u8) {
    for row in &mut draft.rows {
        row.last = row.start | ((1 << shift) - 1);
        if let Frames::First(pfn) = row.frames {
            row.frames = Frames::RunOn(pfn << shift);
        }
    }
}

/// What stands behind a raw value only explains it.
fn is_word_of_value(word: &str) -> bool {
    const WORDS: [&str; 16] = [
        "present",
        "swapped",
        "swap",
        "file",
        "shared",
        "file/shared",
        "soft-dirty",
        "exclusive",
        "uffd-wp",
        "guard",
        "pfn",
        "type",
        "offset",
        "anon",
        "none",
        "|",
    ];
    let word = word.trim_end_matches([',', ':']);
    let (name, value) = word.split_once(['=', ':']).unwrap_or((word, "0"));
    words::number(word).is_some() || WORDS.contains(&name) && words::number(value).is_some()
}

/// `addr pfn soft-dirty file/shared swapped present library`: the bits as 0 or 1, then perhaps a file.
fn columns<'a>(pfn: &str, rest: &mut impl Iterator<Item = &'a str>) -> Option<u64> {
    let mut bits = words::number(pfn)? & FRAME;
    for bit in [SOFT_DIRTY, FILE, SWAP, PRESENT] {
        match rest.next()? {
            "0" => {}
            "1" => bits |= bit,
            _ => return None,
        }
    }
    Some(bits)
}

/// `pfn 41e2b soft-dirty 1 file/shared 0 swapped 0 present 1`
fn named<'a>(first: &str, rest: &mut impl Iterator<Item = &'a str>) -> Option<u64> {
    if first.trim_end_matches(':') != "pfn" {
        return None;
    }
    let mut bits = words::number(rest.next()?)? & FRAME;
    let mut told = false;
    while let Some(name) = rest.next() {
        // Behind the bits the file that the page is of may stand.
        if name == "library" && told {
            break;
        }
        let bit = match name.trim_end_matches(':') {
            "soft-dirty" => SOFT_DIRTY,
            "exclusive" => EXCLUSIVE,
            "uffd-wp" => UFFD_WP,
            "guard" => GUARD,
            "file/shared" | "file-page/shared-anon" | "file" => FILE,
            "swapped" => SWAP,
            "present" => PRESENT,
            _ => return None,
        };
        told |= bit == PRESENT;
        match rest.next()? {
            "0" => {}
            "1" => bits |= bit,
            _ => return None,
        }
    }
    told.then_some(bits)
}
