//! The parts of a call: what each accepts, and each as text.

use pagewalk::release::Nearest;
use pagewalk::{Callback, Callbacks, EntryPoint, Release, Revision, WalkLock};
use scenario::Held;

use crate::read::{MMS, Wrong, callback, mm_name, named, range};
use crate::{Area, Base, Call, Edit, Rule};

/// Most rules, VMAs and entries of a call.
pub const MOST_RULES: usize = 32;
/// Most VMAs of a call.
pub const MOST_AREAS: usize = 500;
/// Most entries of a call.
pub const MOST_EDITS: usize = 5000;

/// A part of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Field {
    /// The tables.
    Machine,
    /// The kernel.
    Kernel,
    /// The function.
    Function,
    /// The mm.
    Mm,
    /// The range.
    Range,
    /// The lock of the mm.
    Lock,
    /// The lock of `init_mm` besides.
    InitLock,
    /// `walk_lock`
    WalkLock,
    /// The callbacks that are set.
    Callbacks,
    /// What they do.
    Rules,
    /// The VMAs.
    Areas,
    /// Entries that are written before.
    Edits,
}

fn holds() -> impl Iterator<Item = (&'static str, Held)> {
    Held::ALL.into_iter().map(|held| (held.id(), held))
}

impl Field {
    /// All of them, in the order in which a person makes them up.
    pub const ALL: [Self; 12] = [
        Self::Machine,
        Self::Kernel,
        Self::Function,
        Self::Mm,
        Self::Range,
        Self::Lock,
        Self::InitLock,
        Self::WalkLock,
        Self::Callbacks,
        Self::Rules,
        Self::Areas,
        Self::Edits,
    ];

    /// Its name in the text of a call. Machine and kernel have a place there instead.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Machine => "machine",
            Self::Kernel => "kernel",
            Self::Function => "fn",
            Self::Mm => "mm",
            Self::Range => "range",
            Self::Lock => "lock",
            Self::InitLock => "init",
            Self::WalkLock => "walk_lock",
            Self::Callbacks => "ops",
            Self::Rules => "do",
            Self::Areas => "vma",
            Self::Edits => "set",
        }
    }

    /// For a person.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Machine => "Machine",
            Self::Kernel => "Kernel",
            Self::Function => "Function",
            Self::Mm => "mm that is walked",
            Self::Range => "Range",
            Self::Lock => "Lock of that mm",
            Self::InitLock => "Lock of init_mm besides",
            Self::WalkLock => "walk_lock of the ops table",
            Self::Callbacks => "Callbacks that are set",
            Self::Rules => "What the callbacks do",
            Self::Areas => "VMAs of the process",
            Self::Edits => "Entries that are written before",
        }
    }

    /// What it accepts, in a sentence.
    pub const fn accepts(self) -> &'static str {
        match self {
            Self::Machine => {
                "A page-table model such as x86_64-4level: small tables are made for it. With booted- before it, those of a kernel that \
                 booted; or a file that was opened."
            }
            Self::Kernel => {
                "The version whose walker runs. A text may have what uname -r prints: then the nearest of these."
            }
            Self::Function => {
                "A function of mm/pagewalk.c. A kernel without it runs the one that did its work there."
            }
            Self::Mm => "init_mm or mm, the process. The kernel walks take init_mm whatever stands here.",
            Self::Range => {
                "The first address and the one behind the last, hexadecimal: 400000-600000. Empty: where there is most to see."
            }
            Self::Lock | Self::InitLock => "How it is held at the call.",
            Self::WalkLock => {
                "What a walk with VMAs asserts and takes. Walks without VMAs do not look at it."
            }
            Self::Callbacks => {
                "Members of struct mm_walk_ops with commas between them. One that is not here is NULL."
            }
            Self::Rules => {
                "A line for each thing, in the order in which a callback does them: CALLBACK:DEED or CALLBACK@WHEN:DEED. WHEN: leaf, table, \
                 none, absent, the number of the call, or at=ADDRESS. DEED: set=BITS, clear=BITS, write=VALUE, split, flush, count, \
                 continue, again=TIMES, return=NUMBER."
            }
            Self::Areas => {
                "A line for each: START-END:FLAGS. FLAGS: letters of r w x s, then with commas pfnmap, file=PAGE, hugetlb=BYTES, \
                 lock=read. Empty: those of the tables; none: there are none."
            }
            Self::Edits => {
                "A line for each: MM:ADDRESS:LEVEL:VALUE, such as mm:400000:pte:none or init_mm:ffff888000000000:pmd:80000000000001e3."
            }
        }
    }

    /// Whether it has a line for each of several things.
    pub const fn is_list(self) -> bool {
        matches!(self, Self::Rules | Self::Areas | Self::Edits)
    }

    /// The names to choose from, if it has a few and nothing else.
    pub fn choices(self) -> Option<Vec<String>> {
        let names = |names: &mut dyn Iterator<Item = &'static str>| Some(names.map(str::to_owned).collect());
        match self {
            Self::Machine => Some(Base::all().map(|base| base.to_string()).collect()),
            Self::Kernel => names(&mut Revision::ALL.into_iter().map(Revision::id)),
            Self::Function => names(&mut functions().map(|(name, _)| name)),
            Self::Mm => names(&mut MMS.into_iter().map(|(name, _)| name)),
            Self::Lock | Self::InitLock => names(&mut holds().map(|(name, _)| name)),
            Self::WalkLock => names(&mut WalkLock::ALL.into_iter().map(WalkLock::name)),
            Self::Range | Self::Callbacks | Self::Rules | Self::Areas | Self::Edits => None,
        }
    }
}

/// The functions by their names.
fn functions() -> impl Iterator<Item = (&'static str, EntryPoint)> {
    EntryPoint::ALL.into_iter().map(|entry| (entry.func().name(), entry))
}

/// Reads a list: what cannot be read of it is said with its line, the rest is kept.
fn list<T>(
    text: &str,
    most: usize,
    wrongs: &mut Vec<Wrong>,
    parse: impl Fn(&str) -> Result<T, Wrong>,
) -> Vec<T> {
    let mut all = Vec::new();
    for (nth, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() {
            continue;
        }
        if all.len() == most {
            wrongs.push(Wrong {
                line: Some(nth + 1),
                ..Wrong::new(format!("there are more than {most}: the rest is left out"))
            });
            break;
        }
        match parse(line) {
            Ok(of) => all.push(of),
            Err(wrong) if wrongs.len() < MOST_WRONGS => wrongs.push(Wrong { line: Some(nth + 1), ..wrong }),
            Err(_) => {}
        }
    }
    all
}

/// Most that is said to be wrong with one part.
const MOST_WRONGS: usize = 20;

fn lines(all: impl Iterator<Item = String>) -> String {
    all.collect::<Vec<_>>().join("\n")
}

impl Call {
    /// A part as text; of a list a line for each.
    pub fn text_of(&self, field: Field) -> String {
        match field {
            Field::Machine => self.tables.to_string(),
            Field::Kernel => self.kernel.id().to_owned(),
            Field::Function => self.function.func().name().to_owned(),
            Field::Mm => mm_name(self.mm).to_owned(),
            Field::Range => {
                self.range.map_or_else(String::new, |(start, end)| format!("{:x}-{:x}", start.0, end.0))
            }
            Field::Lock => self.lock.id().to_owned(),
            Field::InitLock => self.init_lock.id().to_owned(),
            Field::WalkLock => self.walk_lock.name().to_owned(),
            Field::Callbacks => {
                let set =
                    Callback::ALL.into_iter().filter(|callback| self.callbacks.contains(callback.flag()));
                set.map(Callback::name).collect::<Vec<_>>().join(",")
            }
            Field::Rules => lines(self.rules.iter().map(ToString::to_string)),
            Field::Areas => match &self.areas {
                None => String::new(),
                Some(areas) if areas.is_empty() => NONE.to_owned(),
                Some(areas) => lines(areas.iter().map(ToString::to_string)),
            },
            Field::Edits => lines(self.edits.iter().map(ToString::to_string)),
        }
    }

    /// Reads a part. What cannot be read is said, and leaves what was there; of a list the rest is taken. Of a kernel that is near to one
    /// that is here, that one is taken, and what differs is said.
    pub fn set(&mut self, field: Field, text: &str) -> Vec<Wrong> {
        let mut wrongs = Vec::new();
        let text = text.trim();
        if let Err(wrong) = self.read(field, text, &mut wrongs) {
            wrongs.push(wrong);
        }
        wrongs
    }

    fn read(&mut self, field: Field, text: &str, wrongs: &mut Vec<Wrong>) -> Result<(), Wrong> {
        match field {
            Field::Machine => self.tables = Base::parse(text)?,
            Field::Kernel => match named(text, Revision::ALL.map(|of| (of.id(), of)), "kernel") {
                Ok(kernel) => self.kernel = kernel,
                Err(wrong) => {
                    let Nearest { revision, why, .. } = Release::parse(text).ok_or(wrong)?.nearest();
                    self.kernel = revision;
                    let row = revision.id();
                    wrongs.push(Wrong::note(format!(
                        "the nearest row to \u{201c}{text:.40}\u{201d} is {row}: {text:.40} {why}"
                    )));
                }
            },
            Field::Function => self.function = named(text.trim_end_matches("()"), functions(), "function")?,
            Field::Mm => self.mm = named(text, MMS, "mm")?,
            Field::Range => self.range = if text.is_empty() { None } else { Some(range(text)?) },
            Field::Lock => self.lock = named(text, holds(), "way to hold a lock")?,
            Field::InitLock => self.init_lock = named(text, holds(), "way to hold a lock")?,
            Field::WalkLock => {
                self.walk_lock = named(text, WalkLock::ALL.map(|of| (of.name(), of)), "walk_lock")?;
            }
            Field::Callbacks => {
                let mut all = Callbacks::empty();
                for word in
                    text.split(|of: char| of == ',' || of.is_whitespace()).filter(|word| !word.is_empty())
                {
                    match callback(word) {
                        Ok(callback) => all |= callback.flag(),
                        Err(wrong) => wrongs.push(wrong),
                    }
                }
                self.callbacks = all;
            }
            Field::Rules => self.rules = list(text, MOST_RULES, wrongs, Rule::parse),
            Field::Areas => {
                self.areas = match text {
                    "" => None,
                    NONE => Some(Vec::new()),
                    _ => Some(list(text, MOST_AREAS, wrongs, Area::parse)),
                };
            }
            Field::Edits => self.edits = list(text, MOST_EDITS, wrongs, Edit::parse),
        }
        Ok(())
    }

    /// What is worth a word although it can be read: a rule of a callback that is not set, a function that the kernel does not have.
    pub fn notes(&self) -> Vec<(Field, String)> {
        let mut notes = Vec::new();
        let lacks = pgtable::lacking(self.tables.model(), self.kernel.row().version);
        notes.extend(lacks.map(|(since, nearest)| {
            let kernel = self.kernel.id();
            (
                Field::Machine,
                format!("There is no such machine in {kernel}: {since}. The nearest is {}.", nearest.title),
            )
        }));
        let there = self.function.in_revision(self.kernel);
        if there != self.function {
            notes.push((
                Field::Function,
                format!(
                    "{} has no such function: {}() does its work there.",
                    self.kernel.id(),
                    there.func().name()
                ),
            ));
        }
        for rule in &self.rules {
            if !self.callbacks.contains(rule.callback.flag()) {
                let what = format!("{rule}: {} is NULL, so nothing of this happens.", rule.callback.name());
                notes.push((Field::Rules, what));
            }
        }
        let with_vmas = |callback: &Callback| {
            self.callbacks.contains(callback.flag()) && !Callbacks::WITHOUT_VMA.contains(callback.flag())
        };
        if !self.function.has_vmas()
            && let Some(callback) =
                Callback::ALL.iter().find(|of| with_vmas(of) && **of != Callback::InstallPte)
        {
            let what = format!("A walk without VMAs does not call {}.", callback.name());
            notes.push((Field::Callbacks, what));
        }
        if self.mm != self.walked() {
            notes.push((Field::Mm, format!("{}() walks init_mm.", self.function.func().name())));
        }
        notes
    }
}

/// That there are no VMAs.
const NONE: &str = "none";
