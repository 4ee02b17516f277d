//! What debugfs would print of a core's kernel: the dump of the one walker, over the tables of the core.
//!
//! Headers stand where the regions of the kernel begin ([`Regions`]), and lines end at headers. A core does not say where all of them
//! are: the others are taken from a kernel without address-space randomisation.

use actors::Actor as _;
use mm::{MmId, World};
use ptdump::Ptdump;
use ptdump::dump::{Dump, Plan, View};
use trace::{Revision, Status};

use crate::error::CoreError;
use crate::regions::Regions;

/// Steps after which a dump is given up: tables that lead to each other have pages without end. A kernel's own takes some 100,000.
const MOST_STEPS: u64 = 50_000_000;

/// The text of `kernel_page_tables` (on x86 `page_tables/kernel`) as v7.3 prints it.
///
/// # Errors
/// [`CoreError::NoModel`] where that kernel has no dump, [`CoreError::Endless`] where the tables lead to each other.
pub fn text(world: &mut World, regions: &Regions) -> Result<String, CoreError> {
    let model = world.model();
    let by_name = |name: &str| regions.get(name);
    let layout = regions.layout(model, &by_name);
    let no_dump = || CoreError::NoModel(format!("no dump of {} is modelled", model.id));
    let plan = Plan::new(View::Kernel, &layout).ok_or_else(no_dump)?;
    let mut walk = Ptdump::new(Revision::V7_3, MmId::INIT_MM, None, plan.ranges.clone());
    let mut dump = Dump::new(model, &plan).ok_or_else(no_dump)?;
    for _ in 0..MOST_STEPS {
        if walk.step(world, &mut dump) != Status::Running {
            return Ok(dump.text());
        }
    }
    Err(CoreError::Endless)
}
