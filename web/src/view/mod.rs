//! What the page draws: functions from the parts of a [`Point`](narrate::Point) to elements.
//!
//! They are plain functions, not components: there is one component, the [`App`](crate::App), that holds all state, and
//! each further one would cost some six kilobytes of code in the first download (measured with Yew 0.23). They attach
//! no listeners either: an element says in its `data-` attributes what it stands for, and [`events`](crate::events)
//! makes of that what a person did.
//!
//! | attribute | what the element stands for |
//! |---|---|
//! | `data-command` | a [`Command`], by its name |
//! | `data-level` | a level, by its kernel name; what is inside it belongs to it |
//! | `data-slots` | slots of the table of that level: `first-last` |
//! | `data-dump` | a line of the dump, by its number |
//! | `data-line` | a line of the listing, by its number |
//! | `data-view` | the widget, while it shows something else than a step |
//! | `data-choose` | a list of choices, by its name; its value is the choice |

pub mod choices;
pub mod code;
#[cfg(feature = "lab")]
pub mod diff;
#[cfg(feature = "lab")]
pub mod dump;
pub mod help;
pub mod levels;
pub mod locks;
pub mod page;
pub mod progress;
pub mod ruler;
pub mod say;
pub mod scrubber;
pub mod sign;
pub mod tables;
pub mod transport;

pub use choices::choices;
pub use code::code;
#[cfg(feature = "lab")]
pub use diff::diff;
#[cfg(feature = "lab")]
pub use dump::dump;
pub use help::help;
pub use levels::levels;
pub use locks::locks;
pub use progress::progress;
pub use ruler::ruler;
pub use say::say;
pub use sign::sign;
pub use tables::tables;
pub use transport::{Controls, transport};

use pgtable::Level;

use crate::el::{El, el};
use crate::keys::Command;

/// A button for a command.
pub fn button(command: Command) -> El {
    el("button[type=button]").attr("data-command", command.name())
}

/// Marks an element as one of `level`, which `hot` may be. Pointer and focus on anything of a level light up the
/// address field, the table and the frame of that level; a click on a button there goes to the next step there.
fn of_level(element: El, level: Level, hot: Option<Level>) -> El {
    element.attr("data-level", level.name()).when(hot == Some(level), ".hot")
}
