//! Only a writer keeps a huge vmap out, and only one that looks at `init_mm`'s lock.

use super::{
    ARM64, Columns, NONE, PTE_WILD, READ, RISCV, SAFE, Table, V6_17, V6_18, V7_3, Verdicts, WILD, WRITE, X86,
    case, kernels, locks,
};
use crate::outcome::Outcomes;
use crate::race;

pub(super) static VERDICTS: Verdicts = Verdicts {
    race: &race::huge_vmap::RACE,
    cases: &[
        case("nothing", &[(NONE, PTE_WILD), (READ, PTE_WILD), (WRITE, PTE_WILD)]),
        case("key", &[(NONE, PTE_WILD), (READ, PTE_WILD), (WRITE, WILD)]),
        case("trylock", &[(NONE, PTE_WILD), (READ, PTE_WILD), (WRITE, SAFE)]),
        case("blocking", &[(NONE, PTE_WILD), (READ, PTE_WILD), (WRITE, SAFE)]),
        case("trylock-key", &[(NONE, PTE_WILD), (READ, PTE_WILD), (WRITE, Outcomes::DEADLOCK)]),
        case("no-huge", &[(NONE, SAFE), (READ, SAFE), (WRITE, SAFE)]),
    ],
    tables: &[
        Table {
            id: "3.4",
            name: "huge-vmap",
            title: "A debug walk of init_mm, and a huge vmap",
            columns: Columns::Locks,
            rows: &[
                locks("nothing", &race::huge_vmap::RACE, X86, V6_17, "nothing"),
                locks("arm64's key", &race::huge_vmap::RACE, ARM64, V6_18, "key"),
                locks("read trylock", &race::huge_vmap::RACE, X86, V7_3, "trylock"),
                locks("read lock, waits", &race::huge_vmap::RACE, X86, V7_3, "blocking"),
                locks("trylock and key", &race::huge_vmap::RACE, ARM64, V7_3, "trylock-key").only(&["write"]),
                locks("riscv64, nothing", &race::huge_vmap::RACE, RISCV, V6_17, "nothing"),
                locks("pud, nothing", &race::huge_pud::RACE, X86, V6_17, "nothing"),
                locks("pud, arm64's key", &race::huge_pud::RACE, ARM64, V6_18, "key"),
                locks("pud, read trylock", &race::huge_pud::RACE, X86, V7_3, "trylock"),
                locks("arm64 pud, read trylock", &race::huge_pud::RACE, ARM64, V7_3, "trylock"),
            ],
        },
        Table {
            id: "3.4",
            name: "huge-vmap-kernels",
            title: "A dump of init_mm under the write lock, and a huge vmap of its kernel",
            columns: Columns::Revisions,
            rows: &[
                kernels("x86-64", &race::huge_vmap::RACE, X86, WRITE, ""),
                kernels("riscv64", &race::huge_vmap::RACE, RISCV, WRITE, ""),
                kernels("arm64", &race::huge_vmap::RACE, ARM64, WRITE, ""),
                kernels("arm64 without debugfs", &race::huge_vmap::RACE, ARM64, WRITE, "nothing")
                    .only(&["v6.16", "patch", "v6.17"]),
            ],
        },
    ],
};
