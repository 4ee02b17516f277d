//! Stepping the CPUs of a race, whatever race it is.

use explore::Lane;
use narrate::race::{RacePoint, Session};

use crate::el::El;
use crate::marks::{Command, Deed, Mark};
use crate::pages::Shown;
use crate::view::race::{lanes, outcome, queues, stake, strip};

/// From step to step while it plays.
const STEP_MS: u32 = 700;

/// Who steps a race, and where.
#[derive(Debug, Default)]
pub struct Player {
    /// The race with its branches, if it could be set up.
    pub session: Option<Session>,
    /// The step that is shown.
    pub point: Option<RacePoint>,
    /// Whether a press steps to the next stop, instead of one atomic action.
    pub to_stop: bool,
    /// Whether it steps by itself.
    pub playing: bool,
    /// The step whose reason is read out.
    asks: Option<usize>,
}

impl Player {
    /// The step that is shown may be another one.
    pub fn moved(&mut self) {
        self.point = self.session.as_ref().map(Session::point);
    }

    /// What is shown, for whoever takes it away.
    pub fn shown(&self) -> Option<Shown<'_>> {
        let (session, point) = self.session.as_ref().zip(self.point.as_ref())?;
        Some(Shown::Race { session, point })
    }

    /// Steps as a person wants, who has stopped it if it `played`. Returns whether it knows that deed.
    pub fn did(&mut self, deed: &Deed, played: bool) -> bool {
        let to_stop = self.to_stop;
        let Some(session) = &mut self.session else { return false };
        match *deed {
            Deed::Pressed(Mark::Command(command)) => return self.command(command, played),
            Deed::Pressed(Mark::Lane(lane)) => step(session, lane as usize, to_stop),
            // RCU's lane comes behind those of the CPUs.
            Deed::Digit(0) => step(session, session.cpus(), to_stop),
            Deed::Digit(digit) if digit as usize <= session.cpus() => {
                step(session, digit as usize - 1, to_stop);
            }
            Deed::GoTo(at) => session.go_to(at as usize),
            Deed::Pressed(Mark::Branch(branch)) => session.show(branch as usize),
            _ => return false,
        }
        self.moved();
        true
    }

    fn command(&mut self, command: Command, played: bool) -> bool {
        let Some(session) = &mut self.session else { return false };
        let at = session.at();
        let step = command.step(at as u32, session.steps().len() as u32);
        session.go_to(match (command, step) {
            (Command::Play, _) => {
                self.play(played);
                return true;
            }
            (Command::Why, _) => {
                self.asks = if self.asks == Some(at) { None } else { Some(at) };
                return true;
            }
            (_, Some(step)) => step as usize,
            (Command::PreviousMarker, _) => session.change(false),
            (Command::NextMarker, _) => session.change(true),
            _ => return false,
        });
        self.moved();
        true
    }

    /// Plays the branch, from its start if it is at its end; or pauses.
    fn play(&mut self, played: bool) {
        let Some(session) = &mut self.session else { return };
        self.playing = !played && !session.steps().is_empty();
        if self.playing && session.at() == session.steps().len() {
            session.go_to(0);
            self.moved();
        }
    }

    /// How often it has to be told that time has passed.
    pub fn pulse(&self) -> Option<u32> {
        self.playing.then_some(STEP_MS)
    }

    /// Time has passed.
    pub fn beat(&mut self) {
        let Some(session) = &mut self.session else { return };
        session.go_to(session.at() + 1);
        self.playing = session.at() < session.steps().len();
        self.moved();
    }

    /// The step that is shown, and the controls.
    pub fn pieces(&self) -> [Option<El>; 6] {
        let shown = self.session.as_ref().zip(self.point.as_ref());
        [
            shown.and_then(|(session, point)| outcome::outcome(point, session)),
            shown.map(|(session, point)| outcome::say(point, session.at(), self.asks == Some(session.at()))),
            shown.map(|(_, point)| lanes::lanes(&point.lanes)),
            shown.map(|(_, point)| stake::tables(&point.tables)),
            shown.map(|(_, point)| queues::locks(&point.locks)),
            shown.map(|(session, point)| strip::strip(session, point, self.playing)),
        ]
    }
}

/// Steps the lane at this place.
fn step(session: &mut Session, place: usize, to_stop: bool) {
    let Some(lane) = Lane::new(place) else { return };
    if to_stop {
        session.step_to_stop(lane);
    } else {
        session.step(lane);
    }
}
