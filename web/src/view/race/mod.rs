//! What the page of a race draws.
//!
//! | module | what it draws |
//! |---|---|
//! | [`choices`] | what can be chosen |
//! | [`fixes`] | the fixes of a race |
//! | [`goal`] | the goal, and the search for it |
//! | [`lanes`] | a lane per CPU |
//! | [`outcome`] | what just happened, and what has gone wrong |
//! | [`queues`] | the locks: who holds them, who waits |
//! | [`stake`] | the tables at stake |
//! | [`strip`] | the time slider over the schedule, and the branches |
//! | [`help`] | keys and signs |

pub mod choices;
pub mod fixes;
pub mod goal;
pub mod help;
pub mod lanes;
pub mod outcome;
pub mod queues;
pub mod stake;
pub mod strip;
