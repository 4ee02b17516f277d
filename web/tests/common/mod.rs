//! Drawing a piece of the page, and looking at it.

use pagewalk_web::el::{Content, El};
use web_sys::Element;
use yew::prelude::*;

#[derive(PartialEq, Properties)]
struct HolderProps {
    html: Html,
}

/// Holds a piece of the page.
#[component]
fn Holder(props: &HolderProps) -> Html {
    props.html.clone()
}

/// Draws a piece of the page and returns the element that it is in.
pub(crate) async fn draw(piece: El) -> Element {
    let html = piece.into_html();
    let root = gloo_utils::document().create_element("div").expect("a document makes elements");
    yew::Renderer::<Holder>::with_root_and_props(root.clone(), HolderProps { html }).render();
    yew::scheduler::flush().await;
    root
}
