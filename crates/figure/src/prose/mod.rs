//! The same in words: what a figure says, and how it is written.

pub(crate) mod markdown;
pub(crate) mod tex;
pub(crate) mod text;

use std::ops::RangeInclusive;

use narrate::Point;
use narrate::race::sheet as races;
use narrate::sheet::{Block, Sheet, walk as walks};
use narrate::tables::TableView;
use scenario::link::Link;

use crate::race::Race;
use crate::walk::Walk;

/// What a figure says.
#[derive(Debug)]
pub(crate) struct Prose {
    pub(crate) title: String,
    pub(crate) pieces: Vec<Piece>,
    /// The address, without the `#`.
    pub(crate) link: String,
}

/// A piece of it.
#[derive(Debug)]
pub(crate) enum Piece {
    Heading(String),
    Text(String),
    Facts(Vec<(String, String)>),
    Table(Table),
}

/// A table.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) head: Vec<&'static str>,
    pub(crate) rows: Vec<Row>,
}

/// A row, and whether it stands out.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) cells: Vec<String>,
    pub(crate) strong: bool,
}

impl Prose {
    /// A step of a walk.
    pub(crate) fn step(walk: &Walk, step: u32) -> Self {
        let (point, _) = walk.point(step);
        let sheet = walks::step(&walk.link_to(step), walk.last(), &point, Vec::new());
        let mut prose = Self::of(sheet);
        let path = Piece::Table(path(&point));
        let at = prose.pieces.iter().position(|piece| matches!(piece, Piece::Facts(_)));
        prose.pieces.insert(at.map_or(0, |at| at + 1), path);
        let locks = walk.choices().split_off(2);
        if !locks.is_empty() {
            prose.pieces.insert(1, Piece::Text(locks.join("; ") + "."));
        }
        prose
    }

    /// Steps of a walk, in a table.
    pub(crate) fn steps(walk: &Walk, steps: RangeInclusive<u32>) -> Self {
        let place = format!("steps {} to {} of {}", steps.start(), steps.end(), walk.last());
        let link: Link = walk.link_to(*steps.start());
        let rows = steps.map(|step| {
            let (point, _) = walk.point(step);
            let at = if step == 0 { String::new() } else { point.ruler.addr.to_string() };
            let strong = point.assertion.as_ref().is_some_and(|of| !of.ok);
            let sentence = if step == 0 { walk.about().to_owned() } else { point.sentence };
            Row { cells: vec![step.to_string(), point.mark.title().to_owned(), at, sentence], strong }
        });
        let table = Table { head: vec!["step", "kind", "address", "what happens"], rows: rows.collect() };
        let mut pieces = vec![Piece::Table(table)];
        let locks = walk.choices().split_off(2);
        if !locks.is_empty() {
            pieces.insert(0, Piece::Text(locks.join("; ") + "."));
        }
        Self { title: format!("{}: {place}", walks::title(&link.setup)), pieces, link: link.to_string() }
    }

    /// A race at a step.
    pub(crate) fn race(race: &Race) -> Self {
        let session = race.session();
        let mut prose = Self::of(races::step(session, &race.point(session.at())));
        let rows = race.deciding().into_iter().map(|(step, what)| {
            let cells = vec![step.to_string(), what.to_owned(), race.point(step).sentence];
            Row { cells, strong: false }
        });
        let rows: Vec<Row> = rows.collect();
        if !rows.is_empty() {
            prose.pieces.push(Piece::Heading("What decides it".to_owned()));
            prose.pieces.push(Piece::Table(Table { head: vec!["step", "what it is", "what happens"], rows }));
        }
        prose
    }

    /// Steps of a race, in a table.
    pub(crate) fn race_steps(race: &Race, steps: RangeInclusive<u32>) -> Self {
        let session = race.session();
        let place = format!("steps {} to {} of {}", steps.start(), steps.end(), race.last());
        let deciding = race.deciding();
        let rows = steps.map(|step| {
            let strong = deciding.iter().any(|(of, _)| *of == step as usize);
            Row { cells: vec![step.to_string(), race.point(step as usize).sentence], strong }
        });
        let table = Piece::Table(Table { head: vec!["step", "what happens"], rows: rows.collect() });
        let mut pieces: Vec<Piece> = race.outcome().into_iter().map(Piece::Text).collect();
        pieces.insert(0, Piece::Text(race.choices().join("; ") + "."));
        pieces.push(table);
        Self {
            title: format!("{}: {place}", session.choice().race.title),
            pieces,
            link: session.link().to_string(),
        }
    }

    fn of(sheet: Sheet) -> Self {
        let pieces = sheet.blocks.into_iter().filter_map(|block| match block {
            Block::Heading(heading) => Some(Piece::Heading(heading)),
            Block::Text(text) => Some(Piece::Text(text)),
            Block::Facts(facts) => Some(Piece::Facts(facts)),
            Block::Steps(_) | Block::Links(_) => None,
        });
        Self { title: sheet.title, pieces: pieces.collect(), link: sheet.link }
    }
}

/// The tables on the path: where each is, and the slot that the walk is at.
fn path(point: &Point) -> Table {
    let rows = point.columns.iter().map(|column| {
        let mut cells = vec![column.name.clone()];
        cells.extend(match &column.table {
            Some(table) if table.slots > 0 => here(table),
            Some(table) => [format!("no table at {:#x}", table.pa), String::new(), String::new()],
            None => ["not on the path".to_owned(), String::new(), String::new()],
        });
        let strong = point.ruler.fields.iter().any(|field| field.lit && field.level == Some(column.level));
        Row { cells, strong }
    });
    Table { head: vec!["level", "table", "slot", "entry"], rows: rows.collect() }
}

fn here(table: &TableView) -> [String; 3] {
    let row = table.rows.iter().find(|row| row.current);
    let slot = row.map_or_else(String::new, |row| format!("{} of {}", row.first, table.slots));
    let entry = row.and_then(|row| Some((row.kind?, row.value?)));
    let entry = entry.map_or_else(String::new, |(kind, value)| format!("{value} ({})", kind.word()));
    [format!("at {:#x}", table.pa), slot, entry]
}

/// The address of what a figure shows, on a page or alone. What a document would take for its own is written as in addresses.
/// A page that is on no web and in no file (`javascript:`) is left out: it would be a program, not a place.
pub(crate) fn address(page: &str, link: &str) -> String {
    let scheme = page.split(['/', '?']).next().and_then(|start| start.split_once(':'));
    let leads =
        scheme.is_none_or(|(name, _)| ["http", "https", "file"].contains(&&*name.to_ascii_lowercase()));
    let mut out = String::new();
    for byte in page.bytes().filter(|_| leads) {
        if byte.is_ascii_graphic() && !b"<>\"'()[]{}\\^`|*".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            for digit in [byte >> 4, byte & 15] {
                out.push(char::from(b"0123456789ABCDEF"[usize::from(digit)]));
            }
        }
    }
    out.push('#');
    out.push_str(link);
    out
}
