//! What must be true in every host.

use pagewalk_browser_tests::{Key, Page, Site};
use serde_json::json;

use crate::{Host, all_is_here, paper};

/// What the first walk of a page shows.
const SHOWN: &str =
    "return document.querySelector('page-walk')?.shadowRoot?.querySelector('.sentence')?.dataset.step ?? ''";

pub(crate) async fn shows(page: &Page, step: u64) {
    page.until(&format!("step {step}"), || async { page.text_of(SHOWN).await == step.to_string() }).await;
}

/// Opens a host, and looks at the first walk in it. Returns how its paper was looked at.
pub(crate) async fn kept(page: &Page, site: &Site, host: &Host) -> &'static str {
    page.load_only(&site.url(host.address)).await;
    page.wait_for("the walk", "page-walk").await;
    page.eval("document.querySelector('page-walk').scrollIntoView({ block: 'center' })").await;
    shows(page, host.first).await;
    page.eval(
        "window.heard = []; document.addEventListener('keydown', event => heard.push(event.key));
         document.querySelector('page-walk').shadowRoot.querySelector('[role=slider]').focus({ preventScroll: true })",
    )
    .await;
    // Our keys are ours.
    let before = page.text_of("return location.pathname").await;
    page.keys(&[Key::Right.into()]).await;
    shows(page, host.first + 1).await;
    assert_eq!(page.text_of("return location.pathname").await, before, "the host did not move");
    assert_eq!(page.eval("return heard").await, json!([]), "the host has heard nothing");
    page.keys(&[Key::Left.into()]).await;
    shows(page, host.first).await;
    // The next key after Esc is the host's.
    page.keys(&[Key::Escape.into()]).await;
    assert_eq!(page.text_of("return document.activeElement.tagName").await, "BODY");
    if let Some(dark) = host.dark {
        page.eval(dark).await;
        let ground = "return getComputedStyle(document.querySelector('page-walk').shadowRoot.querySelector('.live')).backgroundColor";
        page.until("it is dark", || async { page.text_of(ground).await == "rgb(16, 19, 24)" }).await;
    }
    all_is_here(page).await;
    page.devtools("Emulation.setEmulatedMedia", json!({ "media": "print" })).await;
    let controls = "return [...document.querySelectorAll('page-walk')].filter(of => of.shadowRoot.querySelector('.transport')?.getClientRects().length).length";
    page.until("no controls on paper", || async { page.eval(controls).await == 0 }).await;
    page.devtools("Emulation.setEmulatedMedia", json!({ "media": "" })).await;
    let paper = paper::of(page).await;
    page.keys(&[Key::Right.into()]).await;
    let turned = format!("return {}", host.turned);
    page.until("the host's key", || async { page.eval(&turned).await == true }).await;
    let Some(paper) = paper else { return "view" };
    let says = if host.first == 0 { "Nothing has happened yet" } else { paper::SENTENCE };
    paper::says(&paper, &[says, paper::LOCK, paper::TABLE]);
    "pdf"
}
