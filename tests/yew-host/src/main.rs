//! A page made with Yew, as somebody else's: buttons, a field, and our element among them. It says what was pressed.
//!
//! Each Yew program writes numbers into the elements of its page, and all of them begin at 1. A program inside another one's page is how such
//! numbers meet.

use yew::{Html, component, html, use_state};

/// As many as the element has, so that each number of it could be one of these.
const BUTTONS: usize = 60;

#[component]
fn Host() -> Html {
    let pressed = use_state(String::new);
    let press = |name: String| {
        let pressed = pressed.clone();
        move |()| pressed.set([&**pressed, " ", &name].concat())
    };
    let button = |at: usize| {
        let press = press(format!("button-{at}"));
        html! { <button id={format!("button-{at}")} onclick={move |_| press(())}>{ at }</button> }
    };
    let (typed, keyed) = (press("input".to_owned()), press("keydown".to_owned()));
    html! {
        <main>
            { for (0..BUTTONS / 2).map(button) }
            <page-walk scenario="debug-init-mm" machine="x86_64-4level" kernel="v6.17" lock="read" step="2">
                <p id="still">{ "A figure" }</p>
            </page-walk>
            { for (BUTTONS / 2..BUTTONS).map(button) }
            <input id="field" oninput={move |_| typed(())} onkeydown={move |_| keyed(())} />
            <output>{ &**pressed }</output>
        </main>
    }
}

/// In the element that is called so, if there is one, or else as the whole page.
const HERE: &str = "here";

fn main() {
    match gloo_utils::document().get_element_by_id(HERE) {
        Some(here) => yew::Renderer::<Host>::with_root(here).render(),
        None => yew::Renderer::<Host>::new().render(),
    };
}
