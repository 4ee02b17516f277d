//! Prints the first step of the page as HTML, drawn by the code that draws the page. It stands in `index.html`, so that a
//! person sees a walk before the program has arrived, and where it never does.

use pagewalk_web::el::Content;
use pagewalk_web::pages::Page;
use pagewalk_web::pages::walk::Walk;
use pagewalk_web::place::Place;
use pagewalk_web::shared::Shared;
use tokio::runtime::Builder;
use tokio::task::LocalSet;
use yew::{Html, LocalServerRenderer, component};

/// The page as it is opened without an address.
#[component]
fn First() -> Html {
    let mut shared = Shared::default();
    shared.top.here = Some(Place::Walk);
    let mut walk = Walk::default();
    walk.open("", &mut shared);
    walk.view(&shared).into_html()
}

fn main() -> std::io::Result<()> {
    let runtime = Builder::new_current_thread().build()?;
    let first = LocalServerRenderer::<First>::new().hydratable(false);
    println!("{}", LocalSet::new().block_on(&runtime, first.render()));
    Ok(())
}
