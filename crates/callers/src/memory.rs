//! What callers know of a machine besides its page tables: where memory is seen, and the areas of `vmalloc()`.

use alloc::rc::Rc;

use mm::World;
use pgtable::{PhysAddr, VirtAddr};

use crate::place::page_of;

/// A piece of memory, and where the kernel sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct View {
    /// First address.
    pub(crate) start: VirtAddr,
    /// The memory that is there.
    pub(crate) memory: PhysAddr,
    /// Its size in bytes: of the linear map that of the region, also where no memory is.
    pub(crate) bytes: u64,
}

/// A `vm_struct` of `vmalloc()`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Area {
    /// First address.
    pub(crate) start: VirtAddr,
    /// `nr_pages`: its pages, without the guard page.
    pub(crate) pages: u32,
}

impl Area {
    /// The address behind its last page.
    pub(crate) const fn end(&self, world: &World) -> VirtAddr {
        VirtAddr(self.start.0.wrapping_add((self.pages as u64) << world.model().page_shift))
    }

    /// Its pages as the machine at rest has them mapped: what `area->pages` holds.
    pub(crate) fn pages(&self, world: &World) -> Rc<[PhysAddr]> {
        let page_bytes = world.model().page_bytes();
        let addrs = (0..u64::from(self.pages)).map(|page| VirtAddr(self.start.0 + page * page_bytes));
        addrs.map_while(|addr| page_of(world, addr)).collect()
    }
}

/// What the kernel of a machine knows of its memory.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct Memory {
    /// The linear map.
    pub(crate) linear: View,
    /// The kernel image, where it is not in the linear map.
    pub(crate) image: Option<View>,
    /// The areas of `vmalloc()` that callers are asked about.
    pub(crate) areas: &'static [Area],
}

impl Memory {
    /// `page_address()`: where the linear map has the page at `page`.
    pub(crate) fn page_address(&self, page: PhysAddr) -> VirtAddr {
        VirtAddr(self.linear.start.0.wrapping_add(page - self.linear.memory))
    }

    /// `find_vm_area()`: the area that `addr` is in.
    pub(crate) fn area(&self, addr: VirtAddr, world: &World) -> Option<&Area> {
        self.areas.iter().find(|area| area.start <= addr && addr < area.end(world))
    }

    /// A range of the kernel image or of the linear map, as the linear map has it.
    pub(crate) fn linear_alias(&self, start: VirtAddr, end: VirtAddr) -> Option<(VirtAddr, VirtAddr)> {
        let inside = |view: &View| start >= view.start && start - view.start < view.bytes;
        match &self.image {
            Some(image) if inside(image) => {
                let memory = |addr: VirtAddr| image.memory + (addr - image.start);
                Some((self.page_address(memory(start)), self.page_address(memory(end))))
            }
            _ if inside(&self.linear) => Some((start, end)),
            _ => None,
        }
    }
}
