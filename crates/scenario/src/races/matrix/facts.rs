//! The verdict tables of kernel-facts, part 3.

use actors::race::Race;
use pagewalk::Revision;

use super::{
    ARM64, Columns, DEAD, LOST, NONE, OPENRISC, P_, PT_, PTW, READ, RISCV, Row, SAFE, T, T_, TW, TWICE,
    Table, V6_17, V7_1, V7_3, W, WRITE, X86, kernels, locks,
};

pub(super) static TABLES: &[Table] = &[
    Table {
        id: "3.2",
        title: "A walk of a process's tables, and munmap()",
        columns: Columns::Locks,
        rows: &[
            locks("x86-64, downgrades", Race::Munmap, X86, V6_17, "downgrade", &[P_, P_, SAFE]),
            locks("x86-64, keeps the lock", Race::Munmap, X86, V6_17, "no-downgrade", &[P_, SAFE, SAFE]),
            locks("arm64, downgrades", Race::Munmap, ARM64, V6_17, "downgrade", &[P_, P_, SAFE]),
            locks("riscv64, downgrades", Race::Munmap, RISCV, V6_17, "downgrade", &[P_, P_, SAFE]),
            locks("no RCU (openrisc), downgrades", Race::Munmap, OPENRISC, V6_17, "downgrade", &[T, T, SAFE]),
            locks(
                "no RCU (openrisc), keeps",
                Race::Munmap,
                OPENRISC,
                V6_17,
                "no-downgrade",
                &[T, SAFE, SAFE],
            ),
            locks("walk of VMAs, downgrades", Race::MunmapVmas, X86, V6_17, "downgrade", &[P_, SAFE, SAFE]),
            locks("walk of VMAs, keeps", Race::MunmapVmas, X86, V6_17, "no-downgrade", &[P_, SAFE, SAFE]),
            locks("two debug walks, downgrades", Race::TwoWalkers, X86, V6_17, "downgrade", &[P_, P_, SAFE]),
        ],
    },
    Table {
        id: "3.3",
        title: "A walk of kernel tables, and memory hot-remove",
        columns: Columns::Locks,
        rows: &[
            locks("x86-64, no hotplug lock", Race::HotRemove, X86, V6_17, "no-hotplug", &[PT_, PT_, PT_]),
            locks("x86-64, hotplug lock", Race::HotRemove, X86, V6_17, "hotplug", &[SAFE, SAFE, SAFE]),
            locks("riscv64, no hotplug lock", Race::HotRemove, RISCV, V6_17, "no-hotplug", &[PT_, PT_, PT_]),
            locks("riscv64, hotplug lock", Race::HotRemove, RISCV, V6_17, "hotplug", &[SAFE, SAFE, SAFE]),
            locks("arm64, no hotplug lock", Race::HotRemove, ARM64, V6_17, "no-hotplug", &[PT_, PT_, PT_]),
            locks("arm64, hotplug lock", Race::HotRemove, ARM64, V6_17, "hotplug", &[SAFE, SAFE, SAFE]),
        ],
    },
    Table {
        id: "3.3",
        title: "ptdump, and memory hot-remove",
        columns: Columns::Revisions,
        rows: &[
            kernels(
                "x86-64 ptdump",
                Race::HotRemove,
                X86,
                NONE,
                "ptdump",
                &[PT_, PT_, SAFE, SAFE, SAFE, SAFE, SAFE],
            ),
            kernels(
                "arm64 check_wx",
                Race::HotRemove,
                ARM64,
                NONE,
                "ptdump",
                &[PT_, PT_, SAFE, SAFE, SAFE, SAFE, SAFE],
            ),
            kernels(
                "riscv64 check_wx",
                Race::HotRemove,
                RISCV,
                NONE,
                "ptdump",
                &[PT_, PT_, SAFE, SAFE, SAFE, SAFE, SAFE],
            ),
            kernels(
                "arm64 debugfs: the file takes the lock",
                Race::HotRemove,
                ARM64,
                WRITE,
                "hotplug",
                &[SAFE, SAFE, SAFE, SAFE, SAFE, SAFE, SAFE],
            ),
        ],
    },
    Table {
        id: "3.4",
        title: "A debug walk of init_mm, and a huge vmap",
        columns: Columns::Locks,
        rows: &[
            locks("nothing", Race::HugeVmap, X86, V6_17, "nothing", &[TW, TW, TW]),
            locks("arm64's key", Race::HugeVmap, ARM64, Revision::V6_18, "key", &[TW, TW, W]),
            locks("read trylock", Race::HugeVmap, X86, V7_3, "trylock", &[TW, TW, SAFE]),
            locks("read lock, waits", Race::HugeVmap, X86, V7_3, "blocking", &[TW, TW, SAFE]),
            locks("trylock and key", Race::HugeVmap, ARM64, V7_3, "trylock-key", &[None, None, DEAD]),
            locks("riscv64, nothing", Race::HugeVmap, RISCV, V6_17, "nothing", &[TW, TW, TW]),
            locks("pud, nothing", Race::HugePud, X86, V6_17, "nothing", &[PTW, PTW, PTW]),
            locks("pud, arm64's key", Race::HugePud, ARM64, Revision::V6_18, "key", &[PTW, PTW, W]),
            locks("pud, read trylock", Race::HugePud, X86, V7_3, "trylock", &[PTW, PTW, SAFE]),
            locks("arm64 pud, read trylock", Race::HugePud, ARM64, V7_3, "trylock", &[PTW, PTW, SAFE]),
        ],
    },
    Table {
        id: "3.4",
        title: "A dump of init_mm under the write lock, and a huge vmap of its kernel",
        columns: Columns::Revisions,
        rows: &[
            kernels("x86-64", Race::HugeVmap, X86, WRITE, "", &[TW, TW, TW, TW, TW, SAFE, SAFE]),
            kernels("riscv64", Race::HugeVmap, RISCV, WRITE, "", &[TW, TW, TW, TW, TW, SAFE, SAFE]),
            kernels("arm64", Race::HugeVmap, ARM64, WRITE, "", &[SAFE, SAFE, SAFE, W, W, SAFE, SAFE]),
            kernels(
                "arm64 without debugfs",
                Race::HugeVmap,
                ARM64,
                WRITE,
                "nothing",
                &[TW, TW, TW, None, None, None, None],
            ),
        ],
    },
    Table {
        id: "3.4.1",
        title: "Kernel addresses through another mm, and a huge vmap",
        columns: Columns::Locks,
        rows: &[
            locks("v7.1, the mm's lock", Race::OtherMm, X86, V7_1, "mm", &[TW, TW, TW]),
            locks("v7.3, the mm's lock", Race::OtherMm, X86, V7_3, "mm", &[TW, TW, TW]),
            locks("v7.3, init_mm's as well", Race::OtherMm, X86, V7_3, "both", &[SAFE, SAFE, SAFE]),
        ],
    },
    Table {
        id: "3.4.2",
        title: "A walk of kernel tables, and x86's collapse",
        columns: Columns::Locks,
        rows: &[
            locks("cpa_lock", Race::Collapse, X86, V7_1, "cpa-lock", &[T_, T_, T_]),
            locks("and init_mm for reading", Race::Collapse, X86, V7_1, "init-read", &[T_, T_, SAFE]),
            locks("and init_mm for writing", Race::Collapse, X86, V7_3, "init-write", &[T_, SAFE, SAFE]),
        ],
    },
    Table {
        id: "3.5",
        title: "Two permission changes in one block of arm64",
        columns: Columns::One,
        rows: &[
            Row { cells: &[LOST], ..locks("no mutex", Race::SetProt, ARM64, V7_3, "no-mutex", &[None; 3]) },
            Row { cells: &[SAFE], ..locks("mutex", Race::SetProt, ARM64, V7_3, "mutex", &[None; 3]) },
        ],
    },
    Table {
        id: "3.5",
        title: "A dump, and a permission change of arm64",
        columns: Columns::Locks,
        rows: &[locks("leaf to table", Race::SetProtDump, ARM64, V7_3, "mutex", &[SAFE, SAFE, SAFE])],
    },
    Table {
        id: "3.6",
        title: "smaps, and a pte table that vanishes",
        columns: Columns::Revisions,
        rows: &[kernels(
            "double walk",
            Race::StaleAction,
            X86,
            READ,
            "",
            &[SAFE, SAFE, SAFE, SAFE, TWICE, SAFE, TWICE],
        )],
    },
    Table {
        id: "3.7",
        title: "numa_maps, and a pud that is faulted in again",
        columns: Columns::Revisions,
        rows: &[kernels(
            "leaf taken for a table",
            Race::PudRefault,
            X86,
            READ,
            "",
            &[W, W, W, W, SAFE, SAFE, SAFE],
        )],
    },
    Table {
        id: "3.8",
        title: "A debug walk, and pte tables that go without the mmap lock",
        columns: Columns::Locks,
        rows: &[
            locks("khugepaged: map, RCU", Race::Retract, X86, V7_3, "map", &[SAFE, SAFE, SAFE]),
            locks("khugepaged: kernel, RCU", Race::Retract, X86, V7_3, "kernel", &[TW, TW, TW]),
            locks("khugepaged: map, at once", Race::Retract, X86, V7_3, "map-no-rcu", &[T, T, T]),
            locks("khugepaged: kernel, at once", Race::Retract, X86, V7_3, "kernel-no-rcu", &[TW, TW, TW]),
            locks("PT_RECLAIM: map, RCU", Race::Reclaim, X86, V7_3, "map", &[SAFE, SAFE, SAFE]),
            locks("PT_RECLAIM: kernel, RCU", Race::Reclaim, X86, V7_3, "kernel", &[TW, TW, TW]),
            locks("PT_RECLAIM: map, at once", Race::Reclaim, X86, V7_3, "map-no-rcu", &[T, T, T]),
            locks("PT_RECLAIM: kernel, at once", Race::Reclaim, X86, V7_3, "kernel-no-rcu", &[TW, TW, TW]),
        ],
    },
    Table {
        id: "3.8",
        title: "Who only adds tables",
        columns: Columns::Locks,
        rows: &[
            locks("page fault", Race::PageFault, X86, V7_3, "", &[SAFE, SAFE, SAFE]),
            locks("vmalloc(), kernel walk", Race::Vmalloc, X86, V7_3, "kernel-walk", &[SAFE, SAFE, SAFE]),
            locks("vmalloc(), openrisc", Race::Vmalloc, OPENRISC, V7_3, "kernel-walk", &[SAFE, SAFE, SAFE]),
        ],
    },
    Table {
        id: "3.1",
        title: "A read lock inside a read lock, and a writer",
        columns: Columns::One,
        rows: &[Row {
            lock: READ,
            cells: &[DEAD],
            ..locks("twice", Race::NestedRead, X86, V7_3, "", &[None; 3])
        }],
    },
];
