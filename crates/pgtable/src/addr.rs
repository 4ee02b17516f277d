//! Addresses and entries: newtypes over `u64`.
//!
//! Never `usize`: the page runs as wasm32, where `usize` has 32 bits and the modelled machines have 64.

use core::fmt;
use core::ops::{Add, Sub};

macro_rules! hex_newtype {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u64);

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({:#x})"), self.0)
            }
        }

        /// `0x` and sixteen digits, as the kernel's dumpers print it.
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:#018x}", self.0)
            }
        }

        /// As `Display` without the width: `0x1000`.
        impl fmt::LowerHex for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::LowerHex::fmt(&self.0, f)
            }
        }
    };
}

hex_newtype! {
    /// A virtual address of the modelled machine, as the kernel's `unsigned long`.
    ///
    /// Arithmetic wraps as the kernel's does: an end of 0 means "the top of the address space".
    VirtAddr
}
hex_newtype! {
    /// A physical address of the modelled machine: where a table or a page lies in memory.
    PhysAddr
}
hex_newtype! {
    /// The raw value of one page-table entry; 32-bit entries are zero-extended.
    RawEntry
}

/// How many bytes lie between two addresses. Wraps as the kernel's `unsigned long` does, so that an end of 0 is the top.
impl Sub for VirtAddr {
    type Output = u64;

    #[inline]
    fn sub(self, from: Self) -> u64 {
        self.0.wrapping_sub(from.0)
    }
}

/// How many bytes lie between two addresses. Wraps.
impl Sub for PhysAddr {
    type Output = u64;

    #[inline]
    fn sub(self, from: Self) -> u64 {
        self.0.wrapping_sub(from.0)
    }
}

/// So many bytes further. Wraps. Of a virtual address [`Model::add`](crate::Model::add) does this, as it depends on the
/// machine's word.
impl Add<u64> for PhysAddr {
    type Output = Self;

    #[inline]
    fn add(self, bytes: u64) -> Self {
        Self(self.0.wrapping_add(bytes))
    }
}

impl PhysAddr {
    /// The physical address of slot `index` of a table that starts here.
    #[must_use]
    pub const fn slot(self, index: u32, entry_bytes: u8) -> Self {
        Self(self.0.wrapping_add(index as u64 * entry_bytes as u64))
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use std::format;

    #[test]
    fn addresses_print_as_the_kernel_prints_them() {
        assert_eq!(format!("{}", VirtAddr(0xffff_8880_0100_0000)), "0xffff888001000000");
        assert_eq!(format!("{}", PhysAddr(0x1000)), "0x0000000000001000");
        assert_eq!(format!("{:?}", RawEntry(0x63)), "RawEntry(0x63)");
        assert_eq!(format!("{:#x}", PhysAddr(0x1000)), "0x1000");
    }

    #[test]
    fn distances_wrap_as_the_kernels_do() {
        assert_eq!(VirtAddr(0x3000) - VirtAddr(0x1000), 0x2000);
        assert_eq!(VirtAddr(0) - VirtAddr(0xffff_ffff_ffff_f000), 0x1000);
        assert_eq!(PhysAddr(0x3000) - PhysAddr(0x1000), 0x2000);
        assert_eq!(PhysAddr(0x1000) + 0x2000, PhysAddr(0x3000));
        assert_eq!(PhysAddr(u64::MAX) + 1, PhysAddr(0));
    }

    #[test]
    fn a_slot_beyond_the_address_space_wraps() {
        assert_eq!(PhysAddr(u64::MAX - 7).slot(1, 8), PhysAddr(0));
        assert_eq!(PhysAddr(0x1000).slot(3, 4), PhysAddr(0x100c));
    }
}
