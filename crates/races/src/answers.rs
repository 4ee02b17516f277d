//! Why the patch's rules are what they are: six questions, each answered in words and by variants of the tables that anyone can
//! search again.

use crate::choice::Choice;
use crate::outcome::Outcomes;
use crate::verdicts::{Row, Table, tables};

/// A question about the patch, and its answer.
#[derive(Debug)]
pub struct Answer {
    /// Its name, in links.
    pub name: &'static str,
    /// The question.
    pub question: &'static str,
    /// The answer in words.
    pub text: &'static str,
    /// The variants that show it.
    pub evidence: &'static [Evidence],
}

/// A variant of the tables that an answer points at.
#[derive(Debug)]
pub struct Evidence {
    /// Which variant it is, and what follows from its verdict.
    pub says: &'static str,
    /// What the answer takes for granted that goes wrong; nothing where it is safe.
    pub claims: Outcomes,
    /// The table, by its name.
    pub table: &'static str,
    row: &'static str,
    /// The heading of its column.
    column: &'static str,
}

impl Evidence {
    /// Where it is: the table, its line, the number of the column, the variant and the verdict that the table has. None only for
    /// an answer that names what is not there, which a test forbids.
    pub fn place(&self) -> Option<(&'static Table, &'static Row, usize, Choice, Outcomes)> {
        let table = tables().find(|table| table.name == self.table)?;
        let row = table.rows.iter().find(|row| row.label == self.row)?;
        let column = table.columns.headings().position(|heading| heading == self.column)?;
        let (choice, expected) = row.cells(table.columns).nth(column)??;
        Some((table, row, column, choice, expected))
    }
}

const SAFE: Outcomes = Outcomes::empty();
const WILD: Outcomes = Outcomes::WILD;
/// Freed pte tables, and wild memory.
const PTE: Outcomes = Outcomes::UAF_PTE.union(WILD);
/// Freed pmd tables, and wild memory.
const PMD: Outcomes = Outcomes::UAF_PMD.union(WILD);

const fn evidence(
    says: &'static str,
    claims: Outcomes,
    table: &'static str,
    row: &'static str,
    column: &'static str,
) -> Evidence {
    Evidence { says, claims, table, row, column }
}

/// The questions, each of which leads to the next one.
pub static ANSWERS: [Answer; 6] = [
    Answer {
        name: "kernel-read",
        question: "Why is the read lock enough for kernel tables?",
        text: "walk_kernel_page_table_range() asserts only that init_mm's lock is held, for reading or for \
               writing. Nearly all changes to kernel tables only add tables, and then nothing that a walker \
               has seen goes away. Code that frees a table can take the write lock, which keeps out all \
               walks that hold the read lock. The walks themselves may run at the same time (b123d09304d8, \
               v6.8). Code that takes another lock, as memory hot-remove does, has to be kept out by the \
               walk's caller.",
        evidence: &[
            evidence(
                "v6.17, the walk holds the read lock: vmalloc() only adds tables.",
                SAFE,
                "patch",
                "kernel tables, read, vmalloc()",
                "v6.17",
            ),
            evidence(
                "v7.3, the walk holds the read lock: x86's collapse holds the write lock when it frees a \
                 table.",
                SAFE,
                "collapse",
                "and init_mm for writing",
                "read",
            ),
            evidence(
                "A draft of the change in v7.3, in which the collapse holds the read lock: two read locks do not exclude \
                 each other.",
                PTE,
                "collapse",
                "and init_mm for reading",
                "read",
            ),
            evidence(
                "Memory hot-remove takes another lock, so here not even the write lock helps.",
                Outcomes::UAF_PTE.union(PMD),
                "hot-remove",
                "x86-64, no hotplug lock",
                "write",
            ),
        ],
    },
    Answer {
        name: "user-write",
        question: "Why do user tables need the write lock?",
        text: "munmap() removes a VMA from the tree under the write lock, downgrades to the read lock, and \
               only then frees the VMA's page tables. A walk by addresses does not notice that the VMA is \
               gone, and with the read lock it can run while munmap() frees. For a walk by VMAs the read \
               lock is enough: it finds no VMA there and does not read the tables. So \
               walk_page_range_debug() asserts the write lock (8782fb61cc84, v6.0).",
        evidence: &[
            evidence(
                "The debug walk holds the read lock, munmap() downgrades.",
                PMD,
                "munmap",
                "x86-64, downgrades",
                "read",
            ),
            evidence("The debug walk holds the write lock.", SAFE, "munmap", "x86-64, downgrades", "write"),
            evidence(
                "The debug walk holds the read lock, and munmap() keeps the write lock, as MAP_FIXED does: \
                 without the downgrade, nothing goes wrong.",
                SAFE,
                "munmap",
                "x86-64, keeps the lock",
                "read",
            ),
            evidence(
                "A walk of VMAs holds the read lock, munmap() downgrades.",
                SAFE,
                "munmap",
                "walk of VMAs, downgrades",
                "read",
            ),
        ],
    },
    Answer {
        name: "handed-over",
        question: "Why could init_mm be handed over to the kernel walk?",
        text: "When walk_page_range_debug() is called with init_mm, it continues in \
               walk_kernel_page_table_range(), whose rule is weaker. The stronger rule is there because of \
               munmap(), and nobody unmaps init_mm: it has no VMAs. The remaining changes add tables, and \
               against those the read lock is enough.",
        evidence: &[
            evidence(
                "The patch as posted, the debug walk of init_mm holds the read lock: vmalloc() adds tables.",
                SAFE,
                "patch",
                "debug walk of init_mm, read",
                "patch",
            ),
            evidence("The same, as merged.", SAFE, "patch", "debug walk of init_mm, read", "v6.17"),
        ],
    },
    Answer {
        name: "not-covered",
        question: "What did that rule not cover?",
        text: "A huge vmap. It maps 2 MiB with one entry, and if an earlier mapping has left an empty pte \
               table there, it frees that table. Until v7.2-rc6 it took no lock for this, so no lock kept it \
               out, and \u{201c}kernel tables are not freed\u{201d} was not true. Every other mm shares the \
               same kernel tables, and its own lock does not protect them.",
        evidence: &[
            evidence(
                "v6.17, a dump of init_mm holds the read lock.",
                PTE,
                "patch",
                "init_mm, read, huge vmap",
                "v6.17",
            ),
            evidence("v6.17, it holds the write lock.", PTE, "patch", "init_mm, write, huge vmap", "v6.17"),
            evidence(
                "v6.17, a dump of another mm holds that mm's write lock.",
                PTE,
                "patch",
                "another mm, huge vmap",
                "v6.17",
            ),
        ],
    },
    Answer {
        name: "closed",
        question: "How did v7.3 close it?",
        text: "A huge vmap now holds init_mm's lock for reading while it clears, frees and maps. If it does \
               not get the lock at once, it maps small pages (26444eb71465). Vmaps work on separate ranges \
               and need not exclude each other, so the read lock is enough for them, and a dump has to take \
               the write lock. So the debug walk asserts init_mm's write lock, and it no longer hands over \
               to the kernel walk, which asks only for the read lock. ptdump locks init_mm also when it \
               dumps another mm (27c32e553834).",
        evidence: &[
            evidence(
                "v7.3, a dump of init_mm holds the write lock.",
                SAFE,
                "patch",
                "init_mm, write, huge vmap",
                "v7.3",
            ),
            evidence(
                "v7.3, if it held only the read lock, as the kernel walk may.",
                PTE,
                "patch",
                "init_mm, read, huge vmap",
                "v7.3",
            ),
            evidence(
                "v7.3, a dump of another mm: ptdump locks both.",
                SAFE,
                "patch",
                "another mm, huge vmap",
                "v7.3",
            ),
            evidence(
                "v7.3, if it locked only the other mm.",
                PTE,
                "other-mm",
                "v7.3, the mm's lock",
                "write",
            ),
        ],
    },
    Answer {
        name: "arm64",
        question: "Why did arm64's earlier fix have to go?",
        text: "From v6.18 to v7.2-rc6, a huge vmap on arm64 waited for dumps: while a dump ran, the vmap \
               took init_mm's lock for reading after it had cleared the entry and before it freed the table. \
               This is too late for a walker that has tested the entry and reads it once more (this search \
               found it; no mail on the kernel's lists mentions it). Together with the new rule it would be \
               worse. The vmap holds the read lock, the dump waits for the write lock, and the vmap asks for \
               a second read lock. Then the vmap waits for the dump, and the dump waits for the vmap. Hence \
               9d3277b2c07c removed it.",
        evidence: &[
            evidence(
                "v6.18, arm64 waits before it frees.",
                WILD,
                "patch",
                "arm64, write, huge vmap",
                "v6.18",
            ),
            evidence(
                "v7.3, if arm64 did both.",
                Outcomes::DEADLOCK,
                "patch",
                "arm64, v7.3 with v6.18's key",
                "v7.3",
            ),
            evidence("v7.3, as it is.", SAFE, "patch", "arm64, write, huge vmap", "v7.3"),
        ],
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{short, survey};

    #[test]
    fn every_answer_points_at_variants_that_have_the_verdict_it_claims() {
        for answer in &ANSWERS {
            assert!(
                answer.evidence.iter().any(|evidence| evidence.claims.is_empty())
                    || answer.name == "not-covered"
            );
            for evidence in answer.evidence {
                let (_, _, _, choice, expected) = evidence.place().expect(evidence.says);
                assert_eq!(expected, evidence.claims, "{}: the table", evidence.says);
                let found = survey::search(&choice).expect(evidence.says);
                assert!(found.is(expected), "{}: {} is found", evidence.says, short(found.outcomes));
            }
        }
    }

    #[test]
    fn every_answer_has_a_name_of_its_own() {
        for (index, answer) in ANSWERS.iter().enumerate() {
            assert!(ANSWERS[..index].iter().all(|other| other.name != answer.name), "{}", answer.name);
        }
    }
}
