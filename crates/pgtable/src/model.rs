//! One architecture configuration: its levels and the arithmetic on addresses.

use core::fmt;
use core::hash::{Hash, Hasher};

use crate::{Empty, EntryKind, EntryRules, Flag, Level, MakeEntry, Region, VirtAddr};

/// The architecture that a [`Model`] is a configuration of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Arch {
    /// x86-64.
    X86_64,
    /// 64-bit RISC-V.
    Riscv64,
    /// 64-bit Arm.
    Arm64,
}

/// Whether a level has tables of its own.
///
/// Both kinds of folding call the folded levels' callbacks, with a pointer to the same word. They differ
/// in what the rest of the kernel sees: `real_depth()` looks at `PTRS_PER_*`, which compile-time folding
/// sets to 1 and riscv's run-time folding leaves at 512.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fold {
    /// The level has tables in memory.
    Own,
    /// Folded into the level above by `asm-generic/pgtable-nop{4d,ud,md}.h`.
    CompileTime,
    /// Folded into the level above by a test at run time (`pgtable_l5_enabled()` and the like).
    RunTime,
}

/// One level as the kernel's C code sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LevelSpec {
    /// `PAGE_SHIFT` … `PGDIR_SHIFT`: log2 of the bytes that one entry covers.
    pub shift: u8,
    /// `PTRS_PER_*` at run time: what the index is masked with and `real_depth()` looks at.
    pub ptrs: u16,
    /// Whether the level has tables of its own.
    pub fold: Fold,
}

impl LevelSpec {
    pub(crate) const fn own(shift: u8, ptrs: u16) -> Self {
        Self { shift, ptrs, fold: Fold::Own }
    }

    pub(crate) const fn compile_time(shift: u8) -> Self {
        Self { shift, ptrs: 1, fold: Fold::CompileTime }
    }

    pub(crate) const fn run_time(shift: u8, ptrs: u16) -> Self {
        Self { shift, ptrs, fold: Fold::RunTime }
    }
}

/// One configuration of one architecture: geometry, entry tests, flags and layout.
///
/// A model is data with a few rules. All of them are in [`MODELS`](crate::MODELS); each architecture's
/// file says which header and kernel version its facts come from.
pub struct Model {
    /// Stable name, used in links and files: `x86_64-4level`.
    pub id: &'static str,
    /// The architecture.
    pub arch: Arch,
    /// For a person: "x86-64, 4 levels".
    pub title: &'static str,
    /// log2 of the page size in bytes.
    pub page_shift: u8,
    /// Bytes of one entry.
    pub entry_bytes: u8,
    /// Bits of a virtual address that the tables translate.
    pub va_bits: u8,
    /// All ones of an `unsigned long`.
    pub word_mask: u64,
    /// `TASK_SIZE` of a native task: first address beyond user space. A property of the *current* task in
    /// the kernel, so a captured machine may have another one.
    pub task_size: VirtAddr,
    /// The levels, root first.
    pub levels: [LevelSpec; 5],
    /// The tests of each level, root first.
    pub(crate) rules: [EntryRules; 5],
    /// Which flags an entry of a kind can have.
    pub(crate) flags: fn(Level, EntryKind) -> &'static [Flag],
    /// The regions of the address space, lowest first.
    pub layout: &'static [Region],
    /// arm64: number of pte slots in a contiguous block, over which `ptep_get()` gathers accessed and dirty.
    pub contiguous: Option<Contiguous>,
    /// arm64: number of pmd slots in a contiguous block (`CONT_PMDS`).
    pub contiguous_pmds: Option<u16>,
    /// Whether user and kernel addresses start at one root (x86, riscv) or each at its own (arm64).
    pub one_root: bool,
    /// What an unused slot of each level holds where nothing else is known: 0 but on loongarch.
    pub empty: Empty,
    /// How the kernel makes entries.
    pub make: MakeEntry,
    /// The bit of a pte that says that there is no `struct page` (`pte_special()`); 0 where there is none.
    pub special: u64,
    /// Transparent huge pages, as far as the architecture's v7.3 Kconfig allows them.
    pub thp: Thp,
    /// How `huge_pte_offset()` finds the entry of a hugetlb page.
    pub hugetlb: Hugetlb,
    /// `CONFIG_PER_VMA_LOCK`: where it is not set a walk neither locks nor asserts VMAs.
    pub per_vma_lock: bool,
}

/// At which levels transparent huge pages are configured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Thp {
    /// Not at all.
    No,
    /// At pmd level.
    Pmd,
    /// At pmd and pud level (`CONFIG_HAVE_ARCH_TRANSPARENT_HUGEPAGE_PUD`).
    PmdAndPud,
}

/// How an architecture's `huge_pte_offset()` finds the entry of a hugetlb page (`arch/*/mm/hugetlbpage.c`, v7.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hugetlb {
    /// No hugetlb pages: `VM_HUGETLB` does not exist.
    No,
    /// mm/hugetlb.c: the pud for a page of pud size, else the pmd, if the levels above are present.
    Generic,
    /// As generic, and 64K Svnapot pages in ptes.
    Riscv,
    /// Stops at a leaf or a non-present entry, and knows contiguous pmds and ptes.
    Arm64,
    /// The pmd, if it is not none.
    Loongarch,
}

/// arm64's contiguous pte blocks, as `contpte_ptep_get()` reads them (arch/arm64/mm/contpte.c, v7.3).
#[derive(Clone, Copy, Debug)]
pub struct Contiguous {
    /// `CONT_PTES`: slots of one block, a power of two.
    pub slots: u16,
    /// Whether a value is valid and carries the contiguous hint.
    pub is_block: fn(u64) -> bool,
    /// Adds another slot's accessed and dirty state to a value.
    pub gather: fn(u64, u64) -> u64,
}

impl Model {
    /// The level as the C code sees it.
    pub const fn level(&self, level: Level) -> &LevelSpec {
        &self.levels[level as usize]
    }

    /// Whether entries of `level` are never none, never bad and always present, because the level below is
    /// folded into it. Such a test does not read memory.
    #[inline]
    pub const fn is_constant(&self, level: Level) -> bool {
        match level.lower() {
            Some(lower) => !matches!(self.level(lower).fold, Fold::Own),
            None => false,
        }
    }

    /// Whether `level` has no tables of its own.
    #[inline]
    pub const fn is_folded(&self, level: Level) -> bool {
        !matches!(self.level(level).fold, Fold::Own)
    }

    /// The level whose table holds the entries of `level`: itself, or the one that it is folded into.
    pub const fn table_level(&self, level: Level) -> Level {
        let mut level = level;
        while self.is_folded(level) {
            match level.upper() {
                Some(upper) => level = upper,
                None => break,
            }
        }
        level
    }

    /// The lowest level whose entry is the same word in memory: the one that gives it a meaning.
    pub const fn lowest_sharing(&self, level: Level) -> Level {
        let mut level = level;
        while self.is_constant(level) {
            match level.lower() {
                Some(lower) => level = lower,
                None => break,
            }
        }
        level
    }

    /// The levels that have tables in memory, root first.
    pub fn real_levels(&self) -> impl Iterator<Item = Level> + '_ {
        Level::ALL.into_iter().filter(|&level| !self.is_folded(level))
    }

    /// Number of slots of a table of `level`: the largest `PTRS_PER_*` of the levels that share its words.
    pub fn slots(&self, level: Level) -> u32 {
        let root = self.table_level(level);
        let sharing = Level::ALL.into_iter().filter(|&of| self.table_level(of) == root);
        sharing.map(|of| u32::from(self.level(of).ptrs)).max().unwrap_or(1)
    }

    /// The slot of a folded level, given the slot of the level above.
    pub const fn folded_index(&self, _level: Level, upper: u32, _addr: VirtAddr) -> u32 {
        upper
    }

    /// `PAGE_SIZE` in bytes.
    pub const fn page_bytes(&self) -> u64 {
        1 << self.page_shift
    }

    /// Slot of `addr` in a table of `level`: `p?d_index()`. Upper address bits are ignored, so a
    /// non-canonical address, or on arm64 one of the other half, aliases a slot without complaint.
    #[inline]
    pub const fn index(&self, level: Level, addr: VirtAddr) -> u32 {
        let spec = self.level(level);
        (addr.0 >> spec.shift) as u32 & (spec.ptrs as u32 - 1)
    }

    /// `p?d_addr_end(addr, end)`: the end of the entry that holds `addr`, or `end` if that comes first.
    ///
    /// The boundary may wrap to 0 in the last entry of the address space; the kernel compares both sides
    /// minus one, so an `end` of 0 means the top. Compile-time folding answers `end`.
    #[inline]
    pub const fn addr_end(&self, level: Level, addr: VirtAddr, end: VirtAddr) -> VirtAddr {
        let spec = self.level(level);
        if matches!(spec.fold, Fold::CompileTime) {
            return end;
        }
        let size = 1u64 << spec.shift;
        let boundary = addr.0.wrapping_add(size) & !(size - 1) & self.word_mask;
        let before_boundary = boundary.wrapping_sub(1) & self.word_mask;
        if before_boundary < end.0.wrapping_sub(1) & self.word_mask { VirtAddr(boundary) } else { end }
    }

    /// `addr + bytes` as the kernel's `unsigned long` computes it.
    #[inline]
    pub const fn add(&self, addr: VirtAddr, bytes: u64) -> VirtAddr {
        VirtAddr(addr.0.wrapping_add(bytes) & self.word_mask)
    }

    /// `addr - bytes` as the kernel's `unsigned long` computes it.
    #[inline]
    pub const fn sub(&self, addr: VirtAddr, bytes: u64) -> VirtAddr {
        VirtAddr(addr.0.wrapping_sub(bytes) & self.word_mask)
    }

    /// The depth that a hole at `level` is reported with: `real_depth()` of mm/pagewalk.c.
    ///
    /// Goes up while `PTRS_PER_*` of the level is 1, so it sees compile-time folding and x86's variable
    /// `PTRS_PER_P4D`, but not the run-time folding of riscv, which keeps 512.
    pub const fn real_depth(&self, level: Level) -> u8 {
        let mut depth = level.depth();
        while 1 <= depth && depth <= 3 && self.levels[depth as usize].ptrs == 1 {
            depth -= 1;
        }
        depth
    }

    /// The bits of an address that select a slot of `level`, high and low included.
    pub const fn index_bits(&self, level: Level) -> (u8, u8) {
        let spec = self.level(level);
        (spec.shift + spec.ptrs.trailing_zeros() as u8 - 1, spec.shift)
    }
}

/// Models are compared by name: each exists once.
impl PartialEq for Model {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for Model {}

impl Hash for Model {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.id.hash(state);
    }
}

impl fmt::Debug for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Model({})", self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{MODELS, model};

    fn named(id: &str) -> &'static Model {
        model(id).expect("a model of this crate")
    }

    #[test]
    fn addr_end_at_the_edges_of_the_address_space() {
        // kernel-facts: computed with an independent model of p?d_addr_end().
        let five = named("x86_64-5level");
        let top = u64::MAX;
        for (level, addr, end, expected) in [
            (Level::P4d, 0, top, 0x80_0000_0000),
            (Level::P4d, 0xffff_ff80_0000_0000, top, top),
            (Level::P4d, 0xffff_ff80_0000_0000, 0, 0),
            (Level::Pmd, 0x1000, 0x3000, 0x3000),
            (Level::Pmd, 0x1f_f000, 0x20_0000, 0x20_0000),
            (Level::Pmd, 0x1f_f000, 0x20_1000, 0x20_0000),
            (Level::Pmd, 0xffff_ffff_ffe0_0000, top, top),
            (Level::Pmd, 0xffff_ffff_ffff_f000, top, top),
            (Level::Pmd, 0x20_0000, 0x60_0000, 0x40_0000),
            (Level::Pmd, 0x20_0001, 0x60_0000, 0x40_0000),
        ] {
            assert_eq!(five.addr_end(level, VirtAddr(addr), VirtAddr(end)), VirtAddr(expected), "{addr:#x}");
        }
    }

    #[test]
    fn a_level_folded_at_compile_time_does_not_end_an_entry() {
        // The loop above it has clipped the range already, so a walk cannot tell the difference.
        let (start, end) = (VirtAddr(0x1000), VirtAddr(0x100_0000_0000));
        assert_eq!(named("arm64-4k-48").addr_end(Level::P4d, start, end), end);
        assert_eq!(named("riscv64-sv48").addr_end(Level::P4d, start, end), VirtAddr(0x80_0000_0000));
        assert_eq!(named("x86_64-4level").addr_end(Level::P4d, start, end), VirtAddr(0x80_0000_0000));
    }

    #[test]
    fn hole_depth_of_an_empty_root_slot() {
        for (id, depth) in [
            ("x86_64-4level", 0),
            ("x86_64-5level", 0),
            ("riscv64-sv39", 2),
            ("riscv64-sv48", 1),
            ("riscv64-sv57", 0),
            ("arm64-4k-48", 0),
            ("arm64-16k-48", 0),
        ] {
            let model = named(id);
            assert_eq!(model.real_depth(model.lowest_sharing(Level::Pgd)), depth, "{id}");
        }
    }

    #[test]
    fn levels_cover_the_address_bits_without_a_gap() {
        for model in MODELS {
            let mut below = model.page_shift;
            for level in model.real_levels().collect::<alloc::vec::Vec<_>>().into_iter().rev() {
                let (high, low) = model.index_bits(level);
                assert_eq!(low, below, "{model:?} {level:?}");
                below = high + 1;
            }
            assert!(below == model.va_bits || below == model.va_bits + 1, "{model:?}: {below}");
        }
    }

    extern crate alloc;

    #[test]
    fn folded_levels_share_the_word_of_the_level_above() {
        let sv39 = named("riscv64-sv39");
        assert_eq!(sv39.table_level(Level::Pud), Level::Pgd);
        assert_eq!(sv39.lowest_sharing(Level::Pgd), Level::Pud);
        assert_eq!(sv39.table_level(Level::Pmd), Level::Pmd);
        assert!(
            sv39.is_constant(Level::Pgd) && sv39.is_constant(Level::P4d) && !sv39.is_constant(Level::Pud)
        );
    }

    #[test]
    fn a_user_address_aliases_a_kernel_slot_where_the_index_is_masked() {
        let arm = named("arm64-16k-48");
        assert_eq!(
            arm.index(Level::Pgd, VirtAddr(0)),
            arm.index(Level::Pgd, VirtAddr(0xffff_0000_0000_0000))
        );
        assert_eq!(named("x86_64-4level").index(Level::Pgd, VirtAddr(0x8000_0000_0000)), 256);
    }
}
