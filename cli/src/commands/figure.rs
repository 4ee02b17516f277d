//! `pagewalk figure LINK`.

use std::io::Write as _;
use std::ops::RangeInclusive;
use std::path::PathBuf;

use capture::{Brought, Limits};
use figure::{Ask, Figure, Format, Shown, Theme};

use crate::files::{json_file, output};
use crate::outcome::{Exit, Failure};

/// Draw a step of a walk, a strip of steps, the table of steps, or a race: as SVG, text, Markdown or LaTeX.
///
/// LINK is what the address of the page says: a whole address, what stands behind its #, or only the names in it. It says the
/// scenario, the machine, the kernel and the lock; what it leaves out is as the scenario has it. A race is drawn as a lane for each CPU, at the
/// end of its schedule; where the link has none (s=…), the shortest one is searched that goes wrong.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  pagewalk figure debug-init-mm/x86_64-4level/v7.3?lock=read --step 2 -o assertion.svg
  pagewalk figure 'https://your.host/pagewalk/#v1/debug-user/riscv64-sv39/v6.17?lock=write&t=9' --format markdown
  pagewalk figure kernel-walk/x86_64-5level/v7.3 --steps 3..9 --theme print -o walk.svg
  pagewalk figure kernel-walk/x86_64-5level/v7.3 --table --steps 0..20 --format tex -o walk.tex
  pagewalk figure race/munmap/x86_64-4level/v6.17?lock=read -o race.svg
  pagewalk figure kernel-walk --capture tables.json.gz --step 9 --format text

An SVG has no script, no style sheet and no reference: it can be a file of its own or stand in a page. It is readable from a width
of 12 cm on, and has at most 30,000 bytes. Captured machines that the page has are in this program.

Exit codes: 0 drawn; 2 the link or the step cannot be understood or does not exist: one sentence says what there is, and nothing is
printed.")]
pub(crate) struct Args {
    /// The address of the walk or the race.
    #[arg(value_name = "LINK")]
    link: String,
    /// The step, from 0; otherwise that of the link (t=…).
    #[arg(long, value_name = "N", conflicts_with_all = ["steps", "table"])]
    step: Option<u32>,
    /// A strip of these steps, the last one too: 3..9.
    #[arg(long, value_name = "A..B", value_parser = steps)]
    steps: Option<RangeInclusive<u32>>,
    /// A table of all steps, or of those of --steps.
    #[arg(long)]
    table: bool,
    /// How it is written.
    #[arg(long, value_name = "FORMAT", default_value = "svg", value_parser = ["svg", "text", "markdown", "tex"])]
    format: String,
    /// The colours of an SVG; print is black on white.
    #[arg(long, value_name = "THEME", default_value = "light", value_parser = ["light", "dark", "print"])]
    theme: String,
    /// Page tables of your own (ptcapture-1, perhaps compressed) instead of the machine's.
    #[arg(long, value_name = "FILE")]
    capture: Option<String>,
    /// The address of the page, for links in text, Markdown and LaTeX; otherwise that of LINK.
    #[arg(long, value_name = "URL")]
    page: Option<String>,
    /// Write it into this file.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Steps from one to another, both of them.
fn steps(text: &str) -> Result<RangeInclusive<u32>, String> {
    let number = |text: &str| text.trim().parse::<u32>().ok();
    let range = text.split_once("..").and_then(|(from, to)| Some(number(from)?..=number(to)?));
    match range {
        Some(range) if range.start() <= range.end() => Ok(range),
        _ => Err("steps are two numbers, the smaller one first: 3..9 are the steps 3 to 9".to_owned()),
    }
}

impl Args {
    pub(crate) fn run(&self) -> Result<Exit, Failure> {
        let drawn = self.drawn()?;
        match &self.output {
            Some(path) => {
                let name = path.display().to_string();
                std::fs::write(path, drawn).map_err(|error| Failure::Input { name, error })?;
            }
            None => {
                let mut out = output();
                out.write_all(drawn.as_bytes())?;
                out.flush()?;
            }
        }
        Ok(Exit::Read)
    }

    fn drawn(&self) -> Result<String, Failure> {
        let asked = |error: &dyn std::fmt::Display| Failure::Asked(error.to_string());
        let ask = Ask::parse(&self.link).map_err(|error| asked(&error))?;
        let file = self.capture.as_deref().map(brought).transpose()?;
        let shown = match (self.step, &self.steps) {
            (_, steps) if self.table => Shown::Table(steps.clone()),
            (Some(step), _) => Shown::Step(step),
            (None, Some(steps)) if ask.table => Shown::Table(Some(steps.clone())),
            (None, Some(steps)) => Shown::Strip(steps.clone()),
            (None, None) => Shown::Link,
        };
        let figure = Figure::open(&ask, file.as_ref()).and_then(|figure| figure.shows(shown));
        let mut figure = figure.map_err(|error| asked(&error))?;
        if let Some(page) = &self.page {
            figure = figure.on_page(page.split('#').next().unwrap_or_default());
        }
        let format = Format::from_name(&self.format).unwrap_or_default();
        let theme = Theme::from_name(&self.theme).unwrap_or_default();
        figure.draw(format, theme).map_err(|error| asked(&error))
    }
}

/// Tables of a file.
fn brought(name: &str) -> Result<Brought, Failure> {
    let bytes = json_file(name)?;
    let bytes = bytes.ok_or_else(|| {
        Failure::Asked(format!("{name}: no capture of page tables (JSON, perhaps compressed)"))
    })?;
    capture::formats::read_file(&bytes, Limits::ALL)
        .map_err(|error| Failure::Asked(format!("{name}: {error}")))
}
