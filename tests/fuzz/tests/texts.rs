//! The readers of texts on what libFuzzer breeds from the texts of `tests/formats`: `cargo xtask fuzz [--seconds N]`.
//!
//! What it finds becomes a test in `crates/texts/tests/mangled.rs`.

#![cfg(fuzzing)]

use texts::check::check;
use texts::diff::diff;
use texts::{FORMATS, Wish, merged, printed, read};

#[test]
fn no_text_is_too_much() {
    bolero::check!().for_each(|bytes: &[u8]| {
        // The first byte chooses a format, or none: then it is recognised.
        let (first, text) = bytes.split_first().unwrap_or((&0, &[]));
        let format = FORMATS.get(usize::from(*first).wrapping_sub(1)).copied();
        let Ok(listing) = read(text, Wish { format, machine: None }) else { return };
        assert!(merged(&listing).windows(2).all(|pair| pair[0].start <= pair[1].start));
        let _ = (printed(&listing), check(&listing));
        assert!(diff(&listing, &listing).differences.is_empty());
    });
}
