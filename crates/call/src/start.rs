//! The world of a call, made ready, and who walks in it.

use actors::Direct;
use mm::{LockMode, MmId, Task, World, WorldError};
use pagewalk::{EntryPoint, NotInThisKernel, Walk};
use pgtable::VirtAddr;
use scenario::places::Places;
use scenario::setup::args;

use crate::edit::EditError;
use crate::{Area, Call, Composed};

/// A call cannot start.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StartError {
    /// The tables are of another machine.
    #[error("the tables are those of {found}, but {wanted} was chosen")]
    OtherModel {
        /// Whose they are.
        found: &'static str,
        /// What was chosen.
        wanted: &'static str,
    },
    /// There is no process.
    #[error("these tables hold no process: choose init_mm")]
    NoProcess,
    /// The VMAs make no world.
    #[error(transparent)]
    Areas(#[from] WorldError),
    /// An entry cannot be written.
    #[error(transparent)]
    Edit(#[from] EditError),
    /// A function that takes a VMA, and there is none.
    #[error(
        "{0}() takes a VMA, and none ends behind the start of the range: add one, or choose another range"
    )]
    NoArea(&'static str),
    /// The kernel has neither the function nor one that does its work.
    #[error(transparent)]
    NotInThisKernel(#[from] NotInThisKernel),
}

impl Call {
    /// The range: what was written, else where there is most to see.
    pub fn range_in(&self, places: &Places) -> (VirtAddr, VirtAddr) {
        let start = if self.walked() == MmId::INIT_MM { places.kernel } else { places.user };
        let end = start.saturating_add(places.pmd.saturating_mul(3));
        self.range.unwrap_or((VirtAddr(start), VirtAddr(end)))
    }

    /// The world, with the entries, the VMAs and the locks of the call, and the walk in it. `places` says where things are.
    ///
    /// # Errors
    /// [`StartError`]
    pub fn start(&self, world: &World, places: &Places) -> Result<(World, Direct<Composed>), StartError> {
        let (found, wanted) = (world.model().id, self.tables.model().id);
        if found != wanted {
            return Err(StartError::OtherModel { found, wanted });
        }
        let mm = self.walked();
        let mut world = world.clone();
        if world.mm(mm).is_none() {
            return Err(StartError::NoProcess);
        }
        for edit in &self.edits {
            edit.write(&mut world)?;
        }
        if let Some(areas) = &self.areas {
            let vmas = areas.iter().map(|area| area.vma(&world)).collect();
            world = world.with_vmas(vmas)?;
        }
        world.allocator.asked = 0;
        self.lock.hold(&mut world, mm);
        if mm != MmId::INIT_MM {
            self.init_lock.hold(&mut world, MmId::INIT_MM);
        }
        let (start, end) = self.range_in(places);
        let args = args(self.function, mm, start, end, &world);
        if self.function.takes_vma() && args.vma.is_none() {
            return Err(StartError::NoArea(self.function.func().name()));
        }
        if self.function == EntryPoint::Mapping {
            world.i_mmap.preset(Task::Walker, LockMode::Read);
        }
        let walk = Walk::new(self.function.in_revision(self.kernel), self.kernel, args)?;
        Ok((world, Direct::new(walk, Composed::new(self.callbacks, self.walk_lock, &self.rules))))
    }

    /// The VMAs of a world as text, to be changed: a line for each.
    pub fn areas_of(world: &World) -> Vec<Area> {
        world.vmas().map(|(_, vma)| Area::of(vma)).collect()
    }
}
