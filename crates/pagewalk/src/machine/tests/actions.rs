//! `walk->action`: kernel-facts 6.4 and 3.6.

use super::*;
use crate::Action;

/// Answers `action` from the n-th call of a callback, from 1; 0 is every call.
fn answering(
    callbacks: Callbacks,
    callback: Callback,
    nth: u32,
    action: Action,
) -> Ops<impl FnMut(&Call, &mut World) -> Reply> {
    let mut calls = 0;
    Ops {
        callbacks,
        react: move |call: &Call, _: &mut World| {
            calls += u32::from(call.callback == callback);
            let now = call.callback == callback && (nth == 0 || nth == calls);
            Reply { ret: 0, action: now.then_some(action), ..Reply::default() }
        },
    }
}

#[test]
fn continue_is_honoured_by_the_pud_and_pmd_loops_only() {
    let whole = ["pgd 0-2000", "p4d 0-2000", "pud 0-2000", "pmd 0-2000", "pte 0-1000", "pte 1000-2000"];
    for revision in Revision::ALL {
        for (level, expected) in [
            (Level::Pgd, &whole[..]),
            (Level::P4d, &whole),
            (Level::Pud, &whole[..3]),
            (Level::Pmd, &whole[..4]),
            (Level::Pte, &whole),
        ] {
            let ops = answering(ALL, Callback::Entry(level), 0, Action::Continue);
            let found = calls(kernel_walk(revision, 0, 0x2000), &mut tree(), ops);
            assert_eq!(found, expected, "{level:?} {revision:?}");
        }
    }
}

#[test]
fn continue_skips_one_entry_not_the_rest() {
    let ops = answering(
        Callbacks::PMD_ENTRY | Callbacks::PTE_ENTRY,
        Callback::Entry(Level::Pmd),
        1,
        Action::Continue,
    );
    assert_eq!(
        calls(kernel_walk(Revision::V7_3, 0x1f_f000, 0x20_1000), &mut tree(), ops),
        ["pmd 1ff000-200000", "pmd 200000-201000", "pte 200000-201000"]
    );
}

#[test]
fn again_repeats_the_entry_in_the_pud_and_pmd_loops_only() {
    let whole = ["pgd 0-1000", "p4d 0-1000", "pud 0-1000", "pmd 0-1000", "pte 0-1000"];
    let pud_again =
        ["pgd 0-1000", "p4d 0-1000", "pud 0-1000", "again pud 0", "pud 0-1000", "pmd 0-1000", "pte 0-1000"];
    let pmd_again =
        ["pgd 0-1000", "p4d 0-1000", "pud 0-1000", "pmd 0-1000", "again pmd 0", "pmd 0-1000", "pte 0-1000"];
    for revision in Revision::ALL {
        for (level, expected) in [
            (Level::Pgd, &whole[..]),
            (Level::P4d, &whole),
            (Level::Pud, &pud_again),
            (Level::Pmd, &pmd_again),
        ] {
            let ops = answering(ALL, Callback::Entry(level), 1, Action::Again);
            let found = calls(kernel_walk(revision, 0, 0x1000), &mut tree(), ops);
            assert_eq!(found, expected, "{level:?} {revision:?}");
        }
    }
}

#[test]
fn again_from_a_pte_repeats_the_whole_pmd() {
    for revision in having(|rules| rules.map_can_fail) {
        let ops = answering(
            Callbacks::PMD_ENTRY | Callbacks::PTE_ENTRY,
            Callback::Entry(Level::Pte),
            1,
            Action::Again,
        );
        // All ptes of the first pass are called: nothing looks at the action before the table's end.
        assert_eq!(
            calls(kernel_walk(revision, 0, 0x2000), &mut tree(), ops),
            [
                "pmd 0-2000",
                "pte 0-1000",
                "pte 1000-2000",
                "again pmd 0",
                "pmd 0-2000",
                "pte 0-1000",
                "pte 1000-2000"
            ],
            "{revision:?}"
        );
    }
}

#[test]
fn the_pgd_loop_leaves_the_action_as_it_found_it() {
    // Two pgd entries with the same pud table below them, whose last entry is there.
    for revision in Revision::ALL {
        let mut world = tree();
        set_entry(&mut world, ROOT, 1, x86(PUD));
        set_entry(&mut world, PUD, 511, x86(PMD));
        let callbacks = Callbacks::PGD_ENTRY | Callbacks::PUD_ENTRY;
        let mut ops = answering(callbacks, Callback::Entry(Level::Pud), 0, Action::Continue);
        let mut walk = kernel_walk(revision, 0, (1 << 39) + 0x1000);
        let mut seen = Vec::new();
        watched(&mut walk, &mut world, &mut ops, |walk, _, event| {
            if let Event::Callback { call, .. } = event {
                seen.push((call.level, walk.action()));
            }
        });
        let pgds: Vec<_> =
            seen.iter().filter(|(level, _)| *level == Level::Pgd).map(|(_, act)| *act).collect();
        assert_eq!(pgds, [Action::Subtree, Action::Continue], "{revision:?}");
    }
}

#[test]
fn again_for_ever_needs_fuel() {
    let mut world = tree();
    let mut ops = answering(Callbacks::PMD_ENTRY, Callback::Entry(Level::Pmd), 0, Action::Again);
    let mut walk = kernel_walk(Revision::V7_3, 0, 0x1000);
    let (events, status) = events(&mut walk, &mut world, &mut ops);
    assert_eq!((status, events.len() as u64), (Status::Running, FUEL));
}

/// Whether the pud loop looks at the action after the pmd loop.
fn pud_loop_honours_again(revision: Revision) -> bool {
    matches!(revision, Revision::V7_1 | Revision::V7_3 | Revision::V6_12_107)
}

/// Callbacks for which the table of entry X, at 2 MiB, vanishes inside `pmd_entry(X)`, which then asks for AGAIN.
fn vanishing() -> Ops<impl FnMut(&Call, &mut World) -> Reply> {
    Ops {
        callbacks: Callbacks::PMD_ENTRY | Callbacks::PTE_HOLE,
        react: |call: &Call, world: &mut World| {
            let x = call.callback == Callback::Entry(Level::Pmd) && call.slot.index == 1;
            if x {
                set_entry(world, PMD, 1, 0);
            }
            Reply { ret: 0, action: x.then_some(Action::Again), ..Reply::default() }
        },
    }
}

#[test]
fn an_action_that_outlives_a_hole_walks_the_pud_twice() {
    for revision in Revision::ALL {
        let stale = matches!(revision, Revision::V7_1 | Revision::V6_12_107);
        let mut expected =
            std::vec!["pmd 0-200000", "pmd 200000-400000", "again pmd 200000", "hole3 200000-400000"];
        if stale {
            expected.extend(["again pud 0", "pmd 0-200000", "hole3 200000-400000"]);
        }
        let found = calls(kernel_walk(revision, 0, 0x40_0000), &mut tree(), vanishing());
        assert_eq!(found, expected, "{revision:?}");

        let mut expected = std::vec!["pmd 200000-400000", "again pmd 200000", "hole3 200000-400000"];
        if stale {
            expected.extend(["again pud 200000", "hole3 200000-400000"]);
        }
        let found = calls(kernel_walk(revision, 0x20_0000, 0x40_0000), &mut tree(), vanishing());
        assert_eq!(found, expected, "{revision:?}");

        // Any later entry of the table resets the action.
        let mut world = tree();
        set_entry(&mut world, PMD, 2, LARGE);
        let found = calls(kernel_walk(revision, 0x20_0000, 0x60_0000), &mut world, vanishing());
        assert_eq!(
            found,
            ["pmd 200000-400000", "again pmd 200000", "hole3 200000-400000", "pmd 400000-600000"],
            "{revision:?}"
        );
    }
}

#[test]
fn again_left_by_the_last_hole_repeats_the_pud() {
    for revision in Revision::ALL {
        // Slot 2 of the pmd table is empty, and the last of the range.
        let callbacks = Callbacks::PMD_ENTRY | Callbacks::PTE_HOLE;
        let ops = answering(callbacks, Callback::Hole, 1, Action::Again);
        let mut expected = std::vec!["pmd 200000-400000", "hole3 400000-600000"];
        if pud_loop_honours_again(revision) {
            expected.extend(["again pud 200000", "pmd 200000-400000", "hole3 400000-600000"]);
        }
        let found = calls(kernel_walk(revision, 0x20_0000, 0x60_0000), &mut tree(), ops);
        assert_eq!(found, expected, "{revision:?}");
    }
}

#[test]
fn again_left_by_an_earlier_hole_is_forgotten() {
    for revision in Revision::ALL {
        let mut world = tree();
        set_entry(&mut world, PMD, 0, 0);
        let ops = answering(Callbacks::PMD_ENTRY | Callbacks::PTE_HOLE, Callback::Hole, 1, Action::Again);
        let found = calls(kernel_walk(revision, 0, 0x40_0000), &mut world, ops);
        assert_eq!(found, ["hole3 0-200000", "pmd 200000-400000"], "{revision:?}");
    }
}

#[test]
fn an_action_is_seen_by_the_next_hole_where_it_is_reset_late() {
    // CONTINUE for the page in slot 1, then the hole in slot 2: which action does it run under?
    for revision in Revision::ALL {
        let mut world = tree();
        let mut walk = kernel_walk(revision, 0x20_0000, 0x60_0000);
        let mut ops = answering(
            Callbacks::PMD_ENTRY | Callbacks::PTE_HOLE,
            Callback::Entry(Level::Pmd),
            1,
            Action::Continue,
        );
        let (mut before, mut before_hole) = (walk.action(), None);
        watched(&mut walk, &mut world, &mut ops, |walk, _, event| {
            if let Event::Callback { call: Call { callback: Callback::Hole, .. }, .. } = event {
                before_hole.get_or_insert(before);
            }
            before = walk.action();
        });
        let expected = if revision == Revision::V7_3 { Action::Subtree } else { Action::Continue };
        assert_eq!(before_hole, Some(expected), "{revision:?}");
    }
}
