//! “Is my walk safe?”: a stated walk, its verdicts, and the answer as a text.

use pagewalk_browser_tests::{Key, Page, Screen, Site, test};
use serde_json::json;

/// Opens a stated walk and waits until everything is searched.
async fn answered(page: &Page, site: &Site, hash: &str) {
    page.load(&site.url(hash)).await;
    done(page).await;
}

async fn done(page: &Page) {
    page.wait_for("the answer as text", "[data-does=copy-text]:not([disabled])").await;
}

async fn text(page: &Page) -> String {
    page.text_of("return document.querySelector('textarea').value").await
}

#[test]
fn what_is_asserted_and_what_is_safe_are_two_things() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        answered(page, &site, "#v1/safe").await;
        assert_eq!(page.hash().await, "#v1/safe/kernel/x86_64-4level/v7.3?mm=init_mm&lock=read");
        assert_eq!(page.text(".asserted li.safe").await, "✓init_mm.mmap_lock is held");
        assert_eq!(page.text(".verdict h2 [role=status]").await, "No: something goes wrong in 3 of 5 races.");
        let lines = page.text(".beside-all").await;
        for words in [
            "A kernel walk and a huge vmap: a freed pte table is read, in 33 steps",
            "only the write lock of init_mm.mmap_lock is enough",
            "A kernel walk and vmalloc(): nothing goes wrong in 343 states",
            "init_mm.mmap_lock is not needed",
        ] {
            assert!(lines.contains(words), "{words}\n{lines}");
        }
        // The reasons and the exceptions are in one place.
        assert!(page.text(".why .unsafe").await.contains("26444eb71465"));
        assert!(page.text(".why .safe").await.contains("b123d09304d8"));

        // Each choice is another answer, and its address.
        page.choose("The range may hold", "own").await;
        page.until("the answer", || async {
            page.text(".verdict h2 [role=status]").await == "Yes: nothing goes wrong in 2 races."
        })
        .await;
        assert!(page.hash().await.ends_with("&holds=own"));
        assert!(page.text(".left-out").await.contains("memory hot-remove"));
        page.choose("Kernel", "v7.1").await;
        page.until("the other kernel", || async { page.hash().await.contains("/v7.1?") }).await;
        page.wait_for("x86 merges pages there without init_mm’s lock", ".beside-all .unsafe").await;
        page.choose("It walks the tables of", "mm").await;
        page.wait_for("there is none", ".cannot").await;
        assert!(page.text(".cannot").await.contains("always walks init_mm"));
        assert_eq!(page.count(".beside-all li").await, 0);
        page.choose("My code calls", "debug").await;
        page.choose("The range may hold", "user").await;
        page.until("the answer", || async { page.text(".beside-all").await.contains("munmap()") }).await;
        done(page).await;
        assert_eq!(page.hash().await, "#v1/safe/debug/x86_64-4level/v7.1?mm=mm&lock=read&holds=user");
    });
}

#[test]
fn a_line_leads_to_exactly_that_counterexample() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        answered(page, &site, "#v1/safe/kernel/riscv64-sv39/v7.3?lock=read&holds=vmalloc").await;
        let steps = page.text(".beside-all .unsafe").await;
        page.click(".beside-all .unsafe a").await;
        page.wait_for("the race", ".lane").await;
        page.focus_slider().await;
        page.keys(&[Key::End.into()]).await;
        page.wait_for("it goes wrong", ".outcome").await;
        assert!(steps.contains(&format!("in {} steps", page.step().await)), "{steps}");
        assert!(page.hash().await.contains("/riscv64-sv39/v7.3?lock=read"));
        page.eval("history.back()").await;
        page.wait_for("the answer", "textarea").await;
        done(page).await;
    });
}

#[test]
fn the_answer_is_a_text_for_a_mail() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        answered(page, &site, "#v1/safe/kernel/x86_64-4level/v7.3?lock=read").await;
        let text = text(page).await;
        for words in ["Kernel: v7.3", "[WRONG] ", "[ok]    ", "   1. CPU ", "26444eb71465"] {
            assert!(text.contains(words), "{words}\n{text}");
        }
        let links = text.lines().filter(|line| line.trim_start().starts_with("http"));
        assert_eq!(links.count(), 6, "{text}");
        // Its links open what they say.
        let link = text.lines().find(|line| line.contains("kernel-vmap")).expect("a link").trim().to_owned();
        assert!(
            link.starts_with(&site.url("#v1/race/kernel-vmap/x86_64-4level/v7.3?lock=read&s=")),
            "{link}"
        );
        // A browser that gives no clipboard to the page says so; the text can be selected.
        page.eval("Object.defineProperty(navigator, 'clipboard', { value: undefined })").await;
        page.click("[data-does=copy-text]").await;
        page.until("it is said", || async { page.text(".copied").await.contains("Select the text below") })
            .await;
    });
}

#[test]
fn copying_copies_all_of_it() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        answered(page, &site, "#v1/safe/kernel/openrisc/v7.3").await;
        page.eval(
            "Object.defineProperty(navigator, 'clipboard', { value: { writeText: async of => { window.copied = of } } })",
        )
        .await;
        page.click("[data-does=copy-text]").await;
        page.until("it is said", || async { page.text(".copied").await == "It is copied." }).await;
        assert_eq!(page.text_of("return window.copied").await, text(page).await);
    });
}

#[test]
fn each_broken_part_of_an_address_is_said_and_the_rest_is_kept() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        answered(page, &site, "#v1/safe/range/vax/v7.1?mm=mm&lock=write&holds=gold").await;
        let said = page.text("[role=alert]").await;
        assert!(said.contains("no machine “vax”") && said.contains("“holds=gold”"), "{said}");
        assert_eq!(page.hash().await, "#v1/safe/range/x86_64-4level/v7.1?mm=mm&lock=write");
        answered(page, &site, "#v1/safe/dragon").await;
        assert!(page.text("[role=alert]").await.contains("no function “dragon”"));
    });
}

#[test]
fn an_assertion_of_a_walk_leads_to_its_question() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        page.open(&site.url("#v1/debug-user/riscv64-sv39/v7.1?lock=read&t=5")).await;
        page.wait_for("an assertion", ".beside .ask a").await;
        page.click(".beside .ask a").await;
        page.wait_for("the question", "textarea").await;
        assert_eq!(page.hash().await, "#v1/safe/debug/riscv64-sv39/v7.1?mm=mm&lock=read");
    });
}

#[test]
fn it_is_no_wider_than_a_phone() {
    for dark in [false, true] {
        test(Screen { dark, ..Screen::NARROW }, async |page| {
            let site = Site::serve();
            answered(page, &site, "#v1/safe").await;
            let wide = "const of = document.documentElement; return of.scrollWidth - of.clientWidth";
            assert_eq!(page.eval(wide).await, 0);
            let small = "return [...document.querySelectorAll('main a, main button, select')]
                .filter(of => getComputedStyle(of).display !== 'inline')
                .filter(of => of.getBoundingClientRect().height < 24).map(of => of.innerText)";
            assert_eq!(page.eval(small).await, json!([]));
        });
    }
}
