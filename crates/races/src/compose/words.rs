//! What was asked and what came out, as a sentence for a mail.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use mm::LockMode;

use super::{Around, Composition, Frees, Guard, NoSense, Reads, Switches};
use crate::found::Found;
use crate::outcome::{OUTCOMES, Outcomes};

impl Composition {
    /// What is different from what the kernel does by itself, each in words: another rule, then what the switches change. Nothing where it
    /// is as in the kernel.
    pub fn unlike_kernel(&self) -> Vec<String> {
        let (rule, own) = (self.choice.rule, self.kernels_own().rule);
        let other = (rule != own).then(|| {
            format!("the rule is \u{201c}{}\u{201d}, and not \u{201c}{}\u{201d}", rule.title, own.title)
        });
        other.into_iter().chain(self.differences()).collect()
    }

    /// The same as a sentence.
    pub fn unlike(&self) -> String {
        let kernel = self.choice.revision.id();
        match self.unlike_kernel() {
            none if none.is_empty() => format!("This is what {kernel} does."),
            all => format!("Different from {kernel}: {}.", all.join("; ")),
        }
    }

    /// The sentence and the address, for a mail; `base` is what stands before the composition in the address.
    pub fn mail(&self, found: &Result<Found, NoSense>, base: &str) -> String {
        format!("{}\n\n{base}{self}", self.sentence(found))
    }

    /// What is different from the race as the library has it, each in words that go on after “, but ”. Nothing where it is that race.
    pub fn differences(&self) -> Vec<String> {
        let Switches { rcu, hotplug, guard, without, frees, around, reads, whole } = self.switches;
        let mut all = Vec::new();
        if rcu {
            all.push("the whole walk is in an RCU read section".to_string());
        }
        if let Some(takes) = hotplug {
            let how = if takes { "holds" } else { "does not hold" };
            all.push(format!("the walker {how} mem_hotplug_lock"));
        }
        match reads {
            Reads::AsWritten => {}
            Reads::Once => {
                all.push("the walk reads each entry once, and follows what it has tested".to_string());
            }
            Reads::Repeated => {
                all.push("the compiler reads an entry again where its value is used".to_string());
            }
            Reads::Merged => all.push("the compiler leaves the second read of an entry out".to_string()),
        }
        if whole {
            all.push("the dump has to show the old tables or the new ones".to_string());
        }
        let other =
            self.choice.start().ok().and_then(|state| state.cpus().get(1).map(|cpu| cpu.script().name));
        let other = other.unwrap_or("the other CPU");
        if let Some(Guard { lock, mode, trylock, first, last }) = guard {
            let lines =
                if first == last { format!("line {first}") } else { format!("lines {first} to {last}") };
            let for_mode = if mode == LockMode::Write { "writing" } else { "reading" };
            let how = if trylock { ", and gives up if it does not get it at once" } else { "" };
            all.push(format!("{other} holds {} for {for_mode} in its {lines}{how}", lock.name()));
        }
        if let Some(lock) = without {
            all.push(format!("{other} never takes {}", lock.name()));
        }
        if let Some(frees) = frees {
            let how = match frees {
                Frees::Now => "at once",
                Frees::Rcu => "after an RCU grace period",
                Frees::Batch => "in a batch at its end",
            };
            all.push(format!("{other} frees tables {how}"));
        }
        match around {
            Around::Nothing => {}
            Around::Owns => all.push("the caller owns the memory until it has walked".to_string()),
            Around::InsideHotplug => {
                all.push(
                    "the caller is inside memory hotplug and holds mem_hotplug_lock for writing".to_string(),
                );
            }
        }
        all
    }

    /// The question in a sentence without its end: “munmap on x86_64-4level, v6.17, walker with the read lock, …”.
    pub fn question(&self) -> String {
        let choice = &self.choice;
        let lock = match choice.lock {
            LockMode::None => "no lock",
            LockMode::Read => "the read lock",
            LockMode::Write => "the write lock",
        };
        let rule = if choice.rule.title.is_empty() {
            String::new()
        } else {
            format!("; rule: {}", choice.rule.title)
        };
        let but = match self.differences() {
            none if none.is_empty() => String::new(),
            differences => format!("; but {}", differences.join(", and ")),
        };
        format!(
            "{} ({}, rules of {}, the walker with {lock}{rule}{but})",
            choice.race.title,
            choice.model.id,
            choice.revision.id()
        )
    }

    /// The question and what a search found.
    pub fn sentence(&self, found: &Result<Found, NoSense>) -> String {
        let asked = self.question();
        match found {
            Err(why) => format!("{asked}: this makes no sense: {why}."),
            Ok(found) if found.is_safe() => match self.choice.absent() {
                Some(why) => format!("{asked}: it does not happen: {why}."),
                None => format!(
                    "{asked}: safe. Nothing goes wrong in any order of the steps; {} states were seen.",
                    found.states
                ),
            },
            Ok(found) if !found.complete => format!(
                "{asked}: not known. The search stopped at its limit of {} states, which proves nothing.",
                found.states
            ),
            Ok(found) => {
                let steps = found.shortest().map_or(0, explore::Schedule::len);
                format!(
                    "{asked}: not safe. It can happen that {}; the shortest way takes {steps} steps.",
                    said(found.outcomes)
                )
            }
        }
    }
}

/// What can go wrong, in words.
fn said(outcomes: Outcomes) -> String {
    let all =
        OUTCOMES.into_iter().filter(|(outcome, ..)| outcomes.contains(*outcome)).map(|(.., words)| words);
    all.collect::<Vec<_>>().join(", or that ")
}
