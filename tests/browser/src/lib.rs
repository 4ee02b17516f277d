//! The release build in a real headless browser: a server for the site, a driver, and what a test asks of a page.
//!
//! `cargo xtask test --only browser` builds the site and says in the environment where it, the browser and its driver
//! are. Each test has a browser of its own. Nothing here waits for time: it waits for a condition, up to a deadline.

#![expect(
    clippy::missing_panics_doc,
    reason = "this is all for tests: whatever does not come true is a panic"
)]

mod devtools;
mod driver;
pub mod host;
mod page;
mod site;
mod trace;

pub use driver::{Screen, from_environment};
pub use fantoccini::key::Key;
pub use page::{Page, test};
pub use pagewalk_server::{Answer, Gate};
pub use site::{Site, dist, in_app};
pub use trace::{Trace, Tracing};
