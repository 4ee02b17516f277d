//! The machine on programs that libFuzzer breeds to reach new code: `cargo xtask fuzz [--seconds N]`.
//!
//! A package of its own without a library or program, as the fuzzer's instrumentation links into this test only. What it
//! finds becomes a test in `tests/properties/findings.rs`.

#![cfg(fuzzing)]

use pagewalk_tests::laws;
use pagewalk_tests::program::Program;

#[test]
fn every_program_keeps_every_law() {
    bolero::check!().for_each(|bytes: &[u8]| {
        let program = Program::decode(bytes);
        for (_, law) in laws::ALL {
            law(&program);
        }
    });
}
