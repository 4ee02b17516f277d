//! `<page-walk>`: walks as elements of another page. `docs/embedding.md` promises all of it.

use pagewalk_browser_tests::host::{WALK, host, open_host as open, shows, whole};
use pagewalk_browser_tests::{Answer, Gate, Key, Screen, Site, in_app, test};
use serde_json::json;

#[test]
fn a_walk_is_live_in_place_of_its_figure_and_neither_style_meets_the_other() {
    test(Screen::WIDE, async |page| {
        open(page, WALK).await;
        shows(page, 0, 2).await;
        // The figure has gone.
        assert_eq!(page.eval("return document.querySelector('#still').getClientRects().length").await, 0);
        let styles = "return [getComputedStyle(inside('.sentence')).color, getComputedStyle(inside('.tables .row')).display,
            getComputedStyle(inside('.sentence')).fontSize, getComputedStyle(document.querySelector('#own')).color].join('; ')";
        assert_eq!(page.text_of(styles).await, "rgb(22, 25, 31); table-row; 16px; rgb(1, 2, 3)");
        // Themed from outside.
        page.eval(
            "const style = document.createElement('style');
             style.textContent = 'page-walk { --panel: rgb(9, 9, 9) } page-walk::part(say) { outline: 3px solid rgb(7, 7, 7) }';
             document.head.append(style)",
        )
        .await;
        let themed =
            "const of = getComputedStyle(inside('.say')); return of.backgroundColor + of.outlineColor";
        assert_eq!(page.text_of(themed).await, "rgb(9, 9, 9)rgb(7, 7, 7)");
        // What a host says of its own text is inherited, into our root too.
        page.eval(
            "walk().style.cssText = 'text-transform: uppercase; letter-spacing: 3px; direction: rtl; white-space: pre; word-spacing: 1em; text-indent: 2em'",
        )
        .await;
        let text = "const of = getComputedStyle(inside('.sentence'));
            return [of.textTransform, of.letterSpacing, of.direction, of.whiteSpace, of.wordSpacing, of.textIndent].join()";
        assert_eq!(page.text_of(text).await, "none,normal,ltr,normal,0px,0px");
        page.eval("walk().removeAttribute('style')").await;
        // A link of it leads to the page.
        let link = page.text_of("return inside('a.full').href").await;
        assert!(link.contains("/#v1/debug-init-mm/x86_64-4level/v6.17?lock=read&t=2"), "{link}");
        assert!(!link.contains("host.html"), "{link}");
        // The focus was not taken.
        assert_eq!(page.text_of("return document.activeElement.tagName").await, "BODY");
        let wide = page.eval("return document.documentElement.scrollWidth - innerWidth").await;
        assert!(wide.as_i64() <= Some(0), "{wide}");
    });
}

#[test]
fn attributes_properties_methods_and_events_say_the_same() {
    test(Screen::WIDE, async |page| {
        open(page, WALK).await;
        shows(page, 0, 2).await;
        let last = whole(page, 0).await;
        page.eval("walk().next()").await;
        shows(page, 0, 3).await;
        assert_eq!(page.text_of("return walk().step + ' ' + walk().getAttribute('step')").await, "3 3");
        page.eval("walk().previous()").await;
        shows(page, 0, 2).await;
        page.eval("walk().setAttribute('step', '5')").await;
        shows(page, 0, 5).await;
        page.eval("walk().step = 7").await;
        shows(page, 0, 7).await;
        for wrong in ["-1", "1.5", "'x'", "null", "2 ** 32", "{}"] {
            page.eval(&format!("walk().seek({wrong})")).await;
        }
        page.eval("walk().seek(9)").await;
        shows(page, 0, 9).await;
        page.eval(&format!("walk().seek({})", last + 5)).await;
        shows(page, 0, last).await;
        let events = page.eval("return events").await;
        assert_eq!(events[0], json!(["ready", 2]));
        assert_eq!(events.as_array().expect("a list").last(), Some(&json!(["end", last])));
        for event in [json!(["step", 7]), json!(["step", 3])] {
            assert!(events.as_array().expect("a list").contains(&event), "{event} {events}");
        }
        // Play goes on, pause rests.
        page.eval("walk().seek(0)").await;
        shows(page, 0, 0).await;
        page.eval("walk().play()").await;
        shows(page, 0, 1).await;
        assert_eq!(page.eval("return walk().playing").await, true);
        page.eval("walk().pause()").await;
        page.until("it rests", || async { page.eval("return walk().playing").await == false }).await;
        // Another walk.
        page.eval("walk().scenario = 'again'; walk().removeAttribute('lock'); walk().kernel = 'v7.3'").await;
        page.until("the other walk", || async {
            page.text_of("return inside('.caption').textContent").await.contains("v7.3")
                && page.text_of("return walk().href").await.contains("#v1/again/x86_64-4level/v7.3")
        })
        .await;
        // What there is to press, by the attribute.
        page.eval("walk().controls = 'minimal'").await;
        let buttons = "return [...walk().shadowRoot.querySelectorAll('.transport button')].filter(of => of.offsetParent).map(of => of.dataset.does).join()";
        assert_eq!(page.text_of(buttons).await, "back,next");
        page.eval("walk().controls = 'none'").await;
        assert_eq!(page.text_of(buttons).await, "");
    });
}

#[test]
fn keys_are_the_walks_only_while_it_has_the_focus_and_uses_them() {
    test(Screen::WIDE, async |page| {
        open(page, WALK).await;
        shows(page, 0, 2).await;
        let last = whole(page, 0).await;
        page.click("#own").await;
        page.keys(&[Key::Right.into(), ' ']).await;
        assert_eq!(page.eval("return heard").await, json!(["ArrowRight", " "]));
        page.eval("heard.length = 0; inside('[role=slider]').focus()").await;
        page.keys(&[Key::Right.into(), Key::PageDown.into(), Key::PageUp.into()]).await;
        shows(page, 0, 3).await;
        assert_eq!(page.eval("return heard").await, json!([]));
        // What it has no use for.
        page.keys(&['.', 'b', '?', 'f', 's', '/']).await;
        assert_eq!(page.eval("return heard").await, json!([".", "b", "?", "f", "s", "/"]));
        // A clicker goes on, and out at the end.
        page.eval("heard.length = 0").await;
        page.keys(&vec![Key::PageDown.into(); usize::try_from(last - 3 + 1).expect("few")]).await;
        shows(page, 0, last).await;
        page.until("the last press is the host's", || async {
            page.eval("return heard").await == json!(["PageDown"])
        })
        .await;
        // Esc gives the keys back, and is not the host's.
        page.eval("heard.length = 0").await;
        page.keys(&[Key::Escape.into(), Key::Left.into()]).await;
        assert_eq!(page.eval("return heard").await, json!(["ArrowLeft"]));
        assert_eq!(page.text_of("return document.activeElement.tagName").await, "BODY");
        shows(page, 0, last).await;
        assert!(page.eval("return events.some(([type]) => type === 'leave')").await == true);
    });
}

#[test]
fn all_walks_of_a_page_are_one_program() {
    test(Screen::WIDE, async |page| {
        let one = r#"<page-walk scenario="kernel-walk" machine="x86_64-4level" kernel="v7.3" lock="read"></page-walk>"#;
        open(page, one).await;
        shows(page, 0, 0).await;
        let alone = page.eval("return started").await;
        open(page, &one.repeat(12)).await;
        page.eval("for (let at = 0; at < 12; at++) walk(at).seek(at)").await;
        page.eval("for (let at = 0; at < 12; at++) walk(at).next()").await;
        for at in 0..12 {
            shows(page, at, at as u64 + 1).await;
        }
        assert_eq!(page.eval("return started").await, alone);
        for file in ["pagewalk_bg.wasm", "tables.json.gz", "element.js", "element.css"] {
            assert_eq!(page.times_loaded(file).await, 1, "{file}");
        }
    });
}

#[test]
fn nothing_is_fetched_for_what_nobody_sees() {
    test(Screen::WIDE, async |page| {
        let hidden = [
            format!("<div id=box style=\"display: none\">{WALK}</div>"),
            format!("<div id=box style=\"opacity: 0\">{WALK}</div>"),
            format!("<div id=box style=\"visibility: hidden\">{WALK}</div>"),
            format!("<div id=box style=\"margin-top: 5000px\">{WALK}</div>"),
        ];
        for body in hidden {
            open(
                page,
                &format!("{body}<page-walk scenario=\"start\" id=\"seen\"></page-walk>")
                    .replace("id=\"seen\"", "style=\"display: none\""),
            )
            .await;
            page.until("it is defined", || async {
                page.eval("return !!customElements.get('page-walk')").await == true
            })
            .await;
            page.painted().await;
            assert_eq!(page.times_loaded("element.js").await, 0, "{body}");
            page.eval("document.querySelector('#box').removeAttribute('style')").await;
            shows(page, 0, 2).await;
            // It has a size as if it had never been hidden.
            let high = page.eval("return inside('.tables').getBoundingClientRect().height").await;
            assert!(high.as_f64() > Some(100.0), "{high}");
        }
    });
}

#[test]
fn a_walk_keeps_its_step_when_it_is_moved_or_taken_out() {
    test(Screen::WIDE, async |page| {
        open(page, &format!("{WALK}<div id=\"there\"></div>")).await;
        shows(page, 0, 2).await;
        page.eval("walk().seek(5)").await;
        shows(page, 0, 5).await;
        page.eval("document.querySelector('#there').append(walk())").await;
        shows(page, 0, 5).await;
        page.eval("window.kept = walk(); kept.remove()").await;
        page.until("it is gone", || async {
            page.eval("return kept.shadowRoot.querySelector('.live') === null").await == true
        })
        .await;
        page.eval("document.body.append(kept)").await;
        shows(page, 0, 5).await;
        page.eval("walk().next()").await;
        shows(page, 0, 6).await;
        page.eval_async("for (let at = 0; at < 100; at++) { kept.remove(); await 0; await 0; document.body.append(kept); await 0; }").await;
        shows(page, 0, 6).await;
        assert_eq!(page.eval("return kept.shadowRoot.querySelectorAll('.live').length").await, 1);
    });
}

#[test]
fn what_cannot_start_leaves_the_figure_and_says_why() {
    test(Screen::WIDE, async |page| {
        for missing in ["element.js", "pagewalk_bg.wasm", "styles/element.css"] {
            let host = host(WALK);
            let site = Site::serve_with(|site| {
                site.instead("host.html", host).instead(&in_app(missing), Answer::Missing)
            });
            page.load_only(&site.url("host.html")).await;
            page.until("why", || async { page.eval("return inside('[role=alert]') !== null").await == true })
                .await;
            let says = page.text_of("return inside('[role=alert]').textContent").await;
            assert!(
                says.starts_with("The walk could not be started here (")
                    && says.contains("Open it in Pagewalk"),
                "{says}"
            );
            assert_eq!(
                page.eval("return document.querySelector('#still').getClientRects().length").await,
                1,
                "{missing}"
            );
        }
        // Slow is not missing.
        let gate = Gate::default();
        let host = host(WALK);
        let site = Site::serve_with(|site| {
            site.instead("host.html", host).instead(&in_app("pagewalk_bg.wasm"), Answer::After(gate.clone()))
        });
        page.load_only(&site.url("host.html")).await;
        page.until("it is asked for", || async { page.times_loaded("element.js").await == 1 }).await;
        assert_eq!(page.eval("return document.querySelector('#still').getClientRects().length").await, 1);
        gate.open();
        shows(page, 0, 2).await;
        page.eval("delete sessionStorage.errors").await;
    });
}

#[test]
fn attributes_are_text_whatever_they_say() {
    test(Screen::WIDE, async |page| {
        let bad = "&lt;img src=x onerror=&quot;window.ran = 1&quot;&gt;";
        let body = ["scenario", "machine", "kernel", "lock", "step", "link", "theme", "controls", "nosuch"]
            .map(|name| format!("<page-walk {name}=\"{bad}\"></page-walk>"))
            .concat();
        open(page, &body).await;
        page.eval("for (const of of document.querySelectorAll('page-walk')) of.play()").await;
        for at in 0..9 {
            let shown = format!("return inside('.sentence', {at}) !== null");
            page.until(&format!("element {at}"), || async { page.eval(&shown).await == true }).await;
        }
        assert_eq!(page.text_of("return typeof window.ran").await, "undefined");
        assert_eq!(page.eval("return [...document.querySelectorAll('page-walk')].filter(of => of.shadowRoot.querySelector('img')).length").await, 0);
        assert!(
            page.text_of("return inside('[role=alert]', 0).textContent")
                .await
                .contains("here is no scenario")
        );
    });
}

#[test]
fn colours_follow_the_place_where_it_stands() {
    const GROUND: &str = "return getComputedStyle(inside('.live')).backgroundColor";
    test(Screen::WIDE, async |page| {
        open(page, WALK).await;
        shows(page, 0, 2).await;
        assert_eq!(page.text_of(GROUND).await, "rgb(246, 247, 249)");
        for (how, colour) in [
            ("document.documentElement.style.colorScheme = 'dark'", "rgb(16, 19, 24)"),
            ("walk().theme = 'light'", "rgb(246, 247, 249)"),
            ("document.documentElement.style.colorScheme = ''; walk().theme = 'dark'", "rgb(16, 19, 24)"),
            ("walk().removeAttribute('theme')", "rgb(246, 247, 249)"),
        ] {
            page.eval(how).await;
            page.until(how, || async { page.text_of(GROUND).await == colour }).await;
        }
    });
}

#[test]
fn nothing_of_it_looks_like_part_of_another_program_in_yew() {
    test(Screen::WIDE, async |page| {
        open(page, WALK).await;
        shows(page, 0, 2).await;
        // Both programs count from 1; what is written into an element of one is read by the other.
        let branded = "return [...walk().shadowRoot.querySelectorAll('*')].filter(of => of.__yew_subtree_id !== undefined || of.__yew_listener_id !== undefined).length";
        assert_eq!(page.eval(branded).await, 0);
        page.eval("document.body.addEventListener('click', event => { window.seen = event.__yew_subtree_cache_key })").await;
        page.eval("inside('[data-does=next]').click()").await;
        shows(page, 0, 3).await;
        assert_eq!(page.eval("return window.seen ?? null").await, json!(null));
    });
}
