//! The entry points: checks, assertions, the delegation, and the way out.

use mm::{MmId, Need, Seen, World};
use pgtable::Level;

use super::{Outer, Pc, Walk, folio, vma};
use crate::entry::{Body, Prologue, prologue};
use crate::{By, Callbacks, Check, EINVAL, EntryPoint, Event, Fault, LockName, Sink, Subject, WalkOps};

impl Walk {
    /// Runs one thing of an entry point.
    pub(super) fn entry_point<O: WalkOps, S: Sink>(
        &mut self,
        at: u8,
        world: &mut World,
        ops: &O,
        sink: &mut S,
    ) {
        if at == 0 && self.entry.takes_vma() {
            self.take_vma(world);
        }
        let Some(&now) = self.prologue.get(usize::from(at)) else { return };
        self.pc = self.after_prologue(usize::from(at) + 1, world, ops);
        match now {
            Prologue::Enter(func) => {
                // Bounded by the longest prologue.
                self.callers.push(func);
                sink.event(Event::Enter { func, start: self.args.start, end: self.args.end });
            }
            Prologue::Check(check) => self.check(check, self.set(ops), world, sink),
            Prologue::Assert(subject, need) => self.assert(subject, need, By::Walk, world, sink),
            Prologue::AssertByMm => {
                let kernel = self.mm == Some(MmId::INIT_MM);
                let need = if kernel { Need::Held } else { Need::Write };
                self.assert(Subject::Walked, need, By::Walk, world, sink);
            }
            Prologue::DelegateInitMm => {
                self.prologue = prologue(EntryPoint::Kernel, self.revision);
                self.pc = Pc::Prologue(0);
                sink.event(Event::Delegate);
            }
            Prologue::MmWalkLock => {
                if let Some(need) = self.mm_walk_lock(ops.walk_lock()) {
                    self.assert(Subject::Walked, need, By::Walk, world, sink);
                }
            }
            Prologue::HugetlbLock => self.hugetlb_lock(world, sink),
            // Has steps of its own: `after_prologue()` goes to them.
            Prologue::VmaWalkLock => {}
        }
    }

    /// The first action from the `at`-th thing on: things that do nothing this time are passed over.
    fn after_prologue<O: WalkOps>(&self, at: usize, world: &World, ops: &O) -> Pc {
        for (index, item) in self.prologue.iter().enumerate().skip(at) {
            let acts = match item {
                Prologue::DelegateInitMm => self.mm == Some(MmId::INIT_MM),
                Prologue::MmWalkLock => self.mm_walk_lock(ops.walk_lock()).is_some(),
                Prologue::HugetlbLock => self.vma_is_hugetlb(world),
                Prologue::VmaWalkLock => match self.vma_walk_lock(world, ops.walk_lock()) {
                    Some(pc) => return Pc::Vma(pc),
                    None => false,
                },
                _ => true,
            };
            if acts {
                return Pc::Prologue(index as u8);
            }
        }
        match self.entry.body() {
            Body::NoVma => Pc::Enter(Level::Pgd),
            Body::Range => Pc::Vma(vma::Pc::AssertFindVma),
            Body::OneVma if self.entry == EntryPoint::Vma && self.rules().vma_tests => {
                self.first_of_area(world, self.set(ops))
            }
            Body::OneVma => Pc::Vma(vma::Pc::Enter),
            Body::Mapping => Pc::Vma(vma::Pc::NextInMapping),
            Body::Folio => Pc::Folio(folio::Pc::START),
        }
    }

    /// A function that takes a VMA walks its mm; `walk_page_vma()` all of it. A VMA that is not there has no mm.
    fn take_vma(&mut self, world: &World) {
        let vma = self.args.vma.and_then(|id| world.vma(id));
        self.mm = vma.and_then(|vma| vma.mm);
        let Some(vma) = vma else { return };
        self.vma = self.args.vma;
        if self.entry == EntryPoint::Vma {
            (self.args.start, self.args.end) = (vma.start, vma.end);
        }
        self.outer = Outer { addr: self.args.start, next: self.args.end, end: self.args.end };
    }

    fn check<S: Sink>(&mut self, check: Check, set: Callbacks, world: &World, sink: &mut S) {
        let vma = self.vma.and_then(|id| world.vma(id));
        let ok = match check {
            Check::Range => self.args.start < self.args.end,
            Check::Mm => self.mm.is_some(),
            Check::Ops => !set.contains(Callbacks::INSTALL_PTE),
            Check::Bounds => vma.is_some_and(|vma| vma.start <= self.args.start && self.args.end <= vma.end),
            Check::InVma => vma.is_some_and(|vma| vma.start <= self.args.start && self.args.start < vma.end),
            // Made before and behind the prologue: by callers, and by __walk_page_range().
            Check::Other(_) | Check::HugetlbInstall => true,
        };
        sink.event(Event::Check { check, ok });
        if ok {
            return;
        }
        self.pc = match check {
            Check::InVma => Pc::Folio(folio::Pc::NOT_FOUND),
            _ => {
                self.ret = EINVAL;
                Pc::ReturnCaller
            }
        };
    }

    /// Asserts, warns, and goes on: only a NULL mm stops the kernel here.
    pub(super) fn assert<S: Sink>(
        &mut self,
        subject: Subject,
        need: Need,
        by: By,
        world: &World,
        sink: &mut S,
    ) {
        let mm = match subject {
            Subject::InitMm => Some(MmId::INIT_MM),
            // Also where a function looks at the VMA's own mm: it is the one that is walked.
            _ => self.mm,
        };
        let found = match subject {
            Subject::Walked | Subject::InitMm => mm
                .and_then(|id| Some((id, world.mm(id)?)))
                .map(|(id, mm)| (LockName::Mmap(id), mm.mmap_lock.inspect(self.task, need))),
            Subject::Vma => self
                .vma
                .and_then(|id| Some((id, world.vma(id)?)))
                .map(|(id, vma)| (LockName::Vma(id), vma.lock.inspect(self.task, need))),
            // lockdep_assert_held(): without lockdep there is nothing that could fail.
            Subject::IMmap => {
                let seen = world.i_mmap.inspect(self.task, need);
                Some((LockName::IMmap, Seen { plain_ok: true, ..seen }))
            }
        };
        match found {
            Some((lock, seen)) => sink.event(Event::Assert { subject, lock, need, seen, by }),
            None => self.fault(Fault::NullMm, sink),
        }
    }

    pub(super) fn return_caller<S: Sink>(&mut self, sink: &mut S) {
        if let Some(func) = self.callers.pop() {
            sink.event(Event::Return { func, ret: self.ret });
        }
        if self.callers.is_empty() {
            self.pc = Pc::Done;
        }
    }
}
