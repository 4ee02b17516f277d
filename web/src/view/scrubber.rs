//! The time slider: one tick per step, a real slider to assistive technology.

use super::sign::{per_mille, tick};
use crate::el::{El, el};
use crate::kinds::GROUPS;
use crate::run::Ticks;

/// The time slider at step `index` of `len`, which says `says`. Keys are the widget's; here are value and spoken text.
/// [`events`](crate::events) finds the step at the pointer by `aria-valuemax`.
pub fn scrubber(index: u32, len: u32, ticks: &Ticks, says: &str) -> El {
    let last = len.saturating_sub(1);
    let at = per_mille((u64::from(index.min(last)) * 1000 / u64::from(last.max(1))) as u32);
    el("div.scrubber[role=slider][tabindex=0][aria-label=Step][aria-valuemin=0]")
        .attr("aria-valuemax", &last.to_string())
        .attr("aria-valuenow", &index.to_string())
        .attr("aria-valuetext", &format!("step {index} of {last}: {says}"))
        .child(el("div.rail").child(el("div.done").attr("style", &format!("width: {at}"))))
        .child(ticks.band.as_ref().map(|band| {
            let paths = GROUPS.iter().zip(band);
            el("svg.band[viewBox=0 0 120 20][preserveAspectRatio=none][aria-hidden=true]")
                .children(paths.map(|((group, _), path)| el("path").class(group).attr("d", path)))
        }))
        .child(el("svg.ticks[aria-hidden=true]").children(ticks.signs.iter().map(|of| tick(of.mark, of.at))))
        .child(el("div.thumb").attr("style", &format!("left: {at}")))
}
