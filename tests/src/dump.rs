//! Dumps of captured address spaces, against what the captured kernel's debugfs printed.

use std::fmt;
use std::path::{Path, PathBuf};

use actors::Actor;
use capture::Capture;
use mm::MmId;
use pagewalk::{Fault, Revision, Status};
use pgtable::PhysAddr;
use ptdump::Ptdump;
use ptdump::dump::{Dump, Layout, Plan, View};

use crate::{LoadError, list, read_text};

/// Largest text of a dump, in bytes. The captured kernels' have up to 26,000.
const MAX_BYTES: usize = 16 << 20;

/// Steps after which a dump counts as endless. x86's whole address space takes ten million.
const MAX_STEPS: u64 = 1 << 30;

/// Most lines of a difference that are shown.
const SHOWN: usize = 8;

/// A dump could not be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DumpError {
    /// The architecture has no such file.
    #[error("the kernel has no such dump of {0}")]
    NoSuchFile(&'static str),
    /// The image lacks the address space.
    #[error("the image has no mm {0:?}")]
    NoMm(&'static str),
    /// The walk cannot go on.
    #[error("after {} lines: {fault}", .lines)]
    Fault {
        /// Lines that were finished.
        lines: usize,
        /// Why.
        fault: Fault,
    },
    /// The walk does not end.
    #[error("the walk does not end")]
    Endless,
}

/// Makes the dump of a captured machine that a read of the debugfs file `view` makes.
///
/// # Errors
/// [`DumpError`] says why there is none.
pub fn dump(capture: &Capture, view: View, revision: Revision) -> Result<Dump, DumpError> {
    let model = capture.model();
    let captured = |name: &str| capture.layout.get(name);
    let plan = Plan::new(view, &Layout::captured(model, &captured));
    let no_such_file = DumpError::NoSuchFile(model.title);
    let plan = plan.ok_or_else(|| no_such_file.clone())?;
    let (mm, mm_name) = match view {
        View::Kernel => (MmId::INIT_MM, "init_mm"),
        View::CurrentKernel | View::CurrentUser => (MmId::USER, "current"),
        // Captures have no efi_mm.
        View::Efi => return Err(DumpError::NoMm("efi_mm")),
    };
    if capture.world.mm(mm).is_none() {
        return Err(DumpError::NoMm(mm_name));
    }
    // Without page-table isolation the file shows the only root there is.
    let user_half = capture.roots.get("current_pti_user").filter(|_| view == View::CurrentUser);
    let mut walk = Ptdump::new(revision, mm, user_half.map(PhysAddr), plan.ranges.clone());
    let mut dump = Dump::new(model, &plan).ok_or(no_such_file)?;
    let mut world = capture.world.clone();
    for _ in 0..MAX_STEPS {
        match walk.step(&mut world, &mut dump) {
            Status::Running => {}
            Status::Done(_) => return Ok(dump),
            Status::Waiting(lock) => {
                let fault = pagewalk::Fault::Deadlock { lock, own: false };
                return Err(DumpError::Fault { lines: dump.lines.len(), fault });
            }
            Status::Faulted(fault) => return Err(DumpError::Fault { lines: dump.lines.len(), fault }),
        }
    }
    Err(DumpError::Endless)
}

/// Counts insecure pages as a read of the debugfs file `check_wx_pages` does, and compares: the answer, and in the lines
/// beside it, if any, what the kernel wrote to its log. Returns what was compared.
///
/// # Errors
/// What differs, or why there is nothing to compare.
pub fn check_wx(capture: &Capture, captured: &str, revision: Revision) -> Result<String, String> {
    let dump = dump(capture, View::Kernel, revision).map_err(|error| error.to_string())?;
    let (format, found) = (dump.dumper.format(), dump.dumper.write_execute());
    let answer = if format.check_wx_passes(found) { "SUCCESS" } else { "FAILED" };
    let message = format.check_wx_message(found);
    // The log is another stream than the file: a capture has them in either order.
    let ours = match captured.lines().collect::<Vec<_>>()[..] {
        [_] => format!("{answer}\n"),
        [.., "SUCCESS" | "FAILED"] => format!("{message}\n{answer}\n"),
        _ => format!("{answer}\n{message}\n"),
    };
    match TextDifference::of(captured, &ours) {
        None => Ok(ours.trim_end().replace('\n', ", ")),
        Some(difference) => Err(difference.to_string()),
    }
}

/// Where two texts differ: what is left without the lines that both begin and both end with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextDifference {
    /// Number of the first line that differs, from 1.
    pub line: usize,
    /// The kernel's lines from there.
    pub kernel: Vec<String>,
    /// Our lines from there.
    pub ours: Vec<String>,
}

impl TextDifference {
    /// Compares two texts to the byte: `None` if they are equal.
    pub fn of(kernel: &str, ours: &str) -> Option<Self> {
        if kernel == ours {
            return None;
        }
        let [mut kernel, mut ours] = [kernel, ours].map(|text| text.split('\n').collect::<Vec<_>>());
        let line = kernel.iter().zip(&ours).take_while(|(kernel, ours)| kernel == ours).count();
        for text in [&mut kernel, &mut ours] {
            text.drain(..line);
        }
        while kernel.last().is_some_and(|last| ours.last() == Some(last)) {
            kernel.pop();
            ours.pop();
        }
        let [kernel, ours] = [kernel, ours].map(|text| text.into_iter().map(str::to_owned).collect());
        Some(Self { line: line + 1, kernel, ours })
    }
}

impl fmt::Display for TextDifference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "from line {} on", self.line)?;
        for (who, lines) in [("kernel ", &self.kernel), ("machine", &self.ours)] {
            for (number, line) in (self.line..).zip(lines).take(SHOWN) {
                write!(f, "\n      {who} {number}: {line:?}")?;
            }
            if lines.len() > SHOWN {
                write!(f, "\n      {who} and {} lines more", lines.len() - SHOWN)?;
            }
            if lines.is_empty() {
                write!(f, "\n      {who} has nothing here")?;
            }
        }
        Ok(())
    }
}

/// The captured texts whose name starts with `prefix`, by file name, packed or not: what follows the prefix, and the
/// text.
///
/// # Errors
/// [`LoadError`] names the file and what is wrong with it.
pub fn load_texts(dir: &Path, prefix: &str) -> Result<Vec<(String, String)>, LoadError> {
    let mut texts = Vec::new();
    let mut paths: Vec<PathBuf> = list(dir)?;
    paths.sort();
    for path in paths {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let unpacked = name.strip_suffix(".gz").unwrap_or(name);
        let kind = unpacked.strip_prefix(prefix).and_then(|rest| rest.strip_suffix(".txt"));
        if let Some(kind) = kind.map(str::to_owned) {
            texts.push((kind, read_text(&path, MAX_BYTES)?));
        }
    }
    Ok(texts)
}
