//! What hosts do to walks in them: several on a page, hiding, moving, taking out, themes, paper, small boxes, other windows, missing files.

use pagewalk_browser_tests::host::{WALK, host, open_host, shows, whole};
use pagewalk_browser_tests::{Answer, Gate, Key, Page, Screen, Site, in_app, test};
use serde_json::json;

const OTHER: &str =
    r#"<page-walk scenario="kernel-walk" machine="x86_64-4level" kernel="v7.3" lock="read"></page-walk>"#;
const FRAME: &str = r#"<iframe src="index.html#v1/again/x86_64-4level/v7.3?t=2&amp;embed" width="720" height="560" title="again"></iframe>"#;
const GROUND: &str = "return getComputedStyle(inside('.live')).backgroundColor";
const LIGHT: &str = "rgb(246, 247, 249)";
const DARK: &str = "rgb(16, 19, 24)";

/// The step that the first frame shows.
async fn in_frame(page: &Page, step: u64) {
    let shown = "return document.querySelector('iframe')?.contentDocument?.querySelector('.live .sentence, body > .pagewalk .sentence')?.dataset.step ?? ''";
    page.until(&format!("step {step} in the frame"), || async {
        page.text_of(shown).await == step.to_string()
    })
    .await;
}

#[test]
fn several_walks_of_a_page_and_the_page_keep_their_keys() {
    test(Screen::WIDE, async |page| {
        open_host(page, &[WALK, OTHER, FRAME, "<div style=\"height: 3000px\"></div>"].concat()).await;
        shows(page, 0, 2).await;
        shows(page, 1, 0).await;
        whole(page, 0).await;
        whole(page, 1).await;
        page.eval("inside('[role=slider]', 1).focus({ preventScroll: true })").await;
        page.keys(&[Key::PageDown.into(), Key::PageDown.into(), Key::PageUp.into()]).await;
        shows(page, 1, 1).await;
        shows(page, 0, 2).await;
        // Nothing was scrolled, and the page has heard nothing.
        assert_eq!(page.eval("return [scrollY, heard.length]").await, json!([0, 0]));
        // The next key after Esc is the page's, from either of them.
        page.keys(&[Key::Escape.into(), Key::Right.into()]).await;
        assert_eq!(page.eval("return heard").await, json!(["ArrowRight"]));
        page.eval("inside('[role=slider]').focus({ preventScroll: true })").await;
        page.keys(&[Key::Right.into(), Key::Escape.into(), Key::Left.into()]).await;
        assert_eq!(page.eval("return heard").await, json!(["ArrowRight", "ArrowLeft"]));
        shows(page, 0, 3).await;
        shows(page, 1, 1).await;
        // And from the frame beside them.
        page.eval("document.querySelector('iframe').scrollIntoView()").await;
        in_frame(page, 2).await;
        page.enter_frame(0).await;
        page.click(".sentence").await;
        page.key_to_step(Key::PageDown, 3).await;
        page.keys(&[Key::Escape.into()]).await;
        page.leave_frame().await;
        page.until("the page has the focus", || async {
            page.text_of("return document.activeElement.tagName").await == "BODY"
        })
        .await;
        page.keys(&[Key::Up.into()]).await;
        page.until("the page's key", || async {
            page.eval("return heard").await == json!(["ArrowRight", "ArrowLeft", "ArrowUp"])
        })
        .await;
    });
}

#[test]
fn a_frame_that_was_hidden_at_first_or_is_moved_is_as_if_nothing_had_been() {
    test(Screen::WIDE, async |page| {
        open_host(
            page,
            &format!("<div id=\"box\" style=\"display: none\">{FRAME}</div><div id=\"there\"></div>"),
        )
        .await;
        page.eval("document.querySelector('#box').removeAttribute('style')").await;
        in_frame(page, 2).await;
        page.enter_frame(0).await;
        page.until("its layout", || async {
            page.eval("const of = document.querySelector('.tables')?.getBoundingClientRect(); return !!of && of.height > 100 && of.bottom <= innerHeight").await == true
        })
        .await;
        page.last_step().await;
        page.focus_slider().await;
        page.key_to_step(Key::Right, 3).await;
        page.leave_frame().await;
        // A browser loads a frame again that is moved.
        page.eval("document.querySelector('#there').append(document.querySelector('iframe'))").await;
        in_frame(page, 3).await;
    });
}

#[test]
fn an_element_is_dark_where_its_host_says_so_and_light_on_paper() {
    test(Screen::WIDE, async |page| {
        open_host(page, &format!("<section id=\"around\">{WALK}</section>")).await;
        shows(page, 0, 2).await;
        for (how, colour) in [
            ("document.body.dataset.theme = 'dark'", DARK),
            (
                "document.body.dataset.theme = 'light'; document.documentElement.style.colorScheme = 'dark'",
                DARK,
            ),
            ("document.documentElement.style.colorScheme = ''", LIGHT),
            ("document.body.dataset.theme = 'auto'; document.body.style.backgroundColor = '#191919'", DARK),
            ("document.body.style.backgroundColor = '#fff'", LIGHT),
            ("document.documentElement.setAttribute('data-bs-theme', 'dark')", DARK),
        ] {
            page.eval(how).await;
            page.until(how, || async { page.text_of(GROUND).await == colour }).await;
        }
        page.devtools("Emulation.setEmulatedMedia", json!({ "media": "print" })).await;
        page.until("paper", || async { page.text_of(GROUND).await == LIGHT }).await;
    });
    // A host that is light by its ground, in a dark system, and one that says nothing.
    test(Screen { dark: true, ..Screen::WIDE }, async |page| {
        open_host(page, WALK).await;
        shows(page, 0, 2).await;
        assert_eq!(page.text_of(GROUND).await, DARK);
        page.eval("document.body.style.backgroundColor = 'rgb(250, 250, 250)'").await;
        page.until("light", || async { page.text_of(GROUND).await == LIGHT }).await;
    });
}

#[test]
fn on_paper_an_element_has_no_controls_and_one_that_never_started_has_its_figure() {
    test(Screen::WIDE, async |page| {
        let far = WALK.replace("id=\"still\"", "id=\"far\"");
        open_host(page, &format!("{WALK}<div style=\"height: 5000px\"></div>{far}")).await;
        shows(page, 0, 2).await;
        page.devtools("Emulation.setEmulatedMedia", json!({ "media": "print" })).await;
        let controls = "return [...walk().shadowRoot.querySelectorAll('button, [role=button], [role=slider]')].filter(of => {
            const { borderTopColor, borderTopWidth, backgroundColor } = getComputedStyle(of);
            const is = (colour) => colour !== 'rgba(0, 0, 0, 0)';
            return of.getClientRects().length && (of.matches('[role=slider]') || is(backgroundColor) || (borderTopWidth !== '0px' && is(borderTopColor)));
        }).length";
        page.painted().await;
        page.until("nothing looks as if it could be pressed", || async { page.eval(controls).await == 0 })
            .await;
        for part in ["sentence", "caption", "locks", "tables"] {
            let seen = format!("return inside('.{part}').getClientRects().length > 0");
            assert_eq!(page.eval(&seen).await, true, "{part}");
        }
        let cut = "return [...walk().shadowRoot.querySelectorAll('.say, .tables, .locks')].filter(of => of.scrollHeight > of.clientHeight + 1).length";
        assert_eq!(page.eval(cut).await, 0);
        assert_eq!(page.eval("return document.querySelector('#far').getClientRects().length").await, 1);
    });
}

#[test]
fn all_of_a_step_fits_into_an_element_of_a_size() {
    const SHAPE: &str = "
        const box = walk().getBoundingClientRect();
        const within = of => of.top >= box.top - 1 && of.bottom <= box.bottom + 1 && of.right <= box.right + 1 && of.height > 0;
        const tables = inside('.tables').getBoundingClientRect();
        const entry = inside('.tables .lit .current')?.getBoundingClientRect();
        return [
            ...['.caption', '.say', '.tables', '.locks', '.transport'].filter(what => !within(inside(what).getBoundingClientRect())),
            ...(inside('.lock-list').getBoundingClientRect().bottom <= inside('.locks').getBoundingClientRect().bottom + 1 ? [] : ['the locks are out of sight']),
            ...(tables.top - box.top < 0.6 * box.height ? [] : ['the tables are low']),
            ...(!entry || (entry.top >= tables.top && entry.bottom <= tables.bottom + 1) ? [] : ['the entry is out of sight']),
            ...(document.documentElement.scrollWidth > innerWidth ? ['it is too wide'] : []),
        ].join()";
    test(Screen::WIDE, async |page| {
        open_host(page, WALK).await;
        shows(page, 0, 2).await;
        whole(page, 0).await;
        for (width, height) in [(720, 560), (640, 480), (480, 360), (720, 360)] {
            page.eval(&format!("walk().style.width = '{width}px'; walk().style.height = '{height}px'")).await;
            for step in [0, 2, 9] {
                page.eval(&format!("walk().seek({step})")).await;
                shows(page, 0, step).await;
                page.painted().await;
                assert_eq!(page.text_of(SHAPE).await, "", "{width}x{height}, step {step}");
            }
        }
    });
}

#[test]
fn attributes_that_change_together_open_one_walk_at_their_step() {
    test(Screen::WIDE, async |page| {
        open_host(page, WALK).await;
        shows(page, 0, 2).await;
        let caption = "return inside('.caption').textContent + walk().href";
        for (set, step, says) in [
            (
                "of.step = 3; of.setAttribute('kernel', 'v7.3'); of.scenario = 'kernel-walk'",
                3,
                "#v1/kernel-walk/x86_64-4level/v7.3?",
            ),
            // Without a step it begins.
            ("of.kernel = 'v6.17'", 0, "v6.17"),
            ("of.setAttribute('lock', 'write'); of.setAttribute('step', '4')", 4, "lock=write"),
            // What an attribute says counts, not what a link says of the same.
            ("of.link = 'again/x86_64-4level/v7.3?lock=read&t=1'", 1, "#v1/again/x86_64-4level/v7.3?"),
        ] {
            page.eval(&format!("const of = walk(); {set}")).await;
            page.until(set, || async { page.text_of(caption).await.contains(says) }).await;
            shows(page, 0, step).await;
        }
        assert!(page.text_of("return walk().href").await.contains("lock=write"));
        assert_eq!(page.eval("return inside('[role=alert]')").await, json!(null));
        // Also while it is nowhere.
        page.eval("window.kept = walk(); kept.remove()").await;
        page.until("it is gone", || async {
            page.eval("return kept.shadowRoot.querySelector('.live') === null").await == true
        })
        .await;
        page.eval("kept.removeAttribute('link'); kept.scenario = 'debug-init-mm'; kept.lock = 'read'; kept.step = 5; document.body.append(kept)").await;
        shows(page, 0, 5).await;
        assert!(
            page.text_of("return walk().href")
                .await
                .contains("#v1/debug-init-mm/x86_64-4level/v6.17?lock=read&t=5")
        );
        page.eval("kept.remove()").await;
        page.until("it is gone again", || async {
            page.eval("return kept.shadowRoot.querySelector('.live') === null").await == true
        })
        .await;
        page.eval("kept.seek(7); document.body.append(kept)").await;
        shows(page, 0, 7).await;
    });
}

#[test]
fn of_two_scripts_the_first_counts_and_an_element_of_that_name_stays_what_it_was() {
    test(Screen::WIDE, async |page| {
        open_host(page, &format!("<script async src=\"page-walk.js?other\"></script>{WALK}")).await;
        shows(page, 0, 2).await;
        page.until("both scripts", || async {
            page.times_loaded("page-walk.js").await + page.times_loaded("page-walk.js?other").await == 2
        })
        .await;
        page.eval("walk().next()").await;
        shows(page, 0, 3).await;
        // Somebody else's.
        let own = "<script>customElements.define('page-walk', class extends HTMLElement { next() { this.textContent = 'mine' } })</script>";
        let host = format!(
            "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Host</title>{own}<script src=\"page-walk.js\"></script><body>{WALK}"
        );
        let site = Site::serve_with(|site| site.instead("host.html", Answer::Bytes(host.into_bytes())));
        page.load_only(&site.url("host.html")).await;
        page.eval("document.querySelector('page-walk').next()").await;
        assert_eq!(page.text("page-walk").await, "mine");
        page.painted().await;
        assert_eq!(page.times_loaded("element.js").await, 0);
    });
}

#[test]
fn of_several_reports_that_come_at_once_the_last_one_counts() {
    test(Screen::WIDE, async |page| {
        // As on a page that lays its slides out while the element is looked at for the first time: out of sight, and in sight.
        let busy = "<script>
            const Own = IntersectionObserver;
            window.IntersectionObserver = class extends Own {
                constructor(told, how) {
                    const kept = [];
                    super((reports, own) => {
                        kept.push(...reports);
                        window.reports = kept.map(of => of.isIntersecting);
                        if (kept.length > 1) told(kept.splice(0), own);
                    }, how);
                }
            }</script>";
        let body = format!("<div id=\"slide\" style=\"display: none\">{WALK}</div>");
        let Answer::Bytes(host) = host(&body) else { unreachable!("a page") };
        let host = String::from_utf8(host).expect("text").replacen("<script>", &format!("{busy}<script>"), 1);
        let site = Site::serve_with(|site| site.instead("host.html", Answer::Bytes(host.into_bytes())));
        page.load_only(&site.url("host.html")).await;
        page.until("it is out of sight", || async {
            page.eval("return window.reports").await == json!([false])
        })
        .await;
        page.eval("document.querySelector('#slide').removeAttribute('style')").await;
        shows(page, 0, 2).await;
        assert_eq!(page.eval("return window.reports").await, json!([false, true]));
    });
}

#[test]
fn an_element_that_is_taken_out_while_its_program_comes_leaves_nothing_behind() {
    test(Screen::WIDE, async |page| {
        let gate = Gate::default();
        let host = host(WALK);
        let site = Site::serve_with(|site| {
            site.instead("host.html", host).instead(&in_app("pagewalk_bg.wasm"), Answer::After(gate.clone()))
        });
        page.load_only(&site.url("host.html")).await;
        page.until("it is asked for", || async { page.times_loaded("element.js").await == 1 }).await;
        page.eval(
            "window.kept = walk(); kept.remove(); document.body.append(document.createElement('page-walk'))",
        )
        .await;
        gate.open();
        shows(page, 0, 0).await;
        assert_eq!(page.eval("return kept.shadowRoot.querySelectorAll('.live, .says').length").await, 0);
        // Nothing is left in the page around it but what it had.
        assert_eq!(page.eval("return document.head.querySelectorAll('link').length").await, 0);
        page.eval("document.body.append(kept)").await;
        shows(page, 1, 2).await;
    });
}

#[test]
fn what_is_missing_is_said_in_the_element_and_can_be_asked_for_again() {
    test(Screen::WIDE, async |page| {
        let tables = "captures/x86_64-4level/tables.json.gz".to_owned();
        for missing in [in_app("pack_tables.wasm"), tables] {
            let host = host(OTHER);
            let site =
                Site::serve_with(|site| site.instead("host.html", host).instead(&missing, Answer::Missing));
            page.load_only(&site.url("host.html")).await;
            page.until(&missing, || async {
                page.eval("return !!inside('[data-does=retry]')").await == true
            })
            .await;
            let asked = page.times_loaded(missing.rsplit('/').next().unwrap_or_default()).await;
            page.eval("inside('[data-does=retry]').click()").await;
            page.until("it is asked for again", || async {
                page.times_loaded(missing.rsplit('/').next().unwrap_or_default()).await > asked
            })
            .await;
        }
        page.eval("delete sessionStorage.errors").await;
    });
}

#[test]
fn a_frame_hears_the_page_around_it_and_no_other_window() {
    test(Screen::WIDE, async |page| {
        open_host(
            page,
            &format!("{FRAME}<iframe src=\"index.html#v1/start?embed\" title=\"beside\"></iframe>"),
        )
        .await;
        in_frame(page, 2).await;
        page.eval("window.frames[0].onmessage = ({ data }) => (window.came = data.mark ?? window.came)")
            .await;
        // A frame beside it, and one in a frame of another origin.
        page.enter_frame(1).await;
        page.eval("for (let at = 0; at < 5; at++) parent.frames[0].postMessage({ pagewalk: 1, type: 'next', mark: at }, '*')").await;
        page.leave_frame().await;
        page.eval(
            "const far = document.createElement('iframe');
             far.sandbox = 'allow-scripts';
             far.srcdoc = '<script>parent.frames[0].postMessage({ pagewalk: 1, type: \"seek\", step: 0, mark: \"far\" }, \"*\")<' + '/script>';
             document.body.append(far)",
        )
        .await;
        page.until("both have come", || async { page.eval("return came").await == "far" }).await;
        page.eval("frames[0].postMessage({ pagewalk: 1, type: 'previous' }, '*')").await;
        in_frame(page, 1).await;
    });
}

#[test]
fn what_a_link_of_a_frame_says_is_text() {
    test(Screen::WIDE, async |page| {
        for bad in [
            "v1/<img src=x onerror='parent.ran=1'>?embed",
            "v1/start?lock=<svg onload='parent.ran=1'>&embed",
            "v1/start?embed&theme=\"><script>parent.ran=1</script>",
            "%00%ff?embed",
        ] {
            open_host(
                page,
                &format!(
                    "<iframe src=\"index.html#{}\" title=\"bad\" width=\"720\" height=\"560\"></iframe>",
                    bad.replace('&', "&amp;").replace('"', "&quot;")
                ),
            )
            .await;
            page.enter_frame(0).await;
            page.wait_for(bad, ".sentence").await;
            assert_eq!(page.count("img, main svg[onload], main script").await, 0, "{bad}");
            page.leave_frame().await;
            assert_eq!(page.eval("return window.ran ?? null").await, json!(null), "{bad}");
        }
    });
}
