//! What a text says.

use crate::draft::{Mark, Walk};
use crate::error::ReadError;
use crate::format::Format;
use crate::formats::FORMATS;
use crate::lines::Core;
use crate::problem::Problems;
use crate::{Machine, Rights, Row};

/// What a text says.
#[derive(Clone, Debug)]
pub struct Listing {
    /// The format that it was read as.
    pub format: &'static dyn Format,
    /// The formats that it fits, the likeliest first.
    pub candidates: Vec<&'static str>,
    /// The program that printed it, with its version where the text says it.
    pub program: String,
    /// The machine that it was read as.
    pub machine: Option<Machine>,
    /// The machines that it fits, the likeliest first.
    pub machines: Vec<&'static str>,
    /// Whose rights it prints.
    pub rights: Rights,
    /// The ranges, in the order of the text.
    pub rows: Vec<Row>,
    /// What stands between them.
    pub marks: Vec<Mark>,
    /// Printed walks and translations.
    pub walks: Vec<Walk>,
    /// A sentence for each thing that was assumed, or that the text cannot tell.
    pub assumed: Vec<String>,
    /// What could not be read.
    pub problems: Problems,
    /// Lines of the text.
    pub lines: u32,
    /// Whether they are those of a text that a person has; not where the listing was made of tables.
    pub has_lines: bool,
    /// Broken lines that are whole again.
    pub rejoined: u64,
}

impl Listing {
    pub(crate) fn of(
        core: Core,
        candidates: Vec<&'static str>,
        wish: Option<Machine>,
        lines: u32,
    ) -> Result<Self, ReadError> {
        let Core { format, mut draft, rejoined, whole, version, others, named, unread, .. } = core;
        // Headers alone say nothing: a list without a row would pass for tables that map nothing.
        let has_rows = !draft.rows.is_empty() || !draft.walks.is_empty() || draft.no_data.is_some();
        // A monitor may have nothing to list; who asks address by address has an answer for each.
        let asks = ["vtop", "gva2gpa", "pagemap"].contains(&format.name());
        if whole == 0 || !has_rows && (asks || draft.problems.count() > 0 || unread.is_some()) {
            let first = draft.problems.iter().next().cloned().or(unread);
            return Err(ReadError::Nothing { format: format.name(), first });
        }
        let mut fits = format.fits(&draft);
        if fits.is_empty() {
            // What has nothing to tell machines apart by.
            fits.extend(Machine::all().find(|one| named.contains(&one.id) && format.accepts(one)));
        }
        let is_named = fits.iter().position(|machine| named.contains(&machine.id));
        if let Some(at) = is_named {
            // Stable: the others stay in their order.
            fits[..=at].rotate_right(1);
        }
        let machine = match wish {
            Some(machine) if !format.accepts(&machine) => {
                let fitting = Machine::all()
                    .filter(|machine| format.accepts(machine))
                    .map(|machine| machine.id)
                    .collect();
                return Err(ReadError::Machine { format: format.name(), machine, fitting });
            }
            Some(machine) => Some(machine),
            None => fits.first().copied(),
        };
        if candidates.len() > 1 {
            draft.assume(format!(
                "The text fits several formats ({}): it is read as {}; --format chooses.",
                candidates.join(", "),
                format.name()
            ));
        }
        for (name, count, line) in others {
            let lines = if count == 1 { "line is" } else { "lines are" };
            draft.assume(format!(
                "{count} {lines} of another format, {name}, and left out (the first is line {line}); --format {name} reads them."
            ));
        }
        if wish.is_none()
            && let [first, more @ ..] = &*fits
            && !more.is_empty()
        {
            let more: Vec<_> = more.iter().map(|machine| machine.id).collect();
            draft.assume(format!(
                "The model is taken for {}{}; {} fit{} as well: --model chooses.",
                first.id,
                if is_named.is_some() { ", which its heading names" } else { "" },
                more.join(", "),
                if more.len() == 1 { "s" } else { "" }
            ));
        }
        match &machine {
            Some(machine) => format.settle(&mut draft, machine),
            None => format.settle_alone(&mut draft),
        }
        if let Some(why) = draft.no_data {
            draft.assume(format!("There is no data: {why}."));
        }
        if rejoined > 0 {
            let lines = if rejoined == 1 { "line was" } else { "lines were" };
            draft.assume(format!("{rejoined} broken {lines} joined again."));
        }
        Ok(Self {
            format,
            candidates,
            program: version.unwrap_or_else(|| format.program().to_owned()),
            machine,
            machines: fits.iter().map(|machine| machine.id).collect(),
            rights: format.rights(),
            rows: draft.rows,
            marks: draft.marks,
            walks: draft.walks,
            assumed: draft.assumed,
            problems: draft.problems,
            lines,
            has_lines: true,
            rejoined,
        })
    }

    /// The ranges that map something, in address order.
    pub fn mapped(&self) -> Vec<Row> {
        let mut rows: Vec<Row> =
            self.rows.iter().filter(|row| row.mapped && row.is_ordered()).copied().collect();
        rows.sort_by_key(|row| (row.start, row.last));
        rows
    }
}

/// The format of this name; blanks and capitals do not matter.
pub fn format_named(name: &str) -> Option<&'static dyn Format> {
    let name = name.trim().to_lowercase().replace(' ', "-");
    FORMATS.iter().copied().find(|format| format.name() == name)
}
