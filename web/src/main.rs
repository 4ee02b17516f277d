//! Starts the page, and says how its later parts are reached: here the program is split.

use gloo_timers::callback::Timeout;
use pagewalk_web::later::{Part, PartError, Take};
use pagewalk_web::parts::{Arrived, Coming, Reach};
use pagewalk_web::root::Start;
use pagewalk_web::{Root, browser};

fn main() {
    std::hint::black_box(pagewalk_web::first::in_the_first());
    wasm_bindgen_futures::spawn_local(async {
        if browser::has_elements() {
            // The page is another one's, with places for walks in it.
            if let Ok(start) = element().await {
                start(reach);
            }
            return;
        }
        match page().await {
            // Not in the task in which the program was compiled: two short ones keep the page alive better than a long one.
            Ok(start) => {
                Timeout::new(0, move || show(start(reach))).forget();
            }
            Err(error) => browser::stuck(&error.to_string()),
        }
    });
}

/// Puts the page beside what stands in the HTML, which the first picture replaces.
fn show(start: Start) {
    if let Some(root) = browser::append("div", "live") {
        yew::Renderer::<Root>::with_root_and_props(root, start).render();
    }
}

fn reach(part: Part) -> Coming {
    match part {
        Part::Lab => Box::pin(lab()),
        Part::More => Box::pin(more()),
        Part::Tables => Box::pin(tables()),
        Part::Compare => Box::pin(compare()),
        Part::Learn => Box::pin(learn()),
        Part::Door => Box::pin(door()),
        Part::Call => Box::pin(call()),
        Part::Switches => Box::pin(switches()),
        Part::Rare => Box::pin(rare()),
    }
}

// What only one of these functions names is in that part, code and data; calling it fetches that.

#[wasm_split_helpers::wasm_split(page, fallible)]
fn page() -> Result<fn(Reach) -> Start, PartError> {
    pagewalk_web::parts::page::arrived()
}

#[wasm_split_helpers::wasm_split(lab, fallible)]
fn lab() -> Result<Arrived, PartError> {
    pagewalk_web::parts::lab::arrived()
}

#[wasm_split_helpers::wasm_split(more, fallible)]
fn more() -> Result<Arrived, PartError> {
    pagewalk_web::parts::more::arrived(|| Box::pin(take()))
}

#[wasm_split_helpers::wasm_split(take, fallible)]
fn take() -> Result<Take, PartError> {
    pagewalk_web::parts::take::arrived()
}

#[wasm_split_helpers::wasm_split(tables, fallible)]
fn tables() -> Result<Arrived, PartError> {
    pagewalk_web::parts::tables::arrived()
}

#[wasm_split_helpers::wasm_split(compare, fallible)]
fn compare() -> Result<Arrived, PartError> {
    pagewalk_web::parts::compare::arrived()
}

#[wasm_split_helpers::wasm_split(learn, fallible)]
fn learn() -> Result<Arrived, PartError> {
    pagewalk_web::parts::learn::arrived()
}

#[wasm_split_helpers::wasm_split(door, fallible)]
fn door() -> Result<Arrived, PartError> {
    pagewalk_web::parts::door::arrived()
}

#[wasm_split_helpers::wasm_split(element, fallible)]
fn element() -> Result<fn(Reach), PartError> {
    pagewalk_web::parts::element::arrived()
}

#[wasm_split_helpers::wasm_split(call, fallible)]
fn call() -> Result<Arrived, PartError> {
    pagewalk_web::parts::call::arrived()
}

#[wasm_split_helpers::wasm_split(switches, fallible)]
fn switches() -> Result<Arrived, PartError> {
    pagewalk_web::parts::switches::arrived()
}

#[wasm_split_helpers::wasm_split(rare, fallible)]
fn rare() -> Result<Arrived, PartError> {
    pagewalk_web::parts::rare::arrived()
}
