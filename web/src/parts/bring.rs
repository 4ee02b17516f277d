//! Reading a file of page tables that a person opened: here, and nothing of it is sent anywhere.

use capture::importer::{is_gzip, read_any};
use capture::{Brought, IMPORTERS, ImportError, Input, Limits};
use js_sys::Array;
use scenario::FileId;
use scenario::places::Places;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;
use yew::Callback;

use super::Change;
use crate::browser;
use crate::files::Opened;
use crate::load::{Problem, collect, read_json, unpack};
use crate::pages::walk::Walk;
use crate::progress::Progress;
use crate::shared::Shared;

/// Why a file is not read.
enum Refusal {
    /// The browser does not give it.
    Unread,
    /// The browser lacks what is needed.
    Unable,
    /// What is in it.
    Import(ImportError),
}

/// Reads the first of these files, and says what that changes.
pub(super) fn bring(turn: u32, files: Array, change: Callback<Change>) {
    spawn_local(async move {
        let file = files.get(0);
        let name = name_of(&file);
        let what = format!("Reading {name}");
        let progress = |received, total| {
            let reading = (what.clone(), Progress { received, total });
            change.emit(Change(Box::new(move |_, shared| {
                if shared.files.turn == turn {
                    shared.files.reading = Some(reading);
                }
                false
            })));
        };
        let result = read(&file, &progress).await;
        let besides = match files.length() {
            1 => String::new(),
            several => format!(" Of the {several} files only this one was read."),
        };
        change.emit(Change(Box::new(move |walk, shared| {
            if shared.files.turn != turn {
                return false;
            }
            shared.files.reading = None;
            let opened = result.is_ok();
            let mut says = match result {
                Ok(brought) => opened_as(name, brought, walk, shared),
                // Everything stays as it was.
                Err(refusal) => refused(&name, &refusal),
            };
            says.push_str(&besides);
            shared.notice = Some(says);
            opened
        })));
    });
}

/// The name of a file, as it can stand in a sentence: not too long, and without what would change the sentence around it.
fn name_of(file: &JsValue) -> String {
    let name = browser::member(file, "name").and_then(|name| name.as_string()).unwrap_or_default();
    let is_plain = |letter: &char| {
        !letter.is_control()
            && !matches!(letter, '\u{200e}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    name.chars().filter(is_plain).take(60).collect()
}

async fn read(file: &JsValue, progress: &dyn Fn(usize, Option<usize>)) -> Result<Brought, Refusal> {
    let limits = Limits::ALL;
    let too_large = || Refusal::Import(ImportError::TooLarge(limits.bytes));
    #[expect(clippy::cast_sign_loss, reason = "no file has a negative size")]
    let size = browser::member(file, "size").and_then(|size| size.as_f64()).map(|size| size as usize);
    progress(0, size);
    // Nothing is read of what is larger than any capture.
    if size.is_some_and(|size| size > limits.bytes) {
        return Err(too_large());
    }
    let stream = browser::stream_of(file).ok_or(Refusal::Unread)?;
    let read = collect(stream, limits.bytes, Problem::Network, &|received| progress(received, size)).await;
    let mut bytes = read.map_err(|problem| match problem {
        Problem::TooLarge => too_large(),
        Problem::Unable => Refusal::Unable,
        _ => Refusal::Unread,
    })?;
    if is_gzip(&bytes) {
        if bytes.len() > limits.packed {
            return Err(too_large());
        }
        bytes = unpack(&bytes).await.map_err(|problem| match problem {
            Problem::TooLarge => too_large(),
            Problem::Unable => Refusal::Unable,
            _ => Refusal::Import(ImportError::Unpack),
        })?;
    }
    read_any(IMPORTERS, &Input { bytes: &bytes, json: read_json, limits }).map_err(Refusal::Import)
}

/// Keeps a file, shows a walk on it, and says what a person should know of it.
fn opened_as(name: String, brought: Brought, walk: &mut Walk, shared: &mut Shared) -> String {
    let file = FileId::from(&brought);
    let mut says = format!("{name} is open: page tables of {}.", file.model.title);
    let Brought { capture, assumed, .. } = brought;
    let places = Places::found(&capture.world);
    shared.files.put(Opened { file, name, capture, places });
    let fit = walk.bring(file, shared);
    if fit.other_file {
        says.push_str(" It is not the file of the link that was opened.");
    }
    if fit.other_scenario {
        says.push_str(
            " The scenario that was shown does not run on these tables, so the kernel walk is shown.",
        );
    }
    for sentence in &assumed {
        says.push(' ');
        says.push_str(sentence);
    }
    says
}

/// What is wrong, where, and what to do.
fn refused(name: &str, refusal: &Refusal) -> String {
    match refusal {
        Refusal::Unread => format!(
            "{name} cannot be read: it is a folder, or it was moved or changed since it was chosen. Choose a file once more."
        ),
        Refusal::Unable => format!("{name}{}. Unpack the file before you open it.", Problem::Unable),
        Refusal::Import(error @ ImportError::Unrecognised(_)) => {
            let formats: Vec<_> = IMPORTERS.iter().map(|importer| importer.about()).collect();
            format!("{name}: {error}. What can be read: {}.", formats.join("; "))
        }
        Refusal::Import(error) => format!("{name}: {error}. {}", error.remedy()),
    }
}
