//! Plain text.

use super::{Piece, Prose, Table, address};

/// Characters of a line.
const WIDTH: usize = 78;

/// A figure as plain text.
pub(crate) fn write(of: &Prose, page: &str) -> String {
    let mut out = String::new();
    wrapped(&mut out, 0, &of.title);
    out.push_str(&"=".repeat(of.title.chars().count().min(WIDTH)));
    out.push('\n');
    for piece in &of.pieces {
        out.push('\n');
        match piece {
            Piece::Heading(heading) => wrapped(&mut out, 0, &[heading, ":"].concat()),
            Piece::Text(text) => wrapped(&mut out, 0, text),
            Piece::Facts(facts) => {
                for (name, says) in facts {
                    out.push_str("  ");
                    wrapped(&mut out, 4, &[name, ": ", says].concat());
                }
            }
            Piece::Table(table) => rows(&mut out, table),
        }
    }
    out.push('\n');
    out.push_str(&address(page, &of.link));
    out.push('\n');
    out
}

/// A table: columns below each other; with sentences in it, each row is a paragraph of its own. What stands out has a star.
fn rows(out: &mut String, of: &Table) {
    if of.rows.iter().any(|row| row.cells.last().is_some_and(|cell| cell.len() > 40)) {
        return paragraphs(out, of);
    }
    let columns = of.head.len();
    let width = |column: usize| {
        let cells = of.rows.iter().filter_map(|row| row.cells.get(column)).map(String::as_str);
        cells.chain(of.head.get(column).copied()).map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns.saturating_sub(1)).map(width).collect();
    let mut row = |cells: &[&str], sign: &str| {
        out.push_str(sign);
        let mut at = sign.len();
        for (cell, width) in cells.iter().zip(&widths) {
            out.push_str(cell);
            out.push_str(&" ".repeat(width + 2 - cell.chars().count().min(*width)));
            at += width + 2;
        }
        wrapped(out, at, cells.last().copied().unwrap_or_default());
    };
    row(&of.head, "  ");
    for of in &of.rows {
        let cells: Vec<&str> = of.cells.iter().map(String::as_str).collect();
        row(&cells, if of.strong { "* " } else { "  " });
    }
}

/// The rows of a table that ends in sentences: what stands before the sentence is its heading.
fn paragraphs(out: &mut String, of: &Table) {
    for row in &of.rows {
        let sign = if row.strong { "*" } else { " " };
        let cells: Vec<&str> = row.cells.iter().map(String::as_str).filter(|cell| !cell.is_empty()).collect();
        let Some(([number, names @ ..], says)) = cells.split_last().map(|(last, rest)| (rest, *last)) else {
            continue;
        };
        let number = format!("{sign}{number:>5}. ");
        out.push_str(&number);
        if !names.is_empty() {
            wrapped(out, number.len(), &names.join(", "));
            out.push_str(&" ".repeat(number.len()));
        }
        wrapped(out, number.len(), says);
    }
}

/// A text from the place where the line stands, in lines that begin at `left`.
fn wrapped(out: &mut String, left: usize, text: &str) {
    let start = out.rfind('\n').map_or(0, |at| at + 1);
    let mut used = out[start..].chars().count().max(left);
    let mut fresh = true;
    for word in text.split_whitespace() {
        let length = word.chars().count();
        if !fresh && used + 1 + length > WIDTH.max(left + 20) {
            trim(out);
            out.push('\n');
            out.push_str(&" ".repeat(left));
            used = left;
            fresh = true;
        }
        if !fresh {
            out.push(' ');
            used += 1;
        }
        out.push_str(word);
        used += length;
        fresh = false;
    }
    trim(out);
    out.push('\n');
}

fn trim(out: &mut String) {
    out.truncate(out.trim_end_matches(' ').len());
}
