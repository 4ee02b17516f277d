//! One architecture configuration.

pub mod flags;
mod geometry;
pub mod layout;
pub mod make;
pub mod rules;

use core::fmt;
use core::hash::{Hash, Hasher};

use crate::{Empty, EntryKind, EntryRules, Flag, Kernel, Level, MakeEntry, Region, VirtAddr};

/// Whether a level has tables of its own.
///
/// Every kind of folding calls the folded levels' callbacks. They differ in what the rest of the kernel sees:
/// `real_depth()` looks at `PTRS_PER_*`, which compile-time folding sets to 1 and run-time folding leaves alone,
/// but on x86-64.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fold {
    /// The level has tables in memory.
    Own,
    /// Folded into the level above by `asm-generic/pgtable-nop{4d,ud,md}.h`.
    CompileTime,
    /// Folded into the level above by a test at run time (`pgtable_l5_enabled()` and the like): the entry of the
    /// level above is its entry too.
    RunTime,
    /// arm64's run-time folding of a kernel for 52-bit addresses on a smaller CPU (`pgd_to_folded_p4d()`,
    /// `p4d_to_folded_pud()`): goes from the entry of the level above back to the start of its page and adds its
    /// own index. The root is one whole table of this level; the level above sees any of its first words.
    RunTimeRealigned,
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

    pub(crate) const fn run_time_realigned(shift: u8, ptrs: u16) -> Self {
        Self { shift, ptrs, fold: Fold::RunTimeRealigned }
    }

    /// Whether the level has no tables of its own.
    #[inline]
    pub const fn is_folded(&self) -> bool {
        !matches!(self.fold, Fold::Own)
    }
}

/// One configuration of one architecture: geometry, entry tests, flags and layout.
///
/// A model is data with a few rules. All of them are in [`MODELS`](crate::MODELS); each architecture's
/// file says which header and kernel version its facts come from.
pub struct Model {
    /// Stable name, used in links and files: `x86_64-4level`. Up to the first `-` it is the architecture's; who wants to know
    /// what differs between architectures asks for a fact instead.
    pub id: &'static str,
    /// For a person: "x86-64, 4 levels".
    pub title: &'static str,
    /// log2 of the page size in bytes.
    pub page_shift: u8,
    /// Bytes of one entry.
    pub entry_bytes: u8,
    /// Bits of a virtual address that the tables translate: on arm64 those of the CPU (`vabits_actual`).
    pub va_bits: u8,
    /// All ones of an `unsigned long`.
    pub word_mask: u64,
    /// `TASK_SIZE` of a native task: first address beyond user space. A property of the *current* task in
    /// the kernel, so a captured machine may have another one.
    pub task_size: VirtAddr,
    /// First address of the kernel's half that page tables can map: `KERN_VIRT_START` of riscv, `vm_map_base` of loongarch,
    /// `PAGE_OFFSET` of arm64.
    pub kernel_start: VirtAddr,
    /// The levels, root first.
    pub levels: [LevelSpec; 5],
    /// The tests of each level, root first.
    pub(crate) rules: [EntryRules; 5],
    /// s390: of which level an entry of an upper level is by its own type bits. Where it is of a lower one than the table that it is
    /// looked for in, that level is folded there: its entry is that of the level below.
    pub type_of: Option<fn(u64) -> Level>,
    /// `pte_pfn()` as a physical address: where a leaf points, perhaps with bits below the size that it maps.
    pub(crate) frame: fn(u64) -> u64,
    /// Which flags an entry of a kind can have.
    pub(crate) flags: fn(Level, EntryKind) -> &'static [Flag],
    /// The regions of the address space, lowest first.
    pub layout: &'static [Region],
    /// arm64: blocks of slots with the contiguous hint.
    pub contiguous: Option<Contiguous>,
    /// The bit of a pte that says that there is no `struct page` (`pte_special()`); 0 where there is none.
    pub special: u64,
    /// Whether user and kernel addresses start at one root (x86, riscv, openrisc) or each at its own (arm64,
    /// loongarch).
    pub one_root: bool,
    /// What an unused slot of each level holds where nothing else is known: 0 but on loongarch.
    pub empty: Empty,
    /// How the kernel makes entries.
    pub make: MakeEntry,
    /// What the kernel does with its tables.
    pub kernel: &'static Kernel,
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
    /// The first leaf on the way down whatever its size, else the pte; nothing if an entry on the way is none
    /// (`__find_linux_pte()` of powerpc).
    FirstLeaf,
    /// As generic, but the pud of a page of pud size, and the pmd of any other, whatever is in it (s390).
    S390,
}

/// arm64's blocks of entries with the contiguous hint (`asm/pgtable-hwdef.h`), and how `contpte_ptep_get()` reads
/// one of ptes, over which it gathers accessed and dirty (arch/arm64/mm/contpte.c, v7.3).
#[derive(Clone, Copy, Debug)]
pub struct Contiguous {
    /// `CONT_PTES`: slots of one block of ptes, a power of two. A hugetlb page may have this size.
    pub slots: u16,
    /// `CONT_PMDS`: slots of one block of pmds, a power of two. A hugetlb page may have this size.
    pub pmd_slots: u16,
    /// Whether a value is valid and carries the contiguous hint.
    pub is_block: fn(u64) -> bool,
    /// Adds another slot's accessed and dirty state to a value.
    pub gather: fn(u64, u64) -> u64,
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
    extern crate std;
    use crate::{MODELS, Model};
    use std::format;
    use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

    #[test]
    fn a_model_is_equal_to_itself_alone() {
        let hash = |model: &Model| BuildHasherDefault::<DefaultHasher>::new().hash_one(model);
        for (nth, one) in MODELS.iter().enumerate() {
            for (other_nth, other) in MODELS.iter().enumerate() {
                assert_eq!(one == other, nth == other_nth, "{one:?} {other:?}");
                assert_eq!(hash(one) == hash(other), nth == other_nth, "{one:?} {other:?}");
            }
            assert_eq!(format!("{one:?}"), format!("Model({})", one.id));
        }
    }
}
