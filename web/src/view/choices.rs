//! Lists to choose from.

use pagewalk::Revision;
use scenario::{Group, Held, Library, Scenario, Setup, Tables};

use crate::el::{El, el};
use crate::files::{Files, Opened};
use crate::marks::{Command, List, Mark};
use crate::view::button;

/// The header's choices: scenario, machine, kernel, locks. [`files`] are machines as well; `awaited` is the scenario that was
/// chosen and has not arrived.
pub fn choices(setup: &Setup, files: Option<El>, awaited: Option<&str>) -> El {
    let Setup { scenario, tables, revision, .. } = *setup;
    let second = scenario.has_second_lock();
    el("div.choices")
        .child(el("div.choose").child(el("span").child("Scenario")).child(
            button(Command::Gallery).with("[aria-haspopup=dialog]").child(awaited.unwrap_or(scenario.title)),
        ))
        .child(choose_besides(List::Machine, "Machine", files, machines(scenario, tables)))
        .child(kernel(revision, Revision::ALL.into_iter()))
        .child(lock(List::Lock, if second { "mm lock held at the call" } else { INIT_MM }, setup.lock))
        .child(second.then(|| lock(List::InitLock, INIT_MM, setup.init_lock)))
}

/// The kernel, by a short name; what is different in it stands beside the list, and leads to more of that and to which one a
/// person has.
pub fn kernel(chosen: Revision, all: impl Iterator<Item = Revision>) -> El {
    let kernels = all.map(|of| option(of.id(), of.id(), of == chosen));
    let more = ["#v1/open/kernel/", chosen.id()].concat();
    let about =
        el("a.about[tabindex=-1][title=Which kernel is mine?]").attr("href", &more).child(chosen.about());
    choose(List::Kernel, "Kernel", kernels).child(about)
}

/// The machines that a scenario runs on, as far as they are here. The empty choice asks for the others.
pub fn machines(scenario: &Scenario, chosen: Tables) -> impl Iterator<Item = El> {
    let here = scenario.machines().map(move |of| option(of.model().id, of.model().title, of == chosen));
    here.chain((!pgtable::are_complete()).then(|| option("", "More machines\u{2026}", false)))
}

/// All scenarios, by what they belong to.
pub fn scenarios(library: &Library, chosen: &str) -> impl Iterator<Item = El> {
    let here = library.scenarios().map(|of| (of.group, of.id, of.title));
    let all: Vec<_> = here.chain(library.later().iter().map(|of| (of.group, of.id, of.title))).collect();
    Group::ALL.into_iter().map(move |group| {
        let of_group = all.iter().filter(|(of, ..)| *of == group);
        let options = of_group.map(|&(_, id, title)| option(id, title, id == chosen));
        el("optgroup").attr("label", group.title()).children(options)
    })
}

/// Callers may take it themselves after that.
const INIT_MM: &str = "init_mm lock held at the call";

fn lock(list: List, label: &'static str, held: Held) -> El {
    choose(list, label, Held::ALL.iter().map(|of| option(of.id(), of.title(), *of == held)))
}

/// A labelled list to choose from. What an option means is the page's to say, by its value.
pub fn choose(list: List, label: &'static str, options: impl Iterator<Item = El>) -> El {
    choose_besides(list, label, None, options)
}

/// The same with others before them.
fn choose_besides(
    list: List,
    label: &'static str,
    others: Option<El>,
    options: impl Iterator<Item = El>,
) -> El {
    el("label.choose")
        .child(el("span").child(label))
        .child(el("select").does(Mark::List(list)).child(others).children(options))
}

/// The files that a person opened and the scenario runs on, among the machines.
pub fn files(setup: &Setup, files: &Files) -> Option<El> {
    let options: Vec<El> = files
        .all()
        .iter()
        .filter_map(|&Opened { file, ref name, is_built, .. }| {
            let chosen = setup.scenario.tables_of(file)? == setup.tables;
            let option = el("option").attr("value", &file.to_string()).when(chosen, "[selected]");
            let built = is_built.then_some(", built from ranges");
            Some(option.child(name.as_str()).child(", ").child(file.model.title).child(built))
        })
        .collect();
    (!options.is_empty()).then(|| el("optgroup[label=Opened files]").children(options))
}

/// That the tables of that setup are built from the ranges of a text, and what was assumed then.
pub fn built(setup: &Setup, files: &Files) -> Option<El> {
    let Tables::Brought(file) = setup.tables else { return None };
    let opened = files.get(file).filter(|opened| opened.is_built)?;
    let says = opened.assumed.iter().map(|says| el("li").child(&**says));
    let change = el("p").child(el("a[href=#v1/open]").child("Read it in another way"));
    let summary = el("summary").child("Tables built from the ranges of a text: what was assumed");
    Some(el("details.built").child(summary).child(el("ul").children(says)).child(change))
}

/// An option of a list.
pub fn option(id: &'static str, title: &'static str, chosen: bool) -> El {
    el("option").attr("value", id).when(chosen, "[selected]").child(title)
}
