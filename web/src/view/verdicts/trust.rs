//! How far all of it can be trusted: what was compared with what kernels did, per kernel and machine.

use races::verdicts::ABOUTS;

use crate::el::{El, el};
use crate::marks::Mark;
use crate::place::TRUST;

/// Written by the runs of `tests/equal.rs`: a line for each machine, tabs between cells.
const EQUAL: &str = include_str!("equal.txt");

/// What the last columns are about, by their names in the file.
const CAPTURED: [(&str, &str); 3] =
    [("all", "all kernels"), ("walks", "walks of a booted kernel"), ("texts", "texts of its debugfs")];

/// What stands in the columns, each with what it was compared with.
const COLUMNS: [(&str, &str); 3] = [
    (
        "A kernel",
        "Cases that were run through the mm/pagewalk.c of that very version, unmodified, which logged each event. The walker of this page \
         makes the same events in the same order. \u{201c}patch\u{201d} is the file as it was posted (v2); v7.2 follows the rules of v7.3.",
    ),
    (
        "Walks of a booted kernel",
        "A 7.3.4 kernel that booted on such a machine walked its own tables and logged each callback: same callbacks, addresses, entries, \
         hole depths and return values.",
    ),
    (
        "Texts of its debugfs",
        "The files of its page tables (ptdump), and its check for pages that are writable and executable: equal to the byte.",
    ),
];

/// What was not compared.
const NOT: [&str; 4] = [
    "v6.6.153 was read, not traced. No case is of powerpc or s390: there the walks and texts of a booted kernel are all there is. Where a line \
     has only dashes, its figures come from the kernel\u{2019}s headers, and the rules from its siblings.",
    "folio_walk_start() has no traces: it follows the source.",
    "The callers and the other CPUs of a race follow the kernel\u{2019}s source of the version that each names. Their verdicts are compared with what \
     sources and mails say, which is the sign \u{2260} above.",
    "A search proves what it says for a small machine, whose CPUs see each other\u{2019}s writes in order: a weaker memory order, TLBs and \
     batched flushes are not modelled.",
];

/// The number of this behind those of the tables of verdicts.
pub fn number() -> usize {
    ABOUTS.len()
}

/// Where the last line begins, which is the sum.
const SUM: usize = {
    let text = EQUAL.as_bytes();
    let mut at = text.len() - 1;
    while text[at - 1] != b'\n' {
        at -= 1;
    }
    at
};

/// The sum, apart from the lines: it is there before they are.
static LAST: [u8; EQUAL.len() - SUM] = {
    let mut last = [0; EQUAL.len() - SUM];
    last.copy_from_slice(EQUAL.as_bytes().split_at(SUM).1);
    last
};

/// The whole, closed or open; `content` comes with the part [`rare`](crate::parts::rare), which an open one asks for.
pub fn trust(open: bool, content: Option<fn() -> El>) -> El {
    el("section.trust[aria-labelledby=trust]").child(
        el("details")
            .does(Mark::Table(number() as u32))
            .attr("data-name", TRUST)
            .when(open, "[open]")
            .child(
                el("summary")
                    .child(el("h2[id=trust]").child("How far it can be trusted"))
                    .child(el("span.tally").child(sum())),
            )
            .child(content.filter(|_| open).map(|content| content())),
    )
}

/// The cells of each line.
fn lines() -> impl Iterator<Item = Vec<&'static str>> {
    EQUAL.lines().map(|line| line.split('\t').collect())
}

/// All that was compared, in a few words.
fn sum() -> String {
    let all: Vec<&str> = str::from_utf8(&LAST).unwrap_or_default().trim_end().split('\t').collect();
    let [.., cases, walks, texts] = all[..] else { return String::new() };
    format!("equal: {cases} traced cases, {walks} walks and {texts} texts of booted kernels")
}

/// What is in it.
pub fn content() -> El {
    let columns = COLUMNS.into_iter().flat_map(|(what, says)| [el("dt").child(what), el("dd").child(says)]);
    el("div.content")
        .child(el("p").child(
            "What this page steps is compared with what kernels did. The tests of Pagewalk run each of these comparisons anew, write the table from \
             them, and fail when one is not equal. A number says how many were compared and are equal; where some are not, it says how many \
             of how many.",
        ))
        .child(el("dl.races").children(columns))
        .child(
            el("div.frame[role=region][tabindex=0][aria-label=What is equal, by machine and kernel]").child(
                el("table.many")
                    .child(el("caption").child(
                        el("span").child("What is equal, by machine and kernel. \u{2013}: nothing was compared"),
                    ))
                    .child(el("thead").child(el("tr").children(lines().take(1).flatten().map(head))))
                    .child(el("tbody").children(lines().skip(1).map(row))),
            ),
        )
        .child(el("h3").child("What was not compared"))
        .child(el("ul.not").children(NOT.map(|says| el("li").child(says))))
}

fn head(name: &'static str) -> El {
    let title = CAPTURED.into_iter().find(|(of, _)| *of == name).map_or(name, |(_, title)| title);
    el("th[scope=col]").child(title)
}

fn row(cells: Vec<&'static str>) -> El {
    let mut cells = cells.into_iter();
    let machine = cells.next().unwrap_or_default();
    let model = pgtable::model(machine).ok();
    let name = model.map_or("all machines", |model| model.title);
    let id = model.map(|model| el("span.says").child(el("code").child(model.id)));
    el("tr").child(el("th[scope=row]").child(name).child(id)).children(cells.map(cell))
}

fn cell(says: &'static str) -> El {
    if says == "\u{2013}" {
        return el("td")
            .child(el("span[aria-hidden=true]").child(says))
            .child(el("span.sr").child("nothing compared"));
    }
    // "3 of 5": what is not equal is no smaller number, but a difference.
    let differs = says.contains("of").then(|| el("strong.differs").child("\u{2260} "));
    el("td").child(differs).child(says)
}
