//! What debugfs would print of a core's kernel: the dump of the one walker, over the tables of the core.
//!
//! A core does not say where all regions of the kernel begin, and headers stand where they do: those of a kernel without address-space
//! randomisation are taken. Lines end at headers, so with randomisation some lines are cut elsewhere than the kernel cut them.

use actors::Actor as _;
use mm::{MmId, World};
use ptdump::Ptdump;
use ptdump::dump::{Dump, Layout, Plan, View};
use trace::{Revision, Status};

/// The text of `kernel_page_tables` (on x86 `page_tables/kernel`) as v7.3 prints it; `None` where that kernel has no dump.
pub fn text(world: &mut World) -> Option<String> {
    let model = world.model();
    let plan = Plan::new(View::Kernel, &Layout::of_model(model))?;
    let mut walk = Ptdump::new(Revision::V7_3, MmId::INIT_MM, None, plan.ranges.clone());
    let mut dump = Dump::new(model, &plan)?;
    while walk.step(world, &mut dump) == Status::Running {}
    Some(dump.text())
}
