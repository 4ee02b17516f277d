//! The patch: why reading is enough for kernel tables, why user tables need the write lock, why `init_mm` could be handed over,
//! what that did not cover, and how it was closed.

use super::{ARM64, Columns, READ, Row, Table, WRITE, X86, kernels};
use crate::race;

pub(super) static TABLE: Table = Table {
    id: "patch",
    name: "patch",
    title: "The patch: why its rules are what they are",
    columns: Columns::Revisions,
    rows: ROWS,
};

const ROWS: &[Row] = &[
    kernels("kernel tables, read, vmalloc()", &race::vmalloc::RACE, X86, READ, "kernel-walk")
        .says("The read lock is enough for kernel tables: most changes only add tables."),
    kernels("user tables, read, munmap()", &race::munmap::RACE, X86, READ, "downgrade").says(
        "The read lock is not enough for user tables: munmap() frees them while it holds only the read lock.",
    ),
    kernels("user tables, write, munmap()", &race::munmap::RACE, X86, WRITE, "downgrade")
        .says("So walk_page_range_debug() asserts the write lock."),
    kernels("debug walk of init_mm, read", &race::vmalloc::RACE, X86, READ, "debug-walk").says(
        "Nobody unmaps init_mm, so handing it over to the kernel walk, whose rule is weaker, lost no \
         protection here.",
    ),
    kernels("init_mm, write, huge vmap", &race::huge_vmap::RACE, X86, WRITE, "").says(
        "Neither rule covered this: a huge vmap freed a kernel table without any lock. From v7.3 on it holds \
         init_mm's read lock, so only the write lock keeps it out.",
    ),
    kernels("init_mm, read, huge vmap", &race::huge_vmap::RACE, X86, READ, "").says(
        "So v7.3 asserts init_mm's write lock, and no longer hands init_mm over to the kernel walk, which \
         asks only for the read lock.",
    ),
    kernels("another mm, huge vmap", &race::other_mm::RACE, X86, WRITE, "ptdump").says(
        "A walk of another mm reaches the same kernel tables, so from v7.3 on ptdump locks init_mm as well.",
    ),
    kernels("arm64, write, huge vmap", &race::huge_vmap::RACE, ARM64, WRITE, "").says(
        "At first, arm64 kernels with ptdump had no huge vmaps. From v6.18 on, a huge vmap waited for dumps \
         before it freed the table. But it had already cleared the entry, and a walker could still follow \
         the empty entry.",
    ),
    kernels("arm64, v7.3 with v6.18's key", &race::huge_vmap::RACE, ARM64, WRITE, "trylock-key")
        .only(&["v7.3"])
        .says(
            "With both rules, the vmap holds the read lock, the dump waits for the write lock, and the vmap \
         waits behind the dump for a second read lock. So the fix had to remove arm64's rule.",
        ),
    kernels("kernel tables, read, x86 collapse", &race::collapse::RACE, X86, READ, "").says(
        "The read lock is enough against code that holds the write lock when it frees tables, as x86's \
         collapse does from v7.3-rc3 on.",
    ),
];
