//! A core that these tests make.

use std::path::PathBuf;

/// A core of x86-64 with one kernel page and one of 2 MiB, and a root at 0x2000.
pub(crate) fn core_file(name: &str) -> String {
    core_with(name, &[])
}

/// The same with more entries: where they lie in memory, and their values.
pub(crate) fn core_with(name: &str, more: &[(usize, u64)]) -> String {
    let info = "OSRELEASE=6.12.57\nPAGESIZE=4096\nSYMBOL(swapper_pg_dir)=ffffffff80002000\nNUMBER(phys_base)=0\nNUMBER(pgtable_l5_enabled)=0\n";
    let mut note = Vec::new();
    for number in [11u32, info.len() as u32, 0] {
        note.extend(number.to_le_bytes());
    }
    note.extend(b"VMCOREINFO\0\0");
    note.extend(info.as_bytes());
    note.resize(note.len().next_multiple_of(4), 0);
    let mut memory = vec![0u8; 0x6000];
    let entries: [(usize, u64); 5] = [
        (0x2888, 0x3063),
        (0x3000, 0x4063),
        (0x4000, 0x5063),
        (0x4008, 0x8000_0000_0020_01e3),
        (0x5008, 0x8000_0000_0000_1163),
    ];
    for &(at, value) in entries.iter().chain(more) {
        memory[at..at + 8].copy_from_slice(&value.to_le_bytes());
    }
    // The kernel's own copy of the note lies in its memory as well.
    memory[0x1000..0x1000 + note.len()].copy_from_slice(&note);
    let mut file = vec![0u8; 64];
    file[..7].copy_from_slice(b"\x7fELF\x02\x01\x01");
    for (at, value) in [(16, 4u16), (18, 62), (54, 56), (56, 2)] {
        file[at..at + 2].copy_from_slice(&value.to_le_bytes());
    }
    file[32..40].copy_from_slice(&64u64.to_le_bytes());
    let mut offset = 64 + 2 * 56u64;
    for (kind, bytes) in [(4u32, note.len() as u64), (1, memory.len() as u64)] {
        file.extend(kind.to_le_bytes());
        file.extend(6u32.to_le_bytes());
        for number in [offset, 0, 0, bytes, bytes, 0] {
            file.extend(number.to_le_bytes());
        }
        offset += bytes;
    }
    file.extend(note);
    file.extend(&memory);
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let path = folder.join(format!("{name}.core"));
    std::fs::write(&path, file).expect("a file");
    std::fs::write(folder.join(format!("{name}.raw")), memory).expect("a file");
    path.to_str().expect("a name").to_owned()
}
