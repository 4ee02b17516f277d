//! The call stack, and the function at work line by line.

use narrate::Point;
use narrate::point::StackLine;
use yew::prelude::*;

use super::Pointing;
use crate::app::Jump;

/// The call stack and the listing.
pub fn code(point: &Point, pointing: &Pointing) -> Html {
    let listing = &point.listing;
    html! {
        <section class="code" aria-label="Call stack and code">
            <h2>{ "Call stack" }</h2>
            if point.stack.is_empty() {
                <p class="none">{ "empty" }</p>
            }
            <ol class="stack">{ for point.stack.iter().enumerate().map(|(depth, frame)| view_frame(depth, frame, pointing)) }</ol>
            <h2 class="listing-title"><code>{ format!("{}()", listing.func) }</code>
                if let Some(source) = &listing.source {
                    <a href={source.clone()} target="_blank" rel="noopener noreferrer">{ "kernel source" }</a>
                }
            </h2>
            <ol class="listing" aria-label="What the function does">
                { for listing.lines.iter().map(|line| {
                    let number = line.number;
                    // Two blanks are a step inwards; a line that wraps stays there.
                    let text = line.text.trim_start();
                    let indent = ["", "in-1", "in-2"][((line.text.len() - text.len()) / 2).min(2)];
                    let on_jump = pointing.on_jump.clone();
                    let onclick = move |_: MouseEvent| on_jump.emit(Jump::Line(number));
                    html! {
                        <li class={classes!(line.lit.then_some("lit"))} aria-current={line.lit.then_some("step")}>
                            <button type="button" class={indent} {onclick} title="to its next step">{ text }</button>
                        </li>
                    }
                }) }
            </ol>
        </section>
    }
}

fn view_frame(depth: usize, frame: &StackLine, pointing: &Pointing) -> Html {
    let hot = pointing.hot(frame.level);
    let (enter, leave, focus, blur) = (hot.clone(), hot.clone(), hot.clone(), hot);
    let class = classes!(
        "frame",
        frame.current.then_some("current"),
        frame.delegated.then_some("delegated"),
        (frame.level.is_some() && frame.level == pointing.hot).then_some("hot"),
    );
    let name = if frame.delegated { format!("↪ {}", frame.func) } else { frame.func.to_owned() };
    let style = format!("--depth: {depth}");
    let level = frame.level;
    let on_jump = pointing.on_jump.clone();
    html! {
        <li {class} {style} aria-current={frame.current.then_some("true")}
            onmouseenter={move |_| enter(true)} onmouseleave={move |_| leave(false)}>
            { match level {
                Some(level) => html! {
                    <button type="button" onclick={move |_: MouseEvent| on_jump.emit(Jump::Level(level))}
                        onfocus={move |_| focus(true)} onblur={move |_| blur(false)}><code>{ name }</code></button>
                },
                None => html! { <code>{ name }</code> },
            } }
            <span class="range">{ &frame.range }</span>
        </li>
    }
}
