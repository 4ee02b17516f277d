//! The races: what each of them is, and the list.
//!
//! A race is one definition in a file of this folder: its words, where it happens, what can be chosen, and what the CPUs do. What
//! is expected of it is in the file of the same name in [`verdicts`](crate::verdicts).

pub mod collapse;
pub mod fault_around;
pub mod gup_fast;
pub mod hot_remove;
pub mod huge_pud;
pub mod huge_vmap;
pub mod kernel_pud;
pub mod kernel_vmap;
pub mod mbind;
pub mod munmap;
pub mod munmap_mapping;
pub mod munmap_vmas;
pub mod nested_read;
pub mod other_mm;
pub mod page_fault;
pub mod pud_refault;
pub mod reclaim;
pub mod retract;
pub mod rox;
pub mod set_prot;
pub mod set_prot_dump;
pub mod set_prot_merge;
pub mod stale_action;
pub mod two_walkers;
pub mod vmalloc;
mod vmap;

use core::fmt;

use mm::LockMode;
use pagewalk::Revision;
use pgtable::Model;

use crate::ground::{Half, Shape};
use crate::outcome::Outcomes;
use crate::setting::{NotThere, Setting};

/// All races, in the order in which they are offered.
pub static RACES: [Race; BASE.len() + LATER.len()] = {
    let mut all = [BASE[0]; BASE.len() + LATER.len()];
    let mut at = 0;
    while at < all.len() {
        all[at] = if at < BASE.len() { BASE[at] } else { LATER[at - BASE.len()] };
        at += 1;
    }
    all
};

/// The one that is offered first.
pub static FIRST: Race = &munmap::RACE;

/// Those that a program which arrives in parts has with its race lab: who walks is the walker of mm/pagewalk.c, and all of them were there
/// when the patch was posted or came from its thread.
pub(crate) const BASE: [Race; 20] = [
    &munmap::RACE,
    &munmap_vmas::RACE,
    &munmap_mapping::RACE,
    &hot_remove::RACE,
    &huge_vmap::RACE,
    &huge_pud::RACE,
    &kernel_vmap::RACE,
    &kernel_pud::RACE,
    &other_mm::RACE,
    &collapse::RACE,
    &set_prot::RACE,
    &set_prot_dump::RACE,
    &stale_action::RACE,
    &pud_refault::RACE,
    &retract::RACE,
    &reclaim::RACE,
    &page_fault::RACE,
    &vmalloc::RACE,
    &two_walkers::RACE,
    &nested_read::RACE,
];

/// Those that come with a later part: more for who arrives with such a question than for who sees a race for the first time.
pub(crate) const LATER: [Race; 5] =
    [&mbind::RACE, &fault_around::RACE, &gup_fast::RACE, &rox::RACE, &set_prot_merge::RACE];

/// The races that are here, in the order of [`RACES`]: all of them. Only with the feature `parts` the last ones are not until
/// [`complete`](crate::complete) is called.
pub fn races() -> impl Iterator<Item = Race> + Clone {
    static HERE: [Race; BASE.len()] = BASE;
    HERE.iter().chain(later::here().iter()).copied()
}

late! {
    /// The races that come later.
    later: &'static [Race] = &LATER, until &[]
}

/// Whether the whole library is here.
pub fn are_complete() -> bool {
    !later::here().is_empty()
}

/// What is known of those that are not here.
pub fn awaited() -> &'static [About] {
    if are_complete() { &[] } else { &ABOUTS[BASE.len()..] }
}

/// What is known of the races by who does not have them: data that refers to no code.
pub static ABOUTS: [About; RACES.len()] = {
    let mut abouts = [About { names: [""; 2], title: "" }; RACES.len()];
    let mut race = 0;
    while race < RACES.len() {
        let RaceDef { id, title, .. } = *RACES[race];
        abouts[race] = About { names: [id; 2], title };
        race += 1;
    }
    abouts
};

/// What is known of a race, or of a table of verdicts, by who does not have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct About {
    /// Its names in links. Its own is the first one.
    pub names: [&'static str; 2],
    /// For a person.
    pub title: &'static str,
}

/// A race, by its definition.
pub type Race = &'static RaceDef;

/// A rule of a race, by its definition.
pub type Rule = &'static RuleDef;

/// Who walks, who changes what is walked, and what is said about it. Races are the same when their names are.
pub struct RaceDef {
    /// Name in links.
    pub id: &'static str,
    /// For a person.
    pub title: &'static str,
    /// Who does what, in a sentence or two.
    pub about: &'static str,
    /// What to try: "make CPU 0 read a freed table".
    pub goal: &'static str,
    /// The outcomes that meet the goal: what a search looks for.
    pub aim: Outcomes,
    /// What goes wrong, and which rule forbids it.
    pub why: &'static str,
    /// Whose tables it is about, and what is there before anybody moves.
    pub ground: (Half, Shape),
    /// Whether it can happen on a machine.
    pub runs_on: fn(&Model) -> bool,
    /// Why it does not happen in a kernel, on a machine on which it can happen in another: a clause of its own. None where it
    /// happens.
    pub absent: fn(Revision, &Model) -> Option<&'static str>,
    /// How the walker can hold the lock of the mm that it walks. Only one where it is not a choice.
    pub locks: &'static [LockMode],
    /// What the other CPU can do, or how the walker can walk. Only one where there is nothing to choose.
    pub rules: &'static [RuleDef],
    /// As it is offered first: in a variant that goes wrong, if there is one.
    pub first: First,
}

/// One of the rules of a race. Rules of one race are the same when their names are.
pub struct RuleDef {
    /// Name in links; empty for the only rule of a race.
    pub id: &'static str,
    /// For a person.
    pub title: &'static str,
    /// Whether a kernel follows it on a machine. In each exactly one rule of a race is followed.
    pub of_kernel: fn(Revision, &Model) -> bool,
    /// Why the other CPU changes nothing that matters under it, so that there is no race: a clause of its own. None where it does.
    pub absent: Option<&'static str>,
    /// Adds the CPUs, the walker first.
    pub set_up: fn(&mut Setting) -> Result<(), NotThere>,
}

/// A race as it is offered first.
#[derive(Debug)]
pub struct First {
    /// The name of the machine.
    pub model: &'static str,
    /// The kernel.
    pub kernel: Revision,
    /// How the walker holds the lock.
    pub lock: LockMode,
    /// The name of the rule.
    pub rule: &'static str,
}

/// A set of rules that several races share: how one of them is set up under each.
pub(crate) trait SetUp<R> {
    /// Adds the CPUs, the walker first.
    fn set_up(setting: &mut Setting, rule: R) -> Result<(), NotThere>;
}

impl RaceDef {
    /// The race with this name, if it is here.
    pub fn from_id(id: &str) -> Option<Race> {
        races().find(|race| race.id == id)
    }

    /// The machines that it runs on, in the order of [`pgtable::MODELS`].
    pub fn models(&self) -> impl Iterator<Item = &'static Model> {
        pgtable::MODELS.iter().copied().filter(|model| (self.runs_on)(model))
    }

    /// The machine with this name among those; else the one that it is offered on first.
    pub fn model(&self, id: &str) -> &'static Model {
        let named = |id| self.models().find(|model| model.id == id);
        named(id).or_else(|| named(self.first.model)).unwrap_or(pgtable::MODELS[0])
    }

    /// Whether it can happen in a kernel, on a machine on which it can happen at all.
    pub fn exists_in(&self, revision: Revision, model: &Model) -> bool {
        (self.absent)(revision, model).is_none()
    }

    /// The rule with this name.
    pub fn rule(&self, id: &str) -> Option<Rule> {
        self.rules.iter().find(|rule| rule.id == id)
    }

    /// The rule that a kernel follows on a machine.
    pub fn rule_of(&self, revision: Revision, model: &Model) -> Rule {
        let own = self.rules.iter().find(|rule| (rule.of_kernel)(revision, model));
        own.unwrap_or(&self.rules[0])
    }
}

impl RuleDef {
    /// The only rule of a race.
    pub(crate) const fn only(set_up: fn(&mut Setting) -> Result<(), NotThere>) -> Self {
        Self { id: "", title: "", of_kernel: |_, _| true, absent: None, set_up }
    }
}

impl PartialEq for RaceDef {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for RaceDef {}

impl PartialEq for RuleDef {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for RuleDef {}

impl fmt::Debug for RaceDef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "race {}", self.id)
    }
}

impl fmt::Debug for RuleDef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "rule {}", self.id)
    }
}

/// What goes wrong where a freed table is read.
pub(crate) const UAF: Outcomes = Outcomes::UAF_PTE.union(Outcomes::UAF_PMD);
/// The goal of most races.
pub(crate) const READ_FREED: &str = "Make CPU 0 read a page table that has been freed.";
/// The kernel's tables of a mapping that comes and goes.
pub(crate) const VMALLOC: Half = Half::Kernel("vmalloc");
