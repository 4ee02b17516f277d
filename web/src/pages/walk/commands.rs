//! What a person can do with a walk.

use scenario::link::View;

use super::{Picked, Walk};
use crate::marks::{Command, Mark};
use crate::run::Run;
use crate::shared::Shared;

impl Walk {
    pub(super) fn command(&mut self, command: Command, shared: &mut Shared) -> bool {
        match command {
            Command::Leave | Command::Levels if self.link.view == View::Levels => self.show(View::Step),
            Command::Levels => {
                shared.more.ask();
                self.show(View::Levels);
            }
            Command::Leave if self.gallery => self.gallery = false,
            Command::Gallery => {
                self.gallery = !self.gallery;
                shared.more.ask();
            }
            Command::Help => shared.more.ask(),
            Command::Why => {
                shared.more.ask();
                let index = self.run.as_ref().map(Run::index);
                // Asked once more it is said once more: what was said goes in between.
                self.asks = if self.asks == index { None } else { index };
            }
            Command::Alone => self.machine_before = None,
            Command::Play if self.run.is_some() => self.play(shared),
            Command::Retry => self.start(shared),
            _ => {
                let Some(run) = &self.run else { return false };
                let (at, last) = (run.index(), run.len() - 1);
                let index = match (command, command.step(at, last)) {
                    (_, Some(index)) => Some(index),
                    (Command::PreviousMarker, _) => run.marker(self.filter, false),
                    (Command::NextMarker, _) => run.marker(self.filter, true),
                    _ => return false,
                };
                self.playing = false;
                if let Some(index) = index {
                    self.go_to(index, shared);
                }
            }
        }
        true
    }

    fn show(&mut self, view: View) {
        self.playing = false;
        self.link.view = view;
        if let Some(missing) = &mut self.missing {
            missing.view = view;
        }
    }

    fn play(&mut self, shared: &mut Shared) {
        self.playing = !self.playing;
        if self.playing
            && let Some(run) = &mut self.run
            && run.index() + 1 >= run.len()
        {
            run.go_to(0);
            self.moved(shared);
        }
    }

    pub(super) fn pick(&mut self, picked: Picked, shared: &mut Shared) {
        let setup = &mut self.link.setup;
        match picked {
            // The same step elsewhere is what one wants to see next.
            Picked::Machine(tables) => setup.tables = tables,
            Picked::Kernel(revision) => setup.revision = revision,
            Picked::Lock(held) => setup.lock = held,
            Picked::InitLock(held) => setup.init_lock = held,
            Picked::Grain(grain) => {
                self.link.grain = grain;
                if let Some(run) = &mut self.run {
                    run.set_grain(grain);
                    self.moved(shared);
                }
                return;
            }
            Picked::Speed(speed) => {
                self.speed = speed;
                return;
            }
        }
        self.missing = None;
        if let Some(run) = self.run.take() {
            self.before.get_or_insert(run);
        }
        match &mut self.awaited {
            Some(awaited) => awaited.picks.push(picked),
            None => self.start(shared),
        }
    }

    /// Goes to the next step of what was pressed. Returns whether that is something in a walk.
    pub(super) fn jump(&mut self, mark: Mark, shared: &mut Shared) -> bool {
        let Some(run) = &self.run else { return false };
        let index = match mark {
            Mark::Level(level) => run.next_at_level(level),
            Mark::Slots(level, first, last) => run.next_at_slot(level, first, last),
            Mark::Line(line) => run.next_at_line(&run.point().listing, line),
            Mark::DumpLine(line) => run.step_of_dump_line(line),
            _ => return false,
        };
        match index {
            Some(index) => self.go_to(index, shared),
            None => shared.notice = Some("This run has no step there.".to_owned()),
        }
        true
    }
}
