//! What holds for every walk, over any tables: tables that point to each other or to nowhere, entries of any
//! value, callbacks that answer and write anything.

use actors::{Actor, Direct};
use mm::{MmId, Table, World};
use narrate::Timeline;
use pagewalk::{Action, Args, Call, Callback, Callbacks, EntryPoint, Event, Fault, Revision, Status, Walk};
use pagewalk_tests::script::{Deviation, Script};
use pgtable::{Arch, Level, MODELS, Model, PhysAddr, RawEntry, VirtAddr};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use scenario::link::Grain;

/// Most steps that a walk is followed for.
const FUEL: u64 = 3000;

/// A call on a world: everything that a walk depends on.
#[derive(Clone, Debug)]
struct Start {
    world: World,
    walk: Walk,
    ops: Script,
}

impl Start {
    fn run(&self, fuel: u64) -> (Vec<Event>, Self, Status) {
        let mut end = self.clone();
        let mut events = Vec::new();
        let status = end.walk.run(&mut end.world, &mut end.ops, &mut events, fuel);
        (events, end, status)
    }

    fn step(&mut self, events: &mut Vec<Event>) -> Status {
        self.walk.step(&mut self.world, &mut self.ops, events)
    }
}

/// Where table `n` lies. Aligned for every page size.
const fn at(n: u64) -> u64 {
    (n + 1) << 16
}

/// Most tables of a world.
const TABLES: u64 = 7;

fn pointer(model: &Model, pa: u64) -> u64 {
    match model.arch {
        Arch::X86_64 => pa | 0x63,
        Arch::Riscv64 => pa >> 12 << 10 | 1,
        Arch::Arm64 => pa | 3,
    }
}

fn leaf(model: &Model) -> u64 {
    match model.arch {
        Arch::X86_64 => 0x4000_00e3,
        Arch::Riscv64 => 0x1000_00cf,
        Arch::Arm64 => 0x4000_0701,
    }
}

/// An entry: of any value, but mostly one that means something.
fn entry(model: &'static Model) -> impl Strategy<Value = u64> {
    prop_oneof![
        // To a table of this world, of whatever level.
        6 => (0..TABLES).prop_map(move |n| pointer(model, at(n))),
        1 => Just(pointer(model, 0x0dea_d000_0000)),
        2 => Just(leaf(model)),
        // Swapped out, PROT_NONE, present-invalid; a table pointer with a bit too few or too many.
        1 => select(vec![0x200, 0x100, 0x20, 0x800, 0x802, 1 << 63]),
        1 => (0..TABLES, 0..64u32).prop_map(move |(n, bit)| pointer(model, at(n)) ^ 1 << bit),
        1 => any::<u64>(),
        1 => Just(0),
    ]
}

/// Slots that walks from the edges of a table reach.
fn slot(model: &'static Model, level: Level) -> impl Strategy<Value = u32> {
    let slots = u32::from(model.level(level).ptrs);
    prop_oneof![3 => 0..3u32, 1 => slots - 2..slots, 1 => Just(slots / 2), 1 => 0..slots]
        .prop_map(move |slot| slot % slots)
}

fn table(model: &'static Model, n: u64, level: Level) -> impl Strategy<Value = Table> {
    let entries = prop::collection::vec((slot(model, level), entry(model)), 0..12);
    entries.prop_map(move |entries| {
        let mut table = Table::unused(model, PhysAddr(at(n)), level);
        for (slot, value) in entries {
            table.set(slot, RawEntry(value));
        }
        table
    })
}

/// A world whose table 0 is the root of both mms. The next ones are of the levels below, the others of any.
fn world(model: &'static Model) -> impl Strategy<Value = World> {
    let real: Vec<Level> = model.real_levels().collect();
    let tables: Vec<_> = (0..TABLES)
        .map(|n| {
            let at_level = real.get(n as usize).copied();
            let levels = at_level.map_or_else(|| real.clone(), |level| vec![level]);
            select(levels).prop_flat_map(move |level| table(model, n, level))
        })
        .collect();
    (tables, any::<bool>()).prop_map(move |(mut tables, linked)| {
        // Half of the worlds are sure to have a path down to a pte.
        if linked {
            for n in 1..model.real_levels().count() as u64 {
                let value = pointer(model, at(n));
                tables[n as usize - 1].set(0, RawEntry(value));
            }
        }
        let root = PhysAddr(at(0));
        World::new(model, tables, [("init_mm", root), ("mm", root)]).expect("a valid world")
    })
}

/// A range: from a slot's edge or anywhere, short or long or to the top.
fn range(model: &'static Model) -> impl Strategy<Value = (VirtAddr, VirtAddr)> {
    let shifts = || select(Level::ALL.map(|level| model.level(level).shift).to_vec());
    let start = prop_oneof![
        4 => Just(0),
        4 => (shifts(), 0..4u64, 0..3u64).prop_map(|(shift, slots, pages)| (slots << shift).wrapping_sub(pages << 12)),
        1 => any::<u64>(),
    ];
    let bytes = prop_oneof![
        8 => (shifts(), 1..4u64, -1..2i64).prop_map(|(shift, slots, pages)| (slots << shift).wrapping_add_signed(pages << 12)),
        1 => 0..0x3000u64,
        1 => any::<u64>(),
    ];
    (start, bytes, any::<u16>(), 0..8u8).prop_map(move |(start, bytes, skew, unaligned)| {
        // One range in eight is not aligned.
        let skew = if unaligned == 0 { u64::from(skew) } else { 0 };
        let start = VirtAddr(start.wrapping_add(skew));
        let end = start.0.saturating_add(bytes);
        (start, VirtAddr(end))
    })
}

fn any_callback() -> impl Strategy<Value = Callback> {
    select(Level::ALL.map(Callback::Entry).into_iter().chain([Callback::Hole]).collect::<Vec<_>>())
}

fn deviation(model: &'static Model) -> impl Strategy<Value = Deviation> {
    let action = select(vec![None, Some(Action::Subtree), Some(Action::Continue), Some(Action::Again)]);
    let ret = prop_oneof![4 => Just(None), 1 => select(vec![Some(-14), Some(1)])];
    // A callback that answers AGAIN in every call never ends; most are asked once.
    let nth = prop_oneof![1 => Just(0), 12 => 1..4u64];
    (any_callback(), nth, ret, action, prop::option::of(entry(model)))
        .prop_map(|(callback, nth, ret, action, set)| Deviation { callback, nth, ret, action, set })
}

/// Mostly everything is set, sometimes anything. `install_pte` is refused at once, so it is rare.
fn callbacks() -> impl Strategy<Value = Callbacks> {
    let all = Callbacks::WITHOUT_VMA;
    prop_oneof![4 => Just(all), 4 => (0..64u8).prop_map(Callbacks::from_bits_truncate), 1 => any::<u8>().prop_map(Callbacks::from_bits_truncate)]
}

fn any_model() -> impl Strategy<Value = &'static Model> {
    select(MODELS.to_vec())
}

/// A call with callbacks that do anything.
fn start() -> impl Strategy<Value = Start> {
    any_model().prop_flat_map(|model| {
        let walk = (
            select(Revision::ALL.to_vec()),
            select(EntryPoint::ALL.to_vec()),
            select(vec![None, Some(MmId::INIT_MM), Some(MmId::USER), Some(MmId::USER)]),
            range(model),
            prop_oneof![6 => Just(None), 2 => (0..TABLES).prop_map(|n| Some(PhysAddr(at(n)))), 1 => any::<u64>().prop_map(|pa| Some(PhysAddr(pa)))],
        );
        let script = prop::collection::vec(deviation(model), 0..8);
        (world(model), walk, callbacks(), script).prop_map(|(world, call, callbacks, script)| {
            let (revision, entry, mm, (start, end), pgd) = call;
            let args = Args { mm, start, end, pgd, ..Args::default() };
            let walk = Walk::new(entry.in_revision(revision), revision, args).expect("it exists in this revision");
            Start { world, walk, ops: Script::new(callbacks, script) }
        })
    })
}

/// A walk of `mm` over tables that nobody changes, in every revision.
fn frozen(mm: MmId) -> impl Strategy<Value = Vec<Start>> {
    any_model().prop_flat_map(move |model| {
        (world(model), range(model), callbacks()).prop_map(move |(world, (start, end), callbacks)| {
            let callbacks = callbacks.difference(Callbacks::INSTALL_PTE);
            let args =
                Args { mm: Some(mm), start, end: end.max(VirtAddr(start.0.saturating_add(1))), ..Args::default() };
            Revision::ALL
                .into_iter()
                .map(|revision| {
                    let entry = EntryPoint::Debug.in_revision(revision);
                    let walk = Walk::new(entry, revision, args).expect("it exists in this revision");
                    Start { world: world.clone(), walk, ops: Script::new(callbacks, Vec::new()) }
                })
                .collect()
        })
    })
}

/// What a walk does to the outside: callbacks, mappings, clearing, faults.
fn effects(events: Vec<Event>) -> Vec<Event> {
    let is_effect = |event: &Event| {
        matches!(
            event,
            Event::Callback { .. } | Event::Map { .. } | Event::BadCleared { .. } | Event::Fault(_)
        )
    };
    events.into_iter().filter(is_effect).collect()
}

fn calls(events: &[Event]) -> impl Iterator<Item = &Call> {
    events.iter().filter_map(|event| match event {
        Event::Callback { call, .. } => Some(call),
        _ => None,
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn a_step_says_exactly_one_thing_and_the_end_nothing(start in start()) {
        let mut now = start.clone();
        let mut events = Vec::new();
        let mut steps = 0;
        while steps < FUEL && now.walk.status() == Status::Running {
            let status = now.step(&mut events);
            steps += 1;
            prop_assert_eq!(events.len() as u64, steps);
            prop_assert_eq!(status, now.walk.status());
        }
        match now.walk.status() {
            Status::Running => prop_assert_eq!(steps, FUEL),
            Status::Done(_) => {
                let returned = matches!(events.last(), Some(Event::Return { .. }));
                prop_assert!(returned);
            }
            Status::Faulted(fault) => {
                prop_assert_eq!(events.last(), Some(&Event::Fault(fault)));
                // These belong to callers that wait.
                let deadlock = matches!(fault, Fault::Deadlock { .. });
                prop_assert!(!deadlock);
            }
        }
        if now.walk.status() != Status::Running {
            let before = (now.walk.clone(), now.world.clone());
            let status = now.step(&mut events);
            prop_assert_eq!(status, before.0.status());
            prop_assert_eq!((now.walk, now.world), before);
            prop_assert_eq!(events.len() as u64, steps);
        }
    }

    #[test]
    fn it_does_not_matter_how_a_walk_is_cut_into_runs(start in start(), slices in prop::collection::vec(0..200u64, 1..20)) {
        let (whole, end, _) = start.run(FUEL);
        let mut now = start;
        let mut events = Vec::new();
        for &fuel in slices.iter().cycle() {
            let left = FUEL - events.len() as u64;
            let fuel = fuel.max(1).min(left);
            let status = now.walk.run(&mut now.world, &mut now.ops, &mut events, fuel);
            if status != Status::Running || events.len() as u64 == FUEL {
                break;
            }
        }
        prop_assert_eq!(events, whole);
        prop_assert_eq!((now.walk, now.world, now.ops), (end.walk, end.world, end.ops));
    }

    #[test]
    fn a_clone_goes_on_as_the_original_did(start in start(), at in any::<Index>()) {
        let (whole, end, _) = start.run(FUEL);
        let at = at.index(whole.len() + 1) as u64;
        let (before, there, _) = start.run(at);
        let kept = there.clone();
        // What the original does after that must not show in the clone, which shares its tables.
        let (after, there, _) = there.run(FUEL - at);
        let (again, kept, _) = kept.run(FUEL - at);
        prop_assert_eq!(&again, &after);
        prop_assert_eq!([before, after].concat(), whole);
        for other in [there, kept] {
            prop_assert_eq!(&other.walk, &end.walk);
            prop_assert_eq!(&other.world, &end.world);
        }
    }

    #[test]
    fn kernel_walks_of_frozen_tables_are_the_same_in_every_revision(starts in frozen(MmId::INIT_MM)) {
        let runs: Vec<_> = starts.iter().map(|start| start.run(FUEL)).collect();
        for pair in runs.windows(2) {
            let [(events, _, status), (other_events, _, other_status)] = pair else { continue };
            let (mut events, mut others) = (effects(events.clone()), effects(other_events.clone()));
            if *status == Status::Running || *other_status == Status::Running {
                // Revisions need different numbers of steps for the same: compare what both have reached.
                let common = events.len().min(others.len());
                events.truncate(common);
                others.truncate(common);
            } else {
                prop_assert_eq!(status, other_status);
            }
            prop_assert_eq!(events, others);
        }
    }

    #[test]
    fn user_walks_of_frozen_tables_are_the_same_in_every_revision(starts in frozen(MmId::USER)) {
        let runs: Vec<_> = starts.iter().map(|start| start.run(FUEL)).collect();
        // A bad pmd freezes nothing: it is cleared, and the AGAIN that this leaves is where revisions differ.
        let clears = |event: &Event| matches!(event, Event::BadCleared { level: Level::Pmd, .. });
        if runs.iter().any(|(events, ..)| events.iter().any(clears)) {
            return Ok(());
        }
        for pair in runs.windows(2) {
            let [(events, ..), (other_events, ..)] = pair else { continue };
            let (events, others) = (effects(events.clone()), effects(other_events.clone()));
            let common = events.len().min(others.len());
            prop_assert_eq!(&events[..common], &others[..common]);
        }
    }

    #[test]
    fn holes_have_the_depth_of_their_level(start in start()) {
        let (events, end, _) = start.run(FUEL);
        let model = end.world.model();
        for call in calls(&events).filter(|call| call.callback == Callback::Hole) {
            // riscv's folding is invisible to real_depth(); the others fold upwards.
            let level = if model.arch == Arch::Riscv64 { call.level } else { model.table_level(call.level) };
            prop_assert_eq!(call.depth, level.depth());
            // A hole is found at the level that gives the word its meaning, and never among ptes.
            prop_assert!(!model.is_constant(call.level) && call.level != Level::Pte);
        }
    }

    #[test]
    fn callbacks_stay_inside_the_range(start in start()) {
        let (events, ..) = start.run(FUEL);
        let Args { start: first, end, .. } = *start.walk.args();
        let page = start.world.model().page_bytes();
        for call in calls(&events) {
            prop_assert!(start.ops_are_set(call.callback), "{:?} is not set", call.callback);
            if end.0 >= page {
                prop_assert!(first <= call.addr && call.addr < end, "{:?}", call);
            }
            if call.callback == Callback::Entry(Level::Pte) {
                prop_assert_eq!(call.next.0, call.addr.0.wrapping_add(page));
            } else {
                prop_assert!(call.addr < call.next && call.next <= end, "{:?}", call);
            }
        }
    }

    #[test]
    fn a_frozen_walk_covers_its_range_without_gap_or_overlap(starts in frozen(MmId::INIT_MM)) {
        for start in starts {
            let Args { start: first, end, .. } = *start.walk.args();
            let page = start.world.model().page_bytes();
            let aligned = first.0.is_multiple_of(page) && end.0.is_multiple_of(page);
            let everything = Callbacks::WITHOUT_VMA;
            let start = Start { ops: Script::new(everything, Vec::new()), ..start };
            let (events, _, status) = start.run(FUEL);
            if status != Status::Done(0) || !aligned {
                continue;
            }
            let calls: Vec<&Call> = calls(&events).collect();
            let mut reached = first;
            for (n, call) in calls.iter().enumerate() {
                // What the walker goes into begins again at the same address, one level down.
                let entered = calls.get(n + 1).is_some_and(|next| next.addr == call.addr);
                prop_assert_eq!(call.addr, reached, "{:?}", call);
                if !entered {
                    reached = call.next;
                }
            }
            prop_assert_eq!(reached, end);
        }
    }

    #[test]
    fn every_lock_and_rcu_section_is_left_as_it_was_found(start in start()) {
        let (events, end, status) = start.run(FUEL);
        let mut depth = 0;
        for event in &events {
            match event {
                Event::RcuLock => depth += 1,
                Event::RcuUnlock => depth -= 1,
                // Only user pte tables are mapped under RCU, and only their ptes are visited there.
                Event::Callback { call, .. } if depth > 0 => {
                    prop_assert_eq!(call.callback, Callback::Entry(Level::Pte));
                    prop_assert_eq!(start.walk.args().mm, Some(MmId::USER));
                }
                _ => {}
            }
            prop_assert!(depth == 0 || depth == 1);
        }
        if let Status::Done(_) = status {
            prop_assert_eq!(depth, 0);
        }
        for (id, mm) in end.world.mms() {
            prop_assert_eq!(Some(mm.mmap_lock), start.world.mm(id).map(|mm| mm.mmap_lock));
        }
    }

    #[test]
    fn functions_are_left_in_the_order_in_which_they_were_entered(start in start()) {
        let mut now = start;
        let mut events = Vec::new();
        let mut active = Vec::new();
        for _ in 0..FUEL {
            let status = now.step(&mut events);
            match events.last() {
                Some(Event::Enter { func, .. }) => active.push(*func),
                Some(Event::Return { func, .. }) => prop_assert_eq!(active.pop(), Some(*func)),
                _ => {}
            }
            let stack: Vec<_> = now.walk.stack().map(|frame| frame.func).collect();
            prop_assert_eq!(&stack, &active);
            if status != Status::Running {
                break;
            }
        }
    }
}

impl Start {
    fn ops_are_set(&self, callback: Callback) -> bool {
        use pagewalk::WalkOps;
        self.ops.callbacks().contains(match callback {
            Callback::Entry(level) => Callbacks::entry(level),
            Callback::Hole => Callbacks::PTE_HOLE,
        })
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn a_timeline_shows_the_same_moment_however_one_gets_there(
        start in start(),
        visits in prop::collection::vec((any::<Index>(), any::<Index>()), 1..8),
        slices in prop::collection::vec(1..700u32, 1..8),
    ) {
        let actor = Direct::new(start.walk, start.ops);
        let mut timeline = Timeline::new(start.world.clone(), actor.clone());
        // Recorded in slices, with visits in between.
        for &fuel in &slices {
            timeline.record(fuel);
            timeline.moment(0, fuel / 2);
        }
        let actions = timeline.actions() as usize;
        for (to, from) in visits {
            let to = to.index(actions + 1);
            let from = from.index(to + 1);
            let moment = timeline.moment(from as u32, to as u32);

            let (mut world, mut fresh, mut events) = (start.world.clone(), actor.clone(), Vec::new());
            let mut before = world.clone();
            for step in 0..to {
                fresh.step(&mut world, &mut events);
                if step + 1 == from {
                    before = world.clone();
                }
            }
            prop_assert_eq!(moment.world, world);
            prop_assert_eq!(moment.actor, fresh);
            prop_assert_eq!(moment.before, before);
            prop_assert_eq!(moment.events, &events[from..]);
            prop_assert_eq!(moment.previous, from.checked_sub(1).map(|last| events[last]));
        }
    }

    #[test]
    fn a_timelines_steps_cover_its_actions(start in start()) {
        let mut timeline = Timeline::new(start.world, Direct::new(start.walk, start.ops));
        timeline.record(FUEL as u32);
        for grain in [Grain::Actions, Grain::Stops, Grain::Runs] {
            let mut reached = 0;
            for index in 0..timeline.len(grain) {
                let span = timeline.span(grain, index);
                prop_assert_eq!(span.from, reached, "{:?} {}", grain, index);
                prop_assert!(index == 0 || span.to > span.from);
                prop_assert_eq!(timeline.index_of(grain, span.to), index);
                reached = span.to;
            }
            prop_assert!(reached <= timeline.actions());
        }
    }
}
