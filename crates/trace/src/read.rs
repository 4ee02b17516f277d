//! Why entries are read, and how pte tables are mapped.

/// Why an entry is read. Each reason is a read of its own: the entry may change between two of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Test {
    /// `p?d_none()`
    None,
    /// `pgd_bad()`, `p4d_bad()`
    Bad,
    /// `pud_leaf()`, `pmd_leaf()`
    Leaf,
    /// `pud_present()`, `pmd_present()`
    Present,
    /// `pud_none()` once more before descending (up to v6.18).
    NoneAgain,
    /// `pudp_get()` at the top of `walk_pmd_range()`: still a table? (v7.0 on)
    StillTable,
    /// `p?d_offset()`: where is the next table?
    Offset,
    /// `pud_present()`, `pmd_present()` of a walk that only installs.
    InstallPresent,
    /// `pud_trans_huge()`, `pmd_trans_huge()` of a walk that only installs.
    InstallHuge,
    /// `pte_offset_map_lock()`: is there a pte table?
    MapTable,
    /// `pmd_trans_unstable()`: is there anything else than a pte table? (until v6.4)
    Unstable,
    /// `pmd_same()` under the page-table lock: is it still the same table?
    Same,
    /// `pmd_leaf()` by a callback, under the page-table lock.
    LeafLocked,
    /// A caller that splits leaves reads an entry once: is it one that is only partly wanted?
    ToSplit,
}

/// How a pte table is mapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MapKind {
    /// `pte_offset_kernel()`: no check, no RCU, no lock.
    Kernel,
    /// `pte_offset_map()`: one read of the pmd that is checked and used, under RCU.
    User,
    /// `pte_offset_map_lock()`: the same, and the table's lock is taken and the pmd compared once more.
    Lock,
}
