//! What the page of the verdicts draws.
//!
//! | module | what it draws |
//! |---|---|
//! | [`matrix`] | progress, the answers about the patch, all tables |
//! | [`trust`] | what was compared with what kernels did |
//! | [`cell`] | one place of the matrix: what was found there, and the way to its run |

pub mod cell;
pub mod matrix;
pub mod trust;
