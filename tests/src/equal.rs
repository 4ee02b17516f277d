//! What is equal, per kernel and machine: counted from runs, and written as a table.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use capture::{Outcome, replay};
use pagewalk::Revision;
use pgtable::MODELS;
use ptdump::dump::View;

use crate::conformance::{self, ConformanceError, Line, check, for_each_line, revision_of};
use crate::dump::{TextDifference, check_wx, dump, load_texts};
use crate::{LoadError, load_image, load_logs};

/// The captured kernels are 7.3.4.
const CAPTURED_KERNEL: Revision = Revision::V7_3;

/// Runs that were compared: how many, and what was different.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Compared {
    /// How many were compared.
    pub runs: usize,
    /// Those that differ, each as a text.
    pub different: Vec<String>,
}

impl Compared {
    fn add(&mut self, difference: Option<String>) {
        self.runs += 1;
        self.different.extend(difference);
    }

    fn says<'a>(all: impl IntoIterator<Item = &'a Self>) -> String {
        let (mut runs, mut different) = (0, 0);
        for of in all {
            runs += of.runs;
            different += of.different.len();
        }
        match (runs, different) {
            (0, _) => "–".to_owned(),
            (_, 0) => runs.to_string(),
            _ => format!("{} of {runs}", runs - different),
        }
    }
}

/// What was compared of cases that were traced with a version of mm/pagewalk.c, by version and machine.
pub type Cases = BTreeMap<(String, &'static str), Compared>;

/// Runs all cases of a folder.
///
/// # Errors
/// When a file or a line cannot be read.
pub fn cases(dir: &Path) -> Result<Cases, ConformanceError> {
    let (mut cases, mut failed) = (Cases::new(), None);
    for file in conformance::find(dir)? {
        for_each_line(&file, |line| match line {
            Ok(Line::Case(case)) => {
                let at = cases.entry((case.version.clone(), case.model().id)).or_default();
                at.add(check(&case).map(|difference| format!("{}:\n{difference}", case.id)));
            }
            Ok(Line::Classification) => {}
            Err(error) => failed = failed.take().or(Some(error)),
        })?;
    }
    failed.map_or(Ok(cases), Err)
}

/// What was compared of a captured machine.
#[derive(Clone, Debug)]
pub struct Machine {
    /// Whose tables they are.
    pub model: &'static str,
    /// Walks that the kernel ran itself.
    pub walks: Compared,
    /// Files of debugfs: dumps, and checks for W+X.
    pub texts: Compared,
}

/// Runs what a captured kernel ran.
///
/// # Errors
/// When a file cannot be read.
pub fn machine(dir: &Path) -> Result<Machine, LoadError> {
    let capture = load_image(dir)?;
    let model = capture.model().id;
    let mut found = Machine { model, walks: Compared::default(), texts: Compared::default() };
    for walk in load_logs(dir)?.into_iter().flat_map(|(_, walks)| walks) {
        match replay(&capture, &walk, CAPTURED_KERNEL) {
            Outcome::Equal => found.walks.add(None),
            Outcome::Different(what) => found.walks.add(Some(format!("{}: {what}", walk.name))),
            Outcome::NeedsVmas => {}
        }
    }
    for (name, captured) in load_texts(dir, "ptdump-")? {
        let view = View::ALL.into_iter().find(|view| view.name() == name);
        let difference = match view.map(|view| dump(&capture, view, CAPTURED_KERNEL)) {
            None => Some("the kernel has no such file".to_owned()),
            Some(Err(error)) => Some(error.to_string()),
            Some(Ok(dump)) => TextDifference::of(&captured, &dump.text()).map(|of| of.to_string()),
        };
        found.texts.add(difference.map(|of| format!("ptdump-{name}: {of}")));
    }
    for (_, captured) in load_texts(dir, "check_wx_pages")? {
        found.texts.add(check_wx(&capture, &captured, CAPTURED_KERNEL).err());
    }
    Ok(found)
}

/// What is equal: a row for each machine, a column for each kernel, then for what booted kernels did themselves.
#[derive(Debug)]
pub struct Table {
    heads: Vec<String>,
    rows: Vec<Vec<String>>,
}

/// Stands in the last row and column.
const ALL: &str = "all";

impl Table {
    /// Counts what was compared. Every machine and every kernel that a person can choose has its place, also where nothing was compared.
    pub fn new(cases: &Cases, machines: &[Machine]) -> Self {
        let columns = columns(cases);
        let mut heads = Vec::from(["machine".to_owned()]);
        heads.extend(columns.iter().map(|(head, _)| head.clone()));
        heads.extend([ALL, "walks", "texts"].map(str::to_owned));
        let rows = MODELS.iter().map(|model| Some(model.id)).chain([None]).map(|machine| {
            let is_here = |of: &str| machine.is_none_or(|only| only == of);
            let counted = |version: Option<&str>| {
                let of_version = cases
                    .iter()
                    .filter(|((of, at), _)| is_here(at) && version.is_none_or(|version| version == of));
                Compared::says(of_version.map(|(_, of)| of))
            };
            let mut row = Vec::from([machine.unwrap_or(ALL).to_owned()]);
            // A kernel without traces has an empty version, which no case has.
            row.extend(columns.iter().map(|(_, version)| counted(Some(version))));
            row.push(counted(None));
            let captured = || machines.iter().filter(|of| is_here(of.model));
            row.push(Compared::says(captured().map(|of| &of.walks)));
            row.push(Compared::says(captured().map(|of| &of.texts)));
            row
        });
        Self { rows: rows.collect(), heads }
    }

    /// Lines with tabs between their cells, as the page reads it.
    pub fn lines(&self) -> String {
        [&self.heads].into_iter().chain(&self.rows).map(|row| row.join("\t") + "\n").collect()
    }

    /// As Markdown.
    pub fn markdown(&self) -> String {
        let line = |row: &Vec<String>| format!("| {} |\n", row.join(" | "));
        let rule = format!("|---|{}\n", "--:|".repeat(self.heads.len() - 1));
        [line(&self.heads), rule].into_iter().chain(self.rows.iter().map(line)).collect()
    }
}

/// The kernels in the order in which they are offered: how each is called, and its name in the cases. One that shares the rules of
/// another row keeps its own name.
fn columns(cases: &Cases) -> Vec<(String, &str)> {
    let versions: BTreeSet<&str> = cases.keys().map(|(version, _)| version.as_str()).collect();
    let mut columns = Vec::new();
    for revision in Revision::ALL {
        let id = revision.id();
        let of: Vec<&str> = versions
            .iter()
            .copied()
            .filter(|name| revision_of(name).is_ok_and(|of| of == revision))
            .collect();
        match *of {
            [] => columns.push((id.to_owned(), "")),
            [only] => columns.push((id.to_owned(), only)),
            _ => columns.extend(of.into_iter().map(|name| (name.to_owned(), name))),
        }
    }
    columns
}
