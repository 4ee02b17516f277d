//! Which page is shown: the one that the address names.

use gloo_events::EventListener;
use yew::{Component, Context, Html, html};

use crate::App;
use crate::browser;
use crate::lab::{Callers, RaceLab, Verdicts};
use crate::pages::Page;

/// The page that the address names.
#[derive(Debug)]
pub struct Root {
    page: Page,
    _listener: Option<EventListener>,
}

impl Component for Root {
    type Message = ();
    type Properties = ();

    fn create(ctx: &Context<Self>) -> Self {
        let listener = browser::on_hash_change(ctx.link().callback(|()| ()));
        Self { page: Page::of(&browser::hash()), _listener: listener }
    }

    fn update(&mut self, _: &Context<Self>, (): ()) -> bool {
        let page = Page::of(&browser::hash());
        let changed = page != self.page;
        self.page = page;
        changed
    }

    fn view(&self, _: &Context<Self>) -> Html {
        match self.page {
            Page::Walk => html! { <App /> },
            Page::Callers => html! { <Callers /> },
            Page::Race => html! { <RaceLab /> },
            Page::Verdicts => html! { <Verdicts /> },
        }
    }
}
