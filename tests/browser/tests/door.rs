//! The door: what a person pastes, drops or writes becomes tables to walk, an explanation, or named bits.

use pagewalk_browser_tests::{Answer, Key, Page, Screen, Site, in_app, test};
use serde_json::Value;

const TLB: &str = include_str!("../../formats/qemu-11.1.3-x86_64-4level-info-tlb.txt");
const RISCV: &str = include_str!("../../formats/qemu-11.1.3-riscv64-sv39-info-mem.txt");
const VTOP: &str = include_str!("../../formats/crash-8.0.2-arm64-vtop.txt");
const WARNING: &str = include_str!("../../../web/src/view/door/warning.txt");

/// Pastes a text, as the browser's own menu does it, where the focus is.
async fn paste(page: &Page, text: &str) {
    let script = format!(
        "const data = new DataTransfer(); data.setData('text/plain', {text:?});
         const paste = new ClipboardEvent('paste', {{ clipboardData: data, bubbles: true, cancelable: true }});
         (document.activeElement ?? document.body).dispatchEvent(paste)"
    );
    page.eval(&script).await;
}

async fn opened(page: &Page, site: &Site) {
    page.load(&site.url("#v1/open")).await;
    page.wait_for("the field", ".door textarea").await;
    page.until("the field has the focus", async || {
        page.eval("return document.activeElement.tagName").await == "TEXTAREA"
    })
    .await;
}

#[test]
fn a_text_that_is_pasted_anywhere_becomes_tables_to_walk() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        page.open(&site.url("#v1/debug-init-mm?t=2")).await;
        page.last_step().await;
        assert_eq!(page.times_loaded(&in_app("pack_door.wasm")).await, 0, "nobody has asked for it");
        paste(page, TLB).await;
        page.wait_for("the answer", ".answer .ranges").await;
        assert_eq!(page.hash().await, "#v1/open");
        let answer = page.text(".answer").await;
        for words in [
            "QEMU's monitor, x86: info tlb",
            "Built from the ranges of a text (info-tlb-x86)",
            "they are not the machine\u{2019}s own",
            "the leaf's own",
        ] {
            assert!(answer.contains(words), "{words}\n{answer}");
        }
        // By the keyboard: the answer has the focus, the walks come next.
        page.until("the focus", async || {
            page.eval("return document.activeElement.matches('.answer h2')").await == true
        })
        .await;
        page.until("Tab gets to a walk", async || {
            page.keys(&[Key::Tab.into()]).await;
            page.eval("return document.activeElement.matches('.walks a')").await == true
        })
        .await;
        page.keys(&[Key::Enter.into()]).await;
        page.wait_for("a step", ".sentence").await;
        assert!(page.hash().await.contains("/file-"), "{}", page.hash().await);
        page.last_step().await;
        page.focus_slider().await;
        page.key_to_step(Key::Right, 1).await;
        // It is marked, and what was assumed stands there.
        let machine =
            "return document.querySelector('select[data-does=\"list machine\"]').selectedOptions[0].text";
        assert_eq!(page.text_of(machine).await, "The text, x86-64, 4 levels, built from ranges");
        let title = page.text_of("return document.title").await;
        assert!(title.ends_with(", tables built from ranges \u{b7} Pagewalk"), "{title}");
        page.click(".built summary").await;
        assert!(page.text(".built ul").await.contains("entries that map nothing are not known"));
        // Every walk without VMAs, and the dump, run on it.
        page.choose_scenario("ptdump").await;
        page.wait_for("the dump", ".dump").await;
        page.last_step().await;
        // What cannot be read leaves everything as it is.
        let hash = page.hash().await;
        paste(page, "\n  nonsense").await;
        page.wait_for("it is said", ".notice").await;
        let notice = page.text(".notice").await;
        assert!(notice.contains("line 2, column 3: this is in no format"), "{notice}");
        assert_eq!(page.hash().await, hash);
        // And nothing was sent anywhere.
        assert!(page.loaded().await.iter().all(|name| !name.contains("://")));
    });
}

#[test]
fn what_was_assumed_can_be_changed() {
    test(Screen::NARROW, async |page| {
        let site = Site::serve();
        opened(page, &site).await;
        paste(page, RISCV).await;
        page.wait_for("the answer", ".answer .ranges").await;
        assert!(page.text(".answer").await.contains("riscv64-sv39 (fits)"));
        page.choose("Machine", "0 riscv64-sv48").await;
        page.until("it is read again", async || {
            page.text(".walks a").await.contains("Walk")
                && page
                    .eval("return document.querySelector('.walks a').href")
                    .await
                    .as_str()
                    .is_some_and(|href| href.contains("riscv64-sv48"))
        })
        .await;
        assert_eq!(page.count(".answer").await, 1);
        // As a format that it is not: that is said, and can be undone.
        page.choose("Read as", "0 info-tlb-x86").await;
        page.wait_for("it is refused", ".answer .refused").await;
        assert!(page.text(".answer .refused").await.contains("no line can be read as info-tlb-x86"));
        page.choose("Read as", "0 info-mem-riscv").await;
        page.wait_for("it is read", ".answer .walks").await;
        // A part that cannot be read is said with line and column; the rest is kept.
        let broken = format!("{RISCV}\n00000000zz000000 0000000001000000 0000000000001000 rwx\n");
        page.eval("document.querySelector('textarea').focus()").await;
        paste(page, &broken).await;
        page.until("both", async || page.count(".answer").await == 2).await;
        assert!(page.count(".answer .ranges tbody tr").await > 2);
        // Closed, it is gone.
        page.click(".answer .head button").await;
        page.until("one", async || page.count(".answer").await == 1).await;
    });
}

#[test]
fn a_warning_is_explained_and_leads_to_its_race() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        opened(page, &site).await;
        paste(page, WARNING).await;
        page.wait_for("the explanation", ".splat dl").await;
        let says = page.text(".splat").await;
        for words in [
            "walk_page_range_novma()",
            "v6.16",
            "for writing",
            "Without lockdep",
            "Nearest race",
            "Is it safe?",
        ] {
            assert!(says.contains(words), "{words}\n{says}");
        }
        let links = page
            .eval("return [...document.querySelectorAll('.splat a')].map(of => of.getAttribute('href'))")
            .await;
        let Value::Array(links) = links else { panic!("a list") };
        assert!(
            links.iter().any(|of| of.as_str().is_some_and(|of| of.starts_with("#v1/race/"))),
            "{links:?}"
        );
        page.click(".splat a[href^='#v1/race/']").await;
        page.wait_for("the race", ".lane").await;
        assert!(page.hash().await.contains("v6.16"), "{}", page.hash().await);
        assert_eq!(page.count(".notice").await, 0, "the link is whole");
        // Back, the answer is still there.
        page.turn_to("Open yours").await;
        page.wait_for("the explanation", ".splat dl").await;
    });
}

#[test]
fn values_have_an_address_that_opens_them() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        opened(page, &site).await;
        paste(page, "0x8000000001007067").await;
        page.wait_for("the bits", ".values .flags").await;
        let says = page.text(".values").await;
        for words in ["_PAGE_NX", "_PAGE_RW", "0x1007000", "page frame 0x1007", "fits best"] {
            assert!(says.contains(words), "{words}\n{says}");
        }
        let hash = page.hash().await;
        assert_eq!(hash, "#v1/open/value/any/any/8000000001007067");
        page.choose("Level", "0 pmd").await;
        page.until("the address", async || page.hash().await.contains("/any/pmd/")).await;
        // Two beside each other, from an address.
        let link = "#v1/open/value/arm64-4k-48/pte/68000416899f03/60000416898f83";
        page.load(&site.url(link)).await;
        page.wait_for("what changed", ".values .change").await;
        assert_eq!(page.count(".values .reading").await, 2);
        assert!(
            page.text(".change").await.contains("The architecture demands it. The output address changes")
        );
        assert_eq!(page.hash().await, link);
        // Mistyped: all that is wrong is said, and what can be read is kept.
        page.load(&site.url("#v1/open/value/x86_64-4levl/ptx/8000000001007067/12g4")).await;
        page.wait_for("what is wrong", ".notice").await;
        let notice = page.text(".notice").await;
        for words in [
            "x86_64-4levl",
            "Did you mean \u{201c}x86_64-4level\u{201d}",
            "\u{201c}ptx\u{201d} is no level",
            "column 3 is 'g'",
        ] {
            assert!(notice.contains(words), "{words}\n{notice}");
        }
        assert_eq!(page.count(".values .reading").await, 1);
        // A bad page map of a log is told apart by itself.
        page.eval("document.activeElement.blur()").await;
        paste(page, "BUG: Bad page map in process syz  pte:9402e1e2b18c8ae9 pmd:10ae88067\n").await;
        page.until("its line", async || page.text("main").await.contains("Line 1: Bad page map")).await;
        paste(page, VTOP).await;
        page.until("crash's vtop", async || page.text(".answer").await.contains("crash's vtop")).await;
        assert!(page.count(".answer .walks a").await > 0);
    });
}

#[test]
fn what_is_written_is_read_by_the_keyboard_alone() {
    for screen in [Screen::WIDE, Screen::NARROW] {
        test(screen, async |page| {
            let site = Site::serve();
            opened(page, &site).await;
            // Letters that are keys elsewhere are letters here.
            page.keys(&['?', 'g', 'f', Key::Backspace.into(), Key::Backspace.into(), Key::Backspace.into()])
                .await;
            assert_eq!(page.count(".help").await, 0);
            page.keys(&"pte 8000000000000163".chars().collect::<Vec<_>>()).await;
            page.keys(&[Key::Tab.into(), Key::Enter.into()]).await;
            page.wait_for("the bits", ".values .flags").await;
            assert_eq!(page.text_of("return document.querySelector('textarea').value").await, "");
            let wide = "const of = document.documentElement; return of.scrollWidth - of.clientWidth";
            assert_eq!(page.eval(wide).await, 0, "nothing is wider than the screen");
            // The examples do what they say.
            for (nth, sign) in [(0, ".answer .walks"), (1, ".answer .splat dl"), (2, ".answer .change")] {
                page.click(&format!("[data-does='way {}']", 100 + nth)).await;
                page.wait_for("the example", sign).await;
                assert_eq!(page.eval(wide).await, 0, "nothing is wider than the screen");
            }
        });
    }
}

#[test]
fn a_large_text_is_read_in_slices_and_can_be_given_up() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        opened(page, &site).await;
        // 20 MB, made where it is read; the longest time in which the page did nothing else is measured.
        let drop = "
            let lines = '';
            for (let n = 0; n < 20000; n++)
                lines += (0x400000n + BigInt(n) * 4096n).toString(16).padStart(16, '0') + ': ' + (0x1000000n + BigInt(n) * 8192n).toString(16).padStart(16, '0') + ' X--DA--UW\\n';
            const file = new File(Array(22).fill(lines), 'large.txt');
            const data = new DataTransfer(); data.items.add(file);
            window.size = file.size; window.began = performance.now(); window.longest = 0; let last = began;
            window.beat = setInterval(() => { const now = performance.now(); longest = Math.max(longest, now - last); last = now; }, 5);
            document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));";
        // Given up as soon as something of it is read.
        page.eval(&format!(
            "{drop} new MutationObserver((_, watch) => {{
                 const button = document.querySelector('.busy button');
                 if (button && document.querySelector('.loading progress')?.value > 1e6) {{
                     watch.disconnect(); button.click(); window.given = true;
                 }}
             }}).observe(document.body, {{ subtree: true, childList: true, attributes: true }})"
        ))
        .await;
        page.until("it can be given up", async || page.eval("return window.given === true").await == true)
            .await;
        page.until("it is given up", async || page.count(".loading").await == 0).await;
        assert_eq!(page.count(".answer").await, 0);
        page.eval("clearInterval(beat)").await;
        page.eval(drop).await;
        page.wait_for("it is read", ".answer .ranges").await;
        let took = page.eval("clearInterval(beat); return [performance.now() - began, size, longest]").await;
        let [took, size, longest] = [0, 1, 2].map(|nth| took[nth].as_f64().expect("a number"));
        println!("{size} bytes in {took:.0} ms; the page did nothing else for {longest:.0} ms at most");
        // Two seconds for 10 MB, as long as nothing else runs on the machine.
        assert!(took < size / 1e7 * 10_000.0, "{size} bytes took {took} ms");
        assert!(page.text(".answer").await.contains("440000 lines"));
    });
}

/// Drops files with these names and contents.
async fn drop(page: &Page, files: &[(&str, &[u8])]) {
    let files: Vec<String> = files
        .iter()
        .map(|(name, bytes)| format!("new File([new Uint8Array({bytes:?})], {name:?})"))
        .collect();
    page.eval(&format!(
        "const data = new DataTransfer(); for (const file of [{}]) data.items.add(file);
         document.body.dispatchEvent(new DragEvent('drop', {{ dataTransfer: data, bubbles: true, cancelable: true }}))",
        files.join(",")
    ))
    .await;
}

#[test]
fn of_several_files_each_is_answered_and_one_in_two_formats_can_be_chosen() {
    for screen in [Screen::WIDE, Screen::NARROW] {
        test(screen, async |page| {
            let site = Site::serve();
            opened(page, &site).await;
            let mixed = [TLB, RISCV].concat();
            // Broken by a mail client, with bytes that are no text, cut off.
            let hostile =
                [b"\xff\xfe\x00<img src=x onerror=window.hurt=1>\n> ".as_slice(), &TLB.as_bytes()[..300]]
                    .concat();
            let files = [
                ("mixed.txt", mixed.as_bytes()),
                ("<b>hostile</b>.txt", &hostile),
                ("walks.txt", VTOP.as_bytes()),
            ];
            drop(page, &files).await;
            page.until("each is answered", async || page.count(".answer").await == 3).await;
            let answers = page.text("main").await;
            assert!(
                answers.contains("<b>hostile</b>.txt") && page.count(".answer b.hostile").await == 0,
                "{answers}"
            );
            assert!(
                answers.contains("Two formats fit: ") && answers.contains("line is cut off"),
                "{answers}"
            );
            assert!(
                page.eval("return window.hurt === undefined && !document.querySelector('.answer img')").await
                    == true
            );
            // The first that was dropped stands last.
            page.eval(
                "const all = document.querySelectorAll('.answer:nth-of-type(3) select'); const of = all[0];
                 of.value = [...of.options].find(option => option.value.endsWith('info-mem-riscv')).value;
                 of.dispatchEvent(new Event('change', { bubbles: true }))",
            )
            .await;
            page.until("it is read as the other", async || {
                page.text(".answer:nth-of-type(3)")
                    .await
                    .contains("QEMU's monitor, riscv32 and riscv64: info mem")
            })
            .await;
            let wide = "const of = document.documentElement; return of.scrollWidth - of.clientWidth";
            assert_eq!(page.eval(wide).await, 0, "nothing is wider than the screen");
        });
    }
}

/// A core that QEMU 7.2.22 wrote of a tiny guest, compressed.
const CORE: &[u8] = include_bytes!("../../formats/qemu-7.2.22-x86_64-4level-guest.core.gz");

#[test]
fn of_a_core_only_the_parts_with_page_tables_are_read() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        page.open(&site.url("#v1/kernel-walk")).await;
        // Sixty-four megabytes behind it, which nobody may read.
        page.eval_async(&format!(
            "const packed = new Blob([new Uint8Array({CORE:?})]).stream().pipeThrough(new DecompressionStream('gzip'));
             const core = await new Response(packed).blob(), more = new Blob([new Uint8Array(1 << 20)]);
             const file = new File([core, ...Array(64).fill(more)], 'guest.core');
             window.read = 0;
             const slice = file.slice.bind(file);
             file.slice = (start, end) => {{ window.read += end - start; return slice(start, end); }};
             const drop = new Event('drop', {{ bubbles: true, cancelable: true }});
             document.body.dispatchEvent(Object.assign(drop, {{ dataTransfer: {{ files: [file], types: ['Files'] }} }}));"
        ))
        .await;
        page.wait_for("it is open", ".answer .walks").await;
        let says = page.text(".answer").await;
        for words in ["A core of the memory of x86-64", "whose root is at 0x", "cr3 of CPU 0"] {
            assert!(says.contains(words), "{words}\n{says}");
        }
        let read = page.eval("return window.read").await.as_u64().expect("bytes");
        assert!(read > 0 && read < 1 << 20, "{read} bytes were read");
        // It is checked by the rights that all levels leave, and beside its ranges nothing has a line. The guest has pages that are both.
        let check = page.text(".answer .check").await;
        assert!(
            check.contains("w+x") && !check.contains("by its own rights") && !check.contains("of line"),
            "{check}"
        );
        assert!(page.text(".answer > .ranges").await.contains("rights are effective"));
        // Another root is read in its place, or refused with what is wrong.
        page.click(".answer details summary").await;
        page.eval("document.querySelector('.root-of input[name=root]').focus()").await;
        page.keys(&"12g4".chars().collect::<Vec<_>>()).await;
        page.keys(&[Key::Enter.into()]).await;
        page.wait_for("what is wrong", ".notice").await;
        assert!(page.text(".notice").await.contains("column 3 is 'g'"), "{}", page.text(".notice").await);
        assert_eq!(
            page.text_of("return document.querySelector('.root-of input[name=root]').value").await,
            "12g4"
        );
        page.click(".walks a").await;
        page.wait_for("a step", ".sentence").await;
        page.last_step().await;
        // These are the machine's own tables.
        assert_eq!(page.count(".built").await, 0);
        page.choose_scenario("ptdump").await;
        page.wait_for("the dump", ".dump").await;
    });
}

/// What the kernel of that machine printed, in which a line was changed, and what its walk of another program says.
const INFO_MEM: &str = include_str!("../../formats/qemu-11.1.3-x86_64-4level-info-mem.txt");

#[test]
fn two_dumps_are_compared_range_by_range_and_each_is_checked() {
    for screen in [Screen::WIDE, Screen::NARROW] {
        test(screen, async |page| {
            let site = Site::serve();
            opened(page, &site).await;
            paste(page, TLB).await;
            page.wait_for("the first", ".answer .ranges").await;
            // By itself: what is odd is said, with what the word means.
            let check = page.text(".answer .check").await;
            assert!(check.contains("Checked by itself"), "{check}");
            assert_eq!(page.count(".answer .others").await, 0, "there is nothing to compare it with");
            page.eval("document.querySelector('textarea').focus()").await;
            paste(page, INFO_MEM).await;
            page.until("both", async || page.count(".answer .others button").await == 2).await;
            // By the keyboard alone.
            page.eval("document.querySelector('.answer .others button').focus()").await;
            page.keys(&[Key::Enter.into()]).await;
            page.wait_for("the comparison", ".answer .beside-dumps").await;
            page.until("the focus", async || {
                page.eval("return document.activeElement.matches('.answer h2')").await == true
            })
            .await;
            let says = page.text(".beside-dumps").await;
            for words in ["x86: info tlb", "x86: info mem", "alike in all that both tell"] {
                assert!(says.contains(words), "{words}\n{says}");
            }
            // Each column that differs stands in the legend.
            let script = "const names = [...document.querySelectorAll('.beside-dumps .legend dt')].map(of => of.textContent);
                 const columns = [...document.querySelectorAll('.beside-dumps tbody th')].flatMap(of => of.textContent.split(', '));
                 return columns.filter(of => !names.includes(of)).length";
            assert_eq!(page.eval(script).await, 0);
            let wide = "const of = document.documentElement; return of.scrollWidth - of.clientWidth";
            assert_eq!(page.eval(wide).await, 0, "nothing is wider than the screen");
        });
    }
}

/// A machine's memory without a word: drops a file of that many gigabytes, whose page tables lie at its beginning.
async fn drop_raw(page: &Page, gigabytes: u32) {
    let script = format!(
        "const size = {gigabytes} * 2 ** 30, head = new Uint8Array(0x5000), view = new DataView(head.buffer);
         // x86-64: a root at 0x1000 with one page of each half, in tables at 0x2000, 0x3000 and 0x4000.
         view.setBigUint64(0x1000, 0x2067n, true); view.setBigUint64(0x1000 + 511 * 8, 0x2067n, true);
         view.setBigUint64(0x2000, 0x3067n, true); view.setBigUint64(0x2000 + 511 * 8, 0x3067n, true);
         view.setBigUint64(0x3000, 0x4067n, true); view.setBigUint64(0x4000 + 5 * 8, 0x8000000000005063n, true);
         const all = new Blob([head, new Uint8Array(1 << 20)]);
         const file = new File([all], 'memory.raw');
         window.read = 0;
         // As large as that, and holding no more than its beginning.
         Object.defineProperty(file, 'size', {{ value: size }});
         const slice = file.slice.bind(file);
         file.slice = (start, end) => {{
             window.read += end - start;
             return start < all.size ? slice(start, end) : new Blob([new Uint8Array(end - start)]);
         }};
         const drop = new Event('drop', {{ bubbles: true, cancelable: true }});
         document.body.dispatchEvent(Object.assign(drop, {{ dataTransfer: {{ files: [file], types: ['Files'] }} }}));"
    );
    page.eval(&script).await;
}

#[test]
fn a_raw_image_is_read_from_the_root_on_that_a_person_names() {
    test(Screen::NARROW, async |page| {
        let site = Site::serve();
        opened(page, &site).await;
        drop_raw(page, 4).await;
        page.wait_for("it is asked", ".answer .root-of").await;
        assert!(page.text(".answer").await.contains("does not tell where its page tables begin"));
        let read = page.eval("return window.read").await.as_u64().expect("bytes");
        assert!(read < 1 << 20, "{read} bytes were read of what is not understood");
        // By the keyboard alone.
        page.eval("document.querySelector('.root-of input[name=root]').focus()").await;
        page.keys(&"1000".chars().collect::<Vec<_>>()).await;
        page.keys(&[Key::Enter.into()]).await;
        page.wait_for("its tables", ".answer .walks").await;
        let says = page.text(".answer").await;
        assert!(says.contains("A raw image of the memory of x86-64: 4 GiB of memory"), "{says}");
        let read = page.eval("return window.read").await.as_u64().expect("bytes");
        assert!(read < 4 << 20, "{read} bytes were read");
        page.click(".walks a").await;
        page.wait_for("a step", ".sentence").await;
        page.last_step().await;
        // Its dump is compared with a text that is pasted beside it.
        page.turn_to("Open yours").await;
        page.eval("document.querySelector('.door textarea').focus()").await;
        paste(page, TLB).await;
        page.until("both", async || page.count(".answer .others button").await == 2).await;
        page.click(".answer .others button").await;
        page.wait_for("the comparison", ".answer .beside-dumps").await;
        // As the command: by what the tables have, with frames and what the CPU noted, and not by what debugfs would print of them.
        let says = page.text(".beside-dumps").await;
        assert!(says.contains("memory.raw: the tables of a raw image, rights effective"), "{says}");
        assert!(!says.contains("does not tell g, a, d"), "{says}");
        // Beside the text of a kernel it is that, which has the leaf's own rights.
        page.eval("document.querySelector('.door textarea').focus()").await;
        paste(page, DUMP).await;
        page.until("three", async || page.text(".answer").await.contains("page_tables/kernel")).await;
        page.eval("[...document.querySelectorAll('.answer .others button')].find(of => of.textContent === 'memory.raw').click()").await;
        page.until("the comparison", async || {
            page.text(".answer").await.contains("memory.raw: what debugfs would print of it, rights leaf")
        })
        .await;
    });
}

/// A line of a kernel of that machine.
const DUMP: &str = "---[ Low Kernel Mapping ]---\n0xffff888000000000-0xffff888000099000         612K     RW                 GLB NX pte\n";

#[test]
fn a_part_that_does_not_arrive_is_said() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve_with(|site| site.instead(&in_app("pack_door.wasm"), Answer::Missing));
        page.load(&site.url("#v1/open")).await;
        page.wait_for("it is said", ".notice.failed").await;
        // The script that wasm-split writes has told the console too: that is no error of the page.
        page.eval("delete sessionStorage.errors").await;
    });
}

#[test]
fn the_name_of_a_kernel_is_told_with_its_row_and_how_sure_that_is() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        opened(page, &site).await;
        let name =
            "Linux box 6.1.0-53-amd64 #1 SMP PREEMPT_DYNAMIC Debian 6.1.192-3 (2026-11-20) x86_64 GNU/Linux";
        paste(page, name).await;
        page.wait_for("the row", ".answer .kernel").await;
        let says = page.text(".answer").await;
        for words in
            ["v6.1.192: Debian 12", "Exactly this one.", "asserts the write lock of its mm and of init_mm"]
        {
            assert!(says.contains(words), "{words}\n{says}");
        }
        // Without what `uname -v` adds, the stable release is not known.
        paste(page, "6.1.0-53-amd64").await;
        page.until("the second answer", || async { page.count(".answer").await == 2 }).await;
        assert!(page.text(".answer").await.contains("The nearest, but not the same."));
        page.click(".answer .kernel li a").await;
        page.wait_for("a walk in that kernel", ".sentence").await;
        assert!(page.hash().await.starts_with("#v1/debug-init-mm/x86_64-4level/v6.1.192"));
    });
}

#[test]
fn one_value_is_read_under_two_machines_side_by_side() {
    test(Screen::NARROW, async |page| {
        let site = Site::serve();
        page.load(&site.url("#v1/open/value/arm64-4k-52/pte/e8000040204f03")).await;
        page.wait_for("the value", ".answer .reading").await;
        assert_eq!(page.count(".answer .beside").await, 0);
        page.choose("Beside it", "0 arm64-4k-52-l5off").await;
        page.wait_for("both", ".answer .beside tbody tr").await;
        assert_eq!(page.hash().await, "#v1/open/value/arm64-4k-52,arm64-4k-52-l5off/pte/e8000040204f03");
        let rows = "return [...document.querySelectorAll('.beside tbody tr')].map(row => [row.matches('.differs'), ...[...row.cells].map(of => of.textContent)])";
        let rows: Vec<(bool, String, String, String)> =
            serde_json::from_value(page.eval(rows).await).expect("rows");
        let row = |what: &str| {
            rows.iter()
                .find(|(_, of, ..)| of.ends_with(what))
                .unwrap_or_else(|| panic!("no {what}: {rows:?}"))
        };
        let (differs, what, one, other) = row("Bits 8, 9");
        assert_eq!((*differs, &**one, &**other), (true, "bits 50, 51 of the address", "PTE_SHARED = 3"));
        assert!(what.contains("\u{2260}") && what.contains("differs: "), "{what}");
        assert!(!row("What it is").0);
        assert_eq!(page.count(".answer .reading").await, 2, "each by itself as well");
        assert_eq!(page.eval("return document.documentElement.scrollWidth <= innerWidth").await, true);
        // The address opens the same; the other machine can be taken away again.
        page.load(&site.url("#v1/open/value/arm64-64k-52,arm64-64k-48/pte/e800004020ff03")).await;
        page.wait_for("both", ".answer .beside tbody tr").await;
        assert!(page.text(".beside").await.contains("bits 48 to 51 of the address"));
        page.choose("Beside it", "0 any").await;
        page.until("one", async || page.count(".answer .beside").await == 0).await;
        assert_eq!(page.hash().await, "#v1/open/value/arm64-64k-52/pte/e800004020ff03");
    });
}

#[test]
fn who_does_not_know_which_kernel_is_theirs_is_asked_what_uname_says() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        page.open(&site.url("#v1/debug-init-mm?t=2")).await;
        // What is different in the kernel that is chosen leads to all of it, and to the question which one is yours.
        page.click(".choices a.about").await;
        page.wait_for("the kernel", ".answer .kernel").await;
        assert_eq!(page.hash().await, "#v1/open/kernel/v6.17");
        assert!(page.text(".answer .kernel").await.starts_with("v6.17: the split as merged"));
        assert_eq!(page.text(".give h2").await, "Which kernel is yours?");
        page.load(&site.url("#v1/open/kernel/patch")).await;
        page.wait_for("the patch", ".answer .kernel").await;
        assert!(page.text(".answer .kernel").await.starts_with("patch: "));
        page.load(&site.url("#v1/open/kernel")).await;
        page.until("the field has the focus", async || {
            page.eval("return document.activeElement.tagName").await == "TEXTAREA"
        })
        .await;
        for (name, says) in
            [("6.1.0-53-amd64", "v6.1.192"), ("6.12.107+deb13", "v6.12.107"), ("7.2.13", "v7.3")]
        {
            page.eval(&format!("document.querySelector('.door textarea').value = {name:?}")).await;
            page.click(".door .buttons button").await;
            page.until("it is in the address", async || {
                page.hash().await == format!("#v1/open/kernel/{name}")
            })
            .await;
            assert!(page.text(".answer .kernel").await.starts_with(says), "{name}");
        }
        // The address says the same by itself; what is no kernel is said, and asked for.
        page.load(&site.url("#v1/open/kernel/6.1.0-53-amd64")).await;
        page.wait_for("the answer", ".answer .kernel").await;
        assert!(page.text(".answer .kernel").await.contains("uname -v"));
        page.load(&site.url("#v1/open/kernel/my-laptop")).await;
        page.wait_for("it is said", ".notice").await;
        assert!(page.text(".notice").await.contains("\u{201c}my-laptop\u{201d} is no name of a kernel"));
        assert_eq!(page.text(".give h2").await, "Which kernel is yours?");
    });
}
