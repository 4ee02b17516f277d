//! The pages of the one document: what is not in the first download arrives later.

use pagewalk_browser_tests::{Answer, Gate, Key, Page, Screen, Site, in_app, test};

/// The strictest policy under which the page may be served: scripts come from its own server and may compile wasm.
const POLICY: &str = "default-src 'none'; connect-src 'self'; img-src 'self'; style-src 'self'; \
                      script-src 'self' 'wasm-unsafe-eval'";

/// How often a later part of the program was fetched.
async fn fetched(page: &Page, part: &str) -> u64 {
    page.times_loaded(&in_app(&format!("pack_{part}.wasm"))).await
}

#[test]
fn the_later_part_arrives_in_the_same_document() {
    test(Screen::WIDE, async |page| {
        let site =
            Site::serve_with(|site| site.below("/some/dir/").header("Content-Security-Policy", POLICY));
        page.open(&site.url("#v1/kernel-walk?t=3")).await;
        assert_eq!(page.step().await, 3);
        page.eval("window.sameDocument = true").await;
        // What no page knows is answered at once.
        page.eval("location.hash = '#v1/nope'").await;
        page.until("it is said", || async { page.text("main").await.contains("no scenario “nope”") }).await;
        assert_eq!((fetched(page, "lab").await, fetched(page, "more").await), (0, 0));
        for (hash, sign) in [
            ("#v1/race/munmap", ".lane"),
            ("#v1/callers", ".callers tbody tr"),
            ("#v1/verdicts", ".survey[data-state]"),
            ("#v1/compare", ".side + .side"),
            ("#v1/safe", ".question textarea"),
            ("#v1/open", ".door textarea"),
            ("#v1/call", ".call .sentence"),
            ("#v1/compose/munmap", ".switches .says"),
            ("#v1/kernel-walk?t=3", ".sentence"),
        ] {
            page.eval(&format!("location.hash = {hash:?}")).await;
            page.wait_for(hash, sign).await;
            assert!(page.hash().await.starts_with(hash.split('?').next().unwrap_or(hash)), "{hash}");
        }
        assert_eq!((fetched(page, "lab").await, fetched(page, "more").await), (1, 1));
        assert_eq!(page.text_of("return String(window.sameDocument)").await, "true");
        assert_eq!(page.text_of("return location.pathname").await, "/some/dir/");
        // A scenario that is not here yet can be chosen like the others.
        page.open(&site.url("")).await;
        page.choose_scenario("hvo-optimize").await;
        page.until("the scenario", || async { page.hash().await.starts_with("#v1/hvo-optimize/") }).await;
        page.wait_for("a step is shown", ".sentence").await;
        // It is in the part without the race lab.
        assert_eq!((fetched(page, "lab").await, fetched(page, "more").await), (0, 1));
    });
}

/// The class of what has the focus.
const FOCUSED: &str = "return document.activeElement.className";

#[test]
fn the_keyboard_works_on_every_page_at_once() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        page.open(&site.url("#v1/kernel-walk")).await;
        for name in ["Callers", "Verdicts", "Callers"] {
            let link = format!(
                "[...document.querySelectorAll('.pages a')].find(of => of.innerText === {name:?}).focus()"
            );
            page.eval(&link).await;
            page.keys(&[Key::Enter.into()]).await;
            page.until(name, || async { page.text(".pages [aria-current=page]").await == name }).await;
            page.wait_for("it has arrived", ".callers tbody tr, .survey[data-state]").await;
            page.painted().await;
            page.keys(&[Key::PageDown.into()]).await;
            let scrolled = "return Math.max(scrollY, document.querySelector('.callers')?.scrollTop ?? 0) > 0";
            page.until("it scrolls", || async { page.eval(scrolled).await == true }).await;
        }
        // Levels, which are something to read as well, and back.
        page.turn_to("Walk").await;
        page.wait_for("a step is shown", ".sentence").await;
        page.click("[data-does=levels]").await;
        page.until("the levels", || async { page.eval(FOCUSED).await == "levels" }).await;
        page.keys(&[Key::Escape.into()]).await;
        page.until("the slider", || async { page.eval(FOCUSED).await == "scrubber" }).await;
        // The help has its keys for itself, and gives them back.
        page.keys(&['?']).await;
        page.until("the help", || async { page.eval(FOCUSED).await == "help" }).await;
        page.keys(&[Key::Right.into(), Key::End.into(), Key::Escape.into()]).await;
        page.until("the slider", || async { page.eval(FOCUSED).await == "scrubber" }).await;
        assert_eq!(page.step().await, 0);
        page.key_to_step(Key::Right, 1).await;
        // A message that is read is gone, and the keys are not.
        page.eval("location.hash = '#v1/nope'").await;
        page.wait_for("a message", "[data-does=dismiss]").await;
        page.eval("document.querySelector('[data-does=dismiss]').focus()").await;
        page.keys(&[Key::Enter.into()]).await;
        page.until("it is gone", || async { page.count("[data-does=dismiss]").await == 0 }).await;
        page.last_step().await;
        page.key_to_step(Key::Right, 1).await;
    });
}

#[test]
fn what_was_asked_for_while_a_part_arrives_is_not_forgotten() {
    test(Screen::WIDE, async |page| {
        let gates = [Gate::default(), Gate::default()];
        let site = Site::serve_with(|site| {
            let site = site.instead(&in_app("pack_lab.wasm"), Answer::After(gates[0].clone()));
            site.instead(&in_app("pack_more.wasm"), Answer::After(gates[1].clone()))
        });
        page.open(&site.url("#v1/kernel-walk")).await;
        // A race and a scenario by their addresses, and a kernel from the list.
        page.eval("location.hash = '#v1/race/huge-vmap?lock=none'").await;
        page.turn_to("Walk").await;
        page.eval("location.hash = '#v1/hvo-optimize'").await;
        page.choose("Kernel", "v7.3").await;
        page.turn_to("Callers").await;
        page.turn_to("Walk").await;
        page.turn_to("Race lab").await;
        for gate in &gates {
            gate.open();
        }
        page.wait_for("the lanes", ".lane").await;
        let hash = page.hash().await;
        assert!(hash.starts_with("#v1/race/huge-vmap/") && hash.contains("lock=none"), "{hash}");
        page.turn_to("Walk").await;
        page.wait_for("a step is shown", ".sentence").await;
        let hash = page.hash().await;
        assert!(hash.starts_with("#v1/hvo-optimize/") && hash.contains("/v7.3"), "{hash}");
    });
}

#[test]
fn what_is_chosen_while_a_link_waits_for_its_part_is_not_undone_by_it() {
    test(Screen::WIDE, async |page| {
        let gate = Gate::default();
        let later = in_app("pack_more.wasm");
        let site = Site::serve_with(|site| site.instead(&later, Answer::After(gate.clone())));
        page.load(&site.url("#v1/hvo-optimize/x86_64-4level/v6.16?t=3")).await;
        page.wait_for("it is on its way", ".loading").await;
        assert_eq!(page.text_of("return document.title").await, "HVO: give pages back · Pagewalk");
        page.choose("Kernel", "v7.3").await;
        gate.open();
        page.wait_for("a step is shown", ".sentence").await;
        page.until("the kernel", || async {
            page.hash().await.starts_with("#v1/hvo-optimize/x86_64-4level/v7.3")
        })
        .await;
    });
}

#[test]
fn the_way_back_leads_to_a_branch_that_is_kept() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        page.open(&site.url("#v1/race/munmap")).await;
        page.focus_slider().await;
        page.key_to_step('1', 1).await;
        page.turn_to("Walk").await;
        page.wait_for("a step is shown", ".sentence").await;
        page.turn_to("Race lab").await;
        page.wait_for("the lanes", ".lane").await;
        page.focus_slider().await;
        page.key_to_step('2', 2).await;
        page.key_to_step(Key::Left, 1).await;
        page.key_to_step('1', 2).await;
        assert_eq!(page.count(".branches li").await, 2);
        // To the first visit, which knew one step.
        page.eval("history.go(-2)").await;
        page.until("its step", || async { page.step().await == 1 }).await;
        assert_eq!(page.count(".branches li").await, 2);
    });
}

#[test]
fn a_control_that_was_taken_keeps_the_focus_when_the_tables_arrive() {
    test(Screen::WIDE, async |page| {
        let gate = Gate::default();
        let slow = "captures/x86_64-4level/tables.json.gz";
        let site = Site::serve_with(|site| site.instead(slow, Answer::After(gate.clone())));
        page.load(&site.url("#v1/kernel-walk")).await;
        page.wait_for("it is on its way", ".loading").await;
        page.eval("document.querySelectorAll('select')[2].focus()").await;
        gate.open();
        page.last_step().await;
        assert_eq!(page.text_of("return document.activeElement.tagName").await, "SELECT");
    });
}

#[test]
fn each_page_has_its_title_before_it_arrives() {
    test(Screen::WIDE, async |page| {
        let gate = Gate::default();
        let later = in_app("pack_lab.wasm");
        let site = Site::serve_with(|site| {
            site.instead(&later, Answer::After(gate.clone()))
                .instead(&in_app("pack_more.wasm"), Answer::After(gate.clone()))
                .instead(&in_app("pack_learn.wasm"), Answer::After(gate.clone()))
                .instead(&in_app("pack_switches.wasm"), Answer::After(gate.clone()))
        });
        page.open(&site.url("#v1/kernel-walk")).await;
        for (hash, title) in [
            ("callers", "Callers"),
            ("race/munmap", "Race lab"),
            ("verdicts", "Verdicts"),
            ("safe", "Is my walk safe?"),
            ("learn", "Learn"),
            ("race/nope", "Race lab"),
        ] {
            page.eval(&format!("location.hash = '#v1/{hash}'")).await;
            page.until(title, || async {
                page.text_of("return document.title").await == format!("{title} · Pagewalk")
            })
            .await;
        }
        gate.open();
    });
}

#[test]
fn tables_that_were_asked_for_together_all_arrive() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        page.open(&site.url("#v1/kernel-walk")).await;
        page.last_step().await;
        page.eval(
            "location.hash = '#v1/kernel-walk/riscv64-sv39';
             const list = document.querySelectorAll('select')[1];
             list.value = 'arm64-4k-48'; list.dispatchEvent(new Event('change', { bubbles: true }))",
        )
        .await;
        page.until("the last one that was asked for", || async {
            page.hash().await.contains("riscv64-sv39")
        })
        .await;
        page.wait_for("a step is shown", ".sentence").await;
        page.eval("location.hash = '#v1/kernel-walk/arm64-4k-48'").await;
        page.until("the other one", || async {
            page.hash().await.contains("arm64-4k-48") && page.count(".sentence").await == 1
        })
        .await;
    });
}

#[test]
fn a_table_that_was_closed_stays_closed() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        page.load(&site.url("#v1/verdicts/nested-read")).await;
        page.wait_for("its table", "[data-name=nested-read][open]").await;
        let focused = "return document.activeElement.tagName";
        page.until("its heading has the focus", || async { page.eval(focused).await == "SUMMARY" }).await;
        page.keys(&[Key::Enter.into()]).await;
        page.until("it is closed", || async { page.count("[data-name=nested-read][open]").await == 0 }).await;
        page.until("no table is named", || async { page.hash().await == "#v1/verdicts" }).await;
        page.turn_to("Callers").await;
        page.turn_to("Verdicts").await;
        page.wait_for("the matrix", ".survey").await;
        assert_eq!(page.count("[data-name=nested-read][open]").await, 0);
    });
}

#[test]
fn a_page_of_the_server_is_no_style_sheet() {
    test(Screen::WIDE, async |page| {
        let answer = Answer::Bytes(b"<!doctype html><title>Not found</title>".to_vec());
        let site = Site::serve_with(|site| site.instead(&in_app("styles/lab.css"), answer));
        page.load(&site.url("#v1/race/munmap")).await;
        page.until("it is said", || async { page.text("main").await.contains("could not be loaded") }).await;
        page.click("[data-does=retry]").await;
        page.until("once more", || async { page.times_loaded("styles/lab.css").await == 2 }).await;
        page.until("it is said", || async { page.text("main").await.contains("could not be loaded") }).await;
        // The program is here, and is not fetched for the sheet's sake.
        assert_eq!(fetched(page, "lab").await, 1);
        assert_eq!(page.count("link[href*='lab.css']").await, 0);
        page.eval("delete sessionStorage.errors").await;
    });
}

#[test]
fn old_addresses_lead_to_the_same_place() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve_with(|site| site.below("/some/dir/"));
        page.load(&site.url("lab.html#v1/hvo-optimize?t=4")).await;
        page.wait_for("the walk", ".sentence").await;
        assert_eq!(page.text_of("return location.pathname").await, "/some/dir/");
        assert!(page.hash().await.starts_with("#v1/hvo-optimize"), "{}", page.hash().await);
        assert_eq!(page.step().await, 4);
    });
}

#[test]
fn a_part_that_does_not_arrive_is_said_and_the_walk_goes_on() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve_with(|site| site.instead(&in_app("pack_lab.wasm"), Answer::Missing));
        page.open(&site.url("#v1/kernel-walk?t=3")).await;
        page.eval("location.hash = '#v1/race/munmap'").await;
        page.until("it is said", || async { page.text("main").await.contains("could not be loaded") }).await;
        page.eval("location.hash = '#v1/kernel-walk?t=3'").await;
        page.wait_for("the walk", ".sentence").await;
        assert_eq!(page.step().await, 3);
        // The script that wasm-split writes has told the console too: that is no error of the page.
        let told = page.eval("return sessionStorage.errors").await;
        assert_eq!(told.as_str().map(|told| told.matches("pack_lab.wasm: 404").count()), Some(1), "{told}");
        page.eval("delete sessionStorage.errors").await;
    });
}

#[test]
fn the_pages_lead_to_each_other() {
    test(Screen::NARROW, async |page| {
        let site = Site::serve();
        page.open(&site.url("")).await;
        let here = |name: &'static str| async move { page.text(".pages [aria-current=page]").await == name };
        assert!(here("Walk").await);
        page.eval("window.nav = document.querySelector('.pages')").await;
        for (place, name) in [
            (4, "Callers"),
            (8, "Compare"),
            (1, "Learn"),
            (5, "Race lab"),
            (3, "Is my walk safe?"),
            (7, "Verdicts"),
            (6, "Your race"),
            (2, "Walk"),
            (5, "Race lab"),
        ] {
            page.click(&format!(".pages a:nth-child({place})")).await;
            page.until(name, || here(name)).await;
        }
        assert_eq!(page.eval("return nav.isConnected").await, true, "it is the same navigation all the way");
        // Back is the page before, as anywhere.
        page.eval("history.back()").await;
        page.until("the walk", || here("Walk")).await;
        page.wait_for("a step is shown", ".sentence").await;
    });
}

#[test]
fn who_leaves_a_page_and_comes_back_finds_it_as_it_was() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        page.open(&site.url("#v1/kernel-walk/riscv64-sv39/v7.1?lock=none")).await;
        page.last_step().await;
        page.click("[data-does='filter holes']").await;
        for step in 1..=9 {
            page.key_to_step(Key::Right, step).await;
        }
        let walk = page.text("main").await;

        // A proof and a branch.
        page.turn_to("Race lab").await;
        page.wait_for("the lanes", ".lane").await;
        page.click("[data-does=prove]").await;
        page.wait_for("a proof", "[data-search=unsafe]").await;
        page.focus_slider().await;
        page.key_to_step('2', 1).await;
        page.key_to_step('1', 2).await;
        page.key_to_step(Key::Left, 1).await;
        page.key_to_step('2', 2).await;
        let race = page.text("main").await;
        assert!(page.count(".branches li").await == 2 && page.count(".ways li").await == 2, "{race}");

        page.turn_to("Verdicts").await;
        page.wait_for("the matrix", ".survey").await;
        page.click("[data-does=pause]").await;
        page.wait_for("it has paused", "[data-state=paused]").await;
        let verdicts = page.text(".survey").await;
        page.turn_to("Is my walk safe?").await;
        page.wait_for("the question", ".question").await;
        page.choose("The range may hold", "modules").await;
        page.wait_for("the answer", "[data-does=copy-text]:not([disabled])").await;
        let question = page.text("main").await;
        page.turn_to("Callers").await;
        page.wait_for("the call sites", ".callers").await;
        page.turn_to("Compare").await;
        page.wait_for("both runs", ".side + .side").await;
        page.focus_slider().await;
        page.key_to_step(']', 2).await;
        let compare = page.text("main").await;

        // Switches, a step, and the place where it stands.
        page.turn_to("Your race").await;
        page.wait_for("the verdict", "[data-does=copy-text]:not([disabled])").await;
        page.click(".switches [data-does='way 1']").await;
        page.until("it is switched", || async { page.hash().await.ends_with("&rcu=all") }).await;
        page.wait_for("the verdict", "[data-does=copy-text]:not([disabled])").await;
        page.focus_slider().await;
        page.key_to_step(Key::Right, 1).await;
        let own = page.text("main").await;

        page.turn_to("Learn").await;
        page.wait_for("the lessons", ".lessons h3").await;

        page.turn_to("Your race").await;
        page.wait_for("the verdict", "[data-does=copy-text]:not([disabled])").await;
        assert_eq!(page.text("main").await, own);
        page.turn_to("Race lab").await;
        page.wait_for("the lanes", ".lane").await;
        assert_eq!(page.text("main").await, race);
        page.turn_to("Verdicts").await;
        page.wait_for("the matrix", ".survey").await;
        assert_eq!(page.text(".survey").await, verdicts);
        page.turn_to("Compare").await;
        page.wait_for("both runs", ".side + .side").await;
        assert_eq!(page.text("main").await, compare);
        page.turn_to("Is my walk safe?").await;
        page.wait_for("the question", ".question").await;
        assert_eq!(page.text("main").await, question);
        page.turn_to("Walk").await;
        page.wait_for("a step is shown", ".sentence").await;
        assert_eq!(page.text("main").await, walk);
        // Back is the page before, as it was as well.
        page.eval("history.go(-4)").await;
        page.wait_for("the lanes", ".lane").await;
        assert_eq!(page.text("main").await, race);
        let fetched = "return performance.getEntriesByType('resource').filter(of => of.name.includes('/captures/')).length";
        assert_eq!(page.eval(fetched).await, 2, "the tables of each machine are fetched once");
    });
}
