//! The files of debugfs: which ranges are dumped, under which headers, and where the last line ends.

use alloc::vec::Vec;

use pgtable::{Model, VirtAddr};

use crate::Ranges;

/// A file of debugfs. Which tables it dumps:
///
/// | | mm | root |
/// |---|---|---|
/// | kernel | `init_mm` | its own |
/// | current_kernel (x86) | the reader's | its own |
/// | current_user (x86) | the reader's | the user half with page-table isolation, else its own |
/// | efi | `efi_mm` | its own |
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum View {
    /// `page_tables/kernel`, elsewhere `kernel_page_tables`. Also what `check_wx_pages` walks.
    Kernel,
    /// `page_tables/current_kernel` (x86).
    CurrentKernel,
    /// `page_tables/current_user` (x86).
    CurrentUser,
    /// `page_tables/efi`, elsewhere `efi_page_tables`.
    Efi,
}

impl View {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Kernel, Self::CurrentKernel, Self::CurrentUser, Self::Efi];

    /// The x86 name of the file.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Kernel => "kernel",
            Self::CurrentKernel => "current_kernel",
            Self::CurrentUser => "current_user",
            Self::Efi => "efi",
        }
    }
}

/// Where a region starts: above its lines is a header, `---[ NAME ]---`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Marker {
    /// First address of the region.
    pub start: VirtAddr,
    /// What the header says.
    pub name: &'static str,
    /// Most lines that are printed of the region; the rest is only counted (x86's ESPfix area has 16).
    pub max_lines: Option<u64>,
}

impl Marker {
    pub(super) const fn new(name: &'static str, start: u64) -> Self {
        Self { start: VirtAddr(start), name, max_lines: None }
    }
}

/// The regions whose start is known, in the kernel's order.
pub(super) fn markers(of: &[(&'static str, Option<u64>)]) -> Vec<Marker> {
    of.iter().filter_map(|&(name, start)| Some(Marker::new(name, start?))).collect()
}

/// What a captured machine says of one of the kernel's own names.
pub type ByName<'a> = &'a dyn Fn(&str) -> Option<u64>;

/// Where the regions of an address space lie: what a captured machine says, or else the model's own layout without
/// address-space randomisation.
pub struct Layout<'a> {
    /// The architecture configuration.
    pub model: &'static Model,
    captured: Option<ByName<'a>>,
    /// Whether the model's own layout stands in for what is not said.
    with_model: bool,
}

impl core::fmt::Debug for Layout<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Layout").field("model", &self.model.id).finish_non_exhaustive()
    }
}

impl<'a> Layout<'a> {
    /// The layout of a model without address-space randomisation.
    pub const fn of_model(model: &'static Model) -> Self {
        Self { model, captured: None, with_model: true }
    }

    /// The layout of a captured machine: `captured` answers for the kernel's own names (`PAGE_OFFSET`). What it does
    /// not know is not there, as with a kernel that is built without it, and gets no header.
    pub const fn captured(model: &'static Model, captured: ByName<'a>) -> Self {
        Self { model, captured: Some(captured), with_model: false }
    }

    /// The layout of a machine of which some of the kernel's own names are known; the others are as in the model.
    pub const fn known(model: &'static Model, known: ByName<'a>) -> Self {
        Self { model, captured: Some(known), with_model: true }
    }

    /// What the captured machine calls `name`; without one, `otherwise` of the model.
    pub(super) fn get(&self, name: &str, otherwise: impl FnOnce() -> Option<u64>) -> Option<u64> {
        let said = self.captured.and_then(|captured| captured(name));
        if self.with_model { said.or_else(otherwise) } else { said }
    }

    /// What the captured machine calls `name`; without one, the start of the model's region.
    pub(super) fn start(&self, name: &str, region: &str) -> Option<u64> {
        self.get(name, || self.region(region).map(|region| region.start.0))
    }

    /// What the captured machine calls `name`; without one, the first address behind the model's region.
    pub(super) fn end(&self, name: &str, region: &str) -> Option<u64> {
        self.get(name, || self.region(region).map(|region| region.last.0.wrapping_add(1)))
    }

    /// What only some kernels have; no model has it.
    pub(super) fn if_captured(&self, name: &str) -> Option<u64> {
        self.get(name, || None)
    }

    fn region(&self, name: &str) -> Option<&'static pgtable::Region> {
        self.model.layout.iter().find(|region| region.name == name)
    }
}

/// How one file is dumped.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Plan {
    /// What is walked.
    pub ranges: Ranges,
    /// The regions, in the kernel's order: where each lies is not looked at until the one before has begun.
    pub markers: Vec<Marker>,
    /// Where the last line ends (`note_page_flush()`): 0, also for a dump to the top of the address space.
    pub end: VirtAddr,
}

impl Plan {
    pub(super) fn one_range(start: u64, end: u64, markers: Vec<Marker>, last_line_ends: u64) -> Self {
        let mut ranges = Ranges::new();
        ranges.push((VirtAddr(start), VirtAddr(end)));
        Self { ranges, markers, end: VirtAddr(last_line_ends) }
    }
}
