//! `folio_walk_start()` and `folio_walk_end()`: kernel-facts 2.3.11. No trace of the kernel has them, so every branch is
//! tested here.

use mm::{Pages, Vma, VmaFlags};

use super::areas::*;
use super::*;
use crate::{FolioFlags, FolioPage};

/// Addresses that [`tree`] maps.
pub(super) const ADDR: u64 = 0x1234;
/// Neither none nor present.
pub(super) const ABSENT: u64 = 0x200;
const GIB: u64 = 1 << 30;

pub(super) fn folio_walk(revision: Revision, world: &World, addr: u64, folio: FolioFlags) -> Walk {
    let args = Args {
        vma: Some(nth(world, 0)),
        start: VirtAddr(addr),
        end: VirtAddr(addr),
        folio,
        ..Args::default()
    };
    Walk::new(EntryPoint::FolioWalk, revision, args).expect("every kernel has it")
}

pub(super) fn mapped() -> World {
    with_areas(tree(), &[area(0, GIB)])
}

pub(super) fn with_entry(table: u64, slot: u32, value: u64) -> World {
    let mut world = mapped();
    set_entry(&mut world, table, slot, value);
    world
}

/// What a walk of `addr` finds and locks, in every kernel the same.
fn found(world: &World, addr: u64, flags: FolioFlags) -> Vec<String> {
    let of = |revision| {
        let mut world = world.clone();
        let walk = folio_walk(revision, &world, addr, flags);
        let (told, status) = folio(walk, &mut world);
        assert!(matches!(status, Status::Done(0) | Status::Faulted(_)), "{status:?}");
        if let Status::Done(_) = status {
            assert!(world.ptls.is_empty(), "what was locked is released");
            assert_eq!(world.mm(MmId::USER).expect("it is there").page_table_lock, None);
        }
        told
    };
    let found = of(Revision::V7_3);
    for revision in having(|rules| rules.folio_walk) {
        assert_eq!(of(revision), found, "{revision:?}");
    }
    found
}

/// Everything in short words, with `end` where `folio_walk_end()` begins.
fn folio(mut walk: Walk, world: &mut World) -> (Vec<String>, Status) {
    let (events, status) = events(&mut walk, world, &mut looking(Callbacks::empty()));
    let words = events.iter().filter_map(|event| match event {
        Event::Enter { func: Func::FolioWalkEnd, .. } => Some("end".to_string()),
        other => told_of(other),
    });
    (words.collect(), status)
}

const NOTHING: [&str; 1] = ["nothing"];

#[test]
fn a_page_is_found_and_stays_locked_until_the_end() {
    assert_eq!(
        found(&mapped(), ADDR, FolioFlags::empty()),
        ["rcu lock", "ptl lock", "map lock 1234", "found pte page 101000", "end", "ptl unlock", "rcu unlock"]
    );
}

#[test]
fn the_stack_the_path_and_the_lock_are_there_while_a_page_is_held() {
    let mut world = mapped();
    let mut walk = folio_walk(Revision::V7_3, &world, ADDR, FolioFlags::empty());
    let mut returned = false;
    watched(&mut walk, &mut world, &mut looking(Callbacks::empty()), |walk, world, event| match event {
        Event::FolioFound(Some(page)) => {
            let slot = mm::Slot { table: PhysAddr(PTE), index: 1 };
            let expected = FolioPage {
                level: Level::Pte,
                slot,
                value: RawEntry(0x10_1063),
                page: Some(PhysAddr(0x10_1000)),
            };
            assert_eq!(page, expected);
            assert_eq!(walk.path().collect::<Vec<_>>(), [(Level::Pte, slot)]);
            assert_eq!(walk.vma(), Some(nth(world, 0)));
        }
        Event::Return { func: Func::FolioWalkStart, ret } => {
            returned = true;
            assert_eq!((ret, walk.stack().count()), (0, 0));
            assert_eq!(world.ptls[..], [(PhysAddr(PTE), Task::Walker)]);
        }
        Event::Enter { func: Func::FolioWalkEnd, .. } => {
            assert_eq!(walk.stack().map(|frame| frame.func).collect::<Vec<_>>(), [Func::FolioWalkEnd]);
        }
        _ => {}
    });
    assert!(returned && world.ptls.is_empty());
    assert_eq!((walk.stack().count(), walk.path().count()), (0, 0));
}

#[test]
fn the_callers_lock_is_asserted_and_missed_without_consequence() {
    for mode in LockMode::ALL {
        let mut world = mapped();
        world.preset_lock(MmId::USER, Task::Walker, mode);
        let mut walk = folio_walk(Revision::V7_3, &world, ADDR, FolioFlags::empty());
        let (events, status) = events(&mut walk, &mut world, &mut looking(Callbacks::empty()));
        let assertions: Vec<_> = events
            .iter()
            .filter_map(|event| match event {
                Event::Assert { lock, need, seen, .. } => Some((*lock, *need, seen.lockdep_ok)),
                _ => None,
            })
            .collect();
        assert_eq!(assertions, [(LockName::Mmap(MmId::USER), Need::Held, mode != LockMode::None)]);
        assert_eq!(status, Status::Done(0));
    }
}

#[test]
fn an_area_without_an_mm_is_a_null_pointer() {
    let world = with_areas(tree(), &[Vma { mm: None, ..area(0, GIB) }]);
    assert_eq!(found(&world, ADDR, FolioFlags::empty()), ["fault: NULL mm"]);
}

#[test]
fn an_address_outside_of_the_area_finds_nothing() {
    let small = with_areas(tree(), &[area(0x1000, 0x2000)]);
    for addr in [0xfff, 0x2000] {
        let mut walk = folio_walk(Revision::V7_3, &small, addr, FolioFlags::empty());
        let (events, _) = events(&mut walk, &mut small.clone(), &mut looking(Callbacks::empty()));
        assert!(events.contains(&Event::Check { check: Check::InVma, ok: false }));
        assert_eq!(found(&small, addr, FolioFlags::empty()), NOTHING);
    }
    assert!(found(&small, 0x1fff, FolioFlags::empty()).contains(&"found pte page 101000".to_string()));
}

#[test]
fn an_area_of_hugetlbfs_is_locked_from_begin_to_end() {
    let mut world = with_areas(tree(), &[hugetlb(0, GIB, 0x20_0000)]);
    set_entry(&mut world, PMD, 0, LARGE);
    assert_eq!(
        found(&world, ADDR, FolioFlags::empty()),
        ["hugetlb lock", "ptl lock", "found pmd page 40001000", "end", "ptl unlock", "hugetlb unlock"]
    );
    set_entry(&mut world, PMD, 0, x86(PTE));
    let with_pte = found(&world, ADDR, FolioFlags::empty());
    assert_eq!(with_pte[0], "hugetlb lock");
    assert_eq!(with_pte[with_pte.len() - 4..], ["end", "ptl unlock", "rcu unlock", "hugetlb unlock"]);
    set_entry(&mut world, PMD, 0, 0);
    let locked = ["hugetlb lock", "hugetlb unlock", "nothing"];
    assert_eq!(found(&world, ADDR, FolioFlags::empty()), locked);
    assert_eq!(found(&world, GIB, FolioFlags::empty()), locked, "outside");
    // Where there is no hugetlbfs nothing is locked.
    let world = with_areas(empty_world("openrisc"), &[hugetlb(0, 0x2000, 0x2000)]);
    assert_eq!(found(&world, 0, FolioFlags::empty()), NOTHING);
}

#[test]
fn what_is_none_ends_the_search_at_every_level() {
    for (table, slot) in [(ROOT, 0), (PUD, 0), (PMD, 0)] {
        assert_eq!(found(&with_entry(table, slot, 0), ADDR, FolioFlags::empty()), NOTHING);
    }
    assert_eq!(
        found(&with_entry(PTE, 1, 0), ADDR, FolioFlags::empty()),
        ["rcu lock", "ptl lock", "map lock 1234", "ptl unlock", "rcu unlock", "nothing"]
    );
}

#[test]
fn a_bad_pgd_or_p4d_is_cleared() {
    for (id, level, bad) in [
        ("x86_64-4level", Level::P4d, 0x3008),
        ("x86_64-5level", Level::Pgd, 0x3061),
        ("riscv64-sv57", Level::Pgd, 0xc00),
        ("riscv64-sv48", Level::P4d, 0xc00),
    ] {
        let mut world = with_areas(world(id, &[(ROOT, Level::Pgd, &[(0, bad)])]), &[area(0, GIB)]);
        assert_eq!(
            found(&world, ADDR, FolioFlags::empty()),
            [format!("bad {} 1234", level.name()), "nothing".to_string()]
        );
        let walk = folio_walk(Revision::V7_3, &world, ADDR, FolioFlags::empty());
        folio(walk, &mut world);
        assert_eq!(entry_at(&world, ROOT, 0), 0, "{id}");
    }
    // The compiler's empty macro.
    let mut world = with_areas(world("arm64-4k-48", &[(ROOT, Level::Pgd, &[(0, 0x3001)])]), &[area(0, GIB)]);
    let walk = folio_walk(Revision::V7_3, &world, ADDR, FolioFlags::empty());
    assert_eq!(folio(walk, &mut world).0, ["bad p4d 1234 kept", "nothing"]);
    assert_eq!(entry_at(&world, ROOT, 0), 0x3001);
}

#[test]
fn a_bad_pmd_is_cleared_while_it_is_mapped() {
    let mut world = with_entry(PMD, 0, PTE | 0x61);
    let expected = ["rcu lock", "bad pmd 1234", "rcu unlock", "nothing"];
    assert_eq!(found(&world, ADDR, FolioFlags::empty()), expected);
    let walk = folio_walk(Revision::V7_3, &world, ADDR, FolioFlags::empty());
    folio(walk, &mut world);
    assert_eq!(entry_at(&world, PMD, 0), 0);
}

#[test]
fn a_huge_page_is_found_under_its_lock_with_the_page_of_the_address() {
    let addr = 0x12_3456;
    assert_eq!(
        found(&with_entry(PUD, 0, LARGE), addr, FolioFlags::empty()),
        ["page_table_lock lock", "found pud page 40123000", "end", "page_table_lock unlock"]
    );
    assert_eq!(
        found(&with_entry(PMD, 0, LARGE), addr, FolioFlags::empty()),
        ["ptl lock", "found pmd page 40123000", "end", "ptl unlock"]
    );
}

#[test]
fn what_is_locked_is_the_mm_for_a_pud_and_the_table_for_the_others() {
    let pmd_of = |world: &World| world.table_at(PhysAddr(PMD)).is_some();
    for (table, value, lock) in [
        (PUD, LARGE, LockName::PageTable(MmId::USER)),
        (PMD, LARGE, LockName::Ptl(PhysAddr(PMD))),
        (PMD, x86(PTE), LockName::Ptl(PhysAddr(PTE))),
    ] {
        let mut world = with_entry(table, 0, value);
        assert!(pmd_of(&world));
        let mut walk = folio_walk(Revision::V7_3, &world, ADDR, FolioFlags::empty());
        let (events, _) = events(&mut walk, &mut world, &mut looking(Callbacks::empty()));
        let locks: Vec<_> = events
            .iter()
            .filter_map(|event| match event {
                Event::Lock { lock, mode: LockMode::Write, .. }
                | Event::Unlock { lock, mode: LockMode::Write } => Some(*lock),
                _ => None,
            })
            .collect();
        assert_eq!(locks, [lock, lock]);
    }
}

#[test]
fn raw_frames_and_special_ptes_have_no_page() {
    for (table, slot, value, locks) in [
        (PUD, 0, LARGE, &["page_table_lock lock", "page_table_lock unlock", "nothing"][..]),
        (PMD, 0, LARGE, &["ptl lock", "ptl unlock", "nothing"]),
        (
            PTE,
            1,
            0x10_1063,
            &["rcu lock", "ptl lock", "map lock 1234", "ptl unlock", "rcu unlock", "nothing"],
        ),
    ] {
        let mut world = with_areas(tree(), &[Vma { flags: VmaFlags::PFNMAP, ..area(0, GIB) }]);
        set_entry(&mut world, table, slot, value);
        assert_eq!(found(&world, ADDR, FolioFlags::all()), locks);
    }
    // _PAGE_SPECIAL is a software bit of ptes.
    let special = found(&with_entry(PTE, 1, 0x10_1263), ADDR, FolioFlags::empty());
    assert_eq!(special.last().map(String::as_str), Some("nothing"));
}

#[test]
fn the_shared_pages_of_zeroes_are_found_only_by_those_who_ask() {
    let pages =
        Pages { zero: Some(PhysAddr(0x10_1000)), huge_zero: Some(PhysAddr(0x4000_0000)), migration: None };
    for (table, value, level) in [(PMD, LARGE, "pmd"), (PMD, x86(PTE), "pte")] {
        let mut world = with_entry(table, 0, value);
        world.pages = pages;
        let without = found(&world, ADDR, FolioFlags::empty());
        assert_eq!(without.last().map(String::as_str), Some("nothing"));
        assert!(without.iter().any(|words| words == "ptl unlock"), "{without:?}");
        let with = found(&world, ADDR, FolioFlags::ZEROPAGE);
        assert!(with.contains(&format!("found {level} no page")), "{with:?}");
    }
    // There is no huge page of zeroes of pud size, and the small one is no huge one.
    let mut world = with_entry(PUD, 0, LARGE);
    world.pages = pages;
    assert!(found(&world, ADDR, FolioFlags::empty()).contains(&"found pud page 40001000".to_string()));
    let mut world = mapped();
    world.pages = Pages { huge_zero: pages.zero, ..Pages::default() };
    assert!(found(&world, ADDR, FolioFlags::empty()).contains(&"found pte page 101000".to_string()));
}

#[test]
fn pages_under_migration_are_found_by_older_kernels_if_asked_for() {
    let old = |revision| {
        matches!(
            revision,
            Revision::V6_16 | Revision::Patch | Revision::V6_17 | Revision::V6_18 | Revision::V6_12_107
        )
    };
    for revision in having(|rules| rules.folio_walk) {
        for (table, slot, level) in [(PUD, 0, None), (PMD, 0, Some("pmd")), (PTE, 1, Some("pte"))] {
            for (flags, migration) in [
                (FolioFlags::MIGRATION, Some((0x200, 0x200))),
                (FolioFlags::ZEROPAGE, Some((0x200, 0x200))),
                // Swapped out: not what a migration entry looks like.
                (FolioFlags::MIGRATION, Some((0x600, 0x600))),
                (FolioFlags::MIGRATION, None),
            ] {
                let mut world = with_entry(table, slot, ABSENT);
                world.pages.migration = migration;
                let walk = folio_walk(revision, &world, ADDR, flags);
                let (told, status) = folio(walk, &mut world);
                let asked = flags == FolioFlags::MIGRATION && migration == Some((0x200, 0x200));
                let expected = level.filter(|_| asked && old(revision));
                let expected =
                    expected.map_or("nothing".to_string(), |level| format!("found {level} no page"));
                assert!(told.contains(&expected), "{told:?} {revision:?}");
                assert_eq!(status, Status::Done(0));
                assert!(world.ptls.is_empty());
            }
        }
    }
}

#[test]
fn a_pointer_to_nowhere_is_a_fault() {
    for (table, expected) in [
        (ROOT, "fault: no pud table at dead000"),
        (PUD, "fault: no pmd table at dead000"),
        (PMD, "fault: no pte table at dead000"),
    ] {
        let told = found(&with_entry(table, 0, x86(0x0dea_d000)), ADDR, FolioFlags::empty());
        assert_eq!(told.last().map(String::as_str), Some(expected));
    }
}

#[test]
fn every_geometry_leads_to_the_page() {
    for &model in pgtable::MODELS {
        let levels: Vec<Level> = model.real_levels().collect();
        let at = |n: usize| ROOT * (1 + n as u64);
        let pte = model.make_pte(PhysAddr(0x4000_0000), pgtable::Prot::Kernel).0;
        let entries: Vec<_> = levels
            .iter()
            .enumerate()
            .map(|(n, &level)| {
                let value = if level == Level::Pte { pte } else { to_table(model, at(n + 1)) };
                (at(n), level, [(0, value)])
            })
            .collect();
        let tables: Vec<_> = entries.iter().map(|(pa, level, entries)| (*pa, *level, &entries[..])).collect();
        let mut world = with_areas(world(model.id, &tables), &[area(0, 0x1_0000)]);
        let told = found(&world, 0x123, FolioFlags::empty());
        assert_eq!(
            told,
            [
                "rcu lock",
                "ptl lock",
                "map lock 123",
                "found pte page 40000000",
                "end",
                "ptl unlock",
                "rcu unlock"
            ],
            "{model:?}"
        );
        let mut walk = folio_walk(Revision::V7_3, &world, 0x123, FolioFlags::empty());
        let said = said_by_steps(&mut walk, &mut world, &mut looking(Callbacks::empty()));
        assert!(said.iter().all(|&events| events == 1), "{model:?}: a folded level is no step");
    }
}

#[test]
fn where_nothing_is_huge_an_absent_pmd_is_not_locked() {
    // Without CONFIG_PGTABLE_HAS_HUGE_LEAVES: openrisc has neither transparent huge pages nor hugetlbfs.
    let told = |id, value| {
        let world = with_areas(world(id, &[(ROOT, Level::Pgd, &[(0, value)])]), &[area(0, 0x2000)]);
        found(&world, 0, FolioFlags::empty())
    };
    assert_eq!(told("openrisc", 0x80), ["rcu lock", "map lock 0 failed", "rcu unlock", "nothing"]);
    assert_eq!(told("riscv32-sv32", 0x80), ["ptl lock", "ptl unlock", "nothing"]);
}
