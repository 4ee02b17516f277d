//! What a format is to this program.

use crate::json::{Node, ReadJson};
use crate::{Capture, ImportError, error};

/// How much of a file is read. Files are hostile: nothing is allocated for more than this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the file as it comes, perhaps compressed.
    pub packed: usize,
    /// Bytes once it is unpacked. The captures of whole machines have about 200,000.
    pub bytes: usize,
    /// Tables. The captures of whole machines have about 150.
    pub tables: usize,
    /// Entries of all tables together, up to the last one that is used of each.
    pub entries: usize,
    /// Names of addresses and registers. The captures of whole machines have about 40.
    pub names: usize,
}

impl Limits {
    /// What every file is held to.
    pub const ALL: Self =
        Self { packed: 8 << 20, bytes: 16 << 20, tables: 100_000, entries: 4 << 20, names: 1000 };
}

/// An unpacked file, and what it takes to read it.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// The file, unpacked.
    pub bytes: &'a [u8],
    /// Who takes JSON apart.
    pub json: ReadJson,
    /// How much is read.
    pub limits: Limits,
}

#[cfg(feature = "json")]
impl<'a> Input<'a> {
    /// A file that is read natively.
    pub const fn native(bytes: &'a [u8]) -> Self {
        Self { bytes, json: crate::json::by_serde, limits: Limits::ALL }
    }
}

impl Input<'_> {
    /// The file as a JSON document.
    ///
    /// # Errors
    /// [`ImportError::TooLarge`] before it is looked at, [`ImportError::Syntax`] where it is not JSON.
    pub fn json(&self) -> Result<Box<dyn Node>, ImportError> {
        if self.bytes.len() > self.limits.bytes {
            return Err(ImportError::TooLarge(self.limits.bytes));
        }
        (self.json)(self.bytes).map_err(ImportError::Syntax)
    }
}

/// Tables that a person brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Brought {
    /// The machine.
    pub capture: Capture,
    /// What the file does not say and was assumed: a sentence each.
    pub assumed: Vec<String>,
    /// Tells these tables from others in a link: a checksum of the file.
    pub checksum: u32,
}

/// Reads one format.
pub trait Importer: Sync {
    /// What the format is called: "ptcapture-1".
    fn name(&self) -> &'static str;

    /// Where such a file comes from and how it is called, in a sentence.
    fn about(&self) -> &'static str;

    /// Whether a file that begins like this is probably in this format. `head` has up to [`HEAD`] bytes, unpacked. Several
    /// formats may recognise one file ([`read_any`]).
    fn recognise(&self, head: &[u8]) -> bool;

    /// Reads a file, within the limits, and says what it assumed. Whatever the bytes are, this returns: it does not panic,
    /// does not run without end, and allocates no more than the limits need.
    ///
    /// # Errors
    /// [`ImportError`] says what is wrong, where, and what to do.
    fn read(&self, input: &Input<'_>) -> Result<(Capture, Vec<String>), ImportError>;
}

impl std::fmt::Debug for dyn Importer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Importer({})", self.name())
    }
}

/// Bytes by which a format is recognised.
pub const HEAD: usize = 4096;

/// Whether a file is compressed with gzip.
pub fn is_gzip(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0x1f, 0x8b])
}

/// Those of `importers` that recognise a file, at least one.
///
/// # Errors
/// [`ImportError::Unrecognised`] if there is none, [`ImportError::Empty`] if there is no file to speak of.
pub fn recognise(
    importers: &[&'static dyn Importer],
    bytes: &[u8],
) -> Result<Vec<&'static dyn Importer>, ImportError> {
    let head = &bytes[..bytes.len().min(HEAD)];
    if head.trim_ascii().is_empty() {
        return Err(ImportError::Empty);
    }
    let found: Vec<_> = importers.iter().copied().filter(|importer| importer.recognise(head)).collect();
    if found.is_empty() {
        let begins = String::from_utf8_lossy(&head[..head.len().min(120)]);
        let begins = begins.trim_start().replace(char::is_control, "\u{b7}");
        return Err(ImportError::Unrecognised(error::clip(&begins)));
    }
    Ok(found)
}

/// Reads a file with one importer.
///
/// # Errors
/// [`ImportError`] says what is wrong, where, and what to do.
pub fn read(importer: &dyn Importer, input: &Input<'_>) -> Result<Brought, ImportError> {
    let (capture, assumed) = importer.read(input)?;
    Ok(Brought { capture, assumed, checksum: checksum(input.bytes) })
}

/// Reads a file with the first of `importers` that recognises it and can read it. Where several recognise it, that is said
/// among what was assumed.
///
/// # Errors
/// [`ImportError`] of the first that recognises it; [`recognise`] says what else.
pub fn read_any(importers: &[&'static dyn Importer], input: &Input<'_>) -> Result<Brought, ImportError> {
    let fitting = recognise(importers, input.bytes)?;
    let (mut chosen, mut result) = (fitting[0], read(fitting[0], input));
    for &other in &fitting[1..] {
        if result.is_err()
            && let Ok(brought) = read(other, input)
        {
            (chosen, result) = (other, Ok(brought));
        }
    }
    if let (Ok(brought), [_, _, ..]) = (&mut result, &*fitting) {
        let names: Vec<_> = fitting.iter().map(|of| of.name()).collect();
        let says = format!(
            "The file fits several formats ({}): it was read as {}.",
            names.join(", "),
            chosen.name()
        );
        brought.assumed.insert(0, says);
    }
    result
}

/// FNV-1a, 32 bits.
fn checksum(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x811c_9dc5, |sum, &byte| (sum ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

/// Unpacks a file that is compressed with gzip, within the limits.
///
/// # Errors
/// [`ImportError::Unpack`] where it is damaged, [`ImportError::TooLarge`] where it unpacks to more than a capture has.
#[cfg(feature = "gzip")]
pub fn unpack(bytes: &[u8], limits: &Limits) -> Result<Vec<u8>, ImportError> {
    use std::io::Read as _;

    let mut unpacked = Vec::new();
    // One byte more than allowed, to see that there is more.
    let most = limits.bytes as u64 + 1;
    let unpacker = flate2::read::MultiGzDecoder::new(bytes);
    unpacker.take(most).read_to_end(&mut unpacked).map_err(|_| ImportError::Unpack)?;
    if unpacked.len() > limits.bytes { Err(ImportError::TooLarge(limits.bytes)) } else { Ok(unpacked) }
}
