//! The one Yew component: what is in it is the whole page, or a walk in an element of another page.
//!
//! A component of its own for each would cost some three kilobytes (gzip, Yew 0.23) of the download of an element.

use std::pin::Pin;

use capture::Capture;
use yew::html::Scope;
use yew::{Component, Context, Html, Properties};

use crate::later::{Part, PartError};
use crate::marks::Deed;
use crate::pages::{Pulse, Timers};
use crate::parts::{Arrived, Change, Reach};
use crate::progress::Progress;
use crate::shared::Shared;

/// What can happen.
#[derive(Debug)]
pub enum Msg {
    /// Draw for the first time.
    Draw,
    /// A person did something.
    Did(Deed),
    /// The hash was changed by somebody else.
    HashChanged,
    /// Write the address, now that it may be written again.
    WriteAddress,
    /// Show this link: the page around an element wants it.
    Open(String),
    /// The page's next slice of work.
    Work,
    /// The page's next beat.
    Beat,
    /// What reading a file changes that a person opened.
    Change(Change),
    /// Part of a captured machine has arrived.
    Progress(&'static str, Progress),
    /// A captured machine has arrived, or not.
    Loaded(&'static str, Box<Result<Capture, String>>),
    /// Some of a later part of the program has arrived.
    PartProgress(Part, Progress),
    /// A later part of the program has arrived, or not.
    Part(Part, Box<Result<Arrived, PartError>>),
}

/// What is in the component.
pub trait App {
    /// Does what follows from that. Returns whether it has to be drawn.
    fn update(&mut self, scope: &Scope<Root>, msg: Msg) -> bool;

    /// It has been drawn.
    fn rendered(&mut self, scope: &Scope<Root>, first: bool);

    /// What is drawn.
    fn view(&self) -> Html;
}

/// Makes the content of the component, told how that is reached.
pub type Make = dyn Fn(&Scope<Root>) -> Box<dyn App>;

/// What the component is started with.
#[derive(Properties)]
pub struct Start {
    /// What makes its content.
    pub make: Box<Make>,
}

impl std::fmt::Debug for Start {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Start")
    }
}

impl PartialEq for Start {
    /// It is said once, where the component is started.
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// The component.
pub struct Root(Box<dyn App>);

impl std::fmt::Debug for Root {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Root")
    }
}

impl Component for Root {
    type Message = Msg;
    type Properties = Start;

    fn create(ctx: &Context<Self>) -> Self {
        Self((ctx.props().make)(ctx.link()))
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        self.0.update(ctx.link(), msg)
    }

    fn rendered(&mut self, ctx: &Context<Self>, first: bool) {
        self.0.rendered(ctx.link(), first);
    }

    fn view(&self, _: &Context<Self>) -> Html {
        self.0.view()
    }
}

/// Sends what comes. It is one function for all that comes: each kind of future would bring its own of what Yew does with it.
pub(crate) fn send(scope: &Scope<Root>, coming: Pin<Box<dyn Future<Output = Msg>>>) {
    scope.send_future(coming);
}

/// Fetches the parts of the program that are asked for, and waits for what goes on by itself.
pub(crate) fn follow(
    scope: &Scope<Root>,
    reach: Reach,
    shared: &mut Shared,
    timers: &mut Timers,
    pulse: Pulse,
) {
    for &part in Part::ALL {
        if shared.part_mut(part).take_asked() {
            let coming = reach(part);
            send(scope, Box::pin(async move { Msg::Part(part, Box::new(coming.await)) }));
        }
    }
    let (work, beat) = (scope.clone(), scope.clone());
    timers.follow(pulse, move || work.send_message(Msg::Work), move || beat.send_message(Msg::Beat));
}
