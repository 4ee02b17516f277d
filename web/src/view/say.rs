//! What just happened, in one sentence; what the step changed; the actions inside it.

use narrate::{Mark, Point};
use yew::prelude::*;

use super::sign;

/// What just happened at step `index`, which takes `stops` stops together; `about` is what the scenario shows.
pub fn say(point: &Point, index: u32, stops: u32, about: &'static str) -> Html {
    html! {
        <section class="say" aria-label="What just happened">
            <p class="kind">{ sign(point.mark) }{ point.mark.title() }
                if stops > 1 {
                    <span class="run">{ format!(" × {stops}, the last of them shown") }</span>
                }
            </p>
            // Read out on every step; the number makes equal sentences different.
            <p class="sentence" role="status" aria-live="polite" data-step={index.to_string()} data-mark={point.mark.id()}>
                { &point.sentence }
            </p>
            if point.mark == Mark::Start {
                <p class="about">{ about }</p>
            }
            if !point.changes.is_empty() {
                <ul class="changes" aria-label="What the step changed">
                    { for point.changes.iter().map(|change| html! {
                        <li><span class="what">{ &change.what }</span>{ ": was " }<s>{ &change.was }</s>{ ", is " }
                            <b>{ &change.is }</b></li>
                    }) }
                </ul>
            }
            if point.actions.len() > 1 {
                <details class="actions">
                    <summary>{ format!("{} atomic actions in this step", point.actions.len()) }</summary>
                    <ol>{ for point.actions.iter().take(64).map(|action| html! { <li>{ action }</li> }) }</ol>
                </details>
            }
        </section>
    }
}
