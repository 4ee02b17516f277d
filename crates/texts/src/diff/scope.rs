//! Of which addresses a listing tells whether something is mapped there.

use crate::{Listing, MarkContent};

const UPPER_HALF: u64 = 1 << 63;

/// Of which addresses a listing tells that nothing is mapped, where it maps nothing.
pub(super) struct Scope {
    /// Ranges of which it tells nothing, ends included, in order.
    silent: Vec<(u64, u64)>,
    /// Sentences on that.
    pub(super) why: Vec<String>,
}

impl Scope {
    /// The scope of `listing` where it is compared with `other`.
    pub(super) fn of(listing: &Listing, other: &Listing) -> Self {
        let mut scope = Self { silent: Vec::new(), why: Vec::new() };
        let name = listing.format.name();
        let mapped = || listing.rows.iter().filter(|row| row.mapped);
        if ["vtop", "gva2gpa", "pagemap", "no-data", "info-tlb-slb"].contains(&name) {
            scope.silent.push((0, u64::MAX));
            scope.why.push(
                "it answers for the addresses that were asked for; of all others it tells nothing."
                    .to_owned(),
            );
            return scope;
        }
        let wide = listing.machine.is_some_and(|machine| machine.va_bits == 57);
        if name == "info-mem-x86" && (wide || listing.rows.is_empty()) {
            scope.silent.push((0, u64::MAX));
            scope.why.push(
                "QEMU's info mem leaves out what is mapped where there are five levels: what is missing in it is no difference.".to_owned(),
            );
            return scope;
        }
        if name.starts_with("kernel_page_tables")
            && !name.ends_with("s390")
            && !other.format.name().starts_with("kernel_page_tables")
        {
            // The kernel's own tables, compared with those that a CPU had loaded.
            if mapped().all(|row| row.start >= UPPER_HALF) {
                scope.silent.push((0, UPPER_HALF - 1));
                scope
                    .why
                    .push("it is of the kernel's own tables: of user addresses it tells nothing.".to_owned());
            } else if mapped().all(|row| row.start < UPPER_HALF)
                && listing.rows.iter().all(|row| row.start < UPPER_HALF)
            {
                scope.silent.push((UPPER_HALF, u64::MAX));
                scope.why.push("it ends below the kernel's addresses.".to_owned());
            }
        }
        let mut skipped = 0u64;
        for mark in &listing.marks {
            let MarkContent::Skipped(count) = mark.content else { continue };
            skipped = skipped.saturating_add(count);
            let before = mark.row.checked_sub(1).and_then(|at| listing.rows.get(at));
            let start = before.map_or(0, |row| row.last.saturating_add(1));
            let last = listing.rows.get(mark.row).map_or(u64::MAX, |row| row.start.saturating_sub(1));
            if start <= last {
                scope.silent.push((start, last));
            }
        }
        if skipped > 0 {
            scope
                .why
                .push(format!("{skipped} entries are not printed in it (\u{201c}entries skipped\u{201d})."));
        }
        scope.silent.sort_unstable();
        scope
    }

    /// Where what it tells changes.
    pub(super) fn cuts(&self) -> impl Iterator<Item = u64> {
        self.silent.iter().flat_map(|&(start, last)| [Some(start), last.checked_add(1)]).flatten()
    }

    /// Whether it would say so if something were mapped at `addr`.
    pub(super) fn tells(&self, addr: u64) -> bool {
        let behind = self.silent.partition_point(|&(start, _)| start <= addr);
        // Ranges that are skipped do not overlap, but a hostile text may say so: all that begin before are asked, few are there.
        !self.silent[..behind].iter().rev().take(64).any(|&(_, last)| last >= addr)
    }
}
