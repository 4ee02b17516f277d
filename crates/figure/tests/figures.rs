//! Figures as a person asks for them: a few to look at (`tests/golden`, written anew with `UPDATE=1`), and what has none.

use std::fs;
use std::path::Path;

use figure::{Ask, Figure, FigureError, Format, Shown, Theme};
use proptest::prelude::*;

fn figure(address: &str, shown: Shown) -> Result<Figure, String> {
    let ask = Ask::parse(address).map_err(|error| error.to_string())?;
    let figure = Figure::open(&ask, None).and_then(|figure| figure.shows(shown));
    figure.map_err(|error| error.to_string())
}

fn drawn(address: &str, shown: Shown, format: Format, theme: Theme) -> String {
    figure(address, shown).expect("it is there").draw(format, theme).expect("there is room")
}

fn wrong(address: &str, shown: Shown) -> String {
    match figure(address, shown) {
        Err(error) => error,
        Ok(figure) => figure.draw(Format::Svg, Theme::Light).expect_err("it is no figure").to_string(),
    }
}

#[test]
fn figures_are_as_they_were_looked_at() {
    let fails = "https://some.host/pagewalk/#v1/debug-init-mm/x86_64-4level/v7.3?lock=read&t=2";
    let golden = [
        ("assertion.svg", drawn(fails, Shown::Link, Format::Svg, Theme::Light)),
        ("assertion.txt", drawn(fails, Shown::Link, Format::Text, Theme::Light)),
        ("assertion.md", drawn(fails, Shown::Link, Format::Markdown, Theme::Light)),
        ("assertion.tex", drawn(fails, Shown::Link, Format::Tex, Theme::Light)),
        ("again-dark.svg", drawn("again/x86_64-4level/v7.3", Shown::Step(8), Format::Svg, Theme::Dark)),
        (
            "install-strip.svg",
            drawn("install/riscv64-sv39/v7.3", Shown::Strip(3..=6), Format::Svg, Theme::Print),
        ),
        (
            "munmap.svg",
            drawn(
                "race/munmap/x86_64-4level/v6.17?lock=read&s=b4a21b10c2a",
                Shown::Link,
                Format::Svg,
                Theme::Print,
            ),
        ),
        (
            "munmap.md",
            drawn(
                "race/munmap/x86_64-4level/v6.17?lock=read&s=b4a21b10c2a",
                Shown::Link,
                Format::Markdown,
                Theme::Print,
            ),
        ),
    ];
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let mut other = Vec::new();
    for (name, text) in golden {
        let path = folder.join(name);
        if std::env::var_os("UPDATE").is_some() {
            fs::write(&path, &text).expect("the folder can be written");
        } else if fs::read_to_string(&path).ok().as_deref() != Some(&*text) {
            other.push(name);
        }
    }
    assert!(
        other.is_empty(),
        "these look otherwise: {other:?}; UPDATE=1 writes them anew, then look at them"
    );
}

#[test]
fn a_picture_has_the_sentence_the_locks_the_assertion_and_what_it_is_of() {
    let svg = drawn("debug-init-mm/x86_64-4level/v7.3?lock=read", Shown::Step(2), Format::Svg, Theme::Light);
    for words in [
        "The assertion on init_mm.mmap_lock fails",
        "mmap_assert_write_locked(mm) fails",
        "Why this rule exists.",
        ">0xffffffff80e00000<",
        ">PGD = P4D<",
        "read, this task",
        "Linux v7.3 \u{b7} x86-64, 4 levels \u{b7} init_mm.mmap_lock at the call: read",
        "#v1/debug-init-mm/x86_64-4level/v7.3?lock=read&amp;t=2",
        "<title>Debug walk of init_mm, step 2 of 39: assertion fails</title>",
    ] {
        assert!(svg.contains(words), "{words}");
    }
}

#[test]
fn what_a_race_comes_to_is_the_shortest_way_that_is_known() {
    // kernel-facts 3: the read lock is too little; the shortest ways are those of `tests/golden/race-*`.
    let searched = figure("race/munmap/x86_64-4level/v6.17?lock=read", Shown::Link).expect("it goes wrong");
    assert_eq!(searched.link(), "v1/race/munmap/x86_64-4level/v6.17?lock=read&s=b4a21b10c2a&t=38");
    let sentence = wrong("race/munmap/x86_64-4level/v6.17?lock=write", Shown::Link);
    assert!(sentence.starts_with("there is no counterexample: nothing goes wrong"), "{sentence}");
}

#[test]
fn what_is_not_there_is_one_sentence() {
    for (address, shown, says) in [
        ("kernel-walk", Shown::Step(1_000_000), "there is no step 1000000: this walk has steps 0 to "),
        ("kernel-walk?t=99999", Shown::Link, "there is no step 99999"),
        ("kernel-walk", Shown::Strip(3..=60), "58 steps are too many for a strip: choose at most 24"),
        ("kernel-walk", Shown::Table(None), "are too many for one table"),
        ("kernel-walk", Shown::Table(Some(5..=u32::MAX)), "there is no step 4294967295"),
        ("race/munmap?s=ba9c", Shown::Link, "step 3 of this schedule moves lane a, which waits"),
        ("race/munmap?s=b4&t=9", Shown::Link, "there is no step 9: this schedule has steps 0 to 4"),
        ("race/munmap?s=b4", Shown::Strip(1..=2), "a race is drawn as lanes"),
        ("kernel-walk/file-0000a0b1-riscv64-sv39", Shown::Link, "a link cannot carry"),
    ] {
        let sentence = wrong(address, shown);
        assert!(sentence.contains(says) && !sentence.contains('\n'), "{address}: {sentence}");
    }
}

#[test]
fn tables_of_a_file_stand_in_for_those_of_the_machine() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/captures/riscv64-sv39/tables.json.gz");
    let bytes = fs::read(path).expect("a capture of this repository");
    let brought = capture::formats::read_file(&bytes, capture::Limits::ALL).expect("a capture");
    let open = |address: &str| Figure::open(&Ask::parse(address).expect("an address"), Some(&brought));
    let svg =
        open("kernel-walk/x86_64-4level/v7.3").and_then(|figure| figure.draw(Format::Svg, Theme::Light));
    let svg = svg.expect("it runs on any tables");
    assert!(svg.contains("Sv39, 3 levels, tables of a file") || svg.contains(", tables of a file"), "{svg}");
    assert!(matches!(open("vma-range"), Err(FigureError::NotOnFile { .. })));
    assert!(matches!(open("kernel-walk/file-00000000-riscv64-sv39"), Err(FigureError::OtherFile { .. })));
    assert!(matches!(open("race/munmap"), Err(FigureError::FileForRace)));
}

#[test]
fn the_address_of_a_page_is_no_markup() {
    let page = "https://h/)](x)<script>\"'\\}{%~ \u{202e}#v1/again";
    for format in [Format::Text, Format::Markdown, Format::Tex] {
        let text = drawn(page, Shown::Step(1), format, Theme::Light);
        assert!(!text.contains("<script") && !text.contains("](x)"), "{text}");
        assert!(!text.contains('\u{202e}'));
        let program = drawn("javascript:alert(1)#v1/again", Shown::Step(1), format, Theme::Light);
        assert!(!program.contains("javascript"), "{program}");
    }
}

#[test]
fn tex_is_ascii_and_closes_what_it_opens() {
    for address in
        ["every-kind?t=9", "race/munmap?s=b4a21b10c2a", "debug-user?view=steps", "again?view=steps"]
    {
        let tex = drawn(address, Shown::Link, Format::Tex, Theme::Light);
        assert!(tex.is_ascii(), "{address}");
        let plain = tex.replace("\\{", "").replace("\\}", "");
        assert_eq!(plain.matches('{').count(), plain.matches('}').count(), "{address}");
        let count = |what: &str| tex.matches(what).count();
        for of in ["itemize", "description", "tabular", "flushleft"] {
            assert_eq!(
                count(&format!("\\begin{{{of}}}")),
                count(&format!("\\end{{{of}}}")),
                "{address} {of}"
            );
        }
    }
}

proptest! {
    #[test]
    fn any_address_is_read_or_refused_in_one_line(text in "(?s).{0,60}", tail in "[a-z0-9/?&=#%.:-]{0,60}") {
        for address in [text.clone(), tail.clone(), format!("#v1/{tail}"), format!("again?{tail}"), format!("v1/race/munmap?{tail}{text}")] {
            match Ask::parse(&address) {
                // What is read has an address that is read again.
                Ok(ask) => prop_assert_eq!(Ask::parse(&ask.hash()).map(|again| again.subject), Ok(ask.subject)),
                Err(error) => prop_assert!(!error.to_string().chars().any(char::is_control), "{}", error),
            }
        }
    }
}
