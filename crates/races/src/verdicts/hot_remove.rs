//! No mode of `init_mm`'s lock helps: hot-remove does not take it.

use super::{
    ARM64, BOTH_WILD, Columns, NONE, PTE_WILD, READ, RISCV, SAFE, Table, V6_17, V7_3, Verdicts, WRITE, X86,
    case, kernels, locks,
};
use crate::race;
use crate::race::hot_remove::frees_pmd_tables;

pub(super) static VERDICTS: Verdicts = Verdicts {
    race: &race::hot_remove::RACE,
    cases: &[
        case("no-hotplug", &[(NONE, BOTH_WILD), (READ, BOTH_WILD), (WRITE, BOTH_WILD)]).on(frees_pmd_tables),
        case("hotplug", &[(NONE, SAFE), (READ, SAFE), (WRITE, SAFE)]),
        case("ptdump", &[(NONE, BOTH_WILD), (READ, BOTH_WILD), (WRITE, BOTH_WILD)])
            .on(frees_pmd_tables)
            .kernels(|of| !of.around().dump_hotplug),
        case("ptdump", &[(NONE, SAFE), (READ, SAFE), (WRITE, SAFE)]).kernels(|of| of.around().dump_hotplug),
        case("no-hotplug", &[(NONE, PTE_WILD), (READ, PTE_WILD), (WRITE, PTE_WILD)])
            .on(|model| !frees_pmd_tables(model)),
        case("ptdump", &[(NONE, PTE_WILD), (READ, PTE_WILD), (WRITE, PTE_WILD)])
            .on(|model| !frees_pmd_tables(model))
            .kernels(|of| !of.around().dump_hotplug),
        case("debug", &[(NONE, BOTH_WILD), (READ, BOTH_WILD), (WRITE, BOTH_WILD)]).on(frees_pmd_tables),
        case("debug", &[(NONE, PTE_WILD), (READ, PTE_WILD), (WRITE, PTE_WILD)])
            .on(|model| !frees_pmd_tables(model)),
        case("debug-hotplug", &[(NONE, SAFE), (READ, SAFE), (WRITE, SAFE)]),
        case("mm", &[(NONE, BOTH_WILD), (READ, BOTH_WILD), (WRITE, BOTH_WILD)])
            .on(|model| model.one_root && frees_pmd_tables(model)),
        case("mm", &[(NONE, PTE_WILD), (READ, PTE_WILD), (WRITE, PTE_WILD)])
            .on(|model| model.one_root && !frees_pmd_tables(model)),
        // The root of a process has none of the kernel's entries there.
        case("mm", &[(NONE, SAFE), (READ, SAFE), (WRITE, SAFE)]).on(|model| !model.one_root),
        case("mm-hotplug", &[(NONE, SAFE), (READ, SAFE), (WRITE, SAFE)]),
    ],
    tables: &[
        Table {
            id: "3.3",
            name: "hot-remove",
            title: "A walk of kernel tables, and memory hot-remove",
            columns: Columns::Locks,
            rows: &[
                locks("x86-64, no hotplug lock", &race::hot_remove::RACE, X86, V6_17, "no-hotplug"),
                locks("x86-64, hotplug lock", &race::hot_remove::RACE, X86, V6_17, "hotplug"),
                locks("riscv64, no hotplug lock", &race::hot_remove::RACE, RISCV, V6_17, "no-hotplug"),
                locks("riscv64, hotplug lock", &race::hot_remove::RACE, RISCV, V6_17, "hotplug"),
                locks("arm64, no hotplug lock", &race::hot_remove::RACE, ARM64, V6_17, "no-hotplug"),
                locks("arm64, hotplug lock", &race::hot_remove::RACE, ARM64, V6_17, "hotplug"),
                locks("x86-64, a debug walk of init_mm", &race::hot_remove::RACE, X86, V7_3, "debug"),
                locks("the same, hotplug lock", &race::hot_remove::RACE, X86, V7_3, "debug-hotplug"),
                locks("x86-64, a debug walk of another mm", &race::hot_remove::RACE, X86, V7_3, "mm"),
                locks("another mm, hotplug lock", &race::hot_remove::RACE, X86, V7_3, "mm-hotplug"),
            ],
        },
        Table {
            id: "3.3",
            name: "ptdump-hot-remove",
            title: "ptdump, and memory hot-remove",
            columns: Columns::Revisions,
            rows: &[
                kernels("x86-64 ptdump", &race::hot_remove::RACE, X86, NONE, "ptdump"),
                kernels("arm64 check_wx", &race::hot_remove::RACE, ARM64, NONE, "ptdump"),
                kernels("riscv64 check_wx", &race::hot_remove::RACE, RISCV, NONE, "ptdump"),
                kernels(
                    "arm64 debugfs: the file takes the lock",
                    &race::hot_remove::RACE,
                    ARM64,
                    WRITE,
                    "hotplug",
                ),
            ],
        },
    ],
};
