//! Widgets inside another page.

use std::fs;

use figure::{Ask, Figure, Format, Theme};
use pagewalk_browser_tests::{Answer, Gate, Key, Page, Screen, Site, dist, in_app, test};
use pagewalk_tests::files;
use serde_json::json;

const HOST: &str = r#"<!doctype html><html lang="en"><title>Host</title>
<body style="height: 5000px"><p tabindex="0" id="own">The host's own text</p>
<iframe src="index.html#v1/kernel-walk?embed" width="720" height="500" title="one"></iframe>
<iframe src="index.html#v1/debug-init-mm?embed" width="720" height="500" title="two"></iframe>
<script>window.heard = []; addEventListener('keydown', event => heard.push(event.key));</script>"#;

/// The steps that the two widgets show.
async fn steps(page: &Page) -> (u64, u64) {
    let mut steps = Vec::new();
    for frame in 0..2 {
        page.enter_frame(frame).await;
        page.wait_for("the widget shows a step", ".sentence").await;
        page.last_step().await;
        steps.push(page.step().await);
        page.leave_frame().await;
    }
    (steps[0], steps[1])
}

async fn heard(page: &Page) -> u64 {
    page.eval("return heard.length").await.as_u64().unwrap_or_default()
}

#[test]
fn keys_belong_to_whoever_has_the_focus() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve_with(|site| site.instead("host.html", Answer::Bytes(HOST.into())));
        page.load(&site.url("host.html")).await;
        assert_eq!(steps(page).await, (0, 0));

        // The host has the focus: its keys stay its own.
        page.click("#own").await;
        page.keys(&[Key::Right.into(), ' ', Key::End.into()]).await;
        assert_eq!(heard(page).await, 3);
        assert_eq!(steps(page).await, (0, 0));

        // The first widget has it: only that one steps, and the host hears nothing.
        page.enter_frame(0).await;
        page.click(".sentence").await;
        page.key_to_step(Key::Right, 1).await;
        page.key_to_step(Key::Right, 2).await;
        page.leave_frame().await;
        assert_eq!(steps(page).await, (2, 0));
        assert_eq!(heard(page).await, 3);

        // The second one.
        page.enter_frame(1).await;
        page.click(".sentence").await;
        page.key_to_step(Key::Right, 1).await;
        // Escape gives the keys back.
        page.keys(&[Key::Escape.into(), Key::Right.into()]).await;
        assert_eq!(page.step().await, 1);
        page.leave_frame().await;
        assert_eq!(steps(page).await, (2, 1));
    });
}

#[test]
fn an_embedded_widget_is_compact_and_does_not_take_the_focus() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        page.open(&site.url("#v1/debug-init-mm?t=2&embed")).await;
        assert_eq!(page.count("header").await, 0);
        assert_eq!(page.text_of("return document.activeElement.tagName").await, "BODY");
        let link = page.text_of("return document.querySelector('.full').getAttribute('href')").await;
        assert_eq!(link, "#v1/debug-init-mm/x86_64-4level/v6.17?lock=read&t=2");
    });
}

#[test]
fn a_frame_without_an_origin_of_its_own_gets_the_later_parts() {
    const HOST: &str = r#"<!doctype html><html lang="en"><title>Host</title>
<iframe sandbox="allow-scripts" src="index.html#v1/hvo-optimize?embed" width="720" height="500" title="one"></iframe>"#;
    test(Screen::WIDE, async |page| {
        let site = Site::serve_with(|site| {
            site.instead("host.html", Answer::Bytes(HOST.into())).header("Access-Control-Allow-Origin", "*")
        });
        page.load(&site.url("host.html")).await;
        page.enter_frame(0).await;
        page.wait_for("a step is shown", ".sentence").await;
        page.leave_frame().await;
    });
}

#[test]
fn a_widget_whose_scenario_arrives_later_has_no_header_meanwhile() {
    test(Screen::WIDE, async |page| {
        let gate = Gate::default();
        let later = in_app("pack_more.wasm");
        let site = Site::serve_with(|site| site.instead(&later, Answer::After(gate.clone())));
        page.load(&site.url("#v1/hvo-optimize?embed&t=2")).await;
        page.wait_for("it is on its way", ".loading").await;
        assert_eq!(page.count("header").await, 0);
        gate.open();
        page.wait_for("a step is shown", ".sentence").await;
        assert_eq!(page.count("header").await, 0);
        page.until("its step", || async { page.step().await == 2 }).await;
    });
}

#[test]
fn on_paper_it_is_a_figure_without_buttons() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        page.open(&site.url("#v1/debug-init-mm/x86_64-4level/v6.17?lock=read&t=2&embed")).await;
        // Its style has come.
        page.until("its layout", || async {
            page.text_of("return getComputedStyle(document.body).containerName").await == "walk"
        })
        .await;
        page.devtools("Emulation.setEmulatedMedia", json!({ "media": "print" })).await;
        let seen = "return [...document.querySelectorAll('.transport, .transport button, [role=slider]')].filter(of => of.offsetParent).length";
        page.until("the controls are gone", || async { page.eval(seen).await == 0 }).await;
        assert!(page.text(".sentence").await.len() > 10);
        assert!(page.text(".caption").await.contains("init_mm"));
        assert!(page.text(".locks").await.contains("init_mm"));
    });
}

/// The built page and what a link needs as one file.
fn one_file(address: &str) -> String {
    let ask = Ask::parse(address).expect("an address");
    let figure = Figure::open(&ask, None).expect("it is there");
    let still = figure.draw(Format::Svg, Theme::Light).expect("there is room");
    let names: Vec<String> = ["wasm", "css", "gz"]
        .iter()
        .flat_map(|ending| files::below(&dist(), ending))
        .map(|path| path.strip_prefix(dist()).expect("below it").to_str().expect("a plain name").to_owned())
        .collect();
    let read = |name: &str| fs::read(dist().join(name)).ok();
    let html = String::from_utf8(read("index.html").expect("the built site")).expect("text");
    let app = standalone::app_of(&html).expect("the page's HTML");
    let script = read(&format!("{app}/start.js")).expect("the script that starts the page");
    let script = String::from_utf8(script).expect("text");
    let names = standalone::needed(&ask, app, &script, &names, false);
    standalone::file(&read, &ask.hash(), &names, &still).expect("a file")
}

#[test]
fn one_file_opens_from_a_disk_in_a_sandbox_and_without_an_address() {
    test(Screen::WIDE, async |page| {
        let [walk, captured] =
            ["again/x86_64-4level/v7.3?t=2", "debug-init-mm/x86_64-5level/v7.3?lock=read&t=2"].map(one_file);
        assert!(walk.len() <= 450_000 && captured.len() <= 1_200_000, "{} {}", walk.len(), captured.len());
        let folder = tempfile::tempdir().expect("a folder");
        for (file, sentence) in
            [(&walk, "The assertion holds"), (&captured, "The assertion on init_mm.mmap_lock fails")]
        {
            let path = folder.path().join("walk.html");
            fs::write(&path, file).expect("the folder can be written");
            page.open(&format!("file://{}", path.display())).await;
            page.until("its step", || async { page.step().await == 2 }).await;
            assert!(page.sentence().await.starts_with(sentence));
            // The part of the races is inside too: it says whether the walk is safe.
            page.wait_for("whether it is safe", ".beside a").await;
            page.focus_slider().await;
            page.key_to_step(Key::Right, 3).await;
            // Nor is anything wanted that it does without.
            assert_eq!(page.text_of("return sessionStorage.errors").await, "");
            // Nothing comes from anywhere else.
            let outside = "return performance.getEntriesByType('resource').map(of => of.name).filter(name => /^http/.test(name)).join()";
            assert_eq!(page.text_of(outside).await, "");
            // What is not in the file is said to be not, and nothing looks for it.
            page.eval("location.hash = '#v1/learn'").await;
            let says = "This file holds one walk, and this is not in it.";
            page.until(says, || async { page.text("main").await.contains(says) }).await;
            assert_eq!(page.text_of("return sessionStorage.errors").await, "");
        }
        // A document without an address of its own, and without an origin.
        let text = walk.replace('&', "&amp;").replace('"', "&quot;");
        let host = format!(
            "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Host</title><body>\
             <iframe sandbox=\"allow-scripts\" srcdoc=\"{text}\" width=\"720\" height=\"500\" title=\"one\"></iframe>"
        );
        let site = Site::serve_with(|site| site.instead("host.html", Answer::Bytes(host.into_bytes())));
        page.load(&site.url("host.html")).await;
        page.enter_frame(0).await;
        page.wait_for("a step is shown", ".sentence").await;
        assert_eq!(page.step().await, 2);
        page.leave_frame().await;
    });
}
