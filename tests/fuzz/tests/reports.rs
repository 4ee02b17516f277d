//! The readers of warnings and of lines with entries on what libFuzzer breeds from real reports: `cargo xtask fuzz [--seconds N]`.
//!
//! What it finds becomes a test in `crates/splats/tests` or `crates/decode/tests`.

#![cfg(fuzzing)]

use decode::{Change, Reading, fits, recognise};

#[test]
fn no_report_is_too_much() {
    bolero::check!().for_each(|bytes: &[u8]| {
        let text = String::from_utf8_lossy(bytes);
        let _ = splats::explain(&text);
        for found in recognise(&text) {
            for (level, value) in &found.values {
                let best = fits(&[*value], Some(*level));
                let Some(fit) = best.first() else { continue };
                let reading = Reading::new(fit.model, *level, *value);
                let _ = Change::new(reading.clone(), reading);
            }
        }
    });
}
