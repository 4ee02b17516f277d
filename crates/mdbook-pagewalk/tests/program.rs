//! The program as mdBook calls it, with what mdBook 0.5.4 really wrote to it (`mdbook-0.5.4.json`; only the folder is another).

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

fn called(args: &[&str], input: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mdbook-pagewalk"));
    command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program starts");
    // It may end before it has read all.
    let _ = child.stdin.take().expect("an input").write_all(input.as_bytes());
    child.wait_with_output().expect("the program ends")
}

fn recorded() -> Value {
    serde_json::from_str(include_str!("mdbook-0.5.4.json")).expect("JSON")
}

fn book(input: &Value) -> Value {
    let output = called(&[], &input.to_string());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

/// What is said about a chapter with this text.
fn wrong(content: &str) -> String {
    let mut input = recorded();
    input[1]["items"][0]["Chapter"]["content"] = json!(content);
    let output = called(&[], &input.to_string());
    assert_eq!((output.status.success(), output.stdout.len()), (false, 0), "{content}");
    String::from_utf8(output.stderr).expect("text")
}

#[test]
fn blocks_become_figures_and_all_else_stays() {
    let input = recorded();
    let changed = book(&input);
    let content =
        |of: &Value, path: &str| of.pointer(path).and_then(Value::as_str).expect("a text").to_owned();
    let walk = content(&changed, "/items/2/Chapter/content");
    for words in [
        "# A debug walk\n\nThe caller holds only the read lock:\n\n<style>",
        "</style>\n<figure class=\"pagewalk\">\n<div class=\"pagewalk-light\"><svg ",
        "mmap_assert_write_locked(mm) fails",
        "href=\"https://your.host/pagewalk/#v1/debug-init-mm/x86_64-4level/v7.3?lock=read&amp;t=2\"",
        "</figure>\n\n\nThat is all.\n",
    ] {
        assert!(walk.contains(words), "{words}\n{walk}");
    }
    // HTML in Markdown ends at an empty line.
    let html =
        walk.split("<figure").nth(1).and_then(|rest| rest.split("</figure>").next()).expect("a figure");
    assert!(!html.contains("\n\n") && !walk.contains("```") && !walk.contains("<script"));
    assert!(
        content(&changed, "/items/2/Chapter/sub_items/0/Chapter/content")
            .contains("a freed pmd table is read")
    );
    // Everything else is as it was.
    let mut back = changed;
    for path in ["/items/2/Chapter/content", "/items/2/Chapter/sub_items/0/Chapter/content"] {
        *back.pointer_mut(path).expect("it is there") = input[1].pointer(path).expect("it is there").clone();
    }
    assert_eq!(back, input[1]);
}

#[test]
fn steps_are_live_where_the_book_wants_it_and_has_the_address_of_a_page() {
    let mut input = recorded();
    input[0]["config"]["preprocessor"]["pagewalk"]["live"] = json!(true);
    let text = |input: &Value| {
        let book = book(input);
        book.pointer("/items/2/Chapter/content").and_then(Value::as_str).expect("a text").to_owned()
    };
    let walk = text(&input);
    for words in [
        "<script async src=\"https://your.host/pagewalk/page-walk.js\"></script>\n<style>",
        "<figure class=\"pagewalk\">\n<page-walk link=\"v1/debug-init-mm/x86_64-4level/v7.3?lock=read&amp;t=2\">\n<div class=\"pagewalk-light\"><svg ",
        "</div>\n</page-walk>\n<figcaption>",
    ] {
        assert!(walk.contains(words), "{words}\n{walk}");
    }
    assert_eq!(walk.matches("<script").count(), 1);
    input[0]["config"]["preprocessor"]["pagewalk"]["page"] = json!("");
    assert!(!text(&input).contains("page-walk"));
}

#[test]
fn every_renderer_is_served_and_other_ones_get_markdown() {
    for renderer in ["html", "markdown", "epub"] {
        assert!(called(&["supports", renderer], "").status.success());
    }
    let mut input = recorded();
    input[0]["renderer"] = json!("markdown");
    let text = book(&input)["items"][2]["Chapter"]["content"].as_str().expect("a text").to_owned();
    assert!(
        text.contains("| PGD = P4D | at 0x1616000 |") && !text.contains("<svg") && !text.contains("<style"),
        "{text}"
    );
    // What mdBook 0.4 calls otherwise.
    let mut old = recorded();
    old[1] = json!({ "sections": old[1]["items"].clone(), "__non_exhaustive": null });
    assert!(book(&old)["sections"][2]["Chapter"]["content"].as_str().expect("a text").contains("<svg "));
}

#[test]
fn what_is_wrong_is_said_with_its_chapter_and_the_book_is_not_built() {
    for (content, says) in [
        (
            "```pagewalk\nkernal-walk\n```",
            "intro.md, block 1: there is no scenario \u{201c}kernal-walk\u{201d}; did you mean",
        ),
        (
            "```pagewalk\nagain\n```\n```pagewalk\nagain\nstep = 999\n```",
            "intro.md, block 2: there is no step 999",
        ),
        ("```pagewalk\n\n```", "intro.md, block 1: the block is empty"),
        ("```pagewalk\nagain\nstep = x\n```", "\u{201c}step = x\u{201d} is not known"),
        ("```pagewalk\nagain\nsteps = 9..3\n```", "\u{201c}steps = 9..3\u{201d} is not known"),
        ("```pagewalk\nagain\n<script>\n```", "\u{201c}<script>\u{201d} is not known"),
    ] {
        let sentence = wrong(content);
        assert!(sentence.contains(says) && sentence.lines().count() == 1, "{content}: {sentence}");
    }
    for (args, input, says) in [
        (&[][..], "", "not a book"),
        (&[], "[1]", "not the context and the book"),
        (&[], "[{}, {}]", "not the context and the book"),
        (&["--help"], "", "put this into book.toml"),
    ] {
        let output = called(args, input);
        assert!(!output.status.success() && output.stdout.is_empty());
        assert!(String::from_utf8_lossy(&output.stderr).contains(says), "{says}");
    }
    let deep = format!("[{{}}, {}{}]", "[".repeat(100_000), "]".repeat(100_000));
    assert!(!called(&[], &deep).status.success());
}

#[test]
fn addresses_of_a_hostile_book_are_text() {
    let mut input = recorded();
    input[0]["config"]["preprocessor"]["pagewalk"]["page"] = json!("javascript:\"><script>alert(1)</script>");
    let text = book(&input)["items"][2]["Chapter"]["content"].as_str().expect("a text").to_owned();
    assert!(!text.contains("<script") && !text.contains("javascript:"), "{text}");
    input[0]["config"]["preprocessor"]["pagewalk"]["page"] = json!("https://h/\"><script>alert(1)</script>");
    let text = book(&input)["items"][2]["Chapter"]["content"].as_str().expect("a text").to_owned();
    assert!(text.contains("href=\"https://h/%22%3E%3Cscript%3E") && !text.contains("<script"), "{text}");
}
