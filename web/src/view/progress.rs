//! How much of a captured machine has arrived.

use yew::prelude::*;

use crate::load::Progress;

/// How much of a captured machine has arrived.
pub fn progress(title: &str, Progress { received, total }: Progress) -> Html {
    let label = format!("Loading the page tables of {title}");
    let kib = |bytes: usize| bytes.div_ceil(1024).to_string();
    html! {
        <p class="loading" role="status">
            <span>{ label.clone() }</span>
            if let Some(total) = total {
                <progress aria-label={label} max={total.to_string()} value={received.to_string()} />
                <span>{ format!("{} of {} KiB", kib(received), kib(total)) }</span>
            } else {
                <progress aria-label={label} />
            }
        </p>
    }
}
