//! A call that a person puts together: the parts of it, each checked as it is typed, and the walk that comes of it.

mod draft;

use std::cell::RefCell;
use std::rc::Rc;

use actors::{AnyActor, Observer};
use call::tally::{self, Tally};
use call::{Base, Call, Field, MAX_ADDRESS};
use gloo_events::EventListener;
use mm::MmId;
use pagewalk::{EntryPoint, Revision};
use scenario::library::{Group, Program};
use scenario::link::Grain;
use scenario::places::Places;
use scenario::{Held, Runner, Scenario, Setup};
use web_sys::Element;
use yew::Callback;

use self::draft::Draft;
use super::walk::Walk;
use super::{Page, Pulse, Shown};
use crate::browser;
use crate::el::El;
use crate::marks::{Command, Deed, Mark};
use crate::parts::Change;
use crate::place::Place;
use crate::run::Run;
use crate::shared::{Shared, sentences};
use crate::view::call::{EXAMPLES, FORM, Press, Seen, WHOLE, composer};

/// What the walk of a call is to those who draw a scenario; by whether `init_mm` is walked.
static CALLS: [Scenario; 2] = [named(MmId::USER), named(MmId::INIT_MM)];

const fn named(mm: MmId) -> Scenario {
    Scenario {
        id: "call",
        title: "A call of your own",
        about: "A call that a person put together: its parts say what is walked, and how.",
        program: Program::Call { entry: EntryPoint::Range, mm, ops: Observer::ALL },
        revision: Revision::V7_3,
        held: (Held::None, Held::None),
        build: None,
        group: Group::NoVma,
        made: None,
        on: &[],
    }
}

/// Most actions of a call that are counted at once; what is longer is counted so far.
const COUNTED: u64 = 100_000;

/// The page.
#[derive(Debug)]
pub struct Own {
    /// What is typed.
    draft: Rc<RefCell<Draft>>,
    /// What was understood of it last.
    call: Call,
    /// The walk of it.
    walk: Walk,
    /// What it comes to.
    tally: Option<Tally>,
    /// Why it does not start.
    failed: Option<String>,
    /// The folder of the capture that it waits for.
    waits: Option<&'static str>,
    /// The step that an address asks for.
    step: u32,
    change: Callback<Change>,
    /// The form, as long as this hears of it.
    heard: Option<(Element, [EventListener; 2])>,
}

impl Own {
    /// The page, and whom to tell that something was typed.
    pub fn new(change: Callback<Change>) -> Self {
        Self {
            draft: Rc::default(),
            call: Call::default(),
            walk: Walk::default(),
            tally: None,
            failed: None,
            waits: None,
            step: 0,
            change,
            heard: None,
        }
    }

    /// Shows a call that is written somewhere else: in an address, in a file.
    fn read(&mut self, text: &str, shared: &mut Shared) {
        let (call, step, problems) = Call::parse_at(text);
        shared.notice = sentences(&problems);
        self.step = step;
        self.draft.borrow_mut().replace(&call);
        self.call = call;
        self.start(shared);
    }

    /// What was typed is understood, and runs if it is another call.
    fn understand(&mut self, shared: &mut Shared) {
        let call = self.draft.borrow_mut().understand(&self.call);
        if call != self.call || self.walk.run().is_none() {
            self.call = call;
            self.step = self.walk.run().map_or(0, Run::index);
            self.start(shared);
        }
    }

    /// Walks as the call says, asking for the machine first if need be.
    fn start(&mut self, shared: &mut Shared) {
        (self.tally, self.failed, self.waits) = (None, None, None);
        let base = self.call.tables;
        let made = base.made();
        let found = match base {
            Base::File(file) => shared.files.get(file).map(|of| (&of.capture, of.places)),
            _ => made
                .as_ref()
                .or_else(|| shared.captures.get(base.folder()?))
                .map(|capture| (capture, Places::of(base.model()))),
        };
        let Some((capture, places)) = found else {
            self.walk.stop();
            self.waits = base.folder();
            match self.waits {
                Some(folder) => shared.captures.ask(folder),
                None => {
                    self.failed = Some(
                        "The tables are those of a file that is not open here: drop it on the page, then choose it as the machine."
                            .to_owned(),
                    );
                }
            }
            return;
        };
        match self.call.start(&capture.world, &places) {
            Ok((world, actor)) => {
                let mut counted = world.clone();
                self.tally = Some(tally::run(&mut counted, actor.clone(), COUNTED));
                let is_init = self.call.walked() == MmId::INIT_MM;
                let setup = Setup {
                    scenario: &CALLS[usize::from(is_init)],
                    tables: base.tables(),
                    revision: self.call.kernel,
                    lock: self.call.lock,
                    init_lock: self.call.init_lock,
                };
                let runner = Runner::Other(AnyActor::new(actor));
                let start = self.call.range_in(&places).0;
                let grain = self.walk.run().map_or(Grain::default(), Run::grain);
                self.walk.take(Run::of(setup, world, runner, start, grain, self.step), shared);
            }
            Err(error) => {
                self.walk.stop();
                // It may begin with the name of a function.
                self.failed = Some(format!("{error}."));
            }
        }
    }

    fn pressed(&mut self, press: Press, shared: &mut Shared) {
        match press {
            Press::Undo => self.draft.borrow_mut().undo(),
            Press::Redo => self.draft.borrow_mut().redo(),
            Press::Areas => {
                let areas = self.walk.run().map(|run| Call::areas_of(&run.recorded().0.moment(0, 0).world));
                let call = Call { areas, ..self.call.clone() };
                self.draft.borrow_mut().put(Field::Areas, call.text_of(Field::Areas));
            }
            Press::Read => {
                let text = browser::written(WHOLE);
                if text.trim().is_empty() {
                    shared.notice = Some("There is no text yet: paste a call first.".to_owned());
                    return;
                }
                self.draft.borrow_mut().keep();
                return self.read(&text, shared);
            }
            Press::Example(nth) => {
                if let Some((_, text)) = EXAMPLES.get(nth) {
                    self.draft.borrow_mut().keep();
                    return self.read(text, shared);
                }
            }
        }
        self.understand(shared);
    }
}

impl Page for Own {
    fn open(&mut self, hash: &str, shared: &mut Shared) {
        // What is too long for an address leaves there no more than its beginning; so does one that came as a file.
        let is_short = Place::Call.rest(hash) == ("", None);
        if let Some(text) = shared.files.call.take().filter(|_| is_short) {
            return self.read(&text, shared);
        }
        let (call, step, problems) = Call::parse_at(hash);
        let known = self.walk.run().is_some() && (call == self.call || is_short);
        if known && problems.is_empty() {
            shared.notice = None;
            if !is_short {
                self.walk.did(&Deed::GoTo(step), shared);
            }
            return;
        }
        self.read(hash, shared);
    }

    fn did(&mut self, deed: &Deed, shared: &mut Shared) -> bool {
        match *deed {
            Deed::Pressed(Mark::Way(number)) => {
                let press = Press::from_number(number);
                if let Some(press) = press {
                    self.pressed(press, shared);
                }
                press.is_some()
            }
            Deed::Pressed(Mark::Command(Command::Retry)) => {
                self.start(shared);
                true
            }
            // The levels are a view of the page of walks.
            Deed::Pressed(Mark::Command(Command::Levels | Command::Gallery)) => false,
            _ => self.walk.did(deed, shared),
        }
    }

    fn view(&self, shared: &Shared) -> El {
        let draft = self.draft.borrow();
        let seen = Seen {
            texts: draft.texts(),
            wrongs: draft.wrongs(),
            notes: self.call.notes(),
            can: draft.can(),
            failed: self.failed.as_deref(),
            tally: self.tally.as_ref(),
            file: self.call.to_file(),
            is_long: self.call.to_address().is_none(),
        };
        let run = self.walk.run_in(shared);
        composer(shared, &seen, self.waits, run)
    }

    fn link(&self) -> String {
        let Some(mut text) = self.call.to_address() else { return Place::Call.link().to_owned() };
        let step = self.walk.run().map_or(self.step, Run::index);
        if step > 0 {
            let sign = if text.contains('?') { '&' } else { '?' };
            let step = format!("{sign}t={step}");
            // The step is what may be left out of a long one.
            if text.len() + step.len() <= MAX_ADDRESS {
                text.push_str(&step);
            }
        }
        text
    }

    fn shown(&self) -> Option<Shown<'_>> {
        match self.walk.shown()? {
            Shown::Walk { link, run, beside, .. } => {
                Some(Shown::Walk { link, run, beside, call: Some(self.call.to_file()) })
            }
            _ => None,
        }
    }

    fn is_built(&self, shared: &Shared) -> bool {
        self.walk.is_built(shared)
    }

    fn title(&self) -> String {
        format!("{}(), {}", self.call.function.func().name(), self.call.kernel.id())
    }

    fn help(&self, shared: &Shared) -> Option<El> {
        shared.later.map(|later| (later.help)())
    }

    fn takes_focus(&self) -> bool {
        true
    }

    fn pulse(&self) -> Pulse {
        let pulse = self.walk.pulse();
        Pulse { work: pulse.work || self.draft.borrow().is_new(), ..pulse }
    }

    fn work(&mut self, shared: &mut Shared) -> bool {
        if self.draft.borrow().is_new() {
            self.understand(shared);
            return true;
        }
        self.walk.work(shared)
    }

    fn beat(&mut self, shared: &mut Shared) {
        self.walk.beat(shared);
    }

    fn arrived(&mut self, shared: &mut Shared) {
        let is_here = self.waits.is_some_and(|folder| shared.captures.get(folder).is_some());
        if is_here || (matches!(self.call.tables, Base::File(_)) && self.walk.run().is_none()) {
            self.start(shared);
        }
        self.walk.arrived(shared);
    }

    fn drawn(&mut self, root: &Element) {
        self.walk.drawn(root);
        let form = root.query_selector(FORM).ok().flatten();
        if self.heard.as_ref().map(|(of, _)| of) != form.as_ref() {
            self.draft.borrow_mut().show();
            self.heard = form.map(|form| (form.clone(), draft::listen(&form, &self.draft, &self.change)));
        }
        if let Some((form, _)) = &self.heard {
            self.draft.borrow_mut().shown(form);
        }
    }
}
