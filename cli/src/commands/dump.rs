//! `pagewalk dump VMCORE`.

use std::io::Write as _;

use serde_json::{Value, json};
use texts::{Listing, Machine, MarkContent, Wish, attributes};

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
  pagewalk dump vmcore | diff - kernel_page_tables.txt
  pagewalk dump vmcore --json | jq '.rows[] | select(.level == \"pud\")'

JSON: file, format, model, rights, assumed; rows: start, end, level and perms as open prints them, attributes as they stand in the text,
region, mapped.

Exit codes: 0 read, 2 not readable.")]
pub(crate) struct Args {
    /// A core or a raw image.
    #[arg(value_name = "VMCORE")]
    file: String,
    /// Whose tables they are, for example x86_64-5level, where the core does not tell.
    #[arg(long, value_name = "NAME", value_parser = Machine::named)]
    model: Option<Machine>,
    /// For a program.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    core: CoreArgs,
}

impl Args {
    pub(crate) fn run(&self) -> Result<Exit, Failure> {
        let tables = match self.core.tables(&self.file, self.model)? {
            Some(tables) => tables,
            // What is no core is told how a raw image is read.
            None => self.core.of_core(&self.file, self.model)?,
        };
        let (assumed, model) = (tables.assumed(), tables.world.model().id);
        let text = vmcore::dump::text(&mut tables.world.clone(), &tables.regions)
            .map_err(|error| Failure::Asked(format!("{}: {error}", self.file)))?;
        let mut out = output();
        if self.json {
            let wish = Wish { machine: Machine::named(model).ok(), ..Wish::default() };
            let listing = texts::read(text.as_bytes(), wish)
                .map_err(|error| Failure::Text { name: self.file.clone(), error })?;
            let value = json!({
                "file": self.file,
                "format": listing.format.name(),
                "model": model,
                "rights": listing.rights.name(),
                "assumed": assumed,
                "rows": rows(&listing),
            });
            serde_json::to_writer_pretty(&mut out, &value).map_err(std::io::Error::from)?;
            writeln!(out)?;
            out.flush()?;
            return Ok(Exit::Read);
        }
        out.write_all(text.as_bytes())?;
        out.flush()?;
        for sentence in assumed {
            eprintln!("{}: {sentence}", self.file);
        }
        Ok(Exit::Read)
    }
}

/// The rows of the text, each with the header that it stands below.
fn rows(listing: &Listing) -> Vec<Value> {
    let mut headers = listing
        .marks
        .iter()
        .filter_map(|mark| match &mark.content {
            MarkContent::Header(name) => Some((mark.row, name.as_str())),
            MarkContent::Skipped(_) => None,
        })
        .peekable();
    let mut region = None;
    let row = |(nth, row): (usize, &texts::Row)| {
        while let Some((_, name)) = headers.next_if(|(before, _)| *before <= nth) {
            region = Some(name);
        }
        let attributes = attributes(listing, row);
        json!({
            "start": format!("{:x}", row.start),
            "end": format!("{:x}", row.end()),
            "level": row.level.map(pgtable::Level::name),
            "perms": row.mapped.then(|| row.perms.to_string()),
            "attributes": attributes.map(|words| words.split_whitespace().collect::<Vec<_>>().join(" ")),
            "region": region,
            "mapped": row.mapped,
        })
    };
    listing.rows.iter().enumerate().map(row).collect()
}
