//! What is equal, per kernel and machine: counted from runs, and written as a table.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use capture::{Outcome, replay};
use pagewalk::Revision;
use ptdump::dump::View;

use crate::conformance::{self, ConformanceError, Line, check, for_each_line};
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
#[derive(Clone, Debug, Default)]
pub struct Machine {
    /// Walks that the kernel ran itself.
    pub walks: Compared,
    /// Files of debugfs: dumps, and checks for W+X.
    pub texts: Compared,
}

/// Runs what a captured kernel ran: its name, and what was compared.
///
/// # Errors
/// When a file cannot be read.
pub fn machine(dir: &Path) -> Result<(String, Machine), LoadError> {
    let capture = load_image(dir)?;
    let mut found = Machine::default();
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
    Ok((capture.name.clone(), found))
}

/// The table of the cases: a row for each machine, a column for each version. Where some differ it says how many do not.
pub fn table_of_cases(cases: &Cases) -> String {
    let versions: BTreeSet<&str> = cases.keys().map(|(version, _)| version.as_str()).collect();
    let machines: BTreeSet<&str> = cases.keys().map(|(_, machine)| *machine).collect();
    let mut text = String::from("| machine |");
    let row = |text: &mut String, name: &str, of: &dyn Fn(&str, &str) -> bool| {
        let _ = write!(text, "| {name} |");
        let cell = |text: &mut String, only: Option<&str>| {
            let all = cases.iter().filter(|((version, machine), _)| {
                only.is_none_or(|only| only == version) && of(version, machine)
            });
            let _ = write!(text, " {} |", Compared::says(all.map(|(_, of)| of)));
        };
        for version in &versions {
            cell(text, Some(version));
        }
        cell(text, None);
        text.push('\n');
    };
    for version in &versions {
        let _ = write!(text, " {version} |");
    }
    text += " together |\n|---|";
    text += &"--:|".repeat(versions.len() + 1);
    text.push('\n');
    for name in &machines {
        row(&mut text, name, &|_, machine| machine == *name);
    }
    row(&mut text, "together", &|_, _| true);
    text
}

/// The table of the captured machines.
pub fn table_of_machines(machines: &[(String, Machine)]) -> String {
    let mut text = String::from("| machine | walks | files of debugfs |\n|---|--:|--:|\n");
    for (name, machine) in machines {
        let [walks, texts] = [&machine.walks, &machine.texts].map(|of| Compared::says([of]));
        let _ = writeln!(text, "| {name} | {walks} | {texts} |");
    }
    text
}
