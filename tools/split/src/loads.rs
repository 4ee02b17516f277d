//! The script that loads the later parts, as we have it.
//!
//! wasm-split writes a function for each file, also for the many small ones with code of several parts. What differs between them is which
//! part needs which: that is a table here, a hexadecimal number for each part with a bit for each of those files. It makes the first
//! download a kilobyte of gzip smaller.

use std::error::Error;
use std::fmt::Write as _;

/// What stands before a part's loader and before a shared file's, in the script of wasm-split.
const PART: &str = "export const __wasm_split_load_";
const SHARED: &str = "const __chunk_";

/// Where it says what has failed; a failure without a word says nothing.
const ERROR: &str = "console.error(e);";

/// Where its own loaders begin.
const MAKE: &str = "function makeLoad(";

/// A shared file below this size is in the files of all parts that need it: apart it would be a request, and mostly overhead.
const SMALL: u64 = 2_600;

/// Before the table, for who reads it out of a script that was made small.
const MARK: &str = "parts";

const LOAD: &str = r#"// Which of the files with code of several parts each part needs: bits, by their numbers.
const NEEDS = "TABLE";
const needed = (name) => {
    const line = NEEDS.split(";").find((of) => of.startsWith(name + " "));
    const names = [];
    for (let number = 0, bits = BigInt("0x" + line.split(" ")[1]); bits; number++, bits >>= 1n) {
        if (bits & 1n) names.push("chunk_" + number);
    }
    return names;
};
// Those of them that are so small that each part has them in its own file, but for what the page has anyway; it and elements have all.
const small = new Set(needed("small"));
const ofPage = new Set(needed("page"));
const own = (name) => needed(name).filter((of) => /^(page|element)$/.test(name) || (small.has(of) && !ofPage.has(of)));
export const fetched = (name) => unpack(name, [...own(name), "split_" + name]);
const loads = new Map();
function load(name, others) {
    let loading = loads.get(name);
    if (!loading) {
        const before = others.map((of) => load(of, []));
        const program = part(new URL("./" + name + ".wasm", import.meta.url));
        // Who waits for all of them hears of it.
        program.catch(() => {});
        loading = Promise.all(before).then(() => started(program, getSharedImports()));
        loads.set(name, loading);
        // What has failed can be tried again.
        loading.catch(() => loads.delete(name));
    }
    return loading;
}
const whole = (name) =>
    wrapAsyncCb(() => {
        // A page that is one file has not all, and says so itself.
        if (window.pagewalkHas?.(name) === false) return Promise.reject();
        fetched(name);
        return load("split_" + name, needed(name));
    });
"#;

/// The script, made of that of wasm-split; `bytes` is how large a shared file is.
///
/// # Errors
/// It is not as this knows it: another version of wasm-split writes another one, and somebody has to look at it.
pub(crate) fn compact(
    theirs: &str,
    bytes: &dyn Fn(usize) -> u64,
) -> Result<String, Box<dyn Error + Send + Sync>> {
    let (head, loaders) = theirs.split_once(MAKE).ok_or(format!("wasm-split's script has no `{MAKE}`"))?;
    let mut table = MARK.to_owned();
    let mut parts = String::new();
    let mut shared = loaders.split(SHARED).skip(1);
    if let Some(other) = shared.find(|of| !of.contains(", []);")) {
        return Err(format!("wasm-split has a shared file that needs others: {other}").into());
    }
    let mut small = Vec::new();
    for loader in loaders.split(PART).skip(1) {
        let name = loader.split(' ').next().unwrap_or_default();
        let list = loader.split_once("\n, [").and_then(|(_, rest)| rest.split_once(']'));
        let (list, _) = list.ok_or(format!("wasm-split does not say what the part {name} needs"))?;
        let mut bits = Vec::new();
        for of in list.split(", ").filter(|of| !of.is_empty()) {
            let number = of.strip_prefix("__chunk_").and_then(|number| number.parse().ok());
            let number: usize =
                number.ok_or(format!("the part {name} needs `{of}`, which is no shared file"))?;
            bits.resize(bits.len().max(number + 1), false);
            bits[number] = true;
            small.resize(small.len().max(number + 1), false);
            small[number] = bytes(number) < SMALL;
        }
        let _ = write!(table, ";{name} {}", hexadecimal(&bits));
        let _ = writeln!(parts, "{PART}{name} = whole(\"{name}\");");
    }
    let _ = write!(table, ";small {}", hexadecimal(&small));
    if parts.is_empty() {
        return Err("wasm-split's script loads no part".into());
    }
    if !head.contains(ERROR) {
        return Err(format!("wasm-split's script has no `{ERROR}`").into());
    }
    let head = head.replace(ERROR, &["e && ", ERROR].concat());
    Ok([
        "import { part, started, unpack } from \"./part.js\";\n",
        &head,
        &LOAD.replace("TABLE", &table),
        &parts,
    ]
    .concat())
}

/// Bits, the lowest first, as a number.
fn hexadecimal(bits: &[bool]) -> String {
    let digit = |four: &[bool]| four.iter().rev().fold(0, |digit, bit| digit << 1 | u32::from(*bit));
    let digits = bits.chunks(4).rev().filter_map(|four| char::from_digit(digit(four), 16));
    let text: String = digits.collect();
    if text.is_empty() { "0".to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    const THEIRS: &str = "import { initSync } from \"./pagewalk.js\";\nfunction wrapAsyncCb(callee) { console.error(e); }\nfunction makeLoad(fetcher, deps) {}\n\
        /* call, lab */\nconst __chunk_9 = makeLoad(() => {\n}\n, []);\nconst __chunk_10 = makeLoad(() => {\n}\n, []);\n\
        export const __wasm_split_load_lab = wrapAsyncCb(makeLoad(() => {\n}\n, [__chunk_9, __chunk_10]));\n\
        export const __wasm_split_load_alone = wrapAsyncCb(makeLoad(() => {\n}\n, []));\n\
        export const __wasm_split_load_call = wrapAsyncCb(makeLoad(() => {\n}\n, [__chunk_10]));\n";

    #[test]
    fn what_each_part_needs_is_in_a_table() {
        let ours =
            compact(THEIRS, &|number| if number == 9 { 2_599 } else { 2_600 }).expect("as it is known");
        assert!(ours.contains("const NEEDS = \"parts;lab 600;alone 0;call 400;small 200\";"), "{ours}");
        assert!(ours.contains("export const __wasm_split_load_alone = whole(\"alone\");"));
        assert!(ours.contains("function wrapAsyncCb") && !ours.contains("makeLoad"));
        assert!(ours.starts_with("import { part, started, unpack }"));
    }

    #[test]
    fn bits_are_a_number() {
        let bits = |numbers: &[usize]| (0..80).map(|at| numbers.contains(&at)).collect::<Vec<bool>>();
        assert_eq!(hexadecimal(&bits(&[0, 5, 79])), "80000000000000000021");
        assert_eq!(hexadecimal(&[true, true, true, true, true]), "1f");
    }

    #[test]
    fn a_script_of_another_form_is_said() {
        for (from, to) in [
            ("makeLoad(fetcher", "load(fetcher"),
            ("console.error(e)", "log(e)"),
            ("[__chunk_10]", "[__other]"),
            ("export const __wasm_split_load_", "export const load_"),
            ("\n, []);\nconst", "\n, [__chunk_10]);\nconst"),
        ] {
            assert!(compact(&THEIRS.replace(from, to), &|_| 0).is_err(), "{from}");
        }
    }
}
