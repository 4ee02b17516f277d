//! As a vmap of a pmd beside a kernel walk, one level up.

use super::{
    ARM64, BOTH_WILD, Columns, NONE, READ, RISCV, SAFE, Table, V6_17, V7_3, Verdicts, WRITE, X86, case, locks,
};
use crate::race;

pub(super) static VERDICTS: Verdicts = Verdicts {
    race: &race::kernel_pud::RACE,
    cases: &[
        case("nothing", &[(NONE, BOTH_WILD), (READ, BOTH_WILD), (WRITE, BOTH_WILD)]),
        case("key", &[(NONE, BOTH_WILD), (READ, BOTH_WILD), (WRITE, BOTH_WILD)]),
        case("trylock", &[(NONE, BOTH_WILD), (READ, BOTH_WILD), (WRITE, SAFE)]),
        case("blocking", &[(NONE, BOTH_WILD), (READ, BOTH_WILD), (WRITE, SAFE)]),
        case("trylock-key", &[(NONE, BOTH_WILD), (READ, BOTH_WILD), (WRITE, SAFE)]),
        case("no-huge", &[(NONE, SAFE), (READ, SAFE), (WRITE, SAFE)]),
    ],
    tables: &[Table {
        id: "3.4",
        name: "kernel-pud",
        title: "A kernel walk and a huge vmap of 1 GiB",
        columns: Columns::Locks,
        rows: &[
            locks("nothing", &race::kernel_pud::RACE, X86, V6_17, "nothing"),
            locks("read trylock", &race::kernel_pud::RACE, X86, V7_3, "trylock"),
            locks("arm64, read trylock", &race::kernel_pud::RACE, ARM64, V7_3, "trylock"),
            locks("riscv64, read trylock", &race::kernel_pud::RACE, RISCV, V7_3, "trylock"),
        ],
    }],
};
