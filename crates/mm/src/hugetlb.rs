//! `huge_pte_offset()`: where the entry of a hugetlb page is.
//!
//! Each architecture has its own (mm/hugetlb.c, arch/{arm64,riscv,loongarch}/mm/hugetlbpage.c, v7.3). Entries are read
//! without any lock; the answer may be an empty slot, which is an entry all the same.

use pgtable::{Hugetlb, Level, PhysAddr, VirtAddr};

use crate::{Slot, World};

/// An entry was followed to where no table is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[error("there is no {} table at {pa:#x}", .level.name())]
pub struct Wild {
    /// The level whose table was wanted.
    pub level: Level,
    /// Where it was looked for.
    pub pa: PhysAddr,
}

impl World {
    /// The slot of `level` for `addr`, found through the slot of the level above: `p?d_offset()`. A folded level needs no
    /// memory; any other reads the entry above.
    ///
    /// # Errors
    /// [`Wild`] when the entry above cannot be read.
    pub fn slot_below(&self, level: Level, above: Slot, addr: VirtAddr) -> Result<Slot, Wild> {
        let model = self.model();
        if model.is_folded(level) {
            return Ok(Slot { table: above.table, index: model.folded_index(level, above.index, addr) });
        }
        let upper = level.upper().unwrap_or(level);
        let value = self.read_slot(above).ok_or(Wild { level: upper, pa: above.table })?;
        if self.folds(upper, value) {
            return Ok(above);
        }
        Ok(Slot { table: model.table_address(upper, value), index: model.index(level, addr) })
    }

    /// The entry of the hugetlb page of `bytes` bytes that holds `addr`, with its level; `None` where the tables do not reach so far.
    ///
    /// # Errors
    /// [`Wild`] when an entry leads to where no table is.
    pub fn huge_pte_offset(
        &self,
        root: PhysAddr,
        addr: VirtAddr,
        bytes: u64,
    ) -> Result<Option<(Level, Slot)>, Wild> {
        let model = self.model();
        let size = |level: Level| 1u64 << model.level(level).shift;
        let mut slot = Slot { table: root, index: model.index(self.root_level(root), addr) };
        let get = |level: Level, slot: Slot| -> Result<_, Wild> {
            if model.is_constant(level) {
                return Ok(pgtable::RawEntry::default());
            }
            self.read_slot(slot).ok_or(Wild { level: model.table_level(level), pa: slot.table })
        };
        for level in [Level::Pgd, Level::P4d] {
            if !self.tests(level).present(get(level, slot)?) {
                return Ok(None);
            }
            slot = self.slot_below(level.lower().unwrap_or(level), slot, addr)?;
        }
        let pte = |slot| Some((Level::Pte, slot));
        let pud = get(Level::Pud, slot)?;
        let tests = self.tests(Level::Pud);
        match model.hugetlb {
            Hugetlb::No => Ok(None),
            Hugetlb::Generic | Hugetlb::Riscv => {
                if bytes == size(Level::Pud) {
                    return Ok(Some((Level::Pud, slot)));
                }
                if !tests.present(pud) {
                    return Ok(None);
                }
                let slot = self.slot_below(Level::Pmd, slot, addr)?;
                if model.hugetlb == Hugetlb::Generic || bytes == size(Level::Pmd) {
                    return Ok(Some((Level::Pmd, slot)));
                }
                // Svnapot: the only size below a pmd is 64K.
                if !self.tests(Level::Pmd).present(get(Level::Pmd, slot)?) || bytes != NAPOT_BYTES {
                    return Ok(None);
                }
                self.slot_below(Level::Pte, slot, VirtAddr(addr.0 & !(NAPOT_BYTES - 1))).map(pte)
            }
            Hugetlb::Arm64 => {
                let block = model.contiguous.as_ref();
                let cont_pmd = block.map(|block| u64::from(block.pmd_slots) * size(Level::Pmd));
                let cont_pte = block.map(|block| u64::from(block.slots) * size(Level::Pte));
                if bytes != size(Level::Pud) && tests.none(pud) {
                    return Ok(None);
                }
                if tests.leaf(pud) || !tests.present(pud) {
                    return Ok(Some((Level::Pud, slot)));
                }
                let is_cont_pmd = cont_pmd == Some(bytes);
                let addr = if is_cont_pmd { VirtAddr(addr.0 & !(bytes - 1)) } else { addr };
                let slot = self.slot_below(Level::Pmd, slot, addr)?;
                let pmd = get(Level::Pmd, slot)?;
                let tests = self.tests(Level::Pmd);
                if bytes != size(Level::Pmd) && !is_cont_pmd && tests.none(pmd) {
                    return Ok(None);
                }
                if tests.leaf(pmd) || !tests.present(pmd) {
                    return Ok(Some((Level::Pmd, slot)));
                }
                if cont_pte != Some(bytes) {
                    return Ok(None);
                }
                self.slot_below(Level::Pte, slot, VirtAddr(addr.0 & !(bytes - 1))).map(pte)
            }
            Hugetlb::FirstLeaf => {
                if tests.leaf(pud) {
                    return Ok(Some((Level::Pud, slot)));
                }
                if tests.none(pud) {
                    return Ok(None);
                }
                let slot = self.slot_below(Level::Pmd, slot, addr)?;
                let pmd = get(Level::Pmd, slot)?;
                let tests = self.tests(Level::Pmd);
                if tests.leaf(pmd) {
                    return Ok(Some((Level::Pmd, slot)));
                }
                if tests.none(pmd) { Ok(None) } else { self.slot_below(Level::Pte, slot, addr).map(pte) }
            }
            Hugetlb::S390 => {
                if bytes == size(Level::Pud) {
                    return Ok(Some((Level::Pud, slot)));
                }
                if !tests.present(pud) {
                    return Ok(None);
                }
                self.slot_below(Level::Pmd, slot, addr).map(|slot| Some((Level::Pmd, slot)))
            }
            Hugetlb::Loongarch => {
                if !tests.present(pud) {
                    return Ok(None);
                }
                let slot = self.slot_below(Level::Pmd, slot, addr)?;
                let none = self.tests(Level::Pmd).none(get(Level::Pmd, slot)?);
                Ok((!none).then_some((Level::Pmd, slot)))
            }
        }
    }
}

/// `napot_cont_size(NAPOT_CONT64KB_ORDER)`, arch/riscv/include/asm/pgtable-64.h.
const NAPOT_BYTES: u64 = 64 << 10;
