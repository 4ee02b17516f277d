//! From a fix to its race: who arrives with a commit or a CVE finds what went wrong before it, and what does not after it.
//!
//! Commits and versions are Linux's history; a CVE and what it affects are from nvd.nist.gov.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::choice::Choice;
use crate::compose::Composition;
use crate::link::RaceLink;
use crate::race::FIRST;

/// A fix of the kernel, with the race that it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fix {
    /// The commit, its first twelve digits.
    pub commit: &'static str,
    /// Its CVE, or that of its series, where one is known.
    pub cve: Option<&'static str>,
    /// The first version that has it.
    pub since: &'static str,
    /// Which versions the CVE affects, where that is known.
    pub affected: Option<&'static str>,
    /// The [composition](crate::Composition) that goes wrong without it, behind `v1/compose/`.
    pub before: &'static str,
    /// The same with it.
    pub after: &'static str,
}

/// What is told of a fix to who asks for it. A line of a table does without.
struct Told {
    commit: &'static str,
    /// Its subject.
    title: &'static str,
    /// What one might think instead, and a composition that shows that it is not so.
    instead: Option<(&'static str, &'static str)>,
}

late! {
    /// The fixes of races that come later.
    later: &'static [Fix] = &LATER, until &[]
}

/// All fixes whose race is here: those of the races that are there from the start, then the others, each oldest first.
pub fn fixes() -> impl Iterator<Item = &'static Fix> {
    BASE.iter().chain(later::here().iter())
}

static BASE: [Fix; 8] = [
    Fix {
        commit: "8782fb61cc84",
        cve: None,
        since: "v6.0-rc4",
        affected: Some("v5.19.7 and before, as far as an older stable release does not have it"),
        before: "munmap/x86_64-4level/v6.17?lock=read",
        after: "munmap/x86_64-4level/v6.17?lock=write",
    },
    Fix {
        commit: "59305202c67f",
        cve: None,
        since: "v6.17",
        affected: None,
        before: "hot-remove/x86_64-4level/v6.16?lock=write&rule=ptdump",
        after: "hot-remove/x86_64-4level/v6.17?lock=write&rule=ptdump",
    },
    Fix {
        commit: "3b89863c3fa4",
        cve: Some("CVE-2026-31456"),
        since: "v7.0",
        affected: Some("v6.19.x, and v6.18.y before v6.18.21"),
        before: "pud-refault/x86_64-4level/v6.18",
        after: "pud-refault/x86_64-4level/v7.1",
    },
    Fix {
        commit: "26444eb71465",
        cve: Some("CVE-2026-74672"),
        since: "v7.2-rc7",
        affected: None,
        before: "huge-vmap/x86_64-4level/v7.1?lock=write",
        after: "huge-vmap/x86_64-4level/v7.3?lock=write",
    },
    Fix {
        commit: "27c32e553834",
        cve: None,
        since: "v7.2-rc7",
        affected: None,
        before: "other-mm/x86_64-4level/v7.1?lock=write",
        after: "other-mm/x86_64-4level/v7.3?lock=write",
    },
    Fix {
        commit: "9d3277b2c07c",
        cve: None,
        since: "v7.2-rc7",
        affected: None,
        before: "huge-vmap/arm64-4k-48/v7.3?lock=write&rule=trylock-key",
        after: "huge-vmap/arm64-4k-48/v7.3?lock=write",
    },
    Fix {
        commit: "aedf2efd1897",
        cve: None,
        since: "v7.3-rc1",
        affected: None,
        before: "stale-action/x86_64-4level/v7.1",
        after: "stale-action/x86_64-4level/v7.3",
    },
    Fix {
        commit: "a1c7570cedd0",
        cve: None,
        since: "v7.3-rc3",
        affected: Some("v6.15 (41d88484c71c) to v7.3-rc2"),
        before: "collapse/x86_64-4level/v7.1?lock=read",
        after: "collapse/x86_64-4level/v7.3?lock=read",
    },
];

/// Those of the races that come later.
pub(crate) static LATER: [Fix; 5] = [
    Fix {
        commit: "f2c65fb3221a",
        cve: None,
        since: "v5.2-rc1",
        affected: Some("v5.1 and before"),
        before: "rox/x86_64-4level/v7.3?lock=write&rule=x-first",
        after: "rox/x86_64-4level/v6.1.192?lock=write",
    },
    Fix {
        commit: "70cbc3cc78a9",
        cve: None,
        since: "v6.0",
        affected: Some("v5.19 and before, as far as a stable release does not have it"),
        before: "gup-fast/arm64-4k-48/v7.3?rule=pte-only",
        after: "gup-fast/arm64-4k-48/v7.3",
    },
    Fix {
        commit: "2ba99c5e0881",
        cve: None,
        since: "v6.1-rc8",
        affected: Some("v6.0 and before, as far as a stable release does not have it"),
        before: "gup-fast/arm64-4k-48/v7.3?rule=no-sync",
        after: "gup-fast/arm64-4k-48/v7.3",
    },
    Fix {
        commit: "49b0638502da",
        cve: None,
        since: "v6.5",
        affected: Some("v6.4 to v6.4.12"),
        before: "mbind/x86_64-4level/v7.3?rule=mm-only",
        after: "mbind/x86_64-4level/v7.3",
    },
    Fix {
        commit: "9aa1345d66b8",
        cve: None,
        since: "v6.7-rc4",
        affected: Some("v5.12 to v6.6.6, as far as an older stable release does not have it"),
        before: "fault-around/x86_64-4level/v7.3?rule=trusts",
        after: "fault-around/x86_64-4level/v7.3",
    },
];

/// What is told of each.
static TOLD: [Told; 13] = [
    Told {
        commit: "8782fb61cc84",
        title: "mm: pagewalk: Fix race between unmap and page walker",
        instead: Some((
            "RCU would do, as pte tables are mapped under it: but pmd tables are not",
            "munmap/x86_64-4level/v6.17?lock=none&frees=rcu",
        )),
    },
    Told {
        commit: "59305202c67f",
        title: "mm/ptdump: take the memory hotplug lock inside ptdump_walk_pgd()",
        instead: Some((
            "init_mm's write lock would do: but hot-remove does not take that lock at all",
            "hot-remove/x86_64-4level/v6.17?lock=write&rule=no-hotplug",
        )),
    },
    Told {
        commit: "3b89863c3fa4",
        title: "mm/pagewalk: fix race between concurrent split and refault",
        instead: None,
    },
    Told {
        commit: "26444eb71465",
        title: "mm/vmalloc: acquire init_mm lock on huge vmap to avoid ptdump UAF",
        instead: Some((
            "waiting for dumps before the free would do, as arm64 did: but the entry was cleared before that",
            "huge-vmap/arm64-4k-48/v6.18?lock=write",
        )),
    },
    Told {
        commit: "27c32e553834",
        title: "mm/ptdump: always stabilise against page table freeing using init_mm",
        instead: Some((
            "the write lock of the mm that is dumped would do: but its kernel half is init_mm's",
            "other-mm/x86_64-4level/v7.3?lock=write&rule=mm",
        )),
    },
    Told {
        commit: "9d3277b2c07c",
        title: "arm64: remove redundant concurrent ptdump UAF mitigation",
        instead: None,
    },
    Told {
        commit: "aedf2efd1897",
        title: "mm/pagewalk: fix stale walk->action escaping walk_pmd_range()",
        instead: None,
    },
    Told {
        commit: "a1c7570cedd0",
        title: "x86/mm/pat: Acquire init_mm write lock on collapse to avoid UAF",
        instead: Some((
            "the read lock would do for the collapse: but then everybody who reads runs beside it",
            "collapse/x86_64-4level/v7.3?lock=read&rule=init-read",
        )),
    },
    Told {
        commit: "f2c65fb3221a",
        title: "x86/modules: Avoid breaking W^X while loading modules",
        instead: Some((
            "init_mm\u{2019}s write lock would keep a dump out: but nobody holds a lock from one change to the next",
            "rox/x86_64-4level/v7.3?lock=read&rule=x-first",
        )),
    },
    Told {
        commit: "70cbc3cc78a9",
        title: "mm: gup: fix the fast GUP race against THP collapse",
        instead: Some((
            "this alone would do: but the page table is kept and freed later, which the next fix waits with (2ba99c5e0881)",
            "gup-fast/arm64-4k-48/v7.3?rule=no-sync",
        )),
    },
    Told {
        commit: "2ba99c5e0881",
        title: "mm/khugepaged: fix GUP-fast interaction by sending IPI",
        instead: Some((
            "reading the pmd again would do: but CPU 0 reads the pte before that, in a table that is freed",
            "gup-fast/arm64-4k-48/v7.3?rule=retract-now",
        )),
    },
    Told {
        commit: "49b0638502da",
        title: "mm: enable page walking API to lock vmas during the walk",
        instead: Some((
            "locking the VMA before its policy is replaced would do: but the walk is over by then",
            "mbind/x86_64-4level/v7.3?rule=policy",
        )),
    },
    Told {
        commit: "9aa1345d66b8",
        title: "mm: fix oops when filemap_map_pmd() without prealloc_pte",
        instead: None,
    },
];

/// Fewest digits of a commit that name it.
const FEWEST: usize = 8;

/// How an address asks for the race of a fix, behind the `#`.
const ASKS: [&str; 2] = ["v1/race?cve=", "v1/race?commit="];

/// Nobody here knows this fix.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no fix \u{201c}{0:.40}\u{201d} here whose race is known; the first race is shown")]
pub struct NoFix(pub String);

impl Fix {
    /// The fix that an address asks for (`v1/race?cve=…`, `v1/race?commit=…`), with or without the `#`, if it asks for one.
    ///
    /// # Errors
    /// [`NoFix`] where it names none of ours.
    pub fn asked(hash: &str) -> Option<Result<&'static Self, NoFix>> {
        let text = hash.strip_prefix('#').unwrap_or(hash);
        let rest = ASKS.iter().find_map(|ask| text.strip_prefix(ask))?;
        let id = rest.split('&').next().unwrap_or_default();
        Some(Self::named(id).ok_or_else(|| NoFix(id.to_string())))
    }

    /// The address that asks for it, behind the `#`.
    pub fn address(&self) -> String {
        match self.cve {
            Some(cve) => [ASKS[0], cve].concat(),
            None => [ASKS[1], self.commit].concat(),
        }
    }

    /// The fixes that one of these variants is without, or with.
    pub fn of_variants(variants: &[Choice]) -> impl Iterator<Item = &'static Self> {
        // By their addresses: who shows tables of verdicts has no compositions.
        let links: Vec<String> = variants.iter().map(|of| RaceLink::new(*of).to_string()).collect();
        let is_of = move |fix: &&Self| {
            let own = |link: &String| {
                link.strip_prefix("v1/race/").is_some_and(|of| of == fix.before || of == fix.after)
            };
            links.iter().any(own)
        };
        fixes().filter(is_of)
    }

    /// The fixes of a race, by its name.
    pub fn of_race(id: &str) -> impl Iterator<Item = &'static Self> {
        fixes().filter(move |fix| fix.before.split('/').next() == Some(id))
    }

    /// The [composition](Composition) that goes wrong without it.
    pub fn without(&self) -> Composition {
        composed(self.before)
    }

    fn told(&self) -> Option<&'static Told> {
        TOLD.iter().find(|told| told.commit == self.commit)
    }

    /// Its subject.
    pub fn title(&self) -> &'static str {
        self.told().map_or("", |told| told.title)
    }

    /// What one might think instead, and what stands behind `v1/compose/` in the address of a composition that shows that it is not so.
    pub fn instead(&self) -> Option<(&'static str, &'static str)> {
        self.told()?.instead
    }

    /// The same with it.
    pub fn with(&self) -> Composition {
        composed(self.after)
    }

    /// The fix with this CVE, or with this commit: eight of its digits at least.
    pub fn named(id: &str) -> Option<&'static Self> {
        let id = id.trim();
        let is_cve = |fix: &&Self| fix.cve.is_some_and(|cve| cve.eq_ignore_ascii_case(id));
        let is_hex = id.len() >= FEWEST && id.len() <= 40 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
        let is_commit = |fix: &&Self| {
            let length = id.len().min(fix.commit.len());
            is_hex
                && fix
                    .commit
                    .get(..length)
                    .zip(id.get(..length))
                    .is_some_and(|(of, id)| of.eq_ignore_ascii_case(id))
        };
        fixes().find(is_cve).or_else(|| fixes().find(is_commit))
    }
}

/// One of those above, all of which can be read.
fn composed(text: &str) -> Composition {
    let read = Composition::parse(&["v1/compose/", text].concat());
    read.map_or_else(|| Composition::of(Choice::first(FIRST)), |(of, _)| of)
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use crate::Composition;
    use std::format;

    fn is_safe(composition: &str) -> bool {
        let (of, problems) = Composition::parse(&format!("v1/compose/{composition}")).expect("a composition");
        assert_eq!(problems, [], "{composition}");
        let found = of.search().expect("it makes sense");
        assert!(found.complete, "{composition}");
        found.is_safe()
    }

    #[test]
    fn each_fix_fixes_its_race_and_nothing_else_does() {
        assert_eq!(TOLD.len(), fixes().count());
        for fix in fixes() {
            assert!(!is_safe(fix.before), "{}: before", fix.commit);
            assert!(is_safe(fix.after), "{}: after", fix.commit);
            assert!(!fix.title().is_empty(), "{}", fix.commit);
            if let Some((_, composition)) = fix.instead() {
                assert!(!is_safe(composition), "{}: instead", fix.commit);
            }
        }
    }

    #[test]
    fn a_fix_is_found_by_its_cve_or_its_commit() {
        let commit = |id| Fix::named(id).map(|fix| fix.commit);
        for fix in fixes() {
            assert_eq!(commit(fix.commit), Some(fix.commit));
            assert_eq!(commit(&fix.commit[..FEWEST]), Some(fix.commit));
        }
        assert_eq!(commit("cve-2026-31456"), Some("3b89863c3fa4"));
        assert_eq!(commit("3b89863c3fa4aaaaaaaaaaaaaaaaaaaaaaaaaaaa"), Some("3b89863c3fa4"));
        for fix in fixes() {
            assert_eq!(Fix::asked(&["#", &fix.address()].concat()), Some(Ok(fix)));
            for (text, of) in [(fix.before, fix.without()), (fix.after, fix.with())] {
                assert_eq!(of.to_string(), ["v1/compose/", text].concat());
                let variants = [of.choice];
                let is_variant = of.switches == crate::compose::Switches::default();
                assert_eq!(Fix::of_variants(&variants).any(|of| of == fix), is_variant, "{text}");
            }
            let race = fix.without().choice.race.id;
            assert!(Fix::of_race(race).any(|of| of == fix) && fix.with().choice.race.id == race);
        }
        let unknown = Fix::asked("v1/race?cve=CVE-2026-1&t=3").expect("it asks").expect_err("none of ours");
        assert!(unknown.to_string().contains("\u{201c}CVE-2026-1\u{201d}"), "{unknown}");
        assert_eq!(Fix::asked("v1/race/munmap?cve=CVE-2026-31456"), None);
        for id in ["", "3b89863", "3b89863g", "CVE-2026-1", "v1/race/munmap"] {
            assert_eq!(commit(id), None, "{id}");
        }
    }
}
