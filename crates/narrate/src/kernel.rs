//! A kernel that somebody runs: how sure its row is, and what tells that row from others.

use pagewalk::release::Sure;
use pagewalk::{EntryPoint, MmapAssert, Revision};

/// How sure that is.
pub const fn sure(of: Sure) -> &'static str {
    match of {
        Sure::Exact => "exactly this one",
        Sure::Alike => "walks alike, as far as is known",
        Sure::Differs => "the nearest, but not the same",
    }
}

/// What tells a row from others, the begin of a sentence each.
pub fn facts(revision: Revision) -> Vec<String> {
    let rules = revision.rules();
    let novma: Vec<_> = EntryPoint::ALL
        .into_iter()
        .filter(|of| !of.has_vmas() && of.exists_in(revision))
        .map(|of| of.func().name())
        .collect();
    let own = |yes: bool, then: &'static str, otherwise: &'static str| if yes { then } else { otherwise };
    let around = revision.around();
    let asserts = match (rules.split, rules.debug_asserts_both) {
        (false, true) => {
            "walk_page_range_novma() asserts the write lock of its mm and of init_mm, whatever the mm is"
        }
        (false, false) => {
            "walk_page_range_novma() asserts that init_mm is locked in any mode, or that another mm is write-locked"
        }
        (true, true) => "walk_page_range_debug() asserts the write lock of its mm and of init_mm",
        (true, false) => {
            "walk_page_range_debug() hands init_mm over to the walk that is content with the read lock"
        }
    };
    let assertion = match rules.mmap_assert {
        MmapAssert::LockdepOrBug => {
            "an assertion warns with lockdep only; CONFIG_DEBUG_VM, with lockdep or without, stops with a BUG if nobody holds the \
             lock, and other kernels check nothing"
        }
        MmapAssert::LockdepOrWord => {
            "an assertion warns with lockdep, and without it looks at the lock itself"
        }
    };
    // The models are those of v7.3 in every row.
    let entries = "entries are read as v7.3 has them: in v6.1 arm64 marks PROT_NONE by bit 58 and a pmd that is being split by bit 59, and \
                   x86's pud_leaf() looks at the present bit as well";
    let entries = (!revision.has_version((6, 2))).then(|| entries.to_owned());
    let all = [
        format!("walks without VMAs: {}", novma.join(", ")),
        asserts.to_owned(),
        assertion.to_owned(),
        own(
            around.vmap_locks_init_mm,
            "a huge vmap tries init_mm's read lock, and ptdump takes init_mm's write lock besides another mm's",
            "a huge vmap frees page tables without init_mm's lock",
        )
        .to_owned(),
        own(
            rules.pud_recheck,
            "the pud is read again before its table is entered",
            "the pud is not read again before its table is entered",
        )
        .to_owned(),
        own(
            rules.action_reset_first,
            "what a callback has asked for is forgotten when its entry is looked at again",
            "what a callback has asked for outlives an entry that has become a hole",
        )
        .to_owned(),
        own(
            rules.map_can_fail,
            "pte tables of a process are mapped under RCU, which may find none",
            "pte tables are mapped without RCU and without a check",
        )
        .to_owned(),
    ];
    all.into_iter().chain(entries).collect()
}
