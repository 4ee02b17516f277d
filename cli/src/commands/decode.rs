//! `pagewalk decode MODEL LEVEL VALUE [VALUE…]`.

use std::io::Write as _;

use decode::{Beside, Change, Pagemap, Reading, fit, level_named, value};
use pagewalk::names::near;
use pgtable::{Level, Model, RawEntry};
use serde_json::{Value, json};
use texts::Machine;

use crate::bench;
use crate::files::output;
use crate::outcome::{Exit, Failure};

/// Say what raw page-table entries are.
///
/// Level, table or leaf, flags by name with what each means, frame, software bits, swap and migration entries; of several values what changed
/// from each to the next, and what the architecture demands between them.
#[derive(Debug, clap::Args)]
#[command(after_help = after_help())]
pub(crate) struct Args {
    /// The model, for example x86_64-4level; `?` for the one that fits best; two with a comma between them to read each value under both.
    model: String,
    /// pgd, p4d, pud, pmd or pte; `?` where it is not known; `pagemap` for entries of /proc/PID/pagemap.
    level: String,
    /// One to five values, hexadecimal: an entry before and after a change, for example.
    #[arg(required = true, num_args = 1..=5, value_name = "VALUE")]
    values: Vec<String>,
    /// For a program.
    #[arg(long)]
    json: bool,
}

fn after_help() -> String {
    let models: Vec<&str> = pgtable::MODELS.iter().map(|model| model.id).collect();
    let mut lines = String::new();
    for row in models.chunks(4) {
        lines.push_str("  ");
        lines.push_str(&row.join(" "));
        lines.push('\n');
    }
    format!(
        "\
Models:
{lines}
Examples:
  pagewalk decode x86_64-4level pte 0x8000000000000163
  pagewalk decode '?' '?' 1800004fff8003
  pagewalk decode arm64-4k-48 pte 0x0068000416899f03 0x0060000416898f83
  pagewalk decode x86_64-4level pagemap 0xa08000000004ecc4
  pagewalk decode arm64-4k-52,arm64-4k-52-l5off pte 0x00e8000040204f03

Exit codes: 0 read, 2 no such model or level, or no value."
    )
}

/// Most models that are listed to a person.
const MOST_FITS: usize = 5;

impl Args {
    pub(crate) fn run(&self) -> Result<Exit, Failure> {
        let asked = |error: decode::InputError| Failure::Asked(error.to_string());
        let values: Vec<RawEntry> =
            self.values.iter().map(|text| value(text)).collect::<Result<_, _>>().map_err(asked)?;
        let two = self.model.split_once(',');
        let model = match two.map_or(&*self.model, |(one, _)| one) {
            "?" => None,
            id => Some(named(id)?),
        };
        let other = two.map(|(_, other)| named(other)).transpose()?;
        if self.level.eq_ignore_ascii_case("pagemap") && other.is_none() {
            return self.pagemap(model, &values);
        }
        let level = match self.level.as_str() {
            "?" => None,
            name => Some(level_named(name).map_err(asked)?),
        };
        let (readings, fits) = fit::read(model, level, &values);
        if let Some(other) = other {
            return self.beside(&readings, other);
        }
        let changes: Vec<Change> =
            readings.windows(2).map(|pair| Change::new(pair[0].clone(), pair[1].clone())).collect();
        let mut out = output();
        if self.json {
            let value = json!({
                "model": readings.first().map(|of| of.model.id),
                "values": readings.iter().map(bench::reading_json).collect::<Vec<Value>>(),
                "changes": changes.iter().map(bench::change_json).collect::<Vec<Value>>(),
                "fits": bench::fits_json(&fits),
            });
            serde_json::to_writer_pretty(&mut out, &value).map_err(std::io::Error::from)?;
            writeln!(out)?;
        } else {
            if !fits.is_empty() {
                bench::fits(&mut out, &fits, MOST_FITS)?;
                writeln!(out)?;
            }
            for reading in &readings {
                bench::reading(&mut out, reading)?;
            }
            for change in &changes {
                writeln!(out)?;
                bench::change(&mut out, change)?;
            }
        }
        out.flush()?;
        Ok(Exit::Read)
    }

    /// Each value under another model as well: an entry does not say in which of two modes a machine is.
    fn beside(&self, readings: &[Reading], other: &'static Model) -> Result<Exit, Failure> {
        let all: Vec<Beside> =
            readings.iter().map(|of| Beside::new([of.model, other], of.level, of.value)).collect();
        let mut out = output();
        if self.json {
            let pairs: Vec<Value> = all.iter().map(bench::beside_json).collect();
            let models = all.first().map(|of| of.readings.each_ref().map(|one| one.model.id));
            let value = json!({ "models": models, "pairs": pairs });
            serde_json::to_writer_pretty(&mut out, &value).map_err(std::io::Error::from)?;
            writeln!(out)?;
        } else {
            all.iter().try_for_each(|of| bench::beside(&mut out, of))?;
        }
        out.flush()?;
        Ok(Exit::Read)
    }

    /// Entries of a pagemap, and the pte that each could be of.
    fn pagemap(&self, model: Option<&'static Model>, values: &[RawEntry]) -> Result<Exit, Failure> {
        let entries: Vec<Pagemap> = values.iter().map(|value| Pagemap::new(value.0)).collect();
        let pte = |entry: &Pagemap| model.and_then(|model| entry.to_entry(model, Level::Pte));
        let mut out = output();
        if self.json {
            let all: Vec<Value> = entries
                .iter()
                .map(|entry| {
                    let mut value = bench::pagemap_json(entry);
                    value["pte"] = json!(pte(entry).map(|pte| bench::hex(pte.0)));
                    value["not_in_a_pte"] = json!(model.map(|model| entry.not_in_a_pte(model)));
                    value
                })
                .collect();
            let value = json!({ "model": model.map(|model| model.id), "pagemap": all });
            serde_json::to_writer_pretty(&mut out, &value).map_err(std::io::Error::from)?;
            writeln!(out)?;
        } else {
            for entry in &entries {
                bench::pagemap(&mut out, entry)?;
                if let (Some(model), Some(pte)) = (model, pte(entry)) {
                    writeln!(
                        out,
                        "  a pte of {} that shows so: {:#x} (its rights are not told)",
                        model.id, pte.0
                    )?;
                    for name in entry.not_in_a_pte(model) {
                        writeln!(out, "  {name} is not in it: a pte of {} has no bit for that", model.id)?;
                    }
                }
            }
        }
        out.flush()?;
        Ok(Exit::Read)
    }
}

/// The model with this name, or what was probably meant.
fn named(id: &str) -> Result<&'static Model, Failure> {
    // `arm64-4k-48bit`, as captures are called.
    let name = id.to_lowercase();
    let name = name.strip_suffix("bit").unwrap_or(&name);
    pgtable::model(name).map_err(|error| {
        if let Ok(machine) = Machine::named(name) {
            let what = "is read as a text (pagewalk open), but its entries are not modelled";
            return Failure::Asked(format!("{} {what}", machine.id));
        }
        let meant =
            near(name, &mut pgtable::MODELS.iter().map(|model| model.id)).or_else(|| pgtable::family(name));
        let meant = meant.map_or_else(String::new, |of| format!("did you mean \u{201c}{of}\u{201d}? "));
        Failure::Asked(format!("\u{201c}{id:.40}\u{201d}: {meant}{error}; `?` for the one that fits best"))
    })
}
