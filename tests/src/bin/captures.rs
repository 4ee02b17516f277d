//! `cargo xtask captures [DIR]`: runs every walk that captured kernels ran, and compares.
//!
//! One line per walk and, at the end, `N passed, N failed`. Exits with 1 when a walk differs and with 2 when
//! a file cannot be used.

use std::path::PathBuf;
use std::process::ExitCode;

use pagewalk::Revision;
use pagewalk_tests::{LoadError, default_dir, find, load_image, load_logs};
use scenario::capture::{Outcome, replay};

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

fn run(dir: &std::path::Path, tally: &mut Tally) -> Result<(), LoadError> {
    let capture = load_image(dir)?;
    for (path, walks) in load_logs(dir)? {
        let group = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let group = group.trim_start_matches("walk-").trim_end_matches(".log.gz");
        for walk in walks {
            let place = format!("{}/{group}/{}", capture.name, walk.name);
            match replay(&capture, &walk, CAPTURED_KERNEL) {
                Outcome::Equal => {
                    println!("ok    {place}: {} lines, ret {}", walk.logged_lines, walk.ret);
                    tally.passed += 1;
                }
                Outcome::NeedsVmas => {
                    println!("skip  {place}: {}() walks VMAs", walk.function);
                    tally.need_vmas += 1;
                }
                Outcome::Different(what) => {
                    println!("FAIL  {place}: {what}");
                    tally.failed += 1;
                }
            }
        }
    }
    Ok(())
}
