//! The levels view: an architecture's geometry, and what another one changes.

use pagewalk_browser_tests::{Key, Page, Screen, Site, test};
use serde_json::Value;

/// The cell of a row and a level, as a person reads it.
async fn cell(page: &Page, row: &str, level: usize) -> String {
    page.text_of(&format!(
        "const row = [...document.querySelectorAll('.level-list tbody tr')]
             .find(of => of.querySelector('th').innerText === {row:?});
         return row?.querySelectorAll('td')[{level}].innerText.replace(/\\s+/g, ' ') ?? ''"
    ))
    .await
}

async fn opens(page: &Page, url: &str) {
    page.load(url).await;
    page.wait_for("the table of levels", ".level-list").await;
}

#[test]
fn switching_to_another_machine_shows_what_changes() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        page.open(&site.url("#v1/kernel-walk?t=4")).await;
        page.last_step().await;
        page.click("[data-does=levels]").await;
        page.wait_for("the table of levels", ".level-list").await;
        assert_eq!(page.hash().await, "#v1/kernel-walk/x86_64-4level/v6.17?lock=read&t=4&view=levels");
        assert_eq!(cell(page, "shift", 0).await, "39");
        assert_eq!(cell(page, "folded", 1).await, "at run time");
        assert_eq!(page.count(".levels .changed").await, 0);

        page.choose("Machine", "riscv64-sv39").await;
        page.wait_for("the comparison", ".compared").await;
        assert_eq!(cell(page, "shift", 0).await, "30 was 39");
        assert_eq!(cell(page, "hole depth", 1).await, "1 was 0");
        assert_eq!(cell(page, "shift", 4).await, "12");
        let bits = page.text(".bits").await;
        assert!(bits.contains("_PAGE_READ was _PAGE_RW") && bits.contains("– was _PAGE_SOFTW4"), "{bits}");

        page.click("[data-does=alone]").await;
        page.until("nothing is compared", || async { page.count(".changed").await == 0 }).await;
        assert_eq!(cell(page, "shift", 0).await, "30");
    });
}

#[test]
fn it_has_a_link_and_the_keyboard_leaves_it() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        opens(page, &site.url("#v1/debug-user/arm64-16k-48/v6.17?lock=write&t=3&view=levels")).await;
        assert!(page.text(".levels h2").await.contains("arm64, 16K pages"));
        assert_eq!(page.count(".sentence").await, 0);
        // Arrows scroll what there is to read; they do not step.
        page.eval("document.querySelector('.levels').focus()").await;
        page.keys(&[Key::Right.into(), Key::End.into()]).await;
        page.until("the end is in sight", || async {
            page.eval("return document.querySelector('.levels').scrollTop > 0").await == Value::Bool(true)
        })
        .await;
        page.keys(&[Key::Escape.into()]).await;
        page.wait_for("the step is shown again", ".sentence").await;
        page.last_step().await;
        assert_eq!(page.step().await, 3);
        assert_eq!(page.hash().await, "#v1/debug-user/arm64-16k-48/v6.17?lock=write&t=3");
    });
}

#[test]
fn it_is_no_wider_than_a_phone() {
    for dark in [false, true] {
        test(Screen { dark, ..Screen::NARROW }, async |page| {
            let site = Site::serve();
            opens(page, &site.url("#v1/kernel-walk?view=levels")).await;
            page.choose("Machine", "x86_64-5level").await;
            page.wait_for("the comparison", ".compared").await;
            let wide = "const of = document.documentElement; return of.scrollWidth - of.clientWidth";
            assert_eq!(page.eval(wide).await, 0);
            let cut = "return [...document.querySelectorAll('.levels td, .levels th')]
                .filter(of => of.scrollWidth > of.clientWidth + 1).map(of => of.innerText)";
            assert_eq!(page.eval(cut).await, serde_json::json!([]));
        });
    }
}
