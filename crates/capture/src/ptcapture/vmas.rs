//! `vmas.json`: the areas of the captured process.

use mm::{MmId, Vma, VmaFlags};
use pgtable::VirtAddr;

use crate::json::{At, Node};
use crate::{Capture, ImportError};

impl Capture {
    /// Adds the areas of the user mm, from a `vmas.json` that has been taken apart: an array of objects with `start`,
    /// `end`, the kernel's raw `vm_flags`, and `page_size` in bytes.
    ///
    /// # Errors
    /// [`ImportError`] says what is wrong and where.
    pub fn with_vmas(mut self, areas: Box<dyn Node + '_>) -> Result<Self, ImportError> {
        let areas = At::top(areas);
        // World::with_vmas takes no more than 4096 of them.
        let count = areas.items("an array of VMAs")?.min(MAX_AREAS);
        let mut vmas = Vec::with_capacity(count);
        for index in 0..count {
            let Some(area) = areas.item(index) else { break };
            let (start, end) = (area.hex("start")?, area.hex("end")?);
            let flags = VmaFlags::from_bits_retain(area.hex("vm_flags")?);
            let page_bytes = area.number("page_size")?;
            vmas.push(Vma {
                flags,
                huge_page_bytes: if flags.contains(VmaFlags::HUGETLB) { u64::from(page_bytes) } else { 0 },
                ..Vma::anon(MmId::USER, VirtAddr(start), VirtAddr(end))
            });
        }
        self.world = self.world.with_vmas(vmas)?;
        Ok(self)
    }
}

/// One more than a world has room for: it says so itself.
const MAX_AREAS: usize = 4097;
