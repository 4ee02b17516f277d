//! Markdown, as CommonMark with tables reads it.

use super::{Piece, Prose, Table, address};

/// A figure as Markdown.
pub(crate) fn write(of: &Prose, page: &str) -> String {
    let link = address(page, &of.link);
    let mut out = format!("**[{}](<{link}>)**\n", plain(&of.title));
    for piece in &of.pieces {
        out.push('\n');
        match piece {
            Piece::Heading(heading) => out.extend(["**", &plain(heading), "**\n"]),
            Piece::Text(text) => out.extend([&*plain(text), "\n"]),
            Piece::Facts(facts) => {
                for (name, says) in facts {
                    out.extend(["- ", &plain(name), ": ", &plain(says), "\n"]);
                }
            }
            Piece::Table(table) => rows(&mut out, table),
        }
    }
    out
}

fn rows(out: &mut String, of: &Table) {
    for head in &of.head {
        out.extend(["| ", head, " "]);
    }
    out.push_str("|\n");
    for _ in &of.head {
        out.push_str("| --- ");
    }
    out.push_str("|\n");
    for row in &of.rows {
        let bold = if row.strong { "**" } else { "" };
        for cell in &row.cells {
            let bold = if cell.is_empty() { "" } else { bold };
            out.extend(["| ", bold, &*plain(cell), bold, " "]);
        }
        out.push_str("|\n");
    }
}

/// Words without what Markdown would take for its own signs.
fn plain(words: &str) -> String {
    let mut out = String::new();
    for letter in words.chars() {
        match letter {
            '\\' | '*' | '_' | '`' | '<' | '>' | '[' | ']' | '(' | ')' | '|' | '~' | '#' | '&' | '!'
            | '$' | '{' | '}' => {
                out.push('\\');
                out.push(letter);
            }
            letter if letter.is_control() => out.push(' '),
            letter => out.push(letter),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_words() {
        assert_eq!(plain("walk_pmd_range() | <b>&amp;\n"), "walk\\_pmd\\_range\\(\\) \\| \\<b\\>\\&amp; ");
    }
}
