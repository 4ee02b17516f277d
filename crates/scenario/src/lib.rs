//! What a person runs: captured machines, the built-in scenarios, links.
//!
//! A run is a scenario plus a position in it. Nothing else is stored: a link names the scenario, the machine,
//! the kernel and the locks held, and is executed again when it is opened.
//!
//! ```
//! use scenario::library::Library;
//! use scenario::{Held, Link};
//!
//! let walks = Library::WALKS;
//! let (link, problems) = Link::parse("#v1/debug-user/riscv64-sv39/v6.17?lock=read&t=4", &walks);
//! assert_eq!((link.setup.scenario.title, link.setup.tables.model().id), ("Debug walk of a user mm", "riscv64-sv39"));
//! assert_eq!((link.setup.lock, link.step, problems), (Held::Read, 4, vec![]));
//! // What cannot be understood opens the nearest thing that works, and says what was wrong.
//! let (_, problems) = Link::parse("#v1/debug-user/vax/v6.17", &walks);
//! assert!(!problems.is_empty());
//! ```
//!
//! | module | what it holds |
//! |---|---|
//! | [`held`] | how the locks of a scenario are held |
//! | [`library`] | the built-in scenarios and machines |
//! | [`places`] | where a scenario goes in the tables of a machine |
//! | [`sample`] | small page tables made for a model |
//! | [`setup`] | a scenario with every choice made, ready to start |
//! | [`tables`] | the tables that a scenario runs on: made, built, captured, or brought by a person |
//! | [`worlds`] | machines that are built here instead of captured |
//! | [`link`] | a setup and a position as text, and back |
//! | [`compare`] | two runs of one scenario side by side, as text and back |

pub mod compare;
pub mod held;
pub mod library;
pub mod link;
pub mod places;
pub mod sample;
pub mod setup;
pub mod tables;
pub mod worlds;

pub use compare::{CompareLink, CompareProblem};
pub use held::Held;
pub use library::{Group, Library, Scenario};
pub use link::{Link, LinkProblem};
pub use setup::{Runner, Setup, SetupError};
pub use tables::{FileId, Tables};
pub use worlds::BuildError;

use capture::error::clip;
