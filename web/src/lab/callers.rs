//! The call sites of the patch, side by side.

use yew::{Component, Context, Html};

use crate::el::{Content, el};
use crate::pages::{self, Page};

/// The call sites of the patch, side by side.
#[derive(Debug)]
pub struct Callers;

impl Component for Callers {
    type Message = ();
    type Properties = ();

    fn create(_: &Context<Self>) -> Self {
        Self
    }

    fn view(&self, _: &Context<Self>) -> Html {
        el("main.pagewalk").child(el("header.top").child(pages::title(Page::Callers))).into_html()
    }
}
