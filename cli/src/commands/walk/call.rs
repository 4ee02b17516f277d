//! `pagewalk walk --call CALL`: a call that a person put together.

use std::io::Read as _;

use call::{Base, Call, tally};
use scenario::places::Places;
use serde_json::{Value, json};

use super::{Args, FROM_RANGES, MOST_STEPS, Tables, Told};
use crate::files::{is_file, open};
use crate::outcome::{Exit, Failure};

impl Args {
    /// Walks as a call says.
    pub(super) fn call(&self, written: &str) -> Result<Exit, Failure> {
        let mut text = written.to_owned();
        if is_file(written) {
            text.clear();
            let input = |error| Failure::Input { name: written.to_owned(), error };
            open(written)?.take(MOST_BYTES).read_to_string(&mut text).map_err(input)?;
        }
        let (mut call, problems) = Call::parse(&text);
        let (notes, problems): (Vec<_>, Vec<_>) = problems.into_iter().partition(|of| of.wrong.is_note);
        if !problems.is_empty() {
            let all: Vec<String> = problems.iter().map(ToString::to_string).collect();
            return Err(Failure::Asked(all.join("; ")));
        }
        let nearest: Vec<String> = notes.iter().map(ToString::to_string).collect();
        let own = call.tables.made().or_else(|| figure::captures::capture(call.tables.folder()?));
        let Tables { world, assumed, from_ranges } = match (&self.file, own) {
            (Some(file), _) => self.tables(file, None)?,
            (None, Some(capture)) => Tables { world: capture.world, assumed: Vec::new(), from_ranges: false },
            (None, None) => {
                let what = format!(
                    "the call walks {}, whose tables are in a file: give that file as well",
                    call.tables
                );
                return Err(Failure::Asked(what));
            }
        };
        let places = if self.file.is_some() {
            // The tables are those of the file, whatever the call names.
            call.tables = Base::Made(world.model());
            Places::found(&world)
        } else {
            Places::of(world.model())
        };
        let (mut world, actor) =
            call.start(&world, &places).map_err(|error| Failure::Asked(error.to_string()))?;
        let mut told = Told { kernel: call.kernel, lines: Vec::new(), most: self.most, more: 0 };
        let tally = tally::run_into(&mut world, actor, MOST_STEPS, &mut told);
        let assumed = [nearest.clone(), assumed].concat();
        let counts = |all: Vec<(String, u32)>| -> Value {
            all.into_iter().map(|(what, times)| json!({ "what": what, "times": times })).collect()
        };
        let value = json!({
            "call": call.to_string(),
            "made_from": if from_ranges { FROM_RANGES } else { "tables" },
            "calls": counts(tally.calls.iter().map(|(of, count)| (of.name().to_owned(), *count)).collect()),
            "rules": counts(tally.hits.iter().map(|(of, count)| (of.to_string(), *count)).collect()),
            "writes": tally.writes,
            "assertions_failed": tally.failed,
            "ended": tally.ended(),
            "assumed": assumed,
        });
        let head = from_ranges.then(|| "tables built from ranges: not those of the machine".to_owned());
        let notes = call.notes().into_iter().map(|(_, note)| format!("note: {note}"));
        let nearest = nearest.iter().map(|note| format!("note: {note}"));
        let ends: Vec<String> =
            [tally.ended()].into_iter().chain(tally.lines()).chain(nearest).chain(notes).collect();
        self.print(head.as_deref(), &told, &ends, value)?;
        Ok(Exit::Read)
    }
}

/// Most bytes of a file that are read; a call has a megabyte at most.
const MOST_BYTES: u64 = 2 << 20;
