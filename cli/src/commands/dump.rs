//! `pagewalk dump VMCORE`.

use std::io::Write as _;

use texts::Machine;

use crate::cores::CoreArgs;
use crate::files::output;
use crate::outcome::{Exit, Failure};

/// Print what debugfs would print of the kernel in a machine's memory.
///
/// The file is a core (kdump, /proc/vmcore, QEMU's dump-guest-memory) or a raw image with --model and --root or --vmcoreinfo. The text is that of
/// kernel_page_tables as v7.3 prints it; what was assumed is said on standard error.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  pagewalk dump vmcore > ours.txt
  pagewalk dump vmcore | pagewalk check -

Exit codes: 0 read, 2 not readable.")]
pub(crate) struct Args {
    /// A core or a raw image.
    #[arg(value_name = "VMCORE")]
    file: String,
    /// Whose tables they are, for example x86_64-5level, where the core does not tell.
    #[arg(long, value_name = "NAME", value_parser = Machine::named)]
    model: Option<Machine>,
    #[command(flatten)]
    core: CoreArgs,
}

impl Args {
    pub(crate) fn run(&self) -> Result<Exit, Failure> {
        let (text, assumed, _) = self.core.dump(&self.file, self.model)?;
        let mut out = output();
        out.write_all(text.as_bytes())?;
        out.flush()?;
        for sentence in assumed {
            eprintln!("{}: {sentence}", self.file);
        }
        Ok(Exit::Read)
    }
}
