//! QEMU's `info tlb` of a ppc64 guest with hash tables: the SLB, which translates segments and no pages.

use crate::draft::Draft;
use crate::format::{Fact, Format, Seen};
use crate::{Arch, Machine, Rights, words};

#[derive(Debug)]
pub(crate) struct Slb;

const WHY: &str =
    "QEMU printed the SLB of a ppc64 guest, which translates segments: it has no page tables in it";

impl Format for Slb {
    fn name(&self) -> &'static str {
        "info-tlb-slb"
    }

    fn about(&self) -> &'static str {
        "QEMU's monitor, ppc64: info tlb, which prints the SLB and no page tables"
    }

    fn program(&self) -> &'static str {
        "QEMU"
    }

    fn rights(&self) -> Rights {
        Rights::None
    }

    fn line<'a>(&self, line: &'a str) -> Seen<'a> {
        let mut of_line = line.split_ascii_whitespace();
        let four = (of_line.next(), of_line.next(), of_line.next(), of_line.next());
        match four {
            (Some("SLB"), Some("ESID"), Some("VSID"), None) => Seen::Fact(Fact::NoData(WHY)),
            (Some(nth), Some(esid), Some(vsid), None)
                if nth.parse::<u8>().is_ok()
                    && words::prefixed16(esid).is_some()
                    && words::prefixed16(vsid).is_some() =>
            {
                Seen::Heading
            }
            _ => Seen::Foreign,
        }
    }

    fn fact(&self, fact: Fact, draft: &mut Draft) -> bool {
        if let Fact::NoData(why) = fact {
            draft.no_data = Some(why);
        }
        true
    }

    fn accepts(&self, machine: &Machine) -> bool {
        machine.arch == Arch::Powerpc
    }

    fn fits(&self, _: &Draft) -> Vec<Machine> {
        Vec::new()
    }

    fn settle(&self, _: &mut Draft, _: &Machine) {}
}
