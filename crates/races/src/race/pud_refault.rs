//! A device's memory is touched again, and the fault maps it by one large pud as before.
//!
//! drivers/vfio/pci/vfio_pci_core.c, `vfio_pci_mmap_huge_fault()`; mm/huge_memory.c, `insert_pud()`; v7.3. Before v6.12 VFIO maps
//! small pages, and who maps a pud is device-dax: drivers/dax/device.c, `dev_dax_huge_fault()`; mm/huge_memory.c,
//! `insert_pfn_pud()`; v6.1.192.

use actors::Observer;
use mm::{LockMode, MmId, VmaFlags};
use pagewalk::{Callbacks, EntryPoint, Revision, Test};
use pgtable::{Level, Thp};

use super::{First, RaceDef, RuleDef, page_fault};
use crate::ground::{Half, Shape};
use crate::ops::Ops;
use crate::outcome::Outcomes;
use crate::setting::{MM, NotThere, Setting};
use crate::step::{Lock, Step, Value, inner, line};

/// `numa_maps` of device memory, and a fault that maps it again.
pub static RACE: RaceDef = RaceDef {
    id: "pud-refault",
    title: "numa_maps and device memory",
    about: "CPU 0 walks device memory that one huge pud maps, and clears this pud to split it. CPU 1 \
            touches the memory, and the page fault maps it as before. The device is one that vfio hands out, or before v6.12 \
            memory of device-dax.",
    goal: "Make CPU 0 take a leaf for a table.",
    aim: Outcomes::WILD,
    why: "The walker tested whether the pud was none, but not whether it was a leaf again, and followed \
          the address of the device memory. Since v7.0, walk_pmd_range() reads the pud once more and \
          goes back unless it is a table (3b89863c3fa4).",
    ground: (Half::User, Shape::PudLeaf),
    runs_on: |model| model.thp == Thp::PmdAndPud,
    absent: |revision, model| {
        let came = model.kernel.pud_thp_since.filter(|&since| !revision.has_version(since));
        came.map(|_| "no pud maps memory of a process on this machine yet (HAVE_ARCH_TRANSPARENT_HUGEPAGE_PUD came later)")
    },
    locks: &[LockMode::Read],
    rules: &[RuleDef::only(set_up)],
    first: First { model: "x86_64-4level", kernel: Revision::V6_18, lock: LockMode::Read, rule: "" },
};

fn set_up(setting: &mut Setting) -> Result<(), NotThere> {
    let vfio = setting.revision.around().vfio_maps_puds;
    if vfio && let Some(vma) = setting.ground.vma.and_then(|id| setting.world.vma_mut(id)) {
        vma.flags |= VmaFlags::PFNMAP;
    }
    let numa_maps = Ops::Look(Observer::ALL.only(Callbacks::PMD_ENTRY));
    setting.walker(EntryPoint::Vma, MmId::USER, numa_maps, &[(MM, setting.lock)])?;
    let (name, insert) = if vfio {
        ("vfio_pci_mmap_huge_fault", "insert_pud(): leaf")
    } else {
        ("dev_dax_huge_fault", "insert_pfn_pud(): leaf")
    };
    let fault = [
        line("pud_none(*pud)", Step::Is(Level::Pud, Test::None)),
        inner("pud_lock(mm, pud)", Step::Lock(Lock::Pud, WRITE)),
        inner(insert, Step::Write(Level::Pud, Value::Leaf)),
        inner("spin_unlock(ptl)", Step::Unlock(Lock::Pud, WRITE)),
    ];
    // Before VFIO maps puds, huge_fault() is called under the mm's lock (read in v6.1.192; of v6.6 inferred).
    setting.other(name, &page_fault::locked(vfio, &fault));
    Ok(())
}

const WRITE: LockMode = LockMode::Write;
