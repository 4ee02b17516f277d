//! Tables that a person brings: every walk without VMAs runs on them, and finds something to show.

use std::collections::HashSet;

use capture::formats::read_file;
use capture::{Brought, Limits};
use narrate::{Mark, Timeline};
use pagewalk::Status;
use pagewalk_tests::{LIBRARY, default_dir, find};
use scenario::link::Link;
use scenario::places::Places;
use scenario::sample::sample;
use scenario::{FileId, LinkProblem, Setup, SetupError, Tables};

/// The captures of this repository, as files that a person opens.
fn files() -> Vec<Brought> {
    let folders = find(&default_dir()).expect("captures");
    let read = |folder: std::path::PathBuf| {
        let bytes = std::fs::read(folder.join("tables.json.gz")).expect("a file");
        read_file(&bytes, Limits::ALL).expect("a capture of this repository")
    };
    folders.into_iter().map(read).collect()
}

/// The marks of a run's stops.
fn marks(setup: &Setup, brought: &Brought) -> HashSet<Mark> {
    let place = format!("{} on {}", setup.scenario.id, setup.tables);
    let (world, runner) = setup.start(&brought.capture).expect(&place);
    let mut timeline = Timeline::new(world, runner);
    // A dump of a whole address space takes a million: how it ends is not what is asked here.
    timeline.record(200_000);
    assert!(
        matches!(timeline.status(), Status::Done(_) | Status::Running),
        "{place}: {:?}",
        timeline.status()
    );
    timeline.stops().iter().map(|stop| stop.mark).collect()
}

#[test]
fn every_walk_without_vmas_runs_on_every_file() {
    for brought in files() {
        let file = FileId::from(&brought);
        let mut ran = Vec::new();
        for scenario in LIBRARY.scenarios() {
            let Some(tables) = scenario.tables_of(file) else { continue };
            let marks = marks(&Setup { tables, ..Setup::of(scenario) }, &brought);
            ran.push(scenario.id);
            if scenario.id == "kernel-walk" {
                assert!(marks.contains(&Mark::Page) || marks.contains(&Mark::Leaf), "{file}: {marks:?}");
                assert!(marks.contains(&Mark::Hole) || marks.contains(&Mark::Empty), "{file}: {marks:?}");
            }
        }
        for walk in
            ["kernel-walk", "debug-user", "debug-init-mm", "without-vmas", "again", "unaligned", "top"]
        {
            assert!(ran.contains(&walk), "{walk} on {file}");
        }
        assert_eq!(ran.contains(&"ptdump"), file.model.kernel.ptdump.is_some(), "{file}");
    }
}

#[test]
fn what_was_made_for_a_model_is_found_in_it_again() {
    for model in pgtable::MODELS {
        let (made, world) = (Places::of(model), sample(model).expect("tables that fit").world);
        let found = Places::found(&world);
        assert_eq!(found, Places { user: found.user, ..made }, "{model:?}");
        // In the process there are several places where as much happens.
        assert!((made.user..made.twice).contains(&found.user), "{model:?} {:#x}", found.user);
    }
}

#[test]
fn a_machine_without_a_process_says_so() {
    let mut brought = files().swap_remove(3);
    let document = serde_json::json!({
        "format": "ptcapture-1", "capture": "bare", "arch": "riscv64", "page_shift": 12,
        "levels": [{"name": "pgd", "shift": 30, "slots": 512}, {"name": "pmd", "shift": 21, "slots": 512},
            {"name": "pte", "shift": 12, "slots": 512}],
        "layout": {}, "roots": {"init_mm": "0x1000"},
        "tables": [{"pa": "0x1000", "level": "pgd", "slots": 512, "entries": []}],
    });
    let bare = read_file(document.to_string().as_bytes(), Limits::ALL).expect("valid");
    assert_ne!(FileId::from(&bare), FileId::from(&brought));
    brought = bare;
    let on = |id: &str| {
        let scenario = LIBRARY.scenario(id).expect("a scenario");
        let tables = scenario.tables_of(FileId::from(&brought)).expect("it runs there");
        Setup { tables, ..Setup::of(scenario) }
    };
    assert_eq!(on("debug-user").start(&brought.capture).expect_err("no process"), SetupError::NoUserMm);
    // Nothing is mapped: what is left is a hole.
    assert!(marks(&on("kernel-walk"), &brought).contains(&Mark::Hole));
}

#[test]
fn a_link_names_the_file_and_is_answered_without_it() {
    let brought = files().swap_remove(0);
    let file = FileId::from(&brought);
    let hash = format!("v1/kernel-walk/{file}/v7.3?lock=write&t=7");
    let (link, none) = Link::parse(&hash, &LIBRARY);
    assert_eq!((link.setup.tables, link.step, none), (Tables::Brought(file), 7, vec![]));
    assert_eq!(link.to_string(), hash);
    let (nearest, problem) = link.without_file();
    assert_eq!((nearest.setup.tables, nearest.step), (Tables::Captured(file.model), 0));
    assert_eq!(nearest.setup.revision, link.setup.revision);
    let problem = problem.expect("the file is missing");
    assert!(matches!(problem, LinkProblem::File { .. }) && problem.to_string().contains(file.model.title));
    assert_eq!(nearest.without_file(), (nearest, None));
    // A walk of VMAs cannot run on a file: it has none.
    let (_, problems) = Link::parse(&format!("v1/vma-range/{file}"), &LIBRARY);
    assert!(problems[0].to_string().contains("does not run on"));
}

#[test]
fn a_document_of_version_1_opens_for_ever() {
    let kept = read_file(include_bytes!("kept/ptcapture-1.json"), Limits::ALL).expect("it is never changed");
    let capture = &kept.capture;
    assert_eq!((capture.model().id, &*capture.name), ("riscv64-sv39", "kept"));
    assert_eq!(capture.layout.get("TASK_SIZE"), Some(0x100_0000));
    let root = capture.world.table_at(pgtable::PhysAddr(0x1000)).expect("its root");
    assert_eq!(capture.world.read(root, 3).map(|entry| entry.0), Some(0x801));
}
