//! `set_memory_*()` and `set_direct_map_*_noflush()`, which several architectures have under the same names.

use trace::{Function, Line, On, Returns};

/// What one of these functions is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(not(test), expect(dead_code, reason = "tests call more functions than scenarios show"))]
pub(crate) enum SetMemory {
    /// Executable.
    X,
    /// Not executable.
    Nx,
    /// Read-only.
    Ro,
    /// Writable.
    Rw,
    /// Writable and not executable (riscv).
    RwNx,
    /// Out of the direct map, without a TLB flush by the architecture's own choice.
    DirectMapInvalid,
    /// Back in the direct map.
    DirectMapDefault,
    /// Valid again, with the permissions unchanged (arm64).
    Valid,
    /// Not valid (arm64).
    Invalid,
}

const fn function(name: &'static str) -> Function {
    Function {
        name,
        file: "arch/{loongarch,riscv,arm64}/mm/pageattr.c",
        lines: |_| {
            const {
                &[
                    Line::new(On::Check, "  loongarch: below vm_map_base? return 0"),
                    Line::new(
                        On::Descend,
                        "  riscv, loongarch: return __set_memory(…)\n  arm64: change_memory_common(…)",
                    ),
                    Line::new(On::Flush, "  arm64, by itself: flush_tlb_kernel_range"),
                ]
            }
        },
        returns: Returns::Int,
    }
}

static FUNCTIONS: [Function; 8] = [
    function("set_memory_x"),
    function("set_memory_nx"),
    function("set_memory_ro"),
    function("set_memory_rw"),
    function("set_memory_rw_nx"),
    function("set_direct_map_invalid_noflush"),
    function("set_direct_map_default_noflush"),
    function("set_memory_valid"),
];

impl SetMemory {
    /// The function. `set_memory_valid()` is told by an argument which way.
    pub(crate) const fn function(self) -> &'static Function {
        let [x, nx, ro, rw, rw_nx, invalid, default, valid] = &FUNCTIONS;
        match self {
            Self::X => x,
            Self::Nx => nx,
            Self::Ro => ro,
            Self::Rw => rw,
            Self::RwNx => rw_nx,
            Self::DirectMapInvalid => invalid,
            Self::DirectMapDefault => default,
            Self::Valid | Self::Invalid => valid,
        }
    }

    /// All of them.
    #[cfg(test)]
    pub(crate) const ALL: [Self; 9] = [
        Self::X,
        Self::Nx,
        Self::Ro,
        Self::Rw,
        Self::RwNx,
        Self::DirectMapInvalid,
        Self::DirectMapDefault,
        Self::Valid,
        Self::Invalid,
    ];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_have_the_kernels_names() {
        assert_eq!(SetMemory::RwNx.function().name, "set_memory_rw_nx");
        assert_eq!(SetMemory::DirectMapInvalid.function().name, "set_direct_map_invalid_noflush");
        assert_eq!(SetMemory::Valid.function(), SetMemory::Invalid.function());
    }
}
