//! `cargo xtask hosts`: opens the examples in a browser, as the programs that they are for have built them.

use std::path::PathBuf;

use pagewalk_browser_tests::{Key, Page, Screen, Site, from_environment, test};
use serde_json::json;

/// A host: its address, and what it does with the key →.
struct Host {
    name: &'static str,
    address: &'static str,
    /// What makes it dark, if it can be.
    dark: &'static str,
    /// What is true of the page once its own key → was pressed.
    turned: &'static str,
}

const HOSTS: [Host; 5] = [
    Host {
        name: "plain HTML",
        address: "pagewalk/host.html",
        dark: "document.documentElement.style.colorScheme = 'dark'",
        turned: "heard.includes('ArrowRight')",
    },
    Host {
        name: "mdBook",
        address: "mdbook/walk.html",
        dark: "document.documentElement.classList.replace('light', 'navy')",
        turned: "location.pathname.endsWith('/race.html')",
    },
    Host {
        name: "Sphinx, alabaster",
        address: "alabaster/index.html",
        dark: "",
        turned: "heard.includes('ArrowRight')",
    },
    Host {
        name: "Sphinx, Furo",
        address: "furo/index.html",
        dark: "document.body.dataset.theme = 'dark'",
        turned: "heard.includes('ArrowRight')",
    },
    Host {
        name: "reveal.js",
        address: "reveal/index.html#/1",
        dark: "0",
        turned: "deck.getIndices().h === 2",
    },
];

const SHOWN: &str =
    "return document.querySelector('page-walk').shadowRoot?.querySelector('.sentence')?.dataset.step ?? ''";

async fn shows(page: &Page, step: &str) {
    page.until(&format!("step {step}"), || async { page.text_of(SHOWN).await == step }).await;
}

fn main() {
    let site = Site::serve_from(&PathBuf::from(from_environment("PAGEWALK_HOSTS")));
    for host in HOSTS {
        test(Screen::WIDE, async |page| opened(page, &site, &host).await);
        println!("{}: the walk is live and keeps its manners", host.name);
    }
}

/// Opens a host, and looks at the first walk in it.
async fn opened(page: &Page, site: &Site, host: &Host) {
    page.load_only(&site.url(host.address)).await;
    let first = if host.name == "reveal.js" { "0" } else { "2" };
    page.eval("document.querySelector('page-walk').scrollIntoView({ block: 'center' })").await;
    shows(page, first).await;
    page.eval(
        "window.heard = []; document.addEventListener('keydown', event => heard.push(event.key));
         window.slider = document.querySelector('page-walk').shadowRoot.querySelector('[role=slider]');
         slider.focus({ preventScroll: true })",
    )
    .await;
    let before = page.text_of("return location.href").await;
    let next = if first == "0" { "1" } else { "3" };
    page.keys(&[Key::Right.into()]).await;
    shows(page, next).await;
    assert_eq!(page.text_of("return location.href").await, before, "the host did not move");
    assert_eq!(page.eval("return heard").await, json!([]));
    // The next key after Esc is the host's.
    page.keys(&[Key::Escape.into()]).await;
    assert_eq!(page.text_of("return document.activeElement.tagName").await, "BODY");
    if !host.dark.is_empty() {
        page.eval(host.dark).await;
        let ground = "return getComputedStyle(document.querySelector('page-walk').shadowRoot.querySelector('.live')).backgroundColor";
        page.until("it is dark", || async { page.text_of(ground).await == "rgb(16, 19, 24)" }).await;
    }
    let elsewhere = "return performance.getEntriesByType('resource').map(of => of.name).filter(name => !name.startsWith(location.origin) && !name.startsWith('data:')).join()";
    assert_eq!(page.text_of(elsewhere).await, "", "all comes from here");
    page.devtools("Emulation.setEmulatedMedia", json!({ "media": "print" })).await;
    let controls = "return document.querySelector('page-walk').shadowRoot.querySelector('.transport').getClientRects().length";
    page.until("no controls on paper", || async { page.eval(controls).await == 0 }).await;
    page.devtools("Emulation.setEmulatedMedia", json!({ "media": "" })).await;
    page.keys(&[Key::Right.into()]).await;
    let turned = format!("return {}", host.turned);
    page.until("the host's key", || async { page.eval(&turned).await == true }).await;
}
