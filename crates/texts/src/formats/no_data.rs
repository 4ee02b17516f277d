//! What a monitor says where it has nothing to list. That is no error: the command is not there, or paging is off.

use crate::draft::Draft;
use crate::format::{Fact, Format, Seen};
use crate::{Machine, Rights};

#[derive(Debug)]
pub(crate) struct NoData;

/// How such lines begin, and what they mean.
const LINES: [(&str, &str); 9] = [
    (
        "Command 'info ",
        "this QEMU has no such command for this guest (the wording of 11.1, which says so of every command that is not there)",
    ),
    ("unknown command: 'info ", "this QEMU has no such command for this guest (the wording before 11.1)"),
    ("unknown command: 'gva2gpa", "this QEMU has no such command"),
    ("unknown command: '", "this QEMU has no such command"),
    ("PG disabled", "paging is off in this x86 guest"),
    ("No translation or protection", "satp of this riscv guest is bare: addresses are not translated"),
    ("S-mode MMU unavailable", "this riscv guest has no MMU"),
    ("No CPU available", "there was no CPU to ask"),
    ("No CPU", "there was no CPU to ask"),
];

impl Format for NoData {
    fn name(&self) -> &'static str {
        "no-data"
    }

    fn about(&self) -> &'static str {
        "QEMU's monitor, where it has nothing to list: no such command, paging off"
    }

    fn program(&self) -> &'static str {
        "QEMU"
    }

    fn rights(&self) -> Rights {
        Rights::None
    }

    fn line<'a>(&self, line: &'a str) -> Seen<'a> {
        let line = line.trim();
        match LINES.iter().find(|(begins, _)| line.starts_with(begins)) {
            Some((_, why)) if line.len() <= 120 => Seen::Fact(Fact::NoData(why)),
            _ => Seen::Foreign,
        }
    }

    fn fact(&self, fact: Fact, draft: &mut Draft) -> bool {
        if let Fact::NoData(why) = fact {
            draft.no_data = Some(why);
        }
        true
    }

    fn accepts(&self, _: &Machine) -> bool {
        true
    }

    fn fits(&self, _: &Draft) -> Vec<Machine> {
        Vec::new()
    }

    fn settle(&self, _: &mut Draft, _: &Machine) {}
}
