//! The kernel's own traces, and files that are none.

use pagewalk_tests::conformance::{Line, check, default_dir, find, for_each_line};

#[test]
fn the_machine_does_what_the_kernel_did() {
    let (mut cases, mut different) = (0, Vec::new());
    for file in find(&default_dir()).expect("the files of this repository") {
        for_each_line(&file, |line| {
            if let Line::Case(case) = line.expect("every line is readable") {
                cases += 1;
                let found = check(&case);
                different.extend(found.map(|difference| format!("{}:\n{difference}", case.id)));
            }
        })
        .expect("every file is readable");
    }
    assert!(different.is_empty(), "{}", different.join("\n"));
    assert_eq!(cases, 3335 + 429, "cases of this repository");
}

/// A case: one empty root, walked without the lock.
const SMALL: &str = r#"{"id":"small","geom":"x86_64-4level","version":"v7.3","call":{"fn":"walk_kernel_page_table_range","mm":"init_mm","start":"0x0","end":"0x1000"},"ops":["pud_entry","pte_hole"],"script":[{"cb":"pte_hole","n":1,"ret":5}],"locks":{"init_mm":"none"},"roots":{"init_mm":"0x1000"},"tables":[{"pa":"0x1000","lvl":"pgd","entries":{"3":"0x63"}}],"expect":{"events":[{"e":"assert","lock":"init_mm","need":"held","held":"none","ok":false,"by":"walk"},{"e":"pte_hole","a":"0x0","n":"0x1000","d":0,"vma":null,"ret":5}],"ret":5,"outcome":"ok"}}"#;

fn changed(from: &str, to: &str) -> String {
    let text = SMALL.replacen(from, to, 1);
    assert_ne!(text, SMALL, "{from} is in the case");
    text
}

fn difference_of(from: &str, to: &str) -> String {
    match Line::parse(changed(from, to).as_bytes()) {
        Ok(Line::Case(case)) => check(&case).expect("the case asks for something else").to_string(),
        other => panic!("not a case: {other:?}"),
    }
}

fn error_of(from: &str, to: &str) -> String {
    Line::parse(changed(from, to).as_bytes()).expect_err("a broken case").to_string()
}

#[test]
fn a_difference_shows_both_sides() {
    let Ok(Line::Case(case)) = Line::parse(SMALL.as_bytes()) else { panic!("a case") };
    assert_eq!(check(&case), None);
    // An event that differs, one that is missing, one too many, another result, another end.
    assert!(difference_of("\"d\":0", "\"d\":1").contains(r#"machine  {"a":"0x0","d":0,"e":"pte_hole""#));
    assert!(
        difference_of("\"events\":[", "\"events\":[{\"e\":\"warn\"},").contains(r#"kernel   {"e":"warn"}"#)
    );
    let cut = difference_of(r#",{"e":"pte_hole","a":"0x0","n":"0x1000","d":0,"vma":null,"ret":5}"#, "");
    assert!(cut.contains("kernel   the end: outcome \"ok\", returned 5"), "{cut}");
    assert!(
        difference_of("\"ret\":5,\"outcome\"", "\"ret\":0,\"outcome\"")
            .contains("machine  the end: outcome \"ok\", returned 5")
    );
    assert!(difference_of("\"ok\"}}", "\"oob\"}}").contains("kernel   the end: outcome \"oob\""));
}

/// What a case says after some changes, none of which makes a difference to the kernel.
fn same_after(changes: &[(&str, &str)]) {
    let mut text = SMALL.to_owned();
    for (from, to) in changes {
        let changed = text.replacen(from, to, 1);
        assert_ne!(text, changed, "{from} is in the case");
        text = changed;
    }
    match Line::parse(text.as_bytes()) {
        Ok(Line::Case(case)) => assert_eq!(check(&case), None, "{changes:?}"),
        other => panic!("{changes:?} makes no case: {other:?}"),
    }
}

#[test]
fn a_default_that_is_written_is_no_difference() {
    // A callback that is scripted to return 0 does nothing else than one that is not scripted: no trace has that 0.
    let returns = ",\"ret\":5}],\"ret\":5";
    let zero = ("\"ret\":5}]", "\"ret\":0}]");
    same_after(&[zero, (returns, "}],\"ret\":0")]);
    same_after(&[zero, (returns, ",\"ret\":null}],\"ret\":0")]);
    same_after(&[zero, (returns, "}],\"ret\":null")]);
    same_after(&[
        ("\"script\":[{\"cb\":\"pte_hole\",\"n\":1,\"ret\":5}],", ""),
        (returns, ",\"ret\":0}],\"ret\":0"),
    ]);
    // The walk of kernel tables knows no VMA, and nothing here sets an action.
    same_after(&[("\"d\":0,\"vma\":null", "\"d\":0")]);
    same_after(&[("\"d\":0,\"vma\":null", "\"d\":0,\"act\":null")]);
    // A hole has no entry that could be overwritten.
    same_after(&[("\"n\":1,\"ret\":5", "\"n\":1,\"ret\":5,\"set\":\"0x1\"")]);
    // The same number, the same fields in another order.
    same_after(&[("\"n\":\"0x1000\",\"d\":0", "\"d\":0.0,\"n\":\"0x01000\"")]);
}

#[test]
fn a_field_of_a_case_that_is_missing_or_null_has_its_default() {
    same_after(&[(",\"locks\":{\"init_mm\":\"none\"}", "")]);
    same_after(&[("\"init_mm\":\"none\"", "\"init_mm\":null")]);
    same_after(&[("{\"init_mm\":\"none\"}", "null")]);
    for (name, default) in [
        ("note", "\"\""),
        ("vmas", "[]"),
        ("walk_lock", "\"RDLOCK\""),
        ("install", "\"0x0\""),
        ("max_events", "null"),
    ] {
        for value in [default, "null"] {
            same_after(&[("\"roots\"", &format!("\"{name}\":{value},\"roots\""))]);
        }
    }
    for alloc in ["null", "{\"base\":\"0x200000000\"}", "{\"base\":\"0x200000000\",\"fail_at\":null}"] {
        same_after(&[("\"roots\"", &format!("\"alloc\":{alloc},\"roots\""))]);
    }
    let vma = "{\"start\":\"0x1000\",\"end\":\"0x2000\",\"kind\":\"anon\"";
    for rest in
        ["", ",\"flags\":null,\"mapped\":null,\"lock\":null,\"mm\":null,\"pgoff\":null,\"hsize\":null"]
    {
        same_after(&[("\"roots\"", &format!("\"vmas\":[{vma}{rest}}}],\"roots\""))]);
    }
}

#[test]
fn a_record_stops_at_its_limit() {
    let limited = changed("\"ops\"", "\"max_events\":1,\"ops\"");
    let expected = limited.replacen(
        r#",{"e":"pte_hole","a":"0x0","n":"0x1000","d":0,"vma":null,"ret":5}],"ret":5,"outcome":"ok""#,
        r#"],"ret":null,"outcome":"event_limit""#,
        1,
    );
    assert_ne!(limited, expected);
    let Ok(Line::Case(case)) = Line::parse(expected.as_bytes()) else { panic!("a case") };
    assert_eq!(check(&case), None);
}

#[test]
fn errors_say_what_is_wrong() {
    for (from, to, expected) in [
        ("\"v7.3\"", "\"v9.9\"", "\"v9.9\" is not the name of a kernel version of these cases"),
        ("\"pud_entry\"", "\"puff_entry\"", "\"puff_entry\" is not the name of a callback"),
        (
            "\"init_mm\":\"none\"",
            "\"init_mm\":\"most\"",
            "\"most\" is not the name of a way of holding a lock",
        ),
        ("\"pgd\",", "\"p4d\",", "\"p4d\" is not the name of a level that has tables here"),
        (
            "_table_range",
            "_fable_range",
            "\"walk_kernel_page_fable_range\" is not the name of a function of these cases",
        ),
        ("\"mm\":\"init_mm\"", "\"mm\":\"mm\"", "the call walks mm, which has no root"),
        (",\"end\":\"0x1000\"", "", "a call of walk_kernel_page_table_range() has no \"end\""),
        (
            "walk_kernel_page_table_range",
            "walk_page_range_novma",
            "walk_page_range_novma() does not exist in v7.3",
        ),
        ("\"3\":", "\"512\":", "slot \"512\" of the table at 0x1000 is not one of its 512 slots"),
        (
            "{\"pa\"",
            "{\"pa\":\"0x1000\",\"lvl\":\"pgd\",\"entries\":{}},{\"pa\"",
            "two tables lie at physical address 0x1000",
        ),
        (
            "walk_kernel_page_table_range\"",
            "ptdump_walk_pgd\",\"ranges\":[[\"0x0\",\"0x1\"],[\"0x0\",\"0x1\"],[\"0x0\",\"0x1\"],[\"0x0\",\"0x1\"],[\"0x0\",\"0x1\"],[\"0x0\",\"0x1\"],[\"0x0\",\"0x1\"],[\"0x0\",\"0x1\"],[\"0x0\",\"0x1\"]]",
            "a dump of 9 ranges: at most 8 can be walked",
        ),
        ("walk_kernel_page_table_range", "walk_page_vma", "a call of walk_page_vma() has no \"vma\""),
        (
            "walk_kernel_page_table_range\",",
            "walk_page_vma\",\"vma\":3,",
            "the call names VMA 3, which the case does not have",
        ),
        (
            "\"roots\"",
            "\"vmas\":[{\"start\":\"0x2000\",\"end\":\"0x1000\",\"flags\":[],\"kind\":\"anon\",\"mm\":\"mm\",\"lock\":\"none\"}],\"roots\"",
            "the VMA from 0x2000 to 0x1000 is empty or ends before it starts",
        ),
        ("\"roots\"", "\"walk_lock\":\"SOMEHOW\",\"roots\"", "\"SOMEHOW\" is not the name of a walk_lock"),
        (
            "\"call\"",
            "\"cell\"",
            "this is neither a case, which has a \"call\", nor a classification, which has a \"lvl\"",
        ),
    ] {
        assert_eq!(error_of(from, to), expected);
    }
    assert!(error_of("x86_64-4level", "vax").starts_with("unknown page-table model"));
    assert!(error_of("\"0x63\"", "63").starts_with("column "));
    assert!(
        error_of("\"0x63\"", "\"63\"").contains("\"63\" is not a number of at most 64 bits like \"0x1000\"")
    );
    assert!(error_of("\"id\":\"small\",", "").contains("missing field `id`"));
}

#[test]
fn a_classification_is_no_case() {
    let classification = br#"{"geom":"openrisc","lvl":"pgd","v":"0x0","none":0}"#;
    assert!(matches!(Line::parse(classification), Ok(Line::Classification)));
}

#[test]
fn tables_may_lead_anywhere_but_must_lie_somewhere() {
    assert_eq!(
        error_of("\"pa\":\"0x1000\"", "\"pa\":\"0x1800\""),
        "the table at physical address 0x1800 does not lie at a multiple of 4096 bytes"
    );
    // A loop and a pointer to nowhere are data: the walk goes where they lead, and faults where the kernel would.
    for value in ["0x1067", "0xdead067"] {
        let text = changed("\"3\":\"0x63\"", &format!("\"0\":\"{value}\""));
        let Ok(Line::Case(case)) = Line::parse(text.as_bytes()) else { panic!("a case") };
        assert!(check(&case).is_some(), "{value}: it ends, and differs from an empty root");
    }
}

#[test]
fn no_prefix_of_a_line_panics() {
    for end in 0..SMALL.len() {
        assert!(Line::parse(&SMALL.as_bytes()[..end]).is_err());
    }
}

#[test]
fn a_few_bytes_cannot_claim_much_memory() {
    let table = |at: u64| format!(r#"{{"pa":"{:#x}","lvl":"pgd","entries":{{"511":"0x1"}}}},"#, at << 12);
    let many: String = (2..9000).map(table).collect();
    assert!(error_of("[{\"pa\"", &format!("[{many}{{\"pa\"")).starts_with("the tables hold more than"));
    assert_eq!(
        Line::parse(&vec![b' '; 9 << 20]).expect_err("too long").to_string(),
        "the line has more than 8 MiB"
    );
}
