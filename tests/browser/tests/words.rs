//! Words: terms are underlined where they stand first, explained by the pointer and by a key, and printed; scenarios are chosen from
//! pictures; the signs of the slider are its filter.

use pagewalk_browser_tests::{Key, Page, Screen, Site, test};

/// The underlined words, in the order of the page.
const MARKED: &str = "const marked = CSS.highlights.get('glossary');
    return marked ? [...marked].map(of => of.toString()).join(', ') : ''";

async fn until_marked(page: &Page, word: &str) {
    page.until(word, || async { page.text_of(MARKED).await.split(", ").any(|of| of == word) }).await;
}

/// Moves the pointer to the middle of an underlined word.
async fn point_at(page: &Page, word: &str) {
    page.eval(&format!(
        "const of = [...CSS.highlights.get('glossary')].find(of => of.toString() === {word:?});
         const at = of.getBoundingClientRect();
         const place = {{ clientX: at.left + at.width / 2, clientY: at.top + at.height / 2, bubbles: true }};
         of.startContainer.parentElement.dispatchEvent(new PointerEvent('pointermove', place));"
    ))
    .await;
}

#[test]
fn terms_are_underlined_once_and_explained_beside_the_pointer() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        page.open(&site.url("#v1/debug-user/x86_64-4level/v6.17?lock=write&t=21")).await;
        // The first picture does not wait for it; the first thing that a person does brings it.
        assert_eq!(page.text_of(MARKED).await, "");
        page.key_to_step(Key::Left, 20).await;
        page.key_to_step(Key::Right, 21).await;
        until_marked(page, "RCU").await;
        let marked = page.text_of(MARKED).await.to_lowercase();
        let words: Vec<&str> = marked.split(", ").collect();
        for word in &words {
            assert_eq!(
                words.iter().filter(|of| of == &word).count(),
                1,
                "{word} is underlined twice: {marked}"
            );
        }
        point_at(page, "RCU").await;
        page.wait_for("the explanation", ".glossary-word:not(:empty)").await;
        let says = page.text(".glossary-word").await;
        assert!(says.contains("RCU") && says.contains("Frees memory later"), "{says}");
        // `Esc` is for that alone: the page keeps the keys.
        page.keys(&[Key::Escape.into()]).await;
        page.until("it is gone", || async { page.count(".glossary-word:not(:empty)").await == 0 }).await;
        page.key_to_step(Key::Right, 22).await;
    });
}

#[test]
fn a_key_shows_the_words_of_the_page_and_paper_has_them() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        for (hash, sign, word) in [
            ("#v1/debug-user/x86_64-4level/v6.17?lock=write&t=21", ".sentence", "pte_offset_map"),
            ("#v1/callers", ".callers tbody tr", "mmap_lock"),
            ("#v1/learn", ".lessons h3", "page table"),
            ("#v1/race/munmap", ".lane", "munmap"),
            ("#v1/safe", ".question textarea", "init_mm"),
        ] {
            page.load(&site.url(hash)).await;
            page.wait_for(hash, sign).await;
            page.eval("document.querySelector('main').focus()").await;
            page.keys(&['g']).await;
            page.wait_for("the words", ".help .glossary dt").await;
            page.until("they have the focus", || async {
                page.text_of("return String(!!document.activeElement.closest('.glossary'))").await == "true"
            })
            .await;
            let says = page.text(".glossary").await;
            assert!(says.contains(word), "{hash}: {says}");
            page.keys(&[Key::Escape.into()]).await;
            page.until("it is closed", || async { page.count(".help").await == 0 }).await;
        }
        page.load(&site.url("#v1/debug-user/x86_64-4level/v6.17?lock=write&t=20")).await;
        page.wait_for("a step", ".sentence").await;
        page.focus_slider().await;
        page.key_to_step(Key::Right, 21).await;
        until_marked(page, "RCU").await;
        page.eval("dispatchEvent(new Event('beforeprint'))").await;
        assert!(
            page.text_of("return document.querySelector('.glossary-print').textContent")
                .await
                .contains("RCU")
        );
        page.eval("dispatchEvent(new Event('afterprint'))").await;
        assert_eq!(page.count(".glossary-print").await, 0);
    });
}

#[test]
fn a_scenario_is_chosen_from_pictures_with_the_keyboard() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        page.open(&site.url("#v1/start/x86_64-5level/v7.1")).await;
        page.click("[data-does=gallery]").await;
        page.wait_for("the gallery", ".gallery .strip path").await;
        let first = page.text_of("return document.querySelector('.gallery li:has(a)').innerText").await;
        assert!(first.contains("start here"), "{first}");
        let cards = page.count(".gallery li a").await;
        assert!(cards > 40, "{cards} scenarios");
        assert_eq!(page.count(".gallery .strip").await, cards);
        page.until("it has the focus", || async {
            page.text_of("return document.activeElement.className").await == "gallery"
        })
        .await;
        page.keys(&[Key::Escape.into()]).await;
        page.until("it is closed", || async { page.count(".gallery").await == 0 }).await;
        // Another scenario keeps the other choices.
        page.choose_scenario("debug-init-mm").await;
        page.until("the scenario", || async {
            page.hash().await.starts_with("#v1/debug-init-mm/x86_64-5level/v7.1")
        })
        .await;
        assert_eq!(page.count(".gallery").await, 0);
    });
}

#[test]
fn nothing_that_is_chosen_is_cut_off() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        for hash in [
            "#v1",
            "#v1/debug-user/x86_64-5level/v6.17",
            "#v1/race/huge-vmap/x86_64-5level/v6.17",
            "#v1/ptdump-efi",
        ] {
            page.load(&site.url(hash)).await;
            page.wait_for(hash, ".choices select").await;
            let cut = page
                .text_of(
                    "const canvas = document.createElement('canvas').getContext('2d');
                     return [...document.querySelectorAll('.choices select')].filter(of => {
                         canvas.font = getComputedStyle(of).font;
                         return canvas.measureText(of.selectedOptions[0].text).width > of.clientWidth - 16;
                     }).map(of => of.selectedOptions[0].text).join('; ')",
                )
                .await;
            assert_eq!(cut, "", "{hash}");
            let wide = page
                .eval("const of = document.documentElement; return of.scrollWidth - of.clientWidth")
                .await;
            assert_eq!(wide, 0, "{hash}");
        }
    });
}

#[test]
fn a_long_walk_has_a_band_and_a_short_one_has_signs() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        page.open(&site.url("#v1/ptdump/x86_64-4level/v7.3")).await;
        page.last_step().await;
        assert!(page.count(".band path").await > 3);
        let signs = page.count(".ticks svg").await;
        assert!((1..=48).contains(&signs), "{signs} signs");
        page.load(&site.url("#v1/start")).await;
        page.wait_for("a step", ".sentence").await;
        let last = page.last_step().await;
        assert_eq!((page.count(".band").await, page.count(".ticks svg").await), (0, last + 1));
        // Its legend says where the keys go.
        page.click("[data-does='filter holes']").await;
        assert_eq!(page.count("[data-does='filter holes'][aria-pressed=true]").await, 1);
        page.focus_slider().await;
        page.keys(&[']']).await;
        page.until("a hole", || async { page.count("[data-mark=hole]").await == 1 }).await;
        page.click("[data-does='filter holes']").await;
        assert_eq!(page.count("[data-does^=filter][aria-pressed=true]").await, 0);
    });
}
