//! A law says something only about what happens: random programs reach every part of the machine.

use std::collections::BTreeSet;

use mm::Split;
use pagewalk::{EntryPoint, Event, Fault, Revision, Status};
use pagewalk_tests::program::{FUEL, Program};
use pgtable::MODELS;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;

/// What an event shows to have been reached.
fn reached(event: &Event) -> String {
    match *event {
        Event::Callback { call, .. } if call.depth == -1 => format!("outside-{}", call.callback.name()),
        Event::Callback { call, .. } => call.callback.name().to_owned(),
        Event::Read { test, verdict, .. } => format!("{test:?}-{verdict}"),
        Event::Check { check, ok } => format!("{check:?}-{ok}"),
        Event::Map { how, ok, .. } => format!("{how:?}-{ok}"),
        Event::Split { level, did: Split::Table(_), .. } => format!("split-{level:?}-Table"),
        Event::Split { level, did, .. } => format!("split-{level:?}-{did:?}"),
        Event::Alloc { level, result, .. } => format!("alloc-{level:?}-{}", result.is_ok()),
        Event::Again { level, .. } => format!("again-{level:?}"),
        Event::BadCleared { level, .. } => format!("bad-{level:?}"),
        Event::Assert { by, .. } => format!("{by:?}"),
        Event::HugetlbWalk { found, .. } => {
            found.map_or("huge".to_owned(), |(level, _)| format!("huge-{level:?}"))
        }
        Event::FolioFound(page) => page.map_or("folio".to_owned(), |page| format!("folio-{:?}", page.level)),
        Event::Fault(Fault::OffTable { level, .. }) => format!("off-{level:?}"),
        Event::Fault(Fault::NoTable { .. }) => "no-table".to_owned(),
        Event::Fault(fault) => format!("{fault:?}"),
        Event::VmaStartWrite { .. } => "vma_start_write".to_owned(),
        _ => String::new(),
    }
}

/// What [`reached`] says of everything that the machine can do.
const EVERYTHING: &str = "\
    pgd_entry p4d_entry pud_entry pmd_entry pte_entry pte_hole outside-pte_hole hugetlb_entry test_walk pre_vma post_vma \
    install_pte \
    None-true None-false Bad-true Bad-false Leaf-true Leaf-false Present-true Present-false NoneAgain-true \
    NoneAgain-false StillTable-true StillTable-false Offset-true InstallPresent-true InstallPresent-false \
    InstallHuge-true InstallHuge-false MapTable-true Same-false \
    Range-true Range-false Mm-true Mm-false Ops-true Ops-false Bounds-true Bounds-false HugetlbInstall-false InVma-true \
    InVma-false \
    Kernel-true User-true User-false Lock-true Lock-false \
    split-Pmd-Nothing split-Pmd-Cleared split-Pmd-Table split-Pud-Nothing split-Pud-Cleared \
    alloc-Pgd-true alloc-P4d-true alloc-Pud-true alloc-Pmd-true alloc-Pud-false alloc-Pmd-false \
    again-Pud again-Pmd bad-Pgd bad-P4d bad-Pmd \
    Walk FindVma VmaStartWrite VmaAssertWriteLocked VmaAssertLocked vma_start_write \
    huge huge-Pud huge-Pmd huge-Pte folio folio-Pud folio-Pmd folio-Pte \
    off-Pgd off-Pte no-table NullMm NullCall \
    running waiting faulted done";

/// Programs that reach what one in ten thousand random ones does: `Test::InstallHuge` that says yes, `Test::InstallPresent` and
/// `Test::Same` that say no.
const RARE: [&str; 3] = [
    "0000e1004df1003a000000000000000000000000000000000000000000000000000000000000000000000000000d000000000000000000\
     000000000000ae00002b0000000000000000000033004500006f00000000000000000000000000a700000058000000c800004a000000f6\
     001c0000fd00",
    "00000e006831000000000000000000000000006a000000000000000000000000000000360063000000d900abbf00000000e3002a000000\
     dd0000000000000000d7003a",
    "00000104fa0100a600000000000000000000001000000000000000000000006f00000000000000000000e50000000000000000000000af\
     00000000000000000000000000000000000000000000005ef37100000000e500000000000000000000000000006f35000000c300000000\
     00000000160000000000000500af00000000000000005500000096000000490000c90000b40000bf000000004f0000007700002d000000\
     00000000000074001d0000000000000000000000bb0000000000c50042006f0b",
];

#[test]
fn random_programs_reach_everything() {
    let mut runner = TestRunner::deterministic();
    let mut seen = BTreeSet::new();
    for nth in 0..6000 {
        let random = super::bytes().new_tree(&mut runner).expect("bytes are never refused").current();
        let bytes = RARE.get(nth).map_or(random, |hex| super::findings::bytes_of(hex));
        let run = Program::decode(&bytes).run(FUEL);
        seen.extend(run.events.iter().map(reached));
        seen.insert(format!("{:?} in {:?}", run.walk.entry(), run.walk.revision()));
        seen.insert(run.world.model().id.to_owned());
        let end = match run.status {
            Status::Running => "running",
            Status::Waiting(_) => "waiting",
            Status::Faulted(_) => "faulted",
            Status::Done(_) => "done",
        };
        seen.insert(end.to_owned());
    }
    let calls = EntryPoint::ALL.into_iter().flat_map(|entry| {
        let revisions = Revision::ALL.into_iter().filter(move |&revision| entry.exists_in(revision));
        revisions.map(move |revision| format!("{entry:?} in {revision:?}"))
    });
    let models = MODELS.iter().map(|model| model.id.to_owned());
    let others = EVERYTHING.split_whitespace().map(str::to_owned);
    let missed: Vec<String> = calls.chain(models).chain(others).filter(|what| !seen.contains(what)).collect();
    assert_eq!(missed, Vec::<String>::new());
}
