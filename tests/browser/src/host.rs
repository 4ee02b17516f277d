//! A page around elements `<page-walk>`, and what a test asks of it.

use pagewalk_server::Answer;

use crate::{Page, Site};

/// A host with this in its body. It counts how often wasm is started, keeps the keys that reach it and the events of its elements.
pub fn host(body: &str) -> Answer {
    let page = format!(
        r#"<!doctype html><html lang="en"><meta charset="utf-8"><title>Host</title>
<style>:root {{ font-size: 62.5% }} p {{ color: rgb(1, 2, 3) }} .row {{ display: none }} body {{ margin: 0 }}</style>
<script>
window.heard = []; window.events = []; window.started = 0;
for (const name of ['instantiate', 'instantiateStreaming']) {{
    const own = WebAssembly[name];
    WebAssembly[name] = (...of) => {{ started++; return own.apply(WebAssembly, of) }};
}}
addEventListener('keydown', event => heard.push(event.key));
for (const type of ['ready', 'step', 'marker', 'end', 'leave', 'answer'])
    addEventListener(type, event => events.push([type, event.detail?.step]), true);
window.walk = at => document.querySelectorAll('page-walk')[at ?? 0];
window.inside = (what, at) => walk(at).shadowRoot.querySelector(what);
</script>
<script async src="page-walk.js"></script>
<body><p tabindex="0" id="own">The host's own text</p>{body}"#
    );
    Answer::Bytes(page.into_bytes())
}

/// A walk with a figure in it.
pub const WALK: &str = r#"<page-walk scenario="debug-init-mm" machine="x86_64-4level" kernel="v6.17" lock="read" step="2"><p id="still">A figure</p></page-walk>"#;

/// Opens a host with this in its body.
pub async fn open_host(page: &Page, body: &str) {
    let host = host(body);
    let site = Site::serve_with(|site| site.instead("host.html", host));
    page.load_only(&site.url("host.html")).await;
}

/// Waits until an element shows a step.
pub async fn shows(page: &Page, at: usize, step: u64) {
    let shown = format!("return inside('.sentence', {at})?.dataset.step");
    page.until(&format!("step {step} in element {at}"), || async {
        page.text_of(&shown).await == step.to_string()
    })
    .await;
}

/// Waits until an element knows its whole run, and returns the last step.
pub async fn whole(page: &Page, at: usize) -> u64 {
    let count = format!("return inside('.count', {at})?.textContent ?? '…'");
    page.until("the whole run", || async { !page.text_of(&count).await.contains('…') }).await;
    page.eval(&format!("return walk({at}).last")).await.as_u64().expect("a number")
}
