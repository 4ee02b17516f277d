//! What is in the first part of the program for the sake of later ones.

use std::ptr::drop_in_place;

use gloo_events::EventListener;
use narrate::sheet::joined;
use web_sys::Element;

use crate::pages::walk::Walk;
use crate::pages::{Page, Timers};
use crate::place::{self, Place};
use crate::shared::{Captures, PartState, Shared};
use crate::{address, browser, events, keys, root};

/// What the page and elements both need, and with it all that this needs: `main` names it, so that it is in the first part. What only later parts
/// name is in files for each set of parts that does, most of them smaller than what they cost.
#[must_use]
pub fn in_the_first() -> impl Sized {
    let all = [
        events::listen as *const (),
        keys::deed as *const (),
        root::follow as *const (),
        Shared::take_asked as *const (),
        Captures::put as *const (),
        Captures::progress as *const (),
        PartState::retry as *const (),
        Place::of as *const (),
        Place::stray as *const (),
        place::missing as *const (),
        address::parted as *const (),
        browser::focus as *const (),
        browser::focused as *const (),
        browser::focused_in as *const (),
        browser::remove as *const (),
        browser::whole_page as *const (),
        browser::take_files as *const (),
        browser::on_part as *const (),
        browser::on_hash_change as *const (),
        browser::append as *const (),
        browser::hash as *const (),
        browser::write_hash as *const (),
        joined as *const (),
        browser::Clock::default as *const (),
        browser::Clock::now as *const (),
        <String as PartialEq>::eq as *const (),
        <String as PartialEq>::ne as *const (),
        drop_in_place::<Shared> as *const (),
        drop_in_place::<Timers> as *const (),
        drop_in_place::<Vec<EventListener>> as *const (),
        drop_in_place::<Option<EventListener>> as *const (),
        drop_in_place::<Option<Element>> as *const (),
    ];
    let page: Box<dyn Page> = Box::new(Walk::default());
    (all, page)
}
