//! `cargo xtask embed-report`: what each form of a walk in another page weighs, and how soon it can be stepped, over a slow line.
//!
//! The line is Chromium's: 1.6 Mbit/s with 150 ms. Beside another built site (`PAGEWALK_BESIDE`) its frame is measured in the same run.
//! Each time is the best of some, as the machine does other things too; bytes are those of the answers' bodies, as they were sent.

use std::path::{Path, PathBuf};

use figure::{Ask, Figure, Format, Theme};
use pagewalk_browser_tests::{Answer, Page, Screen, Site, dist, test};
use serde_json::json;

/// A walk on made tables, and one on a captured machine.
const LINKS: [&str; 2] = ["again/x86_64-4level/v7.3?t=2", "debug-init-mm/x86_64-4level/v7.3?lock=read&t=2"];

/// How often each is measured.
const TIMES: usize = 3;

/// Tells when a walk can be stepped: an element by its event, a frame by what it shows.
const SEEN: &str = "<script>
addEventListener('ready', () => window.at ??= performance.now(), true);
const look = () => {
    const frame = document.querySelector('iframe');
    if (frame?.contentDocument?.querySelector('.live .sentence, body > .pagewalk .sentence')) window.at ??= performance.now();
    else if (window.at === undefined) requestAnimationFrame(look);
};
addEventListener('DOMContentLoaded', look);
</script>";

/// What was measured of a form.
struct Row {
    form: String,
    first: usize,
    live: u64,
    ms: f64,
}

fn main() {
    let beside = std::env::var_os("PAGEWALK_BESIDE").map(PathBuf::from);
    let rows = test(Screen::WIDE, async |page| {
        page.devtools("Network.enable", json!({})).await;
        let line = json!({ "offline": false, "latency": 150, "downloadThroughput": 200_000, "uploadThroughput": 93_750 });
        page.devtools("Network.emulateNetworkConditions", line).await;
        page.devtools("Network.setCacheDisabled", json!({ "cacheDisabled": true })).await;
        let mut rows = Vec::new();
        for link in LINKS {
            let figure = still(link);
            let frame = format!(
                "<iframe src=\"index.html#v1/{}&amp;embed\" width=\"720\" height=\"560\" title=\"a walk\"></iframe>",
                link.replace('&', "&amp;")
            );
            let element = format!(
                "<script async src=\"page-walk.js\"></script><page-walk link=\"{}\">{figure}</page-walk>",
                link.replace('&', "&amp;")
            );
            if let Some(site) = &beside {
                rows.push(measured(page, site, &format!("frame of the other site, {link}"), &frame).await);
            }
            rows.push(measured(page, &dist(), &format!("frame, {link}"), &frame).await);
            rows.push(measured(page, &dist(), &format!("element, {link}"), &element).await);
            rows.push(measured(page, &dist(), &format!("12 elements, {link}"), &element.repeat(12)).await);
        }
        rows
    });
    println!("{:70} {:>12} {:>12} {:>14}", "form", "HTML, gzip", "live, sent", "steppable, ms");
    for Row { form, first, live, ms } in rows {
        println!("{form:70} {first:>12} {live:>12} {ms:>14.0}");
    }
}

fn still(link: &str) -> String {
    let ask = Ask::parse(link).expect("an address");
    Figure::open(&ask, None).and_then(|of| of.draw(Format::Svg, Theme::Light)).expect("a figure")
}

async fn measured(page: &Page, site: &Path, form: &str, body: &str) -> Row {
    let html = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Host</title>{SEEN}<body>{body}"
    );
    let first = packed(&html);
    let served = Site::serve_from_with(site, |site| {
        site.instead("host.html", Answer::Bytes(html.into_bytes())).compressed()
    });
    let (mut ms, mut live) = (f64::INFINITY, 0);
    for _ in 0..TIMES {
        page.load_only(&served.url("host.html")).await;
        page.until("it can be stepped", || async {
            page.eval("return window.at !== undefined").await == true
        })
        .await;
        ms = ms.min(page.eval("return window.at").await.as_f64().unwrap_or(f64::INFINITY));
        let sent = "const of = [performance, ...Array.from(frames, frame => frame.performance)];
            return of.flatMap(one => one.getEntriesByType('resource').concat(one === performance ? [] : one.getEntriesByType('navigation')))
                .filter(entry => entry.initiatorType !== 'iframe').reduce((sum, entry) => sum + entry.encodedBodySize, 0)";
        live = page.eval(sent).await.as_u64().unwrap_or_default();
    }
    Row { form: form.to_owned(), first, live, ms }
}

fn packed(text: &str) -> usize {
    use std::io::Write as _;
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    let written = gzip.write_all(text.as_bytes()).and_then(|()| gzip.finish());
    written.map(|bytes| bytes.len()).unwrap_or_default()
}
