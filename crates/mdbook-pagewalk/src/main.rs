//! `mdbook-pagewalk`: a fenced block that names a walk or a race becomes its figure, and a link to the live step.
//!
//! mdBook (0.4 and 0.5) asks `mdbook-pagewalk supports RENDERER`, then writes the context and the book as JSON to standard input and reads
//! the changed book from standard output. Figures are drawn here: nothing is fetched, and the book has no script of ours.
//!
//! | module | what it holds |
//! |---|---|
//! | [`fences`] | fenced blocks in a chapter |
//! | [`block`] | what a block asks for, and what stands in its place |
//! | [`book`] | the chapters of a book |

mod block;
mod book;
mod fences;

use std::io::{self, Read as _, Write as _};
use std::process::ExitCode;

use book::BookError;

/// Most bytes of a book: a hundred times those of a thick one.
const MOST_BYTES: u64 = 256 << 20;

/// What is said to who calls it by hand.
const HELP: &str = "\
mdbook-pagewalk draws walks of page tables in an mdBook. mdBook calls it; put this into book.toml:

  [preprocessor.pagewalk]
  page = \"https://your.host/pagewalk/\"   # where the live walk is; without it figures have no link
  live = true                              # steps are walks that can be stepped, of that page

and this into a chapter:

  ```pagewalk
  debug-init-mm/x86_64-4level/v7.3?lock=read
  step = 2
  ```
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        // Where a renderer takes no HTML, a figure is Markdown.
        ["supports", _] => ExitCode::SUCCESS,
        [] => ended(run()),
        _ => {
            eprint!("{HELP}");
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<(), BookError> {
    let mut text = String::new();
    io::stdin().lock().take(MOST_BYTES).read_to_string(&mut text)?;
    let book = book::changed(&text)?;
    let mut out = io::stdout().lock();
    out.write_all(book.as_bytes())?;
    out.flush()?;
    Ok(())
}

fn ended(result: Result<(), BookError>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("mdbook-pagewalk: {error}");
            ExitCode::FAILURE
        }
    }
}
