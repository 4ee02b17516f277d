//! The commands: what the command line means, and the list a person sees.

use std::ffi::OsString;
use std::path::PathBuf;

use lexopt::{Arg, Parser};

use crate::checks::{self, Check};
use crate::fuzz;
use crate::programs::{PROGRAMS, Program};

/// The port of `serve` when none is given.
const DEFAULT_PORT: u16 = 8080;

/// What was asked for.
#[derive(Debug)]
pub(crate) enum Request {
    /// The list of commands.
    List,
    /// What one command takes.
    Help(Entry),
    /// Build and serve the page.
    Serve { port: u16 },
    /// Build the page.
    Dist,
    /// Build all packages, and try each.
    Package,
    /// Build the examples with the programs that they are for, and open each; after building the page unless told not to.
    Hosts { build: bool },
    /// Build the page for Trunk, which has started us.
    TrunkHook,
    /// Measure the page, after building it unless told not to.
    Size { build: bool },
    /// Measure the built page with a program of the browser tests, beside another site if there is one.
    Perf { program: &'static str, beside: Option<PathBuf> },
    /// Run these checks.
    Test { only: Vec<&'static Check> },
    /// Measure speed.
    Bench,
    /// Fuzz the machine for so many seconds.
    Fuzz { seconds: u32 },
    /// Look for changes that no test notices, with arguments for cargo-mutants.
    Mutants { arguments: Vec<OsString> },
    /// Only install, for the page or for the tests too.
    SetUp { tests: bool },
    /// Run a program of another package.
    Program { program: &'static Program, arguments: Vec<OsString> },
}

/// A command line that cannot be understood.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UsageError {
    #[error("there is no command `{0}`; `cargo xtask` lists the commands")]
    Command(String),
    #[error("{problem}; see `cargo xtask {command} --help`")]
    Arguments { command: &'static str, problem: Problem },
}

/// What is wrong with a command's arguments.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Problem {
    #[error(transparent)]
    Syntax(#[from] lexopt::Error),
    #[error("`{0}` is not a port (a number from 0 to 65535)")]
    Port(String),
    #[error("`{0}` is not a number of seconds, at least 1")]
    Seconds(String),
    #[error("there is no check `{name}`; the checks are {}", checks::names())]
    Check { name: String },
}

/// A line of the list of commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Entry {
    name: &'static str,
    arguments: &'static str,
    about: &'static str,
}

/// A command of xtask itself.
struct Command {
    entry: Entry,
    parse: fn(&mut Parser) -> Result<Request, Problem>,
}

const COMMANDS: &[Command] = &[
    Command {
        entry: Entry {
            name: "serve",
            arguments: "[--port N]",
            about: "Builds the page and serves it at http://127.0.0.1:8080/, or on port N",
        },
        parse: parse_serve,
    },
    Command {
        entry: Entry { name: "dist", arguments: "", about: "Builds the static site into dist/" },
        parse: |parser| parse_nothing(parser, Request::Dist),
    },
    Command {
        entry: Entry {
            name: "package",
            arguments: "",
            about: "Packs the element for npm, the Sphinx extension for PyPI and the crates of figures, and tries each",
        },
        parse: |parser| parse_nothing(parser, Request::Package),
    },
    Command {
        entry: Entry {
            name: "hosts",
            arguments: "[--no-build]",
            about: "Builds the examples with mdBook, Sphinx and reveal.js, and opens each in a browser; needs a network",
        },
        parse: |parser| parse_build(parser).map(|build| Request::Hosts { build }),
    },
    Command {
        entry: Entry {
            name: "trunk-hook",
            arguments: "",
            about: "Builds the page for Trunk, which starts this",
        },
        parse: |parser| parse_nothing(parser, Request::TrunkHook),
    },
    Command {
        entry: Entry {
            name: "size",
            arguments: "[--no-build]",
            about: "Measures the page's first load against its budget",
        },
        parse: |parser| parse_build(parser).map(|build| Request::Size { build }),
    },
    Command {
        entry: Entry {
            name: "perf",
            arguments: "[--beside DIRECTORY]",
            about: "Measures what a step costs in the browser, beside another built site in the same run",
        },
        parse: |parser| parse_perf(parser, "perf"),
    },
    Command {
        entry: Entry {
            name: "embed-report",
            arguments: "[--beside DIRECTORY]",
            about: "Measures bytes and time of each form of a walk in another page, over a slow line",
        },
        parse: |parser| parse_perf(parser, "embed"),
    },
    Command {
        entry: Entry {
            name: "test",
            arguments: "[--only NAME]...",
            about: "Checks everything that must stay true, or only the checks named",
        },
        parse: parse_test,
    },
    Command {
        entry: Entry {
            name: "bench",
            arguments: "",
            about: "Measures walks and rewinding, natively and in the browser, one JSON line per figure",
        },
        parse: |parser| parse_nothing(parser, Request::Bench),
    },
    Command {
        entry: Entry {
            name: "fuzz",
            arguments: "[--seconds N]",
            about: "Breeds programs to break the machine, for a minute or N seconds",
        },
        parse: parse_fuzz,
    },
    Command {
        entry: Entry {
            name: "mutants",
            arguments: "[ARGUMENT]...",
            about: "Looks for changes of the walker that no test notices; arguments are cargo-mutants'",
        },
        parse: parse_mutants,
    },
    Command {
        entry: Entry {
            name: "set-up",
            arguments: "[--tests]",
            about: "Only installs what the page needs, and what the tests need",
        },
        parse: parse_set_up,
    },
];

/// Reads the command line, without the program's own name.
pub(crate) fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Request, UsageError> {
    let mut arguments = arguments.into_iter();
    let Some(name) = arguments.next() else { return Ok(Request::List) };
    if is_help(&name) || name == "help" {
        return Ok(Request::List);
    }
    let arguments: Vec<_> = arguments.collect();
    let wants_help = arguments.iter().any(is_help);
    if let Some(command) = COMMANDS.iter().find(|command| name == command.entry.name) {
        if wants_help {
            return Ok(Request::Help(command.entry));
        }
        return (command.parse)(&mut Parser::from_args(arguments))
            .map_err(|problem| UsageError::Arguments { command: command.entry.name, problem });
    }
    if let Some(program) = PROGRAMS.iter().find(|program| name == program.name) {
        if wants_help {
            return Ok(Request::Help(Entry::of(program)));
        }
        return Ok(Request::Program { program, arguments });
    }
    Err(UsageError::Command(name.to_string_lossy().into_owned()))
}

/// The commands, one line each.
pub(crate) fn list() -> String {
    let entries = COMMANDS.iter().map(|command| command.entry).chain(PROGRAMS.iter().map(Entry::of));
    std::iter::once(String::from("cargo xtask COMMAND, where COMMAND is one of"))
        .chain(entries.map(|entry| {
            let usage = format!("{} {}", entry.name, entry.arguments);
            format!("  {usage:22} {}", entry.about)
        }))
        .collect::<Vec<_>>()
        .join("\n")
}

impl Entry {
    fn of(program: &Program) -> Self {
        Self { name: program.name, arguments: program.arguments, about: program.about }
    }

    /// What the command takes and does.
    pub(crate) fn help(self) -> String {
        let usage = format!("cargo xtask {} {}", self.name, self.arguments);
        let mut lines = vec![usage.trim_end().to_owned(), format!("  {}", self.about)];
        if self.name == "test" {
            lines.push(String::from("The checks, in their order:"));
            lines.extend(checks::lines());
        }
        lines.join("\n")
    }
}

fn is_help(argument: &OsString) -> bool {
    argument == "--help" || argument == "-h"
}

fn parse_nothing(parser: &mut Parser, request: Request) -> Result<Request, Problem> {
    match parser.next()? {
        None => Ok(request),
        Some(argument) => Err(argument.unexpected().into()),
    }
}

fn parse_serve(parser: &mut Parser) -> Result<Request, Problem> {
    let mut port = DEFAULT_PORT;
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Long("port") => {
                let value = parser.value()?.to_string_lossy().into_owned();
                port = value.parse().map_err(|_| Problem::Port(value))?;
            }
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(Request::Serve { port })
}

/// Whether the page is built first.
fn parse_build(parser: &mut Parser) -> Result<bool, Problem> {
    let mut build = true;
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Long("no-build") => build = false,
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(build)
}

fn parse_perf(parser: &mut Parser, program: &'static str) -> Result<Request, Problem> {
    let mut beside = None;
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Long("beside") => beside = Some(PathBuf::from(parser.value()?)),
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(Request::Perf { program, beside })
}

fn parse_test(parser: &mut Parser) -> Result<Request, Problem> {
    let mut only = Vec::new();
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Long("only") => {
                let name = parser.value()?.to_string_lossy().into_owned();
                only.push(checks::named(&name).ok_or(Problem::Check { name })?);
            }
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(Request::Test { only: checks::selected(&only) })
}

fn parse_fuzz(parser: &mut Parser) -> Result<Request, Problem> {
    let mut seconds = fuzz::SECONDS;
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Long("seconds") => {
                let value = parser.value()?.to_string_lossy().into_owned();
                seconds = value.parse().ok().filter(|&seconds| seconds > 0).ok_or(Problem::Seconds(value))?;
            }
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(Request::Fuzz { seconds })
}

fn parse_mutants(parser: &mut Parser) -> Result<Request, Problem> {
    Ok(Request::Mutants { arguments: parser.raw_args()?.collect() })
}

fn parse_set_up(parser: &mut Parser) -> Result<Request, Problem> {
    let mut tests = false;
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Long("tests") => tests = true,
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(Request::SetUp { tests })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse_words(line: &str) -> Result<Request, UsageError> {
        parse(line.split_whitespace().map(OsString::from))
    }

    fn complaint(line: &str) -> String {
        parse_words(line).map_or_else(|error| error.to_string(), |request| format!("accepted: {request:?}"))
    }

    #[test]
    fn no_command_and_help_list_the_commands() {
        for line in ["", "--help", "-h", "help"] {
            assert!(matches!(parse_words(line), Ok(Request::List)), "{line}");
        }
    }

    #[test]
    fn the_list_has_one_line_for_each_command() {
        let list = list();
        assert_eq!(list.lines().count(), 1 + COMMANDS.len() + PROGRAMS.len());
        for name in ["serve", "dist", "size", "test", "bench", "fuzz", "mutants", "set-up", "captures"] {
            assert!(list.lines().any(|line| line.trim_start().starts_with(name)), "{name}");
        }
    }

    #[test]
    fn every_command_explains_itself() {
        for command in COMMANDS {
            let line = format!("{} --help", command.entry.name);
            assert!(matches!(parse_words(&line), Ok(Request::Help(entry)) if entry == command.entry));
        }
        assert!(matches!(parse_words("captures --help"), Ok(Request::Help(_))));
    }

    #[test]
    fn a_port_is_taken_in_both_spellings() {
        assert!(matches!(parse_words("serve"), Ok(Request::Serve { port: DEFAULT_PORT })));
        assert!(matches!(parse_words("serve --port 0"), Ok(Request::Serve { port: 0 })));
        assert!(matches!(parse_words("serve --port=9000"), Ok(Request::Serve { port: 9000 })));
    }

    #[test]
    fn seconds_are_a_number() {
        assert!(matches!(parse_words("fuzz"), Ok(Request::Fuzz { seconds: fuzz::SECONDS })));
        assert!(matches!(parse_words("fuzz --seconds 7"), Ok(Request::Fuzz { seconds: 7 })));
        for seconds in ["0", "-1", "long"] {
            let text = complaint(&format!("fuzz --seconds={seconds}"));
            assert!(text.contains(&format!("`{seconds}` is not a number of seconds")), "{text}");
        }
    }

    #[test]
    fn cargo_mutants_gets_its_arguments_as_they_are() {
        let Ok(Request::Mutants { arguments }) = parse_words("mutants --file a.rs --list") else {
            panic!("`mutants` looks for mutants");
        };
        assert_eq!(arguments, ["--file", "a.rs", "--list"]);
    }

    #[test]
    fn a_bad_port_is_quoted() {
        for port in ["-1", "65536", "http", ""] {
            let text = complaint(&format!("serve --port={port}"));
            assert!(text.contains(&format!("`{port}` is not a port")), "{text}");
        }
    }

    #[test]
    fn what_is_not_known_is_named() {
        assert!(complaint("sreve").contains("no command `sreve`"));
        assert!(complaint("dist --fast").contains("--fast"));
        assert!(complaint("size now").contains("now"));
        assert!(complaint("serve --port").contains("--port"));
        assert!(complaint("size --no-build=yes").contains("--no-build"));
    }

    #[test]
    fn an_unknown_check_lists_the_known_ones() {
        let text = complaint("test --only fmt --only speed");
        assert!(text.contains("no check `speed`") && text.contains("clippy-wasm"), "{text}");
    }

    #[test]
    fn checks_keep_their_order_and_come_once() -> Result<(), UsageError> {
        let Request::Test { only } = parse_words("test --only clippy --only fmt --only clippy")? else {
            panic!("`test` asks for a test");
        };
        assert_eq!(only.iter().map(|check| check.name).collect::<Vec<_>>(), ["fmt", "clippy"]);
        Ok(())
    }

    #[test]
    fn a_program_gets_its_arguments_as_they_are() -> Result<(), UsageError> {
        let Request::Program { program, arguments } = parse_words("captures some/dir --loud")? else {
            panic!("`captures` asks for a program");
        };
        assert_eq!(program.name, "captures");
        assert_eq!(arguments, ["some/dir", "--loud"]);
        Ok(())
    }
}
