//! Which assertion failed, what it wants, and what that kernel's build could know.
//!
//! | kernel | `mmap_assert_locked(mm)` | `mmap_assert_write_locked(mm)` |
//! |---|---|---|
//! | v5.8 to v6.8, lockdep | WARN at mmap_lock.h if this task does not hold it | WARN at mmap_lock.h if this task does not hold it for writing |
//! | v5.8 to v6.8, `CONFIG_DEBUG_VM` | BUG at mmap_lock.h if nobody holds it | the same: the mode is not looked at |
//! | v5.8 to v6.8, neither | nothing | nothing |
//! | v6.9 on, lockdep | WARN at rwsem.h if this task does not hold it | WARN at rwsem.h if this task does not hold it for writing |
//! | v6.9 on, no lockdep | WARN at rwsem.h if nobody holds it | WARN at rwsem.h if nobody holds it for writing |
//!
//! include/linux/mmap_lock.h, include/linux/rwsem.h (f70405afc99b, v6.9).

use mm::{LockMode, Need};
use pagewalk::{EntryPoint, Revision};

use crate::report::{Held, Kind, Splat};
use crate::version::Version;
use crate::walk::InTrace;

/// A lock that was missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// `init_mm.mmap_lock`, `mm->mmap_lock`, `the VMA's lock`, `mapping->i_mmap_rwsem`.
    pub lock: &'static str,
    /// The weakest mode that the assertion wants.
    pub mode: LockMode,
    /// The assertion, as the source has it.
    pub assertion: &'static str,
    /// Why it is this one.
    pub why: String,
}

/// What a build could know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Build {
    /// Whether the kernel had lockdep; `None` where the text does not tell.
    pub lockdep: Option<bool>,
    /// By what that is known.
    pub by: String,
    /// What the assertion says of the locks in such a build.
    pub meaning: String,
    /// What it meant before v6.9, or what it means since.
    pub other_kernels: &'static str,
}

/// The lines of include/linux/rwsem.h at which `rwsem_assert_held_nolockdep()` and its sibling warn: v6.9 to v6.19, and since the
/// annotations of v7.0. The functions that are there in every build come behind those of PREEMPT_RT.
const HELD_LINES: [u32; 2] = [80, 81];
const WRITE_LINES: [u32; 2] = [85, 87];
const FIRST_OF_ALL_BUILDS: u32 = 186;

/// Whether a file is one of those whose inline functions assert locks.
pub fn is_lock_header(file: &str) -> bool {
    ["include/linux/mmap_lock.h", "include/linux/rwsem.h", "include/linux/lockdep.h"].contains(&file)
        || file == "include/linux/mm.h"
}

/// What the condition says that newer kernels print before the warning: with lockdep or not, and in which mode.
fn condition(splat: &Splat) -> Option<(bool, Need)> {
    splat.before.iter().find_map(|line| {
        let word = ["sem->count", "rwbase", "rwsem_is_locked", "rwsem_is_write_locked"]
            .iter()
            .any(|of| line.contains(of));
        if line.contains("lock_is_held") {
            // lockdep_assert_held_write() asks lock_is_held_type(.., 0).
            let write = line.contains("lock_is_held_type") && line.replace(' ', "").contains(",(0))");
            Some((true, if write { Need::Write } else { Need::Held }))
        } else if word {
            let write = line.contains('&') && line.contains("1UL << 0") || line.contains("write_locked");
            Some((false, if write { Need::Write } else { Need::Held }))
        } else {
            None
        }
    })
}

/// The mode that the names of inlined assertions, the condition or the line tells, where they do.
fn told_mode(splat: &Splat) -> Option<Need> {
    named(splat, &["mmap_assert_", "rwsem_assert_"])
        .or_else(|| Some(condition(splat)?.1))
        .or_else(|| mode_of_line(splat))
}

/// The mode of the assertion that the text names, if it names one that begins so.
fn named(splat: &Splat, starts: &[&str]) -> Option<Need> {
    let of_frames = splat.frames.iter().filter(|frame| frame.place.is_some()).map(|frame| &frame.function);
    let all = splat.named.iter().chain(of_frames);
    let name = all.into_iter().find(|name| starts.iter().any(|start| name.starts_with(start)))?;
    Some(if name.contains("write") { Need::Write } else { Need::Held })
}

/// What is odd about the line of the assertion: the text names another one than has that line in the kernels that are known.
pub fn odd_line(splat: &Splat) -> Option<String> {
    let (file, line) = splat.kind.place()?;
    let of_line = mode_of_line(splat)?;
    let told = told_mode(splat).filter(|told| *told != of_line)?;
    let name = |need| if need == Need::Write { "rwsem_assert_held_write" } else { "rwsem_assert_held" };
    Some(format!(
        "line {line} of {file} would be {}_nolockdep() in the kernels that are known; the text itself says {}, and that is taken",
        name(of_line),
        name(told)
    ))
}

/// The mode that the line tells.
fn mode_of_line(splat: &Splat) -> Option<Need> {
    let (file, line) = splat.kind.place()?;
    match file {
        "include/linux/rwsem.h" if HELD_LINES.contains(&line) => Some(Need::Held),
        "include/linux/rwsem.h" if WRITE_LINES.contains(&line) => Some(Need::Write),
        _ => None,
    }
}

/// What a build could know of a failed assertion.
pub fn build(splat: &Splat, missing: Option<&Missing>) -> Build {
    let place = splat.kind.place();
    let before = splat.version.as_ref().map(|version| !version.since(6, 9));
    let bug = matches!(splat.kind, Kind::Bug { .. });
    let (lockdep, by) = lockdep(splat, place, before, bug);
    let of_vma = missing.is_some_and(|missing| missing.lock == VMA);
    let meaning = match (bug, lockdep, before) {
        (true, _, _) if of_vma => {
            "VM_BUG_ON_VMA(), which exists with CONFIG_DEBUG_VM: this VMA was not locked for writing since the mmap lock was taken for writing, \
             and the task stops. The mmap write lock itself is asserted before, and is held"
        }
        (true, _, Some(false)) => {
            "since v6.9 mmap_assert_locked() is rwsem_assert_held(), which warns in rwsem.h and lets the task go on: the VM_BUG_ON_MM() that stood \
             in mmap_lock.h is gone. A kernel of this version that stops there has been changed, or the text is of two kernels"
        }
        (true, _, _) => {
            "VM_BUG_ON_MM(), which exists with CONFIG_DEBUG_VM: nobody at all held the lock, in any mode, and the task stops. It is \
             the same for both assertions: a read lock where the write lock is needed passes in silence, and so does another task's lock"
        }
        (_, Some(true), _) => {
            "lockdep knows the task: this task does not hold the lock in that mode. Another task may. The kernel warns and goes on with \
             the walk"
        }
        (_, Some(false), _) => {
            "only the lock word is looked at: nobody at all holds the lock in that mode. Had another task held it, nothing would have been \
             said, so a missing lock may go unnoticed for long. The kernel warns and goes on with the walk"
        }
        (_, None, _) => {
            "with lockdep: this task does not hold it. Without: nobody does. The kernel warns and goes on with the walk"
        }
    };
    let other_kernels = match before {
        _ if of_vma => {
            "VMAs have locks since v6.4. Their assertions stand in mm.h until v6.14 and in mmap_lock.h since v6.15, and are checked with \
             CONFIG_DEBUG_VM only: a kernel without it is silent, which proves nothing."
        }
        Some(true) => {
            "Since v6.9 the rwsem itself is looked at in builds without lockdep, so a missing write lock warns there too. Before, such builds \
             checked nothing (with CONFIG_DEBUG_VM: whether anybody holds it at all, and stopped)."
        }
        _ => {
            "Before v6.9 this assertion was checked only with lockdep; with CONFIG_DEBUG_VM it was a BUG if nobody held the lock at all, in any \
             mode; other builds checked nothing. An older kernel that is silent proves nothing."
        }
    };
    Build { lockdep, by, meaning: meaning.to_owned(), other_kernels }
}

fn lockdep(
    splat: &Splat,
    place: Option<(&str, u32)>,
    before: Option<bool>,
    bug: bool,
) -> (Option<bool>, String) {
    if let Some(mark) = splat.lockdep {
        return (Some(true), format!("the text has {mark}, which only a kernel with lockdep prints"));
    }
    if matches!(splat.kind, Kind::Lockdep(_)) {
        return (Some(true), "it is lockdep's own report".to_owned());
    }
    if let Some((lockdep, _)) = condition(splat) {
        return (
            Some(lockdep),
            "the condition that the kernel printed before the warning says so".to_owned(),
        );
    }
    if let Some(name) = splat.named.iter().find(|name| name.ends_with("_nolockdep")) {
        return (Some(false), format!("the text names {name}(), which is for builds without lockdep"));
    }
    match place {
        _ if bug => (None, "a BUG tells nothing of lockdep".to_owned()),
        Some(("include/linux/mmap_lock.h", _)) if before == Some(true) => (
            Some(true),
            "before v6.9 a WARNING in mmap_lock.h is lockdep's (without it there is none)".to_owned(),
        ),
        Some(("include/linux/rwsem.h", line)) if line >= FIRST_OF_ALL_BUILDS => {
            (Some(true), format!("line {line} of rwsem.h is where lockdep is asked, by its place"))
        }
        Some(("include/linux/rwsem.h", line)) => {
            (Some(false), format!("line {line} of rwsem.h is in the functions for builds without lockdep"))
        }
        Some(("mm/pagewalk.c", _)) => {
            (Some(true), "an assertion in mm/pagewalk.c itself is lockdep_assert_held()".to_owned())
        }
        _ => (None, "the text does not tell whether the kernel has lockdep".to_owned()),
    }
}

const INIT: &str = "init_mm.mmap_lock";
const MM: &str = "mm->mmap_lock";
/// The lock of a VMA.
pub(crate) const VMA: &str = "the VMA's lock";

fn missing(lock: &'static str, need: Need, why: String) -> Missing {
    let (mode, assertion) = match (lock, need) {
        (INIT, Need::Held) => (LockMode::Read, "mmap_assert_locked(&init_mm)"),
        (INIT, Need::Write) => (LockMode::Write, "mmap_assert_write_locked(&init_mm)"),
        (MM, Need::Held) => (LockMode::Read, "mmap_assert_locked(mm)"),
        (MM, Need::Write) => (LockMode::Write, "mmap_assert_write_locked(mm)"),
        ("mapping->i_mmap_rwsem", _) => (LockMode::Read, "lockdep_assert_held(&mapping->i_mmap_rwsem)"),
        (_, Need::Held) => (LockMode::Read, "vma_assert_locked(vma)"),
        (_, Need::Write) => (LockMode::Write, "vma_assert_write_locked(vma)"),
    };
    Missing { lock, mode, assertion, why }
}

/// Which lock a failed assertion of a walk is about. `of_init_mm` is whether the caller walks init_mm, where that is known.
pub fn of_walk(splat: &Splat, walk: &InTrace, row: Revision, of_init_mm: Option<bool>) -> Option<Missing> {
    let (file, _) = splat.kind.place()?;
    let by_line = told_mode(splat);
    // The lock of a VMA: asserted in mm.h (v6.4 to v6.14), or in mmap_lock.h (since v6.15), where since v6.9 no mmap lock is.
    let since_v6_15 = splat.version.as_ref().is_some_and(|version| version.since(6, 15));
    let vma = named(splat, &["vma_assert_"]);
    let is_vma_lock =
        vma.is_some() || file == "include/linux/mm.h" || file == "include/linux/mmap_lock.h" && since_v6_15;
    // A walk without VMAs has none to assert, whatever header is named.
    if is_vma_lock && walk.entry.has_vmas() || walk.inner == "process_vma_walk_lock" {
        let why = "the walk_lock of its ops table says that the VMA is locked (PGWALK_WRLOCK_VERIFY, since v6.17 also PGWALK_VMA_RDLOCK_VERIFY)";
        return Some(missing(VMA, vma.unwrap_or(Need::Write), why.to_owned()));
    }
    if file == "mm/pagewalk.c" {
        return (walk.entry == EntryPoint::Mapping).then(|| {
            let why = "walk_page_mapping() asserts the lock of the file's reverse map, with lockdep only, and looks at no mmap lock";
            missing("mapping->i_mmap_rwsem", Need::Held, why.to_owned())
        });
    }
    if !is_lock_header(file) {
        return None;
    }
    if walk.callback.as_deref() == Some("find_vma") {
        let why = "find_vma(), which the walk calls for each VMA, asserts it for itself (v5.15)";
        return Some(missing(MM, Need::Held, why.to_owned()));
    }
    Some(match walk.entry {
        EntryPoint::Novma => novma(splat.version.as_ref(), by_line, of_init_mm),
        EntryPoint::Kernel | EntryPoint::KernelLockless => {
            let why = "walk_kernel_page_table_range() always walks init_mm and wants its lock held; the read lock is enough";
            missing(INIT, Need::Held, why.to_owned())
        }
        EntryPoint::Debug if row.rules().debug_asserts_both => {
            if of_init_mm == Some(true) {
                let why = "walk_page_range_debug() asserts the write lock of its mm and that of init_mm; here both are the same, so it warns twice";
                missing(INIT, Need::Write, why.to_owned())
            } else if splat.held.as_ref().is_some_and(|held| is_held(held, MM)) {
                let why = "walk_page_range_debug() asserts the write lock of the mm and that of init_mm; the list of held locks has an mm's";
                missing(INIT, Need::Write, why.to_owned())
            } else {
                let why = "walk_page_range_debug() asserts the write lock of the mm, and then that of init_mm; one warning does not tell which of \
                           the two it is, and two in a row are both";
                missing(MM, Need::Write, why.to_owned())
            }
        }
        EntryPoint::Debug if by_line == Some(Need::Held) || of_init_mm == Some(true) => {
            let why = "in this kernel walk_page_range_debug() hands init_mm over to walk_kernel_page_table_range(), which wants the lock held in any mode";
            missing(INIT, Need::Held, why.to_owned())
        }
        EntryPoint::Debug => {
            let why = "walk_page_range_debug() of an mm other than init_mm wants its write lock, because munmap() frees tables under the read lock";
            missing(MM, Need::Write, why.to_owned())
        }
        EntryPoint::FolioWalk => {
            missing(MM, Need::Held, "folio_walk_start() wants the mmap lock held in any mode".to_owned())
        }
        _ => vmas(splat.version.as_ref(), by_line),
    })
}

fn is_held(held: &[Held], lock: &str) -> bool {
    held.iter().any(|of| match lock {
        INIT => of.name.contains("init_mm"),
        _ => of.name.contains("mmap_lock") && !of.name.contains("init_mm") || of.name.contains("mmap_sem"),
    })
}

/// `walk_page_range_novma()` changed its rule three times.
fn novma(version: Option<&Version>, by_line: Option<Need>, of_init_mm: Option<bool>) -> Missing {
    if version.is_some_and(Version::is_6_1_with_both) {
        let why = "since 6.1.191 this kernel asserts the write lock of the mm and then of init_mm, whatever the mm is";
        let lock = if of_init_mm == Some(true) { INIT } else { MM };
        return missing(lock, Need::Write, why.to_owned());
    }
    let of = |version: &Version| (version.wants_write(), version.since(6, 8));
    // Since v6.8 only init_mm is satisfied with any mode, so the line tells the mm.
    let init = by_line.map(|need| need == Need::Held).or(of_init_mm).unwrap_or(true);
    let lock = if init { INIT } else { MM };
    match version.map(of) {
        Some((false, _)) => {
            let why =
                "until v5.19.7 walk_page_range_novma() wanted the lock held in any mode, whatever the mm";
            missing(lock, Need::Held, why.to_owned())
        }
        Some((true, false)) => {
            let why = "from v6.0 to v6.7 (and in 5.19.8 and later stable kernels) walk_page_range_novma() wanted the write lock of any mm, init_mm as \
                       well (8782fb61cc84)";
            missing(lock, Need::Write, why.to_owned())
        }
        _ if init => {
            let why = "from v6.8 to v6.16 walk_page_range_novma() is content with init_mm's lock in any mode (b123d09304d8)";
            missing(INIT, Need::Held, why.to_owned())
        }
        _ => {
            let why = "from v6.8 to v6.16 walk_page_range_novma() wants the write lock of any mm but init_mm";
            missing(MM, Need::Write, why.to_owned())
        }
    }
}

/// A walk of VMAs asserts what its ops table says (v6.6), or that the lock is held.
fn vmas(version: Option<&Version>, by_line: Option<Need>) -> Missing {
    let old = version.is_some_and(|version| !version.since(6, 6));
    match by_line {
        Some(Need::Write) => {
            missing(MM, Need::Write, "its ops table has a walk_lock that wants the mmap write lock (PGWALK_WRLOCK or PGWALK_WRLOCK_VERIFY)".to_owned())
        }
        _ if old => missing(MM, Need::Held, "until v6.5 every walk of VMAs wants the mmap lock held in any mode".to_owned()),
        _ => {
            let why = "process_mm_walk_lock(): with PGWALK_RDLOCK, the default, the mmap lock must be held in any mode; another walk_lock of the ops \
                       table wants it for writing";
            missing(MM, Need::Held, why.to_owned())
        }
    }
}
