//! Models whose answers are known: verdicts, shortest schedules and numbers of states are pinned.

mod models;

use explore::{Broken, CannotMove, Lane, Model, Progress, Schedule, Search, Turn, Verdict, replay};
use models::{Bits, Buffer, Counter, Exclusion, Philosophers, Protocol};

/// Runs to the end, at most `fuel` states at a time.
fn sliced<M: Model>(model: M, limit: u32, fuel: u32) -> (Verdict, Progress) {
    let mut search = Search::new(model, limit);
    while !search.run(fuel).ended {}
    (search.verdict(), search.progress())
}

/// The verdict, the same in slices of any size, with a schedule that does what it says.
fn verdict<M: Model + Copy>(model: M) -> Verdict {
    let whole = sliced(model, 10_000, u32::MAX);
    for fuel in [1, 2, 7, 100] {
        assert_eq!(sliced(model, 10_000, fuel), whole, "in slices of {fuel}");
    }
    if let Verdict::Fails { broken, schedule, .. } = &whole.0 {
        let end = replay(&model, schedule).last().expect("a state").expect("it fits");
        let turns: Vec<_> = Lane::ALL[..M::LANES].iter().map(|&lane| model.turn(&end, lane)).collect();
        match *broken {
            Broken::Property(property) => assert!(!model.holds(&end, property)),
            Broken::Deadlock => {
                assert!(turns.contains(&Turn::Wait) && !turns.contains(&Turn::Move), "{turns:?}");
            }
        }
    }
    whole.0
}

fn fails(broken: Broken, schedule: &str, states: u32) -> Verdict {
    Verdict::Fails { broken, schedule: schedule.parse().expect("a schedule"), states }
}

fn exclusion(protocol: Protocol) -> Exclusion {
    Exclusion { protocol, claim_both: false }
}

#[test]
fn a_read_and_a_write_lose_updates() {
    assert_eq!(verdict(Counter::Atomic), Verdict::Safe { states: 8 });
    assert_eq!(verdict(Counter::ReadThenWrite), fails(Broken::Property(0), "a2bcbc", 58));
}

#[test]
fn peterson_keeps_the_other_out() {
    assert_eq!(verdict(exclusion(Protocol::Peterson)), Verdict::Safe { states: 32 });
    assert_eq!(verdict(exclusion(Protocol::GivesWayFirst)), fails(Broken::Property(0), "ab3a3", 40));
    assert_eq!(verdict(exclusion(Protocol::FlagsOnly)), fails(Broken::Deadlock, "ab", 5));
}

#[test]
fn what_is_to_be_reachable_and_is_not_is_told_when_all_is_seen() {
    let both = |protocol| Exclusion { protocol, claim_both: true };
    assert_eq!(verdict(both(Protocol::Peterson)), Verdict::Unreachable { property: 2, states: 32 });

    let mut search = Search::new(both(Protocol::GivesWayFirst), 10_000);
    search.run(u32::MAX);
    assert_eq!(search.verdict(), Verdict::Safe { states: 48 });
    let reached = |property| search.reached(property).expect("reached").to_string();
    assert_eq!([reached(0), reached(1), reached(2)], ["a3", "b3", "ab3a3"]);
    assert_eq!(search.reached(3), None);
}

#[test]
fn philosophers_starve_with_a_fork_in_every_left_hand() {
    assert_eq!(verdict(Philosophers::LeftFirst), fails(Broken::Deadlock, "abc", 13));
    assert_eq!(verdict(Philosophers::InOrder), Verdict::Safe { states: 12 });
}

#[test]
fn a_buffer_overflows_between_the_check_and_the_put() {
    assert_eq!(verdict(Buffer::Atomic), Verdict::Safe { states: 44 });
    assert_eq!(verdict(Buffer::CheckThenPut), fails(Broken::Property(0), "a3bab", 34));
    assert_eq!(verdict(Buffer::OneMore), fails(Broken::Deadlock, "a2cacbcbcbc2", 44));
}

#[test]
fn eight_lanes_are_told_apart() {
    assert_eq!(verdict(Bits { never: 0xff }), fails(Broken::Property(0), "abcdefgh", 256));
    // 93 with fewer bits, then 62 of four bits that come before it in the order of the alphabet.
    assert_eq!(verdict(Bits { never: 0b1011_0100 }), fails(Broken::Property(0), "cefh", 93 + 62 + 1));
}

#[test]
fn more_room_changes_nothing_once_it_is_decided() {
    for model in [Buffer::Atomic, Buffer::CheckThenPut] {
        let mut search = Search::new(model, 1_000);
        search.run(u32::MAX);
        let before = (search.verdict(), search.progress());
        search.raise_limit(u32::MAX);
        assert_eq!((search.verdict(), search.progress()), before);
    }
}

#[test]
fn a_limit_is_met_exactly_and_can_be_raised() {
    let model = Buffer::Atomic;
    let whole = sliced(model, u32::MAX, u32::MAX);
    let all = whole.0.states();
    assert_eq!(sliced(model, all, 1), whole, "as many as there are is enough");
    assert_eq!(sliced(model, 0, 1).0, Verdict::NotFinished { states: 1 });

    let mut search = Search::new(model, 1);
    for limit in 1..all {
        search.raise_limit(limit);
        assert!(search.run(u32::MAX).ended);
        assert_eq!(search.verdict(), Verdict::NotFinished { states: limit });
        search.raise_limit(limit - 1);
        assert!(search.progress().ended, "a lower limit changes nothing");
    }
    search.raise_limit(all);
    search.run(u32::MAX);
    assert_eq!((search.verdict(), search.progress()), whole, "also the transitions, which are counted once");
}

#[test]
fn a_search_that_is_left_claims_nothing() {
    let mut search = Search::new(Buffer::Atomic, 10_000);
    assert_eq!(search.verdict(), Verdict::NotFinished { states: 1 });
    let progress = search.run(5);
    assert_eq!(progress.expanded, 5);
    assert!(!progress.ended);
    assert_eq!(search.verdict(), Verdict::NotFinished { states: progress.states });
    assert_eq!(search.run(0), progress);
}

#[test]
fn a_schedule_that_does_not_fit_says_where() {
    let run = |text: &str| {
        let schedule: Schedule = text.parse().expect("a schedule");
        replay(&Buffer::Atomic, &schedule).collect::<Vec<_>>()
    };
    assert_eq!(run("").len(), 1);
    assert_eq!(run("a2c2").len(), 5);
    let error = |text| *run(text).last().expect("a state").as_ref().expect_err("an error");
    let lane = |letter| Lane::from_letter(letter).expect("a lane");
    assert_eq!(error("a3b"), CannotMove { step: 3, lane: lane('a'), turn: Some(Turn::Wait) });
    assert_eq!(error("acacaca"), CannotMove { step: 7, lane: lane('a'), turn: Some(Turn::Done) });
    assert_eq!(error("ad"), CannotMove { step: 2, lane: lane('d'), turn: None });
    assert_eq!(run("a3b5c7").len(), 4, "nothing follows an error");
    assert_eq!(
        error("a3").to_string(),
        "step 3 of this schedule moves lane a, which waits for another lane there: let that one move first"
    );
}
