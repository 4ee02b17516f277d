//! A captured machine.

use mm::World;
use pgtable::Model;

use crate::Named;

/// A captured machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capture {
    /// The file's own name for it.
    pub name: String,
    /// The machine at rest: nobody holds a lock. Its mms are `init_mm` and, if captured, the user mm `mm`.
    pub world: World,
    /// Where the kernel's regions lie and what the registers held, by their kernel names (`VMALLOC_START`, `CR3`).
    pub layout: Named,
    /// Physical addresses of root tables: `init_mm`, `current`, `current_pti_user` … There need not be a table.
    pub roots: Named,
}

impl Capture {
    /// A machine that was not captured but made.
    pub fn made(name: &str, world: World) -> Self {
        Self { name: name.to_owned(), world, layout: Named::default(), roots: Named::default() }
    }

    /// The architecture configuration.
    pub const fn model(&self) -> &'static Model {
        self.world.model()
    }
}
