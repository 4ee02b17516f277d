//! What a person sees.
//!
//! The only room that knows a browser. It draws the [`Point`](narrate::Point) of a step and turns what a person does
//! into a new step; it computes no kernel facts.
//!
//! | module | what it holds |
//! |---|---|
//! | [`root`] | the one component, with the page or an element's walk in it |
//! | [`shell`] | the page: it owns the pages, and everything that they have in common |
//! | [`pages`] | the pages: plain state, and what a person can do with it |
//! | [`place`] | which page an address opens |
//! | [`shared`] | what all pages share: message, captures, what the header says |
//! | [`view`] | what is drawn |
//! | [`el`] | building elements |
//! | [`marks`] | what an element stands for, and what a person did with it |
//! | [`keys`] | which key does what |
//! | [`events`] | what the browser reports, and what a person did by it |
//! | [`browser`] | everything that a browser may lack or refuse |
//! | [`desk`] | what lies beside every page: what can be taken away, and shown elsewhere |
//! | [`kinds`] | kinds of steps together: bars of one colour, and what `[` and `]` go to |
//! | [`address`] | writing the hash of the page's address |
//! | [`load`] | fetching a captured machine, with progress |
//! | [`files`] | the files that a person opened |
//! | [`first`] | what is in the first part of the program for the sake of later ones |
//! | [`answers`], [`values`] | what was read of texts, and values that a person asks about |
//! | [`progress`] | how much of a file has arrived |
//! | [`run`] | a recorded scenario and the position in it |
//! | [`judging`] | searching the races of a walk one after the other |
//! | [`words`] | the terms of a page, and what the glossary says of them |
//! | [`parts`] | the parts of the program that arrive later; [`later`] is what the first part has of them |

pub mod address;
pub mod answers;
pub mod browser;
pub mod desk;
pub mod el;
pub mod events;
pub mod files;
pub mod first;
pub mod judging;
pub mod keys;
pub mod kinds;
pub mod later;
pub mod load;
pub mod marks;
#[cfg(target_arch = "wasm32")]
mod memory;
mod named;
pub mod pages;
pub mod parts;
pub mod place;
pub mod progress;
pub mod root;
pub mod run;
pub mod search;
pub mod shared;
pub mod shell;
pub mod survey;
pub mod values;
pub mod view;
pub mod words;

pub use root::Root;
pub use shell::Shell;
