//! Reading parts of a file.

use std::cell::RefCell;
use std::collections::BTreeMap;

/// Why a part of a file cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// It is not here yet: see [`Pieces`].
    #[error("{bytes} bytes at {offset:#x} of the file have not been fetched yet")]
    Missing {
        /// Where.
        offset: u64,
        /// How many.
        bytes: u64,
    },
    /// The file ends before.
    #[error("the file ends before {0:#x}: it is cut off")]
    End(u64),
    /// The system says no.
    #[error("the file cannot be read at {offset:#x}: {why}")]
    System {
        /// Where.
        offset: u64,
        /// What the system says.
        why: String,
    },
}

/// Something of which parts can be read, at any offset.
pub trait ReadAt {
    /// Fills `buffer` with what stands at `offset`.
    ///
    /// # Errors
    /// [`ReadError`]; the buffer may hold anything then.
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<(), ReadError>;
}

impl ReadAt for [u8] {
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<(), ReadError> {
        let start = usize::try_from(offset).map_err(|_| ReadError::End(offset))?;
        let end = start.checked_add(buffer.len()).ok_or(ReadError::End(offset))?;
        let from = self.get(start..end).ok_or(ReadError::End(end as u64))?;
        buffer.copy_from_slice(from);
        Ok(())
    }
}

impl ReadAt for Vec<u8> {
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<(), ReadError> {
        self.as_slice().read_at(offset, buffer)
    }
}

/// Bytes of one piece.
pub const PIECE: u64 = 64 << 10;

/// The parts of a file that are here, where the rest must be fetched by somebody who waits.
#[derive(Debug)]
pub struct Pieces {
    size: u64,
    most: usize,
    inside: RefCell<Inside>,
}

#[derive(Debug, Default)]
struct Inside {
    pieces: BTreeMap<u64, (u64, Vec<u8>)>,
    clock: u64,
    wanted: Option<u64>,
}

impl Pieces {
    /// Nothing of a file of `size` bytes; holds `memory` bytes of it at most, and four pieces at least.
    pub fn new(size: u64, memory: u64) -> Self {
        Self { size, most: (memory / PIECE).max(4) as usize, inside: RefCell::default() }
    }

    /// Start and length of the part that was asked for last and is not here.
    pub fn wanted(&self) -> Option<(u64, u64)> {
        let start = self.inside.borrow().wanted? * PIECE;
        (start < self.size).then(|| (start, PIECE.min(self.size - start)))
    }

    /// Takes a part: `start` as [`Pieces::wanted`] said it. What has another start or length is dropped.
    pub fn put(&self, start: u64, bytes: &[u8]) {
        let mut inside = self.inside.borrow_mut();
        let whole = start.is_multiple_of(PIECE)
            && start < self.size
            && bytes.len() as u64 == PIECE.min(self.size - start);
        if !whole {
            return;
        }
        inside.clock += 1;
        let clock = inside.clock;
        inside.pieces.insert(start / PIECE, (clock, bytes.to_vec()));
        if inside.wanted == Some(start / PIECE) {
            inside.wanted = None;
        }
        if inside.pieces.len() > self.most {
            let oldest = inside.pieces.iter().min_by_key(|(_, piece)| piece.0).map(|(nth, _)| *nth);
            if let Some(oldest) = oldest {
                inside.pieces.remove(&oldest);
            }
        }
    }

    /// Bytes that are held.
    pub fn held(&self) -> usize {
        self.inside.borrow().pieces.values().map(|piece| piece.1.len()).sum()
    }
}

impl ReadAt for Pieces {
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<(), ReadError> {
        let end = offset.checked_add(buffer.len() as u64).filter(|end| *end <= self.size);
        let end = end.ok_or(ReadError::End(offset.saturating_add(buffer.len() as u64)))?;
        let mut inside = self.inside.borrow_mut();
        let mut at = offset;
        while at < end {
            inside.clock += 1;
            let clock = inside.clock;
            let Some(piece) = inside.pieces.get_mut(&(at / PIECE)) else {
                inside.wanted = Some(at / PIECE);
                return Err(ReadError::Missing { offset: at, bytes: end - at });
            };
            piece.0 = clock;
            let skip = (at % PIECE) as usize;
            let take = (piece.1.len() - skip).min((end - at) as usize);
            let to = (at - offset) as usize;
            buffer[to..to + take].copy_from_slice(&piece.1[skip..skip + take]);
            at += take as u64;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_here_is_wanted_and_then_read() {
        let file: Vec<u8> = (0..3 * PIECE + 100).map(|of| (of % 251) as u8).collect();
        let pieces = Pieces::new(file.len() as u64, 0);
        let mut buffer = vec![0; 300];
        let at = PIECE - 100;
        let mut asked = 0;
        while let Err(error) = pieces.read_at(at, &mut buffer) {
            assert!(matches!(error, ReadError::Missing { .. }), "{error}");
            let (start, bytes) = pieces.wanted().expect("a part");
            pieces.put(start, &file[start as usize..(start + bytes) as usize]);
            asked += 1;
        }
        assert_eq!((asked, &buffer[..]), (2, &file[at as usize..at as usize + 300]));
        assert_eq!(pieces.wanted(), None);
        // The last piece is shorter.
        let mut last = [0; 100];
        assert!(pieces.read_at(3 * PIECE, &mut last).is_err());
        assert_eq!(pieces.wanted(), Some((3 * PIECE, 100)));
        assert_eq!(pieces.read_at(3 * PIECE + 1, &mut last), Err(ReadError::End(3 * PIECE + 101)));
        assert!(pieces.read_at(u64::MAX, &mut last).is_err());
    }

    #[test]
    fn memory_is_bounded() {
        let pieces = Pieces::new(100 * PIECE, 5 * PIECE);
        for nth in 0..100 {
            pieces.put(nth * PIECE, &vec![1; PIECE as usize]);
        }
        assert_eq!(pieces.held() as u64, 5 * PIECE);
        // What was not asked for is not taken.
        pieces.put(1, &[0; 10]);
        pieces.put(200 * PIECE, &vec![1; PIECE as usize]);
        assert_eq!(pieces.held() as u64, 5 * PIECE);
    }
}
