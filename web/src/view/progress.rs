//! How much of a captured machine has arrived.

use crate::el::{El, el};
use crate::load::Progress;

/// How much of a captured machine has arrived.
pub fn progress(title: &str, Progress { received, total }: Progress) -> El {
    let label = format!("Loading the page tables of {title}");
    let bar = el("progress").attr("aria-label", &label);
    let shown = el("p.loading[role=status]").child(el("span").child(label));
    let Some(total) = total else { return shown.child(bar) };
    let kib = |bytes: usize| bytes.div_ceil(1024).to_string();
    shown
        .child(bar.attr("max", &total.to_string()).attr("value", &received.to_string()))
        .child(el("span").child(format!("{} of {} KiB", kib(received), kib(total))))
}
