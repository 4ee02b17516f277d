//! What a page in a frame owes to the page around it: keys, messages, room, colours, rest. `docs/embedding.md` promises all of it.

use pagewalk_browser_tests::{Answer, Key, Page, Screen, Site, test};
use serde_json::{Value, json};

/// A host that keeps what it is told and which keys it gets, with one frame.
fn host(attributes: &str, link: &str, around: &str) -> Answer {
    Answer::Bytes(
        format!(
            r#"<!doctype html><html lang="en"><meta charset="utf-8"><title>Host</title>
<style>{around}</style><body><p tabindex="0" id="own">The host's own text</p>
<iframe {attributes} src="index.html{link}" title="one"></iframe>
<script>
window.heard = []; window.told = []; window.strings = [];
addEventListener('keydown', event => heard.push(event.key));
addEventListener('message', ({{ data, source }}) => {{
    if (source !== frames[0]) return;
    if (typeof data === 'string') strings.push(data); else told.push(data);
}});
window.ask = what => frames[0].postMessage(what, '*');
</script>"#
        )
        .into_bytes(),
    )
}

const LINK: &str = "#v1/debug-init-mm/x86_64-4level/v6.17?lock=read&amp;t=2&amp;embed";

async fn open(page: &Page, host: Answer) {
    let site =
        Site::serve_with(|site| site.instead("host.html", host).header("Access-Control-Allow-Origin", "*"));
    page.load_only(&site.url("host.html")).await;
    told(page, "ready").await;
    whole(page).await;
}

/// All messages of a kind, once there is one.
async fn told(page: &Page, kind: &str) -> Vec<Value> {
    page.until(kind, || async { !all(page, kind).await.is_empty() }).await;
    all(page, kind).await
}

async fn all(page: &Page, kind: &str) -> Vec<Value> {
    let told = page.eval(&format!("return told.filter(of => of.type === {kind:?})")).await;
    told.as_array().cloned().unwrap_or_default()
}

/// Waits until the whole run is known.
async fn whole(page: &Page) {
    page.until("the whole run", || async {
        all(page, "step").await.last().is_some_and(|of| of["complete"] == true)
    })
    .await;
}

/// Waits until the frame says that it shows a step.
async fn shows(page: &Page, step: u64) {
    page.until(&format!("step {step}"), || async {
        all(page, "step").await.last().is_some_and(|of| of["step"] == step)
    })
    .await;
}

async fn ask(page: &Page, what: Value) {
    page.eval(&format!("ask({what})")).await;
}

async fn type_into_frame(page: &Page, keys: &[char]) {
    page.enter_frame(0).await;
    page.keys(keys).await;
    page.leave_frame().await;
}

#[test]
fn the_host_is_told_what_is_shown_and_can_step_it() {
    test(Screen::WIDE, async |page| {
        open(page, host("width=720 height=560", LINK, "")).await;
        let ready = &told(page, "ready").await[0];
        assert_eq!((&ready["pagewalk"], &ready["step"]), (&json!(1), &json!(2)));
        let entries = page.eval("return history.length").await;
        let last = all(page, "step").await.last().expect("a step")["last"].as_u64().expect("a number");
        ask(page, json!({ "pagewalk": 1, "type": "next" })).await;
        shows(page, 3).await;
        ask(page, json!({ "pagewalk": 1, "type": "previous" })).await;
        shows(page, 2).await;
        for step in [7, 0, 5] {
            ask(page, json!({ "pagewalk": 1, "type": "seek", "step": step })).await;
            shows(page, step).await;
        }
        assert!(all(page, "end").await.is_empty());
        // One that the run does not have is the last one.
        ask(page, json!({ "pagewalk": 1, "type": "seek", "step": last + 9 })).await;
        shows(page, last).await;
        assert_eq!(told(page, "end").await.len(), 1);
        let step = all(page, "step").await.pop().expect("a step");
        assert!(step["sentence"].as_str().is_some_and(|says| says.len() > 10), "{step}");
        assert!(step["link"].as_str().is_some_and(|link| link.starts_with("v1/debug-init-mm/")), "{step}");
        assert_eq!(page.eval("return history.length").await, entries, "stepping leaves no entries");
        // It plays, and pauses.
        ask(page, json!({ "pagewalk": 1, "type": "seek", "step": 0 })).await;
        shows(page, 0).await;
        ask(page, json!({ "pagewalk": 1, "type": "play" })).await;
        shows(page, 2).await;
        ask(page, json!({ "pagewalk": 1, "type": "pause" })).await;
        page.enter_frame(0).await;
        page.wait_for("it rests", "[data-does=play][aria-label=Play]").await;
        page.leave_frame().await;
    });
}

#[test]
fn what_is_no_message_of_the_host_changes_nothing() {
    test(Screen::WIDE, async |page| {
        open(page, host("width=720 height=560", LINK, "")).await;
        page.enter_frame(0).await;
        page.eval(
            "window.said = [];
             for (const kind of ['log', 'warn', 'error', 'info', 'debug']) console[kind] = (...what) => said.push(what.join(' '));
             addEventListener('error', event => said.push(event.message))",
        )
        .await;
        page.leave_frame().await;
        let before = page.eval("return told.length").await;
        page.eval(
            "const steps = [-1, 1.5, NaN, Infinity, 2 ** 32, '3', null, undefined, [3], {}, true];
             const shapes = [null, undefined, 0, '', 'next', 'slide:', '{\"pagewalk\":1,\"type\":\"next\"}', [], [1], {}, { pagewalk: 1 },
                 { type: 'next' }, { pagewalk: 2, type: 'next' }, { pagewalk: '1', type: 'next' }, { pagewalk: 1, type: 'constructor' },
                 { pagewalk: 1, type: '__proto__' }, { pagewalk: 1, type: 'toString' }, { pagewalk: 1, type: ['next'] },
                 { pagewalk: 1, type: 'Next' }, { pagewalk: 1, type: 'theme' }, { pagewalk: 1, type: 'theme', theme: 'red' },
                 { pagewalk: 1, type: 'theme', theme: {} }, new Map([['pagewalk', 1]]), new Date(), new Uint8Array(4),
                 ...steps.map(step => ({ pagewalk: 1, type: 'seek', step }))];
             for (let at = 0; at < 1000; at++) ask(shapes[at % shapes.length]);",
        )
        .await;
        // The frame's own are not the host's.
        page.enter_frame(0).await;
        page.eval("for (let at = 0; at < 10; at++) postMessage({ pagewalk: 1, type: 'next' }, '*')").await;
        page.leave_frame().await;
        // One that is understood comes after all of them.
        ask(page, json!({ "pagewalk": 1, "type": "next" })).await;
        shows(page, 3).await;
        let after: Vec<Value> = serde_json::from_value(page.eval("return told").await).expect("a list");
        let steps =
            after[before.as_u64().expect("a number") as usize..].iter().filter(|of| of["type"] == "step");
        assert_eq!(steps.count(), 1);
        page.enter_frame(0).await;
        assert_eq!(page.text_of("return said.join()").await, "");
        page.leave_frame().await;
    });
}

#[test]
fn escape_gives_the_keys_back_to_the_host() {
    for sandbox in ["", "sandbox=\"allow-scripts\""] {
        test(Screen::WIDE, async |page| {
            open(page, host(&format!("width=720 height=560 {sandbox}"), LINK, "")).await;
            page.enter_frame(0).await;
            page.click(".sentence").await;
            page.key_to_step(Key::Right, 3).await;
            page.keys(&[Key::Escape.into()]).await;
            page.leave_frame().await;
            assert_eq!(told(page, "leave").await.len(), 1);
            page.until("the host has the focus", || async {
                page.text_of("return document.activeElement.tagName").await == "BODY"
            })
            .await;
            page.keys(&[Key::Right.into()]).await;
            page.until("the host has heard it", || async {
                page.eval("return heard").await == json!(["ArrowRight"])
            })
            .await;
            assert_eq!(all(page, "step").await.last().expect("a step")["step"], 3);
        });
    }
}

#[test]
fn a_clicker_goes_forward_and_out_of_the_walk_at_its_end() {
    test(Screen::WIDE, async |page| {
        open(page, host("width=720 height=560", LINK, "")).await;
        let last = all(page, "step").await.last().expect("a step")["last"].as_u64().expect("a number");
        // As reveal.js does when the slide is shown.
        page.eval("ask('slide:start')").await;
        page.enter_frame(0).await;
        page.click(".sentence").await;
        page.leave_frame().await;
        let presses = usize::try_from(last - 2 + 1).expect("a small number");
        type_into_frame(page, &vec![Key::PageDown.into(); presses]).await;
        shows(page, last).await;
        page.until("the deck is told", || async {
            page.eval("return strings").await == json!(["{\"method\":\"next\"}"])
        })
        .await;
        let keys = all(page, "key").await;
        assert_eq!(keys.len(), 1);
        assert_eq!(keys[0]["key"], "PageDown");
        // What darkens the screen, and what nobody here knows, is the host's.
        type_into_frame(page, &['.', 'b', 'x']).await;
        page.until("three more", || async { all(page, "key").await.len() == 4 }).await;
        let keys: Vec<Value> = all(page, "key").await.into_iter().map(|of| of["key"].clone()).collect();
        assert_eq!(keys, ["PageDown", ".", "b", "x"]);
        let pauses =
            json!(["{\"method\":\"next\"}", "{\"method\":\"togglePause\"}", "{\"method\":\"togglePause\"}"]);
        assert_eq!(page.eval("return strings").await, pauses);
        // Back, and out at the start.
        type_into_frame(page, &[Key::PageUp.into()]).await;
        shows(page, last - 1).await;
        type_into_frame(page, &[Key::Home.into()]).await;
        shows(page, 0).await;
        type_into_frame(page, &[Key::PageUp.into()]).await;
        page.until("the deck goes back", || async {
            page.eval("return strings.at(-1)").await == "{\"method\":\"prev\"}"
        })
        .await;
    });
}

#[test]
fn the_essential_fits_into_any_box() {
    const SHAPE: &str = "
        const tables = document.querySelector('.tables').getBoundingClientRect();
        const inside = what => {
            const one = document.querySelector(what);
            const of = one?.getBoundingClientRect();
            const bottom = one?.closest('.locks')?.getBoundingClientRect().bottom ?? innerHeight;
            return !!of && of.height > 0 && of.top >= 0 && of.bottom <= bottom + 1 && of.right <= innerWidth + 1;
        };
        const entry = document.querySelector('.tables .lit .current')?.getBoundingClientRect();
        return {
            top: tables.top / innerHeight,
            high: document.documentElement.scrollHeight - innerHeight,
            wide: document.documentElement.scrollWidth - innerWidth,
            parts: ['.caption', '.sentence', '.lock-list', '.transport'].filter(what => !inside(what)).join(),
            entry: !entry || (entry.top >= tables.top && entry.bottom <= tables.bottom + 1),
        };";
    test(Screen::WIDE, async |page| {
        open(page, host("width=720 height=560", LINK, "iframe { border: 0 }")).await;
        let mut boxes = vec![(720, 560), (640, 480), (480, 360)];
        boxes.extend([320, 400, 560, 760, 960, 1200].map(|width| (width, 560)));
        for (width, height) in boxes {
            page.eval(&format!("const frame = document.querySelector('iframe'); frame.width = {width}; frame.height = {height}")).await;
            for step in [0, 2, 9] {
                ask(page, json!({ "pagewalk": 1, "type": "seek", "step": step })).await;
                shows(page, step).await;
                page.enter_frame(0).await;
                page.until("the size", || async {
                    page.eval("return [innerWidth, innerHeight]").await == json!([width, height])
                })
                .await;
                let shape = page.eval(SHAPE).await;
                page.leave_frame().await;
                let says = format!("{width}x{height}, step {step}: {shape}");
                assert!(shape["wide"].as_i64() <= Some(0), "{says}");
                assert!(shape["high"].as_i64() <= Some(0), "{says}");
                assert!(shape["top"].as_f64().is_some_and(|top| top < 0.6), "{says}");
                if width >= 480 {
                    assert_eq!(shape["parts"], "", "{says}");
                    assert_eq!(shape["entry"], true, "{says}");
                }
            }
        }
        // The caption says whose walk it is.
        page.enter_frame(0).await;
        let caption = page.text(".caption").await;
        assert!(
            caption.contains("init_mm") && caption.contains("v6.17") && caption.contains("read"),
            "{caption}"
        );
        page.leave_frame().await;
    });
}

#[test]
fn the_host_learns_how_high_it_is_and_heights_do_not_alternate() {
    test(Screen::WIDE, async |page| {
        // A host that does what it is told.
        open(page, host("width=720 height=200", LINK, "iframe { border: 0 }")).await;
        page.eval(
            "addEventListener('message', ({ data }) => {
                 if (data?.type === 'height') document.querySelector('iframe').height = data.height;
             })
             document.querySelector('iframe').height = told.findLast(of => of.type === 'height').height",
        )
        .await;
        for step in [0, 5, 9, 2, 9, 0, 7] {
            ask(page, json!({ "pagewalk": 1, "type": "seek", "step": step })).await;
            shows(page, step).await;
        }
        page.painted().await;
        let heights: Vec<u64> =
            all(page, "height").await.iter().map(|of| of["height"].as_u64().expect("a number")).collect();
        assert!(heights.is_sorted() && heights.windows(2).all(|two| two[0] != two[1]), "{heights:?}");
        page.enter_frame(0).await;
        let scrolls = "const parts = [document.documentElement, ...document.querySelectorAll('.tables, .locks, .entry')];
            return parts.filter(of => of.clientHeight && of.scrollHeight > of.clientHeight + 1).map(of => of.className || of.tagName).join()";
        assert_eq!(page.text_of(scrolls).await, "", "{heights:?}");
        page.leave_frame().await;
    });
}

#[test]
fn what_is_found_of_a_walk_that_asserts_does_not_make_its_frame_twice_as_high() {
    test(Screen::WIDE, async |page| {
        let link = LINK.replace("v6.17", "v7.3");
        open(page, host("width=720 height=200", &link, "iframe { border: 0 }")).await;
        page.eval(
            "addEventListener('message', ({ data }) => {
                 if (data?.type === 'height') document.querySelector('iframe').height = data.height;
             })
             document.querySelector('iframe').height = told.findLast(of => of.type === 'height').height",
        )
        .await;
        page.enter_frame(0).await;
        page.wait_for("all that is found", ".beside li a").await;
        page.painted().await;
        page.leave_frame().await;
        let heights: Vec<u64> =
            all(page, "height").await.iter().map(|of| of["height"].as_u64().expect("a number")).collect();
        assert!(heights.iter().all(|height| *height < 800), "{heights:?}");
    });
}

#[test]
fn the_first_message_of_a_step_has_its_sentence() {
    test(Screen::WIDE, async |page| {
        open(page, host("width=720 height=560", "#v1/start/x86_64-5level/v6.17?t=2&amp;embed", "")).await;
        let steps = all(page, "step").await;
        page.enter_frame(0).await;
        assert_eq!(page.step().await, 2);
        let sentence = page.text(".sentence").await;
        page.leave_frame().await;
        for step in steps {
            assert_eq!((&step["step"], &step["sentence"]), (&json!(2), &json!(sentence)));
        }
    });
}

#[test]
fn colours_are_those_that_the_host_asks_for() {
    const DARK: &str = "return getComputedStyle(document.body).backgroundColor";
    let (light, dark) = ("rgb(246, 247, 249)", "rgb(16, 19, 24)");
    for (system, theme, first) in [(false, "dark", dark), (true, "light", light), (true, "auto", dark)] {
        test(Screen { dark: system, ..Screen::WIDE }, async |page| {
            let link = format!("{LINK}&amp;theme={theme}");
            open(page, host("width=720 height=560", &link, "")).await;
            page.enter_frame(0).await;
            page.until(theme, || async { page.text_of(DARK).await == first }).await;
            // Nothing is wrong with the address.
            assert_eq!(page.count(".messages [role=alert]").await, 0);
            page.leave_frame().await;
            for (theme, colour) in
                [("light", light), ("dark", dark), ("auto", if system { dark } else { light })]
            {
                ask(page, json!({ "pagewalk": 1, "type": "theme", "theme": theme })).await;
                page.enter_frame(0).await;
                page.until(theme, || async { page.text_of(DARK).await == colour }).await;
                page.leave_frame().await;
            }
        });
    }
}

#[test]
fn it_rests_where_nobody_sees_it_and_keeps_its_step() {
    test(Screen::WIDE, async |page| {
        open(page, host("width=720 height=560", LINK, "body { height: 6000px }")).await;
        let rests = async |how: &str, back: &str| {
            ask(page, json!({ "pagewalk": 1, "type": "seek", "step": 0 })).await;
            shows(page, 0).await;
            ask(page, json!({ "pagewalk": 1, "type": "play" })).await;
            shows(page, 1).await;
            page.eval(how).await;
            let plays = async || all(page, "step").await.last().expect("a step")["playing"] == true;
            page.enter_frame(0).await;
            page.wait_for(how, "[data-does=play][aria-label=Play]").await;
            let step = page.step().await;
            page.leave_frame().await;
            assert!(step <= 2, "{how}: {step}");
            page.eval(back).await;
            let _ = plays;
        };
        rests("ask('slide:stop')", "ask('slide:start')").await;
        rests("scrollTo(0, 5000)", "scrollTo(0, 0)").await;
        rests(
            "document.querySelector('iframe').style.display = 'none'",
            "document.querySelector('iframe').style.display = ''",
        )
        .await;
        // It is unloaded, and loaded again with the address that it had at first.
        ask(page, json!({ "pagewalk": 1, "type": "seek", "step": 5 })).await;
        shows(page, 5).await;
        page.eval(
            "told.length = 0;
             const frame = document.querySelector('iframe'), { src } = frame;
             frame.removeAttribute('src');
             frame.onload = () => { frame.onload = null; frame.src = src };
             frame.src = 'about:blank'",
        )
        .await;
        told(page, "ready").await;
        shows(page, 5).await;
    });
}
