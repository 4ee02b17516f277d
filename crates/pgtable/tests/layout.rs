//! The regions of the address spaces, against what booted kernels printed and what the headers come to.

use pgtable::{MODELS, VirtAddr, model};

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
    starts(
        "loongarch64-16k-3level",
        &[
            ("PCI I/O", 0xffff_8000_0000_0000),
            ("modules", 0xffff_8000_0200_8000),
            ("vmalloc", 0xffff_8000_8200_8000),
            ("vmemmap", 0xffff_feff_fe00_0000),
            ("fixmap", 0xffff_ffff_fffd_8000),
        ],
    );
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
    for model in MODELS {
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
