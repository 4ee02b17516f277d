//! Tables that nobody changes look the same to every kernel (kernel-facts 2.4.2).

use mm::{MmId, Split};
use pagewalk::{
    Args, Callback, Callbacks, EntryPoint, Event, FolioFlags, Func, Revision, Status, Test, Walk, WalkOps,
};
use pgtable::{Level, VirtAddr};

use super::callbacks::is_aligned;
use super::is_about_entry;
use crate::program::{FUEL, Program, Run};
use crate::script::Script;

/// Callbacks that only look. None installs: that changes the tables.
fn looking(program: &Program) -> Program {
    let callbacks = program.ops.callbacks().difference(Callbacks::INSTALL_PTE);
    program.undisturbed().with(Script::new(callbacks, Vec::new()).with(program.ops.walk_lock(), 0))
}

/// The same range, walked without VMAs.
fn without_vmas(program: &Program, mm: MmId) -> Program {
    let Args { start, end, .. } = *program.walk.args();
    let args =
        Args { mm: Some(mm), start, end: end.max(VirtAddr(start.0.saturating_add(1))), ..Args::default() };
    let walk = Walk::new(EntryPoint::Debug, Revision::V7_3, args).expect("v7.3 has it");
    looking(&Program { walk, ..program.clone() })
}

/// In every kernel that has the function and maps pte tables as since v6.5: before, other events say the same.
fn in_every_revision(program: &Program) -> Vec<Run> {
    let entry = program.walk.entry();
    let alike = |of: &Revision| of.rules().map_can_fail && entry.in_revision(*of).exists_in(*of);
    Revision::ALL.into_iter().filter(alike).map(|revision| program.under(revision).run(FUEL)).collect()
}

/// What a walk does to the outside: callbacks, mappings, clearing, splits, faults.
fn effects(run: &Run) -> Vec<Event> {
    let is_effect = |event: &&Event| {
        matches!(
            event,
            Event::Callback { .. }
                | Event::Map { .. }
                | Event::BadCleared { .. }
                | Event::Split { .. }
                | Event::FolioFound(_)
                | Event::Fault(_)
        )
    };
    run.events.iter().filter(is_effect).copied().collect()
}

fn assert_same(runs: &[Run]) {
    for pair in runs.windows(2) {
        let (mut one, mut other) = (effects(&pair[0]), effects(&pair[1]));
        if pair.iter().any(|run| run.status == Status::Running) {
            // Revisions need different numbers of steps for the same: compare what both have reached.
            let common = one.len().min(other.len());
            one.truncate(common);
            other.truncate(common);
        } else {
            assert_eq!(pair[0].status, pair[1].status);
        }
        assert_eq!(one, other);
    }
}

/// Of `init_mm`.
///
/// # Panics
/// When the program breaks the law.
pub fn kernel_walks_are_the_same_in_every_revision(program: &Program) {
    assert_same(&in_every_revision(&without_vmas(program, MmId::INIT_MM)));
}

/// Of a process, without VMAs.
///
/// # Panics
/// When the program breaks the law.
pub fn user_walks_are_the_same_in_every_revision(program: &Program) {
    let runs = in_every_revision(&without_vmas(program, MmId::USER));
    // A bad pmd freezes nothing: it is cleared, and the AGAIN that this leaves is where revisions differ.
    if !runs.iter().any(|run| run.events.iter().any(has_no_table)) {
        assert_same(&runs);
    }
}

const fn has_no_table(event: &Event) -> bool {
    matches!(event, Event::Map { ok: false, .. })
}

/// Of VMAs, of hugetlb pages, of one address.
///
/// # Panics
/// When the program breaks the law.
pub fn walks_of_areas_are_the_same_in_every_revision(program: &Program) {
    let args = program.walk.args();
    let mut program = looking(program);
    if !program.walk.entry().has_vmas() || args.mm.is_none() || args.folio.contains(FolioFlags::MIGRATION) {
        return;
    }
    // Other tasks' locks make a walk wait.
    if !program.is_alone() {
        return;
    }
    program.world.allocator.fails_at = 0;
    let runs = in_every_revision(&program);
    // Where revisions differ: an AGAIN that is left when there is no pte table, and a pud that no split makes a table.
    let differs = |event: &Event| {
        has_no_table(event)
            || matches!(event, Event::Split { level: Level::Pud, did: Split::Nothing, value, .. }
                if !program.is_table(*value))
            || matches!(event, Event::Read { test: Test::StillTable, verdict: false, .. })
    };
    if !runs.iter().any(|run| run.events.iter().any(differs)) {
        assert_same(&runs);
    }
}

impl Program {
    fn is_table(&self, pud: pgtable::RawEntry) -> bool {
        let tests = self.world.tests(Level::Pud);
        self.world.model().is_constant(Level::Pud) || (tests.present(pud) && !tests.leaf(pud))
    }
}

/// With every callback set, the entries and holes of a range follow each other without gap or overlap: of the whole range
/// without VMAs, of each part that lies in a VMA.
///
/// # Panics
/// When the program breaks the law.
pub fn a_walk_covers_its_range_without_gap_or_overlap(program: &Program) {
    let everything = Callbacks::all().difference(Callbacks::INSTALL_PTE | Callbacks::TEST_WALK);
    let whole = program.undisturbed().with(Script::new(everything, Vec::new()));
    let run = whole.run(FUEL);
    let model = program.world.model();
    let mut part: Option<(VirtAddr, VirtAddr)> = None;
    let mut calls = Vec::new();
    for event in run.events {
        match event {
            // The outermost loop begins; hugetlb pages have a loop of their own.
            Event::Enter { func: Func::WalkRange(Level::Pgd) | Func::WalkHugetlbRange, start, end } => {
                part = Some((start, end));
                calls.clear();
            }
            // What is looked at again is called again.
            Event::Again { .. } => return,
            Event::Callback { call, .. } if part.is_some() && is_about_entry(call.callback) => {
                calls.push(call);
            }
            Event::Return { func: Func::WalkRange(Level::Pgd) | Func::WalkHugetlbRange, ret: 0 } => {
                let Some((start, end)) = part.take().filter(|&part| is_aligned(model, part)) else {
                    continue;
                };
                let mut reached = start;
                for (n, call) in calls.iter().enumerate() {
                    // What the walker goes into begins again at the same address, one level down.
                    let entered = calls.get(n + 1).is_some_and(|next| {
                        next.addr == call.addr && !matches!(call.callback, Callback::Hole)
                    });
                    assert_eq!(call.addr, reached, "{call:?}");
                    if !entered {
                        reached = call.next;
                    }
                }
                assert_eq!(reached, end);
            }
            _ => {}
        }
    }
}
