//! The call sites of the patch, side by side.

use callers::CALL_SITES;
use callers::site::{CallSite, InKernel, Shown, assertion, lock_name, mode_name, when};
use narrate::source::function;
use pagewalk::Revision;
use scenario::Library;

use super::cited;
use crate::el::{El, el};

/// The columns of the table; on a narrow screen each is named in its cell.
const COLUMNS: [&str; 5] = ["Call site", "Lock it holds", "Walk it calls", "Callbacks", "See it run"];

const ABOUT: &str = "In June 2025 the patch \u{201c}mm/pagewalk: split walk_page_range_novma() into kernel/user parts\u{201d} split one \
                     function with two modes into two functions, and changed nine calls in five files. This table has each of \
                     them before and after the patch, and what came later.";

/// The call sites, one row each; their runs are scenarios of `library`.
pub fn callers(library: &Library) -> El {
    let heads = COLUMNS.iter().map(|name| el("th[scope=col][role=columnheader]").child(*name));
    // The roles stay where a narrow screen makes blocks of the cells.
    el("section.callers[tabindex=0][aria-label=The call sites of the patch]")
        .child(el("h2").child("The callers of the walk without VMAs"))
        .child(el("p.about").child(ABOUT))
        .child(
            el("table[role=table]")
                .child(el("thead[role=rowgroup]").child(el("tr[role=row]").children(heads)))
                .child(el("tbody[role=rowgroup]").children(CALL_SITES.iter().map(|site| row(site, library)))),
        )
}

fn row(site: &CallSite, library: &Library) -> El {
    // In the kernel that brought the patch.
    let functions = site.functions.iter().map(|name| {
        let link = el("a[target=_blank][rel=noopener noreferrer]");
        let link = function(name, Revision::V6_17).map(|href| link.attr("href", &href));
        let code = el("code.func").child(*name).child("()");
        link.unwrap_or_else(|| el("span")).child(code)
    });
    let changed = match site.changed {
        0 => None,
        1 => Some("1 call changed by the patch".to_owned()),
        many => Some(format!("{many} calls changed by the patch")),
    };
    let who = el("th[scope=row][role=rowheader]")
        .child(el("strong").child(site.title))
        .children(functions)
        .child(el("code.file").child(site.file))
        .child(changed.map(|changed| el("p.dim").child(changed)))
        .child(cited(el("p"), site.why));
    let ops = site.ops.iter().map(|name| el("code.func").child(*name));
    let callbacks = cell(COLUMNS[3])
        .children(ops)
        .child(
            el("ul.names").children(site.callback_names().map(|name| el("li").child(el("code").child(name)))),
        )
        .child(el("p").child(site.does));
    let race = site.race.map(|race| {
        el("p").child(
            el("a")
                .attr("href", &format!("#v1/race/{race}"))
                .child("Race lab: what its lock protects against"),
        )
    });
    let runs = cell(COLUMNS[4])
        .children(site.runs.iter().map(|of| run(*of, site, library)))
        .child((!site.wrong.is_empty()).then(|| el("h3").child("Where it goes wrong")))
        .child(el("ul").children(site.wrong.iter().map(|of| wrong(*of, library))))
        .child(race);
    el("tr[role=row]").child(who).child(locks(site)).child(walks(site)).child(callbacks).child(runs)
}

fn cell(name: &'static str) -> El {
    el("td[role=cell]").attr("data-name", name)
}

/// The locks, once or per kernel.
fn locks(site: &CallSite) -> El {
    let cell = cell(COLUMNS[1]);
    let Some(last) = site.kernels.last() else { return cell };
    if site.holds_the_same() {
        return cell.child(held(last));
    }
    cell.children(site.kernels.iter().enumerate().filter_map(|(at, kernel)| {
        // A kernel that holds what the one before it holds says nothing new.
        let new = at == 0 || site.kernels[at - 1].holds != kernel.holds;
        new.then(|| {
            el("div.since")
                .child(el("span.kernel").child("from ").child(kernel.revision.id()))
                .child(held(kernel))
        })
    }))
}

fn held(kernel: &InKernel) -> El {
    if kernel.holds.is_empty() {
        return el("p.none").child("none");
    }
    el("ul.held").children(kernel.holds.iter().map(|&(lock, mode)| {
        el("li")
            .class(&format!("mode-{}", mode.name()))
            .child(el("code").child(lock_name(lock)))
            .child(" ")
            .child(el("b").child(mode_name(lock, mode)))
    }))
}

/// The walk, per kernel, with what it asserts.
fn walks(site: &CallSite) -> El {
    let before = site.before.map(|what| el("div.since").child(el("span.kernel").child("before")).child(what));
    cell(COLUMNS[2]).child(before).children(site.kernels.iter().map(|kernel| {
        let chain = kernel.walk.iter().enumerate().map(|(depth, func)| {
            el("code.func").child((depth > 0).then_some("\u{21b3} ")).child(func.name()).child("()")
        });
        let asserts =
            kernel.asserts.iter().map(|&(lock, need)| el("code.assert").child(assertion(lock, need)));
        el("div.since")
            .child(
                el("span.kernel")
                    .child(kernel.revision.id())
                    .child(el("span.dim").child(when(kernel.revision))),
            )
            .children(chain)
            .children(asserts)
            .child(kernel.asserts.is_empty().then(|| el("span.dim").child("asserts nothing")))
    }))
}

/// A scenario with a link per kernel, those before the patch apart.
fn run(of: Shown, site: &CallSite, library: &Library) -> El {
    let title = of.scenario(library).map_or("", |scenario| scenario.title);
    let link = |revision: Revision| {
        let link = of.link(library, Some(revision))?;
        let said = format!("{title}, {}", revision.id());
        Some(el("a").attr("href", &format!("#{link}")).attr("aria-label", &said).child(revision.id()))
    };
    let side = |split: bool, name: &'static str| {
        let kernels = site.kernels.iter().map(|kernel| kernel.revision);
        let links: Vec<El> =
            kernels.filter(|revision| revision.rules().split == split).filter_map(link).collect();
        (!links.is_empty()).then(|| el("p.side").child(el("span.dim").child(name)).child(" ").children(links))
    };
    el("div.run").child(el("span").child(title)).child(side(false, "before")).child(side(true, "after"))
}

fn wrong(of: Shown, library: &Library) -> El {
    let link = of.link(library, None).map(|link| format!("#{link}")).unwrap_or_default();
    el("li").child(el("a").attr("href", &link).child(of.scenario(library).map(|scenario| scenario.title)))
}
