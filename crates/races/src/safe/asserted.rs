//! What a walk asserts of the locks that are held.

use alloc::vec::Vec;

use mm::{LockMode, MmId, Need};
use pagewalk::{Args, By, Event, LockName};

use super::{Area, Case, Whose};
use crate::ground::{Half, Shape};
use crate::race::VMALLOC;
use crate::setting::{INIT_MM, LOOK, NotThere, PTES, Setting};
use crate::state::State;
use crate::step::Lock;
use crate::walker;

/// An assertion that a walk makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asserted {
    /// Of which lock.
    pub lock: LockName,
    /// Whether it has to be held for writing; else in any way.
    pub write: bool,
    /// Whether it holds. If not, the kernel warns and goes on.
    pub holds: bool,
}

impl Asserted {
    /// The assertion that an event is, if the walk itself makes one.
    pub fn of(event: &Event) -> Option<Self> {
        match *event {
            Event::Assert { lock, need, seen, by: By::Walk, .. } => {
                Some(Self { lock, write: need == Need::Write, holds: seen.lockdep_ok })
            }
            _ => None,
        }
    }
}

impl Case {
    /// The walk alone, under the locks that are stated. Its ops table asks for the read lock (`PGWALK_RDLOCK`), as it does if nothing
    /// is set.
    ///
    /// # Errors
    /// [`NotThere`] never happens for a model of [`pgtable::MODELS`]: the function is that of the kernel.
    pub fn alone(&self) -> Result<State, NotThere> {
        let walk = &self.walk;
        let entry = walk.entry.in_revision(walk.revision);
        let is_user = self.whose != Whose::InitMm && matches!(self.area, Area::Anything | Area::User);
        let half = if is_user || entry.has_vmas() { Half::User } else { VMALLOC };
        let mut setting = Setting::new(walk.model, walk.revision, walk.lock, (half, Shape::Page))?;
        let mut locks = Vec::from([(walk.own_lock(), walk.lock)]);
        if walk.also.hotplug {
            locks.insert(0, (Lock::Hotplug, LockMode::Read));
        }
        if walk.also.init_mm && walk.mm != MmId::INIT_MM {
            locks.push((INIT_MM, LockMode::Write));
        }
        let args = Args { nr: 1, ..setting.args(walk.mm) };
        let ops = if entry.has_vmas() { PTES } else { LOOK };
        setting.walk(entry, args, ops, &walker::lines(&locks, entry.func().name()))?;
        Ok(setting.into_state())
    }
}
