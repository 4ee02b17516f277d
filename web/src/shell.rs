//! The whole page: it owns the pages, and everything that they have in common.
//!
//! It reads and writes the address, listens, waits, fetches, copies, sets the focus, and shows messages and help. A page
//! is asked ([`Page`]); it never acts on the browser itself.

use gloo_events::EventListener;
use gloo_timers::callback::Timeout;
use web_sys::Element;
use yew::html::Scope;
use yew::{Html, NodeRef};

use crate::address::{self, Address, Form};
use crate::browser;
use crate::desk::{Desk, is_for_desk};
use crate::el::Content;
use crate::events;
use crate::later::{Part, PartError};
use crate::marks::Command;
use crate::marks::{Deed, Mark};
use crate::pages::walk::Walk;
use crate::pages::{Page, Races, Timers};
use crate::parts::{Arrived, Bring, Change, Lab, Reach};
use crate::place::{Place, missing, unsigned};
use crate::root::{self, App, Msg, Root, Start};
use crate::shared::{Loading, PartState, Shared};
use crate::view;

/// The first picture has a task of its own: what it shows was made in one before, after which the browser could listen and draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Picture {
    /// It is not drawn yet: what stands in the HTML is shown.
    Waits,
    /// It is being drawn.
    First,
    /// It has been drawn.
    Drawn,
}

/// What is shown, and all pages.
#[derive(Debug)]
pub struct Shell {
    here: Place,
    /// Whether the address names what that page does not have: then it is not opened.
    is_stray: bool,
    reach: Reach,
    walk: Walk,
    /// The other pages, as they arrive.
    others: [Option<Box<dyn Page>>; OTHERS],
    /// What a lesson has of the part with the race lab, once it has arrived.
    races: Option<Races>,
    /// What reads files, once it has arrived.
    bring: Option<Bring>,
    /// What lies beside the page, once it has arrived.
    desk: Option<Box<dyn Desk>>,
    /// What is wanted of it until then.
    wanted: Option<Mark>,
    shared: Shared,
    help: bool,
    address: Address,
    /// The link as it was drawn last.
    link: String,
    /// The title of the window.
    title: String,
    widget: NodeRef,
    picture: Picture,
    /// What gets the focus as soon as it is drawn, unless the focus has moved by then from where it was.
    focus_wanted: Option<(&'static str, Option<Element>)>,
    /// What had the focus before this was drawn, if it was something inside.
    focused: Option<Element>,
    timers: Timers,
    listeners: Vec<EventListener>,
}

impl Shell {
    /// What the component of the page is started with; `reach` is how the later parts of the program are reached.
    pub fn start(reach: Reach) -> Start {
        Start { make: Box::new(move |scope| Box::new(Self::new(scope, reach))) }
    }

    fn new(scope: &Scope<Root>, reach: Reach) -> Self {
        let hash = browser::on_hash_change(scope.callback(|()| Msg::HashChanged));
        let part = browser::on_part(scope.callback(|(part, progress)| Msg::PartProgress(part, progress)));
        let mut shell = Self {
            here: Place::Walk,
            is_stray: false,
            reach,
            walk: Walk::default(),
            others: [const { None }; OTHERS],
            races: None,
            bring: None,
            desk: None,
            wanted: None,
            shared: Shared::default(),
            help: false,
            address: Address::default(),
            link: String::new(),
            title: String::new(),
            widget: NodeRef::default(),
            picture: Picture::Waits,
            focus_wanted: None,
            focused: None,
            timers: Timers::default(),
            listeners: hash.into_iter().chain(part).collect(),
        };
        let hash = browser::hash();
        shell.address.found(&hash);
        shell.open(&hash);
        shell.settle(scope);
        let link = scope.clone();
        Timeout::new(0, move || link.send_message(Msg::Draw)).forget();
        shell
    }
}

impl App for Shell {
    fn update(&mut self, scope: &Scope<Root>, msg: Msg) -> bool {
        let draw = match msg {
            Msg::Draw => {
                self.picture = Picture::First;
                true
            }
            Msg::Did(deed) => {
                self.address.chosen();
                self.did(&deed)
            }
            // What follows from the address is done below; a link to show comes in the address as well.
            Msg::HashChanged | Msg::WriteAddress | Msg::Open(_) => false,
            Msg::Work => {
                self.timers.worked();
                self.with_page(|page, shared| page.work(shared))
            }
            Msg::Beat => {
                self.with_page(|page, shared| page.beat(shared));
                true
            }
            Msg::Change(Change(change)) => {
                if let Some(place) = change(&mut self.walk, &mut self.shared) {
                    if self.here != place || self.is_stray || self.help {
                        self.want_focus(CONTENT);
                    }
                    self.is_stray = false;
                    self.help = false;
                    self.here = place;
                    self.shared.top.here = Some(place);
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
                self.arrived(scope, part, *result);
                true
            }
        };
        let opened = self.settle(scope);
        if draw || opened {
            let widget = self.widget.cast::<Element>();
            self.focused = widget.and_then(|widget| browser::focused_in(&widget));
        }
        draw || opened
    }

    fn rendered(&mut self, scope: &Scope<Root>, _: bool) {
        let Some(widget) = self.widget.cast::<Element>() else { return };
        if self.picture == Picture::First {
            self.picture = Picture::Drawn;
            browser::remove_all(PLACEHOLDERS);
            let page = browser::whole_page();
            self.listeners.extend(events::listen(&widget, page.as_ref(), &scope.callback(Msg::Did)));
        }
        if let Some((wanted, was)) = &self.focus_wanted
            && let Some(element) = widget.query_selector(wanted).ok().flatten()
        {
            let is = browser::focused();
            if is.is_none() || is == *was {
                // The words stand below the keys.
                browser::focus(&element, *wanted == WORDS);
            }
            self.focus_wanted = None;
        }
        if let Some(page) = self.page() {
            page.drawn(&widget);
        }
        if let Some(desk) = &mut self.desk {
            desk.drawn(&widget);
        }
        if let Some(words) = self.shared.words {
            (words.drawn)(&widget);
        }
        // What had the focus is gone: the keys go on working.
        if self.focused.take().is_some() && browser::focused().is_none() {
            browser::focus(&widget, false);
        }
    }

    fn view(&self) -> Html {
        if self.picture == Picture::Waits {
            return Html::default();
        }
        let page = shown(self.here, &self.walk, &self.others).filter(|_| !self.is_stray);
        let main = page.map_or_else(
            || view::waiting(&self.shared, self.here, self.is_stray),
            |page| page.view(&self.shared),
        );
        let words = || self.shared.words.map(|words| (words.sheet)());
        let help = page.filter(|_| self.help).and_then(|page| page.help(&self.shared));
        let help = help.map(|help| help.child(words()));
        let (form, desk) = (self.shared.top.form, self.desk.as_deref());
        let desk = page.zip(desk).and_then(|(page, desk)| desk.view(page, &self.shared, &self.link));
        main.when(form == Some(Form::Room), ".room")
            .when(form == Some(Form::Steps), ".listed")
            .reached_by(self.widget.clone())
            .child(help)
            .child(desk)
            .into_html()
    }
}

/// What stands in the HTML until the program draws.
const PLACEHOLDERS: &str = "body > .start, body > .first";

/// What takes the keys of a page, so that they work at once: its time slider, or what there is to read and to scroll.
const CONTENT: &str =
    ".gallery, .lesson, [role=slider], .callers, .levels, .survey button, .fields select, .takes-keys";

/// The scenarios to choose from.
const GALLERY: &str = ".gallery";

/// The help.
const HELP: &str = ".help";

/// The words in it.
const WORDS: &str = ".glossary h2";

/// How many pages arrive later: all but the walk.
const OTHERS: usize = Place::ALL.len() - 1;

/// The page of a place, if it is here.
fn shown<'a>(
    place: Place,
    walk: &'a Walk,
    others: &'a [Option<Box<dyn Page>>; OTHERS],
) -> Option<&'a dyn Page> {
    match place {
        Place::Walk => Some(walk),
        other => others[other.slot() - 1].as_deref(),
    }
}

impl Shell {
    /// The page that is shown, if it is here.
    fn page(&mut self) -> Option<&mut dyn Page> {
        match self.here {
            _ if self.is_stray => None,
            Place::Walk => Some(&mut self.walk),
            other => Some(self.others[other.slot() - 1].as_mut()?.as_mut()),
        }
    }

    /// What `ask` returns for the page that is shown; nothing as long as it is not here.
    fn with_page<T: Default>(&mut self, ask: impl FnOnce(&mut dyn Page, &mut Shared) -> T) -> T {
        match self.here {
            _ if self.is_stray => T::default(),
            Place::Walk => ask(&mut self.walk, &mut self.shared),
            other => match &mut self.others[other.slot() - 1] {
                Some(page) => ask(&mut **page, &mut self.shared),
                None => T::default(),
            },
        }
    }

    /// Puts the focus there once it is drawn.
    fn want_focus(&mut self, what: &'static str) {
        self.focus_wanted = Some((what, browser::focused()));
    }

    /// Shows what an address says.
    fn open(&mut self, hash: &str) {
        let (hash, form) = address::parted(hash);
        self.shared.top.form = form;
        if form.is_some() {
            self.shared.more.ask();
        }
        let place = Place::of(hash);
        let first = self.shared.top.here.is_none();
        let moved = first || place != self.here || self.is_stray;
        self.here = place;
        self.shared.top.here = Some(place);
        let stray = place.stray(hash);
        self.is_stray = stray.is_some();
        if moved || self.is_stray {
            self.shared.notice = stray.map(|name| missing(place, name));
            self.help = false;
        }
        if self.is_stray {
            return;
        }
        if let Some(part) = place.part() {
            self.shared.part_mut(part).ask();
        }
        if self.page().is_none() {
            // So that the way back leads to what was asked for.
            self.shared.top.links[place.slot()] = Some(unsigned(hash).to_owned());
        }
        self.with_page(|page, shared| page.open(hash, shared));
        if moved && self.page().is_some_and(|page| page.takes_focus()) {
            self.want_focus(CONTENT);
        }
    }

    fn did(&mut self, deed: &Deed) -> bool {
        // Whoever is here for a while wants to know what the words mean; the first picture does not wait for that.
        if matches!(self.shared.learn, PartState::Away) && !matches!(deed, Deed::Hot(_) | Deed::Opened(..)) {
            self.shared.learn.ask();
        }
        if let Deed::Brought(files) = deed {
            self.shared.files.waiting = Some(files.clone());
            self.shared.more.ask();
            self.shared.door.ask();
            return true;
        }
        if let Deed::Pressed(mark) = *deed
            && is_for_desk(mark)
        {
            if !self.at_desk(mark) {
                self.wanted = Some(mark);
                self.shared.more.ask();
            }
            return true;
        }
        let Deed::Pressed(Mark::Command(command)) = *deed else {
            return self.with_page(|page, shared| page.did(deed, shared));
        };
        match command {
            Command::Help | Command::Words => {
                self.help = command == Command::Words || !self.help;
                let at = if command == Command::Words { WORDS } else { HELP };
                self.want_focus(if self.help { at } else { CONTENT });
                let help = Deed::Pressed(Mark::Command(Command::Help));
                self.with_page(|page, shared| page.did(&help, shared));
            }
            Command::Leave if self.help => {
                self.help = false;
                self.want_focus(CONTENT);
            }
            Command::Leave if self.shared.notice.is_some() => self.shared.notice = None,
            Command::Leave if self.at_desk(Mark::Command(command)) => {}
            Command::Dismiss => self.shared.notice = None,
            Command::Controls => self.want_focus(CONTENT),
            Command::Retry if self.retry() => {}
            _ => {
                let known = self.with_page(|page, shared| page.did(deed, shared));
                if known && matches!(command, Command::Levels | Command::Leave | Command::Gallery) {
                    // Another view is shown, or will be once its part is here.
                    let is_choosing = self.here == Place::Walk && self.walk.is_choosing();
                    self.want_focus(if is_choosing { GALLERY } else { CONTENT });
                }
                if !known && command == Command::Leave {
                    // What was to be drawn before does not take it back.
                    self.focused = None;
                    browser::blur();
                }
                return known;
            }
        }
        true
    }

    /// Lets the desk do what is for it. Returns whether it has.
    fn at_desk(&mut self, mark: Mark) -> bool {
        let page = shown(self.here, &self.walk, &self.others);
        let focus =
            self.desk.as_mut().zip(page).and_then(|(desk, page)| desk.did(mark, page, &mut self.shared));
        if let Some(focus) = focus.filter(|focus| !focus.is_empty()) {
            self.want_focus(focus);
        }
        focus.is_some()
    }

    /// Asks once more for the part whose failure is shown. Any page shows that of the part which reads files before that of
    /// its own. Returns whether there is one.
    fn retry(&mut self) -> bool {
        self.shared.more.retry() | self.shared.door.retry()
            || self.shared.tables.retry()
            || self.shared.rare.retry()
            || self.here.part().is_some_and(|part| self.shared.part_mut(part).retry())
    }

    /// A later part has arrived, or not.
    fn arrived(&mut self, scope: &Scope<Root>, part: Part, result: Result<Arrived, PartError>) {
        *self.shared.part_mut(part) = PartState::of(&result);
        match result {
            Ok(Arrived::Lab(Lab { pages: [race, verdicts], beside, races })) => {
                self.shared.beside = Some(beside);
                self.races = Some(races);
                self.others[Place::Race.slot() - 1] = Some(race);
                self.others[Place::Verdicts.slot() - 1] = Some(verdicts);
            }
            Ok(Arrived::More(more)) => {
                self.others[Place::Callers.slot() - 1] = Some(more.callers);
                self.shared.later = Some(more.later);
                self.shared.library = more.library;
                self.desk = Some((more.desk)(scope.callback(Msg::Did), more.taking));
            }
            Ok(Arrived::Compare(compare)) => self.others[Place::Compare.slot() - 1] = Some(compare),
            Ok(Arrived::Switches([switches, safe])) => {
                self.others[Place::Switches.slot() - 1] = Some(switches);
                self.others[Place::Safe.slot() - 1] = Some(safe);
            }
            // The pages that need them find them now.
            Ok(Arrived::Rare(content)) => self.shared.trust = Some(content),
            // Nobody has to be told: what it is for is fetched now.
            Ok(Arrived::Tables(load)) => return self.shared.load = Some(load),
            Ok(Arrived::Learn(learn, words)) => {
                self.others[Place::Learn.slot() - 1] = Some(learn);
                self.shared.words = Some(words);
            }
            Ok(Arrived::Door(lay)) => {
                let door = lay(scope.callback(Msg::Change));
                self.others[Place::Open.slot() - 1] = Some(door.page);
                self.bring = Some(door.bring);
            }
            Ok(Arrived::Call(lay)) => {
                self.others[Place::Call.slot() - 1] = Some(lay(scope.callback(Msg::Change)));
            }
            Err(_) => return,
        }
        if let (Some(races), Some(learn)) = (self.races, &mut self.others[Place::Learn.slot() - 1]) {
            learn.lend(races, &mut self.shared);
        }
        if self.here.part() == Some(part) {
            // It could not be opened before.
            let hash = browser::hash();
            self.shared.top.here = None;
            self.open(&hash);
        } else {
            self.with_page(|page, shared| page.arrived(shared));
        }
        if self.desk.is_some()
            && let Some(mark) = self.wanted.take()
        {
            self.at_desk(mark);
        }
    }

    /// Does what follows from the state of the page: writes the address, fetches, waits. Before that, opens the address if
    /// somebody else has written it, of which the browser may not have told yet. Returns whether there was one.
    fn settle(&mut self, scope: &Scope<Root>) -> bool {
        let hash = browser::hash();
        let is_other = !self.address.is_own(&hash);
        if is_other {
            self.address.found(&hash);
            self.open(&hash);
        }
        let shown = self.page().map(|page| (page.link(), page.pulse()));
        let (own, pulse) = shown.unwrap_or_default();
        let link = address::formed(own.clone(), self.shared.top.form);
        if link != self.link {
            self.link = link;
            self.moved(own);
        }
        self.write_title();
        self.write_address(scope);
        for (folder, load) in self.shared.take_asked() {
            let progress = scope.callback(move |progress| Msg::Progress(folder, progress));
            let coming = load(folder, progress);
            root::send(scope, Box::pin(async move { Msg::Loaded(folder, Box::new(coming.await)) }));
        }
        // Among the machines a file stands by what is in that part.
        if let Some(Bring(bring)) = &self.bring
            && self.shared.later.is_some()
            && let Some(files) = self.shared.files.waiting.take()
        {
            bring(files);
        }
        root::follow(scope, self.reach, &mut self.shared, &mut self.timers, pulse);
        is_other
    }

    /// Another step, or another page, is shown.
    fn moved(&mut self, link: String) {
        self.shared.top.copied = false;
        if let Some(desk) = &mut self.desk {
            desk.moved(&link);
        }
        if self.page().is_some() {
            self.shared.top.links[self.here.slot()] = Some(link);
        }
    }

    fn write_title(&mut self) {
        let mut title = self.with_page(|page, shared| {
            let built = if page.is_built(shared) { ", tables built from ranges" } else { "" };
            page.title() + built
        });
        if title.is_empty() {
            title.push_str(self.here.title());
        }
        title.push_str(" · Pagewalk");
        if title != self.title {
            browser::set_title(&title);
            self.title = title;
        }
    }

    fn write_address(&mut self, scope: &Scope<Root>) {
        if !self.link.is_empty() {
            let link = scope.clone();
            self.address.write(&self.link, move || link.send_message(Msg::WriteAddress));
        }
    }
}
