//! The tables that a call runs on, by their name.

use std::fmt;

use crate::read::Wrong;
use capture::Capture;
use pagewalk::names::Near;
use pgtable::{MODELS, Model};
use scenario::sample::sample;
use scenario::{FileId, Tables};

/// The tables that a call runs on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Base {
    /// Small ones that are made for a model.
    Made(&'static Model),
    /// Those of a kernel that booted: a capture that comes with the page.
    Booted(&'static Model),
    /// Those of a file that a person opened.
    File(FileId),
}

/// What the name of a booted machine begins with.
const BOOTED: &str = "booted-";

impl Default for Base {
    fn default() -> Self {
        Self::Made(MODELS[0])
    }
}

impl Base {
    /// All that can be named without a file.
    pub fn all() -> impl Iterator<Item = Self> {
        let booted = MODELS.iter().map(|model| Self::Booted(model)).filter(|of| of.folder().is_some());
        MODELS.iter().map(|model| Self::Made(model)).chain(booted)
    }

    /// Their model.
    pub const fn model(self) -> &'static Model {
        match self {
            Self::Made(model) | Self::Booted(model) => model,
            Self::File(file) => file.model,
        }
    }

    /// The folder of a capture that comes with the page.
    pub fn folder(self) -> Option<&'static str> {
        match self {
            Self::Booted(model) => Tables::Captured(model).folder(),
            Self::Made(_) | Self::File(_) => None,
        }
    }

    /// The tables, where they come from no file.
    pub fn made(self) -> Option<Capture> {
        match self {
            Self::Made(model) => sample(model).ok(),
            Self::Booted(_) | Self::File(_) => None,
        }
    }

    /// As a scenario has them.
    pub const fn tables(self) -> Tables {
        match self {
            Self::Made(model) => Tables::Made(model),
            Self::Booted(model) => Tables::Captured(model),
            Self::File(file) => Tables::Brought(file),
        }
    }

    /// Those with this name.
    ///
    /// # Errors
    /// [`Wrong`], with the name that was probably meant.
    pub fn parse(text: &str) -> Result<Self, Wrong> {
        if let Some(file) = FileId::parse(text) {
            return Ok(Self::File(file));
        }
        let (is_booted, id) = text.strip_prefix(BOOTED).map_or((false, text), |id| (true, id));
        let found = pgtable::model(id)
            .ok()
            .map(|model| if is_booted { Self::Booted(model) } else { Self::Made(model) });
        if let Some(base) = found.filter(|base| !is_booted || base.folder().is_some()) {
            return Ok(base);
        }
        let mut near = Near::new(id);
        for model in MODELS {
            near.see(model.id);
        }
        let what = if found.is_some() {
            format!(
                "no machine of \u{201c}{id}\u{201d} was captured; without \u{201c}{BOOTED}\u{201d} its tables are made"
            )
        } else {
            format!("there is no machine \u{201c}{text:.60}\u{201d}")
        };
        Err(Wrong { near: near.meant().filter(|_| found.is_none()).map(str::to_owned), ..Wrong::new(what) })
    }
}

impl fmt::Display for Base {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Made(model) => f.write_str(model.id),
            Self::Booted(model) => write!(f, "{BOOTED}{}", model.id),
            Self::File(file) => file.fmt(f),
        }
    }
}
