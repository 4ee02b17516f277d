//! Two values side by side: what changed, and what the architecture demands of who makes that change.

use std::cmp::Reverse;

use pgtable::{Flag, Isa, PhysAddr};

use crate::demand::{self, Demand, Facts};
use crate::reading::{Reading, Target, meaning};

/// A flag or field that differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Changed {
    /// Which one.
    pub flag: &'static Flag,
    /// Its value before.
    pub from: u64,
    /// Its value after.
    pub to: u64,
}

/// An old and a new value of one slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The value before.
    pub old: Reading,
    /// The value after.
    pub new: Reading,
    /// The bits that differ.
    pub bits: u64,
    /// The flags that differ, lowest bit first.
    pub flags: Vec<Changed>,
    /// Where it leads before and after, if that differs.
    pub moved: Option<(Target, Target)>,
    /// What the architecture demands, the strongest first.
    pub demands: Vec<Demand>,
}

fn place(target: Target) -> Option<PhysAddr> {
    match target {
        Target::Nothing => None,
        Target::Table(at) | Target::Memory { start: at, .. } => Some(at),
    }
}

impl Change {
    /// Sets two readings of the same slot beside each other. The rules are those of the old value's model and level.
    pub fn new(old: Reading, new: Reading) -> Self {
        let facts = Facts {
            level: meaning(old.model, old.level, old.value),
            old: old.value.0,
            new: new.value.0,
            was_used: old.cpu_uses,
            is_used: new.cpu_uses,
            kind_changed: old.cpu_uses && new.cpu_uses && old.kind != new.kind,
            moved: place(old.target) != place(new.target)
                && place(old.target).is_some()
                && place(new.target).is_some(),
        };
        let moved = (old.target != new.target).then_some((old.target, new.target));
        let mut demands = match old.model.kernel.isa {
            _ if facts.old == facts.new => Vec::from([demand::SAME]),
            Isa::X86 => demand::x86::of(&facts),
            Isa::Arm64 => demand::arm64::of(&facts, old.model),
            Isa::Riscv => demand::riscv::of(&facts),
            Isa::Loongarch => demand::software::loongarch(&facts),
            Isa::Openrisc => demand::software::openrisc(&facts),
            Isa::Powerpc => demand::software::powerpc(&facts),
            Isa::S390 => demand::software::s390(&facts),
        };
        demands.sort_by_key(|demand| Reverse(demand.weight));
        let flags = changed(&old, &new);
        Self { bits: facts.old ^ facts.new, flags, moved, demands, old, new }
    }
}

/// The flags of both that differ. A bit may have another name on each side (`_PAGE_GLOBAL`, `_PAGE_PROTNONE`): then both are told.
fn changed(old: &Reading, new: &Reading) -> Vec<Changed> {
    let mut flags: Vec<&'static Flag> = Vec::new();
    for named in old.flags.iter().chain(&new.flags) {
        if !flags.contains(&named.flag) {
            flags.push(named.flag);
        }
    }
    flags.sort_by_key(|flag| flag.low_bit());
    let value = |of: &Reading, flag: &'static Flag| {
        of.flags.iter().find(|named| named.flag == flag).map_or(0, |named| named.value)
    };
    let all = flags.into_iter().map(|flag| Changed { flag, from: value(old, flag), to: value(new, flag) });
    // A bit that both have is no change, whatever it is called on each side.
    let bits = old.value.0 ^ new.value.0;
    all.filter(|changed| changed.from != changed.to && changed.flag.mask & bits != 0).collect()
}
