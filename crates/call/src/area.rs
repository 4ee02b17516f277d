//! A VMA as text: `400000-404000:rw,file=10,lock=read`.

use std::fmt;

use crate::read::{Wrong, hex, named, range};
use mm::{MmId, Vma, VmaFlags, VmaKind, World};
use pgtable::VirtAddr;
use scenario::Held;

/// A VMA of the process.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Area {
    /// `vm_start`
    pub start: u64,
    /// `vm_end`
    pub end: u64,
    /// `VM_READ`, `VM_WRITE`, `VM_EXEC`, `VM_SHARED`, `VM_PFNMAP`.
    pub flags: VmaFlags,
    /// The page of the file that it begins with; anonymous memory if it has none.
    pub file: Option<u64>,
    /// Of hugetlbfs: the bytes of its pages.
    pub huge: Option<u64>,
    /// How its own lock is held.
    pub lock: Held,
}

/// The letters of flags.
const LETTERS: [(char, VmaFlags); 4] =
    [('r', VmaFlags::READ), ('w', VmaFlags::WRITE), ('x', VmaFlags::EXEC), ('s', VmaFlags::SHARED)];

/// The words behind the letters.
const WORDS: [&str; 4] = ["pfnmap", "file=", "hugetlb=", "lock="];

impl Area {
    /// An area of a world.
    pub fn of(vma: &Vma) -> Self {
        let shown = VmaFlags::READ | VmaFlags::WRITE | VmaFlags::EXEC | VmaFlags::SHARED | VmaFlags::PFNMAP;
        Self {
            start: vma.start.0,
            end: vma.end.0,
            flags: vma.flags & shown,
            file: (vma.kind == VmaKind::File).then_some(vma.pgoff),
            huge: vma.is_hugetlb().then_some(vma.huge_page_bytes),
            lock: Held::None,
        }
    }

    /// As the walker sees it.
    pub fn vma(&self, world: &World) -> Vma {
        let plain = Vma::anon(MmId::USER, VirtAddr(self.start), VirtAddr(self.end));
        let flags = if self.huge.is_some() { self.flags | VmaFlags::HUGETLB } else { self.flags };
        let mut vma = Vma {
            flags,
            huge_page_bytes: self.huge.unwrap_or(0),
            pgoff: self.file.unwrap_or(self.start >> world.model().page_shift),
            kind: if self.file.is_some() { VmaKind::File } else { VmaKind::Anon },
            in_mapping: self.file.is_some(),
            ..plain
        };
        let (task, mode) = self.lock.by();
        vma.lock.preset(task, mode);
        vma
    }

    /// Reads one.
    ///
    /// # Errors
    /// [`Wrong`]
    pub fn parse(text: &str) -> Result<Self, Wrong> {
        let (addresses, rest) = text.split_once(':').unwrap_or((text, ""));
        let (start, end) = range(addresses)?;
        if end.0 <= start.0 {
            return Err(Wrong::new(format!(
                "the VMA ends at {:x}, which is not above its start {:x}",
                end.0, start.0
            )));
        }
        let mut area = Self { start: start.0, end: end.0, ..Self::default() };
        for word in rest.split(',').map(str::trim).filter(|word| !word.is_empty()) {
            area.word(word)?;
        }
        Ok(area)
    }

    fn word(&mut self, word: &str) -> Result<(), Wrong> {
        if word == "pfnmap" {
            self.flags |= VmaFlags::PFNMAP;
        } else if let Some(page) = word.strip_prefix("file=") {
            self.file = Some(hex(page)?);
        } else if let Some(bytes) = word.strip_prefix("hugetlb=") {
            let bytes = hex(bytes)?;
            if !bytes.is_power_of_two() {
                return Err(Wrong::new(format!("huge pages have a power of two of bytes, not {bytes:#x}")));
            }
            self.huge = Some(bytes);
        } else if let Some(mode) = word.strip_prefix("lock=") {
            self.lock = named(mode, Held::ALL.map(|held| (held.id(), held)), "way to hold a lock")?;
        } else {
            for letter in word.chars().filter(|&letter| letter != '-' && letter != 'p') {
                let flag = LETTERS.iter().find(|(of, _)| *of == letter);
                let flag = flag.ok_or_else(|| {
                    let what = format!(
                        "\u{201c}{word:.40}\u{201d} is neither letters of r w x s nor one of {}",
                        WORDS.join(", ")
                    );
                    Wrong {
                        near: pagewalk::names::near(word, &mut WORDS.into_iter()).map(str::to_owned),
                        ..Wrong::new(what)
                    }
                })?;
                self.flags |= flag.1;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Area {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:x}-{:x}", self.start, self.end)?;
        let letters: String =
            LETTERS.iter().filter(|(_, flag)| self.flags.contains(*flag)).map(|(of, _)| *of).collect();
        let mut words = Vec::new();
        if !letters.is_empty() {
            words.push(letters);
        }
        if self.flags.contains(VmaFlags::PFNMAP) {
            words.push("pfnmap".to_owned());
        }
        words.extend(self.file.map(|page| format!("file={page:x}")));
        words.extend(self.huge.map(|bytes| format!("hugetlb={bytes:x}")));
        if self.lock != Held::None {
            words.push(format!("lock={}", self.lock.id()));
        }
        if !words.is_empty() {
            write!(f, ":{}", words.join(","))?;
        }
        Ok(())
    }
}
