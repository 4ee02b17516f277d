//! Prints the first step of the page as HTML, drawn by the code that draws the page. It stands in `index.html`, so that a
//! person sees a walk before the program has arrived, and where it never does. The last line is a style sheet for it: a page with a strict
//! policy takes no style out of HTML.
//!
//! With the argument `types` or `manifest` it prints what is known of `<page-walk>` for TypeScript, or for tools that read a
//! custom-elements manifest.

mod element;

use std::fmt::Write as _;

use pagewalk_web::el::Content;
use pagewalk_web::pages::Page;
use pagewalk_web::pages::walk::Walk;
use pagewalk_web::place::Place;
use pagewalk_web::shared::Shared;
use tokio::runtime::Builder;
use tokio::task::LocalSet;
use yew::{Html, LocalServerRenderer, component};

/// The page as it is opened without an address.
#[component]
fn First() -> Html {
    let mut shared = Shared::default();
    shared.top.here = Some(Place::Walk);
    let mut walk = Walk::default();
    walk.open("", &mut shared);
    walk.view(&shared).into_html()
}

fn main() -> std::io::Result<()> {
    match std::env::args().nth(1).as_deref() {
        Some("types") => print!("{}", element::types()),
        Some("manifest") => println!("{}", element::manifest()),
        _ => first()?,
    }
    Ok(())
}

fn first() -> std::io::Result<()> {
    let runtime = Builder::new_current_thread().build()?;
    let first = LocalServerRenderer::<First>::new().hydratable(false);
    let page = LocalSet::new().block_on(&runtime, first.render());
    // The lists of the header are long, and as wide as there is room.
    let (header, step) = page.split_at(page.find("</header>").unwrap_or_default());
    let (html, styles) = unstyled(&unmarked(&(chosen_only(header) + step)));
    println!("{html}\n{styles}");
    Ok(())
}

/// What is only for the program to read, or says what a press does; and what lets something be pressed.
const MARKS: [&str; 6] =
    [" data-does=\"", " data-level=\"", " data-group=\"", " title=\"", " tabindex=\"", " type=\""];

/// Without that, as nothing can be pressed before the program is here.
fn unmarked(html: &str) -> String {
    let mut text = html.to_owned();
    for mark in MARKS {
        let mut pieces = text.split(mark);
        let mut rest = pieces.next().unwrap_or_default().to_owned();
        for piece in pieces {
            rest.push_str(piece.split_once('"').map_or("", |(_, after)| after));
        }
        text = rest;
    }
    text
}

/// Without styles as attributes, and a style sheet that says the same.
fn unstyled(html: &str) -> (String, String) {
    let mut pieces = html.split(" style=\"");
    let mut text = pieces.next().unwrap_or_default().to_owned();
    let mut known: Vec<&str> = Vec::new();
    for piece in pieces {
        let (style, rest) = piece.split_once('"').unwrap_or_default();
        let number = known.iter().position(|of| *of == style).unwrap_or_else(|| {
            known.push(style);
            known.len() - 1
        });
        let _ = write!(text, " data-s=\"{number}\"");
        text.push_str(rest);
    }
    let rule = |(number, style)| format!("[data-s=\"{number}\"]{{{style}}}");
    (text, known.into_iter().enumerate().map(rule).collect())
}

/// Of each list, only what is chosen: nothing else can be, before the program is here.
fn chosen_only(html: &str) -> String {
    const END: &str = "</option>";
    let mut pieces = html.split("<option ");
    let mut text = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (option, rest) = piece.split_at(piece.find(END).map_or(0, |end| end + END.len()));
        if option.split('>').next().is_some_and(|tag| tag.contains("selected")) {
            text.push_str("<option ");
            text.push_str(option);
        }
        text.push_str(rest);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_keeps_what_is_chosen() {
        let list = "<p><select><option value=\"a\">A</option><option value=\"b\" selected=\"\">B</option></select></p>";
        assert_eq!(chosen_only(list), "<p><select><option value=\"b\" selected=\"\">B</option></select></p>");
        assert_eq!(chosen_only("<p></p>"), "<p></p>");
    }

    #[test]
    fn styles_are_in_a_sheet() {
        let (html, styles) = unstyled(
            "<b style=\"left: 1%\">a</b><i class=\"x\" style=\"a: 2\"></i><b style=\"left: 1%\"></b>",
        );
        assert_eq!(html, "<b data-s=\"0\">a</b><i class=\"x\" data-s=\"1\"></i><b data-s=\"0\"></b>");
        assert_eq!(styles, "[data-s=\"0\"]{left: 1%}[data-s=\"1\"]{a: 2}");
    }

    #[test]
    fn marks_go_and_all_else_stays() {
        let button = "<b class=\"a\" data-does=\"line 3\" title=\"to its next step\">3</b> title=<i data-group=\"\">x</i>";
        assert_eq!(unmarked(button), "<b class=\"a\">3</b> title=<i>x</i>");
    }
}
