//! What every variant of every race comes to.

use yew::{Component, Context, Html};

use crate::el::{Content, el};
use crate::pages::{self, Page};

/// What every variant of every race comes to.
#[derive(Debug)]
pub struct Verdicts;

impl Component for Verdicts {
    type Message = ();
    type Properties = ();

    fn create(_: &Context<Self>) -> Self {
        Self
    }

    fn view(&self, _: &Context<Self>) -> Html {
        el("main.pagewalk").child(el("header.top").child(pages::title(Page::Verdicts))).into_html()
    }
}
