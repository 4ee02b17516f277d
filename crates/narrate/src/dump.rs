//! ptdump's text beside the walk that makes it: which line belongs to which steps.
//!
//! The dump is made once, while the run is recorded; per line only the action after which it was finished is kept. The line
//! that a step adds to is the first one that is not finished then.

use actors::dump::{Content, Dump, Layout, Plan, View};
use actors::ptdump_users::Dumped;
use pagewalk::{Event, Sink};
use scenario::capture::Capture;

/// Lines that are shown before and after the current one.
const AROUND: usize = 12;

/// A dump that is being recorded.
#[derive(Clone, Debug)]
pub struct DumpRecord {
    dump: Dump,
    /// Number of actions after which each line was finished.
    finished: Vec<u32>,
}

/// The lines around a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DumpView {
    /// The lines, in order.
    pub lines: Vec<DumpLine>,
    /// Number of lines finished so far by the recording.
    pub known: usize,
    /// Number of lines that are finished at the step.
    pub finished: usize,
}

/// One line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DumpLine {
    /// Its number in the dump, from 0.
    pub number: u32,
    /// As the kernel prints it.
    pub text: String,
    /// A header: the name of a region.
    pub is_header: bool,
    /// Memory that is writable and executable.
    pub is_write_execute: bool,
    /// Whether the step adds to it, or is before it was begun.
    pub is_current: bool,
}

impl DumpRecord {
    /// What `ptdump_walk_pgd()` prints of an mm, or of the user half of its root; `None` where the kernel has no such file.
    pub fn new(capture: &Capture, dumped: Dumped, user_half: bool) -> Option<Self> {
        let model = capture.model();
        let view = match (dumped, user_half) {
            (Dumped::InitMm, _) => View::Kernel,
            (Dumped::Current, false) => View::CurrentKernel,
            (Dumped::Current, true) => View::CurrentUser,
            (Dumped::EfiMm, _) => View::Efi,
        };
        let named = |name: &str| capture.layout.get(name);
        let is_captured = capture.layout.iter().next().is_some();
        let layout = if is_captured { Layout::captured(model, &named) } else { Layout::of_model(model) };
        let plan = Plan::new(view, &layout)?;
        Some(Self { dump: Dump::new(model, &plan)?, finished: Vec::new() })
    }

    /// Takes the event of action number `actions`.
    pub fn event(&mut self, event: &Event, actions: u32) {
        self.dump.event(*event);
        self.finished.resize(self.dump.lines.len(), actions);
    }

    /// The number of the line that is not finished after `actions` actions.
    fn line_at(&self, actions: u32) -> usize {
        self.finished.partition_point(|&finished| finished <= actions)
    }

    /// The lines around the one that is being made after `actions` actions.
    pub fn view(&self, actions: u32) -> DumpView {
        let at = self.line_at(actions);
        let known = self.dump.lines.len();
        let first = at.min(known.saturating_sub(AROUND)).saturating_sub(AROUND);
        let lines = self.dump.lines.iter().enumerate().skip(first).take(2 * AROUND + 1);
        let line = |(number, line): (usize, &actors::dump::Line)| DumpLine {
            number: number as u32,
            text: self.dump.dumper.format().text(line),
            is_header: matches!(line.content, Content::Header(_)),
            is_write_execute: matches!(line.content, Content::Entries(entries) if entries.w_x),
            is_current: number == at,
        };
        DumpView { lines: lines.map(line).collect(), known, finished: at }
    }

    /// The number of actions after which the first entry of a line has been noted.
    pub fn start_of(&self, line: u32) -> u32 {
        let before = (line as usize).checked_sub(1).and_then(|before| self.finished.get(before));
        before.copied().unwrap_or(1)
    }

    /// The whole text, as far as it is recorded.
    pub fn text(&self) -> String {
        self.dump.text()
    }
}
