//! The arithmetic on addresses and slots.

use crate::{Fold, Level, LevelSpec, Model, VirtAddr};

impl Model {
    /// The level as the C code sees it.
    pub const fn level(&self, level: Level) -> &LevelSpec {
        &self.levels[level as usize]
    }

    /// Whether entries of `level` are never none, never bad and always present, because the level below is
    /// folded into it. Such a test does not read memory.
    #[inline]
    pub const fn is_constant(&self, level: Level) -> bool {
        match level.lower() {
            Some(lower) => self.is_folded(lower),
            None => false,
        }
    }

    /// Whether `level` has no tables of its own.
    #[inline]
    pub const fn is_folded(&self, level: Level) -> bool {
        self.level(level).is_folded()
    }

    /// The level whose table holds the entries of `level`: itself, or the one that it is folded into.
    pub const fn table_level(&self, level: Level) -> Level {
        let mut level = level;
        while self.is_folded(level) {
            match level.upper() {
                Some(upper) => level = upper,
                None => break,
            }
        }
        level
    }

    /// The lowest level whose entry is the same word in memory: the one that gives it a meaning.
    pub const fn lowest_sharing(&self, level: Level) -> Level {
        let mut level = level;
        while self.is_constant(level) {
            match level.lower() {
                Some(lower) => level = lower,
                None => break,
            }
        }
        level
    }

    /// The level whose index selects a slot of the table that holds the entries of `level`: of the levels that share
    /// the table the first with the most slots. Another than the table's own only where arm64 folds at run time.
    pub const fn indexed_by(&self, level: Level) -> Level {
        let mut indexed_by = self.table_level(level);
        let mut level = indexed_by;
        while self.is_constant(level) {
            match level.lower() {
                Some(lower) => level = lower,
                None => break,
            }
            if self.level(level).ptrs > self.level(indexed_by).ptrs {
                indexed_by = level;
            }
        }
        indexed_by
    }

    /// Number of slots of the table in memory that holds the entries of `level`. Not always its `PTRS_PER_*`: x86-64's
    /// folded p4d has 1, and the pgd of an arm64 kernel for 52-bit addresses 16 or 32 also where the root is a whole
    /// table of the level below.
    pub const fn slots(&self, level: Level) -> u32 {
        self.level(self.indexed_by(level)).ptrs as u32
    }

    /// The levels that have tables in memory, root first.
    pub fn real_levels(&self) -> impl Iterator<Item = Level> + '_ {
        Level::ALL.into_iter().filter(|&level| !self.is_folded(level))
    }

    /// `PAGE_SIZE` in bytes.
    pub const fn page_bytes(&self) -> u64 {
        1 << self.page_shift
    }

    /// Slot of `addr` in a table of `level`: `p?d_index()`. Upper address bits are ignored, so a
    /// non-canonical address, or on arm64 one of the other half, aliases a slot without complaint.
    #[inline]
    pub const fn index(&self, level: Level, addr: VirtAddr) -> u32 {
        let spec = self.level(level);
        (addr.0 >> spec.shift) as u32 & (spec.ptrs as u32 - 1)
    }

    /// Slot of the entry of a folded `level` in the table that it shares, given the slot of the entry of the level
    /// above: what its `p?d_offset()` computes without reading memory.
    #[inline]
    pub const fn folded_index(&self, level: Level, upper_index: u32, addr: VirtAddr) -> u32 {
        if matches!(self.level(level).fold, Fold::RunTimeRealigned) {
            let slots_of_a_page = (self.page_bytes() / self.entry_bytes as u64) as u32;
            upper_index / slots_of_a_page * slots_of_a_page + self.index(level, addr)
        } else {
            upper_index
        }
    }

    /// `p?d_addr_end(addr, end)`: the end of the entry that holds `addr`, or `end` if that comes first.
    ///
    /// The boundary may wrap to 0 in the last entry of the address space; the kernel compares both sides
    /// minus one, so an `end` of 0 means the top. Compile-time folding answers `end`.
    #[inline]
    pub const fn addr_end(&self, level: Level, addr: VirtAddr, end: VirtAddr) -> VirtAddr {
        let spec = self.level(level);
        if matches!(spec.fold, Fold::CompileTime) {
            return end;
        }
        let size = 1u64 << spec.shift;
        let boundary = addr.0.wrapping_add(size) & !(size - 1) & self.word_mask;
        let before_boundary = boundary.wrapping_sub(1) & self.word_mask;
        if before_boundary < end.0.wrapping_sub(1) & self.word_mask { VirtAddr(boundary) } else { end }
    }

    /// `addr + bytes` as the kernel's `unsigned long` computes it.
    #[inline]
    pub const fn add(&self, addr: VirtAddr, bytes: u64) -> VirtAddr {
        VirtAddr(addr.0.wrapping_add(bytes) & self.word_mask)
    }

    /// `addr - bytes` as the kernel's `unsigned long` computes it.
    #[inline]
    pub const fn sub(&self, addr: VirtAddr, bytes: u64) -> VirtAddr {
        VirtAddr(addr.0.wrapping_sub(bytes) & self.word_mask)
    }

    /// The depth that a hole at `level` is reported with: `real_depth()` of mm/pagewalk.c.
    ///
    /// Goes up while `PTRS_PER_*` of the level is 1, so it sees compile-time folding and x86's variable
    /// `PTRS_PER_P4D`, but not the run-time folding of riscv and arm64, which keeps them.
    pub const fn real_depth(&self, level: Level) -> u8 {
        let mut depth = level.depth();
        while 1 <= depth && depth <= 3 && self.levels[depth as usize].ptrs == 1 {
            depth -= 1;
        }
        depth
    }

    /// The bits of an address that the index of `level` consists of, high and low included. A level with one slot has
    /// none: its high bit is below its low one.
    pub const fn index_bits(&self, level: Level) -> (u8, u8) {
        let spec = self.level(level);
        (spec.shift + spec.ptrs.trailing_zeros() as u8 - 1, spec.shift)
    }
}
