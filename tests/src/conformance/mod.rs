//! Running the cases of the kernel's own `mm/pagewalk.c`.
//!
//! The kernel's unmodified source was run in user space on thousands of small worlds, in several versions, and
//! everything it did was written down: lock assertions, callbacks, mappings, retries, the result. A case is
//! such a world with a call; it passes when our machine does exactly the same.
//!
//! | module | what it holds |
//! |---|---|
//! | [`case`] | one line of a file: the world, the call and what the kernel did |
//! | [`events`] | our events in the words of the files |
//! | [`run`] | runs a case and finds the first difference |
//! | `same` | when two events say the same, however they are written |

pub mod case;
pub mod events;
pub mod run;
mod same;

use std::path::{Path, PathBuf};

use crate::{LoadError, list, unpack};
pub use case::{Case, CaseError, Line, revision_of};
pub use run::{Difference, check};

/// Largest file that is unpacked, in bytes of text. All public cases together have about 12 million.
const MAX_BYTES: usize = 64 << 20;

/// The cases of this repository.
pub fn default_dir() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("conformance")
}

/// A folder or file of cases cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConformanceError {
    /// A file or folder cannot be read or unpacked.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// A folder without cases.
    #[error("{}: no case here, in any file whose name ends in .jsonl.gz", .0.display())]
    Empty(PathBuf),
    /// A line is not a case.
    #[error("{}, line {line}: {source}", .path.display())]
    Line {
        /// Which file.
        path: PathBuf,
        /// Which line, from 1.
        line: usize,
        /// What is wrong.
        source: Box<CaseError>,
    },
}

/// The `*.jsonl.gz` in `dir`, by name.
///
/// # Errors
/// [`ConformanceError::Load`] when the folder cannot be read, [`ConformanceError::Empty`] when there is nothing
/// in it.
pub fn find(dir: &Path) -> Result<Vec<PathBuf>, ConformanceError> {
    let is_packed_lines = |path: &PathBuf| path.to_string_lossy().ends_with(".jsonl.gz");
    let mut files: Vec<PathBuf> = list(dir)?.into_iter().filter(is_packed_lines).collect();
    files.sort();
    if files.is_empty() { Err(ConformanceError::Empty(dir.to_owned())) } else { Ok(files) }
}

/// Reads a file of cases and hands over line by line, so that only one case is in memory at a time. A line that is not a
/// case is handed over as the error that says so.
///
/// # Errors
/// [`ConformanceError::Load`] when the file cannot be read or unpacked.
pub fn for_each_line(
    path: &Path,
    mut take: impl FnMut(Result<Line, ConformanceError>),
) -> Result<(), ConformanceError> {
    let text = unpack(path, MAX_BYTES)?;
    for (at, line) in text.split(|&byte| byte == b'\n').enumerate() {
        if line.is_empty() {
            continue;
        }
        take(Line::parse(line).map_err(|source| ConformanceError::Line {
            path: path.to_owned(),
            line: at + 1,
            source: Box::new(source),
        }));
    }
    Ok(())
}
