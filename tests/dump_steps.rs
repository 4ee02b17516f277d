//! ptdump's text beside the walk: which line belongs to which steps, and to which entries.

use narrate::dump::LineState;
use narrate::tables::Row;
use narrate::{DumpRecord, Mark, Timeline, point};
use pagewalk::{Callback, Event};
use pagewalk_tests::{default_dir, load_image};
use pgtable::{Level, VirtAddr};
use ptdump::users::Dumped;
use scenario::{Runner, Setup};

/// A recorded dump of `init_mm` on a captured machine.
fn recorded(machine: &str) -> (Setup, Timeline<Runner>, DumpRecord) {
    let scenario = pagewalk_tests::LIBRARY.scenario("ptdump").expect("a scenario");
    let tables = pgtable::model(machine).ok().and_then(|model| scenario.tables_on(model)).expect("a machine");
    let setup = Setup { tables, ..Setup::of(scenario) };
    let folder = tables.folder().expect("a captured machine");
    let capture = load_image(&default_dir().join(folder)).expect("a capture of this repository");
    let mut dump = DumpRecord::new(&capture, Dumped::InitMm, false).expect("it has such a file");
    let (world, runner) = setup.start(&capture).expect("it runs");
    let mut timeline = Timeline::new(world, runner);
    while !timeline.record_each(100_000, &mut |event, actions| dump.event(event, actions)) {}
    (setup, timeline, dump)
}

/// The range that a line prints.
fn range(text: &str) -> (u64, u64) {
    let number = |from: usize| u64::from_str_radix(&text[from..from + 16], 16).expect("an address");
    (number(2), number(21))
}

/// The rows of the tables after so many actions, with their level.
fn rows(timeline: &Timeline<Runner>, setup: &Setup, dump: &DumpRecord, actions: u32) -> Vec<(Level, Row)> {
    let moment = timeline.moment(actions - 1, actions);
    let mut point = point::point(&moment, Mark::Start, setup.revision, VirtAddr(0));
    dump.mark(actions, &mut point);
    let tables = point.columns.into_iter().filter_map(|column| Some((column.level, column.table?)));
    tables.flat_map(|(level, table)| table.rows.into_iter().map(move |row| (level, row))).collect()
}

#[test]
fn a_line_begins_where_its_first_entry_is_noted_and_that_entry_is_marked() {
    for (name, headers) in [("riscv64-sv39", 11), ("arm64-4k-48", 12), ("x86_64-4level", 12)] {
        let (setup, timeline, dump) = recorded(name);
        let model = setup.tables.model();
        let text = dump.text();
        let (mut lines, mut found, mut skipped) = (0, 0, 0);
        for (number, text) in text.lines().enumerate() {
            let start = dump.start_of(number as u32).expect("a line of the dump");
            let view = dump.view(start);
            let line = view.lines.iter().find(|line| line.number == number as u32).expect("it is shown");
            assert_eq!(line.text, text, "{name}");
            if line.is_header {
                assert_eq!(line.state, LineState::Printed, "{name}: {text}");
                found += 1;
                continue;
            }
            assert_eq!(line.state, LineState::Current, "{name}: {text}");
            if text.starts_with("...") {
                skipped += 1;
                continue;
            }
            let (first, end) = range(text);
            let events = timeline.moment(start - 1, start).events;
            let Some(Event::Callback { call, .. }) = events.last() else { panic!("{name}: {events:?}") };
            // x86 begins its first line at 0, whatever is noted first.
            assert!(call.addr.0 == first || lines == 0, "{name}: {text}: {call:?}");
            // Before that, it is not being made.
            let before = dump.view(start - 1);
            assert!(before.lines.iter().all(|of| of.number != line.number || of.state != LineState::Current));
            let marked: Vec<_> =
                rows(&timeline, &setup, &dump, start).into_iter().filter(|(_, row)| row.noted).collect();
            let current = marked.iter().filter(|(_, row)| row.current).count();
            // What noted it is a row of its own.
            assert_eq!(current, 1, "{name}: {text}: {marked:?}");
            let level = if call.callback == Callback::Hole {
                Level::ALL[usize::try_from(call.depth).expect("a level")]
            } else {
                call.level
            };
            for (of, row) in marked {
                assert_eq!(of, model.table_level(level), "{name}: {text}");
                let (high, low) = model.index_bits(model.indexed_by(of));
                let base = call.addr.0 & !(u64::MAX >> (63 - high));
                let slot = |slot: u32| base + (u64::from(slot) << low);
                assert!(
                    slot(row.first) <= end.wrapping_sub(1) && slot(row.last) >= first,
                    "{name}: {text} {row:?}"
                );
            }
            lines += 1;
        }
        // The ESPfix area of x86 has too many.
        assert_eq!(skipped, u32::from(name.starts_with("x86")), "{name}");
        assert!(lines > 20 && found >= headers, "{name}: {lines} lines, {found} headers");
    }
}

#[test]
fn what_riscv_does_not_print_is_in_no_line() {
    let (setup, timeline, dump) = recorded("riscv64-sv39");
    // Between the first two lines with entries is a great hole.
    let second = dump.text().lines().position(|line| line.contains(" 50M ")).expect("the vmemmap");
    let hole = dump.start_of(second as u32).expect("a line") - 40;
    let view = dump.view(hole);
    let states: Vec<_> = view.lines.iter().map(|line| line.state).collect();
    // The next one is the header of that line's region.
    let next = states.iter().position(|state| *state == LineState::Next).expect("a next line");
    assert!(next < second && view.lines[next].is_header);
    assert!(states[..next].iter().all(|state| *state == LineState::Printed));
    assert!(states[next + 1..].iter().all(|state| *state == LineState::Later));
    assert!(rows(&timeline, &setup, &dump, hole).iter().all(|(_, row)| !row.noted));
}

#[test]
fn a_line_leads_back_from_each_of_its_entries() {
    let (setup, timeline, dump) = recorded("riscv64-sv39");
    let text = dump.text();
    let number = text.lines().position(|line| line.contains(" 50M ")).expect("the vmemmap") as u32;
    let (first, end) = range(text.lines().nth(number as usize).expect("a line"));
    let mut noted = 0;
    for actions in 1..=timeline.actions() {
        let view = dump.view(actions);
        let current = view.lines.iter().find(|line| line.state == LineState::Current);
        if actions < dump.start_of(number).expect("a line") {
            continue;
        }
        if current.is_none_or(|line| line.number != number) {
            break;
        }
        if let Some(Event::Callback { call, .. }) = timeline.moment(actions - 1, actions).events.last() {
            assert!((first..end).contains(&call.addr.0), "{call:?}");
            let rows = rows(&timeline, &setup, &dump, actions);
            assert!(rows.iter().any(|(_, row)| row.current && row.noted), "{call:?}");
            noted += 1;
        }
    }
    assert_eq!(noted, 25, "50 MiB are 25 entries of 2 MiB");
}

#[test]
fn one_page_that_is_writable_and_executable_is_counted_and_named_by_each_kernel() {
    let scenario = pagewalk_tests::LIBRARY.scenario("check-wx").expect("a scenario");
    let mut machines = 0;
    for tables in scenario.machines() {
        let setup = Setup { tables, ..Setup::of(scenario) };
        let capture = setup.made().expect("it is built");
        let mut dump = DumpRecord::new(&capture, Dumped::InitMm, false).expect("it has such a file");
        let (world, runner) = setup.start(&capture).expect("it runs");
        let mut timeline = Timeline::new(world, runner);
        while !timeline.record_each(100_000, &mut |event, actions| dump.event(event, actions)) {}
        let id = tables.model().id;
        let says = match id {
            "x86_64-4level" => "x86/mm: Checked W+X mappings: FAILED, 1 W+X pages found.",
            "arm64-4k-48" => "Checked W+X mappings: FAILED, 1 W+X pages found, 0 non-UXN pages found",
            "riscv64-sv39" => "Checked W+X mappings: failed, 1 W+X pages found",
            "s390x" => "Checked W+X mappings: FAILED, 1 W+X pages found",
            other => panic!("{other}"),
        };
        let view = dump.view(0);
        assert_eq!(view.check.as_deref(), Some(says), "{id}");
        // Its line, and the step at which its entry was noted.
        let line = view.insecure.unwrap_or_else(|| panic!("{id}: no line"));
        let actions = dump.start_of(line).expect("a line of the dump");
        let rows = rows(&timeline, &setup, &dump, actions);
        let noted: Vec<_> = rows.iter().filter(|(_, row)| row.noted).collect();
        assert!(matches!(&noted[..], [(Level::Pte, _)]), "{id}: {noted:?}");
        machines += 1;
    }
    assert_eq!(machines, 4);
}

#[test]
fn every_arm64_machine_dumps_its_kernel_also_with_52_bits() {
    let scenario = pagewalk_tests::LIBRARY.scenario("ptdump").expect("a scenario");
    let mut seen = Vec::new();
    for model in pgtable::MODELS.iter().filter(|model| model.id.starts_with("arm64-")) {
        let tables = scenario.tables_on(model).unwrap_or_else(|| panic!("{} has no dump", model.id));
        let setup = Setup { tables, ..Setup::of(scenario) };
        let capture = match tables.folder() {
            Some(folder) => load_image(&default_dir().join(folder)).expect("a capture of this repository"),
            None => setup.made().expect("made tables"),
        };
        let mut dump = DumpRecord::new(&capture, Dumped::InitMm, false).expect("it has such a file");
        let (world, runner) = setup.start(&capture).expect("it runs");
        let mut timeline = Timeline::new(world, runner);
        while !timeline.record_each(100_000, &mut |event, actions| dump.event(event, actions)) {}
        let text = dump.text();
        let lines: Vec<&str> = text.lines().collect();
        let headers = lines.iter().filter(|line| line.starts_with("---[ ")).count();
        assert_eq!(headers, 12, "{}: {text}", model.id);
        // The direct map is where the machine has it, and something is mapped.
        let at = lines.iter().position(|line| line.contains("Linear Mapping start")).expect("its header");
        let first = lines[at + 1..].iter().find(|line| line.starts_with("0x")).expect("a line");
        let direct = model.layout.iter().find(|region| region.name == "direct map").expect("a region");
        assert_eq!(range(first).0, direct.start.0, "{}: {text}", model.id);
        assert!(lines.iter().any(|line| line.contains(" AF ")), "{}: {text}", model.id);
        // With LPA2 in use no entry holds the shareability, so that no line shows it; everywhere else each page has it.
        let lpa2 = ["arm64-4k-52", "arm64-16k-52"].contains(&model.id);
        assert_eq!(lines.iter().any(|line| line.contains("SHD")), !lpa2, "{}: {text}", model.id);
        seen.push(model.id);
    }
    assert_eq!(seen.len(), 13, "{seen:?}");
    for id in ["arm64-4k-52", "arm64-16k-52", "arm64-64k-52", "arm64-64k-48-lpa"] {
        assert!(seen.contains(&id), "{id}");
    }
}
