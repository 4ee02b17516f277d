//! Why the patch's rules are what they are: six questions, each answered in words and by variants of the matrix that anyone can
//! search again.

use crate::choice::Choice;
use crate::matrix::{self, Cell, Row, Table};
use crate::state::Outcomes;

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

/// A variant of the matrix that an answer points at.
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
    pub fn place(&self) -> Option<(&'static Table, &'static Row, usize, Choice, Cell)> {
        let table = matrix::tables().find(|table| table.name == self.table)?;
        let row = table.rows.iter().find(|row| row.label == self.row)?;
        let column = table.columns.headings().position(|heading| heading == self.column)?;
        let (choice, cell) = row.cells(table.columns).nth(column)??;
        Some((table, row, column, choice, cell))
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
        question: "Why is reading enough for kernel tables?",
        text: "walk_kernel_page_table_range() asserts only that init_mm's lock is held, in whatever mode. What happens to kernel \
               tables is, nearly always, that some are added, and then nothing that a walker has seen goes away. Whoever \
               frees one can do so as a writer: that keeps readers out, and readers walk side by side (b123d09304d8, v6.8). Those who \
               take another lock, as memory hot-remove does, are for the caller to keep out.",
        evidence: &[
            evidence(
                "v6.17, the walk reads: vmalloc() only adds tables.",
                SAFE,
                "patch",
                "kernel tables, read, vmalloc()",
                "v6.17",
            ),
            evidence(
                "v7.3, the walk reads: x86's collapse frees a table as a writer.",
                SAFE,
                "collapse",
                "and init_mm for writing",
                "read",
            ),
            evidence(
                "A draft of that, in which the collapse reads: two readers do not keep each other out.",
                PTE,
                "collapse",
                "and init_mm for reading",
                "read",
            ),
            evidence(
                "Memory hot-remove takes another lock: here not even writing helps.",
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
        text: "munmap() takes an area out of the tree as a writer, downgrades to reading, and only then frees the area's page tables. \
               A walk that goes by addresses does not notice that the area is gone, and with the read lock it walks beside munmap(). \
               A walk that goes by VMAs may read: it finds no area there and looks no further. So walk_page_range_debug() asserts \
               the write lock (8782fb61cc84, v6.0).",
        evidence: &[
            evidence(
                "The debug walk reads, munmap() downgrades.",
                PMD,
                "munmap",
                "x86-64, downgrades",
                "read",
            ),
            evidence("The debug walk writes.", SAFE, "munmap", "x86-64, downgrades", "write"),
            evidence(
                "The debug walk reads, and munmap() keeps the write lock, as MAP_FIXED does: it is the downgrade that does it.",
                SAFE,
                "munmap",
                "x86-64, keeps the lock",
                "read",
            ),
            evidence(
                "A walk of VMAs reads, munmap() downgrades.",
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
        text: "Called with init_mm, walk_page_range_debug() goes on in walk_kernel_page_table_range(), whose rule is weaker. The stronger \
               one is there because of munmap(), and nobody unmaps init_mm: it has no VMAs. What is left are tables that are added, and \
               for those reading is enough.",
        evidence: &[
            evidence(
                "The patch as posted, the debug walk of init_mm reads: vmalloc() adds tables.",
                SAFE,
                "patch",
                "debug walk of init_mm, read",
                "patch",
            ),
            evidence("The same as merged.", SAFE, "patch", "debug walk of init_mm, read", "v6.17"),
        ],
    },
    Answer {
        name: "not-covered",
        question: "What did that rule not cover?",
        text: "A huge vmap. Where it maps 2 MiB with one entry, and an earlier mapping has left an empty pte table there, it frees that \
               table. Up to v7.2-rc6 it looked at no lock, so that none kept it out, and \u{201c}kernel tables are not freed\u{201d} \
               was not true. The same tables hang in every other mm as well, whose own lock has nothing to do with them.",
        evidence: &[
            evidence("v6.17, a dump of init_mm reads.", PTE, "patch", "init_mm, read, huge vmap", "v6.17"),
            evidence("v6.17, it writes.", PTE, "patch", "init_mm, write, huge vmap", "v6.17"),
            evidence(
                "v6.17, a dump of another mm, which writes.",
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
        text: "A huge vmap now holds init_mm's lock for reading while it clears, frees and maps, and where it does not get it at once it \
               maps small pages (26444eb71465). Vmaps have ranges of their own and need not keep each other out: reading is enough for \
               them, and a dump has to write. So the debug walk asserts init_mm's write lock and hands nothing over to a walk that is \
               content with reading, and ptdump locks init_mm also when it dumps another mm (27c32e553834).",
        evidence: &[
            evidence("v7.3, a dump of init_mm writes.", SAFE, "patch", "init_mm, write, huge vmap", "v7.3"),
            evidence(
                "v7.3, if it only read, as the kernel walk may.",
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
        text: "From v6.18 to v7.2-rc6 a huge vmap on arm64 waited for dumps: while one ran it took init_mm's lock for reading, between \
               clearing the entry and freeing the table. For a walker that has tested the entry and reads it once more that is too late \
               (this search found it; no mail of the kernel's says so). Beside the new rule it would be worse. The vmap reads, the dump \
               waits to write, and the vmap wants to read again: it waits behind the dump, and the dump for the vmap. \
               Hence 9d3277b2c07c took it out.",
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
                let (_, _, _, choice, cell) = evidence.place().expect(evidence.says);
                assert_eq!(cell.all(), evidence.claims, "{}: the table", evidence.says);
                let found = survey::search(&choice).expect(evidence.says);
                assert!(cell.is(&found), "{}: {} is found", evidence.says, short(found.outcomes));
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
