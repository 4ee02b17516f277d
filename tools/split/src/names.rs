//! Short names for imports, and for what closures are called by.
//!
//! wasm-bindgen names each of some hundred and sixty imports after its Rust path with a hash, once in the wasm and once
//! in the script beside it: names that nobody reads and that hardly compress. Short ones save 5.3 kB of gzip, 3 %.

/// Gives short names to the imports that `glue` names exactly once, and returns what was renamed to what.
pub(crate) fn shortened<'n>(
    glue: &str,
    imports: impl IntoIterator<Item = &'n mut String>,
) -> Vec<(String, String)> {
    let mut renamed = Vec::new();
    for name in imports {
        if glue.matches(name.as_str()).count() == 1 {
            let short = short_name(renamed.len());
            renamed.push((std::mem::replace(name, short.clone()), short));
        }
    }
    renamed
}

/// The glue with the new names.
pub(crate) fn replaced(glue: &str, renamed: &[(String, String)]) -> String {
    renamed.iter().fold(glue.to_owned(), |glue, (name, short)| glue.replacen(name, short, 1))
}

/// How the exports begin by which closures are called: there is one for each of their types, with a hash.
const CLOSURE: &str = "wasm_bindgen__convert__closures_";

/// Gives short names to those exports, and returns what was renamed to what.
pub(crate) fn of_closures<'n>(exports: impl IntoIterator<Item = &'n mut String>) -> Vec<(String, String)> {
    let closures = exports.into_iter().filter(|name| name.starts_with(CLOSURE));
    let renamed = closures.enumerate().map(|(index, name)| {
        let short = ["closure_", &short_name(index)].concat();
        (std::mem::replace(name, short.clone()), short)
    });
    renamed.collect()
}

/// The glue with these new names: its own functions have the names of the exports that they call.
pub(crate) fn replaced_everywhere(glue: &str, renamed: &[(String, String)]) -> String {
    renamed.iter().fold(glue.to_owned(), |glue, (name, short)| glue.replace(name, short))
}

/// `a` … `z`, `a1` … `z1`, `a2` …: a property of an object may have any of these names.
fn short_name(index: usize) -> String {
    let letter = char::from(b'a' + (index % 26) as u8);
    match index / 26 {
        0 => letter.to_string(),
        round => format!("{letter}{round}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sides_know_an_import_by_the_same_short_name() {
        let glue = "{ __wbg_get_12: f, __wbg_set_34: g, twice: h, twice }";
        let mut imports = ["__wbg_get_12", "twice", "elsewhere", "__wbg_set_34"].map(str::to_owned);
        let renamed = shortened(glue, &mut imports);
        assert_eq!(imports, ["a", "twice", "elsewhere", "b"]);
        assert_eq!(replaced(glue, &renamed), "{ a: f, b: g, twice: h, twice }");
    }

    #[test]
    fn both_sides_know_a_closure_by_the_same_short_name() {
        let [one, two] = ["invoke__h12", "invoke__h3"].map(|of| [CLOSURE, of].concat());
        let glue = format!("function {one}(a) {{ wasm.{one}(a) }} wasm.{two}(memory)");
        let mut exports = ["memory".to_owned(), one, two];
        let renamed = of_closures(&mut exports);
        assert_eq!(exports, ["memory", "closure_a", "closure_b"]);
        let glue = replaced_everywhere(&glue, &renamed);
        assert_eq!(glue, "function closure_a(a) { wasm.closure_a(a) } wasm.closure_b(memory)");
    }

    #[test]
    fn short_names_are_never_given_twice() {
        let names: std::collections::HashSet<_> = (0..1000).map(short_name).collect();
        assert_eq!(names.len(), 1000);
    }
}
