//! What lies beside every page: taking away what is shown, as text or on paper; showing it to a room, or in a second window.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

use gloo_events::EventListener;
use gloo_timers::callback::Timeout;
use narrate::race::sheet as race;
use narrate::sheet::{Block, ROWS, Sheet, TABLE, Wanted, joined, pair, walk};
use scenario::Tables;
use wasm_bindgen::JsValue;
use web_sys::Element;
use yew::Callback;

use crate::address::{AGAIN_MS, Form, formed, full};
use crate::browser::{self, Copied, Window};
use crate::desk::Desk;
use crate::el::{El, el};
use crate::later::{FileKind, Take, Taking, Verdicts, Wish};
use crate::marks::{Command, Deed, Mark};
use crate::pages::{Page, Shown};
use crate::place::Place;
use crate::shared::Shared;
use crate::view::room::room;
use crate::view::share::{As, Known, Press, Save, share};
use crate::view::sheet::{Paper, sheet};

/// What the second window says when it is there, and when it is not any more.
const HERE: &str = "pagewalk: here";
const GONE: &str = "pagewalk: gone";

/// What stands before the link to what the second window is to show.
const SHOW: &str = "pagewalk: show ";

/// What gets the focus: the text to take away; what takes the keys.
const SHARE: &str = ".share";
const KEYS: &str = "[role=slider], .lesson";

/// Where neither a room nor a table of steps can be had.
const NO_STEPS: &str = "This page is a text: it has no steps, neither for a room nor for a table. Open a walk, a race or a lesson, \
                        and ask for it there.";

/// Whether a page is a text, whatever is opened on it.
fn is_text(page: &dyn Page, here: Option<Place>) -> bool {
    match here {
        Some(Place::Callers | Place::Verdicts | Place::Safe | Place::Open) => true,
        // Its list.
        Some(Place::Learn) => page.link() == Place::Learn.link(),
        _ => false,
    }
}

/// What writes files, once it is here; what is to be written then, and what was made: a file with its name, or why there is none.
#[derive(Default)]
struct Saving {
    take: Option<Take>,
    wanted: Option<Save>,
    made: Option<Result<(JsValue, String), String>>,
}

/// What lies beside every page.
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
struct Beside {
    tell: Callback<Deed>,
    /// Whether what can be taken away is shown.
    is_open: bool,
    /// What is wanted as text; none is what the page offers first.
    wanted: Option<Wanted>,
    way: As,
    copying: Rc<Cell<Option<Copied>>>,
    /// The link that was to be copied last.
    copied: String,
    /// How what writes files is reached, and how it is doing.
    taking: Taking,
    saving: Rc<RefCell<Saving>>,
    /// What came of something that was pressed.
    says: Cow<'static, str>,
    /// Whether the text is selected as soon as it is drawn.
    selects: bool,
    /// Whether the page is drawn for paper, and whether the browser has to be told to print it.
    on_paper: bool,
    prints: bool,
    fills_screen: bool,
    /// The window that follows this one.
    second: Option<Window>,
    /// Whether that one has said that it goes: the browser calls it closed some time later, or it is only loaded again.
    is_gone: bool,
    /// What is shown here, which that one is told.
    link: String,
    /// The window that this one follows, and what that one shows until it is shown here as well.
    first: Option<Window>,
    follows: Option<String>,
    again: Option<Timeout>,
    /// What other windows have said.
    heard: Rc<RefCell<Vec<String>>>,
    /// The table of steps that was made last, and of what it is one.
    steps: RefCell<Option<(String, Rc<Sheet>)>>,
    /// As long as these are kept, they tell.
    _listeners: Vec<EventListener>,
}

/// The desk, told whom to tell what happens by itself.
pub(super) fn lay(tell: Callback<Deed>, taking: Taking) -> Box<dyn Desk> {
    let at_window = |kind, press: Press| {
        let tell = tell.clone();
        browser::at_window(kind, move |_| tell.emit(press.deed()))
    };
    let heard = Rc::<RefCell<Vec<_>>>::default();
    let hears = {
        let (heard, tell) = (Rc::clone(&heard), tell.clone());
        browser::at_window("message", move |event| {
            if let Some(said) = browser::told(event) {
                heard.borrow_mut().push(said);
                tell.emit(Press::Heard.deed());
            }
        })
    };
    let first = Window::opener();
    if let Some(first) = &first {
        first.tell(HERE);
    }
    let leaves = browser::at_window("pagehide", |_| {
        if let Some(first) = Window::opener() {
            first.tell(GONE);
        }
    });
    let listeners = [
        at_window("beforeprint", Press::OnPaper),
        at_window("afterprint", Press::OffPaper),
        at_window("fullscreenchange", Press::Screen),
        hears,
        leaves,
    ];
    Box::new(Beside {
        tell,
        is_open: false,
        wanted: None,
        way: As::Text,
        copying: Rc::default(),
        copied: String::new(),
        taking,
        saving: Rc::default(),
        says: Cow::default(),
        selects: false,
        on_paper: false,
        prints: false,
        fills_screen: false,
        second: None,
        is_gone: false,
        link: String::new(),
        first,
        follows: None,
        again: None,
        heard,
        steps: RefCell::default(),
        _listeners: listeners.into_iter().flatten().collect(),
    })
}

impl Desk for Beside {
    fn did(&mut self, mark: Mark, page: &dyn Page, shared: &mut Shared) -> Option<&'static str> {
        let here = shared.top.here;
        let form = &mut shared.top.form;
        Some(match mark {
            Mark::Command(Command::Share) => {
                self.is_open = !self.is_open;
                (self.wanted, self.says) = (None, Cow::default());
                if self.is_open { SHARE } else { KEYS }
            }
            Mark::Command(Command::Present) if form.is_none() && is_text(page, here) => {
                self.is_open = false;
                shared.notice = Some(NO_STEPS.to_owned());
                KEYS
            }
            Mark::Command(Command::Present) => {
                self.is_open = false;
                let fill = *form != Some(Form::Room);
                *form = fill.then_some(Form::Room);
                browser::fill_screen(fill);
                KEYS
            }
            Mark::Command(Command::Leave) if self.is_open => {
                self.is_open = false;
                KEYS
            }
            Mark::Command(Command::Leave) if form.is_some() => {
                *form = None;
                browser::fill_screen(false);
                KEYS
            }
            Mark::Command(Command::CopyLink) => {
                self.copy_link(formed(page.link(), shared.top.form));
                ""
            }
            Mark::Desk(number) => {
                let press = Press::from_number(number)?;
                self.pressed(press, page, shared);
                ""
            }
            _ => return None,
        })
    }

    fn moved(&mut self, link: &str) {
        link.clone_into(&mut self.link);
        self.show_there();
    }

    fn view(&self, page: &dyn Page, shared: &Shared, link: &str) -> Option<El> {
        let form = shared.top.form;
        let paper = if self.on_paper {
            page.paper().map(Rc::new).or_else(|| self.made(Wanted::Steps, page))
        } else {
            self.made(Wanted::Steps, page).filter(|_| form == Some(Form::Steps))
        };
        let at = number_in(link).unwrap_or_default();
        let built = if page.is_built(shared) { BUILT } else { "" };
        let head = self.on_paper.then(|| (page.title() + built, full(link)));
        let paper = Paper { sheet: paper.as_deref(), at, head };
        let is_drawn = self.is_open || self.on_paper || form.is_some();
        is_drawn.then(|| {
            el("div.desk")
                .child(self.is_open.then(|| self.share(page, shared, link)))
                .child(sheet(&paper))
                .child(
                    (form.is_some() && is_text(page, shared.top.here))
                        .then(|| el("p.room-none[role=status]").child(NO_STEPS)),
                )
                .child((form == Some(Form::Room)).then(|| room(self.fills_screen)))
        })
    }

    fn drawn(&mut self, root: &Element) {
        let find = |what: &str| root.query_selector(what).ok().flatten();
        if std::mem::take(&mut self.selects)
            && let Some(text) = find(".share pre")
        {
            browser::select(&text);
        }
        if let Some(row) = find(".listed .sheet tr[aria-current]") {
            browser::show(&row);
        }
        if std::mem::take(&mut self.prints) {
            // Once it is drawn.
            Timeout::new(0, browser::print).forget();
        }
    }
}

impl Beside {
    fn pressed(&mut self, press: Press, page: &dyn Page, shared: &mut Shared) {
        match press {
            Press::Take(wanted) => (self.wanted, self.says) = (Some(wanted), Cow::default()),
            Press::As(way) => (self.way, self.says) = (way, Cow::default()),
            Press::Copy => self.copy(page, shared),
            Press::Copied => {
                let (says, selects) = match self.copying.take() {
                    Some(Copied::Done) => ("It is copied.", false),
                    Some(Copied::Refused) => (
                        "The browser does not let this page copy. The text is selected: copy it with the keyboard or the menu.",
                        true,
                    ),
                    None => return,
                };
                (self.says, self.selects) = (says.into(), selects);
            }
            Press::LinkCopied => match self.copying.take() {
                // The answer may come when another step is shown.
                Some(Copied::Done) => shared.top.copied = self.copied == formed(page.link(), shared.top.form),
                Some(Copied::Refused) => shared.notice = Some(not_copied(&self.copied)),
                None => {}
            },
            Press::Save(what) => self.save(what, page, shared),
            Press::Saved => {
                let (what, made) = {
                    let mut saving = self.saving.borrow_mut();
                    (saving.wanted.take(), saving.made.take())
                };
                match (what, made) {
                    (_, Some(Ok((file, name)))) => self.give(&file, &name),
                    (_, Some(Err(why))) => self.says = why.into(),
                    (Some(what), None) => self.save(what, page, shared),
                    (None, None) => {}
                }
            }
            Press::Print => (self.on_paper, self.prints, self.is_open) = (true, true, false),
            Press::OnPaper => self.on_paper = true,
            Press::OffPaper => self.on_paper = false,
            Press::FillScreen => browser::fill_screen(true),
            Press::Screen => {
                // Esc ends it without any key being heard.
                let ended = self.fills_screen && !browser::fills_screen();
                self.fills_screen = browser::fills_screen();
                if ended && shared.top.form == Some(Form::Room) {
                    shared.top.form = None;
                }
            }
            Press::Second => {
                self.link = page.link();
                self.open_second();
            }
            Press::Heard => {
                for says in self.heard.take() {
                    self.hear(&says);
                }
                self.follow(shared.top.form);
            }
            Press::Follow => self.follow(shared.top.form),
        }
    }

    /// What can be taken away.
    fn share(&self, page: &dyn Page, shared: &Shared, link: &str) -> El {
        let is_there = |wanted: &Wanted| match wanted {
            Wanted::Steps => true,
            wanted => self.made(*wanted, page).is_some(),
        };
        let offered = [Wanted::Step, Wanted::Card, Wanted::Steps, Wanted::Paper];
        let offered: Vec<Wanted> = offered.into_iter().filter(is_there).collect();
        let wanted = self.wanted_of(shared);
        let (own, _) = crate::address::parted(link);
        share(&Known {
            offered: &offered,
            wanted,
            ways: if shared.top.here == Some(Place::Walk) { &As::ALL } else { &As::ALL[..3] },
            way: self.way,
            text: self.text(page, shared).as_deref(),
            says: &self.says,
            saves: if shared.top.here == Some(Place::Walk) { &Save::ALL } else { &[Save::Text] },
            table: &joined(own, Form::Steps.name()),
            is_followed: self.is_followed(),
        })
    }

    /// Of a race one wants the whole run first, of others the step.
    fn wanted_of(&self, shared: &Shared) -> Wanted {
        let first = if shared.top.here == Some(Place::Race) { Wanted::Steps } else { Wanted::Step };
        self.wanted.unwrap_or(first)
    }

    fn text(&self, page: &dyn Page, shared: &Shared) -> Option<String> {
        let base = browser::base();
        if !matches!(self.way, As::Text | As::Markdown) {
            let shown = page.shown();
            let says = shown.as_ref().map(Shown::says).unwrap_or_default();
            return Some(snippet(self.way, &base, &page.link(), &page.title(), says));
        }
        let sheet = self.made(self.wanted_of(shared), page)?;
        let text = if self.way == As::Markdown { sheet.markdown(&base) } else { sheet.text(&base) };
        Some(Self::finished(text, page, shared))
    }

    /// A text with what must be said of its tables.
    fn finished(mut text: String, page: &dyn Page, shared: &Shared) -> String {
        if page.is_built(shared) {
            text.push_str(BUILT);
        }
        text
    }

    /// What is wanted of a page. A table of steps is made once for all of its steps.
    fn made(&self, wanted: Wanted, page: &dyn Page) -> Option<Rc<Sheet>> {
        let make = || match wanted {
            Wanted::Paper => page.paper().map(Rc::new),
            _ => made_of(page.shown()?, wanted, &page.link()).map(Rc::new),
        };
        if wanted != Wanted::Steps || page.pulse().work {
            return make();
        }
        let link = page.link();
        let is_step = |part: &&str| part.strip_prefix("t=").is_some();
        let mut key: String = link.split(['?', '&']).filter(|part| !is_step(part)).collect();
        key.push_str(&(number_in(&link).unwrap_or_default() / ROWS).to_string());
        let known =
            self.steps.borrow().as_ref().filter(|(of, _)| *of == key).map(|(_, sheet)| Rc::clone(sheet));
        known.or_else(|| {
            let made = make()?;
            *self.steps.borrow_mut() = Some((key, Rc::clone(&made)));
            Some(made)
        })
    }

    fn copy(&mut self, page: &dyn Page, shared: &Shared) {
        let Some(text) = self.text(page, shared) else { return };
        self.says = Cow::default();
        self.copy_text(text, Press::Copied);
    }

    /// Copies the link to what is shown.
    fn copy_link(&mut self, link: String) {
        let text = full(&link);
        self.copied = link;
        self.copy_text(text, Press::LinkCopied);
    }

    /// Copies a text; then that happens.
    fn copy_text(&self, text: String, then: Press) {
        let (copying, tell) = (Rc::clone(&self.copying), self.tell.clone());
        wasm_bindgen_futures::spawn_local(async move {
            copying.set(Some(browser::copy(text).await));
            tell.emit(then.deed());
        });
    }

    /// Writes a file, once what makes it is here.
    fn save(&mut self, what: Save, page: &dyn Page, shared: &Shared) {
        let name = file_name(&page.link(), what);
        let kind = match what {
            Save::Text => {
                let sheet = self.made(self.wanted_of(shared), page);
                let text = sheet.map(|sheet| Self::finished(sheet.text(&browser::base()), page, shared));
                if let Some(file) = text.and_then(|text| browser::file_of(&text.into(), "text/plain")) {
                    self.give(&file, &name);
                }
                return;
            }
            Save::Svg => FileKind::Svg,
            Save::Png => FileKind::Png,
            Save::Html => FileKind::Html,
        };
        let Some(Shown::Walk { link, run, .. }) = page.shown().filter(|_| !page.pulse().work) else {
            self.says = "Not all steps are known yet: try again in a moment.".into();
            return;
        };
        if kind == FileKind::Html && matches!(link.setup.tables, Tables::Brought(_)) {
            self.says =
                "Tables of your own cannot be put into a file: pagewalk figure draws them on the command line.".into();
            return;
        }
        self.says = "The file is being made.".into();
        let (saving, tell, taking) = (Rc::clone(&self.saving), self.tell.clone(), self.taking);
        let take = saving.borrow().take;
        let making = take.map(|take| {
            let (timeline, start) = run.recorded();
            (take.make)(&Wish { kind, link, timeline, start })
        });
        wasm_bindgen_futures::spawn_local(async move {
            match making {
                Some(making) => {
                    let made = making.await.map(|file| (file, name));
                    saving.borrow_mut().made = Some(made);
                }
                None => {
                    let take = taking().await;
                    let mut saving = saving.borrow_mut();
                    match take {
                        // Of what is shown by then.
                        Ok(take) => (saving.take, saving.wanted) = (Some(take), Some(what)),
                        Err(error) => saving.made = Some(Err(error.to_string())),
                    }
                }
            }
            tell.emit(Press::Saved.deed());
        });
    }

    fn give(&mut self, file: &JsValue, name: &str) {
        self.says = if browser::save(file, name) { SAVED } else { NOT_SAVED }.into();
    }

    /// Opens a window that follows this one, or closes it.
    fn open_second(&mut self) {
        let is_followed = self.is_followed();
        self.is_gone = false;
        let says = match self.second.take().filter(|_| is_followed) {
            Some(second) => {
                second.close();
                "The second window is closed."
            }
            None => {
                self.second = Window::open(&full(&joined(&self.link, Form::Room.name())));
                match self.second {
                    Some(_) => "The second window shows what is shown here, step by step.",
                    None => {
                        "The browser does not let this page open a window. Allow pop-up windows for this page, and try again."
                    }
                }
            }
        };
        self.says = says.into();
    }

    /// Tells the second window what is shown here.
    fn show_there(&mut self) {
        if let Some(second) = &self.second {
            second.tell(&[SHOW, &self.link].concat());
        }
    }

    fn is_followed(&self) -> bool {
        !self.is_gone && self.second.as_ref().is_some_and(Window::is_open)
    }

    fn hear(&mut self, says: &str) {
        match says {
            HERE => {
                self.is_gone = false;
                self.show_there();
            }
            GONE => self.is_gone = true,
            _ if self.first.is_some() => self.follows = says.strip_prefix(SHOW).map(str::to_owned),
            _ => {}
        }
    }

    /// Shows here what the first window shows: writes the address, which is opened then.
    fn follow(&mut self, form: Option<Form>) {
        let Some(link) = self.follows.take() else { return };
        let own = form.map_or_else(|| link.clone(), |form| joined(&link, form.name()));
        // A browser refuses to write too many addresses at once.
        if !browser::write_hash(&["#", &own].concat(), false) {
            self.follows = Some(link);
            let tell = self.tell.clone();
            self.again = Some(Timeout::new(AGAIN_MS, move || tell.emit(Press::Follow.deed())));
        }
    }
}

/// What is said when the browser has the file, and when it does not take it.
const SAVED: &str = "The file is with your downloads.";
const NOT_SAVED: &str = "The browser does not let this page save a file.";

/// What to do instead of copying that link.
fn not_copied(link: &str) -> String {
    let mut text = "The browser does not let this page copy the link. Copy it from ".to_owned();
    if browser::hash().strip_prefix('#') == Some(link) {
        text.push_str("the address bar.");
    } else {
        text.push_str("here: ");
        text.push_str(&full(link));
    }
    text
}

/// What a file of what a link shows is called.
fn file_name(link: &str, what: Save) -> String {
    let path = link.split('?').next().unwrap_or_default();
    let mut name: String =
        path.split('/').skip(1).filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-");
    if let Some(step) = number_in(link) {
        name.push_str(&["-", &step.to_string()].concat());
    }
    [if name.is_empty() { "walk" } else { &name }, ".", what.ending()].concat()
}

/// What is pasted elsewhere for a step: `base` is the address of the page, `title` says what the step is, `says` what it says. A frame and
/// an element have it beside them or inside, for where no script runs, and for paper.
fn snippet(way: As, base: &str, link: &str, title: &str, says: &str) -> String {
    let full = [base, "#", link].concat();
    let site = base.rfind('/').map_or("", |end| &base[..=end]);
    let title = title.replace(['"', '<', '>', '[', ']', '&'], "");
    let text = |of: &str| of.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;");
    let still = || format!("<a href=\"{}\">{title}</a>: {}", text(&full), text(says));
    match way {
        As::Frame => {
            let embedded = text(&[base, "#", &joined(link, "embed")].concat());
            format!(
                "<figure>\n<iframe src=\"{embedded}\"\n        title=\"{title}\" width=\"100%\" height=\"560\" loading=\"lazy\"></iframe>\n\
                 <figcaption>{}</figcaption>\n</figure>",
                still()
            )
        }
        As::Element => format!(
            "<script async src=\"{}page-walk.js\"></script>\n<page-walk link=\"{}\"><p>{}</p></page-walk>",
            text(site),
            text(link),
            still()
        ),
        // As it is called when it is saved.
        As::Figure => format!("[![{title}]({})]({full})", file_name(link, Save::Svg)),
        As::Files => {
            let [svg, text, html] = [Save::Svg, Save::Text, Save::Html].map(|what| file_name(link, what));
            format!(
                "pagewalk figure '{link}' --page '{site}' -o {svg}\npagewalk figure '{link}' --page '{site}' --format text -o {text}\n\
                 pagewalk standalone '{link}' -o {html}"
            )
        }
        _ => full,
    }
}

/// What is said of tables that are built from a text, wherever they are taken to.
const BUILT: &str =
    "\nThe page tables are built from the ranges of a text: they are not the machine\u{2019}s own.\n";

/// What is wanted of what a page shows.
fn made_of(shown: Shown<'_>, wanted: Wanted, address: &str) -> Option<Sheet> {
    match (shown, wanted) {
        (_, Wanted::Paper) => None,
        (Shown::Walk { link, run, beside, call }, _) => {
            let beside = || beside.map(Verdicts::blocks).unwrap_or_default();
            let (timeline, start) = run.recorded();
            let sheet = match wanted {
                Wanted::Step => walk::step(link, run.len() - 1, run.point(), beside()),
                Wanted::Card => walk::card_of(link, run.point(), beside())?,
                _ => walk::steps(link, timeline, start),
            };
            Some(match call {
                Some(call) => of_call(sheet, &call, address),
                None => sheet,
            })
        }
        (Shown::Race { session, point }, Wanted::Step) => Some(race::step(session, point)),
        (Shown::Race { session, .. }, Wanted::Steps) => Some(race::steps(session)),
        (Shown::Pair { link, pairs, runs, names, says }, Wanted::Step) => {
            let side = |at: usize| pair::Side { name: &names[at], point: runs[at].point() };
            let line = pairs.get(link.line as usize)?;
            Some(pair::line(link, pairs.len() as u32 - 1, line, &says, &[side(0), side(1)]))
        }
        (Shown::Pair { link, pairs, runs, .. }, Wanted::Steps) => {
            Some(pair::lines(link, pairs, &|side, stop| runs[side].said(stop)))
        }
        (Shown::Race { .. } | Shown::Pair { .. }, Wanted::Card) => None,
    }
}

/// Most parts of a call that are told with a step; the others are counted.
const PARTS: usize = 40;

/// A sheet of the walk of a call: its links are those of the call, and it says what the call is.
fn of_call(sheet: Sheet, call: &str, address: &str) -> Sheet {
    let mut parts = address.split(['?', '&']).filter(|part| !part.starts_with("t="));
    let path = parts.next().unwrap_or_default().to_owned();
    let own = parts.fold(path, |link, part| joined(&link, part));
    let mut sheet = sheet.relinked(&|link| {
        let parts = link.split(['?', '&']).filter(|part| part.starts_with("t=") || *part == TABLE);
        parts.fold(own.clone(), |link, part| joined(&link, part))
    });
    let parts: Vec<(String, String)> = call
        .lines()
        .filter_map(|line| line.split_once('='))
        .map(|(name, says)| (name.to_owned(), says.to_owned()))
        .collect();
    let more = parts.len().saturating_sub(PARTS);
    sheet.blocks.push(Block::Heading("The call".to_owned()));
    sheet.blocks.push(Block::Facts(parts.into_iter().take(PARTS).collect()));
    if more > 0 {
        sheet.blocks.push(Block::Text(format!("It has {more} parts more.")));
    }
    if own == Place::Call.link() {
        sheet.blocks.push(Block::Text(TOO_LONG.to_owned()));
    }
    sheet
}

/// What is said where an address has no room for a call.
const TOO_LONG: &str = "The call is too long for an address: the link opens its page, and the call itself is a file, which that page saves.";

/// The step that a link says.
fn number_in(link: &str) -> Option<u32> {
    link.split(['?', '&']).find_map(|part| part.strip_prefix("t=")?.parse().ok())
}
