//! Fetching a captured machine, with progress.
//!
//! Captures are files beside the page, compressed, each of some 30 kB; they are not in the first download. The
//! browser unpacks them. A file that is missing, cut off or not a capture becomes one sentence.

use js_sys::{Array, Function, Reflect, Uint8Array};
use scenario::capture::image::{self, Node};
use scenario::capture::{Capture, ImageError};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{ReadableStream, ReadableStreamDefaultReader, ReadableWritablePair, Response};

/// Largest compressed file that is read, in bytes.
const MAX_COMPRESSED: usize = 8 << 20;

/// A captured machine cannot be shown.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LoadError {
    /// No answer.
    #[error("{file} could not be fetched: is the page still served, is there a network?")]
    Network {
        /// The file.
        file: String,
    },
    /// An answer that is not the file.
    #[error("{file} could not be fetched: the server answered {status}")]
    Status {
        /// The file.
        file: String,
        /// The HTTP status.
        status: u16,
    },
    /// More than a capture has.
    #[error("{file} is larger than any capture")]
    TooLarge {
        /// The file.
        file: String,
    },
    /// Not gzip, or cut off.
    #[error("{file} cannot be unpacked: it is damaged or cut off")]
    Unpack {
        /// The file.
        file: String,
    },
    /// Not a capture.
    #[error("{file}: {source}")]
    Image {
        /// The file.
        file: String,
        /// What is wrong.
        source: ImageError,
    },
}

/// How much of a file has arrived.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Bytes so far.
    pub received: usize,
    /// Bytes in all, if the server said so.
    pub total: Option<usize>,
}

/// Fetches and reads the capture in a folder.
///
/// # Errors
/// [`LoadError`], a sentence that names the file.
pub async fn load(folder: &'static str, progress: impl Fn(Progress)) -> Result<Capture, LoadError> {
    let file = format!("captures/{folder}/tables.json.gz");
    let packed = fetch(&file, progress).await?;
    read(file, &packed).await
}

/// Reads a capture from the bytes of its file, compressed or not: some servers unpack on the way.
///
/// # Errors
/// [`LoadError`], a sentence that names the file.
pub async fn read(file: String, bytes: &[u8]) -> Result<Capture, LoadError> {
    let unpacked;
    let json = if bytes.starts_with(&[0x1f, 0x8b]) {
        unpacked = unpack(&file, bytes).await?;
        &unpacked
    } else {
        bytes
    };
    parse(json).map_err(|source| LoadError::Image { file, source })
}

fn parse(json: &[u8]) -> Result<Capture, ImageError> {
    if json.len() > image::MAX_BYTES {
        return Err(ImageError::TooLarge);
    }
    let text = std::str::from_utf8(json).map_err(|error| ImageError::Syntax(error.to_string()))?;
    let document = js_sys::JSON::parse(text).map_err(|error| {
        let message = error.dyn_ref::<js_sys::Error>().map(js_sys::Error::message);
        ImageError::Syntax(message.map_or_else(|| "the browser cannot read it".to_owned(), String::from))
    })?;
    Capture::from_json(&Parsed(document))
}

/// A value that the browser's JSON parser made.
struct Parsed(JsValue);

impl Node for Parsed {
    fn get(&self, key: &str) -> Option<Self> {
        // Reading a member of something that is no object throws: then there is none.
        let value = Reflect::get(&self.0, &JsValue::from_str(key)).ok()?;
        (!value.is_undefined()).then_some(Self(value))
    }

    fn items(&self) -> Option<impl Iterator<Item = Self>> {
        let array: &Array = self.0.dyn_ref()?;
        Some((0..array.length()).map(|index| Self(array.get(index))).collect::<Vec<_>>().into_iter())
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

async fn fetch(file: &str, progress: impl Fn(Progress)) -> Result<Vec<u8>, LoadError> {
    let network = || LoadError::Network { file: file.to_owned() };
    let window = web_sys::window().ok_or_else(network)?;
    let response = JsFuture::from(window.fetch_with_str(file)).await.map_err(|_| network())?;
    let response: Response = response.dyn_into().map_err(|_| network())?;
    if !response.ok() {
        return Err(LoadError::Status { file: file.to_owned(), status: response.status() });
    }
    let length = response.headers().get("content-length").ok().flatten();
    let total = length.and_then(|length| length.parse().ok());
    let body = response.body().ok_or_else(network)?;
    let too_large = || LoadError::TooLarge { file: file.to_owned() };
    collect(&body, MAX_COMPRESSED, too_large, network, |received| progress(Progress { received, total }))
        .await
}

async fn unpack(file: &str, bytes: &[u8]) -> Result<Vec<u8>, LoadError> {
    let damaged = || LoadError::Unpack { file: file.to_owned() };
    let packed = Response::new_with_opt_js_u8_array(Some(&Uint8Array::from(bytes))).map_err(|_| damaged())?;
    let stream = packed.body().ok_or_else(damaged)?;
    // web-sys has DecompressionStream behind an unstable flag only, though every browser has it.
    let constructor =
        Reflect::get(&js_sys::global(), &"DecompressionStream".into()).map_err(|_| damaged())?;
    let constructor: Function = constructor.dyn_into().map_err(|_| damaged())?;
    let gunzip = Reflect::construct(&constructor, &Array::of1(&"gzip".into())).map_err(|_| damaged())?;
    let unpacked = stream.pipe_through(&gunzip.unchecked_into::<ReadableWritablePair>());
    let too_large = || LoadError::TooLarge { file: file.to_owned() };
    collect(&unpacked, image::MAX_BYTES, too_large, damaged, |_| {}).await
}

/// Reads a stream to its end, but never more than `limit` bytes: a small file may unpack to gigabytes.
async fn collect(
    stream: &ReadableStream,
    limit: usize,
    too_large: impl Fn() -> LoadError,
    broken: impl Fn() -> LoadError,
    progress: impl Fn(usize),
) -> Result<Vec<u8>, LoadError> {
    let reader: ReadableStreamDefaultReader = stream.get_reader().unchecked_into();
    let mut bytes = Vec::new();
    loop {
        let chunk = JsFuture::from(reader.read()).await.map_err(|_| broken())?;
        let field = |name: &str| Reflect::get(&chunk, &JsValue::from_str(name)).map_err(|_| broken());
        if field("done")?.is_truthy() {
            return Ok(bytes);
        }
        let value: Uint8Array = field("value")?.dyn_into().map_err(|_| broken())?;
        if bytes.len() + value.length() as usize > limit {
            // Whether the source listens does not matter: we read no further.
            let _ = reader.cancel();
            return Err(too_large());
        }
        bytes.extend(value.to_vec());
        progress(bytes.len());
    }
}
