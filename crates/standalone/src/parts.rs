//! Which files a link needs.

use figure::{Ask, Subject};
use scenario::Library;

/// The files that the script may fetch for what an address shows, by their names; `site` has those of the site. Of the later parts of the program only
/// those are taken that it opens, or, if `all` are wanted, every one.
pub fn needed(ask: &Ask, app: &str, site: &[String], all: bool) -> Vec<String> {
    // Each walk asserts, and then the page says whether it is safe: that is in the part of the races.
    let mut parts = vec!["lab"];
    let mut folder = None;
    if let Subject::Walk(link) = &ask.subject {
        folder = link.setup.tables.folder();
        if folder.is_some() {
            parts.extend(["tables", "more"]);
        } else if Library::WALKS.scenario(link.setup.scenario.id).is_none() {
            // The callers' scenarios arrive with this part. Others do without its help and levels: a file of theirs is to be small.
            parts.push("more");
        }
    }
    let is_wanted = |name: &str| {
        let Some(of_app) = name.strip_prefix(app).and_then(|rest| rest.strip_prefix('/')) else {
            // A captured machine: its own folder.
            return name
                .strip_prefix("captures/")
                .and_then(|rest| rest.split('/').next())
                .is_some_and(|of| all || Some(of) == folder);
        };
        match of_app.strip_suffix(".wasm").or_else(|| of_app.strip_prefix("styles/")?.strip_suffix(".css")) {
            Some("first") | None => false,
            // What the first part has, and what several parts share.
            Some(part) if part.starts_with("chunk_") || part == "pagewalk_bg" => true,
            Some(part) => all || parts.contains(&part.strip_prefix("split_").unwrap_or(part)),
        }
    };
    site.iter().filter(|name| is_wanted(name)).cloned().collect()
}
