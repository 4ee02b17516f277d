//! The regions of the address spaces, against what booted kernels printed and what the headers come to.

use pgtable::{MODELS, VirtAddr, model};

/// All regions: name, first and last address.
fn regions(id: &str) -> Vec<(&'static str, u64, u64)> {
    let layout = model(id).expect("a model of this crate").layout;
    layout.iter().map(|region| (region.name, region.start.0, region.last.0)).collect()
}

fn starts(id: &str, expected: &[(&str, u64)]) {
    let model = model(id).expect("a model of this crate");
    for (name, start) in expected {
        let region = model.layout.iter().find(|region| region.name == *name);
        let region = region.unwrap_or_else(|| panic!("{id} has no {name}"));
        assert_eq!(region.start, VirtAddr(*start), "{id} {name}");
        assert_eq!(model.region(region.last), Some(region), "{id} {name}");
    }
}

#[test]
fn arm64() {
    starts(
        "arm64-4k-48",
        &[
            ("direct map", 0xffff_0000_0000_0000),
            ("modules", 0xffff_8000_0000_0000),
            ("vmalloc and kernel image", 0xffff_8000_8000_0000),
            ("vmemmap", 0xffff_fdff_c000_0000),
            ("PCI I/O", 0xffff_ffff_c080_0000),
            ("fixmap", 0xffff_ffff_c180_0000),
        ],
    );
    starts("arm64-16k-48", &[("modules", 0xffff_8000_0000_0000), ("vmemmap", 0xffff_ff7f_c000_0000)]);
    starts("arm64-4k-39", &[("direct map", 0xffff_ff80_0000_0000), ("modules", 0xffff_ffc0_0000_0000)]);
}

#[test]
fn arm64_as_captured() {
    // The markers of ptdump. Between them lie 8 MiB that belong to nobody: before and behind the vmemmap.
    assert_eq!(
        regions("arm64-4k-48"),
        [
            ("user space", 0, 0xffff_ffff_ffff),
            ("direct map", 0xffff_0000_0000_0000, 0xffff_7fff_ffff_ffff),
            ("modules", 0xffff_8000_0000_0000, 0xffff_8000_7fff_ffff),
            ("vmalloc and kernel image", 0xffff_8000_8000_0000, 0xffff_fdff_bf7f_ffff),
            ("vmemmap", 0xffff_fdff_c000_0000, 0xffff_ffff_bfff_ffff),
            ("PCI I/O", 0xffff_ffff_c080_0000, 0xffff_ffff_c17f_ffff),
            ("fixmap", 0xffff_ffff_c180_0000, 0xffff_ffff_ff7f_ffff),
            ("guard", 0xffff_ffff_ff80_0000, u64::MAX),
        ]
    );
}

#[test]
fn an_arm64_vmemmap_has_64_bytes_for_each_page_of_the_direct_map() {
    for (id, vmemmap) in [
        ("arm64-4k-39", 0xffff_fffe_c000_0000),
        ("arm64-16k-36", 0xffff_ffff_b800_0000),
        ("arm64-16k-47", 0xffff_ffbf_c000_0000),
        ("arm64-16k-52", 0xffff_f03f_c000_0000),
        ("arm64-64k-42", 0xffff_ffff_4000_0000),
        ("arm64-64k-48", 0xffff_ffdf_c000_0000),
        ("arm64-64k-52", 0xffff_fc1f_c000_0000),
    ] {
        starts(id, &[("vmemmap", vmemmap)]);
    }
}

#[test]
fn a_52_bit_arm64_kernel_has_the_same_vmemmap_on_every_cpu() {
    for (full, less, page_offset, page_end) in [
        ("arm64-4k-52", "arm64-4k-52-l5off", 0xffff_0000_0000_0000, 0xffff_8000_0000_0000),
        ("arm64-16k-52", "arm64-16k-52-l4off", 0xffff_8000_0000_0000, 0xffff_c000_0000_0000),
    ] {
        starts(full, &[("direct map", 0xfff0_0000_0000_0000), ("modules", page_end)]);
        starts(less, &[("direct map", page_offset), ("modules", page_end)]);
        let [full, less] = [full, less].map(|id| model(id).expect("a model").layout);
        assert_eq!(full[2..], less[2..], "only user space and the direct map differ");
    }
    // 1 GiB below the top less a 64th of the direct map as configured.
    starts("arm64-4k-52", &[("vmemmap", 0xffff_c1ff_c000_0000)]);
}

#[test]
fn loongarch64_as_captured() {
    assert_eq!(
        regions("loongarch64-16k-3level"),
        [
            ("user space", 0, 0x7fff_ffff_ffff),
            ("uncached window", 0x8000_0000_0000_0000, 0x8000_ffff_ffff_ffff),
            ("direct map and kernel image", 0x9000_0000_0000_0000, 0x9000_ffff_ffff_ffff),
            ("write-combining window", 0xa000_0000_0000_0000, 0xa000_ffff_ffff_ffff),
            ("PCI I/O", 0xffff_8000_0000_0000, 0xffff_8000_0200_7fff),
            ("modules", 0xffff_8000_0200_8000, 0xffff_8000_8200_7fff),
            ("vmalloc", 0xffff_8000_8200_8000, 0xffff_feff_fdff_ffff),
            ("vmemmap", 0xffff_feff_fe00_0000, 0xffff_ffff_fdff_ffff),
            ("fixmap", 0xffff_ffff_fffd_8000, 0xffff_ffff_fffd_ffff),
        ]
    );
}

#[test]
fn loongarch64_kernel_addresses_follow_from_page_size_and_bits() {
    // Two pages behind 32 MiB of I/O lie the modules; the vmemmap, if there is one, ends a pmd below the top.
    for (id, modules, vmalloc_last, vmemmap_last, fixmap) in [
        ("4k-3level", 0xffff_8000_0200_2000, 0xffff_807f_ffdf_ffff, None, 0xffff_ffff_fffd_e000_u64),
        (
            "4k-4level",
            0xffff_8000_0200_2000,
            0xffff_fbff_ffdf_ffff,
            Some(0xffff_ffff_ffdf_ffff),
            0xffff_ffff_fffd_e000,
        ),
        ("16k-2level", 0xffff_8000_0200_8000, 0xffff_800f_fdff_ffff, None, 0xffff_ffff_fffd_8000),
        (
            "64k-2level",
            0xffff_8000_0202_0000,
            0xffff_83bf_dfff_ffff,
            Some(0xffff_83ff_dfff_ffff),
            0xffff_ffff_fffc_0000,
        ),
        (
            "64k-3level",
            0xffff_8000_0202_0000,
            0xffff_ffbf_dfff_ffff,
            Some(0xffff_ffff_dfff_ffff),
            0xffff_ffff_fffc_0000,
        ),
    ] {
        let regions = regions(&format!("loongarch64-{id}"));
        let of = |name: &str| regions.iter().find(|region| region.0 == name);
        assert_eq!(of("modules").expect("modules").1, modules, "{id}");
        assert_eq!(of("vmalloc").expect("vmalloc").2, vmalloc_last, "{id}");
        assert_eq!(of("vmemmap").map(|region| region.2), vmemmap_last, "{id}");
        assert_eq!(of("fixmap").expect("fixmap").1, fixmap, "{id}");
    }
}

#[test]
fn a_loongarch64_vmemmap_that_does_not_fit_is_not_there() {
    for (id, has) in [
        ("loongarch64-4k-3level", false),
        ("loongarch64-4k-4level", true),
        ("loongarch64-16k-2level", false),
        ("loongarch64-64k-2level", true),
    ] {
        let layout = model(id).expect("a model").layout;
        assert_eq!(layout.iter().any(|region| region.name == "vmemmap"), has, "{id}");
    }
}

#[test]
fn user_space_is_first_and_ends_at_task_size_or_a_page_behind() {
    // s390: a process has an address space of its own.
    for model in MODELS.iter().filter(|model| model.id != "s390x") {
        let user = &model.layout[0];
        assert_eq!((user.name, user.start), ("user space", VirtAddr(0)), "{model:?}");
        let guard = user.last.0 + 1 - model.task_size.0;
        assert!(guard == 0 || guard == model.page_bytes(), "{model:?}: {guard:#x}");
    }
}

#[test]
fn regions_are_ordered_and_lie_in_the_address_space() {
    for model in MODELS {
        for region in model.layout {
            assert!(region.start < region.last, "{model:?}: {}", region.name);
            assert!(region.last.0 <= model.word_mask, "{model:?}: {}", region.name);
        }
        for pair in model.layout.windows(2) {
            assert!(pair[0].last < pair[1].start, "{model:?}: {} and {}", pair[0].name, pair[1].name);
        }
    }
}

#[test]
fn a_region_holds_its_first_and_its_last_address_and_no_other() {
    for model in MODELS {
        for region in model.layout {
            for addr in [region.start, region.last] {
                assert_eq!(model.region(addr), Some(region), "{model:?} {addr}");
            }
        }
    }
    // Between user space and the kernel's half nothing is mapped.
    for (id, addr) in [("x86_64-4level", 0x8000_0000_0000), ("openrisc", 0x9000_0000)] {
        assert_eq!(model(id).expect("a model").region(VirtAddr(addr)), None, "{id}");
    }
}
