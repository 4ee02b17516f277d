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

        // What is seen without scripts: what the step is and says, and its link.
        for (snippet, of) in [(&frame, "figcaption"), (&element, "page-walk p")] {
            let still = snippet.replace("page-walk.js", "nothing.js");
            page.load_only(&pasted(&still).url("host.html")).await;
            let says = page.text(of).await;
            assert!(says.contains(&sentence) && says.contains("v6.17"), "{of}: {says}");
            let to =
                page.text_of(&format!("return document.querySelector({:?}).href", [of, " a"].concat())).await;
            assert_eq!(to, link, "{of}");
        }
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

/// Keeps the files that the page gives away, and their names.
const KEEP_FILES: &str = "window.files = []; window.names = [];
    const own = URL.createObjectURL;
    URL.createObjectURL = file => { files.push(file); return own.call(URL, file) };
    HTMLAnchorElement.prototype.click = function () { names.push(this.download) };";

/// Presses a button of the list of files, and waits for the file.
async fn saved(page: &Page, name: &str, ending: &str) {
    let before = page.eval("return files.length").await.as_u64().expect("a number");
    page.eval(&format!(
        "[...document.querySelectorAll('.share-files button')].find(of => of.innerText === {name:?}).click()"
    ))
    .await;
    page.until(name, || async {
        let says = page.text(".share [role=status]").await;
        assert!(!says.contains("could not") && !says.contains("cannot"), "{says}");
        page.eval("return files.length").await == before + 1
    })
    .await;
    page.until("it is said", || async {
        page.text(".share [role=status]").await.contains("with your downloads")
    })
    .await;
    let name = format!("debug-init-mm-x86_64-4level-v6.17-2.{ending}");
    assert_eq!(page.text_of("return names.at(-1)").await, name);
}

#[test]
fn files_of_a_step_are_those_of_the_command_line() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        page.open(&site.url(LINK)).await;
        page.last_step().await;
        page.eval(KEEP_FILES).await;
        page.click("[data-does=share]").await;
        page.wait_for("the box", ".share-files").await;
        assert_eq!(page.times_loaded("pack_take.wasm").await, 0);

        saved(page, "SVG", "svg").await;
        let drawn = Figure::open(&Ask::parse(LINK).expect("an address"), None)
            .and_then(|of| of.draw(Format::Svg, Theme::Light))
            .expect("a figure");
        assert_eq!(page.eval_async("return await files.at(-1).text()").await, drawn);

        saved(page, "Text", "txt").await;
        let text = page.eval_async("return await files.at(-1).text()").await;
        assert!(text.as_str().is_some_and(|text| text.contains(LINK)), "{text}");

        // The picture is what a browser makes of the SVG, where that is allowed.
        saved(page, "PNG", "png").await;
        let picture = page
            .eval_async(
                "const bytes = new Uint8Array(await files.at(-1).arrayBuffer());
                 return btoa(Array.from(bytes, of => String.fromCharCode(of)).join(''))",
            )
            .await;
        let picture = format!("data:image/png;base64,{}", picture.as_str().expect("a picture"));
        page.load_only(&pasted("").url("host.html")).await;
        let compared = format!(
            "const load = async src => {{ const image = new Image(); image.src = src; await image.decode(); return image }};
             const images = await Promise.all([load({picture:?}), load('data:image/svg+xml,' + encodeURIComponent({drawn:?}))]);
             const [width, height] = [images[0].width, images[0].height];
             const points = images.map(image => {{
                 const canvas = document.createElement('canvas');
                 Object.assign(canvas, {{ width, height }});
                 const on = canvas.getContext('2d');
                 on.drawImage(image, 0, 0, width, height);
                 return on.getImageData(0, 0, width, height).data;
             }});
             let apart = 0, ink = 0;
             for (let at = 0; at < points[0].length; at += 4) {{
                 const off = Math.abs(points[0][at] - points[1][at]) + Math.abs(points[0][at + 1] - points[1][at + 1]) + Math.abs(points[0][at + 2] - points[1][at + 2]);
                 if (off > 180) apart++;
                 if (points[1][at] + points[1][at + 1] + points[1][at + 2] < 400) ink++;
             }}
             return [width, apart / (width * height), ink / (width * height)]"
        );
        let [width, apart, ink]: [f64; 3] =
            serde_json::from_value(page.eval_async(&compared).await).expect("three numbers");
        assert!(width >= 1600.0 && ink > 0.01 && apart < 0.002, "{width} {apart} {ink}");
    });
}

#[test]
fn the_one_file_of_the_box_opens_from_a_disk() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        page.open(&site.url(LINK)).await;
        page.last_step().await;
        let sentence = page.sentence().await;
        page.eval(KEEP_FILES).await;
        page.click("[data-does=share]").await;
        page.wait_for("the box", ".share-files").await;
        saved(page, "One file", "html").await;
        let html = page.eval_async("return await files.at(-1).text()").await;
        let html = html.as_str().expect("a text");
        assert!(html.len() <= 1_200_000, "{}", html.len());
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("walk.html");
        std::fs::write(&path, html).expect("the folder can be written");
        page.open(&format!("file://{}", path.display())).await;
        page.until("its step", || async { page.step().await == 2 }).await;
        assert_eq!(page.sentence().await, sentence);
        let outside = "return performance.getEntriesByType('resource').map(of => of.name).filter(name => /^http/.test(name)).join()";
        assert_eq!(page.text_of(outside).await, "");
    });
}

#[test]
fn what_a_file_needs_and_is_missing_is_said() {
    test(Screen::WIDE, async |page| {
        for (missing, says) in
            [("pack_take.wasm", "could not be loaded"), ("stuck.js", "stuck.js could not be fetched")]
        {
            let missing = pagewalk_browser_tests::in_app(missing);
            let site = Site::serve_with(|site| site.instead(&missing, Answer::Missing));
            page.open(&site.url(LINK)).await;
            page.last_step().await;
            page.click("[data-does=share]").await;
            page.wait_for("the box", ".share-files").await;
            page.eval("[...document.querySelectorAll('.share-files button')].find(of => of.innerText === 'One file').click()").await;
            page.until(says, || async { page.text(".share [role=status]").await.contains(says) }).await;
        }
        page.eval("delete sessionStorage.errors").await;
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
        let files =
            "return [...document.querySelectorAll('.share-files button')].map(of => of.innerText).join()";
        assert_eq!(page.text_of(files).await, "Text");
        assert!(given(page, "Link").await.contains("#v1/race/munmap/"));
    });
}
