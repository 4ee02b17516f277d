//! What is not in the first download: the patch's callers, races, verdicts.
//!
//! | module | what it holds |
//! |---|---|
//! | [`callers`] | the call sites of the patch, side by side |
//! | [`race`] | a race, CPU by CPU |
//! | [`search`] | searching a race while the page stays alive |
//! | [`verdicts`] | what every variant of every race comes to |

pub mod callers;
pub mod race;
pub mod search;
pub mod verdicts;

pub use callers::Callers;
pub use race::RaceLab;
pub use search::Sliced;
pub use verdicts::Verdicts;
