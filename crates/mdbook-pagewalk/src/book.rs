//! The chapters of a book, as mdBook writes and reads it.
//!
//! The JSON is changed in place, so that what a later mdBook adds stays. Its chapters are in `items` (0.5) or `sections` (0.4).

use serde_json::Value;

use crate::block::{self, BlockError, For};
use crate::fences;

/// Why there is no book: one sentence.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BookError {
    /// Nothing can be read or written.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// Not what mdBook writes.
    #[error("standard input is not a book as mdBook writes it: {0}")]
    Json(#[from] serde_json::Error),
    /// It is JSON, but no book.
    #[error("standard input is JSON, but not the context and the book that mdBook writes")]
    NoBook,
    /// What is wrong with a block.
    #[error("{chapter}, block {number}: {error}")]
    Block {
        /// The chapter's file, or its name.
        chapter: String,
        /// Its place among our blocks of the chapter, from 1.
        number: usize,
        /// What is wrong.
        error: BlockError,
    },
}

/// The book of a context and a book, with figures in it.
pub(crate) fn changed(text: &str) -> Result<String, BookError> {
    let Value::Array(parts) = serde_json::from_str(text)? else { return Err(BookError::NoBook) };
    let Ok([context, mut book]) = <[Value; 2]>::try_from(parts) else { return Err(BookError::NoBook) };
    let html = context["renderer"].as_str().is_some_and(|renderer| renderer == "html");
    let option = |name: &str| context.pointer("/config/preprocessor/pagewalk").and_then(|of| of.get(name));
    let page = option("page").and_then(Value::as_str).unwrap_or_default();
    let live = option("live").and_then(Value::as_bool).unwrap_or_default();
    let wanted = For { html, page: page.split('#').next().unwrap_or_default(), live };
    let key = if book.get("items").is_some() { "items" } else { "sections" };
    let Some(Value::Array(items)) = book.get_mut(key) else { return Err(BookError::NoBook) };
    for item in items {
        change(item, wanted)?;
    }
    Ok(book.to_string())
}

/// A chapter and those below it. How deep they lie is bounded by what reads the JSON.
fn change(item: &mut Value, wanted: For<'_>) -> Result<(), BookError> {
    let Some(chapter) = item.get_mut("Chapter") else { return Ok(()) };
    let name = |chapter: &Value| {
        let of = |key| chapter[key].as_str().map(str::to_owned);
        of("source_path").or_else(|| of("name")).unwrap_or_default()
    };
    if let Some(text) = chapter["content"].as_str() {
        let mut any = false;
        let draw = |lines: &str, number| {
            let failed = |error| BookError::Block { chapter: name(chapter), number, error };
            let figure = block::drawn(lines, wanted).map_err(failed)?;
            // Once in a chapter, which is a page.
            let style = if wanted.html && !any { block::style(wanted) } else { String::new() };
            any = true;
            Ok::<_, BookError>(style + &figure)
        };
        let text = fences::replaced(text, draw)?;
        if any {
            chapter["content"] = Value::String(text);
        }
    }
    if let Some(Value::Array(below)) = chapter.get_mut("sub_items") {
        for item in below {
            change(item, wanted)?;
        }
    }
    Ok(())
}
