//! A text: what it is, in slices, between which the page listens and draws.

use call::Call;
use capture::{Capture, ImportError};
use decode::recognise;
use pgtable::{Owner, VirtAddr};
use scenario::FileId;
use scenario::places::Places;
use splats::explain;
use texts::check::{Checked, check};
use texts::{Listing, ReadError, Reading, Wish, merged, tables};
use vmcore::Tables;

use super::{FORMATS, Job, Read, Refusal};
use crate::answers::{Given, Kernel, Said, Shown, Walkable, on_page};
use crate::browser::{self, Clock};
use crate::files::Opened;
use crate::load::{Chunks, Problem};
use crate::values::Values;

/// Bytes that are read before the clock is looked at.
const SLICE: usize = 128 << 10;

/// Milliseconds after which the browser may draw and listen.
const LONG: f64 = 30.0;

/// Bytes of a text in which warnings and lines with entries are looked for.
const HEAD: usize = 4 << 20;

/// Most bytes of a text.
const MOST: usize = 1 << 30;

/// Most bytes of what `uname -a` prints.
const NAME: usize = 300;

/// A text from its first byte on.
pub(super) struct Stream {
    /// What has arrived by now.
    pub(super) first: Vec<u8>,
    /// The rest.
    pub(super) chunks: Chunks,
    /// How long it is, if that is known.
    pub(super) total: Option<usize>,
}

impl Job<'_> {
    /// Reads a text slice by slice, and hands each over.
    async fn slices(
        &self,
        reading: &mut Reading,
        stream: Stream,
        mut each: impl FnMut(&[u8]),
    ) -> Result<(), Refusal> {
        let Stream { first, mut chunks, total } = stream;
        let clock = Clock::default();
        let mut received = 0;
        let mut since = clock.now();
        let mut next = Some(first).filter(|first| !first.is_empty());
        while let Some(chunk) = next {
            for slice in chunk.chunks(SLICE) {
                reading.push(slice);
                each(slice);
                received += slice.len();
                if clock.now() - since > LONG {
                    self.progress(received, total);
                    browser::pause().await;
                    since = clock.now();
                    if !self.goes_on() {
                        chunks.end();
                        return Err(Refusal::Over);
                    }
                }
            }
            if received > MOST {
                chunks.end();
                return Err(Refusal::Import(ImportError::TooLarge(MOST)));
            }
            next = match chunks.next().await {
                Ok(next) => next,
                // What was read of what is damaged is no text to show: the rest may say otherwise.
                Err(()) if total.is_none() => return Err(Problem::Unpack.into()),
                Err(()) => return Err(Refusal::Unread),
            };
        }
        Ok(())
    }

    /// Reads a text once more, as it was read before, to be compared with another one.
    pub(super) async fn listing(&self, given: &Given, wish: Wish) -> Result<Listing, Refusal> {
        let stream = self.stream(given).await?.0;
        let mut reading = Reading::new(wish);
        self.slices(&mut reading, stream, |_| {}).await?;
        reading.finish().map_err(|error| Refusal::Text(on_page(&error.to_string())))
    }

    /// What is odd in the tables of a machine; nothing where no kernel of its architecture dumps them.
    pub(super) async fn checked(&self, tables: &Tables) -> Option<Checked> {
        browser::pause().await;
        let listing = tables.listing(Wish::default()).ok()?;
        browser::pause().await;
        Some(check(&listing))
    }

    /// A text.
    pub(super) async fn text(&self, given: &Given, wish: Wish, stream: Stream) -> Result<Read, Refusal> {
        let (mut reading, mut sum, mut head) = (Reading::new(wish), Sum::default(), Vec::new());
        self.slices(&mut reading, stream, |slice| {
            sum.add(slice);
            let room = HEAD - head.len();
            head.extend_from_slice(&slice[..slice.len().min(room)]);
        })
        .await?;
        let head = String::from_utf8_lossy(&head);
        if Call::recognise(&head) {
            return Ok(Read::Call(head.into_owned()));
        }
        if let Some(values) = Values::in_text(&head).filter(|_| wish.format.is_none()) {
            return Ok(Read::Text(Box::new(Said { values: Some(values), ..Said::default() }), None));
        }
        let mut said = Said { splats: explain(&head), ..Said::default() };
        if said.splats.is_empty()
            && let Some(kernel) = kernel_in(&head).filter(|_| wish.format.is_none())
        {
            return Ok(Read::Text(Box::new(Said { kernel: Some(kernel), ..said }), None));
        }
        let machine_at = |line: usize| {
            said.splats.iter().rev().find(|one| one.splat.line <= line).and_then(|one| one.splat.machine)
        };
        let found: Vec<_> =
            recognise(&head).into_iter().filter(|of| !of.values.is_empty()).take(MOST_LINES).collect();
        let readings = decode::readings(&found, machine_at);
        said.lines = found.into_iter().zip(readings).collect();
        match reading.finish() {
            Ok(listing) => {
                let (shown, opened) = shown(&given.name, &listing, sum).await;
                said.listing = Some(Box::new(shown));
                Ok(Read::Text(Box::new(said), opened.map(Box::new)))
            }
            Err(_) if !said.splats.is_empty() || !said.lines.is_empty() => {
                Ok(Read::Text(Box::new(said), None))
            }
            Err(ReadError::Empty) => Err(Refusal::Import(ImportError::Empty)),
            // It was asked to be read as something else: what can be chosen stays there.
            Err(error) if wish != Wish::default() => {
                said.refused = Some(on_page(&error.to_string()));
                Ok(Read::Text(Box::new(said), None))
            }
            Err(ReadError::Unrecognised { begins, line, column }) => {
                Err(Refusal::Foreign(line, column, begins))
            }
            Err(error @ (ReadError::Long(_) | ReadError::Blank(_))) => {
                Err(Refusal::Text(format!("{error}. What can be read: {FORMATS}.")))
            }
            Err(error) => {
                said.refused = Some(on_page(&error.to_string()));
                Ok(Read::Text(Box::new(said), None))
            }
        }
    }
}

/// Most lines with entries that are shown.
const MOST_LINES: usize = 20;

/// What is shown of a listing, and the tables that it gives. Each step takes a bounded time; between them the page draws.
async fn shown(name: &str, listing: &Listing, sum: Sum) -> (Shown, Option<Opened>) {
    browser::pause().await;
    let ranges = merged(listing);
    browser::pause().await;
    let checked = check(listing);
    browser::pause().await;
    let built = match tables::whole(listing, &ranges) {
        Ok(built) => built,
        Err(error) => {
            return (
                Shown::new(listing, ranges, Err(on_page(&error.to_string())), Vec::new(), checked),
                None,
            );
        }
    };
    browser::pause().await;
    let model = built.world.model();
    // Read as another format the same text has other tables.
    let mut sum = sum;
    sum.add(listing.format.name().as_bytes());
    let file = FileId { model, checksum: sum.0 };
    let owns = |owner| ranges.iter().any(|range| model.owner(VirtAddr(range.start)) == owner);
    let walkable = Walkable { file, has_kernel: owns(Owner::Kernel), has_user: owns(Owner::User) };
    let places = Places::found(&built.world);
    browser::pause().await;
    let capture = Capture::made(name, built.world);
    let shown = Shown::new(listing, ranges, Ok(walkable), built.assumed, checked);
    let assumed = shown.assumed.clone();
    (shown, Some(Opened { file, name: name.to_owned(), capture, places, assumed, is_built: true }))
}

/// FNV-1a, 32 bits, of a text that arrives in slices.
#[derive(Clone, Copy)]
pub(super) struct Sum(u32);

impl Default for Sum {
    fn default() -> Self {
        Self(0x811c_9dc5)
    }
}

impl Sum {
    pub(super) const fn value(self) -> u32 {
        self.0
    }

    pub(super) fn add(&mut self, bytes: &[u8]) {
        self.0 = bytes.iter().fold(self.0, |sum, &byte| (sum ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    }
}

/// The kernel that a line names: what `uname -r`, `-v` or `-a` prints, and nothing else.
fn kernel_in(text: &str) -> Option<Kernel> {
    let line = text.trim();
    let is_one = line.len() <= NAME && line.lines().count() == 1;
    Kernel::parse(line).filter(|_| is_one && decode::recognise(line).is_empty())
}
