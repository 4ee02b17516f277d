//! `cargo xtask embed-report`: what each form of a walk in another page weighs, and how soon it can be stepped, over a slow line.
//!
//! The line is Chromium's: 1.6 Mbit/s with 150 ms. Beside another built site (`PAGEWALK_BESIDE`) its frame is measured in the same run.
//! A walk is seen from the first paint on: an element has its figure by then. Each time is the best of some, as the machine does other things too; bytes are those of the answers' bodies, as they were sent.

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
    requests: u64,
    /// Milliseconds until it can be stepped, from the start of the page.
    ms: f64,
    /// The same from when something of the page was seen.
    seen: f64,
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
            let ahead = format!("{}{element}", preload(&dist()));
            rows.push(measured(page, &dist(), &format!("element with a preload line, {link}"), &ahead).await);
            rows.push(measured(page, &dist(), &format!("12 elements, {link}"), &element.repeat(12)).await);
        }
        rows
    });
    println!(
        "{:66} {:>10} {:>10} {:>9} {:>13} {:>11}",
        "form", "HTML, gzip", "live, sent", "requests", "steppable, ms", "since seen"
    );
    for Row { form, first, live, requests, ms, seen } in rows {
        println!("{form:66} {first:>10} {live:>10} {requests:>9} {ms:>13.0} {seen:>11.0}");
    }
}

fn still(link: &str) -> String {
    let ask = Ask::parse(link).expect("an address");
    Figure::open(&ask, None).and_then(|of| of.draw(Format::Svg, Theme::Light)).expect("a figure")
}

/// What a page can say in its head, so that the program is fetched beside the script that asks for it.
fn preload(site: &Path) -> String {
    let entries = site.read_dir().expect("a built site").filter_map(Result::ok);
    let app = entries.map(|entry| entry.file_name()).find(|name| name.to_string_lossy().starts_with("app-"));
    let app = app.expect("the folder of the program");
    format!(
        "<link rel=\"preload\" as=\"fetch\" crossorigin href=\"{}/pagewalk_bg.wasm\">",
        app.to_string_lossy()
    )
}

async fn measured(page: &Page, site: &Path, form: &str, body: &str) -> Row {
    let html = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Host</title>{SEEN}<body>{body}"
    );
    let first = packed(&html);
    let served = Site::serve_from_with(site, |site| {
        site.instead("host.html", Answer::Bytes(html.into_bytes())).compressed()
    });
    let mut row =
        Row { form: form.to_owned(), first, live: 0, requests: 0, ms: f64::INFINITY, seen: f64::INFINITY };
    for _ in 0..TIMES {
        page.load_only(&served.url("host.html")).await;
        page.until("it can be stepped", || async {
            page.eval("return window.at !== undefined").await == true
        })
        .await;
        let times =
            "return [at, at - (performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0)]";
        let [ms, seen]: [f64; 2] =
            serde_json::from_value(page.eval(times).await).unwrap_or([f64::INFINITY; 2]);
        row.ms = row.ms.min(ms);
        row.seen = row.seen.min(seen);
        let sent = "const of = [performance, ...Array.from(frames, frame => frame.performance)];
            const all = of.flatMap(one => one.getEntriesByType('resource').concat(one === performance ? [] : one.getEntriesByType('navigation')))
                .filter(entry => entry.initiatorType !== 'iframe');
            return [all.reduce((sum, entry) => sum + entry.encodedBodySize, 0), all.length]";
        [row.live, row.requests] = serde_json::from_value(page.eval(sent).await).unwrap_or_default();
    }
    row
}

fn packed(text: &str) -> usize {
    use std::io::Write as _;
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    let written = gzip.write_all(text.as_bytes()).and_then(|()| gzip.finish());
    written.map(|bytes| bytes.len()).unwrap_or_default()
}
