//! The whole page: the patch's call sites, what a write changes, and ptdump's text.

use pagewalk_browser_tests::{Key, Page, Screen, Site, test};
use serde_json::json;

async fn opens(page: &Page, url: &str) {
    page.load(url).await;
    page.wait_for("the call sites", ".callers tbody tr").await;
}

/// Follows the link of a scenario under a kernel, as its name is read out.
async fn follow(page: &Page, name: &str) -> String {
    page.click(&format!("[aria-label={name:?}]")).await;
    page.wait_for("a step is shown", ".sentence").await;
    page.hash().await
}

/// The end of the run that is shown, and whether every assertion on the way held.
async fn to_the_end(page: &Page) -> String {
    let last = page.last_step().await;
    page.key_to_step(Key::End, last).await;
    page.text_of("return document.querySelector('.sentence').dataset.mark").await
}

#[test]
fn a_call_site_is_followed_to_its_run_before_and_after_the_patch() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        let url = site.url("#v1/callers");
        for (kernel, walk) in [
            ("v6.16", "walk_page_range_novma() is called"),
            ("v6.17", "walk_kernel_page_table_range() is called"),
        ] {
            opens(page, &url).await;
            let hash = follow(page, &format!("loongarch: set_memory_ro(), {kernel}")).await;
            assert_eq!(hash, format!("#v1/loongarch-set-memory/loongarch64-16k-3level/{kernel}"));
            let end = page.last_step().await;
            // Which walk it calls is said on the way.
            for step in 1..=end {
                page.key_to_step(Key::Right, step).await;
                if page.sentence().await.starts_with(walk) {
                    break;
                }
                assert_ne!(step, end, "{walk}");
            }
            assert_eq!(to_the_end(page).await, "return");
            assert_eq!(page.sentence().await, "set_memory_ro() returns 0.");
        }
    });
}

#[test]
fn where_it_goes_wrong_is_a_link_away_and_back_is_the_table_again() {
    test(Screen::NARROW, async |page| {
        let site = Site::serve();
        opens(page, &site.url("#v1/callers")).await;
        let wide = "const of = document.documentElement; return of.scrollWidth - of.clientWidth";
        assert_eq!(page.eval(wide).await, 0);
        page.click("a[href^='#v1/loongarch-no-lock']").await;
        page.wait_for("a step is shown", ".sentence").await;
        page.last_step().await;
        page.click("[data-does='filter locks']").await;
        page.keys(&[']']).await;
        page.wait_for("the assertion that fails", ".assertion.fails").await;
        page.eval("history.back()").await;
        page.wait_for("the call sites", ".callers tbody tr").await;
        assert_eq!(page.hash().await, "#v1/callers");
    });
}

#[test]
fn a_write_shows_what_it_changed() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        page.open(&site.url("#v1/openrisc-dma")).await;
        let end = page.last_step().await;
        for step in 1..=end {
            page.key_to_step(Key::Right, step).await;
            if page.count(".diff").await > 0 {
                break;
            }
            assert_ne!(step, end, "nothing is written");
        }
        let said = "return [...document.querySelectorAll('.diff dt')].map(of => of.innerText)";
        assert_eq!(page.eval(said).await, json!(["was", "is", "set"]));
        assert!(page.text(".diff ul").await.contains("_PAGE_CI"));
    });
}

#[test]
fn a_line_of_the_dump_leads_to_its_entries_and_they_lead_back() {
    for screen in [Screen::WIDE, Screen::NARROW] {
        test(screen, async |page| {
            let site = Site::serve();
            page.open(&site.url("#v1/ptdump/riscv64-sv39")).await;
            page.last_step().await;
            let find =
                "[...document.querySelectorAll('.dump button')].find(of => of.innerText.includes(' 50M '))";
            page.until("the line is known", || async {
                page.eval(&format!("return {find} !== undefined")).await == json!(true)
            })
            .await;
            page.eval(&format!("{find}.click()")).await;
            page.wait_for("a line is current", ".dump [aria-current=true]").await;
            assert!(page.text(".dump [aria-current=true]").await.contains(" 50M PMD"));
            assert!(page.sentence().await.contains("0xffffffc502000000"), "{}", page.sentence().await);
            let first = page.step().await;
            // The line is in sight, in its frame.
            let place = "const frame = document.querySelector('.dump').getBoundingClientRect();
                const line = document.querySelector('.dump [aria-current=true]').getBoundingClientRect();
                return frame.top <= line.top && line.bottom <= frame.bottom";
            assert_eq!(page.eval(place).await, json!(true));
            // Its slots are marked: this one and those that follow.
            assert!(page.text(".row.current:has(.noted)").await.contains("leaf"));
            assert!(page.count(".row:has(.noted)").await > 1);
            // A slot leads to its step, which is still in that line.
            page.eval("document.querySelector('.row.current:has(.noted) + .row [role=button]').click()")
                .await;
            page.until("the next slot", || async { page.step().await > first }).await;
            assert!(page.text(".dump [aria-current=true]").await.contains(" 50M PMD"));
            // At the end all is printed.
            let last = page.last_step().await;
            page.focus_slider().await;
            page.key_to_step(Key::End, last).await;
            assert_eq!(page.text(".dump h2 .where").await, "58 of 58 lines printed");
            assert_eq!(page.count(".dump [aria-current=true]").await, 0);
        });
    }
}

#[test]
fn beside_a_dump_nothing_is_squeezed_to_nothing() {
    for screen in [Screen::WIDE, Screen::NARROW] {
        test(screen, async |page| {
            let site = Site::serve();
            page.open(&site.url("#v1/ptdump/x86_64-4level?t=200")).await;
            page.until("step 200", || async { page.step().await == 200 }).await;
            page.wait_for("a line is current", ".dump [aria-current=true]").await;
            let low = "return ['.tables', '.dump', '.locks', '.say', '.code', '.ruler']
                .filter(of => document.querySelector(of).getBoundingClientRect().height < 60)";
            assert_eq!(page.eval(low).await, json!([]));
            let wide = "const of = document.documentElement; return of.scrollWidth - of.clientWidth";
            assert_eq!(page.eval(wide).await, 0);
        });
    }
}
