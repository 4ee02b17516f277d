//! `cargo xtask size`: what a reader downloads before the page is there, and for the rest of it.
//!
//! A browser opens the built site and says what it has loaded; here that is weighed as servers send it.

use std::collections::BTreeSet;
use std::fmt::{self, Display, Formatter};
use std::fs;
use std::io::{self, Write};
use std::process::ExitCode;

use brotli::CompressorWriter;
use flate2::Compression;
use flate2::write::GzEncoder;
use pagewalk_browser_tests::{Page, Screen, Site, dist, test};

/// What may be loaded until the first step of a walk is shown, gzipped: 150 kB.
const FIRST: usize = 150_000;

/// What the race lab and the verdicts may add, gzipped: 125 kB.
const LAB: usize = 125_000;

/// What races that not everybody asks for may add to the race lab, gzipped: 16 kB, with their verdicts and fixes, and how far all can be trusted.
const RARE: usize = 16_000;

/// What reads a captured machine may add, gzipped: 15 kB. As of all parts, small files that it shares are in its own: one request instead of nine.
const TABLES: usize = 15_000;

/// What two runs side by side may add, gzipped: 17 kB. Both runs have a machine of their own.
const COMPARE: usize = 17_000;

/// What everything else may add, gzipped, 99 kB: help, levels, dumps, reading files, callers, `folio_walk_start()`, which left the first download; and what is taken
/// away or shown to a room.
const MORE: usize = 99_000;

/// What the lessons and the glossary may add, gzipped: 42 kB. It is fetched when somebody acts, and nobody waits for it.
const LEARN: usize = 42_000;

/// What opens files and texts may add, gzipped: 231 kB. It reads fourteen formats, warnings of all kernels, raw entries of all models, also one under two of
/// them, cores, whose pages zlib, lzo or snappy packed, and raw images, knows where a boot put its regions, checks dumps and the tables of cores, compares them with each other and with
/// what debugfs would print of a machine, decodes quoted-printable; nobody has it who does not ask for it.
const DOOR: usize = 231_000;

/// What puts calls together may add, gzipped: 40 kB.
const CALL: usize = 40_000;

/// What composes races and states walks may add to the race lab, gzipped: 47 kB. A tenth of it are sheets that the lab has as well, for who
/// opens it first, and a tenth small files that the lab has as well.
const SWITCHES: usize = 47_000;

/// What writes files of a step may add, gzipped: 60 kB. It draws figures, and nobody has it who saves none.
const TAKE: usize = 60_000;

/// The tables of the machines. They are data and no part of the program, so they have no budget.
const DATA: &str = "captures/";

/// An address, and what is there when its page is.
type Opens = (&'static str, &'static str);

/// Pages that need what is not loaded first: those of the race lab, a race that is not in it, a captured machine, a comparison, those of the rest, and the
/// lessons, what opens files, calls and races of one's own.
const LAB_PAGES: [Opens; 2] = [("#v1/race/munmap", ".lane"), ("#v1/verdicts", ".survey[data-state]")];
const RARE_PAGES: [Opens; 1] = [("#v1/race/mbind", "option[value=mbind][selected]")];
const TABLES_PAGES: [Opens; 1] = [("#v1/kernel-walk", ".sentence")];
const COMPARE_PAGES: [Opens; 1] = [("#v1/compare", ".side + .side")];
const MORE_PAGES: [Opens; 1] = [("#v1/callers", ".callers tbody tr")];
const LEARN_PAGES: [Opens; 1] = [("#v1/learn", ".lesson")];
const DOOR_PAGES: [Opens; 1] = [("#v1/open", ".door textarea")];
const CALL_PAGES: [Opens; 1] = [("#v1/call", ".call .sentence")];
const SWITCHES_PAGES: [Opens; 1] = [("#v1/compose/munmap", ".switches .says")];

/// What a file weighs, in bytes, as it is and as servers send it.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Weight {
    raw: usize,
    gzip: usize,
    brotli: usize,
}

fn main() -> ExitCode {
    let [first, lab, rare, tables, compare, more, learn, door, call, switches, take] =
        test(Screen::WIDE, loads);
    let within = [
        weigh("first load", &first, FIRST),
        weigh("for the race lab", &lab, LAB),
        weigh("for further races", &rare, RARE),
        weigh("for a captured machine", &tables, TABLES),
        weigh("for a comparison", &compare, COMPARE),
        weigh("for the rest", &more, MORE),
        weigh("for the lessons", &learn, LEARN),
        weigh("for what opens texts", &door, DOOR),
        weigh("for calls of one's own", &call, CALL),
        weigh("for races of one's own", &switches, SWITCHES),
        weigh("for files of a step", &take, TAKE),
    ];
    println!("{} bytes gzipped for who opens everything", within.iter().map(|of| of.0).sum::<usize>());
    if within.iter().all(|of| of.1) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// What is loaded until the first step is shown, for the race lab and the verdicts, for further races, for a captured machine, for a
/// comparison, for the rest, for the lessons, for what opens files and texts, for calls and for races of one's own, and for files of a step.
async fn loads(page: &Page) -> [Vec<String>; 11] {
    let site = Site::serve();
    page.open(&site.url("")).await;
    let first = page.loaded().await;
    let mut seen: BTreeSet<String> = first.iter().cloned().collect();
    let lab = adds(page, &LAB_PAGES, &mut seen).await;
    let rare = adds(page, &RARE_PAGES, &mut seen).await;
    let tables = adds(page, &TABLES_PAGES, &mut seen).await;
    let compare = adds(page, &COMPARE_PAGES, &mut seen).await;
    let more = adds(page, &MORE_PAGES, &mut seen).await;
    let learn = adds(page, &LEARN_PAGES, &mut seen).await;
    let door = adds(page, &DOOR_PAGES, &mut seen).await;
    let call = adds(page, &CALL_PAGES, &mut seen).await;
    let switches = adds(page, &SWITCHES_PAGES, &mut seen).await;
    page.eval("location.hash = '#v1/start'").await;
    page.wait_for("a walk", "[data-does=share]").await;
    page.last_step().await;
    page.click("[data-does=share]").await;
    page.wait_for("what can be saved", ".share-files button").await;
    page.click(".share-files button").await;
    page.until("it is saved", || async { page.text(".share [role=status]").await.contains("downloads") })
        .await;
    let take = page.loaded().await.into_iter().filter(|name| seen.insert(name.clone())).collect();
    [first, lab, rare, tables, compare, more, learn, door, call, switches, take]
}

/// What pages load that nothing before them has.
async fn adds(page: &Page, pages: &[Opens], seen: &mut BTreeSet<String>) -> Vec<String> {
    let mut added = Vec::new();
    for (hash, sign) in pages {
        page.eval(&format!("location.hash = {hash:?}")).await;
        page.wait_for(hash, sign).await;
        added.extend(page.loaded().await.into_iter().filter(|name| seen.insert(name.clone())));
    }
    added
}

/// Prints what files weigh, and returns what the program among them does, gzipped, and whether that is within its budget.
fn weigh(title: &str, names: &[String], budget: usize) -> (usize, bool) {
    let width = names.iter().map(String::len).max().unwrap_or_default().max(title.len());
    println!("{title:width$}  {:>9} {:>9} {:>9}", "raw", "gzip", "brotli");
    let mut total = Weight::default();
    for name in names {
        let bytes = fs::read(dist().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
        let weight = Weight::of(&bytes).expect("writing to memory");
        if name.starts_with(DATA) {
            println!("{name:width$}  {weight}  data, not in the total");
        } else {
            println!("{name:width$}  {weight}");
            total.add(weight);
        }
    }
    println!("{:width$}  {total}", "total");
    let gzip = total.gzip;
    match budget.checked_sub(gzip) {
        Some(left) => println!("{gzip} of {budget} bytes gzipped, {left} left\n"),
        None => println!("{gzip} bytes gzipped are {} above the budget of {budget}\n", gzip - budget),
    }
    (gzip, gzip <= budget)
}

impl Weight {
    fn of(bytes: &[u8]) -> io::Result<Self> {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
        gzip.write_all(bytes)?;
        // At the quality of a file that is compressed once and sent often.
        let mut brotli = CompressorWriter::new(Vec::new(), 1 << 16, 11, 22);
        brotli.write_all(bytes)?;
        let brotli = brotli.into_inner();
        Ok(Self { raw: bytes.len(), gzip: gzip.finish()?.len(), brotli: brotli.len() })
    }

    fn add(&mut self, other: Self) {
        self.raw += other.raw;
        self.gzip += other.gzip;
        self.brotli += other.brotli;
    }
}

impl Display for Weight {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{:>9} {:>9} {:>9}", self.raw, self.gzip, self.brotli)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repetitive_file_weighs_less_compressed() -> io::Result<()> {
        let weight = Weight::of(&b"pagewalk ".repeat(1000))?;
        assert_eq!(weight.raw, 9000);
        assert!((1..200).contains(&weight.gzip), "{weight}");
        assert!((1..200).contains(&weight.brotli), "{weight}");
        Ok(())
    }
}
