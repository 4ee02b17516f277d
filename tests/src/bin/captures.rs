//! `cargo xtask captures [DIR]`: runs every walk and makes every dump that captured kernels made, and compares.
//!
//! One line per walk or dump and, at the end, `N passed, N failed`. Exits with 1 when one differs and with 2 when
//! a file cannot be used.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use capture::{Capture, Outcome, replay};
use pagewalk::Revision;
use pagewalk_tests::dump::{DumpError, TextDifference, check_wx, dump, load_texts};
use pagewalk_tests::{LoadError, default_dir, find, load_image, load_logs};
use ptdump::dump::View;

/// The captured kernels are 7.3.4.
const CAPTURED_KERNEL: Revision = Revision::V7_3;

#[derive(Default)]
struct Tally {
    passed: usize,
    failed: usize,
    need_vmas: usize,
    unmodelled: usize,
    unreadable: usize,
}

impl Tally {
    fn count(&mut self, place: &str, result: Result<String, String>) {
        match result {
            Ok(what) => {
                println!("ok    {place}: {what}");
                self.passed += 1;
            }
            Err(what) => {
                println!("FAIL  {place}: {what}");
                self.failed += 1;
            }
        }
    }
}

fn main() -> ExitCode {
    let dir = std::env::args_os().nth(1).map_or_else(default_dir, PathBuf::from);
    let captures = match find(&dir) {
        Ok(captures) => captures,
        Err(error) => {
            eprintln!("captures: {error}");
            return ExitCode::from(2);
        }
    };
    let mut tally = Tally::default();
    for capture in &captures {
        match run(capture, &mut tally) {
            Ok(()) => {}
            Err(error) if error.is_unknown_model() => {
                println!("skip  {error}");
                tally.unmodelled += 1;
            }
            Err(error) => {
                eprintln!("captures: {error}");
                tally.unreadable += 1;
            }
        }
    }
    if tally.need_vmas > 0 {
        println!(
            "{} walks skipped: walk_page_range() walks VMAs, which are not modelled yet",
            tally.need_vmas
        );
    }
    if tally.unmodelled > 0 {
        println!("{} captures skipped: their architecture is not modelled yet", tally.unmodelled);
    }
    if tally.unreadable > 0 {
        println!("{} captures could not be read", tally.unreadable);
    }
    println!("{} passed, {} failed", tally.passed, tally.failed);
    match tally {
        Tally { unreadable: 1.., .. } => ExitCode::from(2),
        Tally { failed: 1.., .. } => ExitCode::FAILURE,
        _ => ExitCode::SUCCESS,
    }
}

fn run(dir: &Path, tally: &mut Tally) -> Result<(), LoadError> {
    let capture = load_image(dir)?;
    walks(dir, &capture, tally)?;
    dumps(dir, &capture, tally)
}

fn walks(dir: &Path, capture: &Capture, tally: &mut Tally) -> Result<(), LoadError> {
    for (path, walks) in load_logs(dir)? {
        let group = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let group = group.trim_start_matches("walk-").trim_end_matches(".log.gz");
        for walk in walks {
            let place = format!("{}/{group}/{}", capture.name, walk.name);
            match replay(capture, &walk, CAPTURED_KERNEL) {
                Outcome::Equal => {
                    tally.count(&place, Ok(format!("{} lines, ret {}", walk.logged_lines, walk.ret)));
                }
                Outcome::Different(what) => tally.count(&place, Err(what)),
                Outcome::NeedsVmas => {
                    println!("skip  {place}: {}() walks VMAs", walk.function);
                    tally.need_vmas += 1;
                }
            }
        }
    }
    Ok(())
}

fn dumps(dir: &Path, capture: &Capture, tally: &mut Tally) -> Result<(), LoadError> {
    for (name, captured) in load_texts(dir, "ptdump-")? {
        let place = format!("{}/ptdump-{name}", capture.name);
        let result = match View::ALL.into_iter().find(|view| view.name() == name) {
            None => Err("the kernel has no such file".to_owned()),
            Some(view) => compare_dump(capture, view, &captured),
        };
        tally.count(&place, result);
    }
    for (name, captured) in load_texts(dir, "check_wx_pages")? {
        let place = format!("{}/check_wx_pages{name}", capture.name);
        tally.count(&place, check_wx(capture, &captured, CAPTURED_KERNEL));
    }
    Ok(())
}

fn compare_dump(capture: &Capture, view: View, captured: &str) -> Result<String, String> {
    let dump = dump(capture, view, CAPTURED_KERNEL).map_err(|error: DumpError| error.to_string())?;
    match TextDifference::of(captured, &dump.text()) {
        None => Ok(format!("{} lines, equal to the byte", dump.lines.len())),
        Some(difference) => Err(difference.to_string()),
    }
}
