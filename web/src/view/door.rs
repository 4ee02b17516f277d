//! The door: what can be brought, and what was read of it.

mod compared;
mod entries;
mod kernel;
mod listing;
mod machine;
mod splat;

use pgtable::Level;

pub use machine::{BASE, MODEL, ROOT};

use super::header::{actions, header, messages};
use crate::answers::{Answer, Answers};
use crate::el::{El, el};
use crate::marks::Mark;
use crate::shared::Shared;

/// The field for texts.
pub const FIELD: &str = ".door textarea";

/// What a button of the door asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Press {
    /// Read what is written in the field.
    Read,
    /// Give up what is being read.
    Cancel,
    /// Take an answer away.
    Forget(usize),
    /// Read one of the examples.
    Example(usize),
    /// Compare two answers.
    Compare(usize, usize),
    /// Read a machine's memory from the root on that is written beside this answer.
    Root(usize),
}

/// Numbers of examples begin here.
const FIRST_EXAMPLE: u32 = 100;

/// Numbers of answers whose root is written begin here.
const FIRST_ROOT: u32 = 200;

/// Numbers of pairs begin here; the first of a pair counts this many.
const FIRST_PAIR: u32 = 1000;
const PAIR: u32 = 100;

impl Press {
    /// The number that its mark has.
    pub const fn number(self) -> u32 {
        match self {
            Self::Read => 0,
            Self::Cancel => 1,
            Self::Forget(nth) => 2 + nth as u32,
            Self::Example(nth) => FIRST_EXAMPLE + nth as u32,
            Self::Root(nth) => FIRST_ROOT + nth as u32,
            Self::Compare(a, b) => FIRST_PAIR + a as u32 * PAIR + b as u32,
        }
    }

    /// What a number stands for.
    pub fn from_number(number: u32) -> Option<Self> {
        Some(match number {
            0 => Self::Read,
            1 => Self::Cancel,
            2..FIRST_EXAMPLE => Self::Forget(number as usize - 2),
            FIRST_EXAMPLE..FIRST_ROOT => Self::Example((number - FIRST_EXAMPLE) as usize),
            FIRST_ROOT..FIRST_PAIR => Self::Root((number - FIRST_ROOT) as usize),
            _ => {
                let pair = number - FIRST_PAIR;
                Self::Compare((pair / PAIR) as usize, (pair % PAIR) as usize)
            }
        })
    }

    fn button(self) -> El {
        el("button[type=button]").does(Mark::Way(self.number()))
    }
}

/// Texts to try: what each is, and the text. They are made, and in the forms of the real programs.
pub const EXAMPLES: [(&str, &str); 4] = [
    ("QEMU\u{2019}s info tlb", include_str!("door/tlb.txt")),
    ("a kernel\u{2019}s warning", include_str!("door/warning.txt")),
    ("two entries", "arm64-4k-48 pte 0x0068000416899f03 0x0060000416898f83"),
    ("one entry in two modes", "arm64-4k-52 arm64-4k-52-l5off pte 0x00e8000040204f03"),
];

/// The whole page.
pub fn door(shared: &Shared, answers: &Answers, asks_kernel: bool) -> El {
    let reading = answers
        .is_reading
        .then(|| el("p.busy").child("It is being read. ").child(Press::Cancel.button().child("Cancel")));
    let all = answers.all.iter().enumerate().map(|(nth, answer)| answered(nth, answer, answers));
    el("main.pagewalk.door[tabindex=-1][aria-label=Open yours][data-keys=text]")
        .child(header(&shared.top, None, Some(actions(&shared.top, None))))
        .child(messages(shared, None, None, None))
        .children(
            [reading.unwrap_or_else(|| el("p.busy[hidden]"))]
                .into_iter()
                .chain(all)
                .chain([give(answers.all.is_empty(), asks_kernel)]),
        )
}

/// What can be given, and how. Who asks for a kernel is told what to write.
fn give(is_first: bool, asks_kernel: bool) -> El {
    let (title, intro) = if asks_kernel {
        (
            "Which kernel is yours?",
            "Write what uname -r prints on that machine, such as 6.1.0-53-amd64, 6.12.107+deb13 or 7.2.13, and read it. uname -a tells more: \
             the names of Debian and Ubuntu do not say which stable release a kernel is.",
        )
    } else {
        (
            "Paste, write or drop what you have",
            "Pasting works anywhere on the page, and so does dropping files. The page finds out what it is. It is read here: nothing leaves your \
             computer.",
        )
    };
    let examples =
        EXAMPLES.iter().enumerate().map(|(nth, (what, _))| Press::Example(nth).button().child(*what));
    let field = el("textarea[rows=6][spellcheck=false][autocomplete=off][aria-labelledby=give][aria-describedby=kinds][data-keys=none]")
        .when(is_first, ".takes-keys");
    let kind = |what: &'static str, says: &'static str| el("li").child(el("b").child(what)).child(says);
    el("section.give[aria-labelledby=give]")
        .child(el("h2[id=give]").child(title))
        .child(el("p.intro").child(intro))
        .child(field)
        .child(
            el("div.buttons")
                .child(Press::Read.button().child("Read it"))
                .child(el("label.open.files").child(el("input[type=file][multiple]")).child("Choose files\u{2026}"))
                .child(el("span.try").child("Or try "))
                .children(examples),
        )
        .child(
            el("ul.kinds[id=kinds]")
                .child(kind("Page tables", " as a program prints them: Linux (kernel_page_tables), QEMU (info mem, info tlb), crash (vtop), \
                    gdb-pt-dump, pagemap. They become tables that you can walk."))
                .child(kind("A warning", " of a kernel, a lockdep or KASAN report, an oops: which lock of which page walk it is about, and which race."))
                .child(kind("A kernel", " that you run, as uname prints it (6.12.107+deb13-amd64): which of the kernels here it is, how sure that is, and what it does otherwise."))
                .child(kind("Raw entries", ", one to five, such as 0x8000000001007067: what each bit means, and what changed; or what two machines take one for."))
                .child(kind("A machine\u{2019}s memory", ": a core (ELF, or kdump\u{2019}s compressed format), of which only the parts with page tables are read (/proc/vmcore, QEMU\u{2019}s \
                    dump-guest-memory); a raw image, if you know where its tables begin; or a captured machine (tables.json, or compressed)."))
                .child(kind("Two dumps", " of one machine, also of different programs: each is checked by itself, and a button compares them range by range.")),
        )
}

/// What was read of one file or text.
fn answered(nth: usize, answer: &Answer, answers: &Answers) -> El {
    let said = &answer.said;
    let close = Press::Forget(nth).button().with("[aria-label=Close this answer]").child("\u{d7}");
    let title = match (&said.listing, said.splats.first(), &said.values) {
        _ if said.kernel.is_some() => format!("{}: a kernel", answer.given.name),
        (None, Some(_), _) => format!("{}: what the kernel says", answer.given.name),
        (_, _, Some(_)) => "Raw entries".to_owned(),
        _ => answer.given.name.clone(),
    };
    let refused = said.refused.as_ref().map(|says| el("p.refused").child(&**says));
    let head =
        el("div.head").child(el("h2[tabindex=-1]").when(nth == 0, ".takes-keys").child(title)).child(close);
    let section = el("section.answer").child(head).child(refused);
    let section = match &said.listing {
        Some(shown) => section.children(listing::listing(nth, shown)),
        None if said.asks_root => section.children([machine::asks(nth)]),
        None if said.refused.is_some() => section.children([listing::choices(nth, answer.want.text)]),
        None => section,
    };
    let section = section
        .children(said.machine.iter().flat_map(|of| machine::machine(nth, of)))
        .children(said.compared.iter().map(|of| compared::compared(of)))
        .children([compared::others(nth, answers)]);
    let section = section
        .children(said.kernel.as_ref().map(kernel::kernel))
        .children(said.splats.iter().map(splat::splat));
    let lines = said.lines.iter().map(|(found, readings)| entries::line(found, readings));
    let values = said.values.iter().map(|values| entries::values(nth, values));
    section.children(lines).children(values)
}

/// An option of a list of the answer with this number.
fn option(nth: usize, value: &str, title: &str, chosen: bool) -> El {
    el("option").attr("value", &format!("{nth} {value}")).when(chosen, "[selected]").child(title)
}

/// What the kernel calls a level.
fn level(level: Option<Level>) -> &'static str {
    level.map_or("\u{2013}", Level::name)
}
