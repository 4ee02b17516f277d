//! A device's memory is touched again, and the fault maps it by one large pud as before.
//!
//! drivers/vfio/pci/vfio_pci_core.c, `vfio_pci_mmap_huge_fault()`; mm/huge_memory.c, `insert_pud()`; v7.3.

use actors::Observer;
use mm::{LockMode, MmId, VmaFlags};
use pagewalk::{Callbacks, EntryPoint, Revision, Test};
use pgtable::{Level, Thp};

use super::{First, RaceDef, RuleDef};
use crate::ground::{Half, Shape};
use crate::ops::Ops;
use crate::outcome::Outcomes;
use crate::setting::{MM, NotThere, Setting};
use crate::step::{Line, Lock, Step, Value, deep, inner, line};

/// `numa_maps` of device memory, and a fault that maps it again.
pub static RACE: RaceDef = RaceDef {
    id: "pud-refault",
    title: "numa_maps and device memory",
    about: "CPU 0 walks device memory that one huge pud maps, and clears this pud to split it. CPU 1 \
            touches the memory, and the page fault maps it as before.",
    goal: "Make CPU 0 take a leaf for a table.",
    aim: Outcomes::WILD,
    why: "The walker tested whether the pud was none, but not whether it was a leaf again, and followed \
          the address of the device memory. Since v7.0, walk_pmd_range() reads the pud once more and \
          goes back unless it is a table (3b89863c3fa4).",
    ground: (Half::User, Shape::PudLeaf),
    runs_on: |model| model.thp == Thp::PmdAndPud,
    exists: |_, _| true,
    locks: &[LockMode::Read],
    rules: &[RuleDef::only(set_up)],
    first: First { model: "x86_64-4level", kernel: Revision::V6_18, lock: LockMode::Read, rule: "" },
};

fn set_up(setting: &mut Setting) -> Result<(), NotThere> {
    if let Some(vma) = setting.ground.vma.and_then(|id| setting.world.vma_mut(id)) {
        vma.flags |= VmaFlags::PFNMAP;
    }
    let numa_maps = Ops::Look(Observer::ALL.only(Callbacks::PMD_ENTRY));
    setting.walker(EntryPoint::Vma, MmId::USER, numa_maps, &[(MM, setting.lock)])?;
    setting.other("vfio_pci_mmap_huge_fault", &PUD_FAULT);
    Ok(())
}

const WRITE: LockMode = LockMode::Write;
const READ: LockMode = LockMode::Read;

static PUD_FAULT: [Line; 6] = [
    line("lock_vma_under_rcu()", Step::TryLock(Lock::Vma, READ)),
    inner("pud_none(*pud)", Step::Is(Level::Pud, Test::None)),
    deep("pud_lock(mm, pud)", Step::Lock(Lock::Pud, WRITE)),
    deep("insert_pud(): leaf", Step::Write(Level::Pud, Value::Leaf)),
    deep("spin_unlock(ptl)", Step::Unlock(Lock::Pud, WRITE)),
    inner("vma_end_read(vma)", Step::Unlock(Lock::Vma, READ)),
];
