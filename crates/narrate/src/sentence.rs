//! What just happened, in one sentence.
//!
//! One source for the page, the live region and the table of steps.

use mm::{LockMode, OutOfMemory, Seen, World};
use pagewalk::{
    Action, Call, Callback, Check, Event, Fault, Flush, Free, Func, LockName, MapKind, Revision, Slot, Test,
};
use pgtable::{EntryKind, Level, PhysAddr, RawEntry, VirtAddr};
use trace::{Function, Returns};

use crate::entry_diff::entry_diff;
use crate::locks::{Failed, lock_name};
use crate::ruler::table_name;

mod bad;
mod with_vmas;

/// What the last of `events` did, together with those that led to it.
pub fn sentence(events: &[Event], world: &World, revision: Revision) -> String {
    let Some(last) = events.last() else {
        return "Nothing has happened yet. Press → to take the first step.".to_owned();
    };
    // A callback's stop may end with the test that turned the walker away.
    let callback = events.iter().find_map(|event| match event {
        Event::Callback { call, reply } => Some((call, reply)),
        _ => None,
    });
    match (callback, last) {
        (Some((call, reply)), after) => {
            let answer = match reply.action {
                _ if reply.ret != 0 => {
                    format!(" It returns {}, which ends the walk.", return_value(reply.ret))
                }
                Some(action) => format!(" It sets {}{}.", action.name(), action_means(action)),
                None => String::new(),
            };
            let then = match *after {
                Event::Read { test: Test::Leaf, verdict: true, .. } => {
                    " Without a VMA, the walker does not split a leaf and does not descend.".to_owned()
                }
                Event::Read { test: Test::Present, verdict: false, .. } => {
                    " It is not present, so the walker does not descend.".to_owned()
                }
                Event::Write { level, was, is, .. } => {
                    let bits = entry_diff(world, level, was, is).words();
                    if was == is {
                        format!(" It writes the same value again, {is}.{bits}")
                    } else {
                        format!(" It changes {was} to {is}.{bits}")
                    }
                }
                Event::Callback { .. } => String::new(),
                ref other => format!(" {}", plain_sentence(other, world, revision)),
            };
            // What the callback did on the way to the last event.
            let acts: String = events
                .iter()
                .take(events.len() - 1)
                .filter_map(|event| match event {
                    Event::Act(what) => Some([" It ", what, "."].concat()),
                    _ => None,
                })
                .collect();
            callback_sentence(call, world) + &answer + &acts + &then
        }
        (None, event) => plain_sentence(event, world, revision),
    }
}

const fn action_means(action: Action) -> &'static str {
    match action {
        Action::Subtree => "",
        Action::Continue => ", so the walker does not descend",
        Action::Again => ", so the walker looks at this entry again",
    }
}

/// "PMD slot 8 (PUD = ...)", by the table that holds it.
pub(crate) fn slot_name(world: &World, level: Level, slot: Slot) -> String {
    let model = world.model();
    format!("{} slot {}", table_name(model, model.table_level(level)), slot.index)
}

fn is_a(world: &World, level: Level, value: RawEntry) -> &'static str {
    match world.classify(level, value) {
        _ if world.folds(level, value) => {
            "has the type of a lower level, where this one is folded, so that it counts as neither empty nor bad"
        }
        EntryKind::None => "is empty",
        EntryKind::Table => "points to a table",
        EntryKind::Leaf if level == Level::Pte => "maps a page",
        EntryKind::Leaf => "is a leaf that maps memory directly",
        EntryKind::NotPresent => "is neither empty nor present",
        EntryKind::Bad => "is not a usual table entry",
    }
}

fn callback_sentence(call: &Call, world: &World) -> String {
    let name = slot_name(world, call.level, call.slot);
    match call.callback {
        Callback::TestWalk
        | Callback::PreVma
        | Callback::PostVma
        | Callback::InstallPte
        | Callback::Hugetlb => with_vmas::callback(call, &name, world),
        Callback::Hole if call.depth < 0 => with_vmas::gap(call, world),
        Callback::Hole => format!(
            "{name} is empty: pte_hole() is called for {:#x} to {:#x} with depth {}, as there is no table below to walk.",
            call.addr, call.next, call.depth
        ),
        Callback::Entry(level) => {
            let folded = match level.lower() {
                Some(lower) if world.model().is_folded(lower) => {
                    format!(
                        " {} is folded: the level below looks at the same entry again, as this machine has no tables for it.",
                        lower.upper_name()
                    )
                }
                _ => String::new(),
            };
            // To look at each pte is what a walk is for.
            let has = if level == Level::Pte { "" } else { ", as the caller wants to see such entries" };
            let is_bad = world.classify(level, call.value) == EntryKind::Bad;
            let why = if is_bad { bad::why(world, level, call.value, call.addr) } else { String::new() };
            format!(
                "{name} {}: {}() is called for {:#x}{has}.{why}{folded}",
                is_a(world, level, call.value),
                call.callback.name(),
                call.addr
            )
        }
    }
}

/// One event alone. Names every kind of event, so that none can be silent.
fn plain_sentence(event: &Event, world: &World, revision: Revision) -> String {
    match *event {
        Event::Enter { func, start, end } => enter_sentence(func, start, end, world),
        Event::Return { func, ret } => return_sentence(func, ret),
        Event::Check { check, ok } => check_sentence(check, ok).to_owned(),
        Event::Assert { lock, seen, .. } => assert_sentence(lock, seen, world, revision),
        Event::Delegate => {
            "The mm is init_mm: walk_page_range_debug() hands over to walk_kernel_page_table_range()."
                .to_owned()
        }
        Event::Read { level, slot, value, test, verdict, .. } => {
            read_sentence(level, slot, value, test, verdict, world)
        }
        Event::Callback { call, .. } => callback_sentence(&call, world),
        Event::BadCleared { level, addr, slot, value, cleared } => {
            let name = slot_name(world, level, slot);
            let done =
                if cleared { "the kernel reports and clears it" } else { "the walker treats it as a hole" };
            let why = bad::why(world, level, value, addr);
            format!("{name} holds {value}, which is not a valid table entry: {done}.{why}")
        }
        Event::Again { level, addr } => {
            format!(
                "The {} loop looks at the entry of {addr:#x} again, because it may have changed.",
                level.name()
            )
        }
        Event::RcuLock => {
            "An RCU read section begins. A pte table that is freed from now on stays until the section ends."
                .to_owned()
        }
        Event::RcuUnlock => "The pte table is unmapped, and the RCU read section ends.".to_owned(),
        Event::Map { how, addr, ok, .. } => map_sentence(how, addr, ok),
        Event::FindVma { addr, found } => with_vmas::find_vma(addr, found, world),
        Event::NextInMapping { found } => with_vmas::next_in_mapping(found, world),
        Event::HugetlbWalk { addr, found } => with_vmas::hugetlb_walk(addr, found, world),
        Event::FolioFound(found) => with_vmas::folio(found, |page| slot_name(world, page.level, page.slot)),
        Event::VmaStartWrite { vma, .. } => with_vmas::start_write(vma, world),
        Event::Split { level, slot, did, .. } => with_vmas::split(level, &slot_name(world, level, slot), did),
        Event::Alloc { level, slot, result, .. } => {
            with_vmas::alloc(level, &slot_name(world, level, slot), result)
        }
        Event::SetPte { slot, value, .. } => {
            format!("set_pte_at() writes {value} to {}.", slot_name(world, Level::Pte, slot))
        }
        Event::UpdateMmuCache { addr } => {
            format!("update_mmu_cache() tells the architecture about the new pte for {addr:#x}.")
        }
        Event::Write { level, slot, was, is, .. } => {
            let diff = entry_diff(world, level, was, is);
            let name = slot_name(world, level, slot);
            if was == is {
                format!("{name} is written with the same value again, {is}.{}", diff.words())
            } else {
                format!("{name} changes from {was} to {is}.{}", diff.words())
            }
        }
        Event::NewPage { table, result } => new_page_sentence(table, result),
        Event::Flush(flush) => flush_sentence(flush),
        Event::Free { level, table, how } => free_sentence(level, table, how),
        Event::Lock { lock, mode, nested } => {
            lock_sentence(lock, mode, nested, &capital(&lock_name(lock, world)))
        }
        Event::Downgrade { lock } => format!(
            "{} is downgraded from a write lock to a read lock: other tasks may now hold it for reading too.",
            capital(&lock_name(lock, world))
        ),
        Event::Unlock { lock, .. } => format!("{} is released.", capital(&lock_name(lock, world))),
        Event::Wait { lock, mode } => {
            format!("It wants {} for {} and waits in the queue.", lock_name(lock, world), mode.purpose())
        }
        Event::TryLockFailed { lock } => format!("A trylock of {} fails.", lock_name(lock, world)),
        Event::NotePageFlush => "ptdump finishes its last line, after the locks were released.".to_owned(),
        Event::Act(what) => format!("It {what}."),
        Event::Fault(fault) => fault_sentence(&fault, world),
    }
}

fn enter_sentence(func: Func, start: VirtAddr, end: VirtAddr, world: &World) -> String {
    let Func::WalkRange(level) = func else {
        return format!("{}() is called for {start:#x} to {end:#x}.", func.name());
    };
    let why = match level.upper() {
        _ if world.model().is_folded(level) => {
            format!(". {} is folded, so it looks at the same entry again", level.upper_name())
        }
        // What was tested of the entry on the way here.
        Some(upper) => {
            let other = if matches!(upper, Level::Pgd | Level::P4d) { "bad" } else { "a leaf" };
            format!(", because the {} entry is neither empty nor {other}", upper.name())
        }
        None => String::new(),
    };
    format!("{}() starts to walk {start:#x} to {end:#x}{why}.", func.name())
}

fn return_sentence(func: Func, ret: i32) -> String {
    let name = func.name();
    match func {
        Func::WalkRange(level) if ret == 0 => match level.upper() {
            Some(upper) => format!("{name}() is done and returns to the {} loop.", upper.name()),
            None => format!("{name}() has walked the whole range."),
        },
        Func::FolioWalkStart | Func::FolioWalkEnd => format!("{name}() returns."),
        Func::Other(func) => other_return_sentence(func, ret),
        _ => format!("{name}() returns {}.", return_value(ret)),
    }
}

/// `lock` begins the sentence.
fn lock_sentence(name: LockName, mode: LockMode, nested: bool, lock: &str) -> String {
    match name {
        LockName::PageTable(_) | LockName::Ptl(_) | LockName::PgtableSplit | LockName::Cpa => {
            format!("{lock} is taken.")
        }
        LockName::Mmap(_)
        | LockName::MemHotplug
        | LockName::Vma(_)
        | LockName::IMmap
        | LockName::HugetlbVma(_) => {
            let nested = if nested { ", nested inside the other mm's lock" } else { "" };
            format!("{lock} is taken for {}{nested}.", mode.purpose())
        }
    }
}

fn free_sentence(level: Level, table: PhysAddr, how: Free) -> String {
    let how = match how {
        Free::Now => "is freed: from now on its memory may hold anything",
        Free::Queued => "is unlinked, and will be freed after the TLB flush",
        Free::Rcu => "is handed to RCU, which frees it when every present RCU reader has finished",
    };
    format!("The {} table at {table:#x} {how}.", level.upper_name())
}

fn assert_sentence(lock: LockName, seen: Seen, world: &World, revision: Revision) -> String {
    let then = Failed::of(lock, seen, revision).then();
    let lock = lock_name(lock, world);
    if seen.lockdep_ok {
        format!("The assertion holds: {lock} is held for {}.", seen.own.purpose())
    } else {
        let found = match seen.any {
            LockMode::None => "nobody holds it".to_owned(),
            any if seen.own == LockMode::None => {
                format!("only another task holds it, for {}", any.purpose())
            }
            any => format!("it is held for {} only", any.purpose()),
        };
        format!("The assertion on {lock} fails: {found}. {then}")
    }
}

fn map_sentence(how: MapKind, addr: VirtAddr, ok: bool) -> String {
    match (how, ok) {
        (MapKind::Kernel, _) => {
            format!(
                "pte_offset_kernel() finds the pte table for {addr:#x}. It checks nothing and uses neither RCU nor a lock."
            )
        }
        (MapKind::User, true) => {
            format!(
                "pte_offset_map() maps the pte table for {addr:#x} under RCU, because user tables may be freed."
            )
        }
        (MapKind::Lock, true) => {
            format!(
                "pte_offset_map_lock() maps the pte table for {addr:#x} under RCU and takes its lock, so that nobody else changes its entries."
            )
        }
        (MapKind::Lock, false) => {
            format!(
                "pte_offset_map_lock() finds no pte table for {addr:#x}, so the pmd loop will look again."
            )
        }
        (MapKind::User, false) => {
            format!("pte_offset_map() finds no pte table for {addr:#x}, so the pmd loop will look again.")
        }
    }
}

/// A function around the walker returns.
fn other_return_sentence(func: &Function, ret: i32) -> String {
    let (returns, value) = match (func.returns, ret) {
        (Returns::Int, ret) => ("() returns ", return_value(ret)),
        (Returns::Bool, 0) => ("() returns ", "true".to_owned()),
        (Returns::Bool, _) => ("() returns ", "false".to_owned()),
        (Returns::Pointer(what), 0) => ("() returns ", what.to_owned()),
        (Returns::Pointer(_), ret) => ("() returns ERR_PTR(", return_value(ret) + ")"),
        (Returns::Nothing(did), 0) => ("()", did.to_owned() + " returns"),
        (Returns::Nothing(_), ret) => {
            ("() returns. It has no return value, so its error ", return_value(ret) + " is lost")
        }
    };
    [func.name, returns, &value, "."].concat()
}

/// A page is allocated, or not.
fn new_page_sentence(table: Option<Level>, result: Result<PhysAddr, OutOfMemory>) -> String {
    match (table, result) {
        (Some(level), Ok(pa)) => {
            format!(
                "A page for a {} table is allocated at {pa:#x}. Nothing points to it yet.",
                level.upper_name()
            )
        }
        (Some(level), Err(_)) => format!("There is no memory for a {} table: -ENOMEM.", level.upper_name()),
        (None, Ok(pa)) => format!("A page is allocated at {pa:#x}."),
        (None, Err(_)) => "There is no memory for a page.".to_owned(),
    }
}

fn flush_sentence(flush: Flush) -> String {
    match flush {
        Flush::All => "The TLBs of all CPUs are flushed.".to_owned(),
        Flush::Range(start, end) => {
            format!("The TLB entries of {start:#x} to {end:#x} are flushed on all CPUs.")
        }
        Flush::Dcache(start, end) => format!("The data cache of {start:#x} to {end:#x} is flushed."),
    }
}

fn read_sentence(
    level: Level,
    slot: Slot,
    value: RawEntry,
    test: Test,
    verdict: bool,
    world: &World,
) -> String {
    let name = slot_name(world, level, slot);
    let x = level.name();
    match test {
        Test::None if verdict => format!("{name} is empty."),
        Test::None => format!("{name} is read: {x}_none() says no."),
        Test::Bad => format!("{name} is read: {x}_bad() says {}.", yes_no(verdict)),
        Test::Leaf if verdict => {
            format!("{name} is a leaf. Without a VMA, the walker does not split it and does not descend.")
        }
        Test::Leaf => format!("{name} is read again: {x}_leaf() says no."),
        Test::Present if verdict => format!("{name} is read again: {x}_present() says yes."),
        Test::Present => format!("{name} is not present, so the walker does not descend."),
        Test::NoneAgain => format!("{name} is read again: {x}_none() says {}.", yes_no(verdict)),
        Test::StillTable if verdict => format!("{name} is read again: it is still a table."),
        Test::StillTable => {
            format!(
                "{name} is no longer a table ({value}): walk_pmd_range() asks the pud loop to look again."
            )
        }
        Test::Offset => format!("{name} is read again to find the next table."),
        Test::InstallPresent => format!("{name} is read again: {x}_present() says {}.", yes_no(verdict)),
        Test::InstallHuge if verdict => {
            format!("{name} is a huge page. A walk that only installs ptes does not split it.")
        }
        Test::InstallHuge => format!("{name} is read again: {x}_trans_huge() says no."),
        Test::MapTable => format!("{name} is read: pte_offset_map_lock() finds a table."),
        Test::Unstable if verdict => {
            format!("{name} is read: pmd_trans_unstable() finds no table, so the entry is looked at again.")
        }
        Test::Unstable => format!("{name} is read: pmd_trans_unstable() finds a table."),
        Test::LeafLocked if verdict => format!("{name} is read under the lock: it is a leaf."),
        Test::LeafLocked => format!("{name} is read under the lock: it is not a leaf."),
        Test::ToSplit if verdict => {
            format!("{name} is a leaf that maps more than the range, so it is split first.")
        }
        Test::ToSplit => format!("{name} is read: it does not have to be split."),
        Test::Same if verdict => format!("{name} is read again under the lock: it has not changed."),
        Test::Same => {
            format!("{name} changed to {value} before the lock was taken, so its table is mapped again.")
        }
    }
}

const fn check_sentence(check: Check, ok: bool) -> &'static str {
    match (check, ok) {
        (Check::Range, true) => "The range is not empty: start is below end.",
        (Check::Range, false) => "The range is empty, so the function returns -EINVAL.",
        (Check::Mm, true) => "There is an mm to walk.",
        (Check::Mm, false) => "There is no mm, so the function returns -EINVAL.",
        (Check::Ops, true) => "The ops table has no install_pte(), which this function would refuse.",
        (Check::Ops, false) => "The ops table has install_pte(), so the function returns -EINVAL.",
        (Check::Bounds, true) => "The range is inside the VMA.",
        (Check::Bounds, false) => "The range is not inside the VMA, so the function returns -EINVAL.",
        (Check::HugetlbInstall, true) => "The VMA does not map hugetlb pages.",
        (Check::HugetlbInstall, false) => {
            "install_pte() cannot be used on hugetlb pages, so the function returns -EINVAL."
        }
        (Check::InVma, true) => "The address is in the VMA.",
        (Check::Other(check), true) => check.passed,
        (Check::Other(check), false) => check.failed,
        (Check::InVma, false) => "The address is not in the VMA: the kernel warns and returns nothing.",
    }
}

fn fault_sentence(fault: &Fault, world: &World) -> String {
    match fault {
        Fault::Deadlock { lock, own: true } => {
            format!("The task waits for ever for {}, which it holds itself.", lock_name(*lock, world))
        }
        Fault::Deadlock { lock, own: false } => format!(
            "The task waits for {}, which another task holds and never releases in this scenario.",
            lock_name(*lock, world)
        ),
        other => capital(&other.to_string()) + ".",
    }
}

/// A sentence starts with a capital, unless with a name that has none.
fn capital(text: &str) -> String {
    let mut text = text.to_owned();
    let words = ["the ", "there ", "an ", "a ", "no "];
    // Not to_uppercase(), whose tables for all scripts are five kilobytes of the first download.
    if words.iter().any(|word| text.starts_with(word))
        && let Some(first) = text.get_mut(..1)
    {
        first.make_ascii_uppercase();
    }
    text
}

const fn yes_no(verdict: bool) -> &'static str {
    if verdict { "yes" } else { "no" }
}

fn return_value(ret: i32) -> String {
    match ret {
        pagewalk::EINVAL => "-EINVAL".to_owned(),
        pagewalk::ENOMEM => "-ENOMEM".to_owned(),
        pagewalk::ENOTSUPP => "-ENOTSUPP".to_owned(),
        ret => ret.to_string(),
    }
}

/// One atomic action in a few words, for the list of actions inside a step.
pub(crate) fn action(event: &Event, world: &World, revision: Revision) -> String {
    sentence(core::slice::from_ref(event), world, revision)
}
