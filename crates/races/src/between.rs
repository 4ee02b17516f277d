//! Releases between the rows: which rule of a race each follows.
//!
//! A row stands for a kernel whose walker is known. What another CPU does changed at other times as well, so a release may follow a rule that
//! its nearest row does not. Only what is known of a release is here: a later stable release of its series may have the fix.
//!
//! Sources: Linux's history; the reviews of 6.4.13 (28 Aug 2023) and 6.6.7 (11 Dec 2023); nvd.nist.gov for CVE-2026-31456.

use pagewalk::Revision;
use pagewalk::release::{Release, Stage};
use pgtable::{Isa, Model};

use crate::choice::Choice;

/// Some releases, and what they do.
pub(crate) struct Between {
    /// The race, by its name: this is data that refers to no race.
    race: &'static str,
    from: Release,
    /// Excluded.
    until: Release,
    /// On which machines.
    on: fn(&Model) -> bool,
    /// Which row is shown.
    row: Revision,
    /// The name of the rule.
    rule: &'static str,
}

/// Those of the races that are there from the start.
static BASE: [Between; 4] = [
    of("collapse", candidate(7, 2, 7), stable(7, 2, 1), Revision::V7_3, "cpa-lock"),
    of("collapse", candidate(7, 3, 1), candidate(7, 3, 3), Revision::V7_3, "cpa-lock"),
    of("stale-action", candidate(7, 2, 7), stable(7, 2, 1), Revision::V7_1, ""),
    of("pud-refault", stable(6, 18, 21), candidate(6, 19, 1), Revision::V7_1, ""),
];

/// Those of the races that come later.
pub(crate) static LATER: [Between; 10] = [
    of("mbind", candidate(6, 4, 1), stable(6, 4, 13), Revision::V6_16, "mm-only").on(has_vma_locks_in_v6_4),
    of("mbind", stable(6, 4, 13), candidate(6, 5, 1), Revision::V6_16, "vma").on(has_vma_locks_in_v6_4),
    of("mbind", candidate(6, 5, 1), stable(6, 5, 0), Revision::V6_16, "mm-only").on(has_vma_locks_in_v6_4),
    of("fault-around", candidate(6, 6, 1), stable(6, 6, 7), Revision::V6_16, "trusts"),
    of("fault-around", candidate(6, 7, 1), candidate(6, 7, 4), Revision::V6_16, "trusts"),
    of("gup-fast", candidate(6, 0, 1), stable(6, 0, 0), Revision::V6_1_192, "pte-only"),
    of("gup-fast", stable(6, 0, 0), stable(6, 0, 1), Revision::V6_1_192, "no-sync"),
    of("gup-fast", candidate(6, 1, 1), candidate(6, 1, 8), Revision::V6_1_192, "no-sync"),
    of("rox", candidate(2, 6, 1), candidate(5, 2, 1), Revision::V6_16, "x-first").on(is_x86),
    of("rox", candidate(6, 2, 1), candidate(6, 5, 1), Revision::V6_16, "at-once").on(is_x86),
];

const fn candidate(major: u16, minor: u16, number: u16) -> Release {
    Release { major, minor, stage: Stage::Candidate(number) }
}

const fn stable(major: u16, minor: u16, number: u16) -> Release {
    Release { major, minor, stage: Stage::Stable(number) }
}

const fn of(race: &'static str, from: Release, until: Release, row: Revision, rule: &'static str) -> Between {
    Between { race, from, until, on: |_| true, row, rule }
}

impl Between {
    const fn on(self, on: fn(&Model) -> bool) -> Self {
        Self { on, ..self }
    }
}

/// riscv and loongarch got locks of VMAs later.
fn has_vma_locks_in_v6_4(model: &Model) -> bool {
    !matches!(model.kernel.isa, Isa::Riscv | Isa::Loongarch)
}

fn is_x86(model: &Model) -> bool {
    model.kernel.rox_at_once
}

late! {
    /// Those of races that come later.
    later: &'static [Between] = &LATER, until &[]
}

fn all() -> impl Iterator<Item = &'static Between> {
    BASE.iter().chain(later::here().iter())
}

/// What a release does on the machine of a choice, where it is known better than by its nearest row.
pub(crate) fn between(choice: &Choice, release: Release) -> Option<Choice> {
    let is_it = |of: &&Between| {
        of.race == choice.race.id && (of.from..of.until).contains(&release) && (of.on)(choice.model)
    };
    let of = all().find(is_it)?;
    let rule = choice.race.rule(of.rule)?;
    Some(Choice { revision: of.row, rule, ..*choice })
}

#[cfg(test)]
mod tests {
    use alloc::string::{String, ToString};
    use alloc::vec::Vec;

    use super::*;
    use crate::link::RaceLink;
    use crate::race::RaceDef;
    use crate::survey::search;

    #[test]
    fn each_names_a_race_and_a_rule_that_there_are() {
        for of in all() {
            let race = RaceDef::from_id(of.race).expect("a race");
            assert!(race.rule(of.rule).is_some() && of.from < of.until, "{} {}", of.race, of.rule);
            let on = race.models().find(|model| (of.on)(model)).expect("a machine");
            assert!(race.exists_in(of.row, on), "{}", of.race);
        }
    }

    /// The row and the rule, whether it is safe, and what is said.
    fn asked(link: &str) -> (String, bool, Vec<String>) {
        let (link, problems) = RaceLink::parse(link).expect("a race");
        let is_safe = search(&link.choice).expect("it starts").is_safe();
        (link.to_string(), is_safe, problems.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn a_release_follows_the_rule_that_it_has_and_not_that_of_its_row() {
        for (kernel, safe) in [
            ("v6.3", true),
            ("v6.4", false),
            ("6.4.12", false),
            ("6.4.13", true),
            ("v6.5-rc7", false),
            ("v6.5", true),
        ] {
            let (_, is_safe, said) = asked(&["v1/race/mbind/x86_64-4level/", kernel].concat());
            assert_eq!((is_safe, said.len()), (safe, 1), "{kernel}: {said:?}");
        }
        let (shown, is_safe, said) = asked("v1/race/mbind/arm64-4k-48/v6.4");
        assert_eq!((&*shown, is_safe), ("v1/race/mbind/arm64-4k-48/v6.16?rule=mm-only", false));
        assert_eq!(
            said,
            [
                "\u{201c}v6.4\u{201d} is shown by the row v6.16; it follows the rule: the walk locks no VMA: it relies on the mm\u{2019}s write lock"
            ]
        );
        // There VMAs had no locks yet.
        assert!(asked("v1/race/mbind/riscv64-sv39/v6.4").1);
        for (kernel, safe) in [("6.6.6", false), ("6.6.7", true), ("v6.7-rc3", false), ("v6.7-rc4", true)] {
            assert_eq!(asked(&["v1/race/fault-around/x86_64-4level/", kernel].concat()).1, safe, "{kernel}");
        }
        for (kernel, rule) in [("v6.0-rc5", "pte-only"), ("v6.0", "no-sync"), ("v6.1-rc7", "no-sync")] {
            let (shown, is_safe, _) = asked(&["v1/race/gup-fast/arm64-4k-48/", kernel].concat());
            assert!(!is_safe && shown.ends_with(rule), "{kernel}: {shown}");
        }
        for (kernel, safe) in [("v7.2", false), ("v7.3-rc2", false), ("v7.3-rc3", true), ("v7.3", true)] {
            let link = ["v1/race/collapse/x86_64-4level/", kernel, "?lock=read"].concat();
            assert_eq!(asked(&link).1, safe, "{kernel}");
        }
        // A rule that the address names is shown.
        assert!(asked("v1/race/mbind/x86_64-4level/v6.4?rule=vma").1);
    }
}
