//! The tables that a scenario runs on: where they come from, and how a link names them.

use std::fmt;

use capture::Brought;
use mm::World;
use pgtable::Model;

use crate::places::Places;

/// The captures that come with the page: model, and folder.
const CAPTURES: [(&str, &str); 8] = [
    ("x86_64-4level", "x86_64-4level"),
    ("x86_64-5level", "x86_64-5level"),
    ("riscv64-sv39", "riscv64-sv39"),
    ("arm64-4k-48", "arm64-4k-48bit"),
    ("arm64-16k-48", "arm64-16k-48bit"),
    ("loongarch64-16k-3level", "loongarch64-16k-3level"),
    ("ppc64le-64k-radix", "ppc64le-64k-radix"),
    ("s390x", "s390x-3level"),
];

/// The tables that a scenario runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tables {
    /// Made for a model ([`sample`](crate::sample)).
    Made(&'static Model),
    /// Built for the scenario alone ([`worlds`](crate::worlds)).
    Built(&'static Model),
    /// Those of a kernel that booted: a capture that comes with the page.
    Captured(&'static Model),
    /// Those of a file that a person opened.
    Brought(FileId),
}

/// Which file a person opened. A link names it, so that it can be told from others, but does not carry it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileId {
    /// The model of the machine in it.
    pub model: &'static Model,
    /// Its checksum.
    pub checksum: u32,
}

/// What the name of a file begins with in a link.
const FILE: &str = "file-";

impl Tables {
    /// The page-table model.
    pub const fn model(self) -> &'static Model {
        match self {
            Self::Made(model) | Self::Built(model) | Self::Captured(model) => model,
            Self::Brought(file) => file.model,
        }
    }

    /// Where things are in these tables, which are those of `world`.
    pub fn places(self, world: &World) -> Places {
        match self {
            Self::Brought(_) => Places::found(world),
            Self::Made(model) | Self::Built(model) | Self::Captured(model) => Places::of(model),
        }
    }

    /// The folder of a capture that comes with the page.
    pub fn folder(self) -> Option<&'static str> {
        match self {
            Self::Captured(model) => folder_of(model),
            Self::Made(_) | Self::Built(_) | Self::Brought(_) => None,
        }
    }
}

/// The folder of the capture of a model, if one comes with the page.
pub(crate) fn folder_of(model: &Model) -> Option<&'static str> {
    CAPTURES.iter().find(|(id, _)| *id == model.id).map(|&(_, folder)| folder)
}

/// The name in links: the model's, or the file's.
impl fmt::Display for Tables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Brought(file) => file.fmt(f),
            _ => f.write_str(self.model().id),
        }
    }
}

impl FileId {
    /// Reads the name of a file in a link: `file-1a2b3c4d-riscv64-sv39`.
    pub fn parse(text: &str) -> Option<Self> {
        let (checksum, model) = text.strip_prefix(FILE)?.split_once('-')?;
        let is_sum = checksum.len() == 8 && checksum.bytes().all(|byte| byte.is_ascii_hexdigit());
        let checksum = u32::from_str_radix(checksum, 16).ok().filter(|_| is_sum)?;
        Some(Self { model: pgtable::model(model).ok()?, checksum })
    }
}

impl fmt::Display for FileId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{FILE}{:08x}-{}", self.checksum, self.model.id)
    }
}

impl From<&Brought> for FileId {
    fn from(brought: &Brought) -> Self {
        Self { model: brought.capture.model(), checksum: brought.checksum }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_capture_is_one_of_a_model() {
        for (id, _) in CAPTURES {
            assert!(pgtable::model(id).is_ok(), "{id}");
        }
    }

    #[test]
    fn the_name_of_a_file_comes_back() {
        for model in pgtable::MODELS {
            let file = FileId { model, checksum: 0xa0b1 };
            assert_eq!(file.to_string(), format!("file-0000a0b1-{}", model.id));
            assert_eq!(FileId::parse(&file.to_string()), Some(file));
        }
        for wrong in ["", "file-", "file-0-riscv64-sv39", "file-0000a0b1-vax", "file-+000a0b1-riscv64-sv39"] {
            assert_eq!(FileId::parse(wrong), None, "{wrong}");
        }
    }
}
