//! What holds for every walk, over any tables: tables that point to each other or to nowhere, entries of any value,
//! callbacks that answer and write anything, VMAs of every kind.
//!
//! The laws are in `src/laws`; here each is tried with random programs.

mod findings;
mod reach;
mod timeline;

use pagewalk_tests::{for_each_law, laws, program::Program};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

/// How many programs a law is tried with, unless `PROPTEST_CASES` says so.
const CASES: u32 = 2048;

/// Any program. Long strings have full tables, short ones are plain.
fn program() -> impl Strategy<Value = Program> {
    bytes().prop_map(|bytes| Program::decode(&bytes))
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![4 => prop::collection::vec(any::<u8>(), 200..700), 1 => prop::collection::vec(any::<u8>(), 0..200)]
}

/// Tries a law. A failure names the shortest bytes that were found to break it.
fn try_law(law: fn(&Program)) {
    // What is found is kept as a test of its own.
    let mut config = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
    if std::env::var_os("PROPTEST_CASES").is_none() {
        config.cases = CASES;
    }
    let mut runner = TestRunner::new(config);
    let tried = runner.run(&bytes(), |bytes| {
        law(&Program::decode(&bytes));
        Ok(())
    });
    if let Err(broken) = tried {
        panic!("{broken}");
    }
}

macro_rules! tests {
    ($($module:ident::$law:ident,)*) => {
        $(
            #[test]
            fn $law() {
                try_law(laws::$module::$law);
            }
        )*
    };
}
for_each_law!(tests);
