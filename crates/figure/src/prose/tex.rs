//! LaTeX that needs no package: everything is ASCII, and every letter that TeX reads as its own is escaped.

use super::{Piece, Prose, Table, address};

/// A figure as LaTeX, to be put into a document with `\input`.
pub(crate) fn write(of: &Prose, page: &str) -> String {
    let mut out = String::from("% Written by pagewalk figure; needs no package.\n\\begin{flushleft}\n");
    out.extend(["\\textbf{", &plain(&of.title), "}\n"]);
    for piece in &of.pieces {
        out.push('\n');
        match piece {
            Piece::Heading(heading) => out.extend(["\\medskip\\textbf{", &plain(heading), "}\n"]),
            Piece::Text(text) => out.extend([&*plain(text), "\\par\\smallskip\n"]),
            Piece::Facts(facts) => {
                out.push_str("\\begin{itemize}\n");
                for (name, says) in facts {
                    out.extend(["\\item{} ", &plain(name), ": ", &plain(says), "\n"]);
                }
                out.push_str("\\end{itemize}\n");
            }
            Piece::Table(table) => rows(&mut out, table),
        }
    }
    out.extend(["\n\\texttt{\\small ", &plain(&address(page, &of.link)), "}\n\\end{flushleft}\n"]);
    out
}

/// A table, one row after the other in lines of their own where the last column holds sentences.
fn rows(out: &mut String, of: &Table) {
    let sentences = of.rows.iter().any(|row| row.cells.last().is_some_and(|cell| cell.len() > 40));
    if sentences {
        // A `tabular` breaks over no page, and a long run is longer than one.
        out.push_str("\\begin{description}\n");
        for row in &of.rows {
            let (last, first) =
                row.cells.split_last().map_or(("", &[][..]), |(last, first)| (last.as_str(), first));
            let first: Vec<String> =
                first.iter().filter(|cell| !cell.is_empty()).map(|cell| plain(cell)).collect();
            let (number, rest) =
                first.split_first().map_or(("", &[][..]), |(number, rest)| (number.as_str(), rest));
            out.extend(["\\item[{", number, "}] "]);
            if !rest.is_empty() {
                out.extend(["\\textit{", &rest.join(", "), "}. "]);
            }
            let says = plain(last);
            if row.strong { out.extend(["\\textbf{", &says, "}\n"]) } else { out.extend([&*says, "\n"]) }
        }
        out.push_str("\\end{description}\n");
        return;
    }
    out.extend(["\\begin{tabular}{", &"l".repeat(of.head.len()), "}\n\\hline\n"]);
    let head: Vec<String> = of.head.iter().map(|head| plain(head)).collect();
    out.extend([&*head.join(" & "), " \\\\\n\\hline\n"]);
    for row in &of.rows {
        let cell = |cell: &String| {
            let cell = plain(cell);
            if row.strong && !cell.is_empty() { ["\\textbf{", &cell, "}"].concat() } else { cell }
        };
        let cells: Vec<String> = row.cells.iter().map(cell).collect();
        // What begins with a bracket or a star would belong to the end of the row above.
        out.push_str("{}");
        out.extend([&*cells.join(" & "), " \\\\\n"]);
    }
    out.push_str("\\hline\n\\end{tabular}\n");
}

/// Words as TeX sets them. After some letters a line may be broken, as names and addresses are long.
fn plain(words: &str) -> String {
    let mut out = String::new();
    let mut before = ' ';
    for letter in words.chars() {
        // Two of these would be one letter.
        if letter == before && matches!(letter, '-' | '\'' | ',') {
            out.push_str("{}");
        }
        before = letter;
        match letter {
            '\\' => out.push_str("\\textbackslash{}"),
            '{' | '}' | '#' | '%' | '$' => {
                out.push('\\');
                out.push(letter);
            }
            '_' => out.push_str("\\_\\allowbreak{}"),
            '&' => out.push_str("\\&\\allowbreak{}"),
            '/' => out.push_str("/\\allowbreak{}"),
            '~' => out.push_str("\\textasciitilde{}"),
            '^' => out.push_str("\\textasciicircum{}"),
            '<' => out.push_str("\\textless{}"),
            '>' => out.push_str("\\textgreater{}"),
            '|' => out.push_str("\\textbar{}"),
            '"' => out.push_str("\\char34{}"),
            '\u{201c}' => out.push_str("\\textquotedblleft{}"),
            '\u{201d}' => out.push_str("\\textquotedblright{}"),
            '\u{2018}' => out.push_str("\\textquoteleft{}"),
            '\u{2019}' => out.push_str("\\textquoteright{}"),
            '`' => out.push_str("\\char96{}"),
            '\u{2026}' => out.push_str("\\ldots{}"),
            '\u{2013}' => out.push_str("--"),
            '\u{2192}' => out.push_str("$\\rightarrow$"),
            '\u{2190}' => out.push_str("$\\leftarrow$"),
            '\u{d7}' => out.push_str("$\\times$"),
            ' '..='~' => out.push(letter),
            letter if letter.is_whitespace() => out.push(' '),
            _ => out.push('?'),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_letter_is_a_command() {
        assert_eq!(
            plain("\\input{/etc/passwd} 50% of $x_1 & ~^#|\u{1b}\u{2026}--"),
            "\\textbackslash{}input\\{/\\allowbreak{}etc/\\allowbreak{}passwd\\} 50\\% of \\$x\\_\\allowbreak{}1 \\&\\allowbreak{} \\textasciitilde{}\\textasciicircum{}\\#\\textbar{}?\\ldots{}-{}-"
        );
        assert!(plain("é\u{10ffff}\u{2192}").is_ascii());
    }
}
