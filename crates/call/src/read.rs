//! Reading names, numbers and addresses as a person writes them.

use mm::MmId;
use pagewalk::Callback;
use pagewalk::names::near;
use pgtable::VirtAddr;

/// What is wrong with a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// What, in a sentence without its full stop.
    pub what: String,
    /// The name that was probably meant.
    pub near: Option<String>,
    /// Of a part with a line for each thing: which line, from 1.
    pub line: Option<usize>,
    /// Whether it is no mistake: something that is near was taken, and this says what differs.
    pub is_note: bool,
}

impl Wrong {
    /// Without a name that is near.
    pub fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), near: None, line: None, is_note: false }
    }

    /// What differs in that which was taken.
    pub fn note(what: impl Into<String>) -> Self {
        Self { is_note: true, ..Self::new(what) }
    }
}

impl std::fmt::Display for Wrong {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(line) = self.line {
            write!(f, "line {line}: ")?;
        }
        f.write_str(&self.what)?;
        match &self.near {
            Some(near) => write!(f, "; did you mean \u{201c}{near}\u{201d}?"),
            None => Ok(()),
        }
    }
}

/// The mms by the names that the kernel's code has for them here.
pub const MMS: [(&str, MmId); 2] = [("init_mm", MmId::INIT_MM), ("mm", MmId::USER)];

/// The name of an mm.
pub fn mm_name(mm: MmId) -> &'static str {
    if mm == MmId::INIT_MM { MMS[0].0 } else { MMS[1].0 }
}

/// What a name stands for.
///
/// # Errors
/// [`Wrong`], with the name that is near.
pub(crate) fn named<T: Copy>(
    text: &str,
    all: impl IntoIterator<Item = (&'static str, T)>,
    what: &str,
) -> Result<T, Wrong> {
    let all: Vec<(&'static str, T)> = all.into_iter().collect();
    if let Some((_, of)) = all.iter().find(|(name, _)| *name == text) {
        return Ok(*of);
    }
    let names: Vec<&str> = all.iter().map(|(name, _)| *name).collect();
    let said = if text.is_empty() {
        "nothing is written".to_owned()
    } else {
        format!("there is no {what} \u{201c}{text:.60}\u{201d}")
    };
    let near = near(text, &mut all.iter().map(|(name, _)| *name)).map(str::to_owned);
    Err(Wrong { near, ..Wrong::new(format!("{said}: there are {}", names.join(", "))) })
}

/// A hexadecimal number.
///
/// # Errors
/// [`Wrong`]
pub(crate) fn hex(text: &str) -> Result<u64, Wrong> {
    decode::value(text).map(|value| value.0).map_err(|error| Wrong::new(error.to_string()))
}

/// Two addresses with a hyphen between them.
///
/// # Errors
/// [`Wrong`]
pub(crate) fn range(text: &str) -> Result<(VirtAddr, VirtAddr), Wrong> {
    let (start, end) = text.split_once('-').ok_or_else(|| {
        Wrong::new(format!("\u{201c}{text:.60}\u{201d} has no \u{201c}-\u{201d} between its first address and the one behind its last"))
    })?;
    Ok((VirtAddr(hex(start)?), VirtAddr(hex(end)?)))
}

/// The callbacks by their names in `struct mm_walk_ops`.
pub(crate) fn callback(text: &str) -> Result<Callback, Wrong> {
    named(text, Callback::ALL.map(|callback| (callback.name(), callback)), "callback")
}
