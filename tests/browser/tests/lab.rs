//! The light page leads to the whole one for what it does not have.

use pagewalk_browser_tests::{Page, Screen, Site, test};

async fn file(page: &Page) -> String {
    page.text_of("return location.pathname").await
}

#[test]
fn the_light_page_goes_on_in_the_whole_one_at_the_same_place() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve_with(|site| site.below("/some/dir/"));
        // What both have is shown by the one that was asked for.
        for name in ["", "lab.html"] {
            page.open(&site.url(&format!("{name}#v1/kernel-walk?t=3"))).await;
            assert_eq!(file(page).await, format!("/some/dir/{name}"));
            assert_eq!(page.step().await, 3);
        }
        for hash in ["#v1/hvo-optimize?t=4", "#v1/callers", "#v1/race/munmap", "#v1/verdicts", "#v1/nope"] {
            page.load(&site.url(hash)).await;
            page.until("the whole page", || async { file(page).await == "/some/dir/lab.html" }).await;
            page.wait_for("the whole page is there", "main").await;
            let name = hash.split('?').next().unwrap_or(hash);
            // What is not known becomes what is.
            if name != "#v1/nope" {
                assert!(page.hash().await.starts_with(name), "{}", page.hash().await);
            }
        }
    });
}

#[test]
fn the_pages_lead_to_each_other() {
    test(Screen::NARROW, async |page| {
        let site = Site::serve();
        page.open(&site.url("")).await;
        let here = |name: &'static str| async move { page.text(".pages [aria-current=page]").await == name };
        assert!(here("Walk").await);
        for (place, name) in [(2, "Callers"), (3, "Race lab"), (4, "Verdicts"), (1, "Walk"), (3, "Race lab")]
        {
            page.click(&format!(".pages a:nth-child({place})")).await;
            page.until(name, || here(name)).await;
        }
        // Back is the page before, as anywhere.
        page.eval("history.back()").await;
        page.until("the walk", || here("Walk")).await;
        page.wait_for("a step is shown", ".sentence").await;
    });
}
