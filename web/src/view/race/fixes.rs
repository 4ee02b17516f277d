//! The fixes of a race: commit, CVE, versions, and the ways to what goes wrong without each and does not with it.

use narrate::source::{commit, cve};
use races::Fix;

use crate::el::{El, el};

/// In a line, for who is at the race: each leads to what goes wrong without it.
pub fn line(race: &str) -> Option<El> {
    let each: Vec<El> = Fix::of_race(race)
        .map(|fix| {
            let way = el("a").attr("href", &["#", &fix.address()].concat()).child(fix.commit);
            el("li").child(way).child(", ").child(fix.since).child(fix.cve.map(|cve| [", ", cve].concat()))
        })
        .collect();
    let title = if each.len() == 1 { "The fix:" } else { "The fixes:" };
    (!each.is_empty()).then(|| el("div.fix-line").child(el("b").child(title)).child(el("ul").children(each)))
}

/// All that is known of them; the one that was `asked` for stands out, and so does the run that is shown, `here`.
pub fn fixes(race: &str, asked: Option<&Fix>, here: &str) -> Option<El> {
    let each: Vec<El> = Fix::of_race(race).map(|fix| view(fix, asked == Some(fix), here)).collect();
    (!each.is_empty()).then(|| {
        el("section.fixes[aria-labelledby=fixes]")
            .child(el("h2[id=fixes]").child(if each.len() == 1 { "Its fix" } else { "Its fixes" }))
            .children(each)
    })
}

fn view(fix: &Fix, asked: bool, here: &str) -> El {
    let out = |href: &str, text: &str| {
        el("a[target=_blank][rel=noopener noreferrer]").attr("href", href).child(text)
    };
    let run = |of: String, text: &'static str| {
        let is_here = of == here;
        el("a").attr("href", &["#", &of].concat()).when(is_here, "[aria-current=true]").child(text)
    };
    let number = fix.cve.map(|id| el("span").child(", ").child(out(&cve(id), id)));
    let affected = fix.affected.map(|of| el("span").child("; affected: ").child(of));
    let instead = fix.instead().map(|(thought, shown)| {
        el("p.instead")
            .child("One might think that ")
            .child(thought)
            .child(". ")
            .child(run(["v1/compose/", shown].concat(), "Try that"))
    });
    el("div.fix")
        .when(asked, ".asked-for")
        .child(el("h3").child(fix.title()))
        .child(
            el("p")
                .child(out(&commit(fix.commit), fix.commit))
                .child(number)
                .child(el("span").child(", in ").child(fix.since))
                .child(affected),
        )
        .child(
            el("p")
                .child(run(fix.without().to_string(), "Without it"))
                .child(" · ")
                .child(run(fix.with().to_string(), "With it")),
        )
        .child(instead)
}
