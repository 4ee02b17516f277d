//! Sentences about the patch's callers.

use mm::OutOfMemory;
use pagewalk::{CallerCheck, CallerFunc};
use pgtable::{Level, PhysAddr};

use super::return_value;

/// One of them returns.
pub(super) fn returns(func: CallerFunc, ret: i32) -> String {
    let name = func.name();
    match (func, ret) {
        (CallerFunc::ArchDmaSetUncached, 0) => {
            format!("{name}() returns the address: its memory is uncached.")
        }
        (CallerFunc::ArchDmaSetUncached, ret) => format!("{name}() returns ERR_PTR({}).", return_value(ret)),
        (CallerFunc::ArchKfenceInitPool, ret) => {
            format!("{name}() returns {}.", if ret == 0 { "true" } else { "false" })
        }
        (
            CallerFunc::ArchDmaClearUncached
            | CallerFunc::HugetlbVmemmapOptimizeFolio
            | CallerFunc::HugetlbVmemmapOptimizeFolios,
            0,
        ) => {
            format!("{name}() returns.")
        }
        (
            CallerFunc::ArchDmaClearUncached
            | CallerFunc::HugetlbVmemmapOptimizeFolio
            | CallerFunc::HugetlbVmemmapOptimizeFolios,
            ret,
        ) => {
            format!(
                "{name}() returns. It returns no value: that it failed with {} is lost.",
                return_value(ret)
            )
        }
        (_, ret) => format!("{name}() returns {}.", return_value(ret)),
    }
}

/// One of them checks something.
pub(super) const fn check(check: CallerCheck, ok: bool) -> &'static str {
    match (check, ok) {
        (CallerCheck::Pages, true) => "There are pages to change.",
        (CallerCheck::Pages, false) => "There are no pages to change: 0 is returned, and no lock was taken.",
        (CallerCheck::InTables, true) => "The address is not below vm_map_base: it is mapped by tables.",
        (CallerCheck::InTables, false) => {
            "The address is below vm_map_base, in a window that is mapped without tables: 0 is returned."
        }
        (CallerCheck::Aligned | CallerCheck::AlignedOrWarn | CallerCheck::AlignedOrBug, true) => {
            "The range begins and ends at a page."
        }
        (CallerCheck::Aligned, false) => "The range does not begin and end at pages: -EINVAL.",
        (CallerCheck::AlignedOrWarn, false) => {
            "The address is inside a page: the kernel warns and rounds it down."
        }
        (CallerCheck::AlignedOrBug, false) => {
            "The range does not begin and end at pages: a bug of the caller."
        }
        (CallerCheck::Area, true) => "The range is inside one area of vmalloc().",
        (CallerCheck::Area, false) => {
            "The range is not inside one area of vmalloc(): only those are mapped by pages for sure, so -EINVAL."
        }
        (CallerCheck::WholeLeaf, true) => "The leaf lies in the range as a whole.",
        (CallerCheck::WholeLeaf, false) => {
            "Only a part of the leaf lies in the range: the kernel warns, and the callback returns -EINVAL."
        }
        (CallerCheck::NotOptimized, true) => "The huge page still has all of its vmemmap pages.",
        (CallerCheck::NotOptimized, false) => {
            "Its vmemmap pages have been given back already: nothing to do."
        }
        (CallerCheck::Optimized, true) => "Its vmemmap pages have been given back: they are to be restored.",
        (CallerCheck::Optimized, false) => "Its vmemmap pages were never given back: nothing to restore.",
        (CallerCheck::NotSelfHosted, true) => "The vmemmap pages do not describe themselves.",
        (CallerCheck::NotSelfHosted, false) => {
            "The vmemmap pages describe themselves, so they must stay: the callback returns -ENOTSUPP."
        }
    }
}

/// A page is allocated, or not.
pub(super) fn new_page(table: Option<Level>, result: Result<PhysAddr, OutOfMemory>) -> String {
    match (table, result) {
        (Some(level), Ok(pa)) => {
            format!(
                "A page for a {} table is allocated at {pa:#x}: nothing points to it yet.",
                level.upper_name()
            )
        }
        (Some(level), Err(_)) => format!("There is no memory for a {} table: -ENOMEM.", level.upper_name()),
        (None, Ok(pa)) => format!("A page is allocated at {pa:#x}."),
        (None, Err(_)) => "There is no memory for a page.".to_owned(),
    }
}
