//! The lessons: their list, and the text of a stop.

pub mod ask;
pub mod list;
pub mod question;
pub mod stop;

pub use ask::ask;
pub use list::list;
pub use question::Asked;
pub use stop::stop;

use lessons::{Piece, pieces};

use crate::el::{El, el};

/// The link to a stop, from 0, of a lesson, without the `#`.
pub fn link(name: &str, stop: usize) -> String {
    format!("v1/learn/{name}/{}", stop + 1)
}

fn href(name: &str, stop: usize) -> String {
    format!("#{}", link(name, stop))
}

/// Words, names of code and terms.
fn text(text: &str) -> impl Iterator<Item = El> + '_ {
    pieces(text).map(|piece| match piece {
        Piece::Words(words) => el("span").child(words),
        Piece::Code(code) => el("code").child(code),
        Piece::Term(term) => el("dfn").child(term),
    })
}
