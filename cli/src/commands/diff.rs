//! `pagewalk diff A B`.

use std::io::Write as _;

use serde_json::{Map, Value, json};
use texts::diff::{Difference, LEGEND, Side, diff};
use texts::{Format, Listing, Machine, Wish};
use vmcore::listing::{is_of_core, is_printed_beside};

use crate::cores::{CoreArgs, listing, printed};
use crate::files::output;
use crate::outcome::{Exit, Failure};
use crate::wish::format;

/// Compare two dumps range by range, also of different programs.
///
/// What one of the two cannot tell is no difference: `info mem` has no NX, a kernel's dump no frames. Two texts of different architectures are
/// compared all the same, and it is said that they are.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Each line is a range: start end columns, then what A and what B says of it (level perms physical attributes).
The legend of the columns is printed above them.

Examples:
  pagewalk diff before.txt after.txt
  pagewalk diff info-mem.txt kernel_page_tables.txt
  pagewalk diff vmcore kernel_page_tables.txt
  ssh host sudo cat /sys/kernel/debug/kernel_page_tables | pagewalk diff mine.txt - --json

Exit codes: 0 no differences in what both tell (of any two machines), 1 differences, 2 not readable.")]
pub(crate) struct Args {
    /// The first text, or a core, of which the tables are compared (with a text of debugfs: what debugfs would print); `-` is standard input.
    a: String,
    /// The second text.
    b: String,
    /// For a program.
    #[arg(long)]
    json: bool,
    /// Read the first as this format instead of recognising it.
    #[arg(long, value_name = "NAME", value_parser = format)]
    format_a: Option<&'static dyn Format>,
    /// Take the first for a text of this machine.
    #[arg(long, value_name = "NAME", value_parser = Machine::named)]
    model_a: Option<Machine>,
    /// Read the second as this format.
    #[arg(long, value_name = "NAME", value_parser = format)]
    format_b: Option<&'static dyn Format>,
    /// Take the second for a text of this machine.
    #[arg(long, value_name = "NAME", value_parser = Machine::named)]
    model_b: Option<Machine>,
}

impl Args {
    pub(crate) fn run(&self) -> Result<Exit, Failure> {
        if self.a == "-" && self.b == "-" {
            return Err(Failure::BothStdin);
        }
        let wish_a = Wish { format: self.format_a, machine: self.model_a };
        let wish_b = Wish { format: self.format_b, machine: self.model_b };
        let core = CoreArgs::default();
        let mut a = listing(&core, &self.a, wish_a)?;
        let mut b = listing(&core, &self.b, wish_b)?;
        // debugfs prints the leaf's own rights: beside its text a core is what debugfs would print.
        if is_printed_beside(&a, &b) {
            a = printed(&self.a, wish_a)?;
        } else if is_printed_beside(&b, &a) {
            b = printed(&self.b, wish_b)?;
        }
        let compared = diff(&a, &b);
        let mut out = output();
        if self.json {
            let about = |name: &str, of: &Listing| {
                json!({
                    "file": name,
                    "format": of.format.name(),
                    "program": of.program,
                    "model": of.machine.map(|machine| machine.id),
                    "rights": of.rights.name(),
                    "assumed": of.assumed,
                    "problems": of.problems.iter().map(ToString::to_string).collect::<Vec<_>>(),
                })
            };
            let legend: Map<String, Value> =
                LEGEND.iter().map(|&(column, means)| (column.to_owned(), means.into())).collect();
            let value = json!({
                "a": about(&self.a, &a),
                "b": about(&self.b, &b),
                "legend": legend,
                "differences": compared.differences.iter().map(of).collect::<Vec<_>>(),
                "differences_not_shown": compared.more,
                "same_bytes": format!("{:x}", compared.same),
                "not_compared": compared.not_compared,
            });
            serde_json::to_writer_pretty(&mut out, &value).map_err(std::io::Error::from)?;
            writeln!(out)?;
        } else {
            for (which, name, of) in [("A", &self.a, &a), ("B", &self.b, &b)] {
                let what = if is_of_core(of) { "the tables" } else { of.format.name() };
                writeln!(out, "{which}: {name}: {what} of {}, rights {}", of.program, of.rights.name())?;
                for sentence in of.assumed.iter().filter(|_| !of.has_lines) {
                    writeln!(out, "   assumed: {sentence}")?;
                }
                for problem in of.problems.iter() {
                    writeln!(out, "   problem: {problem}")?;
                }
            }
            for sentence in &compared.not_compared {
                writeln!(out, "not compared: {sentence}")?;
            }
            for (column, means) in compared.legend() {
                writeln!(out, "column {column}: {means}")?;
            }
            for difference in &compared.differences {
                writeln!(
                    out,
                    "{:x}\t{:x}\t{}\tA: {}\tB: {}",
                    difference.start,
                    u128::from(difference.last) + 1,
                    difference.columns.join(","),
                    text(difference.a.as_ref()),
                    text(difference.b.as_ref())
                )?;
            }
            let same = format!("{:#x} bytes are alike in all that both tell", compared.same);
            match compared.differences.len() as u64 + compared.more {
                0 => writeln!(out, "no differences; {same}")?,
                1 => writeln!(out, "1 difference; {same}")?,
                count => writeln!(out, "{count} differences; {same}")?,
            }
        }
        out.flush()?;
        Ok(if compared.differences.is_empty() { Exit::Read } else { Exit::Findings })
    }
}

fn text(side: Option<&Side>) -> String {
    side.map_or_else(|| "nothing".to_owned(), ToString::to_string)
}

fn of(difference: &Difference) -> Value {
    let side = |side: &Option<Side>| {
        side.as_ref().map(|side| {
            json!({
                "line": (side.line > 0).then_some(side.line),
                "level": side.level.map(pgtable::Level::name),
                "perms": side.perms.to_string(),
                "physical": side.physical.map(|physical| format!("{physical:x}")),
                "attributes": side.attributes,
            })
        })
    };
    json!({
        "start": format!("{:x}", difference.start),
        "end": format!("{:x}", u128::from(difference.last) + 1),
        "columns": difference.columns,
        "a": side(&difference.a),
        "b": side(&difference.b),
    })
}
