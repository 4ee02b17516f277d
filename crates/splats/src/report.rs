//! A text taken apart into splats: header, kernel, machine, frames, locks.

mod header;

use decode::clean;

use crate::trace::Frame;
use crate::version::Version;

pub use header::Kind;

/// A lock that lockdep says is held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// Its name: `&mm->mmap_lock`.
    pub name: String,
    /// The function that took it.
    pub at: String,
}

/// One splat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Splat {
    /// The line that it begins on, from 1.
    pub line: usize,
    /// What it is.
    pub kind: Kind,
    /// Its first line.
    pub header: String,
    /// The kernel's version.
    pub version: Option<Version>,
    /// The name of a model of the architecture that the registers are of.
    pub machine: Option<&'static str>,
    /// The call trace, innermost first: the function at fault, then its callers.
    pub frames: Vec<Frame>,
    /// Who freed the memory, of a report that says so.
    pub freed: Vec<Frame>,
    /// Functions in the chains of a lockdep report.
    pub chains: Vec<Frame>,
    /// The locks that are held, if lockdep says.
    pub held: Option<Vec<Held>>,
    /// The lock that a lockdep report says is asked for, and by whom.
    pub wanted: Option<Held>,
    /// The lock that it says is held meanwhile.
    pub holds: Option<Held>,
    /// The locks of its chain, as it has them: the one that was taken last first.
    pub chain: Vec<String>,
    /// Assertions and other inlined functions that its headers name, as syzbot writes them: innermost first.
    pub named: Vec<String>,
    /// Marks that only a kernel with lockdep prints.
    pub lockdep: Option<&'static str>,
    /// Lines that stood before it and belong to it: a condition, a W+X finding.
    pub before: Vec<String>,
    /// The lowest address of the kernel that it has.
    lowest: Option<u64>,
}

impl Splat {
    /// Takes the assertions that a line names.
    fn names(&mut self, line: &str) {
        let is_one = |word: &&str| {
            ["mmap_assert_", "rwsem_assert_", "vma_assert_"].iter().any(|start| word.starts_with(start))
        };
        let words = line.split(|of: char| !(of.is_ascii_alphanumeric() || of == '_')).filter(is_one);
        let room = 16usize.saturating_sub(self.named.len());
        self.named.extend(words.take(room).map(|word| word.chars().take(80).collect()));
    }

    fn new(line: usize, kind: Kind, header: &str) -> Self {
        Self {
            line,
            kind,
            header: header.chars().take(200).collect(),
            version: None,
            machine: None,
            frames: Vec::new(),
            freed: Vec::new(),
            chains: Vec::new(),
            held: None,
            wanted: None,
            holds: None,
            chain: Vec::new(),
            named: Vec::new(),
            lockdep: None,
            before: Vec::new(),
            lowest: None,
        }
    }
}

/// Most that is kept of one text.
const MOST_SPLATS: usize = 200;
/// Most frames of one trace. A stack has room for some hundred.
const MOST_FRAMES: usize = 400;

/// Which list the next frame belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Section {
    Trace,
    Freed,
    Chain,
    /// Behind "is trying to acquire lock".
    Wanted,
    /// Behind "but task is already holding lock".
    Holds,
    Other,
}

/// Every splat of a text, in its order.
pub fn splats(text: &str) -> Vec<Splat> {
    let mut reader =
        Reader { all: Vec::new(), section: Section::Trace, pending: Vec::new(), after_cut: false };
    for line in clean::lines(text).filter(|line| !clean::is_row(&line.text)) {
        reader.read(line.number, &line.text);
    }
    for splat in &mut reader.all {
        if let (Some(machine), Some(addr)) = (splat.machine, splat.lowest) {
            splat.machine = Some(header::wide_enough(machine, addr));
        }
    }
    reader.all
}

struct Reader {
    all: Vec<Splat>,
    section: Section,
    pending: Vec<String>,
    /// Whether the line before is `---[ cut here ]---`: since v6.18 the condition of the warning may follow.
    after_cut: bool,
}

impl Reader {
    fn read(&mut self, number: usize, line: &str) {
        let after_cut = std::mem::replace(&mut self.after_cut, line.contains("[ cut here ]"));
        if header::is_prelude(line) || after_cut && Kind::of(line).is_none() {
            self.pending.push(line.chars().take(200).collect());
            let from = self.pending.len().saturating_sub(4);
            self.pending.drain(..from);
            return;
        }
        let bare = || if self.all.is_empty() { Kind::of_bare_trace(line) } else { None };
        if let Some(kind) = Kind::of(line).or_else(bare) {
            let same = self
                .all
                .last()
                .is_some_and(|last| last.kind.goes_on_as(&kind, last.frames.len(), number - last.line));
            if same && let Some(last) = self.all.last_mut() {
                last.names(line);
            } else if !same && self.all.len() < MOST_SPLATS {
                let mut splat = Splat::new(number, kind, line);
                splat.before = std::mem::take(&mut self.pending);
                splat.machine =
                    splat.before.iter().map(String::as_str).chain([line]).find_map(header::machine);
                splat.lowest = header::kernel_address(line);
                // The function at fault is in the header.
                splat.frames.extend(Frame::anywhere(line));
                splat.names(line);
                self.all.push(splat);
                self.section = Section::Trace;
            }
            return;
        }
        if let Some(splat) = self.all.last_mut() {
            self.section = section(line, self.section, &splat.kind);
            detail(splat, line, self.section);
        }
    }
}

fn section(line: &str, now: Section, kind: &Kind) -> Section {
    let starts = |all: &[&str]| all.iter().any(|start| line.starts_with(start));
    if starts(&["Freed by task", "page last free"]) {
        Section::Freed
    } else if starts(&[
        "Allocated by task",
        "page last alloc",
        "Last potentially",
        "Second to last",
        "The buggy address",
        "Memory state",
    ]) {
        Section::Other
    } else if matches!(kind, Kind::Lockdep(_)) && line.ends_with("is trying to acquire lock:") {
        Section::Wanted
    } else if matches!(kind, Kind::Lockdep(_)) && line.ends_with("is already holding lock:") {
        Section::Holds
    } else if matches!(kind, Kind::Lockdep(_))
        && starts(&["-> #", "the existing dependency", "which lock already"])
    {
        Section::Chain
    } else if starts(&["stack backtrace", "Call Trace", "Call trace"]) {
        // Of a KASAN report the first trace is that of the access, and a free's has no heading of its own.
        if matches!(now, Section::Freed) { now } else { Section::Trace }
    } else if starts(&["---[ end trace"]) {
        Section::Other
    } else {
        now
    }
}

fn detail(splat: &mut Splat, line: &str, section: Section) {
    if splat.version.is_none() {
        splat.version = Version::at_start(line).or_else(|| Version::in_line(line));
    }
    if splat.machine.is_none() {
        splat.machine = header::machine(line);
    } else if let Some(whole) = header::pgtable(line) {
        splat.machine = Some(whole);
    }
    if let Some(addr) = header::kernel_address(line) {
        splat.lowest = Some(splat.lowest.map_or(addr, |before| before.min(addr)));
    }
    if splat.lockdep.is_none() {
        splat.lockdep = header::lockdep_mark(line);
    }
    if header::no_locks(line) {
        splat.held.get_or_insert_default();
    } else if let Some(lock) = header::held(line) {
        let held = splat.held.get_or_insert_default();
        if held.len() < 64 {
            held.push(lock);
        }
        return;
    }
    match section {
        Section::Wanted if splat.wanted.is_none() => splat.wanted = header::lock(line),
        Section::Holds if splat.holds.is_none() => splat.holds = header::lock(line),
        Section::Chain if splat.chain.len() < 64 => splat.chain.extend(header::of_chain(line)),
        _ => {}
    }
    // Registers name the function at fault.
    if header::is_pc(line) {
        splat.names(line);
        if let Some(frame) = Frame::anywhere(line)
            && section == Section::Trace
            && !splat.frames.iter().any(|of| of.function == frame.function)
        {
            splat.frames.insert(0, frame);
        }
        return;
    }
    let list = match section {
        Section::Trace => &mut splat.frames,
        Section::Freed => &mut splat.freed,
        Section::Chain => &mut splat.chains,
        Section::Wanted | Section::Holds | Section::Other => return,
    };
    if list.len() < MOST_FRAMES
        && let Some(frame) = Frame::new(line)
        && !header::is_reporter(&frame.function)
    {
        list.push(frame);
    }
}
