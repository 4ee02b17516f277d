//! HVO's callbacks: `vmemmap_remap_ops` (mm/hugetlb_vmemmap.c, v6.12 and v7.3).

use alloc::vec::Vec;

use mm::World;
use pagewalk::{Progress, WalkOps};
use pgtable::{Level, Model, PhysAddr, RawEntry};
use trace::{
    Action, Call, Callback, Callbacks, Check, CheckDef, ENOTSUPP, Event, Func, Function, Line, On, Reply,
    Returns, Sink, StackFrame,
};

use super::split_pmd::{LOCK, SplitPmd, Step, lock, read_leaf, unlock};
use super::{global, protections};
use crate::bits::pte_of_page;
use crate::place::write;

static PMD_ENTRY: Function = Function {
    name: "vmemmap_pmd_entry",
    file: "mm/hugetlb_vmemmap.c",
    lines: |_| {
        const {
            &[
                Line::new(On::Entry, "  only splitting? ACTION_CONTINUE"),
                Line::new(On::Map, "  spin_lock(&init_mm.page_table_lock)"),
                Line::new(On::Leaf, "  a leaf?"),
                Line::new(On::Check, "  first one, and self-hosted? -ENOTSUPP"),
                Line::new(On::Unmap, "  spin_unlock(&init_mm.page_table_lock)"),
                Line::new(On::Descend, "  leaf: return vmemmap_split_pmd(…)"),
            ]
        }
    },
    returns: Returns::Int,
};

/// The vmemmap pages do not describe themselves (`PageVmemmapSelfHosted()`); `-ENOTSUPP` otherwise.
static NOT_SELF_HOSTED: CheckDef = CheckDef {
    name: "NotSelfHosted",
    passed: "The vmemmap pages do not describe themselves.",
    failed: "The vmemmap pages describe themselves, so they must stay, and the callback returns -ENOTSUPP.",
};

/// What the callbacks do (`remap_pte`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Mode {
    /// Only split pmd leaves.
    Split,
    /// Point ptes to the shared page: `vmemmap_remap_pte()`.
    Remap,
    /// Point them to pages of their own again: `vmemmap_restore_pte()`.
    Restore,
}

/// The next action of a callback that is running.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Pc {
    Lock,
    ReadLeaf,
    SelfHosted,
    Unlock(i32),
    Split(SplitPmd),
    PteBarrier,
    PteWrite,
}

/// A callback that is running.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Running {
    call: Call,
    pc: Pc,
    /// The pmd as it was read, if it was a leaf.
    leaf: Option<RawEntry>,
    /// What the pte will hold.
    pte: RawEntry,
}

/// `struct vmemmap_remap_walk` and its callbacks.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Remap {
    pub(super) mode: Mode,
    self_hosted: bool,
    /// v7.1: the shared page is not the head page.
    shared: bool,
    /// Without `VMEMMAP_REMAP_NO_TLB_FLUSH`.
    flushes: bool,
    /// `nr_walked`
    walked: u32,
    /// `vmemmap_head`, before v7.1 `reuse_page`
    head: Option<PhysAddr>,
    /// `vmemmap_tail`: none before v7.1, and none when a huge page is restored on purpose.
    pub(super) tail: Option<PhysAddr>,
    /// `vmemmap_pages`: pages that are no longer mapped, or that are to be; the first of the list comes last.
    pub(super) pages: Vec<PhysAddr>,
    /// `PAGE_KERNEL` and `PAGE_KERNEL_RO`, and the global bit, which is kept.
    protections: [u64; 2],
    global: u64,
    running: Option<Running>,
}

impl Remap {
    pub(super) fn new(self_hosted: bool, shared: bool, flushes: bool, world: &World) -> Self {
        let model = world.model();
        Self {
            mode: Mode::Remap,
            self_hosted,
            shared,
            flushes,
            walked: 0,
            head: None,
            tail: None,
            pages: Vec::new(),
            protections: protections(model),
            global: global(model),
            running: None,
        }
    }

    pub(super) const fn walked(&self) -> u32 {
        self.walked
    }

    /// Whether `vmemmap_remap_range()` flushes its range.
    pub(super) fn flushes_range(&self) -> bool {
        self.mode != Mode::Split && self.flushes
    }

    /// The page that takes the first one's place was allocated, or not.
    pub(super) fn take_head(&mut self, head: Option<PhysAddr>) {
        self.head = head;
        // It is on the list until it is mapped.
        self.pages.extend(head);
        self.walked = 0;
    }

    /// A remapping failed half-way, and a second walk undoes it. It flushes as the first one was asked to.
    pub(super) fn roll_back(&mut self) {
        self.mode = Mode::Restore;
        self.flushes = true;
        self.walked = 0;
        self.head = None;
    }

    /// The functions inside the walk that are running.
    pub(super) fn running_functions(&self) -> [Option<StackFrame>; 2] {
        let running = self.running.filter(|running| running.call.level == Level::Pmd);
        let entry = running.map(|Running { call, .. }| StackFrame {
            func: Func::Other(&PMD_ENTRY),
            addr: call.addr,
            end: call.next,
        });
        let split = running.and_then(|running| match running.pc {
            Pc::Split(split) => split.frame(),
            _ => None,
        });
        [entry, split]
    }

    /// What `remap_pte` makes of a pte: a new value, or nothing.
    fn pte(&mut self, pte: RawEntry, world: &World) -> Option<RawEntry> {
        let model = world.model();
        let page = model.leaf_address(Level::Pte, pte);
        let entry = |page, protection: u64| {
            Some(RawEntry(pte_of_page(model, page, protection | pte.0 & self.global)))
        };
        let [rw, ro] = self.protections;
        match (self.mode, self.head) {
            (Mode::Split, _) => None,
            // Before v7.1 the first pte tells which page is shared, unless a new one was made for that.
            (_, None) if !self.shared => {
                self.head = Some(page);
                None
            }
            (Mode::Remap, Some(head)) if self.walked == 0 => {
                self.pages.retain(|&other| other != head);
                self.pages.push(page);
                entry(head, rw)
            }
            (Mode::Remap, head) => {
                self.pages.push(page);
                entry(self.tail.or(head).unwrap_or(page), ro)
            }
            // Rolled back: the copied head page stays, only what points to the shared page changes.
            (Mode::Restore, _) if self.tail.is_some_and(|tail| tail != page) => None,
            // The list has as many pages as there are ptes to restore.
            (Mode::Restore, _) => self.pages.pop().and_then(|fresh| entry(fresh, rw)),
        }
    }

    fn begin(&mut self, call: &Call, pc: Pc, pte: RawEntry) -> Reply {
        self.running = Some(Running { call: *call, pc, leaf: None, pte });
        Reply::MORE
    }

    /// The global bit of a pmd leaf, which loongarch keeps elsewhere than a pte.
    fn global_of(&self, leaf: RawEntry, model: &Model) -> u64 {
        (model.make.pte_of_huge)(leaf.0) & self.global
    }

    /// `pmd_entry` is done.
    fn done(&mut self, ret: i32) -> Progress {
        self.running = None;
        Progress::Done(Reply::returns(ret))
    }
}

impl WalkOps for Remap {
    fn callbacks(&self) -> Callbacks {
        Callbacks::PMD_ENTRY | Callbacks::PTE_ENTRY
    }

    fn call(&mut self, call: &Call, world: &mut World) -> Reply {
        match call.callback {
            Callback::Entry(Level::Pmd) => {
                let begun = self.begin(call, Pc::Lock, RawEntry(0));
                Reply { action: (self.mode == Mode::Split).then_some(Action::Continue), ..begun }
            }
            Callback::Entry(Level::Pte) => {
                let first = self.walked == 0;
                let pte = self.pte(call.value, world);
                self.walked += 1;
                let Some(pte) = pte else { return Reply::default() };
                let has_contents = self.mode == Mode::Restore || (first && self.mode == Mode::Remap);
                self.begin(call, if has_contents { Pc::PteBarrier } else { Pc::PteWrite }, pte)
            }
            _ => Reply::default(),
        }
    }

    fn go_on(&mut self, world: &mut World, sink: &mut dyn Sink) -> Progress {
        let Some(mut now) = self.running else { return Progress::Done(Reply::default()) };
        now.pc = match now.pc {
            Pc::Lock if lock(world, sink) => Pc::ReadLeaf,
            Pc::Lock => return Progress::Waiting(LOCK),
            Pc::ReadLeaf => {
                now.leaf = read_leaf(&now.call, world, sink);
                if self.walked == 0 { Pc::SelfHosted } else { Pc::Unlock(0) }
            }
            Pc::SelfHosted => {
                let ok = !self.self_hosted;
                sink.event(Event::Check { check: Check::Other(&NOT_SELF_HOSTED), ok });
                Pc::Unlock(if ok { 0 } else { ENOTSUPP })
            }
            Pc::Unlock(ret) => {
                unlock(world, sink);
                let Some(leaf) = now.leaf.filter(|_| ret == 0) else { return self.done(ret) };
                let protection = self.protections[0] | self.global_of(leaf, world.model());
                Pc::Split(SplitPmd::new(&now.call, leaf, protection, self.mode != Mode::Split, world))
            }
            Pc::Split(mut split) => match split.step(world, sink) {
                Step::Running => Pc::Split(split),
                Step::Waiting => return Progress::Waiting(LOCK),
                Step::Done(ret) => return self.done(ret),
            },
            Pc::PteBarrier => {
                let what = if self.mode == Mode::Restore {
                    "copies the shared page to a fresh one and passes smp_wmb(), so that a CPU that sees the \
                     new pte also sees the copy"
                } else {
                    "passes smp_wmb(), so that a CPU that sees the new pte also sees the copied page"
                };
                sink.event(Event::Act(what));
                Pc::PteWrite
            }
            Pc::PteWrite => {
                write(world, Level::Pte, now.call.addr, now.call.slot, now.pte, sink);
                self.running = None;
                return Progress::Done(Reply::default());
            }
        };
        self.running = Some(now);
        Progress::Running
    }
}
