//! Raw entries: what each is, bit by bit, and what changed from one to the next.

use decode::{Beside, Change, Found, Named, Pagemap, Reading, Source, Swap, Target};
use pgtable::{Level, MODELS, Model, RawEntry};

use super::option;
use crate::el::{El, el};
use crate::marks::List;
use crate::shared::sentence;
use crate::values::{ANY, PAGEMAP, Values};
use crate::view::choices::choose;

/// Most models that are offered as fitting.
const MOST_FITS: usize = 5;

/// Values that a person asks about.
pub(super) fn values(nth: usize, of: &Values) -> El {
    let said = of.understood();
    let model = said.readings.first().map(|reading| reading.model);
    let machines = |chosen: Option<&'static Model>, none: &'static str| {
        let one = move |one: &&'static Model| option(nth, one.id, one.title, chosen == Some(*one));
        [option(nth, ANY, none, chosen.is_none())].into_iter().chain(MODELS.iter().map(one))
    };
    let models = machines(of.model, "the one that fits best");
    let other =
        (!of.is_pagemap).then(|| choose(List::OtherMachine, "Beside it", machines(of.other, "no other")));
    let levels = Level::ALL
        .into_iter()
        .map(|one| option(nth, one.name(), one.name(), !of.is_pagemap && of.level == Some(one)));
    let any = option(nth, ANY, "the one that fits best", of.level.is_none() && !of.is_pagemap);
    let levels =
        [any].into_iter().chain(levels).chain([option(nth, PAGEMAP, "/proc/PID/pagemap", of.is_pagemap)]);
    let fields = el("div.fields").child(choose(List::Machine, "Machine", models)).child(other).child(choose(
        List::Format,
        "Level",
        levels,
    ));
    let fits = said.fits.iter().take(MOST_FITS).map(|fit| {
        let why: Vec<String> =
            fit.why.iter().take(3).map(|(points, why)| format!("{points:+} {why}")).collect();
        let levels: Vec<&str> = fit.levels.iter().map(|level| level.name()).collect();
        el("li").child(el("b").child(fit.model.title)).child(format!(
            " as {}: {}",
            levels.join(", "),
            why.join("; ")
        ))
    });
    let guessed = (!said.fits.is_empty()).then(|| {
        let best = model.map(|model| format!("Read as an entry of {}, which fits best. ", model.title));
        el("details.fits")
            .child(el("summary").child(best.unwrap_or_default()).child("Which machines fit"))
            .child(el("ul").children(fits))
    });
    el("div.values")
        .child(fields)
        .child(guessed)
        .child(said.beside.is_empty().then(|| el("div.side").children(said.readings.iter().map(reading))))
        .children(said.beside.iter().map(beside))
        .children(said.changes.iter().map(change))
        .children(said.pagemap.iter().map(|(entry, pte)| pagemap(entry, pte.as_ref())))
}

/// A line of a log that has entries.
pub(super) fn line(of: &Found, readings: &[Reading]) -> El {
    let changed = match (of.source, readings) {
        (Source::Racy, [old, new]) => Some(change(&Change::new(old.clone(), new.clone()))),
        _ => None,
    };
    el("div.values")
        .child(el("h3").child(format!("Line {}: {}", of.line, of.source.title())))
        .child(el("p").child(sentence(&of.about)))
        .child(el("div.side").children(readings.iter().map(reading)))
        .child(changed)
}

/// One value.
fn reading(of: &Reading) -> El {
    let leads = match of.target {
        Target::Nothing => String::new(),
        target @ Target::Table(_) => format!(": points to {}", target.place()),
        target @ Target::Memory { .. } => format!(": maps {}", target.place()),
    };
    let frame = of.frame().map(|frame| format!(", page frame {frame:#x}"));
    let what =
        format!("{}, {}: {}{leads}{}", of.model.title, of.level.name(), of.word(), frame.unwrap_or_default());
    let software: Vec<&str> = of.software().map(|named| named.flag.name).collect();
    let software = (!software.is_empty()).then(|| format!("Only software looks at {}.", software.join(", ")));
    let unused = (!of.cpu_uses).then_some("The CPU does not use it.");
    let in_pagemap = Pagemap::of(of).filter(|entry| entry.value != 0);
    let in_pagemap = in_pagemap.map(|entry| {
        format!("In /proc/PID/pagemap: {:#018x}; bits 56 and 61 are not told by an entry.", entry.value)
    });
    let notes = of.notes.iter().map(|note| sentence(note));
    let notes = [software, unused.map(str::to_owned)].into_iter().flatten().chain(notes).chain(in_pagemap);
    el("div.reading")
        .child(el("h3").child(el("code").child(format!("{:#018x}", of.value.0))))
        .child(el("p.what").child(what))
        .child(flags(&of.flags))
        .child(of.swap.as_ref().map(swap))
        .child(el("ul.notes").children(notes.map(|note| el("li").child(note))))
}

fn flags(all: &[Named]) -> Option<El> {
    let rows = all.iter().map(|named| {
        let flag = named.flag;
        let (bits, name) = if flag.is_field() {
            (
                format!("{}\u{2013}{}", flag.high_bit(), flag.low_bit()),
                format!("{} = {}", flag.name, named.value),
            )
        } else {
            (flag.low_bit().to_string(), flag.name.to_owned())
        };
        el("tr")
            .child(el("td").child(bits))
            .child(el("th[scope=row]").child(el("code").child(name)))
            .child(el("td").child(flag.about))
    });
    (!all.is_empty()).then(|| table(BITS, rows))
}

/// The columns of bits.
const BITS: [&str; 3] = ["bit", "flag", "what it means"];

fn table(head: [&'static str; 3], rows: impl Iterator<Item = El>) -> El {
    let head = head.map(|title| el("th[scope=col]").child(title));
    el("table.flags").child(el("thead").child(el("tr").children(head))).child(el("tbody").children(rows))
}

fn swap(of: &Swap) -> El {
    let meanings = of.meanings.iter().map(|meaning| {
        el("li").child(el("b").child(meaning.name)).child(format!(": {} ({})", meaning.about, meaning.when))
    });
    let page =
        of.page.map(|page| el("li").child(format!("If the type has a page, it is frame {:#x}.", page.frame)));
    let markers = of.markers.iter().map(|marker| el("li").child(format!("Marker: {marker}")));
    let older = of.older.as_ref().map(|older| {
        el("li").child(format!(
            "In older kernels: type {}, offset {:#x} ({}).",
            older.kind, older.offset, older.source
        ))
    });
    el("div.swap")
        .child(el("p").child(format!("Swap type {}, offset {:#x} ({}).", of.kind, of.offset, of.source)))
        .child(el("ul.notes").children(meanings.chain(page).chain(markers).chain(older)))
}

/// One value under two models: what both make of it, row by row, then each by itself.
fn beside(of: &Beside) -> El {
    let [one, other] = &of.readings;
    let heads = [one, other].map(|of| el("th[scope=col]").child(of.model.title));
    let rows = of.rows.iter().map(|row| {
        let sign = row.differs().then(|| {
            [el("span.sign[aria-hidden=true]").child("\u{2260} "), el("span.sr").child("differs: ")]
        });
        el("tr")
            .when(row.differs(), ".differs")
            .child(el("th[scope=row]").children(sign.into_iter().flatten()).child(&*row.what))
            .children(row.says.iter().map(|says| el("td").child(&**says)))
    });
    let alike = (!of.alike.is_empty()).then(|| format!("The same in both: {}.", of.alike.join(", ")));
    let notes = alike.into_iter().chain(of.why.iter().map(|why| (*why).to_owned()));
    let same = of.is_same().then(|| el("p").child("Both take it for the same."));
    el("div.beside[tabindex=0][role=region][aria-label=One entry under two machines]")
        .child(el("h3").child(el("code").child(format!("{:#018x}", one.value.0))).child(" under both"))
        .child(same)
        .child(
            el("table")
                .child(el("thead").child(el("tr").child(el("td")).children(heads)))
                .child(el("tbody").children(rows)),
        )
        .child(el("ul.notes").children(notes.map(|note| el("li").child(note))))
        .child(el("div.side").children(of.readings.iter().map(reading)))
}

/// What changed from one value to the next, and what the architecture demands of who makes that change.
fn change(of: &Change) -> El {
    let moved = of.moved.map(|(old, new)| format!("It led to {}, then to {}. ", old.place(), new.place()));
    let flags = of.flags.iter().map(|changed| {
        el("tr")
            .child(el("th[scope=row]").child(el("code").child(changed.flag.name)))
            .child(el("td").child(format!("{:x} \u{2192} {:x}", changed.from, changed.to)))
            .child(el("td").child(changed.flag.about))
    });
    let table = (!of.flags.is_empty()).then(|| table(["flag", "value", "what it means"], flags));
    let demands = of.demands.iter().map(|demand| {
        el("li")
            .child(el("b").child(format!("{}. ", demand.weight.about())))
            .child(demand.says)
            .child(el("span.source").child(format!(" {}; {}", demand.rule, demand.source)))
    });
    el("div.change")
        .child(
            el("h3")
                .child("What changed: ")
                .child(el("code").child(format!("{:#x} \u{2192} {:#x}", of.old.value.0, of.new.value.0))),
        )
        .child(el("p").child(moved).child(format!("The bits that differ: {:#x}.", of.bits)))
        .child(table)
        .child(el("h3").child("What has to happen between them"))
        .child(el("ul.notes").children(demands))
}

fn pagemap(of: &Pagemap, pte: Option<&(RawEntry, Vec<&'static str>)>) -> El {
    let rows = of.flags.iter().map(|bit| {
        el("tr")
            .child(el("td").child(bit.bit.to_string()))
            .child(el("th[scope=row]").child(el("code").child(bit.name)))
            .child(el("td").child(format!("{} (since {})", bit.about, bit.since)))
    });
    let frame = of.frame.map(|frame| format!("Page frame {frame:#x}."));
    let swap = of.swap.map(|(kind, offset)| format!("Swap type {kind}, offset {offset:#x}."));
    let pte = pte.map(|(pte, lost)| {
        let lost =
            if lost.is_empty() { String::new() } else { format!(" It has no bit for {}.", lost.join(", ")) };
        format!("An entry that shows so: {:#x}; its rights are not told.{lost}", pte.0)
    });
    let notes = [frame, swap, pte].into_iter().flatten().chain(of.notes.iter().map(|note| sentence(note)));
    el("div.reading")
        .child(el("h3").child(el("code").child(format!("{:#018x}", of.value))))
        .child(table(BITS, rows))
        .child(el("ul.notes").children(notes.map(|note| el("li").child(note))))
}
