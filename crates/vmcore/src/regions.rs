//! Where the kernel of a core has its regions: debugfs' text has a header where each begins.
//!
//! arm64 and riscv64 say most of it in VMCOREINFO. x86-64 says only how large its image may be; but the bases that it chooses at boot
//! (CONFIG_RANDOMIZE_MEMORY, arch/x86/mm/kaslr.c) are multiples of 1 GiB, in this order and this far apart: the direct map, 32 TiB for
//! vmalloc (12.5 PiB with five levels), vmemmap. So the tables tell them: the direct map by its frames, the others by what is mapped
//! first where they can be.

use std::collections::BTreeMap;

use pgtable::{Isa, Model};
use ptdump::dump::{ByName, Layout};

use crate::info::Info;
use crate::tree::Ranges;

/// Where regions begin.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Regions {
    known: Vec<(String, u64)>,
    /// Whether these are all: what is not among them is not there.
    whole: bool,
    /// Sentences on where it is from.
    pub assumed: Vec<String>,
}

/// The kernel's name for it, and the number of VMCOREINFO that says it.
const TOLD: [(&str, &str); 7] = [
    ("PAGE_OFFSET", "PAGE_OFFSET"),
    ("VMALLOC_START", "VMALLOC_START"),
    ("VMALLOC_END", "VMALLOC_END"),
    ("VMEMMAP", "VMEMMAP_START"),
    ("MODULES_VADDR", "MODULES_VADDR"),
    ("MODULES_END", "MODULES_END"),
    ("KERNEL_START", "KERNEL_LINK_ADDR"),
];

/// `__START_KERNEL_map` of x86-64.
const X86_IMAGE: u64 = 0xffff_ffff_8000_0000;
/// `CPU_ENTRY_AREA_BASE`: nothing that is moved lies behind it.
const X86_END: u64 = 0xffff_fe00_0000_0000;
const GIB: u64 = 1 << 30;
const TIB: u64 = 1 << 40;

impl Regions {
    /// What VMCOREINFO and the tables of a kernel tell.
    pub fn of(info: &Info, model: &'static Model, found: &Ranges) -> Self {
        let mut regions = Self::default();
        if model.kernel.isa == Isa::X86 {
            regions.x86(info, model, found);
        } else {
            let told = TOLD.into_iter().filter_map(|(name, of)| Some((name.to_owned(), info.number(of)?)));
            regions.known.extend(told);
        }
        regions.assumed.push(if regions.known.is_empty() {
            "headers stand where a kernel without address-space randomisation has its regions".to_owned()
        } else {
            "the fixmap, and whatever else the core does not tell, has its header where the modelled kernel has it".to_owned()
        });
        regions
    }

    /// Those of a captured machine: what it does not name is not there, as with a kernel that is built without it.
    pub fn captured<'a>(names: impl Iterator<Item = (&'a str, u64)>, assumed: Vec<String>) -> Self {
        Self { known: names.map(|(name, start)| (name.to_owned(), start)).collect(), whole: true, assumed }
    }

    /// Where they are in a dump of this model.
    pub(crate) fn layout<'a>(&self, model: &'static Model, by_name: ByName<'a>) -> Layout<'a> {
        if self.whole { Layout::captured(model, by_name) } else { Layout::known(model, by_name) }
    }

    /// Where a region begins that the kernel calls so.
    pub fn get(&self, name: &str) -> Option<u64> {
        self.known.iter().find(|(known, _)| known == name).map(|(_, start)| *start)
    }

    fn tell(&mut self, name: &str, start: u64) {
        self.known.push((name.to_owned(), start));
    }

    fn x86(&mut self, info: &Info, model: &Model, found: &Ranges) {
        if let Some(bytes) = info.number("KERNEL_IMAGE_SIZE").filter(|bytes| *bytes <= GIB) {
            self.tell("MODULES_VADDR", X86_IMAGE + bytes);
        }
        let default =
            |name: &str| model.layout.iter().find(|region| region.name == name).map(|of| of.start.0);
        let Some(lowest) = default("direct map") else { return };
        let moved = || found.all.iter().filter(|range| (lowest..X86_END).contains(&range.start));
        // Of all that the direct map may be the one that has most memory.
        let mut sums = BTreeMap::<u64, u64>::new();
        for range in moved() {
            let base = range.start.wrapping_sub(range.physical);
            if base % GIB == 0 && (lowest..X86_END).contains(&base) {
                *sums.entry(base).or_default() += range.last - range.start + 1;
            }
        }
        let direct = sums.into_iter().max_by_key(|(_, bytes)| *bytes).map(|(base, _)| base);
        // A kernel that moves none of them has all where they are by default.
        let Some(direct) = direct.filter(|base| *base != lowest) else { return };
        self.tell("PAGE_OFFSET", direct);
        let end = moved()
            .filter(|range| range.start.wrapping_sub(range.physical) == direct)
            .map(|of| of.last)
            .max();
        let first = |from: u64| moved().map(|range| range.start).find(|start| *start >= from);
        let vmalloc =
            first(end.map_or(direct, |last| last.saturating_add(1))).map(|start| start & !(GIB - 1));
        let size = if model.va_bits > 48 { 12_800 * TIB } else { 32 * TIB };
        let vmemmap =
            vmalloc.and_then(|start| first(start.checked_add(size)?)).map(|start| start & !(GIB - 1));
        for (name, start) in [("VMALLOC_START", vmalloc), ("VMEMMAP", vmemmap)] {
            if let Some(start) = start {
                self.tell(name, start);
            }
        }
        let others = [("vmalloc", vmalloc), ("vmemmap", vmemmap)];
        let others = others.into_iter().filter_map(|(name, start)| Some(format!(", {name} {:x}", start?)));
        self.assumed.push(format!(
            "the kernel has moved its regions (CONFIG_RANDOMIZE_MEMORY); by its tables the direct map begins at {direct:x}{}",
            others.collect::<String>()
        ));
    }
}
