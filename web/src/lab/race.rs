//! A race, CPU by CPU.

use yew::{Component, Context, Html};

use crate::el::{Content, el};
use crate::pages::{self, Page};

/// A race, CPU by CPU.
#[derive(Debug)]
pub struct RaceLab;

impl Component for RaceLab {
    type Message = ();
    type Properties = ();

    fn create(_: &Context<Self>) -> Self {
        Self
    }

    fn view(&self, _: &Context<Self>) -> Html {
        el("main.pagewalk").child(el("header.top").child(pages::title(Page::Race))).into_html()
    }
}
