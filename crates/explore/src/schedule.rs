//! Who moved at each step, as short text for links.
//!
//! ```text
//! a5b3ac2
//! ```
//!
//! says: lane `a` takes five steps, `b` three, `a` one, `c` two. A run is the lane's letter (`a` to `h`),
//! then how many steps it takes, unless that is one. Nothing in it needs escaping in an address. Writing is
//! unique (runs are as long as they can be); reading also takes `aaa` for `a3`.

use alloc::vec::Vec;
use core::fmt::{self, Write};
use core::str::FromStr;

use crate::lane::Lane;

/// Longest text that is read, in bytes.
pub const MAX_BYTES: usize = 2_000;

/// Most steps that are read. A schedule that a search found may be longer, and its text then does not read
/// back.
pub const MAX_STEPS: usize = 100_000;

/// Which lane moved at each step, first to last.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Schedule {
    steps: Vec<Lane>,
}

impl Schedule {
    /// The lane of each step.
    pub fn steps(&self) -> &[Lane] {
        &self.steps
    }

    /// How many steps.
    pub fn len(&self) -> usize {
        self.steps.len()
    }

    /// Whether nobody moves.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// Adds a step.
    pub fn push(&mut self, lane: Lane) {
        self.steps.push(lane);
    }

    /// The steps taken together by lane, as long as one lane goes on: who, and how many.
    pub fn runs(&self) -> impl Iterator<Item = (Lane, usize)> {
        self.steps.chunk_by(|a, b| a == b).map(|run| (run[0], run.len()))
    }
}

impl FromIterator<Lane> for Schedule {
    fn from_iter<I: IntoIterator<Item = Lane>>(steps: I) -> Self {
        Self { steps: steps.into_iter().collect() }
    }
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.runs().try_for_each(|(lane, count)| {
            f.write_char(lane.letter())?;
            if count > 1 { write!(f, "{count}") } else { Ok(()) }
        })
    }
}

/// Why a text is no schedule. Places are characters, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScheduleError {
    /// Longer than [`MAX_BYTES`].
    #[error("this schedule is {0} bytes long, more than {max} are not read", max = MAX_BYTES)]
    TooLong(usize),
    /// More steps than [`MAX_STEPS`].
    #[error("at character {at} this schedule grows past {max} steps, more are not read", max = MAX_STEPS)]
    TooManySteps {
        /// Where the run starts that is too much.
        at: usize,
    },
    /// A character that is not a lane's, where a run starts.
    #[error(
        "“{found}” at character {at} of this schedule is no lane: write a letter from a to h, then its steps"
    )]
    NoLane {
        /// Where it is.
        at: usize,
        /// What is there.
        found: char,
    },
    /// A number of steps that starts with 0.
    #[error(
        "the number at character {at} of this schedule starts with 0: write 1 or more, without leading zeros"
    )]
    Zero {
        /// Where it is.
        at: usize,
    },
}

impl FromStr for Schedule {
    type Err = ScheduleError;

    fn from_str(text: &str) -> Result<Self, ScheduleError> {
        if text.len() > MAX_BYTES {
            return Err(ScheduleError::TooLong(text.len()));
        }
        let mut steps = Vec::new();
        let mut rest = text.chars().zip(1..).peekable();
        while let Some((found, at)) = rest.next() {
            let lane = Lane::from_letter(found).ok_or(ScheduleError::NoLane { at, found })?;
            let mut count = None;
            while let Some((digit, at)) = rest.next_if(|(c, _)| c.is_ascii_digit()) {
                let digit = digit as usize - '0' as usize;
                if count.is_none() && digit == 0 {
                    return Err(ScheduleError::Zero { at });
                }
                count = Some((count.unwrap_or(0) * 10 + digit).min(MAX_STEPS + 1));
            }
            let count = count.unwrap_or(1);
            if count > MAX_STEPS - steps.len() {
                return Err(ScheduleError::TooManySteps { at });
            }
            steps.resize(steps.len() + count, lane);
        }
        Ok(Self { steps })
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use alloc::string::{String, ToString};
    use proptest::prelude::*;

    fn read(text: &str) -> Result<String, ScheduleError> {
        text.parse::<Schedule>().map(|schedule| schedule.to_string())
    }

    #[test]
    fn a_run_is_a_letter_and_a_count() {
        let schedule: Schedule = "a5b3ac2".parse().unwrap();
        assert_eq!(schedule.len(), 11);
        let runs: Vec<_> = schedule.runs().map(|(lane, count)| (lane.index(), count)).collect();
        assert_eq!(runs, [(0, 5), (1, 3), (0, 1), (2, 2)]);
        assert_eq!(schedule.to_string(), "a5b3ac2");
        assert_eq!(read("aaab1h10"), Ok("a3bh10".into()));
        assert_eq!(read("a3a4"), Ok("a7".into()));
        assert_eq!(read(""), Ok(String::new()));
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        assert_eq!(read("a5i"), Err(ScheduleError::NoLane { at: 3, found: 'i' }));
        assert_eq!(read("5a"), Err(ScheduleError::NoLane { at: 1, found: '5' }));
        assert_eq!(read("a é"), Err(ScheduleError::NoLane { at: 2, found: ' ' }));
        assert_eq!(read("a2b0"), Err(ScheduleError::Zero { at: 4 }));
        assert_eq!(read("a05"), Err(ScheduleError::Zero { at: 2 }));
        assert_eq!(read(&"a".repeat(2_001)), Err(ScheduleError::TooLong(2_001)));
        assert_eq!(read("a100000"), Ok("a100000".into()));
        assert_eq!(read("a100001"), Err(ScheduleError::TooManySteps { at: 1 }));
        assert_eq!(read("a99999b2"), Err(ScheduleError::TooManySteps { at: 7 }));
        assert_eq!(read(&"a9".repeat(1_000)), Ok("a9000".into()));
        let huge = "a".to_string() + &"9".repeat(1_900);
        assert_eq!(read(&huge), Err(ScheduleError::TooManySteps { at: 1 }));
        let said = ScheduleError::NoLane { at: 3, found: 'i' }.to_string();
        assert_eq!(
            said,
            "“i” at character 3 of this schedule is no lane: write a letter from a to h, then its steps"
        );
    }

    proptest! {
        #[test]
        fn every_schedule_comes_back(places in prop::collection::vec(0usize..8, 0..900)) {
            let schedule: Schedule = places.into_iter().filter_map(Lane::new).collect();
            prop_assert_eq!(schedule.to_string().parse(), Ok(schedule));
        }

        #[test]
        fn no_text_panics(text in "\\PC{0,60}", near in "[a-i0-9]{0,60}") {
            for text in [text, near] {
                if let Ok(schedule) = text.parse::<Schedule>() {
                    prop_assert!(schedule.len() <= MAX_STEPS);
                    prop_assert_eq!(schedule.to_string().parse(), Ok(schedule));
                }
            }
        }
    }
}
