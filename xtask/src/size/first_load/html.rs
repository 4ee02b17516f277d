//! What a page makes the browser fetch: its links that are part of the page, its scripts and images, and what its own
//! scripts name. Reads the well-formed markup that Trunk writes, minified or not.

use super::{Reference, text};

/// The `rel` values of links that are fetched with the page.
const FETCHED: [&str; 6] = ["stylesheet", "modulepreload", "preload", "icon", "apple-touch-icon", "manifest"];

/// The references of a page, in their order.
pub(super) fn references(html: &str) -> Vec<Reference> {
    let mut found = Vec::new();
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        rest = &rest[start + 1..];
        if let Some(comment) = rest.strip_prefix("!--") {
            rest = after(comment, "-->");
            continue;
        }
        let (tag, tail) = Tag::read(rest);
        rest = tail;
        match tag.name.to_ascii_lowercase().as_str() {
            "link" if tag.is_fetched() => found.extend(tag.reference("href")),
            "img" => found.extend(tag.reference("src")),
            "script" => {
                let (code, tail) = rest.split_once("</script").unwrap_or((rest, ""));
                rest = tail;
                found.extend(tag.reference("src"));
                found.extend(text::relative_literals(code));
            }
            "style" => {
                let (style, tail) = rest.split_once("</style").unwrap_or((rest, ""));
                rest = tail;
                found.extend(text::style_urls(style));
            }
            _ => {}
        }
    }
    found
}

/// A start tag.
struct Tag<'h> {
    name: &'h str,
    attributes: Vec<(&'h str, &'h str)>,
}

impl<'h> Tag<'h> {
    /// Reads a tag from behind its `<`, and returns what follows it.
    fn read(html: &'h str) -> (Self, &'h str) {
        let (name, mut rest) = word(html);
        let mut attributes = Vec::new();
        loop {
            rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
            if rest.is_empty() {
                break;
            }
            if let Some(tail) = rest.strip_prefix('>') {
                rest = tail;
                break;
            }
            let (attribute, tail) = word(rest);
            let (value, tail) = match tail.trim_start().strip_prefix('=') {
                Some(tail) => value(tail.trim_start()),
                // A character that begins no attribute is skipped, so that every turn makes progress.
                None if attribute.is_empty() => ("", tail.get(1..).unwrap_or_default()),
                None => ("", tail),
            };
            attributes.push((attribute, value));
            rest = tail;
        }
        (Self { name, attributes }, rest)
    }

    fn attribute(&self, name: &str) -> Option<&'h str> {
        self.attributes.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| *value)
    }

    fn is_fetched(&self) -> bool {
        self.attribute("rel").is_some_and(|rel| {
            rel.split_whitespace().any(|word| FETCHED.iter().any(|kind| word.eq_ignore_ascii_case(kind)))
        })
    }

    fn reference(&self, attribute: &str) -> Option<Reference> {
        let url = self.attribute(attribute).filter(|url| !url.starts_with("data:"))?;
        Some(Reference { url: url.to_owned(), certain: true })
    }
}

/// The name of a tag or attribute at the beginning of `html`, and what follows it.
fn word(html: &str) -> (&str, &str) {
    let end = html.find(|c: char| c.is_whitespace() || "=/>\"'".contains(c)).unwrap_or(html.len());
    html.split_at(end)
}

/// The value of an attribute, with or without quotes, at the beginning of `html`, and what follows it.
fn value(html: &str) -> (&str, &str) {
    for quote in ['"', '\''] {
        if let Some(quoted) = html.strip_prefix(quote) {
            return quoted.split_once(quote).unwrap_or((quoted, ""));
        }
    }
    html.split_at(html.find(|c: char| c.is_whitespace() || c == '>').unwrap_or(html.len()))
}

fn after<'t>(text: &'t str, end: &str) -> &'t str {
    text.split_once(end).map_or("", |(_, tail)| tail)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn urls(html: &str) -> Vec<String> {
        references(html).into_iter().map(|reference| reference.url).collect()
    }

    #[test]
    fn links_that_are_part_of_the_page_are_found() {
        assert_eq!(urls(r#"<link rel="stylesheet" href="./a.css">"#), ["./a.css"]);
        assert_eq!(urls("<LINK HREF=./b.css REL=StyleSheet />"), ["./b.css"]);
        assert_eq!(urls("<link rel='shortcut icon' href='i.png'><img alt src=p.svg>"), ["i.png", "p.svg"]);
    }

    #[test]
    fn other_links_are_not() {
        assert!(urls(r#"<link rel="canonical" href="./"><link rel=prefetch href=./c.gz>"#).is_empty());
        assert!(urls(r#"<a href="./captures/x.json.gz">x</a><link rel=icon href="data:,">"#).is_empty());
        assert!(urls(r#"<!-- <link rel="stylesheet" href="./old.css"> -->"#).is_empty());
    }

    #[test]
    fn scripts_count_with_what_they_name() {
        assert_eq!(urls(r#"<script src="./a.js"></script><p title="a>b">"#), ["./a.js"]);
        assert_eq!(
            urls("<script type=module>import i from'./w.js';i({module_or_path:\"./w.wasm\"})</script>"),
            ["./w.js", "./w.wasm"]
        );
    }

    #[test]
    fn markup_that_breaks_off_ends_the_search() {
        for html in
            ["<", "<link", "<link rel", "<link rel=", "<link \"", "<!--", "<script>'./", "<style>url("]
        {
            assert!(urls(html).is_empty(), "{html}");
        }
    }
}
