//! Starts the page, and says how its later part is reached: here the program is split.

use pagewalk_web::Shell;
use pagewalk_web::lab::Lab;
use pagewalk_web::later::LabError;
use pagewalk_web::shell::Start;

fn main() {
    yew::Renderer::<Shell>::with_props(Start { reach: || Box::pin(lab()) }).render();
}

/// What only this function names is in the later part, code and data; calling it fetches that.
#[wasm_split_helpers::wasm_split(lab, fallible)]
fn lab() -> Result<Lab, LabError> {
    pagewalk_web::lab::arrived()
}
