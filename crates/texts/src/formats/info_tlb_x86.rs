//! QEMU's `info tlb` of an x86 guest: target/i386/monitor.c, seen with 7.2.22 and 11.1.3.

use pgtable::Level;
use pgtable::arch::x86_64::{GLOBAL, NX, PCD, PFN, PRESENT, PSE, PWT, RW, USER};

use crate::draft::Draft;
use crate::format::{Format, Seen};
use crate::{Frames, Machine, Perms, Right, Rights, Row, words};

#[derive(Debug)]
pub(crate) struct InfoTlb;

const ACCESSED: u64 = 1 << 5;
const DIRTY: u64 = 1 << 6;
/// Kept in a row's bits: NX stood in the column of the address, as in a PAE guest.
const NX_IN_ADDRESS: u64 = 1 << 62;

/// The letters, and the bit of the leaf that each stands for.
const LETTERS: [(u8, u64); 9] = [
    (b'X', NX),
    (b'G', GLOBAL),
    (b'P', PSE),
    (b'D', DIRTY),
    (b'A', ACCESSED),
    (b'C', PCD),
    (b'T', PWT),
    (b'U', USER),
    (b'W', RW),
];

const GIB: u64 = 1 << 30;

impl Format for InfoTlb {
    fn name(&self) -> &'static str {
        "info-tlb-x86"
    }

    fn about(&self) -> &'static str {
        "QEMU's monitor, x86: info tlb"
    }

    fn program(&self) -> &'static str {
        "QEMU"
    }

    fn rights(&self) -> Rights {
        Rights::Leaf
    }

    fn line<'a>(&self, line: &'a str) -> Seen<'a> {
        let line = line.trim_ascii();
        if super::is_command(line, "info tlb") || super::is_x86_heading(line, "info tlb") {
            return Seen::Heading;
        }
        let Some((start, rest)) = line.split_once(':') else { return Seen::Foreign };
        let Some(start) = words::hex_of(start, 16) else { return Seen::Foreign };
        let mut of_line = rest.split_ascii_whitespace();
        let Some(frame) = of_line.next() else { return Seen::Cut };
        let Some(frame) = words::hex_of(frame, 16) else {
            let may_go_on = frame.len() < 16 && frame.bytes().all(|byte| byte.is_ascii_hexdigit());
            return if may_go_on && of_line.next().is_none() { Seen::Cut } else { Seen::Foreign };
        };
        let Some(letters) = of_line.next() else { return Seen::Cut };
        if of_line.next().is_some() || letters.len() > LETTERS.len() {
            return Seen::Foreign;
        }
        let mut bits = PRESENT;
        for (byte, (letter, bit)) in letters.bytes().zip(LETTERS) {
            if byte == letter {
                bits |= bit;
            } else if byte != b'-' {
                return Seen::Foreign;
            }
        }
        if letters.len() < LETTERS.len() {
            return Seen::Cut;
        }
        if frame & NX != 0 {
            bits |= NX | NX_IN_ADDRESS;
        }
        Seen::Row(Row {
            start,
            last: start | 0xfff,
            frames: Frames::RunOn(frame & PFN),
            bits,
            line: 0,
            level: Some(Level::Pte),
            perms: perms(bits),
            mapped: true,
        })
    }

    fn accepts(&self, machine: &Machine) -> bool {
        super::is_x86(machine)
    }

    fn fits(&self, draft: &Draft) -> Vec<Machine> {
        let machines = super::x86_machines(draft);
        let is = |id: &'static str| machines.iter().copied().filter(move |machine| machine.id == id);
        if draft.rows.is_empty() || !machines.iter().any(|machine| machine.va_bits == 32) {
            return machines;
        }
        let pae = draft.rows.iter().any(|row| row.bits & NX_IN_ADDRESS != 0);
        let nx = draft.rows.iter().any(|row| row.bits & NX != 0);
        // A large page of a legacy guest has 4 MiB, and nothing else lies in it.
        let four_mib = (4 << 20) - 1;
        let large = |row: &&Row| row.bits & PSE != 0;
        let mut starts: Vec<u64> = draft.rows.iter().map(|row| row.start).collect();
        starts.sort_unstable();
        let alone = |row: &Row| {
            let behind = starts.partition_point(|&start| start <= row.start);
            starts.get(behind).is_none_or(|&next| next > row.start | four_mib)
        };
        let legacy = draft
            .rows
            .iter()
            .filter(large)
            .all(|row| (row.start | row.frames.first().unwrap_or(0)) & four_mib == 0 && alone(row));
        let any_large = draft.rows.iter().any(|row| row.bits & PSE != 0);
        match (pae, nx, legacy) {
            (true, ..) => is("x86-pae").collect(),
            // NX is printed as a letter: of a PAE guest it would be in the address as well.
            (false, true, _) => machines.iter().copied().filter(|machine| machine.va_bits > 32).collect(),
            (false, false, true) if any_large => is("x86-legacy")
                .chain(is("x86-pae"))
                .chain(is("x86_64-4level"))
                .chain(is("x86_64-5level"))
                .collect(),
            (false, false, true) => machines,
            (false, false, false) => {
                machines.into_iter().filter(|machine| machine.id != "x86-legacy").collect()
            }
        }
    }

    fn settle(&self, draft: &mut Draft, machine: &Machine) {
        draft.assume("Rights are the leaf entry's own: what the levels above take away is not printed.");
        draft.assume("PAT is never printed.");
        match machine.id {
            "x86-pae" => draft.assume(
                "In a PAE guest QEMU leaves NX in the column of the address: it is read as NX, and not as a part of the frame.",
            ),
            "x86-legacy" => draft.assume(
                "Bits of a frame above 32 (PSE-36) are not printed, and a 32-bit entry has no NX: every page is executable.",
            ),
            _ => draft.assume("Bits 50 and 51 of a frame are not printed: a frame that has them looks like one without."),
        }
        sizes(draft, machine);
    }
}

fn perms(bits: u64) -> Perms {
    super::x86::perms(bits).with(Right::Accessed, bits & ACCESSED != 0).with(Right::Dirty, bits & DIRTY != 0)
}

/// What a large page has: 2 MiB or 1 GiB with 64-bit entries, told apart by where the next row begins.
fn sizes(draft: &mut Draft, machine: &Machine) {
    let mut starts: Vec<u64> = draft.rows.iter().map(|row| row.start).collect();
    starts.sort_unstable();
    let mut guessed = 0u64;
    for row in draft.rows.iter_mut().filter(|row| row.bits & PSE != 0) {
        let behind = starts.partition_point(|&start| start <= row.start);
        let next = starts.get(behind).copied();
        let frame = row.frames.first().unwrap_or(0);
        let (bytes, level) = match machine.id {
            "x86-legacy" => (4 << 20, Level::Pmd),
            "x86-pae" => (2 << 20, Level::Pmd),
            _ if (row.start | frame) % GIB == 0 && next.is_none_or(|next| next - row.start >= GIB) => {
                guessed += 1;
                (GIB, Level::Pud)
            }
            _ => (2 << 20, Level::Pmd),
        };
        row.last = row.start | (bytes - 1);
        row.level = Some(level);
    }
    if guessed > 0 {
        let rows = if guessed == 1 { "row is" } else { "rows are" };
        draft.assume(format!(
            "The size of a large page is not printed: {guessed} {rows} taken for 1 GiB, because address and frame allow it and no row follows within it; the other large ones are 2 MiB."
        ));
    }
}
