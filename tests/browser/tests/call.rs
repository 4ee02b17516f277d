//! A call that a person puts together: each part is checked as it is typed, nothing typed is lost, and the walk follows.

use pagewalk_browser_tests::{Key, Page, Screen, Site, in_app, test};

async fn opened(page: &Page, site: &Site, hash: &str) {
    page.load(&site.url(hash)).await;
    page.wait_for("the walk", ".call .sentence").await;
}

/// Goes to a part, takes what is there away, and types.
async fn fill(page: &Page, name: &str, text: &str) {
    page.eval(&format!("const of = document.querySelector('[name={name}]'); of.focus(); of.select()")).await;
    page.keys(&[Key::Delete.into()]).await;
    page.keys(&text.chars().collect::<Vec<_>>()).await;
}

async fn value(page: &Page, name: &str) -> String {
    page.text_of(&format!("return document.querySelector('[name={name}]').value")).await
}

#[test]
fn a_call_is_typed_checked_walked_undone_and_carried_by_the_address() {
    for screen in [Screen::WIDE, Screen::NARROW] {
        test(screen, async |page| {
            let site = Site::serve();
            opened(page, &site, "#v1/call").await;
            // Letters are letters here, and no keys of the page.
            fill(page, "range", "800000-806000").await;
            page.until("the address", async || page.hash().await.contains("range=800000-806000")).await;
            fill(page, "ops", "pte_entri").await;
            page.until("what was meant", async || {
                page.text(".call .said").await.is_empty()
                    && page.text(".call").await.contains("did you mean \u{201c}pte_entry\u{201d}?")
            })
            .await;
            assert_eq!(value(page, "ops").await, "pte_entri", "nothing typed is lost");
            fill(page, "ops", "pte_entry").await;
            fill(page, "do", "pte_entry@leaf:clear=2\npte_entry:count").await;
            page.until("what it comes to", async || {
                let says = page.text(".outcome-of").await;
                says.contains("pte_entry@leaf:clear=2: 3 times") && says.contains("returned 0")
            })
            .await;
            // Step it, by the keyboard.
            page.last_step().await;
            page.focus_slider().await;
            page.keys(&[Key::Home.into()]).await;
            page.key_to_step(Key::Right, 1).await;
            let hash = page.hash().await;
            assert!(
                hash.contains("&do=pte_entry@leaf:clear=2&do=pte_entry:count") && hash.ends_with("&t=1"),
                "{hash}"
            );
            // Undone and done again, part by part.
            page.click(".call [data-does='way 0']").await;
            page.until("undone", async || value(page, "do").await.is_empty()).await;
            page.until("the address", async || !page.hash().await.contains("do=")).await;
            page.click(".call [data-does='way 1']").await;
            page.until("done again", async || page.hash().await.contains("do=pte_entry:count")).await;
            // The address opens it again, all of it.
            let hash = page.hash().await;
            opened(page, &site, &hash).await;
            page.until("the rules", async || value(page, "do").await.lines().count() == 2).await;
            assert_eq!(value(page, "range").await, "800000-806000");
            let wide = "const of = document.documentElement; return of.scrollWidth - of.clientWidth";
            assert_eq!(page.eval(wide).await, 0, "nothing is wider than the screen");
        });
    }
}

#[test]
fn locks_vmas_and_entries_are_edited_and_what_cannot_be_is_said() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        opened(page, &site, "#v1/call/x86_64-4level/v7.3?fn=walk_page_range&lock=none").await;
        page.until("it fails", async || page.text(".outcome-of").await.contains("assertions that failed"))
            .await;
        page.eval("const of = document.querySelector('[name=lock]'); of.value = 'read'; of.dispatchEvent(new Event('input', { bubbles: true }))")
            .await;
        page.until("it holds", async || !page.text(".outcome-of").await.contains("failed")).await;
        // The VMAs of the tables, to be changed.
        page.click(".call [data-does='way 2']").await;
        page.until("they are there", async || value(page, "vma").await.lines().count() > 3).await;
        fill(page, "vma", "none").await;
        page.eval("const of = document.querySelector('[name=fn]'); of.value = 'walk_page_vma'; of.dispatchEvent(new Event('input', { bubbles: true }))")
            .await;
        page.wait_for("it cannot start", ".outcome-of .refused").await;
        assert!(page.text(".outcome-of .refused").await.contains("takes a VMA"));
        fill(page, "vma", "800000-804000:rw").await;
        page.wait_for("it starts", ".call .sentence").await;
        fill(page, "set", "mm:801000:ptx:0").await;
        page.until("it is said", async || page.text(".call").await.contains("is no level")).await;
        fill(page, "set", "mm:801000:pte:none").await;
        page.until("the address", async || page.hash().await.contains("set=mm:801000:pte:none")).await;
    });
}

#[test]
fn a_step_of_a_call_is_taken_away_with_the_call_and_its_own_link() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        opened(page, &site, "#v1/call/x86_64-4level/v7.3?fn=walk_page_range&range=800000-806000&t=3").await;
        page.last_step().await;
        page.focus_slider().await;
        page.keys(&[Key::Home.into()]).await;
        page.key_to_step(Key::Right, 1).await;
        page.click("[data-does=share]").await;
        page.wait_for("the text", ".share pre").await;
        let link = page.text_of("return location.href").await;
        let text = page.text_of("return document.querySelector('.share pre').textContent").await;
        assert!(text.contains("step 1 of ") && text.trim_end().ends_with(&link), "{text}");
        assert!(text.contains("The call:") && text.contains("range: 800000-806000"), "{text}");
        page.eval("[...document.querySelectorAll('.share button')].find(of => of.innerText === 'All steps').click()").await;
        page.eval(
            "[...document.querySelectorAll('.share button')].find(of => of.innerText === 'Markdown').click()",
        )
        .await;
        page.until("each step has its link", async || {
            let text = page.text_of("return document.querySelector('.share pre').textContent").await;
            text.contains("#v1/call/x86_64-4level/v7.3?fn=walk_page_range&range=800000-806000&t=2). ")
        })
        .await;
    });
}

#[test]
fn what_is_too_long_for_an_address_is_a_file_that_can_be_dropped() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        opened(page, &site, "#v1/call").await;
        let lines = "Array.from({ length: 120 }, (_, n) => `mm:${(0x800000 + n * 4096).toString(16)}:pte:none`).join('\\n')";
        page.eval(&format!(
            "const of = document.querySelector('[name=set]'); of.value = {lines}; of.dispatchEvent(new Event('input', {{ bubbles: true }}))"
        ))
        .await;
        page.wait_for("it is said", ".call .whole[open] .note").await;
        page.until("the address is short", async || page.hash().await == "#v1/call").await;
        let file = page.text(".call .whole pre").await;
        assert!(
            file.starts_with("v1/call/x86_64-4level/v7.3\nfn=walk_page_range\nset=mm:800000:pte:none\n"),
            "{file}"
        );
        let link = page.text_of("return document.querySelector('.whole a[download]').href").await;
        assert!(link.starts_with("data:text/plain"), "{link}");
        // Dropped on another page, it is opened.
        page.load(&site.url("#v1/open")).await;
        page.wait_for("the door", ".door textarea").await;
        assert_eq!(page.times_loaded(&in_app("pack_call.wasm")).await, 0);
        page.eval(&format!(
            "const data = new DataTransfer(); data.items.add(new File([{file:?}], 'call.txt'));
             document.body.dispatchEvent(new DragEvent('drop', {{ dataTransfer: data, bubbles: true, cancelable: true }}))"
        ))
        .await;
        page.wait_for("the walk", ".call .sentence").await;
        page.until("its entries", async || value(page, "set").await.lines().count() == 120).await;
    });
}

#[test]
fn a_link_that_is_mistyped_says_all_that_is_wrong_and_keeps_the_rest() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        opened(page, &site, "#v1/call/x86_64-4levl/v7.3?fn=walk_page_rnge&lock=write&rage=1-2").await;
        page.wait_for("it is said", ".notice").await;
        let notice = page.text(".notice").await;
        for words in ["x86_64-4level", "walk_page_range", "\u{201c}range\u{201d}"] {
            assert!(notice.contains(words), "{words}\n{notice}");
        }
        assert_eq!(value(page, "lock").await, "write");
        // A machine that booted is fetched first.
        opened(
            page,
            &site,
            "#v1/call/booted-riscv64-sv39/v7.3?fn=walk_kernel_page_table_range&ops=pmd_entry,pte_hole",
        )
        .await;
        page.last_step().await;
    });
}
