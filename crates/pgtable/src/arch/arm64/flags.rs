//! The bits of an arm64 descriptor.

use crate::{EntryKind, Flag, Level};

const VALID_BIT: Flag = Flag::bit(0, "PTE_VALID", "VALID", "the CPU may use this entry");
const TYPE_BIT: Flag = Flag::bit(1, "PTE_TYPE_PAGE", "PAGE", "type bit: a page, not a reserved encoding");
const TABLE_BIT: Flag =
    Flag::bit(1, "PMD_TABLE_BIT", "TABLE", "type bit: points to a table of the next level");
const ATTR_FIELD: Flag = Flag::field(
    4,
    2,
    "PTE_ATTRINDX_MASK",
    "ATTR",
    "memory type: index into MAIR (0 normal, 1 normal tagged, 2 non-cacheable, 3 device nGnRnE, 4 device nGnRE)",
);
const USER_BIT: Flag = Flag::bit(6, "PTE_USER", "USR", "user mode may use it (AP[1])");
const RDONLY_BIT: Flag = Flag::bit(7, "PTE_RDONLY", "RDONLY", "read-only to the hardware (AP[2])");
const SHARED_FIELD: Flag = Flag::field(9, 8, "PTE_SHARED", "SH", "shareability: 3 is inner shareable");
const AF_BIT: Flag = Flag::bit(10, "PTE_AF", "AF", "access flag: has been used");
const NG_BIT: Flag = Flag::bit(11, "PTE_NG", "NG", "not global: belongs to one address space");
const GP_BIT: Flag = Flag::bit(50, "PTE_GP", "GP", "guarded page: indirect branches must land on BTI");
const WRITE_BIT: Flag =
    Flag::bit(51, "PTE_WRITE", "DBM", "writable; the hardware may clear RDONLY on a write (DBM)");
const CONT_BIT: Flag =
    Flag::bit(52, "PTE_CONT", "CONT", "one of a contiguous block that may share a TLB entry");
const PXN_BIT: Flag = Flag::bit(53, "PTE_PXN", "PXN", "the kernel must not execute it");
const UXN_BIT: Flag = Flag::bit(54, "PTE_UXN", "UXN", "user mode must not execute it");
const DIRTY_BIT: Flag = Flag::bit(55, "PTE_DIRTY", "DIRTY", "software bit: written");
const SPECIAL_BIT: Flag = Flag::bit(56, "PTE_SPECIAL", "SPECIAL", "software bit: no struct page");
const UFFD_BIT: Flag = Flag::bit(58, "PTE_UFFD_WP", "UFFD", "software bit: write-protected by userfaultfd");
const PO_FIELD: Flag = Flag::field(62, 60, "PTE_PO_IDX_MASK", "PO", "permission overlay index");

static PTE_FLAGS: [Flag; 17] = [
    VALID_BIT,
    TYPE_BIT,
    ATTR_FIELD,
    USER_BIT,
    RDONLY_BIT,
    SHARED_FIELD,
    AF_BIT,
    NG_BIT,
    GP_BIT,
    WRITE_BIT,
    CONT_BIT,
    PXN_BIT,
    UXN_BIT,
    DIRTY_BIT,
    SPECIAL_BIT,
    UFFD_BIT,
    PO_FIELD,
];

static BLOCK_FLAGS: [Flag; 16] = [
    VALID_BIT,
    ATTR_FIELD,
    USER_BIT,
    RDONLY_BIT,
    SHARED_FIELD,
    AF_BIT,
    NG_BIT,
    GP_BIT,
    WRITE_BIT,
    CONT_BIT,
    PXN_BIT,
    UXN_BIT,
    DIRTY_BIT,
    SPECIAL_BIT,
    UFFD_BIT,
    PO_FIELD,
];

static TABLE_FLAGS: [Flag; 5] = [
    VALID_BIT,
    TABLE_BIT,
    Flag::bit(10, "PMD_TABLE_AF", "AF", "access flag of the table entry itself"),
    Flag::bit(59, "PMD_TABLE_PXN", "PXNTable", "the kernel must not execute anything below"),
    Flag::bit(60, "PMD_TABLE_UXN", "UXNTable", "user mode must not execute anything below"),
];

static ABSENT_FLAGS: [Flag; 1] =
    [Flag::bit(11, "PTE_PRESENT_INVALID", "PRESENT_INVALID", "present to the kernel, not to the CPU")];

/// With LPA2 in use bits 8 and 9 belong to the address, and the shareability is the same for all memory (`TCR_EL1`).
const fn but_shared<const ALL: usize, const REST: usize>(all: &[Flag; ALL]) -> [Flag; REST] {
    let mut rest = [SHARED_FIELD; REST];
    let (mut from, mut to) = (0, 0);
    while from < ALL {
        if all[from].mask != SHARED_FIELD.mask {
            rest[to] = all[from];
            to += 1;
        }
        from += 1;
    }
    rest
}

static LPA2_PTE_FLAGS: [Flag; 16] = but_shared(&PTE_FLAGS);
static LPA2_BLOCK_FLAGS: [Flag; 15] = but_shared(&BLOCK_FLAGS);

/// Shareability in bits 8 and 9.
pub(super) fn with_shared(level: Level, kind: EntryKind) -> &'static [Flag] {
    flags(level, kind, &PTE_FLAGS, &BLOCK_FLAGS)
}

/// LPA2 in use.
pub(super) fn without_shared(level: Level, kind: EntryKind) -> &'static [Flag] {
    flags(level, kind, &LPA2_PTE_FLAGS, &LPA2_BLOCK_FLAGS)
}

fn flags(level: Level, kind: EntryKind, pte: &'static [Flag], block: &'static [Flag]) -> &'static [Flag] {
    match (level, kind) {
        (_, EntryKind::None) => &[],
        (_, EntryKind::NotPresent) => &ABSENT_FLAGS,
        (Level::Pte, _) => pte,
        (_, EntryKind::Leaf) => block,
        (_, EntryKind::Table | EntryKind::Bad) => &TABLE_FLAGS,
    }
}
