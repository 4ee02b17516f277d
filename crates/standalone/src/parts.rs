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
        let number: Option<usize> = chunk.strip_prefix("chunk_").and_then(|of| of.parse().ok());
        let of: Vec<&str> = lists
            .iter()
            .filter(|(_, list)| number.is_some_and(|of| list.contains(&of)))
            .map(|(part, _)| *part)
            .collect();
        // What is in no list may be needed by any. What is small, or the page needs, is in the files of parts.
        of.is_empty()
            || !of.iter().any(|part| [PAGE, SMALL].contains(part))
                && (all || of.iter().any(|part| parts.contains(part)))
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
            Some("first" | "element" | "pack_element") | None => false,
            // What a page has on only where it is embedded.
            Some("embed" | "light" | "dark") => is_embedded,
            Some("pagewalk_bg" | "pack_page") => true,
            // What several parts share.
            Some(chunk) if chunk.starts_with("chunk_") => is_shared(chunk),
            Some(part) => all || parts.contains(&part.strip_prefix("pack_").unwrap_or(part)),
        }
    };
    site.iter().filter(|name| is_wanted(name)).cloned().collect()
}

/// The files that the script names, and the tables of the machine that a walk runs on: for who cannot look into the site. `script` is as
/// above.
pub fn named(ask: &Ask, app: &str, script: &str) -> Vec<String> {
    let lists = lists(script);
    let mut names = vec![format!("{app}/pagewalk_bg.wasm")];
    for (part, shared) in lists.iter().filter(|(part, _)| *part != SMALL) {
        names.push(format!("{app}/pack_{part}.wasm"));
        names.extend(shared.iter().map(|number| format!("{app}/chunk_{number}.wasm")));
        names.extend((!WITHOUT_STYLE.contains(part)).then(|| format!("{app}/styles/{part}.css")));
    }
    names.extend(["embed", "light", "dark"].map(|sheet| format!("{app}/styles/{sheet}.css")));
    if let Subject::Walk(link) = &ask.subject {
        names.extend(link.setup.tables.folder().map(|of| format!("captures/{of}/tables.json.gz")));
    }
    names.sort_unstable();
    names.dedup();
    names
}

/// The part that is fetched beside the first one, all of it in one file.
const PAGE: &str = "page";

/// The line of the script that says what is in the files of all parts that need it.
const SMALL: &str = "small";

/// The parts of the program that draw nothing of their own, as `part.js` knows them.
const WITHOUT_STYLE: [&str; 5] = ["page", "rare", "tables", "element", "take"];

/// Which others each part needs, by their numbers, as the script has them in a table: `parts;lab 600;tables 0`, a hexadecimal number for
/// each part with a bit for each other. Nothing of a script that is written in another way.
fn lists(script: &str) -> Vec<(&str, Vec<usize>)> {
    let table = script.split("\"parts;").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default();
    table.split(';').filter_map(list).collect()
}

/// A line of that table.
fn list(line: &str) -> Option<(&str, Vec<usize>)> {
    let (part, number) = line.split_once(' ')?;
    let mut list = Vec::new();
    for (at, digit) in number.chars().rev().enumerate() {
        let digit = digit.to_digit(16)?;
        list.extend((0..4).filter(|bit| digit >> bit & 1 == 1).map(|bit| 4 * at + bit));
    }
    Some((part, list))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_says_what_parts_share() {
        let script =
            "x=1;const N=\"parts;page 4000004;lab 40000022;door 4400022;tables 0;small 20\",k=()=>{}";
        let of = |name| lists(script).into_iter().find(|(part, _)| *part == name).map(|(_, list)| list);
        assert_eq!(of("lab"), Some(vec![1, 5, 30]));
        assert_eq!(of("tables"), Some(Vec::new()));
        assert_eq!(lists("const a = \"other\""), []);

        let ask = Ask::parse("debug-init-mm/x86_64-4level/v7.3").expect("an address");
        let all = named(&ask, "app-1", script);
        let has = |of: &[String], name: &str| of.iter().any(|known| known == name);
        for name in [
            "app-1/pagewalk_bg.wasm",
            "app-1/pack_page.wasm",
            "app-1/pack_door.wasm",
            "app-1/chunk_22.wasm",
            "app-1/styles/lab.css",
            "captures/x86_64-4level/tables.json.gz",
        ] {
            assert!(has(&all, name), "{name}: {all:?}");
        }
        assert!(!has(&all, "app-1/styles/tables.css"), "{all:?}");
        // What only opens files is not needed, nor what it alone shares.
        let some = needed(&ask, "app-1", script, &all, false);
        for (name, is) in [
            ("pack_door", false),
            ("chunk_5", false),
            ("chunk_22", false),
            ("chunk_26", false),
            ("chunk_30", true),
            ("pack_tables", true),
        ] {
            assert_eq!(has(&some, &format!("app-1/{name}.wasm")), is, "{name}: {some:?}");
        }
    }
}
