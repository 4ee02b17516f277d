//! The one component: it owns the pages, and everything that they have in common.
//!
//! It reads and writes the address, listens, waits, fetches, copies, sets the focus, and shows messages and help. A page
//! is asked ([`Page`]); it never acts on the browser itself.

use capture::Capture;
use gloo_events::EventListener;
use gloo_timers::callback::{Interval, Timeout};
use web_sys::Element;
use yew::{Component, Context, Html, NodeRef, Properties};

use crate::address::{self, Address};
use crate::browser::{self, Copied};
use crate::el::Content;
use crate::events;
use crate::later::{Part, PartError};
use crate::load::{self, LoadError};
use crate::marks::Command;
use crate::marks::{Deed, Mark};
use crate::pages::Page;
use crate::pages::walk::Walk;
use crate::parts::{Arrived, Bring, Change, Reach};
use crate::place::Place;
use crate::progress::Progress;
use crate::shared::{Loading, PartState, Shared};
use crate::view;

/// What can happen.
#[derive(Debug)]
pub enum Msg {
    /// A person did something.
    Did(Deed),
    /// The hash was changed by somebody else.
    HashChanged,
    /// Write the address, now that it may be written again.
    WriteAddress,
    /// The link has been copied, or not.
    Copied(Copied),
    /// The page's next slice of work.
    Work,
    /// The page's next beat.
    Beat,
    /// What reading a file changes that a person opened.
    Change(Change),
    /// Part of a captured machine has arrived.
    Progress(&'static str, Progress),
    /// A captured machine has arrived, or not.
    Loaded(&'static str, Box<Result<Capture, LoadError>>),
    /// Some of a later part of the program has arrived.
    PartProgress(Part, Progress),
    /// A later part of the program has arrived, or not.
    Part(Part, Box<Result<Arrived, PartError>>),
}

/// What the page is started with.
#[derive(Clone, Copy, Debug, Properties)]
pub struct Start {
    /// How the later parts of the program are reached.
    pub reach: Reach,
}

impl PartialEq for Start {
    /// It is said once, where the page is started.
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// What is shown, and all pages.
#[derive(Debug)]
pub struct Shell {
    here: Place,
    walk: Walk,
    /// The other pages, as they arrive.
    others: [Option<Box<dyn Page>>; OTHERS],
    /// What reads files, once it has arrived.
    bring: Option<Bring>,
    shared: Shared,
    help: bool,
    address: Address,
    /// The link as it was drawn last.
    link: String,
    widget: NodeRef,
    focus_wanted: bool,
    work: Option<Timeout>,
    /// The page's beat, and its milliseconds.
    beat: Option<(u32, Interval)>,
    listeners: Vec<EventListener>,
}

impl Component for Shell {
    type Message = Msg;
    type Properties = Start;

    fn create(ctx: &Context<Self>) -> Self {
        let hash = browser::on_hash_change(ctx.link().callback(|()| Msg::HashChanged));
        let part =
            browser::on_part(ctx.link().callback(|(part, progress)| Msg::PartProgress(part, progress)));
        let mut shell = Self {
            here: Place::Walk,
            walk: Walk::default(),
            others: [const { None }; OTHERS],
            bring: None,
            shared: Shared::default(),
            help: false,
            address: Address::default(),
            link: String::new(),
            widget: NodeRef::default(),
            focus_wanted: false,
            work: None,
            beat: None,
            listeners: hash.into_iter().chain(part).collect(),
        };
        let hash = browser::hash();
        shell.address.found(&hash);
        shell.open(&hash);
        shell.settle(ctx);
        shell
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        let draw = match msg {
            Msg::Did(deed) => self.did(ctx, &deed),
            Msg::HashChanged => {
                let hash = browser::hash();
                let other = !self.address.is_own(&hash);
                if other {
                    self.address.found(&hash);
                    self.open(&hash);
                }
                other
            }
            Msg::WriteAddress => {
                // Not over an address that somebody has just written, and of which the browser tells next.
                if self.address.is_own(&browser::hash()) {
                    self.write_address(ctx);
                }
                return false;
            }
            Msg::Copied(Copied::Done) => {
                self.shared.top.copied = true;
                true
            }
            Msg::Copied(Copied::Refused) => {
                self.shared.notice = Some(self.not_copied());
                true
            }
            Msg::Work => {
                self.work = None;
                self.with_page(|page, shared| page.work(shared))
            }
            Msg::Beat => {
                self.with_page(|page, shared| page.beat(shared));
                true
            }
            Msg::Change(Change(change)) => {
                if change(&mut self.walk, &mut self.shared) {
                    self.focus_wanted = self.here != Place::Walk;
                    self.here = Place::Walk;
                    self.shared.top.here = Some(Place::Walk);
                }
                true
            }
            Msg::Progress(folder, progress) => {
                self.shared.captures.progress(folder, progress);
                true
            }
            Msg::Loaded(folder, result) => {
                self.shared.captures.put(folder, *result);
                self.with_page(|page, shared| page.arrived(shared));
                true
            }
            Msg::PartProgress(part, progress) => match self.shared.part_mut(part) {
                PartState::Loading(Loading::Under(of)) => {
                    *of = progress;
                    true
                }
                _ => false,
            },
            Msg::Part(part, result) => {
                self.arrived(part, *result);
                true
            }
        };
        self.settle(ctx);
        draw
    }

    fn rendered(&mut self, ctx: &Context<Self>, first: bool) {
        let Some(widget) = self.widget.cast::<Element>() else { return };
        if first {
            self.listeners.extend(events::listen(&widget, &ctx.link().callback(Msg::Did)));
        }
        if self.focus_wanted
            && let Some(slider) = widget.query_selector("[role=slider]").ok().flatten()
        {
            self.focus_wanted = false;
            // So that the keys work at once.
            browser::focus(&slider, false);
        }
        if let Some(page) = self.page() {
            page.drawn(&widget);
        }
    }

    fn view(&self, _: &Context<Self>) -> Html {
        let page = match self.here {
            Place::Walk => Some(&self.walk as &dyn Page),
            other => self.others[place_of(other)].as_deref(),
        };
        let main =
            page.map_or_else(|| view::waiting(&self.shared, self.here), |page| page.view(&self.shared));
        let help = page.filter(|_| self.help).and_then(|page| page.help(&self.shared));
        main.reached_by(self.widget.clone()).child(help).into_html()
    }
}

/// How many pages arrive later: all but the walk.
const OTHERS: usize = Place::ALL.len() - 1;

/// The place of a page among those that arrive later.
fn place_of(page: Place) -> usize {
    Place::ALL.iter().position(|of| *of == page).unwrap_or(1) - 1
}

impl Shell {
    /// The page that is shown, if it is here.
    fn page(&mut self) -> Option<&mut dyn Page> {
        match self.here {
            Place::Walk => Some(&mut self.walk),
            other => Some(self.others[place_of(other)].as_mut()?.as_mut()),
        }
    }

    /// What `ask` returns for the page that is shown; nothing as long as it is not here.
    fn with_page<T: Default>(&mut self, ask: impl FnOnce(&mut dyn Page, &mut Shared) -> T) -> T {
        match self.here {
            Place::Walk => ask(&mut self.walk, &mut self.shared),
            other => match &mut self.others[place_of(other)] {
                Some(page) => ask(&mut **page, &mut self.shared),
                None => T::default(),
            },
        }
    }

    /// Shows what an address says.
    fn open(&mut self, hash: &str) {
        let place = Place::of(hash);
        let first = self.shared.top.here.is_none();
        let moved = first || place != self.here;
        self.here = place;
        self.shared.top.here = Some(place);
        if moved {
            self.shared.notice = None;
            self.help = false;
        }
        if let Some(part) = place.part() {
            self.shared.part_mut(part).ask();
        }
        self.with_page(|page, shared| page.open(hash, shared));
        if moved {
            self.focus_wanted = self.page().is_some_and(|page| page.takes_focus());
        }
    }

    fn did(&mut self, ctx: &Context<Self>, deed: &Deed) -> bool {
        if let Deed::Brought(files) = deed {
            self.shared.files.waiting = Some(files.clone());
            self.shared.more.ask();
            return true;
        }
        let Deed::Pressed(Mark::Command(command)) = *deed else {
            return self.with_page(|page, shared| page.did(deed, shared));
        };
        match command {
            Command::Help => {
                self.help = !self.help;
                self.with_page(|page, shared| page.did(deed, shared));
            }
            Command::Leave if self.help => self.help = false,
            Command::Dismiss => self.shared.notice = None,
            Command::CopyLink => {
                let link = address::full(&self.link);
                ctx.link().send_future(async { Msg::Copied(browser::copy(link).await) });
            }
            Command::Retry if self.retry() => {}
            _ => {
                let known = self.with_page(|page, shared| page.did(deed, shared));
                if !known && command == Command::Leave {
                    browser::blur();
                }
                return known;
            }
        }
        true
    }

    /// Asks once more for the part whose failure is shown. Any page shows that of the part which reads files before that of
    /// its own. Returns whether there is one.
    fn retry(&mut self) -> bool {
        self.shared.more.retry() || self.here.part().is_some_and(|part| self.shared.part_mut(part).retry())
    }

    /// A later part has arrived, or not.
    fn arrived(&mut self, part: Part, result: Result<Arrived, PartError>) {
        *self.shared.part_mut(part) = match result {
            Ok(_) => PartState::Here,
            Err(ref error) => PartState::Loading(Loading::Failed(error.clone())),
        };
        match result {
            Ok(Arrived::Lab([race, verdicts])) => {
                self.others[place_of(Place::Race)] = Some(race);
                self.others[place_of(Place::Verdicts)] = Some(verdicts);
            }
            Ok(Arrived::More(more)) => {
                self.others[place_of(Place::Callers)] = Some(more.callers);
                self.shared.later = Some(more.later);
                self.bring = Some(more.bring);
                self.shared.library = more.library;
            }
            Err(_) => return,
        }
        if self.here.part() == Some(part) {
            // It could not be opened before.
            let hash = browser::hash();
            self.shared.top.here = None;
            self.open(&hash);
        } else {
            self.with_page(|page, shared| page.arrived(shared));
        }
    }

    /// Does what follows from the state of the page: writes the address, fetches, waits.
    fn settle(&mut self, ctx: &Context<Self>) {
        let shown = self.page().map(|page| (page.link(), page.pulse()));
        let (link, pulse) = shown.unwrap_or_default();
        if link != self.link {
            self.link = link;
            self.moved();
        }
        self.write_address(ctx);
        if let Some(folder) = self.shared.captures.take_asked() {
            let progress = ctx.link().callback(move |progress| Msg::Progress(folder, progress));
            ctx.link().send_future(async move {
                Msg::Loaded(folder, Box::new(load::load(folder, progress).await))
            });
        }
        for &part in Part::ALL {
            if self.shared.part_mut(part).take_asked() {
                let coming = (ctx.props().reach)(part);
                ctx.link().send_future(async move { Msg::Part(part, Box::new(coming.await)) });
            }
        }
        if let Some(bring) = self.bring
            && let Some(files) = self.shared.files.waiting.take()
        {
            bring(files, ctx.link().callback(Msg::Change));
        }
        if !pulse.work {
            self.work = None;
        } else if self.work.is_none() {
            // Not at once: the browser draws and listens in between.
            let link = ctx.link().clone();
            self.work = Some(Timeout::new(0, move || link.send_message(Msg::Work)));
        }
        if pulse.beat != self.beat.as_ref().map(|(ms, _)| *ms) {
            let link = ctx.link().clone();
            let beat = |ms| (ms, Interval::new(ms, move || link.send_message(Msg::Beat)));
            self.beat = pulse.beat.map(beat);
        }
    }

    /// Another step, or another page, is shown.
    fn moved(&mut self) {
        self.shared.top.copied = false;
        let Some(page) = self.page() else { return };
        let mut title = page.title();
        title.push_str(" · Pagewalk");
        browser::set_title(&title);
        if let Some(slot) = Place::ALL.iter().position(|of| *of == self.here) {
            self.shared.top.links[slot] = Some(self.link.clone());
        }
    }

    fn write_address(&mut self, ctx: &Context<Self>) {
        if !self.link.is_empty() {
            let link = ctx.link().clone();
            self.address.write(&self.link, move || link.send_message(Msg::WriteAddress));
        }
    }

    /// What to do instead of copying.
    fn not_copied(&self) -> String {
        let mut text = "The browser does not let this page copy the link. Copy it from ".to_owned();
        if self.address.is_shown() {
            text.push_str("the address bar.");
        } else {
            text.push_str("here: ");
            text.push_str(&address::full(&self.link));
        }
        text
    }
}
