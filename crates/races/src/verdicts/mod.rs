//! What is expected of every variant of every race, and the tables in which a person sees it.
//!
//! A race has its cases in the file of its name: by rule, kernel, lock and facts of the machine, each variant in exactly one.
//! They are the specification (docs/kernel-facts.md, part 3) and what follows from it: a walker reads an entry several times before
//! it follows it, so that in the window in which a table may be freed it can also follow an entry that has changed (a wild read).
//! A [`Row`] of a table only names variants; what it shows is looked up with [`of`].

mod collapse;
mod fault_around;
mod gup_fast;
mod hot_remove;
mod huge_pud;
mod huge_vmap;
mod kernel_pud;
mod kernel_vmap;
mod mbind;
mod munmap;
mod munmap_mapping;
mod munmap_vmas;
mod nested_read;
mod other_mm;
mod page_fault;
mod patch;
mod pud_refault;
mod reclaim;
mod retract;
mod rox;
mod set_prot;
mod set_prot_dump;
mod set_prot_merge;
mod stale_action;
mod two_walkers;
mod vmalloc;

use alloc::vec::Vec;

use mm::LockMode;
use pagewalk::Revision;
use pgtable::{Level, Model};

use crate::choice::Choice;
use crate::outcome::Outcomes;
use crate::race::{About, Race};

/// What is expected of each race that is there from the start, in the order of [`RACES`](crate::race::RACES).
const BASE: [&Verdicts; 20] = [
    &munmap::VERDICTS,
    &munmap_vmas::VERDICTS,
    &munmap_mapping::VERDICTS,
    &hot_remove::VERDICTS,
    &huge_vmap::VERDICTS,
    &huge_pud::VERDICTS,
    &kernel_vmap::VERDICTS,
    &kernel_pud::VERDICTS,
    &other_mm::VERDICTS,
    &collapse::VERDICTS,
    &set_prot::VERDICTS,
    &set_prot_dump::VERDICTS,
    &stale_action::VERDICTS,
    &pud_refault::VERDICTS,
    &retract::VERDICTS,
    &reclaim::VERDICTS,
    &page_fault::VERDICTS,
    &vmalloc::VERDICTS,
    &two_walkers::VERDICTS,
    &nested_read::VERDICTS,
];

/// What is expected of each of those that come later.
pub(crate) const LATER: [&Verdicts; 5] = [
    &mbind::VERDICTS,
    &fault_around::VERDICTS,
    &gup_fast::VERDICTS,
    &rox::VERDICTS,
    &set_prot_merge::VERDICTS,
];

late! {
    /// What is expected of those that come later.
    later: &'static [&'static Verdicts] = &LATER, until &[]
}

/// What is expected of each race that is here, those that come later apart.
fn here() -> [&'static [&'static Verdicts]; 2] {
    static HERE: [&Verdicts; BASE.len()] = BASE;
    [&HERE, later::here()]
}

/// What is expected of a race, and its tables.
#[derive(Debug)]
pub(crate) struct Verdicts {
    race: Race,
    cases: &'static [Case],
    tables: &'static [Table],
}

/// Some variants of a race, and what can go wrong in them.
#[derive(Debug)]
struct Case {
    rule: &'static str,
    /// On which machines.
    on: fn(&Model) -> bool,
    /// In which kernels, by what is so in them.
    kernels: fn(Revision) -> bool,
    /// How the walker holds the lock, and what goes wrong then.
    by_lock: &'static [(LockMode, Outcomes)],
}

/// A rule on every machine and in every kernel.
const fn case(rule: &'static str, by_lock: &'static [(LockMode, Outcomes)]) -> Case {
    Case { rule, on: |_| true, kernels: |_| true, by_lock }
}

impl Case {
    /// Only on these machines.
    const fn on(self, on: fn(&Model) -> bool) -> Self {
        Self { on, ..self }
    }

    /// Only in kernels in which this is so.
    const fn kernels(self, kernels: fn(Revision) -> bool) -> Self {
        Self { kernels, ..self }
    }

    fn expects(&self, choice: &Choice) -> Option<Outcomes> {
        let applies =
            self.rule == choice.rule.id && (self.on)(choice.model) && (self.kernels)(choice.revision);
        let by_lock = self.by_lock.iter().find(|(lock, _)| applies && *lock == choice.lock);
        by_lock.map(|(_, expected)| *expected)
    }
}

/// What is expected to go wrong in a variant; `None` only if its race lacks a case for it, which a test forbids.
pub fn of(choice: &Choice) -> Option<Outcomes> {
    let verdicts = here().into_iter().flatten().find(|of| of.race == choice.race)?;
    verdicts.cases.iter().find_map(|case| case.expects(choice))
}

/// All tables that are here: those of the specification, then the one about the patch, then those of races that come later.
pub fn tables() -> impl Iterator<Item = &'static Table> + Clone {
    let [base, later] = here();
    // A list, and no chain of iterators, which is more code for each who asks.
    let mut tables = Vec::new();
    for of in base {
        tables.extend(of.tables);
    }
    tables.push(&patch::TABLE);
    for of in later {
        tables.extend(of.tables);
    }
    tables.into_iter()
}

/// How many there are in these.
const fn count(of: &[&Verdicts]) -> usize {
    let (mut race, mut tables) = (0, 0);
    while race < of.len() {
        tables += of[race].tables.len();
        race += 1;
    }
    tables
}

/// How many there are from the start.
const FIRST: usize = count(&BASE) + 1;

/// What is known of the tables, in their order, by who does not have them: data that refers to no code.
pub static ABOUTS: [About; FIRST + count(&LATER)] = {
    let mut abouts = [patch::TABLE.about(); FIRST + count(&LATER)];
    let (mut race, mut next) = (0, 0);
    while race < BASE.len() + LATER.len() {
        if race == BASE.len() {
            // That of the patch.
            next += 1;
        }
        let of = if race < BASE.len() { BASE[race] } else { LATER[race - BASE.len()] };
        let mut table = 0;
        while table < of.tables.len() {
            abouts[next] = of.tables[table].about();
            next += 1;
            table += 1;
        }
        race += 1;
    }
    abouts
};

/// The number of the table of this name, or of the first one of this section of `docs/kernel-facts.md`, with what is known of it.
pub fn numbered(name: &str) -> Option<(usize, &'static About)> {
    let by = |of: usize| ABOUTS.iter().enumerate().find(|(_, about)| about.names[of] == name);
    by(0).or_else(|| by(1))
}

/// The tables that are not here: the number of each, and what is known of it.
pub fn awaited() -> impl Iterator<Item = (usize, &'static About)> {
    let from = if crate::race::are_complete() { ABOUTS.len() } else { FIRST };
    ABOUTS.iter().enumerate().skip(from)
}

/// What differs from column to column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Columns {
    /// How the walker holds the lock: not, for reading, for writing.
    Locks,
    /// The kernel; a rule that is named holds in all of them, else each has its own.
    Revisions,
    /// Nothing.
    One,
}

/// A line of a table: variants of a race.
#[derive(Debug)]
pub struct Row {
    /// What is the same in the whole line.
    pub label: &'static str,
    /// Who takes part.
    pub race: Race,
    /// The name of the machine.
    model: &'static str,
    /// Where kernels are no columns.
    revision: Revision,
    /// Where locks are no columns.
    lock: LockMode,
    /// Empty: that of the kernel.
    rule: &'static str,
    /// The headings of the columns that are filled; all if it is empty.
    only: &'static [&'static str],
    /// What the line says about the patch.
    pub says: &'static str,
}

/// A table of verdicts.
#[derive(Debug)]
pub struct Table {
    /// The section of docs/kernel-facts.md, or "patch".
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

impl Table {
    const fn about(&self) -> About {
        About { names: [self.name, self.id], title: self.title }
    }
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
        self.values().map(|(heading, ..)| heading)
    }

    /// The columns: the heading of each, the lock or the kernel that it stands for.
    fn values(self) -> impl Iterator<Item = (&'static str, Option<LockMode>, Option<Revision>)> {
        let (locks, revisions): (&[LockMode], &[Revision]) = match self {
            Self::Locks => (&LockMode::ALL, &[]),
            Self::Revisions => (&[], &Revision::ALL),
            Self::One => (&[], &[]),
        };
        let locks = locks.iter().map(|lock| (lock.name(), Some(*lock), None));
        let revisions = revisions.iter().map(|revision| (revision.id(), None, Some(*revision)));
        locks.chain(revisions).chain((self == Self::One).then_some(("", None, None)))
    }
}

impl Row {
    /// The variants by column, each with what is expected; none where a column is not filled.
    pub fn cells(&self, columns: Columns) -> impl Iterator<Item = Option<(Choice, Outcomes)>> {
        columns.values().map(|(heading, lock, revision)| {
            let revision = revision.unwrap_or(self.revision);
            let filled = self.only.is_empty() || self.only.contains(&heading);
            let model = self.race.model(self.model);
            if !filled || !self.race.exists_in(revision, model) {
                return None;
            }
            let choice = Choice::of(self.race, model, revision);
            let choice = choice.with_lock(lock.unwrap_or(self.lock)).with_rule(self.rule);
            Some((choice, of(&choice)?))
        })
    }

    /// Why there is nothing in a column, by its heading: the race does not happen in that kernel.
    pub fn absent(&self, heading: &str) -> Option<&'static str> {
        (self.race.absent)(Revision::from_id(heading)?, self.race.model(self.model))
    }

    /// Only these columns are filled.
    const fn only(self, only: &'static [&'static str]) -> Self {
        Self { only, ..self }
    }

    /// With what it says about the patch.
    const fn says(self, says: &'static str) -> Self {
        Self { says, ..self }
    }
}

/// A line whose columns are locks.
const fn locks(
    label: &'static str,
    race: Race,
    model: &'static str,
    revision: Revision,
    rule: &'static str,
) -> Row {
    Row { label, race, model, revision, lock: LockMode::None, rule, only: &[], says: "" }
}

/// A line whose columns are kernels.
const fn kernels(
    label: &'static str,
    race: Race,
    model: &'static str,
    lock: LockMode,
    rule: &'static str,
) -> Row {
    Row { label, race, model, revision: Revision::V7_3, lock, rule, only: &[], says: "" }
}

const X86: &str = "x86_64-4level";
const ARM64: &str = "arm64-4k-48";
const RISCV: &str = "riscv64-sv39";
const OPENRISC: &str = "openrisc";

const V6_16: Revision = Revision::V6_16;
const V6_17: Revision = Revision::V6_17;
const V6_18: Revision = Revision::V6_18;
const V7_1: Revision = Revision::V7_1;
const V7_3: Revision = Revision::V7_3;

const NONE: LockMode = LockMode::None;
const READ: LockMode = LockMode::Read;
const WRITE: LockMode = LockMode::Write;

/// Nothing goes wrong.
const SAFE: Outcomes = Outcomes::empty();
/// An entry is followed to where no table is.
const WILD: Outcomes = Outcomes::WILD;
/// A freed pte table is read.
const PTE: Outcomes = Outcomes::UAF_PTE;
/// A freed pte table is read, or wild memory.
const PTE_WILD: Outcomes = PTE.union(WILD);
/// A freed pmd table is read, or wild memory.
const PMD_WILD: Outcomes = Outcomes::UAF_PMD.union(WILD);
/// Freed tables of both levels are read, or wild memory.
const BOTH_WILD: Outcomes = PTE.union(PMD_WILD);

/// Whether a walk of a process's tables holds RCU while it reads a pte table.
const fn reads_under_rcu(revision: Revision) -> bool {
    revision.rules().map_can_fail
}

/// Whether it does not.
const fn reads_without_rcu(revision: Revision) -> bool {
    !reads_under_rcu(revision)
}

/// Whether pmd tables are tables of their own, which can be freed; elsewhere pmd entries are in the root.
fn has_pmd_tables(model: &Model) -> bool {
    model.table_level(Level::Pmd) != Level::Pgd
}

/// Whether page tables of a process are freed by RCU, pmd tables among them.
fn pmd_tables_by_rcu(model: &Model) -> bool {
    model.kernel.frees_by_rcu && has_pmd_tables(model)
}

/// Whether page tables of a process are freed by RCU, and pte tables are all there are besides the root.
fn pte_tables_by_rcu(model: &Model) -> bool {
    model.kernel.frees_by_rcu && !has_pmd_tables(model)
}

/// Whether page tables of a process are freed at once; the machines of this kind have no pmd tables.
fn pte_tables_at_once(model: &Model) -> bool {
    !model.kernel.frees_by_rcu
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::race::RACES;

    #[test]
    fn every_race_has_its_verdicts_in_the_order_of_the_races() {
        assert!(here().into_iter().flatten().map(|of| of.race).eq(RACES));
    }

    #[test]
    fn of_every_variant_something_is_expected_and_by_one_case_only() {
        for verdicts in here().into_iter().flatten() {
            for choice in Choice::every(verdicts.race) {
                let expected = verdicts.cases.iter().filter_map(|case| case.expects(&choice));
                assert_eq!(expected.count(), 1, "{choice:?}");
            }
        }
    }

    #[test]
    fn every_case_is_about_variants_that_there_are() {
        for &Verdicts { race, cases, .. } in here().into_iter().flatten().copied() {
            for case in cases {
                assert!(race.rule(case.rule).is_some(), "{race:?}: {case:?}");
                for (lock, _) in case.by_lock {
                    let applies = |choice: &Choice| choice.lock == *lock && case.expects(choice).is_some();
                    assert!(Choice::every(race).any(|choice| applies(&choice)), "{race:?}: {case:?}");
                }
            }
        }
    }

    #[test]
    fn every_place_of_every_table_is_a_variant_with_a_verdict() {
        let mut cells = 0;
        for table in tables() {
            for row in table.rows {
                let headings: Vec<_> = table.columns.headings().collect();
                assert!(row.only.iter().all(|only| headings.contains(only)), "{}", row.label);
                let filled = headings.iter().zip(row.cells(table.columns));
                for (heading, (choice, _)) in filled.filter_map(|(heading, cell)| Some((heading, cell?))) {
                    cells += 1;
                    assert_eq!(choice.model.id, row.model, "{}: {}", table.title, row.label);
                    assert!(row.rule.is_empty() || choice.rule.id == row.rule, "{}", row.label);
                    assert!(row.race.locks.contains(&choice.lock), "{}: {heading}", row.label);
                }
            }
        }
        // riscv64 removes no memory in 6.6 and 6.1, and has no huge vmaps in 6.1.
        assert_eq!(cells, 472);
    }

    #[test]
    fn where_nothing_is_in_a_table_of_kernels_it_says_why() {
        let mut said = Vec::new();
        for table in tables().filter(|of| of.columns == Columns::Revisions) {
            for row in table.rows.iter().filter(|row| row.only.is_empty()) {
                for (heading, cell) in table.columns.headings().zip(row.cells(table.columns)) {
                    assert_eq!(row.absent(heading).is_none(), cell.is_some(), "{} {heading}", row.label);
                    said.extend(row.absent(heading));
                }
            }
        }
        assert!(said.iter().any(|why| why.contains("riscv has huge vmaps only after v6.1")));
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
