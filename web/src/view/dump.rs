//! ptdump's text beside the tables.

use narrate::dump::{DumpLine, DumpView, LineState};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};
use yew::NodeRef;

use crate::el::{El, el};

/// Stands at the current line, and at the slots that it comes from.
const MARK: &str = "\u{2261}";

/// The lines around the step; each goes to the step at which its first entry was noted.
pub fn dump(view: &DumpView) -> El {
    let progress = format!("{} of {} lines printed", view.finished, view.known);
    let first = view.lines.first().map_or(0, |line| line.number);
    let last = view.lines.last().map_or(0, |line| line.number);
    let after = (view.known as u32).saturating_sub(last + 1);
    // Going to the line next to those that are shown shows more.
    let more = |count: u32, to: u32, words: &str| {
        (count > 0).then(|| {
            let button = el("button[type=button]").attr("data-dump", &to.to_string());
            el("li.more").child(button.child(format!("{count} lines {words}")))
        })
    };
    el("section.dump[tabindex=0][aria-label=What ptdump prints]")
        .child(el("h2").child("What ptdump prints").child(el("span.where").child(progress)))
        .child(
            el("ol")
                .child(more(first, first.saturating_sub(1), "before"))
                .children(view.lines.iter().map(line))
                .child(more(after, last + 1, "after")),
        )
}

fn line(line: &DumpLine) -> El {
    let (class, mark, said) = match line.state {
        LineState::Printed => (".printed", None, None),
        LineState::Current => (".is[aria-current=true]", Some(MARK), Some("the step adds to this line")),
        LineState::Next => (".next", Some("\u{2192}"), Some("next line")),
        LineState::Later => (".later", None, None),
    };
    let button = el("button[type=button][title=to the step that noted its first entry]")
        .attr("data-dump", &line.number.to_string())
        .with(class)
        .child(el("span.dump-mark[aria-hidden=true]").child(mark))
        .child(el("code").child(&*line.text))
        .child(line.is_write_execute.then(|| el("strong.wx").child("W+X")))
        .child(said.map(|said| el("span.sr").child(said)));
    el("li").when(line.is_header, ".header").when(line.is_write_execute, ".insecure").child(button)
}

/// The mark of a slot that is in the current line.
pub(super) fn noted() -> El {
    el("span.noted[title=in the current line of the dump]")
        .child(el("span[aria-hidden=true]").child(MARK))
        .child(el("span.sr").child("in the current line of the dump"))
}

/// Scrolls the dump, and nothing else, to the line that is being made, if it is out of sight.
pub fn show_current(widget: &NodeRef) {
    let find =
        |what: &str| widget.cast::<Element>().and_then(|widget| widget.query_selector(what).ok().flatten());
    let (Some(dump), Some(line)) = (find(".dump"), find(".dump .is, .dump .next")) else { return };
    let (frame, place) = (dump.get_bounding_client_rect(), line.get_bounding_client_rect());
    // Its heading stays above the lines.
    let head = 32.0;
    if place.top() < frame.top() + head || place.bottom() > frame.bottom() {
        let middle = frame.top() + (frame.height() - place.height()) / 2.0;
        let dump: &HtmlElement = dump.unchecked_ref();
        dump.set_scroll_top(dump.scroll_top() + (place.top() - middle) as i32);
    }
}
