//! Captures that cannot be used: one clear sentence, and the page goes on.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use pagewalk_browser_tests::{Answer, Key, Screen, Site, test};

const CAPTURE: &str = "captures/x86_64-4level/tables.json.gz";

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).expect("writing to memory");
    encoder.finish().expect("writing to memory")
}

/// A page whose first capture is answered with `answer` says `words`, and another machine still works.
fn says(answer: Answer, words: &'static str) {
    test(Screen::WIDE, async |page| {
        let site = Site::serve_with(|site| site.instead(CAPTURE, answer));
        page.load(&site.url("#v1/kernel-walk")).await;
        page.eval("window.errors = []; addEventListener('error', event => errors.push(event.message)); addEventListener('unhandledrejection', event => errors.push(String(event.reason)))").await;
        page.wait_for("a message", ".notice.failed").await;
        let message = page.text(".notice.failed").await;
        assert!(message.contains(CAPTURE), "{message}");
        assert!(message.contains(words), "{message}");
        assert_eq!(page.count("[role=alert]").await, 1);

        page.choose("Machine", "riscv64-sv39").await;
        page.wait_for("another machine works", ".sentence").await;
        assert_eq!(page.count(".notice.failed").await, 0);
        page.last_step().await;
        page.focus_slider().await;
        page.key_to_step(Key::Right, 1).await;
        assert_eq!(page.eval("return errors").await, serde_json::json!([]));
    });
}

#[test]
fn a_missing_capture() {
    says(Answer::Missing, "the server answered 404");
}

#[test]
fn a_capture_that_is_cut_off() {
    let whole =
        std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/../captures/x86_64-4level/tables.json.gz"))
            .expect("a capture of this repository");
    says(Answer::Bytes(whole[..whole.len() / 2].to_vec()), "damaged or cut off");
}

#[test]
fn something_that_is_not_json() {
    says(Answer::Bytes(b"<html>not what you wanted".to_vec()), "not JSON");
}

#[test]
fn json_of_another_shape() {
    let shape = br#"{"format":"ptcapture-1","capture":"x","arch":"x86_64","page_shift":"twelve"}"#;
    says(Answer::Bytes(gzip(shape)), "page_shift must be a number");
}

#[test]
fn a_capture_of_another_machine() {
    let other =
        std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/../captures/riscv64-sv39/tables.json.gz"))
            .expect("a capture of this repository");
    test(Screen::WIDE, async |page| {
        let site = Site::serve_with(|site| site.instead(CAPTURE, Answer::Bytes(other)));
        page.load(&site.url("#v1/kernel-walk")).await;
        page.wait_for("a message", ".notice.failed").await;
        assert!(page.text(".notice.failed").await.contains("riscv64-sv39"));
    });
}

#[test]
fn a_small_file_that_unpacks_to_a_large_one() {
    says(Answer::Bytes(gzip(&vec![b' '; 64 << 20])), "larger than any capture");
}
