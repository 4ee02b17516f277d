//! How the kernel makes entries: what it writes when it installs a table or splits a huge page.

/// Whose memory an entry maps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// User space.
    User,
    /// The kernel.
    Kernel,
}

impl Owner {
    /// One value for user space, another for the kernel.
    pub(crate) const fn pick(self, user: u64, kernel: u64) -> u64 {
        match self {
            Self::User => user,
            Self::Kernel => kernel,
        }
    }
}

/// How the kernel makes entries.
#[derive(Clone, Copy, Debug)]
pub struct MakeEntry {
    /// A user table entry for the table at a physical address: `p?d_populate()`.
    pub table: fn(u64) -> u64,
    /// The pte of a page of memory that may be read and written, of user space or of the kernel: `PAGE_SHARED`, `PAGE_KERNEL`.
    pub page: fn(u64, Owner) -> u64,
    /// The same for a huge page; `None` where nothing above a pte maps memory.
    pub huge: Option<fn(u64, Owner) -> u64>,
    /// The pte of the first page of a present huge pmd: the same protection, without what marks it as huge.
    pub pte_of_huge: fn(u64) -> u64,
    /// The pte that stands for a non-present huge pmd, the same for all of its pages: a migration entry stays what it is.
    pub pte_of_absent: fn(u64) -> u64,
    /// What one page further adds to an entry.
    pub next_page: u64,
}
