//! Races × locks × rules × kernels, and the verdict that each variant has.
//!
//! The first tables are the specification: those of kernel-facts 3, row by row. [`Cell::expect`] is what they say,
//! [`Cell::also`] what the model finds besides: always a wild read, in the window in which a table may be freed. The walker reads an
//! entry several times before it follows it, which those tables only count where huge vmaps are concerned. The last table is about
//! the patch: why each of its rules is there, and what became of it.

mod facts;
mod patch;

use mm::LockMode;
use pagewalk::Revision;

use crate::choice::{Choice, Race};
use crate::found::Found;
use crate::model_of;
use crate::state::Outcomes;

/// The verdict of one variant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cell {
    /// What can go wrong; nothing where it is safe.
    pub expect: Outcomes,
    /// What can go wrong besides.
    pub also: Outcomes,
}

impl Cell {
    /// All that can go wrong.
    pub const fn all(self) -> Outcomes {
        self.expect.union(self.also)
    }

    /// Whether this is what a search has found.
    pub fn is(self, found: &Found) -> bool {
        found.complete && found.outcomes == self.all()
    }

    /// With a wild read besides.
    const fn or_wild(self) -> Self {
        Self { also: Outcomes::WILD, ..self }
    }
}

/// What differs from column to column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Columns {
    /// How the walker holds the lock: not, for reading, for writing.
    Locks,
    /// The kernel, in the order of [`Revision::ALL`]; a rule that is named holds in all of them, else each has its own.
    Revisions,
    /// Nothing.
    One,
}

/// A line of a table.
#[derive(Debug)]
pub struct Row {
    /// What is the same in the whole line.
    pub label: &'static str,
    race: Race,
    model: &'static str,
    revision: Revision,
    lock: LockMode,
    /// Empty: that of the kernel.
    rule: &'static str,
    /// By column; none where there is no verdict.
    cells: &'static [Option<Cell>],
    /// What the line says about the patch.
    pub says: &'static str,
}

/// A table of verdicts.
#[derive(Debug)]
pub struct Table {
    /// The section of `docs/kernel-facts.md` that it is the table of, or "patch".
    pub id: &'static str,
    /// Its own name, in links.
    pub name: &'static str,
    /// What it is about.
    pub title: &'static str,
    /// What its columns are.
    pub columns: Columns,
    /// Its lines.
    pub rows: &'static [Row],
}

impl Columns {
    /// What differs, for a person.
    pub const fn about(self) -> &'static str {
        match self {
            Self::Locks => "how the walker holds the lock of the mm that it walks",
            Self::Revisions => "under which kernel's rules",
            Self::One => "the only way there is",
        }
    }

    /// Their headings.
    pub fn headings(self) -> impl Iterator<Item = &'static str> {
        let (locks, revisions): (&[_], &[_]) = match self {
            Self::Locks => (&LockMode::ALL, &[]),
            Self::Revisions => (&[], &Revision::ALL),
            Self::One => (&[], &[]),
        };
        let one = (self == Self::One).then_some("");
        locks.iter().map(|lock| lock.name()).chain(revisions.iter().map(|revision| revision.id())).chain(one)
    }
}

impl Row {
    /// Who takes part.
    pub const fn race(&self) -> Race {
        self.race
    }

    /// The verdicts by column, each with its variant; none where there is none.
    pub fn cells(&self, columns: Columns) -> impl Iterator<Item = Option<(Choice, Cell)>> {
        self.cells.iter().enumerate().map(move |(column, cell)| {
            let cell = (*cell)?;
            let (lock, revision) = match columns {
                Columns::Locks => (*LockMode::ALL.get(column)?, self.revision),
                Columns::Revisions => (self.lock, *Revision::ALL.get(column)?),
                Columns::One => (self.lock, self.revision),
            };
            let choice = Choice::of(self.race, model_of(self.race, self.model), revision).with_lock(lock);
            Some((choice.with_rule(self.rule), cell))
        })
    }
}

pub(super) const X86: &str = "x86_64-4level";
pub(super) const ARM64: &str = "arm64-4k-48";
pub(super) const RISCV: &str = "riscv64-sv39";
pub(super) const OPENRISC: &str = "openrisc";
pub(super) const V6_17: Revision = Revision::V6_17;
pub(super) const V7_1: Revision = Revision::V7_1;
pub(super) const V7_3: Revision = Revision::V7_3;
pub(super) const NONE: LockMode = LockMode::None;
pub(super) const READ: LockMode = LockMode::Read;
pub(super) const WRITE: LockMode = LockMode::Write;

const fn cell(expect: Outcomes) -> Cell {
    Cell { expect, also: Outcomes::empty() }
}

pub(super) const SAFE: Option<Cell> = Some(cell(Outcomes::empty()));
/// A freed pte table is read.
pub(super) const T: Option<Cell> = Some(cell(Outcomes::UAF_PTE));
/// The same, and a wild read besides.
pub(super) const T_: Option<Cell> = Some(cell(Outcomes::UAF_PTE).or_wild());
/// A freed pmd table is read, and a wild read besides.
pub(super) const P_: Option<Cell> = Some(cell(Outcomes::UAF_PMD).or_wild());
/// Freed tables of both levels are read, and a wild read besides.
pub(super) const PT_: Option<Cell> = Some(cell(Outcomes::UAF_PTE.union(Outcomes::UAF_PMD)).or_wild());
/// A freed pte table is read, or wild memory.
pub(super) const TW: Option<Cell> = Some(cell(Outcomes::UAF_PTE.union(Outcomes::WILD)));
/// Freed tables of both levels are read, or wild memory.
pub(super) const PTW: Option<Cell> =
    Some(cell(Outcomes::UAF_PTE.union(Outcomes::UAF_PMD).union(Outcomes::WILD)));
pub(super) const W: Option<Cell> = Some(cell(Outcomes::WILD));
pub(super) const LOST: Option<Cell> = Some(cell(Outcomes::LOST));
pub(super) const TWICE: Option<Cell> = Some(cell(Outcomes::DOUBLE));
pub(super) const DEAD: Option<Cell> = Some(cell(Outcomes::DEADLOCK));

/// A line whose columns are locks.
pub(super) const fn locks(
    label: &'static str,
    race: Race,
    model: &'static str,
    revision: Revision,
    rule: &'static str,
    cells: &'static [Option<Cell>; 3],
) -> Row {
    Row { label, race, model, revision, lock: NONE, rule, cells, says: "" }
}

/// A line whose columns are kernels.
pub(super) const fn kernels(
    label: &'static str,
    race: Race,
    model: &'static str,
    lock: LockMode,
    rule: &'static str,
    cells: &'static [Option<Cell>; 7],
) -> Row {
    Row { label, race, model, revision: V6_17, lock, rule, cells, says: "" }
}

/// All tables: the specification's, then the patch's.
pub fn tables() -> impl Iterator<Item = &'static Table> + Clone {
    facts::TABLES.iter().chain([&patch::TABLE])
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    #[test]
    fn every_row_has_a_cell_for_every_column_and_every_variant_starts() {
        let mut cells = 0;
        for table in tables() {
            for row in table.rows {
                let row_cells: Vec<_> = row.cells(table.columns).collect();
                assert_eq!(
                    row_cells.len(),
                    table.columns.headings().count(),
                    "{}: {}",
                    table.title,
                    row.label
                );
                for (choice, _) in row_cells.into_iter().flatten() {
                    cells += 1;
                    assert!(choice.start().is_ok(), "{}: {} {choice:?}", table.title, row.label);
                    assert_eq!(choice.model.id, row.model, "{}: {}", table.title, row.label);
                    assert!(
                        row.rule.is_empty() || choice.rule_id() == row.rule,
                        "{}: {}",
                        table.title,
                        row.label
                    );
                }
            }
        }
        assert_eq!(cells, 259);
    }

    #[test]
    fn every_table_has_a_name_of_its_own_and_every_row_in_it() {
        let mut names: Vec<&str> = tables().map(|table| table.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), tables().count());
        assert!(names.iter().all(|name| name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')));
        for table in tables() {
            let mut labels: Vec<&str> = table.rows.iter().map(|row| row.label).collect();
            labels.sort_unstable();
            labels.dedup();
            assert_eq!(labels.len(), table.rows.len(), "{}", table.name);
        }
    }
}
