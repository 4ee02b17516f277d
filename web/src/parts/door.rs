//! What is in the part that opens files and texts. Nothing else may name it.

use std::rc::Rc;

use js_sys::Array;
use yew::Callback;

use super::{Arrived, Bring, Change, Door, bring};
use crate::answers::{Shelf, Want};
use crate::later::PartError;
use crate::pages::open::{Hands, Open};

/// [`door`], as whoever fetched it has it: by now nothing can fail any more.
///
/// # Errors
/// None: what fails is the download before.
pub fn arrived() -> Result<Arrived, PartError> {
    Ok(Arrived::Door(|change| door(&change)))
}

/// The part. The others must not name this, but in the place where the program is split.
pub fn door(change: &Callback<Change>) -> Door {
    pgtable::complete();
    let shelf = Shelf::default();
    let open = {
        let (shelf, change) = (Rc::clone(&shelf), change.clone());
        move |given: Array| bring::bring(&shelf, &change, &given)
    };
    // Not at once: what shows a file among the machines may have to arrive first.
    let wait = {
        let change = change.clone();
        move |given: Array| {
            change.emit(Change(Box::new(|_, shared| {
                shared.files.waiting = Some(given);
                shared.more.ask();
                None
            })));
        }
    };
    let compare: Rc<dyn Fn([usize; 2])> = {
        let (shelf, change) = (Rc::clone(&shelf), change.clone());
        Rc::new(move |pair| bring::compare(&shelf, &change, pair))
    };
    let hands = Hands { bring: Rc::new(wait), again: again(&shelf, change), compare };
    Door { page: Box::new(Open::new(shelf, hands)), bring: Bring(Box::new(open)) }
}

/// Reads one of what was given again, as a person wants it.
fn again(shelf: &Shelf, change: &Callback<Change>) -> Rc<dyn Fn(usize, Want)> {
    let (shelf, change) = (Rc::clone(shelf), change.clone());
    Rc::new(move |nth, want| bring::again(&shelf, &change, nth, want))
}
