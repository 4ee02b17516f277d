//! ptdump's text beside the tables.

use narrate::dump::{DumpLine, DumpView};

use crate::el::{El, el};

/// The lines around the step; each goes to the step at which its first entry was noted.
pub fn dump(view: &DumpView) -> El {
    let progress = format!("{} of {} lines", view.finished, view.known);
    el("section.dump[aria-label=What ptdump prints]")
        .child(el("h2").child("What ptdump prints").child(" ").child(el("span.dim").child(progress)))
        .child(el("ol").children(view.lines.iter().map(line)))
}

fn line(line: &DumpLine) -> El {
    let text = el("code").child(&*line.text);
    let button = el("button[type=button][title=To the first entry of this line]")
        .attr("data-dump", &line.number.to_string())
        .when(line.is_current, "[aria-current=true]")
        .child(text)
        .child(line.is_write_execute.then(|| el("strong.wx").child("W+X")));
    el("li").when(line.is_header, ".header").when(line.is_write_execute, ".insecure").child(button)
}
