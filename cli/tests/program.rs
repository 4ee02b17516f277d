//! The program as a shell sees it.

use std::process::{Command, Output};

fn pagewalk(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_pagewalk")).args(args).output().expect("the program starts")
}

#[test]
fn help_names_the_exit_codes() {
    let help = pagewalk(&["--help"]);
    assert_eq!(help.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&help.stdout).contains("Exit codes:"));
}

#[test]
fn what_is_asked_wrongly_ends_with_two() {
    assert_eq!(pagewalk(&["no-such-command"]).status.code(), Some(2));
}

#[test]
fn every_shell_gets_completions() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = pagewalk(&["completions", shell]);
        assert_eq!(script.status.code(), Some(0), "{shell}");
        assert!(String::from_utf8_lossy(&script.stdout).contains("completions"), "{shell}");
    }
}
