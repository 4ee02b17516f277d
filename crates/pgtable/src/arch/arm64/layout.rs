//! The regions of arm64's address spaces (asm/memory.h, asm/pgtable.h, v7.3), without address-space randomisation and
//! KASAN.

use crate::Region;

/// `sizeof(struct page)` without debugging options.
const STRUCT_PAGE_BYTES: u64 = 64;

/// The sizes that the layout follows from.
struct Sizes {
    page_shift: u8,
    /// `CONFIG_ARM64_VA_BITS`
    configured: u8,
    /// `VA_BITS_MIN`: what the kernel falls back to on a CPU without 52-bit addresses. It decides where the direct map
    /// ends, also on other CPUs.
    least: u8,
    /// `vabits_actual`
    actual: u8,
}

/// The vmemmap covers the direct map as configured, so that the address of a `struct page` does not depend on the CPU.
const fn layout(sizes: &Sizes) -> [Region; 8] {
    let page_offset = (1u64 << sizes.actual).wrapping_neg();
    let page_end = (1u64 << (sizes.least - 1)).wrapping_neg();
    let modules_end = page_end + (2 << 30);
    let vmemmap_end = (1u64 << 30).wrapping_neg();
    let covered = page_end - (1u64 << sizes.configured).wrapping_neg();
    let vmemmap = vmemmap_end - (covered >> sizes.page_shift) * STRUCT_PAGE_BYTES;
    let vmalloc_end = vmemmap - (8 << 20);
    let pci = vmemmap_end + (8 << 20);
    let pci_end = pci + (16 << 20);
    let fixaddr_top = (8u64 << 20).wrapping_neg();
    [
        Region::new("user space", 0, (1 << sizes.actual) - 1),
        Region::new("direct map", page_offset, page_end - 1),
        Region::new("modules", page_end, modules_end - 1),
        Region::new("vmalloc and kernel image", modules_end, vmalloc_end - 1),
        Region::new("vmemmap", vmemmap, vmemmap_end - 1),
        Region::new("PCI I/O", pci, pci_end - 1),
        Region::new("fixmap", pci_end, fixaddr_top - 1),
        Region::new("guard", fixaddr_top, u64::MAX),
    ]
}

const fn same(page_shift: u8, va_bits: u8) -> [Region; 8] {
    layout(&Sizes { page_shift, configured: va_bits, least: va_bits, actual: va_bits })
}

const fn of_52(page_shift: u8, least: u8, actual: u8) -> [Region; 8] {
    layout(&Sizes { page_shift, configured: 52, least, actual })
}

pub(super) static PAGES_4K_VA_39: [Region; 8] = same(12, 39);
pub(super) static PAGES_4K_VA_48: [Region; 8] = same(12, 48);
pub(super) static PAGES_4K_VA_52: [Region; 8] = of_52(12, 48, 52);
pub(super) static PAGES_4K_VA_52_ON_48: [Region; 8] = of_52(12, 48, 48);
pub(super) static PAGES_16K_VA_36: [Region; 8] = same(14, 36);
pub(super) static PAGES_16K_VA_47: [Region; 8] = same(14, 47);
pub(super) static PAGES_16K_VA_48: [Region; 8] = same(14, 48);
pub(super) static PAGES_16K_VA_52: [Region; 8] = of_52(14, 47, 52);
pub(super) static PAGES_16K_VA_52_ON_47: [Region; 8] = of_52(14, 47, 47);
pub(super) static PAGES_64K_VA_42: [Region; 8] = same(16, 42);
pub(super) static PAGES_64K_VA_48: [Region; 8] = same(16, 48);
pub(super) static PAGES_64K_VA_52: [Region; 8] = of_52(16, 48, 52);
