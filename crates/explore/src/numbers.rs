//! Finding what was seen, by its hash: a set of numbers that stand for what is kept elsewhere.

use alloc::vec;
use alloc::vec::Vec;
use core::hash::{Hash, Hasher};

/// A hash of a value, folded. Tells most unequal values apart without looking at them, never that two are equal. The same
/// in every run, so that a search is.
pub(crate) fn fingerprint<T: Hash + ?Sized>(value: &T) -> u32 {
    let mut mix = Mix(0);
    value.hash(&mut mix);
    mix.folded()
}

/// An odd number without a pattern: 2^64 over the golden ratio.
const ODD: u64 = 0x9e37_79b9_7f4a_7c15;

/// A multiplication for each number that is hashed: what WebAssembly has as one instruction, where better hashes need the
/// upper half of a product, which it lacks. Who would attack the search with colliding states attacks their own page.
pub(crate) struct Mix(u64);

impl Mix {
    /// All of it in 32 bits, each of which depends on all that was hashed.
    const fn folded(self) -> u32 {
        let mixed = (self.0 ^ self.0 >> 32).wrapping_mul(ODD);
        (mixed >> 32) as u32
    }
}

impl Hasher for Mix {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        for &word in words {
            self.write_u64(u64::from_le_bytes(word));
        }
        for &byte in rest {
            self.write_u8(byte);
        }
    }

    fn write_u8(&mut self, value: u8) {
        self.write_u64(value.into());
    }

    fn write_u16(&mut self, value: u16) {
        self.write_u64(value.into());
    }

    fn write_u32(&mut self, value: u32) {
        self.write_u64(value.into());
    }

    #[inline]
    fn write_u64(&mut self, value: u64) {
        self.0 = (self.0.rotate_left(23) ^ value).wrapping_mul(ODD);
    }

    fn write_usize(&mut self, value: usize) {
        self.write_u64(value as u64);
    }
}

/// A place: the number + 1 << 32 | the fingerprint. 0 where it is free.
type Slot = u64;

/// Numbers below 2^32 - 1, by the fingerprints of what they stand for: 8 bytes each, and up to as many to spare.
pub(crate) struct Numbers {
    /// A power of two, or none at all. Who finds a slot taken tries the one behind it, then the second behind that, then the third:
    /// this way all are tried, and few that others would try as well.
    slots: Vec<Slot>,
    taken: usize,
}

impl Numbers {
    pub(crate) const fn new() -> Self {
        Self { slots: Vec::new(), taken: 0 }
    }

    /// The number with this fingerprint of which `same` is true.
    #[inline]
    pub(crate) fn find(&self, fingerprint: u32, same: impl Fn(u32) -> bool) -> Option<u32> {
        let last = self.slots.len().wrapping_sub(1);
        let (mut at, mut far) = (fingerprint as usize & last, 0);
        // Some slot is free, or there is none.
        while let Some(&slot) = self.slots.get(at)
            && slot != 0
        {
            let number = (slot >> 32) as u32 - 1;
            if slot as u32 == fingerprint && same(number) {
                return Some(number);
            }
            far += 1;
            at = (at + far) & last;
        }
        None
    }

    /// Puts a number that [`Numbers::find`] did not find.
    pub(crate) fn put(&mut self, fingerprint: u32, number: u32) {
        if (self.taken + 1) * 5 > self.slots.len() * 4 {
            let more = vec![0; (self.slots.len() * 2).max(4)];
            for slot in core::mem::replace(&mut self.slots, more).into_iter().filter(|&slot| slot != 0) {
                self.insert(slot);
            }
        }
        self.insert((u64::from(number) + 1) << 32 | u64::from(fingerprint));
        self.taken += 1;
    }

    fn insert(&mut self, slot: Slot) {
        let last = self.slots.len() - 1;
        let (mut at, mut far) = (slot as u32 as usize & last, 0);
        while self.slots[at] != 0 {
            far += 1;
            at = (at + far) & last;
        }
        self.slots[at] = slot;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn fingerprints_of_what_differs_a_little_are_spread() {
        // Numbers of views, as states are made of them: small, and alike.
        let mut slots = vec![0u8; 1 << 16];
        for (one, other) in (0..128).flat_map(|one| (0..256).map(move |other| (one, other))) {
            slots[fingerprint(&(one << 32 | other | 7_u64)) as usize % (1 << 16)] += 1;
        }
        // 16,384 different values (those that differ in their last bits are the same), each twice or eight times.
        let most = slots.iter().max();
        assert!(most <= Some(&48), "{most:?}");
    }
}
