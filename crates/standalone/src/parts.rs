//! Which files a link needs.

use figure::{Ask, Subject};
use scenario::Library;

/// The files that the script may fetch for what an address shows, by their names; `site` has those of the site. Of the later parts of the program only
/// those are taken that it opens, or, if `all` are wanted, every one. `script` is the one that loads them (`start.js`): it lists
/// what they share.
pub fn needed(ask: &Ask, app: &str, script: &str, site: &[String], all: bool) -> Vec<String> {
    // Each walk asserts, and then the page says whether it is safe: that is in the part of the races.
    let mut parts = vec!["lab"];
    let mut folder = None;
    if let Subject::Walk(link) = &ask.subject {
        folder = link.setup.tables.folder();
        if folder.is_some() {
            parts.extend(["tables", "more"]);
        } else if Library::WALKS.scenario(link.setup.scenario.id).is_none()
            || pgtable::comes_later(link.setup.tables.model())
        {
            // The callers' scenarios arrive with this part, and some machines. Others do without its help and levels: a file of theirs is to be small.
            parts.push("more");
        }
    }
    let is_embedded = all || crate::is_embedded(&ask.hash());
    let lists = lists(script);
    let is_shared = |chunk: &str| {
        let mut lists = lists.iter().filter(|(_, list)| list.contains(&chunk)).peekable();
        // What is in no list may be needed by any.
        lists.peek().is_none() || lists.any(|(part, _)| parts.contains(&part.trim_start_matches("split_")))
    };
    let is_wanted = |name: &str| {
        let Some(of_app) = name.strip_prefix(app).and_then(|rest| rest.strip_prefix('/')) else {
            // A captured machine: its own folder.
            return name
                .strip_prefix("captures/")
                .and_then(|rest| rest.split('/').next())
                .is_some_and(|of| all || Some(of) == folder);
        };
        match of_app.strip_suffix(".wasm").or_else(|| of_app.strip_prefix("styles/")?.strip_suffix(".css")) {
            Some("first" | "element" | "split_element") | None => false,
            // What a page has on only where it is embedded.
            Some("embed" | "light" | "dark") => is_embedded,
            Some("pagewalk_bg") => true,
            // What several parts share.
            Some(chunk) if chunk.starts_with("chunk_") => all || is_shared(chunk),
            Some(part) => all || parts.contains(&part.strip_prefix("split_").unwrap_or(part)),
        }
    };
    site.iter().filter(|name| is_wanted(name)).cloned().collect()
}

/// Which others each of the program's files needs, as the script lists them: a variable is set to what loads a file by its name and
/// then those in a list of such variables. Nothing of a script that is written in another way.
fn lists(script: &str) -> Vec<(&str, Vec<&str>)> {
    let mut files = Vec::new();
    let mut variables = Vec::new();
    let mut pieces = script.split("new URL(\"./");
    let mut before = pieces.next().unwrap_or_default();
    for piece in pieces {
        if let Some((file, rest)) = piece.split_once(".wasm\"") {
            let set = before.rsplit_once("(()=>{").and_then(|(head, _)| head.rsplit_once('='));
            if let Some((head, _)) = set {
                let is_of_name = |of: char| of.is_ascii_alphanumeric() || of == '_' || of == '$';
                variables.push((&head[head.trim_end_matches(is_of_name).len()..], file));
            }
            if let Some((list, _)) = rest.split_once("},[").and_then(|(_, rest)| rest.split_once(']')) {
                files.push((file, list));
            }
        }
        before = piece;
    }
    let file_of = |name: &str| variables.iter().find(|(of, _)| *of == name).map(|(_, file)| *file);
    files.into_iter().map(|(file, list)| (file, list.split(',').filter_map(file_of).collect())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_says_what_parts_share() {
        let load = |name: &str, list: &str| {
            format!(
                "_(()=>{{let e=a(new URL(\"./{name}.wasm\",import.meta.url));return async t=>i(e,t)}},[{list}])"
            )
        };
        let script = format!(
            "let b=f(new URL(\"./pagewalk_bg.wasm\"));var Q=_(()=>{{}});var $1={},C={};x=[1],xt=k({}),Lt=k({});",
            load("chunk_1", ""),
            load("chunk_22", ""),
            load("split_lab", "$1"),
            load("split_door", "$1,C"),
        );
        let of = |name| lists(&script).into_iter().find(|(file, _)| *file == name).map(|(_, list)| list);
        assert_eq!(of("split_lab"), Some(vec!["chunk_1"]));
        assert_eq!(of("split_door"), Some(vec!["chunk_1", "chunk_22"]));
        assert_eq!(lists("const a = makeLoad(() => { new URL(\"./chunk_1.wasm\") }, [])"), []);
    }
}
