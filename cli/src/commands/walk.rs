//! `pagewalk walk FILE --start … --end …`, `pagewalk walk --call CALL`.

mod call;

use std::io::{self, Write as _};

use callers::site::assertion;
use mm::{LockMode, MmId, Task, World};
use narrate::locks::Failed;
use pagewalk::release::Nearest;
use pagewalk::{
    Args as WalkArgs, Call, Callback, Callbacks, EntryPoint, Event, Release, Reply, Revision, Sink, Status,
    Walk, WalkOps,
};
use pgtable::VirtAddr;
use serde_json::{Value, json};
use texts::{Machine, Wish};

use crate::bench::hex;
use crate::cores::{CoreArgs, address};
use crate::files::{listing, output};
use crate::outcome::{Exit, Failure};

/// Walk the tables of a machine's memory, of a capture or of a text, as mm/pagewalk.c of a kernel does.
///
/// Each function, each assertion, each callback and each hole is a line. The file is a core, a raw image with --root and --model, a
/// capture (ptcapture-1), or a text that `pagewalk open` reads: of that the tables are built from its ranges, and marked so.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Functions: walk_kernel_page_table_range (the default), walk_kernel_page_table_range_lockless, walk_page_range_debug,
walk_page_range_novma. One that a kernel does not have is the one that does its work there.
Kernels: v6.16 patch v6.17 v6.18 v7.1 v7.3 v6.12.107 v6.6.153 v6.1.192, or what `uname -r` prints: then the nearest of these

Examples:
  pagewalk walk vmcore --start ffff888000000000 --end ffff888000400000
  pagewalk walk tlb.txt --start 400000 --end 600000
  pagewalk walk vmcore --start ffffffff81000000 --end ffffffff81200000 --function walk_page_range_debug --lock read --kernel v6.17
  pagewalk walk --call 'v1/call/x86_64-4level/v7.3?fn=walk_page_range&lock=read&do=pmd_entry@leaf:continue'

Exit codes: 0 walked, 2 not readable or wrongly asked.")]
pub(crate) struct Args {
    /// A core, a raw image, a capture or a text.
    #[arg(value_name = "FILE", required_unless_present = "call")]
    file: Option<String>,
    /// The first address.
    #[arg(long, value_name = "HEX", value_parser = address, required_unless_present = "call")]
    start: Option<u64>,
    /// The address behind the last one.
    #[arg(long, value_name = "HEX", value_parser = end, required_unless_present = "call")]
    end: Option<u64>,
    /// A call of your own, as the page's address has it (v1/call/...) or in a file: function, mm, VMAs, entries, locks, and what callbacks
    /// do (docs/formats.md). FILE gives the tables if the call names those of a file.
    #[arg(long, value_name = "CALL", conflicts_with_all = ["start", "end", "function", "lock", "kernel"])]
    call: Option<String>,
    /// How the caller holds init_mm's lock.
    #[arg(long, value_name = "MODE", default_value = "read", value_parser = ["none", "read", "write"])]
    lock: String,
    /// Whose walker.
    #[arg(long, value_name = "VERSION", default_value = "v7.3", value_parser = kernel)]
    kernel: Kernel,
    /// Which function walks.
    #[arg(long, value_name = "NAME", default_value = "walk_kernel_page_table_range", value_parser = function)]
    function: EntryPoint,
    /// Whose tables they are, where the core does not tell.
    #[arg(long, value_name = "NAME", value_parser = Machine::named)]
    model: Option<Machine>,
    /// Most lines.
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    most: usize,
    /// For a program.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    core: CoreArgs,
}

/// The end of a range; that of the last page, 2^64, is 0 in a register, and there the kernel refuses the walk.
fn end(text: &str) -> Result<u64, String> {
    let digits = text.strip_prefix("0x").unwrap_or(text);
    if digits.strip_prefix('1').is_some_and(|zeros| zeros.len() == 16 && zeros.bytes().all(|of| of == b'0')) {
        return Ok(0);
    }
    address(text)
}

/// A row, and what is to be said where it is not the very kernel that was named.
#[derive(Clone, Debug)]
struct Kernel {
    row: Revision,
    /// That of the release that was named.
    version: (u16, u16),
    note: Option<String>,
}

fn kernel(name: &str) -> Result<Kernel, String> {
    if let Some(row) = Revision::from_id(name) {
        return Ok(Kernel { row, version: row.row().version, note: None });
    }
    let Some(release) = Release::parse(name) else {
        let ids = Revision::ALL.map(Revision::id).join(", ");
        return Err(format!("there is no kernel \u{201c}{name}\u{201d} here; there are {ids}"));
    };
    let Nearest { revision: row, why, .. } = release.nearest();
    let note =
        Some(format!("the nearest row to {name} is {}, whose walker walks: {release} {why}", row.id()));
    Ok(Kernel { row, version: (release.major, release.minor), note })
}

fn function(name: &str) -> Result<EntryPoint, String> {
    let without_vmas = EntryPoint::ALL.into_iter().filter(|entry| !entry.has_vmas());
    let name = name.trim_end_matches("()");
    without_vmas.clone().find(|entry| entry.func().name() == name).ok_or_else(|| {
        let names: Vec<&str> = without_vmas.map(|entry| entry.func().name()).collect();
        format!("a core has no VMAs; functions that walk without are {}", names.join(", "))
    })
}

/// Steps after which a walk is stopped: a tree that leads to itself has pages without end.
const MOST_STEPS: u64 = 50_000_000;

/// Every callback is set, and each returns 0.
struct Look;

impl WalkOps for Look {
    fn callbacks(&self) -> Callbacks {
        Callbacks::WITHOUT_VMA
    }

    fn call(&mut self, _: &Call, _: &mut World) -> Reply {
        Reply::default()
    }
}

/// What is told of a walk.
struct Told {
    /// Whose assertions they are.
    kernel: Revision,
    lines: Vec<(String, Value)>,
    most: usize,
    more: u64,
}

impl Sink for Told {
    fn event(&mut self, event: Event) {
        let Some(line) = line(&event, self.kernel) else { return };
        if self.lines.len() < self.most {
            self.lines.push(line);
        } else {
            self.more += 1;
        }
    }
}

/// An event for a person and for a program; reads of single entries are left out.
fn line(event: &Event, kernel: Revision) -> Option<(String, Value)> {
    match *event {
        Event::Enter { func, start, end } => {
            let text = format!("{}({:x}, {:x})", func.name(), start.0, end.0);
            Some((text, json!({ "enter": func.name(), "start": hex(start.0), "end": hex(end.0) })))
        }
        Event::Return { func, ret } => {
            Some((format!("{} returns {ret}", func.name()), json!({ "return": func.name(), "value": ret })))
        }
        Event::Check { check, ok: false } => Some((
            format!("a check fails: {check:?}"),
            json!({ "check": format!("{check:?}"), "holds": false }),
        )),
        Event::Assert { lock, need, seen, .. } => {
            let what = assertion(lock, need);
            let says = if seen.lockdep_ok { "holds" } else { "FAILS. " };
            let then = if seen.lockdep_ok { "" } else { Failed::of(lock, seen, kernel).then() };
            Some((format!("{what} {says}{then}"), json!({ "assert": what, "holds": seen.lockdep_ok })))
        }
        Event::Delegate => {
            Some(("init_mm is handed over to the kernel walk".to_owned(), json!({ "delegate": true })))
        }
        Event::Callback { call, .. } => Some(called(&call)),
        Event::Write { level, addr, was, is, .. } => Some((
            format!("{} entry of {:x}: {:x} -> {:x}", level.name(), addr.0, was.0, is.0),
            json!({ "write": level.name(), "addr": hex(addr.0), "was": hex(was.0), "is": hex(is.0) }),
        )),
        Event::BadCleared { level, .. } => Some((
            format!("a bad {} entry is reported and cleared", level.name()),
            json!({ "bad_cleared": level.name() }),
        )),
        _ => None,
    }
}

fn called(call: &Call) -> (String, Value) {
    let (name, addr, next) = (call.callback.name(), hex(call.addr.0), hex(call.next.0));
    if call.callback == Callback::Hole {
        let text = format!("{name} {addr} {next} depth {}", call.depth);
        return (text, json!({ "callback": name, "addr": addr, "next": next, "depth": call.depth }));
    }
    let value = hex(call.value.0);
    let text = format!("{name} {addr} {next} {value}");
    (
        text,
        json!({ "callback": name, "addr": addr, "next": next, "value": value, "level": call.level.name() }),
    )
}

/// Tables to walk in.
struct Tables {
    world: World,
    assumed: Vec<String>,
    /// They are built from the ranges of a text: nobody may take them for the machine's.
    from_ranges: bool,
}

impl Args {
    /// The tables: of a core, of a capture, or built from the ranges of a text.
    fn tables(&self, file: &str, range: Option<(u64, u64)>) -> Result<Tables, Failure> {
        if let Some(brought) = self.core.captured(file, self.model)? {
            return Ok(Tables { world: brought.capture.world, assumed: brought.assumed, from_ranges: false });
        }
        if self.core.is_meant(file) {
            let (world, assumed) = self.core.world(file, self.model)?;
            return Ok(Tables { world, assumed, from_ranges: false });
        }
        let failed = |error: &dyn std::fmt::Display| Failure::Asked(format!("{file}: {error}"));
        let listing = listing(file, Wish { machine: self.model, ..Wish::default() })?;
        let built = match range {
            Some((start, end)) => texts::tables::built(&listing, start, end.wrapping_sub(1)),
            None => texts::tables::whole(&listing, &texts::merged(&listing)),
        };
        let built = built.map_err(|error| failed(&error))?;
        let assumed = built.assumed.into_iter().chain(listing.assumed).collect();
        Ok(Tables { world: built.world, assumed, from_ranges: true })
    }

    pub(crate) fn run(&self) -> Result<Exit, Failure> {
        if let Some(call) = &self.call {
            return self.call(call);
        }
        let (Some(file), Some(start), Some(end)) = (&self.file, self.start, self.end) else {
            return Err(Failure::Asked("FILE, --start and --end say what is walked".to_owned()));
        };
        let Tables { mut world, assumed, from_ranges } = self.tables(file, Some((start, end)))?;
        let lock = LockMode::from_name(&self.lock).unwrap_or_default();
        world.preset_lock(MmId::INIT_MM, Task::Walker, lock);
        let kernel = self.kernel.row;
        let entry = self.function.in_revision(kernel);
        let (start, end) = (VirtAddr(start), VirtAddr(end));
        let args = WalkArgs { mm: Some(MmId::INIT_MM), start, end, ..WalkArgs::default() };
        let mut walk = Walk::new(entry, kernel, args).map_err(|error| Failure::Asked(error.to_string()))?;
        let mut told = Told { kernel, lines: Vec::new(), most: self.most, more: 0 };
        let mut steps = 0;
        let status = loop {
            steps += 1;
            match walk.step(&mut world, &mut Look, &mut told) {
                Status::Running if steps < MOST_STEPS => {}
                status => break status,
            }
        };
        let ended = match &status {
            Status::Done(value) => format!("returned {value}"),
            Status::Faulted(fault) => format!("stopped: {fault}"),
            Status::Running => format!("stopped after {MOST_STEPS} steps"),
            Status::Waiting(_) => "waits for a lock".to_owned(),
        };
        let lacks = pgtable::lacking(world.model(), self.kernel.version).map(|(since, nearest)| {
            let id = world.model().id;
            format!("that kernel has no {id}: {since}; the nearest machine that it has is {}", nearest.id)
        });
        let assumed: Vec<String> = self.kernel.note.iter().cloned().chain(lacks).chain(assumed).collect();
        let value = json!({
            "file": file,
            "model": world.model().id,
            "made_from": if from_ranges { FROM_RANGES } else { "tables" },
            "function": entry.func().name(),
            "kernel": kernel.id(),
            "lock": lock.name(),
            "ended": ended,
            "assumed": assumed,
        });
        let head = from_ranges
            .then(|| format!("tables built from ranges ({}): not those of the machine", world.model().id));
        self.print(head.as_deref(), &told, &[ended], value)?;
        if !self.json {
            for sentence in assumed {
                eprintln!("{file}: {sentence}");
            }
        }
        Ok(Exit::Read)
    }

    /// Prints what was told: for a program `value` with the events in it, else lines.
    fn print(
        &self,
        head: Option<&str>,
        told: &Told,
        ends: &[String],
        mut value: Value,
    ) -> Result<(), Failure> {
        let mut out = output();
        if self.json {
            value["events"] = told.lines.iter().map(|line| line.1.clone()).collect();
            value["more"] = told.more.into();
            serde_json::to_writer_pretty(&mut out, &value).map_err(io::Error::from)?;
            writeln!(out)?;
        } else {
            for line in head.into_iter().chain(told.lines.iter().map(|line| line.0.as_str())) {
                writeln!(out, "{line}")?;
            }
            if told.more > 0 {
                writeln!(out, "and {} more lines (--most shows more)", told.more)?;
            }
            for line in ends {
                writeln!(out, "{line}")?;
            }
        }
        out.flush()?;
        Ok(())
    }
}

/// What tables are that are built from a text.
const FROM_RANGES: &str = "ranges of a text: the tables themselves are not known";
