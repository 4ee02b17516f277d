//! ptdump's text: what debugfs prints of an address space.
//!
//! [`Ptdump`](crate::Ptdump) walks; its callbacks hand some of what they see on to the architecture ([`Noted`]),
//! which merges it into lines ([`Dumper`], the kernel's `note_page()`). How the lines look is data, one file an
//! architecture: which bits are kept, the columns, the headers ([`Marker`]) and when they are printed ([`Headers`]).
//!
//! | module | what it holds |
//! |---|---|
//! | [`note`] | what the callbacks of mm/ptdump.c note |
//! | [`dumper`] | merging notes into lines, as a machine that can stop after any note |
//! | [`line`](mod@line) | a finished line, and its text |
//! | [`format`](mod@format) | what differs between the architectures' lines |
//! | [`plan`] | the files of debugfs: ranges, headers, end |
//! | `x86`, `arm64`, `riscv`, `powerpc`, `s390` | the architectures |
//!
//! Not modelled: the shortcut of KASAN kernels, whose callbacks note the shared early shadow table once instead of
//! walking it, and the copy of the dump that x86 writes to the kernel's log.

mod arm64;
pub mod dumper;
pub mod format;
pub mod line;
pub mod note;
pub mod plan;
mod powerpc;
mod riscv;
mod s390;
mod x86;

#[cfg(test)]
mod tests;

use pgtable::{Model, Ptdump};

pub use dumper::{Dump, Dumper, WriteExecute};
pub use format::{Format, Headers};
pub use line::{Content, Entries, Line};
pub use note::{Note, Noted};
pub use plan::{ByName, Layout, Marker, Plan, View};

impl Format {
    /// The format of a machine's dumps; `None` where the kernel has no dumper, or none that is modelled.
    pub fn of(model: &Model) -> Option<&'static Self> {
        Some(match model.kernel.ptdump? {
            Ptdump::X86 => &x86::FORMAT,
            Ptdump::Arm64 => &arm64::FORMAT,
            Ptdump::Riscv => &riscv::FORMAT,
            Ptdump::Powerpc if model.page_shift == 12 => &powerpc::FORMAT_4K,
            Ptdump::Powerpc => &powerpc::FORMAT_64K,
            Ptdump::S390 => &s390::FORMAT,
        })
    }
}

impl Plan {
    /// How `view` is dumped on a machine with this layout; `None` where the kernel has no such file.
    pub fn new(view: View, layout: &Layout<'_>) -> Option<Self> {
        let format = Format::of(layout.model)?;
        (format.plan)(view, layout)
    }
}
