//! A writer that waits keeps new readers out, also those who read already.

use super::{Columns, READ, Row, Table, V7_3, Verdicts, X86, case, locks};
use crate::outcome::Outcomes;
use crate::race;

pub(super) static VERDICTS: Verdicts = Verdicts {
    race: &race::nested_read::RACE,
    cases: &[case("", &[(READ, Outcomes::DEADLOCK)])],
    tables: &[Table {
        id: "3.1",
        name: "nested-read",
        title: "A read lock inside a read lock, and a task that waits for the write lock",
        columns: Columns::One,
        rows: &[Row { lock: READ, ..locks("twice", &race::nested_read::RACE, X86, V7_3, "") }],
    }],
};
