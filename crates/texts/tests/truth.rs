//! Texts whose tables are known: what is read of them is what was in the tables, as far as the program prints it.

mod files;

use files::{bytes, listing, ranges};
use serde_json::Value;

/// A page of the tables.
#[derive(Clone, Debug, PartialEq)]
struct Page {
    start: u64,
    end: u128,
    level: &'static str,
    perms: String,
    physical: Option<u64>,
}

fn truth(name: &str) -> Value {
    let name = name.replace(".txt", ".truth.json");
    serde_json::from_slice(&bytes(&name)).expect("JSON")
}

fn number(value: &Value) -> u64 {
    let text = value.as_str().expect("a text");
    u64::from_str_radix(text.trim_start_matches("0x"), 16).expect("a number")
}

/// The leaves, each made a page by `make`: its level, rights and frame as the program prints them.
fn pages(truth: &Value, make: impl Fn(&Value) -> (&'static str, String, Option<u64>)) -> Vec<Page> {
    let leaves = truth["leaves"].as_array().expect("leaves");
    let page = |leaf: &Value| {
        let (start, size) = (number(&leaf["va"]), number(&leaf["size"]));
        let (level, perms, physical) = make(leaf);
        Page { start, end: u128::from(start) + u128::from(size), level, perms, physical }
    };
    leaves.iter().map(page).collect()
}

/// Adjoining pages that are alike in all columns are one line.
fn lines(mut pages: Vec<Page>) -> Vec<String> {
    pages.sort_by_key(|page| page.start);
    let mut merged: Vec<Page> = Vec::new();
    for page in pages {
        if let Some(before) = merged.last_mut()
            && before.end == u128::from(page.start)
            && (before.level, &before.perms) == (page.level, &page.perms)
            && before.physical.map(|physical| u128::from(physical) + before.end - u128::from(before.start))
                == page.physical.map(u128::from)
        {
            before.end = page.end;
        } else {
            merged.push(page);
        }
    }
    let line = |page: &Page| {
        let physical = page.physical.map_or_else(|| "-".to_owned(), |physical| format!("{physical:x}"));
        format!("{:x} {:x} {} {} {physical}", page.start, page.end, page.level, page.perms)
    };
    merged.iter().map(line).collect()
}

fn level(leaf: &Value, names: [&'static str; 3]) -> &'static str {
    names[usize::try_from(leaf["level"].as_u64().expect("a level")).expect("small")]
}

fn letter(value: &Value, letter: char) -> char {
    if value.as_bool().expect("a bit") { letter } else { '-' }
}

fn not(value: &Value, letter: char) -> char {
    if value.as_bool().expect("a bit") { '-' } else { letter }
}

fn own(leaf: &Value) -> String {
    let own = &leaf["own"];
    [
        'r',
        letter(&own["w"], 'w'),
        not(&own["nx"], 'x'),
        letter(&own["u"], 'u'),
        letter(&own["g"], 'g'),
        letter(&own["a"], 'a'),
        letter(&own["d"], 'd'),
    ]
    .iter()
    .collect()
}

fn effective(leaf: &Value) -> String {
    let effective = &leaf["effective"];
    format!("r{}?{}???", letter(&effective["w"], 'w'), letter(&effective["u"], 'u'))
}

#[test]
fn info_tlb_of_x86_64_has_the_leaves_own_bits_but_the_frames_bits_50_and_51() {
    let name = "formats/qemu-11.1.3-x86_64-4level-info-tlb.txt";
    let make = |leaf: &Value| {
        (level(leaf, ["pte", "pmd", "pud"]), own(leaf), Some(number(&leaf["pa"]) & ((1 << 50) - 1)))
    };
    assert_eq!(ranges(&listing(name)), lines(pages(&truth(name), make)));
}

#[test]
fn info_tlb_of_32_bit_x86_has_no_nx_and_no_frame_bits_above_32() {
    let name = "formats/qemu-7.2.22-x86-legacy-info-tlb.txt";
    let make =
        |leaf: &Value| (level(leaf, ["pte", "pmd", "-"]), own(leaf), Some(number(&leaf["pa"]) & 0xffff_ffff));
    assert_eq!(ranges(&listing(name)), lines(pages(&truth(name), make)));
}

#[test]
fn info_mem_of_x86_has_effective_rights_and_neither_frames_nor_levels() {
    for name in [
        "formats/qemu-11.1.3-x86_64-4level-info-mem.txt",
        "formats/qemu-10.0.13-x86_64-4level-info-mem-raw-monitor.txt",
        "formats/qemu-7.2.22-x86-legacy-info-mem.txt",
    ] {
        let expected = lines(pages(&truth(name), |leaf| ("-", effective(leaf), None)));
        assert_eq!(ranges(&listing(name)), expected, "{name}");
    }
}

#[test]
fn info_mem_of_riscv_has_the_true_frames_also_of_nc_and_of_svnapot() {
    for name in
        ["formats/qemu-11.1.3-riscv64-sv39-info-mem.txt", "formats/qemu-7.2.22-riscv32-sv32-info-mem.txt"]
    {
        let attributes = |leaf: &Value| leaf["attr"].as_str().expect("a text").to_owned();
        let expected = lines(pages(&truth(name), |leaf| ("-", attributes(leaf), Some(number(&leaf["pa"])))));
        assert_eq!(ranges(&listing(name)), expected, "{name}");
    }
}

#[test]
fn gva2gpa_of_riscv_never_contradicts_the_tables() {
    let name = "formats/qemu-11.1.3-riscv64-sv39-gva2gpa-s-mode.txt";
    let (listing, truth) = (listing(name), truth(name));
    let pages = pages(&truth, |leaf| ("-", String::new(), Some(number(&leaf["pa"]))));
    let mut answered = 0;
    for walk in &listing.walks {
        let Some(Some(physical)) = walk.answer else { continue };
        let page =
            pages.iter().find(|page| (u128::from(page.start)..page.end).contains(&u128::from(walk.addr)));
        let page = page.expect("a mapped page");
        assert_eq!(physical, page.physical.expect("a frame") + (walk.addr - page.start), "{:x}", walk.addr);
        answered += 1;
    }
    assert_eq!((listing.walks.len(), answered), (12, 7));
    assert!(listing.rows.iter().all(|row| row.perms.to_string() == "???????"));
}

#[test]
fn gdb_pt_dump_has_the_leaves_own_rights_and_with_phys_all_bits_of_the_frames() {
    let rights = |leaf: &Value| own(leaf)[..4].to_owned() + "???";
    let name = "formats/gdb-pt-dump-x86_64-4level-phys.txt";
    let with = lines(pages(&truth(name), |leaf| ("-", rights(leaf), Some(number(&leaf["pa"])))));
    assert_eq!(ranges(&listing(name)), with);
    let name = "formats/gdb-pt-dump-x86_64-4level.txt";
    let without = lines(pages(&truth(name), |leaf| ("-", rights(leaf), None)));
    assert_eq!(ranges(&listing(name)), without);
}

#[test]
fn vtop_has_every_entry_of_the_walk_and_its_end() {
    for (name, slots_are_physical) in
        [("formats/crash-8.0.2-x86_64-4level-vtop.txt", true), ("formats/crash-8.0.2-arm64-vtop.txt", false)]
    {
        let (listing, truth) = (listing(name), truth(name));
        let walks = truth["walks"].as_array().expect("walks");
        assert_eq!(listing.walks.len(), walks.len(), "{name}");
        for (walk, expected) in listing.walks.iter().zip(walks) {
            assert_eq!(walk.addr, number(&expected["va"]), "{name}");
            let steps = expected["walk"].as_array().expect("steps");
            let values: Vec<u64> = steps.iter().map(|step| number(&step["entry"])).collect();
            assert_eq!(walk.steps.iter().map(|step| step.value).collect::<Vec<_>>(), values, "{name}");
            for (step, expected) in walk.steps.iter().zip(steps).skip(1) {
                // On arm64 crash prints the kernel's virtual address of the slot: its place in the page is the same.
                let mask = if slots_are_physical { u64::MAX } else { 0xfff };
                assert_eq!(step.slot.expect("a slot") & mask, number(&expected["slot"]) & mask, "{name}");
            }
            let row = listing.rows.iter().find(|row| row.start <= walk.addr && walk.addr <= row.last);
            let physical = row.map(|row| row.frames.first().expect("a frame") + (walk.addr - row.start));
            assert_eq!(physical, expected["pa"].as_str().map(|_| number(&expected["pa"])), "{name}");
        }
    }
}
