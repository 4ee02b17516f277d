//! What the page draws: functions from the parts of a [`Point`](narrate::Point) to HTML.
//!
//! They are plain functions, not components: there is one component, the [`App`](crate::App), that holds all state, and
//! each further one would cost some six kilobytes of code in the first download (measured with Yew 0.23).

pub mod choices;
pub mod code;
pub mod help;
pub mod locks;
pub mod progress;
pub mod ruler;
pub mod say;
pub mod scrubber;
pub mod sign;
pub mod tables;
pub mod transport;

pub use choices::choices;
pub use code::code;
pub use help::help;
pub use locks::locks;
pub use progress::progress;
pub use ruler::ruler;
pub use say::say;
pub use sign::sign;
pub use tables::tables;
pub use transport::{Controls, transport};

use pgtable::Level;
use yew::Callback;

use crate::app::Jump;

/// The three-way highlight: pointer and focus on anything of a level light up the address field, the table and the
/// frame of that level; a click goes to the next step there.
#[derive(Debug)]
pub struct Pointing {
    /// The level that is pointed at.
    pub hot: Option<Level>,
    /// Something was chosen.
    pub on_jump: Callback<Jump>,
    /// Something is pointed at, or no longer.
    pub on_hot: Callback<Option<Level>>,
}

impl Pointing {
    /// What an element of `level` calls when the pointer or the focus comes to it (true) and leaves it (false).
    fn hot(&self, level: Option<Level>) -> impl Fn(bool) + Clone + use<> {
        let on_hot = self.on_hot.clone();
        move |on| on_hot.emit(level.filter(|_| on))
    }
}
