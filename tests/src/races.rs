//! Searches every variant of the matrix of races and compares the verdict.

use actors::race::{Aim, Choice, Found, Model, NotThere};
use explore::Search;
use scenario::races::Cell;

/// Most states of a variant. The largest, with three CPUs, has some eighty thousand.
pub const MAX_STATES: u32 = 1_000_000;

/// Whether what was found is what the matrix says.
pub fn is(found: &Found, cell: Cell) -> bool {
    found.complete && found.outcomes == cell.all()
}

/// Searches a variant.
///
/// # Errors
/// [`NotThere`] when it cannot be set up.
pub fn search(choice: &Choice) -> Result<Found, NotThere> {
    let mut search = Search::new(Model::new(choice, Aim::Everything)?, MAX_STATES);
    search.run(u32::MAX);
    Ok(Found::of(&search))
}
