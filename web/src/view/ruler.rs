//! The address and its bit fields.

use narrate::ruler::{Field, Ruler};
use pgtable::Level;

use super::of_level;
use crate::el::{El, el};
use crate::marks::Mark;

/// The address and its bit fields; `hot` is the level that is pointed at.
pub fn ruler(ruler: &Ruler, hot: Option<Level>) -> El {
    el("section.ruler[aria-label=Address]")
        .child(
            el("p.address")
                .child(el("code").child(ruler.addr.to_string()))
                .child(ruler.region.map(|region| el("span.region").child(region))),
        )
        .child(el("div.fields[data-group]").children(ruler.fields.iter().map(|field| view_field(field, hot))))
}

fn view_field(field: &Field, hot: Option<Level>) -> El {
    let (shown, value) = match field.level {
        Some(level) => {
            let button =
                el("button.field[type=button][title=to the next step there]").does(Mark::Level(level));
            (of_level(button, level, hot), field.value.to_string())
        }
        None => (el("span.field"), format!("{:#x}", field.value)),
    };
    shown
        .when(field.lit, ".lit[aria-current=true]")
        .attr("style", &format!("flex-grow: {}", field.high - field.low + 1))
        .child(el("span.bits").child(format!("{}…{}", field.high, field.low)))
        .child(" ")
        .child(el("span.name").child(&*field.name))
        .child(" ")
        .child(el("span.value").child(value))
}
