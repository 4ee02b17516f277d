//! Which files a browser fetches before a page is there: its HTML, what that names, and what that imports.
//!
//! Files the page asks for later, such as captures, are named by no markup, so they are not among them.

mod html;
mod text;

use std::collections::{BTreeSet, VecDeque};
use std::fs;
use std::path::Path;

use crate::error::Error;

/// A URL in a file, which the browser fetches because it is there.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Reference {
    url: String,
    /// Whether it is one for sure. In code it may also be part of a comment or of a text.
    certain: bool,
}

/// The names of the files that a page loads, relative to `dist`, the page first.
pub(super) fn files(dist: &Path, page: &str) -> Result<Vec<String>, Error> {
    let file = dist.join(page);
    if !file.is_file() {
        return Err(Error::NoPage(file));
    }
    let mut found = vec![page.to_owned()];
    let mut seen = BTreeSet::from([page.to_owned()]);
    let mut unread = VecDeque::from([page.to_owned()]);
    while let Some(name) = unread.pop_front() {
        for reference in references_of(dist, &name)? {
            match resolved(&name, &reference.url).filter(|target| dist.join(target).is_file()) {
                Some(target) if seen.insert(target.clone()) => {
                    found.push(target.clone());
                    unread.push_back(target);
                }
                None if reference.certain => {
                    return Err(Error::BrokenReference { file: dist.join(name), reference: reference.url });
                }
                _ => {}
            }
        }
    }
    Ok(found)
}

/// What the file `name` makes the browser fetch.
fn references_of(dist: &Path, name: &str) -> Result<Vec<Reference>, Error> {
    let find = match Path::new(name).extension().and_then(|extension| extension.to_str()) {
        Some("html") => html::references,
        Some("js" | "mjs") => text::imports,
        Some("css") => text::style_urls,
        _ => return Ok(Vec::new()),
    };
    let path = dist.join(name);
    let text = fs::read_to_string(&path).map_err(Error::io("read", &path))?;
    Ok(find(&text))
}

/// The file of the site that `url` means in the file `name`; none if it is absolute or leads out of the site.
fn resolved(name: &str, url: &str) -> Option<String> {
    let path = url.split(['?', '#']).next().unwrap_or(url);
    if path.is_empty() || path.starts_with('/') || path.contains(':') {
        return None;
    }
    let mut segments: Vec<_> = name.split('/').collect();
    segments.pop();
    for segment in path.split('/') {
        match segment {
            "." | "" => {}
            ".." => drop(segments.pop()?),
            name => segments.push(name),
        }
    }
    Some(segments.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    type Outcome = Result<(), Box<dyn std::error::Error>>;

    /// The first load of a site of these files.
    fn first_load(site: &[(&str, &str)]) -> Result<Result<Vec<String>, String>, std::io::Error> {
        let directory = tempfile::tempdir()?;
        for (name, text) in site {
            let path = directory.path().join(name);
            fs::create_dir_all(path.parent().unwrap_or(directory.path()))?;
            fs::write(path, text)?;
        }
        Ok(files(directory.path(), "index.html").map_err(|error| error.to_string()))
    }

    /// What Trunk 0.21 writes, shortened.
    const TRUNK: &str = r#"<!DOCTYPE html><html lang="en"><head>
        <link rel="stylesheet" href="./style-1.css" integrity="sha384-a"/>
        <script type="module">
import init, * as bindings from './web-1.js';
const wasm = await init({ module_or_path: './web-1_bg.wasm' });
</script>
        <link rel="modulepreload" href="./web-1.js" crossorigin="anonymous">
        <link rel="preload" href="./web-1_bg.wasm" as="fetch" type="application/wasm"></head><body></body></html>"#;

    #[test]
    fn the_first_load_is_what_the_page_names_and_that_imports() -> Outcome {
        let found = first_load(&[
            ("index.html", TRUNK),
            ("style-1.css", "@import 'more.css'; body { background: url(\"data:image/png;base64,x\") }"),
            ("more.css", ""),
            ("web-1.js", "import { f } from './snippets/web-2/inline0.js';\nfetch('captures/x.json.gz')"),
            ("web-1_bg.wasm", ""),
            ("snippets/web-2/inline0.js", "export * from '../shared.js'"),
            ("snippets/shared.js", "import('./later.js')"),
            ("snippets/later.js", ""),
            ("captures/x.json.gz", ""),
        ])??;
        assert_eq!(
            found,
            [
                "index.html",
                "style-1.css",
                "web-1.js",
                "web-1_bg.wasm",
                "more.css",
                "snippets/web-2/inline0.js",
                "snippets/shared.js"
            ]
        );
        Ok(())
    }

    #[test]
    fn a_missing_or_absolute_file_is_named() -> Outcome {
        for url in ["./gone.css", "/style.css", "https://example.invalid/style.css", "../style.css"] {
            let page = format!("<link rel=stylesheet href={url}>");
            let text = first_load(&[("index.html", &page), ("style.css", "")])?;
            assert!(matches!(&text, Err(text) if text.contains(&format!("`{url}`"))), "{text:?}");
        }
        Ok(())
    }

    #[test]
    fn a_site_that_is_not_built_says_how_to_build_it() -> Outcome {
        let text = first_load(&[])?;
        assert!(matches!(&text, Err(text) if text.contains("cargo xtask dist")), "{text:?}");
        Ok(())
    }

    #[test]
    fn urls_are_resolved_against_the_file_that_has_them() {
        assert_eq!(resolved("index.html", "./a.js?v=1").as_deref(), Some("a.js"));
        assert_eq!(resolved("a/b/c.js", "../d.js#x").as_deref(), Some("a/d.js"));
        assert_eq!(resolved("a.js", "../d.js"), None);
        assert_eq!(resolved("a.js", "//host/d.js"), None);
    }
}
