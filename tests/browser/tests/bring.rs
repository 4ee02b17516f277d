//! Page tables in a file that a person opens: by the button or dropped on the page, and never sent anywhere.

use std::fs;
use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use pagewalk_browser_tests::{Answer, Gate, Key, Page, Screen, Site, in_app, test};
use serde_json::{Value, json};

/// The compressed tables of a captured machine.
const CAPTURE: &[u8] = include_bytes!("../../captures/riscv64-sv39/tables.json.gz");

/// A machine with one empty root, and nothing else said.
const SMALL: &[u8] = br#"{"format":"ptcapture-1","capture":"small","arch":"riscv64","page_shift":12,
    "levels":[{"name":"pgd","shift":30,"slots":512},{"name":"pmd","shift":21,"slots":512},{"name":"pte","shift":12,"slots":512}],
    "layout":{},"roots":{"init_mm":"0x1000"},"tables":[{"pa":"0x1000","level":"pgd","slots":512,"entries":[]}]}"#;

/// The button.
const BUTTON: &str = "document.querySelector('input[type=file]')";

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("writing to memory");
    encoder.finish().expect("writing to memory")
}

/// How a person gives the page files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Button,
    Drop,
}

/// Gives the page files with these names, all with this content.
async fn bring(page: &Page, way: Way, names: &[&str], bytes: &[u8]) {
    if way == Way::Button {
        page.eval("location.hash = '#v1/open'").await;
        page.wait_for("the button", "input[type=file]").await;
    }
    let give = match way {
        Way::Button => format!(
            "const input = {BUTTON}; input.files = data.files;
             input.dispatchEvent(new Event('change', {{ bubbles: true }}));"
        ),
        Way::Drop => "
            for (const kind of ['dragover', 'drop']) {
                const event = new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true });
                document.body.dispatchEvent(event);
                if (!event.defaultPrevented) throw new Error('the browser would show the file');
            }"
        .to_owned(),
    };
    let script = format!(
        "const data = new DataTransfer(), bytes = new Uint8Array({bytes:?});
         for (const name of {names:?}) data.items.add(new File([bytes], name));
         {give}"
    );
    page.eval(&script).await;
}

async fn says(page: &Page, words: &str) {
    let words = format!("{words:?}");
    let script = format!("return (document.querySelector('.notice')?.innerText ?? '').includes({words})");
    page.until(&words, async || page.eval(&script).await == true).await;
    assert_eq!(page.count(".notice").await, 1);
}

/// The option of the list of machines that is chosen.
async fn machine(page: &Page) -> String {
    let chosen =
        "return document.querySelector('[data-does=\"list machine\"]').selectedOptions[0].textContent";
    page.text_of(chosen).await
}

/// All steps can be gone through.
async fn goes_to_the_end(page: &Page) {
    let last = page.last_step().await;
    page.focus_slider().await;
    page.key_to_step(Key::End, last).await;
}

/// The name of the file in the address of the page.
async fn file(page: &Page) -> String {
    page.hash().await.split('/').nth(2).expect("a machine").to_owned()
}

#[test]
fn a_file_is_a_machine_like_the_others() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        page.open(&site.url("#v1/kernel-walk/x86_64-4level")).await;
        page.last_step().await;
        for (way, name, bytes) in [
            (Way::Button, "mine.json.gz", CAPTURE.to_vec()),
            (Way::Drop, "small.json", SMALL.to_vec()),
            (Way::Drop, "small.gz", gzip(SMALL)),
        ] {
            bring(page, way, &[name], &bytes).await;
            says(page, &format!("{name} is open: page tables of riscv64 Sv39, 3 levels.")).await;
            let is_small = name.starts_with("small");
            // What the file does not say.
            for assumed in ["where user space ends", "has no process"] {
                assert_eq!(page.text(".notice").await.contains(assumed), is_small, "{assumed}");
            }
            assert!(file(page).await.starts_with("file-"), "{}", page.hash().await);
            assert_eq!(machine(page).await, format!("{name}, riscv64 Sv39, 3 levels"));
            goes_to_the_end(page).await;
            // Another machine, and back.
            let brought = file(page).await;
            page.choose("Machine", "riscv64-sv39").await;
            page.until("the captured machine", async || file(page).await == "riscv64-sv39").await;
            page.choose("Machine", &brought).await;
            page.until("the file", async || file(page).await == brought).await;
            assert_eq!(machine(page).await, format!("{name}, riscv64 Sv39, 3 levels"));
        }
        // Packed or plain it is the same file, with the name that came last.
        let names = page.text_of("return [...document.querySelectorAll('option[value^=file-]')].map(of => of.textContent.split(',')[0]).join()").await;
        assert_eq!(names, "mine.json.gz,small.gz", "what is in small.json is in small.gz");
        // One that does not run where the shown scenario needs more.
        page.choose("Machine", "riscv64-sv39").await;
        page.choose_scenario("vma-range").await;
        page.until("it runs", async || page.hash().await.starts_with("#v1/vma-range/")).await;
        bring(page, Way::Drop, &["small.json", "other.json"], SMALL).await;
        says(page, "does not run on these tables, so the kernel walk is shown").await;
        says(page, "small.json is open").await;
        says(page, "other.json is open").await;
        assert!(page.hash().await.starts_with("#v1/kernel-walk/file-"));
        // All that was loaded is the site's own.
        let loaded = page.loaded().await;
        assert!(loaded.iter().all(|name| !name.contains("://")), "{loaded:?}");
    });
}

#[test]
fn who_leaves_the_page_and_comes_back_finds_the_file() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        page.open(&site.url("")).await;
        bring(page, Way::Button, &["mine.json.gz"], CAPTURE).await;
        says(page, "mine.json.gz is open").await;
        goes_to_the_end(page).await;
        let walk = page.sentence().await;
        for other in ["Race lab", "Callers", "Verdicts"] {
            page.turn_to(other).await;
            page.turn_to("Walk").await;
            page.wait_for("a step is shown", ".sentence").await;
            assert_eq!(page.sentence().await, walk);
            assert!(machine(page).await.starts_with("mine.json.gz"));
        }
        // Dropped on another page it leads to the walk; what cannot be read leaves that page as it is.
        page.turn_to("Callers").await;
        page.wait_for("the callers", ".callers tbody tr").await;
        bring(page, Way::Drop, &["nonsense"], b"nonsense").await;
        says(page, "nonsense: line 1, column 1: this is in no format").await;
        assert!(page.count(".callers tbody tr").await > 0);
        bring(page, Way::Drop, &["small.json"], SMALL).await;
        says(page, "small.json is open").await;
        assert!(machine(page).await.starts_with("small.json"));
        assert_eq!(page.text(".pages [aria-current=page]").await, "Walk");
    });
}

#[test]
fn a_link_to_a_step_of_a_file_asks_for_the_file() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        page.open(&site.url("#v1/kernel-walk/x86_64-4level")).await;
        bring(page, Way::Button, &["mine.json.gz"], CAPTURE).await;
        says(page, "mine.json.gz is open").await;
        page.last_step().await;
        page.focus_slider().await;
        for step in 1..=5 {
            page.key_to_step(Key::Right, step).await;
        }
        let (link, sentence) = (page.hash().await, page.sentence().await);
        assert!(link.contains("/file-") && link.ends_with("t=5"), "{link}");

        // Whoever gets the link has not the file, and may have it: the address stays until they go elsewhere.
        for hash in [link.clone(), format!("{link}&embed")] {
            page.open(&site.url(&hash)).await;
            says(page, "which a link cannot carry").await;
            assert_eq!(page.hash().await, hash);
            assert_eq!(page.count(".messages a.open").await, 1, "it is offered");
            // Another file is opened all the same.
            if !hash.ends_with("embed") {
                bring(page, Way::Button, &["small.json"], SMALL).await;
                says(page, "It is not the file of the link").await;
                page.open(&site.url(&hash)).await;
                says(page, "which a link cannot carry").await;
            }
            bring(page, Way::Button, &["the same.json.gz"], CAPTURE).await;
            says(page, "the same.json.gz is open").await;
            page.until("the step", async || page.step().await == 5).await;
            assert_eq!((page.hash().await, page.sentence().await), (hash, sentence.clone()));
            assert_eq!(page.count(".messages .open").await, 0);
        }

        // What is shown meanwhile can be walked.
        page.open(&site.url(&link)).await;
        says(page, "riscv64 Sv39, 3 levels is shown until then").await;
        goes_to_the_end(page).await;
        assert!(page.hash().await.starts_with("#v1/kernel-walk/riscv64-sv39"));
        bring(page, Way::Drop, &["mine.json.gz"], CAPTURE).await;
        page.until("the step", async || page.hash().await == link).await;
    });
}

#[test]
fn a_file_that_cannot_be_read_is_a_sentence_and_nothing_is_lost() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        page.open(&site.url("#v1/debug-init-mm/riscv64-sv39?t=5")).await;
        page.last_step().await;
        let before = (page.hash().await, page.sentence().await);
        let nonsense: Vec<u8> = (0..20_000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        let bomb = gzip(&vec![b' '; 40 << 20]);
        let vax = String::from_utf8_lossy(SMALL).replace("riscv64", "vax");
        let deep = format!("{{\"format\":\"ptcapture-1\",\"a\":{}", "[".repeat(30_000));
        let copy = "copy it once more";
        for (name, bytes, words, remedy) in [
            (
                "cut.json.gz",
                &CAPTURE[..CAPTURE.len() / 2],
                "it is damaged or cut off",
                "Copy the file once more",
            ),
            ("cut.json", &SMALL[..SMALL.len() / 2], "not JSON", copy),
            ("deep.json", deep.as_bytes(), "not JSON", copy),
            ("nonsense", &nonsense, "in no format that this program reads", "What can be read: page tables"),
            (
                "other.json",
                br#"{"some": "thing"}"#,
                "it begins with “{\"some\": \"thing\"}”",
                "What can be read",
            ),
            ("shape.json", br#"{"format": "ptcapture-1", "arch": 7}"#, "must be", "is described in"),
            ("later.json", br#"{"format": "ptcapture-2"}"#, "the format is “ptcapture-2”", "is described in"),
            ("vax.json", vax.as_bytes(), "no model for vax", "those in the list"),
            ("bomb.gz", &bomb, "line 1 has more than 64 KiB", "What can be read"),
            ("empty", b"", "the file is empty", "Copy the file once more"),
            (
                "blank",
                b" \n\n\t\n",
                "the text has 5 bytes, and all of them are blanks or zeros",
                "What can be read",
            ),
            (
                "zeros",
                &[0; 8192],
                "the text has 8192 bytes, and all of them are blanks or zeros",
                "What can be read",
            ),
        ] {
            bring(page, Way::Drop, &[name], bytes).await;
            says(page, words).await;
            let message = page.text(".notice").await;
            assert!(message.starts_with(&format!("{name}: ")) && message.contains(remedy), "{message}");
            assert_eq!((page.hash().await, page.sentence().await), before, "{name}");
            page.click(".notice button").await;
            page.until("the message is gone", async || page.count(".notice").await == 0).await;
        }
        // What is larger than any capture is not read at all, and what cannot be read says so.
        for (make, words) in [
            ("new File([new Uint8Array(20 << 20).fill(123)], 'huge')", "huge: the file has more than 16 MiB"),
            (
                "Object.assign(new File(['x'], 'gone'), { stream: () => new Blob(['x']).stream().pipeThrough(
                     new TransformStream({ transform() { throw new Error('gone') } })) })",
                "gone cannot be read",
            ),
            ("Object.assign(new File(['x'], 'old'), { stream: undefined })", "old cannot be read"),
            // A name that would turn the sentence around, and is very long.
            ("new File(['x'], '\\u202egnp\\u0007' + 'x'.repeat(500))", "gnpxxxx"),
        ] {
            let script = format!(
                "const data = {{ files: [{make}], types: ['Files'] }};
                 const drop = new Event('drop', {{ bubbles: true, cancelable: true }});
                 document.body.dispatchEvent(Object.assign(drop, {{ dataTransfer: data }}))"
            );
            page.eval(&script).await;
            says(page, words).await;
            assert!(page.text(".notice").await.len() < 400);
            assert_eq!((page.hash().await, page.sentence().await), before);
        }
        goes_to_the_end(page).await;
    });
}

#[test]
fn the_keyboard_and_a_screen_reader_open_a_file_and_hear_of_it() {
    test(Screen::NARROW, async |page| {
        let site = Site::serve();
        page.load(&site.url("#v1/open")).await;
        page.wait_for("the button", "input[type=file]").await;
        assert_eq!(page.text_of(&format!("return {BUTTON}.labels[0].textContent")).await, "Choose files…");
        // It is reached by Tab, and seen to have the focus.
        page.eval("document.querySelector('textarea').focus()").await;
        page.until("Tab gets to it", async || {
            page.keys(&[Key::Tab.into()]).await;
            page.eval(&format!("return document.activeElement === {BUTTON}")).await == true
        })
        .await;
        let outline = "return getComputedStyle(document.querySelector('.files')).outlineStyle";
        assert_eq!(page.text_of(outline).await, "solid");
        // What is going on is heard while it goes on.
        page.eval(
            "window.heard = []; new MutationObserver(() => {
                 const says = document.querySelector('.loading[role=status]')?.textContent;
                 if (says) heard.push(says);
             }).observe(document.body, { subtree: true, childList: true, characterData: true })",
        )
        .await;
        // As the browser's own dialog does it.
        let path = std::env::temp_dir().join(format!("pagewalk-bring-{}.json.gz", std::process::id()));
        fs::write(&path, CAPTURE).expect("a file of this machine");
        for _ in 0..2 {
            page.turn_to("Open yours").await;
            page.wait_for("the button", "input[type=file]").await;
            let found = page.devtools("Runtime.evaluate", json!({ "expression": BUTTON })).await;
            let object = found["result"]["objectId"].as_str().expect("the button");
            let files = json!({ "objectId": object, "files": [path.to_string_lossy()] });
            page.devtools("DOM.setFileInputFiles", files).await;
            says(page, ".json.gz is open").await;
            assert_eq!(page.count(".notice[role=alert]").await, 1);
            // The same once more.
            page.click(".notice button").await;
            page.until("the message is gone", async || page.count(".notice").await == 0).await;
        }
        fs::remove_file(&path).expect("it can be removed");
        let Value::Array(heard) = page.eval("return heard").await else { panic!("a list") };
        let heard: Vec<_> = heard.iter().filter_map(Value::as_str).collect();
        assert!(heard.iter().any(|of| of.contains("Loading the rest of Pagewalk")), "{heard:?}");
        assert!(
            heard.iter().any(|of| of.contains("Reading pagewalk-bring") && of.contains("KiB")),
            "{heard:?}"
        );
        assert_eq!(page.count(".loading").await, 0);
    });
}

/// The path of the later part that reads files.
fn later_part() -> String {
    in_app("pack_more.wasm")
}

#[test]
fn a_file_waits_for_the_part_that_reads_it() {
    test(Screen::WIDE, async |page| {
        let gate = Gate::default();
        let site = Site::serve_with(|site| site.instead(&later_part(), Answer::After(gate.clone())));
        page.open(&site.url("#v1/start")).await;
        page.last_step().await;
        bring(page, Way::Drop, &["first.json"], b"nonsense").await;
        page.wait_for("it is said", ".loading[role=status]").await;
        // The walk goes on meanwhile. The file that comes last counts.
        page.focus_slider().await;
        page.key_to_step(Key::Right, 1).await;
        bring(page, Way::Drop, &["second.json"], SMALL).await;
        gate.open();
        says(page, "second.json is open").await;
    });
}

#[test]
fn a_part_that_does_not_arrive_can_be_asked_for_again() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve_with(|site| site.instead(&later_part(), Answer::Missing));
        page.open(&site.url("#v1/start")).await;
        let last = page.last_step().await;
        bring(page, Way::Drop, &["small.json"], SMALL).await;
        says(page, "could not be loaded").await;
        page.click("[data-does=retry]").await;
        says(page, "could not be loaded").await;
        assert_eq!(page.last_step().await, last);
        page.focus_slider().await;
        page.key_to_step(Key::Right, 1).await;
        // Also from a page that is in another part.
        page.turn_to("Race lab").await;
        page.wait_for("the lanes", ".lane").await;
        let before = page.times_loaded(&later_part()).await;
        page.click("[data-does=retry]").await;
        page.until("it is asked for again", async || page.times_loaded(&later_part()).await > before).await;
        // The script that wasm-split writes has told the console too: that is no error of the page.
        page.eval("delete sessionStorage.errors").await;
    });
}

#[test]
fn a_file_that_is_dropped_where_there_is_no_page_is_shown() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        page.load(&site.url("#v1/race/dragon")).await;
        page.wait_for("what there is", ".directory").await;
        bring(page, Way::Drop, &["tables.json.gz"], CAPTURE).await;
        page.wait_for("a step is shown", ".sentence").await;
        says(page, "tables.json.gz is open").await;
        // And over a help that is open.
        page.focus_slider().await;
        page.keys(&['?']).await;
        page.wait_for("the help", ".help").await;
        bring(page, Way::Drop, &["small.json"], SMALL).await;
        says(page, "small.json is open").await;
        assert_eq!(page.count(".help").await, 0);
        goes_to_the_end(page).await;
    });
}
