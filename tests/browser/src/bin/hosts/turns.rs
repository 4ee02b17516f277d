//! A host that turns its pages itself, without loading: walks come and go.

use pagewalk_browser_tests::{Page, Site};
use serde_json::json;

use crate::all_is_here;
use crate::manners::shows;

/// How often its pages are turned, there and back.
const TURNS: u32 = 12;

/// More than this is a leak.
const MOST_NODES: f64 = 300.0;
const MOST_BYTES: f64 = 1e6;

/// The nodes and the bytes that the page holds on to.
async fn held(page: &Page) -> [f64; 2] {
    page.devtools("HeapProfiler.collectGarbage", json!({})).await;
    let metrics = page.devtools("Performance.getMetrics", json!({})).await;
    let of = |name: &str| {
        let all = metrics["metrics"].as_array().expect("a list");
        all.iter().find(|of| of["name"] == name).and_then(|of| of["value"].as_f64()).expect("a number")
    };
    [of("Nodes"), of("JSHeapUsedSize")]
}

/// Turns to the other page by its link.
async fn turn(page: &Page, to: &str) {
    page.eval("document.querySelector('.markdown a[href^=\"/\"]').click()").await;
    page.until(to, || async { page.text("h1").await == to }).await;
    shows(page, 2).await;
    assert_eq!(page.count("page-walk").await, 1);
}

/// A page that is left and come back to has a walk as at first, and nothing of it stays behind.
pub(crate) async fn and_returns(page: &Page, site: &Site) -> String {
    // What is on the server is the walk with its figure.
    page.load_only(&site.url("docusaurus/")).await;
    let sent = "const text = await (await fetch(location.href)).text(); return /<page-walk [^>]*step=\"2\"[^>]*>.*<img /s.test(text)";
    assert_eq!(page.eval_async(sent).await, true);
    shows(page, 2).await;
    page.devtools("Performance.enable", json!({})).await;
    let round = async || {
        turn(page, "With the write lock").await;
        turn(page, "A walk").await;
    };
    for _ in 0..3 {
        round().await;
    }
    let before = held(page).await;
    for _ in 0..TURNS {
        round().await;
    }
    let after = held(page).await;
    let [nodes, bytes] = [after[0] - before[0], after[1] - before[1]];
    assert!(nodes < MOST_NODES && bytes < MOST_BYTES, "{TURNS} turns keep {nodes} nodes, {bytes} bytes");
    // One program for all of them, and what is stepped steps.
    assert_eq!(page.times_loaded("element.js").await, 1);
    page.eval("document.querySelector('page-walk').next()").await;
    shows(page, 3).await;
    all_is_here(page).await;
    format!(
        "sent with its figure; {TURNS} turns there and back keep {nodes} nodes, {} kB",
        (bytes / 1e3).round()
    )
}
