//! What a callback does, as text: `pmd_entry@leaf:split`, `pte_entry@3:return=-11`.

use std::fmt;

use pagewalk::{Call as Called, Callback};
use pgtable::{EntryKind, Level, VirtAddr};

use crate::read::{Wrong, callback, hex};
use pagewalk::names::near;

/// One thing that a callback does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rule {
    /// Which callback.
    pub callback: Callback,
    /// At which of its calls.
    pub when: When,
    /// What.
    pub deed: Deed,
}

/// At which calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum When {
    /// At each.
    Always,
    /// Where the entry is of this kind, as it is when the callback is called.
    Kind(EntryKind),
    /// At the call with this number, from 1.
    Nth(u32),
    /// Where the range of the call holds this address.
    At(VirtAddr),
}

/// What a callback does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Deed {
    /// Sets these bits of the entry.
    Set(u64),
    /// Clears these bits.
    Clear(u64),
    /// Writes this value; `install_pte` installs it.
    Write(u64),
    /// Puts a table in the place of a leaf, which maps the same.
    Split,
    /// Flushes the TLB for the range of the call.
    Flush,
    /// Counts the call, and does nothing.
    Count,
    /// Sets `ACTION_CONTINUE`.
    Continue,
    /// Sets `ACTION_AGAIN`, so many times in all.
    Again(u32),
    /// Returns this; what follows in the list is not done.
    Return(i32),
}

impl Deed {
    /// Whether others see it happen: it is an atomic action of its own.
    pub const fn is_act(self) -> bool {
        matches!(self, Self::Set(_) | Self::Clear(_) | Self::Write(_) | Self::Split | Self::Flush)
    }
}

/// The kinds of entries by their names.
const KINDS: [(&str, EntryKind); 5] = [
    ("leaf", EntryKind::Leaf),
    ("table", EntryKind::Table),
    ("none", EntryKind::None),
    ("absent", EntryKind::NotPresent),
    ("bad", EntryKind::Bad),
];

/// The deeds by their names; those with a value behind them end in `=`.
const DEEDS: [&str; 9] =
    ["set=", "clear=", "write=", "split", "flush", "count", "continue", "again=", "return="];

/// Most times that an entry is looked at again: a walk that never goes on would never end.
const MOST_AGAIN: u32 = 1000;

impl When {
    fn parse(text: &str) -> Result<Self, Wrong> {
        if let Some((_, kind)) = KINDS.iter().find(|(name, _)| *name == text) {
            return Ok(Self::Kind(*kind));
        }
        if let Some(addr) = text.strip_prefix("at=") {
            return Ok(Self::At(VirtAddr(hex(addr)?)));
        }
        match text.parse() {
            Ok(number) if number > 0 && !text.starts_with('+') => Ok(Self::Nth(number)),
            _ => {
                let names = KINDS.iter().map(|(name, _)| *name);
                let what = format!(
                    "\u{201c}{text:.40}\u{201d} says not when: leaf, table, none, absent, bad, at=ADDRESS or the number of the call, from 1"
                );
                Err(Wrong {
                    near: near(text, &mut names.chain(["at="])).map(str::to_owned),
                    ..Wrong::new(what)
                })
            }
        }
    }

    /// Whether it is so at this call, which is the `nth` of its callback.
    pub fn is_so(self, call: &Called, kind: EntryKind, nth: u32) -> bool {
        match self {
            Self::Always => true,
            Self::Kind(of) => kind == of,
            Self::Nth(number) => number == nth,
            Self::At(addr) => call.addr <= addr && (addr < call.next || call.next.0 == 0),
        }
    }
}

impl Deed {
    fn parse(text: &str) -> Result<Self, Wrong> {
        let (name, value) = text.split_once('=').unwrap_or((text, ""));
        let number = |what: &str| Wrong::new(format!("\u{201c}{value:.40}\u{201d} is no {what}"));
        Ok(match name {
            "set" => Self::Set(hex(value)?),
            "clear" => Self::Clear(hex(value)?),
            "write" => Self::Write(hex(value)?),
            "again" => {
                let times = if value.is_empty() { Ok(1) } else { value.parse() };
                let times = times.ok().filter(|times| (1..=MOST_AGAIN).contains(times));
                Self::Again(times.ok_or_else(|| number(&format!("number of times from 1 to {MOST_AGAIN}")))?)
            }
            "return" => Self::Return(value.parse().map_err(|_| number("number, such as 0, 1 or -11"))?),
            "split" | "flush" | "count" | "continue" if value.is_empty() => match name {
                "split" => Self::Split,
                "flush" => Self::Flush,
                "count" => Self::Count,
                _ => Self::Continue,
            },
            _ => {
                let what = format!(
                    "\u{201c}{text:.40}\u{201d} is nothing that a callback can do: {}",
                    DEEDS.join(", ")
                );
                return Err(Wrong {
                    near: near(text, &mut DEEDS.into_iter()).map(str::to_owned),
                    ..Wrong::new(what)
                });
            }
        })
    }
}

impl Rule {
    /// Reads one.
    ///
    /// # Errors
    /// [`Wrong`]
    pub fn parse(text: &str) -> Result<Self, Wrong> {
        let (who, deed) = text.split_once(':').ok_or_else(|| {
            Wrong::new(format!(
                "\u{201c}{text:.60}\u{201d} has no colon between the callback and what it does"
            ))
        })?;
        let (name, when) = who.split_once('@').unwrap_or((who, ""));
        let callback = callback(name.trim())?;
        let when = if when.is_empty() { When::Always } else { When::parse(when.trim())? };
        let deed = Deed::parse(deed.trim())?;
        let is_entry = matches!(callback, Callback::Entry(_));
        let says = |what: String| Err(Wrong::new(what));
        match (deed, when) {
            (Deed::Write(_), _) if callback == Callback::InstallPte => {}
            (Deed::Split, _) if callback == Callback::Entry(Level::Pte) => {
                return says("a pte has no table below it, so it cannot be split".to_owned());
            }
            (deed, _) if deed.is_act() && !is_entry => {
                return says(format!("{} gets no entry that it could change", callback.name()));
            }
            (Deed::Continue | Deed::Again(_), _) if !is_entry => {
                return says(format!("walk->action is not looked at after {}", callback.name()));
            }
            (_, When::Kind(_)) if !is_entry && callback != Callback::Hugetlb => {
                return says(format!("{} gets no entry that could be of a kind", callback.name()));
            }
            _ => {}
        }
        Ok(Self { callback, when, deed })
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.callback.name())?;
        match self.when {
            When::Always => {}
            When::Kind(kind) => {
                let name = KINDS.iter().find(|(_, of)| *of == kind).map_or("", |(name, _)| *name);
                write!(f, "@{name}")?;
            }
            When::Nth(number) => write!(f, "@{number}")?,
            When::At(addr) => write!(f, "@at={:x}", addr.0)?,
        }
        f.write_str(":")?;
        match self.deed {
            Deed::Set(bits) => write!(f, "set={bits:x}"),
            Deed::Clear(bits) => write!(f, "clear={bits:x}"),
            Deed::Write(value) => write!(f, "write={value:x}"),
            Deed::Split => f.write_str("split"),
            Deed::Flush => f.write_str("flush"),
            Deed::Count => f.write_str("count"),
            Deed::Continue => f.write_str("continue"),
            Deed::Again(times) => write!(f, "again={times}"),
            Deed::Return(number) => write!(f, "return={number}"),
        }
    }
}
