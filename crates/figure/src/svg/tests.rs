//! What holds for every figure: it is XML, small, and no text runs out of it or over another one.

use roxmltree::{Document, Node};
use scenario::Group;

use super::letters::Face;
use super::theme::Theme;
use crate::ask::{Ask, LIBRARY};
use crate::error::{FigureError, MAX_BYTES};
use crate::figure::{Figure, Format, Shown};

/// Where a text is: left, right, top, bottom.
type Place = (i32, i32, i32, i32);

fn number(of: Node<'_, '_>, name: &str) -> i32 {
    of.attribute(name).and_then(|value| value.parse().ok()).unwrap_or_else(|| panic!("{name} of {of:?}"))
}

fn face(of: Node<'_, '_>) -> Face {
    let size = of.attribute("font-size").map_or(11, |size| size.parse().expect("a size"));
    let (mono, bold) = (of.has_attribute("font-family"), of.has_attribute("font-weight"));
    Face { size, mono, bold }
}

fn place(of: Node<'_, '_>) -> Place {
    let (x, y) = (number(of, "x"), number(of, "y"));
    let spans: Vec<_> = of.children().filter(Node::is_element).collect();
    let parts = if spans.is_empty() { vec![of] } else { spans };
    let width: i32 = parts.iter().map(|of| face(*of).width(of.text().unwrap_or_default())).sum();
    let size = parts.iter().map(|of| face(*of).size).max().unwrap_or(0);
    let left = match of.attribute("text-anchor") {
        None => x,
        Some("middle") => x - width / 2,
        Some(_) => x - width,
    };
    (left, left + width, y - size * 3 / 4, y + size / 5)
}

/// What a figure must be. The name says which one it is.
fn check(svg: &str, name: &str) {
    assert!(svg.len() <= MAX_BYTES, "{name}: {} bytes", svg.len());
    let document = Document::parse(svg).unwrap_or_else(|error| panic!("{name}: {error}"));
    let root = document.root_element();
    let (width, height) = (number(root, "width"), number(root, "height"));
    let children: Vec<_> = root.children().filter(Node::is_element).collect();
    assert_eq!((children[0].tag_name().name(), children[1].tag_name().name()), ("title", "desc"), "{name}");
    for of in root.descendants().filter(Node::is_element) {
        let tag = of.tag_name().name();
        assert!(["svg", "title", "desc", "text", "tspan", "rect", "path"].contains(&tag), "{name}: {tag}");
        for attribute in of.attributes() {
            let bad = ["id", "style", "class", "href"].contains(&attribute.name())
                || attribute.name().starts_with("on");
            assert!(!bad && !attribute.value().contains("url("), "{name}: {attribute:?}");
        }
        if tag == "rect" {
            let (x, y) = (number(of, "x"), number(of, "y"));
            let inside =
                x >= 0 && y >= 0 && x + number(of, "width") <= width && y + number(of, "height") <= height;
            assert!(inside, "{name}: {of:?}");
        }
    }
    let texts: Vec<_> =
        root.descendants().filter(|of| of.has_tag_name(("http://www.w3.org/2000/svg", "text"))).collect();
    let places: Vec<Place> = texts.iter().map(|of| place(*of)).collect();
    let says = |at: usize| {
        texts[at].descendants().filter(Node::is_text).filter_map(|of| of.text()).collect::<Vec<_>>().join("")
    };
    for (at, &(left, right, top, bottom)) in places.iter().enumerate() {
        let inside = left >= 4 && right <= width - 4 && top >= 4 && bottom <= height - 2;
        assert!(inside, "{name}: {:?} at {:?} of {width}\u{d7}{height}", says(at), places[at]);
        for (other, &(l, r, t, b)) in places.iter().enumerate().take(at) {
            let apart = right <= l || r <= left || bottom <= t || b <= top;
            assert!(
                apart,
                "{name}: {:?} {:?} over {:?} {:?}",
                says(at),
                places[at],
                says(other),
                places[other]
            );
        }
    }
}

fn drawn(address: &str, shown: Shown, theme: Theme) -> String {
    let ask = Ask::parse(address).unwrap_or_else(|error| panic!("{address}: {error}"));
    let figure = Figure::open(&ask, None).and_then(|figure| figure.shows(shown));
    let svg = figure.and_then(|figure| figure.draw(Format::Svg, theme));
    svg.unwrap_or_else(|error| panic!("{address}: {error}"))
}

/// Steps of a run that are looked at: the first ones, where most happens that happens once, then ever fewer.
fn sampled(last: u32) -> impl Iterator<Item = u32> {
    let far = (0..).map(|at| 9u32 << at).take_while(move |step| *step < last);
    (0..=last.min(3)).chain(far).chain([last])
}

#[test]
fn every_step_of_every_scenario_is_a_figure() {
    let mut theme = Theme::ALL.into_iter().cycle();
    let mut drawn = 0;
    for scenario in LIBRARY.scenarios() {
        for (at, tables) in scenario.machines().enumerate() {
            let models = pgtable::MODELS.iter().position(|of| of.id == tables.model().id).unwrap_or(0);
            // Every machine once in so many scenarios, and each scenario on its first one.
            if at > 0 && (models + scenario.id.len()) % 11 != 0 {
                continue;
            }
            // Some callers take millions of steps.
            if at > 0 && scenario.group == Group::Callers {
                continue;
            }
            let address = format!("v1/{}/{tables}", scenario.id);
            let ask = Ask::parse(&address).unwrap_or_else(|error| panic!("{address}: {error}"));
            let mut figure = Figure::open(&ask, None).unwrap_or_else(|error| panic!("{address}: {error}"));
            for step in sampled(figure.last()) {
                figure = figure.shows(Shown::Step(step)).unwrap_or_else(|error| panic!("{address}: {error}"));
                let svg = figure.draw(Format::Svg, theme.next().unwrap_or_default()).expect("it is drawn");
                check(&svg, &format!("{address} step {step}"));
                drawn += 1;
            }
            let last = figure.last().min(5);
            for shown in [Shown::Strip(0..=last), Shown::Table(Some(0..=last))] {
                figure = figure.shows(shown).expect("it has these steps");
                check(
                    &figure.draw(Format::Svg, Theme::Light).expect("it is drawn"),
                    &format!("{address} strip"),
                );
            }
        }
    }
    assert!(drawn > 400, "{drawn}");
}

#[test]
fn every_race_is_a_figure_as_it_is_offered_first() {
    let mut safe = 0;
    for race in races::RACES {
        let mut address = format!("v1/race/{}", race.id);
        let ask = Ask::parse(&address).expect("a race");
        // Some are safe as they are offered first.
        if matches!(Figure::open(&ask, None), Err(FigureError::Safe(_))) {
            address += "?s=a3";
            safe += 1;
        }
        check(&drawn(&address, Shown::Link, Theme::Print), &address);
        check(&drawn(&address, Shown::Step(3), Theme::Dark), &address);
        check(&drawn(&address, Shown::Table(Some(0..=3)), Theme::Light), &address);
    }
    assert!((1..6).contains(&safe), "{safe}");
}

#[test]
fn long_names_and_hostile_ones_stay_text() {
    let mut canvas = super::canvas::Canvas::new(Theme::Light);
    let name = "</title><script>alert(1)</script>\u{0}\u{1b}[31m&#x1f; \"'><".repeat(3);
    let y = super::head::caption(&mut canvas, &name, std::slice::from_ref(&name), "step 1 of 2");
    let y = super::head::happened(&mut canvas, y, narrate::Mark::Start, &name[..10], &name);
    let height = super::head::foot(&mut canvas, y, &name);
    check(&canvas.finish(height, &name, &name), "hostile");
}
