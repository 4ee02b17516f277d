//! `pagewalk race LINK`.

use std::io::{self, Write};

use explore::Lane;
use narrate::race::{Tape, point};
use races::compose::{ComposeProblem, NoSense};
use races::fixes::NoFix;
use races::{Composition, Fix, Found, OUTCOMES, RaceLink, RaceLinkProblem, State};
use serde_json::{Value, json};

use crate::files::output;
use crate::outcome::{Exit, Failure};

/// Search a race: can a walk go wrong beside what another CPU does?
///
/// LINK is the address of a race on the page, a fix (a CVE, or a commit), or a composition: a race with some lines inside another lock, other ways to free tables, other
/// surroundings. Every order of the steps is tried. Printed are the question with its answer in a sentence, the lines of the other CPU with
/// the numbers that a guard counts, and the shortest order in which something goes wrong, step by step.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
A composition: v1/compose/RACE/MACHINE/KERNEL?SWITCH=VALUE&…, where everything behind RACE may be missing.
  lock=none|read|write            how the walker holds the lock of the mm that it walks
  rule=NAME                       which of the race's rules the CPUs follow; without it that of KERNEL, and without KERNEL the rule that the race is offered with
  guard=LOCK-MODE[:try]:FROM-TO   these lines of the other CPU stand inside this lock: init, mm or hotplug, read or write
  without=LOCK                    the other CPU never takes this lock
  frees=now|rcu|batch             when it frees tables
  rcu=all                         the whole walk is in an RCU read section
  hotplug=yes|no                  whether the walker holds mem_hotplug_lock
  around=owns|inside-hotplug      what the walker's caller guarantees
  reads=once|repeated|merged      a walk reads each entry once; or what a compiler may make of code that reads an entry once (GUP-fast, fault-around): it reads again, or not again
  must=show-whole                 a dump has to show the tables before the other CPU's change or those after it
  s=WHO, t=STEP                   who moves at each step (a: CPU 0, b: CPU 1, …; b4 is four times), and which step the page shows; they change no answer

Examples:
  pagewalk race 'v1/race/munmap/x86_64-4level/v6.17?lock=read'
  pagewalk race 'v1/compose/huge-vmap/x86_64-4level/v7.3?lock=write&rule=nothing&guard=init-read:try:2-4'
  pagewalk race 'v1/compose/hot-remove/arm64-4k-48/v7.3?rule=no-hotplug&around=owns' --json
  pagewalk race CVE-2026-31456

Exit codes: 0 safe, or it does not happen in that kernel, 1 something can go wrong or the search met its limit, 2 wrongly asked (what could be understood is answered).")]
pub(crate) struct Args {
    /// The address of a race or a composition; what stands before a `#` is left aside.
    #[arg(value_name = "LINK")]
    link: String,
    /// For a program.
    #[arg(long)]
    json: bool,
}

/// What was asked, and what came out.
struct Answer {
    /// The fix that was asked for.
    fix: Option<&'static Fix>,
    of: Composition,
    /// Why it does not happen in the kernel that was asked for; another one is shown.
    absent: Option<&'static str>,
    problems: Vec<String>,
    wrong: bool,
    found: Result<Found, NoSense>,
    /// The steps of the shortest way: who moves, and what is said of it.
    steps: Vec<(char, String)>,
}

impl Args {
    pub(crate) fn run(&self) -> Result<Exit, Failure> {
        let link = self.link.split_once('#').map_or(self.link.as_str(), |(_, link)| link);
        let fix = named(link)?;
        let asked = fix.map_or_else(|| link.to_owned(), |fix| composition(fix.before));
        let Read { of, absent, problems, wrong } = read(&asked).ok_or_else(|| {
            Failure::Asked(format!(
                "\u{201c}{link:.60}\u{201d} is neither the address of a race (v1/race/munmap) nor a composition (v1/compose/munmap), nor one of these fixes: {}",
                fixes()
            ))
        })?;
        let found = of.search();
        let steps =
            found.as_ref().ok().and_then(|found| steps(&of, &of.start().ok()?, found)).unwrap_or_default();
        let answer = Answer { fix, of, absent, problems, wrong, found, steps };
        let mut out = output();
        if self.json {
            writeln!(out, "{:#}", answer.json())?;
        } else {
            answer.text(&mut out)?;
        }
        out.flush()?;
        Ok(answer.exit())
    }
}

/// The fix that is asked for by its name alone, or as `v1/race?cve=NAME`.
fn named(link: &str) -> Result<Option<&'static Fix>, Failure> {
    match Fix::asked(link) {
        Some(Ok(fix)) => Ok(Some(fix)),
        Some(Err(NoFix(id))) => Err(Failure::Asked(format!(
            "\u{201c}{id:.40}\u{201d} is none of the fixes whose race is known: {}",
            fixes()
        ))),
        None => Ok(Fix::named(link)),
    }
}

fn fixes() -> String {
    let names = races::fixes().flat_map(|fix| fix.cve.into_iter().chain([fix.commit]));
    names.collect::<Vec<_>>().join(", ")
}

fn composition(text: &str) -> String {
    format!("v1/compose/{text}")
}

/// The sentence about a composition of ours.
fn sentence(text: &str) -> String {
    read(&composition(text)).map_or_else(String::new, |read| read.of.sentence(&read.of.search()))
}

/// What a link says.
struct Read {
    of: Composition,
    absent: Option<&'static str>,
    problems: Vec<String>,
    /// Whether it was wrongly asked: a kernel that has a nearest row, or that does not have the race, is no mistake.
    wrong: bool,
}

fn read(link: &str) -> Option<Read> {
    let (of, problems) = if let Some(read) = Composition::parse(link) {
        read
    } else {
        let (link, problems) = RaceLink::parse(link)?;
        (Composition::of(link.choice), problems.into_iter().map(ComposeProblem::Race).collect())
    };
    let absent = problems.iter().find_map(|problem| match problem {
        ComposeProblem::Race(RaceLinkProblem::Absent(_, _, why, _)) => Some(*why),
        _ => None,
    });
    let is_note = |problem: &ComposeProblem| {
        matches!(problem, ComposeProblem::Race(RaceLinkProblem::Absent(..) | RaceLinkProblem::Release(..)))
    };
    let wrong = !problems.iter().all(is_note);
    Some(Read { of, absent, problems: problems.iter().map(ToString::to_string).collect(), wrong })
}

/// The shortest way to anything that goes wrong, told step by step.
fn steps(of: &Composition, start: &State, found: &Found) -> Option<Vec<(char, String)>> {
    let mut tape = Tape::from_state(start.clone());
    let tell = |(at, &lane): (usize, &Lane)| {
        tape.push(lane);
        let said = point(&tape.moment(at + 1), of.choice.revision, of.choice.race).sentence;
        (lane.letter(), said)
    };
    Some(found.shortest()?.steps().iter().enumerate().map(tell).collect())
}

impl Answer {
    fn exit(&self) -> Exit {
        match &self.found {
            _ if self.wrong => Exit::NotReadable,
            _ if self.absent.is_some() => Exit::Read,
            Err(_) => Exit::NotReadable,
            Ok(found) if found.is_safe() => Exit::Read,
            Ok(_) => Exit::Findings,
        }
    }

    /// Why there is no verdict, or no race.
    fn why(&self) -> Option<String> {
        let absent = self.absent.or_else(|| self.of.choice.absent().filter(|_| self.is_safe()));
        absent.map(str::to_owned).or_else(|| self.found.as_ref().err().map(ToString::to_string))
    }

    fn is_safe(&self) -> bool {
        self.found.as_ref().is_ok_and(Found::is_safe)
    }

    /// The lines of the other CPU, as a guard counts them.
    fn lines(&self) -> Vec<String> {
        let lines = self.of.lines().unwrap_or_default();
        lines.iter().map(|line| format!("{}{}", "  ".repeat(line.depth.into()), line.text)).collect()
    }

    fn text(&self, out: &mut impl Write) -> io::Result<()> {
        for problem in &self.problems {
            writeln!(out, "note: {problem}")?;
        }
        if let Some(fix) = self.fix {
            let cve = fix.cve.map_or_else(String::new, |cve| format!("{cve}, "));
            writeln!(out, "{} ({cve}since {}): {}", fix.commit, fix.since, fix.title())?;
            if let Some(affected) = fix.affected {
                writeln!(out, "affected: {affected}")?;
            }
            writeln!(out, "\nWith it: {}", sentence(fix.after))?;
            if let Some((thought, shown)) = fix.instead() {
                writeln!(out, "One might think that {thought}. {}", sentence(shown))?;
            }
            write!(out, "Without it: ")?;
        }
        writeln!(out, "{}", self.of.mail(&self.found, ""))?;
        writeln!(out, "\n{}", self.of.unlike())?;
        writeln!(out, "\nThe other CPU, as the race has it:")?;
        for (number, line) in (1..).zip(self.lines()) {
            writeln!(out, "{number:4}  {line}")?;
        }
        if let Some(schedule) = self.found.as_ref().ok().and_then(Found::shortest) {
            writeln!(out, "\nThe shortest way ({schedule}):")?;
            for (number, (lane, said)) in (1..).zip(&self.steps) {
                writeln!(out, "{number:4} {lane}  {said}")?;
            }
        }
        Ok(())
    }

    fn json(&self) -> Value {
        let (verdict, outcomes, states, schedule) = match &self.found {
            _ if self.absent.is_some() => ("does not happen", Vec::new(), None, None),
            Err(_) => ("no sense", Vec::new(), None, None),
            Ok(found) => {
                let names = OUTCOMES.into_iter().filter(|(of, ..)| found.outcomes.contains(*of));
                let verdict = match (found.is_safe(), found.complete) {
                    (true, _) if self.of.choice.absent().is_some() => "does not happen",
                    (true, _) => "safe",
                    (false, false) => "not known",
                    (false, true) => "not safe",
                };
                let schedule = found.shortest().map(ToString::to_string);
                (verdict, names.map(|(_, name, _)| name).collect(), Some(found.states), schedule)
            }
        };
        let steps = self.steps.iter().map(|(lane, said)| json!({"lane": lane.to_string(), "says": said}));
        let fix = self.fix.map(|fix| {
            json!({
                "commit": fix.commit, "cve": fix.cve, "title": fix.title(), "since": fix.since, "affected": fix.affected,
                "before": composition(fix.before), "after": composition(fix.after),
                "instead": fix.instead().map(|(thought, shown)| json!({"thought": thought, "shown": composition(shown)})),
            })
        });
        json!({
            "fix": fix,
            "composition": self.of.to_string(),
            "verdict": verdict,
            "outcomes": outcomes,
            "states": states,
            "why": self.why(),
            "schedule": schedule,
            "steps": steps.collect::<Vec<_>>(),
            "other_cpu": self.lines(),
            "sentence": self.of.sentence(&self.found),
            "unlike": self.of.unlike_kernel(),
            "problems": self.problems,
        })
    }
}
