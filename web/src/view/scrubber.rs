//! The time slider: one tick per step, a real slider to assistive technology.

use web_sys::{Element, PointerEvent};
use yew::prelude::*;

use super::sign::{per_mille, tick};
use crate::run::Tick;

/// The time slider at step `index` of `len`, which says `says`. Keys are the widget's; here are pointer, value and
/// spoken text.
pub fn scrubber(index: u32, len: u32, ticks: &[Tick], says: &str, on_go: &Callback<u32>) -> Html {
    let last = len.saturating_sub(1);
    let at = per_mille((u64::from(index.min(last)) * 1000 / u64::from(last.max(1))) as u32);
    let go = {
        let on_go = on_go.clone();
        move |event: &PointerEvent| {
            if let Some(track) = track_of(event) {
                let place = track.get_bounding_client_rect();
                let share = (f64::from(event.client_x()) - place.left()) / place.width().max(1.0);
                #[expect(clippy::cast_sign_loss, reason = "a share between 0 and 1 of a step number")]
                on_go.emit((share.clamp(0.0, 1.0) * f64::from(last)).round() as u32);
            }
        }
    };
    let onpointerdown = {
        let go = go.clone();
        move |event: PointerEvent| {
            if let Some(track) = track_of(&event) {
                // Dragging goes on outside the track; where that is refused it ends at its edge.
                let _ = track.set_pointer_capture(event.pointer_id());
            }
            go(&event);
        }
    };
    let onpointermove = move |event: PointerEvent| {
        if event.buttons() & 1 == 1 {
            go(&event);
        }
    };
    html! {
        <div class="scrubber" role="slider" tabindex="0" aria-label="Step"
            aria-valuemin="0" aria-valuemax={last.to_string()} aria-valuenow={index.to_string()}
            aria-valuetext={format!("step {index} of {last}: {says}")} {onpointerdown} {onpointermove}>
            <div class="rail"><div class="done" style={format!("width: {at}")}></div></div>
            <svg class="ticks" aria-hidden="true">{ for ticks.iter().map(|of| tick(of.mark, of.at)) }</svg>
            <div class="thumb" style={format!("left: {at}")}></div>
        </div>
    }
}

/// The slider that a pointer event is on: the event may be at a tick inside it.
fn track_of(event: &PointerEvent) -> Option<Element> {
    event.target_dyn_into::<Element>()?.closest(".scrubber").ok()?
}
