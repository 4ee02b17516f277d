//! Bytes as choices.

/// Reads choices from a byte string. Behind its end every choice is the first one.
#[derive(Debug)]
pub struct Choices<'b> {
    bytes: &'b [u8],
}

impl<'b> Choices<'b> {
    /// Nothing has been chosen yet.
    pub const fn new(bytes: &'b [u8]) -> Self {
        Self { bytes }
    }

    /// A number of so many bytes.
    pub fn number(&mut self, bytes: usize) -> u64 {
        (0..bytes).fold(0, |number, _| number << 8 | u64::from(self.byte()))
    }

    fn byte(&mut self) -> u8 {
        match self.bytes.split_first() {
            Some((&first, rest)) => {
                self.bytes = rest;
                first
            }
            None => 0,
        }
    }

    /// A number below `n`, which is at least 1.
    pub fn below(&mut self, n: u32) -> u32 {
        let bytes = if n <= 1 << 8 { 1 } else { 2 };
        self.number(bytes) as u32 % n
    }

    /// One of a list, which has at least one.
    pub fn of<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len() as u32) as usize]
    }

    /// Yes, in one of `n` cases; the first choice is no.
    pub fn one_in(&mut self, n: u32) -> bool {
        self.below(n) == n - 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_not_there_are_the_first_choice() {
        let mut choices = Choices::new(&[7, 1, 2]);
        assert_eq!(choices.of(&['a', 'b', 'c']), 'b');
        assert_eq!(choices.number(2), 0x102);
        assert_eq!((choices.number(8), choices.below(9), choices.one_in(2)), (0, 0, false));
        assert_eq!(choices.of(&['a', 'b']), 'a');
    }

    #[test]
    fn many_alternatives_take_two_bytes() {
        let mut choices = Choices::new(&[1, 0, 0xff, 0xff]);
        assert_eq!((choices.below(1000), choices.below(8192)), (256, 8191));
    }
}
