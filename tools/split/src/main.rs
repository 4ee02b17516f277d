//! `pagewalk-split WASM DIRECTORY`: splits a program that was linked with `--emit-relocs` at its split points
//! (`#[wasm_split]`), and writes into the directory
//!
//! | file | what it is |
//! |---|---|
//! | `pagewalk_bg.wasm`, `pagewalk.js` | the first part, and the script that starts it, by wasm-bindgen |
//! | `split_NAME.wasm` | a later part |
//! | `__wasm_split.js` | what the first part calls to load the later ones; it imports `part.js`, which is not made here |
//!
//! With `--small`, imports get short names, panics say nothing, and what our page never runs is left out.
//!
//! `pagewalk-split --order WASM…` puts the functions of each file into an order in which it compresses best, for when everything
//! else has been done to it.

mod glue;
mod loads;
mod names;
mod order;
mod panics;

use std::error::Error;
use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;
use std::{env, fs};

use wasm_bindgen_cli_support::Bindgen;

fn main() -> ExitCode {
    let mut arguments: Vec<OsString> = env::args_os().skip(1).collect();
    if arguments.first().is_some_and(|first| first == "--order") {
        return said(arguments[1..].iter().try_for_each(|file| ordered(Path::new(file))));
    }
    let before = arguments.len();
    arguments.retain(|argument| argument != "--small");
    let small = arguments.len() < before;
    let [wasm, directory] = arguments.as_slice() else {
        eprintln!("pagewalk-split: usage: pagewalk-split [--small] WASM DIRECTORY, or --order WASM…");
        return ExitCode::from(2);
    };
    said(split(Path::new(wasm), Path::new(directory), small))
}

fn said(result: Result<(), Box<dyn Error + Send + Sync>>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("pagewalk-split: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn ordered(file: &Path) -> Result<(), Box<dyn Error + Send + Sync>> {
    let program = fs::read(file).map_err(|error| format!("cannot read {}: {error}", file.display()))?;
    Ok(fs::write(file, order::ordered(&program)?)?)
}

fn split(wasm: &Path, directory: &Path, small: bool) -> Result<(), Box<dyn Error + Send + Sync>> {
    let mut program = fs::read(wasm).map_err(|error| format!("cannot read {}: {error}", wasm.display()))?;
    if small {
        program = panics::without_words(&program)?;
    }
    // An intermediate file, which wasm-bindgen replaces by `pagewalk_bg.wasm`.
    let first = directory.join("pagewalk.wasm");
    let mut options = wasm_split_cli_support::Options::new(&program);
    options.output_dir = directory;
    options.main_out_path = &first;
    options.main_module = "./pagewalk.js";
    wasm_split_cli_support::transform(options)?;
    let file = directory.join("__wasm_split.js");
    let bytes = |number: usize| {
        fs::metadata(directory.join(format!("chunk_{number}.wasm"))).map_or(u64::MAX, |of| of.len())
    };
    let loads = loads::compact(&fs::read_to_string(&file)?, &bytes)?;
    fs::write(&file, &loads)?;

    let mut output = Bindgen::new()
        .input_path(&first)
        .web(true)?
        .typescript(false)
        .omit_default_module_path(false)
        // The table of functions, through which the parts call each other.
        .keep_lld_exports(true)
        .remove_name_section(small)
        .remove_producers_section(true)
        .generate_output()?;
    let (mut renamed, mut closures) = Default::default();
    if small {
        let glue = output.js().to_owned();
        let wasm = output.wasm_mut();
        // What nobody asks for need not be there.
        let is_used = |name: &str| glue.contains(&format!("wasm.{name}")) || loads.contains(name);
        let mut unused = Vec::new();
        for export in wasm.exports.iter() {
            if !is_used(&export.name) {
                unused.push(export.id());
            }
        }
        for export in unused {
            wasm.exports.delete(export);
        }
        renamed = names::shortened(&glue, wasm.imports.iter_mut().map(|import| &mut import.name));
        closures = names::of_closures(wasm.exports.iter_mut().map(|export| &mut export.name));
    }
    output.emit(directory)?;
    fs::remove_file(&first)?;
    let glue = directory.join("pagewalk.js");
    let mut text = names::replaced(&fs::read_to_string(&glue)?, &renamed);
    if small {
        text = glue::without_unused(&names::replaced_everywhere(&text, &closures))?;
    }
    fs::write(&glue, text)?;
    Ok(())
}
