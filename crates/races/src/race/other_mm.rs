//! A dump of kernel addresses through another mm, and a huge vmap. What the vmap does is in `vmap.rs`.

use mm::{LockMode, MmId};
use pagewalk::{EntryPoint, Revision};

use super::{First, READ_FREED, RaceDef, RuleDef, UAF, VMALLOC, vmap};
use crate::ground::Shape;
use crate::setting::{DUMP, INIT_MM, MM, NotThere, Setting};

/// A debug walk of kernel addresses through another mm, and a huge vmap.
pub static RACE: RaceDef = RaceDef {
    id: "other-mm",
    title: "A dump of another mm and a huge vmap",
    about: "CPU 0 dumps kernel addresses through a process's mm, as x86's current_kernel in debugfs \
            does. CPU 1 maps memory with a huge entry.",
    goal: READ_FREED,
    aim: UAF,
    why: "The kernel half of a process's tables belongs to init_mm, so the process's own lock does not \
          protect it. Since v7.3, ptdump_walk_pgd() write-locks init_mm as well, and the debug walk \
          asserts both (27c32e553834).",
    ground: (VMALLOC, Shape::EmptyTable),
    runs_on: |model| model.one_root && model.kernel.huge_vmap.is_some(),
    absent: vmap::absent,
    locks: &LockMode::ALL,
    rules: &RULES,
    first: First { model: "x86_64-4level", kernel: Revision::V7_1, lock: LockMode::Write, rule: "mm" },
};

static RULES: [RuleDef; 3] = [
    RuleDef {
        id: "mm",
        title: "the mm's lock only",
        of_kernel: |revision, _| !revision.around().dump_locks_init_mm,
        absent: None,
        set_up: |setting| walks(setting, LockMode::None),
    },
    RuleDef {
        id: "both",
        title: "init_mm's write lock as well",
        of_kernel: |revision, _| revision.around().dump_locks_init_mm,
        absent: None,
        set_up: |setting| walks(setting, LockMode::Write),
    },
    RuleDef {
        id: "ptdump",
        title: "ptdump, with its kernel's rule",
        of_kernel: |_, _| false,
        absent: None,
        set_up: |setting| {
            setting.dump(MmId::USER);
            maps(setting);
            Ok(())
        },
    },
];

fn walks(setting: &mut Setting, init_mm: LockMode) -> Result<(), NotThere> {
    let locks = [(MM, setting.lock), (INIT_MM, init_mm)];
    setting.walker(EntryPoint::Debug, MmId::USER, DUMP, &locks)?;
    maps(setting);
    Ok(())
}

fn maps(setting: &mut Setting) {
    let rule = vmap::Rule::of(setting.revision, setting.model);
    setting.other("vmap_try_huge_pmd", &vmap::lines(rule));
}
