//! `/proc/PID/pagemap` as small readers print it; values invented, bits of fs/proc/task_mmu.c.

mod files;

use files::{of, ranges, says};
use texts::{Machine, Wish, merged, read};

#[test]
fn a_value_or_its_bits_by_name_or_in_columns_say_the_same() {
    let expected =
        ["7f31c4a00000 7f31c4a01000 - ??????? 41e2b000", "7f31c4a01000 7f31c4a02000 - ??????? 55c10000"];
    for text in [
        // A value, and its bits in words.
        "7f31c4a00000  8180000000041e2b  present soft-dirty exclusive pfn 41e2b\n7f31c4a01000  a180000000055c10  present file pfn 55c10\n7f31c4a02000  4080000000009c42  swapped soft-dirty type 2 offset 4e2\n7f31c4a03000  0080000000000000  soft-dirty\n",
        "0x7f31c4a00000: 0x8180000000041e2b\n0x7f31c4a01000: 0xa180000000055c10 pfn=55c10\n",
        // github.com/dwks/pagemap
        "0x7f31c4a00000     : pfn 41e2b            soft-dirty 1 file/shared 0 swapped 0 present 1\n0x7f31c4a01000     : pfn 55c10            soft-dirty 1 file/shared 1 swapped 0 present 1\n0x7f31c4a02000     : pfn 9c42             soft-dirty 1 file/shared 0 swapped 1 present 0\n",
        // Programs that were made of it.
        "0x7f31c4a00000     : pfn 41e2b            soft-dirty 1 file/shared 0 swapped 0 present 1 library \n0x7f31c4a01000     : pfn 55c10            soft-dirty 1 file/shared 1 swapped 0 present 1 library /lib/libc.so.6\n",
        "0x7f31c4a00000 : 0x41e2b000 : pfn 41e2b : soft-dirty 1 file/shared 0 swapped 0 present 1\n0x7f31c4a01000 : 0x55c10000 : pfn 55c10 : soft-dirty 1 file/shared 1 swapped 0 present 1\n",
        "0x7f31c4a00000     : pfn 41e2b            soft-dirty 1 file-page/shared-anon 0 swapped 0 present 1\n0x7f31c4a01000     : pfn 55c10            soft-dirty 1 file-page/shared-anon 1 swapped 0 present 1\n",
        // linux-kernel-module-cheat's pagemap_dump
        "addr pfn soft-dirty file/shared swapped present library\n7f31c4a00000 41e2b 1 0 0 1 ./a.out\n7f31c4a01000 55c10 1 1 0 1 /lib/libc.so\n",
    ] {
        let listing = of(text);
        assert_eq!(listing.format.name(), "pagemap", "{text}");
        assert_eq!(ranges(&listing), expected, "{text}");
        assert!(listing.problems.is_empty(), "{text}: {:?}", listing.problems);
        assert!(says(&listing, "neither rights nor levels"), "{text}");
    }
}

#[test]
fn without_the_capability_frames_are_unknown() {
    let listing = of("7f31c4a00000 8180000000000000\n7f31c4a01000 8180000000000000\n");
    assert_eq!(ranges(&listing), ["7f31c4a00000 7f31c4a02000 - ??????? -"]);
    assert!(says(&listing, "no CAP_SYS_ADMIN"), "{:?}", listing.assumed);
}

#[test]
fn frames_count_pages_of_the_machine() {
    let text = b"7f31c4a00000 8180000000000123\n7f31c4a04000 8180000000000124\n";
    let machine = Machine::named("arm64-16k-48").ok();
    let listing = read(text, Wish { machine, ..Wish::default() }).expect("readable");
    assert_eq!(merged(&listing).len(), 1);
    assert_eq!(ranges(&listing), ["7f31c4a00000 7f31c4a08000 - ??????? 48c000"]);
    // Four pages at multiples of 16 KiB are taken for such.
    let four: String = ["0", "4", "8", "c"].map(|at| format!("7f31c4a0{at}000 8180000000000123\n")).concat();
    assert!(says(&of(&four), "taken for 16 KiB"));
    assert!(says(&of("7f31c4a00000 8180000000000123\n"), "taken for 4 KiB"));
}

#[test]
fn present_and_swapped_at_once_is_no_value() {
    let listing = of("7f31c4a00000 8180000000000123\n7f31c4a01000 c180000000000123\n");
    let problems: Vec<(u32, u32)> =
        listing.problems.iter().map(|problem| (problem.line, problem.column)).collect();
    assert_eq!(problems, [(2, 14)]);
}

/// A reader in Go, and one in C with `%#lx`: what is not there is `0x0`.
#[test]
fn a_value_by_its_name_and_an_absent_page_are_read() {
    let named = of(
        "Vaddr: 0x7f31c4a00000, Pagemap: 0x8180000000041e2b, PFN: 0x41e2b\nVaddr: 0x7f31c4a01000, Pagemap: 0x0, PFN: 0x0\n",
    );
    assert_eq!(ranges(&named), ["7f31c4a00000 7f31c4a01000 - ??????? 41e2b000"]);
    assert!(named.rows.len() == 2 && named.rejoined == 0 && named.problems.is_empty());
    let absent = of("0x7ffd3c1a3000: 0x8180000000041e2b\n0x7ffd3c1a4000: 0x0\n");
    assert_eq!((absent.rows.len(), absent.rejoined), (2, 0));
    assert_eq!(ranges(&absent), ["7ffd3c1a3000 7ffd3c1a4000 - ??????? 41e2b000"]);
}
