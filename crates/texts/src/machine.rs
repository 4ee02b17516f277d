//! The machines whose tables a text can be of: the models of `pgtable`, and a few that only have a name here.

use std::fmt;

use pgtable::{MODELS, Model};

/// A machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Machine {
    /// Stable name: `x86_64-4level`.
    pub id: &'static str,
    /// Its model, if there is one.
    pub model: Option<&'static Model>,
    /// log2 of the page size.
    pub page_shift: u8,
    /// Bits of a virtual address.
    pub va_bits: u8,
}

const fn other(id: &'static str, page_shift: u8, va_bits: u8) -> Machine {
    Machine { id, model: None, page_shift, va_bits }
}

/// Machines that are read but not modelled.
static OTHERS: [Machine; 4] = [
    other("x86-pae", 12, 32),
    other("x86-legacy", 12, 32),
    other("powerpc64-radix", 16, 52),
    other("s390x", 12, 64),
];

impl Machine {
    /// The machine of a model.
    pub const fn of(model: &'static Model) -> Self {
        Self { id: model.id, model: Some(model), page_shift: model.page_shift, va_bits: model.va_bits }
    }

    /// All of them.
    pub fn all() -> impl Iterator<Item = Self> {
        MODELS.iter().map(|&model| Self::of(model)).chain(OTHERS)
    }

    /// The machine of this name.
    ///
    /// # Errors
    /// [`UnknownMachine`] names those there are.
    pub fn named(id: &str) -> Result<Self, UnknownMachine> {
        Self::all()
            .find(|machine| machine.id == id)
            .ok_or_else(|| UnknownMachine(id.chars().take(40).collect()))
    }

    /// The architecture: the name up to the first `-`, and of 32-bit x86 all of it.
    pub fn arch(&self) -> &'static str {
        self.id.split('-').next().unwrap_or(self.id)
    }

    /// Bytes of a page.
    pub const fn page_bytes(&self) -> u64 {
        1 << self.page_shift
    }

    /// Whether the address is one that the machine's CPU can use: the bits above those that are translated are all alike.
    pub fn is_canonical(&self, addr: u64) -> bool {
        if self.va_bits <= 32 {
            return addr >> 32 == 0;
        }
        if self.va_bits >= 64 {
            return true;
        }
        if self.arch() == "powerpc64" {
            // User addresses, and the kernel's behind 0xc.
            return [0, 0xc].contains(&(addr >> 60)) && addr << 4 >> (self.va_bits + 4) == 0;
        }
        // arm64 has two trees, told apart by the bits above; x86 and riscv extend the highest bit.
        let two_trees = match self.model {
            Some(model) => !model.one_root,
            None => true,
        };
        let above = if two_trees { addr >> self.va_bits } else { addr >> (self.va_bits - 1) };
        let ones = if two_trees { u64::MAX >> self.va_bits } else { u64::MAX >> (self.va_bits - 1) };
        above == 0 || above == ones
    }
}

/// No machine has this name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownMachine(pub String);

impl std::error::Error for UnknownMachine {}

/// Names every machine.
impl fmt::Display for UnknownMachine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "there is no model \u{201c}{}\u{201d}; there are ", self.0)?;
        for (nth, machine) in Machine::all().enumerate() {
            write!(f, "{}{}", if nth == 0 { "" } else { ", " }, machine.id)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn canonical_addresses_are_those_of_the_cpu() {
        let canonical = |id: &str, addr| Machine::named(id).expect("a machine").is_canonical(addr);
        assert!(canonical("x86_64-4level", 0x7fff_ffff_ffff));
        assert!(!canonical("x86_64-4level", 0x8000_0000_0000));
        assert!(canonical("x86_64-4level", 0xffff_8000_0000_0000));
        assert!(!canonical("x86_64-4level", 0xff11_0000_0000_0000));
        assert!(canonical("x86_64-5level", 0xff11_0000_0000_0000));
        assert!(canonical("arm64-4k-48", 0xffff_0000_0000_0000));
        assert!(!canonical("arm64-4k-48", 0xfff0_0000_0000_0000));
        assert!(!canonical("x86-pae", 0x1_0000_0000));
        assert!(canonical("powerpc64-radix", 0xc00a_0000_0001_0000));
        assert!(!canonical("powerpc64-radix", 0xd000_0000_0000_0000));
        assert!(!canonical("powerpc64-radix", 0xc010_0000_0000_0000));
    }

    #[test]
    fn a_wrong_name_is_told_the_right_ones() {
        let error = Machine::named("vax").expect_err("no such machine").to_string();
        assert!(error.contains("x86-legacy") && error.contains("riscv64-sv39"), "{error}");
    }
}
