//! What can go wrong in a race.

use alloc::borrow::ToOwned;
use alloc::string::String;

bitflags::bitflags! {
    /// What can go wrong.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub struct Outcomes: u8 {
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
    }
}

/// What can go wrong: as the tables have it, and in words.
pub const OUTCOMES: [(Outcomes, &str, &str); 6] = [
    (Outcomes::UAF_PMD, "UAF(pmd)", "a pmd table is read after it was freed"),
    (Outcomes::UAF_PTE, "UAF(pte)", "a pte table is read after it was freed"),
    (Outcomes::WILD, "wild", "an entry is followed to where no table is"),
    (Outcomes::LOST, "lost", "a change of permissions is undone by another one"),
    (Outcomes::DOUBLE, "double", "smaps adds up the same memory twice"),
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
