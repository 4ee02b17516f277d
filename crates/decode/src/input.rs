//! Values and levels as a person writes them.

use pgtable::{Level, RawEntry};

/// What somebody wrote is no value or no level.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InputError {
    /// Nothing.
    #[error("a value is missing; write it as hexadecimal digits, for example 0x8000000000000163")]
    Empty,
    /// More than 64 bits.
    #[error("\u{201c}{0:.40}\u{201d} has more than 64 bits; an entry has 64 at most")]
    TooLong(String),
    /// Something else than hexadecimal digits.
    #[error(
        "\u{201c}{text:.40}\u{201d} is no hexadecimal number: column {column} is {found:?}; write it like 0x8000000000000163"
    )]
    Digit {
        /// What was written.
        text: String,
        /// Where the first character is that is no digit, from 1.
        column: usize,
        /// That character.
        found: char,
    },
    /// Not a level.
    #[error("\u{201c}{0:.40}\u{201d} is no level; levels are pgd, p4d, pud, pmd and pte")]
    Level(String),
}

/// A value: hexadecimal digits, with or without `0x`, in groups or not (`0x8000_0000_0000_0163`, `80000000'00000163`).
pub fn value(text: &str) -> Result<RawEntry, InputError> {
    let trimmed = text.trim();
    let digits = trimmed.strip_prefix("0x").or_else(|| trimmed.strip_prefix("0X")).unwrap_or(trimmed);
    let skipped = trimmed.chars().count() - digits.chars().count();
    let mut bits: u64 = 0;
    let mut any = false;
    for (at, found) in digits.chars().enumerate() {
        if matches!(found, '_' | '\'' | '`') && any {
            continue;
        }
        let Some(digit) = found.to_digit(16) else {
            let column = skipped + at + 1;
            return Err(InputError::Digit { text: trimmed.to_owned(), column, found });
        };
        if bits >> 60 != 0 {
            return Err(InputError::TooLong(trimmed.to_owned()));
        }
        bits = bits << 4 | u64::from(digit);
        any = true;
    }
    if any { Ok(RawEntry(bits)) } else { Err(InputError::Empty) }
}

/// A level by its name, in small or capital letters, also as `pmd_t`.
pub fn level_named(text: &str) -> Result<Level, InputError> {
    let name = text.trim().to_ascii_lowercase();
    let name = name.strip_suffix("_t").unwrap_or(&name);
    Level::from_name(name).ok_or_else(|| InputError::Level(text.trim().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_as_people_write_them() {
        for text in ["0x8000000000000163", " 8000000000000163 ", "0X8000_0000_0000_0163", "80000000`00000163"]
        {
            assert_eq!(value(text), Ok(RawEntry(0x8000_0000_0000_0163)), "{text}");
        }
        assert_eq!(value("0"), Ok(RawEntry(0)));
        assert_eq!(value("00000000000000000001"), Ok(RawEntry(1)));
    }

    #[test]
    fn what_is_no_value_is_said_with_its_column() {
        assert_eq!(value(" "), Err(InputError::Empty));
        assert_eq!(value("0x"), Err(InputError::Empty));
        assert!(matches!(value("0x12345678123456789"), Err(InputError::TooLong(_))));
        let error = value("0x12g4").expect_err("no digit");
        assert!(error.to_string().contains("column 5 is 'g'"), "{error}");
    }

    #[test]
    fn levels_have_their_kernel_names() {
        assert_eq!(level_named("PMD"), Ok(Level::Pmd));
        assert_eq!(level_named("pud_t"), Ok(Level::Pud));
        assert!(level_named("pte ").is_ok());
        assert!(level_named("pt").is_err_and(|error| error.to_string().contains("pgd, p4d")));
    }
}
