//! What is in the part that writes files of a step. Nothing else may name it.
//!
//! A figure is drawn by the code of `pagewalk figure` from the run that is shown. The one file is made by that of `pagewalk standalone`: what
//! it needs of the site is fetched, most of it from what the browser has kept.

mod png;

use std::collections::HashMap;

use figure::walk::Walk;
use figure::{Ask, Subject, Theme, picture};
use wasm_bindgen::JsValue;

use crate::browser;
use crate::later::{FileKind, Making, PartError, Take, Taken, Wish};

/// [`Take`], as whoever fetched it has it: by now nothing can fail any more.
///
/// # Errors
/// None: what fails is the download before.
pub fn arrived() -> Result<Take, PartError> {
    Ok(Take { make })
}

/// The same on its way where it need not be fetched.
pub fn here() -> Taken {
    Box::pin(async { arrived() })
}

fn make(wish: &Wish<'_>) -> Making {
    let Wish { kind, link, timeline, start } = *wish;
    // The run that is shown goes on.
    let walk = Walk::recorded(*link, timeline.clone(), start);
    Box::pin(made(kind, walk))
}

async fn made(kind: FileKind, walk: Walk) -> Result<JsValue, String> {
    let link = walk.link();
    let svg = picture(&walk, link.step, Theme::Light).map_err(|error| crate::shared::sentence(&error))?;
    let made = match kind {
        FileKind::Svg => browser::file_of(&svg.into(), "image/svg+xml"),
        FileKind::Png => png::drawn(&svg).await,
        FileKind::Html => browser::file_of(&one_file(&walk, &svg).await?.into(), "text/html"),
    };
    made.ok_or_else(|| "This browser cannot make such a file.".to_owned())
}

/// The page and what the walk needs of it, as one file.
async fn one_file(walk: &Walk, still: &str) -> Result<String, String> {
    let ask = Ask {
        subject: Subject::Walk(*walk.link()),
        table: false,
        names_step: true,
        forms: Vec::new(),
        page: String::new(),
    };
    // Where the page itself is.
    let html = fetched("").await?;
    let page = String::from_utf8_lossy(&html).into_owned();
    let sentence = |error: standalone::SiteError| crate::shared::sentence(&error);
    let app = standalone::app_of(&page).map_err(sentence)?;
    let mut site = HashMap::from([("index.html".to_owned(), html)]);
    for name in ["start.js", "styles/first.css", "icon.svg", "stuck.js"] {
        let name = [app, "/", name].concat();
        let bytes = fetched(&name).await?;
        site.insert(name, bytes);
    }
    let script = site.get(&[app, "/start.js"].concat()).map(|of| String::from_utf8_lossy(of).into_owned());
    let script = script.unwrap_or_default();
    let names = standalone::needed(&ask, app, &script, &standalone::named(&ask, app, &script), false);
    for name in &names {
        let bytes = fetched(name).await?;
        let is_packed = bytes.starts_with(&[0x1f, 0x8b]);
        let bytes = if is_packed { Some(bytes) } else { browser::packed(&bytes).await };
        site.insert(name.clone(), bytes.ok_or("This browser cannot pack what goes into the file.")?);
    }
    standalone::file(&|name| site.get(name).cloned(), &ask.hash(), &names, still.trim_end()).map_err(sentence)
}

/// A file of the page's own server.
async fn fetched(name: &str) -> Result<Vec<u8>, String> {
    let answer = browser::fetch(name).await.filter(is_ok);
    let bytes = match answer {
        Some(answer) => browser::bytes_of(&answer).await,
        None => None,
    };
    bytes.ok_or_else(|| {
        let name = if name.is_empty() { "The page itself" } else { name };
        format!("{name} could not be fetched, and the file needs it: is the page still served, is there a network?")
    })
}

fn is_ok(answer: &web_sys::Response) -> bool {
    browser::member(answer, "ok").is_some_and(|ok| ok.is_truthy())
}
