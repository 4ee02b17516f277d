//! What an event is in short words.

use mm::Split;

use super::*;

/// Callbacks, and what is done to entries, tables and locks. Reads, checks and assertions have no words here.
pub(super) fn told_of(event: &Event) -> Option<String> {
    Some(match *event {
        Event::Callback { call, .. } => called(&call),
        Event::BadCleared { level, addr, cleared, .. } => {
            format!("bad {} {addr:x}{}", level.name(), if cleared { "" } else { " kept" })
        }
        Event::Again { level, addr } => format!("again {} {addr:x}", level.name()),
        Event::Map { how, addr, ok, .. } => {
            let how = match how {
                MapKind::Kernel => "kernel",
                MapKind::User => "user",
                MapKind::Lock => "lock",
            };
            format!("map {how} {addr:x}{}", if ok { "" } else { " failed" })
        }
        Event::RcuLock => "rcu lock".to_string(),
        Event::RcuUnlock => "rcu unlock".to_string(),
        Event::Lock { lock, .. } => format!("{} lock", lock_name(lock)),
        Event::Unlock { lock, .. } => format!("{} unlock", lock_name(lock)),
        Event::VmaStartWrite { vma, was } => format!("write-lock vma{}, was {}", vma.index(), was.name()),
        Event::Split { level, addr, did, .. } => {
            let did = match did {
                Split::Nothing => "nothing",
                Split::Cleared => "cleared",
                Split::Table(_) => "table",
            };
            format!("split {} {addr:x}: {did}", level.name())
        }
        Event::Alloc { level, addr, result, .. } => {
            let lower = level.lower().expect("ptes have no tables").name();
            let result = match result {
                Ok(mm::Populated::Table(_)) => "",
                Ok(mm::Populated::NotNeeded) => ": not needed",
                Err(_) => ": no memory",
            };
            format!("alloc {lower} {addr:x}{result}")
        }
        Event::SetPte { addr, value, .. } => format!("set {addr:x} = {value:x}"),
        Event::UpdateMmuCache { addr } => format!("cache {addr:x}"),
        Event::FolioFound(None) => "nothing".to_string(),
        Event::FolioFound(Some(found)) => {
            let page = found.page.map_or("no page".to_string(), |page| format!("page {page:x}"));
            format!("found {} {page}", found.level.name())
        }
        Event::Fault(Fault::NullMm) => "fault: NULL mm".to_string(),
        Event::Fault(Fault::NullCall) => "fault: NULL call".to_string(),
        Event::Fault(Fault::NoTable { level, pa } | Fault::WildRead { level, pa, .. }) => {
            format!("fault: no {} table at {pa:x}", level.name())
        }
        Event::Fault(Fault::OffTable { level, slot }) => {
            format!("fault: {} slot {}", level.name(), slot.index)
        }
        _ => return None,
    })
}

/// Whether words are about more than mapping a pte table or finding nothing to split.
#[expect(clippy::ptr_arg, reason = "a filter of strings")]
pub(super) fn is_call(words: &String) -> bool {
    !["map", "rcu", "ptl"].iter().any(|how| words.starts_with(how)) && !words.ends_with(": nothing")
}

fn called(call: &Call) -> String {
    let &Call { addr, next, depth, .. } = call;
    match call.callback {
        Callback::Entry(level) => format!("{} {addr:x}-{next:x}", level.name()),
        Callback::Hole => format!("hole{depth} {addr:x}-{next:x}"),
        Callback::Hugetlb => format!("huge {} {addr:x}-{next:x}", call.level.name()),
        Callback::TestWalk => format!("test {addr:x}-{next:x}"),
        Callback::PreVma => format!("pre {addr:x}-{next:x}"),
        Callback::PostVma => "post".to_string(),
        Callback::InstallPte => format!("install {addr:x}-{next:x}"),
    }
}

fn lock_name(lock: LockName) -> &'static str {
    match lock {
        LockName::Ptl(_) => "ptl",
        LockName::PageTable(_) => "page_table_lock",
        LockName::HugetlbVma(_) => "hugetlb",
        other => panic!("no walk takes {other:?}"),
    }
}
