//! Drawing: a figure is a column of pieces, each as high as what it says.
//!
//! | module | what it holds |
//! |---|---|
//! | [`letters`] | how wide a text is |
//! | [`theme`] | the colours |
//! | [`xml`] | text that is text |
//! | [`canvas`] | what is drawn on |
//! | [`sign`] | the signs of steps and lanes |
//! | [`head`] | what is shown, where, and what just happened |
//! | [`ruler`] | the address and its fields |
//! | [`tables`] | the tables on the path |
//! | [`cards`] | texts in a frame |
//! | [`panels`] | the entry, the assertion, the locks |
//! | [`mod@step`], [`mod@strip`], [`mod@table`], [`mod@lanes`] | the figures |

mod canvas;
mod cards;
mod head;
mod lanes;
mod letters;
mod panels;
mod ruler;
mod sign;
mod step;
mod strip;
mod table;
mod tables;
#[cfg(all(test, feature = "captures"))]
mod tests;
mod theme;
mod xml;

pub(crate) use lanes::lanes;
pub(crate) use step::step;
pub(crate) use strip::strip;
pub(crate) use table::{race_table, table};
pub use theme::Theme;
