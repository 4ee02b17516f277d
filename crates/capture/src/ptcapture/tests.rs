use super::*;
use mm::MmId;

fn parse(json: &[u8]) -> Result<Capture, ImportError> {
    PtCapture.read(&Input::native(json)).map(|(capture, _)| capture)
}

/// A machine with one empty root.
const SMALL: &str = r#"{"format":"ptcapture-1","capture":"small","arch":"riscv64","page_shift":12,
    "levels":[{"name":"pgd","shift":30,"slots":512},{"name":"pmd","shift":21,"slots":512},{"name":"pte","shift":12,"slots":512}],
    "macros":{"PTRS_PER_PUD":512},"layout":{"TASK_SIZE":"0x1000000"},"roots":{"init_mm":"0x1000"},
    "tables":[{"pa":"0x1000","level":"pgd","slots":512,"entries":[[3,"0x801"]]}]}"#;

fn error_of(from: &str, to: &str) -> String {
    let text = SMALL.replacen(from, to, 1);
    assert_ne!(text, SMALL, "{from} is in the file");
    parse(text.as_bytes()).expect_err("a broken file").to_string()
}

#[test]
fn a_capture_becomes_a_world() {
    let capture = parse(SMALL.as_bytes()).expect("valid");
    assert_eq!(capture.model().id, "riscv64-sv39");
    assert_eq!(capture.world.task_size, VirtAddr(0x100_0000));
    assert!(capture.world.mm(MmId::USER).is_none());
    assert_eq!(capture.layout.get("TASK_SIZE"), Some(0x100_0000));
    assert_eq!(capture.layout.get("VMALLOC_START"), None);
    assert_eq!(capture.roots.iter().collect::<Vec<_>>(), [("init_mm", 0x1000)]);
    let root = capture.world.table_at(PhysAddr(0x1000)).expect("the root");
    assert_eq!(capture.world.read(root, 3).map(|entry| entry.0), Some(0x801));
}

/// An arm64 kernel for 52-bit addresses on a CPU with 48 of them; `root` is what the file calls its root.
fn folded_at_run_time(root: &str) -> String {
    r#"{"format":"ptcapture-1","capture":"nolpa2","arch":"arm64","page_shift":12,
    "levels":[{"name":"ROOT","shift":39,"slots":512},{"name":"pud","shift":30,"slots":512},
        {"name":"pmd","shift":21,"slots":512},{"name":"pte","shift":12,"slots":512}],
    "macros":{"PTRS_PER_PGD":16,"PTRS_PER_P4D":512,"PTRS_PER_PUD":512},"layout":{"RT_L5":"0x0","RT_L4":"0x1"},
    "roots":{"init_mm":"0x1000"},
    "tables":[{"pa":"0x1000","level":"ROOT","slots":512,"entries":[[511,"0x2403"]]}]}"#
        .replace("ROOT", root)
}

#[test]
fn the_root_of_an_arm64_kernel_that_folds_at_run_time_is_a_whole_table() {
    for root in ["pgd", "p4d"] {
        let capture = parse(folded_at_run_time(root).as_bytes()).expect("valid");
        assert_eq!(capture.model().id, "arm64-4k-52-l5off", "{root}");
        let table = capture.world.table_at(PhysAddr(0x1000)).expect("the root");
        assert_eq!(capture.world.read(table, 511).map(|entry| entry.0), Some(0x2403), "{root}");
    }
    let text = folded_at_run_time("pgd").replace("\"PTRS_PER_PGD\":16", "\"PTRS_PER_PGD\":512");
    let text = text.replace("\"PTRS_PER_P4D\":512", "\"PTRS_PER_P4D\":1");
    assert_eq!(parse(text.as_bytes()).expect("valid").model().id, "arm64-4k-48");
}

#[test]
fn errors_say_what_and_where() {
    assert_eq!(
        error_of("ptcapture-1", "ptcapture-9"),
        "the format is “ptcapture-9”; this program reads “ptcapture-1”"
    );
    assert!(error_of("\"riscv64\"", "\"vax\"").starts_with("no model for vax with pgd shift 30"));
    assert_eq!(error_of("[[3,", "[[512,"), "slot 512 of the table at 0x1000 is beyond its 512 slots");
    assert_eq!(
        error_of("\"slots\":512,\"entries\"", "\"slots\":4294967295,\"entries\""),
        "the pgd table at 0x1000 claims 4294967295 slots; a pgd table has 512"
    );
    assert_eq!(
        error_of("\"level\":\"pgd\"", "\"level\":\"pud\""),
        "the table at 0x1000 is of level “pud”, which this machine does not have"
    );
    assert_eq!(
        error_of("{\"init_mm\":\"0x1000\"}", "{}"),
        "roots.init_mm must be a number of at most 64 bits as a string like \"0x1000\""
    );
    assert_eq!(
        error_of("{\"init_mm\":\"0x1000\"}", "{\"init_mm\":\"0x2000\"}"),
        "there is no table at physical address 0x2000, which init_mm has as its root"
    );
    assert_eq!(
        error_of("\"0x801\"", "801"),
        "tables[0].entries[0] must be a pair like [3, \"0x1063\"], a slot and a value of at most 64 bits"
    );
    assert!(error_of("\"0x801\"", "\"0x1ffffffffffffffff\"").starts_with("tables[0].entries[0] must be"));
    assert!(error_of("\"pa\":\"0x1000\"", "\"pa\":\"0x1001\"").contains("does not lie at a multiple"));
    assert!(error_of("]}]}", "]}").starts_with("not JSON: "));
    assert!(error_of("\"PTRS_PER_PUD\":512", "\"PTRS_PER_PUD\":1").starts_with("no model for riscv64"));
}

#[test]
fn no_prefix_of_a_file_panics() {
    for end in 0..SMALL.len() {
        assert!(parse(&SMALL.as_bytes()[..end]).is_err());
    }
}

#[test]
fn a_file_that_is_too_large_is_not_looked_at() {
    assert_eq!(parse(&vec![b' '; Limits::ALL.bytes + 1]), Err(ImportError::TooLarge(Limits::ALL.bytes)));
}

/// An s390x machine: the kernel's tree has three levels, its process five.
const S390: &str = r#"{"format":"ptcapture-1","capture":"small","arch":"s390x","page_shift":12,
    "levels":[{"name":"pgd","shift":53,"slots":2048},{"name":"p4d","shift":42,"slots":2048},
        {"name":"pud","shift":31,"slots":2048},{"name":"pmd","shift":20,"slots":2048},{"name":"pte","shift":12,"slots":256}],
    "layout":{},"roots":{"init_mm":"0x4000","current":"0x8000"},"root_levels":{"init_mm":"pud","current":"pgd"},
    "tables":[{"pa":"0x4000","level":"pud","slots":2048,"empty":"0x24","entries":[[2,"0xc007"]]},
        {"pa":"0x8000","level":"pgd","slots":2048,"empty":"0x2c","entries":[]},
        {"pa":"0xc000","level":"pmd","slots":2048,"empty":"0x20","entries":[]}]}"#;

#[test]
fn slots_that_are_not_listed_hold_what_the_file_says() {
    let capture = parse(S390.as_bytes()).expect("valid");
    let entry = |pa, slot| {
        let table = capture.world.table_at(PhysAddr(pa)).expect("a table");
        capture.world.read(table, slot).map(|entry| entry.0)
    };
    assert_eq!([0, 1, 2, 3, 2047, 2048].map(|slot| entry(0x4000, slot)), {
        [Some(0x24), Some(0x24), Some(0xc007), Some(0x24), Some(0x24), None]
    });
    assert_eq!(capture.world.root_level(PhysAddr(0x4000)), Level::Pud);
    assert_eq!(capture.world.root_level(PhysAddr(0x8000)), Level::Pgd);
    let error =
        |from: &str, to: &str| parse(S390.replacen(from, to, 1).as_bytes()).expect_err("broken").to_string();
    assert_eq!(
        error("\"0x2c\"", "44"),
        "tables[1].empty must be a number of at most 64 bits as a string like \"0x1000\""
    );
    assert_eq!(
        error("\"current\":\"pgd\"", "\"current\":\"p4d\""),
        "roots.current is no table of level “p4d”, as root_levels says"
    );
}
