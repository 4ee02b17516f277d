//! What happens only in walks with VMAs, in words.

use mm::{OutOfMemory, Populated, Split, VmaId, World};
use pagewalk::{Call, Callback, FolioPage, Slot};
use pgtable::{Level, VirtAddr};

use crate::locks::vma_name;

pub(super) fn find_vma(addr: VirtAddr, found: Option<VmaId>, world: &World) -> String {
    match found.map(|id| (id, world.vma(id).is_some_and(|vma| vma.start <= addr))) {
        None => format!("find_vma() finds no VMA that ends after {addr:#x}."),
        Some((id, true)) => format!("find_vma() finds VMA {}, which holds {addr:#x}.", vma_name(id, world)),
        Some((id, false)) => {
            format!("find_vma() finds the next VMA, {}. {addr:#x} lies before it.", vma_name(id, world))
        }
    }
}

pub(super) fn next_in_mapping(found: Option<VmaId>, world: &World) -> String {
    match found {
        None => "The reverse map has no other VMA that maps these pages.".to_owned(),
        Some(id) => format!(
            "The reverse map gives VMA {}. Only its part with the requested pages is walked.",
            vma_name(id, world)
        ),
    }
}

pub(super) fn hugetlb_walk(addr: VirtAddr, found: Option<(Level, Slot)>, world: &World) -> String {
    match found {
        None => format!("hugetlb_walk() finds no table for {addr:#x}, so this is a hole."),
        Some((level, slot)) => {
            format!("hugetlb_walk() finds the entry for {addr:#x}: {}.", super::slot_name(world, level, slot))
        }
    }
}

pub(super) fn start_write(vma: VmaId, world: &World) -> String {
    format!("VMA {} is write-locked until the mm's lock is released or downgraded.", vma_name(vma, world))
}

/// "split_huge_pmd() …", by what it did.
pub(super) fn split(level: Level, name: &str, did: Split) -> String {
    let x = level.name();
    match did {
        Split::Nothing => {
            format!("split_huge_{x}() looks at {name}: it is not a huge page, so nothing is done.")
        }
        Split::Cleared => format!("split_huge_{x}() clears {name}: its pages can be faulted in again."),
        Split::Table(pa) => format!(
            "split_huge_{x}() splits {name}: a new table at {pa:#x} maps the same memory, page by page."
        ),
    }
}

pub(super) fn alloc(level: Level, name: &str, result: Result<Populated, OutOfMemory>) -> String {
    let lower = level.lower().unwrap_or(level);
    match result {
        Ok(Populated::Table(pa)) => {
            format!("__{}_alloc() makes a table at {pa:#x} for {name}, which was empty.", lower.name())
        }
        Ok(Populated::NotNeeded) => {
            format!("__{}_alloc() finds that {name} is already in use.", lower.name())
        }
        Err(OutOfMemory) => {
            format!("__{}_alloc() finds no memory, so the walk returns -ENOMEM.", lower.name())
        }
    }
}

pub(super) fn folio(found: Option<FolioPage>, name: impl Fn(FolioPage) -> String) -> String {
    match found {
        None => "folio_walk_start() finds nothing here and keeps no lock.".to_owned(),
        Some(page) => {
            let name = name(page);
            match page.page {
                Some(pa) => {
                    format!(
                        "folio_walk_start() finds the page at {pa:#x} through {name}, and keeps its lock."
                    )
                }
                None => format!(
                    "folio_walk_start() finds that {name} maps memory without a page to return, and keeps its lock."
                ),
            }
        }
    }
}

pub(super) fn gap(call: &Call, world: &World) -> String {
    match call.vma {
        None => format!(
            "No VMA covers {:#x} to {:#x}: pte_hole() is called with depth -1, and no page table is read.",
            call.addr, call.next
        ),
        Some(id) => format!(
            "pte_hole() is called for {:#x} to {:#x} of VMA {} with depth -1.",
            call.addr,
            call.next,
            vma_name(id, world)
        ),
    }
}

pub(super) fn callback(call: &Call, name: &str, world: &World) -> String {
    let vma = call.vma.map_or_else(|| "none".to_owned(), |id| vma_name(id, world));
    match call.callback {
        Callback::TestWalk => format!("test_walk() is asked whether to walk VMA {vma}."),
        Callback::PreVma => format!("pre_vma() is called before VMA {vma} is walked."),
        Callback::PostVma => format!("post_vma() is called after VMA {vma}."),
        Callback::Hugetlb => format!(
            "{name} {}: hugetlb_entry() is called for {:#x} to {:#x}.",
            super::is_a(world, call.level, call.value),
            call.addr,
            call.next
        ),
        Callback::InstallPte | Callback::Hole | Callback::Entry(_) => {
            format!("{name} is empty: install_pte() is asked for a pte for {:#x}.", call.addr)
        }
    }
}
