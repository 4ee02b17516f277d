//! What a person sees.
//!
//! The only room that knows a browser. It draws the [`Point`](narrate::Point) of a step and turns what a person does
//! into a new step; it computes no kernel facts.
//!
//! | module | what it holds |
//! |---|---|
//! | [`action`] | what a person can do |
//! | [`app`] | the root: its state, its messages, what each does |
//! | [`browser`] | everything that a browser may lack or refuse |
//! | [`el`] | building elements |
//! | [`events`] | what the browser reports, and what it means |
//! | [`run`] | a recorded scenario and the position in it |
//! | [`load`] | fetching a captured machine, with progress |
//! | [`address`] | the page's address: reading and writing the hash |
//! | [`keys`] | which key does what |
//! | [`pages`] | the pages of the site, and which address opens which |
//! | `root`, `lab` | the pages that are not in the first download |
//! | [`view`] | what is drawn |

pub mod action;
pub mod address;
pub mod app;
pub mod browser;
pub mod el;
pub mod events;
pub mod keys;
#[cfg(feature = "lab")]
pub mod lab;
pub mod load;
#[cfg(target_arch = "wasm32")]
mod memory;
pub mod pages;
#[cfg(feature = "lab")]
pub mod root;
pub mod run;
pub mod view;

pub use app::App;
