//! The value bench as text and as JSON: what `decode` and `explain` say of raw entries.

use std::io::{self, Write};

use decode::beside::Row;
use decode::{Beside, Change, Fit, Found, Pagemap, Reading, Source, Swap, Target};
use serde_json::{Value, json};

/// Hexadecimal digits without `0x`, as in every JSON of this program.
pub(crate) fn hex(value: u64) -> String {
    format!("{value:x}")
}

/// `4K`, `2M`, `1G`.
fn size(bytes: u64) -> String {
    let units = [("G", 30), ("M", 20), ("K", 10)];
    let unit = units.into_iter().find(|(_, shift)| bytes >> shift << shift == bytes && bytes >> shift != 0);
    unit.map_or_else(|| bytes.to_string(), |(name, shift)| format!("{}{name}", bytes >> shift))
}

fn place(target: Target) -> String {
    match target {
        Target::Nothing => "nothing".to_owned(),
        Target::Table(at) => format!("a table at {at:#x}"),
        Target::Memory { start, bytes } => format!("{} at {start:#x}", size(bytes)),
    }
}

/// One value.
pub(crate) fn reading(out: &mut impl Write, of: &Reading) -> io::Result<()> {
    writeln!(out, "{:#x}  {} {}", of.value.0, of.model.id, of.level.name())?;
    write!(out, "  {}", of.word())?;
    match (of.target, of.frame()) {
        (Target::Nothing, _) | (_, None) => writeln!(out)?,
        (target @ Target::Table(_), _) => writeln!(out, ": points to {}", place(target))?,
        (target @ Target::Memory { .. }, Some(frame)) => {
            writeln!(out, ": maps {}, frame {frame:#x}", place(target))?;
        }
    }
    for named in &of.flags {
        let flag = named.flag;
        let bits = if flag.is_field() {
            format!("{}:{}", flag.high_bit(), flag.low_bit())
        } else {
            flag.low_bit().to_string()
        };
        let name =
            if flag.is_field() { format!("{} = {}", flag.name, named.value) } else { flag.name.to_owned() };
        writeln!(out, "  {bits:>5}  {name:<22} {}", flag.about)?;
    }
    let software: Vec<&str> = of.software().map(|named| named.flag.name).collect();
    if !software.is_empty() {
        writeln!(out, "  software bits: {}", software.join(", "))?;
    }
    if let Some(swap) = &of.swap {
        swap_text(out, swap)?;
    }
    for note in &of.notes {
        writeln!(out, "  {note}")?;
    }
    // A pagemap is of a process.
    if let Some(entry) = Pagemap::of(of).filter(|entry| entry.value != 0 && !of.of_kernel) {
        writeln!(
            out,
            "  in /proc/PID/pagemap: {:#018x} (bits 56 and 61 not counted: a pte does not tell them)",
            entry.value
        )?;
    }
    Ok(())
}

/// One value under two models: each by itself, then row by row, with a sign where they differ.
pub(crate) fn beside(out: &mut impl Write, of: &Beside) -> io::Result<()> {
    for one in &of.readings {
        reading(out, one)?;
    }
    let ids = of.readings.each_ref().map(|one| one.model.id);
    if of.is_same() {
        return writeln!(out, "  the same under {} and {}", ids[0], ids[1]);
    }
    let width =
        |texts: &mut dyn Iterator<Item = &str>| texts.map(|text| text.chars().count()).max().unwrap_or(0);
    let first = width(&mut of.rows.iter().map(|row| &*row.what));
    let second = width(&mut of.rows.iter().map(|row| &*row.says[0]).chain([ids[0]]));
    writeln!(out, "  {:first$}  {:second$}  {}", "", ids[0], ids[1])?;
    for Row { what, says: [one, other] } in &of.rows {
        let sign = if one == other { ' ' } else { '\u{2260}' };
        writeln!(out, "{sign} {what:first$}  {one:second$}  {other}")?;
    }
    if !of.alike.is_empty() {
        writeln!(out, "  the same in both: {}", of.alike.join(", "))?;
    }
    of.why.iter().try_for_each(|why| writeln!(out, "  {why}"))
}

/// The same for a program.
pub(crate) fn beside_json(of: &Beside) -> Value {
    let differs = of.rows.iter().filter(|row| row.differs());
    json!({
        "values": of.readings.iter().map(reading_json).collect::<Vec<Value>>(),
        "differs": differs.map(|row| json!({ "what": row.what, "says": row.says })).collect::<Vec<Value>>(),
        "alike": of.alike,
        "why": of.why,
    })
}

fn swap_text(out: &mut impl Write, swap: &Swap) -> io::Result<()> {
    writeln!(out, "  swap type {}, offset {:#x}  ({})", swap.kind, swap.offset, swap.source)?;
    for meaning in &swap.meanings {
        writeln!(out, "    {}: {} ({})", meaning.name, meaning.about, meaning.when)?;
    }
    if let Some(page) = swap.page {
        let mut state = String::new();
        for (is, word) in [(page.young, ", was accessed"), (page.dirty, ", was written")] {
            state.push_str(if is { word } else { "" });
        }
        writeln!(out, "    of a type with a page: frame {:#x}{state}", page.frame)?;
    }
    for marker in &swap.markers {
        writeln!(out, "    marker {marker}")?;
    }
    let bits = [(swap.exclusive, "exclusive"), (swap.soft_dirty, "soft-dirty"), (swap.uffd_wp, "uffd-wp")];
    let set: Vec<&str> = bits.into_iter().filter(|(is, _)| *is).map(|(_, name)| name).collect();
    if !set.is_empty() {
        writeln!(out, "    bits beside it: {}", set.join(", "))?;
    }
    if let Some(older) = &swap.older {
        writeln!(
            out,
            "  in older kernels: type {}, offset {:#x}  ({})",
            older.kind, older.offset, older.source
        )?;
    }
    Ok(())
}

/// Two values.
pub(crate) fn change(out: &mut impl Write, of: &Change) -> io::Result<()> {
    writeln!(out, "{:#x} -> {:#x}", of.old.value.0, of.new.value.0)?;
    writeln!(out, "  changed bits: {:#x}", of.bits)?;
    if let Some((old, new)) = of.moved {
        writeln!(out, "  leads to {}, then to {}", place(old), place(new))?;
    }
    for changed in &of.flags {
        writeln!(
            out,
            "  {:<22} {:x} -> {:x}   {}",
            changed.flag.name, changed.from, changed.to, changed.flag.about
        )?;
    }
    for demand in &of.demands {
        writeln!(out, "  {}. {}", demand.weight.about(), demand.says)?;
        writeln!(out, "    [{}; {}]", demand.rule, demand.source)?;
    }
    Ok(())
}

/// The models that fit best.
pub(crate) fn fits(out: &mut impl Write, all: &[Fit], most: usize) -> io::Result<()> {
    writeln!(out, "which model fits, the best first:")?;
    for fit in all.iter().take(most) {
        let levels: Vec<&str> = fit.levels.iter().map(|level| level.name()).collect();
        writeln!(out, "  {:<24} {:>4}  as {}", fit.model.id, fit.points, levels.join(", "))?;
        for (points, why) in fit.why.iter().take(4) {
            writeln!(out, "  {:24} {points:>+4}  {why}", "")?;
        }
    }
    Ok(())
}

/// An entry of `/proc/PID/pagemap`.
pub(crate) fn pagemap(out: &mut impl Write, of: &Pagemap) -> io::Result<()> {
    writeln!(out, "{:#018x}  /proc/PID/pagemap", of.value)?;
    if let Some(frame) = of.frame {
        writeln!(out, "  page frame {frame:#x}")?;
    }
    if let Some((kind, offset)) = of.swap {
        writeln!(out, "  swap type {kind}, offset {offset:#x}")?;
    }
    for bit in &of.flags {
        writeln!(out, "  {:>5}  {:<22} {} (since {})", bit.bit, bit.name, bit.about, bit.since)?;
    }
    for note in &of.notes {
        writeln!(out, "  {note}")?;
    }
    Ok(())
}

pub(crate) fn pagemap_json(of: &Pagemap) -> Value {
    let flags: Vec<Value> = of
        .flags
        .iter()
        .map(|bit| json!({ "bit": bit.bit, "name": bit.name, "since": bit.since, "about": bit.about, "from_pte": bit.from_pte }))
        .collect();
    json!({
        "value": hex(of.value),
        "flags": flags,
        "frame": of.frame.map(hex),
        "swap": of.swap.map(|(kind, offset)| json!({ "type": kind, "offset": hex(offset) })),
        "notes": of.notes,
    })
}

fn target_json(target: Target) -> Value {
    match target {
        Target::Nothing => Value::Null,
        Target::Table(at) => json!({ "table": hex(at.0) }),
        Target::Memory { start, bytes } => json!({ "memory": hex(start.0), "bytes": bytes }),
    }
}

fn swap_json(swap: &Swap) -> Value {
    let meanings: Vec<Value> = swap
        .meanings
        .iter()
        .map(|of| json!({ "name": of.name, "about": of.about, "when": of.when, "has_frame": of.has_frame }))
        .collect();
    json!({
        "type": swap.kind,
        "offset": hex(swap.offset),
        "exclusive": swap.exclusive,
        "soft_dirty": swap.soft_dirty,
        "uffd_wp": swap.uffd_wp,
        "meanings": meanings,
        "page": swap.page.map(|page| json!({ "frame": hex(page.frame), "young": page.young, "dirty": page.dirty })),
        "markers": swap.markers,
        "source": swap.source,
        "older": swap.older.as_deref().map(swap_json),
    })
}

pub(crate) fn reading_json(of: &Reading) -> Value {
    let flags: Vec<Value> = of
        .flags
        .iter()
        .map(|named| {
            let flag = named.flag;
            json!({
                "name": flag.name,
                "short": flag.short,
                "bits": [flag.high_bit(), flag.low_bit()],
                "value": named.value,
                "about": flag.about,
            })
        })
        .collect();
    let software: Vec<&str> = of.software().map(|named| named.flag.name).collect();
    json!({
        "value": hex(of.value.0),
        "model": of.model.id,
        "level": of.level.name(),
        "kind": of.word(),
        "cpu_uses": of.cpu_uses,
        "frame": of.frame().map(hex),
        "physical": match of.target {
            Target::Nothing => None,
            Target::Table(at) | Target::Memory { start: at, .. } => Some(hex(at.0)),
        },
        "target": target_json(of.target),
        "flags": flags,
        "software": software,
        "swap": of.swap.as_ref().map(swap_json),
        "unnamed": hex(of.unnamed),
        "pagemap": Pagemap::of(of).map(|entry| hex(entry.value)),
        "notes": of.notes,
    })
}

pub(crate) fn change_json(of: &Change) -> Value {
    let flags: Vec<Value> = of
        .flags
        .iter()
        .map(|changed| json!({ "name": changed.flag.name, "from": changed.from, "to": changed.to, "about": changed.flag.about }))
        .collect();
    let demands: Vec<Value> = of
        .demands
        .iter()
        .map(
            |of| json!({ "rule": of.rule, "weight": of.weight.word(), "says": of.says, "source": of.source }),
        )
        .collect();
    json!({
        "old": hex(of.old.value.0),
        "new": hex(of.new.value.0),
        "bits": hex(of.bits),
        "flags": flags,
        "moved": of.moved.map(|(old, new)| json!({ "from": target_json(old), "to": target_json(new) })),
        "demands": demands,
    })
}

pub(crate) fn fits_json(all: &[Fit]) -> Value {
    let all: Vec<Value> = all
        .iter()
        .map(|fit| {
            let levels: Vec<&str> = fit.levels.iter().map(|level| level.name()).collect();
            let why: Vec<Value> =
                fit.why.iter().map(|(points, why)| json!({ "points": points, "why": why })).collect();
            json!({ "model": fit.model.id, "points": fit.points, "levels": levels, "why": why })
        })
        .collect();
    Value::from(all)
}

pub(crate) fn found_json(of: &Found, readings: &[Reading]) -> Value {
    json!({
        "source": of.source.id(),
        "line": of.line,
        "about": of.about,
        "address": of.address.map(hex),
        "values": readings.iter().map(reading_json).collect::<Vec<_>>(),
        "changes": match (of.source, readings) {
            (Source::Racy, [old, new]) => Vec::from([change_json(&Change::new(old.clone(), new.clone()))]),
            _ => Vec::new(),
        },
    })
}
