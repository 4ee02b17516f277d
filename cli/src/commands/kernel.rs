//! `pagewalk kernel NAME…`.

use std::io::Write;

use narrate::kernel::{facts, sure};
use pagewalk::release::{Nearest, Sure};
use pagewalk::{Release, Revision};
use serde_json::json;

use crate::files::output;
use crate::outcome::{Exit, Failure};

/// Say which of the kernels whose walker is modelled is the one that `uname` names, how sure that is, and what tells it from others.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
NAME is what `uname -r`, `uname -v` or `uname -a` prints, or /proc/version. Debian 12 and Ubuntu do not name the stable release in
`uname -r` (6.1.0-53-amd64, 6.8.0-45-generic): Debian's `uname -v` does, and Ubuntu's /proc/version_signature.

Examples:
  pagewalk kernel \"$(uname -a)\"
  pagewalk kernel 6.12.107+deb13-amd64
  pagewalk kernel v6.6.90 --json

Exit codes: 0 the row is that kernel or walks alike, 1 differences are known or the name does not tell, 2 no kernel.")]
pub(crate) struct Args {
    /// What `uname` prints. Several words are one name.
    #[arg(value_name = "NAME", required = true, num_args = 1..)]
    name: Vec<String>,
    /// For a program.
    #[arg(long)]
    json: bool,
}

impl Args {
    pub(crate) fn run(&self) -> Result<Exit, Failure> {
        let name = self.name.join(" ");
        let Some(release) = Release::parse(&name) else {
            let rows: Vec<_> = Revision::ALL.iter().map(|of| of.id()).collect();
            let shown: String = name.chars().take(80).collect();
            let what = "is the name of no kernel: give what `uname -r` prints, such as 6.12.107+deb13-amd64, or one of";
            return Err(Failure::Asked(format!("{shown:?} {what} {}", rows.join(", "))));
        };
        let found = release.nearest();
        let mut out = output();
        if self.json {
            let value = json!({
                "row": found.revision.id(),
                "sure": sure(found.sure),
                "why": found.why.to_string(),
                "about": found.revision.about(),
                "runs": found.revision.runs(),
                "facts": facts(found.revision),
            });
            serde_json::to_writer_pretty(&mut out, &value).map_err(std::io::Error::from)?;
            writeln!(out)?;
        } else {
            say(&mut out, release, found)?;
        }
        out.flush()?;
        Ok(if found.sure == Sure::Differs { Exit::Findings } else { Exit::Read })
    }
}

fn say(out: &mut impl Write, release: Release, found: Nearest) -> std::io::Result<()> {
    let Nearest { revision, sure: how, why, .. } = found;
    writeln!(out, "{}: {}", revision.id(), revision.about())?;
    writeln!(out, "  how sure    {}: {release} {why}", sure(how))?;
    writeln!(out, "  the row     {}", revision.runs())?;
    if how == Sure::Differs {
        writeln!(out, "  of the row {}, which is not that kernel:", revision.id())?;
    }
    for fact in facts(revision) {
        writeln!(out, "  - {fact}")?;
    }
    Ok(())
}
