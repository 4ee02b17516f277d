//! A list that only grows, in pieces: no piece moves, and there is never room for more than one piece to spare. A `Vec`
//! copies all that it holds each time it has to grow, and has up to three times its size while it does.

use alloc::vec::Vec;

/// About how many bytes a piece has.
const BYTES: usize = 2048;

/// What was pushed, by its place.
pub(crate) struct Chunks<T>(Vec<Vec<T>>);

impl<T> Chunks<T> {
    /// How many are in a piece: a power of two, 4 at least.
    const EACH: usize = {
        let fit = BYTES / if size_of::<T>() == 0 { 1 } else { size_of::<T>() };
        if fit < 4 { 4 } else { 1 << fit.ilog2() }
    };

    pub(crate) const fn new() -> Self {
        Self(Vec::new())
    }

    pub(crate) fn len(&self) -> usize {
        self.0.last().map_or(0, |last| (self.0.len() - 1) * Self::EACH + last.len())
    }

    /// What is at a place that is taken.
    #[inline]
    pub(crate) fn at(&self, place: u32) -> &T {
        &self.0[place as usize / Self::EACH][place as usize % Self::EACH]
    }

    #[inline]
    pub(crate) fn at_mut(&mut self, place: u32) -> &mut T {
        &mut self.0[place as usize / Self::EACH][place as usize % Self::EACH]
    }

    pub(crate) fn push(&mut self, value: T) {
        match self.0.last_mut() {
            Some(last) if last.len() < Self::EACH => last.push(value),
            _ => {
                let mut next = Vec::with_capacity(Self::EACH);
                next.push(value);
                self.0.push(next);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_stays_at_its_place() {
        let mut few = Chunks::<[u64; 128]>::new();
        let mut many = Chunks::<u32>::new();
        for place in 0..2_000 {
            assert_eq!((few.len(), many.len()), (place as usize, place as usize));
            few.push([u64::from(place); 128]);
            many.push(place);
        }
        *many.at_mut(77) = 0;
        for place in 0..2_000 {
            assert_eq!(
                (few.at(place)[127], *many.at(place)),
                (place.into(), if place == 77 { 0 } else { place })
            );
        }
    }
}
