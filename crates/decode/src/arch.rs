//! Whose rules count for what [`pgtable`] does not say: the formats of swap entries and the rules of TLBs.

use pgtable::{EntryKind, Level, Model};

/// The architectures that have models.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Arch {
    X86,
    Arm64,
    Riscv,
    Loongarch,
    Openrisc,
}

/// The architecture of a model: its name up to the first `-`.
pub(crate) fn arch(model: &Model) -> Arch {
    let id = model.id;
    if id.starts_with("x86") {
        Arch::X86
    } else if id.starts_with("arm64") {
        Arch::Arm64
    } else if id.starts_with("riscv") {
        Arch::Riscv
    } else if id.starts_with("loongarch") {
        Arch::Loongarch
    } else {
        Arch::Openrisc
    }
}

impl Arch {
    /// Whether the CPU uses an entry at all. It is more than "present": the kernel keeps `PROT_NONE` pages present.
    pub(crate) const fn cpu_uses(self, kind: EntryKind, level: Level, value: u64) -> bool {
        match (self, kind) {
            // A table is a bare address there.
            (Self::Loongarch, EntryKind::Table) => true,
            (Self::Loongarch, EntryKind::None) => false,
            (Self::Loongarch, _) if matches!(level, Level::Pgd | Level::P4d) => false,
            _ => value & 1 != 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pgtable::MODELS;

    #[test]
    fn every_model_has_an_architecture_of_its_own_name() {
        for model in MODELS {
            let name = match arch(model) {
                Arch::X86 => "x86_64",
                Arch::Arm64 => "arm64",
                Arch::Riscv => "riscv",
                Arch::Loongarch => "loongarch64",
                Arch::Openrisc => "openrisc",
            };
            assert!(model.id.starts_with(name), "{}", model.id);
        }
    }
}
