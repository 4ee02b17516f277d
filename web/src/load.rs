//! Fetching a captured machine, with progress.
//!
//! Captures are files beside the page, compressed, each of some 30 kB; they are not in the first download. The
//! browser unpacks them. A file that is missing, cut off or not a capture becomes one sentence.

use capture::json::Node;
use capture::{Capture, ImportError, Limits};
use js_sys::{Array, Object, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{ReadableStream, ReadableStreamDefaultReader, ReadableStreamReadResult, Response};
use yew::Callback;

use crate::browser;
use crate::progress::Progress;

/// A captured machine cannot be shown.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}{problem}")]
pub struct LoadError {
    /// The file.
    pub file: String,
    /// What is wrong with it.
    pub problem: Problem,
}

/// What is wrong with the file of a captured machine: the end of a sentence that begins with its name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// No answer.
    #[error(" could not be fetched: is the page still served, is there a network?")]
    Network,
    /// An answer that is not the file: the HTTP status.
    #[error(" could not be fetched: the server answered {0}")]
    Status(u16),
    /// More than a capture has.
    #[error(" is larger than any capture")]
    TooLarge,
    /// The browser lacks what is needed.
    #[error(
        " cannot be unpacked: this browser lacks `DecompressionStream` or streams. Chrome 80, Firefox 113, Safari 16.4 and later have both"
    )]
    Unable,
    /// Not gzip, or cut off.
    #[error(" cannot be unpacked: it is damaged or cut off")]
    Unpack,
    /// Not a capture.
    #[error(": {0}")]
    Image(Box<ImportError>),
}

/// Fetches and reads a capture by the name of its folder.
///
/// # Errors
/// [`LoadError`], a sentence that names the file.
pub async fn load(folder: &'static str, progress: Callback<Progress>) -> Result<Capture, LoadError> {
    let file = format!("captures/{folder}/tables.json.gz");
    let read = async { read(&fetch(&file, progress).await?).await };
    read.await.map_err(|problem| LoadError { file, problem })
}

/// Reads a capture from the bytes of its file, compressed or not: some servers unpack on the way.
///
/// # Errors
/// What is [wrong](Problem) with it.
pub async fn read(bytes: &[u8]) -> Result<Capture, Problem> {
    let unpacked;
    let json = if bytes.starts_with(&[0x1f, 0x8b]) {
        unpacked = unpack(bytes).await?;
        &unpacked
    } else {
        bytes
    };
    parse(json).map_err(|error| Problem::Image(Box::new(error)))
}

fn parse(json: &[u8]) -> Result<Capture, ImportError> {
    Capture::from_json(read_json(json).map_err(ImportError::Syntax)?, &Limits::ALL)
}

/// Takes a JSON document apart by the browser's own means.
///
/// # Errors
/// What the browser says about it.
pub fn read_json(json: &[u8]) -> Result<Box<dyn Node>, String> {
    let text = std::str::from_utf8(json).map_err(|error| error.to_string())?;
    match js_sys::JSON::parse(text) {
        Ok(document) => Ok(Box::new(Parsed(document))),
        Err(error) => {
            Err(error.dyn_ref::<js_sys::Error>().map(|error| error.message().into()).unwrap_or_default())
        }
    }
}

/// Bytes as the browser's own ways to read a file take them.
fn response_of(bytes: &[u8]) -> Option<Response> {
    Response::new_with_opt_js_u8_array(Some(&Uint8Array::from(bytes))).ok()
}

/// A value that the browser's JSON parser made.
struct Parsed(JsValue);

impl Node for Parsed {
    fn get(&self, key: &str) -> Option<Box<dyn Node + '_>> {
        // Reading a member of something that is no object throws: then there is none.
        let value = Reflect::get(&self.0, &JsValue::from_str(key)).ok()?;
        (!value.is_undefined()).then(|| Box::new(Self(value)) as Box<dyn Node>)
    }

    fn names(&self, most: usize) -> Option<Vec<String>> {
        let object: &Object = self.0.dyn_ref()?;
        if Array::is_array(object) {
            return None;
        }
        Object::keys(object).iter().take(most).map(|name| name.as_string()).collect()
    }

    fn items(&self) -> Option<usize> {
        Some(self.0.dyn_ref::<Array>()?.length() as usize)
    }

    fn item(&self, index: usize) -> Option<Box<dyn Node + '_>> {
        let array: &Array = self.0.dyn_ref()?;
        Some(Box::new(Self(array.get(index as u32))))
    }

    fn text(&self) -> Option<String> {
        self.0.as_string()
    }

    fn number(&self) -> Option<u32> {
        let number = self.0.as_f64()?;
        #[expect(clippy::cast_sign_loss, reason = "compared with the original right away")]
        let whole = number as u32;
        (f64::from(whole).to_bits() == number.to_bits()).then_some(whole)
    }
}

async fn fetch(file: &str, progress: Callback<Progress>) -> Result<Vec<u8>, Problem> {
    let response = browser::fetch(file).await.ok_or(Problem::Network)?;
    if !response.ok() {
        return Err(Problem::Status(response.status()));
    }
    // A length that comes with a compressed body is not that of what arrives here.
    let header = |name| response.headers().get(name).ok().flatten();
    let length = header("content-length").filter(|_| header("content-encoding").is_none());
    let total = length.and_then(|length| length.parse().ok());
    let body = response.body().ok_or(Problem::Unable)?;
    collect(body, Limits::ALL.packed, Problem::Network, &|received| {
        progress.emit(Progress { received, total });
    })
    .await
}

/// Unpacks what is compressed with gzip.
///
/// # Errors
/// [`Problem::Unable`], [`Problem::Unpack`], [`Problem::TooLarge`].
pub async fn unpack(bytes: &[u8]) -> Result<Vec<u8>, Problem> {
    let packed = response_of(bytes).and_then(|response| response.body());
    let unpacked = packed.and_then(|packed| browser::unpacking(&packed)).ok_or(Problem::Unable)?;
    collect(unpacked, Limits::ALL.bytes, Problem::Unpack, &|_| {}).await
}

/// Reads a stream to its end, but never more than `limit` bytes: a small file may unpack to gigabytes. A stream that
/// breaks is `broken`.
///
/// # Errors
/// `broken`, [`Problem::TooLarge`], [`Problem::Unable`].
pub async fn collect(
    stream: ReadableStream,
    limit: usize,
    broken: Problem,
    progress: &dyn Fn(usize),
) -> Result<Vec<u8>, Problem> {
    let mut chunks = Chunks::of(&stream).ok_or(Problem::Unable)?;
    let mut bytes = Vec::new();
    while let Some(chunk) = chunks.next().await.map_err(|()| broken.clone())? {
        if bytes.len() + chunk.len() > limit {
            chunks.end();
            return Err(Problem::TooLarge);
        }
        bytes.extend(chunk);
        progress(bytes.len());
    }
    Ok(bytes)
}

/// What a stream gives, piece by piece.
#[derive(Debug)]
pub struct Chunks(ReadableStreamDefaultReader);

impl Chunks {
    /// Of a stream; nothing if the browser cannot.
    pub fn of(stream: &ReadableStream) -> Option<Self> {
        browser::reader_of(stream).map(Self)
    }

    /// The next piece; nothing at the end.
    ///
    /// # Errors
    /// The stream breaks.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, ()> {
        let chunk: ReadableStreamReadResult =
            JsFuture::from(self.0.read()).await.map_err(drop)?.unchecked_into();
        if chunk.get_done() == Some(true) {
            return Ok(None);
        }
        let value: Uint8Array = chunk.get_value().unchecked_into();
        Ok(Some(value.to_vec()))
    }

    /// No more is read. Whether the source listens does not matter.
    pub fn end(&self) {
        let _ = self.0.cancel();
    }
}
