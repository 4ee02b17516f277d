//! The parts of a call, what each accepts and what is wrong with it; what the call comes to.

use call::{Field, Tally, Wrong};

use super::header::{actions, header, messages};
use super::progress;
use crate::el::{El, el};
use crate::files::Files;
use crate::marks::Mark;
use crate::shared::{Loading, Shared};

/// The form.
pub const FORM: &str = ".call .parts";

/// The field for a whole call.
pub const WHOLE: &str = ".call [name=whole]";

/// What a button asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Press {
    /// Back to what was before the last change.
    Undo,
    /// On to what was undone.
    Redo,
    /// Fill in the VMAs of the tables.
    Areas,
    /// Read a whole call.
    Read,
    /// Show one of the examples.
    Example(usize),
}

/// Numbers of examples begin here.
const FIRST_EXAMPLE: u32 = 100;

impl Press {
    /// The number that its mark has.
    pub const fn number(self) -> u32 {
        match self {
            Self::Undo => 0,
            Self::Redo => 1,
            Self::Areas => 2,
            Self::Read => 3,
            Self::Example(nth) => FIRST_EXAMPLE + nth as u32,
        }
    }

    /// What a number stands for.
    pub const fn from_number(number: u32) -> Option<Self> {
        Some(match number {
            0 => Self::Undo,
            1 => Self::Redo,
            2 => Self::Areas,
            3 => Self::Read,
            FIRST_EXAMPLE.. => Self::Example((number - FIRST_EXAMPLE) as usize),
            _ => return None,
        })
    }

    fn button(self) -> El {
        el("button[type=button]").does(Mark::Way(self.number()))
    }
}

/// Calls to begin with: what each is, and its address.
pub const EXAMPLES: [(&str, &str); 4] = [
    (
        "write-protect each pte",
        "v1/call/x86_64-4level/v7.3?fn=walk_page_range&lock=write&walk_lock=PGWALK_WRLOCK&ops=pte_entry&do=pte_entry@leaf:clear=2&do=pte_entry@leaf:flush",
    ),
    (
        "split the direct map",
        "v1/call/riscv64-sv39/v7.3?fn=walk_kernel_page_table_range&ops=pmd_entry,pte_entry,pte_hole&do=pmd_entry@leaf:split&do=pte_entry@leaf:count",
    ),
    (
        "stop at the third page",
        "v1/call/arm64-4k-48/v7.3?fn=walk_page_range&ops=pmd_entry,pte_entry,pte_hole&do=pte_entry@3:return=1",
    ),
    (
        "a VMA of your own",
        "v1/call/x86_64-4level/v7.3?fn=walk_page_vma&lock=none&walk_lock=PGWALK_VMA_RDLOCK_VERIFY&vma=400000-404000:rw,lock=read&set=mm:401000:pte:8000000040001067&range=400000-404000",
    ),
];

/// What is seen of a call.
#[derive(Debug)]
pub struct Seen<'a> {
    /// What is typed in each part.
    pub texts: &'a [String; Field::ALL.len()],
    /// What is wrong with it.
    pub wrongs: &'a [Vec<Wrong>; Field::ALL.len()],
    /// What is worth a word.
    pub notes: Vec<(Field, String)>,
    /// Whether something can be undone, and done again.
    pub can: [bool; 2],
    /// Why it does not start.
    pub failed: Option<&'a str>,
    /// What it comes to.
    pub tally: Option<&'a Tally>,
    /// The call as a file.
    pub file: String,
    /// Whether it is too long for an address.
    pub is_long: bool,
}

/// The whole page; `waits` is the capture that has to arrive, `run` the walk.
pub fn composer(shared: &Shared, seen: &Seen<'_>, waits: Option<&str>, run: El) -> El {
    let state = waits.and_then(|folder| shared.captures.state(folder));
    let (failed, under) = match state {
        Some(Loading::Failed(error)) => (Some(error.clone()), None),
        Some(Loading::Under(of)) => (None, Some(progress("Loading page tables", *of))),
        None => (None, None),
    };
    el("main.pagewalk.call[tabindex=-1][aria-label=A call of your own][data-keys=walk]")
        .child(header(&shared.top, None, Some(actions(&shared.top, None))))
        .child(messages(shared, None, failed, under))
        .children([form(seen, &shared.files), outcome(seen), run])
}

fn form(seen: &Seen<'_>, files: &Files) -> El {
    let examples =
        EXAMPLES.iter().enumerate().map(|(nth, (what, _))| Press::Example(nth).button().child(*what));
    let [undo, redo] = [(Press::Undo, "Undo"), (Press::Redo, "Redo")];
    let button = |(press, title): (Press, &'static str), can: bool| {
        press.button().when(!can, "[disabled]").child(title)
    };
    let fields = Field::ALL.iter().enumerate().map(|(at, field)| part(*field, at, seen, files));
    el("section.parts[aria-labelledby=composer][data-keys=none]")
        .child(el("h2[id=composer]").child("Put a call of the walker together"))
        .child(el("p.intro").child(
            "For the walk of a patch under review: say what is walked, with which locks, and what its callbacks do. Each part is checked as you \
             type, and the walk below is that of the call, by the one walker of this page.",
        ))
        .child(
            el("div.buttons")
                .child(button(undo, seen.can[0]))
                .child(button(redo, seen.can[1]))
                .child(el("span.try").child("Begin with: "))
                .children(examples),
        )
        .child(el("div.grid").children(fields))
        .child(whole(seen))
}

/// One part: its control, what it accepts, what is wrong with what is typed.
fn part(field: Field, at: usize, seen: &Seen<'_>, files: &Files) -> El {
    let name = field.name();
    let (id, help) = (format!("part-{name}"), format!("help-{name}"));
    let control = match field.choices() {
        Some(names) => {
            let opened = files.all().iter().filter(|_| field == Field::Machine).map(|of| {
                let title = format!("{}, {}", of.name, of.file.model.title);
                (of.file.to_string(), title)
            });
            let named = names.into_iter().map(|name| (name.clone(), name));
            let mut all: Vec<(String, String)> = opened.chain(named).collect();
            // What cannot be chosen stays as it was written.
            if !all.iter().any(|(value, _)| *value == seen.texts[at]) {
                all.insert(0, (seen.texts[at].clone(), seen.texts[at].clone()));
            }
            el("select").children(all.into_iter().map(|(value, title)| {
                el("option").attr("value", &value).when(value == seen.texts[at], "[selected]").child(title)
            }))
        }
        None if field.is_list() => el("textarea[rows=3][spellcheck=false][autocomplete=off]"),
        None => el("input[type=text][spellcheck=false][autocomplete=off]"),
    };
    let wrongs = &seen.wrongs[at];
    let control = control
        .attr("name", name)
        .attr("id", &id)
        .attr("aria-describedby", &help)
        .when(!wrongs.is_empty(), "[aria-invalid=true]")
        .when(at == 0, ".takes-keys");
    let fill = (field == Field::Areas && seen.texts[at].is_empty())
        .then(|| Press::Areas.button().child("Fill in those of the tables"));
    let notes =
        seen.notes.iter().filter(|(of, _)| *of == field).map(|(_, note)| el("li.note").child(&**note));
    let said = wrongs
        .iter()
        .take(5)
        .map(|wrong| el("li.wrong").child(wrong.to_string() + if wrong.near.is_some() { "" } else { "." }))
        .chain(notes);
    el("div.part")
        .when(field.is_list(), ".list")
        .child(el("label").attr("for", &id).child(field.title()))
        .child(control)
        .child(el("p.accepts").attr("id", &help).child(field.accepts()))
        .child(el("ul.said[aria-live=polite]").children(said))
        .child(fill)
}

/// The whole call as text, to keep and to bring back.
fn whole(seen: &Seen<'_>) -> El {
    let encoded: String = seen.file.bytes().map(encoded).collect();
    let href = format!("data:text/plain;charset=utf-8,{encoded}");
    let long = seen.is_long.then(|| {
        el("p.note").child("This call is too long for an address: keep it as a file, and drop that on the page to open it again.")
    });
    el("details.whole")
        .when(seen.is_long, "[open]")
        .child(el("summary").child("The whole call as text"))
        .child(long)
        .child(el("pre[tabindex=0][role=region][aria-label=The call as text]").child(&*seen.file))
        .child(
            el("p.buttons")
                .child(el("a.open[download=call.txt]").attr("href", &href).child("Save it as a file")),
        )
        .child(el("label[for=whole]").child("Or paste one here, an address or a file"))
        .child(el("textarea[id=whole][name=whole][rows=3][spellcheck=false][autocomplete=off]"))
        .child(el("p.buttons").child(Press::Read.button().child("Open it")))
}

/// A byte as an address has it.
fn encoded(byte: u8) -> String {
    let is_plain = byte.is_ascii_alphanumeric() || b"-_.:/=,@".contains(&byte);
    if is_plain { char::from(byte).to_string() } else { format!("%{byte:02X}") }
}

/// What the call comes to.
fn outcome(seen: &Seen<'_>) -> El {
    let section = el("section.outcome-of[aria-labelledby=comes-to]")
        .child(el("h2[id=comes-to]").child("What it comes to"));
    match (seen.failed, seen.tally) {
        (Some(why), _) => section.child(el("p.refused[role=status]").child(why)),
        (None, Some(tally)) => {
            let lines = tally.lines().into_iter().map(|line| el("li").child(format!("{line}.")));
            section
                .child(el("p[role=status]").child(format!("The walk {}.", tally.ended())))
                .child(el("ul.notes").children(lines))
        }
        (None, None) => section.child(el("p").child("The page tables are on their way.")),
    }
}
