//! What is taken away of a walk.

use actors::Actor;
use mm::LockMode;
use pagewalk::Revision;
use pgtable::{EntryKind, Level, SetFlag, VirtAddr};
use scenario::Setup;
use scenario::link::{Grain, Link};

use super::{Block, Row, Sheet, part};
use crate::locks::{AssertView, DelegateView, LockView};
use crate::mark::Mark;
use crate::point::{Point, point};
use crate::tables::EntryView;
use crate::timeline::Timeline;

/// "A debug walk of init_mm, v7.3, x86-64 with four levels"
pub fn title(setup: &Setup) -> String {
    format!("{}, {}, {}", setup.scenario.title, setup.revision.id(), setup.tables.model().title)
}

/// A step, with all that is said of it; `last` is the number of the last one, `beside` whether its walk is safe beside others.
pub fn step(link: &Link, last: u32, point: &Point, beside: Vec<Block>) -> Sheet {
    let mut blocks = vec![Block::Text(point.sentence.clone())];
    if point.mark == Mark::Start {
        blocks.push(Block::Text(link.setup.scenario.about.to_owned()));
    }
    let mut facts = vec![("Address".to_owned(), address(point))];
    if let Some(of) = &point.entry {
        facts.push(("Entry".to_owned(), entry(of)));
        facts.extend(flags(of).map(|says| ("Bits that are set".to_owned(), says)));
    }
    for change in &point.changes {
        facts.push((change.what.clone(), format!("was {}, is {}", change.was, change.is)));
    }
    blocks.push(Block::Facts(facts));
    blocks.extend(card(point, beside));
    blocks.push(Block::Heading("Locks".to_owned()));
    blocks.push(Block::Facts(point.locks.iter().map(lock).collect()));
    let title = format!("{}: step {} of {last}", title(&link.setup), link.step);
    Sheet { title, blocks, link: link.to_string() }
}

/// The assertion or the delegation of a step alone, if it has one.
pub fn card_of(link: &Link, point: &Point, beside: Vec<Block>) -> Option<Sheet> {
    let blocks = card(point, beside);
    let title = title(&link.setup);
    (!blocks.is_empty()).then(|| Sheet { title, blocks, link: link.to_string() })
}

fn card(point: &Point, beside: Vec<Block>) -> Vec<Block> {
    let mut blocks = Vec::new();
    if let Some(of) = &point.assertion {
        blocks.extend(assertion(of, beside));
    }
    if let Some(of) = &point.delegation {
        blocks.extend(delegation(of));
    }
    blocks
}

/// An assertion: what it demands, what is held, and why. That it holds does not say that the walk is safe, so what is known of
/// that stands in between.
pub fn assertion(of: &AssertView, beside: Vec<Block>) -> Vec<Block> {
    let verdict = if of.ok { "holds" } else { "fails" };
    let fact = |name: &str, says: String| (name.to_owned(), says);
    let mut blocks = vec![
        Block::Heading(format!("{} {verdict}", of.call)),
        Block::Facts(vec![fact("Needs", format!("{} {}", of.lock, of.need)), fact("Finds", of.held.clone())]),
    ];
    let more = [of.consequence, of.without_lockdep].into_iter().flatten();
    blocks.extend(more.map(|says| Block::Text(says.to_owned())));
    blocks.extend(beside);
    blocks.push(Block::Text(["Why this rule exists. ", of.why].concat()));
    blocks
}

fn delegation(of: &DelegateView) -> [Block; 4] {
    [
        Block::Heading("Handed over".to_owned()),
        Block::Text(of.why.to_owned()),
        Block::Text(of.exchange.to_owned()),
        Block::Text(of.kernels.clone()),
    ]
}

/// "0xffff888001000000, direct map; PGD 273, PUD 0"
fn address(point: &Point) -> String {
    let ruler = &point.ruler;
    let mut text = ruler.addr.to_string();
    if let Some(region) = ruler.region {
        text += ", ";
        text += region;
    }
    let fields = ruler.fields.iter().filter(|field| field.level.is_some());
    let fields: Vec<String> = fields.map(|field| format!("{} {}", field.name, field.value)).collect();
    if !fields.is_empty() {
        text += "; slots: ";
        text += &fields.join(", ");
    }
    text
}

/// "pmd, slot 8 at 0x1799040: 0x80000000010001e3, a leaf, memory at 0x1000000"
fn entry(of: &EntryView) -> String {
    let what = match (of.level, of.kind) {
        (Level::Pte, EntryKind::Leaf) => "page",
        (_, kind) => kind.word(),
    };
    let to = if of.kind == EntryKind::Table { "a table" } else { "memory" };
    let target = of.target.map_or_else(String::new, |target| format!(", points to {to} at {target:#x}"));
    format!("{}, slot {} at {:#x}: {}, {what}{target}", of.level.name(), of.slot.index, of.pa, of.value)
}

/// "RW (_PAGE_RW, bit 1: writable)", for each flag.
fn flags(of: &EntryView) -> Option<String> {
    let each: Vec<String> = of.flags.iter().map(flag).collect();
    (!each.is_empty()).then(|| each.join("; "))
}

fn flag(set: &SetFlag) -> String {
    let flag = set.flag;
    let (name, about) = (flag.name, flag.about);
    if flag.is_field() {
        let (high, low) = (flag.high_bit(), flag.low_bit());
        return format!("{} {} ({name}, bits {high}\u{2026}{low}: {about})", flag.short, set.value);
    }
    format!("{} ({name}, bit {}: {about})", flag.short, flag.low_bit())
}

fn lock(of: &LockView) -> (String, String) {
    let mut says = match (of.mode, of.holder) {
        (LockMode::None, _) | (_, None) => "not held".to_owned(),
        (mode, Some(holder)) => format!("held for {} by {holder}", mode.purpose()),
    };
    if let Some(was) = of.was {
        says += match was {
            LockMode::None => ", before this step not held",
            LockMode::Read => ", before this step held for reading",
            LockMode::Write => ", before this step held for writing",
        };
    }
    (of.name.clone(), says)
}

/// A table of the steps around the one of `link`: as many as a table has.
pub fn steps<A: Actor>(link: &Link, timeline: &Timeline<A>, start: VirtAddr) -> Sheet {
    let grain = link.grain;
    let link_to = |step: u32| Link { step, ..*link }.to_string();
    let (rows, says) = part(link.step, timeline.len(grain), &link_to);
    let rows = rows.map(|index| {
        let Point { mark, sentence, ruler, assertion, delegation, .. } =
            point_at(timeline, grain, index, link.setup.revision, start);
        let why = assertion.map(|of| of.why).or_else(|| delegation.map(|of| of.why));
        let says = match why {
            Some(why) => [&*sentence, " ", why].concat(),
            None => sentence,
        };
        let at = if mark == Mark::Start { String::new() } else { ruler.addr.to_string() };
        let stands_out = matches!(mark, Mark::AssertFails | Mark::CheckFailed | Mark::Fault);
        let link = link_to(index);
        Row { number: index, kind: mark.title().to_owned(), at, says, link, stands_out }
    });
    let mut blocks = vec![Block::Text(link.setup.scenario.about.to_owned())];
    blocks.extend(says.into_iter().flatten());
    blocks.push(Block::Steps(rows.collect()));
    let title = match grain {
        Grain::Runs => "All steps, like ones taken together",
        Grain::Stops => "All steps",
        Grain::Actions => "All atomic actions",
    };
    Sheet { title: format!("{}. {title}", self::title(&link.setup)), blocks, link: link.to_string() }
}

fn point_at<A: Actor>(
    timeline: &Timeline<A>,
    grain: Grain,
    index: u32,
    revision: Revision,
    start: VirtAddr,
) -> Point {
    let span = timeline.span(grain, index);
    point(&timeline.moment(span.from, span.to), span.mark, revision, start)
}
