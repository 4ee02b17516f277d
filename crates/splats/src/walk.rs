//! The page walk in a call trace: where it entered mm/pagewalk.c, and who called.

use pagewalk::EntryPoint;

use crate::report::Splat;
use crate::trace::Frame;

/// A walk that a trace has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InTrace {
    /// The function that was entered first. Where the compiler left none of the entry points in the trace, the one that the callers use.
    pub entry: EntryPoint,
    /// Its name as it stands in the trace, or where there is none, as it would be.
    pub function: String,
    /// Whether the trace has the entry point itself.
    pub seen: bool,
    /// Whether it left no frame because it ends in a tail call of the lockless walk, which the trace has.
    pub tail_called: bool,
    /// The innermost function of mm/pagewalk.c.
    pub inner: String,
    /// The function of a callback that was at work: the frame inside of the walk, if there is one.
    pub callback: Option<String>,
    /// Who called, innermost first: what is behind the walk in the trace.
    pub callers: Vec<String>,
}

/// The loops behind the entry points.
const LOOPS: [&str; 12] = [
    "__walk_page_range",
    "__walk_page_range_novma",
    "walk_pgd_range",
    "walk_p4d_range",
    "walk_pud_range",
    "walk_pmd_range",
    "walk_pte_range",
    "walk_pte_range_inner",
    "walk_hugetlb_range",
    "walk_page_test",
    "process_mm_walk_lock",
    "process_vma_walk_lock",
];

/// Other functions that walk page tables without mm/pagewalk.c: prefix, and what they are.
const OTHERS: [(&str, &str); 18] = [
    ("apply_to_p", "apply_to_page_range() of mm/memory.c"),
    ("__apply_to_page_range", "apply_to_page_range() of mm/memory.c"),
    ("unmap_page_range", "the loops of zapping, mm/memory.c"),
    ("zap_p", "the loops of zapping, mm/memory.c"),
    ("copy_page_range", "fork's copy, mm/memory.c"),
    ("filemap_map_p", "fault-around, mm/filemap.c"),
    ("__handle_mm_fault", "a page fault, mm/memory.c"),
    ("handle_mm_fault", "a page fault, mm/memory.c"),
    ("follow_p", "GUP, mm/gup.c"),
    ("gup_", "fast GUP, mm/gup.c"),
    ("__get_user_pages", "GUP, mm/gup.c"),
    ("page_vma_mapped_walk", "the reverse map, mm/page_vma_mapped.c"),
    ("change_p", "mprotect, mm/mprotect.c"),
    ("lookup_address", "x86's lookup_address()"),
    ("vmalloc_to_page", "vmalloc_to_page(), mm/vmalloc.c"),
    ("vmap_", "vmap, mm/vmalloc.c"),
    ("free_pgtables", "the freeing of tables, mm/memory.c"),
    ("find_vma", "find_vma(), which asserts the mmap lock for itself (mm/mmap.c)"),
];

/// The entry point with this name, in any kernel.
pub fn entry(function: &str) -> Option<EntryPoint> {
    EntryPoint::ALL.into_iter().find(|of| of.func().name() == function)
}

fn is_walker(function: &str) -> bool {
    entry(function).is_some() || LOOPS.contains(&function)
}

/// All entry points that a trace has.
pub fn entries(frames: &[Frame]) -> Vec<EntryPoint> {
    let mut all = Vec::new();
    for found in frames.iter().filter_map(|frame| entry(&frame.function)) {
        if !all.contains(&found) {
            all.push(found);
        }
    }
    all
}

/// The walk in a splat. Frames that the unwinder was not sure of count only where there is no other.
pub fn find(splat: &Splat) -> Option<InTrace> {
    let sure: Vec<&Frame> = splat.frames.iter().filter(|frame| !frame.unsure).collect();
    in_frames(&sure)
        .or_else(|| in_frames(&splat.frames.iter().collect::<Vec<_>>()))
        .or_else(|| in_frames(&splat.chains.iter().collect::<Vec<_>>()))
        .or_else(|| by_held(splat))
        .map(|walk| before_tail_call(walk, splat.machine))
}

/// Since v6.18 `walk_kernel_page_table_range()` ends in a tail call of the lockless walk, and leaves no frame: which of the two was called is
/// known by who called. Who walks locklessly is all on arm64.
fn before_tail_call(walk: InTrace, machine: Option<&str>) -> InTrace {
    if walk.entry != EntryPoint::KernelLockless {
        return walk;
    }
    let asserts = |caller: &String| {
        let site = callers::CALL_SITES.iter().find(|site| site.functions.contains(&caller.as_str()))?;
        site.kernels.last().map(|kernel| !kernel.asserts.is_empty())
    };
    let other_machine = || machine.map(|machine| !machine.starts_with("arm64"));
    if walk.callers.iter().find_map(asserts).or_else(other_machine) != Some(true) {
        return walk;
    }
    let entry = EntryPoint::Kernel;
    InTrace { entry, function: entry.func().name().to_owned(), tail_called: true, ..walk }
}

/// A report without a trace ("lock held when returning to user space!") names who took the locks: a caller of a walk may be among them.
fn by_held(splat: &Splat) -> Option<InTrace> {
    let callers = || callers::CALL_SITES.iter().flat_map(|site| site.functions.iter().copied());
    let held = splat.held.as_deref()?.iter().find(|held| callers().any(|of| of == held.at))?;
    let callers = Vec::from([held.at.clone()]);
    let entry = guess(&callers);
    let function = entry.func().name().to_owned();
    let inner = String::new();
    Some(InTrace { entry, function, seen: false, tail_called: false, inner, callback: None, callers })
}

fn in_frames(frames: &[&Frame]) -> Option<InTrace> {
    let first = frames.iter().position(|frame| is_walker(&frame.function))?;
    // The walker may be entered through callbacks again: the innermost walk counts.
    let walk = frames[first..].iter().take_while(|frame| is_walker(&frame.function));
    let names: Vec<&str> = walk.map(|frame| frame.function.as_str()).collect();
    let behind = &frames[first + names.len()..];
    let callers: Vec<String> = behind.iter().take(24).map(|frame| frame.function.clone()).collect();
    let outermost = names.iter().rev().find_map(|name| entry(name).map(|entry| (entry, (*name).to_owned())));
    let seen = outermost.is_some();
    let (entry, function) = outermost.unwrap_or_else(|| {
        let of = guess(&callers);
        (of, of.func().name().to_owned())
    });
    let callback = first.checked_sub(1).map(|at| frames[at].function.clone());
    Some(InTrace {
        entry,
        function,
        seen,
        tail_called: false,
        inner: names.first().map_or_else(String::new, |name| (*name).to_owned()),
        callback,
        callers,
    })
}

/// Which entry point callers use whose own call was inlined.
fn guess(callers: &[String]) -> EntryPoint {
    let has = |name: &str| callers.iter().any(|of| of.contains(name));
    if has("ptdump") {
        EntryPoint::Debug
    } else if has("vmemmap_remap") || has("set_memory") || has("arch_dma") {
        EntryPoint::Kernel
    } else {
        EntryPoint::Range
    }
}

/// What a trace walks with instead, if it walks page tables at all.
pub fn other(splat: &Splat) -> Option<&'static str> {
    let name = |frame: &Frame| {
        OTHERS.iter().find(|(prefix, _)| frame.function.starts_with(prefix)).map(|(_, what)| *what)
    };
    splat.frames.iter().find_map(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::splats;

    fn of(frames: &str) -> Option<InTrace> {
        let text = format!("WARNING: CPU: 1 PID: 71 at mm/x.c:1 first+0x1/0x2\nCall Trace:\n{frames}");
        find(&splats(&text)[0])
    }

    #[test]
    fn the_entry_point_is_the_outermost_function_of_the_walk() {
        let walk = of(" walk_pmd_range+0x1/0x2\n walk_pgd_range+0x1/0x2\n __walk_page_range+0x1/0x2\n walk_page_range_mm+0x1/0x2\n \
                       walk_page_range+0x1/0x2\n smap_gather_stats+0x1/0x2\n show_smap+0x1/0x2")
        .expect("a walk");
        assert_eq!(
            (walk.entry, walk.function.as_str(), walk.seen),
            (EntryPoint::Range, "walk_page_range", true)
        );
        assert_eq!((walk.inner.as_str(), walk.callers[0].as_str()), ("walk_pmd_range", "smap_gather_stats"));
        assert_eq!(walk.callback.as_deref(), Some("first"));
    }

    #[test]
    fn an_entry_point_that_was_inlined_is_that_of_its_caller() {
        let walk =
            of(" note_page+0x1/0x2\n walk_pgd_range+0x1/0x2\n ptdump_walk_pgd+0x1/0x2").expect("a walk");
        assert_eq!((walk.entry, walk.seen), (EntryPoint::Debug, false));
        assert_eq!(walk.callback.as_deref(), Some("note_page"));
    }

    /// arm64's callers of the lockless walk own their ranges; all others came through the function that asserts.
    #[test]
    fn who_called_the_lockless_walk_decides_which_function_it_was() {
        let of = |callers: &str| {
            of(&format!(" walk_pgd_range+0x1/0x2\n walk_kernel_page_table_range_lockless+0x1/0x2\n{callers}"))
        };
        for (callers, entry) in [
            (" vmemmap_remap_range+0x1/0x2\n vmemmap_remap_free+0x1/0x2", EntryPoint::Kernel),
            (" __set_memory+0x1/0x2\n set_memory_ro+0x1/0x2", EntryPoint::Kernel),
            (" update_range_prot+0x1/0x2\n change_memory_common+0x1/0x2", EntryPoint::KernelLockless),
            (" range_split_to_ptes+0x1/0x2", EntryPoint::KernelLockless),
            (" my_own+0x1/0x2", EntryPoint::KernelLockless),
            (" my_own+0x1/0x2\nRIP: 0033:0x1", EntryPoint::Kernel),
            (" walk_kernel_page_table_range+0x1/0x2\n my_own+0x1/0x2", EntryPoint::Kernel),
        ] {
            let walk = of(callers).expect("a walk");
            assert_eq!((walk.entry, walk.function.as_str()), (entry, entry.func().name()), "{callers}");
            let left_no_frame = entry == EntryPoint::Kernel && !callers.contains("walk_kernel");
            assert_eq!((walk.tail_called, walk.seen), (left_no_frame, true), "{callers}");
        }
    }

    #[test]
    fn frames_that_are_not_sure_count_last() {
        let walk = of(" ? walk_page_range+0x1/0x2\n walk_page_vma+0x1/0x2\n do+0x1/0x2").expect("a walk");
        assert_eq!(walk.function, "walk_page_vma");
        assert!(of(" ? walk_page_range+0x1/0x2\n do+0x1/0x2").is_some());
        assert!(of(" do+0x1/0x2").is_none());
    }

    #[test]
    fn other_walkers_are_named() {
        let text = "WARNING: CPU: 1 PID: 71 at mm/x.c:1 apply_to_pte_range+0x1/0x2\n";
        assert_eq!(other(&splats(text)[0]), Some("apply_to_page_range() of mm/memory.c"));
    }
}
