//! The modules of a crate and what their code names.
//!
//! The lexer is proc-macro2's, so comments and texts are no code; of the grammar only as much is known as paths, `use` and
//! `mod` take. Names that a module hands on (`pub use`) are followed to the file that has them.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

/// Longest chain of names handed on that is followed.
const MAX_STEPS: usize = 20;

/// A module, in a file of its own or within that of another.
#[derive(Debug, Default)]
struct Module {
    parent: usize,
    file: PathBuf,
    children: BTreeMap<String, usize>,
    /// What is imported here: the path, and the name that it has here; `*` for all names.
    imports: Vec<(Vec<String>, String)>,
    /// Names of items that are defined here.
    items: BTreeSet<String>,
    /// Paths in the code.
    paths: Vec<Vec<String>>,
}

/// The modules of a crate; the first one is its root.
#[derive(Debug)]
pub(crate) struct Crate {
    /// What a person calls it.
    pub(crate) name: String,
    modules: Vec<Module>,
}

impl Crate {
    /// The module of the crate's first file.
    pub(crate) const ROOT: usize = 0;

    /// Reads a crate from its first file on.
    pub(crate) fn read(name: &str, root: &Path) -> Result<Self, Box<dyn Error>> {
        let mut found = Self { name: name.to_owned(), modules: Vec::new() };
        found.add_file(Self::ROOT, root, root.parent().unwrap_or(root))?;
        Ok(found)
    }

    /// How many modules there are.
    pub(crate) fn len(&self) -> usize {
        self.modules.len()
    }

    /// The file of a module, from the directory of the crate's first one.
    pub(crate) fn file(&self, module: usize) -> String {
        let root = self.modules[Self::ROOT].file.parent();
        let file = &self.modules[module].file;
        root.and_then(|root| file.strip_prefix(root).ok()).unwrap_or(file).display().to_string()
    }

    /// All files, each once.
    pub(crate) fn files(&self) -> BTreeSet<&Path> {
        self.modules.iter().map(|module| module.file.as_path()).collect()
    }

    /// Whether a module is another or lies within it.
    pub(crate) fn is_within(&self, module: usize, other: usize) -> bool {
        let mut at = module;
        while at != other && at != Self::ROOT {
            at = self.modules[at].parent;
        }
        at == other
    }

    /// Which file needs which, as the modules that the files begin with.
    pub(crate) fn arrows(&self) -> BTreeSet<(usize, usize)> {
        let mut arrows = BTreeSet::new();
        for (from, module) in self.modules.iter().enumerate() {
            let imports = module.imports.iter().map(|(path, _)| path);
            for path in imports.chain(&module.paths) {
                if let Some(to) = self.place_of(from, path, MAX_STEPS) {
                    arrows.insert((self.first_of_file(from), self.first_of_file(to)));
                }
            }
        }
        arrows.retain(|(from, to)| from != to);
        arrows
    }

    fn first_of_file(&self, module: usize) -> usize {
        let file = &self.modules[module].file;
        self.modules.iter().position(|other| other.file == *file).unwrap_or(module)
    }

    /// The module that has what a path means, seen from a module; none if that is of another crate.
    fn place_of(&self, from: usize, path: &[String], steps: usize) -> Option<usize> {
        let (first, rest) = path.split_first()?;
        match first.as_str() {
            "crate" => self.place_in(Self::ROOT, rest, steps),
            "self" => self.place_in(from, rest, steps),
            "super" => {
                let parent = self.modules[from].parent;
                match rest.first().map(String::as_str) {
                    Some("super") => self.place_of(parent, rest, steps),
                    _ => self.place_in(parent, rest, steps),
                }
            }
            child => self.place_in(*self.modules[from].children.get(child)?, rest, steps),
        }
    }

    /// The module that has what a path within a module means.
    fn place_in(&self, module: usize, path: &[String], steps: usize) -> Option<usize> {
        let Some((name, rest)) = path.split_first() else { return Some(module) };
        let here = &self.modules[module];
        if let Some(&child) = here.children.get(name) {
            return self.place_in(child, rest, steps);
        }
        if here.items.contains(name) || name == "*" {
            return Some(module);
        }
        let steps = steps.checked_sub(1)?;
        let handed_on = |(path, alias): &(Vec<String>, String)| {
            if alias == "*" {
                let place = self.place_of(module, path, steps)?;
                (place != module && self.modules[place].items.contains(name)).then_some(place)
            } else if alias == name {
                self.place_of(module, &[path, rest].concat(), steps)
            } else {
                None
            }
        };
        here.imports.iter().find_map(handed_on).or(Some(module))
    }

    fn add_file(&mut self, parent: usize, file: &Path, directory: &Path) -> Result<usize, Box<dyn Error>> {
        let text = fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
        let code: TokenStream = text.parse().map_err(|error| format!("{}: {error}", file.display()))?;
        self.add(parent, file, directory, code)
    }

    /// Adds a module with this code; those below it are in `directory`.
    fn add(
        &mut self,
        parent: usize,
        file: &Path,
        directory: &Path,
        code: TokenStream,
    ) -> Result<usize, Box<dyn Error>> {
        let index = self.modules.len();
        self.modules.push(Module { parent, file: file.to_owned(), ..Module::default() });
        let code: Vec<TokenTree> = code.into_iter().collect();
        let (mut at, mut path_attribute) = (0, None);
        while at < code.len() {
            let rest = &code[at..];
            if let Some((attribute, length)) = attribute(rest) {
                at += length;
                match attribute.to_string() {
                    text if text.starts_with("cfg") && is_for_tests(attribute) => {
                        at += item_length(&code[at..]);
                    }
                    text if text.starts_with("path") => {
                        path_attribute = text.split('"').nth(1).map(PathBuf::from);
                    }
                    _ => {}
                }
                continue;
            }
            let name = word(rest.get(1));
            match (word(rest.first()).as_deref(), name) {
                (Some("mod"), Some(name)) => {
                    let below = directory.join(&name);
                    let child = match rest.get(2) {
                        Some(TokenTree::Group(body)) => self.add(index, file, &below, body.stream())?,
                        _ => {
                            let beside = file.with_file_name(path_attribute.take().unwrap_or_default());
                            let places = [beside, below.with_extension("rs"), below.join("mod.rs")];
                            let file =
                                places.iter().find(|place| place.is_file()).ok_or("no file of a module")?;
                            self.add_file(index, file, &below)?
                        }
                    };
                    self.modules[index].children.insert(name, child);
                    at += 3;
                }
                (Some("use"), _) => {
                    let end = rest.iter().position(is_semicolon).unwrap_or(rest.len());
                    imports(&rest[1..end], &[], &mut self.modules[index].imports);
                    at += end;
                }
                (Some(keyword), Some(name)) if ITEMS.contains(&keyword) => {
                    self.modules[index].items.insert(name);
                    at += 1;
                }
                _ => at += paths(rest, &mut self.modules[index].paths),
            }
        }
        Ok(index)
    }
}

/// The words that an item's name follows.
const ITEMS: [&str; 8] = ["struct", "enum", "union", "trait", "fn", "type", "const", "static"];

/// An attribute at the beginning of some code, and how many tokens it takes.
fn attribute(code: &[TokenTree]) -> Option<(TokenStream, usize)> {
    let is =
        |at: usize, wanted| matches!(code.get(at), Some(TokenTree::Punct(sign)) if sign.as_char() == wanted);
    let length = if is(1, '!') { 2 } else { 1 };
    match code.get(length) {
        Some(TokenTree::Group(group)) if is(0, '#') && group.delimiter() == Delimiter::Bracket => {
            Some((group.stream(), length + 1))
        }
        _ => None,
    }
}

/// Whether an attribute leaves something to tests: it says `test`, and not `not(test)`.
fn is_for_tests(attribute: TokenStream) -> bool {
    attribute.into_iter().any(|token| match token {
        TokenTree::Ident(word) => word == "test",
        TokenTree::Group(group) => {
            let text = group.stream().to_string();
            !text.contains("not") && is_for_tests(group.stream())
        }
        _ => false,
    })
}

/// How many tokens the item at the beginning takes: up to its braces, or to a semicolon.
fn item_length(code: &[TokenTree]) -> usize {
    let ends = |token: &TokenTree| is_semicolon(token) || braces(token).is_some();
    code.iter().position(ends).map_or(code.len(), |end| end + 1)
}

fn braces(token: &TokenTree) -> Option<&Group> {
    match token {
        TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => Some(group),
        _ => None,
    }
}

fn is_semicolon(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(sign) if sign.as_char() == ';')
}

fn word(token: Option<&TokenTree>) -> Option<String> {
    match token {
        Some(TokenTree::Ident(word)) => Some(word.to_string()),
        _ => None,
    }
}

/// What a `use` brings in, below `before`.
fn imports(tree: &[TokenTree], before: &[String], out: &mut Vec<(Vec<String>, String)>) {
    for branch in tree.split(|token| matches!(token, TokenTree::Punct(sign) if sign.as_char() == ',')) {
        let mut path = before.to_vec();
        let mut name = None;
        let mut tokens = branch.iter().peekable();
        while let Some(token) = tokens.next() {
            match token {
                TokenTree::Ident(word) if word == "as" => name = tokens.next().map(ToString::to_string),
                // `{self}` is the module itself.
                TokenTree::Ident(word) if word == "self" && !path.is_empty() => {}
                TokenTree::Ident(word) => path.push(word.to_string()),
                TokenTree::Group(group) => {
                    let inner: Vec<_> = group.stream().into_iter().collect();
                    imports(&inner, &path, out);
                    path.clear();
                }
                TokenTree::Punct(sign) if sign.as_char() == '*' => name = Some(String::from("*")),
                _ => {}
            }
        }
        if let Some(last) = path.last().cloned() {
            out.push((path, name.unwrap_or(last)));
        }
    }
}

/// Adds the path at the beginning, or those in the group there; returns how many tokens that were.
fn paths(code: &[TokenTree], out: &mut Vec<Vec<String>>) -> usize {
    match code.first() {
        Some(TokenTree::Group(group)) => {
            let inner: Vec<_> = group.stream().into_iter().collect();
            let mut at = 0;
            while at < inner.len() {
                if word(inner.get(at)).as_deref() == Some("use") {
                    let end = inner[at..].iter().position(is_semicolon).map_or(inner.len(), |end| at + end);
                    let mut found = Vec::new();
                    imports(&inner[at + 1..end], &[], &mut found);
                    out.extend(found.into_iter().map(|(path, _)| path));
                    at = end;
                } else {
                    at += paths(&inner[at..], out);
                }
            }
            1
        }
        Some(TokenTree::Ident(first)) => {
            let mut path = vec![first.to_string()];
            let mut at = 1;
            while let [TokenTree::Punct(one), TokenTree::Punct(two), TokenTree::Ident(next), ..] = &code[at..]
            {
                if (one.as_char(), two.as_char()) != (':', ':') {
                    break;
                }
                path.push(next.to_string());
                at += 3;
            }
            if path.len() > 1 {
                out.push(path);
            }
            at
        }
        _ => 1,
    }
}
