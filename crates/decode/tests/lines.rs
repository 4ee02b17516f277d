//! Every form in which values come in a log, as the programs print it, and mangled.

use decode::{Source, recognise};
use pgtable::{Level, RawEntry};
use proptest::prelude::*;

/// The shapes of kernels and of crash 8.0.2; names and numbers are made up or from a machine of our own.
const SEEDS: [&str; 7] = [
    "[  193.046098] BUG: Bad page map in process PsWatcher.sh  pte:9402e1e2b18c8ae9 pmd:10fe4f067\n\
     [  193.046863] addr:00007ff912a00000 vm_flags:08000070 anon_vma:0000000000000000 mapping:ffff8ec28047eeb0 index:200\n",
    "BUG: Bad page map in process cat  pte:800000012345a067\n\
     pgd:10b0c067 p4d:10b0c067 pud:10b0d067 pmd:10b0e067\n\
     addr:00007f0000002000 vm_flags:00100073 anon_vma:ffff888001234560 mapping:0000000000000000 index:7f0000002\n",
    "[    9.1][   T71] __set_pte: racy dirty state clearing: 0x0068000416899f03 -> 0x0060000416898f83\n\
     __check_safe_pte_update: unsafe attribute change: 0x0068000416899f03 -> 0x0068000416898f03\n",
    "mm/pgtable-generic.c:51: bad pmd 00000000a8a0f1c5(8000000000a001e3)\n\
     arch/arm64/mm/fault.c:71: bad pud 0068000040000711.\n",
    "PGD 380b067 P4D 380b067 PUD 380c067 PMD 380d067 PTE 800f000012345062\n",
    "[ffff8000801f1000] pgd=1000000082c11403, p4d=1000000082c11403, pud=1000000082c12403, pmd=10000000847cb403, pte=0000000000000000\n",
    "crash> vtop ffff888000000000\n\
     VIRTUAL           PHYSICAL\n\
     ffff888000000000  0\n\n\
     PGD DIRECTORY: ffffffff82a10000\n\
     PAGE DIRECTORY: 3801067\n\
     \x20  PUD: 3801000 => 3802067\n\
     \x20  PMD: 3802000 => 3803067\n\
     \x20  PTE: 3803000 => 8000000000000163\n\
     \x20 PAGE: 0\n",
];

fn values(text: &str) -> Vec<(Source, Vec<(Level, u64)>)> {
    let all = recognise(text);
    all.into_iter().map(|of| (of.source, of.values.iter().map(|of| (of.0, of.1.0)).collect())).collect()
}

#[test]
fn bad_page_maps_of_both_forms_are_read() {
    use Level::{P4d, Pgd, Pmd, Pte, Pud};
    let old = recognise(SEEDS[0]);
    assert_eq!(old[0].values, [(Pte, RawEntry(0x9402_e1e2_b18c_8ae9)), (Pmd, RawEntry(0x1_0fe4_f067))]);
    assert_eq!((old[0].address, old[0].line), (Some(0x7ff9_12a0_0000), 1));
    assert!(old[0].about.contains("PsWatcher.sh"), "{old:?}");
    let new = recognise(SEEDS[1]);
    assert_eq!(new.len(), 1, "{new:?}");
    let levels: Vec<_> = new[0].values.iter().map(|of| of.0).collect();
    assert_eq!(levels, [Pte, Pgd, P4d, Pud, Pmd]);
    assert_eq!(new[0].address, Some(0x7f00_0000_2000));
}

#[test]
fn a_process_may_be_called_like_a_level() {
    let found = recognise("BUG: Bad page map in process pmd:1 x  pte:1067 pmd:2067");
    assert!(found[0].values.contains(&(Level::Pte, RawEntry(0x1067))), "{found:?}");
}

#[test]
fn a_bad_page_map_without_its_head_keeps_its_levels() {
    for text in ["pte:8000000123456867 pmd:1059b2067", "> [ 12.5]  pte:8000000123456867 pmd:1059b2067\n"] {
        let expected = vec![(Level::Pte, 0x8000_0001_2345_6867), (Level::Pmd, 0x1_059b_2067)];
        assert_eq!(values(text), [(Source::BadPageMap, expected)], "{text}");
    }
    assert!(recognise("pte: what is it? pmd:1").is_empty() && recognise("pte:zz").is_empty());
}

#[test]
fn an_oops_at_an_address_of_the_kernel_has_no_swap_entry() {
    let head = "BUG: unable to handle page fault for address: ffff888109d2a000\n#PF: supervisor read access in kernel mode\n";
    let tables = "PGD 100000067 P4D 100000067 PUD 100200067 PMD 13ff0f067 PTE 800ffffef62d5060\n";
    let model = pgtable::model("x86_64-4level").expect("a model");
    let pte = |text: &str| {
        let found = recognise(text).remove(0);
        (found.address, found.readings(model).pop().expect("a pte"))
    };
    let (address, of_kernel) = pte(&[head, tables].concat());
    assert_eq!(address, Some(0xffff_8881_09d2_a000));
    assert!(of_kernel.of_kernel && of_kernel.swap.is_none(), "{of_kernel:?}");
    // At a user's address it may be one, and without an address nobody knows.
    let user = head.replace("ffff888109d2a000", "00007f12ab345000");
    assert!(pte(&[&user, tables].concat()).1.swap.is_some() && pte(tables).1.swap.is_some());
    // Five levels: by the address, and by a p4d of its own.
    let far = head.replace("ffff888109d2a000", "ff11000109d2a000");
    assert_eq!(recognise(&[&far, tables].concat())[0].model, Some("x86_64-5level"));
    assert_eq!(recognise(&tables.replace("P4D 1", "P4D 2"))[0].model, Some("x86_64-5level"));
    assert_eq!(recognise(tables)[0].model, Some("x86_64-4level"));
}

#[test]
fn arm64_checks_give_old_and_new() {
    let both = (Source::Racy, vec![(Level::Pte, 0x0068_0004_1689_9f03), (Level::Pte, 0x0060_0004_1689_8f83)]);
    let found = values(SEEDS[2]);
    assert_eq!(found[0], both);
    assert_eq!(found.len(), 2);
}

#[test]
fn bad_entries_and_oopses_are_read() {
    assert_eq!(
        values(SEEDS[3]),
        [
            (Source::BadEntry, vec![(Level::Pmd, 0x8000_0000_00a0_01e3)]),
            (Source::BadEntry, vec![(Level::Pud, 0x0068_0000_4000_0711)]),
        ]
    );
    let x86 = values(SEEDS[4]);
    assert_eq!(x86[0].1.last(), Some(&(Level::Pte, 0x800f_0000_1234_5062)));
    let arm = recognise(SEEDS[5]);
    assert_eq!((arm[0].values.len(), arm[0].address), (5, Some(0xffff_8000_801f_1000)));
}

#[test]
fn vtop_of_x86_and_arm64_are_told_apart() {
    use Level::{Pgd, Pmd, Pte, Pud};
    assert_eq!(
        values(SEEDS[6]),
        [(
            Source::Vtop,
            vec![(Pgd, 0x380_1067), (Pud, 0x380_2067), (Pmd, 0x380_3067), (Pte, 0x8000_0000_0000_0163)]
        )]
    );
    // On arm64 PAGE DIRECTORY is the root's address (crash 8.0.2): no entry.
    let arm = "crash> vtop ffff000000000000\n\
               VIRTUAL           PHYSICAL\nffff000000000000  40000000\n\n\
               PAGE DIRECTORY: ffff80000937b000\n\
               \x20  PGD: ffff80000937b000 => 180000004fff8003\n\
               \x20  PUD: ffff00000fff8000 => 180000004fff7003\n\
               \x20  PMD: ffff00000fff7000 => 180000004fff6003\n\
               \x20  PTE: ffff00000fff6000 => e8000040000707\n";
    let found = recognise(arm);
    assert_eq!(found[0].values.len(), 4, "{found:?}");
    assert_eq!(
        (found[0].values[3], found[0].address),
        ((Pte, RawEntry(0xe8_0000_4000_0707)), Some(0xffff_0000_0000_0000))
    );
}

#[test]
fn quoted_and_wrapped_lines_are_read_all_the_same() {
    let text =
        "> > [  193.046098] BUG: Bad page map in process sh  pte:9402e1e2b18c8ae9 \r\n> > pmd:10fe4f067\r\n";
    assert_eq!(values(text)[0].1.len(), 2);
}

#[test]
fn other_texts_have_none() {
    for text in [
        "",
        "PMD",
        "pgd: x",
        "BUG: Bad page map in process",
        "vtop",
        "PAGE DIRECTORY: x",
        "PTE: => ",
        "bad pmd 1(2)",
    ] {
        assert!(recognise(text).iter().all(|of| of.values.is_empty()), "{text}");
    }
    // A heading without a walk is nothing.
    assert!(recognise("crash> vtop 1\ncrash> vtop 2\n").iter().all(|of| of.values.is_empty()));
}

proptest! {
    #[test]
    fn mangled_texts_never_panic(
        seed in proptest::sample::select(&SEEDS[..]), cut in 0usize..400, at in 0usize..400, junk in "[\\PC\n]{0,8}",
    ) {
        let mut text: Vec<char> = seed.chars().collect();
        text.truncate(cut.max(1));
        let at = at.min(text.len());
        text.splice(at..at, junk.chars());
        let text: String = text.into_iter().collect();
        for found in recognise(&text) {
            prop_assert!(found.line <= text.split('\n').count());
        }
    }

    #[test]
    fn no_text_panics(text in "(?s)\\PC{0,200}") {
        let _ = recognise(&text);
    }
}

/// Lines of one log are of one machine, also where one of them holds rubbish.
#[test]
fn lines_that_tell_no_machine_are_read_under_one() {
    let text = "mm/pgtable-generic.c:50: bad pmd ffff888101234000(80000001b3c000e7)\nmm/memory.c:120: bad pgd 00000000deadbeef.\n";
    let found = decode::recognise(text);
    let models: Vec<_> =
        decode::readings(&found, |_| None).iter().flatten().map(|reading| reading.model.id).collect();
    assert_eq!(models, ["x86_64-4level", "x86_64-4level"]);
    let told = decode::readings(&found, |line| (line == 2).then_some("arm64-4k-48"));
    assert_eq!((told[0][0].model.id, told[1][0].model.id), ("x86_64-4level", "arm64-4k-48"));
    assert!(found[0].about.contains("pmd_bad() was true") && found[0].about.contains("a large page perhaps"));
}

/// crash on x86-64 with five levels, in shape.
#[test]
fn a_walk_with_a_p4d_is_of_five_levels() {
    let text = "crash> vtop ff11000000000000\nPGD DIRECTORY: ffffffff82a10000\nPAGE DIRECTORY: 3801067\n   P4D: 3801000 => 3802067\n";
    let found = decode::recognise(text);
    assert_eq!((found[0].model, found[0].values.len()), (Some("x86_64-5level"), 2));
    let four = decode::recognise(&text.replace("P4D", "PUD"));
    assert_eq!(four[0].model, Some("x86_64-4level"));
}

/// crash 8.0.2 says the flags of a value by their names; here each is told with what it means.
#[test]
fn a_value_that_crash_was_asked_for_is_read() {
    let text = "crash> pte 8000000000000163\n      PTE         PHYSICAL  FLAGS\n8000000000000163      0     (PRESENT|RW|ACCESSED|DIRTY|GLOBAL|NX)\n\
                crash> pte d8e067\n PTE    PHYSICAL  FLAGS\nd8e067   d8e000   (PRESENT|RW|USER|ACCESSED|DIRTY)\n";
    let found = decode::recognise(text);
    let values: Vec<u64> = found.iter().flat_map(|of| &of.values).map(|(_, value)| value.0).collect();
    assert_eq!(values, [0x8000_0000_0000_0163, 0xd8_e067]);
    let readings = decode::readings(&found, |_| None);
    assert!(readings.iter().flatten().all(|reading| reading.model.id == "x86_64-4level" && reading.cpu_uses));
}
