//! One file of a small site: its HTML is that of the page, the rest is made up.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use figure::Ask;
use standalone::{SiteError, app_of, file, needed};

/// The page's own HTML as a site has it, and files that say what would end a script.
fn site() -> BTreeMap<String, Vec<u8>> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web/page/index.html");
    let html = fs::read_to_string(page).expect("the page's HTML").replace("\"app/", "\"app-0123/");
    let html = html.replace("<!-- policy -->", "<meta http-equiv=\"Content-Security-Policy\" content=\"a\">");
    let mut site = BTreeMap::from([("index.html".to_owned(), html.into_bytes())]);
    let script = "const a = new URL('pagewalk_bg.wasm', import.meta.url), b = '</script><b>';";
    for (name, text) in [
        ("early.js", "early()"),
        ("stuck.js", "stuck()"),
        ("embed.js", "embed(document.currentScript)"),
        ("styles/embed.css", "embed{}"),
        ("start.js", script),
        ("styles/first.css", "p::after{content:\"</style>\"}"),
        ("styles/more.css", "more{}"),
        ("styles/lab.css", "lab{}"),
        ("icon.svg", "<svg/>"),
        ("pagewalk_bg.wasm", "wasm"),
        ("pack_page.wasm", "page"),
        ("pack_more.wasm", "more"),
        ("pack_lab.wasm", "lab"),
        ("pack_tables.wasm", "tables"),
        ("chunk_3.wasm", "shared"),
    ] {
        site.insert(format!("app-0123/{name}"), text.as_bytes().to_vec());
    }
    for machine in ["riscv64-sv39", "x86_64-4level"] {
        site.insert(format!("captures/{machine}/tables.json.gz"), vec![0x1f, 0x8b, 8]);
    }
    site
}

fn names(link: &str, all: bool) -> Vec<String> {
    let ask = Ask::parse(link).expect("an address");
    let names: Vec<String> = site().into_keys().collect();
    let strip = |name: String| name.trim_start_matches("app-0123/").to_owned();
    needed(&ask, "app-0123", "", &names, all).into_iter().map(strip).collect()
}

#[test]
fn a_link_gets_what_it_opens_and_no_more() {
    let walk = ["chunk_3.wasm", "pack_lab.wasm", "pack_page.wasm", "pagewalk_bg.wasm", "styles/lab.css"];
    assert_eq!(names("again/x86_64-4level", false), walk);
    let captured = names("kernel-walk/riscv64-sv39", false);
    for name in
        ["pack_more.wasm", "pack_tables.wasm", "styles/more.css", "captures/riscv64-sv39/tables.json.gz"]
    {
        assert!(captured.contains(&name.to_owned()), "{name}");
    }
    assert!(!captured.iter().any(|name| name.contains("x86_64-4level")));
    assert!(names("hvo-optimize", false).contains(&"pack_more.wasm".to_owned()), "a caller's");
    assert!(names("race/munmap", false).contains(&"pack_lab.wasm".to_owned()));
    assert_eq!(
        names("again", true).len(),
        site().len() - 7,
        "all but what stands in the HTML, or in another file"
    );
}

#[test]
fn nothing_is_fetched_and_no_text_ends_a_script() {
    let site = site();
    let read = |name: &str| site.get(name).cloned();
    let files = ["app-0123/pagewalk_bg.wasm".to_owned(), "captures/riscv64-sv39/tables.json.gz".to_owned()];
    let html = file(&read, "v1/again?t=2", &files, "<svg></svg>").expect("a file");
    for gone in
        ["src=", "href=\"app", "import.meta", "</script><b>", "\"</style>", "Security-Policy", "embed("]
    {
        assert!(!html.contains(gone), "{gone}");
    }
    for there in [
        "history.replaceState(null,\"\",\"#v1/again?t=2\")",
        "new URL('pagewalk_bg.wasm', \"https://pagewalk.invalid/app-0123/start.js\")",
        "'<\\/script><b>'",
        "<div class=\"first\"><svg></svg></div>\n  </body>",
    ] {
        assert!(html.contains(there), "{there}");
    }
    let embedded = file(&read, "v1/again?embed", &files, "<svg></svg>").expect("a file");
    assert!(embedded.contains("embed({src:\"https://pagewalk.invalid/app-0123/embed.js\"})"));
    assert!(names("again?embed", false).contains(&"styles/embed.css".to_owned()));
    assert_eq!(html.matches("<script").count(), html.matches("</script>").count());
    let packed = html.split("id=\"pagewalk-files\">").nth(1).and_then(|rest| rest.split("</script>").next());
    let packed: BTreeMap<String, String> = serde_json::from_str(packed.expect("files")).expect("JSON");
    assert!(packed.keys().eq(&files));
    // What is packed already is not packed again.
    assert_eq!(packed[&files[1]], "H4sI");
}

#[test]
fn what_is_no_site_is_said() {
    let mut other = site();
    other.remove("app-0123/start.js");
    let missing = file(&|name| other.get(name).cloned(), "v1", &[], "");
    assert_eq!(missing, Err(SiteError::Missing("app-0123/start.js".to_owned())));
    assert!(matches!(app_of("<p></p>"), Err(SiteError::Html(_))));
    other.insert("index.html".to_owned(), b"\"app-0123/".to_vec());
    assert!(file(&|name| other.get(name).cloned(), "v1", &[], "").is_err());
}
