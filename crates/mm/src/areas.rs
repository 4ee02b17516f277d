//! The areas of a world's mms: finding them by address and by file.

use alloc::rc::Rc;
use alloc::vec::Vec;

use pgtable::VirtAddr;

use crate::error::MAX_VMAS;
use crate::{MmId, Vma, VmaId, World, WorldError};

impl World {
    /// The same world with these areas, whose identities are their places in the list.
    ///
    /// # Errors
    /// - [`WorldError::TooManyVmas`]: there are more areas than a world has room for.
    /// - [`WorldError::VmaRange`]: an area is empty or ends before it starts.
    /// - [`WorldError::HugePageSize`]: a hugetlb area has no page size that there could be.
    pub fn with_vmas(mut self, vmas: Vec<Vma>) -> Result<Self, WorldError> {
        if vmas.len() > MAX_VMAS {
            return Err(WorldError::TooManyVmas);
        }
        for vma in &vmas {
            let (start, end, bytes) = (vma.start, vma.end, vma.huge_page_bytes);
            if start >= end {
                return Err(WorldError::VmaRange { start, end });
            }
            let fits = bytes.is_power_of_two() && bytes >= self.model().page_bytes();
            if vma.is_hugetlb() && !fits {
                return Err(WorldError::HugePageSize { start, bytes });
            }
        }
        self.vmas = Rc::new(vmas);
        Ok(self)
    }

    /// All areas, by identity.
    pub fn vmas(&self) -> impl Iterator<Item = (VmaId, &Vma)> {
        self.vmas.iter().enumerate().map(|(id, vma)| (VmaId(id as u16), vma))
    }

    /// An area of this world.
    #[inline]
    pub fn vma(&self, id: VmaId) -> Option<&Vma> {
        self.vmas.get(id.index())
    }

    /// An area of this world, to lock or change it.
    pub fn vma_mut(&mut self, id: VmaId) -> Option<&mut Vma> {
        Rc::make_mut(&mut self.vmas).get_mut(id.index())
    }

    /// All areas, to unlock them.
    pub(crate) fn vmas_mut(&mut self) -> &mut [Vma] {
        Rc::make_mut(&mut self.vmas).as_mut_slice()
    }

    /// `find_vma()`: the first area of `mm` that ends behind `addr`. It may start behind it as well.
    pub fn find_vma(&self, mm: MmId, addr: VirtAddr) -> Option<VmaId> {
        let candidates = self.vmas().filter(|(_, vma)| vma.mm == Some(mm) && vma.in_tree && vma.end > addr);
        candidates.min_by_key(|(_, vma)| vma.start).map(|(id, _)| id)
    }

    /// The areas of the file that overlap pages `first` to `last`, in the order of the reverse map: by page offset. Of
    /// those, the first one behind `after`.
    pub fn next_in_mapping(&self, first: u64, last: u64, after: Option<VmaId>) -> Option<VmaId> {
        let key = |id: VmaId, vma: &Vma| (vma.pgoff, id);
        let after = after.and_then(|id| Some(key(id, self.vma(id)?)));
        let page_shift = self.model().page_shift;
        let overlaps = |vma: &Vma| {
            let pages = (vma.end - vma.start) >> page_shift;
            vma.in_mapping && vma.pgoff <= last && vma.pgoff.saturating_add(pages.saturating_sub(1)) >= first
        };
        let candidates =
            self.vmas().filter(|&(id, vma)| overlaps(vma) && after.is_none_or(|after| key(id, vma) > after));
        candidates.min_by_key(|&(id, vma)| key(id, vma)).map(|(id, _)| id)
    }
}
