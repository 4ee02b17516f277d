//! What an entry allows, along the path from the root.

use pgtable::{Isa, Model};

/// The rights of a mapping, and what the CPU noted of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "seven independent letters of a range")]
pub struct Rights {
    /// Readable.
    pub read: bool,
    /// Writable.
    pub write: bool,
    /// Executable, by the mode that the mapping is for.
    pub execute: bool,
    /// For user mode.
    pub user: bool,
    /// The same in every address space.
    pub global: bool,
    /// Has been used.
    pub accessed: bool,
    /// Has been written.
    pub dirty: bool,
}

/// What the entries above leave: bits that take rights away.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Path {
    read_only: bool,
    no_user: bool,
    no_execute: [bool; 2],
}

impl Path {
    /// The path with one more table entry. x86: RW and USER of every level must be set, NX of none; arm64: `APTable`, `PXNTable`,
    /// `UXNTable`; riscv has none.
    pub(crate) fn below(self, model: &Model, value: u64) -> Self {
        let bit = |nth: u32| value >> nth & 1 != 0;
        match model.kernel.isa {
            Isa::X86 => Self {
                read_only: self.read_only || !bit(1),
                no_user: self.no_user || !bit(2),
                no_execute: self.no_execute.map(|no| no || bit(63)),
            },
            Isa::Arm64 => Self {
                read_only: self.read_only || bit(62),
                no_user: self.no_user || bit(61),
                no_execute: [self.no_execute[0] || bit(59), self.no_execute[1] || bit(60)],
            },
            // s390: the protection and no-execute bits of a region or segment count for all below.
            Isa::S390 => Self {
                read_only: self.read_only || bit(9),
                no_user: false,
                no_execute: self.no_execute.map(|no| no || bit(8)),
            },
            Isa::Riscv | Isa::Loongarch | Isa::Openrisc | Isa::Powerpc => self,
        }
    }

    /// The rights of a leaf below this path.
    pub(crate) fn leaf(self, model: &Model, value: u64) -> Rights {
        let bit = |nth: u32| value >> nth & 1 != 0;
        match model.kernel.isa {
            Isa::X86 => {
                let user = bit(2) && !self.no_user;
                Rights {
                    read: true,
                    write: bit(1) && !self.read_only,
                    execute: !bit(63) && !self.no_execute[0],
                    user,
                    global: bit(8),
                    accessed: bit(5),
                    dirty: bit(6),
                }
            }
            Isa::Arm64 => {
                let user = bit(6) && !self.no_user;
                let no_execute =
                    if user { bit(54) || self.no_execute[1] } else { bit(53) || self.no_execute[0] };
                Rights {
                    read: true,
                    // RDONLY is what the hardware looks at; it may clear it where DBM is set.
                    write: (!bit(7) || bit(51)) && !self.read_only,
                    execute: !no_execute,
                    user,
                    global: !bit(11),
                    accessed: bit(10),
                    dirty: bit(55) || bit(51) && !bit(7),
                }
            }
            Isa::Loongarch => Rights {
                read: !bit(61),
                write: bit(1),
                execute: !bit(62),
                user: bit(2) && bit(3),
                global: bit(6),
                accessed: bit(0),
                dirty: bit(9),
            },
            Isa::Powerpc => Rights {
                read: bit(2),
                write: bit(1),
                execute: bit(0),
                user: !bit(3),
                global: false,
                accessed: bit(8),
                dirty: bit(7),
            },
            // User and kernel have address spaces of their own. Software keeps young and dirty, in a large entry elsewhere.
            Isa::S390 => Rights {
                read: true,
                write: !bit(9) && !self.read_only,
                execute: !bit(8) && !self.no_execute[0],
                user: false,
                global: false,
                accessed: bit(2),
                dirty: bit(3),
            },
            Isa::Openrisc => Rights {
                read: bit(6) || bit(8),
                write: bit(7) || bit(9),
                execute: bit(10),
                user: bit(6) || bit(7),
                global: false,
                accessed: bit(4),
                dirty: bit(5),
            },
            Isa::Riscv => Rights {
                read: bit(1),
                write: bit(2),
                execute: bit(3),
                user: bit(4),
                global: bit(5),
                accessed: bit(6),
                dirty: bit(7),
            },
        }
    }
}
