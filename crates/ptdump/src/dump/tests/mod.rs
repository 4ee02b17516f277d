//! What a dump looks like, by the rules of kernel-facts 6.8: three examples, and each rule by itself.

extern crate std;

mod columns;
mod examples;
mod rules;
mod write_execute;

use alloc::string::String;
use alloc::vec::Vec;

use pgtable::{Level, Model, RawEntry, VirtAddr};

use super::{Dump, Format, Layout, Line, Marker, Note, Plan, View};
use crate::Ranges;

/// A note: level, address, value.
type Told = (Level, u64, u64);

pub(super) fn model(id: &str) -> &'static Model {
    pgtable::model(id).expect("a known model")
}

/// How a file is dumped on a model without KASLR.
pub(super) fn plan(id: &str, view: View) -> Plan {
    Plan::new(view, &Layout::of_model(model(id))).expect("the kernel has such a file")
}

/// A plan with no more than these regions; the last line ends at 0.
pub(super) fn regions(markers: &[(&'static str, u64)]) -> Plan {
    let markers = markers.iter().map(|&(name, start)| Marker::new(name, start)).collect();
    Plan { ranges: Ranges::new(), markers, end: VirtAddr(0) }
}

/// A dump that takes these notes. Each entry is tracked by itself, without what is above it.
pub(super) fn told(id: &str, plan: &Plan, notes: &[Told]) -> Dump {
    let mut dump = Dump::new(model(id), plan).expect("the kernel has such a dumper");
    for &(level, addr, value) in notes {
        tell(&mut dump, (level, addr, value));
    }
    dump.dumper.note_page_flush(&mut dump.lines);
    dump
}

fn tell(dump: &mut Dump, (level, addr, value): Told) {
    // x86: an entry whose levels above allow everything.
    for above in Level::ALL.into_iter().take_while(|&above| above < level) {
        dump.dumper.effective_prot(above, RawEntry(ALL_ABOVE));
    }
    dump.dumper.effective_prot(level, RawEntry(value));
    dump.dumper.note_page(Note { level, addr: VirtAddr(addr), value: RawEntry(value) }, &mut dump.lines);
}

/// x86's `_PAGE_TABLE`.
const ALL_ABOVE: u64 = 0x67;

/// The text of [`told`].
pub(super) fn text(id: &str, plan: &Plan, notes: &[Told]) -> String {
    told(id, plan, notes).text()
}

/// The lines of a text, to compare with a list.
pub(super) fn lines(text: &str) -> Vec<&str> {
    text.lines().collect()
}
