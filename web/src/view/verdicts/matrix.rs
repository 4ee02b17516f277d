//! The page: progress, the answers about the patch, all tables.

use narrate::race::words::{count, number};
use races::survey;
use races::verdicts::{Row, Table, awaited, tables};
use races::{ANSWERS, About, Answer, Choice, Evidence, Fix, OUTCOMES};

use super::cell::{Place, verdict};
use super::trust::trust;
use crate::el::{El, el};
use crate::later::Part;
use crate::marks::{Command, Mark};
use crate::shared::Shared;
use crate::survey::Surveying;
use crate::view::header::{actions, coming, header, messages};
use crate::view::{button, cited};

/// The whole page.
pub fn page(shared: &Shared, state: &Surveying) -> El {
    let (failed, under) = coming(shared, Part::Rare);
    el("main.pagewalk.verdicts[tabindex=-1][aria-label=Verdicts][data-keys=text]")
        .child(header(&shared.top, None, Some(actions(&shared.top, None))))
        .child(messages(shared, None, failed, under))
        .children([
            intro(),
            progress(state),
            legend(),
            answers(state),
            all(state),
            trust(state.open.last() == Some(&true), shared.trust),
        ])
}

fn answers(state: &Surveying) -> El {
    el("section.answers[aria-labelledby=answers]")
        .child(el("h2[id=answers]").child("Why the patch’s rules are what they are"))
        .children(ANSWERS.iter().enumerate().map(|(number, answer)| self::answer(state, number, answer)))
}

fn all(state: &Surveying) -> El {
    el("section.all[aria-labelledby=all]")
        .child(el("h2[id=all]").child("All tables"))
        .child(el("p.about").child(
            "Each verdict is compared with what the kernel’s sources and mailing lists say. In some places that go wrong by them, \
             the search found a wild read as well, which is expected since then. A place where the search finds something \
             else is marked with ≠.",
        ))
        // The patch's table first, as the answers are about it.
        .children(
            in_order()
                .map(|(number, table)| self::table(state, number, table))
                .chain(awaited().map(|(number, about)| self::awaited_table(state, number, about))),
        )
}

fn in_order() -> impl Iterator<Item = (usize, &'static Table)> {
    let numbered = || tables().enumerate();
    numbered()
        .filter(|(_, table)| table.name == "patch")
        .chain(numbered().filter(|(_, table)| table.name != "patch"))
}

fn intro() -> El {
    el("p.intro").child(
        "May one walk page tables while another CPU changes them? Each verdict on this page is searched here, in your browser: \
         every order of the CPUs’ steps is tried, on a small machine with a few page tables. Safe means that all states were \
         seen, and nothing goes wrong in any of them. Where something goes wrong, a link leads to the shortest run that shows it.",
    )
}

fn legend() -> El {
    let names = OUTCOMES.iter().flat_map(|&(_, short, what)| [el("dt").child(short), el("dd").child(what)]);
    el("dl.legend").children(names)
}

fn progress(state: &Surveying) -> El {
    let (survey, tally) = (&state.survey, state.survey.total());
    let (done, all) = (survey.done(), survey.variants().len());
    let ended = survey.next().is_none();
    let button = match (ended, state.going) {
        (true, _) => el("button[type=button][disabled]").child("Finished"),
        (false, true) => button(Command::Pause).child("Pause"),
        (false, false) => button(Command::GoOn).child("Go on"),
    };
    let differs = match tally.differs {
        0 => format!("{} verdicts, each as expected", tally.done),
        differs => format!("{} verdicts, {differs} not as expected", tally.done),
    };
    // In words first; figures are for whoever asks for them.
    let so_far = if ended { "\u{2713} All ".to_owned() } else { String::new() };
    let searched = if ended { ", searched in your browser" } else { "" };
    let figures = [
        format!("{done} of {all} variants"),
        format!("{}, {} a second", count(state.seen().into(), "state"), number(state.per_second().into())),
    ];
    el("section.survey[aria-label=Progress of the search]")
        .attr(
            "data-state",
            if ended {
                "ended"
            } else if state.going {
                "going"
            } else {
                "paused"
            },
        )
        .child(button)
        .child(
            el("progress[aria-label=Variants searched]")
                .attr("max", &all.to_string())
                .attr("value", &done.to_string()),
        )
        .child(el("span.done").when(tally.differs > 0, ".differs").child(so_far + &differs + searched))
        .child(
            el("details.figures")
                .child(el("summary").child("Figures"))
                .children(figures.map(|of| el("p").child(of))),
        )
        .child(el("span.now").child(now(state)))
        .child(el("p.sr[role=status]").child(&*state.said))
}

/// Which variant is being searched.
fn now(state: &Surveying) -> String {
    let Some((variant, sliced)) = &state.running else { return String::new() };
    let Some(of) = state.survey.variants().get(*variant) else { return String::new() };
    let title = of.choice.race.title;
    let (machine, kernel) = (of.choice.model.id, of.choice.revision.id());
    format!("now: {title} ({machine}, {kernel}), {}", count(sliced.report().states.into(), "state"))
}

fn answer(state: &Surveying, of: usize, answer: &Answer) -> El {
    el("section.answer")
        .attr("id", answer.name)
        .attr("aria-labelledby", &format!("q-{}", answer.name))
        .child(el("h3").attr("id", &format!("q-{}", answer.name)).child(answer.question))
        .child(cited(el("p"), answer.text))
        .child(el("ul.evidence[data-group]").children(answer.evidence.iter().enumerate().filter_map(
            |(number, evidence)| {
                let slot = state.survey.at(evidence)?;
                Some(shown(state, evidence, slot, place(0, of, number)))
            },
        )))
}

fn shown(state: &Surveying, evidence: &Evidence, slot: survey::Place, place: u32) -> El {
    let title = tables().find(|table| table.name == evidence.table).map_or("", |table| table.title);
    el("li")
        .attr("data-place", &place.to_string())
        .child(el("p").child(evidence.says))
        .child(at(state, slot, place, evidence.says))
        .child(
            el("a.where")
                .attr("href", &format!("#v1/verdicts/{}", evidence.table))
                .child(el("span.sr").child("In the table: "))
                .child(title),
        )
}

fn table(state: &Surveying, number: usize, table: &Table) -> El {
    let open = state.open.get(number).copied().unwrap_or_default();
    let tally = state.survey.tally(number);
    let said = if tally.done < tally.all {
        format!("{} of {} searched", tally.done, tally.all)
    } else {
        let other = tally.all - tally.safe - tally.fails;
        let unfinished = if other > 0 { format!(", {other} undecided") } else { String::new() };
        format!("{} safe, {} go wrong{unfinished}", tally.safe, tally.fails)
    };
    let differs = (tally.differs > 0).then(|| el("strong.differs").child(format!("≠ {}", tally.differs)));
    el("details")
        .does(Mark::Table(number as u32))
        .attr("data-name", table.name)
        .when(open, "[open]")
        .child(
            el("summary")
                .child(el("h3").child(table.title))
                .child(el("span.tally").child(said))
                .child(differs),
        )
        // What is closed costs nothing to draw.
        .child(open.then(|| content(state, number, table)))
}

/// A table whose races are not here: opening it fetches them.
fn awaited_table(state: &Surveying, number: usize, about: &About) -> El {
    let open = state.open.get(number).copied().unwrap_or_default();
    let said = if open { "on its way" } else { "searched once one of these is opened" };
    el("details")
        .does(Mark::Table(number as u32))
        .attr("data-name", about.names[0])
        .when(open, "[open]")
        .child(el("summary").child(el("h3").child(about.title)).child(el("span.tally").child(said)))
}

fn content(state: &Surveying, number: usize, table: &Table) -> El {
    let head = el("tr").child(el("th[scope=col]").child("Who, and by which rule")).children(
        table
            .columns
            .headings()
            .map(|heading| el("th[scope=col]").child(if heading.is_empty() { "verdict" } else { heading })),
    );
    let rows = table.rows.iter().zip(state.survey.table(number)).enumerate();
    let rows = rows.map(|(line, (row, slots))| self::row(state, table, number, (line, row), slots));
    el("div.content").child((table.id != "patch").then(|| about(table))).child(
        el("div.frame[role=region][tabindex=0]").attr("aria-label", table.title).child(
            el("table")
                .when(table.columns.headings().count() > 3, ".many")
                .child(el("caption").child(el("span").child("Columns: ").child(table.columns.about())))
                .child(el("thead").child(head))
                .child(el("tbody[data-group]").children(rows)),
        ),
    )
}

/// The number of a place: table (from 1; 0 is the answers), line, column.
fn place(table: usize, line: usize, column: usize) -> u32 {
    ((table << 16) + (line << 8) + column) as u32
}

/// The verdict at a place, as far as it is known.
fn at(state: &Surveying, slot: survey::Place, at: u32, name: &str) -> Option<El> {
    let variant = state.survey.variants().get(slot.variant)?;
    let running = state.running.as_ref().filter(|(of, _)| *of == slot.variant);
    let searching = running.map(|(_, sliced)| sliced.report().states);
    // The answers are for reading, the tables for looking up.
    let in_words = at < place(1, 0, 0);
    Some(verdict(Place {
        variant,
        number: slot.variant,
        expected: slot.expected,
        searching,
        at,
        name,
        in_words,
    }))
}

/// The races of a table in words, each once.
fn about(table: &Table) -> El {
    let mut races: Vec<_> = table.rows.iter().map(|row| row.race).collect();
    races.dedup();
    el("dl.races").children(races.into_iter().flat_map(|race| {
        [el("dt").child(race.title), cited(cited(el("dd"), race.about).child(" "), race.why)]
    }))
}

/// The fixes that a kernel of the row is without, or with: commit, version and CVE, each with the way to its race.
fn fixed_by(state: &Surveying, slots: &[Option<survey::Place>]) -> Option<El> {
    let all = state.survey.variants();
    let variants: Vec<Choice> =
        slots.iter().flatten().filter_map(|slot| Some(all.get(slot.variant)?.choice)).collect();
    let each: Vec<El> = Fix::of_variants(&variants)
        .map(|fix| {
            let way = el("a").attr("href", &["#", &fix.address()].concat()).child(fix.commit);
            let affected = fix.affected.map(|of| ["; affected: ", of].concat());
            el("li")
                .child(way)
                .child(", ")
                .child(fix.since)
                .child(fix.cve.map(|cve| [", ", cve].concat()))
                .child(affected)
        })
        .collect();
    let title = if each.len() == 1 { "Fix:" } else { "Fixes:" };
    (!each.is_empty()).then(|| el("div.fixed-by").child(title).child(el("ul").children(each)))
}

fn row(
    state: &Surveying,
    table: &Table,
    number: usize,
    (line, row): (usize, &Row),
    slots: &[Option<survey::Place>],
) -> El {
    let says = (!row.says.is_empty()).then(|| el("span.says").child(row.says));
    let cells = slots.iter().zip(table.columns.headings()).enumerate().map(|(column, (slot, heading))| {
        let place = place(number + 1, line, column);
        let cell = el("td").attr("data-place", &place.to_string());
        match slot {
            Some(slot) => cell.child(at(state, *slot, place, &format!("{}, {heading}", row.label))),
            None => cell.child(match row.absent(heading) {
                Some(why) => el("span.none").child("does not happen: ").child(why),
                None => el("span.none").child("–").child(el("span.sr").child(" not there")),
            }),
        }
    });
    el("tr")
        .child(el("th[scope=row]").child(row.label).child(says).child(fixed_by(state, slots)))
        .children(cells)
}
