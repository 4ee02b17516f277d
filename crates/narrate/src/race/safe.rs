//! Whether a walk is safe, in words: a line for each race, what of the lock is enough beside it, and the whole answer as a text.

use explore::{Lane, Turn};
use mm::{LockMode, MmId};
use pagewalk::LockName;
use races::safe::{Asserted, Case, Whose};
use races::{Choice, Found, Outcomes, RaceLink};

use super::tape::{Tape, act};
use super::{point, words};
use crate::lines::Lines;

/// A race with a walk, and what was found in it by now.
#[derive(Clone, Copy, Debug)]
pub struct Judged<'a> {
    /// The race, with the walk as it was stated.
    pub choice: Choice,
    /// What was found.
    pub found: Option<&'a Found>,
    /// The modes of the lock that the race can be tried with, weakest first, and what was found with each.
    pub by_lock: &'a [(LockMode, Option<&'a Found>)],
}

/// How a race has come out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is being searched.
    Open,
    /// Nothing goes wrong in any order of steps.
    Safe,
    /// Something goes wrong.
    Wrong,
    /// There are more states than were seen, and nothing goes wrong in those.
    Unfinished,
}

impl Judged<'_> {
    /// How it has come out.
    pub fn verdict(&self) -> Verdict {
        match self.found {
            None => Verdict::Open,
            Some(found) if !found.ways.is_empty() => Verdict::Wrong,
            Some(found) if found.complete => Verdict::Safe,
            Some(_) => Verdict::Unfinished,
        }
    }

    /// "A kernel walk and vmalloc()", with the rule where it is not the kernel's own.
    pub fn title(&self) -> String {
        let Choice { race, rule, model, revision, .. } = self.choice;
        if rule == race.rule_of(revision, model) {
            return race.title.to_owned();
        }
        format!("{} ({})", race.title, rule.title)
    }

    /// "a freed pte table is read, in 33 steps"
    pub fn says(&self) -> String {
        let Some(found) = self.found else { return "being searched".to_owned() };
        if let Some(why) = self.choice.absent().filter(|_| found.is_safe()) {
            return format!("it does not happen: {why}");
        }
        match telling(found) {
            Some((what, way)) => {
                format!("{}, in {}", words::outcomes(*what), words::count(way.len() as u64, "step"))
            }
            None if found.complete => {
                format!("nothing goes wrong in {}", words::count(found.states.into(), "state"))
            }
            None => "not finished: there are too many states".to_owned(),
        }
    }

    /// The link to a shortest run that goes wrong, or to the start.
    pub fn link(&self) -> RaceLink {
        let schedule = self.found.and_then(telling).map(|(_, way)| way.clone()).unwrap_or_default();
        RaceLink { choice: self.choice, schedule, step: 0 }
    }

    /// Which mode of the lock is enough beside this, once each has been tried. Nothing where the race has one only.
    pub fn enough(&self, lock: &str) -> Option<String> {
        if self.choice.absent().is_some() {
            return None;
        }
        let all: Option<Vec<(LockMode, bool)>> =
            self.by_lock.iter().map(|&(mode, found)| Some((mode, found?.is_safe()))).collect();
        let all = all.filter(|all| all.len() > 1)?;
        // The weakest from which on all are.
        let first = all.iter().rposition(|(_, safe)| !safe).map_or(0, |last| last + 1);
        Some(match all.get(first).map(|(mode, _)| mode) {
            Some(LockMode::None) => format!("Beside this, {lock} is not needed."),
            Some(LockMode::Read) => format!("Beside this, the read lock of {lock} is enough."),
            Some(LockMode::Write) => format!("Beside this, only the write lock of {lock} is enough."),
            None => format!("Beside this, {lock} does not help, in whatever mode it is held."),
        })
    }
}

/// The way that says most: that a freed table is read says more than what it then leads to.
fn telling(found: &Found) -> Option<&(Outcomes, explore::Schedule)> {
    let uaf = Outcomes::UAF_PTE | Outcomes::UAF_PMD;
    found.ways.iter().find(|(what, _)| what.intersects(uaf)).or_else(|| found.ways.first())
}

/// "with the read lock"
pub const fn holds(lock: LockMode) -> &'static str {
    match lock {
        LockMode::None => "without the lock",
        LockMode::Read => "with the read lock",
        LockMode::Write => "with the write lock",
    }
}

/// "walk_page_range_debug() walks the mm of a process, with the read lock of mm->mmap_lock. …"
pub fn stated(case: &Case) -> String {
    let walk = &case.walk;
    let (lock, mode) = (case.lock(), holds(walk.lock));
    let mut says = match walk.lock {
        LockMode::None => format!("{}() walks {} without {lock}.", case.function(), case.whose.title()),
        _ => format!("{}() walks {} {mode} of {lock}.", case.function(), case.whose.title()),
    };
    if walk.also.hotplug {
        says += " It holds mem_hotplug_lock as well.";
    }
    if walk.also.init_mm && case.whose != Whose::InitMm {
        says += " It holds init_mm's write lock as well.";
    }
    says + " The range may hold: " + case.area.title() + "."
}

/// "init_mm.mmap_lock is held for writing"
pub fn assertion(of: &Asserted) -> String {
    let lock = match of.lock {
        LockName::Mmap(MmId::INIT_MM) => "init_mm.mmap_lock",
        LockName::Mmap(_) => "mm->mmap_lock",
        LockName::IMmap => "mapping->i_mmap_rwsem",
        _ => "the lock of the VMA",
    };
    format!("{lock} is held{}", if of.write { " for writing" } else { "" })
}

/// What the walk asserts, in its order, as the one walker finds it where nobody else runs.
pub fn assertions(case: &Case) -> Vec<Asserted> {
    let mut each: Vec<Asserted> = Vec::new();
    let Ok(mut state) = case.alone() else { return each };
    while state.turn(Lane::ALL[0]) == Turn::Move {
        let asserted = act(&mut state, Lane::ALL[0]).as_ref().and_then(Asserted::of);
        each.extend(asserted.filter(|of| !each.contains(of)));
    }
    each
}

/// What the assertions come to.
pub fn asserted(case: &Case) -> String {
    let all = assertions(case);
    let (function, kernel) = (case.function(), case.walk.revision.id());
    if all.is_empty() {
        return format!("{function}() asserts nothing in {kernel}.");
    }
    let each = all.iter().map(|of| {
        let verdict = if of.holds { "this is so" } else { "this is not so, and the kernel warns" };
        format!("{}: {verdict}", assertion(of))
    });
    format!("{function}() asserts in {kernel} that {}.", each.collect::<Vec<_>>().join("; that "))
}

/// The answer in a few words.
pub fn answer(races: &[Judged<'_>]) -> String {
    let count = |verdict| races.iter().filter(|of| of.verdict() == verdict).count() as u64;
    let of = words::count(races.len() as u64, "race");
    match (count(Verdict::Open), count(Verdict::Wrong), count(Verdict::Unfinished)) {
        (0, 0, 0) if races.is_empty() => "No race is known with such a walk.".to_owned(),
        (0, 0, 0) => format!("Yes: nothing goes wrong in {of}."),
        (0, 0, unfinished) => {
            format!("Not known: {unfinished} of {of} have too many states to see them all.")
        }
        (0, wrong, _) => format!("No: something goes wrong in {wrong} of {of}."),
        (open, ..) => format!("Being searched: {} of {of} done.", races.len() as u64 - open),
    }
}

/// The whole answer as plain text, for a mail. `page` is the address of the page, without the `#`.
pub fn text(case: &Case, races: &[Judged<'_>], left_out: &[Choice], page: &str) -> String {
    let walk = &case.walk;
    let mut text = Lines::default();
    text.line("Is this walk safe?");
    text.gap();
    text.wrapped("", &stated(case));
    text.wrapped(
        "",
        &format!(
            "Kernel: {} ({}). Machine: {}.",
            walk.revision.id(),
            walk.revision.about(),
            walk.model.title
        ),
    );
    text.gap();
    text.wrapped("Asserted: ", &asserted(case));
    if let Some(why) = case.cannot() {
        text.wrapped("Safe:     ", &format!("There is no such walk. {why}"));
    } else {
        text.wrapped("Safe:     ", &answer(races));
    }
    for of in races {
        text.gap();
        let sign = match of.verdict() {
            Verdict::Safe if of.choice.absent().is_some() => "[-]     ",
            Verdict::Safe => "[ok]    ",
            Verdict::Wrong => "[WRONG] ",
            Verdict::Open | Verdict::Unfinished => "[?]     ",
        };
        text.wrapped(sign, &format!("{}: {}.", of.title(), of.says()));
        text.wrapped("        ", &of.enough(case.lock()).unwrap_or_default());
        text.wrapped("        ", of.choice.race.why);
        text.line(&format!("        {page}#{}", of.link()));
    }
    if let Some(wrong) = races.iter().find(|of| of.verdict() == Verdict::Wrong) {
        text.gap();
        text.wrapped("", &format!("How it goes wrong. {}:", wrong.title()));
        steps(wrong, &mut text);
    }
    for of in case.absent() {
        text.gap();
        text.wrapped("[-]     ", &of);
    }
    if !left_out.is_empty() {
        text.gap();
        let titles: Vec<_> = left_out.iter().map(|of| of.race.title).collect();
        text.wrapped(
            "Not counted, as the range holds nothing that they change: ",
            &format!("{}.", titles.join("; ")),
        );
    }
    text.gap();
    text.wrapped(
        "",
        "Each race was searched in every order of its steps, with these CPUs, each running once, on a small machine with few \
         page tables. That says nothing of other code, of memory order, or of TLBs.",
    );
    text.line(&format!("{page}#{case}"));
    text.into_text()
}

/// The steps of the run that goes wrong.
fn steps(of: &Judged<'_>, text: &mut Lines) {
    let link = of.link();
    let Ok((tape, _)) = Tape::of(&link.choice, &link.schedule) else { return };
    for step in 1..=tape.steps().len() {
        let at = point(&tape.moment(step), of.choice.revision, of.choice.race);
        text.wrapped(&format!("{step:>4}. "), &at.sentence);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use races::safe::link::parse;
    use races::survey::search;

    /// What is to be said of a link to a stated walk.
    fn told(link: &str) -> (Case, String, Vec<String>) {
        let (case, problems) = parse(link);
        assert_eq!(problems, [], "{link}");
        let (races, left_out) = case.races();
        let all: Vec<_> = races
            .iter()
            .map(|choice| {
                let by_lock = choice.race.locks.iter();
                let by_lock: Vec<_> = by_lock
                    .map(|&lock| (lock, search(&choice.with_lock(lock)).expect("it starts")))
                    .collect();
                (choice, search(choice).expect("it starts"), by_lock)
            })
            .collect();
        let by_lock: Vec<Vec<_>> = all
            .iter()
            .map(|(.., by_lock)| by_lock.iter().map(|(lock, of)| (*lock, Some(of))).collect())
            .collect();
        let judged: Vec<_> = all
            .iter()
            .zip(&by_lock)
            .map(|((choice, found, _), by_lock)| Judged { choice: **choice, found: Some(found), by_lock })
            .collect();
        let enough = judged.iter().map(|of| of.enough(case.lock()).unwrap_or_default()).collect();
        (case, text(&case, &judged, &left_out, "https://example.org/"), enough)
    }

    #[test]
    fn the_answer_is_a_text_for_a_mail() {
        let (_, text, _) = told("v1/safe/kernel/x86_64-4level/v7.3?lock=read&holds=vmalloc");
        let read = text.split_whitespace().collect::<Vec<_>>().join(" ");
        for words in [
            "walk_kernel_page_table_range() walks init_mm with the read lock of",
            "Kernel: v7.3",
            "that init_mm.mmap_lock is held: this is so.",
            "Safe: No: something goes wrong in 2 of 3 races.",
            "[WRONG] A kernel walk and a huge vmap: a freed pte table is read, in",
            "[ok] A kernel walk and vmalloc(): nothing goes wrong in 343 states.",
            "26444eb71465",
            "How it goes wrong.",
            " 1. CPU ",
            "Not counted",
        ] {
            assert!(read.contains(words), "{words}\n{text}");
        }
        let long = text.lines().filter(|line| line.chars().count() > crate::lines::WIDTH);
        assert!(long.clone().all(|line| line.trim_start().starts_with("https://")), "{text}");
        assert!(text.ends_with(
            "https://example.org/#v1/safe/kernel/x86_64-4level/v7.3?mm=init_mm&lock=read&holds=vmalloc\n"
        ));
        assert!(!text.contains('<') && !text.contains("\u{2713}"), "{text}");
    }

    #[test]
    fn which_mode_of_the_lock_is_enough_follows_from_the_searches() {
        let (_, text, enough) = told("v1/safe/kernel/x86_64-4level/v7.3?lock=read");
        assert!(text.contains("No: something goes wrong in 3 of 5 races."), "{text}");
        assert_eq!(
            enough,
            [
                "Beside this, init_mm.mmap_lock does not help, in whatever mode it is held.",
                "Beside this, only the write lock of init_mm.mmap_lock is enough.",
                "Beside this, only the write lock of init_mm.mmap_lock is enough.",
                "Beside this, the read lock of init_mm.mmap_lock is enough.",
                "Beside this, init_mm.mmap_lock is not needed.",
            ]
        );
        let (case, text, enough) = told("v1/safe/kernel?mm=mm");
        assert!(enough.is_empty() && case.cannot().is_some() && text.contains("There is no such walk."));
        let (_, text, _) = told("v1/safe/range?lock=none&holds=user");
        assert!(text.contains("this is not so, and the kernel warns"), "{text}");
    }
}
