//! Files that `makedumpfile -F` flattened, and those that QEMU's `dump-guest-memory -z`, `-l` and `-s` write (without `-R`, 8.2): a
//! writer that cannot seek says before each part where it belongs.

use std::collections::BTreeMap;

use crate::error::CoreError;
use crate::read::{ReadAt, ReadError};

/// What such a file begins with: `makedumpfile`, and a zero (tools/print_info.h of makedumpfile 1.7; include/system/dump.h of QEMU).
pub(crate) const MAGIC: &[u8] = b"makedumpfile\0";

/// Where the first part begins: `MAX_SIZE_MDF_HEADER`.
const FIRST: u64 = 4096;

/// Most parts that are kept. QEMU writes four pages at once: 64 GiB of memory.
const MOST: usize = 4 << 20;

/// Which part of the file holds what of the core: by its offset in the core, how many bytes, and where they are.
#[derive(Debug, Default)]
pub(crate) struct Parts {
    parts: BTreeMap<u64, (u64, u64)>,
}

/// The numbers of these headers are big-endian on all machines.
fn number(bytes: &[u8]) -> u64 {
    bytes.try_into().map_or(0, u64::from_be_bytes)
}

impl Parts {
    /// Reads the header of each part: 16 bytes, and over what it holds.
    pub(crate) fn new<R: ReadAt + ?Sized>(file: &R) -> Result<Self, CoreError> {
        let mut all = Self::default();
        let mut at = FIRST;
        loop {
            let mut header = [0; 16];
            match file.read_at(at, &mut header) {
                // A file that is cut off has the parts before.
                Err(ReadError::End(_)) if !all.parts.is_empty() => return Ok(all),
                other => other?,
            }
            let (to, bytes) = (number(&header[..8]), number(&header[8..]));
            if to == u64::MAX {
                return Ok(all);
            }
            let begins = at + 16;
            let end = begins.checked_add(bytes).filter(|_| to.checked_add(bytes).is_some());
            let Some(end) = end.filter(|_| bytes != 0) else {
                return Err(CoreError::Header("the size of a flattened part", bytes));
            };
            all.add(to, bytes, begins);
            if all.parts.len() > MOST {
                return Err(CoreError::Header("the number of flattened parts", all.parts.len() as u64));
            }
            at = end;
        }
    }

    /// What is written later holds, also over a part of what was written before.
    fn add(&mut self, to: u64, bytes: u64, at: u64) {
        let end = to + bytes;
        while let Some((&start, &(length, from))) = self.parts.range(..end).next_back() {
            let stop = start + length;
            if stop <= to {
                break;
            }
            self.parts.remove(&start);
            if stop > end {
                self.parts.insert(end, (stop - end, from + (end - start)));
            }
            if start < to {
                self.parts.insert(start, (to - start, from));
                break;
            }
        }
        self.parts.insert(to, (bytes, at));
    }

    /// Where an offset of the core is in the file, and for how many bytes.
    fn place(&self, offset: u64) -> Option<(u64, u64)> {
        let (start, (bytes, at)) = self.parts.range(..=offset).next_back()?;
        let inside = offset - start;
        (inside < *bytes).then(|| (at + inside, bytes - inside))
    }
}

/// A core in a file, flattened or not.
#[derive(Debug)]
pub(crate) struct Source<'a, R: ?Sized> {
    pub(crate) file: &'a R,
    pub(crate) parts: Option<Parts>,
}

impl<R: ReadAt + ?Sized> ReadAt for Source<'_, R> {
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<(), ReadError> {
        let Some(parts) = &self.parts else { return self.file.read_at(offset, buffer) };
        let mut done = 0;
        while done < buffer.len() {
            let here = offset.checked_add(done as u64).ok_or(ReadError::End(offset))?;
            let (at, bytes) = parts.place(here).ok_or(ReadError::End(here))?;
            let take = usize::try_from(bytes).unwrap_or(usize::MAX).min(buffer.len() - done);
            self.file.read_at(at, &mut buffer[done..done + take])?;
            done += take;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flat(parts: &[(u64, &[u8])]) -> Vec<u8> {
        let mut file = vec![0; FIRST as usize];
        file[..MAGIC.len()].copy_from_slice(MAGIC);
        for (to, bytes) in parts {
            file.extend(to.to_be_bytes());
            file.extend((bytes.len() as u64).to_be_bytes());
            file.extend(*bytes);
        }
        file.extend([0xff; 16]);
        file
    }

    fn read(file: &[u8], offset: u64, bytes: usize) -> Result<Vec<u8>, ReadError> {
        let source = Source { file, parts: Some(Parts::new(file).expect("parts")) };
        let mut buffer = vec![0; bytes];
        source.read_at(offset, &mut buffer).map(|()| buffer)
    }

    #[test]
    fn parts_come_in_any_order_and_the_last_one_holds() {
        let file = flat(&[(4, b"efgh"), (0, b"abcd"), (3, b"DE"), (9, b"j")]);
        assert_eq!(read(&file, 0, 8).as_deref(), Ok(&b"abcDEfgh"[..]));
        assert_eq!(read(&file, 9, 1).as_deref(), Ok(&b"j"[..]));
        assert_eq!(read(&file, 7, 2), Err(ReadError::End(8)));
        // Over several, and in the middle of one.
        let file = flat(&[(0, b"aaaa"), (4, b"bbbb"), (2, b"cccc"), (3, b"d")]);
        assert_eq!(read(&file, 0, 8).as_deref(), Ok(&b"aacdccbb"[..]));
    }

    #[test]
    fn what_is_cut_off_has_the_parts_before_and_no_number_panics() {
        let file = flat(&[(0, b"abcd"), (4, b"efgh")]);
        assert_eq!(read(&file[..file.len() - 20], 0, 4).as_deref(), Ok(&b"abcd"[..]));
        for (to, bytes) in [(0, 0), (1 << 62, u64::MAX), (u64::MAX - 1, 4)] {
            let mut file = flat(&[]);
            file.truncate(FIRST as usize);
            file.extend([u64::to_be_bytes(to), u64::to_be_bytes(bytes)].concat());
            assert!(matches!(Parts::new(&file[..]), Err(CoreError::Header(..))), "{to:x} {bytes:x}");
        }
        assert!(matches!(Parts::new(MAGIC), Err(CoreError::Read(ReadError::End(_)))));
    }
}
