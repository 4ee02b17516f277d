//! The callbacks of a call: what the rules say, one atomic action after the other.

use std::rc::Rc;

use mm::World;
use pagewalk::{
    Action, Call as Called, Callback, Callbacks, ENOMEM, Event, Flush, Progress, Reply, Sink, WalkLock,
    WalkOps,
};
use pgtable::{EntryKind, Level, PhysAddr, Prot, RawEntry};

use crate::{Deed, Rule};

/// Callbacks that do what rules say.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Composed {
    callbacks: Callbacks,
    walk_lock: WalkLock,
    rules: Rc<[Rule]>,
    /// How often each callback was called.
    calls: [u32; Callback::ALL.len()],
    /// How often each rule was followed.
    hits: Vec<u32>,
    running: Option<Running>,
}

/// A callback that has begun.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Running {
    call: Called,
    /// The rules that are still to be followed, the next one last.
    acts: Vec<u8>,
    /// A table that was made for a leaf, and what the leaf was.
    table: Option<(PhysAddr, RawEntry)>,
    reply: Reply,
}

impl Composed {
    /// Callbacks with these rules.
    pub fn new(callbacks: Callbacks, walk_lock: WalkLock, rules: &[Rule]) -> Self {
        Self {
            callbacks,
            walk_lock,
            rules: rules.into(),
            calls: [0; Callback::ALL.len()],
            hits: vec![0; rules.len()],
            running: None,
        }
    }

    /// How often each callback was called that was.
    pub fn calls(&self) -> impl Iterator<Item = (Callback, u32)> + '_ {
        Callback::ALL.into_iter().zip(self.calls).filter(|(_, count)| *count > 0)
    }

    /// How often each rule was followed.
    pub fn hits(&self) -> impl Iterator<Item = (&Rule, u32)> {
        self.rules.iter().zip(self.hits.iter().copied())
    }

    /// What is to be done at a call: the acts, the next one last, and the answer.
    fn plan(&mut self, call: &Called, world: &World) -> (Vec<u8>, Reply) {
        let at = Callback::ALL.iter().position(|of| *of == call.callback).unwrap_or(0);
        self.calls[at] = self.calls[at].saturating_add(1);
        let nth = self.calls[at];
        let kind = world.classify(call.level, call.value);
        let (mut acts, mut reply) = (Vec::new(), Reply::default());
        if call.callback == Callback::InstallPte {
            reply.pte = world.model().make_pte(world.allocator.next, Prot::Shared);
        }
        for (number, rule) in self.rules.iter().enumerate() {
            if rule.callback != call.callback || !rule.when.is_so(call, kind, nth) {
                continue;
            }
            match rule.deed {
                Deed::Again(times) if self.hits[number] >= times => continue,
                Deed::Split if kind != EntryKind::Leaf => continue,
                _ => self.hits[number] = self.hits[number].saturating_add(1),
            }
            match rule.deed {
                Deed::Write(value) if call.callback == Callback::InstallPte => reply.pte = RawEntry(value),
                Deed::Count => {}
                Deed::Continue => reply.action = Some(Action::Continue),
                Deed::Again(_) => reply.action = Some(Action::Again),
                Deed::Return(number) => {
                    reply.ret = number;
                    break;
                }
                _ => acts.push(number as u8),
            }
        }
        acts.reverse();
        (acts, reply)
    }
}

/// A table of the level below that maps what a leaf does, with the same bits; nothing points to it yet.
fn table_of(world: &mut World, level: Level, leaf: RawEntry) -> Option<(Level, PhysAddr)> {
    let model = world.model();
    let lower = model.real_levels().find(|of| *of > level)?;
    if level == Level::Pmd {
        return Some((lower, world.new_pte_table(leaf).ok()?));
    }
    let pa = world.new_table(lower).ok()?;
    let table = world.table_at(pa)?;
    let step = model.make.next_page << (model.level(lower).shift - model.page_shift);
    for index in 0..model.slots(lower) {
        world.write(table, index, RawEntry(leaf.0.wrapping_add(u64::from(index) * step)));
    }
    Some((lower, pa))
}

impl WalkOps for Composed {
    fn callbacks(&self) -> Callbacks {
        self.callbacks
    }

    fn walk_lock(&self) -> WalkLock {
        self.walk_lock
    }

    fn call(&mut self, call: &Called, world: &mut World) -> Reply {
        let (acts, reply) = self.plan(call, world);
        if call.callback == Callback::InstallPte {
            // A page of its own.
            let next = world.allocator.next.0.wrapping_add(world.model().page_bytes());
            world.allocator.next = PhysAddr(next);
        }
        if acts.is_empty() {
            return reply;
        }
        self.running = Some(Running { call: *call, acts, table: None, reply });
        Reply::MORE
    }

    fn go_on(&mut self, world: &mut World, sink: &mut dyn Sink) -> Progress {
        let Some(mut running) = self.running.take() else { return Progress::Done(Reply::default()) };
        let call = running.call;
        let was = world.read_slot(call.slot).unwrap_or(call.value);
        let write = |world: &mut World, sink: &mut dyn Sink, is: RawEntry| {
            world.write_slot(call.slot, is);
            sink.event(Event::Write { level: call.level, addr: call.addr, slot: call.slot, was, is });
        };
        let deed =
            running.acts.last().and_then(|number| self.rules.get(usize::from(*number))).map(|rule| rule.deed);
        match (deed, running.table.take()) {
            (Some(Deed::Split), Some((pa, _))) => {
                let is = world.model().make_table(call.level, pa, world.model().owner(call.addr));
                write(world, sink, is);
            }
            (Some(Deed::Split), None) => {
                if world.classify(call.level, was) == EntryKind::Leaf {
                    let made = table_of(world, call.level, was);
                    let result = made.map(|(_, pa)| pa).ok_or(mm::OutOfMemory);
                    let table = made.map(|(lower, _)| lower).or_else(|| call.level.lower());
                    sink.event(Event::NewPage { table, result });
                    let Ok(pa) = result else { return Progress::Done(Reply::returns(ENOMEM)) };
                    running.table = Some((pa, was));
                    self.running = Some(running);
                    return Progress::Running;
                }
                sink.event(Event::Act("finds that the entry is no leaf any more"));
            }
            (Some(Deed::Set(bits)), _) => write(world, sink, RawEntry(was.0 | bits)),
            (Some(Deed::Clear(bits)), _) => write(world, sink, RawEntry(was.0 & !bits)),
            (Some(Deed::Write(value)), _) => write(world, sink, RawEntry(value)),
            _ => sink.event(Event::Flush(Flush::Range(call.addr, call.next))),
        }
        running.acts.pop();
        if running.acts.is_empty() {
            return Progress::Done(running.reply);
        }
        self.running = Some(running);
        Progress::Running
    }
}
