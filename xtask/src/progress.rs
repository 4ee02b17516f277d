//! Saying what is being done, so that a long wait has a reason.

use std::fmt::Display;
use std::time::Duration;

/// Says on stderr what starts now; results go to stdout.
pub(crate) fn say(what: impl Display) {
    eprintln!("xtask: {what}");
}

/// A duration as a person reads it: `0.8 s`, `2 min 05 s`.
pub(crate) fn elapsed(time: Duration) -> String {
    if time < Duration::from_mins(1) {
        format!("{:.1} s", time.as_secs_f64())
    } else {
        format!("{} min {:02} s", time.as_secs() / 60, time.as_secs() % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_reads_well_on_both_sides_of_a_minute() {
        assert_eq!(elapsed(Duration::from_millis(840)), "0.8 s");
        assert_eq!(elapsed(Duration::from_secs(125)), "2 min 05 s");
    }
}
