//! What the lab says of races.

use explore::{Aim, Found, RaceModel, Search};
use scenario::races::{RaceLink, texts};

use super::*;

fn open(link: &str) -> Session {
    let (link, problem) = RaceLink::parse(link).expect("a link to a race");
    assert_eq!(problem, None);
    let (session, problem) = Session::open(&link).expect("it starts");
    assert_eq!(problem, None);
    session
}

fn point_of(session: &Session) -> RacePoint {
    let choice = session.choice();
    point(&session.moment(), choice.revision, texts::of(choice.race))
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
    assert_eq!((&*lock.holders, &*lock.queue, lock.changed), ("CPU 1 (write)", "CPU 0 (read)", true));
    assert!(point.sentence.starts_with("CPU 0 wants mm.mmap_lock for reading"), "{}", point.sentence);
}
