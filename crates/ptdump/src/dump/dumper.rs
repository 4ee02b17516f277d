//! Merging notes into lines: `note_page()` as a machine that can stop after any note.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use pagewalk::{Event, Sink};
use pgtable::{Level, Model, PhysAddr, RawEntry, VirtAddr};

use super::format::CheckWx;
use super::{Content, Entries, Format, Headers, Line, Marker, Note, Noted, Plan};

/// Pages that the kernel counts as insecure (`note_wx()`, `note_prot_wx()`, `note_prot_uxn()`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct WriteExecute {
    /// Pages that are writable and executable.
    pub pages: u64,
    /// arm64: pages that user mode may execute.
    pub non_uxn_pages: u64,
}

/// Like entries that were noted one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Run {
    start: VirtAddr,
    level: Level,
    prot: u64,
    effective: u64,
    pa: Option<PhysAddr>,
    /// Number of the first of the notes.
    first_note: u64,
}

/// `struct pg_state`: takes notes, gives lines.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Dumper {
    model: &'static Model,
    format: &'static Format,
    markers: Vec<Marker>,
    /// Where the last line ends.
    end: VirtAddr,
    /// What is not printed yet; `None` before the first note and after the last line.
    run: Option<Run>,
    /// Which region's lines are being printed.
    marker: usize,
    /// Lines of this region, printed or not.
    lines: u64,
    /// Number of the first note that is in no line because its region had too many.
    first_skipped: u64,
    /// x86: what each level leaves of the protection.
    prot_levels: [u64; 5],
    /// Notes so far.
    notes: u64,
    write_execute: WriteExecute,
}

impl Dumper {
    /// A dump that has not started. `None` where the kernel has no such dumper.
    pub fn new(model: &'static Model, plan: &Plan) -> Option<Self> {
        Some(Self {
            model,
            format: Format::of(model)?,
            markers: plan.markers.clone(),
            end: plan.end,
            run: None,
            marker: 0,
            lines: 0,
            first_skipped: 0,
            prot_levels: [0; 5],
            notes: 0,
            write_execute: WriteExecute::default(),
        })
    }

    /// How the lines look.
    pub const fn format(&self) -> &'static Format {
        self.format
    }

    /// Notes taken so far.
    pub const fn notes(&self) -> u64 {
        self.notes
    }

    /// Number of the first note of the line that is not finished yet; `None` before the first note and after the last line.
    pub const fn begun_at(&self) -> Option<u64> {
        match self.run {
            Some(run) => Some(run.first_note),
            None => None,
        }
    }

    /// The insecure pages of the finished lines, skipped ones included.
    pub const fn write_execute(&self) -> WriteExecute {
        self.write_execute
    }

    /// Takes an event of ptdump's walk and appends the lines that it finishes.
    pub fn event(&mut self, event: &Event, lines: &mut Vec<Line>) {
        match event {
            Event::Callback { call, reply } => {
                let noted = Noted::of(call, reply);
                if let Some(entry) = noted.effective_prot {
                    self.effective_prot(entry.level, entry.value);
                }
                if let Some(note) = noted.note {
                    self.note_page(note, lines);
                }
            }
            Event::NotePageFlush => self.note_page_flush(lines),
            _ => {}
        }
    }

    /// `effective_prot()`: what the entry of `level` and those above it leave of the protection.
    pub fn effective_prot(&mut self, level: Level, value: RawEntry) {
        if let Some(rule) = self.format.effective {
            let own = value.0 & self.format.tracked;
            let above = level.upper().map(|upper| self.prot_levels[upper as usize]);
            self.prot_levels[level as usize] = above.map_or(own, |above| rule.combine(above, own));
        }
    }

    /// `note_page()`: goes on with the line at hand, or finishes it.
    pub fn note_page(&mut self, note: Note, lines: &mut Vec<Line>) {
        let value = note.value.0;
        // A level above pmd that has no tables of its own is the root's by another name. arm64 and riscv say so when
        // they print; x86 never gets there.
        let level = match note.level {
            Level::P4d | Level::Pud if self.model.is_folded(note.level) => Level::Pgd,
            level => level,
        };
        let new = Run {
            start: note.addr,
            level,
            prot: self.format.kept.map_or(value & self.format.tracked, |kept| kept(level, value)),
            effective: if value == 0 { 0 } else { self.prot_levels[note.level as usize] },
            pa: self.format.pa.map(|pa| PhysAddr(pa(value))),
            first_note: self.notes,
        };
        match self.run {
            None => {
                self.header(lines);
                while self.format.headers == Headers::AllFromFirst && self.next_region_begins(note.addr) {
                    self.next_header(lines);
                }
                let start = if self.format.first_note_starts { note.addr } else { VirtAddr(0) };
                self.run = Some(Run { start, ..new });
            }
            Some(run)
                if (run.level, run.prot, run.effective) != (new.level, new.prot, new.effective)
                    || self.next_region_begins(note.addr) =>
            {
                self.finish(run, note.addr, lines);
                self.run = Some(new);
            }
            Some(_) => {}
        }
        self.end_of_note(note.addr, lines);
        self.notes += 1;
    }

    /// `note_page_flush()`: finishes the last line. A dump without notes is a header and no more.
    pub fn note_page_flush(&mut self, lines: &mut Vec<Line>) {
        match self.run.take() {
            None => self.header(lines),
            Some(run) => self.finish(run, self.end, lines),
        }
        self.end_of_note(self.end, lines);
    }

    fn end_of_note(&mut self, addr: VirtAddr, lines: &mut Vec<Line>) {
        if self.format.headers == Headers::OnePerBreakAndNote && self.next_region_begins(addr) {
            self.next_header(lines);
        }
    }

    fn next_region_begins(&self, addr: VirtAddr) -> bool {
        self.markers.get(self.marker + 1).is_some_and(|next| addr >= next.start)
    }

    /// A break: a line, and the headers that are due.
    fn finish(&mut self, run: Run, end: VirtAddr, lines: &mut Vec<Line>) {
        let subject = if self.format.effective.is_some() { run.effective } else { run.prot };
        let pages = (end - run.start) >> self.model.page_shift;
        let exempt = self.format.exempt.is_some_and(|exempt| exempt(self.model) == end);
        let counts = (subject != 0 || !self.format.zero_is_hole) && !exempt;
        // Asked of the effective protection where that is known, and never of 0.
        let w_x = counts && self.model.make.prot.is_write_execute(subject);
        if w_x {
            self.write_execute.pages = self.write_execute.pages.wrapping_add(pages);
        }
        if subject != 0 && self.format.non_uxn.is_some_and(|non_uxn| non_uxn.hold(subject)) {
            self.write_execute.non_uxn_pages = self.write_execute.non_uxn_pages.wrapping_add(pages);
        }
        let Run { start, level, prot, effective, pa, first_note } = run;
        let most = self.markers.get(self.marker).and_then(|marker| marker.max_lines);
        if most.is_some_and(|most| self.lines >= most) {
            if most == Some(self.lines) {
                self.first_skipped = first_note;
            }
        } else if prot != 0 || self.format.empty_lines {
            let entries = Entries { start, end, level, prot, effective, pa, w_x };
            lines.push(Line { content: Content::Entries(entries), notes: first_note..self.notes });
        }
        self.lines += 1;
        while self.next_region_begins(end) {
            if let Some(skipped) =
                most.and_then(|most| self.lines.checked_sub(most)).filter(|&count| count > 0)
            {
                lines
                    .push(Line { content: Content::Skipped(skipped), notes: self.first_skipped..self.notes });
            }
            self.next_header(lines);
            if !matches!(self.format.headers, Headers::AllAtBreak | Headers::AllFromFirst) {
                break;
            }
        }
    }

    fn next_header(&mut self, lines: &mut Vec<Line>) {
        self.marker += 1;
        self.lines = 0;
        self.header(lines);
    }

    fn header(&self, lines: &mut Vec<Line>) {
        if let Some(marker) = self.markers.get(self.marker) {
            lines.push(Line { content: Content::Header(marker.name), notes: self.notes..self.notes });
        }
    }
}

impl Format {
    /// Whether `ptdump_check_wx()` is content, which `check_wx_pages` answers with `SUCCESS` or `FAILED`
    /// (`check_wx_show()`, mm/ptdump.c).
    pub const fn check_wx_passes(&self, found: WriteExecute) -> bool {
        found.pages == 0 && found.non_uxn_pages == 0
    }

    /// What `ptdump_check_wx()` writes to the kernel's log.
    pub fn check_wx_message(&self, found: WriteExecute) -> String {
        let CheckWx { prefix, failed, which, suffix } = &self.check_wx;
        let WriteExecute { pages, non_uxn_pages } = found;
        let result = if self.check_wx_passes(found) {
            format!("passed, no {which}W+X pages found")
        } else if self.non_uxn.is_some() {
            format!("{failed}, {pages} W+X pages found, {non_uxn_pages} non-UXN pages found")
        } else {
            format!("{failed}, {pages} W+X pages found")
        };
        format!("{prefix}Checked W+X mappings: {result}{suffix}")
    }
}

/// A dump with its lines: give it to [`Actor::step`](actors::Actor::step) as the sink.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Dump {
    /// The state between two notes.
    pub dumper: Dumper,
    /// The lines so far.
    pub lines: Vec<Line>,
}

impl Dump {
    /// A dump that has not started. `None` where the kernel has no such dumper.
    pub fn new(model: &'static Model, plan: &Plan) -> Option<Self> {
        Some(Self { dumper: Dumper::new(model, plan)?, lines: Vec::new() })
    }

    /// The text so far, each line with its newline.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for line in &self.lines {
            // Writing to a String cannot fail.
            let _ = self.dumper.format.write(line, &mut text);
            text.push('\n');
        }
        text
    }
}

impl Sink for Dump {
    fn event(&mut self, event: Event) {
        self.dumper.event(&event, &mut self.lines);
    }
}
