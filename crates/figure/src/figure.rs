//! A figure: of what, and how it is written.

use std::ops::RangeInclusive;

use capture::Brought;

use crate::ask::{Ask, Subject};
use crate::error::{FigureError, MAX_BYTES};
use crate::prose::{Prose, address, markdown, tex, text};
use crate::race::Race;
use crate::svg::{self, Theme};
use crate::walk::Walk;

/// Most steps of a strip, of a table as SVG, and of a table as text.
const MOST_IN_STRIP: u32 = 24;
const MOST_IN_SVG: u32 = 40;
const MOST_IN_TEXT: u32 = 1_000;

/// How a figure is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// A picture.
    #[default]
    Svg,
    /// Plain text.
    Text,
    /// Markdown, with tables.
    Markdown,
    /// LaTeX without packages.
    Tex,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Svg, Self::Text, Self::Markdown, Self::Tex];

    /// Its name on a command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Svg => "svg",
            Self::Text => "text",
            Self::Markdown => "markdown",
            Self::Tex => "tex",
        }
    }

    /// The format of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }
}

/// What of a run is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    /// What the address says: its step, or the table of steps.
    Link,
    /// One step.
    Step(u32),
    /// Steps below each other, each with where it is in the tables.
    Strip(RangeInclusive<u32>),
    /// A table of these steps, or of all.
    Table(Option<RangeInclusive<u32>>),
}

/// A run, and what of it is shown.
#[derive(Debug)]
pub struct Figure {
    run: Run,
    shown: Shown,
    page: String,
}

#[derive(Debug)]
enum Run {
    Walk(Box<Walk>),
    Race(Box<Race>),
}

/// The picture of a step of a walk that was run elsewhere.
///
/// # Errors
/// [`FigureError`] if there is no such step, or if its picture is too large.
pub fn picture(walk: &Walk, step: u32, theme: Theme) -> Result<String, FigureError> {
    fitting(svg::step(walk, walk.has(step)?, theme))
}

fn fitting(svg: String) -> Result<String, FigureError> {
    if svg.len() > MAX_BYTES { Err(FigureError::TooLarge(svg.len())) } else { Ok(svg) }
}

impl Figure {
    /// Runs what an address asks for; `file` are tables of one's own.
    ///
    /// # Errors
    /// [`FigureError`], one sentence.
    pub fn open(ask: &Ask, file: Option<&Brought>) -> Result<Self, FigureError> {
        let run = match &ask.subject {
            Subject::Walk(link) => Run::Walk(Box::new(Walk::open(*link, file)?)),
            Subject::Race(_) if file.is_some() => return Err(FigureError::FileForRace),
            Subject::Race(link) => Run::Race(Box::new(Race::open(link, ask.names_step)?)),
        };
        let shown = if ask.table { Shown::Table(None) } else { Shown::Link };
        Ok(Self { run, shown, page: ask.page.clone() })
    }

    /// The same with another choice of what is shown; [`Shown::Link`] leaves it as it is.
    ///
    /// # Errors
    /// [`FigureError`] if the run has no such step.
    pub fn shows(mut self, shown: Shown) -> Result<Self, FigureError> {
        if shown != Shown::Link {
            self.shown = shown;
        }
        let steps = match &self.shown {
            Shown::Step(step) => Some(*step),
            Shown::Strip(steps) | Shown::Table(Some(steps)) => Some(*steps.end()),
            Shown::Link | Shown::Table(None) => None,
        };
        match (&mut self.run, steps) {
            (Run::Walk(walk), Some(step)) => walk.has(step).map(drop)?,
            (Run::Race(_), Some(_)) if matches!(self.shown, Shown::Strip(_)) => {
                return Err(FigureError::StripOfRace);
            }
            (Run::Race(race), Some(step)) => race.go_to(step)?,
            (_, None) => {}
        }
        Ok(self)
    }

    /// The number of the last step. The first one is 0.
    pub fn last(&self) -> u32 {
        match &self.run {
            Run::Walk(walk) => walk.last(),
            Run::Race(race) => race.last(),
        }
    }

    /// The same with this address in front of its links: that of the page, without the `#`.
    #[must_use]
    pub fn on_page(mut self, page: &str) -> Self {
        page.clone_into(&mut self.page);
        self
    }

    /// The address of what is shown, without that of the page.
    pub fn link(&self) -> String {
        match &self.run {
            Run::Walk(walk) => walk.link_to(self.step(walk)).to_string(),
            Run::Race(race) => race.session().link().to_string(),
        }
    }

    /// The whole address of what is shown, with that of the page.
    pub fn address(&self) -> String {
        address(&self.page, &self.link())
    }

    fn step(&self, walk: &Walk) -> u32 {
        match &self.shown {
            Shown::Step(step) => *step,
            Shown::Strip(steps) | Shown::Table(Some(steps)) => *steps.start(),
            Shown::Link | Shown::Table(None) => walk.link().step,
        }
    }

    /// Writes it. Only an SVG has a theme.
    ///
    /// # Errors
    /// [`FigureError::TooMany`] and [`FigureError::TooLarge`] if more steps are asked for than there is room.
    pub fn draw(&self, format: Format, theme: Theme) -> Result<String, FigureError> {
        if let (Run::Walk(walk), Shown::Link | Shown::Step(_)) = (&self.run, &self.shown) {
            walk.has(self.step(walk))?;
        }
        let last = self.last();
        let is_svg = format == Format::Svg;
        let most = match self.shown {
            Shown::Strip(_) if is_svg => MOST_IN_STRIP,
            _ if is_svg => MOST_IN_SVG,
            _ => MOST_IN_TEXT,
        };
        let steps = match &self.shown {
            Shown::Strip(steps) | Shown::Table(Some(steps)) => Some(steps.clone()),
            Shown::Table(None) => Some(0..=last),
            Shown::Link | Shown::Step(_) => None,
        };
        if let Some(steps) = &steps {
            let (from, asked) = (*steps.start(), (steps.end() + 1).saturating_sub(*steps.start()));
            if asked > most {
                let what = if matches!(self.shown, Shown::Strip(_)) { "a strip" } else { "one table" };
                return Err(FigureError::TooMany { asked, what, most, from, to: from + most - 1 });
            }
        }
        if !is_svg {
            let prose = match (&self.run, steps) {
                (Run::Walk(walk), None) => Prose::step(walk, self.step(walk)),
                (Run::Walk(walk), Some(steps)) => Prose::steps(walk, steps),
                (Run::Race(race), None) => Prose::race(race),
                (Run::Race(race), Some(steps)) => Prose::race_steps(race, steps),
            };
            return Ok(match format {
                Format::Tex => tex::write(&prose, &self.page),
                Format::Markdown => markdown::write(&prose, &self.page),
                Format::Text | Format::Svg => text::write(&prose, &self.page),
            });
        }
        let svg = match (&self.run, steps, &self.shown) {
            (Run::Walk(walk), Some(steps), Shown::Strip(_)) => svg::strip(walk, steps, theme),
            (Run::Walk(walk), Some(steps), _) => svg::table(walk, steps, theme),
            (Run::Walk(walk), None, _) => svg::step(walk, self.step(walk), theme),
            (Run::Race(race), Some(steps), _) => svg::race_table(race, steps, theme),
            (Run::Race(race), None, _) => svg::lanes(race, theme),
        };
        fitting(svg)
    }
}
