//! No address is too broken: whatever is behind the `#`, there is a page, it says what it does not understand, and nothing is
//! downloaded for a name that does not exist.

use std::cell::RefCell;

use lessons::LESSONS;
use narrate::race::{Session, Tape};
use pagewalk_browser_tests::{Page, Screen, Site, test};
use pagewalk_tests::LIBRARY;
use pagewalk_tests::addresses::{VALID, broken};
use races::compose::ComposeLink;
use races::{Fix, RaceLink};
use scenario::link::View;
use scenario::{CompareLink, Link, LinkProblem};
use serde_json::{Value, json};
use url::Url;

/// What is there when a walk is: a step.
const WALK: &str = ".sentence";

/// The addresses of the page of races that name none. They were blank pages once.
const NO_RACE: [&str; 3] = ["#v1/race", "#v1/race?", "#v1/race?embed"];

/// Addresses that name what does not exist, one of each form.
const MISTYPED: [&str; 9] = [
    "#v1/nope",
    "#v1/nope/x86_64-4level/v7.3?lock=read&t=3&view=levels",
    "#v1/races/munmap",
    "#v1/race/munmpa",
    "#v1/race/munmpa/x86_64-4level/v7.3?lock=read&t=3",
    "#v1/verdicts/nope",
    "#v1/callers/nope",
    "#v1/compare/nope/x86_64-4level/v6.17?with=v7.3",
    "#v1/learn/why-the-pach/3",
];

/// What an address has to lead to.
#[derive(Debug)]
struct Expected {
    /// What is there when its page is.
    sign: &'static str,
    /// What the page says: nothing, or at least this.
    notice: Option<String>,
    /// The step that it asks for: where the run has none, the page says that.
    step: u32,
    /// Whether it names only what does not exist, so that nothing has to be downloaded for it.
    is_mistyped: bool,
}

impl Expected {
    /// What the hash of an address, as the browser has it, has to lead to.
    fn of(hash: &str) -> Self {
        let text = hash.strip_prefix('#').unwrap_or(hash);
        let path = text.strip_prefix("v1/").unwrap_or_default();
        let name = path.split(['/', '?']).next().unwrap_or_default();
        let rest = &path[name.len()..];
        if let Some(notices) = composed_notices(hash) {
            return Self::later(".switches .says", notices.first().cloned());
        }
        // A `?` with nothing behind it says nothing.
        let rest = if rest == "?" { "" } else { rest };
        let named = rest.strip_prefix('/').unwrap_or(rest).split(['/', '?']).next().unwrap_or_default();
        let after = &rest[(rest.len().min(1) + named.len()).min(rest.len())..];
        let stray = |rest: &str| (!rest.is_empty() && rest != "?").then(|| String::from("is not known"));
        match name {
            "callers" | "race" | "verdicts" | "compare" | "learn"
                if !named.is_empty() && !is_there(name, named) =>
            {
                Self { is_mistyped: true, ..Self::later(".directory a", Some("There is no ".to_owned())) }
            }
            "callers" => Self::later(".callers tbody tr", stray(rest.strip_prefix('/').unwrap_or(rest))),
            // The other page with such a name, where the end of it is cut off.
            "call" if rest.is_empty() => Self::later(".call .sentence", None),
            "verdicts" => Self::later(".survey[data-state]", stray(after)),
            "compare" => {
                let (link, problems) = CompareLink::parse(hash, &LIBRARY);
                let (link, missing) = link.without_files(|_| false);
                let notice = problems.iter().chain(&missing).next().map(ToString::to_string);
                Self { step: link.line, ..Self::later(".side + .side", notice) }
            }
            "safe" => {
                let (_, problems) = races::safe::link::parse(hash);
                Self::later(".question textarea", problems.first().map(ToString::to_string))
            }
            "race" => Self::later(".lane", race_notice(hash)),
            "learn" => Self::later(".lesson", learn_notice(named, after)),
            _ => {
                let (link, problems) = Link::parse(hash, &LIBRARY);
                let notice = problems.first().map(ToString::to_string);
                if link.view == View::Levels {
                    return Self::later(".level-list", notice);
                }
                let is_mistyped = problems.first().is_some_and(LinkProblem::is_of_another_scenario);
                Self { sign: WALK, notice, step: link.step, is_mistyped }
            }
        }
    }

    fn later(sign: &'static str, notice: Option<String>) -> Self {
        Self { sign, notice, step: 0, is_mistyped: false }
    }
}

/// Whether one of the pages that arrive later has something of this name.
fn is_there(page: &str, name: &str) -> bool {
    match page {
        "race" => races::RaceDef::from_id(name).is_some(),
        "verdicts" => races::verdicts::numbered(name).is_some(),
        "compare" => LIBRARY.scenario(name).is_some(),
        "learn" => lessons::NAMES.contains(&name),
        _ => false,
    }
}

/// All that the page may say of a composed race, the first of it at least, if the address is that of one or asks for the race of a fix.
fn composed_notices(hash: &str) -> Option<Vec<String>> {
    if let Some(asked) = Fix::asked(hash) {
        return Some(asked.err().map(|unknown| unknown.to_string()).into_iter().collect());
    }
    let (link, problems) = ComposeLink::parse(hash)?;
    let misfit = link.of.start().ok().and_then(|start| Tape::along(start, &link.schedule).1);
    Some(problems.iter().map(ToString::to_string).chain(misfit).collect())
}

/// What the page says of a link to a race: what is wrong with it, or where its schedule ends before its time.
fn race_notice(hash: &str) -> Option<String> {
    let (link, problems) = RaceLink::parse(hash)?;
    problems.first().map(ToString::to_string).or_else(|| Session::open(&link).ok()?.1)
}

/// What the page of lessons says of the name of a lesson and of what stands behind it.
fn learn_notice(name: &str, after: &str) -> Option<String> {
    let after = after.strip_prefix('/').unwrap_or(after);
    let digits = after.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(after.len());
    let (stop, more) = after.split_at(digits);
    if !name.is_empty() {
        let source = LESSONS.iter().find(|source| source.name == name).expect("one that there is");
        let stops = source.lesson().expect("a lesson").stops.len();
        if !stop.is_empty() && !stop.parse().is_ok_and(|stop| (1..=stops).contains(&stop)) {
            return Some(String::from("has no stop"));
        }
    }
    (!matches!(more, "" | "/" | "?")).then(|| String::from("is not known"))
}

/// Waits until the page is as it has to be, or says in which way it is not.
async fn shows(page: &Page, address: &str, expected: &Expected) {
    let short = short(address);
    let script = format!(
        "const text = of => (document.querySelector(of)?.innerText ?? '').replace(/\\s+/g, ' ').trim();
         const visible = text('main') !== '' && document.querySelector({:?}) !== null;
         return [visible, text('[role=alert]'), sessionStorage.errors ?? '']",
        expected.sign
    );
    page.until(&format!("a page for {short}: {expected:?}"), || async {
        let state = page.eval(&script).await;
        assert_eq!(state[2], "", "{short}");
        let said = state[1].as_str().unwrap_or_default();
        let too_far = format!(" has no step {}:", expected.step);
        let is_said = match &expected.notice {
            Some(notice) => said.to_lowercase().contains(notice.trim().to_lowercase().as_str()),
            None => said.is_empty() || said.contains(&too_far),
        };
        state[0] == true && is_said
    })
    .await;
}

/// The files that were loaded, by name.
async fn files(page: &Page) -> Vec<String> {
    let mut names = page.loaded().await;
    names.sort();
    names
}

/// The same without the machines' tables, which a walk may need.
async fn program(page: &Page) -> Vec<String> {
    let mut names = files(page).await;
    names.retain(|name| !name.starts_with("captures/"));
    names
}

/// Opens the first view, which needs the first part of the program and that of the page.
async fn open_first_view(page: &Page, site: &Site) {
    page.open(&site.url("#v1")).await;
    let names = program(page).await;
    assert_eq!(names.concat().matches(".wasm").count(), 2, "{names:?}");
}

/// Goes to an address without loading the document again. Then the page has heard of it: we listen after it. Returns what the
/// address has to lead to; nothing if it is the one that is there already, of which no page hears.
///
/// The browser takes 200 changes of an address in 10 seconds, and forgets the others: those are tried again.
async fn go(page: &Page, address: &str) -> Option<Expected> {
    // What follows `:~:` is for the browser itself, and no page sees it.
    let script = format!(
        "const address = {}, old = location.hash;
         if (new URL(address.split(':~:')[0], location).hash === old) return [true, null];
         const heard = new Promise(heard => addEventListener('hashchange', heard, {{ once: true }}));
         location.hash = address;
         const hash = location.hash;
         return hash === old ? [false, null] : heard.then(() => [true, hash])",
        json!(address)
    );
    let hash = RefCell::new(Value::Null);
    page.until("the browser takes the address", || async {
        let mut answer = page.eval(&script).await;
        hash.replace(answer[1].take());
        answer[0] == true
    })
    .await;
    let expected = Expected::of(hash.borrow().as_str()?);
    shows(page, address, &expected).await;
    Some(expected)
}

/// A walk on a machine that was captured.
const VALID_CAPTURED: &str = "#v1/kernel-walk/x86_64-4level/v6.17?lock=read&t=1";

/// As much of an address as a person wants to read.
fn short(address: &str) -> String {
    address.chars().take(80).collect()
}

#[test]
fn every_broken_address_opens_a_page_that_says_so() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        open_first_view(page, &site).await;
        // Many of them name a captured machine: what reads it is here then.
        go(page, VALID_CAPTURED).await;
        let first = program(page).await;
        go(page, "#v1/kernal-walk").await;
        go(page, "#v1/kernel-walk/x86_64-4level/v6.17?lock=foo").await;
        assert_eq!(program(page).await, first, "what is wrong there no later part knows");
        // A machine or a kernel that is not known may be one that arrives later.
        go(page, "#v1/kernel-walk/vax").await;
        let usual = program(page).await;
        assert_ne!(usual, first);
        let (walks, others): (Vec<_>, Vec<_>) =
            broken().into_iter().partition(|address| Expected::of(address).sign == WALK);
        let (mut heard, mut said) = (0, 0);
        for addresses in [walks, others] {
            let is_first = heard == 0;
            for address in addresses {
                if let Some(expected) = go(page, &address).await {
                    heard += 1;
                    said += usize::from(expected.notice.is_some());
                }
            }
            // Whatever else is wrong with a walk needs nothing besides.
            assert!(!is_first || program(page).await == usual, "{:?}", program(page).await);
        }
        assert!(heard >= 500 && said >= 400, "{heard} and {said}");
        // And it is still alive.
        for address in VALID {
            let expected = go(page, address).await;
            assert!(expected.is_none_or(|expected| expected.notice.is_none()), "{address}");
        }
    });
}

#[test]
fn a_page_that_is_loaded_with_a_broken_address_says_so() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        open_first_view(page, &site).await;
        let usual = files(page).await;
        let picked = broken().into_iter().step_by(24);
        for address in picked.chain(NO_RACE.map(str::to_owned)).chain(MISTYPED.map(str::to_owned)) {
            let url = Url::parse(&site.url(&address)).expect("an address");
            let hash = url.fragment().map(|hash| format!("#{hash}")).unwrap_or_default();
            let expected = Expected::of(&hash);
            page.load(url.as_str()).await;
            shows(page, &address, &expected).await;
            assert!(expected.is_mistyped || !MISTYPED.contains(&&*address), "{address}");
            if expected.is_mistyped {
                let files = files(page).await;
                assert!(files.iter().all(|file| usual.contains(file)), "{}: {files:?}", short(&address));
            }
        }
    });
}

#[test]
fn the_page_of_races_without_a_name_says_that_there_is_none() {
    for address in NO_RACE {
        let notice = Expected::of(address).notice.unwrap_or_default();
        assert!(notice.contains("names no race"), "{address}: {notice}");
    }
}
