//! What entry points do before the walk: the order of checks and assertions (kernel-facts 1.3), and what that
//! means for callers that hold too little (kernel-facts 2.5).

use super::*;

/// What an entry point does before the walk proper, in short words: `>kernel` enters a function, `range`, `mm`
/// and `ops` are checks, `init_mm:held` is an assertion; `!` marks what fails.
fn started(events: &[Event], world: &World) -> String {
    let words: Vec<String> = events
        .iter()
        .take_while(|event| !matches!(event, Event::Enter { func: Func::WalkRange(_), .. }))
        .map(|event| match *event {
            Event::Enter { func, .. } => format!(">{}", short(func)),
            Event::Return { func, ret } => format!("<{}:{ret}", short(func)),
            Event::Check { check, ok } => {
                let check = match check {
                    Check::Range => "range",
                    Check::Mm => "mm",
                    Check::Ops => "ops",
                    other => panic!("a walk without VMAs does not check {other:?}"),
                };
                format!("{check}{}", if ok { "" } else { "!" })
            }
            Event::Assert { lock: LockName::Mmap(mm), need, seen, .. } => {
                let need = if need == Need::Write { "write" } else { "held" };
                let mm = world.mm(mm).expect("an mm of this world").name;
                format!("{mm}:{need}{}", if seen.lockdep_ok { "" } else { "!" })
            }
            Event::Delegate => "delegate".to_string(),
            Event::Fault(Fault::NullMm) => "NULL!".to_string(),
            ref other => format!("{other:?}"),
        })
        .collect();
    words.join(" ")
}

fn short(func: Func) -> &'static str {
    match func {
        Func::WalkPageRangeNovma => "novma",
        Func::WalkKernelPageTableRange => "kernel",
        Func::WalkKernelPageTableRangeLockless => "lockless",
        Func::WalkPageRangeDebug => "debug",
        Func::WalkPageRangeNovmaHelper => "helper",
        other => other.name(),
    }
}

/// How a call begins, with both locks held for writing.
fn start_of(entry: EntryPoint, revision: Revision, mm: Option<MmId>) -> String {
    let mut world = empty_world("x86_64-4level");
    world.preset_lock(MmId::INIT_MM, Task::Walker, LockMode::Write);
    world.preset_lock(MmId::USER, Task::Walker, LockMode::Write);
    let args = Args { mm, start: VirtAddr(0), end: VirtAddr(0x1000), ..Args::default() };
    let Ok(mut walk) = Walk::new(entry, revision, args) else { return "-".to_string() };
    let (events, _) = events(&mut walk, &mut world, &mut looking(Callbacks::PTE_HOLE));
    started(&events, &world)
}

const INIT_MM: Option<MmId> = Some(MmId::INIT_MM);
const USER: Option<MmId> = Some(MmId::USER);

#[test]
fn checks_and_assertions_come_in_each_revisions_order() {
    use EntryPoint::{Debug, Kernel, KernelLockless, Novma};
    use Revision::{Patch, V6_1_192, V6_6_153, V6_12_107, V6_16, V6_17, V6_18, V7_1, V7_3};
    for (revision, entry, mm, expected) in [
        (V6_16, Novma, INIT_MM, ">novma range mm ops init_mm:held"),
        (V6_16, Novma, USER, ">novma range mm ops mm:write"),
        (V6_16, Novma, None, ">novma range mm! <novma:-22"),
        (V6_16, Kernel, None, "-"),
        (V6_16, KernelLockless, None, "-"),
        (V6_16, Debug, USER, "-"),
        (Patch, Novma, USER, "-"),
        (Patch, Kernel, None, ">kernel init_mm:held >helper range mm ops"),
        (Patch, KernelLockless, None, "-"),
        (Patch, Debug, INIT_MM, ">debug delegate >kernel init_mm:held >helper range mm ops"),
        (Patch, Debug, USER, ">debug mm:write >helper range mm ops"),
        (Patch, Debug, None, ">debug NULL!"),
        (V6_17, Novma, USER, "-"),
        (V6_17, Kernel, None, ">kernel range ops init_mm:held"),
        (V6_17, KernelLockless, None, "-"),
        (V6_17, Debug, INIT_MM, ">debug delegate >kernel range ops init_mm:held"),
        (V6_17, Debug, USER, ">debug range mm ops mm:write"),
        (V6_17, Debug, None, ">debug range mm! <debug:-22"),
        (V6_18, Kernel, None, ">kernel init_mm:held >lockless range ops"),
        (V6_18, KernelLockless, None, ">lockless range ops"),
        (V6_18, Debug, INIT_MM, ">debug delegate >kernel init_mm:held >lockless range ops"),
        (V6_18, Debug, USER, ">debug range mm ops mm:write"),
        (V6_18, Debug, None, ">debug range mm! <debug:-22"),
        (V7_1, Kernel, None, ">kernel init_mm:held >lockless range ops"),
        (V7_1, KernelLockless, None, ">lockless range ops"),
        (V7_1, Debug, INIT_MM, ">debug delegate >kernel init_mm:held >lockless range ops"),
        (V7_1, Debug, USER, ">debug range mm ops mm:write"),
        (V7_1, Debug, None, ">debug range mm! <debug:-22"),
        (V7_3, Novma, USER, "-"),
        (V7_3, Kernel, None, ">kernel init_mm:held >lockless range ops"),
        (V7_3, KernelLockless, None, ">lockless range ops"),
        (V7_3, Debug, INIT_MM, ">debug init_mm:write init_mm:write range ops"),
        (V7_3, Debug, USER, ">debug mm:write init_mm:write range ops"),
        (V7_3, Debug, None, ">debug NULL!"),
        (V6_12_107, Novma, USER, "-"),
        (V6_12_107, Kernel, None, ">kernel range init_mm:held"),
        (V6_12_107, KernelLockless, None, "-"),
        (V6_12_107, Debug, INIT_MM, ">debug init_mm:write init_mm:write range"),
        (V6_12_107, Debug, USER, ">debug mm:write init_mm:write range"),
        (V6_12_107, Debug, None, ">debug NULL!"),
        (V6_6_153, Novma, USER, "-"),
        (V6_6_153, Kernel, None, ">kernel range init_mm:held"),
        (V6_6_153, Debug, INIT_MM, ">debug init_mm:write init_mm:write range"),
        (V6_6_153, Debug, USER, ">debug mm:write init_mm:write range"),
        (V6_6_153, Debug, None, ">debug NULL!"),
        // Checks first: a NULL mm is refused, and an empty range is silent.
        (V6_1_192, Novma, INIT_MM, ">novma range mm init_mm:write init_mm:write"),
        (V6_1_192, Novma, USER, ">novma range mm mm:write init_mm:write"),
        (V6_1_192, Novma, None, ">novma range mm! <novma:-22"),
        (V6_1_192, Kernel, None, "-"),
        (V6_1_192, KernelLockless, None, "-"),
        (V6_1_192, Debug, USER, "-"),
    ] {
        assert_eq!(start_of(entry, revision, mm), expected, "{entry:?} of {mm:?} in {revision:?}");
    }
}

/// What a call warns about and how it ends: `init_mm mm = -22`.
fn outcome(
    entry: EntryPoint,
    revision: Revision,
    mm: Option<MmId>,
    end: u64,
    callbacks: Callbacks,
    (init_mm_lock, mm_lock): (LockMode, LockMode),
) -> String {
    let mut world = empty_world("x86_64-4level");
    world.preset_lock(MmId::INIT_MM, Task::Walker, init_mm_lock);
    world.preset_lock(MmId::USER, Task::Walker, mm_lock);
    let mut walk = walk(entry, revision, mm, 0x1000, end);
    let (events, status) = events(&mut walk, &mut world, &mut looking(callbacks));
    let mut words: Vec<String> = events
        .iter()
        .filter_map(|event| match event {
            Event::Assert { lock: LockName::Mmap(mm), seen, .. } if !seen.lockdep_ok => {
                Some(world.mm(*mm).expect("an mm of this world").name.to_string())
            }
            _ => None,
        })
        .collect();
    words.push(match status {
        Status::Done(ret) => format!("= {ret}"),
        other => format!("= {other:?}"),
    });
    words.join(" ")
}

#[test]
fn callers_that_hold_too_little_are_warned_about_as_each_revision_does() {
    use EntryPoint::{Debug, Kernel, KernelLockless};
    use LockMode::{None as Free, Read, Write};
    const VALID: u64 = 0x2000;
    const EMPTY: u64 = 0x1000;
    let null = "= Faulted(NullMm)";
    // Kernel-facts 2.5. Columns: v6.16, patch, v6.17, v7.3.
    for (name, entry, mm, end, locks, expected) in [
        ("D1", Kernel, INIT_MM, EMPTY, (Free, Free), ["= -22", "init_mm = -22", "= -22", "init_mm = -22"]),
        ("D2", Kernel, INIT_MM, VALID, (Free, Free), ["init_mm = 0"; 4]),
        // Where there is no lockless walk, the kernel walk does its work and warns.
        (
            "D2 lockless",
            KernelLockless,
            INIT_MM,
            VALID,
            (Free, Free),
            ["init_mm = 0", "init_mm = 0", "init_mm = 0", "= 0"],
        ),
        ("D3", Kernel, INIT_MM, VALID, (Read, Free), ["= 0"; 4]),
        ("D4", Debug, INIT_MM, VALID, (Read, Free), ["= 0", "= 0", "= 0", "init_mm init_mm = 0"]),
        ("D5", Debug, USER, VALID, (Free, Read), ["mm = 0", "mm = 0", "mm = 0", "mm init_mm = 0"]),
        ("D6", Debug, USER, VALID, (Free, Write), ["= 0", "= 0", "= 0", "init_mm = 0"]),
        ("D7", Debug, USER, VALID, (Write, Write), ["= 0"; 4]),
        ("D8", Debug, None, VALID, (Free, Free), ["= -22", null, "= -22", null]),
        ("D9", Debug, USER, EMPTY, (Free, Free), ["= -22", "mm = -22", "= -22", "mm init_mm = -22"]),
    ] {
        let revisions = [Revision::V6_16, Revision::Patch, Revision::V6_17, Revision::V7_3];
        for (revision, expected) in revisions.into_iter().zip(expected) {
            let found = outcome(entry, revision, mm, end, Callbacks::PTE_HOLE, locks);
            assert_eq!(found, expected, "{name} in {revision:?}");
        }
    }
}

#[test]
fn an_ops_table_that_installs_ptes_is_refused() {
    // D10. The long-term kernel's ops table has no such member.
    let install = Callbacks::PTE_HOLE | Callbacks::INSTALL_PTE;
    let free = (LockMode::None, LockMode::None);
    for (revision, kernel, debug) in [
        (Revision::V6_16, "= -22", "= -22"),
        (Revision::Patch, "init_mm = -22", "mm = -22"),
        (Revision::V6_17, "= -22", "= -22"),
        (Revision::V6_18, "init_mm = -22", "= -22"),
        (Revision::V7_1, "init_mm = -22", "= -22"),
        (Revision::V7_3, "init_mm = -22", "mm init_mm = -22"),
        (Revision::V6_12_107, "init_mm = 0", "mm init_mm = 0"),
        (Revision::V6_6_153, "init_mm = 0", "mm init_mm = 0"),
        // There is one function, which asserts the same lock twice.
        (Revision::V6_1_192, "init_mm init_mm = 0", "mm init_mm = 0"),
    ] {
        assert_eq!(
            outcome(EntryPoint::Kernel, revision, INIT_MM, 0x2000, install, free),
            kernel,
            "{revision:?}"
        );
        assert_eq!(outcome(EntryPoint::Debug, revision, USER, 0x2000, install, free), debug, "{revision:?}");
    }
}

#[test]
fn a_kernel_walk_ignores_the_mm_that_it_is_given() {
    for revision in Revision::ALL.into_iter().filter(|&revision| EntryPoint::Kernel.exists_in(revision)) {
        let walk = walk(EntryPoint::Kernel, revision, USER, 0, 0x1000);
        assert_eq!(walk.args().mm, INIT_MM);
    }
}

#[test]
fn another_tasks_lock_satisfies_an_assertion_only_without_lockdep() {
    let mut world = empty_world("x86_64-4level");
    world.preset_lock(MmId::INIT_MM, Task::Other, LockMode::Read);
    let mut walk = kernel_walk(Revision::V7_3, 0, 0x1000);
    let (events, status) = events(&mut walk, &mut world, &mut looking(Callbacks::PTE_HOLE));
    let seen = events.iter().find_map(|event| match event {
        Event::Assert { seen, .. } => Some((seen.lockdep_ok, seen.plain_ok)),
        _ => None,
    });
    assert_eq!((seen, status), (Some((false, true)), Status::Done(0)));
}

#[test]
fn a_backward_range_is_refused_and_every_other_one_walked() {
    let locks = (LockMode::Write, LockMode::Write);
    // Those that take a range and no VMA to hold it.
    let ranged = |entry: &EntryPoint| entry.takes_mm() || !entry.has_vmas();
    for revision in Revision::ALL {
        for entry in EntryPoint::ALL.into_iter().filter(ranged) {
            let of = |end| outcome(entry, revision, USER, end, Callbacks::PTE_HOLE, locks);
            assert_eq!(of(0xfff), "= -22", "{entry:?} in {revision:?}");
            assert_eq!(of(0x1000), "= -22", "{entry:?} in {revision:?}");
            assert_eq!(of(0), "= -22", "an end of 2^64 is 0: {entry:?} in {revision:?}");
            assert_eq!(of(0x1001), "= 0", "{entry:?} in {revision:?}");
        }
    }
}

#[test]
fn in_every_kernel_some_function_does_the_work_of_each_entry_point() {
    for (entry, revision) in
        EntryPoint::ALL.into_iter().flat_map(|entry| Revision::ALL.map(|revision| (entry, revision)))
    {
        let found = entry.in_revision(revision);
        let missing = entry == EntryPoint::FolioWalk && !revision.rules().folio_walk;
        assert_eq!(found.exists_in(revision), !missing, "{entry:?} {revision:?}: {found:?}");
        assert_eq!(Walk::in_revision(entry, revision, Args::default()).entry(), found);
        assert_eq!(Walk::new(entry, revision, Args::default()).is_ok(), entry.exists_in(revision));
    }
}
