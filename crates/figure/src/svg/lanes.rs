//! A race: a lane per CPU, the steps that decide it, how it ends.

use narrate::race::{LaneView, Life, LockView, RacePoint, StakeTable, words};

use super::canvas::{Area, At, Canvas, INNER, MARGIN, Type, count};
use super::cards::{Card, PAD};
use super::head::{GAP, caption, foot, happened};
use super::panels::pair;
use super::sign::{CROSS, lane};
use super::theme::{Theme, Tone};
use crate::race::Race;

/// Width of the names of the lanes, and height of a lane.
const NAMES: i32 = 62;
const HIGH: i32 = 22;

/// Signs of single steps at most; of more, evenly spread ones are drawn.
const MOST_SIGNS: usize = 160;

/// A race at the step of its session.
pub(crate) fn lanes(race: &Race, theme: Theme) -> String {
    let session = race.session();
    let point = race.point(session.at());
    let of = session.choice().race;
    let mut canvas = Canvas::new(theme);
    let mut y = caption(&mut canvas, of.title, &race.choices(), &race.place());
    for view in &point.lanes {
        y = role(&mut canvas, y, view);
    }
    y += GAP / 2;
    let outcome = race.outcome();
    y = match outcome.split_first() {
        Some((head, reasons)) => banner(&mut canvas, y, head, reasons),
        None => {
            let says = ["Goal: ", of.goal].concat();
            let y = y + canvas.wrapped(MARGIN, y, INNER, Type::STRONG, &says) + GAP;
            happened(&mut canvas, y, point.mark, point.mark.title(), &point.sentence)
        }
    };
    y = chart(&mut canvas, y, race, &point);
    y = deciding(&mut canvas, y, race);
    y = stake(&mut canvas, y, &point.tables);
    y = locks(&mut canvas, y, &point.locks);
    let height = foot(&mut canvas, y, &session.link().to_string());
    let title = format!("{}, {}", of.title, race.place());
    let about = [&*race.choices().join(", "), ". ", &outcome.join(" "), " ", &point.sentence].concat();
    canvas.finish(height, &title, &about)
}

/// Which shape a lane has.
fn shape_of(view: &LaneView) -> (&'static str, Tone) {
    lane(if view.rcu { 3 } else { view.lane.index() })
}

fn role(canvas: &mut Canvas, y: i32, view: &LaneView) -> i32 {
    let (path, tone) = shape_of(view);
    canvas.shape(MARGIN + 6, y + 8, path, tone);
    let func = format!("  {}()", view.func);
    let role = [" ", view.role].concat();
    canvas.spans(MARGIN + 17, y, &[(Type::STRONG, &*view.name), (Type::CODE, &*func), (Type::TEXT, &*role)]);
    y + Type::TEXT.line() + 1
}

/// How it ends, in a frame.
fn banner(canvas: &mut Canvas, y: i32, head: &str, reasons: &[String]) -> i32 {
    let width = INNER - 2 * PAD - 4;
    let mut card = Card::default();
    card.say(0, Type::LEAD.bold().tone(Tone::Bad), width, head.trim_end_matches('.'));
    for says in reasons {
        card.say(3, Type::TEXT, width, says);
    }
    y + card.framed(canvas, Area { x: MARGIN, y, w: INNER, h: 0 }, Tone::BadSoft, Tone::Bad) + GAP
}

/// A sign for each step in the lane of who takes it, filled once it has been taken; lines where it is decided.
fn chart(canvas: &mut Canvas, y: i32, race: &Race, point: &RacePoint) -> i32 {
    let session = race.session();
    let (left, right) = (MARGIN + NAMES, MARGIN + INNER - 10);
    let last = session.steps().len();
    let place = |step: usize| left + 8 + (right - left - 8) * count(step) / count(last.max(1));
    let bottom = y + HIGH * count(point.lanes.len());
    for (row, view) in (0..).zip(&point.lanes) {
        let middle = y + HIGH * row + HIGH / 2;
        let (path, tone) = shape_of(view);
        canvas.shape(MARGIN + 6, middle, path, tone);
        canvas.text(MARGIN + 17, middle - 8, At::Start, Type::STRONG, &view.name);
        canvas.line(&format!("M{left} {middle}H{right}"), Tone::Line, 10, "");
    }
    let marked = race.deciding();
    for &(step, _) in &marked {
        let x = place(step);
        canvas.line(&format!("M{x} {}V{}", y - 2, bottom + 2), Tone::LitLine, 20, "");
    }
    let stride = last / MOST_SIGNS + 1;
    for (&of, step) in session.steps().iter().zip(1..) {
        let is_marked = marked.iter().any(|(of, _)| *of == step);
        let Some(row) = point.lanes.iter().position(|view| view.lane == of) else { continue };
        if step % stride != 0 && !is_marked {
            continue;
        }
        let (path, tone) = shape_of(&point.lanes[row]);
        let (x, middle) = (place(step), y + HIGH * count(row) + HIGH / 2);
        if step > session.at() {
            canvas.outline(x, middle, path, tone);
        } else {
            canvas.shape(x, middle, path, tone);
        }
    }
    // Two that stand close share a line: the first one goes to its left.
    let mut free = MARGIN + INNER;
    for &(step, _) in marked.iter().rev() {
        let number = step.to_string();
        let w = Type::STRONG.face.width(&number);
        let x = place(step).min(free - w / 2);
        canvas.text(x, bottom + 3, At::Middle, Type::STRONG, &number);
        free = x - w / 2 - 4;
    }
    if let Some(fatal) = session.fatal().filter(|&fatal| fatal <= session.at()) {
        let row = session
            .steps()
            .get(fatal - 1)
            .and_then(|of| point.lanes.iter().position(|view| view.lane == *of));
        let middle = y + HIGH * count(row.unwrap_or(0)) + HIGH / 2;
        canvas.shape(place(fatal), middle, CROSS, Tone::Bad);
    }
    bottom + 3 + if marked.is_empty() { 0 } else { Type::STRONG.line() } + GAP / 2
}

/// The steps that decide, each with what happens.
fn deciding(canvas: &mut Canvas, y: i32, race: &Race) -> i32 {
    let session = race.session();
    let mut y = y;
    for (step, what) in race.deciding() {
        let point = race.point(step);
        let number = Type::STRONG.tone(Tone::LitLine);
        canvas.text(MARGIN + 22, y, At::End, number, &step.to_string());
        if let Some(of) = point.lane {
            let (path, tone) = lane(if of.index() < session.cpus() { of.index() } else { 3 });
            canvas.shape(MARGIN + 34, y + 8, path, tone);
        }
        let says = match point.lane {
            Some(of) if !point.sentence.starts_with(&words::who(of, session.cpus())) => {
                format!("{}: {}", words::who(of, session.cpus()), point.sentence)
            }
            _ => point.sentence,
        };
        let left = MARGIN + 44;
        canvas.text(left, y, At::Start, Type::HEAD, &what.to_uppercase());
        y += Type::HEAD.line();
        y += canvas.wrapped(left, y, INNER - 44, Type::TEXT, &says) + 3;
    }
    y + GAP / 2
}

/// The tables at stake, side by side.
fn stake(canvas: &mut Canvas, y: i32, tables: &[StakeTable]) -> i32 {
    if tables.is_empty() {
        return y;
    }
    canvas.text(MARGIN, y, At::Start, Type::HEAD, "PAGE TABLES AT STAKE");
    let top = y + Type::HEAD.line() + 2;
    let beside = count(tables.len().min(4));
    let w = (INNER - (beside - 1) * GAP) / beside;
    let mut below = top;
    for row in tables.chunks(4) {
        let cards: Vec<Card> = row.iter().map(|table| card(table, w - 2 * PAD)).collect();
        let h = cards.iter().map(Card::height).max().unwrap_or(0) + PAD;
        for ((at, table), card) in (0..).zip(row).zip(&cards) {
            let x = MARGIN + at * (w + GAP);
            let (border, fill, dashes) = match table.life {
                Life::Live => (Tone::Table, Tone::Panel, ""),
                Life::Unlinked | Life::Leaving => (Tone::Absent, Tone::Panel, "5 3"),
                Life::Freed => (Tone::Bad, Tone::BadSoft, "2 2"),
            };
            canvas.area(Area { x, y: below, w, h }, 0, fill, None);
            canvas.line(&format!("M{x} {below}h{w}v{h}h-{w}z"), border, 15, dashes);
            card.draw(canvas, x + PAD, below + PAD / 2);
        }
        below += h + GAP;
    }
    below
}

fn card(table: &StakeTable, width: i32) -> Card {
    let mut card = Card::default();
    card.say(0, Type::STRONG, width, &table.name);
    card.say(0, Type::BESIDE, width, &format!("at {:#x}", table.pa));
    let life = if table.life == Life::Freed { Type::STRONG.tone(Tone::Bad) } else { Type::TEXT };
    card.say(2, life, width, &table.life_words);
    for slot in &table.slots {
        let here = if slot.walkers.is_empty() {
            String::new()
        } else {
            format!(" \u{2190} {}", slot.walkers.join(", "))
        };
        card.say(1, Type::TEXT, width, &format!("{}: {}{here}", slot.index, slot.words));
    }
    if table.slots.is_empty() && !table.walkers.is_empty() {
        let says = format!("{} still points into it", table.walkers.join(", "));
        card.say(1, Type::STRONG.tone(Tone::Bad), width, &says);
    }
    card
}

fn locks(canvas: &mut Canvas, y: i32, locks: &[LockView]) -> i32 {
    if locks.is_empty() {
        return y;
    }
    canvas.text(MARGIN, y, At::Start, Type::HEAD, "LOCKS");
    let mut y = y + Type::HEAD.line() + 1;
    for lock in locks {
        let mut held = if lock.holders.is_empty() { "not held".to_owned() } else { lock.holders.join(", ") };
        if !lock.queue.is_empty() {
            held += "; waiting: ";
            held += &lock.queue.join(", ");
        }
        let says =
            if lock.holders.is_empty() { Type::TEXT.tone(Tone::Dim) } else { Type::STRONG.tone(Tone::Lock) };
        y = pair(canvas, Area { x: MARGIN, y, w: INNER, h: 0 }, &lock.name, says, &held, "");
    }
    y + GAP
}
