//! Who calls `ptdump_walk_pgd()`, and with what: which mm, and which root (v7.3).
//!
//! Only x86 names a root besides the mm. With page-table isolation a process has two, of which the mm names one: both
//! lie in one block of two pages, and that of the user half is the second. loongarch, openrisc and arm have no such
//! dump.

use mm::{MmId, World};
use pgtable::{Level, Model, PhysAddr, Ptdump, VirtAddr};

use crate::Ranges;

/// Which mm is dumped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Dumped {
    /// `init_mm`
    InitMm,
    /// `current->mm`: the one of whoever reads the file.
    Current,
    /// `efi_mm`: the firmware's runtime services.
    EfiMm,
}

/// Which root is passed as `pgd`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Root {
    /// NULL: the mm's own.
    Null,
    /// The mm's own, by name: `mm->pgd`, or `init_top_pgt`, which is that of `init_mm`.
    Own,
    /// `kernel_to_user_pgdp(mm->pgd)`: the user half with page-table isolation, otherwise the mm's own.
    UserHalf,
}

impl Root {
    /// The address that is passed for `mm`.
    pub fn of(self, world: &World, mm: MmId) -> Option<PhysAddr> {
        let own = world.mm(mm)?.pgd;
        match self {
            Self::Null => None,
            Self::Own => Some(own),
            Self::UserHalf => {
                // PTI_PGTABLE_SWITCH_BIT: the bit of a page.
                let user = PhysAddr(own.0 | world.model().page_bytes());
                Some(if world.table_at(user).is_some() { user } else { own })
            }
        }
    }
}

/// One caller of `ptdump_walk_pgd()`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PtdumpUser {
    /// Whose dump it is.
    pub dumper: Ptdump,
    /// What it is: the file of debugfs, or the check.
    pub name: &'static str,
    /// Which mm.
    pub mm: Dumped,
    /// Which root.
    pub root: Root,
}

const fn user(dumper: Ptdump, name: &'static str, mm: Dumped, root: Root) -> PtdumpUser {
    PtdumpUser { dumper, name, mm, root }
}

/// All of them: arch/x86/mm/{debug_pagetables,dump_pagetables}.c, arch/{arm64,riscv}/mm/ptdump.c, arch/powerpc/mm/ptdump/ptdump.c,
/// arch/s390/mm/dump_pagetables.c. The other architectures that
/// have a dump are not modelled.
pub static PTDUMP_USERS: [PtdumpUser; 16] = [
    user(Ptdump::X86, "page_tables/kernel", Dumped::InitMm, Root::Own),
    user(Ptdump::X86, "page_tables/current_kernel", Dumped::Current, Root::Own),
    user(Ptdump::X86, "page_tables/current_user", Dumped::Current, Root::UserHalf),
    user(Ptdump::X86, "page_tables/efi", Dumped::EfiMm, Root::Own),
    user(Ptdump::X86, "check_wx_pages", Dumped::InitMm, Root::Own),
    user(Ptdump::X86, "check_wx_pages, user half", Dumped::InitMm, Root::UserHalf),
    user(Ptdump::Arm64, "kernel_page_tables", Dumped::InitMm, Root::Null),
    user(Ptdump::Arm64, "efi_page_tables", Dumped::EfiMm, Root::Null),
    user(Ptdump::Arm64, "check_wx_pages", Dumped::InitMm, Root::Null),
    user(Ptdump::Riscv, "kernel_page_tables", Dumped::InitMm, Root::Null),
    user(Ptdump::Riscv, "efi_page_tables", Dumped::EfiMm, Root::Null),
    user(Ptdump::Riscv, "check_wx_pages", Dumped::InitMm, Root::Null),
    user(Ptdump::Powerpc, "kernel_page_tables", Dumped::InitMm, Root::Null),
    user(Ptdump::Powerpc, "check_wx_pages", Dumped::InitMm, Root::Null),
    user(Ptdump::S390, "kernel_page_tables", Dumped::InitMm, Root::Null),
    user(Ptdump::S390, "check_wx_pages", Dumped::InitMm, Root::Null),
];

impl PtdumpUser {
    /// Who dumps `mm` on a machine, from the user half of its root or not.
    pub fn find(model: &Model, mm: Dumped, user_half: bool) -> Option<&'static Self> {
        let dumper = model.kernel.ptdump?;
        let matches = |user: &&Self| {
            user.dumper == dumper && user.mm == mm && (user.root == Root::UserHalf) == user_half
        };
        PTDUMP_USERS.iter().find(matches)
    }
}

/// The ranges of a dump of the kernel's tables, which on x86 are those of every dump; `None` where there is none.
pub fn ranges(model: &Model) -> Option<Ranges> {
    let all: &[(u64, u64)] = match model.kernel.ptdump? {
        // One root: the user half, and the kernel half behind the guard hole of 16 root slots. What lies between them is
        // never walked, and belongs to the last line of the user half.
        Ptdump::X86 => {
            let root = model.level(Level::Pgd);
            let half = u64::from(root.ptrs / 2) << root.shift;
            let guard_hole_end = half.wrapping_neg().wrapping_add(16 << root.shift);
            &[(0, half), (guard_hole_end, u64::MAX)]
        }
        Ptdump::Arm64 | Ptdump::Riscv => &[(model.kernel_start.0, u64::MAX)],
        // To the end of the root table. s390: to that of a kernel's root of three levels (`kernel_asce`).
        Ptdump::Powerpc => &[(model.kernel_start.0, model.kernel_start.0 + (1 << model.va_bits))],
        Ptdump::S390 => &[(0, 1 << 42)],
    };
    Some(all.iter().map(|&(start, end)| (VirtAddr(start), VirtAddr(end))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;
    use mm::Table;
    use pgtable::Level;

    #[test]
    fn the_user_half_is_the_second_page_of_the_root_if_there_is_one() {
        let model = pgtable::model("x86_64-4level").expect("a known model");
        let table = |pa| Table::unused(model, PhysAddr(pa), Level::Pgd);
        let isolated = World::new(model, vec![table(0x2000), table(0x3000)], [("init_mm", PhysAddr(0x2000))]);
        let isolated = isolated.expect("a valid world");
        let plain = World::new(model, vec![table(0x2000)], [("init_mm", PhysAddr(0x2000))]).expect("valid");
        for (root, with, without) in [
            (Root::Null, None, None),
            (Root::Own, Some(0x2000), Some(0x2000)),
            (Root::UserHalf, Some(0x3000), Some(0x2000)),
        ] {
            let of = |world| root.of(world, MmId::INIT_MM).map(|pa| pa.0);
            assert_eq!((of(&isolated), of(&plain)), (with, without), "{root:?}");
            assert_eq!(root.of(&plain, MmId::USER), None);
        }
    }

    #[test]
    fn only_x86_dumps_a_process() {
        let find = |id, mm, user_half| {
            let model = pgtable::model(id).expect("a known model");
            PtdumpUser::find(model, mm, user_half).map(|user| user.name)
        };
        assert_eq!(find("x86_64-4level", Dumped::Current, true), Some("page_tables/current_user"));
        assert_eq!(find("x86_64-4level", Dumped::Current, false), Some("page_tables/current_kernel"));
        assert_eq!(find("riscv64-sv39", Dumped::Current, false), None);
        assert_eq!(find("riscv64-sv39", Dumped::InitMm, false), Some("kernel_page_tables"));
        assert_eq!(find("loongarch64-16k-3level", Dumped::InitMm, false), None);
    }

    #[test]
    fn only_x86_names_a_root() {
        for user in &PTDUMP_USERS {
            assert_eq!(user.root == Root::Null, user.dumper != Ptdump::X86, "{user:?}");
        }
    }
}
