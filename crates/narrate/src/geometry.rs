//! An architecture's geometry: its levels, how they are folded, and the bits of its entries.
//!
//! Everything is text in tables of the same shape for every model, so that two of them can be compared cell by cell:
//! what is another text in the other has changed.

use pgtable::{EntryKind, Flag, Fold, Level, Model, RawEntry};

/// What folding and hole depths are, for whoever sees them first.
pub const NOTES: [&str; 2] = [
    "Every kernel has all five levels in its code. A folded level has no tables: its functions get the entry of the level \
     above once more. Folding is done by a header when the kernel is compiled, or by a test of the CPU when it runs.",
    "An empty entry is reported to pte_hole() with a depth, from 0 for the pgd to 4 for a pte. A level whose PTRS_PER_* \
     is 1 counts as the one above it. A level that is folded at run time may keep its PTRS_PER_*, and then counts as \
     itself.",
];

/// What stands where there is nothing to say.
pub const NOTHING: &str = "–";

/// The rows of the table of levels: what each says of a level.
pub const ROWS: [&str; 7] =
    ["shift", "an entry covers", "PTRS_PER", "table", "address bits", "folded", "hole depth"];

/// The names of the facts about a whole machine.
pub const FACTS: [&str; 7] = [
    "page",
    "entry",
    "translated address",
    "levels in memory",
    "user space (TASK_SIZE)",
    "lowest region of the kernel",
    "roots",
];

/// An architecture's geometry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Geometry {
    /// The model: `x86-64, 4 levels`.
    pub title: &'static str,
    /// The values of [`FACTS`].
    pub facts: [String; FACTS.len()],
    /// The columns of the table of levels, root first.
    pub levels: [LevelColumn; 5],
    /// The kinds of entries, each with its bits.
    pub entries: Vec<EntryBits>,
}

/// One level.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LevelColumn {
    /// Its name: `PGD`.
    pub name: &'static str,
    /// The values of [`ROWS`].
    pub cells: [String; ROWS.len()],
    /// Whether it has no tables of its own.
    pub folded: bool,
}

/// The bits of a kind of entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryBits {
    /// The kind.
    pub kind: Kind,
    /// The levels that have such entries: `PUD, PMD`.
    pub levels: String,
    /// Its bits, lowest first.
    pub bits: &'static [Flag],
}

/// A kind of entry, as far as its bits are others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Points to a table.
    Table,
    /// Above the lowest level, maps memory itself.
    Leaf,
    /// At the lowest level, maps a page.
    Page,
    /// Neither empty nor present.
    NotPresent,
}

impl Kind {
    const ALL: [Self; 4] = [Self::Table, Self::Leaf, Self::Page, Self::NotPresent];

    /// For a person.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Table => "An entry that points to a table",
            Self::Leaf => "A leaf above the lowest level",
            Self::Page => "A page",
            Self::NotPresent => "An entry that is not present",
        }
    }

    const fn entry_kind(self) -> EntryKind {
        match self {
            Self::Table => EntryKind::Table,
            Self::Leaf | Self::Page => EntryKind::Leaf,
            Self::NotPresent => EntryKind::NotPresent,
        }
    }

    /// Whether a level of `model` has such entries, given the bits that they have there.
    fn is_at(self, model: &'static Model, level: Level, bits: &[Flag]) -> bool {
        match self {
            Self::Table => level != Level::Pte,
            Self::Page => level == Level::Pte,
            // Where there are leaves, what has every bit of a leaf is one.
            Self::Leaf => {
                let value = bits.iter().fold(0, |value, flag| value | flag.mask);
                level != Level::Pte && model.classify(level, RawEntry(value), &model.empty) == EntryKind::Leaf
            }
            Self::NotPresent => !bits.is_empty(),
        }
    }
}

/// One bit or field of two machines' entries of a kind: what it is, and what it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BitRow {
    /// In the one that is shown.
    pub is: Option<&'static Flag>,
    /// In the other one.
    pub was: Option<&'static Flag>,
    /// Whether the two have another name for it, or one of them none.
    pub changed: bool,
}

/// The geometry of a model.
pub fn geometry(model: &'static Model) -> Geometry {
    Geometry {
        title: model.title,
        facts: facts(model),
        levels: Level::ALL.map(|level| column(model, level)),
        entries: entries(model),
    }
}

fn facts(model: &Model) -> [String; FACTS.len()] {
    // Where kernel and processes have address spaces of their own, the kernel's begins at 0 as well.
    let from = |addr| model.layout.iter().find(|region| region.start >= addr);
    let kernel = from(model.task_size).or_else(|| from(model.kernel_start));
    [
        size(model.page_shift.into()),
        format!("{} bytes", model.entry_bytes),
        format!("{} bits", model.va_bits),
        format!("{} of 5", model.real_levels().count()),
        format!("below {:#x}", model.task_size),
        kernel.map_or_else(String::new, |region| format!("{}, from {:#x}", region.name, region.start)),
        if model.one_root { "one for both halves" } else { "one for each half" }.to_owned(),
    ]
}

fn column(model: &Model, level: Level) -> LevelColumn {
    let spec = model.level(level);
    let folded = spec.is_folded();
    let (high, low) = model.index_bits(model.indexed_by(level));
    let none = || NOTHING.to_owned();
    LevelColumn {
        name: level.upper_name(),
        cells: [
            spec.shift.to_string(),
            size(spec.shift.into()),
            spec.ptrs.to_string(),
            if folded {
                none()
            } else {
                size((model.slots(level) * u32::from(model.entry_bytes)).trailing_zeros())
            },
            if folded { none() } else { format!("{high}…{low}") },
            fold(spec.fold).to_owned(),
            model.real_depth(level).to_string(),
        ],
        folded,
    }
}

const fn fold(fold: Fold) -> &'static str {
    match fold {
        Fold::Own => "no",
        Fold::CompileTime => "at compile time",
        Fold::RunTime => "at run time",
        Fold::RunTimeRealigned => "at run time, with an index of its own",
    }
}

/// A power of two of bytes: `2 MiB`.
fn size(log2: u32) -> String {
    const UNITS: [&str; 7] = ["bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    format!("{} {}", 1u32 << (log2 % 10), UNITS[(log2 / 10) as usize % UNITS.len()])
}

/// The kinds of entries with their bits; levels whose bits are the same are together.
fn entries(model: &'static Model) -> Vec<EntryBits> {
    let mut entries: Vec<EntryBits> = Vec::new();
    for kind in Kind::ALL {
        for level in model.real_levels() {
            let bits = model.flags(level, kind.entry_kind());
            if !kind.is_at(model, model.lowest_sharing(level), bits) {
                continue;
            }
            let name = level.upper_name();
            match entries.iter_mut().find(|of| of.kind == kind && of.bits == bits) {
                Some(of) => {
                    of.levels += ", ";
                    of.levels += name;
                }
                None => entries.push(EntryBits { kind, levels: name.to_owned(), bits }),
            }
        }
    }
    entries
}

/// The bits of a kind of entry beside those of the same kind elsewhere, lowest first.
pub fn compare(is: &'static [Flag], was: &'static [Flag]) -> Vec<BitRow> {
    let mut rows = Vec::new();
    for flag in is {
        let was = was.iter().find(|of| of.mask == flag.mask);
        let changed = was.is_none_or(|was| was.name != flag.name);
        rows.push(BitRow { is: Some(flag), was, changed });
    }
    for flag in was {
        if !is.iter().any(|of| of.mask == flag.mask) {
            let at = rows.iter().position(|row| lowest(*row) > flag.low_bit()).unwrap_or(rows.len());
            rows.insert(at, BitRow { is: None, was: Some(flag), changed: true });
        }
    }
    rows
}

fn lowest(row: BitRow) -> u32 {
    row.is.or(row.was).map_or(0, Flag::low_bit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use pgtable::MODELS;

    fn of(id: &str) -> Geometry {
        geometry(pgtable::model(id).expect("a model"))
    }

    fn row(of: &Geometry, name: &str) -> [String; 5] {
        let at = ROWS.iter().position(|row| *row == name).expect("a row");
        of.levels.clone().map(|level| level.cells[at].clone())
    }

    #[test]
    fn levels_shifts_and_folding_as_the_kernel_has_them() {
        // kernel-facts 5.1.
        let x86 = of("x86_64-4level");
        assert_eq!(row(&x86, "shift"), ["39", "39", "30", "21", "12"]);
        assert_eq!(row(&x86, "PTRS_PER"), ["512", "1", "512", "512", "512"]);
        assert_eq!(row(&x86, "an entry covers"), ["512 GiB", "512 GiB", "1 GiB", "2 MiB", "4 KiB"]);
        assert_eq!(row(&x86, "table"), ["4 KiB", "–", "4 KiB", "4 KiB", "4 KiB"]);
        assert_eq!(row(&x86, "folded"), ["no", "at run time", "no", "no", "no"]);
        assert_eq!(row(&x86, "hole depth"), ["0", "0", "2", "3", "4"]);
        let sv39 = of("riscv64-sv39");
        assert_eq!(row(&sv39, "address bits"), ["38…30", "–", "–", "29…21", "20…12"]);
        assert_eq!(row(&sv39, "folded"), ["no", "at run time", "at run time", "no", "no"]);
        assert_eq!(row(&sv39, "hole depth"), ["0", "1", "2", "3", "4"]);
        let arm = of("arm64-16k-48");
        assert_eq!(row(&arm, "table"), ["16 bytes", "–", "16 KiB", "16 KiB", "16 KiB"]);
        assert_eq!(row(&arm, "folded"), ["no", "at compile time", "no", "no", "no"]);
        assert_eq!(arm.facts[0], "16 KiB");
    }

    #[test]
    fn leaves_are_where_the_architecture_has_them() {
        let levels = |id: &str, kind: Kind| {
            of(id).entries.iter().filter(|of| of.kind == kind).map(|of| of.levels.clone()).collect::<Vec<_>>()
        };
        assert_eq!(levels("x86_64-5level", Kind::Leaf), ["PUD, PMD"]);
        assert_eq!(levels("x86_64-5level", Kind::Table), ["PGD, P4D, PUD, PMD"]);
        // The word of the root is that of the folded pud, which may be a leaf.
        assert_eq!(levels("riscv64-sv39", Kind::Leaf), ["PGD, PMD"]);
        assert_eq!(levels("x86_64-4level", Kind::Page), ["PTE"]);
    }

    #[test]
    fn every_model_fills_every_cell() {
        for model in MODELS {
            let of = geometry(model);
            for text in of.facts.iter().chain(of.levels.iter().flat_map(|level| &level.cells)) {
                assert!(!text.is_empty(), "{model:?}");
            }
            for kind in [Kind::Table, Kind::Page, Kind::NotPresent] {
                assert!(of.entries.iter().any(|of| of.kind == kind), "{model:?} {kind:?}");
            }
        }
    }

    #[test]
    fn bits_stand_beside_those_of_the_other_machine_in_order() {
        let bits = |id: &str| of(id).entries[0].bits;
        let (x86, riscv) = (bits("x86_64-4level"), bits("riscv64-sv39"));
        assert!(compare(x86, x86).iter().all(|row| row.is == row.was && !row.changed));
        let rows = compare(riscv, x86);
        assert!(
            rows.iter().all(|row| row.changed != (row.is.map(|of| of.name) == row.was.map(|of| of.name)))
        );
        assert!(rows.windows(2).all(|pair| lowest(pair[0]) <= lowest(pair[1])));
        let names = |bit: u32| {
            let row = rows.iter().find(|row| lowest(**row) == bit).expect("a row");
            (row.is.map(|flag| flag.name), row.was.map(|flag| flag.name))
        };
        assert_eq!(names(1), (Some("_PAGE_READ"), Some("_PAGE_RW")));
        let of_both = rows.iter().filter(|row| row.is.is_some()).count();
        assert_eq!(of_both, riscv.len());
        assert!(rows.len() > riscv.len(), "what only x86-64 has is there as well");
    }
}
