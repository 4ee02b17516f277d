//! What a person may choose of how a text is read.

use texts::{FORMATS, Format, Machine, Wish, format_named};

/// The options.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(crate) struct WishArgs {
    /// Read it as this format instead of recognising it.
    #[arg(long, value_name = "NAME", value_parser = format)]
    format: Option<&'static dyn Format>,
    /// Take it for a text of this machine, for example x86_64-5level, arm64-16k-48, riscv64-sv39, x86-pae.
    #[arg(long, value_name = "NAME", value_parser = Machine::named)]
    model: Option<Machine>,
}

impl WishArgs {
    pub(crate) const fn wish(self) -> Wish {
        Wish { format: self.format, machine: self.model }
    }
}

/// The format of this name, for clap.
pub(crate) fn format(name: &str) -> Result<&'static dyn Format, String> {
    format_named(name).ok_or_else(|| {
        let names: Vec<_> = FORMATS.iter().map(|format| format.name()).collect();
        format!("there is no format \u{201c}{name}\u{201d}; there are {}", names.join(", "))
    })
}

/// The formats, a line each.
pub(crate) fn formats() -> String {
    let lines = FORMATS.iter().map(|format| format!("  {:<28}{}", format.name(), format.about()));
    lines.collect::<Vec<_>>().join("\n")
}
