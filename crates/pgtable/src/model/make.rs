//! How the kernel makes entries: what it writes when it maps a page, installs a table or splits a huge page.
//!
//! ```
//! use pgtable::{EntryKind, Level, Owner, PhysAddr, Prot, model};
//!
//! let x86 = model("x86_64-4level")?;
//! let table = x86.make_table(Level::Pmd, PhysAddr(0x4000), Owner::User);
//! assert_eq!(x86.classify(Level::Pmd, table, &x86.empty), EntryKind::Table);
//! assert_eq!(x86.table_address(Level::Pmd, table), PhysAddr(0x4000));
//!
//! let huge = x86.make_leaf(PhysAddr(0x20_0000), Prot::Kernel, Level::Pmd).expect("x86 has large pages");
//! assert_eq!(x86.classify(Level::Pmd, huge, &x86.empty), EntryKind::Leaf);
//! # Ok::<(), pgtable::UnknownModel>(())
//! ```

use crate::{Level, Model, PhysAddr, RawEntry, VirtAddr};

/// Whose memory a table maps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// User space.
    User,
    /// The kernel.
    Kernel,
}

/// What may be done with a page, by the headers' names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Prot {
    /// `PAGE_SHARED` of user space, after the page has been read and written (`pte_mkyoung()`, `pte_mkdirty()`).
    Shared,
    /// `PAGE_KERNEL`: the kernel reads and writes, but does not execute where the architecture can forbid it.
    Kernel,
    /// `PAGE_KERNEL_RO`. Where an architecture does not define it, it is `PAGE_KERNEL` (include/linux/pgtable.h).
    KernelRo,
}

impl Prot {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Shared, Self::Kernel, Self::KernelRo];

    /// The protection of memory that its owner reads and writes.
    pub const fn writable(owner: Owner) -> Self {
        match owner {
            Owner::User => Self::Shared,
            Owner::Kernel => Self::Kernel,
        }
    }
}

/// The bits of one protection: everything in an entry but the address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Protection {
    /// In a pte.
    pub pte: u64,
    /// In an entry of a higher level that maps memory itself: after `p?d_mkhuge()` or what does its work. Without
    /// meaning where [`Model::make_leaf`] makes none.
    pub leaf: u64,
}

/// The bits of all protections of an architecture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Protections {
    /// [`Prot::Shared`]
    pub shared: Protection,
    /// [`Prot::Kernel`]
    pub kernel: Protection,
    /// [`Prot::KernelRo`]
    pub kernel_ro: Protection,
    /// Which bits say that the kernel may write a page and execute it, and how they stand then: what `ptdump_check_wx()` looks for.
    /// `None` where nothing is looked for.
    pub write_execute: Option<[u64; 2]>,
}

impl Protections {
    /// Whether an entry, or what is left of it by the levels above, lets the kernel write and execute.
    pub const fn is_write_execute(&self, entry: u64) -> bool {
        match self.write_execute {
            Some([mask, value]) => entry & mask == value,
            None => false,
        }
    }

    /// The bits of one of them.
    pub const fn of(&self, prot: Prot) -> Protection {
        match prot {
            Prot::Shared => self.shared,
            Prot::Kernel => self.kernel,
            Prot::KernelRo => self.kernel_ro,
        }
    }
}

/// How the kernel makes entries.
#[derive(Clone, Copy, Debug)]
pub struct MakeEntry {
    /// Where an entry that points to a table holds the table's physical address.
    pub(crate) table: fn(u64) -> u64,
    /// The other bits of such an entry: what `p?d_populate()` writes for a process, and what it or `pmd_populate_kernel()` write
    /// for `init_mm`.
    pub(crate) table_bits: [u64; 2],
    /// What such an entry holds besides by its own level, pgd to pmd: the size of the table on powerpc, the type of the entry on s390.
    pub(crate) level_bits: [u64; 4],
    /// What a leaf of pud level holds besides: its type on s390.
    pub(crate) pud_leaf_bits: u64,
    /// Where a leaf holds the physical address of what it maps: `pfn_pte()` without a protection.
    pub(crate) address: fn(u64) -> u64,
    /// The protections.
    pub prot: &'static Protections,
    /// The pte of the first page of a present huge pmd: the same protection, without what marks it as huge.
    pub pte_of_huge: fn(u64) -> u64,
    /// The pte that stands for a non-present huge pmd, the same for all of its pages: a migration entry stays what it is.
    pub pte_of_absent: fn(u64) -> u64,
    /// What one page further adds to an entry.
    pub next_page: u64,
}

impl Model {
    /// Whose half of the address space `addr` lies in. What lies between the halves counts as the user's.
    pub const fn owner(&self, addr: VirtAddr) -> Owner {
        if addr.0 >= self.kernel_start.0 { Owner::Kernel } else { Owner::User }
    }

    /// The entry of `level` that points to the table at `pa`, as the kernel writes it for a process or for itself.
    pub fn make_table(&self, level: Level, pa: PhysAddr, owner: Owner) -> RawEntry {
        let [user, kernel] = self.make.table_bits;
        let bits = match owner {
            Owner::User => user,
            Owner::Kernel => kernel,
        };
        let of_level =
            self.make.level_bits.get(self.lowest_sharing(level) as usize).copied().unwrap_or_default();
        RawEntry((self.make.table)(pa.0) | bits | of_level)
    }

    /// The pte that maps the page at `pa`. Address bits below the page size are dropped.
    pub fn make_pte(&self, pa: PhysAddr, prot: Prot) -> RawEntry {
        let page = pa.0 & !(self.page_bytes() - 1);
        RawEntry((self.make.address)(page) | self.make.prot.of(prot).pte)
    }

    /// The entry of `level` that maps the memory at `pa` itself; address bits below the size that it maps are dropped.
    /// `None` where entries of this level never map memory. At pte level it is [`Model::make_pte`].
    pub fn make_leaf(&self, pa: PhysAddr, prot: Prot, level: Level) -> Option<RawEntry> {
        let level = self.lowest_sharing(level);
        if level == Level::Pte {
            return Some(self.make_pte(pa, prot));
        }
        let start = pa.0 & !((1u64 << self.level(level).shift) - 1);
        let of_level = if level == Level::Pud { self.make.pud_leaf_bits } else { 0 };
        let value = (self.make.address)(start) | self.make.prot.of(prot).leaf | of_level;
        (self.rules[level as usize].leaf)(value).then_some(RawEntry(value))
    }
}
