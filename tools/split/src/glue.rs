//! What wasm-bindgen's script has for pages of other kinds, and ours never runs.
//!
//! It is in the first download: a start from a program that is here already (`initSync` is only asked for what runs), ways to call
//! `init()` that nobody uses, and two warnings about those. Half a kilobyte of gzip.

use std::error::Error;

/// A piece that is left out, from this on, up to that; and what stands there instead.
const UNUSED: [(&str, &str, &str); 10] = [
    // Of `initSync`: everything behind its first line.
    ("    if (module !== undefined) {", "}\n\nasync function __wbg_init(", ""),
    ("    if (module_or_path !== undefined) {", "    if (module_or_path === undefined) {", ""),
    // It is always the address that stands before this.
    ("    if (typeof module_or_path === 'string'", "        module_or_path = fetch(", "    {\n"),
    ("console.warn(\"`WebAssembly.instantiateStreaming`", "} else { throw e; }", ""),
    // What was fetched is always an answer.
    (
        "        const instance = await WebAssembly.instantiate(module, imports);",
        "}\n\nfunction initSync(",
        "    }\n",
    ),
    // Every browser that knows how to unpack what the page fetches has had that for longer.
    ("if (!('encodeInto' in cachedTextEncoder)) {", "let WASM_VECTOR_LEN", ""),
    // What a page reads in its life is far below the two gigabytes that Safari's decoder takes.
    ("    numBytesDecoded += len;", "    return cachedTextDecoder.decode(", ""),
    // It is always there where references are.
    ("const CLOSURE_DTORS = (typeof", "new FinalizationRegistry(", "const CLOSURE_DTORS = "),
    // Memory can always be made larger.
    ("    if (realloc === undefined) {", "    let len = arg.length;", ""),
    // An answer of another type is never `ok`.
    (" && expectedResponseType(module.type)", ";", ""),
];

/// The script without what is not used.
///
/// # Errors
/// A piece is not there: another version of wasm-bindgen has another script, and somebody has to look at it.
pub(crate) fn without_unused(glue: &str) -> Result<String, Box<dyn Error + Send + Sync>> {
    let mut text = glue.to_owned();
    for (from, to, instead) in UNUSED {
        let start = text.find(from);
        let end = start.and_then(|start| text[start..].find(to).map(|at| start + at));
        let (Some(start), Some(end)) = (start, end) else {
            return Err(format!("wasm-bindgen's script has no `{from}` before `{to}`").into());
        };
        text.replace_range(start..end, instead);
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_used_is_left_out_and_a_piece_that_is_missing_is_said() {
        let pieces: Vec<String> =
            UNUSED.iter().map(|(from, to, _)| format!("before\n{from} unused\n{to} after\n")).collect();
        // The second ends with what the third begins behind, as in the real one.
        let text = without_unused(&pieces.concat()).expect("all pieces");
        assert_eq!(text.matches("before").count() + text.matches("after").count(), 2 * UNUSED.len());
        assert!(!text.contains("unused"), "{text}");
        assert!(without_unused(&text).is_err());
    }
}
