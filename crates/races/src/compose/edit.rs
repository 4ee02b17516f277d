//! What the switches do to the lines of a script, and why some of it makes no sense.

use alloc::rc::Rc;
use alloc::vec::Vec;

use actors::Quirk;
use mm::LockMode;
use pagewalk::{Free, Revision};
use pgtable::Level;

use super::{Around, Frees, Guard, Guarded, Reads};
use crate::cpu::{Cpu, Inner};
use crate::notes::Notes;
use crate::ops::{self, Ops};
use crate::setting::NotThere;
use crate::state::{Cpus, State};
use crate::step::{Line, Lock, Script, Shared, Step, line};

/// Why a combination makes no sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoSense {
    /// The race itself is not there.
    #[error(transparent)]
    NotThere(#[from] NotThere),
    /// ptdump in an RCU read section.
    #[error(
        "ptdump_walk_pgd() takes its locks itself, which may sleep: it cannot be in an RCU read section; choose a debug walk"
    )]
    DumpInRcu,
    /// A walk over VMAs in an RCU read section.
    #[error(
        "a walk over VMAs may sleep in its callbacks and for the VMAs' locks: it cannot be in an RCU read section"
    )]
    VmasInRcu,
    /// ptdump's own hotplug lock.
    #[error(
        "whether ptdump_walk_pgd() takes mem_hotplug_lock is a rule of its kernel: choose another kernel, or a debug walk"
    )]
    DumpsHotplug,
    /// A lock that is there already.
    #[error("{0} takes {1} already")]
    Takes(&'static str, &'static str),
    /// A lock that is not there.
    #[error("{0} never takes {1}")]
    NeverTakes(&'static str, &'static str),
    /// Without a lock that is only tried for.
    #[error(
        "{0} only tries for {1} and does something else where it fails: choose the rule without the lock instead"
    )]
    OnlyTries(&'static str, &'static str),
    /// There are no such lines.
    #[error("{0} has the lines 1 to {1}: there are none from {2} to {3}")]
    Lines(&'static str, usize, u8, u8),
    /// A lock in one branch of a condition and its release in another.
    #[error(
        "lines {0} to {1} begin and end in different branches: the lock would be taken in one and released in another"
    )]
    Branches(u8, u8),
    /// A lock that may sleep, taken under a spinlock.
    #[error("at line {0} a spinlock is held, and {1} may sleep: such a lock can only be tried for")]
    Sleeps(u8, &'static str),
    /// A lock with one mode only.
    #[error("a guard holds its lock for reading or for writing")]
    Mode,
    /// Nothing is freed.
    #[error("{0} frees no tables")]
    FreesNothing(&'static str),
    /// Memory that nobody can own.
    #[error("the tables of a process are not the caller's: nobody owns them so that {0} would have to wait")]
    NobodyOwns(&'static str),
    /// A walker with an RCU read section of its own.
    #[error("{0} is in an RCU read section already, where it reads page tables")]
    OwnRcu(&'static str),
    /// Reads that are not once each.
    #[error(
        "{0} mentions an entry several times, and each mention is a read here already, the most that a compiler may make of it: this is for code \
         that reads an entry once (get_user_pages_fast(), fault-around)"
    )]
    Mentions(&'static str),
    /// One read that is one already.
    #[error("{0} reads an entry once already, where it follows it")]
    ReadsOnce(&'static str),
    /// Reads of ptdump.
    #[error("ptdump_walk_pgd() stands here for what debugfs does: choose a debug walk to say how it reads")]
    DumpReads,
    /// Nothing to show.
    #[error("{0} shows no tables: choose a race with a debug walk that dumps them, and one other CPU")]
    ShowsNothing(&'static str),
    /// Hotplug around a walk that takes its own locks.
    #[error("ptdump_walk_pgd() is called from debugfs and never inside memory hotplug")]
    DumpInHotplug,
}

/// The words for memory that somebody owns, or nobody.
const OWNED: [&str; 2] =
    ["finds that the memory is in use, and gives up", "finds that nobody owns the memory any more"];

/// The lines that a switch is about, as a new script of the CPU.
fn rewrite(cpu: &mut Cpu, lines: Vec<Line>) {
    let Script { name, ground, rcu, .. } = *cpu.script();
    cpu.script = Shared(Rc::new(Script { name, lines, ground, rcu }));
}

const fn lock_of(step: Step) -> Option<Lock> {
    match step {
        Step::Lock(lock, _) | Step::TryLock(lock, _) | Step::Unlock(lock, _) => Some(lock),
        Step::Downgrade(mm) => Some(Lock::Mmap(mm)),
        _ => None,
    }
}

/// Whether a line takes this lock, gives it up or changes it.
pub(super) fn is_of(line: &Line, lock: Guarded) -> bool {
    lock_of(line.step) == Some(lock.lock())
}

fn takes(lines: &[Line], lock: Lock) -> bool {
    lines.iter().any(|line| lock_of(line.step) == Some(lock))
}

/// What is different about the CPU that walks.
pub(super) fn walker(
    cpu: &mut Cpu,
    revision: Revision,
    rcu: bool,
    hotplug: Option<bool>,
) -> Result<(), NoSense> {
    let (name, mut lines) = (cpu.script().name, cpu.script().lines.clone());
    let dumps = matches!(cpu.inner(), Inner::Dump(_));
    match hotplug {
        None => {}
        Some(_) if dumps && revision.around().dump_hotplug => return Err(NoSense::DumpsHotplug),
        Some(true) if takes(&lines, Lock::Hotplug) => {
            return Err(NoSense::Takes(name, Guarded::Hotplug.name()));
        }
        Some(true) => {
            lines.insert(0, line("get_online_mems()", Step::Lock(Lock::Hotplug, LockMode::Read)));
            lines.push(line("put_online_mems()", Step::Unlock(Lock::Hotplug, LockMode::Read)));
        }
        Some(false) if !takes(&lines, Lock::Hotplug) => {
            return Err(NoSense::NeverTakes(name, Guarded::Hotplug.name()));
        }
        Some(false) => lines.retain(|line| lock_of(line.step) != Some(Lock::Hotplug)),
    }
    if rcu {
        match cpu.inner() {
            Inner::Dump(_) => return Err(NoSense::DumpInRcu),
            Inner::Walk(walk, _) if walk.entry().has_vmas() => return Err(NoSense::VmasInRcu),
            Inner::Nothing => return Err(NoSense::OwnRcu(name)),
            Inner::Walk(..) => {}
        }
        let at = lines.iter().position(|line| line.step == Step::Run).unwrap_or(0);
        lines.insert(at, line("rcu_read_lock()", Step::Rcu(true)));
        lines.insert((at + 2).min(lines.len()), line("rcu_read_unlock()", Step::Rcu(false)));
    }
    if rcu || hotplug.is_some() {
        rewrite(cpu, lines);
    }
    Ok(())
}

/// How often the walker reads an entry.
pub(super) fn reads(cpu: &mut Cpu, reads: Reads) -> Result<(), NoSense> {
    let name = cpu.script().name;
    let is_walk = match cpu.inner() {
        _ if reads == Reads::AsWritten => return Ok(()),
        Inner::Dump(_) => return Err(NoSense::DumpReads),
        Inner::Walk(..) => true,
        Inner::Nothing => false,
    };
    match (reads, is_walk) {
        (Reads::Once, true) => cpu.reads_once(),
        (Reads::Once, false) => return Err(NoSense::ReadsOnce(name)),
        (_, true) => return Err(NoSense::Mentions(name)),
        (_, false) => {
            let mut lines = Vec::new();
            for &line in &cpu.script().lines {
                match (line.step, reads) {
                    (Step::Same(_), Reads::Merged) => {
                        let step = Step::Act("takes what it has read before for what is there now");
                        lines.push(Line { text: "(not read again)", step, ..line });
                    }
                    (Step::Get(entry), Reads::Repeated) => {
                        let text =
                            if entry == Level::Pud { "*pud is read again" } else { "*pmd is read again" };
                        lines.extend([
                            line,
                            Line { text, depth: line.depth + 1, step: Step::GetAgain(entry) },
                        ]);
                    }
                    _ => lines.push(line),
                }
            }
            rewrite(cpu, lines);
        }
    }
    Ok(())
}

/// The dump is judged by what it shows.
pub(super) fn whole(state: &mut State) -> Result<(), NoSense> {
    let State { world, cpus } = state;
    let of = match (cpus.len(), cpus.first().map(Cpu::inner)) {
        (2, Some(Inner::Walk(walk, Ops::Look(of)))) if of.quirk == Quirk::ContinueAtLeaves => (walk, *of),
        _ => return Err(NoSense::ShowsNothing(cpus.first().map_or("", |cpu| cpu.script().name))),
    };
    let (walk, of) = of;
    let before = ops::shown(walk, of, world);
    if let Some(cpu) = cpus.first_mut() {
        cpu.set_ops(Ops::Dump { of, shown: [(0, 0); 2], before });
    }
    Ok(())
}

/// What is different about the CPU beside it.
pub(super) fn other(
    cpu: &mut Cpu,
    guard: Option<Guard>,
    without: Option<Guarded>,
    frees: Option<Frees>,
) -> Result<(), NoSense> {
    if guard.is_none() && without.is_none() && frees.is_none() {
        return Ok(());
    }
    let (name, mut lines) = (cpu.script().name, cpu.script().lines.clone());
    if let Some(of) = without {
        let is_it = |line: &&Line| lock_of(line.step) == Some(of.lock());
        match lines.iter().find(is_it).map(|line| line.step) {
            None => return Err(NoSense::NeverTakes(name, of.name())),
            Some(Step::TryLock(..)) => return Err(NoSense::OnlyTries(name, of.name())),
            // They are taken out at the end: a guard counts the lines as they were.
            Some(_) => {}
        }
    }
    if let Some(guard) = guard {
        if without != Some(guard.lock) && takes(&lines, guard.lock.lock()) {
            return Err(NoSense::Takes(name, guard.lock.name()));
        }
        lines = guarded(name, &lines, guard, without)?;
    } else if let Some(of) = without {
        lines.retain(|line| lock_of(line.step) != Some(of.lock()));
    }
    if let Some(frees) = frees {
        lines = freed(name, lines, frees)?;
    }
    rewrite(cpu, lines);
    Ok(())
}

/// The lines with a lock around some of them.
fn guarded(
    name: &'static str,
    lines: &[Line],
    guard: Guard,
    without: Option<Guarded>,
) -> Result<Vec<Line>, NoSense> {
    let Guard { lock, mode, trylock, first, last } = guard;
    let missing = NoSense::Lines(name, lines.len(), first, last);
    let from = usize::from(first).checked_sub(1).ok_or(missing)?;
    let to = usize::from(last);
    let inside = lines.get(from..to).filter(|inside| !inside.is_empty()).ok_or(missing)?;
    if mode == LockMode::None {
        return Err(NoSense::Mode);
    }
    let depth = inside[0].depth;
    let behind = lines.get(to);
    // An else further on belongs to a condition that is inside as well.
    let leaves = inside[0].step == Step::Else || inside.iter().any(|line| line.depth < depth);
    let cuts =
        behind.is_some_and(|line| line.depth > depth || (line.depth == depth && line.step == Step::Else));
    // A condition at the end of the lines leaves what it decides outside.
    if leaves || cuts {
        return Err(NoSense::Branches(first, last));
    }
    if !trylock && spins(&lines[..from]) {
        return Err(NoSense::Sleeps(first, lock.name()));
    }
    let (take, release) = words(lock, mode, trylock);
    let of = lock.lock();
    let step = if trylock { Step::TryLock(of, mode) } else { Step::Lock(of, mode) };
    let deeper = u8::from(trylock);
    let kept = |line: &&Line| without.is_none_or(|without| lock_of(line.step) != Some(without.lock()));
    let mut all: Vec<Line> = lines[..from].iter().filter(kept).copied().collect();
    all.push(Line { text: take, depth, step });
    all.extend(inside.iter().filter(kept).map(|line| Line { depth: line.depth + deeper, ..*line }));
    all.push(Line { text: release, depth: depth + deeper, step: Step::Unlock(of, mode) });
    // Who does not get the lock gives up what follows as well, up to where it releases what it held before.
    let follows = |line: &&Line| {
        let is_branch = line.depth > depth || (line.depth == depth && line.step != Step::Else);
        is_branch && !matches!(line.step, Step::Unlock(..))
    };
    let given_up = if trylock { lines[to..].iter().take_while(follows).count() } else { 0 };
    let (follow, rest) = lines[to..].split_at(given_up);
    all.extend(follow.iter().filter(kept).map(|line| Line { depth: line.depth + deeper, ..*line }));
    all.extend(rest.iter().filter(kept));
    Ok(all)
}

/// Whether a spinlock is held behind these lines.
fn spins(lines: &[Line]) -> bool {
    let is_spinlock = |lock| matches!(lock, Lock::Pud | Lock::Pmd | Lock::Pte | Lock::Cpa);
    let held = lines.iter().fold(0i32, |held, line| match line.step {
        Step::Lock(lock, _) if is_spinlock(lock) => held + 1,
        Step::Unlock(lock, _) if is_spinlock(lock) => held - 1,
        _ => held,
    });
    held > 0
}

/// The calls that take and release a lock.
const fn words(lock: Guarded, mode: LockMode, trylock: bool) -> (&'static str, &'static str) {
    match (lock, mode, trylock) {
        (Guarded::InitMm, LockMode::Write, false) => {
            ("mmap_write_lock(&init_mm)", "mmap_write_unlock(&init_mm)")
        }
        (Guarded::InitMm, LockMode::Write, true) => {
            ("mmap_write_trylock(&init_mm)", "mmap_write_unlock(&init_mm)")
        }
        (Guarded::InitMm, _, false) => ("mmap_read_lock(&init_mm)", "mmap_read_unlock(&init_mm)"),
        (Guarded::InitMm, _, true) => ("mmap_read_trylock(&init_mm)", "mmap_read_unlock(&init_mm)"),
        (Guarded::Mm, LockMode::Write, false) => ("mmap_write_lock(mm)", "mmap_write_unlock(mm)"),
        (Guarded::Mm, LockMode::Write, true) => ("mmap_write_trylock(mm)", "mmap_write_unlock(mm)"),
        (Guarded::Mm, _, false) => ("mmap_read_lock(mm)", "mmap_read_unlock(mm)"),
        (Guarded::Mm, _, true) => ("mmap_read_trylock(mm)", "mmap_read_unlock(mm)"),
        (Guarded::Hotplug, LockMode::Write, _) => ("mem_hotplug_begin()", "mem_hotplug_done()"),
        (Guarded::Hotplug, ..) => ("get_online_mems()", "put_online_mems()"),
    }
}

/// The lines with tables freed in another way.
fn freed(name: &'static str, mut lines: Vec<Line>, frees: Frees) -> Result<Vec<Line>, NoSense> {
    let levels: Vec<Level> = lines
        .iter()
        .filter_map(|line| match line.step {
            Step::Free(level, _) => Some(level),
            _ => None,
        })
        .collect();
    if levels.is_empty() {
        return Err(NoSense::FreesNothing(name));
    }
    lines.retain(|line| !matches!(line.step, Step::Finish(_)));
    // Where a table is queued before it is freed, the last of both counts.
    let mut seen: Vec<Level> = Vec::new();
    for at in (0..lines.len()).rev() {
        let Step::Free(level, how) = &mut lines[at].step else { continue };
        if seen.contains(level) {
            lines.remove(at);
            continue;
        }
        seen.push(*level);
        *how = match frees {
            Frees::Now => Free::Now,
            Frees::Rcu => Free::Rcu,
            Frees::Batch => Free::Queued,
        };
    }
    if frees == Frees::Batch {
        for &level in seen.iter().rev() {
            // One that was never queued, as a condition did not hold, is not freed.
            lines.push(line("the batch is freed", Step::Finish(level)));
        }
    }
    Ok(lines)
}

/// What the surroundings add to the lines of both.
pub(super) fn around(cpus: &mut Cpus, around: Around) -> Result<(), NoSense> {
    let [walker, other, ..] = cpus.as_mut_slice() else { return Ok(()) };
    let mut lines = walker.script().lines.clone();
    match around {
        Around::Nothing => {}
        Around::Owns => {
            if walker.script().ground.vma.is_some() {
                return Err(NoSense::NobodyOwns(other.script().name));
            }
            lines.push(line(
                "the caller gives the memory up",
                Step::Note(Notes::GIVEN_UP, "gives up the memory that it owned"),
            ));
            let taken = other.script().lines.iter().map(|line| Line { depth: line.depth + 1, ..*line });
            let asks = line("is the memory in use?", Step::Has(Notes::GIVEN_UP, OWNED));
            let taken = [asks].into_iter().chain(taken).collect();
            rewrite(other, taken);
        }
        Around::InsideHotplug if matches!(walker.inner(), Inner::Dump(_)) => {
            return Err(NoSense::DumpInHotplug);
        }
        Around::InsideHotplug => {
            lines.push(line("mem_hotplug_done()", Step::Unlock(Lock::Hotplug, LockMode::Write)));
        }
    }
    rewrite(walker, lines);
    Ok(())
}
