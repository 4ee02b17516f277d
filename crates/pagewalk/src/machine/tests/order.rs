//! What the entry points with VMAs do before the walk: the order of their checks, assertions and locks (kernel-facts
//! 2.3.1, 2.3.4 to 2.3.6, 2.3.11).

use mm::Vma;

use super::areas::*;
use super::*;
use crate::WalkLock;

/// Everything up to the first look at an area or a table, in short words; `!` marks what fails.
fn start_of(mut walk: Walk, world: &mut World, mut ops: impl WalkOps) -> String {
    let (events, status) = events(&mut walk, world, &mut ops);
    let words: Vec<String> = events
        .iter()
        .take_while(|event| {
            !matches!(
                event,
                Event::FindVma { .. }
                    | Event::NextInMapping { .. }
                    | Event::Enter { func: Func::WalkOneVma, .. }
                    | Event::Read { .. }
            )
        })
        .map(|event| match *event {
            Event::Enter { func, .. } => format!(">{}", short(func)),
            Event::Return { func, .. } => format!("<{}", short(func)),
            Event::Check { check, ok } => format!("{check:?}{}", if ok { "" } else { "!" }).to_lowercase(),
            Event::Assert { lock, need, seen, by, .. } => {
                let lock = match lock {
                    LockName::Mmap(mm) => world.mm(mm).expect("an mm of this world").name,
                    LockName::Vma(_) => "vma",
                    LockName::IMmap => "i_mmap",
                    other => panic!("{other:?} is not asserted"),
                };
                let need = if need == Need::Write { "write" } else { "held" };
                let by = by.name().map(|name| format!(" by {name}")).unwrap_or_default();
                format!("{lock}:{need}{}{by}", if seen.lockdep_ok { "" } else { "!" })
            }
            ref other => told_of(other).unwrap_or_else(|| panic!("{other:?} before the walk")),
        })
        .collect();
    let ret = match status {
        Status::Done(0) => String::new(),
        Status::Done(ret) => format!(" = {ret}"),
        other => format!(" {other:?}"),
    };
    words.join(" ") + &ret
}

fn short(func: Func) -> &'static str {
    let name = func.name();
    name.strip_prefix("walk_page_").unwrap_or(name)
}

fn one_area() -> World {
    with_areas(tree(), &[area(0x1000, 0x3000)])
}

fn start_of_range(entry: EntryPoint, revision: Revision, mm: Option<MmId>, range: (u64, u64)) -> String {
    let args = Args { mm, start: VirtAddr(range.0), end: VirtAddr(range.1), ..Args::default() };
    let Ok(walk) = Walk::new(entry, revision, args) else { return "-".to_string() };
    start_of(walk, &mut one_area(), looking(Callbacks::PTE_HOLE))
}

#[test]
fn walks_of_a_range() {
    use EntryPoint::{Range, RangeMm, RangeMmUnsafe};
    let user = Some(MmId::USER);
    for revision in Revision::ALL {
        let (has_install, renamed) =
            (revision.rules().checks_ops, matches!(revision, Revision::V7_1 | Revision::V7_3));
        let (ops, inner) = match (has_install, renamed) {
            (false, _) => ("", ""),
            (true, false) => (" ops", " >range_mm"),
            (true, true) => (" ops", " >range_mm_unsafe"),
        };
        let of = |entry, mm, range| start_of_range(entry, revision, mm, range);
        let assertions = "range mm mm:held mm:held by find_vma";
        assert_eq!(of(Range, user, (0x1000, 0x3000)), format!(">range{ops}{inner} {assertions}"));
        let left = inner.replace('>', "<");
        assert_eq!(
            of(Range, user, (0x3000, 0x3000)),
            format!(">range{ops}{inner} range!{left} <range = -22"),
            "{revision:?}"
        );
        assert_eq!(
            of(Range, None, (0x1000, 0x3000)),
            format!(">range{ops}{inner} range mm!{left} <range = -22"),
            "{revision:?}"
        );
        let expected = format!(">range_mm {assertions}");
        let plain = if has_install && !renamed { &expected } else { "-" };
        assert_eq!(of(RangeMm, user, (0x1000, 0x3000)), plain, "{revision:?}");
        let expected = format!(">range_mm_unsafe {assertions}");
        let plain = if renamed { &expected } else { "-" };
        assert_eq!(of(RangeMmUnsafe, user, (0x1000, 0x3000)), plain, "{revision:?}");
    }
}

fn start_of_area(
    entry: EntryPoint,
    revision: Revision,
    (start, end): (u64, u64),
    callbacks: Callbacks,
) -> String {
    let mut world = one_area();
    let vma = Some(nth(&world, 0));
    let args = Args { vma, start: VirtAddr(start), end: VirtAddr(end), ..Args::default() };
    let Ok(walk) = Walk::new(entry, revision, args) else { return "-".to_string() };
    start_of(walk, &mut world, looking(callbacks))
}

#[test]
fn walks_of_an_area() {
    use EntryPoint::{RangeVma, RangeVmaUnsafe, Vma};
    use Revision::{Patch, V6_1_192, V6_6_153, V6_12_107, V6_16, V6_17, V6_18, V7_1, V7_3};
    let inside = (0x1000, 0x3000);
    for (revisions, range_vma, unsafe_one, whole) in [
        (&[V6_12_107, V6_6_153, V6_1_192][..], ">range_vma range mm bounds mm:held", "-", ">vma mm mm:held"),
        (&[V6_16, Patch, V6_17, V6_18], ">range_vma range mm bounds ops mm:held", "-", ">vma mm ops mm:held"),
        (
            &[V7_1, V7_3],
            ">range_vma ops >range_vma_unsafe range mm bounds mm:held",
            ">range_vma_unsafe range mm bounds mm:held",
            ">vma mm ops mm:held",
        ),
    ] {
        for &revision in revisions {
            let of = |entry, range| start_of_area(entry, revision, range, Callbacks::PTE_HOLE);
            assert_eq!(of(RangeVma, inside), range_vma, "{revision:?}");
            assert_eq!(of(RangeVmaUnsafe, inside), unsafe_one, "{revision:?}");
            // walk_page_vma() knows its range.
            assert_eq!(of(Vma, (0, 0)), whole, "{revision:?}");
            let end = |check: &str| {
                let upto = range_vma.split_once(check).expect("it is checked").0;
                let left = if range_vma.contains("unsafe") { " <range_vma_unsafe" } else { "" };
                format!("{upto}{check}!{left} <range_vma = -22")
            };
            assert_eq!(of(RangeVma, (0x2000, 0x2000)), end(" range"), "{revision:?}");
            for outside in [(0, 0x2000), (0x2000, 0x3001), (0x3000, 0x4000)] {
                assert_eq!(of(RangeVma, outside), end(" bounds"), "{revision:?}");
            }
        }
    }
}

#[test]
fn an_area_without_an_mm_is_refused_and_so_is_none_at_all() {
    for revision in Revision::ALL {
        for entry in [EntryPoint::Vma, EntryPoint::RangeVma] {
            let orphan = Vma { mm: None, ..area(0x1000, 0x3000) };
            let mut world = with_areas(tree(), &[orphan]);
            for vma in [Some(nth(&world, 0)), None] {
                let args = Args { vma, start: VirtAddr(0x1000), end: VirtAddr(0x2000), ..Args::default() };
                let walk = Walk::new(entry, revision, args).expect("every kernel has it");
                let found = start_of(walk, &mut world, looking(ALL));
                assert!(found.contains("mm! <") && found.ends_with("= -22"), "{found} {revision:?}");
            }
        }
    }
}

#[test]
fn what_may_not_install_says_so_in_its_place() {
    use EntryPoint::{Mapping, RangeVma, Vma};
    let install = Callbacks::PTE_ENTRY | Callbacks::INSTALL_PTE;
    for revision in Revision::ALL {
        let range =
            |callbacks| start_of(range_walk(revision, 0x1000, 0x3000), &mut one_area(), looking(callbacks));
        let area = |entry| start_of_area(entry, revision, (0x1000, 0x3000), install);
        let mapping = || {
            let args = Args { first_index: 0, nr: 1, ..Args::default() };
            let walk = Walk::new(Mapping, revision, args).expect("every kernel has it");
            start_of(walk, &mut one_area(), looking(install))
        };
        if !revision.rules().checks_ops {
            // There is no such callback: it is not looked at.
            assert_eq!(range(install), range(Callbacks::PTE_ENTRY));
            assert_eq!(mapping(), ">mapping i_mmap:held!");
            continue;
        }
        assert_eq!(range(install), ">range ops! <range = -22", "{revision:?}");
        assert_eq!(mapping(), ">mapping ops! <mapping = -22", "{revision:?}");
        assert_eq!(area(Vma), ">vma mm ops! <vma = -22", "{revision:?}");
        let renamed = matches!(revision, Revision::V7_1 | Revision::V7_3);
        let expected = if renamed {
            ">range_vma ops! <range_vma = -22"
        } else {
            ">range_vma range mm bounds ops! <range_vma = -22"
        };
        assert_eq!(area(RangeVma), expected, "{revision:?}");
    }
}

#[test]
fn the_lock_of_a_file_is_asserted_with_lockdep_only() {
    let mut world = one_area();
    let args = Args { first_index: 0, nr: 1, ..Args::default() };
    let mut walk = Walk::new(EntryPoint::Mapping, Revision::V7_3, args).expect("v7.3 has it");
    let (events, _) = events(&mut walk, &mut world, &mut looking(Callbacks::PTE_HOLE));
    let seen = events.iter().find_map(|event| match event {
        Event::Assert { lock: LockName::IMmap, seen, need: Need::Held, .. } => Some(*seen),
        _ => None,
    });
    let seen = seen.expect("it is asserted");
    assert_eq!((seen.lockdep_ok, seen.plain_ok), (false, true));
    world.i_mmap.preset(Task::Walker, LockMode::Read);
    let walk = Walk::new(EntryPoint::Mapping, Revision::V7_3, args).expect("v7.3 has it");
    assert_eq!(start_of(walk, &mut world, looking(Callbacks::PTE_HOLE)), ">mapping ops i_mmap:held");
}

/// An ops table with a `walk_lock`.
pub(super) struct Locking<O>(pub(super) WalkLock, pub(super) O);

impl<O: WalkOps> WalkOps for Locking<O> {
    fn callbacks(&self) -> Callbacks {
        self.1.callbacks()
    }

    fn walk_lock(&self) -> WalkLock {
        self.0
    }

    fn call(&mut self, call: &Call, world: &mut World) -> Reply {
        self.1.call(call, world)
    }
}

#[test]
fn walk_lock_says_what_is_asserted_of_the_mm_and_the_area() {
    use WalkLock::{Rdlock, VmaRdlockVerify, Wrlock, WrlockVerify};
    // The caller holds the mm for reading and the area not at all.
    for (walk_lock, expected) in [
        (Rdlock, "mm:held"),
        (Wrlock, "mm:write! mm:write! by vma_start_write write-lock vma0, was none"),
        (WrlockVerify, "mm:write! mm:write! by vma_assert_write_locked vma:write!"),
        (VmaRdlockVerify, "mm:write! by vma_assert_locked vma:held!"),
    ] {
        for revision in having(|rules| rules.vma_locks) {
            let mut world = one_area();
            let walk = area_walk(EntryPoint::Vma, revision, &world, 0, (0, 0));
            let found = start_of(walk, &mut world, Locking(walk_lock, looking(Callbacks::PTE_HOLE)));
            let ops = if revision.rules().checks_ops { " ops" } else { "" };
            let known = !matches!(
                revision,
                Revision::V6_16 | Revision::Patch | Revision::V6_12_107 | Revision::V6_6_153
            );
            // A value that a kernel does not know counts as a writer's.
            let unknown = if walk_lock == VmaRdlockVerify && !known { " mm:write!" } else { "" };
            assert_eq!(found, format!(">vma mm{ops}{unknown} {expected}"), "{walk_lock:?} {revision:?}");
        }
    }
}

#[test]
fn a_reader_of_the_area_needs_no_lock_of_the_mm() {
    for (mode, expected) in [
        (LockMode::Read, "vma:held"),
        (LockMode::Write, "mm:write! by vma_assert_locked vma:held"),
        (LockMode::None, "mm:write! by vma_assert_locked vma:held!"),
    ] {
        let mut area = area(0x1000, 0x3000);
        area.lock.preset(Task::Walker, mode);
        let mut world = with_areas(tree(), &[area]);
        let walk = area_walk(EntryPoint::Vma, Revision::V7_3, &world, 0, (0, 0));
        let ops = Locking(WalkLock::VmaRdlockVerify, looking(Callbacks::PTE_HOLE));
        assert_eq!(start_of(walk, &mut world, ops), format!(">vma mm ops {expected}"), "{mode:?}");
    }
}
