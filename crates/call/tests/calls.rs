//! Calls as text and back, whatever is written, and what comes of them.

use call::{Base, Call, Deed, Edit, Field, Rule, StartError, Tally, When, tally};
use mm::MmId;
use pagewalk::{Callback, Callbacks, EntryPoint, Revision, Status, WalkLock};
use pgtable::{EntryKind, Level, MODELS, RawEntry, VirtAddr};
use proptest::prelude::*;
use scenario::Held;
use scenario::places::Places;

const MOST: u64 = 200_000;

/// What a call on tables that are made comes to.
fn comes_to(text: &str) -> Tally {
    let (call, problems) = Call::parse(text);
    assert_eq!(problems, [], "{text}");
    run(&call).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn run(call: &Call) -> Result<Tally, StartError> {
    let capture = call.tables.made().expect("tables that are made");
    let (mut world, actor) = call.start(&capture.world, &Places::of(capture.model()))?;
    Ok(tally::run(&mut world, actor, MOST))
}

fn said(text: &str) -> Vec<String> {
    Call::parse(text).1.iter().map(ToString::to_string).collect()
}

#[test]
fn what_a_call_says_is_what_happens() {
    // Of the sample's first area the pages 0, 1 and 3 are there.
    let range = "v1/call/x86_64-4level/v7.3?range=800000-806000&ops=pte_entry,pte_hole";
    let plain = comes_to(range);
    assert_eq!(plain.status, Status::Done(0));
    assert_eq!(plain.calls, [(Callback::Entry(Level::Pte), 6)]);
    let writes =
        comes_to(&format!("{range}&do=pte_entry@leaf:clear=2&do=pte_entry@leaf:flush&do=pte_entry:count"));
    assert_eq!((writes.writes, writes.hits.iter().map(|hit| hit.1).collect::<Vec<_>>()), (3, vec![3, 3, 6]));
    // What follows a return is not done, and the walk ends with it.
    let ends = comes_to(&format!("{range}&do=pte_entry@2:return=-11&do=pte_entry:set=2"));
    assert_eq!((ends.status, ends.writes), (Status::Done(-11), 1));
    let at = comes_to(&format!("{range}&do=pte_entry@at=803000:return=7"));
    assert_eq!((at.status, at.calls[0].1), (Status::Done(7), 4));
    // Looked at again so often, and no more.
    let again = comes_to("v1/call/x86_64-4level/v7.3?range=800000-801000&ops=pmd_entry&do=pmd_entry:again=3");
    assert_eq!(again.calls, [(Callback::Entry(Level::Pmd), 4)]);
}

#[test]
fn a_release_is_the_nearest_row_and_what_differs_is_said() {
    for (name, row, word) in [
        ("6.1.0-53-amd64", Revision::V6_1_192, "uname -v may tell which"),
        ("6.12.107+deb13", Revision::V6_12_107, "is of that very release"),
        ("5.15.0-91-generic", Revision::V6_16, "before the split"),
    ] {
        let (call, problems) = Call::parse(&format!("v1/call/riscv64-sv39/{name}?fn=walk_page_range"));
        assert_eq!(call.kernel, row, "{name}");
        let says = problems.iter().map(ToString::to_string).collect::<String>();
        assert!(problems.len() == 1 && problems[0].wrong.is_note && says.contains(word), "{says}");
        assert!(
            says.contains(&format!("the nearest row to \u{201c}{name}\u{201d} is {}", row.id())),
            "{says}"
        );
    }
    let (call, problems) = Call::parse("v1/call/riscv64-sv39/six.one");
    assert!(call.kernel == Call::default().kernel && !problems[0].wrong.is_note, "{problems:?}");
}

#[test]
fn a_machine_that_the_kernel_does_not_have_is_said_and_the_nearest_is_taken() {
    for (path, model, says) in [
        ("arm64-4k-52/v6.1.192", "arm64-4k-48", "no arm64-4k-52 in v6.1.192: LPA2"),
        ("arm64-16k-52/6.6.46", "arm64-16k-48", "no arm64-16k-52 in 6.6.46: LPA2"),
        ("riscv64-sv57/5.15.0-91-generic", "riscv64-sv39", "Sv57 came with v5.18"),
    ] {
        let (call, problems) = Call::parse(&format!("v1/call/{path}?fn=walk_page_range"));
        assert_eq!(call.tables.model().id, model, "{path}");
        assert!(problems.iter().all(|of| of.wrong.is_note), "{path} {problems:?}");
        assert!(problems.iter().any(|of| of.to_string().contains(says)), "{path} {problems:?}");
    }
    assert_eq!(said("v1/call/arm64-4k-52/v6.12.107"), [""; 0]);
    // Where it is chosen in the form, it is said beside the machine.
    let mut call = Call::parse("v1/call/arm64-4k-52/v7.3").0;
    assert_eq!(call.set(Field::Kernel, "v6.1.192"), []);
    assert!(call.notes().iter().any(|(field, note)| *field == Field::Machine && note.contains("LPA2")));
}

#[test]
fn a_file_of_version_1_is_the_call_that_it_was() {
    let tally = comes_to(include_str!("../../../tests/kept/call-1.txt"));
    assert_eq!((tally.status, tally.writes), (Status::Done(0), 3));
    assert_eq!(tally.calls, [(Callback::Entry(Level::Pte), 6)]);
    assert_eq!(tally.hits.iter().map(|hit| hit.1).collect::<Vec<_>>(), [3, 3, 6]);
}

#[test]
fn a_callback_splits_a_leaf_and_the_walk_goes_on_below_it() {
    // The kernel walk over a huge page of the direct map, as riscv's and arm64's set_memory() split it.
    let text = "v1/call/x86_64-4level/v7.3?fn=walk_kernel_page_table_range&range=ffff888000200000-ffff888000400000\
                &ops=pmd_entry,pte_entry";
    let whole = comes_to(text);
    assert_eq!(whole.calls, [(Callback::Entry(Level::Pmd), 1)]);
    let split = comes_to(&format!("{text}&do=pmd_entry@leaf:split&do=pte_entry@leaf:count"));
    assert_eq!(split.calls, [(Callback::Entry(Level::Pmd), 1), (Callback::Entry(Level::Pte), 512)]);
    assert_eq!((split.writes, split.hits[1].1), (1, 512));
}

#[test]
fn entries_vmas_and_locks_are_those_of_the_call() {
    // Without VMAs there is one hole; with one of them its entry is found.
    let text = "v1/call/riscv64-sv39/v7.3?range=40000000-40004000&ops=pte_entry,pte_hole";
    let of = |more: &str| comes_to(&format!("{text}{more}")).calls;
    assert_eq!(of("&vma=none"), [(Callback::Hole, 1)]);
    let one = "&vma=40000000-40004000:rw&set=mm:40001000:pte:10000cd7";
    assert_eq!(of(one), [(Callback::Entry(Level::Pte), 4)]);
    // With the lock as it is an assertion fails, or does not.
    let failed = |lock: &str| comes_to(&format!("{text}{one}&lock={lock}")).failed;
    assert!(failed("none") > 0 && failed("other-write") > 0);
    assert_eq!((failed("read"), failed("write")), (0, 0));
    // PGWALK_VMA_RDLOCK_VERIFY looks at the VMA's own.
    let own = |lock: &str| {
        let text = format!(
            "{text}&walk_lock=PGWALK_VMA_RDLOCK_VERIFY&lock=none&fn=walk_page_vma&vma=40000000-40004000:rw,lock={lock}"
        );
        comes_to(&text).failed
    };
    assert!(own("none") > 0);
    assert_eq!(own("read"), 0);
    // What cannot be is said, with what to do.
    let (call, _) = Call::parse("v1/call/x86_64-4level?set=init_mm:ffff888000200000:pte:none");
    let error = run(&call).expect_err("a huge page is there").to_string();
    assert!(
        error.contains("the pmd entry above it") && error.contains("empty or change it first"),
        "{error}"
    );
    // A folded level has the entries of another one.
    for level in ["pgd", "p4d"] {
        let emptied = comes_to(&format!(
            "v1/call/x86_64-4level/v7.3?vma=800000-801000&ops=pte_entry,pte_hole&set=mm:800000:{level}:none"
        ));
        assert_eq!(emptied.calls[0].0, Callback::Hole, "{level}");
    }
    let (call, _) = Call::parse("v1/call/x86_64-4level?fn=walk_page_vma&vma=none");
    assert!(run(&call).expect_err("no VMA").to_string().contains("takes a VMA"));
}

#[test]
fn all_that_is_wrong_is_said_with_what_was_meant_and_the_rest_is_kept() {
    let text = "#v1/call/x86_64-4levl/v7.33?fn=walk_page_rnge&lock=red&ops=pte_entry,pmd_entri&do=pte_entry:sett=1\
                &do=pte_entry:set=1&do=pte_hole:set=1&do=pte_entry@leav:split&vma=2000-1000&set=mm:1:ptx:0&rage=1-2&t=x&init=write";
    let (call, problems) = Call::parse(text);
    let all = problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    for words in [
        "machine: there is no machine \u{201c}x86_64-4levl\u{201d}; did you mean \u{201c}x86_64-4level\u{201d}?",
        "did you mean \u{201c}v7.3\u{201d}?",
        "did you mean \u{201c}walk_page_range\u{201d}?",
        "lock: there is no way to hold a lock \u{201c}red\u{201d}: there are none, read, write, other-read, other-write; did you mean \u{201c}read\u{201d}?",
        "did you mean \u{201c}pmd_entry\u{201d}?",
        "do: line 1: \u{201c}sett=1\u{201d} is nothing that a callback can do",
        "do: line 3: pte_hole gets no entry",
        "do: line 4: \u{201c}leav\u{201d} says not when",
        "vma: line 1: the VMA ends at 1000",
        "set: line 1: \u{201c}ptx\u{201d} is no level",
        "\u{201c}rage\u{201d} is no part of a call and is ignored; did you mean \u{201c}range\u{201d}?",
        "t: \u{201c}x\u{201d} is no step",
    ] {
        assert!(all.contains(words), "{words}\n{all}");
    }
    assert_eq!((call.init_lock, call.callbacks), (Held::Write, Callbacks::PTE_ENTRY));
    assert_eq!(
        call.rules,
        [Rule { callback: Callback::Entry(Level::Pte), when: When::Always, deed: Deed::Set(1) }]
    );
    assert!(said("v1/race/munmap")[0].contains("a call begins with"));
    assert!(said("v1/call/x86_64-4level/v7.3?lock=read&lock=write")[0].contains("more than once"));
}

#[test]
fn a_file_has_a_line_for_each_part_and_may_have_remarks() {
    let text = "# mm/mlock.c, as the series of June has it\nv1/call/arm64-4k-48/v7.1\nfn=walk_page_range\n\n  lock=write\ndo=pte_entry:count\n";
    assert!(Call::recognise(text));
    assert!(!Call::recognise("v1/race/munmap") && !Call::recognise("v1/calls") && !Call::recognise(""));
    let (call, problems) = Call::parse(text);
    assert_eq!(problems, []);
    assert_eq!((call.tables.model().id, call.lock, call.rules.len()), ("arm64-4k-48", Held::Write, 1));
    assert_eq!(Call::parse(&call.to_file()), (call.clone(), vec![]));
    // What is too long for an address is a file.
    let many = (0..200).map(|page| Edit {
        mm: MmId::USER,
        addr: VirtAddr(0x80_0000 + page * 4096),
        level: Level::Pte,
        value: None,
    });
    let long = Call { edits: many.collect(), ..call };
    assert_eq!(long.to_address(), None);
    assert_eq!(Call::parse(&long.to_file()), (long, vec![]));
}

#[test]
fn what_is_worth_a_word_is_said() {
    let notes = |text: &str| -> Vec<(Field, String)> { Call::parse(text).0.notes() };
    assert_eq!(notes("v1/call/x86_64-4level/v7.3?lock=read"), []);
    let all = notes(
        "v1/call/x86_64-4level/v6.16?fn=walk_page_range_debug&ops=pmd_entry,pre_vma&do=pte_entry:count",
    );
    let fields: Vec<Field> = all.iter().map(|note| note.0).collect();
    assert_eq!(fields, [Field::Function, Field::Rules, Field::Callbacks], "{all:?}");
    assert_eq!(notes("v1/call?fn=walk_kernel_page_table_range")[0].0, Field::Mm);
}

fn rules() -> impl Strategy<Value = Rule> {
    let when = prop_oneof![
        Just(When::Always),
        Just(When::Kind(EntryKind::Leaf)),
        Just(When::Kind(EntryKind::NotPresent)),
        (1u32..).prop_map(When::Nth),
        any::<u64>().prop_map(|addr| When::At(VirtAddr(addr))),
    ];
    let deed = prop_oneof![
        any::<u64>().prop_map(Deed::Set),
        any::<u64>().prop_map(Deed::Clear),
        any::<u64>().prop_map(Deed::Write),
        Just(Deed::Flush),
        Just(Deed::Count),
        Just(Deed::Continue),
        (1u32..=1000).prop_map(Deed::Again),
        any::<i32>().prop_map(Deed::Return),
        Just(Deed::Split),
    ];
    (0usize..4, when, deed).prop_map(|(level, when, deed)| Rule {
        callback: Callback::Entry(Level::ALL[level]),
        when,
        deed,
    })
}

fn areas() -> impl Strategy<Value = call::Area> {
    let lock = (0usize..5).prop_map(|of| Held::ALL[of]);
    (
        0u64..1 << 40,
        1u64..1 << 30,
        0u64..16,
        any::<bool>(),
        any::<Option<u64>>(),
        prop::option::of(12u32..40),
        lock,
    )
        .prop_map(|(start, bytes, letters, pfnmap, file, huge, lock)| call::Area {
            start,
            end: start + bytes,
            flags: mm::VmaFlags::from_bits_retain(letters)
                | if pfnmap { mm::VmaFlags::PFNMAP } else { mm::VmaFlags::empty() },
            file,
            huge: huge.map(|shift| 1 << shift),
            lock,
        })
}

fn calls() -> impl Strategy<Value = Call> {
    let edits = (any::<bool>(), any::<u64>(), 0usize..5, any::<Option<u64>>()).prop_map(
        |(user, addr, level, value)| Edit {
            mm: if user { MmId::USER } else { MmId::INIT_MM },
            addr: VirtAddr(addr),
            level: Level::ALL[level],
            value: value.map(RawEntry),
        },
    );
    let choice =
        (0..MODELS.len(), any::<bool>(), 0usize..7, 0usize..12, any::<bool>(), any::<Option<(u64, u64)>>());
    let held = (0usize..5, 0usize..5, 0usize..4, 0u16..1 << 11);
    let lists = (
        prop::collection::vec(rules(), 0..6),
        prop::option::of(prop::collection::vec(areas(), 0..4)),
        prop::collection::vec(edits, 0..4),
    );
    (choice, held, lists).prop_map(
        |((model, booted, kernel, function, user, range), (lock, init, walk, ops), lists)| {
            let base = Base::Booted(MODELS[model]);
            Call {
                tables: if booted && base.folder().is_some() { base } else { Base::Made(MODELS[model]) },
                kernel: Revision::ALL[kernel],
                function: EntryPoint::ALL[function],
                mm: if user { MmId::USER } else { MmId::INIT_MM },
                range: range.map(|(start, end)| (VirtAddr(start), VirtAddr(end))),
                lock: Held::ALL[lock],
                init_lock: Held::ALL[init],
                walk_lock: WalkLock::ALL[walk],
                callbacks: Callbacks::from_bits_truncate(ops),
                rules: lists.0,
                areas: lists.1,
                edits: lists.2,
            }
        },
    )
}

proptest! {
    #[test]
    fn every_call_comes_back(call in calls()) {
        prop_assert_eq!(&Call::parse(&call.to_string()), &(call.clone(), vec![]));
        prop_assert_eq!(&Call::parse(&call.to_file()), &(call.clone(), vec![]));
        // Part by part, as a person types it.
        let mut typed = Call::default();
        for field in Field::ALL {
            prop_assert_eq!(typed.set(field, &call.text_of(field)), vec![]);
        }
        prop_assert_eq!(typed, call);
    }

    #[test]
    fn every_call_ends_or_is_cut_off(call in calls()) {
        let call = Call { tables: Base::Made(call.tables.model()), ..call };
        // What cannot start says why.
        match run(&call) {
            Ok(tally) => prop_assert!(!tally.ended().is_empty()),
            Err(error) => prop_assert!(!error.to_string().is_empty()),
        }
    }

    #[test]
    fn no_text_panics(text in "\\PC{0,200}", tail in "[a-z0-9_@:,=?&/\\n.-]{0,200}") {
        Call::parse(&text);
        Call::parse(&format!("v1/call/{tail}"));
        let (call, _) = Call::parse(&format!("v1/call/x86_64-4level/v7.3?{tail}&do={tail}&vma={tail}&set={tail}"));
        for field in Field::ALL {
            let mut call = call.clone();
            call.set(field, &tail);
        }
    }
}

#[test]
fn a_text_of_a_megabyte_is_read_at_once_and_what_is_too_long_refused() {
    let long = format!("v1/call/x86_64-4level/v7.3{}", "\nset=mm:0:pte:0".repeat(60_000));
    let (call, problems) = Call::parse(&long);
    assert_eq!(call.edits.len(), 5000);
    assert!(problems[0].to_string().contains("there are more than 5000"), "{}", problems[0]);
    assert!(said(&"x".repeat(3 << 20))[0].contains("bytes"));
}
