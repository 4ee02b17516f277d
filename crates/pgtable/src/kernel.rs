//! What the kernel of an architecture does with its page tables: how it frees them, and how it changes what they map.
//!
//! What follows from a Kconfig symbol or from one file of the architecture is a field here, so that nobody else has to ask
//! which architecture it is. Facts that a kernel version changed have a field for each span of versions.

/// What the kernel of one architecture does with page tables (v7.3 where a field names no version).
#[expect(
    clippy::struct_excessive_bools,
    reason = "a table of independent yes/no facts, one per Kconfig symbol or file"
)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kernel {
    /// Whether user page tables are freed only after an RCU grace period (`CONFIG_MMU_GATHER_RCU_TABLE_FREE`).
    pub frees_by_rcu: bool,
    /// How memory hot-remove frees the tables that mapped the memory; `None` where it frees none.
    pub hot_remove: Option<HotRemove>,
    /// How vmalloc and ioremap install large entries (`CONFIG_HAVE_ARCH_HUGE_VMAP`); `None` where they never do.
    pub huge_vmap: Option<HugeVmap>,
    /// Whether equal ptes are merged back into a large entry and their table is freed: `cpa_collapse_large_pages()` of
    /// arch/x86/mm/pat/set_memory.c (v6.15).
    pub collapses: bool,
    /// What `set_memory_ro()` and its siblings do with a large entry of which they are to change a part.
    pub set_memory: SetMemory,
    /// Whether these functions change a page of the vmalloc area also where the linear map has it.
    pub linear_alias: bool,
    /// Whether page-table isolation leaves the global bit out of `PAGE_KERNEL` and its siblings (`__default_kernel_pte_mask`,
    /// arch/x86/mm/init.c).
    pub drops_global: bool,
    /// Whether `set_memory_rox()` takes the right to write and gives that to execute by one write (arch/x86/mm/pat/set_memory.c, v6.2), and
    /// not one after the other (include/linux/set_memory.h).
    pub rox_at_once: bool,
    /// Whether a flush of other CPUs' TLBs is an interrupt that it waits for: then it also waits for a CPU that has interrupts off. So it is
    /// on x86 without a hypervisor's flush and without INVLPGB (arch/x86/mm/tlb.c), on loongarch and openrisc (arch/*/kernel/smp.c).
    pub flush_interrupts: bool,
    /// The version from which on a pud may map memory of a process, major and minor (`HAVE_ARCH_TRANSPARENT_HUGEPAGE_PUD` in
    /// arch/*/Kconfig); `None` where it may not.
    pub pud_thp_since: Option<(u16, u16)>,
    /// Whether hugetlb gives vmemmap pages back (`CONFIG_ARCH_WANT_OPTIMIZE_HUGETLB_VMEMMAP`).
    pub hvo: bool,
    /// Whose text a dump of the kernel's tables has (`CONFIG_PTDUMP_DEBUGFS`); `None` where there is none, or none that is
    /// modelled.
    pub ptdump: Option<Ptdump>,
    /// Whose manual says what a TLB may remember of an entry and how levels combine, and whose header lays out swap entries.
    pub isa: Isa,
}

/// An instruction set, for rules that are no facts of a table: what is matched on it has no `_` arm, so that a new architecture does
/// not compile before its rules are there (`decode`, `vmcore`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Isa {
    /// x86-64.
    X86,
    /// 64-bit Arm.
    Arm64,
    /// RISC-V, 32 and 64 bits.
    Riscv,
    /// 64-bit LoongArch.
    Loongarch,
    /// OpenRISC.
    Openrisc,
    /// 64-bit PowerPC with the radix MMU.
    Powerpc,
    /// s390x.
    S390,
}

/// The order in which memory hot-remove clears entries and frees tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HotRemove {
    /// What happens to each table and to the entry that points to it, pte tables before pmd tables.
    pub each_table: &'static [TableStep],
    /// Whether the TLB is flushed once, after all tables (`flush_tlb_all()`).
    pub flushes_last: bool,
    /// Whether v6.1 has it already (`ARCH_ENABLE_MEMORY_HOTREMOVE` in arch/*/Kconfig).
    pub in_v6_1: bool,
}

/// One action on a table that is empty by now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TableStep {
    /// Takes `init_mm.page_table_lock`.
    Lock,
    /// Clears the entry that points to the table.
    Clear,
    /// Drops `init_mm.page_table_lock`.
    Unlock,
    /// Flushes the addresses from the TLB.
    Flush,
    /// Frees the table.
    Free,
}

/// How a large entry takes the place of a page table that an earlier mapping left empty: `pmd_free_pte_page()` and
/// `pud_free_pmd_page()` of the architecture.
///
/// From v7.2-rc7 on mm/vmalloc.c itself keeps dumps away, on every architecture: it tries to take `init_mm`'s lock for
/// reading over all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HugeVmap {
    /// What kept a dump from reading a freed table up to v6.17.
    pub before_v6_18: DumpGuard,
    /// The same from v6.18 to v7.2-rc6.
    pub before_v7_2: DumpGuard,
    /// Whether v6.1 has them already (`HAVE_ARCH_HUGE_VMAP` in arch/*/Kconfig).
    pub in_v6_1: bool,
    /// Whether `pud_free_pmd_page()` clears each pmd entry and frees its pte table before it clears the pud entry. Otherwise
    /// it clears the pud entry first.
    pub pmds_first: bool,
}

/// What keeps a dump of the kernel's tables from reading one that a huge vmap frees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DumpGuard {
    /// Nothing.
    Nothing,
    /// There are no huge vmaps where the kernel can dump its tables (`CONFIG_PTDUMP_DEBUGFS`).
    NoHugeVmap,
    /// While a dump runs (`arm64_ptdump_lock_key`) the vmap takes and drops `init_mm`'s lock for reading between clearing
    /// the entry and freeing the table.
    StaticKey,
}

/// What `set_memory_*()` does with a large entry that lies only partly in the range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetMemory {
    /// There are no such functions, or no large entries.
    No,
    /// It splits the entry: `split_large_page()` under `cpa_lock` (arch/x86/mm/pat/set_memory.c).
    Splits,
    /// It splits the entry under a mutex and then changes the range without any lock: `update_range_prot()` (arch/arm64/mm/pageattr.c,
    /// v6.18).
    SplitsThenLockless,
    /// It splits entries of the linear map and changes others as a whole: `split_linear_mapping()`
    /// (arch/riscv/mm/pageattr.c).
    SplitsLinear,
    /// It changes the entry as a whole (arch/loongarch/mm/pageattr.c; arch/riscv/mm/pageattr.c of 32-bit kernels).
    WholeLeaf,
}

/// The dumpers of page tables, each with lines of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ptdump {
    /// arch/x86/mm/dump_pagetables.c
    X86,
    /// arch/arm64/mm/ptdump.c
    Arm64,
    /// arch/riscv/mm/ptdump.c
    Riscv,
    /// arch/powerpc/mm/ptdump/ptdump.c
    Powerpc,
    /// arch/s390/mm/dump_pagetables.c
    S390,
}
