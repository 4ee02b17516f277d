//! What is odd in one dump, and what differs between two.

use texts::check::{Checked, Finding, Kind};

use super::Press;
use crate::answers::{Answers, Beside};
use crate::el::{El, el};

/// Most findings and differences that are drawn: nobody reads more.
const MOST: usize = 200;

/// What is odd in a dump, with what each kind of finding means.
pub(super) fn checked(of: &Checked) -> El {
    let count = of.findings.len() as u64 + of.more;
    let title = match count {
        0 => "Checked by itself: nothing is odd".to_owned(),
        1 => "Checked by itself: 1 finding".to_owned(),
        count => format!("Checked by itself: {count} findings"),
    };
    let found = |kind: &Kind| of.findings.iter().any(|finding| finding.kind == *kind);
    let legend = Kind::ALL.into_iter().filter(found).map(|kind| (kind.name(), kind.about()));
    let rows = of.findings.iter().take(MOST).map(|finding| row(finding, finding.kind.name()));
    let rows = rows.chain(of.notes.iter().take(MOST).map(|note| row(note, "note")));
    let head = ["kind", "line", "what"].map(|title| el("th[scope=col]").child(title));
    let table = (!of.findings.is_empty() || !of.notes.is_empty()).then(|| {
        el("div.ranges.found[tabindex=0][role=region][aria-label=What is odd]").child(
            el("table")
                .child(el("caption").child(shown(count, of.notes.len())))
                .child(el("thead").child(el("tr").children(head)))
                .child(el("tbody").children(rows)),
        )
    });
    let not = of.not_checked.iter().map(|says| el("li").child(format!("Not checked: {says}")));
    el("details.check")
        .when(count > 0, "[open]")
        .child(el("summary").child(title))
        .child(legend_of(legend))
        .child(table)
        .child(el("ul.notes").children(not))
}

/// How many of them are shown.
fn shown(count: u64, notes: usize) -> String {
    let first = |count: u64| if count > MOST as u64 { format!(", the first {MOST}") } else { String::new() };
    let notes = match notes {
        0 => String::new(),
        notes => format!("; notes, which are usual: {notes}{}", first(notes as u64)),
    };
    format!("Findings: {count}{}{notes}.", first(count))
}

fn row(of: &Finding, kind: &'static str) -> El {
    el("tr")
        .child(el("th[scope=row]").child(kind))
        .child(if of.line > 0 { el("td").child(of.line) } else { el("td").child("\u{2013}") })
        .child(el("td").child(&*of.what))
}

/// What the names mean that stand in the table below.
fn legend_of(names: impl Iterator<Item = (&'static str, &'static str)>) -> El {
    let names = names.map(|(name, means)| {
        el("div").child(el("dt").child(el("code").child(name))).child(el("dd").child(means))
    });
    el("dl.legend").children(names)
}

/// The ways to compare an answer with the others.
pub(super) fn others(nth: usize, answers: &Answers) -> Option<El> {
    answers.all.get(nth).filter(|answer| answer.is_dump())?;
    let others = answers.all.iter().enumerate().filter(|(other, of)| *other != nth && of.is_dump());
    let buttons: Vec<El> = others
        // The older one is the first of the two.
        .map(|(other, of)| Press::Compare(other.max(nth), other.min(nth)).button().child(of.called()))
        .collect();
    (!buttons.is_empty()).then(|| {
        el("p.buttons.others").child(el("span").child("Compare it range by range with ")).children(buttons)
    })
}

/// Two dumps, range by range.
pub(super) fn compared(of: &Beside) -> El {
    let compared = &of.compared;
    let count = compared.differences.len() as u64 + compared.more;
    let what = of
        .what
        .iter()
        .zip(["A", "B"])
        .map(|(what, name)| el("div").child(el("dt").child(name)).child(el("dd").child(&**what)));
    let alike = match (count, compared.same) {
        (0, 0) => "Nothing can be compared: no range is in both.".to_owned(),
        (0, _) => format!("No range differs: {:#x} bytes are alike in all that both tell.", compared.same),
        (count, same) => {
            let differ =
                if count == 1 { "1 range differs".to_owned() } else { format!("{count} ranges differ") };
            format!("{differ}; {same:#x} bytes are alike in all that both tell.")
        }
    };
    let not = compared.not_compared.iter().map(|says| el("li").child(format!("Not compared: {says}")));
    let side = |side: &Option<texts::diff::Side>| {
        el("td").child(side.as_ref().map_or_else(|| "nothing".to_owned(), ToString::to_string))
    };
    let rows = compared.differences.iter().take(MOST).map(|of| {
        el("tr")
            .child(el("td").child(format!("{:x}", of.start)))
            .child(el("td").child(format!("{:x}", of.last)))
            .child(el("th[scope=row]").child(of.columns.join(", ")))
            .child(side(&of.a))
            .child(side(&of.b))
    });
    let head = ["first", "last", "differs", "A says", "B says"].map(|title| el("th[scope=col]").child(title));
    let first = if count > MOST as u64 { format!(", the first {MOST} of {count}") } else { String::new() };
    let table = (count > 0).then(|| {
        el("div.ranges[tabindex=0][role=region][aria-label=What differs]").child(
            el("table")
                .child(el("caption").child(format!(
                    "What differs{first}, from the first byte to the last. Each side says: level, rights, physical address, attributes in brackets, line of its text; \
                     \u{2013} and ? are not told."
                )))
                .child(el("thead").child(el("tr").children(head)))
                .child(el("tbody").children(rows)),
        )
    });
    el("div.beside-dumps")
        .child(el("dl").children(what))
        .child(el("p").child(alike))
        .child(el("ul.notes").children(not))
        .child((count > 0).then(|| legend_of(compared.legend())))
        .child(table)
}
