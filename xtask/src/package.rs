//! Packages in the form in which they could be published, each installed into a fresh project. Nothing is uploaded.
//!
//! | package | what is in it | how it is tried |
//! |---|---|---|
//! | npm | the site with the element, its types and its manifest | installed, imported, and its files looked for |
//! | PyPI | the Sphinx extension, and what shows walks in notebooks, with the program that draws | installed beside a pinned Sphinx, and its tests run |
//! | crates | those that a figure needs, under names that are free | cargo unpacks and compiles each |

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::{Error, PageError};
use crate::page::files;
use crate::progress::say;
use crate::workspace::Workspace;
use crate::{native, page, process};

/// The crates of a figure, lowest first.
const CRATES: [&str; 13] = [
    "pgtable", "mm", "trace", "pagewalk", "actors", "ptdump", "capture", "scenario", "callers", "explore",
    "races", "narrate", "figure",
];

/// What stands before their names in public, where `trace` and others are other people's: cargo would compile those.
const PREFIX: &str = "pagewalk-";

/// What the npm package is, for npm.
const NPM: &str = r#"{
  "name": "pagewalk",
  "version": "0.1.0",
  "description": "Linux's page-table walker, step by step, as the element <page-walk>",
  "license": "MIT OR Apache-2.0",
  "type": "module",
  "exports": {
    ".": { "types": "./index.d.ts", "default": "./index.js" },
    "./site/*": "./site/*",
    "./custom-elements.json": "./custom-elements.json"
  },
  "types": "./index.d.ts",
  "customElements": "custom-elements.json",
  "files": ["index.js", "index.d.ts", "custom-elements.json", "site"]
}
"#;

/// What it exports. The site has to be served as it is: its files find each other by their places.
const INDEX: &str = r#"// Defines <page-walk> from the address where the folder `site` of this package is served. On a server this does nothing.
export function define(site) {
    if (typeof document === "undefined" || customElements.get("page-walk")) return;
    const script = document.createElement("script");
    script.src = new URL("page-walk.js", new URL(site, document.baseURI)).href;
    document.head.append(script);
}
"#;

const INDEX_TYPES: &str = r#"export * from "./site/page-walk.js";
/** Defines <page-walk> from the address where the folder `site` of this package is served. */
export declare function define(site: string | URL): void;
"#;

/// What a fresh project asks of the npm package.
const TRY_NPM: &str = r#"import { define } from "pagewalk";
import { readFileSync } from "node:fs";
define("/pagewalk/");
const { modules } = JSON.parse(readFileSync(new URL(import.meta.resolve("pagewalk/custom-elements.json")), "utf8"));
if (modules[0].declarations[0].tagName !== "page-walk") throw new Error("no manifest");
for (const name of ["page-walk.js", "page-walk.d.ts", "index.html"]) readFileSync(new URL(import.meta.resolve(`pagewalk/site/${name}`)));
"#;

/// Builds all, and tries each.
pub(crate) fn run(workspace: &Workspace) -> Result<(), Error> {
    let dist = page::build(workspace)?;
    let work = workspace.root().join("target").join("package-forms");
    files::emptied(&work)?;
    let made = [npm(workspace, &dist, &work)?, wheel(workspace, &work)?, crates(workspace, &work)?];
    for path in made {
        say(format_args!("{} is packed, and works in a fresh project", path.display()));
    }
    Ok(())
}

fn write(file: &Path, text: &str) -> Result<(), Error> {
    fs::write(file, text).map_err(Error::io("write", file))
}

fn read(file: &Path) -> Result<String, Error> {
    fs::read_to_string(file).map_err(Error::io("read", file))
}

/// The file in a directory that ends so.
fn made(directory: &Path, extension: &str) -> Result<PathBuf, Error> {
    let found = files::with_extension(directory, extension)?.pop();
    found.ok_or_else(|| PageError::Missing(directory.to_owned()).into())
}

/// A program, in a directory.
fn program(name: &str, directory: &Path) -> Command {
    let mut command = Command::new(process::on_path(name).unwrap_or_else(|| PathBuf::from(name)));
    command.current_dir(directory);
    command
}

fn npm(workspace: &Workspace, dist: &Path, work: &Path) -> Result<PathBuf, Error> {
    let package = work.join("npm");
    files::copy_tree(dist, &package.join("site"))?;
    for (name, text) in [("package.json", NPM), ("index.js", INDEX), ("index.d.ts", INDEX_TYPES)] {
        write(&package.join(name), text)?;
    }
    files::copy(&dist.join("custom-elements.json"), &package.join("custom-elements.json"))?;
    for name in ["LICENSE-MIT", "LICENSE-APACHE"] {
        files::copy(&workspace.root().join(name), &package.join(name))?;
    }
    files::copy(&workspace.root().join("docs").join("embedding.md"), &package.join("README.md"))?;
    process::run(program("npm", &package).args(["pack", "--silent", "--pack-destination"]).arg(work))?;
    let packed = made(work, "tgz")?;
    let fresh = work.join("npm-fresh");
    files::emptied(&fresh)?;
    write(&fresh.join("package.json"), "{ \"type\": \"module\" }\n")?;
    process::run(
        program("npm", &fresh)
            .args(["install", "--silent", "--no-audit", "--no-fund", "--offline"])
            .arg(&packed),
    )?;
    write(&fresh.join("try.js"), TRY_NPM)?;
    process::run(program("node", &fresh).arg("try.js"))?;
    Ok(packed)
}

fn wheel(workspace: &Workspace, work: &Path) -> Result<PathBuf, Error> {
    let native = native::build(workspace, &["pagewalk-cli"])?.join("pagewalk");
    let package = work.join("python");
    files::copy_tree(&workspace.root().join("python"), &package)?;
    files::copy(&native, &package.join("pagewalk").join("bin").join("pagewalk"))?;
    let fresh = work.join("python-fresh");
    process::run(program("python3", work).args(["-m", "venv"]).arg(&fresh))?;
    let python = fresh.join("bin").join("python");
    let wheels = work.join("wheel");
    let pip = || {
        let mut pip = Command::new(&python);
        pip.args(["-m", "pip", "--disable-pip-version-check", "--quiet"]);
        pip
    };
    process::run(pip().args(["wheel", "--no-deps", "--wheel-dir"]).arg(&wheels).arg(&package))?;
    let wheel = made(&wheels, "whl")?;
    let pinned = workspace.root().join("examples").join("sphinx").join("requirements.txt");
    process::run(pip().arg("install").arg("--requirement").arg(&pinned).arg(&wheel))?;
    process::run(
        Command::new(&python)
            .args(["-m", "unittest", "discover"])
            .arg(workspace.root().join("python").join("tests"))
            .current_dir(&fresh),
    )?;
    Ok(wheel)
}

/// Nobody may publish from this repository; a copy of it, where nothing is uploaded either, may be packed.
fn crates(workspace: &Workspace, work: &Path) -> Result<PathBuf, Error> {
    let copy = work.join("crates");
    files::emptied(&copy)?;
    let archive = work.join("crates.tar");
    process::run(
        program("git", workspace.root())
            .args(["archive", "--format=tar", "--output"])
            .arg(&archive)
            .arg("HEAD"),
    )?;
    process::run(program("tar", &copy).arg("-xf").arg(&archive))?;
    let manifest = copy.join("Cargo.toml");
    let mut text = read(&manifest)?.replace("publish = false", "publish = true");
    for name in CRATES {
        let public = format!("\n{name} = {{ package = \"{PREFIX}{name}\", version");
        text = text.replace(&format!("\n{name} = {{ version"), &public);
        let own = copy.join("crates").join(name).join("Cargo.toml");
        let package = format!("name = \"{PREFIX}{name}\"");
        let renamed = read(&own)?.replacen(&format!("name = \"{name}\""), &package, 1);
        // Whoever uses it writes the name that it has here.
        write(&own, &format!("{renamed}\n[lib]\nname = \"{name}\"\n"))?;
    }
    write(&manifest, &text)?;
    let mut cargo = workspace.cargo();
    cargo
        .current_dir(&copy)
        .args(["package", "--quiet", "--allow-dirty", "--target-dir"])
        .arg(work.join("target"));
    process::run(
        cargo.args(CRATES.iter().flat_map(|name| ["--package".to_owned(), [PREFIX, name].concat()])),
    )?;
    Ok(work.join("target").join("package"))
}
