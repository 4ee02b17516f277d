//! Splats in the forms of kernels v5.8 to v7.3. The texts are of our own making, in the shapes that public reports have.

use mm::LockMode;
use proptest::prelude::*;
use splats::{Verdict, Walk, explain};

const FILES: [(&str, &str); 15] = [
    ("debug-7.2-inline", include_str!("splats/debug-7.2-inline.txt")),
    ("lockdep-circular", include_str!("splats/lockdep-circular.txt")),
    ("lockdep-no-walk", include_str!("splats/lockdep-no-walk.txt")),
    ("novma-5.8-bug", include_str!("splats/novma-5.8-bug.txt")),
    ("novma-6.1-lockdep", include_str!("splats/novma-6.1-lockdep.txt")),
    ("kernel-6.17-nolockdep", include_str!("splats/kernel-6.17-nolockdep.txt")),
    ("debug-7.3-new-form", include_str!("splats/debug-7.3-new-form.txt")),
    ("kasan-ptdump-7.1", include_str!("splats/kasan-ptdump-7.1.txt")),
    ("oops-numa-maps-6.18", include_str!("splats/oops-numa-maps-6.18.txt")),
    ("find-vma-6.12", include_str!("splats/find-vma-6.12.txt")),
    ("lockdep-recursive", include_str!("splats/lockdep-recursive.txt")),
    ("rcu-6.6", include_str!("splats/rcu-6.6.txt")),
    ("debug-locks", include_str!("splats/debug-locks.txt")),
    ("held-at-exit", include_str!("splats/held-at-exit.txt")),
    ("wx-7.2", include_str!("splats/wx-7.2.txt")),
];

fn text(name: &str) -> &'static str {
    FILES.iter().find(|file| file.0 == name).expect("a file").1
}

fn walk(name: &str) -> Walk {
    let mut all = explain(text(name));
    match all.remove(0).verdict {
        Verdict::Walk(walk) => *walk,
        other @ Verdict::NoWalk { .. } => panic!("{name}: {other:?}"),
    }
}

/// Kernel, function, model, missing lock with its mode, race, file of the call site.
type Row = (
    &'static str,
    String,
    &'static str,
    Option<(&'static str, LockMode)>,
    Option<&'static str>,
    Option<&'static str>,
);

/// Everything that a person needs of a walk, in one row.
fn row(name: &str) -> Row {
    let of = walk(name);
    let missing = of.missing.as_ref().map(|missing| (missing.lock, missing.mode));
    let race = of.race.as_ref().map(|race| race.id);
    let site = of.site.as_ref().map(|site| site.file);
    (of.row.revision.id(), of.function, of.model.id, missing, race, site)
}

const INIT: &str = "init_mm.mmap_lock";
const MM: &str = "mm->mmap_lock";

#[test]
fn each_assertion_is_found_with_its_lock_and_mode() {
    let (x86, arm64, riscv) = ("x86_64-4level", "arm64-4k-48", "riscv64-sv39");
    let cases = [
        (
            "novma-5.8-bug",
            "v6.16",
            "walk_page_range_novma",
            riscv,
            Some((INIT, LockMode::Read)),
            Some("huge-vmap"),
            Some("arch/riscv/mm/pageattr.c"),
        ),
        (
            "novma-6.1-lockdep",
            "v6.1.192",
            "walk_page_range_novma",
            x86,
            Some((MM, LockMode::Write)),
            Some("munmap"),
            Some("mm/ptdump.c"),
        ),
        (
            "kernel-6.17-nolockdep",
            "v6.17",
            "walk_kernel_page_table_range",
            arm64,
            Some((INIT, LockMode::Read)),
            Some("kernel-vmap"),
            Some("mm/hugetlb_vmemmap.c"),
        ),
        (
            "debug-7.3-new-form",
            "v7.3",
            "walk_page_range_debug",
            x86,
            Some((INIT, LockMode::Write)),
            Some("other-mm"),
            Some("mm/ptdump.c"),
        ),
        (
            "kasan-ptdump-7.1",
            "v7.1",
            "walk_page_range_debug",
            x86,
            None,
            Some("huge-vmap"),
            Some("mm/ptdump.c"),
        ),
        ("oops-numa-maps-6.18", "v6.18", "walk_page_vma", x86, None, Some("pud-refault"), None),
        ("lockdep-recursive", "v6.18", "walk_page_range", x86, None, Some("nested-read"), None),
        ("rcu-6.6", "v6.16", "walk_page_range_novma", x86, None, Some("huge-vmap"), None),
        ("debug-locks", "v6.16", "walk_page_range", x86, None, Some("munmap-vmas"), None),
        ("wx-7.2", "v7.3", "walk_page_range_debug", x86, None, None, Some("mm/ptdump.c")),
    ];
    for (name, kernel, function, model, missing, race, site) in cases {
        assert_eq!(row(name), (kernel, function.to_owned(), model, missing, race, site), "{name}");
    }
}

#[test]
fn what_a_build_could_know_is_told() {
    let build = |name: &str| walk(name).build.expect("an assertion or lockdep");
    let bug = build("novma-5.8-bug");
    assert!(bug.meaning.contains("CONFIG_DEBUG_VM") && bug.meaning.contains("nobody at all"), "{bug:?}");
    assert_eq!(build("novma-6.1-lockdep").lockdep, Some(true));
    assert!(build("novma-6.1-lockdep").other_kernels.starts_with("Since v6.9"));
    let word = build("kernel-6.17-nolockdep");
    assert_eq!(word.lockdep, Some(false));
    assert!(word.meaning.contains("another task"), "{word:?}");
    assert_eq!(build("debug-7.3-new-form").lockdep, Some(true));
    assert!(build("debug-7.3-new-form").other_kernels.contains("Before v6.9"));
    assert_eq!(build("rcu-6.6").lockdep, Some(true));
}

/// The lock and mode that a warning at `file` in `frames` of a kernel is about.
fn missing(kernel: &str, at: &str, frames: &[&str]) -> Option<(&'static str, LockMode)> {
    let trace: Vec<String> = frames[1..].iter().map(|name| format!(" {name}+0x1/0x2")).collect();
    let trace = trace.join("\n");
    let cpu = format!("CPU: 1 PID: 71 Comm: cat Not tainted {kernel} #1");
    let text = format!("WARNING: CPU: 1 PID: 71 at {at} {}+0x1/0x2\n{cpu}\nCall Trace:\n{trace}", frames[0]);
    let Verdict::Walk(walk) = explain(&text).remove(0).verdict else { panic!("{text}") };
    walk.missing.map(|missing| (missing.lock, missing.mode))
}

#[test]
fn the_rule_of_each_kernel_is_its_own() {
    let (held, write) = (LockMode::Read, LockMode::Write);
    let (mmap, rwsem) = ("include/linux/mmap_lock.h:161", "include/linux/rwsem.h:203");
    let novma: &[&str] = &["walk_page_range_novma", "ptdump_walk_pgd", "ptdump_check_wx"];
    let debug: &[&str] = &["walk_page_range_debug", "ptdump_walk_pgd", "ptdump_check_wx"];
    let vmas: &[&str] = &["walk_page_range", "smap_gather_stats"];
    for (kernel, at, frames, lock, mode) in [
        ("5.15.0", mmap, novma, INIT, held),
        ("5.19.7", mmap, novma, INIT, held),
        ("5.19.8", mmap, novma, INIT, write),
        ("6.1.0", mmap, novma, INIT, write),
        ("6.6.30", mmap, novma, INIT, write),
        ("6.8.0", mmap, novma, INIT, held),
        ("6.12.5", rwsem, novma, INIT, held),
        ("6.12.5", "include/linux/rwsem.h:85", novma, MM, write),
        ("6.1.192", mmap, novma, INIT, write),
        ("6.17.0", rwsem, &["walk_kernel_page_table_range", "__set_memory"], INIT, held),
        ("6.17.0", rwsem, debug, INIT, held),
        ("6.12.110", rwsem, debug, INIT, write),
        ("7.3.0", rwsem, debug, INIT, write),
        ("6.18.0", "include/linux/rwsem.h:85", &["walk_page_range_debug", "ptdump_walk_pgd"], MM, write),
        ("6.1.0", mmap, vmas, MM, held),
        ("6.12.0", "include/linux/rwsem.h:85", vmas, MM, write),
        ("6.12.0", rwsem, &["find_vma", "walk_page_range", "x"], MM, held),
        ("7.0.0", rwsem, &["folio_walk_start", "x"], MM, held),
        // Without VMAs it can only be the mm's, although since v6.9 that is asserted in rwsem.h.
        (
            "7.3.1",
            "include/linux/mmap_lock.h:98",
            &["walk_page_range_debug", "ptdump_walk_pgd"],
            "mm->mmap_lock",
            write,
        ),
        ("6.17.0", "include/linux/mmap_lock.h:220", &["walk_page_range_vma", "x"], "the VMA's lock", write),
        ("6.6.0", "include/linux/mm.h:700", &["walk_page_range_vma", "x"], "the VMA's lock", write),
        ("7.1.0", "mm/pagewalk.c:800", &["walk_page_mapping", "x"], "mapping->i_mmap_rwsem", held),
    ] {
        assert_eq!(missing(kernel, at, frames), Some((lock, mode)), "{kernel} {at} {frames:?}");
    }
    // A warning of a callback is no assertion of the walk's.
    assert_eq!(missing("7.1.0", "mm/page_table_check.c:80", &["my_check", "walk_page_range", "x"]), None);
}

#[test]
fn links_open_what_they_say() {
    for (name, _) in FILES {
        for one in explain(text(name)) {
            let Verdict::Walk(walk) = one.verdict else { continue };
            // A finding of W+X is none of a race's.
            let Some(race) = walk.race else {
                assert_eq!(name, "wx-7.2");
                continue;
            };
            let (link, problems) = races::RaceLink::parse(&race.link).expect("a link to a race");
            assert_eq!((link.choice.race.id, problems.len()), (race.id, 0), "{name}: {}", race.link);
            let (case, problems) = races::safe::link::parse(&walk.case);
            assert_eq!((case.walk.revision, problems.len()), (walk.row.revision, 0), "{name}: {}", walk.case);
            if let Some(site) = walk.site {
                assert!(site.link.is_some_and(|link| link.starts_with("#v1/")), "{name}");
            }
        }
    }
    assert_eq!(
        walk("kasan-ptdump-7.1").race.expect("a race").link,
        "#v1/race/huge-vmap/x86_64-4level/v7.1?lock=write"
    );
    assert!(
        walk("novma-6.1-lockdep").case.starts_with("#v1/safe/novma/x86_64-4level/v6.1.192?mm=mm&lock=none")
    );
}

#[test]
fn locks_that_lockdep_lists_count() {
    let debug = &explain(text("debug-7.3-new-form"))[0].splat;
    let held = debug.held.as_ref().expect("a list");
    assert_eq!((held[0].name.as_str(), held[0].at.as_str()), ("&mm->mmap_lock", "ptdump_walk_pgd"));
    // The mm is write-locked, so it is init_mm that was forgotten.
    assert!(walk("debug-7.3-new-form").missing.expect("an assertion").why.contains("list of held locks"));
}

#[test]
fn no_walk_is_said_where_there_is_none() {
    for (name, says) in [("find-vma-6.12", "find_vma()"), ("held-at-exit", "no call trace")] {
        let all = explain(text(name));
        assert_eq!(all.len(), 1, "{name}");
        let Verdict::NoWalk { instead, .. } = &all[0].verdict else { panic!("{name}") };
        assert!(instead.contains(says), "{name}: {instead}");
    }
    assert_eq!(explain("").len(), 0);
    assert_eq!(explain("nothing happened\n").len(), 0);
}

#[test]
fn a_lock_that_a_caller_of_a_walk_left_held_is_its() {
    let text = text("held-at-exit").replace("my_ioctl", "ptdump_walk_pgd");
    let Verdict::Walk(walk) = explain(&text).remove(0).verdict else { panic!("{text}") };
    assert_eq!(walk.site.map(|site| site.file), Some("mm/ptdump.c"));
    assert!(walk.happened.contains("ptdump_walk_pgd(), which took a lock that is held"), "{}", walk.happened);
}

#[test]
fn sleeping_callbacks_and_bad_entries_under_a_walk_are_told() {
    let trace = "Call Trace:\n my_entry+0x1/0x2\n walk_pgd_range+0x1/0x2\n walk_page_range+0x1/0x2\n show_smap+0x1/0x2\n";
    for (header, kind, says) in [
        (
            "BUG: sleeping function called from invalid context at mm/slab.h:10",
            "lockdep",
            "while walk_page_range() walked",
        ),
        (
            "BUG: Bad page map in process sh  pte:800000012345a067 pmd:10b0e067",
            "bad-page-map",
            "came to an entry",
        ),
        ("watchdog: BUG: soft lockup - CPU#3 stuck for 22s! [cat:71]", "stall", "does not come to an end"),
    ] {
        let one = explain(&format!("{header}\n{trace}")).remove(0);
        assert_eq!(one.splat.kind.id(), kind);
        let Verdict::Walk(walk) = one.verdict else { panic!("{header}") };
        assert!(walk.happened.contains(says), "{}", walk.happened);
    }
}

#[test]
fn the_condition_that_newer_kernels_print_is_evidence() {
    let all = explain(text("debug-7.2-inline"));
    assert_eq!(all.len(), 1, "a line for each inlined function is one warning");
    let of = walk("debug-7.2-inline");
    assert_eq!(
        (of.row.revision.id(), of.build.as_ref().and_then(|build| build.lockdep)),
        ("v7.3", Some(false))
    );
    assert_eq!(of.missing.map(|missing| (missing.lock, missing.mode)), Some((INIT, LockMode::Write)));
    let by = |condition: &str, at: &str| {
        let text = text("debug-7.2-inline")
            .replace("!(atomic_long_read(&sem->count) & (1UL << 0))", condition)
            .replace("rwsem.h:87", at);
        let Verdict::Walk(walk) = explain(&text).remove(0).verdict else { panic!("{text}") };
        walk.build.and_then(|build| build.lockdep)
    };
    assert_eq!(by("debug_locks && !(lock_is_held(&(sem)->dep_map) != 0)", "rwsem.h:80"), Some(true));
    assert_eq!(by("atomic_long_read(&sem->count) == 0UL", "rwsem.h:300"), Some(false));
}

/// Lockdep's list names the lock of init_mm and that of any other mm differently.
#[test]
fn the_locks_that_a_caller_took_tell_whose_tables_it_walks() {
    let text = |name: &str| {
        format!(
            "WARNING: suspicious RCU usage\n7.3.0-rc5 #12 Not tainted\n-----\nmm/pgtable-generic.c:290 suspicious rcu_dereference_check() usage!\n\
             1 lock held by cat/812:\n #0: ffff888101c2a1b0 ({name}){{++++}}-{{4:4}}, at: ptdump_walk_pgd+0x51/0x160\n\nstack backtrace:\n\
             CPU: 2 UID: 0 PID: 812 Comm: cat Not tainted 7.3.0-rc5 #12\nCall Trace:\n __pte_offset_map+0x1a2/0x1c0\n walk_pgd_range+0x80c/0xa30\n \
             walk_page_range_debug+0x9e/0x160\n ptdump_walk_pgd+0x9e/0x160\n"
        )
    };
    for (name, of_init_mm, race) in
        [("&mm->mmap_lock", false, "munmap"), ("init_mm.mmap_lock", true, "huge-vmap")]
    {
        let Verdict::Walk(walk) = explain(&text(name)).remove(0).verdict else { panic!("{name}") };
        assert_eq!(
            (walk.of_init_mm, walk.race.map(|race| race.id)),
            (Some(of_init_mm), Some(race)),
            "{name}"
        );
        assert!(walk.case.contains("mm=mm") != of_init_mm, "{}", walk.case);
    }
}

/// A race that a kernel has fixed is not what happened there.
#[test]
fn no_race_is_named_where_none_is_near() {
    let text = |version: &str| {
        format!(
            "Oops: general protection fault, probably for non-canonical address 0xdffffc0000000005: 0000 [#1] SMP KASAN PTI\n\
             CPU: 1 UID: 0 PID: 100 Comm: x Not tainted {version} #1\nRIP: 0010:walk_pgd_range+0x4d/0x5d0\nCall Trace:\n \
             walk_page_range+0x10/0x20\n show_smap+0x10/0x20\n"
        )
    };
    let race = |version: &str| match explain(&text(version)).remove(0).verdict {
        Verdict::Walk(walk) => walk.race.map(|race| race.id),
        other @ Verdict::NoWalk { .. } => panic!("{other:?}"),
    };
    assert_eq!((race("6.18.3"), race("7.0.3"), race("7.3.1")), (Some("pud-refault"), None, None));
}

/// A caller that waits for its locks, or takes them in a wrong order, has no walk in its trace yet.
#[test]
fn a_caller_of_a_walk_is_named_before_its_walk_too() {
    let hung = "INFO: task cat:812 blocked for more than 143 seconds.\n      Not tainted 7.3.0 #4\nCall Trace:\n __schedule+0x4b5/0x1440\n \
                down_write+0x5a/0x60\n ptdump_walk_pgd+0x51/0x160\n ptdump_show+0x31/0x60\n";
    let Verdict::NoWalk { instead, site } = explain(hung).remove(0).verdict else { panic!("no walk") };
    assert!(instead.contains("ptdump_walk_pgd() is at work before its walk or behind it"), "{instead}");
    let site = site.expect("a call site");
    assert_eq!(site.file, "mm/ptdump.c");
    assert!(site.link.is_some_and(|link| link.starts_with("#v1/ptdump")));
}

/// As syzbot writes what was inlined: the names decide, and a line that they contradict is said. Lines are those of the tree that was built.
#[test]
fn the_names_in_a_report_come_before_its_lines() {
    let of = |condition: &str, line: u32, names: &[&str]| {
        let header = |name: &str| {
            format!(
                "WARNING: ./include/linux/rwsem.h:{line} at {name} include/linux/rwsem.h:{line} [inline], CPU#1: syz.0.17/5873\n"
            )
        };
        let names = names.iter().map(|name| header(name)).collect::<Vec<_>>().concat();
        let text = format!(
            "------------[ cut here ]------------\n{condition}{names}\
             WARNING: ./include/linux/rwsem.h:{line} at walk_page_range_mm+0x6b4/0x7c0 mm/pagewalk.c:509, CPU#1: syz.0.17/5873\n\
             CPU: 1 UID: 0 PID: 5873 Comm: syz.0.17 Not tainted 7.0.0-rc3-syzkaller #0 PREEMPT(full)\n\
             RIP: 0010:walk_page_range_mm+0x6b4/0x7c0 mm/pagewalk.c:509\nCall Trace:\n walk_page_range+0x120/0x1d0 mm/pagewalk.c:571\n"
        );
        let all = explain(&text);
        assert_eq!(all.len(), 1, "{text}");
        let Verdict::Walk(walk) = &all[0].verdict else { panic!("{text}") };
        let missing = walk.missing.clone().expect("an assertion");
        let lockdep = walk.build.as_ref().and_then(|build| build.lockdep);
        assert!(!text.contains("_nolockdep include") || lockdep == Some(false), "{walk:?}");
        let odd = walk.assumed.iter().any(|says| says.contains("and that is taken"));
        (missing.mode, missing.assertion, odd)
    };
    let (held, write) =
        ((LockMode::Read, "mmap_assert_locked(mm)"), (LockMode::Write, "mmap_assert_write_locked(mm)"));
    let as_write = ["rwsem_assert_held_write", "mmap_assert_write_locked"];
    let as_held = ["rwsem_assert_held_nolockdep", "rwsem_assert_held", "mmap_assert_locked"];
    for line in [195, 203, 215, 210] {
        assert_eq!(of("", line, &as_write), (write.0, write.1, false), "{line}");
        assert_eq!(of("", line, &as_held), (held.0, held.1, false), "{line}");
    }
    // Line 85 is the write assertion's in the kernels that are known.
    assert_eq!(of("", 85, &as_held), (held.0, held.1, true));
    assert_eq!(of("!rwsem_is_locked(&mm->mmap_lock)\n", 85, &[]), (held.0, held.1, true));
    assert_eq!(of("", 85, &as_write), (write.0, write.1, false));
    assert_eq!(of("", 85, &[]), (write.0, write.1, false));
    assert_eq!(of("", 80, &as_write), (write.0, write.1, true));
}

#[test]
fn a_walk_in_a_chain_of_lockdep_is_told_as_that() {
    let of = walk("lockdep-circular");
    assert_eq!((of.function.as_str(), of.caller.as_deref()), ("walk_page_range_mm", Some("my_collect")));
    assert!(of.happened.contains("in one of the chains"), "{}", of.happened);
    let order = "; foo_shrink() wants &mm->mmap_lock while it has fs_reclaim of balance_pgdat(); elsewhere the order is &mm->mmap_lock, then \
                 fs_reclaim: a circle, in which each may wait for the other";
    assert!(of.happened.ends_with(order), "{}", of.happened);
}

/// Which locks in which order, and that no walk takes part although it is the lock of walks.
#[test]
fn a_report_of_lockdep_without_a_walk_says_what_it_is() {
    let instead = |text: &str| match explain(text).remove(0).verdict {
        Verdict::NoWalk { instead, .. } => instead,
        Verdict::Walk(walk) => panic!("{walk:?}"),
    };
    for text in [text("lockdep-no-walk").to_owned(), mangled(text("lockdep-no-walk"))] {
        assert_eq!(
            instead(&text),
            "no function of mm/pagewalk.c is in the call trace; lockdep: __access_remote_vm() wants &mm->mmap_lock#2 while it has &dev->mutex of \
             my_ioctl(); elsewhere the order is &mm->mmap_lock#2, then fs_reclaim, then &dev->mutex: a circle, in which each may wait for the \
             other; page walks assert the mmap lock, but none takes part here"
        );
    }
    // Of other locks nothing is said of walks; the form of old kernels has the address of the function.
    let old = "WARNING: possible circular locking dependency detected\n4.17.2 #21 Not tainted\ntmpfile/554 is trying to acquire lock:\n\
               (&f->sem){+.+.+.}, at: [<ffffffffa04b609d>] jffs2_readpage+0x30/0x5c\n\nbut task is already holding lock:\n\
               91192e34 (&pipe->mutex/1){+.+.}, at: pipe_lock+0x1d/0x20\n";
    assert_eq!(
        instead(old),
        "the text has no call trace; lockdep: jffs2_readpage() wants &f->sem while it has &pipe->mutex/1 of pipe_lock()"
    );
    let recursive = text("lockdep-recursive").replace("walk_", "my_").replace("pagemap_", "my_");
    assert!(
        instead(&recursive).contains(": both are of one class, so each may wait for the other"),
        "{}",
        instead(&recursive)
    );
}

#[test]
fn a_call_trace_alone_is_enough() {
    let all = explain(
        "Call Trace:\n walk_pgd_range+0x3c1/0x870\n walk_page_range+0x1f6/0x270\n smap_gather_stats+0x1/0x2\n",
    );
    assert_eq!(all.len(), 1);
    let Verdict::Walk(walk) = &all[0].verdict else { panic!("{all:?}") };
    assert_eq!(
        (walk.function.as_str(), walk.caller.as_deref()),
        ("walk_page_range", Some("smap_gather_stats"))
    );
    assert!(
        explain("do_syscall_64+0x1/0x2\n").iter().all(|one| matches!(one.verdict, Verdict::NoWalk { .. }))
    );
}

#[test]
fn a_wx_finding_is_no_missing_lock() {
    let walk = walk("wx-7.2");
    assert!(walk.happened.contains("writable and executable"), "{}", walk.happened);
    assert!(walk.happened.contains("0xffff888000096000"), "{}", walk.happened);
}

#[test]
fn a_kasan_report_is_one_splat_with_who_freed() {
    let all = explain(text("kasan-ptdump-7.1"));
    let last = all.last().expect("a report");
    assert!(last.splat.freed.iter().any(|frame| frame.function == "vmap_try_huge_pmd"));
    let Verdict::Walk(walk) = &last.verdict else { panic!("a walk") };
    assert!(walk.race.as_ref().expect("a race").why.contains("who freed"), "{walk:?}");
}

/// As a mail client sends it: quoted, broken at 72 columns, with tabs and CR LF.
fn mangled(text: &str) -> String {
    let mut out = String::new();
    for line in text.lines() {
        let mut rest = line;
        while rest.len() > 60 {
            let Some(at) = rest[..60].rfind(' ').filter(|at| *at > 20) else { break };
            out.push_str("> > ");
            out.push_str(&rest[..at]);
            out.push_str(" \r\n");
            rest = &rest[at + 1..];
        }
        out.push_str("> >\t");
        out.push_str(rest);
        out.push_str("\r\n");
    }
    out
}

#[test]
fn a_quoted_and_broken_text_says_the_same() {
    for (name, text) in FILES {
        let key = |text: &str| {
            let all = explain(text).into_iter().map(|one| match one.verdict {
                Verdict::Walk(walk) => (
                    walk.function,
                    walk.row.revision.id(),
                    walk.missing.map(|of| of.lock),
                    walk.race.map(|of| of.id),
                ),
                Verdict::NoWalk { .. } => (String::new(), "", None, None),
            });
            all.collect::<Vec<_>>()
        };
        assert_eq!(key(&mangled(text)), key(text), "{name}\n{}", mangled(text));
    }
}

proptest! {
    #[test]
    fn mangled_splats_never_panic(
        file in 0..FILES.len(), cut in 0usize..2500, at in 0usize..2500, junk in "[\\PC\n]{0,12}", drop in 0usize..40,
    ) {
        let mut text: Vec<char> = FILES[file].1.chars().collect();
        text.truncate(cut);
        let at = at.min(text.len());
        let end = (at + drop).min(text.len());
        text.splice(at..end, junk.chars());
        let text: String = text.into_iter().collect();
        for one in explain(&text) {
            prop_assert!(one.splat.line <= text.split('\n').count());
        }
    }

    #[test]
    fn no_text_panics(text in "(?s)(WARNING: |BUG: KASAN: |#0: |\\(|\\)\\{|at: |\\+0x1/0x2| mm/a.c:1|\n|walk_page_range|Call Trace:|\\PC){0,60}") {
        let _ = explain(&text);
    }
}

/// A BUG of a version in which there is none, and one that is about the lock of a VMA.
#[test]
fn a_bug_in_mmap_lock_h_means_what_it_means_in_its_version() {
    let text = |version: &str, line: u32| {
        format!(
            "kernel BUG at include/linux/mmap_lock.h:{line}!\nOops: invalid opcode: 0000 [#1] PREEMPT SMP NOPTI\n\
             CPU: 1 UID: 0 PID: 2043 Comm: a.out Not tainted {version} #3\nRIP: 0010:walk_page_range+0x1c2/0x1e0\n\
             Call Trace:\n <TASK>\n do_mincore+0x12/0x30\n __x64_sys_mincore+0x1a1/0x260\n"
        )
    };
    let of = |version: &str, line| match explain(&text(version, line)).remove(0).verdict {
        Verdict::Walk(walk) => *walk,
        other @ Verdict::NoWalk { .. } => panic!("{other:?}"),
    };
    let meaning = |walk: &Walk| walk.build.as_ref().map(|build| build.meaning.clone()).unwrap_or_default();
    assert!(meaning(&of("6.8.1", 66)).starts_with("VM_BUG_ON_MM()"));
    let newer = of("6.12.1", 166);
    assert!(
        meaning(&newer).starts_with("since v6.9 mmap_assert_locked() is rwsem_assert_held()"),
        "{newer:?}"
    );
    let vma = of("6.16.0", 284);
    assert_eq!(vma.missing.as_ref().map(|missing| missing.lock), Some("the VMA's lock"));
    assert!(
        meaning(&vma).starts_with("VM_BUG_ON_VMA()") && !meaning(&vma).contains("VM_BUG_ON_MM"),
        "{vma:?}"
    );
    assert_eq!(vma.lock, LockMode::Write);
    assert!(!vma.case.contains("lock=none"), "{}", vma.case);
    assert!(vma.race.is_none_or(|race| !race.link.contains("lock=none")));
}

#[test]
fn the_architecture_is_told_by_more_than_registers() {
    let frames = "Call Trace:\n walk_pgd_range+0x6a/0x70\n walk_page_range_novma+0x1/0x2\n ptdump_walk_pgd+0x26/0x38\n";
    for (line, model) in [
        ("WARNING: CPU: 0 PID: 1 at arch/x86/mm/dump_pagetables.c:246 note_page+0x1/0x2", "x86_64-4level"),
        (
            "Unable to handle kernel paging request at virtual address 0000000000000010\nswapper pgtable: 64k pages, 48-bit VAs, pgdp=1",
            "arm64-64k-48",
        ),
        (
            "Unable to handle kernel paging request at virtual address 0000000000000010\npc : walk_pgd_range+0x1/0x2",
            "arm64-4k-48",
        ),
        (
            "kernel BUG at include/linux/mmap_lock.h:81!\nepc: ffffffe0003c4a2e ra : ffffffe0003c4a2e sp : ffffffe1f5f7bc40",
            "riscv64-sv39",
        ),
        (
            "Unable to handle kernel paging request at virtual address ff60000080200000\nepc : walk_pgd_range+0x6a/0x70",
            "riscv64-sv57",
        ),
        (
            "Unable to handle kernel paging request at virtual address ffffaf8080200000\nepc : walk_pgd_range+0x6a/0x70",
            "riscv64-sv48",
        ),
        (
            "BUG: unable to handle page fault for address: ff11000109d2a000\nRIP: 0010:walk_pgd_range+0x1/0x2",
            "x86_64-5level",
        ),
        (
            "BUG: unable to handle page fault for address: ffff888109d2a000\nRIP: 0010:walk_pgd_range+0x1/0x2",
            "x86_64-4level",
        ),
    ] {
        let all = explain(&format!("{line}\n{frames}"));
        assert_eq!(all[0].splat.machine, Some(model), "{line}");
    }
}

/// No register: the call site stands in the folder of an architecture, and every link is of that.
#[test]
fn the_links_of_one_answer_are_of_one_machine() {
    let text = "kernel BUG at include/linux/mmap_lock.h:81!\nCPU: 0 PID: 1 Comm: swapper/0 Not tainted 5.8.0-rc1 #1\nCall Trace:\n\
                [<ffffffe0003c4a2e>] walk_page_range_novma+0x6a/0x70\n[<ffffffe00020789c>] split_linear_mapping+0x48/0x70\n";
    let Verdict::Walk(walk) = explain(text).remove(0).verdict else { panic!("a walk") };
    let site = walk.site.expect("a call site");
    assert_eq!((site.file, walk.model_is_known), ("arch/riscv/mm/pageattr.c", false));
    let links = [site.link, walk.race.map(|race| race.link), Some(walk.case)];
    assert!(links.iter().flatten().all(|link| link.contains("/riscv64-sv39")), "{links:?}");
}

#[test]
fn powerpc_and_s390_are_known_by_their_registers_and_their_traces_are_read() {
    let powerpc = "WARNING: CPU: 3 PID: 812 at include/linux/rwsem.h:85 walk_page_range_debug+0x118/0x130
CPU: 3 UID: 0 PID: 812 Comm: cat Not tainted 7.3.4 #1 PREEMPT(lazy)
NIP:  c0000000004a1b2c LR: c0000000004a1f00 CTR: c0000000004a1a20
MSR:  800000000282b033 <SF,VEC,VSX,EE,FP,ME,IR,DR,RI,LE>  CR: 24002842  XER: 00000000
NIP [c0000000004a1b2c] walk_page_range_debug+0x118/0x130
LR [c0000000004a1f00] walk_page_range_debug+0x40/0x130
Call Trace:
[c00000000e5cf9b0] [c0000000004a1f00] walk_page_range_debug+0x40/0x130 (unreliable)
[c00000000e5cfa20] [c00000000051b228] ptdump_walk_pgd+0x98/0x140
[c00000000e5cfac0] [c0000000000b3a1c] ptdump_show+0x9c/0x190
";
    let s390 = "WARNING: CPU: 1 PID: 640 at include/linux/rwsem.h:85 walk_page_range_debug+0xfa/0x110
CPU: 1 UID: 0 PID: 640 Comm: cat Not tainted 7.3.4 #1 PREEMPT
Krnl PSW : 0704c00180000000 000003ffe04a1b2c (walk_page_range_debug+0xfe/0x110)
           R:0 T:1 IO:1 EX:1 Key:0 M:1 W:0 P:0 AS:3 CC:0 PM:0 RI:0 EA:3
Krnl GPRS: 0000000000000000 0000000000000001 0000000000000000 000003ffe1a2b3c8
Call Trace:
 [<000003ffe04a1b2c>] walk_page_range_debug+0xfc/0x110
([<000003ffe04a1b28>] walk_page_range_debug+0xf8/0x110)
 [<000003ffe051b228>] ptdump_walk_pgd+0x98/0x140
 [<000003ffe00b3a1c>] ptdump_show+0x9c/0x190
Last Breaking-Event-Address:
 [<000003ffe0398f0e>] __warn_printk+0x7e/0xf0
";
    for (text, model) in [(powerpc, "ppc64le-64k-radix"), (s390, "s390x")] {
        let all = explain(text);
        assert_eq!(all.len(), 1, "{model}");
        assert_eq!(all[0].splat.machine, Some(model));
        let Verdict::Walk(walk) = &all[0].verdict else { panic!("{model}: no walk") };
        assert_eq!((walk.model.id, walk.caller.as_deref()), (model, Some("ptdump_walk_pgd")), "{walk:?}");
        assert!(!walk.assumed.iter().any(|of| of.contains("no registers")), "{:?}", walk.assumed);
    }
}
