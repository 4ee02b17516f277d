//! Short names for imports.
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
    fn short_names_are_never_given_twice() {
        let names: std::collections::HashSet<_> = (0..1000).map(short_name).collect();
        assert_eq!(names.len(), 1000);
    }
}
