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
        "Reading is enough for kernel tables: what happens to them is that tables are added.",
    ),
    row(
        "user tables, read, munmap()",
        Race::Munmap,
        X86,
        READ,
        "downgrade",
        &[P_, P_, P_, P_, P_, P_, P_],
        "Reading is not enough for user tables: munmap() frees them as a reader.",
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
        "Nobody unmaps init_mm: handing it over to the kernel walk, whose rule is weaker, lost nothing of this.",
    ),
    row(
        "init_mm, write, huge vmap",
        Race::HugeVmap,
        X86,
        WRITE,
        "",
        &[TW, TW, TW, TW, TW, SAFE, SAFE],
        "What neither rule covered: a huge vmap frees a kernel table and looked at no lock. From v7.3 on it holds init_mm for \
         reading, and only a writer keeps it out.",
    ),
    row(
        "init_mm, read, huge vmap",
        Race::HugeVmap,
        X86,
        READ,
        "",
        &[TW, TW, TW, TW, TW, TW, TW],
        "So v7.3 asserts the write lock of init_mm and no longer hands init_mm over to the walk that is content with reading.",
    ),
    row(
        "another mm, huge vmap",
        Race::OtherMm,
        X86,
        WRITE,
        "ptdump",
        &[TW, TW, TW, TW, TW, SAFE, SAFE],
        "Through another mm the same kernel tables are met: from v7.3 on ptdump locks init_mm besides.",
    ),
    row(
        "arm64, write, huge vmap",
        Race::HugeVmap,
        ARM64,
        WRITE,
        "",
        &[SAFE, SAFE, SAFE, W, W, SAFE, SAFE],
        "arm64 first had no huge vmaps with ptdump, then (v6.18) made the free wait for dumps: the entry was cleared before, and \
         the walker may still follow the empty entry.",
    ),
    row(
        "arm64, v7.3 with v6.18's key",
        Race::HugeVmap,
        ARM64,
        WRITE,
        "trylock-key",
        &[None, None, None, None, None, DEAD, None],
        "With both, the vmap reads, the dump waits to write, and the vmap waits behind it to read again: the fix had to \
         remove arm64's own.",
    ),
    row(
        "kernel tables, read, x86 collapse",
        Race::Collapse,
        X86,
        READ,
        "",
        &[T_, T_, T_, T_, T_, SAFE, None],
        "Reading is enough against whoever frees as a writer: from v7.3-rc3 x86's collapse does.",
    ),
];
