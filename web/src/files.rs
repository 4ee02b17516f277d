//! The files that a person opened.

use capture::Capture;
use js_sys::Array;
use scenario::places::Places;
use scenario::{FileId, Tables};

use crate::progress::Progress;

/// The files that a person opened. They are kept as long as the page.
#[derive(Debug, Default)]
pub struct Files {
    /// Those that were chosen last, or texts, until the part is here that reads them.
    pub waiting: Option<Array>,
    /// A call that came as a file, until its page has it.
    pub call: Option<String>,
    /// What is going on with the one that is being read.
    pub reading: Option<(String, Progress)>,
    kept: Vec<Opened>,
}

/// A file that was opened.
#[derive(Debug)]
pub struct Opened {
    /// Which file.
    pub file: FileId,
    /// Its name.
    pub name: String,
    /// What is in it.
    pub capture: Capture,
    /// Where things are in its tables.
    pub places: Places,
    /// What was assumed of it; of a text whose tables are built from its ranges at least that.
    pub assumed: Vec<String>,
    /// Whether the tables are built from the ranges of a text: those of the machine are not known.
    pub is_built: bool,
}

impl Files {
    /// A file, if it was opened here.
    pub fn get(&self, file: FileId) -> Option<&Opened> {
        self.kept.iter().find(|of| of.file == file)
    }

    /// Whether these tables are built from the ranges of a text: those of the machine are not known.
    pub fn are_built(&self, tables: Tables) -> bool {
        let Tables::Brought(file) = tables else { return false };
        self.get(file).is_some_and(|opened| opened.is_built)
    }

    /// All of them, the last one last.
    pub fn all(&self) -> &[Opened] {
        &self.kept
    }

    /// One was opened; perhaps once more.
    pub fn put(&mut self, opened: Opened) {
        self.kept.retain(|of| of.file != opened.file);
        self.kept.push(opened);
    }
}
