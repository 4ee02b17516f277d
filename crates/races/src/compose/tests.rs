//! What the library has are points among the compositions; rules can be said as switches; questions that were asked in public.

extern crate std;

use std::format;
use std::string::{String, ToString};
use std::vec::Vec;

use proptest::prelude::*;

use super::*;
use crate::outcome::{Outcomes, short};
use crate::race::two_walkers;
use crate::survey::{Survey, search};

fn parse(text: &str) -> Composition {
    let (of, problems) = Composition::parse(text).expect("a composition");
    assert_eq!(problems, [], "{text}");
    of
}

fn told(text: &str) -> String {
    match parse(text).search() {
        Ok(found) => {
            assert!(found.complete, "{text}");
            short(found.outcomes)
        }
        Err(why) => why.to_string(),
    }
}

fn variants() -> Vec<Choice> {
    let survey = Survey::new();
    let choices = survey.variants().iter().map(|variant| variant.choice);
    choices.filter(|choice| choice.race != &two_walkers::RACE).collect()
}

#[test]
fn every_variant_of_the_library_is_a_composition() {
    for choice in variants() {
        let of = Composition::of(choice);
        // The same start, so the same search.
        assert_eq!(of.start().ok(), choice.start().ok(), "{choice:?}");
        assert_eq!(parse(&of.to_string()), of);
        assert!(of.differences().is_empty());
    }
}

/// A rule of a race, and another rule with switches that say the same.
const SAME: [(&str, &str, &str, &str); 9] = [
    ("huge-vmap", "trylock", "nothing", "guard=init-read:try:2-5"),
    ("huge-vmap", "blocking", "nothing", "guard=init-read:2-5"),
    ("huge-pud", "blocking", "nothing", "guard=init-read:2-10"),
    ("collapse", "init-write", "cpa-lock", "guard=init-write:1-7"),
    ("collapse", "init-read", "cpa-lock", "guard=init-read:1-7"),
    ("hot-remove", "hotplug", "no-hotplug", "hotplug=yes"),
    ("hot-remove", "no-hotplug", "hotplug", "hotplug=no"),
    ("retract", "map-no-rcu", "map", "frees=now"),
    ("retract", "kernel", "kernel-no-rcu", "frees=rcu"),
];

#[test]
fn a_rule_said_by_switches_has_the_verdicts_of_the_rule() {
    let mut compared = 0;
    for (race, rule, other, switches) in SAME {
        let of_rule = |choice: &Choice| choice.race.id == race && choice.rule.id == rule;
        for choice in variants().iter().filter(|choice| of_rule(choice)) {
            let base = Composition::of(choice.with_rule(other)).to_string();
            let separator = if base.contains('?') { '&' } else { '?' };
            let said = parse(&format!("{base}{separator}{switches}"));
            let (by_rule, by_switches) = (search(choice).expect("it starts"), said.search());
            let Ok(by_switches) = by_switches else { panic!("{said}: {by_switches:?}") };
            assert_eq!(short(by_switches.outcomes), short(by_rule.outcomes), "{said}");
            compared += 1;
        }
    }
    assert!(compared >= 40, "{compared}");
}

/// Questions that were asked in public, each with what the model says.
const QUESTIONS: &str = include_str!("../../../../docs/questions.md");

#[test]
fn questions_that_were_asked_in_public() {
    let mut asked = 0;
    for line in QUESTIONS.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| asked ")) {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        let [_, address, verdict, words] = cells[..] else { panic!("{line}") };
        let (address, verdict) = (address.trim_matches('`'), verdict.trim_matches('`'));
        assert_eq!(told(&format!("v1/compose/{address}")), verdict, "{line}");
        assert!(!words.is_empty(), "{line}");
        asked += 1;
    }
    assert!(asked > 50, "{asked}");
}

#[test]
fn what_makes_no_sense_is_refused_with_the_reason() {
    // A whole condition with what is done otherwise is none of that.
    assert_eq!(
        told("v1/compose/huge-vmap/x86_64-4level/v7.3?lock=write&rule=nothing&guard=init-read:1-7"),
        "SAFE"
    );
    for (text, why) in [
        ("munmap?guard=mm-read:1-3", "munmap takes the mm's lock already"),
        ("munmap?without=hotplug", "munmap never takes mem_hotplug_lock"),
        ("huge-vmap//v7.3?without=init", "only tries for init_mm's lock"),
        ("munmap?guard=init-read:6-7", "a spinlock is held"),
        ("munmap?guard=init-read:14-19", "has the lines 1 to 15"),
        ("munmap?guard=init-read:3-2", "none from 3 to 2"),
        ("huge-vmap?rule=nothing&guard=init-read:1-3", "different branches"),
        ("huge-vmap?rule=nothing&guard=init-read:4-7", "different branches"),
        ("munmap-vmas?rcu=all", "a walk over VMAs may sleep"),
        ("hot-remove?rule=ptdump&rcu=all", "ptdump_walk_pgd() takes its locks itself"),
        ("hot-remove?rule=ptdump&around=inside-hotplug", "never inside memory hotplug"),
        ("hot-remove//v6.17?rule=ptdump&hotplug=no", "a rule of its kernel"),
        ("munmap?hotplug=no", "never takes mem_hotplug_lock"),
        ("munmap?around=owns", "nobody owns them"),
        ("page-fault?frees=rcu", "frees no tables"),
        ("gup-fast?rcu=all", "gup_fast is in an RCU read section already"),
        ("gup-fast?reads=once", "gup_fast reads an entry once already"),
        ("munmap?reads=merged", "walk_page_range_debug mentions an entry several times"),
        ("hot-remove?rule=ptdump&reads=once", "choose a debug walk"),
        ("munmap-vmas?must=show-whole", "walk_page_range shows no tables"),
        ("gup-fast?must=show-whole", "gup_fast shows no tables"),
    ] {
        let text = format!("v1/compose/{}", text.replace("//", "/x86_64-4level/"));
        let of = parse(&text);
        let said = of.sentence(&of.search());
        assert!(said.contains("this makes no sense") && said.contains(why), "{text}: {said}");
    }
}

#[test]
fn what_is_wrong_is_said_and_the_rest_is_kept() {
    let problems = |text: &str| {
        let (of, problems) = Composition::parse(text).expect("a composition");
        (of, problems.iter().map(ToString::to_string).collect::<Vec<_>>())
    };
    let (of, said) =
        problems("#v2/compose/mumap?lock=maybe&fress=rcu&frees=rcy&rcu=all&rcu=all&guard=init:1&around=own");
    assert_eq!(
        said,
        [
            "this is a composition of version “v2”, and v1 is understood here: it is read as that",
            "there is no race “mumap”; the first one is shown",
            "did you mean “munmap”?",
            "“lock=maybe” in this link cannot be understood and is ignored",
            "there is no switch “fress”; it is ignored",
            "did you mean “frees”?",
            "“rcy” is no value of frees, which has now, rcu, batch; it is left as it was",
            "did you mean “rcu”?",
            "“init:1” is no value of guard, which has LOCK-MODE[:try]:FIRST-LAST, for example init-read:try:2-4 \
             (init, mm, hotplug; read, write); it is left as it was",
            "“own” is no value of around, which has owns, inside-hotplug; it is left as it was",
            "did you mean “owns”?",
            "“rcu” is there more than once; the last one counts",
        ]
    );
    assert_eq!((of.choice.race.id, of.switches), ("munmap", Switches { rcu: true, ..Switches::default() }));
    let (of, said) = problems(&format!("v1/compose/collapse?{}", "x".repeat(400)));
    assert!(said[0].contains("too long") && of.choice.race.id == "collapse", "{said:?}");
    // A long run is left out, and the rest is kept.
    let text = format!("v1/compose/hot-remove/arm64-4k-48/v7.3?s={}&around=owns&t=9", "ab".repeat(300));
    let (link, said) = ComposeLink::parse(&text).expect("a composition");
    assert_eq!((link.of.choice.race.id, link.of.choice.model.id), ("hot-remove", "arm64-4k-48"));
    assert_eq!(
        (link.of.switches.around, link.schedule.len(), link.step, said.len()),
        (Around::Owns, 0, 0, 1)
    );
    assert_eq!((Composition::parse("v1/race/munmap"), Composition::parse("compose")), (None, None));
}

#[test]
fn a_sentence_sums_up_the_question_and_the_answer() {
    let of = parse("v1/compose/hot-remove/arm64-4k-48/v7.3?lock=read&rule=no-hotplug&around=owns");
    let said = of.sentence(&of.search());
    assert!(said.starts_with("A kernel walk and memory hot-remove (arm64-4k-48, rules of v7.3, the walker with the read lock; rule: "), "{said}");
    assert!(said.contains("; but the caller owns the memory until it has walked): safe."), "{said}");
    let outcome = Outcomes::UAF_PTE | Outcomes::WILD;
    let found = Found { outcomes: outcome, ways: Vec::new(), states: 7, complete: true };
    assert!(
        of.sentence(&Ok(found.clone()))
            .contains("a pte table is read after it was freed, or that an entry is followed")
    );
    assert!(of.sentence(&Ok(Found { complete: false, ..found })).contains("which proves nothing"));
}

#[test]
fn each_switch_turns_and_the_address_says_it() {
    let of = parse("v1/compose/huge-vmap/x86_64-4level/v7.3?lock=write&rule=nothing");
    assert_eq!(of.lines().expect("it starts").len(), 7);
    for switch in &SWITCHES {
        // Where nothing is switched, each stands as in the kernel; what is said of a guard needs one.
        let needs_guard = matches!(switch.positions[0].0, Change::Mode(_) | Change::Try(_));
        let from = if needs_guard { of.with(Change::Guard(Some(Guarded::InitMm))) } else { of };
        assert!(from.stands(switch.positions[0].0), "{}", switch.title);
        for &(change, name) in switch.positions {
            let turned = from.with(change);
            let standing: Vec<_> = switch.positions.iter().filter(|(of, _)| turned.stands(*of)).collect();
            assert_eq!(standing, [&(change, name)], "{}", switch.title);
            assert_eq!(parse(&turned.to_string()), turned);
            assert_eq!(from.forbids(change), turned.start().err(), "{turned}");
        }
        assert_eq!(of.with(switch.positions[1].0) == of, needs_guard, "{}", switch.title);
    }
}

#[test]
fn of_what_makes_no_sense_the_switches_that_are_turned_say_why() {
    let of = parse("v1/compose/munmap/x86_64-4level/v7.3?lock=read&around=owns");
    let says = of.forbids(Change::Around(Around::Owns)).expect("it makes none").to_string();
    assert!(says.contains("nobody owns them"), "{says}");
    for other in [Change::Around(Around::Nothing), Change::Rcu(true), Change::Rcu(false)] {
        assert_eq!(of.forbids(other), None, "{other:?}");
    }
}

#[test]
fn lines_go_into_a_lock_and_out_of_it() {
    let of = parse("v1/compose/huge-vmap/x86_64-4level/v7.3?lock=write&rule=nothing");
    let guard = |of: Composition| {
        let text = of.to_string();
        text.split_once("&guard=").map(|(_, guard)| guard.to_string())
    };
    let line = |of: Composition, line: u8| of.with(Change::Line(line));
    assert_eq!(guard(of.with(Change::Guard(Some(Guarded::Hotplug)))).as_deref(), Some("hotplug-read:1-7"));
    let one = line(of, 3);
    assert_eq!(guard(one).as_deref(), Some("init-read:3-3"));
    let some = line(line(one, 2), 5).with(Change::Mode(LockMode::Write)).with(Change::Try(true));
    assert_eq!(guard(some).as_deref(), Some("init-write:try:2-5"));
    assert!(some.stands(Change::Line(5)) && !some.stands(Change::Line(1)));
    // The shorter end goes out with it.
    assert_eq!(guard(line(some, 3)).as_deref(), Some("init-write:try:4-5"));
    assert_eq!(guard(line(some, 4)).as_deref(), Some("init-write:try:2-3"));
    assert_eq!(guard(line(some, 2)).as_deref(), Some("init-write:try:3-5"));
    assert_eq!((line(one, 3), line(of, 0), line(of, 8)), (of, of, of));
    // Where the script takes that lock by itself, another one is offered.
    let munmap = line(parse("v1/compose/hot-remove/x86_64-4level/v7.3"), 1);
    assert_eq!(guard(munmap).as_deref(), Some("init-read:1-1"));
    let taken = parse("v1/compose/collapse/x86_64-4level/v7.3");
    assert_eq!(guard(line(taken, 2)).as_deref(), Some("mm-read:2-2"));
    assert!(
        taken
            .with(Change::Without(Some(Guarded::InitMm)))
            .lines()
            .expect("it starts")
            .iter()
            .any(|line| { taken.with(Change::Without(Some(Guarded::InitMm))).leaves_out(line) })
    );
}

#[test]
fn what_is_not_as_in_the_kernel_is_said() {
    let own = parse("v1/compose/huge-vmap/x86_64-4level/v7.3?lock=write");
    assert_eq!((own.unlike(), own.unlike_kernel().len()), ("This is what v7.3 does.".to_string(), 0));
    let other = parse("v1/compose/huge-vmap/x86_64-4level/v7.3?lock=write&rule=nothing&frees=rcu");
    let said = other.unlike();
    assert!(said.starts_with("Different from v7.3: the rule is “"), "{said}");
    assert!(said.ends_with("; vmap_try_huge_pmd frees tables after an RCU grace period."), "{said}");
    let mail = other.mail(&other.search(), "https://host/#");
    assert!(mail.ends_with(&format!("\n\nhttps://host/#{other}")), "{mail}");
}

#[test]
fn a_link_keeps_who_moved_as_long_as_it_is_short_enough() {
    let text = "v1/compose/munmap/x86_64-4level/v7.3?lock=none&frees=rcu&s=b4a2&t=3";
    let (link, problems) = ComposeLink::parse(text).expect("a composition");
    assert_eq!((link.to_string(), link.step, problems), (text.to_string(), 3, Vec::new()));
    let (far, problems) = ComposeLink::parse("v1/compose/munmap?s=b4&t=9").expect("a composition");
    assert!(problems[0].to_string().contains("has no step 9") && far.step == 9, "{problems:?}");
    let long = ComposeLink { schedule: (0..900).map(|at| explore::Lane::ALL[at % 2]).collect(), ..link };
    assert_eq!(long.to_string(), long.of.to_string());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_switch_panics(variant in 0usize..1000, turns in prop::collection::vec((0usize..9, 0usize..4, 0u8..20), 0..12)) {
        let variants = variants();
        let mut of = Composition::of(variants[variant % variants.len()]);
        for (switch, position, line) in turns {
            of = of.with(match SWITCHES.get(switch) {
                Some(switch) => switch.positions[position % switch.positions.len()].0,
                None => Change::Line(line),
            });
            prop_assert_eq!(Composition::parse(&of.to_string()), Some((of, Vec::new())));
            prop_assert!(of.start().is_ok() || !of.sentence(&of.search()).is_empty());
        }
    }

    #[test]
    fn every_composition_comes_back_and_its_search_ends(
        variant in 0usize..1000, rcu: bool, hotplug: Option<bool>, around in 0usize..3, frees in 0usize..4, without in 0usize..4,
        reads in 0usize..4, whole: bool,
        guard in prop::option::of((0usize..3, any::<bool>(), any::<bool>(), 1u8..16, 0u8..8)),
    ) {
        let variants = variants();
        let guard = guard.map(|(lock, write, trylock, first, more)| Guard {
            lock: Guarded::ALL[lock].0,
            mode: if write { LockMode::Write } else { LockMode::Read },
            trylock,
            first,
            last: first + more,
        });
        let switches = Switches {
            rcu,
            hotplug,
            guard,
            without: Guarded::ALL.get(without).map(|of| of.0),
            frees: Frees::ALL.get(frees).map(|of| of.0),
            around: Around::ALL.get(around).map_or(Around::Nothing, |of| of.0),
            reads: Reads::ALL.get(reads).map_or(Reads::AsWritten, |of| of.0),
            whole,
        };
        let of = Composition { choice: variants[variant % variants.len()], switches };
        let text = of.to_string();
        prop_assert!(text.len() <= link::MAX_BYTES, "{}", text);
        prop_assert_eq!(Composition::parse(&text), Some((of, Vec::new())));
        let found = of.search();
        prop_assert!(!of.sentence(&found).is_empty());
        if let Ok(found) = found {
            prop_assert!(found.complete);
        }
    }

    #[test]
    fn no_text_panics(tail in "[a-z0-9/?&=:.-]{0,80}", version in "[v0-9]{0,3}") {
        Composition::parse(&format!("#{version}/compose/{tail}"));
        Composition::parse(&format!("v1/compose/munmap?guard={tail}"));
    }
}
