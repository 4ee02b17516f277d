//! Races between a walk of page tables and other CPUs, searched.

#![no_std]

extern crate alloc;

pub mod found;
pub mod model;

pub use found::Found;
pub use model::{Aim, RaceModel};
