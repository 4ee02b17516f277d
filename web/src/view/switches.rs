//! A race that a person composes: what was asked and what came out, the switches beside the scripts, the fixes, and the run.

use narrate::race::words::count;
use races::compose::{Change, NoSense, SWITCHES, Switch};
use races::{ASSUMES, Composition, Fix, Found};

use super::header::{actions, header, messages};
use super::race::choices::{choices, lock, rule};
use super::race::fixes::fixes;
use super::race::lanes::sign;
use super::{button, cited};
use crate::el::{El, el};
use crate::keys::Keys;
use crate::marks::{Command, Mark};
use crate::search::Report;
use crate::shared::Shared;

/// What a button asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Press {
    /// A position of a switch, counted through all switches.
    Position(usize),
    /// A line, from 1, goes into the lock or out of it.
    Line(u8),
    /// All as the kernel has it.
    AsInTheKernel,
}

/// Numbers of lines begin here.
const LINES: u32 = 100;

/// The number of what remains.
const KERNEL: u32 = 1000;

impl Press {
    /// The number that its mark has.
    pub const fn number(self) -> u32 {
        match self {
            Self::Position(at) => at as u32,
            Self::Line(line) => LINES + line as u32,
            Self::AsInTheKernel => KERNEL,
        }
    }

    /// What a number stands for.
    pub fn from_number(number: u32) -> Self {
        match number {
            KERNEL.. => Self::AsInTheKernel,
            LINES.. => Self::Line(u8::try_from(number - LINES).unwrap_or(u8::MAX)),
            _ => Self::Position(number as usize),
        }
    }

    fn button(self) -> El {
        el("button[type=button]").does(Mark::Way(self.number()))
    }
}

/// What is seen of a composition.
#[derive(Debug)]
pub struct Seen<'a> {
    /// What is composed.
    pub of: &'a Composition,
    /// What came out.
    pub found: Option<&'a Result<Found, NoSense>>,
    /// How far the search is, as long as it runs.
    pub searching: Option<Report>,
    /// Why it would make no sense with a switch turned, for each position of each.
    pub forbidden: &'a [Option<String>],
    /// The fix that was asked for.
    pub fix: Option<&'static Fix>,
    /// What came of copying.
    pub copied: &'a str,
    /// How far a press steps a CPU.
    pub to_stop: bool,
}

/// The whole page; `run` is what shows the race, step by step.
pub fn page(shared: &Shared, seen: &Seen<'_>, run: [Option<El>; 6]) -> El {
    let (choice, top) = (&seen.of.choice, &shared.top);
    let fixes = fixes(choice.race.id, seen.fix, &seen.of.to_string());
    let sections = [Some(asked(seen)), Some(sides(seen)), Some(el("div.run").children(run)), fixes];
    el("main.pagewalk.race.switches[tabindex=-1][aria-label=A race of your own]")
        .attr("data-keys", Keys::Race.name())
        .child(header(top, Some(choices(choice, seen.to_stop)), Some(actions(top, None))))
        .child(messages(shared, None, None, None))
        .children(sections)
}

/// What was asked, what came out, and what that stands on.
fn asked(seen: &Seen<'_>) -> El {
    let of = seen.of;
    let (class, badge, title) = match seen.found {
        None => (".unsure", "…", "Searching"),
        Some(Err(_)) => (".unsure", "–", "This makes no sense"),
        Some(Ok(found)) if found.is_safe() && of.choice.absent().is_some() => {
            (".unsure", "–", "This does not happen")
        }
        Some(Ok(found)) if found.is_safe() => (".safe", "✓", "Safe"),
        Some(Ok(found)) if !found.complete => (".unsure", "?", "Not known"),
        Some(Ok(_)) => (".unsafe", "✗", "Not safe"),
    };
    let says = match seen.found {
        Some(found) => of.sentence(found),
        None => [&*of.question(), ": every order of the steps is being tried."].concat(),
    };
    let states = seen.searching.map(|report| {
        el("span[aria-hidden=true]").child(count(u64::from(report.states), "state")).child(" seen")
    });
    let assumes = ASSUMES.iter().map(|says| el("li").child(*says));
    el("section.asked[aria-labelledby=asked]")
        .child(el("p.intro").child(
            "What if one thing were different? Turn a switch below, or move a line into a lock or out of it. Every order of the steps of \
             both CPUs is then searched again.",
        ))
        .child(
            el("h2[id=asked]")
                .with(class)
                .child(el("span.badge[aria-hidden=true]").child(badge))
                .child(title),
        )
        .child(el("p.says[role=status]").child(says))
        .child(cited(el("p.unlike-kernel"), &of.unlike()))
        .child(
            el("p.buttons")
                .child(
                    button(Command::CopyText)
                        .when(seen.found.is_none(), "[disabled]")
                        .child("Copy this for a mail"),
                )
                .child(Press::AsInTheKernel.button().child("All as in the kernel"))
                .child(el("span.copied[role=status]").child(seen.copied))
                .child(states),
        )
        .child(
            el("details.assumes")
                .child(el("summary").child("What the search assumes"))
                .child(el("ul").children(assumes)),
        )
}

/// The switches: those of the CPU that walks, and those of the other one beside its lines.
fn sides(seen: &Seen<'_>) -> El {
    let choice = &seen.of.choice;
    let names: Vec<&'static str> = choice
        .start()
        .map(|state| state.cpus().iter().map(|cpu| cpu.script().name).collect())
        .unwrap_or_default();
    let head = |cpu: usize, does: &'static str| {
        let name = names.get(cpu).map(|name| el("code").child(*name).child("()"));
        el("h3").child(sign(cpu)).child(["CPU 0: ", "CPU 1: "][cpu]).child(name).child(does)
    };
    let of_lock = lock(choice).map(|list| {
        el("div.switch")
            .child(list)
            .child(el("p.about").child("The lock of the mm whose tables are walked (mmap_lock)."))
    });
    let own = choice.rule == seen.of.kernels_own().rule;
    let of_rule = rule(choice).map(|list| {
        el("div.switch").when(!own, ".unlike").child(list).child(differs(!own)).child(
            el("p.about")
                .child("What the other CPU does, and under which lock, before anything is switched."),
        )
    });
    let mut number = 0;
    let mut groups = [Vec::new(), Vec::new()];
    for of in &SWITCHES {
        let forbidden = seen.forbidden.get(number..).unwrap_or_default();
        groups[usize::from(!of.walker)].push(group(of, number, forbidden, seen.of));
        number += of.positions.len();
    }
    let [walker, other] = groups;
    el("section.sides[aria-labelledby=sides]")
        .child(el("h2[id=sides]").child("Switches"))
        .child(el("div.side").child(head(0, " walks")).child(of_lock).children(walker))
        .child(
            el("div.side")
                .child(head(1, " changes the tables"))
                .child(of_rule)
                .child(lines(seen.of))
                .children(other),
        )
}

/// What marks a difference to the kernel's own rule.
fn differs(on: bool) -> Option<El> {
    on.then(|| el("span.differs").child("not as in the kernel"))
}

/// A switch, whose first position has this number.
fn group(of: &Switch, number: usize, forbidden: &[Option<String>], composed: &Composition) -> El {
    let depends = matches!(of.positions[0].0, Change::Mode(_) | Change::Try(_));
    let off = depends && composed.switches.guard.is_none();
    let unlike = !off && !depends && !composed.stands(of.positions[0].0);
    let positions = of.positions.iter().enumerate().map(|(at, &(change, title))| {
        let pressed = composed.stands(change);
        let why = forbidden.get(at).and_then(Option::as_deref).filter(|_| !off);
        let shown = Press::Position(number + at)
            .button()
            .attr("aria-pressed", if pressed { "true" } else { "false" })
            .when(off, "[disabled]")
            .child(title);
        match why {
            Some(why) => shown.with(".senseless").attr("title", why),
            None => shown,
        }
    });
    el("div.switch[role=group]")
        .attr("aria-label", of.title)
        .when(unlike, ".unlike")
        .child(el("p.name").child(of.title).child(differs(unlike)))
        .child(el("div.positions[data-group]").children(positions))
        .child(el("p.about").child(of.about))
}

/// The lines of the other CPU, each of which goes into the lock and out of it.
fn lines(of: &Composition) -> El {
    let lines = of.lines().unwrap_or_default();
    let held = of.switches.guard.map(|guard| guard.lock.name());
    let each = lines.iter().zip(1u8..).map(|(line, number)| {
        let (inside, gone) = (of.stands(Change::Line(number)), of.leaves_out(line));
        let note = match (gone, held) {
            (true, _) => Some("left out".to_owned()),
            (false, Some(lock)) if inside => Some(format!("inside {lock}")),
            _ => None,
        };
        el("li")
            .class(["", "in-1", "in-2", "in-3"][usize::from(line.depth).min(3)])
            .when(inside, ".inside-lock")
            .when(gone, ".gone")
            .child(
                Press::Line(number)
                    .button()
                    .attr("aria-pressed", if inside { "true" } else { "false" })
                    .child(el("span.number").child(u32::from(number)))
                    .child(el("code").child(line.text))
                    .child(note.map(|note| el("span.note").child(note))),
            )
    });
    el("div.lines")
        .child(el("p.about").child(
            "Its lines, in the kernel\u{2019}s words. Press one to move it into a lock, or out of it.",
        ))
        .child(el("ol[data-group][aria-label=Lines of CPU 1]").children(each))
}
