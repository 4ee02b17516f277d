//! Reading what a person gave the page, files and texts: here, and nothing of it is sent anywhere.

mod core;
mod text;

use std::rc::Rc;

use capture::importer::{is_gzip, read_any};
use capture::{Brought, IMPORTERS, ImportError, Input, Limits};
use js_sys::Array;
use scenario::FileId;
use texts::check::Checked;
use texts::diff::diff;
use texts::{Listing, ReadError, Wish};
use vmcore::listing::{is_of_core, is_printed_beside};
use vmcore::{CoreError, Regions, Tables, is_core};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;
use yew::Callback;

use self::core::{Form, machine_of};
use self::text::Stream;
use super::Change;
use crate::answers::{Answer, Answers, Beside, Given, Machine, Said, Shelf, Want};
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
    /// A text that cannot be read as it was read before.
    Text(String),
    /// A machine's memory that does not tell where its page tables begin, and why a core does not.
    AsksRoot(Option<CoreError>),
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
    /// A captured machine, and what is odd in it.
    Capture(Box<(Brought, Tables, Option<Checked>)>),
    /// A text, or a machine's memory.
    Text(Box<Said>, Option<Box<Opened>>),
    /// A call that a person put together.
    Call(String),
}

/// What is to be read: anew, or instead of an answer.
struct Ask {
    given: Given,
    want: Want,
    instead: Option<usize>,
}

/// Reads all of these files and texts, and says what that changes.
pub(super) fn bring(shelf: &Shelf, change: &Callback<Change>, given: &Array) {
    let asks = given.iter().filter_map(|of| {
        let given = match of.as_string() {
            Some(_) => Given { name: "The text".to_owned(), blob: browser::blob_of(&of)? },
            None => Given { name: name_of(&of), blob: of },
        };
        Some(Ask { given, want: Want::default(), instead: None })
    });
    start(shelf, change, asks.collect());
}

/// Reads one once more, as a person wants it.
pub(super) fn again(shelf: &Shelf, change: &Callback<Change>, nth: usize, want: Want) {
    let given = shelf.borrow().all.get(nth).map(|answer| answer.given.clone());
    if let Some(given) = given {
        start(shelf, change, Vec::from([Ask { given, want, instead: Some(nth) }]));
    }
}

fn start(shelf: &Shelf, change: &Callback<Change>, asks: Vec<Ask>) {
    let turn = begun(shelf);
    spawn_local(read_all(Rc::clone(shelf), change.clone(), turn, asks));
}

/// Something is read from now on, and what was read before no longer. Returns its turn.
fn begun(shelf: &Shelf) -> u32 {
    let mut answers = shelf.borrow_mut();
    answers.turn += 1;
    answers.is_reading = true;
    answers.turn
}

async fn read_all(shelf: Shelf, change: Callback<Change>, turn: u32, asks: Vec<Ask>) {
    for Ask { given, want, instead } in asks {
        let job = Job { shelf: &shelf, change: &change, turn, what: format!("Reading {}", given.name) };
        let result = job.read(&given, want).await;
        if !job.goes_on() {
            return;
        }
        let shelf = Rc::clone(&shelf);
        change.emit(Change(Box::new(move |walk, shared| {
            shared.files.reading = None;
            let mut place = Some(Place::Open);
            let said = match result {
                Ok(Read::Capture(read)) => {
                    let (machine, says) = opened_as(given.name.clone(), *read, walk, shared);
                    let before =
                        shared.notice.take().map(|before| before + " ").filter(|_| instead.is_none());
                    shared.notice =
                        Some(before.filter(|of| of.contains(" is open: ")).unwrap_or_default() + &says);
                    place = Some(Place::Walk);
                    Said { machine: Some(Box::new(machine)), ..Said::default() }
                }
                Ok(Read::Text(said, opened)) => {
                    shared.notice = None;
                    if let Some(opened) = opened {
                        shared.files.put(*opened);
                    }
                    *said
                }
                // Its page is in another part.
                Ok(Read::Call(text)) => {
                    shared.notice = None;
                    shared.files.call = Some(text);
                    // Whoever arrives there opens the address: one that is changed leads to the page.
                    let is_there = browser::write_hash(&["#", Place::Call.link()].concat(), true);
                    shared.call.ask();
                    return (!is_there).then_some(Place::Call);
                }
                // Everything stays as it was.
                Err(refusal) => {
                    shared.notice = Some(refused(&given.name, &refusal));
                    return None;
                }
            };
            let is_shown = place == Some(Place::Open);
            put(&mut shelf.borrow_mut(), Answer { given, want, said }, instead, is_shown);
            place
        })));
    }
    shelf.borrow_mut().is_reading = false;
    change.emit(Change(Box::new(|_, _| None)));
}

/// Puts an answer before the others, or in the place of one.
fn put(answers: &mut Answers, answer: Answer, instead: Option<usize>, is_new: bool) {
    let Answers { all, is_new: new, .. } = answers;
    match instead.and_then(|nth| all.get_mut(nth)) {
        Some(old) => *old = answer,
        None => {
            all.insert(0, answer);
            *new |= is_new;
        }
    }
    all.truncate(MOST_ANSWERS);
}

/// One of two dumps that are compared.
struct Side {
    name: String,
    given: Given,
    want: Want,
    /// The tables of a machine, which has no text.
    memory: Option<Tables>,
}

/// Compares two of what was given: each text is read once more, as none is kept.
pub(super) fn compare(shelf: &Shelf, change: &Callback<Change>, pair: [usize; 2]) {
    let sides = pair.map(|nth| {
        let shelf = shelf.borrow();
        let answer = shelf.all.get(nth)?;
        let memory = answer.said.machine.as_ref().map(|machine| machine.memory.clone());
        Some(Side { name: answer.called(), given: answer.given.clone(), want: answer.want, memory })
    });
    let [Some(a), Some(b)] = sides else { return };
    let turn = begun(shelf);
    spawn_local(beside(Rc::clone(shelf), change.clone(), turn, a, b));
}

async fn beside(shelf: Shelf, change: Callback<Change>, turn: u32, a: Side, b: Side) {
    let name = format!("{} and {}", a.name, b.name);
    let job = Job { shelf: &shelf, change: &change, turn, what: format!("Comparing {name}") };
    let result = job.beside(&a, &b).await;
    if !job.goes_on() {
        return;
    }
    let shelf = Rc::clone(&shelf);
    change.emit(Change(Box::new(move |_, shared| {
        shared.files.reading = None;
        let mut answers = shelf.borrow_mut();
        answers.is_reading = false;
        match result {
            Ok(compared) => {
                shared.notice = None;
                let given = Given { name, blob: JsValue::NULL };
                let said = Said { compared: Some(Box::new(compared)), ..Said::default() };
                put(&mut answers, Answer { given, want: Want::default(), said }, None, true);
            }
            Err(refusal) => shared.notice = Some(refused(&name, &refusal)),
        }
        Some(Place::Open)
    })));
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
            let (shelf, turn) = (Rc::clone(self.shelf), self.turn);
            self.change.emit(Change(Box::new(move |_, shared| {
                // Between the two it may have been given up: what is said here then would stay.
                if shelf.borrow().turn == turn {
                    shared.files.reading = Some(reading);
                }
                None
            })));
        }
    }

    /// The bytes of what was given, unpacked, and whether they were packed.
    async fn stream(&self, given: &Given) -> Result<(Stream, bool), Refusal> {
        let size = size_of(&given.blob);
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
        // A machine's memory may have more bytes than can be counted in a page's own memory.
        let total = size.map(|size| usize::try_from(size).unwrap_or(usize::MAX)).filter(|_| !packed);
        Ok((Stream { first, chunks, total }, packed))
    }

    async fn read(&self, given: &Given, want: Want) -> Result<Read, Refusal> {
        let size = size_of(&given.blob);
        self.progress(0, size.and_then(|size| usize::try_from(size).ok()));
        let (stream, packed) = self.stream(given).await?;
        let first = &stream.first;
        let form = match (is_core(first), packed) {
            (true, false) => Some(Form::Core),
            (true, true) => {
                stream.chunks.end();
                // A part of what is packed cannot be read without all that is before it.
                return Err(CoreError::Gzip.into());
            }
            _ => (is_binary(first) && !packed).then_some(Form::Raw),
        };
        if let Some(form) = form {
            stream.chunks.end();
            // All of it is here: no table can be in it.
            if size == Some(first.len() as u64) && first.iter().all(|&byte| byte == 0) {
                return Err(Refusal::Text(format!(
                    "{}. What can be read: {FORMATS}.",
                    ReadError::Blank(first.len() as u64)
                )));
            }
            return match self.core(given, size.unwrap_or_default(), form, want.root).await {
                Ok((machine, opened)) => {
                    let said = Said { machine: Some(Box::new(machine)), ..Said::default() };
                    Ok(Read::Text(Box::new(said), Some(Box::new(opened))))
                }
                // Where its tables begin can be said: what was given stays.
                Err(Refusal::AsksRoot(why)) => {
                    let why = why.map(|why| why.to_string() + ".");
                    Ok(Read::Text(Box::new(Said { asks_root: true, refused: why, ..Said::default() }), None))
                }
                Err(Refusal::Core(error)) if want.root.is_some() => {
                    let refused = Some(format!("{error}."));
                    Ok(Read::Text(Box::new(Said { asks_root: true, refused, ..Said::default() }), None))
                }
                Err(refusal) => Err(refusal),
            };
        }
        if first.trim_ascii_start().first() == Some(&b'{') {
            stream.chunks.end();
            let total = size.and_then(|size| usize::try_from(size).ok());
            let brought = self.capture(&given.blob, total).await?;
            let regions = Regions::captured(brought.capture.layout.iter(), brought.assumed.clone());
            let memory = Tables { world: brought.capture.world.clone(), regions, found: None };
            let checked = self.checked(&memory).await;
            return Ok(Read::Capture(Box::new((brought, memory, checked))));
        }
        self.text(given, want.text, stream).await
    }

    /// What differs between two.
    async fn beside(&self, a: &Side, b: &Side) -> Result<Beside, Refusal> {
        let (mut of_a, mut of_b) = (self.side(a).await?, self.side(b).await?);
        browser::pause().await;
        // debugfs prints the leaf's own rights: beside its text a core is what debugfs would print.
        let printed = |side: &Side| side.memory.as_ref().map(|tables| tables.printed(Wish::default()));
        if is_printed_beside(&of_a, &of_b) {
            of_a = printed(a).transpose()?.unwrap_or(of_a);
        } else if is_printed_beside(&of_b, &of_a) {
            of_b = printed(b).transpose()?.unwrap_or(of_b);
        }
        let compared = diff(&of_a, &of_b);
        let what = |side: &Side, of: &Listing| {
            let about = match &side.memory {
                Some(_) if is_of_core(of) => format!("the tables of {}", of.program),
                Some(_) => "what debugfs would print of it".to_owned(),
                None => of.format.about().to_owned(),
            };
            format!("{}: {about}, rights {}", side.given.name, of.rights.name())
        };
        Ok(Beside { what: [what(a, &of_a), what(b, &of_b)], compared })
    }

    async fn side(&self, side: &Side) -> Result<Listing, Refusal> {
        match &side.memory {
            Some(tables) => Ok(tables.listing(Wish::default())?),
            None => self.listing(&side.given, side.want.text).await,
        }
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

/// How many bytes a file has.
#[expect(clippy::cast_sign_loss, reason = "no file has a negative size")]
fn size_of(file: &JsValue) -> Option<u64> {
    browser::member(file, "size").and_then(|size| size.as_f64()).map(|size| size as u64)
}

/// Whether what begins so is no text: much of it is zero, and two zero bytes after each other are in none, not in UTF-16 either.
fn is_binary(first: &[u8]) -> bool {
    let zeros: usize = first.iter().map(|&byte| usize::from(byte == 0)).sum();
    zeros * 4 >= first.len() && first.windows(2).any(|pair| pair == [0, 0])
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
fn opened_as(
    name: String,
    (brought, memory, checked): (Brought, Tables, Option<Checked>),
    walk: &mut Walk,
    shared: &mut Shared,
) -> (Machine, String) {
    let file = FileId::from(&brought);
    let mut says = format!("{name} is open: page tables of {}.", file.model.title);
    let Brought { capture, assumed, .. } = brought;
    for sentence in &assumed {
        says.push(' ');
        says.push_str(sentence);
    }
    let (machine, opened) = machine_of(file, name, capture, assumed, memory, checked);
    shared.files.put(opened);
    let fit = walk.bring(file, shared);
    if fit.other_file {
        says.push_str(" It is not the file of the link that was opened.");
    }
    if fit.other_scenario {
        says.push_str(
            " The scenario that was shown does not run on these tables, so the kernel walk is shown.",
        );
    }
    (machine, says)
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
        Refusal::Text(why) => format!("{name}: {why}"),
        Refusal::AsksRoot(_) => format!("{name}: where its page tables begin is not known."),
        Refusal::Over => String::new(),
    }
}
