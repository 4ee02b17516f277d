//! `pagewalk standalone LINK --site DIR -o FILE`.

use std::fs;
use std::path::{Path, PathBuf};

use figure::{Ask, Figure, Format, Theme};

use crate::outcome::{Exit, Failure};

/// Make one HTML file of a walk or a race, which opens from a disk without a network.
///
/// It is the page itself, of a site that `cargo xtask dist` built, with all that LINK needs inside. Before the program runs, and where
/// it cannot, the file shows the figure of the step.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  cargo xtask dist
  pagewalk standalone 'debug-init-mm/x86_64-4level/v7.3?lock=read&t=2' -o walk.html
  pagewalk standalone 'race/munmap?s=b4a21b10c2a&present' --site dist --all -o talk.html

With `present` behind the link it opens for a room, with `embed` without the header of the page. What the link does not need is left
out (other captured machines, lessons, comparisons, of most walks also the callers and the help): --all puts it inside. A file has
some 400 kB, with a captured machine 560, with all 880.

Exit codes: 0 written; 2 the link cannot be understood, or there is no such site.")]
pub(crate) struct Args {
    /// The address of the walk or the race.
    #[arg(value_name = "LINK")]
    link: String,
    /// The built site.
    #[arg(long, value_name = "DIR", default_value = "dist")]
    site: PathBuf,
    /// Put every part of the program and every captured machine inside.
    #[arg(long)]
    all: bool,
    /// The file.
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
}

impl Args {
    pub(crate) fn run(&self) -> Result<Exit, Failure> {
        let asked = |error: &dyn std::fmt::Display| Failure::Asked(error.to_string());
        let ask = Ask::parse(&self.link).map_err(|error| asked(&error))?;
        let still = Figure::open(&ask, None).and_then(|figure| figure.draw(Format::Svg, Theme::Light));
        let still = still.map_err(|error| asked(&error))?;
        let read = |name: &str| fs::read(self.site.join(name)).ok();
        let html = read("index.html").and_then(|html| String::from_utf8(html).ok());
        let html = html.ok_or_else(|| {
            let site = self.site.display();
            Failure::Asked(format!(
                "{site}: no built site is here: `cargo xtask dist` builds one, --site says where it is"
            ))
        })?;
        let app = ::standalone::app_of(&html).map_err(|error| asked(&error))?;
        let script = read(&format!("{app}/start.js")).unwrap_or_default();
        let script = String::from_utf8_lossy(&script);
        let names = ::standalone::needed(&ask, app, &script, &files(&self.site, ""), self.all);
        let file = ::standalone::file(&read, &ask.hash(), &names, still.trim_end());
        let file = file.map_err(|error| Failure::Asked(format!("{}: {error}", self.site.display())))?;
        let name = self.output.display().to_string();
        fs::write(&self.output, file).map_err(|error| Failure::Input { name, error })?;
        Ok(Exit::Read)
    }
}

/// The names of all files below a directory, in order; those that a URL would write otherwise are none of a site's.
fn files(site: &Path, below: &str) -> Vec<String> {
    let entries = fs::read_dir(site.join(below)).into_iter().flatten().flatten();
    let mut names = Vec::new();
    for entry in entries {
        let Ok(name) = entry.file_name().into_string() else { continue };
        if !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte)) {
            continue;
        }
        let name = if below.is_empty() { name } else { [below, "/", &name].concat() };
        match entry.file_type() {
            // A site has two levels of folders; a link to a folder is not followed.
            Ok(kind) if kind.is_dir() && name.matches('/').count() < 3 => names.extend(files(site, &name)),
            Ok(kind) if kind.is_file() => names.push(name),
            _ => {}
        }
    }
    names.sort_unstable();
    names
}
