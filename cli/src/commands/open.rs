//! `pagewalk open FILE… [--ranges | --json]`.

use std::io::Write;

use serde::{Serialize, Serializer};
use serde_json::{Value, json};
use texts::{Frames, Listing, MarkContent, Problem, Range, Step, Walk, joined, merged, printed};

use crate::cores::{CoreArgs, Show, listing};
use crate::files::output;
use crate::outcome::{Exit, Failure};
use crate::wish::{WishArgs, formats};

/// Read a text that another program printed of page tables.
///
/// What it is is recognised: `kernel_page_tables`, QEMU's `info mem` and `info tlb`, crash's `vtop`, gdb-pt-dump, pagemap. Mail
/// quoting, timestamps of the kernel log, colours and broken lines are undone first. What was assumed is listed.
#[derive(Debug, clap::Args)]
#[command(after_long_help = after_help())]
pub(crate) struct Args {
    /// Texts; `-` is standard input. Files that are compressed with gzip are unpacked.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<String>,
    /// One line per mapped range, separated by tabs: start end level perms physical. Of several files, each below a line `# FILE`.
    #[arg(long, conflicts_with = "json")]
    ranges: bool,
    /// The same for a program, with format, program, model and what was assumed.
    #[arg(long)]
    json: bool,
    /// Print a kernel's dump again as v7.3 prints it: clean, whole lines, equal to the byte where the text was not broken.
    #[arg(long, conflicts_with_all = ["json", "ranges"])]
    print: bool,
    #[command(flatten)]
    wish: WishArgs,
    #[command(flatten)]
    core: CoreArgs,
}

fn after_help() -> String {
    format!(
        "\
Ranges:
  start and end are hexadecimal without 0x; the end is exclusive (10000000000000000 at the top of 64 bits).
  level is the kernel's name (pgd p4d pud pmd pte), or - where the text does not tell.
  perms are r w x u g a d: readable, writable, executable, user, global, accessed, dirty;
  - is not given, ? is not told. physical is the first page's address, or -.
  Adjoining ranges that are alike in all of these, and whose frames go on, are one line.
  Of several files each is a list of its own in address order, below a line of # and the file's name.

JSON:
  format, program, model; candidates and models: what fits as well; assumed: a sentence each;
  problems: line, column, what; rights: effective or leaf (the leaf entry's own);
  ranges: as above, null for -, with frames (contiguous, first: only the first page's is known, unknown);
  walks: the entries that vtop printed. Several files are a list under files.

Formats (--format):
{}

Examples:
  sudo cat /sys/kernel/debug/page_tables/kernel | pagewalk open -
  pagewalk open tlb.txt --ranges | awk '$4 ~ /^.wx/'
  pagewalk open mem.txt --json --model riscv64-sv48
  pagewalk open vmcore --ranges
  pagewalk open memory.raw --root 2610000 --model x86_64-4level
  pagewalk open memory.raw --base 80000000 --vmcoreinfo 8ff0a000 --model riscv64-sv57

A core of a machine's memory (ELF or kdump's compressed format: /proc/vmcore, makedumpfile, QEMU's dump-guest-memory) is read where a walk needs it, not whole; its root is that of
init_mm, else that of a CPU's registers, or that of --root. Of a capture (ptcapture-1) the text of debugfs is read.

Exit codes: 0 read, 2 not readable.",
        formats()
    )
}

impl Args {
    pub(crate) fn run(&self) -> Result<Exit, Failure> {
        let wish = self.wish.wish();
        if let [file] = self.files.as_slice()
            && self.core.is_meant(file)
        {
            if self.core.captured(file, wish.machine)?.is_some() {
                let what = "of a capture the text of debugfs is read, which has no root to choose; pagewalk dump and walk take --root";
                return Err(Failure::Asked(format!("{file}: {what}")));
            }
            let show = match (self.ranges, self.json) {
                (true, _) => Show::Ranges,
                (_, true) => Show::Json,
                _ => Show::Text,
            };
            return self.core.open(file, wish.machine, show);
        }
        let mut listings: Vec<(&String, Listing)> = Vec::new();
        // What can be read of the others is shown all the same.
        let mut failed: Option<Failure> = None;
        for name in &self.files {
            match listing(&CoreArgs::default(), name, wish) {
                Ok(listing) => listings.push((name, listing)),
                Err(failure) => {
                    if let Some(before) = failed.replace(failure) {
                        eprintln!("pagewalk: {before}");
                    }
                }
            }
        }
        if listings.is_empty()
            && let Some(failure) = failed
        {
            return Err(failure);
        }
        let mut out = output();
        if self.ranges {
            for (name, listing) in &listings {
                // Which file a line is of cannot be told where there are several.
                if self.files.len() > 1 {
                    writeln!(out, "# {}", name.replace(char::is_control, "?"))?;
                }
                for range in joined(listing.mapped()) {
                    writeln!(out, "{range}")?;
                }
            }
            out.flush()?;
            // What a program does not read is said to the person beside it.
            for (name, listing) in &listings {
                tell(name, listing);
            }
        } else if self.print {
            for (name, listing) in &listings {
                let format = listing.format.name();
                let text = printed(listing).ok_or(Failure::NoPrinter { name: (*name).clone(), format })?;
                out.write_all(text.as_bytes())?;
            }
        } else if self.json {
            let merged: Vec<Vec<Range>> = listings.iter().map(|(_, listing)| merged(listing)).collect();
            let files = listings.iter().zip(&merged);
            let files: Vec<Opened<'_>> =
                files.map(|((name, listing), ranges)| opened(name, listing, ranges)).collect();
            match files.as_slice() {
                [one] => serde_json::to_writer_pretty(&mut out, one),
                all => serde_json::to_writer_pretty(&mut out, &Files { files: all }),
            }
            .map_err(std::io::Error::from)?;
            writeln!(out)?;
        } else {
            for (name, listing) in &listings {
                summary(&mut out, name, listing)?;
            }
        }
        out.flush()?;
        failed.map_or(Ok(Exit::Read), Err)
    }
}

/// Problems and assumptions, on standard error.
fn tell(name: &str, listing: &Listing) {
    for problem in listing.problems.iter() {
        eprintln!("{name}: {problem}");
    }
    if listing.problems.more() > 0 {
        eprintln!("{name}: and {} more", listing.problems.more());
    }
    for sentence in &listing.assumed {
        eprintln!("{name}: {sentence}");
    }
}

fn hex(value: impl std::fmt::LowerHex) -> String {
    format!("{value:x}")
}

/// What `--json` prints. A listing may have millions of ranges: they are written one by one, never held as values.
#[derive(Serialize)]
struct Opened<'a> {
    file: &'a str,
    format: &'static str,
    candidates: &'a [&'static str],
    program: &'a str,
    model: Option<&'static str>,
    models: &'a [&'static str],
    rights: &'static str,
    made_from: &'static str,
    assumed: &'a [String],
    problems: Vec<Value>,
    problems_not_shown: u64,
    lines: u32,
    walks: Each<'a, Walk>,
    ranges: Each<'a, Range>,
}

/// Of several files.
#[derive(Serialize)]
struct Files<'a> {
    files: &'a [Opened<'a>],
}

/// A list of which each entry is made when it is written.
struct Each<'a, T> {
    of: &'a [T],
    make: Box<dyn Fn(&T) -> Value + 'a>,
}

impl<T> Serialize for Each<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.of.iter().map(&self.make))
    }
}

fn range(range: &Range, listing: &Listing) -> Value {
    json!({
        "start": hex(range.start),
        "end": hex(range.end()),
        "level": range.level.map(pgtable::Level::name),
        "perms": range.perms.to_string(),
        "physical": range.frames.first().map(hex),
        "frames": match range.frames {
            Frames::Unknown => "unknown",
            Frames::RunOn(_) => "contiguous",
            Frames::First(_) => "first",
        },
        "rights": listing.rights.name(),
        "line": range.line,
    })
}

fn walk(walk: &Walk) -> Value {
    let step = |step: &Step| json!({ "level": step.level.name(), "slot": step.slot.map(hex), "entry": hex(step.value) });
    let steps: Vec<Value> = walk.steps.iter().map(step).collect();
    json!({ "address": hex(walk.addr), "steps": steps, "line": walk.line })
}

fn opened<'a>(name: &'a str, listing: &'a Listing, ranges: &'a [Range]) -> Opened<'a> {
    let problem =
        |problem: &Problem| json!({ "line": problem.line, "column": problem.column, "what": problem.what });
    Opened {
        file: name,
        format: listing.format.name(),
        candidates: &listing.candidates,
        program: &listing.program,
        model: listing.machine.map(|machine| machine.id),
        models: &listing.machines,
        rights: listing.rights.name(),
        made_from: "ranges of a text: the tables themselves are not known",
        assumed: &listing.assumed,
        problems: listing.problems.iter().map(problem).collect(),
        problems_not_shown: listing.problems.more(),
        lines: listing.lines,
        walks: Each { of: &listing.walks, make: Box::new(walk) },
        ranges: Each { of: ranges, make: Box::new(|of| range(of, listing)) },
    }
}

fn summary(out: &mut impl Write, name: &str, listing: &Listing) -> std::io::Result<()> {
    let ranges = merged(listing);
    writeln!(out, "{name}: {} of {}", listing.format.name(), listing.program)?;
    writeln!(out, "  {}", listing.format.about())?;
    if let Some(machine) = listing.machine {
        let others: Vec<_> = listing.machines.iter().copied().filter(|&id| id != machine.id).collect();
        let others =
            if others.is_empty() { String::new() } else { format!(" ({} fit as well)", others.join(", ")) };
        writeln!(out, "  model: {}{others}", machine.id)?;
    }
    writeln!(out, "  rights: {}", listing.rights.about())?;
    let bytes: u128 = ranges.iter().map(|range| u128::from(range.last - range.start) + 1).sum();
    writeln!(out, "  lines: {}, mapped ranges: {}, mapped bytes: {bytes:#x}", listing.lines, ranges.len())?;
    for sentence in &listing.assumed {
        writeln!(out, "  assumed: {sentence}")?;
    }
    for problem in listing.problems.iter() {
        writeln!(out, "  problem: {problem}")?;
    }
    if listing.problems.more() > 0 {
        writeln!(out, "  problem: and {} more", listing.problems.more())?;
    }
    let mut headers = listing.marks.iter().filter_map(|mark| match &mark.content {
        MarkContent::Header(header) => Some((mark.row, header.as_str())),
        MarkContent::Skipped(_) => None,
    });
    // Headers stand before the first mapped range that is theirs; a listing that is not in order has none to show.
    let in_order = listing.rows.windows(2).all(|pair| pair[0].start <= pair[1].start);
    let mut next = if in_order { headers.next() } else { None };
    writeln!(out, "  {:>16} {:>17} level perms   rights    physical", "start", "end")?;
    for range in &ranges {
        while let Some((row, header)) = next
            && listing.rows.get(row).is_none_or(|row| row.start <= range.start)
        {
            writeln!(out, "  -- {header}")?;
            next = headers.next();
        }
        let physical = match range.frames {
            Frames::Unknown => "-".to_owned(),
            Frames::RunOn(physical) => hex(physical),
            Frames::First(physical) => format!("{physical:x} (first page)"),
        };
        writeln!(
            out,
            "  {:>16x} {:>17x} {:<5} {} {:<9} {physical}",
            range.start,
            range.end(),
            range.level_name(),
            range.perms,
            listing.rights.name()
        )?;
    }
    Ok(())
}
