//! What is taken away of two runs side by side.

use pagewalk::Revision;
use scenario::{CompareLink, Setup};

use super::walk::{assertion, title};
use super::{Block, Row, Sheet, part};
use crate::point::Point;
use crate::same::Pair;

/// One of the two runs.
#[derive(Clone, Copy, Debug)]
pub struct Side<'a> {
    /// "v6.17, lock held: read"
    pub name: &'a str,
    /// Its step.
    pub point: &'a Point,
}

/// "A debug walk of init_mm, v6.16 beside v7.3, x86-64 with four levels"
fn title_of(link: &CompareLink) -> String {
    let [left, right]: [Setup; 2] = link.setups();
    let (one, other): (Revision, Revision) = (left.revision, right.revision);
    let alone = title(&left);
    let beside = format!("{} beside {}", one.id(), other.id());
    // The first kernel stands in the title of the first run.
    alone.replacen(one.id(), &beside, 1)
}

/// A line: what is different, and both runs; `last` is the number of the last line.
pub fn line(link: &CompareLink, last: u32, pair: &Pair, difference: &str, sides: &[Side<'_>; 2]) -> Sheet {
    let mut blocks = vec![Block::Text(difference.to_owned())];
    for (side, has) in sides.iter().zip(pair.has) {
        blocks.push(Block::Heading(side.name.to_owned()));
        let says = &side.point.sentence;
        blocks.push(Block::Text(if has {
            says.clone()
        } else {
            format!("No such step here. The one before it: {says}")
        }));
        if let Some(of) = side.point.assertion.as_ref().filter(|_| has) {
            blocks.extend(assertion(of, Vec::new()));
        }
    }
    let title = format!("{}: step {} of {last}", title_of(link), link.line);
    Sheet { title, blocks, link: link.to_string() }
}

/// A table of the lines around the one of `link`; `said` is what a stop of a side says.
pub fn lines(link: &CompareLink, pairs: &[Pair], said: &dyn Fn(usize, u32) -> String) -> Sheet {
    let link_to = |line: u32| CompareLink { line, ..*link }.to_string();
    let (range, says) = part(link.line, pairs.len() as u32, &link_to);
    let setups: [Setup; 2] = link.setups();
    let rows = range.clone().zip(&pairs[range.start as usize..]).map(|(line, pair)| {
        let kind = match (pair.has, pair.alike) {
            ([true, true], true) => "both".to_owned(),
            ([true, true], false) => "both, not alike".to_owned(),
            ([left, _], _) => {
                let (side, run) = if left { ("left", &setups[0]) } else { ("right", &setups[1]) };
                format!("only {side}, {}", run.revision.id())
            }
        };
        let side = usize::from(!pair.has[0]);
        let mut says = said(side, pair.stops[side]);
        if pair.has == [true, true] && !pair.alike {
            says = format!("Left: {says} Right: {}", said(1, pair.stops[1]));
        }
        let link = link_to(line);
        Row { number: line, kind, at: String::new(), says, link, stands_out: !pair.alike }
    });
    let mut blocks: Vec<Block> = says.into_iter().flatten().collect();
    blocks.push(Block::Steps(rows.collect()));
    Sheet { title: format!("{}. All steps", title_of(link)), blocks, link: link.to_string() }
}
