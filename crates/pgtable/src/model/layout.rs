//! The regions of an address space.

use crate::{Model, VirtAddr};

/// A named region of the virtual address space. Both ends are included: the last region ends at the top.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Region {
    /// What lies here: "direct map", "vmalloc".
    pub name: &'static str,
    /// First address.
    pub start: VirtAddr,
    /// Last address.
    pub last: VirtAddr,
}

impl Region {
    pub(crate) const fn new(name: &'static str, start: u64, last: u64) -> Self {
        Self { name, start: VirtAddr(start), last: VirtAddr(last) }
    }
}

impl Model {
    /// The region that holds `addr` in this model's layout without address-space randomisation.
    pub fn region(&self, addr: VirtAddr) -> Option<&'static Region> {
        self.layout.iter().find(|region| region.start <= addr && addr <= region.last)
    }
}
