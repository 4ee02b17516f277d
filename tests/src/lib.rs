//! What the runners and the tests of this package share: reading captures from a folder, running the kernel's
//! own cases ([`conformance`]), dumping captured address spaces ([`dump`]), callbacks that follow a script ([`script`]),
//! the tables of a scenario ([`tables`]), lessons compared with the machine ([`lessons`]), walks made from any bytes ([`program`]) and what holds for all of them ([`laws`]),
//! and addresses that are broken ([`addresses`]).

pub mod addresses;
pub mod conformance;
pub mod dump;
pub mod equal;
pub mod files;
pub mod laws;
pub mod lessons;
pub mod program;
pub mod script;
pub mod tables;

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use capture::ptcapture::PtCapture;
use capture::{Capture, ImportError, Importer, Input, Limits, LogError, LoggedWalk, log, parse_log};
use flate2::read::GzDecoder;
use scenario::Library;

/// All scenarios.
pub static LIBRARY: Library = Library::whole(&[callers::SCENARIOS]);

/// The captures of this repository.
pub fn default_dir() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("captures")
}

/// A capture cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// A file or folder cannot be read or unpacked.
    #[error("{}: {source}", .path.display())]
    Io {
        /// Which one.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file unpacks to more than any capture has.
    #[error("{}: unpacks to more than {} MiB", .path.display(), .limit >> 20)]
    TooLarge {
        /// Which one.
        path: PathBuf,
        /// The limit in bytes.
        limit: usize,
    },
    /// A text is not UTF-8.
    #[error("{}: not a text", .0.display())]
    NotText(PathBuf),
    /// A `tables.json.gz` is not a capture.
    #[error("{}: {source}", .path.display())]
    Image {
        /// Which one.
        path: PathBuf,
        /// Why.
        source: ImportError,
    },
    /// A log is not a log.
    #[error("{}: {source}", .path.display())]
    Log {
        /// Which one.
        path: PathBuf,
        /// Why.
        source: LogError,
    },
    /// A folder without captures.
    #[error("{}: no capture here: neither tables.json.gz nor folders that have one", .0.display())]
    Empty(PathBuf),
}

impl LoadError {
    /// Whether this is a well-formed capture of a machine that is not modelled, rather than bad input.
    pub const fn is_unknown_model(&self) -> bool {
        matches!(self, Self::Image { source: ImportError::UnknownModel { .. }, .. })
    }
}

/// The folders with a `tables.json.gz`: `dir` itself, or those in it, by name.
///
/// # Errors
/// [`LoadError::Io`] when the folder cannot be read, [`LoadError::Empty`] when there is nothing in it.
pub fn find(dir: &Path) -> Result<Vec<PathBuf>, LoadError> {
    let is_capture = |dir: &Path| dir.join("tables.json.gz").exists();
    if is_capture(dir) {
        return Ok(vec![dir.to_owned()]);
    }
    let mut found: Vec<PathBuf> = list(dir)?.into_iter().filter(|path| is_capture(path)).collect();
    found.sort();
    if found.is_empty() { Err(LoadError::Empty(dir.to_owned())) } else { Ok(found) }
}

fn list(dir: &Path) -> Result<Vec<PathBuf>, LoadError> {
    let failed = |source| LoadError::Io { path: dir.to_owned(), source };
    std::fs::read_dir(dir)
        .map_err(failed)?
        .map(|entry| entry.map(|entry| entry.path()).map_err(failed))
        .collect()
}

/// Unpacks a gzip file of at most `limit` bytes.
fn unpack(path: &Path, limit: usize) -> Result<Vec<u8>, LoadError> {
    read(path, GzDecoder::new(open(path)?), limit)
}

/// Reads a text of at most `limit` bytes, from a gzip file if that is its name.
fn read_text(path: &Path, limit: usize) -> Result<String, LoadError> {
    let packed = path.extension().is_some_and(|extension| extension == "gz");
    let bytes = if packed { unpack(path, limit)? } else { read(path, open(path)?, limit)? };
    String::from_utf8(bytes).map_err(|_| LoadError::NotText(path.to_owned()))
}

fn open(path: &Path) -> Result<File, LoadError> {
    File::open(path).map_err(|source| LoadError::Io { path: path.to_owned(), source })
}

fn read(path: &Path, from: impl Read, limit: usize) -> Result<Vec<u8>, LoadError> {
    let mut bytes = Vec::new();
    // One byte more than allowed, to see that there is more: a gzip bomb is never unpacked.
    from.take(limit as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(|source| LoadError::Io { path: path.to_owned(), source })?;
    if bytes.len() > limit {
        return Err(LoadError::TooLarge { path: path.to_owned(), limit });
    }
    Ok(bytes)
}

/// Reads the page tables of a capture, and the VMAs of its process if they are there.
///
/// # Errors
/// [`LoadError`] names the file and what is wrong in it.
pub fn load_image(dir: &Path) -> Result<Capture, LoadError> {
    let path = dir.join("tables.json.gz");
    let json = unpack(&path, Limits::ALL.bytes)?;
    let read = PtCapture.read(&Input::native(&json));
    let (capture, _) = read.map_err(|source| LoadError::Image { path: path.clone(), source })?;
    let path = dir.join("vmas.json");
    if !path.exists() {
        return Ok(capture);
    }
    let json = std::fs::read(&path).map_err(|source| LoadError::Io { path: path.clone(), source })?;
    let areas = Input::native(&json).json();
    areas.and_then(|areas| capture.with_vmas(areas)).map_err(|source| LoadError::Image { path, source })
}

/// Reads all walk logs of a capture, by file name.
///
/// # Errors
/// [`LoadError`] names the file and what is wrong in it.
pub fn load_logs(dir: &Path) -> Result<Vec<(PathBuf, Vec<LoggedWalk>)>, LoadError> {
    let is_log = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        name.starts_with("walk-") && name.ends_with(".log.gz")
    };
    let mut paths: Vec<PathBuf> = list(dir)?.into_iter().filter(is_log).collect();
    paths.sort();
    paths
        .into_iter()
        .map(|path| {
            let text = read_text(&path, log::MAX_BYTES)?;
            let walks = parse_log(&text).map_err(|source| LoadError::Log { path: path.clone(), source })?;
            Ok((path, walks))
        })
        .collect()
}
