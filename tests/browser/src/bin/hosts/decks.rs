//! Slides: a clicker leads through the steps of a walk and out of its slide.

use std::path::Path;

use pagewalk_browser_tests::{Key, Page, Site};
use serde_json::{Value, json};

use crate::all_is_here;
use crate::manners::shows;
use crate::paper;

const STEPS: &str = "return [...document.querySelectorAll('page-walk')].map(of => of.shadowRoot.querySelector('.sentence')?.dataset.step ?? '').join()";

/// Presses a key of a clicker so often, and waits until this slide and these steps of both walks are shown.
async fn press(page: &Page, key: Key, times: u64, slide: u64, steps: &str) {
    page.keys(&vec![key.into(); usize::try_from(times).expect("few")]).await;
    page.until(&format!("slide {slide}, steps {steps}"), || async {
        page.eval("return deck.getIndices().h").await == slide && page.text_of(STEPS).await == steps
    })
    .await;
}

async fn fragments(page: &Page, slide: u64) -> u64 {
    let count = format!("return deck.getHorizontalSlides()[{slide}].querySelectorAll('.fragment').length");
    page.eval(&count).await.as_u64().expect("a number")
}

/// Two walks with their steps as fragments, there and back again; and the print view.
pub(crate) async fn reveal(page: &Page, site: &Site) -> String {
    page.load_only(&site.url("reveal/index.html")).await;
    page.until("the deck", || async {
        page.eval("return typeof deck === 'object' && deck.isReady()").await == true
    })
    .await;
    // The slide of a walk is turned to by the clicker, and the walk begins.
    press(page, Key::PageDown, 1, 1, "0,").await;
    let first = fragments(page, 1).await;
    assert_eq!(first, 5);
    press(page, Key::PageDown, first, 1, "5,").await;
    press(page, Key::PageDown, 1, 2, "5,1").await;
    let last = "return document.querySelectorAll('page-walk')[1].last";
    page.until("all steps are fragments", || async {
        let all = page.eval(last).await.as_u64().unwrap_or_default();
        all > 10 && fragments(page, 2).await == all - 1
    })
    .await;
    let last = page.eval(last).await.as_u64().expect("a number");
    // From step k of n, n - k + 1 presses leave the slide: fewer do not.
    press(page, Key::PageDown, 7, 2, "5,8").await;
    press(page, Key::PageDown, last - 8, 2, &format!("5,{last}")).await;
    press(page, Key::PageDown, 1, 3, &format!("5,{last}")).await;
    // And back.
    press(page, Key::PageUp, 1, 2, &format!("5,{last}")).await;
    press(page, Key::PageUp, last - 1, 2, "5,1").await;
    press(page, Key::PageUp, 1, 1, "5,1").await;
    press(page, Key::PageUp, 3, 1, "2,1").await;
    // Stepped by its own keys the deck follows, and out at its end the clicker's press is the deck's.
    page.eval("document.querySelector('page-walk').shadowRoot.querySelector('[role=slider]').focus({ preventScroll: true })").await;
    press(page, Key::Right, 2, 1, "4,1").await;
    page.until("the deck has followed", || async { page.eval("return deck.getIndices().f").await == 3 })
        .await;
    page.keys(&[Key::Escape.into()]).await;
    press(page, Key::PageDown, 1, 1, "5,1").await;
    press(page, Key::PageDown, 1, 2, "5,1").await;
    // By its address.
    page.load_only(&site.url("reveal/index.html#/1/0/2")).await;
    page.until("the third step", || async { page.text_of(STEPS).await == "3," }).await;
    all_is_here(page).await;
    // Its paper has figures: no walk, and nothing to press.
    page.load_only(&site.url("reveal/index.html?print-pdf")).await;
    page.wait_for("its pages", ".pdf-page").await;
    page.until("its figures", || async {
        page.eval(
            "return [...document.querySelectorAll('.pdf-page img')].filter(of => of.naturalWidth).length",
        )
        .await
            == 2
    })
    .await;
    assert_eq!(page.count(".pdf-page").await, 4);
    assert_eq!(page.count("page-walk, .pdf-page button").await, 0);
    if let Some(text) = paper::of(page).await {
        paper::says(&text, &[paper::SENTENCE, paper::LOCK, paper::TABLE, "The assertion holds"]);
    }
    format!("{last} steps of two walks by the clicker, and back; print view")
}

/// Figures as HTML and as PDF, and a walk that a clicker leads through and out of.
pub(crate) async fn marp(page: &Page, site: &Site, folder: &Path) -> String {
    page.load_only(&site.url("marp/walks.html")).await;
    page.until("all figures", || async {
        page.eval("const all = [...document.querySelectorAll('img')]; return all.length && all.every(of => of.naturalWidth)").await == true
    })
    .await;
    let figures: Value = page.eval("return document.querySelectorAll('img').length").await;
    assert_eq!(figures, json!(3));
    all_is_here(page).await;
    if let Some(text) = paper::text(&folder.join("marp").join("walks.pdf")) {
        paper::says(&text, &[paper::SENTENCE, paper::LOCK, paper::TABLE, "The assertion holds"]);
    }
    page.load_only(&site.url("marp/live.html")).await;
    page.wait_for("the deck", "page-walk").await;
    page.painted().await;
    // Nothing is fetched on another slide.
    assert_eq!(page.times_loaded("element.js").await, 0);
    page.keys(&[Key::PageDown.into()]).await;
    shows(page, 2).await;
    page.until("the whole run", || async {
        page.eval("return document.querySelector('page-walk').last > 10 && !document.querySelector('page-walk').shadowRoot.querySelector('.count').textContent.includes('…')").await == true
    })
    .await;
    let last = page.eval("return document.querySelector('page-walk').last").await.as_u64().expect("a number");
    page.eval("document.querySelector('page-walk').shadowRoot.querySelector('[role=slider]').focus({ preventScroll: true })").await;
    page.keys(&vec![Key::PageDown.into(); usize::try_from(last - 2).expect("few")]).await;
    shows(page, last).await;
    assert_eq!(page.text_of("return location.hash").await, "#2");
    page.keys(&[Key::PageDown.into()]).await;
    page.until("the next slide", || async { page.text_of("return location.hash").await == "#3" }).await;
    format!("{figures} figures in its HTML and PDF; the clicker leaves the live walk's slide at its end")
}
