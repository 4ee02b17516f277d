//! Runs a logged walk on the captured image and compares it with what the kernel did.

use mm::{MmId, World};
use pagewalk::{
    Action, Args, Call, Callback, Callbacks, EntryPoint, Fault, Reply, Revision, Status, Walk, WalkOps,
};
use pgtable::{Level, VirtAddr};

use crate::Capture;
use crate::log::{Counters, Line, LoggedWalk, Mode};

/// What a callback of a logged walk returns once it has logged enough.
const ENOUGH: i32 = 7;

/// Steps after which a walk counts as endless. The longest walk of a captured machine takes a few million.
const MAX_STEPS: u64 = 1 << 30;

/// How a replay went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Every callback, the return value and the number of lines are equal.
    Equal,
    /// The function walks VMAs, and the capture comes without them.
    NeedsVmas,
    /// Something differs.
    Different(String),
}

/// Runs `logged` under the rules of `revision` and compares.
pub fn replay(capture: &Capture, logged: &LoggedWalk, revision: Revision) -> Outcome {
    let entry = match logged.function.as_str() {
        "walk_kernel_page_table_range" => EntryPoint::Kernel,
        "walk_kernel_page_table_range_lockless" => EntryPoint::KernelLockless,
        "walk_page_range_debug" => EntryPoint::Debug,
        "walk_page_range_novma" => EntryPoint::Novma,
        "walk_page_range" if capture.world.vmas().next().is_none() => return Outcome::NeedsVmas,
        "walk_page_range" => EntryPoint::Range,
        other => return Outcome::Different(format!("{other} is not a function of mm/pagewalk.c")),
    };
    let mm = if logged.mm == "init_mm" { MmId::INIT_MM } else { MmId::USER };
    let Some(pgd) = capture.world.mm(mm).map(|mm| mm.pgd) else {
        return Outcome::Different(format!("the image has no mm {:?}", logged.mm));
    };
    let args = Args {
        mm: Some(mm),
        start: logged.start,
        end: logged.end,
        pgd: logged.pgd_given.then_some(logged.root),
        ..Args::default()
    };
    let mut walk = match Walk::new(entry, revision, args) {
        Ok(walk) => walk,
        Err(error) => return Outcome::Different(error.to_string()),
    };
    let mut world = capture.world.clone();
    // Of an mm that is not in the image by name: the other half of a root, a child.
    if let Some(mm) = world.mm_mut(mm).filter(|_| logged.root != pgd) {
        mm.pgd = logged.root;
    }
    let mut ops = LoggedOps::new(logged);
    match walk.run(&mut world, &mut ops, &mut (), MAX_STEPS) {
        Status::Done(ret) => compare(logged, &ops, ret),
        Status::Faulted(fault) => Outcome::Different(after(logged, &ops, &fault)),
        Status::Running | Status::Waiting(_) => Outcome::Different("the walk does not end".to_owned()),
    }
}

fn after(logged: &LoggedWalk, ops: &LoggedOps<'_>, fault: &Fault) -> String {
    format!("after {} of {} lines: {fault}", ops.lines, logged.lines.len())
}

fn compare(logged: &LoggedWalk, ops: &LoggedOps<'_>, ret: i32) -> Outcome {
    if let Some((line, ours)) = &ops.first_difference {
        let theirs = logged.lines.get(*line).map_or_else(|| "nothing".to_owned(), Line::text);
        return Outcome::Different(format!(
            "line {}: the kernel had {theirs}, the machine has {ours}",
            line + 1
        ));
    }
    if ret != logged.ret {
        return Outcome::Different(format!("the kernel returned {}, the machine {ret}", logged.ret));
    }
    if ops.counted != logged.logged_lines || ops.lines != logged.lines.len() as u64 {
        let (log, kernel) = (logged.lines.len(), logged.logged_lines);
        return Outcome::Different(format!(
            "{} lines, {} of them counted; the log has {log}, the kernel counted {kernel}",
            ops.lines, ops.counted
        ));
    }
    match logged.counters {
        Some(counters) if counters != ops.counters => {
            Outcome::Different(format!("the kernel counted {counters:?}, the machine {:?}", ops.counters))
        }
        _ => Outcome::Equal,
    }
}

/// The callbacks of a logged walk: they behave as its `mode` says, and compare instead of logging.
#[derive(Debug)]
struct LoggedOps<'a> {
    logged: &'a LoggedWalk,
    lines: u64,
    /// Those that the kernel counted.
    counted: u64,
    counters: Counters,
    /// The first line that differs, and what the machine had there.
    first_difference: Option<(usize, String)>,
    /// The pud and the pmd that have been answered with AGAIN.
    again: [Option<VirtAddr>; 2],
    /// How many VMAs `test_walk` has been asked about.
    tested: u32,
}

impl<'a> LoggedOps<'a> {
    fn new(logged: &'a LoggedWalk) -> Self {
        Self {
            logged,
            lines: 0,
            counted: 0,
            counters: Counters::default(),
            first_difference: None,
            again: [None; 2],
            tested: 0,
        }
    }

    fn action(&mut self, call: &Call, world: &World) -> Option<Action> {
        let Callback::Entry(level) = call.callback else { return None };
        let mode = self.logged.mode;
        if mode.contains(Mode::AGAIN_ONCE) && matches!(level, Level::Pud | Level::Pmd) {
            let seen = &mut self.again[usize::from(level == Level::Pmd)];
            if *seen != Some(call.addr) {
                *seen = Some(call.addr);
                return Some(Action::Again);
            }
        }
        let leaf = level != Level::Pte && world.tests(level).leaf(call.value);
        let goes_on = leaf && mode.contains(Mode::CONTINUE_AT_LEAVES)
            || level == Level::Pmd && mode.contains(Mode::CONTINUE_FROM_PMD)
            || level == Level::Pud && mode.contains(Mode::CONTINUE_FROM_PUD);
        goes_on.then_some(Action::Continue)
    }
}

impl WalkOps for LoggedOps<'_> {
    fn callbacks(&self) -> Callbacks {
        self.logged.callbacks
    }

    fn call(&mut self, call: &Call, world: &mut World) -> Reply {
        let counter = match call.callback {
            Callback::Entry(level) => Some(level as usize),
            Callback::Hole => Some(5),
            _ => None,
        };
        if let Some(counter) = counter {
            self.counters[counter] += 1;
        }
        let mut ret = 0;
        if call.callback == Callback::TestWalk {
            self.tested += 1;
            // Every second VMA is skipped.
            ret = i32::from(self.logged.mode.contains(Mode::SKIP_VMAS) && self.tested.is_multiple_of(2));
        }
        if !self.logged.mode.contains(Mode::COUNT) {
            let line = Line::of(call, ret, world);
            let index = self.lines as usize;
            if self.first_difference.is_none() && self.logged.lines.get(index) != Some(&line) {
                self.first_difference = Some((index, line.text()));
            }
            self.lines += 1;
            // The kernel did not count the callbacks that are about a VMA.
            self.counted += u64::from(line.is_counted());
            if self.counted >= self.logged.max || self.first_difference.is_some() {
                ret = ENOUGH;
            }
        }
        Reply { ret, action: self.action(call, world), ..Reply::default() }
    }
}
