#!/usr/bin/env bash
# Yew 0.23.0 (crates.io), with wasm-bindgen 0.2.126, in headless Chromium.
#
# Guess: when an element gets one child more at its end, the children before it stay the elements that they were.
# Seen: children without keys are put together from the last one on. The new last child takes the element of the old last one,
# and so on to the front, where a new element is made. What the program meant as "one more at the end" moves every state that the
# document keeps (focus, a marker set from outside, the scroll position) one child on, or loses it where the names of the
# elements differ.
#
# The program draws <main> with <header> and <p>, then with <header>, <p> and <footer>. Printed is whether the header that was there
# first is still in the document, and the same for children with keys.
#
# Needs: cargo with the target wasm32-unknown-unknown, python3, Chromium (CHROME names another one).
set -euo pipefail
temp=$(mktemp -d)
trap 'kill "${server:-}" 2>/dev/null || true; rm -rf "$temp"' EXIT
cd "$temp"

mkdir -p program/src
cat > program/Cargo.toml <<'TOML'
[package]
name = "program"
version = "0.1.0"
edition = "2021"

[dependencies]
yew = { version = "=0.23.0", features = ["csr"] }
wasm-bindgen = "=0.2.126"
web-sys = { version = "0.3", features = ["Document", "Element", "HtmlElement", "Node", "Window"] }
gloo-timers = "0.3"
TOML
cat > program/src/main.rs <<'RS'
use gloo_timers::callback::Timeout;
use yew::prelude::*;

struct Page {
    grown: bool,
    _later: Timeout,
}

#[derive(Properties, PartialEq)]
struct Keyed {
    keyed: bool,
}

impl Component for Page {
    type Message = ();
    type Properties = Keyed;

    fn create(ctx: &Context<Self>) -> Self {
        let link = ctx.link().clone();
        Self { grown: false, _later: Timeout::new(200, move || link.send_message(())) }
    }

    fn update(&mut self, _: &Context<Self>, (): ()) -> bool {
        self.grown = true;
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let mut children = if ctx.props().keyed {
            vec![html! { <header key="header" /> }, html! { <p key="p" /> }]
        } else {
            vec![html! { <header /> }, html! { <p /> }]
        };
        if self.grown {
            children.push(if ctx.props().keyed { html! { <footer key="footer" /> } } else { html! { <footer /> } });
        }
        html! { <main>{ for children }</main> }
    }
}

fn main() {
    let document = web_sys::window().unwrap().document().unwrap();
    let said = document.create_element("pre").unwrap();
    document.document_element().unwrap().append_child(&said).unwrap();
    for keyed in [false, true] {
        let root = document.create_element("div").unwrap();
        document.body().unwrap().append_child(&root).unwrap();
        yew::Renderer::<Page>::with_root_and_props(root.clone(), Keyed { keyed }).render();
        let said = said.clone();
        Timeout::new(100, move || {
            let header = root.query_selector("header").unwrap().unwrap();
            Timeout::new(300, move || {
                let names = root.query_selector_all_names();
                let stays = header.is_connected();
                let before = said.text_content().unwrap_or_default();
                said.set_text_content(Some(&format!("{before}SEEN keyed={keyed} children={names} header-stays={stays}\n")));
            })
            .forget();
        })
        .forget();
    }
}

trait Names {
    fn query_selector_all_names(&self) -> String;
}

impl Names for web_sys::Element {
    fn query_selector_all_names(&self) -> String {
        let main = self.query_selector("main").unwrap().unwrap();
        let mut child = main.first_element_child();
        let mut names = Vec::new();
        while let Some(of) = child {
            names.push(of.tag_name().to_lowercase());
            child = of.next_element_sibling();
        }
        names.join(",")
    }
}
RS
cargo install --quiet --locked --root "$temp/tools" wasm-bindgen-cli --version 0.2.126
cargo build --quiet --manifest-path program/Cargo.toml --target wasm32-unknown-unknown --target-dir "$temp/target"
mkdir site
"$temp/tools/bin/wasm-bindgen" --target web --out-dir site "$temp/target/wasm32-unknown-unknown/debug/program.wasm"
cat > site/index.html <<'HTML'
<!doctype html><body><script type="module">import init from "./program.js"; init();</script></body>
HTML
python3 -m http.server --bind 127.0.0.1 --directory site 8471 > server.log 2>&1 &
server=$!
for _ in $(seq 50); do curl --silent --fail --output page.html http://127.0.0.1:8471/ && break; sleep 0.1; done
seen=$("${CHROME:-chromium}" --headless=new --no-sandbox --disable-gpu --disable-dev-shm-usage --no-first-run \
    --disable-background-networking --disable-component-update --disable-sync --user-data-dir="$temp/profile" \
    --virtual-time-budget=5000 --dump-dom http://127.0.0.1:8471/ 2> chrome.log | grep -o 'SEEN .*' | sed 's/<.*//' || true)
echo "$seen"
expected='SEEN keyed=false children=header,p,footer header-stays=false
SEEN keyed=true children=header,p,footer header-stays=true'
[ "$seen" = "$expected" ] || { echo "this has changed; expected:"; echo "$expected"; exit 1; }
echo "as described"
