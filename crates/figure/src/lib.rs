//! Static figures of a walk or a race: SVG for documents, slides and paper, and the same as text, Markdown and TeX.
//!
//! An address says what is drawn ([`Ask`]); [`Figure::open`] runs it again, as the page would, and [`Figure::draw`] writes it. There is
//! no clock, no network and no file here: who calls brings the tables of a captured machine, or lets the feature `captures` put
//! those that come with the page into the program.
//!
//! ```
//! use figure::{Ask, Figure, Format, Shown, Theme};
//!
//! let ask = Ask::parse("#v1/again/x86_64-4level/v7.3?t=4")?;
//! let figure = Figure::open(&ask, None)?.shows(Shown::Link)?;
//! let svg = figure.draw(Format::Svg, Theme::Light)?;
//! assert!(svg.starts_with("<svg ") && svg.len() <= figure::MAX_BYTES);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | module | what it holds |
//! |---|---|
//! | [`ask`] | what an address asks for |
//! | [`walk`] | a walk, run again |
//! | [`race`] | a race, run again, and its shortest counterexample where the address names no schedule |
//! | `svg` | drawing |
//! | `prose` | text, Markdown, TeX |
//! | `captures` | the captured machines that come with the page, with the feature of that name |

pub mod ask;
#[cfg(feature = "captures")]
pub mod captures;
pub mod error;
pub mod figure;
mod prose;
pub mod race;
mod svg;
pub mod walk;

pub use ask::{Ask, AskError, Subject};
pub use error::{FigureError, MAX_BYTES};
pub use figure::{Figure, Format, Shown, picture};
pub use svg::Theme;
