//! What a person runs.
pub mod capture;
