//! What a command reads and writes.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, StdoutLock};

use flate2::read::MultiGzDecoder;
use texts::{Listing, Reading, Wish};

use crate::outcome::Failure;

/// Bytes that are read at once.
const SLICE: usize = 256 << 10;

/// Most bytes that a compressed file may unpack to: a small file can unpack to anything.
const MOST_UNPACKED: u64 = 1 << 30;

/// Standard output. A failure to write is an error, not a panic: the reader of a pipe may go away.
pub(crate) fn output() -> BufWriter<StdoutLock<'static>> {
    BufWriter::new(io::stdout().lock())
}

/// Opens a file, or standard input for `-`; what is compressed with gzip is unpacked.
pub(crate) fn open(name: &str) -> Result<Box<dyn Read>, Failure> {
    let failed = |error| Failure::Input { name: name.to_owned(), error };
    let mut input: Box<dyn Read> =
        if name == "-" { Box::new(io::stdin().lock()) } else { Box::new(File::open(name).map_err(failed)?) };
    let mut magic = Vec::with_capacity(16);
    input.by_ref().take(16).read_to_end(&mut magic).map_err(failed)?;
    let is_gzip = magic.starts_with(&[0x1f, 0x8b]);
    let whole = io::Cursor::new(magic).chain(input);
    Ok(if is_gzip {
        Box::new(MultiGzDecoder::new(BufReader::new(whole)).take(MOST_UNPACKED))
    } else {
        Box::new(whole)
    })
}

/// Whether it can be read again from its beginning: standard input and pipes cannot.
pub(crate) fn is_file(name: &str) -> bool {
    name != "-" && std::fs::metadata(name).is_ok_and(|about| about.is_file())
}

/// Reads a text in slices.
pub(crate) fn listing(name: &str, wish: Wish) -> Result<Listing, Failure> {
    let mut input = open(name)?;
    let mut reading = Reading::new(wish);
    let mut slice = vec![0; SLICE];
    loop {
        match input.read(&mut slice) {
            Ok(0) => break,
            Ok(bytes) if reading.bytes() == 0 && vmcore::is_core(&slice[..bytes]) => {
                let what = "a core of a machine's memory is read in parts: give it as a file, unpacked";
                return Err(Failure::Asked(format!("{name}: {what}")));
            }
            Ok(bytes) => reading.push(&slice[..bytes]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(Failure::Input { name: name.to_owned(), error }),
        }
    }
    reading.finish().map_err(|error| {
        if is_file(name) && is_report(name) {
            let what = "this is a kernel's report, or a line with raw entries, and no listing of page tables";
            return Failure::Asked(format!("{name}: {what}: `pagewalk explain {name}` reads it"));
        }
        Failure::Text { name: name.to_owned(), error }
    })
}

/// Whether the beginning of a file has what `pagewalk explain` reads.
fn is_report(name: &str) -> bool {
    let mut head = Vec::new();
    // What cannot be read is no report.
    let read = open(name).map(|input| input.take(1 << 20).read_to_end(&mut head));
    let head = String::from_utf8_lossy(&head);
    read.is_ok()
        && (!splats::explain(&head).is_empty()
            || decode::recognise(&head).iter().any(|of| !of.values.is_empty()))
}

/// A file that holds JSON, perhaps compressed, as it is; `None` for any other file, standard input and pipes.
pub(crate) fn json_file(name: &str) -> Result<Option<Vec<u8>>, Failure> {
    if !is_file(name) {
        return Ok(None);
    }
    let failed = |error| Failure::Input { name: name.to_owned(), error };
    let mut head = Vec::new();
    // What is not gzip although it begins so is told by who reads it.
    let _ = open(name)?.take(64).read_to_end(&mut head);
    if head.trim_ascii_start().first() != Some(&b'{') {
        return Ok(None);
    }
    let most = capture::Limits::ALL.bytes as u64 + 1;
    let mut bytes = Vec::new();
    File::open(name).map_err(failed)?.take(most).read_to_end(&mut bytes).map_err(failed)?;
    Ok(Some(bytes))
}
