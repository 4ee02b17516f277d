//! Lists to choose from.

use pagewalk::Revision;
use scenario::{Group, Held, Setup};

use crate::el::{El, el};
use crate::library::LIBRARY;
use crate::marks::{List, Mark};

/// The header's choices: scenario, machine, kernel, locks.
pub fn choices(setup: &Setup) -> El {
    let Setup { scenario, machine, revision, .. } = *setup;
    let mut groups: Vec<(Group, Vec<El>)> = Vec::new();
    for of in LIBRARY.scenarios() {
        let option = option(of.id, of.title, of == scenario);
        match groups.last_mut() {
            Some((group, options)) if *group == of.group => options.push(option),
            _ => groups.push((of.group, vec![option])),
        }
    }
    let scenarios = groups
        .into_iter()
        .map(|(group, options)| el("optgroup").attr("label", group.title()).children(options));
    let machines = scenario.machines().map(|of| option(of.id, of.title, of == machine));
    let kernels = Revision::ALL
        .iter()
        .map(|of| option(of.id(), of.id(), *of == revision).child(": ").child(of.about()));
    let second = scenario.has_second_lock();
    el("div.choices")
        .child(choose(List::Scenario, "Scenario", scenarios))
        .child(choose(List::Machine, "Machine", machines))
        .child(choose(List::Kernel, "Kernel", kernels))
        .child(lock(List::Lock, if second { "mm lock held" } else { "init_mm lock held" }, setup.lock))
        .child(second.then(|| lock(List::InitLock, "init_mm lock held", setup.init_lock)))
}

fn lock(list: List, label: &'static str, held: Held) -> El {
    choose(list, label, Held::ALL.iter().map(|of| option(of.id(), of.title(), *of == held)))
}

/// A labelled list to choose from. What an option means is the page's to say, by its value.
pub fn choose(list: List, label: &'static str, options: impl Iterator<Item = El>) -> El {
    el("label.choose")
        .child(el("span").child(label))
        .child(el("select").does(Mark::List(list)).children(options))
}

/// An option of a list.
pub fn option(id: &'static str, title: &'static str, chosen: bool) -> El {
    el("option").attr("value", id).when(chosen, "[selected]").child(title)
}
