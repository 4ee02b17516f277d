//! What can go wrong in a race.

use alloc::borrow::ToOwned;
use alloc::string::String;

bitflags::bitflags! {
    /// What can go wrong.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub struct Outcomes: u16 {
        /// A pte table is read after it was freed.
        const UAF_PTE = 1 << 0;
        /// A pmd table is read after it was freed.
        const UAF_PMD = 1 << 1;
        /// An entry is followed to where no table is.
        const WILD = 1 << 2;
        /// A change of permissions is undone by another one.
        const LOST = 1 << 3;
        /// smaps adds up the same memory twice.
        const DOUBLE = 1 << 4;
        /// Some wait for ever.
        const DEADLOCK = 1 << 5;
        /// A walk that must see all pages misses one.
        const MISSED = 1 << 6;
        /// A page is used as before, though its contents have moved to another one.
        const STALE = 1 << 7;
        /// A dump shows tables that are neither those before a change nor those after it.
        const TORN = 1 << 8;
        /// A dump finds a page of the kernel that is writable and executable.
        const WX = 1 << 9;
    }
}

/// What can go wrong: as the tables have it, and in words.
pub const OUTCOMES: [(Outcomes, &str, &str); 10] = [
    (Outcomes::UAF_PMD, "UAF(pmd)", "a pmd table is read after it was freed"),
    (Outcomes::UAF_PTE, "UAF(pte)", "a pte table is read after it was freed"),
    (Outcomes::WILD, "wild", "an entry is followed to where no table is"),
    (Outcomes::LOST, "lost", "a change of permissions is undone by another one"),
    (Outcomes::DOUBLE, "double", "smaps adds up the same memory twice"),
    (Outcomes::MISSED, "missed", "a walk that must see all pages misses one"),
    (Outcomes::STALE, "stale", "a page is pinned whose contents have moved to another one"),
    (Outcomes::TORN, "torn", "a dump shows neither the tables before a change nor those after it"),
    (Outcomes::WX, "W+X", "a dump finds a page that the kernel may write and execute"),
    (Outcomes::DEADLOCK, "DEADLOCK", "some wait for ever"),
];

/// What went wrong, in a word each: as the tables have it.
pub fn short(outcomes: Outcomes) -> String {
    let mut names = String::new();
    for (_, name, _) in OUTCOMES.into_iter().filter(|(outcome, ..)| outcomes.contains(*outcome)) {
        if !names.is_empty() {
            names.push('+');
        }
        names.push_str(name);
    }
    if names.is_empty() { "SAFE".to_owned() } else { names }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outcomes_have_short_names() {
        assert_eq!(short(Outcomes::empty()), "SAFE");
        assert_eq!(short(Outcomes::WILD | Outcomes::UAF_PTE), "UAF(pte)+wild");
    }
}
