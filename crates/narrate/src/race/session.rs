//! A person at a race: where they are, and the branches that they have tried.

use explore::{Lane, Schedule};
use races::link::with_run;
use races::{Choice, NotThere, RaceLink, State};

use super::decided::{self, Decided};
use super::tape::{Moment, Tape, act};
use super::{LaneLine, RacePoint, point, words};
use crate::mark::{self, Part};

/// Most actions that are taken together as one stop: more than any stop has.
const MOST_ACTIONS: usize = 64;

/// A race with every choice made, at some step of one of its branches.
#[derive(Clone, Debug)]
pub struct Session {
    choice: Choice,
    /// What is different from what the choice says, if anything is.
    unlike: Option<Unlike>,
    branches: Vec<Branch>,
    current: usize,
    at: usize,
}

/// What is different about a race that is not one of the library's.
#[derive(Clone, Debug)]
pub struct Unlike {
    /// The state before anybody has moved.
    pub start: State,
    /// The same in the kernel, whose lines are not marked.
    pub own: State,
    /// The address, without who moves.
    pub address: String,
    /// The most bytes that it may have with that.
    pub most: usize,
}

#[derive(Clone, Debug)]
struct Branch {
    tape: Tape,
    origin: Origin,
}

/// Where a branch comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Origin {
    /// The first one.
    Start,
    /// Another CPU was chosen in this branch, after so many steps.
    Forked(usize, usize),
    /// A search found it.
    Found,
}

/// A branch in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BranchView {
    /// "branch 2"
    pub name: String,
    /// "forked from branch 1 at step 7, 31 steps"
    pub about: String,
    /// What goes wrong in it, if anything does.
    pub wrong: Option<String>,
    /// Whether it is the one that is shown.
    pub current: bool,
}

impl Session {
    /// A race before anybody has moved.
    ///
    /// # Errors
    /// [`NotThere`] when the race does not happen on the chosen machine, or not in the chosen kernel. Links never choose such.
    pub fn new(choice: Choice) -> Result<Self, NotThere> {
        Ok(Self::at_tape(choice, Tape::new(&choice)?, 0))
    }

    /// What a link says, and what of it does not fit.
    ///
    /// # Errors
    /// [`NotThere`] when the race does not happen on the chosen machine, or not in the chosen kernel. Links never choose such.
    pub fn open(link: &RaceLink) -> Result<(Self, Option<String>), NotThere> {
        let (tape, problem) = Tape::of(&link.choice, &link.schedule)?;
        Ok((Self::at_tape(link.choice, tape, link.step as usize), problem))
    }

    fn at_tape(choice: Choice, tape: Tape, at: usize) -> Self {
        let at = at.min(tape.steps().len());
        Self { choice, unlike: None, branches: vec![Branch { tape, origin: Origin::Start }], current: 0, at }
    }

    /// A race of which something is different from what its choice says: it begins in another state, and has an address of its own.
    /// Also what of the schedule does not fit.
    pub fn unlike(choice: Choice, of: Unlike, schedule: &Schedule, step: u32) -> (Self, Option<String>) {
        let (tape, problem) = Tape::along(of.start.clone(), schedule);
        let session = Self::at_tape(choice, tape, step as usize);
        (Self { unlike: Some(of), ..session }, problem)
    }

    /// The same branch of the same race with another choice, as far as it goes there; and why not further. Another race starts
    /// anew.
    ///
    /// # Errors
    /// [`NotThere`] when the race does not happen on the chosen machine, or not in the chosen kernel. Links never choose such.
    pub fn with_choice(&self, choice: Choice) -> Result<(Self, Option<String>), NotThere> {
        if choice.race != self.choice.race {
            return Ok((Self::new(choice)?, None));
        }
        Self::open(&RaceLink { choice, ..self.link() })
    }

    /// The choices.
    pub const fn choice(&self) -> &Choice {
        &self.choice
    }

    /// The link to the step that is shown.
    pub fn link(&self) -> RaceLink {
        let schedule: Schedule = self.steps().iter().copied().collect();
        RaceLink { choice: self.choice, schedule, step: self.at as u32 }
    }

    /// The step that is shown. Lines that the kernel's own script does not have there are marked where something is different.
    pub fn point(&self) -> RacePoint {
        let mut shown = point(&self.moment(), self.choice.revision, self.choice.race);
        let Some(unlike) = &self.unlike else { return shown };
        for (lane, own) in shown.lanes.iter_mut().zip(unlike.own.cpus()) {
            let own: Vec<&str> = own.script().lines.iter().map(|line| line.text).collect();
            mark_added(&mut lane.lines, &own);
        }
        if self.at == 0 {
            "No CPU has moved yet: step one.".clone_into(&mut shown.sentence);
        }
        shown
    }

    /// The address of a step of the branch, behind the `#`.
    pub fn address(&self, step: usize) -> String {
        let link = RaceLink { step: step as u32, ..self.link() };
        match &self.unlike {
            None => link.to_string(),
            Some(of) => with_run(of.address.clone(), &link.schedule, link.step, of.most),
        }
    }

    fn tape(&self) -> &Tape {
        &self.branches[self.current].tape
    }

    /// How many CPUs take part.
    pub fn cpus(&self) -> usize {
        self.tape().cpus()
    }

    /// Who moves at each step of the branch.
    pub fn steps(&self) -> &[Lane] {
        self.tape().steps()
    }

    /// The step at which something goes wrong in the branch, from 1, if anything does.
    pub fn fatal(&self) -> Option<usize> {
        self.tape().fatal()
    }

    /// Where the branch is decided, if something goes wrong in it.
    pub fn decided(&self) -> Option<Decided> {
        decided::decided(self.tape())
    }

    /// Number of steps taken where it stands.
    pub const fn at(&self) -> usize {
        self.at
    }

    /// The moment of the step that is shown.
    pub fn moment(&self) -> Moment {
        self.moment_at(self.at)
    }

    /// The moment of a step of the branch.
    pub fn moment_at(&self, step: usize) -> Moment {
        self.tape().moment(step)
    }

    /// Shows a step, or the last one.
    pub fn go_to(&mut self, at: usize) {
        self.at = at.min(self.steps().len());
    }

    /// Shows the step of a link to this race with these choices, if one of the branches begins like the link's; the one that is shown
    /// already, if it does. Returns whether there is one.
    pub fn follow(&mut self, link: &RaceLink) -> bool {
        link.choice == self.choice && self.follow_run(&link.schedule, link.step)
    }

    /// The same of a link whose choices are known to be these.
    pub fn follow_run(&mut self, schedule: &Schedule, step: u32) -> bool {
        let begins = |branch: &Branch| branch.tape.steps().starts_with(schedule.steps());
        let found = if begins(&self.branches[self.current]) {
            Some(self.current)
        } else {
            self.branches.iter().position(begins)
        };
        let Some(found) = found else { return false };
        self.current = found;
        self.go_to((step as usize).min(schedule.len()));
        true
    }

    /// The next step at which another lane moves than at the one before, forwards or backwards; else the end.
    pub fn change(&self, on: bool) -> usize {
        let steps = self.steps();
        let changes = |&at: &usize| steps[at - 1] != steps[at];
        if on {
            (self.at + 1..steps.len()).find(changes).unwrap_or(steps.len())
        } else {
            (1..self.at).rev().find(changes).unwrap_or(0)
        }
    }

    /// Takes one step of a lane from where it stands: along the branch if it goes on like this, else along another one that
    /// does, else along a new one. Nothing happens if the lane cannot move.
    pub fn step(&mut self, lane: Lane) -> bool {
        let at = self.at;
        let goes_on = |branch: &Branch| branch.tape.steps().get(at) == Some(&lane);
        if !goes_on(&self.branches[self.current]) {
            let here = &self.steps()[..at];
            let other = self.branches.iter().position(|of| of.tape.steps().starts_with(here) && goes_on(of));
            if let Some(other) = other {
                self.current = other;
            } else if at == self.steps().len() {
                if !self.branches[self.current].tape.push(lane) {
                    return false;
                }
            } else {
                let mut tape = self.tape().cut(at);
                if !tape.push(lane) {
                    return false;
                }
                self.branches.push(Branch { tape, origin: Origin::Forked(self.current, at) });
                self.current = self.branches.len() - 1;
            }
        }
        self.at = at + 1;
        true
    }

    /// Steps a lane to its next stop: on over the actions that only lead to one.
    pub fn step_to_stop(&mut self, lane: Lane) -> bool {
        let mut state = self.tape().state(self.at);
        let mut moved = false;
        for _ in 0..MOST_ACTIONS {
            if !self.step(lane) {
                break;
            }
            moved = true;
            let event = act(&mut state, lane);
            let leads = event.is_some_and(|event| mark::part(&event, &state.world, true) == Part::Leads);
            if !leads || self.fatal() == Some(self.at) {
                break;
            }
        }
        moved
    }

    /// Shows what a search has found, from its start.
    pub fn load(&mut self, schedule: &Schedule) {
        let known = self.branches.iter().position(|of| of.tape.steps() == schedule.steps());
        self.current = if let Some(known) = known {
            known
        } else {
            let (tape, _) = Tape::along(self.tape().state(0), schedule);
            // In place of the first branch as long as nobody has moved in it.
            if self.branches.len() == 1 && self.steps().is_empty() {
                self.branches.clear();
            }
            self.branches.push(Branch { tape, origin: Origin::Found });
            self.branches.len() - 1
        };
        self.at = 0;
    }

    /// Shows a branch, at the same step or its last one.
    pub fn show(&mut self, branch: usize) {
        if branch < self.branches.len() {
            self.current = branch;
            self.at = self.at.min(self.steps().len());
        }
    }

    /// All branches, oldest first.
    pub fn branches(&self) -> impl Iterator<Item = BranchView> {
        self.branches.iter().enumerate().map(|(index, branch)| {
            let steps = words::count(branch.tape.steps().len() as u64, "step");
            let about = match branch.origin {
                Origin::Start => steps,
                Origin::Forked(from, at) => format!("forked from branch {} at step {at}, {steps}", from + 1),
                Origin::Found => format!("found by the search, {steps}"),
            };
            let wrong = branch.tape.fatal().map(|at| {
                let outcomes = super::tape::outcomes(&branch.tape.state(at));
                format!("{} at step {at}", words::outcomes(outcomes))
            });
            BranchView { name: format!("branch {}", index + 1), about, wrong, current: index == self.current }
        })
    }
}

/// Marks the lines that have no counterpart in the kernel's own: those outside a longest common subsequence.
fn mark_added(lines: &mut [LaneLine], own: &[&str]) {
    // Of what is left of both, how many lines are common at most.
    let width = own.len() + 1;
    let mut common = vec![0u16; (lines.len() + 1) * width];
    for at in (0..lines.len()).rev() {
        for of in (0..own.len()).rev() {
            let (down, right) = (common[(at + 1) * width + of], common[at * width + of + 1]);
            let both = common[(at + 1) * width + of + 1] + 1;
            common[at * width + of] = if lines[at].text == own[of] { both } else { down.max(right) };
        }
    }
    let mut of = 0;
    for at in 0..lines.len() {
        while of < own.len()
            && lines[at].text != own[of]
            && common[at * width + of + 1] >= common[(at + 1) * width + of]
            && common[at * width + of + 1] == common[at * width + of]
        {
            of += 1;
        }
        let is_own = own.get(of) == Some(&lines[at].text);
        lines[at].added = !is_own;
        of += usize::from(is_own);
    }
}
