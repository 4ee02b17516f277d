//! What the types of swap entries stand for: include/linux/swap.h and include/linux/swapops.h (since v6.19 leafops.h).

/// What a swap type stands for in one configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Meaning {
    /// `SWP_MIGRATION_READ`, or `swap file`.
    pub name: &'static str,
    /// What it is, in a few words.
    pub about: &'static str,
    /// In which kernels: version and configuration.
    pub when: &'static str,
    /// Whether the offset holds the number of a page in memory.
    pub has_frame: bool,
}

const fn special(
    name: &'static str,
    about: &'static str,
    has_frame: bool,
) -> (&'static str, &'static str, bool) {
    (name, about, has_frame)
}

const HWPOISON: (&str, &str, bool) = special("SWP_HWPOISON", "the page has a memory error", true);
const MIGRATION: [(&str, &str, bool); 3] = [
    special("SWP_MIGRATION_READ", "the page is being migrated; read-only and shared", true),
    special(
        "SWP_MIGRATION_READ_EXCLUSIVE",
        "the page is being migrated; read-only, of this process alone",
        true,
    ),
    special("SWP_MIGRATION_WRITE", "the page is being migrated; writable", true),
];
const DEVICE_WRITE: (&str, &str, bool) =
    special("SWP_DEVICE_WRITE", "device memory that the CPU cannot reach; writable", true);
const DEVICE_READ: (&str, &str, bool) =
    special("SWP_DEVICE_READ", "device memory that the CPU cannot reach; read-only", true);
const EXCLUSIVE: (&str, &str, bool) =
    special("SWP_DEVICE_EXCLUSIVE", "a device has the page for itself; a CPU access takes it back", true);
pub(super) const MARKER: (&str, &str, bool) =
    special("SWP_PTE_MARKER", "no page: a note that the kernel keeps in the entry", false);

/// `MAX_SWAPFILES` and the types from there up (include/linux/swap.h). What they share: memory failure and migration are configured.
struct Config {
    when: &'static str,
    first: u8,
    types: &'static [(&'static str, &'static str, bool)],
}

static CONFIGS: [Config; 3] = [
    Config {
        when: "v6.15 on, with CONFIG_DEVICE_PRIVATE (most distributions)",
        first: 24,
        types: &[
            HWPOISON,
            MIGRATION[0],
            MIGRATION[1],
            MIGRATION[2],
            DEVICE_WRITE,
            DEVICE_READ,
            EXCLUSIVE,
            MARKER,
        ],
    },
    Config {
        when: "v6.2 on, without CONFIG_DEVICE_PRIVATE",
        first: 27,
        types: &[HWPOISON, MIGRATION[0], MIGRATION[1], MIGRATION[2], MARKER],
    },
    Config {
        when: "v6.2 to v6.14, with CONFIG_DEVICE_PRIVATE",
        first: 23,
        types: &[
            HWPOISON,
            MIGRATION[0],
            MIGRATION[1],
            MIGRATION[2],
            DEVICE_WRITE,
            DEVICE_READ,
            special("SWP_DEVICE_EXCLUSIVE_WRITE", "a device has the page for itself; writable", true),
            special("SWP_DEVICE_EXCLUSIVE_READ", "a device has the page for itself; read-only", true),
            MARKER,
        ],
    },
];

/// `PTE_MARKER_*` of include/linux/swapops.h: bit, name, what it means, since when.
pub const MARKERS: [(u64, &str, &str, &str); 3] = [
    (1, "PTE_MARKER_UFFD_WP", "userfaultfd wants to know of a write here", "v5.19"),
    (
        2,
        "PTE_MARKER_POISONED",
        "an access ends in SIGBUS: the page could not be read back, or was poisoned",
        "v6.2",
    ),
    (4, "PTE_MARKER_GUARD", "a guard page: an access ends in SIGSEGV (MADV_GUARD_INSTALL)", "v6.13"),
];

/// What a type stands for, in each configuration in which that differs.
pub(super) fn meanings(kind: u8) -> Vec<Meaning> {
    let mut found: Vec<Meaning> = Vec::new();
    for config in &CONFIGS {
        let (name, about, has_frame) = match kind.checked_sub(config.first) {
            None => ("swap file", "the page is in the swap file of this number, at this offset", false),
            Some(nth) => match config.types.get(usize::from(nth)) {
                Some(&of) => of,
                None => ("unknown", "no such type exists", false),
            },
        };
        if !found.iter().any(|meaning| meaning.name == name) {
            found.push(Meaning { name, about, when: config.when, has_frame });
        }
    }
    found
}
