//! `pagewalk check FILE`.

use std::io::Write as _;

use serde_json::{Value, json};
use texts::check::{Finding, Kind, check};

use crate::cores::{CoreArgs, listing};
use crate::files::output;
use crate::outcome::{Exit, Failure};
use crate::wish::WishArgs;

/// Check a dump by itself.
///
/// Order, overlaps, sizes against levels, addresses that the CPU cannot use, pages that are writable and executable, writable
/// holes in the read-only parts of a kernel's image.
#[derive(Debug, clap::Args)]
#[command(after_long_help = after_help())]
pub(crate) struct Args {
    /// A text, or a core or raw image, of which the tables are checked by their effective rights; `-` is standard input.
    file: String,
    /// For a program.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    wish: WishArgs,
    #[command(flatten)]
    core: CoreArgs,
}

fn after_help() -> String {
    let kinds = Kind::ALL.iter().map(|kind| format!("  {:<11}{}", kind.name(), kind.about()));
    format!(
        "\
Findings:
{}

Examples:
  sudo cat /sys/kernel/debug/kernel_page_tables | pagewalk check -
  pagewalk check memory.raw --root 2610000 --model x86_64-4level
  pagewalk check tlb.txt --json | jq '.findings[] | select(.kind == \"w+x\")'

Exit codes: 0 nothing found, 1 findings, 2 not readable.",
        kinds.collect::<Vec<_>>().join("\n")
    )
}

impl Args {
    pub(crate) fn run(&self) -> Result<Exit, Failure> {
        let listing = listing(&self.core, &self.file, self.wish.wish())?;
        let checked = check(&listing);
        let mut out = output();
        if self.json {
            let value = json!({
                "file": self.file,
                "format": listing.format.name(),
                "program": listing.program,
                "model": listing.machine.map(|machine| machine.id),
                "rights": listing.rights.name(),
                "assumed": listing.assumed,
                "findings": checked.findings.iter().map(of).collect::<Vec<_>>(),
                "findings_not_shown": checked.more,
                "notes": checked.notes.iter().map(of).collect::<Vec<_>>(),
                "not_checked": checked.not_checked,
            });
            serde_json::to_writer_pretty(&mut out, &value).map_err(std::io::Error::from)?;
            writeln!(out)?;
        } else {
            let model = listing.machine.map_or_else(String::new, |machine| format!(", {}", machine.id));
            if listing.has_lines {
                writeln!(out, "{}: {} of {}{model}", self.file, listing.format.name(), listing.program)?;
            } else {
                writeln!(out, "{}: the tables of {}{model}", self.file, listing.program)?;
            }
            writeln!(out, "rights: {}", listing.rights.about())?;
            // Of a core: what of its tables is not there, and is not checked.
            for sentence in listing.assumed.iter().filter(|_| !listing.has_lines) {
                writeln!(out, "assumed: {sentence}")?;
            }
            for finding in &checked.findings {
                writeln!(out, "{}{}: {}", line(finding), finding.kind.name(), finding.what)?;
            }
            for note in &checked.notes {
                writeln!(out, "{}note: {}", line(note), note.what)?;
            }
            for sentence in &checked.not_checked {
                writeln!(out, "not checked: {sentence}")?;
            }
            match checked.findings.len() as u64 + checked.more {
                0 => writeln!(out, "nothing found")?,
                1 => writeln!(out, "1 finding")?,
                count => writeln!(out, "{count} findings")?,
            }
        }
        out.flush()?;
        Ok(if checked.findings.is_empty() { Exit::Read } else { Exit::Findings })
    }
}

/// Where it stands; nothing where there is no text.
fn line(finding: &Finding) -> String {
    if finding.line > 0 { format!("line {}: ", finding.line) } else { String::new() }
}

fn of(finding: &Finding) -> Value {
    json!({
        "kind": finding.kind.name(),
        "line": (finding.line > 0).then_some(finding.line),
        "start": format!("{:x}", finding.start),
        "end": format!("{:x}", u128::from(finding.last) + 1),
        "what": finding.what,
    })
}
