//! Cores of a machine's memory that libFuzzer changes: `cargo xtask fuzz [--seconds N]`.
//!
//! What it finds becomes a test in `crates/vmcore/tests`.

#![cfg(fuzzing)]

#[path = "../../../crates/vmcore/tests/made/elf.rs"]
mod elf;
#[path = "../../../crates/vmcore/tests/made/kdump.rs"]
mod kdump;

use kdump::By;
use vmcore::Core;

#[test]
fn no_core_is_too_much() {
    let whole = kdump::x86().file(By::Zlib);
    let cores = [
        elf::x86().file(),
        kdump::flattened(&whole),
        whole,
        kdump::x86().file(By::Nothing),
        kdump::x86().file(By::Lzo),
        kdump::x86().file(By::Snappy),
        kdump::x86().file(By::Zstd),
    ];
    bolero::check!().for_each(|bytes: &[u8]| {
        // The first byte chooses a core, then each three bytes say where it is changed, and to what; or all are the file.
        let (first, changes) = bytes.split_first().unwrap_or((&0, &[]));
        let mut file = cores.get(usize::from(*first)).cloned().unwrap_or_else(|| changes.to_vec());
        for change in changes.chunks_exact(3) {
            if let Some(byte) = file.get_mut(usize::from(u16::from_le_bytes([change[0], change[1]]))) {
                *byte = change[2];
            }
        }
        let Ok(core) = Core::open(&file[..]) else { return };
        let _ = core.bytes();
        for root in core.roots().unwrap_or_default() {
            let _ = core.ranges(&root, true);
            let _ = core.world(&root);
        }
    });
}
