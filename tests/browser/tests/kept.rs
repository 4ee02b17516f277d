//! A page that was written for version 1 of the element and of a frame's messages finds all of it, for ever.

use std::collections::BTreeMap;

use pagewalk_browser_tests::{Answer, Screen, Site, test};

const PAGE: &str = include_str!("../../kept/page-1.html");

/// What that page says has come, in this order for each of its walks.
const SAYS: [(&str, &[&str]); 3] = [
    (
        "element",
        &[
            "ready 2",
            "step 2",
            "step 3",
            "step 2",
            "step 5",
            "step 7",
            "step 9",
            "string number false v1/debug-init-mm/x86_64-4level/v6.17?lock=read&t=9",
        ],
    ),
    (
        "frame",
        &["ready 2 number boolean string", "step 2", "step 3", "step 2", "step 6", "step 7", "end true"],
    ),
    ("other", &["ready 3"]),
];

#[test]
fn a_page_of_version_1_finds_all_that_it_relies_on() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve_with(|site| site.instead("kept.html", Answer::Bytes(PAGE.into())));
        page.load_only(&site.url("kept.html")).await;
        let all = SAYS.iter().map(|(_, says)| says.len()).sum::<usize>() + 1;
        let said = async || page.text_of("return document.querySelector('pre').textContent").await;
        page.until("all has come", || async { said().await.lines().count() >= all }).await;
        let said = said().await;
        let mut by: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for line in said.lines() {
            let (who, what) = line.split_once(": ").expect("who says it");
            by.entry(who).or_default().push(what);
        }
        // A frame says how high it is when it knows.
        let frame = by.get_mut("frame").expect("a frame");
        let before = frame.len();
        frame.retain(|what| *what != "height");
        assert_eq!(before, frame.len() + 1);
        assert_eq!(by.into_iter().collect::<Vec<_>>(), SAYS.map(|(who, says)| (who, says.to_vec())));
    });
}
