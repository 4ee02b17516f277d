//! What is beside the tables and the sentence while the page is shown to a room.

use super::button;
use super::share::Press;
use crate::el::{El, el};
use crate::marks::Command;

/// The way out, and to the whole screen.
pub fn room(fills_screen: bool) -> El {
    let fill = (!fills_screen).then(|| Press::FillScreen.button().child("Whole screen"));
    el("div.room-out")
        .child(fill)
        .child(button(Command::Present).attr("title", "Back to the page (f, Esc)").child("Leave"))
}
