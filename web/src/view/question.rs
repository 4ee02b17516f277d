//! “Is my walk safe?”: what is stated of a walk, and the answer.

use mm::LockMode;
use narrate::race::safe::{Judged, Verdict, answer, assertion, assertions, stated};
use pagewalk::{EntryPoint, Revision};
use races::safe::link::also_id;
use races::safe::{Area, Case, Whose, id};
use races::{Choice, beside::Also};

use super::choices::{choose, option};
use super::header::{actions, header, messages};
use super::{button, cited};
use crate::el::{El, el};
use crate::marks::{Command, List};
use crate::shared::Shared;

/// What is known of an answer.
#[derive(Debug)]
pub struct Known<'a> {
    /// What was asked.
    pub case: &'a Case,
    /// The races that count.
    pub races: &'a [Judged<'a>],
    /// Those that do not.
    pub left_out: &'a [Choice],
    /// The whole answer, once everything is searched.
    pub text: Option<&'a str>,
    /// What came of copying it.
    pub copied: &'a str,
}

/// The whole page.
pub fn page(shared: &Shared, known: &Known<'_>) -> El {
    el("main.pagewalk.question[tabindex=-1][aria-label=Is my walk safe?][data-keys=text]")
        .child(header(&shared.top, None, Some(actions(&shared.top, None))))
        .child(messages(shared, None, None, None))
        .children([form(known.case), verdict(known), why(known), as_text(known)])
}

fn form(case: &Case) -> El {
    let walk = &case.walk;
    let functions = EntryPoint::ALL.into_iter();
    let functions = functions.map(|of| option(id(of), of.func().name(), of == walk.entry));
    let whose = Whose::ALL.map(|of| option(of.id(), of.title(), of == case.whose));
    let locks = LockMode::ALL.map(|of| option(of.name(), held(of), of == walk.lock));
    let kernels = Revision::ALL;
    let kernels =
        kernels.map(|of| option(of.id(), of.id(), of == walk.revision).child(": ").child(of.about()));
    let machines = pgtable::MODELS.iter().map(|of| option(of.id, of.title, of.id == walk.model.id));
    let areas = Area::ALL.map(|of| option(of.id(), of.title(), of == case.area));
    let also = [(false, false), (true, false), (false, true), (true, true)];
    let also = also.map(|(hotplug, init_mm)| Also { hotplug, init_mm });
    let also = also.map(|of| option(also_id(of), also_title(of), of == walk.also));
    let function = if case.function() == walk.entry.func().name() {
        function_about(walk.entry).to_owned()
    } else {
        format!("In {}, {}() does this work.", walk.revision.id(), case.function())
    };
    let lock = format!("The lock is {}.", case.lock());
    let field = |choose: El, says: &str| el("div.field").child(choose).child(el("p").child(says));
    el("section.form[aria-labelledby=ask]")
        .child(el("h2[id=ask]").child("Is my walk safe?"))
        .child(el("p.intro").child(
            "Say what your code walks, and which locks it holds. Every other CPU that may change those page tables at the same \
             time is then searched here, in every order of steps.",
        ))
        .child(
            el("div.fields")
                .child(field(choose(List::Function, "My code calls", functions), &function))
                .child(field(choose(List::Whose, "It walks the tables of", whose.into_iter()), case.whose.about()))
                .child(field(choose(List::Lock, "It holds the lock", locks.into_iter()), &lock))
                .child(field(choose(List::Also, "It holds besides", also.into_iter()), also_about(walk.also)))
                .child(field(choose(List::Holds, "The range may hold", areas.into_iter()), case.area.about()))
                .child(field(choose(List::Kernel, "Kernel", kernels.into_iter()), "Its rules, and those of the other CPUs."))
                .child(field(choose(List::Machine, "Machine", machines), "What its kernel frees, and in which order.")),
        )
}

const fn held(lock: LockMode) -> &'static str {
    match lock {
        LockMode::None => "not at all",
        LockMode::Read => "for reading",
        LockMode::Write => "for writing",
    }
}

const fn also_title(also: Also) -> &'static str {
    match (also.hotplug, also.init_mm) {
        (false, false) => "nothing",
        (true, false) => "mem_hotplug_lock",
        (false, true) => "init_mm\u{2019}s write lock",
        (true, true) => "both",
    }
}

const fn also_about(also: Also) -> &'static str {
    match (also.hotplug, also.init_mm) {
        (false, false) => "No lock but that one.",
        (true, false) => "get_online_mems() keeps memory hot-remove away.",
        (false, true) => "For walks of another mm: the kernel\u{2019}s tables there belong to init_mm.",
        (true, true) => "As ptdump does since v7.3: mem_hotplug_lock, and init_mm\u{2019}s write lock.",
    }
}

/// What a function is there for.
const fn function_about(entry: EntryPoint) -> &'static str {
    match entry {
        EntryPoint::Novma => "Walks by addresses, without VMAs: until v6.16, for the kernel and for dumps.",
        EntryPoint::Kernel => "Walks the kernel\u{2019}s tables by addresses.",
        EntryPoint::KernelLockless => {
            "The same, and asserts no lock: for callers that own the range (v6.18)."
        }
        EntryPoint::Debug => "Walks the tables of any mm by addresses, for dumps.",
        EntryPoint::Range | EntryPoint::RangeMm | EntryPoint::RangeMmUnsafe => {
            "Walks the VMAs of a range, and skips the gaps between them."
        }
        EntryPoint::RangeVma | EntryPoint::RangeVmaUnsafe => "Walks a part of one VMA.",
        EntryPoint::Vma => "Walks one VMA.",
        EntryPoint::Mapping => "Walks all VMAs that map a part of a file.",
        EntryPoint::FolioWalk => "Looks one address of a VMA up; searched as walk_page_range().",
    }
}

/// The assertion and the answer, side by side: they are two things.
fn verdict(known: &Known<'_>) -> El {
    let case = known.case;
    let all = assertions(case);
    let assertions = all.iter().map(|of| {
        let (class, sign, says) = if of.holds {
            (".safe", "✓", "")
        } else {
            (".unsafe", "✗", ": it is not, and the kernel warns")
        };
        el("li").with(class).child(badge(sign)).child(assertion(of)).child(says)
    });
    let cannot = case.cannot();
    let is = |verdict| known.races.iter().any(|of| of.verdict() == verdict);
    let (class, sign) = match () {
        () if cannot.is_some() || is(Verdict::Open) || is(Verdict::Unfinished) => (".open", "…"),
        () if is(Verdict::Wrong) => (".unsafe", "✗"),
        () => (".safe", "✓"),
    };
    let (function, kernel) = (case.function(), case.walk.revision.id());
    let says_asserted = match all.len() {
        0 => format!("{function}() asserts nothing in {kernel}."),
        _ => format!("In {kernel}, {function}() asserts that:"),
    };
    let says = if cannot.is_some() { "There is no such walk.".to_owned() } else { answer(known.races) };
    el("section.verdict[aria-labelledby=answer]")
        .child(el("h2[id=answer]").with(class).child(badge(sign)).child(el("span[role=status]").child(says)))
        .child(el("p.stated").child(stated(case)))
        .child(
            el("div.two")
                .child(
                    el("div.asserted")
                        .child(el("h3").child("Asserted"))
                        .child(el("p").child(says_asserted))
                        .child(el("ul").children(assertions))
                        .child(el("p.dim").child(
                            "An assertion says that a lock is held. It does not say that this is enough.",
                        )),
                )
                .child(
                    el("div.beside-all")
                        .child(el("h3").child("Safe beside"))
                        .child(cannot.map(|why| el("p.cannot").child(why)))
                        .child(
                            el("ul[data-group]")
                                .children(known.races.iter().map(|of| {
                                    line(of).child(
                                        of.enough(case.lock()).map(|says| el("span.enough").child(says)),
                                    )
                                }))
                                .children(
                                    case.absent()
                                        .into_iter()
                                        .map(|of| el("li.open").child(badge("–")).child(of)),
                                ),
                        )
                        .child(left_out(known.left_out)),
                ),
        )
}

fn badge(sign: &'static str) -> El {
    el("span.badge[aria-hidden=true]").child(sign)
}

/// A race, and what was found in it: a link to a shortest run that goes wrong, or to its start.
pub fn line(of: &Judged<'_>) -> El {
    let (class, sign) = match of.verdict() {
        Verdict::Open => (".searching", "…"),
        Verdict::Wrong => (".unsafe", "✗"),
        Verdict::Safe if of.choice.absent().is_some() => (".open", "–"),
        Verdict::Safe => (".safe", "✓"),
        Verdict::Unfinished => (".open", "?"),
    };
    let link = el("a").attr("href", &format!("#{}", of.link())).child(of.title());
    el("li").with(class).child(badge(sign)).child(link).child(": ").child(of.says())
}

fn left_out(choices: &[Choice]) -> Option<El> {
    let links = choices.iter().map(|choice| {
        let link = races::RaceLink::new(*choice);
        el("li").child(el("a").attr("href", &format!("#{link}")).child(choice.race.title))
    });
    (!choices.is_empty()).then(|| {
        el("div.left-out")
            .child(el("p").child("Not counted, as the range holds nothing that they change:"))
            .child(el("ul[data-group]").children(links))
    })
}

/// What makes it safe, and what does not, in one place.
fn why(known: &Known<'_>) -> El {
    let title = match known.case.walk.lock {
        LockMode::None => "Why no lock is needed, and where one is",
        LockMode::Read => "Why the read lock is enough, and where it is not",
        LockMode::Write => "Why the write lock is enough, and where it is not",
    };
    let of = |verdict: Verdict, class: &'static str, name: &'static str| {
        let races: Vec<_> = known.races.iter().filter(|of| of.verdict() == verdict).collect();
        (!races.is_empty()).then(|| {
            let each = races.iter().map(|of| {
                let why = cited(el("dd"), of.choice.race.why);
                el("div").child(el("dt").child(of.title())).child(why)
            });
            el("div").with(class).child(el("h3").child(name)).child(el("dl").children(each))
        })
    };
    el("section.why")
        .attr("aria-label", title)
        .child((!known.races.is_empty()).then(|| el("h2").child(title)))
        .child(el("div.two").child(of(Verdict::Safe, ".safe", "It is enough")).child(of(
            Verdict::Wrong,
            ".unsafe",
            "The exceptions",
        )))
}

fn as_text(known: &Known<'_>) -> El {
    el("section.as-text[aria-labelledby=as-text]")
        .child(el("h2[id=as-text]").child("The answer as text"))
        .child(
            el("p")
                .child(
                    button(Command::CopyText).when(known.text.is_none(), "[disabled]").child("Copy as text"),
                )
                .child(el("span.copied[role=status]").child(known.copied)),
        )
        // Yew draws nothing into it: its page does, once it is there.
        .child(el("textarea[readonly][rows=18][cols=74][aria-label=The answer as text]"))
}
