//! The machines whose tables a text can be of: the models of `pgtable`, and a few that only have a name here.

use std::fmt;

use pgtable::{MODELS, Model, Ptdump};

/// Whose page tables these are: what decides how a text of them looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arch {
    /// x86, of 32 bits or 64.
    X86,
    /// arm64.
    Arm64,
    /// riscv, of 32 bits or 64.
    Riscv,
    /// powerpc.
    Powerpc,
    /// s390.
    S390,
    /// One of which no program's text is read here.
    Other,
}

impl Arch {
    /// Its name, as the kernel's folder has it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::X86 => "x86",
            Self::Arm64 => "arm64",
            Self::Riscv => "riscv",
            Self::Powerpc => "powerpc",
            Self::S390 => "s390",
            Self::Other => "another architecture",
        }
    }
}

/// A machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Machine {
    /// Stable name: `x86_64-4level`.
    pub id: &'static str,
    /// Its architecture.
    pub arch: Arch,
    /// Its model, if there is one.
    pub model: Option<&'static Model>,
    /// log2 of the page size.
    pub page_shift: u8,
    /// Bits of a virtual address.
    pub va_bits: u8,
}

const fn other(id: &'static str, arch: Arch, page_shift: u8, va_bits: u8) -> Machine {
    Machine { id, arch, model: None, page_shift, va_bits }
}

/// Machines that are read but not modelled.
static OTHERS: [Machine; 2] = [other("x86-pae", Arch::X86, 12, 32), other("x86-legacy", Arch::X86, 12, 32)];

impl Machine {
    /// The machine of a model.
    pub fn of(model: &'static Model) -> Self {
        let arch = match model.kernel.ptdump {
            Some(Ptdump::X86) => Arch::X86,
            Some(Ptdump::Arm64) => Arch::Arm64,
            Some(Ptdump::Riscv) => Arch::Riscv,
            Some(Ptdump::Powerpc) => Arch::Powerpc,
            Some(Ptdump::S390) => Arch::S390,
            // Its kernel has no dumper, but QEMU lists its tables.
            None if model.id == "riscv32-sv32" => Arch::Riscv,
            None => Arch::Other,
        };
        Self { arch, id: model.id, model: Some(model), page_shift: model.page_shift, va_bits: model.va_bits }
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
        // `arm64-4k-48bit`, as captures are called.
        let name = id.strip_suffix("bit").unwrap_or(id);
        Self::all()
            .find(|machine| machine.id.eq_ignore_ascii_case(name))
            .ok_or_else(|| UnknownMachine(id.chars().take(40).collect()))
    }

    /// Whether it is the 64-bit kind of this architecture.
    pub(crate) fn is_64(&self, arch: Arch) -> bool {
        self.arch == arch && self.va_bits > 32
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
        if self.arch == Arch::Powerpc {
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
        write!(f, "there is no model \u{201c}{}\u{201d}", self.0)?;
        if let Some(near) = pgtable::family(&self.0) {
            write!(f, " (the nearest is {near})")?;
        }
        f.write_str("; there are ")?;
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
        assert!(canonical("ppc64le-64k-radix", 0xc00a_0000_0001_0000));
        assert!(!canonical("ppc64le-64k-radix", 0xd000_0000_0000_0000));
        assert!(!canonical("ppc64le-64k-radix", 0xc010_0000_0000_0000));
    }

    #[test]
    fn every_name_is_of_one_machine_and_every_model_is_one() {
        let mut names: Vec<&str> = Machine::all().map(|machine| machine.id).collect();
        names.sort_unstable();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count);
        for model in MODELS {
            assert_eq!(Machine::named(model.id).expect("a machine").model, Some(*model));
        }
        // What has no model is x86 of 32 bits, and nothing else.
        assert!(Machine::all().all(|machine| machine.model.is_some() || machine.id.starts_with("x86-")));
    }

    #[test]
    fn a_wrong_name_is_told_the_right_ones() {
        assert_eq!(Machine::named("ARM64-4k-48bit").expect("a machine").id, "arm64-4k-48");
        let error = Machine::named("vax").expect_err("no such machine").to_string();
        assert!(error.contains("x86-legacy") && error.contains("riscv64-sv39"), "{error}");
        let near = Machine::named("powerpc64-radix").expect_err("no such machine").to_string();
        assert!(near.contains("the nearest is ppc64le-64k-radix"), "{near}");
    }
}
