//! ptdump's text beside the walk that makes it: which line belongs to which steps, and to which entries.
//!
//! The dump is made once, while the run is recorded; per line two numbers are kept: after how many actions the first of its
//! entries had been noted, and after how many it was finished. The kernel prints a line when it is finished: with the first
//! entry that is not like the others.

use capture::Capture;
use pagewalk::{Event, Sink};
use pgtable::Model;
use ptdump::dump::{Content, Dump, Layout, Line, Plan, View};
use ptdump::users::Dumped;

use crate::Point;

/// Lines that are shown before and after the current one.
const AROUND: usize = 60;

/// A dump that is being recorded.
#[derive(Clone, Debug)]
pub struct DumpRecord {
    model: &'static Model,
    /// Whether the kernel checks these tables for memory that is writable and executable.
    is_checked: bool,
    dump: Dump,
    /// When each line was made.
    made: Vec<Made>,
    /// Number of actions after which the first entry of the unfinished line had been noted.
    begun: u32,
    /// The same of the first of those entries that have come into no line so far.
    left_out: Option<u32>,
    /// The number of the first line with memory that is writable and executable.
    insecure: Option<u32>,
}

/// When a line was made, in numbers of actions.
#[derive(Clone, Copy, Debug)]
struct Made {
    /// After which the first of its entries had been noted, or of those that it says were left out; of a header, after
    /// which it was printed.
    begun: u32,
    /// After which it was finished.
    finished: u32,
}

/// The lines around a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DumpView {
    /// The lines, in order.
    pub lines: Vec<DumpLine>,
    /// Number of lines that the recording has finished so far, headers included.
    pub known: usize,
    /// Number of lines that are finished at the step.
    pub finished: usize,
    /// Of `init_mm`: what `ptdump_check_wx()` says of all that is recorded.
    pub check: Option<String>,
    /// The number of the first line with memory that is writable and executable.
    pub insecure: Option<u32>,
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
    /// What it is at the step.
    pub state: LineState,
}

/// What a line is at a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineState {
    /// Printed.
    Printed,
    /// It has entries, and more may follow.
    Current,
    /// The next one; no entry of it has been noted. riscv prints no line for what is empty.
    Next,
    /// Behind that.
    Later,
}

const fn is_write_execute(line: &Line) -> bool {
    matches!(line.content, Content::Entries(entries) if entries.w_x)
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
        let is_checked = dumped == Dumped::InitMm;
        let dump = Dump::new(model, &plan)?;
        Some(Self { model, is_checked, dump, made: Vec::new(), begun: 0, left_out: None, insecure: None })
    }

    /// Takes the event of action number `actions`, counted from 1 as in [`Timeline::record_each`](crate::Timeline::record_each).
    pub fn event(&mut self, event: &Event, actions: u32) {
        let open = self.dump.dumper.begun_at();
        self.dump.event(*event);
        let lines = &self.dump.lines[self.made.len()..];
        let is_new = self.dump.dumper.begun_at() != open;
        if lines.iter().any(|line| matches!(line.content, Content::Entries(_))) {
            self.left_out = None;
        } else if is_new {
            self.left_out.get_or_insert(self.begun);
        }
        for line in lines {
            let begun = match line.content {
                Content::Entries(_) => self.begun,
                Content::Skipped(_) => self.left_out.unwrap_or(actions),
                Content::Header(_) => actions,
            };
            if self.insecure.is_none() && is_write_execute(line) {
                self.insecure = Some(self.made.len() as u32);
            }
            self.made.push(Made { begun, finished: actions });
        }
        if is_new {
            self.begun = actions;
        }
    }

    /// The number of the first line that is not finished after `actions` actions.
    fn line_at(&self, actions: u32) -> usize {
        self.made.partition_point(|made| made.finished <= actions)
    }

    fn state(&self, line: usize, actions: u32) -> LineState {
        match line.cmp(&self.line_at(actions)) {
            std::cmp::Ordering::Less => LineState::Printed,
            std::cmp::Ordering::Equal if self.made[line].begun <= actions => LineState::Current,
            std::cmp::Ordering::Equal => LineState::Next,
            std::cmp::Ordering::Greater => LineState::Later,
        }
    }

    /// The lines around the one that is being made after `actions` actions.
    pub fn view(&self, actions: u32) -> DumpView {
        let at = self.line_at(actions);
        let known = self.dump.lines.len();
        let first = at.min(known.saturating_sub(AROUND)).saturating_sub(AROUND);
        let lines = self.dump.lines.iter().enumerate().skip(first).take(2 * AROUND + 1);
        let line = |(number, line): (usize, &Line)| DumpLine {
            number: number as u32,
            text: self.dump.dumper.format().text(line),
            is_header: matches!(line.content, Content::Header(_)),
            is_write_execute: is_write_execute(line),
            state: self.state(number, actions),
        };
        let dumper = &self.dump.dumper;
        let check = self.is_checked.then(|| dumper.format().check_wx_message(dumper.write_execute()));
        DumpView { lines: lines.map(line).collect(), known, finished: at, check, insecure: self.insecure }
    }

    /// The number of actions after which the first entry of a line has been noted.
    pub fn start_of(&self, line: u32) -> Option<u32> {
        self.made.get(line as usize).map(|made| made.begun)
    }

    /// Marks the rows of the tables from which the current line comes: entries of its level in its range.
    pub fn mark(&self, actions: u32, point: &mut Point) {
        let at = self.line_at(actions);
        let Some(Content::Entries(entries)) = self.dump.lines.get(at).map(|line| line.content) else {
            return;
        };
        if self.state(at, actions) != LineState::Current {
            return;
        }
        let level = self.model.table_level(entries.level);
        let field = point.ruler.fields.iter().find(|field| field.level == Some(level));
        let column = point.columns.iter_mut().find(|column| column.level == level);
        let (Some(field), Some(table)) = (field, column.and_then(|column| column.table.as_mut())) else {
            return;
        };
        // The addresses of the slots: those of the field with its bits replaced, the lower ones 0.
        let span = u64::MAX >> (63 - field.high);
        let base = point.ruler.addr.0 & !span;
        for row in &mut table.rows {
            let first = base.wrapping_add(u64::from(row.first) << field.low);
            let last = base.wrapping_add(u64::from(row.last) << field.low);
            // An end of 0 is behind the last address.
            row.noted = first <= entries.end.0.wrapping_sub(1) && last >= entries.start.0;
        }
    }

    /// The whole text, as far as it is recorded.
    pub fn text(&self) -> String {
        self.dump.text()
    }
}
