//! QEMU's `info mem` of an x86 guest: target/i386/monitor.c, seen with 7.2.22, 10.0.13 and 11.1.3.

use crate::draft::Draft;
use crate::format::{Format, Seen};
use crate::{Frames, Machine, Perms, Right, Rights, Row, words};

#[derive(Debug)]
pub(crate) struct InfoMem;

/// Kept in a row's bits: its end is one of 57 bits, computed before the sign was extended.
const WIDE: u64 = 1;

impl Format for InfoMem {
    fn name(&self) -> &'static str {
        "info-mem-x86"
    }

    fn about(&self) -> &'static str {
        "QEMU's monitor, x86: info mem"
    }

    fn program(&self) -> &'static str {
        "QEMU"
    }

    fn rights(&self) -> Rights {
        Rights::Effective
    }

    fn line<'a>(&self, line: &'a str) -> Seen<'a> {
        let line = line.trim_ascii();
        if super::is_command(line, "info mem") || super::is_x86_heading(line, "info mem") {
            return Seen::Heading;
        }
        let mut of_line = line.split_ascii_whitespace();
        let Some((start, end)) = of_line.next().and_then(|range| range.split_once('-')) else {
            return Seen::Foreign;
        };
        let (start_word, end_word) = (start, end);
        let Some(start) = words::hex_of(start, 16) else { return Seen::Foreign };
        let Some(end) = words::hex_of(end, 16) else {
            let may_go_on = end.len() < 16 && end.bytes().all(|byte| byte.is_ascii_hexdigit());
            return if may_go_on && of_line.next().is_none() { Seen::Cut } else { Seen::Foreign };
        };
        let (size_word, rights) = (of_line.next(), of_line.next());
        if of_line.next().is_some() {
            return Seen::Foreign;
        }
        let Some(size_word) = size_word else { return Seen::Cut };
        let Some(size) = words::hex_of(size_word, 16) else {
            let may_go_on = size_word.len() < 16 && size_word.bytes().all(|byte| byte.is_ascii_hexdigit());
            return if may_go_on && rights.is_none() { Seen::Cut } else { Seen::Foreign };
        };
        let Some(rights) = rights else { return Seen::Cut };
        let &[user @ (b'u' | b'-'), b'r', write @ (b'w' | b'-')] = rights.as_bytes() else {
            return if rights.len() < 3 && "urw".contains(rights)
                || rights.starts_with('-') && rights.len() < 3
            {
                Seen::Cut
            } else {
                Seen::Foreign
            };
        };
        let Some(last) = size.checked_sub(1).and_then(|more| start.checked_add(more)) else {
            return Seen::Bad(size_word, "a range of this size does not fit behind its start");
        };
        let perms = Perms::UNKNOWN
            .with(Right::Read, true)
            .with(Right::Write, write == b'w')
            .with(Right::User, user == b'u');
        let end_bits = end_bits(start, size, end);
        let bits = if end_bits == Some(57) { WIDE } else { 0 };
        let row =
            Row { start, last, frames: Frames::Unknown, bits, line: 0, level: None, perms, mapped: true };
        if end_bits.is_some() {
            Seen::Row(row)
        } else {
            let what =
                format!("the size {size:x} does not lead from {start_word} to {end_word}: the size is taken");
            Seen::Doubtful(row, end_word, what)
        }
    }

    fn accepts(&self, machine: &Machine) -> bool {
        super::is_x86(machine)
    }

    fn fits(&self, draft: &Draft) -> Vec<Machine> {
        if draft.rows.iter().any(|row| row.bits == WIDE) {
            return Machine::named("x86_64-5level").into_iter().collect();
        }
        super::x86_machines(draft)
    }

    fn settle(&self, draft: &mut Draft, machine: &Machine) {
        draft.assume("Rights are effective: what the entries of all levels leave of user and write access.");
        draft.assume(
            "The text has neither frames nor levels nor NX, and neither NX nor G ends a row: one row may hold pages of both kinds, and its frames need not follow each other.",
        );
        let ends_below = draft.rows.iter().any(|row| row.last == u64::MAX);
        if ends_below {
            draft.assume(
                "A row that reaches the last page is printed with an end below its start (QEMU computes ends before it extends the sign): its size is taken.",
            );
        }
        if machine.va_bits == 57 {
            draft.assume(
                "The addresses have 57 bits, of a guest with five levels: what info mem lists of such a guest is evidence of nothing (QEMU 7.2.22 to 11.1.3 leaves out what is mapped); info tlb is right.",
            );
        } else if draft.rows.is_empty() {
            draft.assume(
                "The listing is empty. Of a guest with five levels (57-bit addresses) that is evidence of nothing (QEMU 7.2.22 to 11.1.3); info tlb is right.",
            );
        }
    }
}

/// Of how many bits the address is from which the size leads to the end: of all 64, or of the guest's, where QEMU adds before it extends
/// the sign.
fn end_bits(start: u64, size: u64, end: u64) -> Option<u32> {
    let of_bits = |&bits: &u32| (start & (u64::MAX >> (64 - bits))).wrapping_add(size) == end;
    [64, 32, 48, 57].into_iter().find(of_bits)
}
