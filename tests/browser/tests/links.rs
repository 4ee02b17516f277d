//! The state of the page is in its address.

use pagewalk_browser_tests::{Answer, Gate, Key, Screen, Site, test};

#[test]
fn a_reload_returns_to_the_same_step() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        page.open(&site.url("#v1/kernel-walk/riscv64-sv39/v7.1?lock=none")).await;
        page.last_step().await;
        for step in 1..=9 {
            page.key_to_step(Key::Right, step).await;
        }
        let shown = async || (page.hash().await, page.whole_text().await);
        let (hash, was) = shown().await;
        assert_eq!(hash, "#v1/kernel-walk/riscv64-sv39/v7.1?lock=none&t=9");
        page.reload().await;
        page.last_step().await;
        assert_eq!(shown().await, (hash, was));
    });
}

#[test]
fn choices_are_in_the_address_and_the_address_is_a_choice() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        page.open(&site.url("#v1/debug-init-mm?t=6")).await;
        page.choose("Kernel", "v7.3").await;
        page.until("the address says so", || async { page.hash().await.contains("/v7.3?") }).await;
        page.wait_for("the other kernel's assertion", ".assertion.fails").await;
        page.choose("init_mm lock held", "write").await;
        page.wait_for("with the write lock it holds", ".assertion.holds").await;
        assert_eq!(page.hash().await, "#v1/debug-init-mm/x86_64-4level/v7.3?lock=write&t=2");
        page.choose("Machine", "arm64-16k-48").await;
        page.until("the other machine", || async {
            page.text(".address").await.contains("0xffff000001fc0000")
        })
        .await;
        page.eval("location.hash = '#v1/debug-user/riscv64-sv39/v6.16?t=1'").await;
        page.until("the step that the address names", || async {
            page.sentence().await.starts_with("walk_page_range_novma() is called")
        })
        .await;
    });
}

#[test]
fn a_broken_link_says_so_and_still_opens() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        for (hash, words) in [
            ("#v9/kernel-walk", "version “v9”"),
            ("#v1/nope", "no scenario “nope”"),
            ("#v1/verdict", "Did you mean “verdicts”?"),
            ("#v1/kernel-walk/vax/v6.17", "no machine “vax”"),
            ("#v1/kernel-walk/riscv64-sv39/v1", "no kernel “v1”"),
            ("#v1/kernel-walk?lock=x", "“lock=x”"),
            ("#v1/kernel-walk?t=99999999999", "“t=99999999999”"),
            ("#%00<script>", "link"),
        ] {
            page.open(&site.url(hash)).await;
            assert_eq!(page.count("[role=alert]").await, 1, "{hash}");
            let notice = page.text("[role=alert]").await;
            assert!(notice.contains(words), "{hash}: {notice}");
            page.last_step().await;
            page.key_to_step(Key::Right, 1).await;
        }
        // A step beyond the end is the last one.
        page.open(&site.url("#v1/debug-user?lock=x&t=4000000")).await;
        let last = page.last_step().await;
        page.until("the last step", || async { page.step().await == last }).await;
        let notice = page.text("[role=alert]").await;
        for says in ["“lock=x”", "This run has no step 4000000"] {
            assert!(notice.contains(says), "all that is wrong is said: {notice}");
        }
    });
}

#[test]
fn a_link_opens_its_step_whatever_was_shown_before() {
    test(Screen::WIDE, async |page| {
        let gate = Gate::default();
        let slow = "captures/x86_64-5level/tables.json.gz";
        let site = Site::serve_with(|site| site.instead(slow, Answer::After(gate.clone())));
        page.open(&site.url("#v1/kernel-walk/x86_64-4level/v7.3?lock=read")).await;
        page.last_step().await;
        page.focus_slider().await;
        let link = "#v1/kernel-walk/x86_64-5level/v7.3?lock=read&t=7";
        page.eval(&format!("location.hash = {link:?}")).await;
        page.until("the other machine is loading", || async { page.count(".loading").await == 1 }).await;
        // What was shown is of another machine, and no key steps it.
        assert_eq!(page.count(".sentence").await, 0);
        page.keys(&[Key::Right.into(), Key::Right.into(), Key::End.into()]).await;
        assert_eq!(page.hash().await, link);
        gate.open();
        page.wait_for("a step is shown", ".sentence").await;
        page.until("its step", || async { page.step().await == 7 }).await;
        assert_eq!(page.hash().await, link);
        // The focus was on the time slider, which went: keys work at once all the same.
        page.key_to_step(Key::Right, 8).await;
        // From a scenario of a later part as well.
        page.eval("location.hash = '#v1/ptdump/x86_64-4level/v7.3'").await;
        page.until("the dump", || async { page.count(".dump").await == 1 }).await;
        page.eval(&format!("location.hash = {link:?}")).await;
        page.until("its step", || async { page.step().await == 7 && page.count(".dump").await == 0 }).await;
        assert_eq!(page.hash().await, link);
    });
}

#[test]
fn an_address_is_opened_although_the_page_moves_before_it_hears_of_it() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        page.open(&site.url("#v1/kernel-walk")).await;
        page.last_step().await;
        page.eval("location.hash = '#v1/callers'; document.querySelector('[data-does=next]').click()").await;
        page.wait_for("the callers", ".callers tbody tr").await;
        assert_eq!(page.hash().await, "#v1/callers");
    });
}

#[test]
fn every_scenario_and_every_machine_reach_the_end() {
    // All of one with all of the other is a native test.
    let scenarios =
        pagewalk_tests::LIBRARY.scenarios().map(|of| (of.id, of.machine().expect("a machine").model().id));
    let all = pagewalk_tests::LIBRARY.scenarios().filter(|of| ["kernel-walk", "vma-range"].contains(&of.id));
    let machines = all.flat_map(|scenario| scenario.machines().map(|of| (scenario.id, of.model().id)));
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        for (scenario, machine) in scenarios.chain(machines) {
            page.open(&site.url(&format!("#v1/{scenario}/{machine}"))).await;
            let last = page.last_step().await;
            page.key_to_step(Key::End, last).await;
            let place = format!("{scenario} on {machine}");
            // Some callers read past what they have, and their kernel crashes: a native test knows which.
            let end = page.text_of("return document.querySelector('.sentence').dataset.mark").await;
            assert!(["return", "fault"].contains(&end.as_str()), "{place}: {}", page.sentence().await);
            assert_eq!(page.count("[role=alert]").await, 0, "{place}");
        }
    });
}

#[test]
fn the_site_works_below_any_path_and_asks_nobody_else() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve_with(|site| site.below("/some/dir/"));
        page.open(&site.url("#v1/debug-init-mm?t=3")).await;
        assert_eq!(page.text(".frame.delegated code").await, "↪ walk_kernel_page_table_range");
        let elsewhere: Vec<_> = page.loaded().await.into_iter().filter(|name| name.contains("://")).collect();
        assert_eq!(elsewhere, [""; 0]);
    });
}

#[test]
fn a_site_on_plain_http_is_not_a_secure_context() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        page.open(&site.url("#v1/kernel-walk")).await;
        assert_eq!(page.eval("return isSecureContext").await, true);
        page.open(&site.plain_url("#v1/kernel-walk")).await;
        assert_eq!(page.eval("return isSecureContext").await, false);
    });
}

#[test]
fn a_kernel_by_its_release_and_a_machine_that_arrives_later_open_what_they_say() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        page.load(&site.url("#v1/debug-init-mm/x86_64-4level/6.1.0-53-amd64?lock=read&t=2")).await;
        page.wait_for("the sentence about it", ".notice").await;
        let notice = page.text(".notice").await;
        assert!(notice.contains("is v6.1.192, which is shown") && notice.contains("uname -v"), "{notice}");
        assert!(page.hash().await.starts_with("#v1/debug-init-mm/x86_64-4level/v6.1.192?"));
        page.load(&site.url("index.html#v1/kernel-walk/s390x/v7.3?t=1")).await;
        page.wait_for("a step", ".sentence").await;
        assert_eq!(page.count(".notice").await, 0);
        assert!(page.hash().await.starts_with("#v1/kernel-walk/s390x/v7.3?"));
    });
}

#[test]
fn the_machines_that_arrive_later_are_asked_for_in_the_list() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        page.open(&site.url("#v1/start")).await;
        page.last_step().await;
        page.choose("Machine", "").await;
        page.wait_for("the others", "option[value=s390x]").await;
        // The list shows the machine that is shown, and not what was chosen in it.
        let chosen = "return document.querySelector('option[value=s390x]').parentNode.value";
        assert_eq!(page.eval(chosen).await, "x86_64-5level");
        page.choose("Machine", "s390x").await;
        page.until("it is shown", || async { page.hash().await.contains("/s390x/") }).await;
    });
}
