//! Memory hot-remove: frees the kernel's page tables of memory that goes.
//!
//! It holds `mem_hotplug_lock` for writing and knows nothing of `init_mm`'s lock. In which order it clears entries and frees
//! tables is a fact of the architecture ([`pgtable::Kernel::hot_remove`]).

use alloc::vec::Vec;

use mm::{LockMode, MmId};
use pagewalk::{EntryPoint, Free, Revision};
use pgtable::{HotRemove, Level, Model, TableStep};

use super::{First, READ_FREED, RaceDef, RuleDef, UAF};
use crate::ground::{Half, Shape};
use crate::setting::{DUMP, LOOK, NotThere, Setting};
use crate::step::{Line, Lock, Step, Value, line};

/// A walk of kernel tables, and memory hot-remove.
pub static RACE: RaceDef = RaceDef {
    id: "hot-remove",
    title: "A kernel walk and memory hot-remove",
    about: "CPU 0 walks the direct map. CPU 1 removes memory from the machine and frees the tables that \
            mapped it.",
    goal: READ_FREED,
    aim: UAF,
    why: "Hot-remove does not take init_mm's lock, so neither the read lock nor the write lock helps: \
          only mem_hotplug_lock does. Since v6.17, ptdump_walk_pgd() takes it for every dump \
          (59305202c67f). Other walkers own the memory that they walk.",
    ground: (Half::Kernel("direct map"), Shape::Page),
    runs_on: |model| model.kernel.hot_remove.is_some(),
    absent: |revision, model| {
        let in_v6_1 = model.kernel.hot_remove.is_some_and(|of| of.in_v6_1);
        let has = in_v6_1 || revision.around().late_hot_remove;
        (!has).then_some("riscv removes memory only since v6.11 (ARCH_ENABLE_MEMORY_HOTREMOVE)")
    },
    locks: &LockMode::ALL,
    rules: &RULES,
    first: First {
        model: "x86_64-4level",
        kernel: Revision::V6_16,
        lock: LockMode::Write,
        rule: "no-hotplug",
    },
};

static RULES: [RuleDef; 7] = [
    RuleDef {
        id: "no-hotplug",
        title: "the walker takes no hotplug lock",
        of_kernel: |revision, _| !revision.around().dump_hotplug,
        absent: None,
        set_up: |setting| walks(setting, EntryPoint::Kernel, MmId::INIT_MM, LockMode::None),
    },
    RuleDef {
        id: "hotplug",
        title: "the walker holds mem_hotplug_lock",
        of_kernel: |revision, _| revision.around().dump_hotplug,
        absent: None,
        set_up: |setting| walks(setting, EntryPoint::Kernel, MmId::INIT_MM, LockMode::Read),
    },
    RuleDef {
        id: "ptdump",
        title: "ptdump, with its kernel's rule",
        of_kernel: |_, _| false,
        absent: None,
        set_up: |setting| {
            setting.dump(MmId::INIT_MM);
            removes(setting);
            Ok(())
        },
    },
    RuleDef {
        id: "debug",
        title: "a debug walk of init_mm takes no hotplug lock",
        of_kernel: |_, _| false,
        absent: None,
        set_up: |setting| walks(setting, EntryPoint::Debug, MmId::INIT_MM, LockMode::None),
    },
    RuleDef {
        id: "debug-hotplug",
        title: "a debug walk of init_mm holds mem_hotplug_lock",
        of_kernel: |_, _| false,
        absent: None,
        set_up: |setting| walks(setting, EntryPoint::Debug, MmId::INIT_MM, LockMode::Read),
    },
    RuleDef {
        id: "mm",
        title: "a debug walk of another mm takes no hotplug lock",
        of_kernel: |_, _| false,
        absent: None,
        set_up: |setting| walks(setting, EntryPoint::Debug, MmId::USER, LockMode::None),
    },
    RuleDef {
        id: "mm-hotplug",
        title: "a debug walk of another mm holds mem_hotplug_lock",
        of_kernel: |_, _| false,
        absent: None,
        set_up: |setting| walks(setting, EntryPoint::Debug, MmId::USER, LockMode::Read),
    },
];

fn walks(setting: &mut Setting, entry: EntryPoint, mm: MmId, hotplug: LockMode) -> Result<(), NotThere> {
    let locks = [(Lock::Hotplug, hotplug), (Lock::Mmap(mm), setting.lock)];
    setting.walker(entry, mm, if entry == EntryPoint::Debug { DUMP } else { LOOK }, &locks)?;
    removes(setting);
    Ok(())
}

fn removes(setting: &mut Setting) {
    let tables = if frees_pmd_tables(setting.model) { &TABLES[..] } else { &TABLES[..1] };
    let lines = setting.model.kernel.hot_remove.map_or_else(Vec::new, |order| lines(&order, tables));
    setting.other("arch_remove_memory", &lines);
}

/// The tables that are freed, each before that which leads to it.
const TABLES: [Level; 2] = [Level::Pte, Level::Pmd];

/// Whether pmd tables are freed. Where each process's root has a copy of the entry that leads there, that entry stays
/// (arch/riscv/mm/init.c, `remove_pud_mapping()`, which asks `pgtable_l4_enabled`).
pub(crate) fn frees_pmd_tables(model: &Model) -> bool {
    let in_root = |level| model.table_level(level) == Level::Pgd;
    !(in_root(Level::Pmd) || (model.one_root && in_root(Level::Pud)))
}

fn lines(order: &HotRemove, tables: &[Level]) -> Vec<Line> {
    const WRITE: LockMode = LockMode::Write;
    let step = |step: &TableStep, table: Level| match (step, table) {
        (TableStep::Lock, _) => line("spin_lock(&init_mm.page_table_lock)", Step::Lock(Lock::Pud, WRITE)),
        (TableStep::Unlock, _) => {
            line("spin_unlock(&init_mm.page_table_lock)", Step::Unlock(Lock::Pud, WRITE))
        }
        (TableStep::Flush, _) => line("flush_tlb_kernel_range()", Step::Flush { all: false }),
        (TableStep::Clear, Level::Pte) => line("pmd_clear(pmd)", Step::Write(Level::Pmd, Value::Empty)),
        (TableStep::Clear, _) => line("pud_clear(pud)", Step::Write(Level::Pud, Value::Empty)),
        (TableStep::Free, Level::Pte) => line("free pte table", Step::Free(Level::Pte, Free::Now)),
        (TableStep::Free, _) => line("free pmd table", Step::Free(Level::Pmd, Free::Now)),
    };
    let begin = line("mem_hotplug_begin()", Step::Lock(Lock::Hotplug, WRITE));
    let each = tables.iter().flat_map(|&table| order.each_table.iter().map(move |of| step(of, table)));
    let flush = order.flushes_last.then(|| line("flush_tlb_all()", Step::Flush { all: true }));
    let done = line("mem_hotplug_done()", Step::Unlock(Lock::Hotplug, WRITE));
    [begin].into_iter().chain(each).chain(flush).chain([done]).collect()
}
