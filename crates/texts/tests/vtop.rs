//! crash's and drgn's `vtop`: what good guesses miss.

mod files;

use files::{listing, of, ranges, says};

/// crash 8.0.2, x86-64: a fixmap page.
#[test]
fn physical_in_the_heading_of_vtop_is_not_from_the_walk() {
    let listing = listing("formats/crash-8.0.2-x86_64-4level-vtop.txt");
    assert!(ranges(&listing).contains(&"ffffffffff5fd000 ffffffffff5fe000 pte rw--gad fee00000".to_owned()));
    assert!(says(&listing, "PHYSICAL in the heading is not from the walk"), "{:?}", listing.assumed);
    // An address whose walk ends at nothing has a heading all the same, and no range.
    assert!(!ranges(&listing).iter().any(|line| line.starts_with("ffff888010000000")));
}

/// crash 8.0.2: under the same words the top entry on x86-64 and the root's address on arm64.
#[test]
fn page_directory_is_the_top_entry_on_x86_and_the_root_on_arm64() {
    let x86 = listing("formats/crash-8.0.2-x86_64-4level-vtop.txt");
    assert_eq!(x86.walks[0].root, Some(0xffff_ffff_82a1_0000));
    assert_eq!(x86.walks[0].steps[0].value, 0x380_1067);
    let arm64 = listing("formats/crash-8.0.2-arm64-vtop.txt");
    assert_eq!(arm64.walks[0].root, Some(0xffff_8000_0937_b000));
    assert_eq!(arm64.walks[0].steps[0].value, 0x1800_0000_4fff_8003);
    assert!(says(&arm64, "kernel's virtual addresses") && says(&x86, "physical addresses"));
}

/// QEMU 7.2.22, a ppc64 guest, as a script wrote it: the address before the answer.
#[test]
fn gva2gpa_of_a_script_has_the_address_before_the_answer() {
    let listing =
        of("c000000000001230 gpa: 0x1230\nc000000000211238 gpa: 0x211238\nc000000000300000 Unmapped\n");
    assert_eq!(listing.format.name(), "gva2gpa");
    assert_eq!(
        ranges(&listing),
        [
            "c000000000001000 c000000000002000 - ??????? 1000",
            "c000000000211000 c000000000212000 - ??????? 211000"
        ]
    );
}

/// QEMU, in shape: riscv64 guests with four and five levels.
#[test]
fn info_mem_of_riscv64_tells_the_number_of_levels_by_its_addresses() {
    for (addr, model) in [
        ("ffffffd600000000", "riscv64-sv39"),
        ("ffffaf8000000000", "riscv64-sv48"),
        ("ff60000000200000", "riscv64-sv57"),
    ] {
        let listing = of(&format!("{addr} 0000000080200000 0000000000600000 r-x-ga-\n"));
        assert_eq!(listing.machine.map(|machine| machine.id), Some(model));
    }
    let user = of("0000000000010000 00000000f1c04000 0000000000003000 r-xu-a-\n");
    assert_eq!(user.machines, ["riscv64-sv39", "riscv64-sv48", "riscv64-sv57"]);
}

/// crash, in shape: a process' addresses, with the VMA and a page that is swapped out.
#[test]
fn vtop_of_a_process_is_read() {
    let listing = of("\
crash> vtop -u 7f1b2c3d4000
VIRTUAL     PHYSICAL
7f1b2c3d4000  11c5e2000

   PGD: 118f0a7f0 => 8000000118f0b067
   PUD: 118f0b360 => 118f0c067
   PMD: 118f0cb08 => 118f0d067
   PTE: 118f0dea0 => 800000011c5e2867
  PAGE: 11c5e2000

      PTE         PHYSICAL   FLAGS
800000011c5e2867  11c5e2000  (PRESENT|RW|USER|ACCESSED|DIRTY|NX)

      VMA           START       END     FLAGS FILE
ffff888104a5e000 7f1b2c3d4000 7f1b2c3f5000 8100073

      PAGE       PHYSICAL      MAPPING       INDEX CNT FLAGS
ffffea0004717880 11c5e2000 ffff888104a5e111 7f1b2c3d4  1 17ffffc0080014 uptodate,swapbacked
crash> vtop 400000
VIRTUAL     PHYSICAL
400000      (not mapped)

   PGD: 118f0a000 => 118f0b067
   PUD: 118f0b000 => 118f0c067
   PMD: 118f0c010 => 118f0d067
   PTE: 118f0d000 => f9d200

  PTE      SWAP     OFFSET
f9d200  /dev/sda2  63954

      VMA           START       END     FLAGS FILE
ffff888104a5e0a8   400000   452000 8000875 /usr/bin/x

SWAP: /dev/sda2  OFFSET: 63954
");
    assert_eq!(ranges(&listing), ["7f1b2c3d4000 7f1b2c3d5000 pte rw-u-ad 11c5e2000"]);
    assert!(listing.problems.is_empty(), "{:?}", listing.problems);
    assert!(says(&listing, "1 walk ends at an entry that maps nothing"), "{:?}", listing.assumed);
}

/// crash 8.0.2 on riscv64, as its source says: the address beside a lower entry is its table's, and a leaf above the pte is not
/// known, so that lines of the mapped memory follow it.
#[test]
fn vtop_of_riscv64_ends_at_the_first_leaf() {
    let pte = "\
crash> vtop ffffffd600201000
VIRTUAL           PHYSICAL
ffffffd600201000  80401000

PAGE DIRECTORY: ffffffff81200000
  PGD: ffffffff81200ac0 => 2ffff001
  PMD: 00000000bfffc000 => 000000002fffec01
  PTE: bfffb000 => 201004ef
 PAGE: 0000000080401000

  PTE     PHYSICAL  FLAGS
201004ef  80401000  (PRESENT|READ|WRITE|EXEC|GLOBAL|ACCESSED|DIRTY)
";
    let listing = of(pte);
    assert_eq!(listing.machine.map(|machine| machine.id), Some("riscv64-sv39"));
    assert_eq!(ranges(&listing), ["ffffffd600201000 ffffffd600202000 pte rwx-gad 80401000"]);
    let leaf = "\
VIRTUAL           PHYSICAL
ffffffd600201000  80401000

PAGE DIRECTORY: ffffffff81200000
  PGD: ffffffff81200ac0 => 2ffff001
  PMD: 00000000bfffc000 => 00000000201000e7
  PTE: 80400000 => 6f0a
 PAGE: 000000000001b000 not present

";
    let listing = of(leaf);
    assert_eq!(ranges(&listing), ["ffffffd600200000 ffffffd600400000 pmd rw--gad 80400000"]);
    assert!(says(&listing, "Below a leaf"), "{:?}", listing.assumed);
}

/// drgn 0.3.0.
#[test]
fn vtop_of_drgn_is_a_translation_without_levels() {
    let listing = of("VIRTUAL           PHYSICAL\nffff888000001234  1234\n");
    assert_eq!(ranges(&listing), ["ffff888000001000 ffff888000002000 - ??????? 1000"]);
    assert!(says(&listing, "A translation answers for one address"), "{:?}", listing.assumed);
    assert_eq!(listing.walks[0].steps.len(), 0);
}

/// crash on x86-64 with five levels, in shape: the slots are none that the addresses select, the names of the levels still tell.
#[test]
fn vtop_with_a_p4d_is_of_five_levels() {
    let five = "ff11000000000000  0\n\nPGD DIRECTORY: ffffffff82a10000\nPAGE DIRECTORY: 3801067\n   P4D: 3801000 => 3802067\n   PUD: 3802880 => 3803067\n   \
                PMD: 3803000 => 3804067\n   PTE: 3804000 => 8000000000000163\n  PAGE: 0\n";
    let four = "VIRTUAL     PHYSICAL\n7ffff7fc0000  (not mapped)\n\n   PGD: 10b2f77f8 => 80000001073e8067\n   PUD: 1073e8ff8 => 1073e9067\n   \
                PMD: 1073e9df8 => 1073ea067\n   PTE: 1073eae00 => 17fffffffff63a00\n";
    let listing = of(&["VIRTUAL           PHYSICAL\n", five, four].concat());
    assert_eq!(listing.machine.map(|machine| machine.id), Some("x86_64-5level"));
    assert_eq!(ranges(&listing), ["ff11000000000000 ff11000000001000 pte rw--gad 0"]);
    assert_eq!(of(four).machine.map(|machine| machine.id), Some("x86_64-4level"));
}
