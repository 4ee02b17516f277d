//! What kind of file a browser is told it gets.

use std::path::Path;

/// The media type by the end of the file's name. A `.gz` is served as what it is, for the page unpacks it itself.
pub(crate) fn of(path: &Path) -> &'static str {
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    match extension.to_ascii_lowercase().as_str() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "json" | "map" => "application/json",
        "gz" => "application/gzip",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "webmanifest" => "application/manifest+json",
        "woff2" => "font/woff2",
        "txt" | "log" | "md" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

/// Whether files of a media type become much smaller when they are compressed.
pub(crate) fn compresses(kind: &str) -> bool {
    kind.starts_with("text/")
        || ["application/wasm", "application/json", "application/manifest+json", "image/svg+xml"]
            .contains(&kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_file_of_the_site_has_its_type() {
        for (name, kind) in [
            ("index.html", "text/html; charset=utf-8"),
            ("web-0123.js", "text/javascript; charset=utf-8"),
            ("style.css", "text/css; charset=utf-8"),
            ("web_bg.wasm", "application/wasm"),
            ("a/tables.json", "application/json"),
            ("a/tables.json.gz", "application/gzip"),
            ("icon.SVG", "image/svg+xml"),
            ("icon.png", "image/png"),
            ("LICENSE", "application/octet-stream"),
        ] {
            assert_eq!(of(Path::new(name)), kind, "{name}");
        }
    }
}
