//! Building the page into `dist/`, or for Trunk into the directory that it shows.
//!
//! | step | by | what it makes |
//! |---|---|---|
//! | compile | cargo | the program, with what its linker knew (`--emit-relocs`) |
//! | split | `tools/split` | its first part, the later ones, and the scripts that start and load them |
//! | optimise | wasm-opt, `tools/split`, esbuild | the same, smaller; not for `trunk serve` without `--release` |
//! | draw | `web/first` | the first step as HTML, which is there before the program |
//! | assemble | here | the HTML, the captures, and all else in one directory named after its content |
//!
//! What is in that directory refers to the rest of it by relative names. Only the HTML knows how it is called, so that a
//! browser never mixes what it has kept of an older page with a newer one.

pub(crate) mod files;

use std::ffi::{OsStr, OsString};
use std::num::NonZero;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{env, fs, thread};

use crate::error::{Error, PageError};
use crate::progress::say;
use crate::tools::{self, Toolbox};
use crate::workspace::Workspace;
use crate::{lock, process, toolchain};

/// What the HTML calls the directory with everything else.
const APP: &str = "app";

/// The program: its package, and its binary.
const PROGRAM: &str = "pagewalk-web";

/// The page, and where its old addresses lead.
const PAGE: &str = "index.html";
const HTML: [&str; 2] = [PAGE, "lab.html"];

/// The scripts that the HTML names, and those that they fetch when they are needed.
const SCRIPTS: [&str; 7] =
    ["start.js", "early.js", "moved.js", "embed.js", "stuck.js", "element.js", ELEMENT];

/// The script that defines an element for other pages. It stands beside the HTML, as they name it.
const ELEMENT: &str = "page-walk.js";

/// The parts that are fetched beside the first one, each with all of its files in one: of the page, or of elements.
const WHOLE: [&str; 2] = ["page", "element"];

/// The line that is about no part: which shared files are small.
const SMALL: &str = "small";

/// What tools read of it: types for TypeScript, and a manifest.
const KNOWN: [(&str, &str); 2] = [("types", "page-walk.d.ts"), ("manifest", "custom-elements.json")];

/// The style sheets that name the others: of the first part, and of each later one.
const STYLES: [&str; 12] = [
    "first.css",
    "lab.css",
    "more.css",
    "compare.css",
    "learn.css",
    "door.css",
    "call.css",
    "switches.css",
    "embed.css",
    "light.css",
    "dark.css",
    "element.css",
];

/// What compresses best: little inlined and nothing shared beyond what LLVM did, data in one piece.
const WASM_OPT: [&str; 11] = [
    "--flatten",
    "--rereloop",
    "-Oz",
    "--converge",
    "--low-memory-unused",
    "--one-caller-inline-max-function-size=20",
    "--skip-pass=memory-packing",
    "--skip-pass=local-cse",
    "-Oz",
    "--strip-producers",
    "--strip-target-features",
];

/// The package that draws the first step, and where that stands in the HTML.
const FIRST: (&str, &str) = ("pagewalk-first", "<!-- first step -->");

/// What the pages may load and run: what lies beside them, and no text of theirs. Where Trunk prepares the page it puts a script of its
/// own into it, which this would stop.
const POLICY: (&str, &str) = (
    "<!-- policy -->",
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self'; img-src 'self'\">",
);

/// Where Trunk, if it has started us, wants the page, and whether it was asked for `--release`.
const TRUNK_STAGE: &str = "TRUNK_STAGING_DIR";
const TRUNK_PROFILE: &str = "TRUNK_PROFILE";

/// Installs what is missing, builds the static site and returns its directory.
///
/// On a machine that has everything this needs no network.
pub(crate) fn build(workspace: &Workspace) -> Result<PathBuf, Error> {
    let dist = workspace.dist();
    build_into(workspace, &dist, None, true)?;
    Ok(dist)
}

/// Builds the page for Trunk, whose hook we are. It has prepared the HTML, with what reloads the page after a change.
pub(crate) fn build_for_trunk(workspace: &Workspace) -> Result<(), Error> {
    let stage = env::var_os(TRUNK_STAGE).map(PathBuf::from).ok_or(PageError::NoTrunk)?;
    let release = env::var_os(TRUNK_PROFILE).is_some_and(|profile| profile == "release");
    let page = stage.join(PAGE);
    let page = fs::read_to_string(&page).map_err(Error::io("read", &page))?;
    build_into(workspace, &stage, Some(page), release)
}

/// Builds the page, which may have been prepared, in place of what is in the directory `site`.
fn build_into(workspace: &Workspace, site: &Path, page: Option<String>, release: bool) -> Result<(), Error> {
    toolchain::ensure_target(toolchain::WASM)?;
    let optimisers = if release { optimisers(workspace)? } else { None };
    // This asks no registry if the crates are here.
    process::run(workspace.cargo().arg("fetch")).map_err(|reason| PageError::NotFetched(Box::new(reason)))?;
    let work = workspace.root().join("target").join("page");
    let _building = lock::lock(&work.join("lock"), "building the page")?;
    if release {
        say("building the page: 2 to 4 minutes the first time");
    }
    let app = app(workspace, &work, optimisers.as_ref(), release)
        .map_err(|reason| PageError::NotBuilt(Box::new(reason)))?;
    assemble(workspace, &app, page, site)
}

/// What makes the page smaller. Without npm it is none, and the page works all the same.
fn optimisers(workspace: &Workspace) -> Result<Option<Toolbox>, Error> {
    match tools::for_page(workspace) {
        Ok(tools) => Ok(Some(tools)),
        Err(reason @ Error::Tool(_)) => {
            say(format_args!("{reason}. Until then the page is half as large again"));
            Ok(None)
        }
        Err(reason) => Err(reason),
    }
}

/// Everything but the HTML and the captures, in a directory below `work`.
fn app(
    workspace: &Workspace,
    work: &Path,
    optimisers: Option<&Toolbox>,
    release: bool,
) -> Result<PathBuf, Error> {
    let parts = work.join("parts");
    files::emptied(&parts)?;
    split(workspace, &program(workspace, release)?, &parts, release)?;
    let (page, styles) =
        (workspace.root().join("web").join("page"), workspace.root().join("web").join("styles"));
    files::copy_into(&parts, &files::with_extension(&page, "js")?)?;
    files::copy_into(&parts, &files::with_extension(&page, "svg")?)?;
    files::copy_tree(&styles, &parts.join("styles"))?;
    match optimisers {
        None => {
            packed(&parts, &parts)?;
            Ok(parts)
        }
        Some(tools) => {
            let app = work.join(APP);
            files::emptied(&app)?;
            optimise(workspace, tools, &parts, &app)?;
            packed(&parts, &app)?;
            Ok(app)
        }
    }
}

/// Compiles the program, and says where it is.
fn program(workspace: &Workspace, release: bool) -> Result<PathBuf, Error> {
    let mut cargo = workspace.cargo();
    cargo.args(["rustc", "--offline", "--package", PROGRAM, "--bin", PROGRAM, "--target", toolchain::WASM]);
    cargo.args(["--message-format", "json-render-diagnostics"]);
    if release {
        cargo.arg("--release").env("CARGO_ENCODED_RUSTFLAGS", without_this_machine(workspace));
    }
    cargo.args(["--", "-C", "link-arg=--emit-relocs"]).stdin(Stdio::null()).stderr(Stdio::inherit());
    let output = cargo.output().map_err(|source| process::not_started(&cargo, source))?;
    if !output.status.success() {
        return Err(process::failed(&cargo, output.status).into());
    }
    let program = String::from_utf8_lossy(&output.stdout).lines().find_map(program_in);
    program.ok_or_else(|| PageError::NoProgram.into())
}

/// The program that one of cargo's messages names.
fn program_in(message: &str) -> Option<PathBuf> {
    let message: serde_json::Value = serde_json::from_str(message).ok()?;
    let mut files = message["filenames"].as_array()?.iter().filter_map(|file| file.as_str()).map(Path::new);
    files.find(|file| file.ends_with(format!("{PROGRAM}.wasm"))).map(Path::to_owned)
}

/// One file with all that is a part's own, in place of its program: with the small ones that it shares, which would be a request each. It
/// is a program without code, with a custom section for each of them, so that servers and browsers know what it is.
fn packed(parts: &Path, app: &Path) -> Result<(), Error> {
    let loads = parts.join("__wasm_split.js");
    let loads = fs::read_to_string(&loads).map_err(Error::io("read", &loads))?;
    for (part, files) in packs(&loads).ok_or(PageError::NotPacked)? {
        let mut pack = b"\0asm\x01\0\0\0".to_vec();
        for name in files {
            let file = app.join(&name).with_extension("wasm");
            let content = fs::read(&file).map_err(Error::io("read", &file))?;
            pack.push(0);
            push_length(&mut pack, 1 + name.len() + content.len());
            push_length(&mut pack, name.len());
            pack.extend(name.bytes().chain(content));
        }
        let file = app.join(format!("pack_{part}.wasm"));
        fs::write(&file, pack).map_err(Error::io("write", &file))?;
        let own = app.join(format!("split_{part}.wasm"));
        fs::remove_file(&own).map_err(Error::io("remove", &own))?;
    }
    Ok(())
}

/// A number as wasm has them.
fn push_length(out: &mut Vec<u8>, mut length: usize) {
    while length > 0x7f {
        out.push((length & 0x7f) as u8 | 0x80);
        length >>= 7;
    }
    out.push(length as u8);
}

/// The files that are in that of each part, by the script that loads them, which has the same rule.
fn packs(loads: &str) -> Option<Vec<(&str, Vec<String>)>> {
    let (_, table) = loads.split_once("\"parts;")?;
    let lines: Vec<(&str, &str)> =
        table.split('"').next()?.split(';').map(|line| line.split_once(' ')).collect::<Option<_>>()?;
    let of = |name: &str| lines.iter().find(|(part, _)| *part == name).map(|(_, bits)| set_of(bits));
    let (small, page) = (of(SMALL)?, of("page")?);
    let pack = |&(part, bits): &(&'_ str, &str)| {
        let is_own =
            |number: &usize| WHOLE.contains(&part) || small.contains(number) && !page.contains(number);
        let shared = set_of(bits).into_iter().filter(is_own).map(|number| format!("chunk_{number}"));
        shared.chain([format!("split_{part}")]).collect()
    };
    Some(lines.iter().filter(|(part, _)| *part != SMALL).map(|line| (line.0, pack(line))).collect())
}

/// The numbers of the bits that are set in a hexadecimal number.
fn set_of(bits: &str) -> Vec<usize> {
    let digits = bits.chars().rev().map(|digit| digit.to_digit(16).unwrap_or_default());
    let is_set = digits.flat_map(|digit| (0..4).map(move |bit| digit >> bit & 1 == 1));
    is_set.enumerate().filter(|(_, is)| *is).map(|(number, _)| number).collect()
}

/// Splits the program; in a release its imports get short names, and its panics say nothing.
fn split(workspace: &Workspace, program: &Path, parts: &Path, release: bool) -> Result<(), Error> {
    let mut split = tools::splitter(workspace, "run");
    split.arg("--").args(release.then_some("--small"));
    process::run(split.arg(program).arg(parts))
}

/// Makes everything smaller on the way from `parts` to `app`: each part of the program, whose functions are put in order at last; the
/// scripts in one; the style sheets in two.
fn optimise(workspace: &Workspace, tools: &Toolbox, parts: &Path, app: &Path) -> Result<(), Error> {
    let all = files::with_extension(parts, "wasm")?;
    let smaller = |part: &PathBuf| {
        let to = app.join(part.file_name().unwrap_or_default());
        let mut wasm_opt = Command::new(tools.program("wasm-opt"));
        process::run(wasm_opt.args(WASM_OPT).arg(part).arg("-o").arg(to))
    };
    // The largest are a third of all the time: each processor takes the next one that nobody has taken.
    let next = AtomicUsize::new(0);
    let take = || -> Result<(), Error> {
        while let Some(part) = all.get(next.fetch_add(1, Ordering::Relaxed)) {
            smaller(part)?;
        }
        Ok(())
    };
    thread::scope(|scope| {
        let processors = thread::available_parallelism().map_or(1, NonZero::get);
        let all: Vec<_> = (0..processors).map(|_| scope.spawn(take)).collect();
        all.into_iter().try_for_each(|one| one.join().unwrap_or_else(|panic| resume_unwind(panic)))
    })?;
    let mut order = tools::splitter(workspace, "run");
    process::run(order.args(["--", "--order"]).args(files::with_extension(app, "wasm")?))?;
    let mut esbuild = Command::new(tools.program("esbuild"));
    esbuild.args(["--bundle", "--minify", "--format=esm", "--log-level=warning"]);
    esbuild.args(SCRIPTS.map(|script| parts.join(script)));
    esbuild.args(STYLES.map(|sheet| parts.join("styles").join(sheet)));
    process::run(esbuild.arg(named("--outbase=", parts)).arg(named("--outdir=", app)))?;
    files::copy_into(app, &files::with_extension(parts, "svg")?)
}

/// Puts the site together in place of what is there.
fn assemble(workspace: &Workspace, app: &Path, page: Option<String>, site: &Path) -> Result<(), Error> {
    let first = drawn(workspace, None).map_err(|reason| PageError::NotBuilt(Box::new(reason)))?;
    let (first, styles) = first.trim().rsplit_once('\n').unwrap_or_default();
    let sheet = app.join("styles").join("first.css");
    let mut rules = fs::read_to_string(&sheet).map_err(Error::io("read", &sheet))?;
    rules.push_str(styles);
    fs::write(&sheet, rules).map_err(Error::io("write", &sheet))?;
    let name = format!("{APP}-{:016x}", files::hash_of(app)?);
    files::emptied(site)?;
    let mut prepared = page;
    for html in HTML {
        let source = workspace.root().join("web").join("page").join(html);
        let text = match prepared.take() {
            Some(page) => page,
            None => {
                fs::read_to_string(&source).map_err(Error::io("read", &source))?.replace(POLICY.0, POLICY.1)
            }
        };
        let file = site.join(html);
        let text = text.replace(&format!("\"{APP}/"), &format!("\"{name}/")).replace(FIRST.1, first);
        fs::write(&file, text).map_err(Error::io("write", &file))?;
    }
    files::copy_tree(app, &site.join(&name))?;
    let (from, to) = (site.join(&name).join(ELEMENT), site.join(ELEMENT));
    let text = fs::read_to_string(&from).map_err(Error::io("read", &from))?;
    fs::write(&to, text.replace(&format!("\"{APP}/"), &format!("\"{name}/")))
        .map_err(Error::io("write", &to))?;
    fs::remove_file(&from).map_err(Error::io("remove", &from))?;
    for (what, name) in KNOWN {
        let text = drawn(workspace, Some(what)).map_err(|reason| PageError::NotBuilt(Box::new(reason)))?;
        let file = site.join(name);
        fs::write(&file, text).map_err(Error::io("write", &file))?;
    }
    // The captured machines: loaded on demand, not part of the first download.
    for machine in files::entries(&workspace.root().join("tests").join("captures"))? {
        let (tables, to) = (machine.join("tables.json.gz"), site.join("captures"));
        if let Some(name) = machine.file_name().filter(|_| tables.is_file()) {
            files::copy(&tables, &to.join(name).join("tables.json.gz"))?;
        }
    }
    Ok(())
}

/// The first step as HTML, with its style: what is seen until the program is here. The code that draws the page draws it, on this machine.
/// Or what else that code knows of the page.
fn drawn(workspace: &Workspace, what: Option<&str>) -> Result<String, Error> {
    let mut cargo = workspace.cargo();
    cargo.args(["run", "--quiet", "--offline", "--package", FIRST.0, "--"]).args(what);
    let output = cargo.stderr(Stdio::inherit()).output();
    let output = output.map_err(|source| process::not_started(&cargo, source))?;
    if !output.status.success() {
        return Err(process::failed(&cargo, output.status).into());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// An option with a path as its value.
fn named(option: &str, path: &Path) -> OsString {
    let mut argument = OsString::from(option);
    argument.push(path);
    argument
}

/// Flags for rustc by which the places of crates and of the standard library on this machine do not get into the page:
/// those that are set, and a shorter name for each place.
fn without_this_machine(workspace: &Workspace) -> OsString {
    let set = |variable, separator| env::var(variable).ok().map(|flags| flags.replace(separator, "\u{1f}"));
    let set = set("CARGO_ENCODED_RUSTFLAGS", "\u{1f}").or_else(|| set("RUSTFLAGS", " "));
    let mut flags: Vec<OsString> =
        set.filter(|flags| !flags.is_empty()).map(OsString::from).into_iter().collect();
    let mut rename = |place: &Path, name: &str| {
        let mut flag = OsString::from("--remap-path-prefix=");
        flag.push(place);
        flag.push("=");
        flag.push(name);
        flags.push(flag);
    };
    let home = env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| Some(env::home_dir()?.join(".cargo")));
    let registries = home.and_then(|home| fs::read_dir(home.join("registry").join("src")).ok());
    for registry in registries.into_iter().flatten().flatten() {
        rename(&registry.path(), "");
    }
    if let Some(sysroot) = toolchain::sysroot() {
        rename(&sysroot.join("lib").join("rustlib").join("src").join("rust"), "rust");
    }
    rename(workspace.root(), "");
    flags.join(OsStr::new("\u{1f}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_is_found_in_what_cargo_says() {
        let artifact = r#"{"reason":"compiler-artifact","filenames":["/t/release/pagewalk-web.wasm"]}"#;
        assert_eq!(program_in(artifact), Some(PathBuf::from("/t/release/pagewalk-web.wasm")));
        for other in [
            r#"{"reason":"compiler-artifact","filenames":["/t/release/libnarrate.rlib"]}"#,
            r#"{"reason":"build-finished","success":true}"#,
            "no JSON",
        ] {
            assert_eq!(program_in(other), None, "{other}");
        }
    }

    #[test]
    fn what_is_a_parts_own_is_in_one_file() -> Result<(), Error> {
        let folder = tempfile::tempdir().map_err(Error::io("make", Path::new("a folder")))?;
        let write = |name: &str, bytes: &[u8]| {
            let file = folder.path().join(name);
            fs::write(&file, bytes).map_err(Error::io("write", &file))
        };
        let read = |name: &str| {
            let file = folder.path().join(name);
            fs::read(&file).map_err(Error::io("read", &file))
        };
        // The first is in all, the second with what is on the page, the last is large.
        write("__wasm_split.js", b"const NEEDS = \"parts;page 4;lab 7;element 400000004;small 7\";")?;
        for (name, bytes) in [("chunk_0", &b"one"[..]), ("chunk_1", b"two"), ("chunk_2", b"three")] {
            write(&format!("{name}.wasm"), bytes)?;
        }
        write("chunk_34.wasm", &[7; 200])?;
        for part in ["page", "lab", "element"] {
            write(&format!("split_{part}.wasm"), b"own")?;
        }
        packed(folder.path(), folder.path())?;
        let pack = read("pack_element.wasm")?;
        assert!(
            pack.starts_with(b"\0asm\x01\0\0\0\0\x0d\x07chunk_2three\0\xd1\x01\x08chunk_34\x07"),
            "{pack:?}"
        );
        assert!(pack.ends_with(b"\x07\0\x11\x0dsplit_elementown"), "{pack:?}");
        let pack = read("pack_lab.wasm")?;
        assert_eq!(
            String::from_utf8_lossy(&pack),
            "\0asm\u{1}\0\0\0\0\u{b}\u{7}chunk_0one\0\u{b}\u{7}chunk_1two\0\r\u{9}split_labown"
        );
        assert!(
            !folder.path().join("split_lab.wasm").exists() && folder.path().join("chunk_0.wasm").exists()
        );
        assert_eq!(packs("nothing"), None);
        assert_eq!(packs("\"parts;page 1\""), None);
        Ok(())
    }

    /// The hook of `Trunk.toml` and the HTML's names are known here too.
    #[test]
    fn the_html_names_what_is_made() -> Result<(), Error> {
        let page = Workspace::here().root().join("web").join("page").join(PAGE);
        let page = fs::read_to_string(&page).map_err(Error::io("read", &page))?;
        for file in
            ["icon.svg", "styles/first.css", "pagewalk_bg.wasm", "pack_page.wasm", "start.js", "early.js"]
        {
            assert!(page.contains(&format!("\"{APP}/{file}\"")), "{file}");
        }
        assert!(page.contains(FIRST.1) && page.contains(POLICY.0));
        Ok(())
    }
}
