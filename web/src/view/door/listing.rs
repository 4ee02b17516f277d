//! Page tables as a program prints them: what they are, what was assumed, what can be walked.

use texts::{FORMATS, Frames, Machine, Range, Right, Rights, Wish};

use super::{compared, level, option};
use crate::answers::{Shown, Walkable};
use crate::el::{El, el};
use crate::marks::List;
use crate::view::choices::choose;

/// What is said of them.
pub(super) fn listing(nth: usize, shown: &Shown) -> Vec<El> {
    let lines = if shown.lines == 1 { "line" } else { "lines" };
    let ranges = if shown.count == 1 { "range" } else { "ranges" };
    let rights = match shown.rights {
        Rights::None => "Rights are not printed".to_owned(),
        rights => format!("Rights are {}", rights.about()),
    };
    let what = format!(
        "{}. {} {lines}, {} mapped {ranges}. {rights}.",
        shown.format.about(),
        shown.lines,
        shown.count,
    );
    let several = (shown.candidates.len() > 1).then(|| {
        let names = shown.candidates.join(" and ");
        el("p.several").child(
            format!("Two formats fit: {names}. Choose which it is.")
                .replace("Two", number(shown.candidates.len())),
        )
    });
    let mut all = vec![el("p").child(what)];
    all.extend(several);
    all.push(match &shown.tables {
        Ok(walkable) => walks(walkable).child(el("span.built").child(
            "These tables are built from the ranges of the text: they are not the machine\u{2019}s own.",
        )),
        Err(why) => el("p.refused").child(format!("It cannot be walked: {why}.")),
    });
    all.push(chosen(nth, shown));
    if !shown.assumed.is_empty() {
        let says = shown.assumed.iter().map(|says| el("li").child(crate::shared::sentence(says)));
        all.push(el("div.assumed").child(el("h3").child("What was assumed")).child(el("ul").children(says)));
    }
    if !shown.problems.is_empty() {
        let more = (shown.more > 0).then(|| el("li").child(format!("and {} more", shown.more)));
        let says = shown.problems.iter().map(|says| el("li").child(&**says)).chain(more);
        all.push(
            el("div.problems")
                .child(el("h3").child("What could not be read; the rest is kept"))
                .child(el("ul").children(says)),
        );
    }
    all.push(compared::checked(&shown.checked));
    if shown.count > 0 {
        all.push(mapped("What the text maps", &shown.ranges, shown.count));
    }
    all
}

const fn number(of: usize) -> &'static str {
    match of {
        2 => "Two",
        3 => "Three",
        _ => "Several",
    }
}

/// The ways to walk them.
pub(super) fn walks(of: &Walkable) -> El {
    let link = |scenario: &str, title: &'static str| {
        el("a").attr("href", &format!("#v1/{scenario}/{}/v7.3", of.file)).child(title)
    };
    let kernel = of.has_kernel.then(|| link("kernel-walk", "Walk the kernel\u{2019}s addresses"));
    let user = of.has_user.then(|| link("debug-user", "Walk the user addresses"));
    let dump = of.file.model.kernel.ptdump.is_some().then(|| link("ptdump", "Dump them as ptdump does"));
    let call = el("a")
        .attr(
            "href",
            &format!(
                "#v1/call/{}/v7.3?fn=walk_page_range_debug&mm={}&lock=write&init=write",
                of.file,
                if of.has_user { "mm" } else { "init_mm" }
            ),
        )
        .child("Put a call together on them");
    let none = (!of.has_kernel && !of.has_user).then_some("Nothing is mapped, so a walk finds holes. ");
    el("p.walks").child(none).child(kernel).child(user).child(dump).child(call)
}

fn chosen(nth: usize, shown: &Shown) -> El {
    let formats = formats(nth, Some(shown.format.name()), &shown.candidates);
    let fits = |id: &&str| shown.machines.contains(id);
    let all = Machine::all().filter(|machine| shown.format.accepts(machine)).map(|machine| machine.id);
    let others: Vec<&str> = all.filter(|id| !fits(id)).collect();
    let is_chosen = |id: &str| shown.machine.is_some_and(|machine| machine.id == id);
    let machines =
        shown.machines.iter().copied().map(|id| option(nth, id, &format!("{id} (fits)"), is_chosen(id)));
    let machines = machines.chain(others.into_iter().map(|id| option(nth, id, id, is_chosen(id))));
    el("div.fields").child(choose(List::Format, "Read as", formats)).child(choose(
        List::Machine,
        "Machine",
        machines,
    ))
}

/// What can be chosen of a text that cannot be read as it was asked.
pub(super) fn choices(nth: usize, wish: Wish) -> El {
    let formats = formats(nth, wish.format.map(texts::Format::name), &[]);
    el("div.fields").child(choose(List::Format, "Read as", formats))
}

fn formats(nth: usize, chosen: Option<&str>, candidates: &[&str]) -> impl Iterator<Item = El> {
    FORMATS.iter().map(move |format| {
        let name = format.name();
        let fits = if candidates.contains(&name) { " (fits)" } else { "" };
        option(nth, name, &format!("{name}{fits}"), chosen == Some(name))
    })
}

/// The first of so many ranges, under a title.
pub(super) fn mapped(title: &str, ranges: &[Range], count: usize) -> El {
    let head = ["first", "last", "level", "rights", "physical"].map(|title| el("th[scope=col]").child(title));
    let rows = ranges.iter().map(|range| {
        let is_wx = range.perms.has(Right::Write) && range.perms.has(Right::Execute);
        let physical = match range.frames {
            Frames::Unknown => "\u{2013}".to_owned(),
            Frames::RunOn(at) => format!("{at:x}"),
            Frames::First(at) => format!("{at:x}, the first page\u{2019}s"),
        };
        el("tr")
            .child(el("td").child(format!("{:x}", range.start)))
            .child(el("td").child(format!("{:x}", range.last)))
            .child(el("td").child(level(range.level)))
            .child(el("td").when(is_wx, ".wx[title=writable and executable]").child(range.perms.to_string()))
            .child(el("td").child(physical))
    });
    let first = if count > ranges.len() { format!(", the first {}", ranges.len()) } else { String::new() };
    el("div.ranges[tabindex=0][role=region][aria-label=Mapped ranges]").child(
        el("table")
            .child(el("caption").child(format!(
                "{title}{first}. level: which table\u{2019}s entries map it; rights: r w x readable, writable, executable, u user, g global, \
                 a d accessed, dirty, ? not told; physical: where it lies in memory, \u{2013} not told. first and last are the addresses of its first and last byte."
            )))
            .child(el("thead").child(el("tr").children(head)))
            .child(el("tbody").children(rows)),
    )
}
