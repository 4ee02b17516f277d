//! How much of a file has arrived.

use crate::el::{El, el};
use crate::progress::Progress;

/// How much has arrived of what `label` says is loading.
pub fn progress(label: &str, Progress { received, total }: Progress) -> El {
    let bar = el("progress").attr("aria-label", label);
    let shown = el("p.loading[role=status]").child(el("span").child(label));
    let Some(total) = total else { return shown.child(bar) };
    let kib = |bytes: usize| bytes.div_ceil(1024).to_string();
    shown
        .child(bar.attr("max", &total.to_string()).attr("value", &received.to_string()))
        .child(el("span").child(format!("{} of {} KiB", kib(received), kib(total))))
}
