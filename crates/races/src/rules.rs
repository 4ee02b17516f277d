//! What differs between kernels in what other CPUs do.

use pagewalk::Revision;

/// What other CPUs do in a kernel. What the walker and ptdump do is in [`Rules`](pagewalk::Rules) and
/// [`PtdumpRules`](ptdump::PtdumpRules), what an architecture does in [`Kernel`](pgtable::Kernel).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OtherRules {
    /// v7.2-rc7 (26444eb71465, mm/vmalloc.c): a huge vmap holds `init_mm`'s lock for reading while it frees a page table, and
    /// maps small pages if it does not get that lock at once.
    pub vmap_locks_init_mm: bool,
    /// v6.15 (arch/x86/mm/pat/set_memory.c, `cpa_collapse_large_pages()`): x86 merges equal ptes into a large page and frees
    /// their table. The long-term kernel is older.
    pub has_collapse: bool,
    /// v7.3-rc3 (a1c7570cedd0): that collapse holds `init_mm`'s lock for writing besides `cpa_lock`.
    pub collapse_write_lock: bool,
}

impl OtherRules {
    /// Those of a kernel.
    pub const fn of(revision: Revision) -> Self {
        let today = revision.includes(Revision::V7_3);
        let long_term = matches!(revision, Revision::V6_12_107);
        Self { vmap_locks_init_mm: today || long_term, has_collapse: !long_term, collapse_write_lock: today }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_rule_holds_in_these_kernels() {
        let kernels = |rule: fn(OtherRules) -> bool, ids: &[&str]| {
            let found = Revision::ALL.into_iter().filter(|&of| rule(OtherRules::of(of))).map(Revision::id);
            assert!(found.eq(ids.iter().copied()), "{ids:?}");
        };
        kernels(|rules| rules.vmap_locks_init_mm, &["v7.3", "v6.12.107"]);
        kernels(|rules| rules.has_collapse, &["v6.16", "patch", "v6.17", "v6.18", "v7.1", "v7.3"]);
        kernels(|rules| rules.collapse_write_lock, &["v7.3"]);
    }
}
