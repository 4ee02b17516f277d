//! Finding what was seen, by its hash: a set of numbers that stand for what is kept elsewhere.

use core::hash::{BuildHasher, Hash};

use foldhash::fast::FixedState;
use hashbrown::HashTable;

/// A hash of a value, folded. Tells most unequal values apart without looking at them, never that two are equal. The same
/// in every run, so that a search is.
pub(crate) fn fingerprint<T: Hash + ?Sized>(value: &T) -> u32 {
    let hash = FixedState::default().hash_one(value);
    (hash ^ hash >> 32) as u32
}

/// What the table asks for: it takes a slot by the lowest bits, and tells slots apart by the highest.
const fn spread(fingerprint: u32) -> u64 {
    (fingerprint as u64) << 32 | fingerprint as u64
}

#[derive(Clone, Copy)]
struct Slot {
    fingerprint: u32,
    number: u32,
}

/// Numbers, by the fingerprints of what they stand for.
pub(crate) struct Numbers(HashTable<Slot>);

impl Numbers {
    pub(crate) const fn new() -> Self {
        Self(HashTable::new())
    }

    /// The number with this fingerprint of which `same` is true.
    pub(crate) fn find(&self, fingerprint: u32, same: impl Fn(u32) -> bool) -> Option<u32> {
        let is = |slot: &Slot| slot.fingerprint == fingerprint && same(slot.number);
        self.0.find(spread(fingerprint), is).map(|slot| slot.number)
    }

    /// Puts a number that [`Numbers::find`] did not find.
    pub(crate) fn put(&mut self, fingerprint: u32, number: u32) {
        let slot = Slot { fingerprint, number };
        self.0.insert_unique(spread(fingerprint), slot, |slot| spread(slot.fingerprint));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    #[test]
    fn a_number_is_found_again_and_only_by_what_it_stands_for() {
        let values: Vec<u64> = (0..1_000).map(|at| (at << 40) + at).collect();
        // With few fingerprints many stand in each other's way.
        for kept in [u32::MAX, 7, 0] {
            let mut numbers = Numbers::new();
            for round in 0..2 {
                for (number, value) in (0..).zip(&values) {
                    let fingerprint = fingerprint(value) & kept;
                    let found = numbers.find(fingerprint, |of| values[of as usize] == *value);
                    assert_eq!(found, (round == 1).then_some(number));
                    if found.is_none() {
                        numbers.put(fingerprint, number);
                    }
                }
            }
        }
    }
}
