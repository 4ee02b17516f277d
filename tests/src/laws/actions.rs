//! `walk->action`: honoured where the kernel looks at it, and nowhere else.

use pagewalk::{Action, Callback, Event, Func, Reply, Slot, Test};
use pgtable::Level;

use crate::program::{FUEL, Program};
use crate::script::Deviation;

/// After its callback a pud or pmd entry is looked at again, passed over, or gone into, as `walk->action` says.
///
/// # Panics
/// When the program breaks the law.
pub fn again_and_continue_are_honoured_by_the_pud_and_pmd_loops(program: &Program) {
    let mut before: Option<(Level, Slot, Action)> = None;
    program.watch(|moment| {
        if let Some((level, slot, action)) = before.take() {
            let again = matches!(moment.event, Event::Again { level: at, .. } if at == level);
            let enters = match moment.event {
                Event::Split { .. } => true,
                Event::Enter { func: Func::WalkRange(lower), .. } => lower > level,
                Event::Read { slot: at, level: of, test, .. } => {
                    of == level && at == slot && test != Test::None
                }
                _ => false,
            };
            match action {
                Action::Again => assert!(again, "{:?}", moment.event),
                Action::Continue => assert!(!again && !enters, "{:?}", moment.event),
                Action::Subtree => assert!(!again, "{:?}", moment.event),
            }
        }
        if let Event::Callback { call, reply: Reply { ret: 0, .. } } = moment.event
            && let Callback::Entry(level @ (Level::Pud | Level::Pmd)) = call.callback
        {
            before = Some((level, call.slot, moment.walk.action()));
        }
    });
}

/// An AGAIN that the ptes have left repeats their pmd since v6.5; one that the pmds have left repeats their pud since v7.0.
///
/// # Panics
/// When the program breaks the law.
pub fn again_from_below_is_honoured_where_the_kernel_looks(program: &Program) {
    let rules = program.walk.revision().rules();
    let (pmd_looks, pud_looks) = (rules.map_can_fail, rules.pud_recheck);
    let mut expected: Option<Option<Level>> = None;
    program.watch(|moment| {
        if let Some(expected) = expected.take() {
            let again = match moment.event {
                Event::Again { level, .. } => Some(level),
                _ => None,
            };
            assert_eq!(again, expected, "{:?}", moment.event);
        }
        if let Event::Return { func: Func::WalkRange(level), ret: 0 } = moment.event {
            let asked = moment.walk.action() == Action::Again;
            expected = match level {
                Level::Pte => Some((asked && pmd_looks).then_some(Level::Pmd)),
                Level::Pmd => Some((asked && pud_looks).then_some(Level::Pud)),
                _ => Some(None),
            };
        }
    });
}

/// Actions of `pgd_entry`, `p4d_entry` and of the callbacks about VMAs and hugetlb pages change nothing, nor does a
/// CONTINUE of `pte_entry`, which counts as SUBTREE.
///
/// # Panics
/// When the program breaks the law.
pub fn no_other_callbacks_action_matters(program: &Program) {
    let plain = |item: Deviation| match item.callback {
        Callback::Entry(Level::Pgd | Level::P4d)
        | Callback::TestWalk
        | Callback::PreVma
        | Callback::PostVma
        | Callback::Hugetlb => Deviation { action: None, ..item },
        Callback::Entry(Level::Pte) if item.action == Some(Action::Continue) => {
            Deviation { action: Some(Action::Subtree), ..item }
        }
        _ => item,
    };
    let without_actions = |program: &Program| {
        let mut events = program.run(FUEL).events;
        for event in &mut events {
            if let Event::Callback { reply, .. } = event {
                reply.action = None;
            }
        }
        events
    };
    let other = program.with(program.ops.clone().map(plain));
    assert_eq!(without_actions(&other), without_actions(program));
}
