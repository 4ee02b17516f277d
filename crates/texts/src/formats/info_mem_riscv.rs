//! QEMU's `info mem` of a riscv guest: target/riscv/monitor.c, seen with 7.2.22 (riscv32) and 11.1.3 (riscv64).

use crate::draft::Draft;
use crate::format::{Format, Seen};
use crate::{Arch, Frames, Machine, Perms, Right, Rights, Row, words};

#[derive(Debug)]
pub(crate) struct InfoMem;

/// Kept in a row's bits: addresses have 8 digits.
const NARROW: u64 = 1;
/// Kept in a row's bits: PBMT of the leaf is NC.
const NC: u64 = 2;

/// 44 bits of frame number: QEMU shifts a whole entry, and bits of PBMT come along.
const PHYSICAL: u64 = (1 << 56) - 1;

impl Format for InfoMem {
    fn name(&self) -> &'static str {
        "info-mem-riscv"
    }

    fn about(&self) -> &'static str {
        "QEMU's monitor, riscv32 and riscv64: info mem"
    }

    fn program(&self) -> &'static str {
        "QEMU"
    }

    fn rights(&self) -> Rights {
        Rights::Leaf
    }

    fn line<'a>(&self, line: &'a str) -> Seen<'a> {
        let line = line.trim_ascii();
        if super::is_command(line, "info mem") {
            return Seen::Heading;
        }
        let mut of_line = line.split_ascii_whitespace();
        let Some(start_word) = of_line.next() else { return Seen::Foreign };
        if start_word == "vaddr" || start_word.len() >= 8 && start_word.bytes().all(|byte| byte == b'-') {
            return Seen::Heading;
        }
        let digits = start_word.len();
        if digits != 8 && digits != 16 {
            return Seen::Foreign;
        }
        let Some(start) = words::hex_of(start_word, digits) else { return Seen::Foreign };
        let Some(physical) = of_line.next() else {
            // A number alone may be anything.
            return Seen::Foreign;
        };
        // A terminal folds within a number, too.
        let is_begun = |word: &str, digits: usize| {
            word.len() < digits && word.bytes().all(|byte| byte.is_ascii_hexdigit())
        };
        let Some(physical) = words::hex_of(physical, 16) else {
            let is_cut = is_begun(physical, 16) && of_line.next().is_none();
            return if is_cut { Seen::Cut } else { Seen::Foreign };
        };
        let Some(size_word) = of_line.next() else { return Seen::Cut };
        let Some(size) = words::hex_of(size_word, digits) else {
            let is_cut = is_begun(size_word, digits) && of_line.next().is_none();
            return if is_cut { Seen::Cut } else { Seen::Foreign };
        };
        let Some(attributes) = of_line.next() else { return Seen::Cut };
        if of_line.next().is_some() || attributes.len() > 7 {
            return Seen::Foreign;
        }
        let mut perms = Perms::UNKNOWN;
        for (letter, right) in attributes.chars().zip(Right::ALL) {
            if letter != right.letter() && letter != '-' {
                return Seen::Foreign;
            }
            perms = perms.with(right, letter != '-');
        }
        if attributes.len() < 7 {
            return Seen::Cut;
        }
        let Some(last) = size.checked_sub(1).and_then(|more| start.checked_add(more)) else {
            return Seen::Bad(size_word, "a range of this size does not fit behind its start");
        };
        let bits = if digits == 8 { NARROW } else { 0 } | if physical >> 63 != 0 { NC } else { 0 };
        let frames = Frames::RunOn(physical & PHYSICAL);
        Seen::Row(Row { start, last, frames, bits, line: 0, level: None, perms, mapped: true })
    }

    fn accepts(&self, machine: &Machine) -> bool {
        machine.arch == Arch::Riscv
    }

    fn fits(&self, draft: &Draft) -> Vec<Machine> {
        let named = |id| Machine::named(id).ok();
        if draft.rows.iter().any(|row| row.bits & NARROW != 0) {
            return named("riscv32-sv32").into_iter().collect();
        }
        let all = ["riscv64-sv39", "riscv64-sv48", "riscv64-sv57"].into_iter().filter_map(named);
        let canonical = |machine: &Machine| draft.rows.iter().all(|row| machine.is_canonical(row.start));
        let fitting: Vec<Machine> = all.filter(canonical).collect();
        // The addresses of more bits hold those of fewer, but a kernel begins where its number of levels puts it.
        let lowest = draft.rows.iter().map(|row| row.start).filter(|start| start >> 63 != 0).min();
        match lowest {
            Some(lowest) if lowest < 0xffff_ffff_8000_0000 => fitting.into_iter().take(1).collect(),
            _ => fitting,
        }
    }

    fn settle(&self, draft: &mut Draft, machine: &Machine) {
        draft.assume("Rights are those of the leaf entry: on riscv tables above take none away.");
        draft.assume(
            "Levels are not printed: QEMU merges rows over neighbours whose frames follow each other.",
        );
        if draft.rows.iter().any(|row| row.bits & NC != 0) {
            draft.assume(
                "Bit 63 of a printed frame is the page's memory type, Svpbmt NC: it is taken off the frame.",
            );
        }
        if machine.id != "riscv32-sv32" {
            draft.assume(
                "Svpbmt IO cannot be seen: QEMU loses its bit, and such pages merge with their neighbours.",
            );
            napot(draft);
        }
    }
}

/// Svnapot: each of the 16 pages of 64 KiB is printed with the entry's raw frame number, whose low bits 1000 are the size.
fn napot(draft: &mut Draft) {
    const PAGES: usize = 16;
    const PAGE: u64 = 4096;
    let mut found = 0u64;
    let mut first = 0;
    let mut at = 0;
    while at + PAGES <= draft.rows.len() {
        let rows = &draft.rows[at..at + PAGES];
        let Some(raw) = rows[0].frames.first() else { break };
        let like = |(nth, row): (u64, &Row)| {
            row.start == rows[0].start + nth * PAGE
                && row.bytes() == PAGE
                && row.frames == rows[0].frames
                && row.perms == rows[0].perms
                && row.bits == rows[0].bits
        };
        let aligned = rows[0].start.is_multiple_of(PAGES as u64 * PAGE) && raw >> 12 & 15 == 8;
        if aligned && rows.iter().enumerate().all(|(nth, row)| like((nth as u64, row))) {
            let base = raw & !0xffff;
            for (nth, row) in draft.rows[at..at + PAGES].iter_mut().enumerate() {
                row.frames = Frames::RunOn(base + nth as u64 * PAGE);
            }
            if found == 0 {
                first = draft.rows[at].start;
            }
            found += 1;
            at += PAGES;
        } else {
            at += 1;
        }
    }
    let is_part = |pair: &&[Row]| {
        pair[0].frames == pair[1].frames
            && pair[0].last.checked_add(1) == Some(pair[1].start)
            && pair[0].frames.first().is_some_and(|raw| raw >> 12 & 15 == 8)
    };
    if let Some(pair) = draft.rows.windows(2).find(is_part) {
        let start = pair[0].start;
        draft.assume(format!(
            "Neighbouring rows have one frame whose low bits are 1000 (first at {start:x}), and are fewer than the 16 that Svnapot prints so: the text is cut \
             off there, or one page is mapped several times. The printed frame is kept."
        ));
    }
    if found > 0 {
        let times = if found == 1 { "once".to_owned() } else { format!("{found} times, first") };
        draft.assume(format!(
            "16 rows in a row have one frame whose low bits are 1000 ({times} at {first:x}): they are taken for a Svnapot range of 64 KiB, of which QEMU prints the raw frame number for each page."
        ));
    }
}
