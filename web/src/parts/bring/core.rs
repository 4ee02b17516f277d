//! A machine's memory: a core, of which those parts are read that hold page tables.

use capture::Capture;
use mm::{MmId, World};
use pgtable::PhysAddr;
use scenario::FileId;
use scenario::places::Places;
use texts::check::Checked;
use vmcore::listing::{self, Found};
use vmcore::{Core, CoreError, Pieces, ReadAt as _, ReadError, Regions, Root, Tables};
use wasm_bindgen::JsValue;

use super::text::Sum;
use super::{Job, Refusal};
use crate::answers::{Given, MOST as MOST_RANGES, Machine, RootAt, Walkable};
use crate::browser;
use crate::files::Opened;

/// Bytes of the file that are held.
const MEMORY: u64 = 96 << 20;

/// Most parts of 64 KiB that are fetched: more than are held would be fetched without end.
const MOST: usize = 1500;

/// Bytes of the beginning by which links tell one core from another.
const HEAD: u64 = 4096;

/// What [`Core::roots`] calls the kernel's own.
const INIT_MM: &str = "init_mm";

/// The tables below two roots, of `init_mm` and of a process, as one machine: they share some.
fn both(kernel: &World, init_mm: PhysAddr, process: &World, mm: PhysAddr) -> Result<World, CoreError> {
    let mut tables = kernel.tables().to_vec();
    tables.extend(process.tables().iter().filter(|table| kernel.table_at(table.pa()).is_none()).cloned());
    Ok(World::new(kernel.model(), tables, [(INIT_MM, init_mm), ("mm", mm)])?)
}

/// How a machine's memory lies in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// A core: ELF, or kdump's compressed format.
    Core,
    /// From its first byte to its last, without a word.
    Raw,
}

impl Job<'_> {
    /// The tables below a root of a machine's memory, in a file of that many bytes: below the one that a person wants, else that of
    /// `init_mm` or of a CPU.
    pub(super) async fn core(
        &self,
        given: &Given,
        size: u64,
        form: Form,
        want: Option<RootAt>,
    ) -> Result<(Machine, Opened), Refusal> {
        let file = &given.blob;
        let pieces = Pieces::new(size, MEMORY);
        let mut fetched = 0;
        let core = match (form, want) {
            (Form::Core, _) => self.fetching(file, &pieces, &mut fetched, || Core::open(&pieces)).await?,
            (Form::Raw, Some(want)) => Core::raw(&pieces, size, want.base, want.model.kernel.isa),
            (Form::Raw, None) => return Err(Refusal::AsksRoot(None)),
        };
        let told = match form {
            Form::Core => self.fetching(file, &pieces, &mut fetched, || core.roots()).await,
            Form::Raw => Ok(Vec::new()),
        };
        let (roots, untold) = match told {
            Ok(roots) => (roots, None),
            Err(Refusal::Core(error)) => (Vec::new(), Some(error)),
            Err(other) => return Err(other),
        };
        let root = match want {
            Some(want) => {
                let told = roots.iter().find(|root| root.at.0 == want.at && root.model == want.model);
                told.cloned().unwrap_or_else(|| Root {
                    name: "what you named".to_owned(),
                    at: PhysAddr(want.at),
                    model: want.model,
                    assumed: Vec::new(),
                })
            }
            None => roots.first().cloned().ok_or(Refusal::AsksRoot(untold))?,
        };
        let world = self.fetching(file, &pieces, &mut fetched, || core.world(&root)).await?;
        let found = self.fetching(file, &pieces, &mut fetched, || core.ranges(&root, true)).await?;
        let regions = Regions::of(core.info(), root.model, &found);
        // A check goes on behind a table that is not there; a walk stops.
        let whole = if found.missing + found.behind_end > 0 {
            self.fetching(file, &pieces, &mut fetched, || core.world_with_holes(&root)).await?
        } else {
            world.clone()
        };
        // What a CPU used is a process's: its mm, beside init_mm where the core tells that.
        let of_kernel = roots.iter().find(|other| other.name == INIT_MM && other.model == root.model);
        let world = match of_kernel {
            Some(kernel) if kernel.at != root.at => {
                let beside = self.fetching(file, &pieces, &mut fetched, || core.world(kernel)).await?;
                both(&beside, kernel.at, &world, root.at)?
            }
            Some(_) => world,
            None => both(&world, root.at, &world, root.at)?,
        };
        let mut head = vec![0; HEAD.min(size) as usize];
        let mut sum = Sum::default();
        sum.add(&size.to_le_bytes());
        if pieces.read_at(0, &mut head).is_ok() {
            sum.add(&head);
        }
        if roots.first().is_none_or(|first| first.at != root.at) {
            sum.add(&root.at.0.to_le_bytes());
        }
        let file = FileId { model: root.model, checksum: sum.value() };
        let release = core.info().get("OSRELEASE").map(|release| format!(", kernel {release}"));
        let what = format!(
            "{} of {}{}: {} of memory",
            if form == Form::Raw { "A raw image of the memory" } else { "A core of the memory" },
            core.machine_name(),
            release.unwrap_or_default(),
            decode::beside::size(core.bytes()),
        );
        let mut assumed = Vec::from([format!(
            "The tables are those of {}, whose root is at {:#x}; {} KiB of the file were read for them.",
            root.name,
            root.at.0,
            fetched * 64
        )]);
        let of_root = listing::assumed(&root, &found);
        assumed.extend(of_root.iter().map(|says| crate::shared::sentence(says)));
        let program = if form == Form::Raw { "a raw image" } else { "a core" };
        let mut ranges = texts::joined(listing::rows(&found));
        let count = ranges.len();
        ranges.truncate(MOST_RANGES);
        // Tables that lead to each other have a dump without end.
        let is_cut = found.cut;
        let found = Some(Found { ranges: found, program, assumed: of_root });
        let memory = Tables { world: whole, regions, found };
        let checked = if is_cut { None } else { self.checked(&memory).await };
        let chosen = RootAt { at: root.at.0, model: root.model, base: want.map_or(0, |want| want.base) };
        let capture = Capture::made(&root.name, world);
        let (machine, opened) = machine_of(file, given.name.clone(), capture, assumed, memory, checked);
        Ok((Machine { what, roots, root: Some(chosen), ranges, count, ..machine }, opened))
    }

    /// What is asked for, as soon as the parts that it wants have been fetched.
    async fn fetching<T>(
        &self,
        file: &JsValue,
        pieces: &Pieces,
        fetched: &mut usize,
        ask: impl Fn() -> Result<T, CoreError>,
    ) -> Result<T, Refusal> {
        loop {
            match ask() {
                Err(CoreError::Read(ReadError::Missing { .. })) => self.fetch(file, pieces, fetched).await?,
                other => return Ok(other?),
            }
        }
    }

    /// Fetches the part that is wanted.
    async fn fetch(&self, file: &JsValue, pieces: &Pieces, fetched: &mut usize) -> Result<(), Refusal> {
        *fetched += 1;
        let Some((start, bytes)) = pieces.wanted().filter(|_| *fetched <= MOST) else {
            return Err(CoreError::NoRoot(
                "its page tables lie in more places than can be read here".to_owned(),
            )
            .into());
        };
        let part = browser::part_of(file, start, bytes).await.ok_or(Refusal::Unread)?;
        pieces.put(start, &part);
        if !self.goes_on() {
            return Err(Refusal::Over);
        }
        self.progress(*fetched * (64 << 10), None);
        Ok(())
    }
}

/// The tables of a machine, as the door shows them and as the other pages have them.
pub(super) fn machine_of(
    file: FileId,
    name: String,
    capture: Capture,
    assumed: Vec<String>,
    memory: Tables,
    checked: Option<Checked>,
) -> (Machine, Opened) {
    let places = Places::found(&capture.world);
    let tables = Walkable { file, has_kernel: true, has_user: capture.world.mm(MmId::USER).is_some() };
    let opened = Opened { file, name, capture, places, assumed: assumed.clone(), is_built: false };
    let what = "A captured machine".to_owned();
    let ranges = Vec::new();
    let machine =
        Machine { what, roots: Vec::new(), root: None, tables, memory, ranges, count: 0, checked, assumed };
    (machine, opened)
}
