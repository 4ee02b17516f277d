//! The checks: what a line says must be true, compared with what a run shows.

use callers::CALL_SITES;
use mm::LockMode;
use narrate::race::words;
use pagewalk::{Revision, Status};
use races::short;
use races::survey::search;

use super::figure::{Figure, FigureError};

/// A check is not met, or is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CheckError {
    /// There is no such check.
    #[error("there is no such check")]
    Unknown,
    /// It is about walks, and the figure is a race, or the other way round.
    #[error("this figure does not have that")]
    NotOfThis,
    /// What it looks at does not open.
    #[error(transparent)]
    Figure(#[from] FigureError),
    /// It is not so.
    #[error("it is not so, but: {0}")]
    Fails(String),
}

/// A word of a check, or a text between quotation marks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token<'a> {
    Word(&'a str),
    Text(&'a str),
}
use Token::{Text, Word};

fn tokens(check: &str) -> Option<Vec<Token<'_>>> {
    let mut all = Vec::new();
    let mut rest = check.trim_start();
    while !rest.is_empty() {
        let (token, after) = match rest.strip_prefix('"') {
            Some(inside) => inside.split_once('"').map(|(text, after)| (Text(text), after))?,
            None => {
                let (word, after) = rest.split_once(' ').unwrap_or((rest, ""));
                (Word(word), after)
            }
        };
        all.push(token);
        rest = after.trim_start();
    }
    Some(all)
}

/// Makes a check on a figure, which `address` is that of.
///
/// # Errors
/// [`CheckError`] says why it is not met.
pub fn check(text: &str, address: &str, figure: &Figure) -> Result<(), CheckError> {
    let tokens = tokens(text).ok_or(CheckError::Unknown)?;
    // Where it is looked at: elsewhere, in another kernel, with another lock, at another step.
    match *tokens.as_slice() {
        [Word("in"), Word(other), ref rest @ ..] => {
            return plain(rest, &Figure::open(other)?, None);
        }
        [Word("kernel"), Word(kernel), ref rest @ ..] => {
            let other = in_kernel(address, kernel).ok_or(CheckError::Unknown)?;
            return plain(rest, &Figure::open(&other)?, None);
        }
        _ => {}
    }
    plain(&tokens, figure, Some(address))
}

/// The same address in another kernel.
fn in_kernel(address: &str, kernel: &str) -> Option<String> {
    Revision::from_id(kernel)?;
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let at = if path.starts_with("race/") { 3 } else { 2 };
    let mut parts: Vec<&str> = path.split('/').collect();
    (parts.len() == at + 1).then(|| parts[at] = kernel)?;
    Some(format!("{}?{query}", parts.join("/")))
}

fn plain(tokens: &[Token<'_>], figure: &Figure, address: Option<&str>) -> Result<(), CheckError> {
    match *tokens {
        [Word("step"), Word(step), ref rest @ ..] => {
            let step = number(step)?;
            if step >= figure.len() {
                return Err(FigureError::Step(step).into());
            }
            at(rest, figure, step, address)
        }
        [Word("last"), ref rest @ ..] => at(rest, figure, figure.len() - 1, address),
        _ => at(tokens, figure, figure.step(), address),
    }
}

fn at(tokens: &[Token<'_>], figure: &Figure, step: u32, address: Option<&str>) -> Result<(), CheckError> {
    let marks = || (0..figure.len()).map(|step| figure.mark(step).id());
    let first = |mark: &str| marks().position(|of| of == mark);
    let says = |text: &str| figure.sentences().iter().position(|sentence| sentence.contains(text));
    match *tokens {
        // What the step says, and what kind of thing it is.
        [Word("says"), Text(text)] => {
            let sentence = figure.sentence(step);
            met(sentence.contains(text), || sentence)
        }
        [Word("mark"), Word(mark)] => {
            let is = figure.mark(step).id();
            met(is == mark, || is.to_owned())
        }
        // The run as a whole.
        [Word("somewhere"), Text(text)] => met(says(text).is_some(), || "no step says that".to_owned()),
        [Word("nowhere"), Text(text)] => {
            met(says(text).is_none(), || format!("step {} says that", says(text).unwrap_or_default()))
        }
        [Word("steps"), Word(count)] => {
            let is = figure.len() - 1;
            met(is == number(count)?, || is.to_string())
        }
        [Word("count"), Word(mark), Word(count)] => {
            let is = marks().filter(|of| *of == mark).count();
            met(is == number(count)? as usize, || is.to_string())
        }
        [Word("first"), Word(mark), Word("at"), Word(place)] => {
            met(first(mark) == Some(number(place)? as usize), || format!("{:?}", first(mark)))
        }
        [Word("no"), Word(mark)] => met(first(mark).is_none(), || format!("step {:?}", first(mark))),
        [Word("order"), ref order @ ..] if order.len() > 1 => {
            let places = order.iter().map(|token| match *token {
                Word(mark) => first(mark),
                Text(text) => says(text),
            });
            let places: Vec<_> = places.collect();
            met(places.iter().all(Option::is_some) && places.is_sorted(), || format!("{places:?}"))
        }
        [Word("same"), Word("in"), Word(kernel)] => {
            let (first, what) = difference(figure, address, kernel)?;
            met(first.is_none(), || what)
        }
        [Word("differs"), Word("in"), Word(kernel)] => {
            let (first, _) = difference(figure, address, kernel)?;
            met(first.is_some(), || "the same".to_owned())
        }
        // Who calls.
        [Word("callers"), Word(kernel), Word(function), Word(count)] => {
            let revision = Revision::from_id(kernel).ok_or(CheckError::Unknown)?;
            let calls = |site: &&&callers::site::CallSite| {
                let kernel = site.kernels.iter().rfind(|of| of.revision <= revision);
                kernel.and_then(|of| of.walk.first()).is_some_and(|func| func.name() == function)
            };
            let is: Vec<_> = CALL_SITES.iter().filter(calls).map(|site| site.title).collect();
            met(is.len() == number(count)? as usize, || is.join(", "))
        }
        [Word("replaced"), Word(calls), Word("calls"), Word("in"), Word(files), Word("files")] => {
            let changed: Vec<_> = CALL_SITES.iter().filter(|site| site.changed > 0).collect();
            let sum: u32 = changed.iter().map(|site| u32::from(site.changed)).sum();
            let mut names: Vec<_> = changed.iter().map(|site| site.file).collect();
            names.sort_unstable();
            names.dedup();
            let is = (sum, names.len() as u32);
            met(is == (number(calls)?, number(files)?), || format!("{is:?}"))
        }
        [Word("caller"), Word(function), Word("in"), Word(kernel), Word("holds"), Text(lock), Word(mode)] => {
            let revision = Revision::from_id(kernel).ok_or(CheckError::Unknown)?;
            let mode = LockMode::from_name(mode).ok_or(CheckError::Unknown)?;
            let site = CALL_SITES
                .iter()
                .find(|site| site.functions.contains(&function))
                .ok_or(CheckError::NotOfThis)?;
            let kernel = site.kernels.iter().rfind(|of| of.revision <= revision);
            let holds = kernel.ok_or(CheckError::NotOfThis)?.holds;
            let is = holds.iter().any(|&(of, held)| callers::site::lock_name(of) == lock && held == mode);
            met(is, || format!("{holds:?}"))
        }
        _ => match figure {
            Figure::Walk(walk) => of_walk(tokens, walk, step),
            Figure::Race(race) => of_race(tokens, race, step),
        },
    }
}

fn of_walk(tokens: &[Token<'_>], walk: &super::figure::WalkFigure, step: u32) -> Result<(), CheckError> {
    let point = walk.point(step);
    match *tokens {
        [Word("why"), Text(text)] => {
            let assertion = point.assertion.as_ref().map(|of| of.why);
            let delegation = point.delegation.as_ref().map(|of| format!("{} {}", of.why, of.exchange));
            let why = assertion.map(str::to_owned).or(delegation).unwrap_or_default();
            met(why.contains(text), || why)
        }
        [Word("holds"), Word(lock), Word(mode)] => {
            let is = point.locks.iter().find(|of| of.name == lock).ok_or(CheckError::NotOfThis)?;
            met(is.mode.name() == mode, || is.mode.name().to_owned())
        }
        [Word("level"), Word(level)] => {
            let is = point.level.map_or("none", pgtable::Level::name);
            met(is == level, || is.to_owned())
        }
        [Word("tables"), Word(count)] => {
            met(point.columns.len() == number(count)? as usize, || point.columns.len().to_string())
        }
        [Word("in-function"), Word(func)] => {
            let is: Vec<_> = point.stack.iter().map(|line| line.func).collect();
            met(is.contains(&func), || is.join(", "))
        }
        [Word(is @ ("entry" | "lacks")), Text(text)] => {
            let wanted = is == "entry";
            let entry = point.entry.ok_or(CheckError::NotOfThis)?;
            let target = entry.target.map(|target| format!("{target:#x}")).unwrap_or_default();
            let flags: Vec<_> = entry.flags.iter().map(|flag| format!("{flag:?}")).collect();
            let is = format!("{} {target} {}", entry.value, flags.join(" "));
            met(is.contains(text) == wanted, || is)
        }
        [Word("returns"), Word(value)] => {
            let is = walk.status();
            let wanted = value.parse().map_err(|_| CheckError::Unknown)?;
            met(is == Status::Done(wanted), || format!("{is:?}"))
        }
        [Word("faults")] => {
            met(matches!(walk.status(), Status::Faulted(_)), || format!("{:?}", walk.status()))
        }
        [Word(what @ ("prints" | "dump" | "no-dump" | "dump-line" | "dump-lines")), ref rest @ ..] => {
            let (lines, current) = walk.dump(step).ok_or(CheckError::NotOfThis)?;
            match (what, rest) {
                ("prints", [Text(text)]) => {
                    let is = current.map(|line| lines[line].clone()).unwrap_or_default();
                    met(is.contains(text), || is)
                }
                ("dump", [Text(text)]) => {
                    met(lines.iter().any(|line| line.contains(text)), || "no line has that".to_owned())
                }
                ("no-dump", [Text(text)]) => {
                    let line = lines.iter().find(|line| line.contains(text));
                    met(line.is_none(), || line.cloned().unwrap_or_default())
                }
                ("dump-line", [Word(line), Text(text)]) => {
                    let line = (number(line)? as usize).checked_sub(1).ok_or(CheckError::Unknown)?;
                    let is = lines.get(line).cloned().unwrap_or_default();
                    met(is.contains(text), || is)
                }
                ("dump-lines", [Word(count)]) => {
                    met(lines.len() == number(count)? as usize, || lines.len().to_string())
                }
                _ => Err(CheckError::Unknown),
            }
        }
        [Word("search" | "outcome" | "lane"), ..] => Err(CheckError::NotOfThis),
        _ => Err(CheckError::Unknown),
    }
}

fn of_race(tokens: &[Token<'_>], race: &super::figure::RaceFigure, step: u32) -> Result<(), CheckError> {
    let point = race.point(step);
    let choice = race.session.choice();
    let found = || search(choice).map_err(|error| FigureError::Start(error.to_string()));
    match *tokens {
        [Word("search"), Word("safe")] => {
            let found = found()?;
            met(found.is_safe(), || short(found.outcomes))
        }
        [Word("search"), Word("safe"), Word("in"), Word(states), Word("states")] => {
            let found = found()?;
            met(found.is_safe() && found.states == number(states)?, || {
                format!("{} in {} states", short(found.outcomes), found.states)
            })
        }
        [Word("search"), Word(outcomes)] => {
            let found = found()?;
            met(found.complete && short(found.outcomes) == outcomes, || short(found.outcomes))
        }
        [Word("search"), Word(outcome), Word("in"), Word(steps), Word("steps")] => {
            let found = found()?;
            let way = found.ways.iter().find(|(of, _)| short(*of) == outcome);
            let is = way.map(|(_, way)| way.len());
            met(is == Some(number(steps)? as usize), || format!("{is:?}"))
        }
        [Word("outcome"), Text(text)] => {
            let is = point.outcome.map(|of| of.what).unwrap_or_default();
            met(is.contains(text), || is)
        }
        [Word("no-outcome")] => {
            met(point.outcome.is_none(), || point.outcome.map(|of| of.what).unwrap_or_default())
        }
        [Word("why"), Text(text)] => met(choice.race.why.contains(text), || choice.race.why.to_owned()),
        [Word("holds"), Word(lock), Text(who)] => {
            let is = point.locks.iter().find(|of| of.name == lock).ok_or(CheckError::NotOfThis)?;
            met(is.holders.iter().any(|of| of == who), || is.holders.join(", "))
        }
        [Word("waits"), Text(who)] => {
            let lane = point.lanes.iter().find(|of| of.name == who).ok_or(CheckError::NotOfThis)?;
            let waits = lane.status == narrate::race::LaneStatus::Waits;
            met(waits, || lane.says.clone())
        }
        [Word("moved"), Text(who)] => {
            let is = point.lane.map(|lane| words::who(lane, race.session.cpus())).unwrap_or_default();
            met(is == who, || is)
        }
        [Word("level" | "tables" | "in-function" | "entry" | "lacks" | "returns" | "faults"), ..] => {
            Err(CheckError::NotOfThis)
        }
        _ => Err(CheckError::Unknown),
    }
}

/// The first step that says something else in another kernel, and what it says there.
fn difference(
    figure: &Figure,
    address: Option<&str>,
    kernel: &str,
) -> Result<(Option<u32>, String), CheckError> {
    let other = address.and_then(|address| in_kernel(address, kernel)).ok_or(CheckError::Unknown)?;
    let other = Figure::open(&other)?;
    let (these, those) = (figure.sentences(), other.sentences());
    let first = (0..these.len().max(those.len())).find(|&step| these.get(step) != those.get(step));
    let what = first.map(|step| format!("step {step} says: {:?}", those.get(step)));
    Ok((first.map(|step| step as u32), what.unwrap_or_default()))
}

fn number(word: &str) -> Result<u32, CheckError> {
    word.replace(',', "").parse().map_err(|_| CheckError::Unknown)
}

fn met(is: bool, but: impl FnOnce() -> String) -> Result<(), CheckError> {
    if is { Ok(()) } else { Err(CheckError::Fails(but())) }
}
