//! What a person sees.
//!
//! The only room that knows a browser. It draws the [`Point`](narrate::Point) of a step and turns what a person does
//! into a new step; it computes no kernel facts.
//!
//! | module | what it holds |
//! |---|---|
//! | [`action`] | what a person can do |
//! | [`app`] | the root: its state, its messages, what each does |
//! | [`el`] | building elements |
//! | [`events`] | what the browser reports, and what it means |
//! | [`run`] | a recorded scenario and the position in it |
//! | [`load`] | fetching a captured machine, with progress |
//! | [`address`] | the page's address: reading and writing the hash |
//! | [`keys`] | which key does what |
//! | [`view`] | what is drawn |

pub mod action;
pub mod address;
pub mod app;
pub mod el;
pub mod events;
pub mod keys;
pub mod load;
#[cfg(target_arch = "wasm32")]
mod memory;
pub mod run;
pub mod view;

pub use app::App;
