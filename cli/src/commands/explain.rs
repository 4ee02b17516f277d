//! `pagewalk explain FILE|-`.

use std::io::{self, Read as _, Write};

use decode::{Change, Found, Reading, Source, readings, recognise};
use serde_json::{Value, json};
use splats::nearest::NearSite;
use splats::{Explained, Held, Verdict, Walk, explain};

use crate::bench;
use crate::files::{open, output};
use crate::outcome::{Exit, Failure};

/// Say what a kernel's warning, lockdep report, KASAN report or oops has to do with a page walk.
///
/// Which assertion of which function it is, which lock in which mode was missing, what that kernel's build could know, and which race and call
/// site of the page are the nearest. Lines with raw entries ("Bad page map", "racy dirty state clearing", vtop of crash) are decoded.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Quotes of mails, times and callers of dmesg, CR LF and broken lines are undone first.
Links (#v1/...) are what stands behind the address of the page.

Examples:
  dmesg | pagewalk explain -
  pagewalk explain oops.txt --json

Exit codes: 0 read, 2 nothing of the kind is in the text.")]
pub(crate) struct Args {
    /// A text; `-` is standard input.
    #[arg(value_name = "FILE")]
    file: String,
    /// For a program.
    #[arg(long)]
    json: bool,
}

/// Most of a text that is looked at.
const MOST: u64 = 128 << 20;

impl Args {
    pub(crate) fn run(&self) -> Result<Exit, Failure> {
        let failed = |error| Failure::Input { name: self.file.clone(), error };
        let mut bytes = Vec::new();
        open(&self.file)?.take(MOST).read_to_end(&mut bytes).map_err(failed)?;
        let cut = bytes.len() as u64 == MOST;
        let text = String::from_utf8_lossy(&bytes);
        let all = explain(&text);
        let lines: Vec<Found> = recognise(&text).into_iter().filter(|of| !of.values.is_empty()).collect();
        let machine_at =
            |line| all.iter().rev().find(|one| one.splat.line <= line).and_then(|one| one.splat.machine);
        let readings = readings(&lines, machine_at);
        let found: Vec<(Found, Vec<Reading>)> = lines.into_iter().zip(readings).collect();
        if all.is_empty() && found.is_empty() {
            let lines = text.lines().count();
            let what = "no page walk in this trace: the text has no warning, lockdep report, KASAN report, oops or call trace, and no line with entries";
            return Err(Failure::Asked(format!("{}: {what} ({lines} lines)", self.file)));
        }
        let mut out = output();
        if self.json {
            let value = json!({
                "splats": all.iter().map(json).collect::<Vec<Value>>(),
                "values": found.iter().map(|(of, readings)| bench::found_json(of, readings)).collect::<Vec<Value>>(),
            });
            serde_json::to_writer_pretty(&mut out, &value).map_err(io::Error::from)?;
            writeln!(out)?;
        } else {
            say(&mut out, &all, &found)?;
        }
        out.flush()?;
        if cut {
            eprintln!("{}: only the first {} MiB were looked at", self.file, MOST >> 20);
        }
        Ok(Exit::Read)
    }
}

fn say(out: &mut impl Write, all: &[Explained], found: &[(Found, Vec<Reading>)]) -> io::Result<()> {
    for (nth, one) in all.iter().enumerate() {
        if nth > 0 {
            writeln!(out)?;
        }
        let splat = &one.splat;
        writeln!(out, "line {}: {}", splat.line, splat.header)?;
        match &one.verdict {
            Verdict::NoWalk { instead, site } => {
                writeln!(out, "  no page walk in this trace: {instead}")?;
                if let Some(site) = site {
                    call_site(out, site)?;
                }
            }
            Verdict::Walk(walk) => walked(out, one, walk)?,
        }
    }
    for (of, readings) in found {
        writeln!(out)?;
        writeln!(out, "line {}: {}: {}", of.line, of.source.title(), of.about)?;
        for reading in readings {
            bench::reading(out, reading)?;
        }
        if let (Source::Racy, [old, new]) = (of.source, readings.as_slice()) {
            bench::change(out, &Change::new(old.clone(), new.clone()))?;
        }
    }
    Ok(())
}

fn walked(out: &mut impl Write, one: &Explained, walk: &Walk) -> io::Result<()> {
    writeln!(out, "  {}", walk.happened)?;
    let caller = walk.caller.as_ref().map_or_else(String::new, |caller| format!(", called by {caller}()"));
    writeln!(out, "  walk        {}(){caller}", walk.function)?;
    if let Some(missing) = &walk.missing {
        let mode = if missing.mode == mm::LockMode::Write { "for writing" } else { "in any mode" };
        writeln!(out, "  missing     {} held {mode}: {}", missing.lock, missing.why)?;
    }
    if let Some(build) = &walk.build {
        let lockdep = match build.lockdep {
            Some(true) => "with lockdep",
            Some(false) => "without lockdep",
            None => "not known",
        };
        writeln!(out, "  build       {lockdep}: {}", build.by)?;
        if walk.missing.is_some() {
            writeln!(out, "              {}", build.meaning)?;
            writeln!(out, "              {}", build.other_kernels)?;
        }
    }
    if let Some(version) = &one.splat.version {
        writeln!(
            out,
            "  kernel      {}; shown as {}: {}",
            version.text,
            walk.row.revision.id(),
            walk.row.why
        )?;
    } else {
        writeln!(out, "  kernel      shown as {}: {}", walk.row.revision.id(), walk.row.why)?;
    }
    for held in one.splat.held.iter().flatten() {
        writeln!(out, "  held        {} taken by {}()", held.name, held.at)?;
    }
    if let Some(race) = &walk.race {
        writeln!(out, "  race        {}: {}", race.title, race.why)?;
        writeln!(out, "              {}", race.link)?;
    }
    if let Some(site) = &walk.site {
        call_site(out, site)?;
    }
    writeln!(out, "  is it safe? {}", walk.case)?;
    for sentence in &walk.assumed {
        writeln!(out, "  assumed     {sentence}")?;
    }
    Ok(())
}

fn call_site(out: &mut impl Write, site: &NearSite) -> io::Result<()> {
    writeln!(out, "  call site   {} ({})", site.title, site.file)?;
    site.link.iter().try_for_each(|link| writeln!(out, "              {link}"))
}

fn site_json(site: &NearSite) -> Value {
    json!({ "title": site.title, "file": site.file, "about": site.about, "link": site.link })
}

fn json(one: &Explained) -> Value {
    let splat = &one.splat;
    let lock = |of: &Held| json!({ "name": of.name, "at": of.at });
    let held: Option<Vec<Value>> = splat.held.as_ref().map(|held| held.iter().map(lock).collect());
    let mut value = json!({
        "line": splat.line,
        "kind": splat.kind.id(),
        "header": splat.header,
        "file": splat.kind.place().map(|(file, line)| format!("{file}:{line}")),
        "kernel": splat.version.as_ref().map(|version| version.text.as_str()),
        "trace": splat.frames.iter().map(|frame| frame.function.as_str()).collect::<Vec<_>>(),
        "freed": splat.freed.iter().map(|frame| frame.function.as_str()).collect::<Vec<_>>(),
        "held": held,
        "wanted": splat.wanted.as_ref().map(lock),
        "holds": splat.holds.as_ref().map(lock),
        "chain": splat.chain,
    });
    match &one.verdict {
        Verdict::NoWalk { instead, site } => {
            value["site"] = json!(site.as_ref().map(site_json));
            value["walk"] = Value::Null;
            value["verdict"] = json!("no page walk in this trace");
            value["instead"] = json!(instead);
        }
        Verdict::Walk(walk) => {
            value["verdict"] = json!(walk.happened);
            value["walk"] = walk_json(walk);
        }
    }
    value
}

fn walk_json(walk: &Walk) -> Value {
    json!({
        "function": walk.function,
        "inner": walk.inner,
        "caller": walk.caller,
        "assertion": walk.missing.as_ref().map(|missing| missing.assertion),
        "missing": walk.missing.as_ref().map(|missing| json!({
            "lock": missing.lock,
            "mode": missing.mode.name(),
            "why": missing.why,
        })),
        "build": walk.build.as_ref().map(|build| json!({
            "lockdep": build.lockdep,
            "by": build.by,
            "meaning": build.meaning,
            "other_kernels": build.other_kernels,
        })),
        "row": walk.row.revision.id(),
        "row_why": walk.row.why,
        "model": walk.model.id,
        "lock": walk.lock.name(),
        "init_mm": walk.of_init_mm,
        "race": walk.race.as_ref().map(|race| json!({
            "id": race.id, "title": race.title, "about": race.about, "link": race.link, "why": race.why,
        })),
        "site": walk.site.as_ref().map(site_json),
        "safe": walk.case,
        "assumed": walk.assumed,
    })
}
