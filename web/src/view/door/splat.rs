//! What a kernel's warning says of a page walk.

use mm::LockMode;
use splats::{Explained, Verdict, Walk};

use crate::el::{El, el};
use crate::shared::sentence;

/// One splat.
pub(super) fn splat(of: &Explained) -> El {
    let head = el("h3").child(format!("Line {}: {}", of.splat.line, of.splat.header));
    let section = el("div.splat").child(head);
    match &of.verdict {
        Verdict::NoWalk { instead, site } => {
            let link = site.as_ref().and_then(|site| Some((site.title, site.link.as_ref()?)));
            let link = link.map(|(title, hash)| el("a").attr("href", &hashed(hash)).child(title));
            let says = el("p").child("No page walk in this trace: ").child(format!("{instead}. "));
            section.child(says.child(link))
        }
        Verdict::Walk(walk) => walked(section, of, walk),
    }
}

fn walked(section: El, of: &Explained, walk: &Walk) -> El {
    let mut rows: Vec<El> = Vec::new();
    let mut row = |what: &'static str, says: El| rows.push(el("div").child(el("dt").child(what)).child(says));
    let dd = |says: String| el("dd").child(says);
    let caller = walk.caller.as_ref().map(|caller| format!(", called by {caller}()"));
    row("Walk", dd(format!("{}(){}", walk.function, caller.unwrap_or_default())));
    if let Some(missing) = &walk.missing {
        let mode = if missing.mode == LockMode::Write { "for writing" } else { "in any mode" };
        row("Missing lock", dd(format!("{}, held {mode}: {}", missing.lock, missing.why)));
    }
    if let Some(build) = &walk.build {
        let lockdep = match build.lockdep {
            Some(true) => "With lockdep",
            Some(false) => "Without lockdep",
            None => "Not known whether with lockdep",
        };
        let more =
            walk.missing.as_ref().map(|_| format!(" {} {}", sentence(&build.meaning), build.other_kernels));
        row("What the build could know", dd(format!("{lockdep}: {}.{}", build.by, more.unwrap_or_default())));
    }
    let version = of.splat.version.as_ref().map(|version| format!("{}, shown as ", version.text));
    let kernel = format!("{}{}: {}", version.unwrap_or_default(), walk.row.revision.id(), walk.row.why);
    row("Kernel", dd(kernel));
    let held: Vec<String> = of
        .splat
        .held
        .iter()
        .flatten()
        .map(|held| format!("{} (taken by {}())", held.name, held.at))
        .collect();
    if !held.is_empty() {
        row("Held", dd(held.join(", ")));
    }
    let link = |hash: &str, title: &str| el("a").attr("href", &hashed(hash)).child(title);
    if let Some(race) = &walk.race {
        row("Nearest race", el("dd").child(link(&race.link, race.title)).child(format!(": {}", race.why)));
    }
    if let Some(site) = &walk.site {
        let title = match &site.link {
            Some(hash) => link(hash, site.title),
            None => el("span").child(site.title),
        };
        row("Call site", el("dd").child(title).child(format!(" ({})", site.file)));
    }
    row("Is it safe?", el("dd").child(link(&walk.case, "This walk, with the locks that were held")));
    if !walk.assumed.is_empty() {
        row("Assumed", dd(walk.assumed.join("; ")));
    }
    // It may begin with the name of a function.
    let happened = format!("{}.", walk.happened);
    section.child(el("p").child(happened)).child(el("dl").children(rows))
}

/// A link with its sign.
fn hashed(link: &str) -> String {
    if link.starts_with('#') { link.to_owned() } else { format!("#{link}") }
}
