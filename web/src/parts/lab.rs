//! What is in the part with the race lab. Nothing else may name it.

use explore::Schedule;
use narrate::race::predict;
use races::RaceLink;

use super::beside::beside;
use super::{Arrived, Lab};
use crate::later::PartError;
use crate::pages::verdicts::Verdicts;
use crate::pages::{Moves, Page, Races, race::Race};

/// [`lab`], as whoever fetched it has it: by now nothing can fail any more.
///
/// # Errors
/// None: what fails is the download before.
pub fn arrived() -> Result<Arrived, PartError> {
    Ok(Arrived::Lab(lab()))
}

/// The part. The others must not name this, but in the place where the program is split.
pub fn lab() -> Lab {
    pgtable::complete();
    let pages: [Box<dyn Page>; 2] = [Box::new(Race::default()), Box::new(Verdicts::default())];
    let races = Races { page: || Box::new(Race::default()), moves };
    Lab { pages, beside, races }
}

fn moves(link: &str) -> Option<Moves> {
    if RaceLink::is_awaited(link) {
        return None;
    }
    let (link, _) = RaceLink::parse(link)?;
    let taken = link.schedule.steps().get(..link.step as usize)?;
    let moves = predict::moves(&link.choice, taken).ok()??;
    let of = moves.of.into_iter().map(|of| (of.who, of.steps)).collect();
    let schedule: Schedule = taken.iter().chain(moves.way.steps()).copied().collect();
    let on = RaceLink { schedule, step: link.step + 1, ..link }.to_string();
    Some(Moves { of, least: moves.way.len(), on })
}
