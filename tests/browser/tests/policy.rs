//! Where the page may not do everything: under a strict policy it does all that it does elsewhere, and where its program cannot run it
//! says why, and which step was asked for.

use std::fs;

use pagewalk_browser_tests::{Answer, Page, Screen, Site, dist, in_app, test};
use pagewalk_tests::files;

/// What a site must allow, and nothing else.
const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self'; img-src 'self'";

/// Keeps what a policy refuses, from before the page's own first script on.
const KEEP_REFUSED: &str = "window.refused = [];
    addEventListener('securitypolicyviolation', of => refused.push(of.effectiveDirective + ' ' + of.blockedURI + ' ' + of.sample), true);
    document.addEventListener('securitypolicyviolation', of => refused.push(of.effectiveDirective + ' ' + of.blockedURI + ' ' + of.sample));";

/// A step that is not the one that stands in the page, and its names.
const LINK: &str = "#v1/debug-init-mm/x86_64-4level/v7.3?lock=read&t=2";
const NAMED: &str = "Step 2 of debug-init-mm, x86_64-4level, v7.3, lock=read";

/// The first script of the page with another one before it.
fn first_script(before: &str) -> (String, Answer) {
    let name = in_app("early.js");
    let own = fs::read_to_string(dist().join(&name)).expect("the built site");
    (name, Answer::Bytes(format!("{before}\n{own}").into_bytes()))
}

async fn refused(page: &Page) -> String {
    page.text_of("return refused.join(', ')").await
}

#[test]
fn the_page_starts_under_the_strictest_policy_and_nothing_is_refused() {
    test(Screen::WIDE, async |page| {
        let (name, early) = first_script(KEEP_REFUSED);
        let site =
            Site::serve_with(|site| site.instead(&name, early).header("Content-Security-Policy", POLICY));
        for (hash, sign) in [
            ("", ".sentence"),
            (LINK, ".sentence"),
            ("#v1/start?embed&theme=dark", ".sentence"),
            ("#v1/race/munmap", ".lane"),
            ("#v1/verdicts", ".survey[data-state]"),
            ("#v1/callers", ".callers tbody tr"),
            ("#v1/compare", ".side + .side"),
            ("#v1/learn", ".lesson"),
            ("#v1/open", ".door textarea"),
            ("#v1/compose/munmap", ".switches .says"),
        ] {
            page.load(&site.url(hash)).await;
            page.wait_for(hash, sign).await;
            page.painted().await;
            assert_eq!(refused(page).await, "", "{hash}");
            // It looks as it should, too.
            let display =
                page.text_of("return getComputedStyle(document.querySelector('main')).display").await;
            assert!(["grid", "flex"].contains(&&*display), "{hash}: {display}");
        }
        page.open(&site.url(LINK)).await;
        page.until("the slider is where the step is", || async {
            page.eval("return document.querySelector('.thumb').style.left !== ''").await == true
        })
        .await;
    });
}

#[test]
fn the_page_has_that_policy_itself() {
    test(Screen::WIDE, async |page| {
        let (name, early) = first_script(KEEP_REFUSED);
        let site = Site::serve_with(|site| site.instead(&name, early));
        page.open(&site.url("")).await;
        assert_eq!(refused(page).await, "");
        let tried = "const script = document.createElement('script');
             script.textContent = 'window.ran = true';
             document.head.append(script);
             const box = document.createElement('div');
             box.innerHTML = '<i style=\"left: 1px\"></i>';
             await new Promise(done => setTimeout(done));
             // Not in what the driver runs, which may do more than a page.
             const code = await new Promise(done => setTimeout(() => {
                 try { done(new Function('return 1')()) } catch { done('refused') }
             }));
             return [window.ran ?? 'refused', box.firstChild.style.left, code].join()";
        assert_eq!(page.text_of(&format!("return (async () => {{ {tried} }})()")).await, "refused,,refused");
    });
}

#[test]
fn the_step_that_stands_in_the_page_has_no_style_in_its_html() {
    for html in ["index.html", "lab.html"] {
        let text = fs::read_to_string(dist().join(html)).expect("the built site");
        for inline in [" style=", "<style", " onclick=", "javascript:"] {
            assert!(!text.contains(inline), "{html}: {inline}");
        }
        assert!(text.contains(POLICY), "{html}");
    }
    assert!(
        files::below(&dist(), "css")
            .iter()
            .any(|sheet| { fs::read_to_string(sheet).expect("a sheet").contains("[data-s=\"0\"]{") })
    );
}

/// What is said where the program cannot run: in a page, or in the first frame of one.
async fn why(page: &Page) -> String {
    page.wait_for("why it cannot start", "[role=alert]").await;
    assert_eq!(page.count("[role=alert] a[href]").await, 1);
    let text = page.text("body").await;
    assert!(text.contains("Open it in Pagewalk"), "{text}");
    text
}

#[test]
fn a_program_that_cannot_run_is_said_with_its_step_and_the_reason() {
    test(Screen::WIDE, async |page| {
        // From a disk.
        let folder = tempfile::tempdir().expect("a folder");
        let kinds = ["html", "js", "css", "wasm", "svg"];
        for path in kinds.iter().flat_map(|kind| files::below(&dist(), kind)) {
            let to = folder.path().join(path.strip_prefix(dist()).expect("below it"));
            fs::create_dir_all(to.parent().expect("a folder")).expect("it can be made");
            fs::copy(path, to).expect("it can be copied");
        }
        page.load_only(&format!("file://{}/index.html{LINK}", folder.path().display())).await;
        let says = why(page).await;
        assert!(says.contains(NAMED) && says.contains("from a disk"), "{says}");
        // A policy that does not let it compile wasm.
        let strict = Site::serve_with(|site| site.header("Content-Security-Policy", "default-src 'self'"));
        page.load_only(&strict.url(LINK)).await;
        let says = why(page).await;
        assert!(says.contains(NAMED) && says.contains("lacks 'wasm-unsafe-eval'"), "{says}");
        // The program is missing; so is the script that starts it.
        for (missing, reason) in [
            (&["pagewalk_bg.wasm"][..], "did not start"),
            (&["pack_page.wasm"], "did not start"),
            (&["start.js"], "has not arrived"),
        ] {
            let site = Site::serve_with(|site| {
                missing.iter().fold(site, |site, name| site.instead(&in_app(name), Answer::Missing))
            });
            page.load_only(&site.url(LINK)).await;
            let says = why(page).await;
            assert!(says.contains(NAMED) && says.contains(reason), "{says}");
            // Of the step that stands in the page as well.
            page.load_only(&site.url("")).await;
            let says = why(page).await;
            assert!(
                says.contains("The step below could not be started here") && says.contains("step 10 of"),
                "{says}"
            );
        }
        page.eval("delete sessionStorage.errors").await;
    });
}

#[test]
fn a_sandbox_without_an_origin_is_said_to_be_one() {
    test(Screen::WIDE, async |page| {
        let host = format!(
            "<!doctype html><html lang=\"en\"><title>Host</title><body>\
             <iframe sandbox=\"allow-scripts\" src=\"index.html{LINK}&amp;embed\" title=\"one\"></iframe>"
        );
        let site = Site::serve_with(|site| site.instead("host.html", Answer::Bytes(host.into_bytes())));
        page.load_only(&site.url("host.html")).await;
        page.enter_only_frame(0).await;
        let says = why(page).await;
        assert!(says.contains(NAMED) && says.contains("Access-Control-Allow-Origin: *"), "{says}");
        page.leave_frame().await;
    });
}

#[test]
fn without_scripts_the_first_step_is_shown_with_the_way_on() {
    test(Screen::WIDE, async |page| {
        let host = "<!doctype html><html lang=\"en\"><title>Host</title><body>\
                    <iframe sandbox=\"allow-same-origin\" src=\"index.html#v1/start\" width=\"900\" height=\"600\" title=\"one\"></iframe>";
        let site = Site::serve_with(|site| site.instead("host.html", Answer::Bytes(host.into())));
        page.load_only(&site.url("host.html")).await;
        page.until("the frame is there", || async {
            page.eval("return document.querySelector('iframe').contentDocument?.querySelector('noscript a') != null").await == true
        })
        .await;
        let says =
            page.text_of("return document.querySelector('iframe').contentDocument.body.innerText").await;
        assert!(says.contains("This is the first step of a walk") && says.contains("step 10 of"), "{says}");
        assert!(says.contains("Scripts are off here"), "{says}");
    });
}
