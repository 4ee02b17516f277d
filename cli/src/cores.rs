//! A machine's memory in a file: `pagewalk open VMCORE`.

use std::cell::RefCell;
use std::fs::File;
use std::io::{self, ErrorKind, Read as _, Seek as _, SeekFrom, Write};

use capture::Brought;
use mm::World;
use pgtable::PhysAddr;
use serde_json::{Value, json};
use texts::{Listing, Machine as Named, Wish, joined};
use vmcore::listing::{Found, assumed, rows};
use vmcore::{Core, CoreError, Ranges, ReadAt, ReadError, Regions, Root, Tables};

use crate::bench::hex;
use crate::files::{self, is_file, json_file, output};
use crate::outcome::{Exit, Failure};

/// What is asked of a core besides.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct CoreArgs {
    /// The physical address of the root table: one of those that the core tells (open lists them), or, with --model, any.
    #[arg(long, value_name = "HEX", value_parser = address)]
    root: Option<u64>,
    /// The root is of the lower half of the addresses, a process's (TTBR0 of arm64).
    #[arg(long, requires = "root")]
    lower: bool,
    /// The physical address of the VMCOREINFO note, as /sys/kernel/vmcoreinfo prints it, where the file does not have the note itself.
    #[arg(long, value_name = "HEX", value_parser = address)]
    vmcoreinfo: Option<u64>,
    /// Where a raw image begins in physical memory.
    #[arg(long, value_name = "HEX", value_parser = address)]
    base: Option<u64>,
}

/// An address as a person writes it, for clap.
pub(crate) fn address(text: &str) -> Result<u64, String> {
    decode::value(text).map(|value| value.0).map_err(|error| error.to_string())
}

/// How it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Show {
    /// For a person.
    Text,
    /// A line per range.
    Ranges,
    /// For a program.
    Json,
}

/// A file of which parts are read.
struct FileAt(RefCell<File>);

impl ReadAt for FileAt {
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<(), ReadError> {
        let mut file = self.0.borrow_mut();
        let result = file.seek(SeekFrom::Start(offset)).and_then(|_| file.read_exact(buffer));
        result.map_err(|error| match error.kind() {
            ErrorKind::UnexpectedEof => ReadError::End(offset.saturating_add(buffer.len() as u64)),
            _ => ReadError::System { offset, why: error.to_string() },
        })
    }
}

/// The listing of a text, or of the tables of a core or a capture.
pub(crate) fn listing(core: &CoreArgs, name: &str, wish: Wish) -> Result<Listing, Failure> {
    match core.tables(name, wish.machine)? {
        Some(tables) => tables.listing(wish).map_err(|error| Failure::Asked(format!("{name}: {error}"))),
        None => files::listing(name, wish),
    }
}

/// The listing of what debugfs would print of the tables of a core.
pub(crate) fn printed(name: &str, wish: Wish) -> Result<Listing, Failure> {
    let tables = CoreArgs::default().of_core(name, wish.machine)?;
    tables.printed(wish).map_err(|error| Failure::Asked(format!("{name}: {error}")))
}

/// The first bytes of a file; none of standard input or a pipe, which cannot be read twice.
fn head(name: &str) -> Vec<u8> {
    let mut head = Vec::new();
    if is_file(name) {
        // A file that cannot be read is told so by who reads it.
        let _ = File::open(name).and_then(|file| file.take(16).read_to_end(&mut head));
    }
    head
}

fn is_core(name: &str) -> bool {
    vmcore::is_core(&head(name))
}

/// Whether it is a core that was packed with gzip as a whole.
fn is_packed_core(name: &str) -> bool {
    let mut first = Vec::new();
    let mut unpacked = || files::open(name)?.take(16).read_to_end(&mut first).map_err(Failure::Output);
    head(name).starts_with(&[0x1f, 0x8b]) && unpacked().is_ok() && vmcore::is_core(&first)
}

impl CoreArgs {
    /// Whether a file is a machine's memory: it is a core, or somebody says where its root is.
    pub(crate) fn is_meant(&self, name: &str) -> bool {
        self.root.is_some() || self.vmcoreinfo.is_some() || is_core(name) || is_packed_core(name)
    }

    /// A capture, from the root that was asked for; nothing where the file is none.
    pub(crate) fn captured(&self, name: &str, machine: Option<Named>) -> Result<Option<Brought>, Failure> {
        if is_core(name) || is_packed_core(name) {
            return Ok(None);
        }
        let Some(bytes) = json_file(name)? else { return Ok(None) };
        let failed = |error: &dyn std::fmt::Display| Failure::Asked(format!("{name}: {error}"));
        let brought = capture::formats::read_file(&bytes, capture::Limits::ALL);
        let mut brought = brought.map_err(|error| failed(&error))?;
        let capture = &mut brought.capture;
        let model = capture.model();
        if let Some(other) = machine.filter(|of| of.id != model.id) {
            return Err(failed(&format!("its tables are of {}, and --model says {}", model.id, other.id)));
        }
        if self.vmcoreinfo.is_some() || self.base.is_some() {
            return Err(failed(&"it is a capture; --vmcoreinfo and --base are for images of memory"));
        }
        let Some(at) = self.root else { return Ok(Some(brought)) };
        let Some((root, _)) = capture.roots.iter().find(|(_, of)| *of == at) else {
            let all: Vec<String> =
                capture.roots.iter().map(|(root, of)| format!("{of:x} ({root})")).collect();
            return Err(failed(&format!("no root of this capture is at {at:x}; it has {}", all.join(", "))));
        };
        if root != "init_mm" {
            let said =
                format!("the tree below {at:x} is walked, that of {root}, in the place of init_mm\u{2019}s");
            let tables = capture.world.tables().to_vec();
            capture.world =
                World::new(model, tables, [("init_mm", PhysAddr(at))]).map_err(|error| failed(&error))?;
            brought.assumed.push(said);
        }
        Ok(Some(brought))
    }

    /// Opens it, finds its root, and does `what` with both.
    fn with_root<T>(
        &self,
        name: &str,
        machine: Option<Named>,
        what: impl FnOnce(&Core<'_, FileAt>, &Root, &[Root]) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let input = |error| Failure::Input { name: name.to_owned(), error };
        let failed = |error: CoreError| {
            let flags = if matches!(error, CoreError::NoRoot(_)) { " (--root and --model)" } else { "" };
            Failure::Asked(format!("{name}: {error}{flags}"))
        };
        let model = machine.and_then(|machine| machine.model);
        let file = File::open(name).map_err(input)?;
        let bytes = file.metadata().map_err(input)?.len();
        let file = FileAt(RefCell::new(file));
        let mut core = if is_core(name) {
            Core::open(&file).map_err(failed)?
        } else if is_packed_core(name) {
            return Err(failed(CoreError::Gzip));
        } else {
            let model = model.ok_or_else(|| {
                Failure::Asked(format!(
                    "{name}: {}; a raw image needs --model beside --root or --vmcoreinfo",
                    CoreError::NotElf
                ))
            })?;
            Core::raw(&file, bytes, self.base.unwrap_or(0), model.kernel.isa)
        };
        if let Some(at) = self.vmcoreinfo {
            core.take_info(PhysAddr(at)).map_err(failed)?;
        }
        let told = core.roots();
        let same = |at: u64| told.as_ref().ok().and_then(|roots| roots.iter().find(|root| root.at.0 == at));
        let root = match (self.root, &told) {
            (Some(at), _) => {
                if let (Some(root), None) = (same(at), model) {
                    return what(&core, root, told.as_deref().unwrap_or_default());
                }
                let of_core = told.as_ref().ok().and_then(|roots| roots.first()).map(|root| root.model);
                let model = model.or(of_core);
                let model =
                    model.ok_or_else(|| Failure::Asked(format!("{name}: --root needs --model beside it")))?;
                let assumed = Vec::from(["the root is the one that was given".to_owned()]);
                Root { name: "given".to_owned(), at: PhysAddr(at), model, assumed }
            }
            (None, Ok(roots)) => match roots.first() {
                Some(root) => Root { model: model.unwrap_or(root.model), ..root.clone() },
                None => {
                    return Err(Failure::Asked(format!("{name}: the core tells no root; --root gives one")));
                }
            },
            (None, Err(error)) => return Err(failed(error.clone())),
        };
        what(&core, &root, told.as_deref().unwrap_or_default())
    }

    /// Its tables as a world to walk in, and what was assumed.
    pub(crate) fn world(&self, name: &str, machine: Option<Named>) -> Result<(World, Vec<String>), Failure> {
        self.with_root(name, machine, |core, root, _| {
            let world = core.world(root).map_err(|error| Failure::Asked(format!("{name}: {error}")))?;
            Ok((world, root.assumed.clone()))
        })
    }

    /// The tables of a core, or of a capture; none where a file is a text.
    pub(crate) fn tables(&self, name: &str, machine: Option<Named>) -> Result<Option<Tables>, Failure> {
        if let Some(Brought { capture, assumed, .. }) = self.captured(name, machine)? {
            let regions = Regions::captured(capture.layout.iter(), assumed);
            return Ok(Some(Tables { regions, world: capture.world, found: None }));
        }
        self.is_meant(name).then(|| self.of_core(name, machine)).transpose()
    }

    /// The tables of a core. What is missing of them is counted; the rest is there.
    pub(crate) fn of_core(&self, name: &str, machine: Option<Named>) -> Result<Tables, Failure> {
        self.with_root(name, machine, |core, root, _| {
            let failed = |error: CoreError| Failure::Asked(format!("{name}: {error}"));
            let ranges = core.ranges(root, !self.lower).map_err(failed)?;
            let regions = Regions::of(core.info(), root.model, &ranges);
            let world = core.world_with_holes(root).map_err(failed)?;
            let program = if is_core(name) { "a core" } else { "a raw image" };
            let assumed = assumed(root, &ranges);
            Ok(Tables { world, regions, found: Some(Found { ranges, program, assumed }) })
        })
    }

    /// Opens it and shows what its root maps.
    pub(crate) fn open(&self, name: &str, machine: Option<Named>, show: Show) -> Result<Exit, Failure> {
        self.with_root(name, machine, |core, root, roots| {
            // The root of init_mm is the kernel's where each half has one.
            let found =
                core.ranges(root, !self.lower).map_err(|error| Failure::Asked(format!("{name}: {error}")))?;
            let opened = Opened { name, raw: !is_core(name), root, roots, found: &found };
            let mut out = output();
            match show {
                Show::Ranges => {
                    for range in joined(rows(&found)) {
                        writeln!(out, "{range}")?;
                    }
                    out.flush()?;
                    for sentence in opened.assumed() {
                        eprintln!("{name}: {sentence}");
                    }
                }
                Show::Json => {
                    serde_json::to_writer_pretty(&mut out, &opened.json(core)).map_err(io::Error::from)?;
                    writeln!(out)?;
                }
                Show::Text => opened.text(&mut out, core)?,
            }
            out.flush()?;
            Ok(Exit::Read)
        })
    }
}

/// A core, its root, and what it maps.
struct Opened<'a> {
    name: &'a str,
    raw: bool,
    root: &'a Root,
    roots: &'a [Root],
    found: &'a Ranges,
}

impl Opened<'_> {
    fn assumed(&self) -> Vec<String> {
        assumed(self.root, self.found)
    }

    fn program<R: ReadAt + ?Sized>(&self, core: &Core<'_, R>) -> &'static str {
        if self.raw {
            "a raw image"
        } else if core.is_compressed() {
            "kdump's compressed format (makedumpfile, QEMU)"
        } else if core.notes().iter().any(|note| note.name == "QEMU") {
            "QEMU, dump-guest-memory"
        } else if core.info().is_empty() {
            "an ELF core without VMCOREINFO"
        } else {
            "an ELF core with VMCOREINFO (kdump, /proc/vmcore, QEMU)"
        }
    }

    fn text<R: ReadAt + ?Sized>(&self, out: &mut impl Write, core: &Core<'_, R>) -> io::Result<()> {
        let root = self.root;
        writeln!(out, "{}: {}, {}", self.name, self.program(core), core.machine_name())?;
        if let Some(release) = core.info().get("OSRELEASE") {
            writeln!(out, "  kernel: {release}")?;
        }
        writeln!(out, "  model: {}", root.model.id)?;
        writeln!(out, "  root: {:#x} ({})", root.at, root.name)?;
        for other in self.roots.iter().filter(|other| other.at != root.at) {
            writeln!(out, "  another root: {:#x} ({}), {}", other.at, other.name, other.model.id)?;
        }
        let parts = if core.is_compressed() {
            "compressed pages".to_owned()
        } else {
            format!("{} segments", core.segments().len())
        };
        writeln!(out, "  memory: {:#x} bytes in {parts}", core.bytes())?;
        writeln!(out, "  rights: effective: what the entries of all levels leave")?;
        writeln!(out, "  tables: {}", self.found.tables)?;
        for sentence in self.assumed() {
            writeln!(out, "  assumed: {sentence}")?;
        }
        writeln!(out, "  {:>16} {:>17} level perms   physical", "start", "end")?;
        for range in joined(rows(self.found)) {
            let physical = range.frames.first().map_or_else(|| "-".to_owned(), hex);
            writeln!(
                out,
                "  {:>16x} {:>17x} {:<5} {} {physical}",
                range.start,
                range.end(),
                range.level_name(),
                range.perms
            )?;
        }
        Ok(())
    }

    fn json<R: ReadAt + ?Sized>(&self, core: &Core<'_, R>) -> Value {
        let ranges: Vec<Value> = joined(rows(self.found))
            .iter()
            .map(|range| {
                json!({
                    "start": hex(range.start),
                    "end": format!("{:x}", range.end()),
                    "level": range.level.map(pgtable::Level::name),
                    "perms": range.perms.to_string(),
                    "physical": range.frames.first().map(hex),
                    "frames": "contiguous",
                    "rights": "effective",
                })
            })
            .collect();
        let root = |root: &Root| json!({ "name": root.name, "at": hex(root.at.0), "model": root.model.id });
        json!({
            "file": self.name,
            "format": if self.raw { "raw" } else { "vmcore" },
            "program": self.program(core),
            "model": self.root.model.id,
            "kernel": core.info().get("OSRELEASE"),
            "root": root(self.root),
            "roots": self.roots.iter().map(root).collect::<Vec<_>>(),
            "rights": "effective",
            "bytes": core.bytes(),
            "segments": core.segments().len(),
            "tables": self.found.tables,
            "assumed": self.assumed(),
            "ranges": ranges,
        })
    }
}
