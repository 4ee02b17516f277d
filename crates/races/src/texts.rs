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
    /// What the goal comes to, where a search looks for it.
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
    "frees without any lock (to v7.2-rc6)",
    "arm64: waits for dumps between clearing and freeing (v6.18 to v7.2-rc6)",
    "holds init_mm for reading, or maps small pages (v7.2-rc7)",
    "holds init_mm for reading, and waits for it",
    "both of the last kernels' rules at once",
    "never maps huge (arm64 to v6.17, with ptdump in debugfs)",
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
        why: "munmap() takes the area out of the tree under the write lock, downgrades to a read lock, and only then frees the \
              tables. A walker that finds its way by addresses does not notice that the area is gone, and a read lock \
              lets it in beside munmap(). Hence walk_page_range_debug() asserts the write lock (8782fb61cc84, v6.0).",
        rules: MUNMAP_RULES,
        first: (Revision::V6_17, LockMode::Read, "downgrade"),
    },
    RaceText {
        race: Race::MunmapVmas,
        title: "A walk of VMAs and munmap()",
        about: "CPU 0 walks the VMAs of a process with walk_page_range(). CPU 1 unmaps them.",
        goal: TABLE,
        aim: UAF,
        why: "Here a read lock is enough. Either the walk has it first, and munmap() waits; or munmap() has detached the area \
              before, and the walk finds nothing: it never looks below a gap. Without any lock neither holds.",
        rules: MUNMAP_RULES,
        first: (Revision::V6_17, LockMode::None, "downgrade"),
    },
    RaceText {
        race: Race::HotRemove,
        title: "A kernel walk and memory hot-remove",
        about: "CPU 0 walks the direct map. CPU 1 takes memory out of the machine and frees the tables that mapped it.",
        goal: TABLE,
        aim: UAF,
        why: "Hot-remove does not take init_mm's lock, so no mode of it helps: only mem_hotplug_lock does. Since v6.17 \
              ptdump_walk_pgd() takes it for every dump (59305202c67f); other walkers own the memory that they walk.",
        rules: &[
            "the walker takes no hotplug lock",
            "the walker holds mem_hotplug_lock",
            "ptdump, as in its kernel",
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
        why: "\u{201c}Kernel tables are not freed\u{201d} was the reason why reading is enough, and why init_mm could be handed over to \
              the kernel walk. A huge vmap does free one, and held no lock: not even the write lock kept it out. Since v7.3 it \
              holds init_mm's lock for reading (26444eb71465), and a dump writes.",
        rules: VMAP_RULES,
        first: (Revision::V6_17, LockMode::Write, "nothing"),
    },
    RaceText {
        race: Race::HugePud,
        title: "A debug walk of init_mm and a huge vmap of 1 GiB",
        about: "The same one level up: a pmd table goes, and the pte tables below it.",
        goal: TABLE,
        aim: UAF,
        why: "The walker keeps its pointer into the pmd table over a whole pte table. x86 and riscv clear the pud before they \
              free what is below; arm64 clears and frees each pte table first.",
        rules: VMAP_RULES,
        first: (Revision::V6_17, LockMode::Write, "nothing"),
    },
    RaceText {
        race: Race::OtherMm,
        title: "A dump of another mm and a huge vmap",
        about: "CPU 0 dumps kernel addresses through a process's mm, as x86's current_kernel in debugfs does. CPU 1 maps \
                with a huge entry.",
        goal: TABLE,
        aim: UAF,
        why: "The kernel's half of a process's tables is init_mm's: the process's own lock does not protect it. Since v7.3 \
              ptdump_walk_pgd() write-locks init_mm as well, and the debug walk asserts both (27c32e553834).",
        rules: &["the mm's lock only", "init_mm's write lock as well", "ptdump, as in its kernel"],
        first: (Revision::V7_1, LockMode::Write, "mm"),
    },
    RaceText {
        race: Race::Collapse,
        title: "A kernel walk and x86's large pages",
        about: "CPU 0 walks kernel tables. CPU 1 finds 512 equal ptes, puts one large entry in their place and frees \
                their table (v6.15).",
        goal: TABLE,
        aim: UAF,
        why: "cpa_lock keeps out only those who take it. A read lock of init_mm would keep out writers and still let in the many \
              who walk as readers. Since v7.3-rc3 the collapse holds the write lock (a1c7570cedd0): then reading is \
              enough for everybody else.",
        rules: &[
            "cpa_lock only (v6.15)",
            "and init_mm for reading (a draft)",
            "and init_mm for writing (v7.3-rc3)",
        ],
        first: (Revision::V7_1, LockMode::Write, "cpa-lock"),
    },
    RaceText {
        race: Race::SetProt,
        title: "Two permission changes in one block",
        about: "arm64 changes permissions without init_mm's lock: who asks owns the range. Two CPUs own neighbouring pages of \
                one large entry, which has to be split for both.",
        goal: "Make one CPU undo what the other one has changed.",
        aim: Outcomes::LOST,
        why: "Both see the large entry, both fill a table from it, and the table that is set last hides what was changed in the first. \
              No table is freed, so nothing else can happen. Splits therefore take a mutex (pgtable_split_lock).",
        rules: &["splits take the mutex", "splits take no lock"],
        first: (Revision::V6_18, LockMode::None, "no-mutex"),
    },
    RaceText {
        race: Race::SetProtDump,
        title: "A dump and a permission change",
        about: "CPU 0 dumps init_mm. CPU 1 splits a large entry and changes one page, without init_mm's lock.",
        goal: "Make CPU 0 go astray.",
        aim: Outcomes::all(),
        why: "It cannot: a leaf that becomes a table is the harmless direction. The table is filled before the entry points to it, \
              and stays. What the dump shows may be of before or of after.",
        rules: &["splits take the mutex", "splits take no lock"],
        first: (Revision::V6_18, LockMode::Write, "mutex"),
    },
    RaceText {
        race: Race::StaleAction,
        title: "smaps and a pte table that vanishes",
        about: "CPU 0 adds up a process's memory. CPU 1 gives the last pte table of the range back (PT_RECLAIM) right before \
                smaps wants to map it.",
        goal: "Make CPU 0 count the same memory twice.",
        aim: Outcomes::DOUBLE,
        why: "smaps cannot map the table and asks for another look; the second look finds a hole, but the wish stays in \
              walk->action. From v7.0 the pud loop honours it and walks the whole table again. v7.3 forgets the wish where the \
              look begins (aedf2efd1897); before v7.0 the pud loop did not look.",
        rules: &[],
        first: (Revision::V7_1, LockMode::Read, ""),
    },
    RaceText {
        race: Race::PudRefault,
        title: "numa_maps and device memory",
        about: "CPU 0 walks a device's memory that one large pud maps, and clears that pud to look below. CPU 1 touches the memory, \
                and the fault maps it as before.",
        goal: "Make CPU 0 take a leaf for a table.",
        aim: Outcomes::WILD,
        why: "The walker asked whether the pud was none, and not whether it was a leaf again: it followed the address of the \
              device's memory. Since v7.0 walk_pmd_range() reads the pud once more and goes back unless it is a table \
              (3b89863c3fa4).",
        rules: &[],
        first: (Revision::V6_18, LockMode::Read, ""),
    },
    RaceText {
        race: Race::Retract,
        title: "A debug walk and khugepaged",
        about: "CPU 0 walks a process's tables. CPU 1 has put the pages of a file together and takes the pte tables of all who \
                map it, through the reverse map and without their mmap locks.",
        goal: TABLE,
        aim: UAF,
        why: "No mode of the mmap lock keeps khugepaged out: pte tables of a process are protected by RCU alone. \
              pte_offset_map() reads the pmd once, under RCU, and uses what it has tested; the table is freed when all who \
              were inside have left.",
        rules: PTE_TABLE_RULES,
        first: (Revision::V7_3, LockMode::Write, "map"),
    },
    RaceText {
        race: Race::Reclaim,
        title: "A debug walk and an emptied pte table",
        about: "CPU 0 walks a process's tables. CPU 1 empties a pte table with MADV_DONTNEED, under the VMA's own lock, and \
                gives it back (PT_RECLAIM).",
        goal: TABLE,
        aim: UAF,
        why: "The mm's write lock does not keep out who holds only the VMA's lock. Again RCU is what protects pte tables; the \
              write lock protects the tables above them.",
        rules: PTE_TABLE_RULES,
        first: (Revision::V7_3, LockMode::Write, "map"),
    },
    RaceText {
        race: Race::PageFault,
        title: "A debug walk and a page fault",
        about: "CPU 0 walks a process's tables. CPU 1 makes the tables that are missing and maps a page, under the VMA's own \
                lock.",
        goal: "Make CPU 0 go astray.",
        aim: Outcomes::all(),
        why: "It cannot: tables are only added. What the walk sees may be half of before and half of after, but all of it is \
              there.",
        rules: &[],
        first: (Revision::V7_3, LockMode::Write, ""),
    },
    RaceText {
        race: Race::Vmalloc,
        title: "A kernel walk and vmalloc()",
        about: "CPU 0 walks kernel tables. CPU 1 makes the tables that are missing and maps a page.",
        goal: "Make CPU 0 go astray.",
        aim: Outcomes::all(),
        why: "It cannot: most of what happens to kernel tables is that they are added, and for that no lock of the walker \
              matters. This is why reading is enough (b123d09304d8, v6.8), and why init_mm could be handed over to the \
              kernel walk.",
        rules: &["walk_kernel_page_table_range()", "walk_page_range_debug() of init_mm"],
        first: (Revision::V6_17, LockMode::Read, "kernel-walk"),
    },
    RaceText {
        race: Race::TwoWalkers,
        title: "Two debug walks and munmap()",
        about: "CPU 0 and CPU 2 both walk a process's tables; CPU 1 unmaps.",
        goal: "Make one of the walkers read a page table that has been freed.",
        aim: UAF,
        why: "Writers come one after the other, readers all together. A reader that comes while munmap() waits queues behind it: the \
              lock is fair.",
        rules: MUNMAP_RULES,
        first: (Revision::V6_17, LockMode::Read, "downgrade"),
    },
    RaceText {
        race: Race::NestedRead,
        title: "A read lock inside a read lock",
        about: "CPU 0 holds an mmap lock for reading and takes it for reading again. CPU 1 wants it for writing.",
        goal: "Make both wait for ever.",
        aim: Outcomes::DEADLOCK,
        why: "A writer that waits keeps new readers out, so that it comes to its turn. The second read lock waits behind the \
              writer, and the writer for the first one.",
        rules: &[],
        first: (Revision::V7_3, LockMode::Read, ""),
    },
];
