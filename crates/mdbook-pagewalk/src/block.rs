//! What a block asks for, and what stands in its place.
//!
//! ```text
//! debug-init-mm/x86_64-4level/v7.3?lock=read      the address, as `pagewalk figure` takes it
//! step = 2                                        or `steps = 3..9`, or `table` alone
//! theme = print                                   otherwise that of the book's theme
//! ```

use figure::{Ask, AskError, Figure, FigureError, Format, Shown, Theme};

/// What is wrong with a block: one sentence.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BlockError {
    /// It says nothing.
    #[error("the block is empty: its first line is the address of a walk or a race")]
    Empty,
    /// A line that no block has.
    #[error(
        "\u{201c}{0}\u{201d} is not known: a block has an address, then step = N, steps = A..B, table, theme = NAME"
    )]
    Line(String),
    #[error(transparent)]
    Ask(#[from] AskError),
    #[error(transparent)]
    Figure(#[from] FigureError),
}

/// What is written for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct For<'a> {
    /// Whether HTML can stand in a chapter.
    pub(crate) html: bool,
    /// The address of the page, without `#`; empty if there is none.
    pub(crate) page: &'a str,
    /// Whether a step is a walk that can be stepped, where a browser reads the book.
    pub(crate) live: bool,
}

/// Themes of a book that are dark, by mdBook's classes.
const DARK: &str = ":is(.coal,.navy,.ayu)";

/// What shows the right one of two figures, and what makes the steps live if they are to be. Paper is light.
pub(crate) fn style(wanted: For<'_>) -> String {
    let script = match wanted.page.rfind('/') {
        Some(end) if wanted.live => {
            format!("<script async src=\"{}page-walk.js\"></script>\n", escaped(&wanted.page[..=end]))
        }
        _ => String::new(),
    };
    script
        + &format!(
            "<style>.pagewalk{{margin:1em 0}}.pagewalk svg{{max-width:100%;height:auto}}\
         html{DARK} .pagewalk-light,html:not({DARK}) .pagewalk-dark{{display:none}}\
         @media print{{html .pagewalk .pagewalk-light{{display:block}}html .pagewalk .pagewalk-dark{{display:none}}}}</style>\n"
        )
}

/// The figure of a block.
pub(crate) fn drawn(lines: &str, wanted: For<'_>) -> Result<String, BlockError> {
    let mut lines = lines.lines().map(str::trim).filter(|line| !line.is_empty());
    let ask = Ask::parse(lines.next().ok_or(BlockError::Empty)?)?;
    let (mut shown, mut table, mut theme) = (Shown::Link, ask.table, None);
    for line in lines {
        let unknown =
            || BlockError::Line(line.chars().filter(|letter| !letter.is_control()).take(60).collect());
        let (name, value) =
            line.split_once('=').map_or((line, ""), |(name, value)| (name.trim(), value.trim()));
        match name {
            "step" => shown = Shown::Step(value.parse().map_err(|_| unknown())?),
            "steps" => {
                let (from, to) = value.split_once("..").ok_or_else(unknown)?;
                let number = |text: &str| text.trim().parse::<u32>().map_err(|_| unknown());
                let steps = number(from)?..=number(to)?;
                if steps.is_empty() {
                    return Err(unknown());
                }
                shown = Shown::Strip(steps);
            }
            "table" if ["", "true"].contains(&value) => table = true,
            "theme" => theme = Some(Theme::from_name(value).ok_or_else(unknown)?),
            _ => return Err(unknown()),
        }
    }
    if table {
        shown = match shown {
            Shown::Strip(steps) => Shown::Table(Some(steps)),
            _ => Shown::Table(None),
        };
    }
    let page = if ask.page.is_empty() { wanted.page } else { &ask.page };
    let is_step = matches!(shown, Shown::Link | Shown::Step(_)) && !ask.table;
    let figure = Figure::open(&ask, None)?.shows(shown)?.on_page(page);
    if !wanted.html {
        return Ok(figure.draw(Format::Markdown, Theme::Light)?);
    }
    let svg = |theme| Ok::<_, FigureError>(figure.draw(Format::Svg, theme)?.trim_end().to_owned());
    let mut pictures = match theme {
        Some(theme) => format!("<div>{}</div>", svg(theme)?),
        None => format!(
            "<div class=\"pagewalk-light\">{}</div>\n<div class=\"pagewalk-dark\">{}</div>",
            svg(Theme::Light)?,
            svg(Theme::Dark)?
        ),
    };
    if wanted.live && is_step && page == wanted.page && !page.is_empty() {
        pictures = format!("<page-walk link=\"{}\">\n{pictures}\n</page-walk>", escaped(&figure.link()));
    }
    let live = match figure.address() {
        address if page.is_empty() => format!("<code>{}</code>", escaped(&address)),
        address => format!("<a href=\"{}\">Step it yourself</a>", escaped(&address)),
    };
    // Without an empty line in it, this is one piece of HTML in Markdown.
    Ok(format!("<figure class=\"pagewalk\">\n{pictures}\n<figcaption>{live}</figcaption>\n</figure>\n\n"))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
