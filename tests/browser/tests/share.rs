//! What the share box gives away works where it is pasted.

use figure::{Ask, Figure, Format, Theme};
use pagewalk_browser_tests::{Answer, Page, Screen, Site, dist, test};
use pagewalk_server::Site as Served;

const LINK: &str = "#v1/debug-init-mm/x86_64-4level/v6.17?lock=read&t=2";

async fn press(page: &Page, name: &str) {
    page.eval(&format!(
        "[...document.querySelectorAll('.share button')].find(of => of.innerText === {name:?}).click()"
    ))
    .await;
}

/// What the box gives in this form.
async fn given(page: &Page, form: &str) -> String {
    press(page, form).await;
    let pressed = format!(
        "return [...document.querySelectorAll('.share button[aria-pressed=true]')].some(of => of.innerText === {form:?})"
    );
    page.until(form, || async { page.eval(&pressed).await == true }).await;
    page.text_of("return document.querySelector('.share pre').textContent").await
}

/// A page with something pasted into it, on a server of its own.
fn pasted(snippet: &str) -> Site {
    let host = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Host</title><body>{snippet}"
    );
    Site::serve_with(|site: Served| site.instead("host.html", Answer::Bytes(host.into_bytes())))
}

#[test]
fn every_snippet_shows_the_step_where_it_is_pasted() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve_with(|site| site.header("Access-Control-Allow-Origin", "*"));
        page.open(&site.url(LINK)).await;
        page.last_step().await;
        let sentence = page.sentence().await;
        page.click("[data-does=share]").await;
        page.wait_for("the box", ".share pre").await;
        let link = given(page, "Link").await;
        let [frame, element, figure, files] = {
            let frame = given(page, "Frame").await;
            let element = given(page, "Element").await;
            let figure = given(page, "Figure").await;
            let files = given(page, "Files").await;
            [frame, element, figure, files]
        };
        assert_eq!(link, site.url(LINK));
        assert!(link.len() - site.url("").len() <= 200, "{link}");

        page.open(&link).await;
        assert_eq!(page.sentence().await, sentence);

        page.load_only(&pasted(&frame).url("host.html")).await;
        page.enter_frame(0).await;
        page.wait_for("its step", ".sentence[data-step='2']").await;
        assert_eq!(page.sentence().await, sentence);
        page.leave_frame().await;
        // It says what it is to whoever hears the page.
        assert!(page.text_of("return document.querySelector('iframe').title").await.contains("v6.17"));

        page.load_only(&pasted(&element).url("host.html")).await;
        let inside = "return document.querySelector('page-walk').shadowRoot?.querySelector('.sentence')?.textContent ?? ''";
        page.until("its step", || async { page.text_of(inside).await == sentence }).await;

        let address = figure.rsplit_once('(').and_then(|(_, rest)| rest.strip_suffix(')'));
        assert_eq!(address, Some(&*link), "{figure}");
        // Each command has the link in quotes, and draws it.
        for line in files.lines() {
            let link = line.split('\'').nth(1).expect("a link");
            let ask = Ask::parse(link).expect("it can be drawn");
            let drawn = Figure::open(&ask, None).expect("it is there").draw(Format::Text, Theme::Light);
            let drawn = drawn.expect("there is room").split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(drawn.contains(&sentence), "{line}: {drawn}");
        }
        assert!(dist().join("page-walk.js").is_file());
    });
}

#[test]
fn what_cannot_be_embedded_is_not_offered_so() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        page.load(&site.url("#v1/race/munmap")).await;
        page.wait_for("the lanes", ".lane").await;
        page.click("[data-does=share]").await;
        page.wait_for("the box", ".share pre").await;
        let forms = "return [...document.querySelectorAll('.share [aria-label=Form] button')].map(of => of.innerText).join()";
        assert_eq!(page.text_of(forms).await, "Plain text,Markdown,Link");
        assert!(given(page, "Link").await.contains("#v1/race/munmap/"));
    });
}
