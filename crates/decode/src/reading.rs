//! One value under one model.

mod remarks;

use pgtable::{EntryKind, Flag, Isa, Level, Model, PhysAddr, RawEntry};

use crate::swap::Swap;

/// A flag that is set, or a field that is not 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Named {
    /// Which one: its name, its bits, and what it means.
    pub flag: &'static Flag,
    /// Its value, shifted down: 1 for a single bit.
    pub value: u64,
}

/// Where an entry leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// Nowhere.
    Nothing,
    /// To a table of the next level.
    Table(PhysAddr),
    /// To memory.
    Memory {
        /// The first address.
        start: PhysAddr,
        /// How many bytes this entry maps.
        bytes: u64,
    },
}

/// What a value is at a level of a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The model.
    pub model: &'static Model,
    /// The level that was asked for.
    pub level: Level,
    /// The value.
    pub value: RawEntry,
    /// Table, leaf, hole, bad or not present, in the order in which the walker finds it out.
    pub kind: EntryKind,
    /// Whether the CPU uses it. The kernel calls some entries present that the CPU must not use.
    pub cpu_uses: bool,
    /// Why the CPU faults at it although it is marked as valid: what the architecture reserves.
    pub reserved: Option<&'static str>,
    /// The flags that are set, lowest bit first.
    pub flags: Vec<Named>,
    /// Where it leads.
    pub target: Target,
    /// The entry that the kernel keeps where the CPU must not look.
    pub swap: Option<Swap>,
    /// Whether it stands for an address of the kernel and is not present: see [`Reading::of_kernel`].
    pub of_kernel: bool,
    /// Bits that are set and have no name at this level, nor belong to an address.
    pub unnamed: u64,
    /// What else a person should know.
    pub notes: Vec<String>,
}

impl Reading {
    /// Reads `value` as an entry of `level`, on a machine whose unused slots hold what the model says.
    pub fn new(model: &'static Model, level: Level, value: RawEntry) -> Self {
        let of = model.kernel.isa;
        let shared = meaning(model, level, value);
        let kind = model.classify(shared, value, &model.empty);
        let is_valid = cpu_uses(of, kind, shared, value.0);
        let reserved = reserved(model, kind, shared, value.0).filter(|_| is_valid);
        let cpu_uses = is_valid && reserved.is_none();
        // leaf() does not ask present(): a pmd migration entry of loongarch has the huge bit.
        let is_absent = kind == EntryKind::NotPresent
            || kind == EntryKind::Leaf && !model.tests(shared, &model.empty).present(value);
        let flags = match kind {
            EntryKind::Leaf if is_absent => flags(model, Level::Pte, EntryKind::NotPresent, value, is_valid),
            _ => flags(model, shared, kind, value, is_valid),
        };
        let target = if is_absent { Target::Nothing } else { target(model, shared, kind, value) };
        let swap = is_absent.then(|| Swap::new(model, shared, value)).flatten();
        let named = flags.iter().fold(0, |mask, named| mask | named.flag.mask);
        // A field that is 0 is no flag that is set, so it hides nothing. The address is what leads somewhere.
        let mut reading = Self {
            model,
            level,
            value,
            kind,
            cpu_uses,
            reserved,
            flags,
            target,
            swap,
            of_kernel: false,
            unnamed: 0,
            notes: Vec::new(),
        };
        if !is_absent && kind != EntryKind::None {
            reading.unnamed =
                reading.address().into_iter().fold(value.0 & !named, |rest, (bit, _)| rest & !(1 << bit));
        }
        reading.notes = reading.remarks(of);
        reading
    }

    /// The same value for an address of the kernel, of which nothing is swapped out: an entry that is not present keeps frame and flags.
    /// `DEBUG_PAGEALLOC` and `set_direct_map_invalid_noflush()` make them (`__set_pages_np()`, arch/x86/mm/pat/set_memory.c;
    /// `set_memory_valid()`, arch/arm64/mm/pageattr.c).
    #[must_use]
    pub fn of_kernel(mut self) -> Self {
        let is_leaf = self.kind == EntryKind::Leaf && !self.cpu_uses && self.reserved.is_none();
        if !(is_leaf || self.kind == EntryKind::NotPresent) {
            return self;
        }
        if self.swap.take().is_some() {
            let shared = meaning(self.model, self.level, self.value);
            self.flags = flags(self.model, shared, EntryKind::Leaf, self.value, true);
        }
        self.of_kernel = true;
        self.notes = self.remarks(self.model.kernel.isa);
        self
    }

    /// One word for what it is.
    pub const fn word(&self) -> &'static str {
        match self.kind {
            EntryKind::None => "hole",
            kind => kind.word(),
        }
    }

    /// The bits of the entry that say where it leads, each with the bit of the address that it stands for. What leads nowhere has none,
    /// but a bad entry, whose bits would be those of a leaf.
    pub fn address(&self) -> Vec<(u32, u32)> {
        let (model, shared) = (self.model, meaning(self.model, self.level, self.value));
        let is_table = matches!(self.target, Target::Table(_));
        let leads = move |value: u64| {
            if is_table {
                model.table_address(shared, RawEntry(value)).0
            } else {
                model.leaf_address(shared, RawEntry(value)).0
            }
        };
        let all = model.flags(shared, self.kind).iter().fold(0, |mask, flag| mask | flag.mask);
        let set = self.flags.iter().fold(0, |mask, named| mask | named.flag.mask) & self.value.0;
        // With the flags and nothing else, as two bits may stand for one: 12 and 48 on arm64 with 64K pages. Svnapot takes the lowest
        // bit of the frame away, so that it needs one more to take.
        let bit_of = move |bit: u32, other: u64| {
            let changed = leads(set | other) ^ leads((set | other) ^ 1 << bit);
            // A flag that turns the address round changes many.
            changed.is_power_of_two().then(|| (bit, changed.trailing_zeros()))
        };
        let lowest = 1 << (!all).trailing_zeros();
        let leads_nowhere = self.target == Target::Nothing && self.kind != EntryKind::Bad;
        (0..64)
            .filter(move |bit| !leads_nowhere && all & 1 << bit == 0)
            .filter_map(move |bit| bit_of(bit, 0).or_else(|| bit_of(bit, lowest)))
            .collect()
    }

    /// The number of the first page that it maps, or of the page that its table lies in.
    pub fn frame(&self) -> Option<u64> {
        match self.target {
            Target::Nothing => None,
            Target::Table(at) | Target::Memory { start: at, .. } => Some(at.0 >> self.model.page_shift),
        }
    }

    /// The flags that are for software alone: the CPU ignores them.
    pub fn software(&self) -> impl Iterator<Item = &Named> {
        self.flags.iter().filter(|named| is_software(named.flag))
    }
}

/// The level that gives a word its meaning: the lowest that has the same entry. Of s390 its type says so.
pub(crate) fn meaning(model: &Model, level: Level, value: RawEntry) -> Level {
    let shared = model.lowest_sharing(level);
    match model.type_of {
        Some(type_of) if level < Level::Pmd => shared.max(type_of(value.0)),
        _ => shared,
    }
}

/// Whether the CPU uses an entry at all. It is more than "present": the kernel keeps `PROT_NONE` pages present.
const fn cpu_uses(isa: Isa, kind: EntryKind, level: Level, value: u64) -> bool {
    match (isa, kind) {
        // A table is a bare address there.
        (Isa::Loongarch, EntryKind::Table) => true,
        (Isa::Loongarch, EntryKind::None) => false,
        (Isa::Loongarch, _) if matches!(level, Level::Pgd | Level::P4d) => false,
        (Isa::Powerpc, _) => value >> 63 == 1,
        // The invalid bit stands elsewhere in a pte; a level above a folded one is looked at with the type of its entry.
        (Isa::S390, _) if matches!(level, Level::Pte) => value & 0x400 == 0,
        (Isa::S390, _) => value & 0x20 == 0,
        (Isa::Loongarch | Isa::X86 | Isa::Arm64 | Isa::Riscv | Isa::Openrisc, _) => value & 1 != 0,
    }
}

/// What the architecture reserves in a valid leaf, where it does: the CPU faults. RISC-V's privileged architecture (Sv39, Svpbmt), the tables of
/// descriptors of Arm's manual (DDI 0487), and of Intel's (SDM, volume 3, 4.5).
fn reserved(model: &Model, kind: EntryKind, level: Level, value: u64) -> Option<&'static str> {
    if kind != EntryKind::Leaf {
        return None;
    }
    let below = (1u64 << model.level(level).shift) - 1;
    match model.kernel.isa {
        Isa::Riscv if value & 0xe == 0 => {
            Some("neither readable nor writable nor executable, at the last level")
        }
        Isa::Riscv if value & 6 == 4 => Some("writable and not readable, which is reserved"),
        Isa::Riscv if model.entry_bytes == 8 && value >> 61 & 3 == 3 => {
            Some("bits 62 and 61 are 3, which Svpbmt reserves")
        }
        Isa::Riscv if level != Level::Pte && value >> 10 & below >> 12 != 0 => {
            Some("a large page whose frame is no multiple of its size")
        }
        Isa::Arm64 if level == Level::Pte && value & 3 == 1 => {
            Some("type 1 of a descriptor at the last level, which is reserved")
        }
        // Bit 12 of a large page is PAT.
        Isa::X86 if level != Level::Pte && value & below & !0x1fff != 0 => {
            Some("bits of the address below the size of the page are set, which are reserved")
        }
        _ => None,
    }
}

/// Whether only software looks at a flag: its own words say so.
pub(crate) fn is_software(flag: &Flag) -> bool {
    flag.about.starts_with("software bit")
}

/// `3`, `3 to 5`, `3, 7 and 9`.
pub(crate) fn bit_list(mask: u64) -> String {
    let mut runs: Vec<String> = Vec::new();
    let mut bit = 0;
    while bit < 64 {
        if mask >> bit & 1 == 0 {
            bit += 1;
            continue;
        }
        let start = bit;
        while bit < 64 && mask >> bit & 1 == 1 {
            bit += 1;
        }
        let last = bit - 1;
        runs.push(match last - start {
            0 => start.to_string(),
            1 => format!("{start}, {last}"),
            _ => format!("{start} to {last}"),
        });
    }
    runs.join(", ")
}

fn target(model: &Model, shared: Level, kind: EntryKind, value: RawEntry) -> Target {
    match kind {
        EntryKind::None | EntryKind::NotPresent | EntryKind::Bad => Target::Nothing,
        EntryKind::Table => Target::Table(model.table_address(shared, value)),
        EntryKind::Leaf => {
            Target::Memory { start: model.leaf_address(shared, value), bytes: 1 << model.level(shared).shift }
        }
    }
}

/// The set flags. What the CPU must not use has other names for some bits: `_PAGE_PROTNONE` is `_PAGE_GLOBAL`.
fn flags(model: &Model, level: Level, kind: EntryKind, value: RawEntry, cpu_uses: bool) -> Vec<Named> {
    let absent = if cpu_uses { &[][..] } else { model.flags(level, EntryKind::NotPresent) };
    let set = model.set_flags(level, kind, value);
    set.map(|set| {
        let other = absent.iter().find(|flag| flag.mask == set.flag.mask && kind == EntryKind::Leaf);
        Named { flag: other.unwrap_or(set.flag), value: set.value }
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use pgtable::{MODELS, model};

    fn read(id: &str, level: Level, value: u64) -> Reading {
        Reading::new(model(id).expect("a model"), level, RawEntry(value))
    }

    fn names(of: &Reading) -> Vec<&'static str> {
        of.flags.iter().map(|named| named.flag.name).collect()
    }

    #[test]
    fn every_flag_of_every_model_says_what_it_means() {
        let kinds =
            [EntryKind::None, EntryKind::Table, EntryKind::Leaf, EntryKind::NotPresent, EntryKind::Bad];
        let mut seen = 0;
        for model in MODELS {
            for level in Level::ALL {
                for flag in kinds.into_iter().flat_map(|kind| model.flags(level, kind)) {
                    seen += 1;
                    assert!(flag.about.len() >= 5, "{} {}", model.id, flag.name);
                    assert!(!flag.about.contains('\n'), "{} {}: one line", model.id, flag.name);
                    assert!(!flag.name.is_empty() && !flag.short.is_empty(), "{}", model.id);
                }
            }
        }
        assert!(seen > 1_000);
    }

    #[test]
    fn crash_and_pgtable_agree_on_a_kernel_page() {
        // crash 8.0.2, Linux 6.1.0-56-cloud-amd64: vtop ffff888000000000 and ffffffff81000000.
        let page = read("x86_64-4level", Level::Pte, 0x8000_0000_0000_0163);
        assert_eq!(page.kind, EntryKind::Leaf);
        assert_eq!(
            names(&page),
            ["_PAGE_PRESENT", "_PAGE_RW", "_PAGE_ACCESSED", "_PAGE_DIRTY", "_PAGE_GLOBAL", "_PAGE_NX"]
        );
        assert_eq!(page.target, Target::Memory { start: PhysAddr(0), bytes: 4096 });
        let large = read("x86_64-4level", Level::Pmd, 0x0100_01e1);
        assert_eq!((large.word(), large.frame()), ("leaf", Some(0x1000)));
        assert_eq!(large.target, Target::Memory { start: PhysAddr(0x100_0000), bytes: 2 << 20 });
    }

    #[test]
    fn arm64_shows_the_flags_that_crash_prints() {
        // crash 8.0.2, arm64: e8000040000707 (VALID|SHARED|AF|PXN|UXN|DIRTY), and a table entry with PXNTable and UXNTable.
        let page = read("arm64-4k-48", Level::Pte, 0x00e8_0000_4000_0707);
        assert_eq!(page.target, Target::Memory { start: PhysAddr(0x4000_0000), bytes: 4096 });
        let all = names(&page);
        for name in ["PTE_VALID", "PTE_SHARED", "PTE_AF", "PTE_PXN", "PTE_UXN", "PTE_DIRTY", "PTE_WRITE"] {
            assert!(all.contains(&name), "{name}: {all:?}");
        }
        let table = read("arm64-4k-48", Level::Pud, 0x1800_0000_4fff_7003);
        assert_eq!(table.target, Target::Table(PhysAddr(0x4fff_7000)));
        assert_eq!(names(&table), ["PTE_VALID", "PMD_TABLE_BIT", "PMD_TABLE_PXN", "PMD_TABLE_UXN"]);
        assert_eq!(table.unnamed, 0);
    }

    #[test]
    fn what_the_cpu_must_not_use_has_its_own_names() {
        // PROT_NONE: present to the kernel, and the frame number is inverted against L1 terminal fault.
        let page = read("x86_64-4level", Level::Pte, !0x1234_5000 & 0x000f_ffff_ffff_f000 | 1 << 8);
        assert_eq!(names(&page), ["_PAGE_PROTNONE"]);
        assert_eq!(page.target, Target::Memory { start: PhysAddr(0x1234_5000), bytes: 4096 });
        assert!(!page.cpu_uses);
        let arm = read("arm64-4k-48", Level::Pte, 0x0060_0000_4123_4f02 & !1);
        assert!(names(&arm).contains(&"PTE_PRESENT_INVALID"), "{arm:?}");
        assert!(!names(&arm).contains(&"PTE_NG"));
    }

    #[test]
    fn a_kernel_page_that_is_not_present_is_no_swap_entry() {
        // Linux 6.18 with DEBUG_PAGEALLOC: the page at ffff888109d2a000 of the direct map; x86 keeps its frame inverted.
        let page = read("x86_64-4level", Level::Pte, 0x800f_fffe_f62d_5060).of_kernel();
        assert!(page.swap.is_none() && page.of_kernel && page.word() == "not present", "{page:?}");
        assert_eq!(names(&page), ["_PAGE_ACCESSED", "_PAGE_DIRTY", "_PAGE_NX"]);
        assert!(
            page.notes[0].contains("kernel page, not present: its frame 0x109d2a is kept, inverted"),
            "{page:?}"
        );
        // arm64 6.6: the frame stands there as it is.
        let arm = read("arm64-4k-48", Level::Pte, 0x0068_0002_1fff_8f06).of_kernel();
        assert!(arm.notes[0].contains("its frame 0x21fff8 is kept;"), "{arm:?}");
        // What is present, and a hole, are what they are.
        for value in [0x8000_0000_0000_0163, 0] {
            let one = read("x86_64-4level", Level::Pte, value);
            assert_eq!(one.clone().of_kernel(), one);
        }
    }

    #[test]
    fn holes_and_bad_entries_say_what_they_are() {
        assert_eq!(read("x86_64-4level", Level::Pmd, 0).word(), "hole");
        assert!(read("x86_64-4level", Level::Pte, 0x60).notes[0].contains("erratum"));
        let bad = read("x86_64-4level", Level::Pgd, 0xdead_beef_0000_0001);
        assert_eq!(bad.word(), "bad");
        assert!(bad.notes.iter().any(|note| note.contains("p4d_bad()")), "{bad:?}");
        let unused = read("loongarch64-16k-3level", Level::Pmd, 0x9000_0000_01c0_0000);
        assert_eq!(unused.word(), "hole");
        assert!(unused.notes[0].contains("invalid table"), "{unused:?}");
        for (level, value, word) in [
            (Level::Pud, 0x24, "the type of the table"),
            (Level::Pmd, 0x20, "the invalid bit alone"),
            (Level::Pte, 0x400, "the invalid bit alone"),
        ] {
            let unused = read("s390x", level, value);
            assert_eq!(unused.word(), "hole");
            assert!(unused.notes.iter().any(|note| note.contains(word)), "{unused:?}");
        }
    }

    #[test]
    fn an_entry_of_s390_means_what_its_type_says() {
        for (level, value, kind, shared) in [
            (Level::Pgd, 0x24, EntryKind::None, "pud"),
            (Level::Pgd, 0x28, EntryKind::None, "p4d"),
            (Level::P4d, 0x20, EntryKind::None, "pmd"),
            (Level::P4d, 0x7007, EntryKind::Table, "pud"),
        ] {
            let of = read("s390x", level, value);
            assert_eq!(of.kind, kind, "{level:?} {value:#x}");
            let folded = format!("by its type it is a {shared} entry: {} is folded", level.name());
            assert!(of.notes.iter().any(|note| note.starts_with(&folded)), "{of:?}");
        }
        assert_eq!(read("s390x", Level::Pgd, 0x24).target, Target::Nothing);
        let other = read("s390x", Level::Pud, 0x700b);
        assert!(other.notes.iter().any(|note| note.contains("pud_bad() is true")), "{other:?}");
        assert!(read("s390x", Level::Pgd, 0x700f).notes.is_empty());
        assert_eq!(names(&read("s390x", Level::Pmd, 0x8000_0001)), ["_SEGMENT_ENTRY_PRESENT"]);
    }

    #[test]
    fn bits_48_and_49_of_arm64_are_the_kernels_alone_without_lpa2() {
        let says = |id: &str, value| {
            read(id, Level::Pte, value)
                .notes
                .iter()
                .any(|note| note.contains("the CPU does not look at them"))
        };
        assert!(says("arm64-4k-48", 0x0003_0000_41a0_0703) && says("arm64-64k-52", 0x0003_0000_41a0_0703));
        assert!(
            says("arm64-64k-48", 0x0001_0000_41a0_0703) && says("arm64-4k-52-l5off", 0x0001_0000_41a0_0703)
        );
        // The kernel writes them into both places; with LPA2 they are the address.
        assert!(!says("arm64-64k-52", 0x0001_0000_41a0_1703) && !says("arm64-4k-52", 0x0003_0000_41a0_0703));
        assert!(!says("arm64-4k-48", 0x0000_0000_41a0_0703));
    }

    #[test]
    fn a_leaf_of_powerpc_that_is_not_present_is_said_to_be_so() {
        let of = read("ppc64le-64k-radix", Level::Pud, 0x4000_0000_0000_0123);
        assert_eq!((of.kind, of.target), (EntryKind::Leaf, Target::Nothing));
        assert!(of.notes.iter().any(|note| note.contains("present() is not")), "{of:?}");
        assert!(!of.notes.iter().any(|note| note.contains("PROT_NONE")), "{of:?}");
    }

    #[test]
    fn every_bit_of_an_address_is_known_also_where_two_stand_for_one() {
        let bits = |id, value| read(id, Level::Pte, value).address();
        // The kernel does not mask bit 48 of an address that it writes into bit 12 (`__phys_to_pte_val()`): both are set.
        let both = read("arm64-64k-52", Level::Pte, 0x00e9_0000_4020_1703);
        assert_eq!(
            (both.unnamed, both.target),
            (0, read("arm64-64k-52", Level::Pte, 0x00e8_0000_4020_1703).target)
        );
        assert!(both.notes.is_empty(), "{both:?}");
        assert_eq!(bits("arm64-64k-52", 0x00e8_0000_4020_1703).len(), 34 + 4);
        assert_eq!(bits("riscv64-sv39", 0x2010_00e7), (10..54).map(|bit| (bit, bit + 2)).collect::<Vec<_>>());
        let napot = bits("riscv64-sv39", 1 << 63 | (0x8_0008 << 10) | 0xe7);
        assert!(napot.contains(&(29, 31)) && !napot.contains(&(63, 31)), "{napot:?}");
        // What the CPU must not use has its frame inverted; the bit that tells so is none of the address.
        let none = bits("x86_64-4level", !0x1234_5000 & 0x000f_ffff_ffff_f000 | 1 << 8);
        assert_eq!(none, (12..52).map(|bit| (bit, bit)).collect::<Vec<_>>());
        assert!(bits("x86_64-4level", 0).is_empty());
    }

    #[test]
    fn folded_levels_are_named() {
        let entry = read("riscv64-sv39", Level::Pgd, 0x2000_0001);
        assert!(entry.notes[0].starts_with("pud is folded into pgd"), "{entry:?}");
    }

    #[test]
    fn napot_and_contiguous_blocks_are_told() {
        let napot = read("riscv64-sv39", Level::Pte, 1 << 63 | (0x8_0008 << 10) | 0xe7);
        assert_eq!(napot.target, Target::Memory { start: PhysAddr(0x8000_0000), bytes: 4096 });
        assert!(napot.notes[0].contains("from 0x80000000"), "{napot:?}");
        let cont = read("arm64-4k-48", Level::Pte, 0x0078_0000_4000_0f03);
        assert!(cont.notes.iter().any(|note| note.contains("16 neighbouring slots")), "{cont:?}");
    }

    #[test]
    fn every_model_has_the_instruction_set_of_its_name() {
        for model in MODELS {
            let name = match model.kernel.isa {
                Isa::X86 => "x86_64",
                Isa::Arm64 => "arm64",
                Isa::Riscv => "riscv",
                Isa::Loongarch => "loongarch64",
                Isa::Openrisc => "openrisc",
                Isa::Powerpc => "ppc64le",
                Isa::S390 => "s390x",
            };
            assert!(model.id.starts_with(name), "{}", model.id);
        }
    }

    #[test]
    fn a_leaf_that_is_not_present_is_a_swap_entry_all_the_same() {
        // A pmd migration entry of loongarch: __swp_entry_to_pmd() sets the huge bit.
        let loongarch = model("loongarch64-16k-3level").expect("a model");
        let value = crate::Swap::to_entry(loongarch, 27, 0x1234).0 | 1 << 6;
        let entry = Reading::new(loongarch, Level::Pmd, RawEntry(value));
        assert_eq!((entry.kind, entry.cpu_uses, entry.target), (EntryKind::Leaf, false, Target::Nothing));
        assert_eq!(entry.swap.as_ref().map(|swap| (swap.kind, swap.offset)), Some((27, 0x1234)));
        assert!(entry.notes.iter().any(|note| note.contains("not present")), "{entry:?}");
        assert!(read("loongarch64-16k-3level", Level::Pmd, 0x1d3).swap.is_none());
    }

    /// Valid, a leaf to the kernel's tests, and a fault to the CPU.
    #[test]
    fn what_an_architecture_reserves_is_not_used() {
        for (id, level, value, is_used) in [
            ("riscv64-sv39", Level::Pte, 0x2000_0cc5u64, false),
            ("riscv64-sv39", Level::Pte, 0x2000_0cc7, true),
            ("riscv64-sv39", Level::Pte, 0x2000_0c01, false),
            ("riscv64-sv39", Level::Pmd, 0x2008_04e7, false),
            ("riscv64-sv39", Level::Pmd, 0x2008_00e7, true),
            ("riscv64-sv39", Level::Pte, 0x6000_0000_0400_00e7, false),
            ("arm64-4k-48", Level::Pte, 0x0060_0004_1689_8f81, false),
            ("arm64-4k-48", Level::Pte, 0x0060_0004_1689_8f83, true),
            ("x86_64-4level", Level::Pud, 0x8000_0000_4020_00e7, false),
            ("x86_64-4level", Level::Pud, 0x8000_0000_4000_10e7, true),
            ("x86_64-4level", Level::Pmd, 0x8000_0000_0020_11e3, true),
        ] {
            let reading = Reading::new(model(id).expect("a model"), level, RawEntry(value));
            assert_eq!((reading.kind, reading.cpu_uses), (EntryKind::Leaf, is_used), "{id} {value:x}");
            let says = reading.notes.iter().any(|note| note.contains("the CPU faults at it"));
            assert_eq!(says, !is_used, "{id} {value:x}: {:?}", reading.notes);
        }
    }

    #[test]
    fn bits_are_listed_as_runs() {
        assert_eq!(bit_list(0), "");
        assert_eq!(bit_list(0b1011_1000_1011), "0, 1, 3, 7 to 9, 11");
        assert_eq!(bit_list(u64::MAX), "0 to 63");
    }
}
