//! What a write changed in an entry: before and after, and the bits by name.

use narrate::EntryDiff;
use pgtable::SetFlag;

use crate::el::{El, el};

/// What a write changed in the entry `what`.
pub fn diff(what: &str, diff: &EntryDiff) -> El {
    let (was, is) = (diff.was.to_string(), diff.is.to_string());
    let target = diff.target.map(|[was, is]| {
        let name = |pa: Option<pgtable::PhysAddr>| pa.map_or("nowhere".to_owned(), |pa| format!("{pa:#x}"));
        row(
            "points to",
            el("dd").child(el("code").child(name(is))).child(", was ").child(el("code").child(name(was))),
        )
    });
    let same = (diff.was == diff.is).then(|| row("changes", el("dd").child("nothing")));
    el("li.diff").child(el("span.what").child(what)).child(
        el("dl")
            .child(row("was", digits(&was, &is)))
            .child(row("is", digits(&is, &was)))
            .child(flags("cleared", "\u{2212}", &diff.cleared))
            .child(flags("set", "+", &diff.set))
            .child(target)
            .child(same),
    )
}

fn row(name: &'static str, what: El) -> El {
    el("div").child(el("dt").child(name)).child(what)
}

/// A number, with the digits underlined that are others in `other`.
fn digits(number: &str, other: &str) -> El {
    let mut code = el("code");
    let mut from = 0;
    let differs = |at: usize| number.as_bytes().get(at) != other.as_bytes().get(at);
    for to in 1..=number.len() {
        if to == number.len() || differs(to) != differs(from) {
            let part = &number[from..to];
            code = if differs(from) { code.child(el("u").child(part)) } else { code.child(part) };
            from = to;
        }
    }
    el("dd").child(code)
}

fn flags(name: &'static str, sign: &'static str, flags: &[SetFlag]) -> Option<El> {
    let named = flags.iter().map(|SetFlag { flag, value }| {
        el("li")
            .attr("title", flag.about)
            .child(el("span[aria-hidden=true]").child(sign))
            .child(el("code").child(flag.name).child(flag.is_field().then(|| format!("={value}"))))
    });
    (!flags.is_empty()).then(|| row(name, el("dd").child(el("ul").children(named))))
}
