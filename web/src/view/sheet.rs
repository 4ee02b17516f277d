//! A table of steps, or what else of a page there is to read on paper.

use narrate::sheet::{Block, Row, Sheet};

use crate::el::{El, el};

/// What is drawn to be read, or printed.
#[derive(Debug)]
pub struct Paper<'a> {
    /// What it says; none is what the page shows.
    pub sheet: Option<&'a Sheet>,
    /// The step that is shown.
    pub at: u32,
    /// On paper: the title, and the whole address.
    pub head: Option<(String, String)>,
}

/// The sheet, if there is one; on paper at least what is shown, and where.
pub fn sheet(paper: &Paper<'_>) -> Option<El> {
    let link = paper.head.as_ref().map(|(_, link)| el("p.sheet-link").child(&**link));
    let Some(sheet) = paper.sheet else {
        let (title, _) = paper.head.as_ref()?;
        return Some(el("div.sheet.sheet-head").child(el("p").child(&**title)).child(link));
    };
    let blocks = sheet.blocks.iter().map(|of| block(of, paper));
    Some(
        el("section.sheet[tabindex=-1][aria-labelledby=sheet]")
            .child(el("h2[id=sheet]").child(&*sheet.title))
            .child(link)
            .children(blocks),
    )
}

fn block(block: &Block, paper: &Paper<'_>) -> El {
    match block {
        Block::Heading(heading) => el("h3").child(&**heading),
        Block::Text(text) => el("p").child(&**text),
        Block::Facts(facts) => {
            let fact = |(name, says): &(String, String)| {
                el("div").child(el("dt").child(&**name)).child(el("dd").child(&**says))
            };
            el("dl").children(facts.iter().map(fact))
        }
        Block::Links(links) => {
            let link = |(says, link): &(String, String)| {
                el("li").child(el("a").attr("href", &["#", link].concat()).child(&**says))
            };
            el("ul").children(links.iter().map(link))
        }
        Block::Steps(rows) => steps(rows, paper.at),
    }
}

fn steps(rows: &[Row], at: u32) -> El {
    let has_address = rows.iter().any(|row| !row.at.is_empty());
    let head = |name: &'static str| el("th[scope=col]").child(name);
    el("div.sheet-steps[tabindex=0][role=region][aria-label=Steps]").child(
        el("table")
            .child(
                el("thead").child(
                    el("tr")
                        .child(head("Step"))
                        .child(head(if has_address { "Kind" } else { "Who" }))
                        .child(has_address.then(|| head("Address")))
                        .child(head("What happens")),
                ),
            )
            .child(el("tbody").children(rows.iter().map(|row| view_row(row, at, has_address)))),
    )
}

fn view_row(row: &Row, at: u32, has_address: bool) -> El {
    let link = el("a").attr("href", &["#", &row.link].concat()).child(row.number);
    el("tr")
        .when(row.stands_out, ".stands-out")
        .when(row.number == at, "[aria-current=true]")
        .child(el("th[scope=row]").child(link))
        .child(el("td").child(&*row.kind))
        .child(has_address.then(|| el("td").child(el("code").child(&*row.at))))
        .child(el("td").child(&*row.says))
}
