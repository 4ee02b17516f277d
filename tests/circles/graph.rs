//! Which files can be reached from which, and which of them from each other.

use std::collections::BTreeSet;

use crate::modules::Crate;

/// The circles of a crate: files that can all be reached from each other, as indices of modules.
pub(crate) fn circles(of_one: &Crate) -> Vec<Vec<usize>> {
    let mut circles = Vec::new();
    // Between files of which neither lies within the other.
    let apart = |&(from, to): &(usize, usize)| !of_one.is_within(from, to) && !of_one.is_within(to, from);
    circles.extend(classes(of_one, of_one.arrows().into_iter().filter(apart)));
    // And by way of a module and its children: such a circle must stay within that module. All is within the root, so
    // the root is left out.
    let rooted = |&(from, to): &(usize, usize)| from != Crate::ROOT && to != Crate::ROOT;
    for circle in classes(of_one, of_one.arrows().into_iter().filter(rooted)) {
        let house = |&module: &usize| circle.iter().all(|&other| of_one.is_within(other, module));
        let is_known = circles.iter().any(|known| known.iter().all(|module| circle.contains(module)));
        if !is_known && !circle.iter().any(house) {
            circles.push(circle);
        }
    }
    circles
}

/// Groups of at least two files that can be reached from each other.
fn classes(of_one: &Crate, arrows: impl Iterator<Item = (usize, usize)>) -> Vec<Vec<usize>> {
    let arrows: Vec<_> = arrows.collect();
    let reached = |from: usize| {
        let mut reached = BTreeSet::new();
        let mut next = vec![from];
        while let Some(at) = next.pop() {
            let further = arrows.iter().filter(|arrow| arrow.0 == at).map(|arrow| arrow.1);
            next.extend(further.filter(|&to| reached.insert(to)));
        }
        reached
    };
    let reached: Vec<_> = (0..of_one.len()).map(reached).collect();
    let mut classes: Vec<Vec<usize>> = Vec::new();
    for module in 0..of_one.len() {
        let mutual = |&other: &usize| reached[module].contains(&other) && reached[other].contains(&module);
        let class: Vec<usize> = (0..of_one.len()).filter(mutual).collect();
        if class.len() > 1 && class[0] == module {
            classes.push(class);
        }
    }
    classes
}
