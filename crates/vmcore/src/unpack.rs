//! A page of kdump's compressed format, unpacked.
//!
//! The libraries: miniz_oxide, lzokay, snap and ruzstd are pure Rust. zstd, whose tables are large, is a feature: the page does without.

/// `DUMP_DH_COMPRESSED_ZLIB`, `_LZO`, `_SNAPPY` and `_ZSTD` of a page's descriptor.
const ZLIB: u32 = 1;
const LZO: u32 = 2;
const SNAPPY: u32 = 4;
const ZSTD: u32 = 0x20;

/// The page, or why there is none.
pub(crate) fn page(packed: &[u8], flags: u32, bytes: usize) -> Result<Vec<u8>, String> {
    let mut page = vec![0; bytes];
    // Of the other bits two are about the dump, not about how this page is packed: `DUMP_DH_COMPRESSED_INCOMPLETE`, `_EXCLUDED_VMEMMAP`.
    let (name, unpacked) = match flags & !0x18 {
        0 if packed.len() == bytes => return Ok(packed.to_vec()),
        0 => return Err(format!("it is stored as it is, with {} bytes", packed.len())),
        ZLIB => ("zlib", zlib(packed, &mut page)),
        LZO => ("lzo", lzokay::decompress::decompress(packed, &mut page).ok()),
        SNAPPY => ("snappy", snap::raw::Decoder::new().decompress(packed, &mut page).ok()),
        #[cfg(feature = "zstd")]
        ZSTD => ("zstd", zstd(packed, &mut page)),
        #[cfg(not(feature = "zstd"))]
        ZSTD => {
            return Err(
                "it is packed with zstd, which only the command line unpacks: `pagewalk open`".to_owned()
            );
        }
        other => return Err(format!("it is packed in a way that is not known ({other:#x})")),
    };
    match unpacked {
        Some(size) if size == bytes => Ok(page),
        _ => Err(format!("what {name} packed is broken")),
    }
}

fn zlib(packed: &[u8], page: &mut [u8]) -> Option<usize> {
    use miniz_oxide::inflate::TINFLStatus;
    use miniz_oxide::inflate::core::inflate_flags::{
        TINFL_FLAG_PARSE_ZLIB_HEADER, TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF,
    };
    use miniz_oxide::inflate::core::{DecompressorOxide, decompress};
    let flags = TINFL_FLAG_PARSE_ZLIB_HEADER | TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
    let (status, _, size) = decompress(&mut DecompressorOxide::new(), packed, page, 0, flags);
    (status == TINFLStatus::Done).then_some(size)
}

#[cfg(feature = "zstd")]
fn zstd(packed: &[u8], page: &mut [u8]) -> Option<usize> {
    use std::io::Read as _;
    let mut decoder = ruzstd::decoding::StreamingDecoder::new(packed).ok()?;
    decoder.read_exact(page).ok()?;
    Some(page.len())
}
