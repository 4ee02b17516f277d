//! One line of a file of cases.
//!
//! A line is hostile until proven otherwise: sizes are bounded before anything is allocated for them, and each
//! error says what is wrong.

use std::collections::BTreeMap;
use std::fmt;

use mm::{Allocator, LockMode, MmId, Table, Task, Vma, VmaFlags, VmaId, VmaKind, World, WorldError};
use pagewalk::{Action, Args, Callback, Callbacks, EntryPoint, NotInThisKernel, Revision, Walk, WalkLock};
use pgtable::{Level, Model, PhysAddr, RawEntry, VirtAddr};
use ptdump::Ptdump;
use ptdump::{MAX_RANGES, Ranges};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::script::Deviation;

/// Longest line. The longest public case has about 430,000 bytes.
const MAX_LINE: usize = 8 << 20;

/// Most entries that all tables of a case may hold together.
const MAX_ENTRIES: usize = 4 << 20;

/// A line that is not a case.
#[derive(Debug, thiserror::Error)]
pub enum CaseError {
    /// Longer than any case.
    #[error("the line has more than {} MiB", MAX_LINE >> 20)]
    TooLong,
    /// Not JSON, or not of the expected shape.
    #[error("column {}: {}", .0.column(), what(.0))]
    Json(#[from] serde_json::Error),
    /// Nothing that the files have.
    #[error("this is neither a case, which has a \"call\", nor a classification, which has a \"lvl\"")]
    Neither,
    /// A name that the format does not have.
    #[error("{name:?} is not the name of {what}")]
    Name {
        /// What was expected.
        what: &'static str,
        /// What is there.
        name: String,
    },
    /// A function without one of its arguments.
    #[error("a call of {function}() has no {argument:?}")]
    Argument {
        /// Which function.
        function: String,
        /// Which argument.
        argument: &'static str,
    },
    /// The geometry is none.
    #[error(transparent)]
    Geometry(#[from] pgtable::UnknownModel),
    /// A dump of more ranges than any kernel's dumper has.
    #[error("a dump of {0} ranges: at most {MAX_RANGES} can be walked")]
    Ranges(usize),
    /// The function does not exist in the version.
    #[error(transparent)]
    NotInThisKernel(#[from] NotInThisKernel),
    /// The call names an mm without a root.
    #[error("the call walks {0}, which has no root")]
    NoRoot(&'static str),
    /// The call names a VMA that is not there.
    #[error("the call names VMA {0}, which the case does not have")]
    NoVma(usize),
    /// A slot number is too large.
    #[error("slot {slot:?} of the table at {pa:#x} is not one of its {slots} slots")]
    Slot {
        /// Where the table lies.
        pa: PhysAddr,
        /// The slot.
        slot: String,
        /// How many there are.
        slots: u32,
    },
    /// The tables together are too large.
    #[error("the tables hold more than {MAX_ENTRIES} entries together")]
    TooLarge,
    /// The tables do not make a world.
    #[error(transparent)]
    World(#[from] WorldError),
}

/// What is wrong, without the place.
fn what(error: &serde_json::Error) -> String {
    error.to_string().split(" at line ").next().unwrap_or_default().to_owned()
}

fn name_error(what: &'static str, name: &str) -> CaseError {
    CaseError::Name { what, name: clip(name) }
}

/// At most this much of a foreign text goes into a message.
fn clip(text: &str) -> String {
    text.chars().take(60).collect()
}

/// A line.
#[derive(Debug)]
pub enum Line {
    /// A case to run.
    Case(Box<Case>),
    /// Entry values and what they are, not a case.
    Classification,
}

/// A case: a world, a call, and what the kernel did.
#[derive(Clone, Debug)]
pub struct Case {
    /// The case's own name.
    pub id: String,
    /// The version as the file calls it.
    pub version: String,
    /// What the case is about, if it says so.
    pub note: String,
    /// The world before the call.
    pub world: World,
    /// The call.
    pub call: Call,
    /// Which callbacks are set.
    pub callbacks: Callbacks,
    /// `walk_lock` of the ops table.
    pub walk_lock: WalkLock,
    /// What `install_pte` hands out.
    pub install: u64,
    /// What the callbacks do besides returning 0.
    pub script: Vec<Deviation>,
    /// Where the record of events stops, if it does.
    pub max_events: Option<usize>,
    /// What the kernel did.
    pub expect: Expect,
}

impl Case {
    /// The function that is called.
    pub const fn function(&self) -> &'static str {
        match &self.call {
            Call::Walk(walk) => walk.entry().func().name(),
            Call::Ptdump { .. } => "ptdump_walk_pgd",
        }
    }

    /// The architecture configuration.
    pub const fn model(&self) -> &'static Model {
        self.world.model()
    }
}

/// What is called, ready to run.
#[derive(Clone, Debug)]
pub enum Call {
    /// An entry point of mm/pagewalk.c.
    Walk(Walk),
    /// `ptdump_walk_pgd()`
    Ptdump {
        /// The dump.
        dump: Ptdump,
        /// Whether the architecture tracks effective protection.
        effective_prot: bool,
    },
}

/// What the kernel did.
#[derive(Clone, Debug, Deserialize)]
pub struct Expect {
    /// Everything, in order.
    pub events: Vec<Value>,
    /// What the function returned, if it did.
    pub ret: Option<i32>,
    /// How it ended: `ok`, `event_limit`, `fault`, `oob`.
    pub outcome: String,
}

impl Line {
    /// Reads one line.
    ///
    /// # Errors
    /// [`CaseError`] when it is neither a case nor a classification.
    pub fn parse(line: &[u8]) -> Result<Self, CaseError> {
        if line.len() > MAX_LINE {
            return Err(CaseError::TooLong);
        }
        let kind: Kind = serde_json::from_slice(line)?;
        match kind {
            Kind { call: Some(_), .. } => {}
            Kind { level: Some(_), .. } => return Ok(Self::Classification),
            Kind { .. } => return Err(CaseError::Neither),
        }
        let file: File = serde_json::from_slice(line)?;
        let model = pgtable::model(&file.geometry)?;
        file.into_case(model).map(|case| Self::Case(Box::new(case)))
    }
}

impl File {
    fn into_case(self, model: &'static Model) -> Result<Case, CaseError> {
        let revision = revision_of(&self.version)?;
        let world = world_of(model, &self)?;
        let call = call_of(&self.call, revision, &world, &self.roots)?;
        let mut callbacks = Callbacks::empty();
        for name in &self.ops {
            callbacks |= callback(name)?.flag();
        }
        let script = self.script.iter().map(FileDeviation::read).collect::<Result<_, _>>()?;
        Ok(Case {
            id: self.id,
            version: self.version,
            note: self.note,
            world,
            call,
            callbacks,
            walk_lock: walk_lock(self.walk_lock.as_deref())?,
            install: self.install.map_or(0, |value| value.0),
            script,
            max_events: self.max_events,
            expect: self.expect,
        })
    }
}

/// The files' names for kernel versions. v7.2 behaves as v7.3 in everything that is recorded.
///
/// # Errors
/// When no case has this version.
pub fn revision_of(version: &str) -> Result<Revision, CaseError> {
    match version {
        "v6.1.192" => Ok(Revision::V6_1_192),
        "v6.12" => Ok(Revision::V6_12_107),
        "v6.16" => Ok(Revision::V6_16),
        "seed-v2" => Ok(Revision::Patch),
        "v6.17" => Ok(Revision::V6_17),
        "v6.18" => Ok(Revision::V6_18),
        "v7.1" => Ok(Revision::V7_1),
        "v7.2" | "v7.3" => Ok(Revision::V7_3),
        _ => Err(name_error("a kernel version of these cases", version)),
    }
}

fn world_of(model: &'static Model, file: &File) -> Result<World, CaseError> {
    let mut room = MAX_ENTRIES;
    let tables =
        file.tables.iter().map(|table| table_of(model, table, &mut room)).collect::<Result<Vec<_>, _>>()?;
    let mut mms = Vec::new();
    for (name, root) in &file.roots {
        mms.push((mm_name(name)?, PhysAddr(root.0)));
    }
    // Every kernel has an init_mm, to lock it, and a VMA has its mm; where a case gives one no root, nothing walks it.
    if let Some(&(_, root)) = mms.first() {
        let named = file.vmas.iter().filter_map(|vma| vma.mm.as_deref()).chain(["init_mm"]);
        for name in named {
            let name = mm_name(name)?;
            if mms.iter().all(|&(known, _)| known != name) {
                mms.push((name, root));
            }
        }
    }
    mms.sort_by_key(|&(name, _)| name != "init_mm");
    let mut world = World::new(model, tables, mms)?;
    let vmas = file.vmas.iter().map(|vma| vma_of(vma, &world)).collect::<Result<Vec<_>, _>>()?;
    world = world.with_vmas(vmas)?;
    if let Some(alloc) = &file.alloc {
        world.allocator = Allocator { next: PhysAddr(alloc.base.0), asked: 0, fails_at: alloc.fail_at };
    }
    for (name, mode) in &file.locks {
        let mode = lock_mode(mode.as_deref())?;
        if let Some(mm) = mm_id(&world, name) {
            world.preset_lock(mm, Task::Walker, mode);
        } else if name == "i_mmap" {
            world.i_mmap.preset(Task::Walker, mode);
        } else {
            mm_name(name)?;
        }
    }
    Ok(world)
}

fn vma_of(file: &FileVma, world: &World) -> Result<Vma, CaseError> {
    let mm = match &file.mm {
        None => None,
        Some(name) => {
            let name = mm_name(name)?;
            Some(mm_id(world, name).ok_or(CaseError::NoRoot(name))?)
        }
    };
    let mut flags = VmaFlags::empty();
    for name in &file.flags {
        flags |= match name.as_str() {
            "PFNMAP" => VmaFlags::PFNMAP,
            "HUGETLB" => VmaFlags::HUGETLB,
            _ => return Err(name_error("a flag of a VMA", name)),
        };
    }
    let kind = match file.kind.as_str() {
        "anon" => VmaKind::Anon,
        "file" => VmaKind::File,
        other => return Err(name_error("a kind of VMA", other)),
    };
    let held = lock_mode(file.lock.as_deref())?;
    let mut vma = Vma {
        mm,
        flags,
        kind,
        huge_page_bytes: file.hsize.map_or(0, |bytes| bytes.0),
        pgoff: file.pgoff.map_or(0, |pages| pages.0),
        in_mapping: file.mapped,
        ..Vma::anon(MmId::INIT_MM, VirtAddr(file.start.0), VirtAddr(file.end.0))
    };
    vma.lock.preset(Task::Walker, held);
    Ok(vma)
}

/// How a lock is held; one that is not named is not held.
fn lock_mode(name: Option<&str>) -> Result<LockMode, CaseError> {
    let Some(name) = name else { return Ok(LockMode::None) };
    LockMode::from_name(name).ok_or_else(|| name_error("a way of holding a lock", name))
}

fn walk_lock(name: Option<&str>) -> Result<WalkLock, CaseError> {
    let Some(name) = name else { return Ok(WalkLock::Rdlock) };
    let of = |lock: &WalkLock| lock.name().trim_start_matches("PGWALK_") == name;
    WalkLock::ALL.into_iter().find(of).ok_or_else(|| name_error("a walk_lock", name))
}

fn mm_name(name: &str) -> Result<&'static str, CaseError> {
    ["init_mm", "mm", "mm2"].into_iter().find(|&known| known == name).ok_or_else(|| name_error("an mm", name))
}

fn mm_id(world: &World, name: &str) -> Option<MmId> {
    world.mms().find(|(_, mm)| mm.name == name).map(|(id, _)| id)
}

/// `room` is the number of entries that may still be allocated.
fn table_of(model: &Model, file: &FileTable, room: &mut usize) -> Result<Table, CaseError> {
    let level = Level::from_name(&file.level)
        .filter(|&level| !model.is_folded(level))
        .ok_or_else(|| name_error("a level that has tables here", &file.level))?;
    let pa = PhysAddr(file.pa.0);
    let mut made = Table::unused(model, pa, level);
    let slots = made.slots();
    for (slot, value) in &file.entries {
        let index = slot
            .parse::<u32>()
            .ok()
            .filter(|&index| index < slots)
            .ok_or_else(|| CaseError::Slot { pa, slot: clip(slot), slots })?;
        if let Some(more) = (index as usize + 1).checked_sub(made.stored()) {
            *room = room.checked_sub(more).ok_or(CaseError::TooLarge)?;
        }
        made.set(index, RawEntry(value.0));
    }
    Ok(made)
}

fn call_of(
    call: &FileCall,
    revision: Revision,
    world: &World,
    roots: &BTreeMap<String, Hex>,
) -> Result<Call, CaseError> {
    let missing = |argument| CaseError::Argument { function: clip(&call.function), argument };
    let named = match &call.mm {
        None => None,
        Some(name) => {
            let name = mm_name(name)?;
            Some((name, mm_id(world, name).ok_or(CaseError::NoRoot(name))?))
        }
    };
    let pgd = call.pgd.map(|pgd| PhysAddr(pgd.0));
    // The functions that take a VMA, or a file, do not look at the mm that the case names.
    let entry = EntryPoint::ALL.into_iter().find(|entry| entry.func().name() == call.function);
    let takes_mm = entry.is_none_or(|entry| entry.takes_mm() || !entry.has_vmas());
    if let (true, Some((name, _)), None) = (takes_mm, named, pgd)
        && !roots.contains_key(name)
    {
        return Err(CaseError::NoRoot(name));
    }
    let mm = named.map(|(_, id)| id);

    if let Some(entry) = entry {
        let vma = match call.vma {
            Some(index) => Some(nth_vma(world, index)?),
            None if entry.takes_vma() => return Err(missing("vma")),
            None => None,
        };
        let args = if entry == EntryPoint::Mapping {
            let first_index = call.first_index.ok_or_else(|| missing("first_index"))?.0;
            Args { first_index, nr: call.nr.ok_or_else(|| missing("nr"))?.0, ..Args::default() }
        } else if entry == EntryPoint::Vma {
            Args { vma, ..Args::default() }
        } else {
            let start = VirtAddr(call.start.ok_or_else(|| missing("start"))?.0);
            let end = VirtAddr(call.end.ok_or_else(|| missing("end"))?.0);
            Args { mm, start, end, pgd, vma, ..Args::default() }
        };
        return Ok(Call::Walk(Walk::new(entry, revision, args)?));
    }
    if call.function != "ptdump_walk_pgd" {
        return Err(name_error("a function of these cases", &call.function));
    }
    let mm = mm.ok_or_else(|| missing("mm"))?;
    let ranges = call.ranges.as_ref().ok_or_else(|| missing("ranges"))?;
    if ranges.len() > MAX_RANGES {
        return Err(CaseError::Ranges(ranges.len()));
    }
    let ranges: Ranges = ranges.iter().map(|&(start, end)| (VirtAddr(start.0), VirtAddr(end.0))).collect();
    Ok(Call::Ptdump { dump: Ptdump::new(revision, mm, pgd, ranges), effective_prot: call.effective_prot })
}

fn nth_vma(world: &World, index: usize) -> Result<VmaId, CaseError> {
    world.vmas().map(|(id, _)| id).nth(index).ok_or(CaseError::NoVma(index))
}

fn callback(name: &str) -> Result<Callback, CaseError> {
    Callback::ALL
        .into_iter()
        .find(|callback| callback.name() == name)
        .ok_or_else(|| name_error("a callback", name))
}

/// What tells a case from a classification.
#[derive(Deserialize)]
struct Kind {
    call: Option<serde::de::IgnoredAny>,
    #[serde(rename = "lvl")]
    level: Option<serde::de::IgnoredAny>,
}

/// A field that may be missing, or `null`, which means the same.
fn or_default<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(from: D) -> Result<T, D::Error> {
    Option::deserialize(from).map(Option::unwrap_or_default)
}

#[derive(Deserialize)]
struct File {
    id: String,
    #[serde(rename = "geom")]
    geometry: String,
    version: String,
    #[serde(default, deserialize_with = "or_default")]
    note: String,
    call: FileCall,
    #[serde(default, deserialize_with = "or_default")]
    ops: Vec<String>,
    walk_lock: Option<String>,
    install: Option<Hex>,
    #[serde(default, deserialize_with = "or_default")]
    vmas: Vec<FileVma>,
    alloc: Option<FileAlloc>,
    #[serde(default, deserialize_with = "or_default")]
    script: Vec<FileDeviation>,
    #[serde(default, deserialize_with = "or_default")]
    locks: BTreeMap<String, Option<String>>,
    roots: BTreeMap<String, Hex>,
    tables: Vec<FileTable>,
    max_events: Option<usize>,
    expect: Expect,
}

#[derive(Deserialize)]
struct FileCall {
    #[serde(rename = "fn")]
    function: String,
    mm: Option<String>,
    start: Option<Hex>,
    end: Option<Hex>,
    pgd: Option<Hex>,
    vma: Option<usize>,
    first_index: Option<Hex>,
    nr: Option<Hex>,
    ranges: Option<Vec<(Hex, Hex)>>,
    #[serde(default, deserialize_with = "or_default")]
    effective_prot: bool,
}

#[derive(Deserialize)]
struct FileVma {
    start: Hex,
    end: Hex,
    #[serde(default, deserialize_with = "or_default")]
    flags: Vec<String>,
    kind: String,
    mm: Option<String>,
    lock: Option<String>,
    hsize: Option<Hex>,
    pgoff: Option<Hex>,
    #[serde(default, deserialize_with = "or_default")]
    mapped: bool,
}

#[derive(Deserialize)]
struct FileAlloc {
    base: Hex,
    #[serde(default, deserialize_with = "or_default")]
    fail_at: u32,
}

#[derive(Deserialize)]
struct FileDeviation {
    #[serde(rename = "cb")]
    callback: String,
    n: u64,
    ret: Option<i32>,
    act: Option<String>,
    set: Option<Hex>,
}

impl FileDeviation {
    fn read(&self) -> Result<Deviation, CaseError> {
        let action = match self.act.as_deref() {
            None => None,
            Some("SUBTREE") => Some(Action::Subtree),
            Some("CONTINUE") => Some(Action::Continue),
            Some("AGAIN") => Some(Action::Again),
            Some(other) => return Err(name_error("an action", other)),
        };
        let callback = callback(&self.callback)?;
        Ok(Deviation { callback, nth: self.n, ret: self.ret, action, set: self.set.map(|set| set.0) })
    }
}

#[derive(Deserialize)]
struct FileTable {
    pa: Hex,
    #[serde(rename = "lvl")]
    level: String,
    entries: BTreeMap<String, Hex>,
}

/// A number written as a string: `"0x1000"`.
#[derive(Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
struct Hex(u64);

impl TryFrom<String> for Hex {
    type Error = NotHex;

    fn try_from(text: String) -> Result<Self, NotHex> {
        let digits = text.strip_prefix("0x").filter(|digits| !digits.starts_with('+'));
        digits
            .and_then(|digits| u64::from_str_radix(digits, 16).ok())
            .map(Self)
            .ok_or_else(|| NotHex(clip(&text)))
    }
}

/// Not a number of at most 64 bits as `"0x1000"`.
struct NotHex(String);

impl fmt::Display for NotHex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is not a number of at most 64 bits like \"0x1000\"", self.0)
    }
}
