//! The patch: why reading is enough for kernel tables, why user tables need the write lock, why `init_mm` could be handed over,
//! what that did not cover, and how it was closed.

use mm::LockMode;

use super::{ARM64, Cell, Columns, DEAD, P_, READ, Row, SAFE, T_, TW, Table, W, WRITE, X86, kernels};
use crate::choice::Race;

pub(super) static TABLE: Table = Table {
    id: "patch",
    name: "patch",
    title: "The patch: why its rules are what they are",
    columns: Columns::Revisions,
    rows: ROWS,
};

/// A line of the patch's table.
const fn row(
    label: &'static str,
    race: Race,
    model: &'static str,
    lock: LockMode,
    rule: &'static str,
    cells: &'static [Option<Cell>; 7],
    says: &'static str,
) -> Row {
    Row { says, ..kernels(label, race, model, lock, rule, cells) }
}

const ROWS: &[Row] = &[
    row(
        "kernel tables, read, vmalloc()",
        Race::Vmalloc,
        X86,
        READ,
        "kernel-walk",
        &[SAFE, SAFE, SAFE, SAFE, SAFE, SAFE, SAFE],
        "The read lock is enough for kernel tables: most changes only add tables.",
    ),
    row(
        "user tables, read, munmap()",
        Race::Munmap,
        X86,
        READ,
        "downgrade",
        &[P_, P_, P_, P_, P_, P_, P_],
        "The read lock is not enough for user tables: munmap() frees them while it holds only the read lock.",
    ),
    row(
        "user tables, write, munmap()",
        Race::Munmap,
        X86,
        WRITE,
        "downgrade",
        &[SAFE, SAFE, SAFE, SAFE, SAFE, SAFE, SAFE],
        "So walk_page_range_debug() asserts the write lock.",
    ),
    row(
        "debug walk of init_mm, read",
        Race::Vmalloc,
        X86,
        READ,
        "debug-walk",
        &[SAFE, SAFE, SAFE, SAFE, SAFE, SAFE, SAFE],
        "Nobody unmaps init_mm, so handing it over to the kernel walk, whose rule is weaker, lost no \
         protection here.",
    ),
    row(
        "init_mm, write, huge vmap",
        Race::HugeVmap,
        X86,
        WRITE,
        "",
        &[TW, TW, TW, TW, TW, SAFE, SAFE],
        "Neither rule covered this: a huge vmap freed a kernel table without any lock. From v7.3 on it holds \
         init_mm's read lock, so only the write lock keeps it out.",
    ),
    row(
        "init_mm, read, huge vmap",
        Race::HugeVmap,
        X86,
        READ,
        "",
        &[TW, TW, TW, TW, TW, TW, TW],
        "So v7.3 asserts init_mm's write lock, and no longer hands init_mm over to the kernel walk, which \
         asks only for the read lock.",
    ),
    row(
        "another mm, huge vmap",
        Race::OtherMm,
        X86,
        WRITE,
        "ptdump",
        &[TW, TW, TW, TW, TW, SAFE, SAFE],
        "A walk of another mm reaches the same kernel tables, so from v7.3 on ptdump locks init_mm as well.",
    ),
    row(
        "arm64, write, huge vmap",
        Race::HugeVmap,
        ARM64,
        WRITE,
        "",
        &[SAFE, SAFE, SAFE, W, W, SAFE, SAFE],
        "At first, arm64 kernels with ptdump had no huge vmaps. From v6.18 on, a huge vmap waited for dumps \
         before it freed the table. But it had already cleared the entry, and a walker could still follow \
         the empty entry.",
    ),
    row(
        "arm64, v7.3 with v6.18's key",
        Race::HugeVmap,
        ARM64,
        WRITE,
        "trylock-key",
        &[None, None, None, None, None, DEAD, None],
        "With both rules, the vmap holds the read lock, the dump waits for the write lock, and the vmap \
         waits behind the dump for a second read lock. So the fix had to remove arm64's rule.",
    ),
    row(
        "kernel tables, read, x86 collapse",
        Race::Collapse,
        X86,
        READ,
        "",
        &[T_, T_, T_, T_, T_, SAFE, None],
        "The read lock is enough against code that holds the write lock when it frees tables, as x86's \
         collapse does from v7.3-rc3 on.",
    ),
];
