//! What scripts and style sheets make the browser fetch. Code is searched, not parsed: what only looks like a
//! reference is told apart by the caller, for no file of the site has its name.

use super::Reference;

/// The modules a script imports when it is loaded; not those it may import later with `import()`.
pub(super) fn imports(script: &str) -> Vec<Reference> {
    ["from", "import"]
        .into_iter()
        .flat_map(|keyword| behind(script, keyword))
        .filter_map(quoted)
        .filter(|url| is_relative(url))
        .map(likely)
        .collect()
}

/// The texts of a page's own start script that are relative URLs: whatever it names, it loads.
pub(super) fn relative_literals(script: &str) -> Vec<Reference> {
    script
        .char_indices()
        .filter(|(_, character)| "'\"`".contains(*character))
        .filter_map(|(start, _)| quoted(&script[start..]))
        .filter(|url| is_relative(url))
        .map(likely)
        .collect()
}

/// The style sheets, fonts and images a style sheet names.
pub(super) fn style_urls(style: &str) -> Vec<Reference> {
    let urls = behind(style, "url(")
        .filter_map(|rest| quoted(rest).or_else(|| rest.split_once(')').map(|(url, _)| url.trim())));
    let imports = behind(style, "@import").filter_map(quoted);
    urls.chain(imports).filter(|url| !url.starts_with("data:")).map(likely).collect()
}

/// What follows each occurrence of `keyword`.
fn behind<'t>(text: &'t str, keyword: &'static str) -> impl Iterator<Item = &'t str> {
    text.match_indices(keyword).map(move |(start, _)| text[start + keyword.len()..].trim_start())
}

/// The quoted text at the beginning of `text`.
fn quoted(text: &str) -> Option<&str> {
    let quote = text.chars().next().filter(|first| "'\"`".contains(*first))?;
    text[1..].split_once(quote).map(|(inside, _)| inside)
}

fn is_relative(url: &str) -> bool {
    url.starts_with("./") || url.starts_with("../")
}

fn likely(url: &str) -> Reference {
    Reference { url: url.to_owned(), certain: false }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn urls(references: Vec<Reference>) -> Vec<String> {
        references.into_iter().map(|reference| reference.url).collect()
    }

    #[test]
    fn static_imports_are_found_minified_or_not() {
        assert_eq!(
            urls(imports("import { a } from './a.js';\nexport * from \"../b.js\"")),
            ["./a.js", "../b.js"]
        );
        assert_eq!(urls(imports("import{a}from\"./a.js\";import'./c.js';")), ["./a.js", "./c.js"]);
    }

    #[test]
    fn what_is_loaded_later_or_elsewhere_is_not_an_import() {
        assert!(
            imports("import('./later.js'); new URL('w_bg.wasm', import.meta.url); import 'wbg'").is_empty()
        );
        assert!(imports("const from = 'x'; import.meta").is_empty());
    }

    #[test]
    fn style_sheets_name_others_and_fonts() {
        let style = "@import \"a.css\"; @font-face { src: url( 'b.woff2' ) } p { background: url(c.png) url(data:,) }";
        assert_eq!(urls(style_urls(style)), ["b.woff2", "c.png", "a.css"]);
    }

    #[test]
    fn code_that_breaks_off_ends_the_search() {
        assert!(imports("import './").is_empty());
        assert!(style_urls("url(").is_empty());
        assert!(relative_literals("'").is_empty());
    }
}
