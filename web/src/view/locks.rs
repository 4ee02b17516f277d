//! The locks, the assertion that was met, the delegation that was made.

use mm::LockMode;
use narrate::Point;
use narrate::locks::{AssertView, DelegateView, LockView};
use yew::prelude::*;

/// The locks, the assertion, the delegation.
pub fn locks(point: &Point) -> Html {
    html! {
        <section class="locks" aria-label="Locks">
            if let Some(assertion) = &point.assertion {
                { view_assertion(assertion) }
            }
            if let Some(delegation) = &point.delegation {
                { view_delegation(delegation) }
            }
            <h2>{ "Locks" }</h2>
            <table class="lock-list">
                <thead class="sr"><tr><th>{ "lock" }</th><th>{ "held" }</th></tr></thead>
                <tbody>{ for point.locks.iter().map(view_lock) }</tbody>
            </table>
        </section>
    }
}

fn view_lock(lock: &LockView) -> Html {
    let held = match (lock.mode, lock.holder) {
        (LockMode::None, _) | (_, None) => "not held".to_owned(),
        (mode, Some(holder)) => format!("{}, {holder}", mode.name()),
    };
    let class =
        classes!("lock", format!("mode-{}", lock.mode.name()), lock.was.is_some().then_some("changed"));
    html! {
        <tr {class}>
            <th scope="row"><code>{ &lock.name }</code></th>
            <td><span class="held">{ held }</span>
                if let Some(was) = lock.was {
                    <span class="was">{ format!("was {}", was.name()) }</span>
                }
            </td>
        </tr>
    }
}

fn view_assertion(assertion: &AssertView) -> Html {
    let verdict = if assertion.ok { "holds" } else { "fails" };
    html! {
        <div class={classes!("assertion", verdict)}>
            <h3><span class="badge" aria-hidden="true">{ if assertion.ok { "✓" } else { "✗" } }</span>
                <code>{ &assertion.call }</code>{ " " }<span class="verdict">{ verdict }</span></h3>
            <dl>
                <dt>{ "needs" }</dt><dd><code>{ &assertion.lock }</code>{ format!(" {}", assertion.need) }</dd>
                <dt>{ "finds" }</dt><dd>{ &assertion.held }</dd>
            </dl>
            if let Some(consequence) = assertion.consequence {
                <p class="consequence">{ consequence }</p>
            }
            <p class="why"><b>{ "Why this rule exists. " }</b>{ assertion.why }</p>
            if let Some(plain) = assertion.without_lockdep {
                <p class="plain">{ plain }</p>
            }
        </div>
    }
}

fn view_delegation(delegation: &DelegateView) -> Html {
    html! {
        <div class="delegation">
            <h3><span class="badge" aria-hidden="true">{ "↪" }</span>{ "Handed over" }</h3>
            <p class="why">{ delegation.why }</p>
            <p>{ delegation.exchange }</p>
            <p class="kernels">{ &delegation.kernels }</p>
        </div>
    }
}
