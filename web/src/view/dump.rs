//! ptdump's text beside the tables.

use narrate::dump::{DumpLine, DumpView, LineState};

use super::tables::NOTED;
use crate::el::{El, el};
use crate::marks::Mark;

/// The lines around the step; each goes to the step at which its first entry was noted.
pub fn dump(view: &DumpView) -> El {
    let progress = format!("{} of {} lines printed", view.finished, view.known);
    let first = view.lines.first().map_or(0, |line| line.number);
    let last = view.lines.last().map_or(0, |line| line.number);
    let after = (view.known as u32).saturating_sub(last + 1);
    // Going to the line next to those that are shown shows more.
    let more = |count: u32, to: u32, words: &str| {
        (count > 0).then(|| {
            let button = el("button[type=button]").does(Mark::DumpLine(to));
            el("li.more").child(button.child(format!("{count} lines {words}")))
        })
    };
    el("section.dump[tabindex=0][aria-label=What ptdump prints]")
        .child(el("h2").child("What ptdump prints").child(el("span.where").child(progress)))
        .child(view.check.as_ref().map(|says| check(says, view.insecure)))
        .child(
            el("ol[data-group]")
                .child(more(first, first.saturating_sub(1), "before"))
                .children(view.lines.iter().map(line))
                .child(more(after, last + 1, "after")),
        )
}

/// What the kernel's own check says of these tables, and where the first page is that it counts.
fn check(says: &str, insecure: Option<u32>) -> El {
    el("p.check-wx")
        .child("The kernel counts pages that are writable and executable (CONFIG_DEBUG_WX), and says in its log: ")
        .child(el("code").child(says))
        .child(" ")
        .child(insecure.map(|line| {
            el("button[type=button]").does(Mark::DumpLine(line)).child("To the first one")
        }))
}

fn line(line: &DumpLine) -> El {
    let (class, mark, said) = match line.state {
        LineState::Printed => (".printed", None, None),
        LineState::Current => (".is[aria-current=true]", Some(NOTED), Some("the step adds to this line")),
        LineState::Next => (".next", Some("\u{2192}"), Some("next line")),
        LineState::Later => (".later", None, None),
    };
    let button = el("button[type=button][title=to the step that noted its first entry]")
        .does(Mark::DumpLine(line.number))
        .with(class)
        .child(el("span.dump-mark[aria-hidden=true]").child(mark))
        .child(el("code").child(&*line.text))
        .child(line.is_write_execute.then(|| el("strong.wx").child("W+X")))
        .child(said.map(|said| el("span.sr").child(said)));
    el("li").when(line.is_header, ".header").when(line.is_write_execute, ".insecure").child(button)
}
