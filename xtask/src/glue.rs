//! Making small what wasm-bindgen writes for every reader.
//!
//! It names each of some hundred and forty imports after its Rust path with a hash, once in the wasm and once in the
//! script beside it: names that nobody reads and that hardly compress. And it lays the script out for a person.

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::Error;

/// How the name of the wasm file ends; that of the script is the same up to there.
const WASM: &str = "_bg.wasm";

/// The id of the import section, and the kind of an import that is a function.
const IMPORTS: u8 = 2;
const FUNCTION: u8 = 0;

/// Shortens the names by which the wasm in `dist` and its script know each other, and the script itself, in place.
/// Returns false, and changes nothing, if they are not as wasm-bindgen writes them.
pub(crate) fn shrink(dist: &Path) -> Result<bool, Error> {
    let Some((wasm, script)) = pair(dist)? else { return Ok(false) };
    let module = fs::read(&wasm).map_err(Error::io("read", &wasm))?;
    let glue = fs::read_to_string(&script).map_err(Error::io("read", &script))?;
    let Some((module, glue)) = renamed(&module, &glue) else { return Ok(false) };
    fs::write(&wasm, module).map_err(Error::io("write", &wasm))?;
    fs::write(&script, without_layout(&glue)).map_err(Error::io("write", &script))?;
    Ok(true)
}

/// The wasm and its script.
fn pair(dist: &Path) -> Result<Option<(PathBuf, PathBuf)>, Error> {
    for entry in fs::read_dir(dist).map_err(Error::io("read", dist))? {
        let wasm = entry.map_err(Error::io("read", dist))?.path();
        let name = wasm.file_name().and_then(|name| name.to_str()).and_then(|name| name.strip_suffix(WASM));
        if let Some(name) = name {
            let script = wasm.with_file_name(format!("{name}.js"));
            return Ok(Some((wasm, script)));
        }
    }
    Ok(None)
}

/// Module and glue with short names for the imports. A name that the glue does not have exactly once stays.
fn renamed(module: &[u8], glue: &str) -> Option<(Vec<u8>, String)> {
    let mut glue = glue.to_owned();
    let mut reader = Reader { bytes: module, at: 0 };
    let mut out = reader.take(8)?.to_vec();
    let mut names = 0;
    while reader.at < module.len() {
        let id = reader.byte()?;
        let length = reader.number()?;
        let section = reader.take(length)?;
        let section = match id {
            IMPORTS => renamed_imports(section, &mut glue, &mut names)?,
            _ => section.to_vec(),
        };
        out.push(id);
        write_number(section.len(), &mut out);
        out.extend(section);
    }
    Some((out, glue))
}

fn renamed_imports(section: &[u8], glue: &mut String, names: &mut usize) -> Option<Vec<u8>> {
    let mut reader = Reader { bytes: section, at: 0 };
    let mut out = Vec::new();
    let count = reader.number()?;
    write_number(count, &mut out);
    for _ in 0..count {
        write_text(reader.text()?, &mut out);
        let name = reader.text()?;
        if glue.matches(name).count() == 1 {
            let short = short_name(*names);
            *names += 1;
            *glue = glue.replace(name, &short);
            write_text(&short, &mut out);
        } else {
            write_text(name, &mut out);
        }
        // wasm-bindgen's modules import nothing but functions.
        if reader.byte()? != FUNCTION {
            return None;
        }
        out.push(FUNCTION);
        write_number(reader.number()?, &mut out);
    }
    Some(out)
}

/// `a` … `z`, `a1` … `z1`, `a2` …: a property of an object may have any of these names.
fn short_name(index: usize) -> String {
    let letter = char::from(b'a' + (index % 26) as u8);
    match index / 26 {
        0 => letter.to_string(),
        round => format!("{letter}{round}"),
    }
}

/// The glue without comments of their own lines and without indentation. A text that goes over several lines would
/// change with it: then nothing is done.
fn without_layout(glue: &str) -> String {
    if glue.lines().any(|line| line.matches('`').count() % 2 == 1) {
        return glue.to_owned();
    }
    let mut out = String::with_capacity(glue.len());
    let mut in_comment = false;
    for line in glue.lines().map(str::trim) {
        in_comment |= line.starts_with("/**");
        if !in_comment && !line.is_empty() && !line.starts_with("//") {
            out.push_str(line);
            out.push('\n');
        }
        in_comment &= !line.ends_with("*/");
    }
    out
}

/// Reads the parts of a wasm module.
struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn byte(&mut self) -> Option<u8> {
        self.take(1).map(|bytes| bytes[0])
    }

    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let bytes = self.bytes.get(self.at..self.at.checked_add(length)?)?;
        self.at += length;
        Some(bytes)
    }

    /// A number in LEB128, at most 32 bits.
    fn number(&mut self) -> Option<usize> {
        let mut number = 0;
        for shift in (0..32).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return u32::try_from(number).ok().map(|number| number as usize);
            }
        }
        None
    }

    fn text(&mut self) -> Option<&'a str> {
        let length = self.number()?;
        std::str::from_utf8(self.take(length)?).ok()
    }
}

fn write_number(mut number: usize, out: &mut Vec<u8>) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

fn write_text(text: &str, out: &mut Vec<u8>) {
    write_number(text.len(), out);
    out.extend(text.bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &[u8] = b"\0asm\x01\0\0\0";

    /// A module with these imports, all functions of type 3, and a section behind them.
    fn module(names: &[&str]) -> Vec<u8> {
        let mut section = Vec::new();
        write_number(names.len(), &mut section);
        for name in names {
            write_text("./x_bg.js", &mut section);
            write_text(name, &mut section);
            section.extend([FUNCTION, 3]);
        }
        let mut module = HEAD.to_vec();
        module.push(IMPORTS);
        write_number(section.len(), &mut module);
        module.extend(section);
        module.extend([11, 2, 7, 7]);
        module
    }

    #[test]
    fn both_sides_know_an_import_by_the_same_short_name() {
        let glue = "{ __wbg_get_12: f, __wbg_set_34: g, twice: h, twice }";
        let before = module(&["__wbg_get_12", "twice", "__wbg_set_34"]);
        let after = renamed(&before, glue).map(|(module, glue)| (module, glue.as_str().to_owned()));
        let wanted = module(&["a", "twice", "b"]);
        assert_eq!(after, Some((wanted, "{ a: f, b: g, twice: h, twice }".to_owned())));
    }

    #[test]
    fn numbers_of_more_than_a_byte_come_back() {
        for number in [0, 127, 128, 300, 16_383, 16_384, u32::MAX as usize] {
            let mut bytes = Vec::new();
            write_number(number, &mut bytes);
            assert_eq!(Reader { bytes: &bytes, at: 0 }.number(), Some(number));
        }
        assert_eq!(Reader { bytes: &[0xff; 6], at: 0 }.number(), None);
    }

    #[test]
    fn what_is_no_such_module_is_left_alone() {
        let good = module(&["a_name"]);
        for end in HEAD.len() + 1..good.len() {
            // A cut between two sections leaves a module.
            let whole = end == good.len() - 4;
            assert_eq!(renamed(&good[..end], "").is_some(), whole, "{end}");
        }
        let mut memory = good;
        let kind = memory.len() - 6;
        memory[kind] = 2;
        assert_eq!(renamed(&memory, ""), None);
    }

    #[test]
    fn short_names_are_all_different() {
        let names: std::collections::BTreeSet<_> = (0..1000).map(short_name).collect();
        assert_eq!(names.len(), 1000);
    }

    #[test]
    fn layout_goes_and_code_stays() {
        let glue =
            "/**\n * What it does.\n */\nfunction f() {\n    // why\n    return `a ${b}`; // kept\n\n}\n";
        assert_eq!(without_layout(glue), "function f() {\nreturn `a ${b}`; // kept\n}\n");
        assert_eq!(without_layout("/** One line. */\n  /* pure */ x\n"), "/* pure */ x\n");
        let text = "  const text = `two\n  lines`;\n";
        assert_eq!(without_layout(text), text);
    }
}
