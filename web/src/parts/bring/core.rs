//! A machine's memory: an ELF core, of which those parts are read that hold page tables.

use capture::{Brought, Capture};
use vmcore::{Core, CoreError, Pieces, ReadAt as _, ReadError};
use wasm_bindgen::JsValue;

use super::text::Sum;
use super::{Job, Refusal};
use crate::browser;

/// Bytes of the file that are held.
const MEMORY: u64 = 96 << 20;

/// Most parts of 64 KiB that are fetched: more than are held would be fetched without end.
const MOST: usize = 1500;

/// Bytes of the beginning by which links tell one core from another.
const HEAD: u64 = 4096;

impl Job<'_> {
    /// The tables of `init_mm`, or of a CPU, in a core of that many bytes.
    pub(super) async fn core(&self, file: &JsValue, size: u64) -> Result<Brought, Refusal> {
        let pieces = Pieces::new(size, MEMORY);
        let mut fetched = 0;
        let core = self.fetching(file, &pieces, &mut fetched, || Core::open(&pieces)).await?;
        let root = self.fetching(file, &pieces, &mut fetched, || core.roots()).await?.into_iter().next();
        let root = root.ok_or_else(|| CoreError::NoRoot("the core tells no root".to_owned()))?;
        let world = self.fetching(file, &pieces, &mut fetched, || core.world(&root)).await?;
        let mut head = vec![0; HEAD.min(size) as usize];
        let mut sum = Sum::default();
        sum.add(&size.to_le_bytes());
        if pieces.read_at(0, &mut head).is_ok() {
            sum.add(&head);
        }
        let mut assumed = Vec::from([format!(
            "The tables are those of {}, whose root is at {:#x}; {} KiB of the file were read for them.",
            root.name,
            root.at.0,
            fetched * 64
        )]);
        assumed.extend(root.assumed.iter().map(|says| crate::shared::sentence(says)));
        Ok(Brought { capture: Capture::made(&root.name, world), assumed, checksum: sum.value() })
    }

    /// What is asked for, as soon as the parts that it wants have been fetched.
    async fn fetching<T>(
        &self,
        file: &JsValue,
        pieces: &Pieces,
        fetched: &mut usize,
        ask: impl Fn() -> Result<T, CoreError>,
    ) -> Result<T, Refusal> {
        loop {
            match ask() {
                Err(CoreError::Read(ReadError::Missing { .. })) => self.fetch(file, pieces, fetched).await?,
                other => return Ok(other?),
            }
        }
    }

    /// Fetches the part that is wanted.
    async fn fetch(&self, file: &JsValue, pieces: &Pieces, fetched: &mut usize) -> Result<(), Refusal> {
        *fetched += 1;
        let Some((start, bytes)) = pieces.wanted().filter(|_| *fetched <= MOST) else {
            return Err(CoreError::NoRoot(
                "its page tables lie in more places than can be read here".to_owned(),
            )
            .into());
        };
        let part = browser::part_of(file, start, bytes).await.ok_or(Refusal::Unread)?;
        pieces.put(start, &part);
        if !self.goes_on() {
            return Err(Refusal::Over);
        }
        self.progress(*fetched * (64 << 10), None);
        Ok(())
    }
}
