//! The lessons: every stop of every lesson by keys alone, questions that are answered rightly and not, and coming back later.

use lessons::{Ask, LESSONS, Lesson};
use pagewalk_browser_tests::{Answer, Gate, Key, Page, Screen, Site, in_app, test};

fn lesson(name: &str) -> Lesson<'static> {
    let source = LESSONS.iter().find(|of| of.name == name).expect("a lesson of the repository");
    source.lesson().expect("a lesson")
}

/// The first stop, from 1, of any lesson with a question of this kind: its address.
fn asks(ask: Ask) -> String {
    let stops = LESSONS.iter().flat_map(|source| {
        let lesson = source.lesson().expect("a lesson");
        lesson.stops.into_iter().zip(1..).map(move |(stop, number)| (source.name, stop, number))
    });
    let (name, _, number) =
        stops.into_iter().find(|(_, stop, _)| stop.ask == Some(ask)).expect("a question of each kind");
    format!("#v1/learn/{name}/{number}")
}

/// Waits until a stop, from 1, is shown with its figure.
async fn at(page: &Page, name: &str, stop: usize) {
    page.until(&format!("{name}, stop {stop}"), || async {
        page.hash().await == format!("#v1/learn/{name}/{stop}")
            && page.count(&format!(".lesson[data-stop=\"{stop}\"]")).await == 1
            && page.count(".figure .sentence").await == 1
    })
    .await;
}

#[test]
fn every_stop_is_reached_by_keys_and_says_nothing_wrong() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        page.open(&site.url("")).await;
        page.turn_to("Learn").await;
        page.wait_for("the list of lessons", ".lessons h3").await;
        assert_eq!(page.count(".lessons h3").await, LESSONS.len() as u64);
        for source in LESSONS {
            let lesson = lesson(source.name);
            page.eval(&format!(
                "[...document.querySelectorAll('.lessons h3 a')].find(of => of.innerText === {:?}).focus()",
                lesson.title
            ))
            .await;
            page.keys(&[Key::Enter.into()]).await;
            for (stop, number) in lesson.stops.iter().zip(1..) {
                at(page, source.name, number).await;
                assert_eq!(page.text(".lesson h2").await, stop.heading);
                assert_eq!(page.count("[role=alert]").await, 0, "{}", page.text("[role=alert]").await);
                assert_eq!(page.count(".asked").await, u64::from(stop.ask.is_some()), "{}", stop.heading);
                let step = stop.figure.split("t=").nth(1).map_or(0, |step| step.parse().expect("a step"));
                page.until("the step of the figure", || async { page.step().await == step }).await;
                page.keys(&['n']).await;
            }
            page.wait_for("all lessons again", ".lessons h3").await;
        }
        assert_eq!(page.hash().await, "#v1/learn");
    });
}

#[test]
fn the_figure_is_stepped_from_the_text_and_left_as_it_is() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        page.open(&site.url("#v1/learn/why-the-patch/2")).await;
        at(page, "why-the-patch", 2).await;
        let start = page.step().await;
        page.until("the text has the focus", || async {
            page.text_of("return document.activeElement.className").await == "lesson"
        })
        .await;
        page.key_to_step(Key::Right, start + 1).await;
        page.key_to_step(Key::Left, start).await;
        page.key_to_step(Key::Right, start + 1).await;
        // There and back, within the lesson, by keys, and by the browser.
        page.keys(&['n']).await;
        at(page, "why-the-patch", 3).await;
        page.keys(&['p']).await;
        at(page, "why-the-patch", 2).await;
        page.until("the figure as it was left", || async { page.step().await == start + 1 }).await;
        page.click(".way ol li:nth-child(7) a").await;
        at(page, "why-the-patch", 7).await;
        page.eval("history.back()").await;
        at(page, "why-the-patch", 2).await;
        assert_eq!(page.step().await, start + 1);
        // To another page, and back.
        page.turn_to("Walk").await;
        page.wait_for("a walk", ".transport").await;
        page.turn_to("Learn").await;
        at(page, "why-the-patch", 2).await;
        assert_eq!(page.step().await, start + 1);
        // The figure on its own page is the same step.
        page.click(".own a").await;
        page.until("its own page", || async { page.text(".pages [aria-current=page]").await == "Walk" })
            .await;
        page.until("the same step", || async { page.step().await == start + 1 }).await;
        assert!(page.hash().await.starts_with("#v1/debug-user/x86_64-4level/v6.16"), "{}", page.hash().await);
    });
}

#[test]
fn a_question_says_when_the_figure_has_gone_past_it_and_can_still_be_answered() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        page.open(&site.url("#v1/learn/why-the-patch/2")).await;
        at(page, "why-the-patch", 2).await;
        let start = page.step().await;
        page.focus_slider().await;
        page.key_to_step(Key::Right, start + 1).await;
        page.until("it is said", || async { page.text(".said").await.contains("gone past what this asks") })
            .await;
        page.key_to_step(Key::Left, start).await;
        page.until("it is not past", || async { page.text(".said").await.is_empty() }).await;
        page.key_to_step(Key::Right, start + 1).await;
        page.click(".answers li:first-child button").await;
        page.until("it is graded", || async { !page.text(".said").await.contains("gone past") }).await;
        assert_eq!(page.step().await, start + 1, "the step that was asked for");
    });
}

#[test]
fn a_walk_plays_in_a_lesson() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        page.open(&site.url("#v1/learn/from-an-address-to-a-page/3")).await;
        let start = page.step().await;
        page.choose("Speed", "fastest").await;
        page.click(".figure [data-does=play]").await;
        page.until("it plays", || async { page.step().await > start + 2 }).await;
        page.keys(&['n']).await;
        at(page, "from-an-address-to-a-page", 4).await;
        page.wait_for("it does not play there", ".figure [aria-label=Play]").await;
    });
}

/// Answers every question of this kind in each way, and returns how many answers were right.
async fn try_all(page: &Page, site: &Site, ask: Ask) {
    page.open(&site.url(&asks(ask))).await;
    page.wait_for("the question", ".asked .answers button").await;
    let start = page.step().await;
    let answers = page.count(".answers li").await;
    assert!(answers >= 2, "{ask:?}");
    let mut right = 0;
    for answer in 1..=answers {
        page.click(&format!(".answers li:nth-child({answer}) button")).await;
        page.wait_for("it is graded", ".said p").await;
        page.until("the answer that was given", || async {
            page.count(&format!(".answers li:nth-child({answer}) button[aria-pressed=true]")).await == 1
        })
        .await;
        let says = page.text(".said").await;
        let is_right = page.count(&format!(".answers li:nth-child({answer}) button.right")).await == 1;
        assert_eq!(says.starts_with("Right."), is_right, "{says}");
        assert_eq!(says.starts_with("Not this time."), !is_right, "{says}");
        assert!(says.len() > 30, "{says}");
        // Whatever was answered, the figure shows what came.
        page.until("the event", || async { page.step().await > start }).await;
        right += u32::from(is_right);
    }
    assert!(right > 0 && u64::from(right) < answers, "{ask:?}: {right} of {answers}");
}

#[test]
fn a_question_about_an_entry_is_graded() {
    test(Screen::WIDE, async |page| try_all(page, &Site::serve(), Ask::Entry).await);
}

#[test]
fn a_question_about_an_assertion_is_graded() {
    test(Screen::WIDE, async |page| try_all(page, &Site::serve(), Ask::Assertion).await);
}

#[test]
fn a_question_about_a_race_is_graded() {
    test(Screen::WIDE, async |page| try_all(page, &Site::serve(), Ask::Cpu).await);
}

#[test]
fn any_walk_and_any_race_asks_first_where_somebody_wants_that() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        page.open(&site.url("#v1/start/x86_64-5level/v6.17?lock=none&t=2")).await;
        assert_eq!(page.count(".asked").await, 0, "nobody is asked who did not want that");
        page.click(".top .to-ask").await;
        page.wait_for("the question", ".asked .answers button").await;
        let address = "#v1/learn/ask/start/x86_64-5level/v6.17?lock=none&t=2";
        page.until("the address", || async { page.hash().await == address }).await;
        assert!(page.text(".asked h3").await.contains("assertion"));
        page.click(".answers li:nth-child(1) button").await;
        page.wait_for("it is graded", ".said p").await;
        assert_eq!((page.step().await, page.text(".said b").await.starts_with("Not this time")), (4, true));
        page.until("the score", || async { page.text(".score").await.starts_with("0 of 1 right") }).await;
        page.keys(&['n']).await;
        page.until("about an entry", || async { page.text(".asked h3").await.contains("entry") }).await;
        assert_eq!(page.count(".said p").await, 0, "nothing is said before it is answered");
        page.click(".answers li:nth-child(1) button").await;
        page.until("the score", || async { page.text(".score").await.starts_with("1 of 2 right") }).await;
        // Who steps on is asked about what comes then.
        let at = page.step().await;
        page.key_to_step(Key::Right, at + 1).await;
        page.until("a new question", || async { page.count(".said p").await == 0 }).await;
        page.key_to_step(Key::End, 24).await;
        page.wait_for("nothing is left", ".lesson .nothing").await;
        page.key_to_step(Key::Home, 0).await;
        page.wait_for("a question", ".asked").await;
        page.click(".own a").await;
        page.until("the walk", || async { page.hash().await.starts_with("#v1/start/") }).await;

        page.open(&site.url("#v1/race/munmap/x86_64-4level/v6.17?lock=read&s=b4a21&t=25")).await;
        page.click(".top .to-ask").await;
        page.wait_for("the question", ".asked .answers li:nth-child(2) button").await;
        let before = page.step().await;
        page.click(".answers li:nth-child(1) button").await;
        page.wait_for("it is graded", ".said p").await;
        assert_eq!(page.step().await, before + 1);
        page.keys(&['n']).await;
        page.until("the next one", || async { page.count(".said p").await == 0 }).await;
        assert_eq!(page.count("[role=alert]").await, 0);
    });
}

#[test]
fn what_was_seen_and_answered_is_kept_until_it_is_to_be_forgotten() {
    const KEPT: &str = "return localStorage.getItem('pagewalk-lessons') ?? ''";
    test(Screen::NARROW, async |page| {
        let site = Site::serve();
        let ask = asks(Ask::Assertion);
        page.open(&site.url(&ask)).await;
        page.wait_for("the question", ".answers button").await;
        page.click(".answers li:nth-child(2) button").await;
        page.wait_for("it is graded", ".said p").await;
        // Later, in another visit.
        page.load(&site.url("#v1/learn")).await;
        page.wait_for("what was seen", ".kept button").await;
        assert!(page.text(".lessons li").await.contains("you have seen 1 and answered 1 rightly"));
        page.click(".kept button").await;
        page.until("it is forgotten", || async { page.count(".kept").await == 0 }).await;
        assert_eq!(page.text_of(KEPT).await, "");
        // What somebody else has written there is no harm.
        for text in ["why-the-patch 1 2+ 999 x -3 4294967296", "\n\n  \n+", "[1, 2]"] {
            page.eval(&format!("localStorage.setItem('pagewalk-lessons', {text:?})")).await;
            page.load(&site.url("#v1/learn")).await;
            page.wait_for("the list", ".lessons h3").await;
        }
        page.eval("localStorage.setItem('pagewalk-lessons', 'x'.repeat(1e6))").await;
        page.load(&site.url("#v1/learn/why-the-patch/1")).await;
        at(page, "why-the-patch", 1).await;
    });
}

#[test]
fn a_lesson_works_where_the_browser_keeps_nothing() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        let refuse =
            "Object.defineProperty(window, 'localStorage', { get() { throw new Error('refused') } })";
        page.devtools("Page.addScriptToEvaluateOnNewDocument", serde_json::json!({ "source": refuse })).await;
        page.open(&site.url("#v1/learn/why-the-patch/1")).await;
        page.keys(&['n']).await;
        at(page, "why-the-patch", 2).await;
        page.click(".answers li:nth-child(2) button").await;
        page.wait_for("it is graded", ".said p").await;
        assert_eq!(page.count("[role=alert]").await, 0);
    });
}

#[test]
fn what_there_is_not_is_said_beside_what_there_is() {
    test(Screen::WIDE, async |page| {
        let site = Site::serve();
        for (hash, says) in [
            ("#v1/learn/why-the-patch/99", "has no stop 99"),
            ("#v1/learn/why-the-patch/0", "has no stop 0"),
            ("#v1/learn/why-the-patch/99999999999999999999999", "has no stop"),
        ] {
            page.load(&site.url(hash)).await;
            page.until(hash, || async { page.text("[role=alert]").await.contains(says) }).await;
            assert_eq!(page.count(".lessons h3").await, LESSONS.len() as u64);
        }
        page.load(&site.url("#v1/learn/nope")).await;
        let says = "There is no lesson \u{201c}nope\u{201d}";
        page.until(says, || async { page.text("[role=alert]").await.contains(says) }).await;
        page.click(".directory a").await;
        page.wait_for("the lessons", ".lessons h3").await;
        page.open(&site.url("#v1/learn/why-the-patch/2/more")).await;
        at(page, "why-the-patch", 2).await;
        assert!(page.text("[role=alert]").await.contains("is not known"));
    });
}

#[test]
fn a_race_waits_for_its_part_and_says_when_it_does_not_come() {
    test(Screen::WIDE, async |page| {
        let gate = Gate::default();
        let lab = in_app("pack_lab.wasm");
        let site = Site::serve_with(|site| site.instead(&lab, Answer::After(gate.clone())));
        page.load(&site.url("#v1/learn/why-the-patch/8")).await;
        // The text can be read meanwhile, and turned over.
        let text = "main:has(.lesson[data-stop=\"8\"]) .loading";
        page.wait_for("the text, and that the race is on its way", text).await;
        page.keys(&['n']).await;
        page.keys(&['p']).await;
        gate.open();
        at(page, "why-the-patch", 8).await;
        page.wait_for("the question", ".answers button").await;

        let site = Site::serve_with(|site| site.instead(&lab, Answer::Missing));
        page.load(&site.url("#v1/learn/why-the-patch/8")).await;
        page.until("it is said", || async { page.text("main").await.contains("could not be loaded") }).await;
        page.keys(&['p', 'p']).await;
        page.keys(&['p', 'p', 'p']).await;
        at(page, "why-the-patch", 3).await;
        page.eval("delete sessionStorage.errors").await;
    });
}
