//! The locks of a race.

use narrate::race::LockView;

use crate::el::{El, el};

/// Who holds which lock, and who waits for it.
pub fn locks(locks: &[LockView]) -> El {
    let heading = |text| el("th[scope=col]").child(text);
    let shown = el("section.locks[tabindex=0][aria-label=Locks]").child(el("h2").child("Locks"));
    if locks.is_empty() {
        return shown.child(el("p.none").child("nobody takes one here"));
    }
    shown.child(
        el("table.lock-list.held-by")
            .child(
                el("thead").child(
                    el("tr").child(heading("lock")).child(heading("held by")).child(heading("waiting")),
                ),
            )
            .child(el("tbody").children(locks.iter().map(view_lock))),
    )
}

fn view_lock(lock: &LockView) -> El {
    let cell = |names: &[String]| match names {
        [] => el("td").child("–"),
        names => el("td.some").children(names.iter().map(|name| el("span").child(&**name).child(" "))),
    };
    el("tr.lock")
        .when(lock.changed, ".changed")
        .child(el("th[scope=row]").child(el("code").child(&*lock.name)))
        .child(cell(&lock.holders))
        .child(cell(&lock.queue))
}
