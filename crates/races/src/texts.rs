//! Each race in words.

use mm::LockMode;
use pagewalk::Revision;

use crate::choice::Race;
use crate::state::Outcomes;

/// A race in words.
#[derive(Debug)]
pub struct RaceText {
    /// Which race.
    pub race: Race,
    /// For a person.
    pub title: &'static str,
    /// Who does what, in a sentence or two.
    pub about: &'static str,
    /// What to try: "make CPU 0 read a freed table".
    pub goal: &'static str,
    /// The outcomes that meet the goal: what a search looks for.
    pub aim: Outcomes,
    /// What goes wrong, and which rule forbids it.
    pub why: &'static str,
    /// The rules that can be chosen, for a person; in the order of [`Race::rules`].
    pub rules: &'static [&'static str],
    /// As it is offered first: the kernel, the walker's lock, the rule.
    pub first: (Revision, LockMode, &'static str),
}

/// The words for a race.
pub fn of(race: Race) -> &'static RaceText {
    RACES.iter().find(|text| text.race == race).unwrap_or(&RACES[0])
}

const UAF: Outcomes = Outcomes::UAF_PTE.union(Outcomes::UAF_PMD);
const TABLE: &str = "Make CPU 0 read a page table that has been freed.";

const MUNMAP_RULES: &[&str] =
    &["munmap(2): downgrades to a read lock", "MAP_FIXED, mremap: keeps the write lock"];

const VMAP_RULES: &[&str] = &[
    "frees without any lock (until v7.2-rc6)",
    "arm64: waits for dumps between clearing and freeing (v6.18 to v7.2-rc6)",
    "holds init_mm's read lock, or else maps small pages (v7.2-rc7)",
    "holds init_mm's read lock, and waits for it",
    "arm64's rule of v6.18 and that of v7.2-rc7 together",
    "never maps huge pages (arm64 until v6.17, with ptdump in debugfs)",
];

const PTE_TABLE_RULES: &[&str] = &[
    "mapped with pte_offset_map(), freed by RCU",
    "mapped with pte_offset_kernel(), freed by RCU: a 32-bit task dumps a 64-bit one",
    "mapped with pte_offset_map(), freed at once",
    "mapped with pte_offset_kernel(), freed at once",
];

/// All races, in the order of [`Race::ALL`].
pub static RACES: [RaceText; 17] = [
    RaceText {
        race: Race::Munmap,
        title: "A debug walk and munmap()",
        about: "CPU 0 walks a process's page tables without looking at VMAs. CPU 1 unmaps the memory and frees its \
                tables.",
        goal: TABLE,
        aim: UAF,
        why: "munmap() removes the VMA from the tree under the write lock, downgrades to the read lock, and \
              only then frees the tables. A walk by addresses does not notice that the VMA is gone, and with \
              the read lock it can run while munmap() frees. Hence walk_page_range_debug() asserts the write \
              lock (8782fb61cc84, v6.0).",
        rules: MUNMAP_RULES,
        first: (Revision::V6_17, LockMode::Read, "downgrade"),
    },
    RaceText {
        race: Race::MunmapVmas,
        title: "A walk of VMAs and munmap()",
        about: "CPU 0 walks the VMAs of a process with walk_page_range(). CPU 1 unmaps them.",
        goal: TABLE,
        aim: UAF,
        why: "Here the read lock is enough. If the walk gets it first, munmap() waits. If munmap() comes \
              first, it has detached the VMA, and the walk finds a gap, whose tables it never reads. Without \
              any lock, neither is true.",
        rules: MUNMAP_RULES,
        first: (Revision::V6_17, LockMode::None, "downgrade"),
    },
    RaceText {
        race: Race::HotRemove,
        title: "A kernel walk and memory hot-remove",
        about: "CPU 0 walks the direct map. CPU 1 removes memory from the machine and frees the tables that \
                mapped it.",
        goal: TABLE,
        aim: UAF,
        why: "Hot-remove does not take init_mm's lock, so neither the read lock nor the write lock helps: \
              only mem_hotplug_lock does. Since v6.17, ptdump_walk_pgd() takes it for every dump \
              (59305202c67f). Other walkers own the memory that they walk.",
        rules: &[
            "the walker takes no hotplug lock",
            "the walker holds mem_hotplug_lock",
            "ptdump, with its kernel's rule",
        ],
        first: (Revision::V6_16, LockMode::Write, "no-hotplug"),
    },
    RaceText {
        race: Race::HugeVmap,
        title: "A debug walk of init_mm and a huge vmap",
        about: "CPU 0 dumps the kernel's tables. CPU 1 maps 2 MiB with one entry where an earlier mapping left an empty \
                page table, and frees that table.",
        goal: TABLE,
        aim: UAF,
        why: "\u{201c}Kernel tables are not freed\u{201d} was the reason why the read lock was enough, and \
              why init_mm could be handed over to the kernel walk. But a huge vmap does free a kernel table. \
              It held no lock, so not even the write lock kept it out. Since v7.3 it holds init_mm's lock \
              for reading (26444eb71465), and a dump holds it for writing.",
        rules: VMAP_RULES,
        first: (Revision::V6_17, LockMode::Write, "nothing"),
    },
    RaceText {
        race: Race::HugePud,
        title: "A debug walk of init_mm and a huge vmap of 1 GiB",
        about: "The same, one level higher: CPU 1 frees a pmd table and the pte tables below it.",
        goal: TABLE,
        aim: UAF,
        why: "The walker keeps its pointer into the pmd table while it walks a whole pte table. x86 and \
              riscv clear the pud before they free the tables below it. arm64 clears and frees each pte \
              table first.",
        rules: VMAP_RULES,
        first: (Revision::V6_17, LockMode::Write, "nothing"),
    },
    RaceText {
        race: Race::OtherMm,
        title: "A dump of another mm and a huge vmap",
        about: "CPU 0 dumps kernel addresses through a process's mm, as x86's current_kernel in debugfs \
                does. CPU 1 maps memory with a huge entry.",
        goal: TABLE,
        aim: UAF,
        why: "The kernel half of a process's tables belongs to init_mm, so the process's own lock does not \
              protect it. Since v7.3, ptdump_walk_pgd() write-locks init_mm as well, and the debug walk \
              asserts both (27c32e553834).",
        rules: &["the mm's lock only", "init_mm's write lock as well", "ptdump, with its kernel's rule"],
        first: (Revision::V7_1, LockMode::Write, "mm"),
    },
    RaceText {
        race: Race::Collapse,
        title: "A kernel walk and x86's large pages",
        about: "CPU 0 walks kernel tables. CPU 1 replaces 512 matching ptes by one large entry and frees \
                their table (v6.15).",
        goal: TABLE,
        aim: UAF,
        why: "cpa_lock keeps out only those who take it too. If the collapse held init_mm's read lock, the \
              many walks that hold the read lock could still run at the same time. Since v7.3-rc3 it holds \
              the write lock (a1c7570cedd0), so the read lock is enough for everybody else.",
        rules: &[
            "cpa_lock only (v6.15)",
            "cpa_lock and init_mm's read lock (a draft)",
            "cpa_lock and init_mm's write lock (v7.3-rc3)",
        ],
        first: (Revision::V7_1, LockMode::Write, "cpa-lock"),
    },
    RaceText {
        race: Race::SetProt,
        title: "Two permission changes in one block",
        about: "arm64 changes permissions without init_mm's lock, because the caller owns the range. Two \
                CPUs own neighbouring pages of one large entry, which has to be split for both.",
        goal: "Make one CPU undo the other one's change.",
        aim: Outcomes::LOST,
        why: "Both CPUs see the large entry, and both fill a table from it. The table that is installed last \
              hides the change that was made in the first one. No table is freed, so nothing else can go \
              wrong. Splits therefore take a mutex (pgtable_split_lock).",
        rules: &["splits take the mutex", "splits take no lock"],
        first: (Revision::V6_18, LockMode::None, "no-mutex"),
    },
    RaceText {
        race: Race::SetProtDump,
        title: "A dump and a permission change",
        about: "CPU 0 dumps init_mm. CPU 1 splits a large entry and changes one page, without init_mm's lock.",
        goal: "Make anything go wrong on CPU 0.",
        aim: Outcomes::all(),
        why: "Nothing can. The new table is filled before the entry points to it, and it is never freed. The \
              dump may show the state before or after the change.",
        rules: &["splits take the mutex", "splits take no lock"],
        first: (Revision::V6_18, LockMode::Write, "mutex"),
    },
    RaceText {
        race: Race::StaleAction,
        title: "smaps and a pte table that vanishes",
        about: "CPU 0 adds up a process's memory for smaps. CPU 1 frees the last pte table of the range \
                (PT_RECLAIM) right before smaps maps it.",
        goal: "Make CPU 0 count the same memory twice.",
        aim: Outcomes::DOUBLE,
        why: "smaps cannot map the table and sets ACTION_AGAIN. The pmd loop looks again and finds a hole, \
              but the action stays in walk->action. From v7.0 on, the pud loop obeys it and walks the whole \
              table again. v7.3 resets the action first (aedf2efd1897). Before v7.0, the pud loop did not \
              check it.",
        rules: &[],
        first: (Revision::V7_1, LockMode::Read, ""),
    },
    RaceText {
        race: Race::PudRefault,
        title: "numa_maps and device memory",
        about: "CPU 0 walks device memory that one huge pud maps, and clears this pud to split it. CPU 1 \
                touches the memory, and the page fault maps it as before.",
        goal: "Make CPU 0 take a leaf for a table.",
        aim: Outcomes::WILD,
        why: "The walker tested whether the pud was none, but not whether it was a leaf again, and followed \
              the address of the device memory. Since v7.0, walk_pmd_range() reads the pud once more and \
              goes back unless it is a table (3b89863c3fa4).",
        rules: &[],
        first: (Revision::V6_18, LockMode::Read, ""),
    },
    RaceText {
        race: Race::Retract,
        title: "A debug walk and khugepaged",
        about: "CPU 0 walks a process's tables. CPU 1 (khugepaged) has collected the pages of a file in a \
                huge page. It removes the pte tables of all processes that map the file, without their mmap \
                locks.",
        goal: TABLE,
        aim: UAF,
        why: "Neither the read lock nor the write lock of the mm keeps khugepaged out: only RCU protects a \
              process's pte tables. pte_offset_map() reads the pmd once, under RCU, and uses the value that \
              it has tested. The table is freed when all RCU read sections that began before have ended.",
        rules: PTE_TABLE_RULES,
        first: (Revision::V7_3, LockMode::Write, "map"),
    },
    RaceText {
        race: Race::Reclaim,
        title: "A debug walk and an emptied pte table",
        about: "CPU 0 walks a process's tables. CPU 1 empties a pte table with MADV_DONTNEED, under the \
                VMA's own lock, and frees it (PT_RECLAIM).",
        goal: TABLE,
        aim: UAF,
        why: "The mm's write lock does not keep out a task that holds only the VMA's lock. Again, RCU \
              protects the pte tables, and the write lock protects the tables above them.",
        rules: PTE_TABLE_RULES,
        first: (Revision::V7_3, LockMode::Write, "map"),
    },
    RaceText {
        race: Race::PageFault,
        title: "A debug walk and a page fault",
        about: "CPU 0 walks a process's tables. CPU 1 allocates the missing tables and maps a page, under \
                the VMA's own lock.",
        goal: "Make anything go wrong on CPU 0.",
        aim: Outcomes::all(),
        why: "Nothing can, because tables are only added. The walk may see some entries from before the \
              fault and some from after it, but every table that it sees exists.",
        rules: &[],
        first: (Revision::V7_3, LockMode::Write, ""),
    },
    RaceText {
        race: Race::Vmalloc,
        title: "A kernel walk and vmalloc()",
        about: "CPU 0 walks kernel tables. CPU 1 allocates the missing tables and maps a page.",
        goal: "Make anything go wrong on CPU 0.",
        aim: Outcomes::all(),
        why: "Nothing can. Most changes to kernel tables only add tables, and against those the walker needs \
              no lock. This is why the read lock is enough (b123d09304d8, v6.8), and why init_mm could be \
              handed over to the kernel walk.",
        rules: &["walk_kernel_page_table_range()", "walk_page_range_debug() of init_mm"],
        first: (Revision::V6_17, LockMode::Read, "kernel-walk"),
    },
    RaceText {
        race: Race::TwoWalkers,
        title: "Two debug walks and munmap()",
        about: "CPU 0 and CPU 2 both walk a process's tables; CPU 1 unmaps.",
        goal: "Make one of the walkers read a page table that has been freed.",
        aim: UAF,
        why: "One task at a time can hold the write lock, but many can hold the read lock. A task that asks \
              for the read lock while munmap() waits for the write lock queues behind it: the lock is fair.",
        rules: MUNMAP_RULES,
        first: (Revision::V6_17, LockMode::Read, "downgrade"),
    },
    RaceText {
        race: Race::NestedRead,
        title: "A read lock inside a read lock",
        about: "CPU 0 holds an mmap lock for reading and takes it for reading again. CPU 1 wants it for writing.",
        goal: "Make both wait for ever.",
        aim: Outcomes::DEADLOCK,
        why: "While a task waits for the write lock, nobody new gets the read lock, so that the task has its \
              turn. The second read lock waits behind the write lock, and the write lock waits for the first \
              read lock.",
        rules: &[],
        first: (Revision::V7_3, LockMode::Read, ""),
    },
];
