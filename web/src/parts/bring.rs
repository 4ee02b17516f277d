//! Reading what a person gave the page, files and texts: here, and nothing of it is sent anywhere.

mod core;
mod text;

use std::rc::Rc;

use capture::importer::{is_gzip, read_any};
use capture::{Brought, IMPORTERS, ImportError, Input, Limits};
use js_sys::Array;
use scenario::FileId;
use scenario::places::Places;
use texts::Wish;
use vmcore::CoreError;
use vmcore::is_core;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;
use yew::Callback;

use super::Change;
use crate::answers::{Answer, Answers, Given, Said, Shelf};
use crate::browser;
use crate::files::Opened;
use crate::load::{Chunks, Problem, collect, read_json, unpack};
use crate::pages::walk::Walk;
use crate::place::Place;
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
    /// What is wrong with a machine's memory.
    Core(CoreError),
    /// A text in no format: line and column of its first word, and how it begins.
    Foreign(u32, u32, String),
    /// Something else was given meanwhile, or it was given up.
    Over,
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        match problem {
            Problem::TooLarge => Self::Import(ImportError::TooLarge(Limits::ALL.bytes)),
            Problem::Unable => Self::Unable,
            Problem::Unpack => Self::Import(ImportError::Unpack),
            _ => Self::Unread,
        }
    }
}

impl From<CoreError> for Refusal {
    fn from(error: CoreError) -> Self {
        Self::Core(error)
    }
}

/// What was read.
enum Read {
    /// The tables of a machine.
    Capture(Box<Brought>),
    /// A text.
    Text(Box<Said>, Option<Box<Opened>>),
}

/// What is to be read: anew, or instead of an answer.
struct Ask {
    given: Given,
    wish: Wish,
    instead: Option<usize>,
}

/// Reads all of these files and texts, and says what that changes.
pub(super) fn bring(shelf: &Shelf, change: &Callback<Change>, given: &Array) {
    let asks = given.iter().filter_map(|of| {
        let given = match of.as_string() {
            Some(_) => Given { name: "The text".to_owned(), blob: browser::blob_of(&of)? },
            None => Given { name: name_of(&of), blob: of },
        };
        Some(Ask { given, wish: Wish::default(), instead: None })
    });
    start(shelf, change, asks.collect());
}

/// Reads one once more, as a person wants it.
pub(super) fn again(shelf: &Shelf, change: &Callback<Change>, nth: usize, wish: Wish) {
    let given = shelf.borrow().all.get(nth).map(|answer| answer.given.clone());
    if let Some(given) = given {
        start(shelf, change, Vec::from([Ask { given, wish, instead: Some(nth) }]));
    }
}

fn start(shelf: &Shelf, change: &Callback<Change>, asks: Vec<Ask>) {
    let turn = {
        let mut answers = shelf.borrow_mut();
        answers.turn += 1;
        answers.is_reading = true;
        answers.turn
    };
    spawn_local(read_all(Rc::clone(shelf), change.clone(), turn, asks));
}

async fn read_all(shelf: Shelf, change: Callback<Change>, turn: u32, asks: Vec<Ask>) {
    for Ask { given, wish, instead } in asks {
        let job = Job { shelf: &shelf, change: &change, turn, what: format!("Reading {}", given.name) };
        let result = job.read(&given, wish).await;
        if !job.goes_on() {
            return;
        }
        let shelf = Rc::clone(&shelf);
        change.emit(Change(Box::new(move |walk, shared| {
            shared.files.reading = None;
            let (said, place) = match result {
                Ok(Read::Capture(brought)) => {
                    let says = opened_as(given.name, *brought, walk, shared);
                    let before =
                        shared.notice.take().map(|before| before + " ").filter(|_| instead.is_none());
                    shared.notice =
                        Some(before.filter(|of| of.contains(" is open: ")).unwrap_or_default() + &says);
                    return Some(Place::Walk);
                }
                Ok(Read::Text(said, opened)) => {
                    shared.notice = None;
                    if let Some(opened) = opened {
                        shared.files.put(*opened);
                    }
                    (*said, Some(Place::Open))
                }
                // Everything stays as it was.
                Err(refusal) => {
                    shared.notice = Some(refused(&given.name, &refusal));
                    return None;
                }
            };
            let answer = Answer { given, wish, said };
            let Answers { all, is_new, .. } = &mut *shelf.borrow_mut();
            match instead.and_then(|nth| all.get_mut(nth)) {
                Some(old) => *old = answer,
                None => {
                    all.insert(0, answer);
                    *is_new = true;
                }
            }
            all.truncate(MOST_ANSWERS);
            place
        })));
    }
    shelf.borrow_mut().is_reading = false;
    change.emit(Change(Box::new(|_, _| None)));
}

/// What can be read, for whoever gave something else.
const FORMATS: &str = "page tables as Linux, QEMU, crash or gdb-pt-dump print them, a kernel's warnings, raw entries, and captures (tables.json)";

/// Most answers that are kept.
const MOST_ANSWERS: usize = 8;

/// The reading of one file, until something else is given.
struct Job<'a> {
    shelf: &'a Shelf,
    change: &'a Callback<Change>,
    turn: u32,
    what: String,
}

impl Job<'_> {
    fn goes_on(&self) -> bool {
        self.shelf.borrow().turn == self.turn
    }

    fn progress(&self, received: usize, total: Option<usize>) {
        if self.goes_on() {
            let reading = (self.what.clone(), Progress { received, total });
            self.change.emit(Change(Box::new(|_, shared| {
                shared.files.reading = Some(reading);
                None
            })));
        }
    }

    async fn read(&self, given: &Given, wish: Wish) -> Result<Read, Refusal> {
        #[expect(clippy::cast_sign_loss, reason = "no file has a negative size")]
        let bytes =
            browser::member(&given.blob, "size").and_then(|size| size.as_f64()).map(|size| size as u64);
        // A machine's memory may have more bytes than can be counted in a page's own memory.
        let size = bytes.map(|bytes| usize::try_from(bytes).unwrap_or(usize::MAX));
        self.progress(0, size);
        let open = || browser::stream_of(&given.blob).ok_or(Refusal::Unread);
        let mut chunks = Chunks::of(&open()?).ok_or(Refusal::Unable)?;
        let mut first = chunks.next().await.map_err(|()| Refusal::Unread)?.unwrap_or_default();
        let packed = is_gzip(&first);
        if packed {
            chunks.end();
            let unpacked = browser::unpacking(&open()?).ok_or(Refusal::Unable)?;
            chunks = Chunks::of(&unpacked).ok_or(Refusal::Unable)?;
            first = chunks.next().await.map_err(|()| Problem::Unpack)?.unwrap_or_default();
        }
        if is_core(&first) {
            chunks.end();
            // A part of what is packed cannot be read without all that is before it.
            if packed {
                return Err(CoreError::Gzip.into());
            }
            let brought = self.core(&given.blob, bytes.unwrap_or_default()).await?;
            return Ok(Read::Capture(Box::new(brought)));
        }
        if first.trim_ascii_start().first() == Some(&b'{') {
            chunks.end();
            let brought = self.capture(&given.blob, size).await?;
            return Ok(Read::Capture(Box::new(brought)));
        }
        self.text(given, wish, first, chunks, size.filter(|_| !packed)).await
    }

    /// The tables of a machine, in our own format.
    async fn capture(&self, file: &JsValue, size: Option<usize>) -> Result<Brought, Refusal> {
        let limits = Limits::ALL;
        // Nothing is read of what is larger than any capture.
        if size.is_some_and(|size| size > limits.bytes) {
            return Err(Problem::TooLarge.into());
        }
        let stream = browser::stream_of(file).ok_or(Refusal::Unread)?;
        let progress = |received| self.progress(received, size);
        let mut bytes = collect(stream, limits.bytes, Problem::Network, &progress).await?;
        if is_gzip(&bytes) {
            if bytes.len() > limits.packed {
                return Err(Problem::TooLarge.into());
            }
            bytes = unpack(&bytes).await?;
        }
        read_any(IMPORTERS, &Input { bytes: &bytes, json: read_json, limits }).map_err(Refusal::Import)
    }
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

/// Keeps a file, shows a walk on it, and says what a person should know of it.
fn opened_as(name: String, brought: Brought, walk: &mut Walk, shared: &mut Shared) -> String {
    let file = FileId::from(&brought);
    let mut says = format!("{name} is open: page tables of {}.", file.model.title);
    let Brought { capture, assumed, .. } = brought;
    let places = Places::found(&capture.world);
    for sentence in &assumed {
        says.push(' ');
        says.push_str(sentence);
    }
    shared.files.put(Opened { file, name, capture, places, assumed, is_built: false });
    let fit = walk.bring(file, shared);
    if fit.other_file {
        says.push_str(" It is not the file of the link that was opened.");
    }
    if fit.other_scenario {
        says.push_str(
            " The scenario that was shown does not run on these tables, so the kernel walk is shown.",
        );
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
            format!("{name}: {error}. What can be read: {FORMATS}.")
        }
        Refusal::Import(error) => format!("{name}: {error}. {}", error.remedy()),
        Refusal::Core(error) => format!(
            "{name}: {error}. What can be read: ELF cores of x86-64, arm64 and riscv64, not compressed."
        ),
        Refusal::Foreign(line, column, begins) => format!(
            "{name}: line {line}, column {column}: this is in no format that this program reads; it begins with \u{201c}{begins}\u{201d}. \
             What can be read: {FORMATS}."
        ),
        Refusal::Over => String::new(),
    }
}
