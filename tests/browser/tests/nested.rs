//! The element in a page that another program made with Yew. Both programs write numbers that begin at 1 into the elements of the page, and
//! what is pressed in one must not be pressed in the other.

use std::fs;
use std::path::Path;

use pagewalk_browser_tests::host::{shows, whole};
use pagewalk_browser_tests::{Answer, Key, Page, Screen, Site, from_environment, test};

/// What the page says that was pressed in it.
const PRESSED: &str = "return document.querySelector('output').textContent.trim()";

/// Opens the page with the element in it, and waits until both programs run.
async fn open(page: &Page) {
    let host = from_environment("PAGEWALK_YEW_HOST");
    let html = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Host</title><link rel=\"icon\" href=\"data:,\">
<script type=\"module\">import init from './yew_host.js'; init();</script>
<script>
window.walk = at => document.querySelectorAll('page-walk')[at ?? 0];
window.inside = (what, at) => walk(at).shadowRoot.querySelector(what);
</script>
<script async src=\"page-walk.js\"></script><body></body>";
    let file = |name: &str| Answer::Bytes(fs::read(Path::new(&host).join(name)).expect("a file of the host"));
    let site = Site::serve_with(|site| {
        site.instead("host.html", Answer::Bytes(html.into()))
            .instead("yew_host.js", file("yew_host.js"))
            .instead("yew_host_bg.wasm", file("yew_host_bg.wasm"))
    });
    page.load_only(&site.url("host.html")).await;
    page.wait_for("the host", "#button-59").await;
    shows(page, 0, 2).await;
    whole(page, 0).await;
}

#[test]
fn what_is_pressed_in_a_walk_presses_nothing_of_the_yew_program_around_it() {
    test(Screen::WIDE, async |page| {
        open(page).await;
        // The host works, and the walk hears nothing of it.
        page.click("#button-0").await;
        page.click("#button-59").await;
        page.until("its own", || async { page.text_of(PRESSED).await == "button-0 button-59" }).await;
        shows(page, 0, 2).await;
        // All that can be pressed in the walk, by what it is and by what stands around it.
        let all = "[...walk().shadowRoot.querySelectorAll('.live *')].filter(of => of.matches('button, [data-does], [role=button], [role=slider], select, .sentence, .row'))";
        let count = page.eval(&format!("return {all}.length")).await.as_u64().expect("a number");
        assert!(count > 20, "{count}");
        page.eval(&format!(
            "for (const of of {all}) for (const kind of ['pointerdown', 'mousedown', 'mouseup', 'click', 'input', 'change'])
                 of.dispatchEvent(new (kind === 'input' || kind === 'change' ? Event : MouseEvent)(kind, {{ bubbles: true, composed: true, cancelable: true }}))"
        ))
        .await;
        page.eval("walk().link = 'debug-init-mm/x86_64-4level/v6.17?lock=read&t=2'").await;
        shows(page, 0, 2).await;
        // As a person does it.
        page.eval("inside('[role=slider]').focus({ preventScroll: true })").await;
        page.keys(&[Key::Right.into(), Key::PageDown.into()]).await;
        shows(page, 0, 4).await;
        page.painted().await;
        assert_eq!(page.text_of(PRESSED).await, "button-0 button-59");
        // And it goes on to work.
        page.click("#button-30").await;
        page.until("its own again", || async {
            page.text_of(PRESSED).await == "button-0 button-59 button-30"
        })
        .await;
        shows(page, 0, 4).await;
    });
}

#[test]
fn another_yew_program_in_that_page_does_press_it() {
    // So the test above would see it. Where this fails, Yew has mended what it is about.
    test(Screen::WIDE, async |page| {
        open(page).await;
        page.eval(
            "const here = document.createElement('div'); here.id = 'here'; document.querySelector('main').append(here);
             import('./yew_host.js?second').then(({ default: start }) => start())",
        )
        .await;
        page.wait_for("the second program", "#here #button-59").await;
        page.eval("document.querySelector('#here #button-7').click()").await;
        page.until("both say that it was pressed", || async {
            page.eval("return [...document.querySelectorAll('output')].filter(of => /button-/.test(of.textContent)).length").await == 2
        })
        .await;
    });
}
