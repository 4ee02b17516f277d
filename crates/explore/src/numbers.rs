//! Finding what was seen, by its hash: a set of numbers that stand for what is kept elsewhere.

use alloc::vec;
use alloc::vec::Vec;
use core::hash::{Hash, Hasher};

/// A hasher of a few instructions a word, as much code as a page that searches can afford. Fixed, so that every run of
/// a search is the same run.
///
/// A multiplication carries a word upwards only, and two words that differ in their top bits alone would go on differing
/// there alone, and cancel each other: top bits may be flags (of the entries of page tables, say). So the upper half comes
/// down after each word.
struct Mixed(u64);

/// Odd, without a pattern: 2^64 divided by the golden ratio.
const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;

impl Mixed {
    const fn word(&mut self, word: u64) {
        let product = (self.0 ^ word).wrapping_mul(FACTOR);
        self.0 = product ^ product >> 32;
    }
}

impl Hasher for Mixed {
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        for &word in words {
            self.word(u64::from_le_bytes(word));
        }
        for &byte in rest {
            self.word(byte.into());
        }
    }

    fn write_u8(&mut self, value: u8) {
        self.word(value.into());
    }

    fn write_u16(&mut self, value: u16) {
        self.word(value.into());
    }

    fn write_u32(&mut self, value: u32) {
        self.word(value.into());
    }

    fn write_u64(&mut self, value: u64) {
        self.word(value);
    }

    fn write_usize(&mut self, value: usize) {
        self.word(value as u64);
    }

    /// What `derive(Hash)` writes first of an enum.
    fn write_isize(&mut self, value: isize) {
        self.word(value.cast_unsigned() as u64);
    }

    fn finish(&self) -> u64 {
        let product = self.0.wrapping_mul(FACTOR);
        product ^ product >> 32
    }
}

/// Part of a hash. Tells most unequal values apart without looking at them, never that two are equal.
pub(crate) fn fingerprint<T: Hash + ?Sized>(value: &T) -> u32 {
    let mut hasher = Mixed(FACTOR);
    value.hash(&mut hasher);
    hasher.finish() as u32
}

#[derive(Clone, Copy)]
struct Slot {
    fingerprint: u32,
    number: u32,
}

/// The number of an empty slot.
const EMPTY: Slot = Slot { fingerprint: 0, number: u32::MAX };

/// A hash table with open addressing: who finds their slot taken looks at the next one.
pub(crate) struct Numbers {
    /// A power of two of them, or none.
    slots: Vec<Slot>,
    taken: usize,
}

/// An empty slot, for [`Numbers::put`]. Good until something is put.
pub(crate) struct Gap(usize);

impl Numbers {
    pub(crate) const fn new() -> Self {
        Self { slots: Vec::new(), taken: 0 }
    }

    /// The number with this fingerprint of which `same` is true, or where it would be.
    pub(crate) fn find(&mut self, fingerprint: u32, same: impl Fn(u32) -> bool) -> Result<u32, Gap> {
        // A quarter is left empty, so that there are not many to look at.
        if self.taken >= self.slots.len() / 4 * 3 {
            self.grow();
        }
        let mut at = fingerprint as usize;
        loop {
            at &= self.slots.len() - 1;
            let slot = self.slots[at];
            if slot.number == EMPTY.number {
                return Err(Gap(at));
            }
            if slot.fingerprint == fingerprint && same(slot.number) {
                return Ok(slot.number);
            }
            at += 1;
        }
    }

    /// Puts a number where [`Numbers::find`] did not find it.
    pub(crate) fn put(&mut self, Gap(at): Gap, fingerprint: u32, number: u32) {
        self.slots[at] = Slot { fingerprint, number };
        self.taken += 1;
    }

    fn grow(&mut self) {
        let slots = vec![EMPTY; (self.slots.len() * 2).max(8)];
        let mask = slots.len() - 1;
        for slot in core::mem::replace(&mut self.slots, slots) {
            if slot.number != EMPTY.number {
                let mut at = slot.fingerprint as usize & mask;
                while self.slots[at].number != EMPTY.number {
                    at = (at + 1) & mask;
                }
                self.slots[at] = slot;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::collections::BTreeSet;

    #[test]
    fn a_number_is_found_again_and_only_by_what_it_stands_for() {
        let values: Vec<u64> = (0..1_000).map(|at| (at << 40) + at).collect();
        // With few fingerprints many stand in each other's way.
        for kept in [u32::MAX, 7, 0] {
            let mut numbers = Numbers::new();
            for round in 0..2 {
                for (number, value) in (0..).zip(&values) {
                    let fingerprint = fingerprint(value) & kept;
                    match numbers.find(fingerprint, |of| values[of as usize] == *value) {
                        Ok(found) => assert_eq!((round, found), (1, number)),
                        Err(gap) => {
                            assert_eq!(round, 0);
                            numbers.put(gap, fingerprint, number);
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn fingerprints_tell_apart_nearly_all_that_differs_in_a_bit_or_two() {
        let mut seen = BTreeSet::new();
        for one in 0..64u32 {
            for other in 0..64 {
                // Each word has one bit, or none.
                let words = [0, 1u64 << one, 1 << other];
                for pair in [[words[1], words[2]], [words[0], words[1]], [words[1], words[0]]] {
                    seen.insert((fingerprint(&pair), pair));
                }
            }
        }
        let pairs: BTreeSet<_> = seen.iter().map(|(_, pair)| pair).collect();
        let fingerprints: BTreeSet<_> = seen.iter().map(|(fingerprint, _)| fingerprint).collect();
        assert_eq!(pairs.len(), 64 * 64 + 2 * 64);
        // The highest bit of a word reaches two bits only, which one bit of the next word can make one again.
        assert!(pairs.len() - fingerprints.len() <= 6, "{}", fingerprints.len());
        // The lowest bits choose the slot.
        let lowest: BTreeSet<_> = (0..1024u64).map(|at| fingerprint(&(at << 54)) % 1024).collect();
        assert!(lowest.len() > 550, "{}", lowest.len());
    }
}
