//! `cargo xtask hosts`: opens the examples in a browser, as the programs that they are for have built them, and prints what is true of each.

mod decks;
mod manners;
mod paper;
mod turns;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::process::ExitCode;

use pagewalk_browser_tests::{Page, Screen, Site, from_environment, test};

/// A host: its address, the step that it shows first, what makes it dark, if it can be, and what is true of the page once its own key → was
/// pressed.
struct Host {
    name: &'static str,
    address: &'static str,
    first: u64,
    dark: Option<&'static str>,
    turned: &'static str,
}

/// All comes from here, and is there, but for the icon that browsers ask every server for.
async fn all_is_here(page: &Page) {
    let elsewhere = "return performance.getEntriesByType('resource').map(of => of.name).filter(name => !name.startsWith(location.origin) && !name.startsWith('data:')).join()";
    assert_eq!(page.text_of(elsewhere).await, "", "all comes from here");
    let missing = "return performance.getEntriesByType('resource').filter(of => of.responseStatus >= 400 && !of.name.endsWith('/favicon.ico')).map(of => of.name).join()";
    assert_eq!(page.text_of(missing).await, "", "nothing is missing");
}

/// Hosts that use no key themselves: that it comes to them is what counts.
const HEARD: &str = "heard.includes('ArrowRight')";

const HOSTS: [Host; 8] = [
    Host {
        name: "plain HTML",
        address: "pagewalk/host.html",
        first: 2,
        dark: Some("document.documentElement.style.colorScheme = 'dark'"),
        turned: HEARD,
    },
    Host {
        name: "mdBook",
        address: "mdbook/walk.html",
        first: 2,
        dark: Some("document.documentElement.classList.replace('light', 'navy')"),
        turned: "location.pathname.endsWith('/race.html')",
    },
    Host { name: "Sphinx, alabaster", address: "alabaster/index.html", first: 2, dark: None, turned: HEARD },
    Host {
        name: "Sphinx, Furo",
        address: "furo/index.html",
        first: 2,
        dark: Some("document.body.dataset.theme = 'dark'"),
        turned: HEARD,
    },
    Host {
        name: "reveal.js",
        address: "reveal/index.html#/1",
        first: 0,
        // As it is.
        dark: Some(""),
        turned: "deck.getIndices().f === 0",
    },
    Host {
        name: "Marp, live",
        address: "marp/live.html#2",
        first: 2,
        dark: None,
        turned: "location.hash === '#3'",
    },
    Host {
        name: "Docusaurus",
        address: "docusaurus/",
        first: 2,
        dark: Some("document.documentElement.dataset.theme = 'dark'"),
        turned: HEARD,
    },
    Host {
        name: "Jupyter, nbconvert",
        address: "jupyter/walk.html",
        first: 2,
        dark: Some("document.body.dataset.jpThemeLight = 'false'; document.body.style.background = '#111'"),
        turned: HEARD,
    },
];

/// What is true of a host whose row says so.
const HEAD: &str =
    "host                 live  its keys  host's keys  dark  paper  console  from here  besides";

/// A line of the table.
fn row(name: &str, dark: bool, paper: &str, besides: &str) -> String {
    let dark = if dark { "yes" } else { "–" };
    format!("{name:20} yes   yes       yes          {dark:5} {paper:6} clean    all        {besides}")
}

fn main() -> ExitCode {
    let folder = PathBuf::from(from_environment("PAGEWALK_HOSTS"));
    let site = Site::serve_from(&folder);
    let mut table = vec![HEAD.to_owned()];
    let mut failed = 0;
    // One that fails does not keep the others from being opened; what failed was printed then.
    let mut told = |name: &str, done: std::thread::Result<String>| {
        failed += usize::from(done.is_err());
        let line = done.unwrap_or_else(|_| format!("{name:20} FAILED"));
        println!("{line}");
        table.push(line);
    };
    for host in &HOSTS {
        let opened = || {
            let paper = test(Screen::WIDE, async |page| manners::kept(page, &site, host).await);
            let besides = match host.name {
                "reveal.js" => test(Screen::WIDE, async |page| decks::reveal(page, &site).await),
                "Marp, live" => test(Screen::WIDE, async |page| decks::marp(page, &site, &folder).await),
                "Docusaurus" => test(Screen::WIDE, async |page| turns::and_returns(page, &site).await),
                _ => String::new(),
            };
            row(host.name, host.dark.is_some(), paper, &besides)
        };
        told(host.name, catch_unwind(AssertUnwindSafe(opened)));
    }
    told(
        "kernel-figure",
        catch_unwind(|| test(Screen::WIDE, async |page| paper::kernel(page, &site, &folder).await)),
    );
    println!("\n{}", table.join("\n"));
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
