//! What a page is on paper, as text. pdftotext reads it; where that is missing, only the page is looked at.

use std::fs;
use std::path::Path;
use std::process::Command;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use pagewalk_browser_tests::{Page, Site};
use serde_json::json;

use crate::all_is_here;

/// What the examples show at their step: the sentence, the lock and a table.
pub(crate) const SENTENCE: &str = "The assertion on init_mm.mmap_lock fails: it is held for reading only.";
pub(crate) const LOCK: &str = "init_mm.mmap_lock";
pub(crate) const TABLE: &str = "at 0x1616000";

/// What the kernel's documentation takes: a figure, and its text beside it.
pub(crate) async fn kernel(page: &Page, site: &Site, folder: &Path) -> String {
    page.load_only(&site.url("kernel/html/index.html")).await;
    page.until("the figure", || async {
        page.eval("return document.querySelector('figure img')?.naturalWidth > 0").await == true
    })
    .await;
    let all = [SENTENCE, LOCK, TABLE];
    says(&page.text("body").await, &all);
    all_is_here(page).await;
    let text = folder.join("kernel").join("text").join("index.txt");
    says(&fs::read_to_string(text).expect("its text"), &all);
    format!(
        "{:20} –     –         –            –     text   clean    all        a figure, and its text",
        "kernel-figure"
    )
}

/// The text of the page that is shown, printed.
pub(crate) async fn of(page: &Page) -> Option<String> {
    let pdf = page.devtools("Page.printToPDF", json!({ "printBackground": true })).await;
    let file = std::env::temp_dir().join(format!("pagewalk-paper-{}.pdf", std::process::id()));
    let bytes = BASE64_STANDARD.decode(pdf["data"].as_str().expect("a file")).expect("base64");
    fs::write(&file, bytes).expect("a temporary file");
    let text = text(&file);
    fs::remove_file(&file).expect("the temporary file");
    text
}

/// The text of a PDF.
pub(crate) fn text(file: &Path) -> Option<String> {
    let read = Command::new("pdftotext").arg(file).arg("-").output().ok()?;
    assert!(read.status.success(), "{}: {}", file.display(), String::from_utf8_lossy(&read.stderr));
    // Two letters that are drawn as one are two.
    Some(String::from_utf8_lossy(&read.stdout).replace('\u{fb00}', "ff").replace('\u{fb01}', "fi"))
}

/// That a paper says all this, wherever its lines are broken.
pub(crate) fn says(paper: &str, all: &[&str]) {
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().concat();
    for text in all {
        assert!(words(paper).contains(&words(text)), "not on paper: {text}\n{paper}");
    }
}
