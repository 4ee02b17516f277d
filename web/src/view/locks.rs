//! The locks, the assertion that was met, the delegation that was made.

use mm::LockMode;
use narrate::Point;
use narrate::locks::{AssertView, DelegateView, LockView};

use crate::el::{El, el};

/// The locks, the assertion, the delegation. `beside` is whether the walk that asserts is safe beside others.
pub fn locks(point: &Point, beside: Option<El>) -> El {
    el("section.locks[aria-label=Locks]")
        .child(point.assertion.as_ref().map(view_assertion))
        .child(beside)
        .child(point.assertion.as_ref().map(|of| rule(of).with(WHY)))
        .child(point.delegation.as_ref().map(|of| view_delegation(of).when(point.assertion.is_none(), WHY)))
        .child(el("h2").child("Locks"))
        .child(list(point))
}

/// The reason of the step, by which the time slider is described.
const WHY: &str = "[id=why]";

/// Who holds what.
pub fn list(point: &Point) -> El {
    el("table.lock-list")
        .child(el("thead.sr").child(el("tr").child(el("th").child("lock")).child(el("th").child("held"))))
        .child(el("tbody").children(point.locks.iter().map(view_lock)))
}

fn view_lock(lock: &LockView) -> El {
    let held = match (lock.mode, lock.holder) {
        (LockMode::None, _) | (_, None) => "not held".to_owned(),
        (mode, Some(holder)) => format!("{}, {holder}", mode.name()),
    };
    el("tr.lock")
        .class(&format!("mode-{}", lock.mode.name()))
        .when(lock.was.is_some(), ".changed")
        .child(el("th[scope=row]").child(el("code").child(&*lock.name)))
        .child(
            el("td")
                .child(el("span.held").child(held))
                .child(lock.was.map(|was| el("span.was").child("was ").child(was.name()))),
        )
}

/// An assertion that was met.
pub fn view_assertion(assertion: &AssertView) -> El {
    let (verdict, sign) = if assertion.ok { ("holds", "✓") } else { ("fails", "✗") };
    el("div.assertion")
        .class(verdict)
        .child(
            el("h3")
                .child(el("span.badge[aria-hidden=true]").child(sign))
                .child(el("code").child(&*assertion.call))
                .child(" ")
                .child(el("span.verdict").child(verdict)),
        )
        .child(
            el("dl")
                .child(el("dt").child("needs"))
                .child(el("dd").child(el("code").child(&*assertion.lock)).child(" ").child(assertion.need))
                .child(el("dt").child("finds"))
                .child(el("dd").child(&*assertion.held)),
        )
        .child(assertion.consequence.map(|text| el("p.consequence").child(text)))
        .child(assertion.without_lockdep.map(|text| el("p.plain").child(text)))
}

/// The rule that it checks.
pub fn rule(assertion: &AssertView) -> El {
    el("div.rule").child(el("p.why").child(el("b").child("Why this rule exists. ")).child(assertion.why))
}

/// The delegation that was made.
pub fn view_delegation(delegation: &DelegateView) -> El {
    el("div.delegation")
        .child(el("h3").child(el("span.badge[aria-hidden=true]").child("↪")).child("Handed over"))
        .child(el("p.why").child(delegation.why))
        .child(el("p").child(delegation.exchange))
        .child(el("p.kernels").child(&*delegation.kernels))
}
