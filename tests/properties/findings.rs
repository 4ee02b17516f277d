//! Programs that once broke a law, as bytes, and a few at the edges. Each is tried with every law.
//!
//! A new finding of `cargo xtask fuzz` or of the property tests is one more test here, with a look at what makes it one: if
//! the way in which bytes are read changes, a kept program becomes another, and its test says so.

use mm::{LockMode, Task};
use pagewalk::{EntryPoint, Event, LockName, Status, Test};
use pagewalk_tests::laws;
use pagewalk_tests::program::{FUEL, Program};
use pgtable::Level;

/// The program of a string of hexadecimal digits, after every law has been tried with it.
fn kept(hex: &str) -> Program {
    tried(&bytes_of(hex))
}

/// The bytes of a string of hexadecimal digits.
pub(super) fn bytes_of(hex: &str) -> Vec<u8> {
    let digit = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).expect("two digits");
    (0..hex.len()).step_by(2).map(digit).collect()
}

fn tried(bytes: &[u8]) -> Program {
    let program = Program::decode(bytes);
    for (_, law) in laws::ALL {
        law(&program);
    }
    program
}

#[test]
fn the_plainest_and_the_fullest_program() {
    for byte in [0, 1, 2, 3, 7, 0x55, 0x7f, 0x80, 0xfe, 0xff] {
        for length in [0, 1, 40, 700] {
            tried(&vec![byte; length]);
        }
    }
    let rising: Vec<u8> = (0..=255).cycle().take(700).collect();
    tried(&rising);
}

/// `vma_start_write()` of a VMA that the walker and another task hold for reading: panicked.
#[test]
fn a_write_lock_of_an_area_with_two_readers() {
    let program = kept(
        "000001007f997a000000bf381900000066030000000000000000b6690000000000000000002e08005c0000000000000000470000000000000000c7\
         0000310000000000000016330000000000001f005b000000010000370000003000000000282479",
    );
    let Status::Waiting(LockName::Vma(vma)) = program.run(FUEL).status else { panic!("another program now") };
    let own = program.world.vma(vma).map(|vma| vma.held_by(Task::Walker));
    assert_eq!(own, Some(LockMode::Read), "another program now");
}

/// `walk_page_vma()` of no VMA: walked `init_mm`.
#[test]
fn a_walk_of_no_area() {
    let program = kept(
        "00000000163d4f000000000000000006240000000018000000000038003e000000000000000000001a004a000000003000000000001a002f",
    );
    let walk = &program.walk;
    assert_eq!((walk.entry(), walk.args().vma), (EntryPoint::Vma, None), "another program now");
    assert_eq!(program.run(FUEL).status, Status::Done(pagewalk::EINVAL));
}

/// `folio_walk_start()` of a pmd that another task made a table before its lock was taken: took a pte for the pmd.
#[test]
fn a_folio_walk_of_a_pmd_that_becomes_a_table() {
    let program = kept(
        "00000c000197000100000000000700000000000000000000000000000000004700000000000000000000000000000000000000000000\
         000000000000000002000000000001000000000000000000000000000000000200000000000500260000000000000000000000000000\
         00000000000000000000009d00000000000000000000000000002500000044000000360000bd00000000000000000000000000000000\
         00000000000000a60000004f0000000000000000000200000005000000009b00000600000000000000000005004d0000160000110000\
         007d00000000001d0000000400000006000000000000000002000002020002005500000000000002000047",
    );
    let events = program.run(FUEL).events;
    let becomes_a_table = |three: &[Event]| {
        matches!(
            three,
            [
                Event::Read { level: Level::Pmd, test: Test::Leaf, verdict: false, .. },
                Event::Unlock { .. },
                Event::RcuLock
            ]
        )
    };
    assert!(events.windows(3).any(becomes_a_table), "another program now");
}
