//! All that is known of a splat, together.

use mm::LockMode;
use pagewalk::EntryPoint;
use pgtable::{MODELS, Model};

use crate::assertion::{self, Build, Missing};
use crate::nearest::{self, NearRace, NearSite};
use crate::report::{Held, Splat, splats};
use crate::version::Row;
use crate::walk;

/// A splat, explained.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explained {
    /// The splat.
    pub splat: Splat,
    /// What it says of a page walk.
    pub verdict: Verdict,
}

/// What a splat says of a page walk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing: no page walk in this trace.
    NoWalk {
        /// What is there instead, in a sentence.
        instead: String,
        /// A caller of walks that is at work, before its walk or behind it.
        site: Option<NearSite>,
    },
    /// A walk.
    Walk(Box<Walk>),
}

/// A page walk that a splat is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Walk {
    /// The entry point.
    pub entry: EntryPoint,
    /// Its name.
    pub function: String,
    /// The function of mm/pagewalk.c that was at work.
    pub inner: String,
    /// Who called.
    pub caller: Option<String>,
    /// What happened, in a sentence.
    pub happened: String,
    /// The lock that was missing, of a failed assertion.
    pub missing: Option<Missing>,
    /// What the kernel's build could know, of a failed assertion and of lockdep's reports.
    pub build: Option<Build>,
    /// The nearest kernel.
    pub row: Row,
    /// The machine.
    pub model: &'static Model,
    /// Whether the machine is known, or taken because most are of it.
    pub model_is_known: bool,
    /// How the walker holds the lock, as far as is known.
    pub lock: LockMode,
    /// Whose tables: init_mm's, where that is known.
    pub of_init_mm: Option<bool>,
    /// The nearest race.
    pub race: Option<NearRace>,
    /// The call site.
    pub site: Option<NearSite>,
    /// "Is my walk safe?" for it, as a link.
    pub case: String,
    /// What was taken for granted.
    pub assumed: Vec<String>,
}

/// Explains every splat of a text, in its order. Empty where there is none.
pub fn explain(text: &str) -> Vec<Explained> {
    splats(text).into_iter().map(|splat| Explained { verdict: verdict(&splat), splat }).collect()
}

fn verdict(splat: &Splat) -> Verdict {
    let Some(found) = walk::find(splat) else {
        let instead = match (splat.frames.is_empty(), walk::other(splat)) {
            (true, _) => "the text has no call trace".to_owned(),
            (false, Some(other)) => format!("at work is {other}, not mm/pagewalk.c"),
            (false, None) => "no function of mm/pagewalk.c is in the call trace".to_owned(),
        };
        let caller = nearest::caller(splat);
        let instead = match caller {
            Some((function, site)) => format!(
                "{instead}; {function}() is at work before its walk or behind it: {} ({})",
                site.title, site.file
            ),
            None => instead,
        };
        let instead = match order(splat) {
            Some(order) if concerns_mmap_lock(splat) => {
                format!(
                    "{instead}; lockdep: {order}; page walks assert the mmap lock, but none takes part here"
                )
            }
            Some(order) => format!("{instead}; lockdep: {order}"),
            None => instead,
        };
        let row = Row::nearest(splat.version.as_ref(), &[]);
        let model = splat.machine.and_then(|id| pgtable::model(id).ok()).unwrap_or(MODELS[0]);
        let site = caller.map(|(_, site)| NearSite::on(site, model, row.revision));
        return Verdict::NoWalk { instead, site };
    };
    let row = Row::nearest(splat.version.as_ref(), &walk::entries(&splat.frames));
    let of_init_mm = nearest::of_init_mm(splat, &found);
    let missing = assertion::of_walk(splat, &found, row.revision, of_init_mm);
    // Which mm it was may be known only by what was asserted.
    let of_init_mm =
        of_init_mm.or_else(|| missing.as_ref().map(|missing| missing.lock.starts_with("init_mm")));
    let site = nearest::site(splat, &found, of_init_mm);
    let model = splat.machine.and_then(|id| pgtable::model(id).ok());
    let model_is_known = model.is_some();
    // Nothing tells it: who called may stand in the folder of an architecture.
    let by_site = || {
        let folder = site?.file.strip_prefix("arch/")?.split('/').next()?;
        pgtable::of_folder(folder)
    };
    let model = model.or_else(by_site).unwrap_or(MODELS[0]);
    let site = site.map(|site| NearSite::on(site, model, row.revision));
    let lock = lock(splat, missing.as_ref(), of_init_mm);
    let is_lockdep = matches!(splat.kind, crate::Kind::Lockdep(_));
    let build = (missing.is_some() || is_lockdep).then(|| assertion::build(splat, missing.as_ref()));
    let mut assumed = Vec::new();
    if !found.seen {
        assumed.push(format!(
            "the trace has no entry point of the walk: {}() is what its callers use",
            found.function
        ));
    }
    if found.tail_called {
        assumed.push(format!(
            "{}() ends in a tail call of the lockless walk and leaves no frame: its caller is none that walks locklessly",
            found.function
        ));
    }
    assumed.extend(missing.as_ref().and_then(|_| assertion::odd_line(splat)));
    if !model_is_known {
        assumed.push(format!("no registers tell the architecture: {} is taken", model.title));
    }
    if splat.version.is_none() {
        assumed.push("no version of the kernel in the text".to_owned());
    }
    Verdict::Walk(Box::new(Walk {
        entry: found.entry,
        happened: match (happened(splat, &found, missing.as_ref()), order(splat)) {
            (happened, Some(order)) => format!("{happened}; {order}"),
            (happened, None) => happened,
        },
        race: nearest::race(splat, &found, missing.as_ref(), of_init_mm, model, row.revision, lock),
        site,
        case: nearest::case(&found, of_init_mm, model, row.revision, lock),
        caller: found.callers.first().cloned(),
        function: found.function,
        inner: found.inner,
        missing,
        build,
        row,
        model,
        model_is_known,
        lock,
        of_init_mm,
        assumed,
    }))
}

/// How the walker holds the lock of the mm that it walks. A lock that is missing altogether is none; one that is held where it must be
/// written is held for reading, if lockdep lists it.
fn lock(splat: &Splat, missing: Option<&Missing>, of_init_mm: Option<bool>) -> LockMode {
    let listed = |held: &[Held]| {
        held.iter().any(|of| {
            let init = of.name.contains("init_mm");
            (of.name.contains("mmap_lock") || of.name.contains("mmap_sem"))
                && of_init_mm.is_none_or(|of| of == init)
        })
    };
    let has = splat.held.as_deref().is_some_and(listed);
    match (missing, has) {
        // __is_vma_write_locked() asserts the mmap write lock first: it is there.
        (Some(missing), _) if missing.lock == assertion::VMA => LockMode::Write,
        (Some(missing), true) if missing.mode == LockMode::Write => LockMode::Read,
        (Some(_), _) => LockMode::None,
        (None, _) if splat.held.as_deref().is_some_and(<[Held]>::is_empty) => LockMode::None,
        // ptdump write-locks; who is not known may hold what the function asserts.
        (None, _) if splat.frames.iter().any(|frame| frame.function.starts_with("ptdump_walk_pgd")) => {
            LockMode::Write
        }
        (None, _) => LockMode::Read,
    }
}

/// Which locks a report of lockdep is about, and in which orders they are taken.
fn order(splat: &Splat) -> Option<String> {
    let wanted = splat.wanted.as_ref()?;
    let mut says = format!("{}() wants {}", wanted.at, wanted.name);
    if let Some(held) = &splat.holds {
        says = format!("{says} while it has {} of {}()", held.name, held.at);
    }
    // The report has its chain from the end to the beginning, which is what is wanted.
    let chain: Vec<&str> = splat.chain.iter().rev().map(String::as_str).collect();
    Some(match &splat.holds {
        Some(held) if held.name == wanted.name => {
            format!("{says}: both are of one class, so each may wait for the other")
        }
        _ if chain.len() > 1 => {
            format!(
                "{says}; elsewhere the order is {}: a circle, in which each may wait for the other",
                chain.join(", then ")
            )
        }
        _ => says,
    })
}

fn concerns_mmap_lock(splat: &Splat) -> bool {
    let locks = [&splat.wanted, &splat.holds].into_iter().flatten().map(|held| &held.name);
    locks.chain(&splat.chain).any(|name| name.contains("mmap_lock") || name.contains("mmap_sem"))
}

fn happened(splat: &Splat, walk: &walk::InTrace, missing: Option<&Missing>) -> String {
    use crate::Kind;
    let function = &walk.function;
    if let Some(finding) = splat.before.iter().find(|line| line.contains("W+X")) {
        return format!(
            "{function}() worked, and note_page() of ptdump found what is writable and executable at once: \u{201c}{finding:.120}\u{201d}. No lock \
             is missing; what made that mapping is elsewhere"
        );
    }
    match (&splat.kind, missing) {
        (Kind::Warning { .. }, Some(missing)) => {
            format!("{} in {function}() failed; the kernel warns and the walk goes on", missing.assertion)
        }
        (Kind::Bug { .. }, Some(missing)) => {
            format!("{} in {function}() failed as a BUG: the task stops", missing.assertion)
        }
        (Kind::Warning { file, line }, None) => {
            let inside = walk.callback.as_deref().unwrap_or(&walk.inner);
            format!(
                "a warning at {file}:{line}, in {inside}(), while {function}() walked; it is no assertion of the walk's own"
            )
        }
        (Kind::Bug { file, line }, None) => {
            format!("a BUG at {file}:{line} while {function}() walked; it is no assertion of the walk's own")
        }
        (Kind::Lockdep(what), _) if walk.inner.is_empty() => {
            let callers = walk.callers.join("(), ");
            format!("lockdep: {what}; {callers}(), which took a lock that is held, calls {function}()")
        }
        (Kind::Lockdep(what), _) if splat.frames.iter().all(|of| of.function != walk.inner) => {
            format!("lockdep: {what}; {function}() is in one of the chains that it lists")
        }
        (Kind::Lockdep(what), _) => match splat.before.first() {
            Some(condition) => format!("lockdep: {what} ({condition:.80}), while {function}() walked"),
            None => format!("lockdep: {what}, while {function}() walked"),
        },
        (Kind::Sanitizer(what), _) => format!("{}() read memory that it must not: {what}", walk.inner),
        (Kind::Oops(what), _) => match &walk.callback {
            Some(callback) if splat.frames.first().is_none_or(|of| of.function != walk.inner) => {
                format!("{callback}(), called from {}(), faulted: {what}", walk.inner)
            }
            _ => format!("{}() followed an entry to where it must not: {what}", walk.inner),
        },
        (Kind::BadMap(what), _) => {
            format!("{function}() came to an entry that its mapping cannot have: {what}")
        }
        (Kind::Trace, _) => {
            format!("{function}() walks; what went wrong stood before this call trace and is not in the text")
        }
        (Kind::Stall(what), _) => format!("{function}() does not come to an end, or waits: {what}"),
    }
}
