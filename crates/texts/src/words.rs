//! Numbers and words of a line.

/// A hexadecimal number of 1 to 16 digits, without `0x`.
pub(crate) fn hex(word: &str) -> Option<u64> {
    if word.is_empty() || word.len() > 16 {
        return None;
    }
    let mut value = 0;
    for byte in word.bytes() {
        let digit = match byte {
            b'0'..=b'9' => byte - b'0',
            b'a'..=b'f' => byte - b'a' + 10,
            b'A'..=b'F' => byte - b'A' + 10,
            _ => return None,
        };
        value = value << 4 | u64::from(digit);
    }
    Some(value)
}

/// A hexadecimal number of exactly so many digits.
pub(crate) fn hex_of(word: &str, digits: usize) -> Option<u64> {
    if word.len() == digits { hex(word) } else { None }
}

/// `0x` and a hexadecimal number.
pub(crate) fn prefixed(word: &str) -> Option<u64> {
    hex(word.strip_prefix("0x")?)
}

/// A hexadecimal number with or without `0x`.
pub(crate) fn number(word: &str) -> Option<u64> {
    hex(word.strip_prefix("0x").unwrap_or(word))
}

/// `0x%016lx`.
pub(crate) fn prefixed16(word: &str) -> Option<u64> {
    hex_of(word.strip_prefix("0x")?, 16)
}

/// The column of a word of `line`, from 1.
pub(crate) fn column_of(line: &str, word: &str) -> u32 {
    let offset = (word.as_ptr() as usize).wrapping_sub(line.as_ptr() as usize);
    if offset <= line.len() { offset as u32 + 1 } else { 1 }
}

/// A size as the kernel's dumpers print it: `608K`, `16777096T`.
pub(crate) fn size(word: &str) -> Option<u128> {
    let unit = word.chars().next_back()?;
    let power = "BKMGTPE".find(unit)?;
    let digits = &word[..word.len() - 1];
    // 20 digits are what 64 bits need: a hole that ends at an odd page is printed in a small unit.
    if digits.is_empty() || digits.len() > 20 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let value: u64 = digits.parse().ok()?;
    // At most 64 bits and 60: no overflow.
    Some(u128::from(value) << (10 * power))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_as_many_digits_as_they_may() {
        assert_eq!(hex("ffffffffffffffff"), Some(u64::MAX));
        assert_eq!(hex("10000000000000000"), None);
        assert_eq!(hex(""), None);
        assert_eq!(hex("+1"), None);
        assert_eq!(prefixed16("0x0000000000001000"), Some(0x1000));
        assert_eq!(prefixed16("0x1000"), None);
        assert_eq!(number("0x10"), number("10"));
    }

    #[test]
    fn sizes_have_a_unit() {
        assert_eq!(size("608K"), Some(608 << 10));
        assert_eq!(size("16777096T"), Some(16777096 << 40));
        assert_eq!(size("0E"), Some(0));
        // x86-64, v7.3: from the last user page to the end of the gap.
        assert_eq!(size("17179736067G"), Some(17179736067 << 30));
        assert_eq!(size("99999999999999999999E"), None);
        assert_eq!(size("18446744073709551615E"), Some(u128::from(u64::MAX) << 60));
        assert_eq!(size("+4K"), None);
        assert_eq!(size("K"), None);
        assert_eq!(size("4k"), None);
    }
}
