//! QEMU's `gva2gpa`: monitor/hmp-cmds-target.c, seen with 7.2.22 to 11.1.3.

use crate::draft::Draft;
use crate::format::{Fact, Format, Seen};
use crate::{Frames, Machine, Perms, Rights, Row, words};

#[derive(Debug)]
pub(crate) struct Gva2Gpa;

impl Format for Gva2Gpa {
    fn name(&self) -> &'static str {
        "gva2gpa"
    }

    fn about(&self) -> &'static str {
        "QEMU's monitor: gva2gpa, as many as there are, with their commands"
    }

    fn program(&self) -> &'static str {
        "QEMU"
    }

    fn rights(&self) -> Rights {
        Rights::None
    }

    fn line<'a>(&self, line: &'a str) -> Seen<'a> {
        let line = line.trim();
        let command = line.strip_prefix("(qemu)").unwrap_or(line).trim();
        if let Some(addr) = command.strip_prefix("gva2gpa") {
            let addr = addr.trim();
            return match words::number(addr) {
                Some(addr) => Seen::Fact(Fact::Asked { addr, heading: None }),
                None if addr.is_empty() => Seen::Cut,
                None => Seen::Bad(addr, "only an address in hexadecimal digits can be read here"),
            };
        }
        if let Some(physical) = line.strip_prefix("gpa:") {
            return match words::prefixed(physical.trim()) {
                Some(physical) => Seen::Fact(Fact::Answer(Some(physical))),
                None => Seen::Cut,
            };
        }
        // What scripts make of it: the address before the answer.
        if let Some((addr, answer)) = line.split_once(' ')
            && let Some(addr) = words::number(addr.trim_end_matches(':'))
        {
            let answer = answer.trim();
            let physical = answer.strip_prefix("gpa:").and_then(|physical| words::prefixed(physical.trim()));
            return match physical {
                Some(physical) => Seen::Fact(Fact::Asked { addr, heading: Some(physical) }),
                None if answer == "Unmapped" => Seen::Fact(Fact::Asked { addr, heading: None }),
                None => Seen::Foreign,
            };
        }
        if line == "Unmapped" { Seen::Fact(Fact::Answer(None)) } else { Seen::Foreign }
    }

    fn fact(&self, fact: Fact, draft: &mut Draft) -> bool {
        match fact {
            Fact::Asked { addr, heading } => {
                draft.ask(addr, None);
                if let (Some(physical), Some(walk)) = (heading, draft.walks.last_mut()) {
                    walk.answer = Some(Some(physical));
                }
            }
            Fact::Answer(Some(physical))
                if draft.walks.last().is_some_and(|walk| is_cut(walk.addr, physical)) =>
            {
                draft.problems.add(draft.line, 1, CUT);
            }
            Fact::Answer(answer) => match draft.walks.last_mut() {
                Some(walk) if walk.answer.is_none() => walk.answer = Some(answer),
                _ => draft.problems.add(
                    draft.line,
                    1,
                    "an answer without the command that asked for it: it is left out",
                ),
            },
            _ => {}
        }
        true
    }

    fn accepts(&self, _: &Machine) -> bool {
        true
    }

    fn fits(&self, _: &Draft) -> Vec<Machine> {
        Vec::new()
    }

    fn settle(&self, draft: &mut Draft, _: &Machine) {
        self.settle_alone(draft);
    }

    fn settle_alone(&self, draft: &mut Draft) {
        let rows: Vec<Row> =
            draft.walks.iter().filter_map(|walk| Some(row(walk.addr, walk.answer??, walk.line))).collect();
        draft.rows.extend(rows);
        draft.assume(TRANSLATION);
        let (mut answers, mut unmapped, mut itself) = (0u64, false, 0u64);
        for walk in &draft.walks {
            answers += u64::from(walk.answer.is_some());
            unmapped |= walk.answer == Some(None);
            itself += u64::from(walk.answer == Some(Some(walk.addr)));
        }
        if unmapped {
            draft.assume(
                "Unmapped is also said of pages that are mapped: execute-only ones, those that no PMP entry allows, and, in QEMU 10.0 and later, user pages that are asked for in S mode.",
            );
        }
        if itself > 1 && itself == answers {
            draft.assume(
                "Every address is answered by itself: in M mode of a riscv guest, or without paging, that says nothing of page tables.",
            );
        }
    }
}

/// Whether a translation does not keep the offset within a page, as every one does.
pub(crate) const fn is_cut(addr: u64, physical: u64) -> bool {
    (addr ^ physical) & 0xfff != 0
}

/// What is said of such a one.
pub(crate) const CUT: &str =
    "the answer has another offset within a page than the address: digits are missing, and it is left out";

/// What is assumed of a translation.
pub(crate) const TRANSLATION: &str = "A translation answers for one address: the page of 4 KiB around it is taken, as no machine has smaller ones; its level and rights are not told.";

/// What a translation says of the page around it. No architecture has pages below 4 KiB.
pub(crate) fn row(addr: u64, physical: u64, line: u32) -> Row {
    let start = addr & !0xfff;
    Row {
        start,
        last: start | 0xfff,
        frames: Frames::RunOn(physical & !0xfff),
        bits: 0,
        line,
        level: None,
        perms: Perms::UNKNOWN,
        mapped: true,
    }
}
