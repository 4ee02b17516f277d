//! What a person runs: captured machines, the built-in scenarios, links.
//!
//! A run is a scenario plus a position in it. Nothing else is stored: a link names the scenario, the machine,
//! the kernel and the locks held, and is executed again when it is opened.
//!
//! | module | what it holds |
//! |---|---|
//! | `call_sites` | the patch's call sites, side by side |
//! | [`held`] | how the locks of a scenario are held |
//! | [`library`] | the built-in scenarios and machines |
//! | [`sample`] | small page tables made for a model |
//! | [`setup`] | a scenario with every choice made, ready to start |
//! | [`worlds`] | machines that are built here instead of captured |
//! | [`link`] | a setup and a position as text, and back |

#[cfg(feature = "callers")]
pub mod call_sites;
pub mod held;
pub mod library;
pub mod link;
pub mod sample;
pub mod setup;
pub mod worlds;

pub use held::Held;
pub use library::{Group, MACHINES, Machine, Scenario, scenarios};
pub use link::{Link, LinkProblem};
pub use setup::{Runner, Setup, SetupError};
pub use worlds::BuildError;

use capture::error::clip;
