//! The arm64 configurations.

use super::{PA_52_64K, layout, lpa2, lpa2_off, model, pa_48};
use crate::{LevelSpec, Model};

const fn own(shift: u8, ptrs: u16) -> LevelSpec {
    LevelSpec::own(shift, ptrs)
}

const fn nop(shift: u8) -> LevelSpec {
    LevelSpec::compile_time(shift)
}

const fn realigned(shift: u8, ptrs: u16) -> LevelSpec {
    LevelSpec::run_time_realigned(shift, ptrs)
}

/// 4K pages, 39-bit addresses: three levels.
pub(in crate::arch) static PAGES_4K_VA_39: Model = model(
    "arm64-4k-39",
    "arm64, 4K pages, 39-bit addresses",
    12,
    39,
    pa_48::<12>(),
    [own(30, 512), nop(30), nop(30), own(21, 512), own(12, 512)],
    &layout::PAGES_4K_VA_39,
);

/// 4K pages, 48-bit addresses: four levels.
pub(in crate::arch) static PAGES_4K_VA_48: Model = model(
    "arm64-4k-48",
    "arm64, 4K pages, 48-bit addresses",
    12,
    48,
    pa_48::<12>(),
    [own(39, 512), nop(39), own(30, 512), own(21, 512), own(12, 512)],
    &layout::PAGES_4K_VA_48,
);

/// 4K pages, 52-bit addresses (LPA2): five levels, and a root of 16 slots.
pub(in crate::arch) static PAGES_4K_VA_52: Model = model(
    "arm64-4k-52",
    "arm64, 4K pages, 52-bit addresses (LPA2)",
    12,
    52,
    lpa2::<12>(),
    [own(48, 16), own(39, 512), own(30, 512), own(21, 512), own(12, 512)],
    &layout::PAGES_4K_VA_52,
);

/// The same kernel on a CPU without LPA2: the p4d is folded at run time, and the root is one of its tables.
pub(in crate::arch) static PAGES_4K_VA_52_ON_48: Model = model(
    "arm64-4k-52-l5off",
    "arm64, 4K pages, 52-bit kernel on a 48-bit CPU",
    12,
    48,
    lpa2_off::<12>(),
    [own(48, 16), realigned(39, 512), own(30, 512), own(21, 512), own(12, 512)],
    &layout::PAGES_4K_VA_52_ON_48,
);

/// 16K pages, 36-bit addresses: two levels.
pub(in crate::arch) static PAGES_16K_VA_36: Model = model(
    "arm64-16k-36",
    "arm64, 16K pages, 36-bit addresses",
    14,
    36,
    pa_48::<14>(),
    [own(25, 2048), nop(25), nop(25), nop(25), own(14, 2048)],
    &layout::PAGES_16K_VA_36,
);

/// 16K pages, 47-bit addresses: three levels.
pub(in crate::arch) static PAGES_16K_VA_47: Model = model(
    "arm64-16k-47",
    "arm64, 16K pages, 47-bit addresses",
    14,
    47,
    pa_48::<14>(),
    [own(36, 2048), nop(36), nop(36), own(25, 2048), own(14, 2048)],
    &layout::PAGES_16K_VA_47,
);

/// 16K pages, 48-bit addresses: four levels, and a root of two slots.
pub(in crate::arch) static PAGES_16K_VA_48: Model = model(
    "arm64-16k-48",
    "arm64, 16K pages, 48-bit addresses",
    14,
    48,
    pa_48::<14>(),
    [own(47, 2), nop(47), own(36, 2048), own(25, 2048), own(14, 2048)],
    &layout::PAGES_16K_VA_48,
);

/// 16K pages, 52-bit addresses (LPA2): four levels, and a root of 32 slots.
pub(in crate::arch) static PAGES_16K_VA_52: Model = model(
    "arm64-16k-52",
    "arm64, 16K pages, 52-bit addresses (LPA2)",
    14,
    52,
    lpa2::<14>(),
    [own(47, 32), nop(47), own(36, 2048), own(25, 2048), own(14, 2048)],
    &layout::PAGES_16K_VA_52,
);

/// The same kernel on a CPU without LPA2: it falls back to 47 bits, the pud is folded at run time, and the root is
/// one of its tables.
pub(in crate::arch) static PAGES_16K_VA_52_ON_47: Model = model(
    "arm64-16k-52-l4off",
    "arm64, 16K pages, 52-bit kernel on a 47-bit CPU",
    14,
    47,
    lpa2_off::<14>(),
    [own(47, 32), nop(47), realigned(36, 2048), own(25, 2048), own(14, 2048)],
    &layout::PAGES_16K_VA_52_ON_47,
);

/// 64K pages, 42-bit addresses: two levels.
pub(in crate::arch) static PAGES_64K_VA_42: Model = model(
    "arm64-64k-42",
    "arm64, 64K pages, 42-bit addresses",
    16,
    42,
    pa_48::<16>(),
    [own(29, 8192), nop(29), nop(29), nop(29), own(16, 8192)],
    &layout::PAGES_64K_VA_42,
);

/// 64K pages, 48-bit addresses: three levels, and a root of 64 slots.
pub(in crate::arch) static PAGES_64K_VA_48: Model = model(
    "arm64-64k-48",
    "arm64, 64K pages, 48-bit addresses",
    16,
    48,
    pa_48::<16>(),
    [own(42, 64), nop(42), nop(42), own(29, 8192), own(16, 8192)],
    &layout::PAGES_64K_VA_48,
);

/// The same with physical addresses of 52 bits (`CONFIG_ARM64_PA_BITS_52`, FEAT_LPA).
pub(in crate::arch) static PAGES_64K_VA_48_PA_52: Model = model(
    "arm64-64k-48-lpa",
    "arm64, 64K pages, 48-bit addresses, 52-bit physical ones (LPA)",
    16,
    48,
    PA_52_64K,
    [own(42, 64), nop(42), nop(42), own(29, 8192), own(16, 8192)],
    &layout::PAGES_64K_VA_48,
);

/// 64K pages, 52-bit addresses (LVA): three levels, and a root of 1024 slots. On a CPU with 48-bit addresses the
/// same kernel starts at a later slot of the root, so no level is ever folded at run time.
pub(in crate::arch) static PAGES_64K_VA_52: Model = model(
    "arm64-64k-52",
    "arm64, 64K pages, 52-bit addresses (LVA)",
    16,
    52,
    PA_52_64K,
    [own(42, 1024), nop(42), nop(42), own(29, 8192), own(16, 8192)],
    &layout::PAGES_64K_VA_52,
);
