//! The vmap asks for dumps at most, by the static key that only a dump turns on; and a walk that reads does not keep readers out.

use super::{
    ARM64, Columns, NONE, PTE_WILD, READ, RISCV, SAFE, Table, V6_17, V6_18, V7_3, Verdicts, WRITE, X86, case,
    kernels, locks,
};
use crate::race;

pub(super) static VERDICTS: Verdicts = Verdicts {
    race: &race::kernel_vmap::RACE,
    cases: &[
        case("nothing", &[(NONE, PTE_WILD), (READ, PTE_WILD), (WRITE, PTE_WILD)]),
        case("key", &[(NONE, PTE_WILD), (READ, PTE_WILD), (WRITE, PTE_WILD)]),
        case("trylock", &[(NONE, PTE_WILD), (READ, PTE_WILD), (WRITE, SAFE)]),
        case("blocking", &[(NONE, PTE_WILD), (READ, PTE_WILD), (WRITE, SAFE)]),
        case("trylock-key", &[(NONE, PTE_WILD), (READ, PTE_WILD), (WRITE, SAFE)]),
        case("no-huge", &[(NONE, SAFE), (READ, SAFE), (WRITE, SAFE)]),
    ],
    tables: &[
        Table {
            id: "3.4",
            name: "kernel-vmap",
            title: "A kernel walk, and a huge vmap",
            columns: Columns::Locks,
            rows: &[
                locks("nothing", &race::kernel_vmap::RACE, X86, V6_17, "nothing"),
                locks(
                    "arm64's key, which no dump has turned on",
                    &race::kernel_vmap::RACE,
                    ARM64,
                    V6_18,
                    "key",
                ),
                locks("read trylock", &race::kernel_vmap::RACE, X86, V7_3, "trylock"),
                locks("arm64, read trylock", &race::kernel_vmap::RACE, ARM64, V7_3, "trylock"),
                locks("riscv64, read trylock", &race::kernel_vmap::RACE, RISCV, V7_3, "trylock"),
            ],
        },
        Table {
            id: "3.4",
            name: "kernel-vmap-kernels",
            title: "A kernel walk with the read lock, and a huge vmap of its kernel",
            columns: Columns::Revisions,
            rows: &[
                kernels("x86-64", &race::kernel_vmap::RACE, X86, READ, ""),
                kernels("riscv64", &race::kernel_vmap::RACE, RISCV, READ, ""),
                kernels("arm64", &race::kernel_vmap::RACE, ARM64, READ, ""),
            ],
        },
    ],
};
