//! gdb-pt-dump, a script for gdb: 9df79f3 (January 2025) seen on x86-64; for aarch64 and riscv64 its source was read.

use crate::draft::Draft;
use crate::format::{Format, Seen};
use crate::{Arch, Frames, Machine, Perms, Right, Rights, Row, words};

#[derive(Debug)]
pub(crate) struct GdbPtDump;

/// Kept in a row's bits: the architecture that its attributes are of.
const X86: u64 = 1;
const RISCV: u64 = 2;
const ARM64: u64 = 4;

impl Format for GdbPtDump {
    fn name(&self) -> &'static str {
        "gdb-pt-dump"
    }

    fn about(&self) -> &'static str {
        "gdb-pt-dump (pt, pt -phys_verbose) on x86-64, aarch64 and riscv64"
    }

    fn program(&self) -> &'static str {
        "gdb-pt-dump"
    }

    fn rights(&self) -> Rights {
        Rights::Leaf
    }

    fn line<'a>(&self, line: &'a str) -> Seen<'a> {
        let line = line.trim();
        let Some((start, rest)) = line.split_once(" :") else {
            let cut = !line.contains(' ') && line.len() > 8 && words::prefixed(line).is_some();
            return if cut { Seen::Cut } else { Seen::Foreign };
        };
        if start == "Address" && rest.contains("Length") {
            return Seen::Heading;
        }
        let Some(start) = words::prefixed(start.trim_end()) else { return Seen::Foreign };
        let mut numbers = Vec::with_capacity(2);
        let mut attributes: Vec<(u8, bool)> = Vec::with_capacity(8);
        let mut size_word = rest;
        let mut words = rest.split_ascii_whitespace().peekable();
        while let Some(word) = words.next() {
            if word == ":" || word == "|" {
                continue;
            }
            if let Some(number) = words::prefixed(word).filter(|_| attributes.is_empty() && numbers.len() < 2)
            {
                if numbers.is_empty() {
                    size_word = word;
                }
                numbers.push(number);
                continue;
            }
            match word.split_once(':') {
                Some((name, value @ ("0" | "1"))) if NAMES.contains(&name) && attributes.len() < 8 => {
                    let letter = if name == "UC" { b'u' } else { name.as_bytes()[0] };
                    attributes.push((if name == "WB" { b'b' } else { letter }, value == "1"));
                }
                // A terminal folds within a word, too.
                _ if words.peek().is_none()
                    && NAMES.iter().any(|name| name.starts_with(word.trim_end_matches(':'))) =>
                {
                    return Seen::Cut;
                }
                _ => return Seen::Foreign,
            }
        }
        let Some(&size) = numbers.first() else { return Seen::Cut };
        let Some((perms, arch)) = perms(&attributes) else {
            return Seen::Cut;
        };
        let Some(last) = size.checked_sub(1).and_then(|more| start.checked_add(more)) else {
            return Seen::Bad(size_word, "a range of this length does not fit behind its address");
        };
        let frames = match numbers.get(1) {
            // On riscv64 it prints the last merged page's.
            Some(_) if arch == RISCV => Frames::Unknown,
            Some(&physical) => Frames::RunOn(physical),
            None => Frames::Unknown,
        };
        Seen::Row(Row { start, last, frames, bits: arch, line: 0, level: None, perms, mapped: true })
    }

    fn accepts(&self, machine: &Machine) -> bool {
        [Arch::X86, Arch::Arm64, Arch::Riscv].into_iter().any(|arch| machine.is_64(arch))
    }

    fn fits(&self, draft: &Draft) -> Vec<Machine> {
        let arch = draft.rows.iter().fold(0, |all, row| all | row.bits);
        let ids: &[&str] = match arch {
            RISCV => &["riscv64-sv39", "riscv64-sv48", "riscv64-sv57"],
            ARM64 => &["arm64-4k-48", "arm64-4k-39", "arm64-16k-48", "arm64-64k-48"],
            _ => &["x86_64-4level", "x86_64-5level"],
        };
        let machines = || ids.iter().filter_map(|id| Machine::named(id).ok());
        let canonical = |machine: &Machine| draft.rows.iter().all(|row| machine.is_canonical(row.start));
        let fitting: Vec<Machine> = machines().filter(canonical).collect();
        if fitting.is_empty() {
            // Under five levels addresses are extended from the wrong bit.
            return machines().filter(|machine| machine.va_bits == 57).collect();
        }
        let kernel = draft.rows.iter().any(|row| row.start >> 63 != 0);
        if arch != ARM64 && kernel { fitting.into_iter().take(1).collect() } else { fitting }
    }

    fn settle(&self, draft: &mut Draft, machine: &Machine) {
        draft.assume("Rights are the leaf entry's own: gdb-pt-dump ignores those of the levels above.");
        draft.assume(
            "Levels, global, accessed and dirty bits are not printed; a table that several entries share is listed once.",
        );
        let has_frames = draft.rows.iter().any(|row| row.frames != Frames::Unknown);
        if !has_frames {
            draft.assume(
                "Rows are merged over virtual neighbours whatever their frames (pt without -phys_verbose).",
            );
        }
        if machine.arch == Arch::Riscv {
            draft.assume("A physical column is left out: on riscv64 it is that of the last merged page.");
        }
        if machine.va_bits == 57 && machine.arch == Arch::X86 {
            draft.assume(
                "gdb-pt-dump extends the sign from bit 47 under five levels too: its upper addresses are not those of the CPU.",
            );
        }
    }
}

/// The columns of rights.
const NAMES: [&str; 6] = ["W", "X", "R", "S", "UC", "WB"];

/// x86: W X S UC WB. riscv64: W X R S. aarch64: R W X of user mode, then of the kernel.
fn perms(attributes: &[(u8, bool)]) -> Option<(Perms, u64)> {
    Some(match *attributes {
        [(b'W', w), (b'X', x), (b'S', s), (b'u', _), (b'b', _)] => {
            let perms = Perms::UNKNOWN.with(Right::Read, true).with(Right::Write, w).with(Right::Execute, x);
            (perms.with(Right::User, !s), X86)
        }
        [(b'W', w), (b'X', x), (b'R', r), (b'S', s)] => {
            let perms = Perms::UNKNOWN.with(Right::Read, r).with(Right::Write, w).with(Right::Execute, x);
            (perms.with(Right::User, !s), RISCV)
        }
        [(b'R', ur), (b'W', uw), (b'X', ux), (b'R', kr), (b'W', kw), (b'X', kx)] => {
            let perms = Perms::UNKNOWN.with(Right::Read, ur || kr).with(Right::Write, uw || kw);
            // The user's X is only a missing XN bit: without a user's page it is nobody's.
            (perms.with(Right::Execute, kx || ur && ux).with(Right::User, ur), ARM64)
        }
        _ => return None,
    })
}
