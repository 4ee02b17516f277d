//! A race of one's own: its switches by keyboard and pointer, its address, its verdict, the text for a mail, and the fixes.

use pagewalk_browser_tests::{Key, Page, Screen, Site, in_app, test};

/// A huge vmap whose leaf is set outside the lock, as a mail asked.
const ASKED: &str =
    "#v1/compose/huge-vmap/x86_64-4level/v7.3?lock=write&rule=nothing&guard=init-read:try:2-4";

/// Opens an address and waits for the verdict.
async fn opened(page: &Page, site: &Site, hash: &str) {
    page.load(&site.url(hash)).await;
    verdict(page).await;
}

/// Waits until everything is searched.
async fn verdict(page: &Page) -> String {
    page.wait_for("the verdict", ".asked [data-does=copy-text]:not([disabled])").await;
    page.text(".asked h2").await
}

/// Waits until the address says this, and for the verdict of that.
async fn turned(page: &Page, says: &str) -> String {
    page.until(says, async || page.hash().await.contains(says)).await;
    verdict(page).await
}

/// The button with this text in the switch with this name.
fn position(switch: &str, title: &str) -> String {
    format!(
        "[...document.querySelectorAll('.switch[aria-label={switch:?}] button')].find(of => of.innerText === {title:?})"
    )
}

async fn pressed(page: &Page, switch: &str, title: &str) -> bool {
    page.text_of(&format!("return {}.getAttribute('aria-pressed')", position(switch, title))).await == "true"
}

#[test]
fn an_address_opens_what_it_asks_with_the_answer() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        opened(page, &site, ASKED).await;
        assert_eq!(page.text(".asked h2").await, "✓Safe");
        let says = page.text(".says").await;
        for words in [
            "A debug walk of init_mm and a huge vmap (x86_64-4level, rules of v7.3, the walker with the write lock",
            "vmap_try_huge_pmd holds init_mm's lock for reading in its lines 2 to 4, and gives up if it does not get it",
            "safe. Nothing goes wrong in any order of the steps",
        ] {
            assert!(says.contains(words), "{words}\n{says}");
        }
        let unlike = page.text(".unlike-kernel").await;
        assert!(unlike.starts_with("Different from v7.3: the rule is "), "{unlike}");
        assert_eq!(page.hash().await, ASKED);
        assert_eq!(page.count(".lines .inside-lock").await, 3);
        assert!(pressed(page, "If it is not free", "gives up").await);
        assert_eq!(page.count(".switch.unlike").await, 2, "the rule, and the lock around lines");
        // What the kernel does not have there is marked where it runs: there that line stands inside the lock.
        let added = page.text(".run .added").await;
        assert!(added.starts_with("pmd_set_huge(pmd)"), "{added}");
        assert!(page.count(".assumes li").await >= 4);
        // Where nothing goes wrong the CPUs can be stepped all the same, and the address names the step.
        page.click(".run .lane .step").await;
        page.until("a step", async || page.hash().await.ends_with("&s=a&t=1")).await;
        page.reload().await;
        assert_eq!((verdict(page).await.as_str(), page.step().await), ("✓Safe", 1));
    });
}

#[test]
fn a_switch_is_turned_by_the_keyboard_and_address_and_verdict_follow() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        opened(page, &site, "#v1/compose/hot-remove/arm64-4k-48/v7.3?lock=read&rule=no-hotplug").await;
        assert_eq!(page.text(".asked h2").await, "✗Not safe");
        // The way that was found is there, and is stepped.
        assert!(page.count(".run .lane").await >= 2);
        page.focus_slider().await;
        page.keys(&[Key::End.into()]).await;
        page.wait_for("it goes wrong", ".run .outcome").await;
        let link =
            page.text_of("return document.querySelector('.run .outcome a').getAttribute('href')").await;
        assert!(link.starts_with("#v1/compose/hot-remove/arm64-4k-48/v7.3?"), "{link}");
        // Tab leads to the switch, the arrows from position to position, Enter turns it.
        page.eval(&format!("{}.focus()", position("RCU read section", "around the whole walk"))).await;
        page.keys(&[Key::Tab.into(), Key::Tab.into(), Key::Right.into(), Key::Enter.into()]).await;
        let title = turned(page, "&around=owns").await;
        assert_eq!(title, "✓Safe");
        let focused = page.text_of("return document.activeElement.innerText").await;
        assert_eq!(focused, "owns the range", "the focus stays");
        page.keys(&[Key::Right.into(), Key::Enter.into()]).await;
        assert_eq!(turned(page, "&around=inside-hotplug").await, "✓Safe");
        // The way back leads to what was before.
        page.eval("history.back()").await;
        assert_eq!(turned(page, "&around=owns").await, "✓Safe");
        page.click(".asked [data-does='way 1000']").await;
        page.until("as in the kernel", async || {
            page.text(".unlike-kernel").await == "This is what v7.3 does."
        })
        .await;
        verdict(page).await;
    });
}

#[test]
fn a_line_goes_into_a_lock_and_out_of_it_by_keyboard_and_pointer() {
    for screen in [Screen::WIDE, Screen::NARROW] {
        test(screen, async |page| {
            let site = Site::serve();
            opened(page, &site, "#v1/compose/huge-vmap/x86_64-4level/v7.3?lock=write&rule=nothing").await;
            assert_eq!(page.text(".asked h2").await, "✗Not safe");
            page.click(".lines li:nth-child(4) button").await;
            assert_eq!(turned(page, "&guard=init-read:4-4").await, "✗Not safe");
            assert!(page.text(".run .added").await.starts_with("mmap_read_lock(&init_mm)"));
            page.click(".lines li:nth-child(2) button").await;
            assert_eq!(turned(page, "&guard=init-read:2-4").await, "✓Safe");
            assert!(page.text(".lines .inside-lock").await.contains("inside init_mm's lock"));
            // Out of it again, by the keyboard.
            page.eval("document.querySelector('.lines li:nth-child(2) button').focus()").await;
            page.keys(&[' ']).await;
            assert_eq!(turned(page, "&guard=init-read:3-4").await, "✗Not safe");
            let wide = "const of = document.documentElement; return of.scrollWidth - of.clientWidth";
            assert_eq!(page.eval(wide).await, 0, "nothing is wider than the screen");
            let small = "return [...document.querySelectorAll('main a, main button, select')]
                .filter(of => of.offsetParent && getComputedStyle(of).display !== 'inline')
                .filter(of => of.getBoundingClientRect().height < 24).map(of => of.innerText)";
            assert_eq!(page.eval(small).await, serde_json::json!([]));
        });
    }
}

#[test]
fn the_answer_is_copied_for_a_mail() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        opened(page, &site, ASKED).await;
        page.eval(
            "Object.defineProperty(navigator, 'clipboard', { value: { writeText: async of => { window.copied = of } } })",
        )
        .await;
        page.click(".asked [data-does=copy-text]").await;
        page.until("it is said", async || page.text(".copied").await == "It is copied.").await;
        let copied = page.text_of("return window.copied").await;
        let says = page.text(".says").await;
        assert_eq!(copied, format!("{says}\n\n{}", site.url(ASKED)));
    });
}

#[test]
fn a_fix_opens_its_race() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        opened(page, &site, "#v1/race?cve=CVE-2026-31456").await;
        assert_eq!(page.text(".asked h2").await, "✗Not safe");
        assert_eq!(page.hash().await, "#v1/compose/pud-refault/x86_64-4level/v6.18");
        let fix = page.text(".fix.asked-for").await;
        for words in ["3b89863c3fa4, CVE-2026-31456, in v7.0; affected: v6.19.x", "Without it · With it"] {
            assert!(fix.contains(words), "{words}\n{fix}");
        }
        let link = "return document.querySelector('.fix a[href*=\"nvd.nist.gov\"]').getAttribute('href')";
        assert_eq!(page.text_of(link).await, "https://nvd.nist.gov/vuln/detail/CVE-2026-31456");
        page.eval("[...document.querySelectorAll('.fix a')].find(of => of.innerText === 'With it').click()")
            .await;
        assert_eq!(turned(page, "/v7.1").await, "✓Safe");
        // What one might think instead, and the run that shows that it is not so.
        opened(page, &site, "#v1/race?commit=8782fb61cc84").await;
        assert!(page.text(".fix.asked-for .instead").await.contains("One might think that RCU would do"));
        page.click(".fix.asked-for .instead a").await;
        assert_eq!(turned(page, "&frees=rcu").await, "✗Not safe");
        opened(page, &site, "#v1/race?cve=CVE-2026-1").await;
        assert!(page.text("[role=alert]").await.contains("There is no fix “CVE-2026-1” here"));
        // The race lab has the fixes as well, and leads here.
        page.open(&site.url("#v1/race/huge-vmap")).await;
        assert!(page.text(".fix-line").await.contains("26444eb71465, v7.2-rc7, CVE-2026-74672"));
        page.click(".goal-ask a[href^='#v1/compose/huge-vmap']").await;
        verdict(page).await;
    });
}

#[test]
fn what_is_wrong_is_said_and_the_nearest_is_shown() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        opened(page, &site, "#v2/compose/mumap?lock=write&frees=rcy&guard=init:1").await;
        let said = page.text("[role=alert]").await;
        for words in
            ["version “v2”", "no race “mumap”", "“rcy” is no value of frees", "“init:1” is no value of guard"]
        {
            assert!(said.contains(words), "{words}\n{said}");
        }
        assert!(page.hash().await.starts_with("#v1/compose/munmap/x86_64-4level/"));
        // What contradicts itself says why, and can be turned back.
        opened(page, &site, "#v1/compose/munmap/x86_64-4level/v7.3?lock=read&around=owns").await;
        assert_eq!(page.text(".asked h2").await, "–This makes no sense");
        assert!(page.text(".says").await.contains("nobody owns them"));
        assert_eq!(page.count(".run .lane").await, 0);
        let why = format!("return {}.title", position("The caller of the walk", "owns the range"));
        assert!(
            page.text_of(&why).await.contains("Nobody owns them")
                || page.text_of(&why).await.contains("nobody owns them")
        );
        page.eval(&format!("{}.click()", position("The caller of the walk", "guarantees nothing"))).await;
        page.wait_for("it can be searched", ".run .lane").await;
        assert_eq!(verdict(page).await, "✗Not safe");
        opened(page, &site, &format!("#v1/compose/collapse?{}", "x".repeat(400))).await;
        assert!(page.text("[role=alert]").await.contains("too long to be a composition"));
        opened(page, &site, "#v1/compose/collapse?s=zz&t=9").await;
        assert!(page.text("[role=alert]").await.contains("nobody has moved"));
    });
}

#[test]
fn only_who_opens_it_downloads_it() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        page.open(&site.url("#v1/race/munmap")).await;
        assert_eq!(page.times_loaded(&in_app("pack_switches.wasm")).await, 0);
        page.turn_to("Your race").await;
        verdict(page).await;
        assert_eq!(page.times_loaded(&in_app("pack_switches.wasm")).await, 1);
    });
}
