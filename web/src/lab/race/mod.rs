//! A race, CPU by CPU.
//!
//! | module | what it holds |
//! |---|---|
//! | [`input`] | what a person can do, and how the browser reports it |
//! | [`lanes`] | a lane per CPU |
//! | [`parts`] | what can be chosen, the goal, the search, what just happened, locks |
//! | [`stake`] | the tables at stake |
//! | [`strip`] | the time slider over the schedule, and the branches |

pub mod input;
pub mod lanes;
pub mod parts;
pub mod stake;
pub mod strip;

use explore::Lane;
use gloo_events::EventListener;
use gloo_timers::callback::Timeout;
use narrate::race::{Question, RacePoint, Session, point, words};
use races::{Aim, Choice, Race, RaceLink, first, texts};
use web_sys::Element;
use yew::{Component, Context, Html, NodeRef};

use self::input::{Chosen, Did};
use self::parts::{Answer, Asked};
use super::search::{Pace, Report, Sliced};
use crate::address::{self, Address};
use crate::app;
use crate::browser::{self, Copied};
use crate::el::{Content, el};
use crate::keys::Command;

/// What can happen.
#[derive(Debug)]
pub enum Msg {
    /// A person did something.
    Did(Did),
    /// The search goes on.
    Slice,
    /// The hash was changed by somebody else.
    HashChanged,
    /// Write the address, now that it may be written again.
    WriteAddress,
    /// The link has been copied, or not.
    Copied(Copied),
}

/// A search that runs.
#[derive(Debug)]
struct Running {
    question: Question,
    search: Sliced,
    pace: Pace,
    report: Report,
    /// When it goes on; dropping it is the end.
    next: Timeout,
}

/// A race, CPU by CPU.
#[derive(Debug)]
pub struct RaceLab {
    session: Option<Session>,
    point: Option<RacePoint>,
    notice: Option<String>,
    running: Option<Running>,
    answer: Option<Answer>,
    to_stop: bool,
    copied: bool,
    help: bool,
    address: Address,
    widget: NodeRef,
    listeners: Vec<EventListener>,
}

impl Component for RaceLab {
    type Message = Msg;
    type Properties = ();

    fn create(ctx: &Context<Self>) -> Self {
        let listener = browser::on_hash_change(ctx.link().callback(|()| Msg::HashChanged));
        let mut lab = Self {
            session: None,
            point: None,
            notice: None,
            running: None,
            answer: None,
            to_stop: false,
            copied: false,
            help: false,
            address: Address::default(),
            widget: NodeRef::default(),
            listeners: listener.into_iter().collect(),
        };
        lab.read_address(ctx);
        lab
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        match msg {
            Msg::Did(did) => self.did(ctx, did),
            Msg::Slice => return self.search_on(ctx),
            Msg::HashChanged => {
                if self.address.is_own() {
                    return false;
                }
                self.read_address(ctx);
            }
            Msg::WriteAddress => {
                self.write_address(ctx);
                return false;
            }
            Msg::Copied(Copied::Done) => self.copied = true,
            Msg::Copied(Copied::Refused) => self.notice = Some(app::NOT_COPIED.to_owned()),
        }
        true
    }

    fn rendered(&mut self, ctx: &Context<Self>, first: bool) {
        if let Some(widget) = self.widget.cast::<Element>().filter(|_| first) {
            self.listeners.extend(input::listen(&widget, &ctx.link().callback(Msg::Did)));
            app::focus_slider(&self.widget);
        }
        lanes::show_current(&self.widget);
    }

    fn view(&self, _: &Context<Self>) -> Html {
        let shown = self.session.as_ref().zip(self.point.as_ref());
        let asked = Asked {
            running: self.running.as_ref().map(|running| (running.question, running.report)),
            answer: self.answer.as_ref(),
        };
        el("main.pagewalk.race[tabindex=-1][aria-label=Race lab]")
            .reached_by(self.widget.clone())
            .child(shown.map(|(session, _)| parts::header(session.choice(), self.to_stop, self.copied)))
            .child(parts::notice(self.notice.as_deref()))
            .child(shown.map(|(session, _)| parts::goal(session.choice(), &asked)))
            .child(shown.map(|(session, point)| parts::say(point, session.at())))
            .child(shown.map(|(_, point)| lanes::lanes(&point.lanes)))
            .child(shown.map(|(_, point)| stake::tables(&point.tables)))
            .child(shown.map(|(_, point)| parts::locks(&point.locks)))
            .child(shown.map(|(session, point)| strip::strip(session, point)))
            .child(self.help.then(parts::help))
            .into_html()
    }
}

impl RaceLab {
    /// Opens what the address says, or the nearest thing that works.
    fn read_address(&mut self, ctx: &Context<Self>) {
        let Some((link, problem)) = RaceLink::parse(&browser::hash()) else { return };
        let opened = Session::open(&link);
        let problem = problem.map(|problem| problem.to_string());
        match opened {
            Ok((session, misfit)) => {
                self.session = Some(session);
                self.notice = problem.or_else(|| misfit.map(sentence));
            }
            Err(error) => {
                self.session =
                    Session::new(first(link.choice.race)).or_else(|_| Session::new(first(Race::ALL[0]))).ok();
                self.notice = Some(format!("{error}; it is shown as it is offered first"));
            }
        }
        self.forget_search();
        self.moved(ctx);
    }

    fn write_address(&mut self, ctx: &Context<Self>) {
        let Some(session) = &self.session else { return };
        let link = ctx.link().clone();
        self.address.write(&session.link(), move || link.send_message(Msg::WriteAddress));
    }

    /// The step that is shown has changed.
    fn moved(&mut self, ctx: &Context<Self>) {
        self.point = self.session.as_ref().map(|session| {
            let choice = session.choice();
            point(&session.moment(), choice.revision, texts::of(choice.race))
        });
        self.copied = false;
        self.write_address(ctx);
    }

    fn did(&mut self, ctx: &Context<Self>, did: Did) {
        match did {
            Did::Command(command) => return self.command(ctx, command),
            Did::Choose(Chosen::ToStop(to_stop)) => {
                self.to_stop = to_stop;
                return;
            }
            Did::Choose(chosen) => self.choose(chosen),
            Did::Ask(question) => return self.ask(ctx, question),
            Did::Cancel => return self.forget_search(),
            Did::Way(way) => self.load(way),
            _ => {
                let to_stop = self.to_stop;
                let Some(session) = &mut self.session else { return };
                match did {
                    Did::Step(lane) => step(session, lane, to_stop),
                    Did::StepCpu(cpu) if cpu < session.cpus() => step_at(session, cpu, to_stop),
                    // Its lane comes behind theirs.
                    Did::StepRcu => step_at(session, session.cpus(), to_stop),
                    Did::GoTo(at) => session.go_to(at as usize),
                    Did::Branch(branch) => session.show(branch),
                    _ => {}
                }
            }
        }
        self.moved(ctx);
    }

    fn command(&mut self, ctx: &Context<Self>, command: Command) {
        match command {
            Command::Help => self.help = !self.help,
            Command::Leave if self.help => self.help = false,
            Command::Leave => browser::blur(),
            Command::Dismiss => self.notice = None,
            Command::CopyLink => {
                let Some(session) = &self.session else { return };
                let link = address::full(&session.link());
                ctx.link().send_future(async { Msg::Copied(browser::copy(link).await) });
            }
            _ => {
                let Some(session) = &mut self.session else { return };
                let (at, last) = (session.at(), session.steps().len());
                session.go_to(match command {
                    Command::First => 0,
                    Command::Back => at.saturating_sub(1),
                    Command::Next => at + 1,
                    Command::Last => last,
                    Command::BackTen => at.saturating_sub(10),
                    Command::NextTen => at + 10,
                    Command::PreviousMarker => session.change(false),
                    Command::NextMarker => session.change(true),
                    _ => at,
                });
                self.moved(ctx);
            }
        }
    }

    fn choose(&mut self, chosen: Chosen) {
        let Some(session) = &self.session else { return };
        let Some(choice) = chosen.apply(*session.choice()) else { return };
        match session.with_choice(choice) {
            Ok((session, misfit)) => {
                self.session = Some(session);
                self.notice = misfit.map(sentence);
                self.forget_search();
            }
            Err(error) => self.notice = Some(format!("{error}; the choice is left as it was")),
        }
    }

    fn forget_search(&mut self) {
        self.running = None;
        self.answer = None;
    }

    fn ask(&mut self, ctx: &Context<Self>, question: Question) {
        self.forget_search();
        let Some(session) = &self.session else { return };
        let choice = session.choice();
        match Sliced::new(choice, aim(question, choice)) {
            Ok(search) => {
                let report = search.report();
                self.running =
                    Some(Running { question, search, report, pace: Pace::default(), next: next_slice(ctx) });
            }
            Err(error) => self.notice = Some(error.to_string()),
        }
    }

    /// Searches on for a slice. Returns whether that is worth drawing.
    fn search_on(&mut self, ctx: &Context<Self>) -> bool {
        let Some(running) = &mut self.running else { return false };
        running.report = running.search.run_slice();
        if !running.report.ended {
            running.next = next_slice(ctx);
            return running.pace.is_due();
        }
        let found = running.search.found();
        let (question, report) = (running.question, running.report);
        self.running = None;
        let says = words::answer(question, &found);
        let safe = question == Question::Prove && found.is_safe();
        let open = !found.complete;
        let ways = found.ways.into_iter().map(|(outcomes, way)| (words::outcomes(outcomes), way)).collect();
        self.answer = Some(Answer { question, says, safe, open, report, ways });
        if question == Question::Find {
            self.load(0);
            self.moved(ctx);
        }
        true
    }

    /// Shows a way that a search found, from its start.
    fn load(&mut self, way: usize) {
        let found = self.answer.as_ref().and_then(|answer| answer.ways.get(way));
        if let (Some((_, schedule)), Some(session)) = (found, &mut self.session)
            && let Err(error) = session.load(schedule)
        {
            self.notice = Some(error.to_string());
        }
    }
}

fn step(session: &mut Session, lane: Lane, to_stop: bool) {
    if to_stop {
        session.step_to_stop(lane);
    } else {
        session.step(lane);
    }
}

/// The same, of the lane at a place.
fn step_at(session: &mut Session, place: usize, to_stop: bool) {
    if let Some(lane) = Lane::new(place) {
        step(session, lane, to_stop);
    }
}

fn aim(question: Question, choice: &Choice) -> Aim {
    match question {
        Question::Find => Aim::Only(texts::of(choice.race).aim),
        Question::Prove => Aim::Everything,
    }
}

/// Not at once: the browser draws and listens in between.
fn next_slice(ctx: &Context<RaceLab>) -> Timeout {
    let link = ctx.link().clone();
    Timeout::new(0, move || link.send_message(Msg::Slice))
}

/// What is wrong, as a sentence that stands alone.
fn sentence(problem: String) -> String {
    problem + "."
}
