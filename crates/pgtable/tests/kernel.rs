//! What kernels do with their tables: a row for each architecture, by hand from Kconfig and the files of arch/*/mm.

use pgtable::{
    DumpGuard, HotRemove, HugeVmap, Isa, Kernel, MODELS, Owner, Ptdump, SetMemory, TableStep as Step,
    VirtAddr, model,
};

const NO_GUARD: HugeVmap = HugeVmap {
    before_v6_18: DumpGuard::Nothing,
    before_v7_2: DumpGuard::Nothing,
    in_v6_1: true,
    pmds_first: false,
};

/// The first part of a model's name, and what its kernels do.
const ROWS: [(&str, Kernel); 8] = [
    (
        "x86_64",
        Kernel {
            frees_by_rcu: true,
            hot_remove: Some(HotRemove {
                each_table: &[Step::Free, Step::Lock, Step::Clear, Step::Unlock],
                flushes_last: true,
                in_v6_1: true,
            }),
            huge_vmap: Some(NO_GUARD),
            collapses: true,
            set_memory: SetMemory::Splits,
            linear_alias: true,
            drops_global: true,
            rox_at_once: true,
            flush_interrupts: true,
            pud_thp_since: Some((4, 11)),
            hvo: true,
            ptdump: Some(Ptdump::X86),
            isa: Isa::X86,
        },
    ),
    (
        "arm64",
        Kernel {
            frees_by_rcu: true,
            hot_remove: Some(HotRemove {
                each_table: &[Step::Clear, Step::Flush, Step::Free],
                flushes_last: false,
                in_v6_1: true,
            }),
            huge_vmap: Some(HugeVmap {
                before_v6_18: DumpGuard::NoHugeVmap,
                before_v7_2: DumpGuard::StaticKey,
                in_v6_1: true,
                pmds_first: true,
            }),
            collapses: false,
            set_memory: SetMemory::SplitsThenLockless,
            linear_alias: true,
            drops_global: false,
            rox_at_once: false,
            flush_interrupts: false,
            pud_thp_since: None,
            hvo: false,
            ptdump: Some(Ptdump::Arm64),
            isa: Isa::Arm64,
        },
    ),
    (
        "riscv64",
        Kernel {
            frees_by_rcu: true,
            hot_remove: Some(HotRemove {
                each_table: &[Step::Free, Step::Clear],
                flushes_last: true,
                in_v6_1: false,
            }),
            huge_vmap: Some(HugeVmap { in_v6_1: false, ..NO_GUARD }),
            collapses: false,
            set_memory: SetMemory::SplitsLinear,
            linear_alias: true,
            drops_global: false,
            rox_at_once: false,
            flush_interrupts: false,
            pud_thp_since: Some((6, 13)),
            hvo: true,
            ptdump: Some(Ptdump::Riscv),
            isa: Isa::Riscv,
        },
    ),
    (
        "riscv32",
        Kernel {
            frees_by_rcu: true,
            hot_remove: None,
            huge_vmap: None,
            collapses: false,
            set_memory: SetMemory::WholeLeaf,
            linear_alias: false,
            drops_global: false,
            rox_at_once: false,
            flush_interrupts: false,
            pud_thp_since: None,
            hvo: false,
            ptdump: None,
            isa: Isa::Riscv,
        },
    ),
    (
        "loongarch64",
        Kernel {
            frees_by_rcu: true,
            hot_remove: None,
            huge_vmap: None,
            collapses: false,
            set_memory: SetMemory::WholeLeaf,
            linear_alias: false,
            drops_global: false,
            rox_at_once: false,
            flush_interrupts: true,
            pud_thp_since: None,
            hvo: true,
            ptdump: None,
            isa: Isa::Loongarch,
        },
    ),
    (
        "openrisc",
        Kernel {
            frees_by_rcu: false,
            hot_remove: None,
            huge_vmap: None,
            collapses: false,
            set_memory: SetMemory::No,
            linear_alias: false,
            drops_global: false,
            rox_at_once: false,
            flush_interrupts: true,
            pud_thp_since: None,
            hvo: false,
            ptdump: None,
            isa: Isa::Openrisc,
        },
    ),
    (
        "ppc64le",
        Kernel {
            frees_by_rcu: true,
            hot_remove: Some(HotRemove {
                each_table: &[Step::Free, Step::Clear],
                flushes_last: true,
                in_v6_1: true,
            }),
            huge_vmap: Some(NO_GUARD),
            collapses: false,
            set_memory: SetMemory::No,
            linear_alias: false,
            drops_global: false,
            rox_at_once: false,
            flush_interrupts: false,
            pud_thp_since: Some((6, 6)),
            hvo: false,
            ptdump: Some(Ptdump::Powerpc),
            isa: Isa::Powerpc,
        },
    ),
    (
        "s390x",
        Kernel {
            frees_by_rcu: true,
            hot_remove: Some(HotRemove {
                each_table: &[Step::Free, Step::Clear],
                flushes_last: true,
                in_v6_1: true,
            }),
            huge_vmap: None,
            collapses: false,
            set_memory: SetMemory::Splits,
            linear_alias: true,
            drops_global: false,
            rox_at_once: false,
            flush_interrupts: false,
            pud_thp_since: None,
            hvo: false,
            ptdump: Some(Ptdump::S390),
            isa: Isa::S390,
        },
    ),
];

#[test]
fn kernels_do_what_their_source_says() {
    for model in MODELS {
        let arch = model.id.split('-').next().unwrap_or_default();
        let row = ROWS.iter().find(|(name, _)| *name == arch);
        let (_, kernel) = row.unwrap_or_else(|| panic!("{}: no row for this architecture", model.id));
        assert_eq!(model.kernel, kernel, "{}", model.id);
    }
}

#[test]
fn each_table_is_cleared_and_freed_once_and_never_cleared_outside_of_its_lock() {
    for (name, kernel) in ROWS {
        let Some(HotRemove { each_table, .. }) = kernel.hot_remove else { continue };
        let count = |step| each_table.iter().filter(|&&other| other == step).count();
        assert_eq!((count(Step::Clear), count(Step::Free)), (1, 1), "{name}");
        assert_eq!(count(Step::Lock), count(Step::Unlock), "{name}");
        if count(Step::Lock) == 1 {
            assert!(each_table.windows(3).any(|steps| steps == [Step::Lock, Step::Clear, Step::Unlock]));
        }
    }
}

#[test]
fn the_kernels_half_starts_where_the_headers_say() {
    for (id, start) in [
        ("x86_64-4level", 0xffff_8000_0000_0000),
        ("x86_64-5level", 0xff00_0000_0000_0000),
        ("riscv64-sv39", 0xffff_ffc0_0000_0000),
        ("riscv64-sv48", 0xffff_8000_0000_0000),
        ("riscv64-sv57", 0xff00_0000_0000_0000),
        ("riscv32-sv32", 0x9d80_0000),
        ("arm64-4k-48", 0xffff_0000_0000_0000),
        ("arm64-4k-52", 0xfff0_0000_0000_0000),
        ("arm64-4k-52-l5off", 0xffff_0000_0000_0000),
        // Windows that map memory without any table lie below.
        ("loongarch64-16k-3level", 0xffff_8000_0000_0000),
        ("loongarch64-4k-3level", 0xffff_8000_0000_0000),
        ("openrisc", 0xbc00_0000),
        ("ppc64le-64k-radix", 0xc000_0000_0000_0000),
        ("s390x", 0),
    ] {
        assert_eq!(model(id).expect("a model").kernel_start, VirtAddr(start), "{id}");
    }
    // s390 has no halves: kernel and processes have address spaces of their own.
    for model in MODELS.iter().filter(|model| model.kernel_start.0 != 0) {
        assert!(model.kernel_start >= model.task_size, "{model:?}: both halves");
        let [below, from] = [model.kernel_start.0 - 1, model.kernel_start.0].map(VirtAddr);
        assert_eq!([below, from].map(|addr| model.owner(addr)), [Owner::User, Owner::Kernel], "{model:?}");
        let holds = |region: &&pgtable::Region| region.last >= model.kernel_start;
        let first = model.layout.iter().find(holds).map(|region| region.start);
        assert!(
            first.is_some_and(|first| first >= model.kernel_start),
            "{model:?}: no region lies across it"
        );
    }
}
