//! What the lab says of races.

use explore::Schedule;
use races::{Aim, Composition, Found, RaceLink, RaceModel, RaceSearch};

use super::decided::Does;
use super::*;

fn open(link: &str) -> Session {
    let (link, problem) = RaceLink::parse(link).expect("a link to a race");
    assert_eq!(problem, []);
    let (session, problem) = Session::open(&link).expect("it starts");
    assert_eq!(problem, None);
    session
}

fn point_of(session: &Session) -> RacePoint {
    let choice = session.choice();
    point(&session.moment(), choice.revision, choice.race)
}

fn lane(letter: char) -> Lane {
    Lane::from_letter(letter).expect("a lane")
}

#[test]
fn a_blocked_lane_says_for_what_it_waits_and_who_holds_it() {
    let mut session = open("v1/race/munmap?s=ba&t=2");
    let waits = |session: &Session| {
        let point = point_of(session);
        let lane = &point.lanes[0];
        (lane.status, lane.says.clone())
    };
    session.go_to(1);
    assert_eq!(waits(&session).0, LaneStatus::Ready, "it can still ask for the lock");
    session.go_to(2);
    assert_eq!(
        waits(&session),
        (LaneStatus::Waits, "waits for mm.mmap_lock (read), held by CPU 1 (write)".into())
    );
    let point = point_of(&session);
    let lock = point.locks.iter().find(|lock| lock.name == "mm.mmap_lock").expect("a lock");
    assert_eq!(
        (lock.holders.join(" "), lock.queue.join(" ")),
        ("CPU 1 (write)".into(), "CPU 0 (read)".into())
    );
    assert!(lock.changed);
    assert!(point.sentence.starts_with("CPU 0 wants mm.mmap_lock for reading"), "{}", point.sentence);
}

#[test]
fn a_lane_says_what_it_does_next_and_where_it_is() {
    let session = open("v1/race/munmap?s=b4a21b10c2a&t=16");
    let point = point_of(&session);
    let [walker, munmap, rcu] = &point.lanes[..] else { panic!("two CPUs and RCU") };
    assert_eq!((&*walker.name, walker.func, walker.moved), ("CPU 0", "walk_page_range_debug", true));
    assert_eq!(walker.stack, ["walk_pgd_range", "walk_p4d_range"]);
    assert_eq!(walker.code.as_deref(), Some("walk_pud_range(p4d, addr, end)"));
    let current: Vec<_> = walker.lines.iter().filter(|line| line.current).map(|line| line.text).collect();
    assert_eq!(current, ["walk_page_range_debug"]);
    assert_eq!(
        (munmap.status, &*munmap.says),
        (LaneStatus::Ready, "The page-table lock of the table at 0x50000 is taken.")
    );
    assert_eq!((rcu.rcu, rcu.status, &*rcu.says), (true, LaneStatus::Done, "nothing to do"));
}

#[test]
fn the_table_at_stake_goes_from_live_to_freed_under_the_walker() {
    let mut session = open("v1/race/munmap?s=b4a21b10c2a");
    let mut lives = Vec::new();
    for at in 0..=session.steps().len() {
        session.go_to(at);
        let point = point_of(&session);
        let pmd = point.tables.iter().find(|table| table.name == "PMD table").expect("a pmd table");
        if lives.last() != Some(&pmd.life) {
            lives.push(pmd.life);
        }
        assert_eq!(point.outcome.is_some(), session.fatal() == Some(at));
    }
    assert_eq!(lives, [Life::Live, Life::Unlinked, Life::Leaving, Life::Freed]);
    let end = point_of(&session);
    let pmd = end.tables.iter().find(|table| table.name == "PMD table").expect("a pmd table");
    assert_eq!((pmd.slots.len(), pmd.walkers.join(" ")), (0, "CPU 0".into()));
    let outcome = end.outcome.expect("it goes wrong");
    assert_eq!((&*outcome.what, outcome.goal), ("a freed pmd table is read", true));
    assert!(outcome.why.contains("asserts the write lock"));
    let status: Vec<_> = end.lanes.iter().map(|lane| lane.status).collect();
    assert_eq!(status, [LaneStatus::Faulted, LaneStatus::Stopped, LaneStatus::Done]);
}

#[test]
fn rcu_waits_for_a_reader_and_says_for_whom() {
    // The walker stands inside its read section while munmap() hands the tables over.
    let mut session = open("v1/race/munmap?lock=none");
    let reader = |session: &Session| !session.moment().state.world.frames.readers().is_empty();
    while !reader(&session) {
        assert!(session.step(lane('a')));
    }
    while session.step(lane('b')) {}
    let point = point_of(&session);
    assert_eq!(
        (point.lanes[2].status, &*point.lanes[2].says),
        (LaneStatus::Waits, "waits for CPU 0 to leave its RCU read section")
    );
    let life = &point.tables.last().expect("a table").life_words;
    assert_eq!(life, "handed to RCU, which waits for CPU 0");
    let section = point.locks.iter().find(|lock| lock.name == "RCU read section").expect("it is used");
    assert_eq!(section.holders, ["CPU 0"]);
}

#[test]
fn stepping_another_cpu_earlier_starts_a_branch_and_keeps_the_old_one() {
    let mut session = open("v1/race/munmap?s=a3ba&t=5");
    session.go_to(2);
    assert!(session.step(lane('a')), "as the branch goes on");
    assert_eq!((session.at(), session.branches().count(), session.steps().len()), (3, 1, 5));
    session.go_to(1);
    assert!(session.step(lane('b')));
    let views: Vec<_> = session.branches().collect();
    assert_eq!(views[0].about, "5 steps");
    assert_eq!((&*views[1].name, &*views[1].about), ("branch 2", "forked from branch 1 at step 1, 2 steps"));
    assert!(views[1].current && !views[0].current);
    assert_eq!(session.link().to_string(), "v1/race/munmap/x86_64-4level/v6.17?lock=read&s=ab&t=2");
    session.show(0);
    assert_eq!((session.steps().len(), session.at()), (5, 2));
    // The same way again is no third branch.
    session.go_to(1);
    assert!(session.step(lane('b')));
    assert_eq!((session.branches().count(), session.steps().len()), (2, 2));
    // A lane that cannot move starts none: munmap() waits for the reader.
    session.go_to(1);
    session.show(0);
    session.go_to(0);
    assert!(!session.step(lane('c')));
    assert_eq!(session.branches().count(), 2);
}

#[test]
fn what_a_search_finds_is_loaded_at_its_start() {
    let mut session = open("v1/race/munmap");
    let way: explore::Schedule = "b4a21b10c2a".parse().expect("a schedule");
    session.load(&way);
    assert_eq!((session.at(), session.fatal(), session.branches().count()), (0, Some(38), 1));
    let view = session.branches().next().expect("a branch");
    assert_eq!(view.about, "found by the search, 38 steps");
    assert_eq!(view.wrong.as_deref(), Some("a freed pmd table is read at step 38"));
    session.go_to(3);
    assert!(session.step(lane('b')));
    session.load(&way);
    assert_eq!((session.at(), session.branches().count()), (0, 1), "known already");
}

#[test]
fn going_anywhere_is_as_it_was_the_first_time() {
    for link in ["munmap?s=b4a21b10c2a", "two-walkers?s=acb10c10a30b20", "set-prot?rule=no-mutex&s=a2ba31b2"]
    {
        let (link, _) = RaceLink::parse(&format!("v1/race/{link}")).expect("a race");
        let (mut session, _) = Session::open(&link).expect("it starts");
        let mut tape = Tape::new(session.choice()).expect("it starts");
        let mut seen = vec![point_of(&session)];
        session.go_to(0);
        seen[0] = point_of(&session);
        for at in 1..=session.steps().len() {
            session.go_to(at);
            seen.push(point_of(&session));
            assert!(tape.push(session.steps()[at - 1]));
            assert_eq!(tape.state(at), session.moment().state);
        }
        for at in (0..seen.len()).rev() {
            session.go_to(at);
            assert_eq!(point_of(&session), seen[at], "step {at}");
            assert_eq!(tape.cut(at).state(at), session.moment().state);
        }
    }
}

#[test]
fn a_schedule_that_does_not_fit_is_shown_as_far_as_it_does() {
    let (link, _) = RaceLink::parse("v1/race/munmap?s=ba9c&t=40").expect("a race");
    let (session, problem) = Session::open(&link).expect("it starts");
    assert_eq!((session.steps().len(), session.at()), (2, 2));
    let problem = problem.expect("CPU 0 waits");
    assert!(problem.contains("step 3 of this schedule moves lane a, which waits"), "{problem}");
    let (link, _) = RaceLink::parse("v1/race/munmap?s=h").expect("a race");
    let (_, problem) = Session::open(&link).expect("it starts");
    assert!(problem.expect("no such lane").contains("is not there"));
    // Under the write lock the counterexample goes only so far.
    let session = open("v1/race/munmap?s=b4a21b10c2a&t=38");
    let choice = session.choice().with_lock(mm::LockMode::Write);
    let (other, problem) = session.with_choice(choice).expect("it starts");
    assert!(problem.is_some() && other.steps().len() < 38 && other.fatal().is_none());
    assert_eq!(other.at(), other.steps().len());
}

#[test]
fn a_press_can_go_on_to_the_next_stop() {
    let mut session = open("v1/race/munmap");
    let mut presses = 0;
    while session.step_to_stop(lane('a')) {
        presses += 1;
    }
    assert_eq!((presses, session.steps().len()), (26, 39));
    assert_eq!(point_of(&session).lanes[0].status, LaneStatus::Done);
}

#[test]
fn a_deadlock_is_an_outcome_and_everybody_says_for_whom_they_wait() {
    let session = open("v1/race/nested-read?s=aba&t=3");
    let point = point_of(&session);
    assert_eq!(session.fatal(), Some(3));
    assert!(point.sentence.ends_with("Nobody can move any more: this is a deadlock."), "{}", point.sentence);
    let says: Vec<_> = point.lanes.iter().map(|lane| &*lane.says).collect();
    assert_eq!(
        says,
        [
            "waits for mm.mmap_lock (read), held by CPU 0 (read), and first in the queue is CPU 1 (write)",
            "waits for mm.mmap_lock (write), held by CPU 0 (read)"
        ]
    );
}

#[test]
fn answers_are_honest() {
    let ask = |link: &str, question, limit| {
        let session = open(link);
        let choice = session.choice();
        let aim = match question {
            Question::Find => Aim::Only(choice.race.aim),
            Question::Prove => Aim::Everything,
        };
        let mut search = RaceSearch::new(RaceModel::new(choice, aim).expect("it starts"), limit);
        search.run(u32::MAX);
        words::answer(question, choice, &Found::of(&search))
    };
    let all = u32::MAX;
    assert_eq!(
        ask("v1/race/munmap", Question::Find, all),
        "Found: a freed pmd table is read, in 38 steps. There is no shorter way to this goal. 733 states seen."
    );
    assert_eq!(
        ask("v1/race/munmap?lock=write", Question::Find, all),
        "No order of steps leads to it: all 202 states visited. \u{201c}Prove it\u{201d} looks for everything else that may go wrong."
    );
    assert_eq!(
        ask("v1/race/munmap?lock=write", Question::Prove, all),
        "Safe: all 202 states visited, and nothing goes wrong in any of them."
    );
    assert_eq!(
        ask("v1/race/munmap", Question::Prove, all),
        "Not safe: 1,223 states visited. The shortest way to each problem:"
    );
    assert_eq!(
        ask("v1/race/munmap", Question::Prove, 100),
        "Not finished: 100 states seen, and nothing goes wrong in them. There are more states."
    );
}

#[test]
fn every_race_can_be_told_from_start_to_end() {
    for race in races::RACES {
        let mut session = Session::new(races::Choice::first(race)).expect("it starts");
        for round in 0..400 {
            let moved = (0..4).any(|next| session.step(Lane::ALL[(round * 7 + next) % 4]));
            let point = point_of(&session);
            assert!(!point.sentence.is_empty() && !point.tables.is_empty(), "{}", race.id);
            for lane in &point.lanes {
                assert!(!lane.says.is_empty(), "{}: {lane:?}", race.id);
            }
            if !moved {
                break;
            }
        }
        assert!(session.steps().len() > 2, "{}", race.id);
    }
}

#[test]
fn what_comes_next_is_one_sentence() {
    // CPU 1 clears a pte: which bits go is for afterwards.
    let session = open("v1/race/munmap?lock=none&s=b5&t=5");
    let next = &point_of(&session).lanes[1].says;
    assert_eq!(next, "PTE slot 511 changes from 0x8000000000200067 to 0x0000000000000000.");
    let session = open("v1/race/munmap?s=b2&t=2");
    assert!(point_of(&session).lanes[1].says.starts_with("removes the VMA from the maple tree"));
}

#[test]
fn a_counterexample_is_taken_away_with_its_steps_its_outcome_and_what_decides_it() {
    let session = open("v1/race/munmap?s=b4a21b10c2a");
    let text = super::sheet::steps(&session).text("https://example.org/");
    for part in [
        "CPU 0: walk_page_range_debug() walks the tables",
        "RCU: call_rcu() frees a table",
        "Goal met: a freed pmd table is read.",
        "Decided: RCU frees the table at step 37. CPU 0 still holds its",
        "https://example.org/#v1/race/munmap/",
    ] {
        assert!(text.contains(part), "{part}:\n{text}");
    }
    // Each step has its line; those that decide, and the last one, stand out.
    let line = |step: usize| {
        text.lines().find(|line| line.trim_start_matches('*').trim_start().starts_with(&format!("{step}. ")))
    };
    let out: Vec<usize> = (1..=38).filter(|step| line(*step).expect("a line").starts_with('*')).collect();
    let decided = session.decided().expect("it goes wrong");
    let held = decided.held.expect("it held the table").1;
    assert_eq!(out, [held, decided.step, 38]);

    let mut session = session;
    session.go_to(10);
    let text = super::sheet::step(&session, &point_of(&session)).text("");
    assert!(text.starts_with("A debug walk and munmap()") && text.contains("step 10 of 38"), "{text}");
    assert!(
        text.contains("mmap_assert_write_locked(mm) fails:") && text.contains("Why this rule exists."),
        "{text}"
    );
    assert!(
        text.contains("mm.mmap_lock: CPU 1 (read), CPU 0 (read)")
            || text.contains("mm.mmap_lock: CPU 0 (read)"),
        "{text}"
    );
    assert!(!text.contains("Goal met"), "{text}");
}

#[test]
fn thousands_are_set_apart() {
    for (number, shown) in [(0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567")] {
        assert_eq!(words::number(number), shown);
    }
}

#[test]
fn a_composed_race_has_an_address_of_its_own_and_marks_what_the_kernel_does_not_have() {
    let text = "v1/compose/huge-vmap/x86_64-4level/v7.3?lock=write&rule=nothing&guard=init-read:try:2-4";
    let (of, _) = Composition::parse(text).expect("a composition");
    let unlike = Unlike {
        start: of.start().expect("it makes sense"),
        own: of.kernels_own().start().expect("it starts"),
        address: of.to_string(),
        most: text.len() + 8,
    };
    let (mut session, problem) = Session::unlike(of.choice, unlike, &Schedule::default(), 0);
    assert_eq!((problem, session.address(0).as_str()), (None, text));
    let point = session.point();
    let added = |lane: usize| -> Vec<_> {
        point.lanes[lane].lines.iter().filter(|line| line.added).map(|line| line.text).collect()
    };
    // There it stands before the lock is given up.
    assert_eq!((added(0), added(1)), (Vec::new(), vec!["pmd_set_huge(pmd)"]));
    session.step(Lane::ALL[1]);
    assert_eq!(session.address(1), format!("{text}&s=b&t=1"));
    for _ in 0..30 {
        session.step(Lane::ALL[0]);
        session.step(Lane::ALL[1]);
    }
    assert_eq!(session.address(9), text, "too long");
}

#[test]
fn who_looks_for_a_page_without_a_lock_reads_once_and_is_waited_for() {
    let mut session = open("v1/race/gup-fast/arm64-4k-48/v7.3");
    for _ in 0..3 {
        session.step(lane('a'));
    }
    let point = point_of(&session);
    assert!(
        point.sentence.starts_with("CPU 0: PMD slot ")
            && point.sentence.contains(" is read once: it leads to a table"),
        "{}",
        point.sentence
    );
    assert_eq!((point.lanes[0].role, point.lanes[0].func), ("looks for a page in the tables", "gup_fast"));
    while session.step(lane('b')) {}
    let khugepaged = &point_of(&session).lanes[1];
    assert_eq!(
        (khugepaged.status, &*khugepaged.says),
        (LaneStatus::Waits, "waits for CPU 0 to turn its interrupts on again")
    );
    // Then it goes on, and the page is not pinned any more or khugepaged sees that it is.
    while session.step(lane('a')) {}
    while session.step(lane('b')) {}
    assert_eq!(point_of(&session).outcome, None);
}

#[test]
fn what_decides_a_run_without_a_freed_table_is_the_last_change_of_another_cpu() {
    for (link, does) in [
        ("v1/race/mbind/x86_64-4level/v7.3?rule=mm-only", "PTE slot 511 changes from"),
        ("v1/race/rox/x86_64-4level/v7.3?lock=write&rule=x-first", "PTE slot 511 changes from"),
        ("v1/race/gup-fast/arm64-4k-48/v7.3?rule=pte-only", "copies the page to its place in the huge page"),
    ] {
        let (RaceLink { choice, .. }, _) = RaceLink::parse(link).expect("a race");
        let found = races::survey::search(&choice).expect("it starts");
        let way = found.ways.iter().find(|(outcomes, _)| !outcomes.contains(races::Outcomes::UAF_PTE));
        let mut session = Session::new(choice).expect("it starts");
        session.load(&way.expect("it goes wrong").1);
        let decided = session.decided().expect("it goes wrong");
        assert_eq!((decided.does, decided.held), (Does::Changes, None), "{link}");
        session.go_to(decided.step);
        let said = point_of(&session).sentence;
        assert!(said.contains(does), "{link}: {said}");
        let text = super::sheet::steps(&session).text("");
        assert!(text.contains(&format!("CPU 1 makes its last change at step {}.", decided.step)), "{text}");
    }
}

#[test]
fn a_page_that_may_be_written_and_executed_is_shown_as_such() {
    let mut session = open("v1/race/rox/riscv64-sv39/v7.3?lock=write&rule=x-first");
    let words = |session: &Session| {
        let tables = point_of(session).tables;
        tables.iter().flat_map(|table| &table.slots).map(|slot| slot.words.clone()).collect::<Vec<_>>()
    };
    assert!(words(&session).contains(&"page".to_owned()));
    session.step(lane('b'));
    assert!(words(&session).contains(&"page, W+X".to_owned()), "{:?}", words(&session));
    while session.step(lane('b')) {}
    assert!(words(&session).contains(&"page".to_owned()));
}
