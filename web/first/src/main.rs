//! Prints the first step of the page as HTML, drawn by the code that draws the page. It stands in `index.html`, so that a
//! person sees a walk before the program has arrived, and where it never does.

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
    let runtime = Builder::new_current_thread().build()?;
    let first = LocalServerRenderer::<First>::new().hydratable(false);
    let page = LocalSet::new().block_on(&runtime, first.render());
    // The lists of the header are long, and as wide as there is room.
    let (header, step) = page.split_at(page.find("</header>").unwrap_or_default());
    println!("{}", unmarked(&(chosen_only(header) + step)));
    Ok(())
}

/// What is only for the program to read, or says what a press does.
const MARKS: [&str; 4] = [" data-does=\"", " data-level=\"", " data-group=\"", " title=\""];

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
    fn marks_go_and_all_else_stays() {
        let button = "<b class=\"a\" data-does=\"line 3\" title=\"to its next step\">3</b> title=<i data-group=\"\">x</i>";
        assert_eq!(unmarked(button), "<b class=\"a\">3</b> title=<i>x</i>");
    }
}
