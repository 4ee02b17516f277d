//! How the files of the page stand together: each view has a style sheet of its name, whose rules reach no further than the
//! view, and one file asks for what a browser may lack.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use pagewalk_tests::files;

/// What has rules for the page as a whole or for what a part draws, and no view.
const WHOLE: [&str; 11] =
    ["yours", "tokens", "dark", "layout", "base", "start", "race", "verdicts", "beside", "print", "built"];

/// The lists of sheets: of the first part, of the later ones. One is the sheet of the part's only view.
const LISTS: [&str; 8] = ["first", "lab", "more", "compare", "learn", "door", "call", "switches"];

/// What only a walk in another page fetches.
const EMBEDDED: [&str; 3] = ["embed", "light", "element"];

/// Views that are drawn with the rules of another one.
const LIKE: [(&str, &str); 10] = [
    ("learn/ask", "learn/question"),
    ("compare", "help"),
    ("race/help", "help"),
    ("progress", "header"),
    ("door/compared", "door"),
    ("door/entries", "door"),
    ("door/kernel", "door"),
    ("door/machine", "door"),
    ("door/listing", "door"),
    ("door/splat", "door"),
];

/// Sheets whose rules are for pieces that several views draw.
const PIECES: [&str; 6] = ["header", "choices", "tables", "locks", "sign", "scrubber"];

fn web() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../web")
}

/// The names of the files below a directory with this ending, without it.
fn names(below: &Path, ending: &str) -> BTreeSet<String> {
    let name = |path: &Path| {
        path.strip_prefix(below).expect("below it").with_extension("").to_str().map(str::to_owned)
    };
    files::below(below, ending).iter().map(|path| name(path).expect("a plain name")).collect()
}

fn sheet(name: &str) -> String {
    fs::read_to_string(web().join("styles").join(name).with_extension("css")).expect("a style sheet")
}

/// The selectors of a sheet's rules, without those of `@media`.
fn selectors(sheet: &str) -> Vec<String> {
    let mut plain = String::new();
    let mut rest = sheet;
    while let Some(start) = rest.find("/*") {
        plain.push_str(&rest[..start]);
        rest = rest[start..].split_once("*/").map_or("", |(_, rest)| rest);
    }
    plain.push_str(rest);
    let heads = plain.split('{').filter_map(|piece| piece.rsplit(['}', ';']).next());
    let heads = heads.map(str::trim).filter(|head| !head.is_empty() && !head.starts_with('@'));
    heads.flat_map(|head| head.split(",\n")).map(|of| of.trim().to_owned()).collect()
}

#[test]
fn every_view_has_a_style_sheet_that_reaches_no_further() {
    let sheets = names(&web().join("styles"), "css");
    let views = names(&web().join("src/view"), "rs");
    let like = |view: &str| LIKE.iter().find(|(of, _)| *of == view).map(|(_, other)| *other);
    for view in views.iter().filter(|view| !view.ends_with("mod")) {
        assert!(sheets.contains(like(view).unwrap_or(view)), "the view {view} has no style sheet");
    }
    for name in &sheets {
        let whole = [&WHOLE[..], &LISTS[..], &EMBEDDED[..]].concat();
        let known = views.contains(name) || whole.contains(&name.as_str());
        assert!(known, "no view has the style sheet {name}");
        let is_list = LISTS.contains(&name.as_str()) && !views.contains(name);
        if is_list || !views.contains(name) || PIECES.contains(&name.as_str()) {
            continue;
        }
        // In a page's folder the page's class, else the view's own.
        let root = format!(".{}", name.split('/').next().unwrap_or(name));
        for selector in selectors(&sheet(name)) {
            let first = selector.split([' ', '>']).next().unwrap_or_default();
            let own = first.starts_with(&root) || (name == "diff" && first == ".say");
            let of_the_page =
                first.starts_with(".pagewalk") || first == ".embed" || first.starts_with("html");
            assert!(own || of_the_page, "{name}.css: {selector} does not begin with {root}");
        }
    }
}

/// The classes that the elements of a source file have: those in `el("…")` and `with("…")`.
fn classes(source: &str) -> BTreeSet<String> {
    let texts = ["el(\"", "with(\"", ", \"."].into_iter().flat_map(|start| source.split(start).skip(1));
    let selectors = texts.filter_map(|text| text.split(['"', '[']).next());
    selectors.flat_map(|of| of.split('.').skip(1).map(str::to_owned).collect::<Vec<_>>()).collect()
}

#[test]
fn no_view_is_drawn_with_the_rules_of_another_one() {
    let sheets = names(&web().join("styles"), "css");
    let views = names(&web().join("src/view"), "rs");
    let first = sheet("first");
    for view in &views {
        let path = web().join("src/view").join(view).with_extension("rs");
        let classes = classes(&fs::read_to_string(path).expect("a file of this repository"));
        let room = view.split('/').next().unwrap_or(view);
        for class in classes.iter().filter(|class| views.contains(*class) && sheets.contains(*class)) {
            // What is always here may be drawn anywhere.
            let is_first = first.contains(&format!("\"{class}.css\""));
            let own = class == view || class == room || is_first || PIECES.contains(&class.as_str());
            let like = LIKE.contains(&(view, class));
            assert!(own || like, "{view} has an element of the class {class}, which is another view's");
        }
    }
}

#[test]
fn every_style_sheet_arrives_with_a_part_and_none_twice_for_whoever_reads_a_walk() {
    let lists = LISTS.map(sheet);
    for name in names(&web().join("styles"), "css") {
        if [&LISTS[..], &EMBEDDED[..]].concat().contains(&name.as_str()) {
            continue;
        }
        let import = format!("@import \"{name}.css\"");
        let [first, lab, more, _, learn, door, call, switches] =
            lists.each_ref().map(|list| list.matches(&import).count());
        let yours = (lab + more + learn, door, call) == (0, 1, 1);
        let stated = (lab + more + learn, switches) == (0, 1);
        let later = yours || stated || matches!((lab, more, learn), (1, 0 | 1, 0) | (0, 1, 0) | (0, 0, 1));
        assert!((first == 1 && lab + more + learn == 0) || (first == 0 && later), "{name}.css");
    }
}

#[test]
fn one_file_asks_for_what_a_browser_may_lack_or_refuse() {
    let source = web().join("src");
    for name in names(&source, "rs").iter().filter(|name| *name != "browser") {
        let text =
            fs::read_to_string(source.join(name).with_extension("rs")).expect("a file of this repository");
        for way in ["web_sys::window", "js_sys::global", "gloo_utils", "eval("] {
            assert!(
                !text.contains(way),
                "{name}.rs has {way}: ask for it in browser.rs, where its absence is a value"
            );
        }
    }
}

/// The steps of the scale of spaces; indents of code have those between as well.
const SPACES: [&str; 17] = [
    "1px",
    "1.5px",
    "0.0625rem",
    "0.125rem",
    "0.25rem",
    "0.375rem",
    "0.5rem",
    "0.75rem",
    "1rem",
    "1.25rem",
    "1.5rem",
    "1.75rem",
    "2rem",
    "2.5rem",
    "3rem",
    "4rem",
    "14rem",
];

#[test]
fn type_and_spaces_are_those_of_one_scale_each() {
    // In a room everything grows with the window.
    for name in names(&web().join("styles"), "css").iter().filter(|name| *name != "room") {
        let sheet = sheet(name);
        let declared = sheet.lines().filter_map(|line| line.trim().strip_suffix(';')?.split_once(": "));
        for (property, value) in declared {
            let says = format!("{name}.css: {property}: {value}");
            if matches!(property, "font" | "font-size") {
                let size = value.split(' ').next().unwrap_or_default();
                // Code is a little smaller than what it stands in.
                let is_known = size.starts_with("var(--") || matches!(size, "inherit" | "0.9em");
                assert!(is_known, "{says}: not of the scale in tokens.css");
            }
            let property = property.rsplit_once("scroll-").map_or(property, |(_, of)| of);
            if ["gap", "padding", "margin"].iter().any(|of| property.starts_with(of)) {
                let sizes =
                    value.split([' ', '(', ')']).filter(|size| size.ends_with("rem") || size.ends_with("px"));
                for size in sizes {
                    assert!(
                        SPACES.contains(&size.trim_start_matches('-')),
                        "{says}: not a step of the scale"
                    );
                }
            }
        }
    }
}

/// What follows each `[` in a text, as long as it may stand in an attribute's name.
fn selected(text: &str) -> impl Iterator<Item = &str> {
    text.split('[').skip(1).filter_map(|rest| {
        let name = rest.split(|c: char| !c.is_ascii_alphabetic() && c != '-').next()?;
        (!name.is_empty()).then_some(name)
    })
}

/// The names of the attributes that a file of the page gives to elements: in selectors, and by calls.
fn attributes(source: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for call in [".attr(", "el(", ".with(", ".when(", ": &str ="] {
        for after in source.split(call).skip(1) {
            // The first text in the call, which may stand on a line of its own.
            let Some(text) = after.split('"').nth(1) else { continue };
            if call == ".attr(" { found.push(text) } else { found.extend(selected(text)) }
        }
    }
    found
}

#[test]
fn names_of_attributes_are_found_in_selectors_and_calls() {
    let source = r#"el("a.b[target=_blank][rel=x y]").attr("href", &to).when(on, ".c[aria-current=true]")"#;
    assert_eq!(attributes(source), ["href", "target", "rel", "aria-current"]);
}

#[test]
fn each_attribute_of_each_view_is_in_the_list_that_all_elements_share() {
    let list = web().join("src/el.rs");
    let source = fs::read_to_string(&list).expect("a text");
    let known = source.split("static ATTRIBUTES").nth(1).and_then(|rest| rest.split("];").next());
    let known: BTreeSet<&str> = known.expect("the list").split('"').skip(1).step_by(2).collect();
    let mut found = 0;
    for path in files::below(&web().join("src"), "rs").iter().filter(|path| **path != list) {
        for name in attributes(&fs::read_to_string(path).expect("a text")) {
            assert!(known.contains(name), "{}: {name}", path.display());
            found += 1;
        }
    }
    assert!(found > 300, "only {found} were found");
}
