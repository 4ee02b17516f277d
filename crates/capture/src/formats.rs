//! The formats that can be read. A new one is a file beside this one, and a line here.

use crate::importer::Importer;
use crate::ptcapture::PtCapture;

/// All of them.
pub static IMPORTERS: &[&dyn Importer] = &[&PtCapture];

/// Reads a file natively, compressed or not, in the first format that fits ([`read_any`](crate::importer::read_any)).
///
/// # Errors
/// [`ImportError`](crate::ImportError) says what is wrong, where, and what to do.
#[cfg(all(feature = "gzip", feature = "json"))]
pub fn read_file(bytes: &[u8], limits: crate::Limits) -> Result<crate::Brought, crate::ImportError> {
    use crate::importer::{Input, is_gzip, read_any, unpack};

    if bytes.len() > if is_gzip(bytes) { limits.packed } else { limits.bytes } {
        return Err(crate::ImportError::TooLarge(limits.bytes));
    }
    let unpacked = if is_gzip(bytes) { Some(unpack(bytes, &limits)?) } else { None };
    let bytes = unpacked.as_deref().unwrap_or(bytes);
    read_any(IMPORTERS, &Input { limits, ..Input::native(bytes) })
}
