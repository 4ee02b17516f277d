#!/usr/bin/env bash
# QEMU 7.2.22 (Debian 12), qemu-system-x86_64, the monitor's `dump-guest-memory -p`.
#
# Guess: p_vaddr of a segment is the virtual address that the guest has at p_paddr.
# Seen: addresses of the lower half have the sixteen top bits set: what the guest maps at 10000 is said to lie at ffff000000010000, which
# no CPU with four levels can use. target/i386/arch_memory_mapping.c (walk_pml4e) sets these bits whichever half the slot is of; `info
# mem` of the same guest is right. So nothing can be looked up by virtual address in such a core; the tables in it are right.
#
# Seen besides: a segment ends where a block of the guest's memory ends (p_filesz), although the mapping goes on (p_memsz); the memory
# behind that is in the file, but in no segment, unless something else maps it.
#
# The guest: a firmware of a few instructions that turns paging on, with tables that are loaded beside it: the page at 10000 is mapped in
# the lower half, and 2 MiB from ffff888000000000 on in the upper half.
#
# Needs: qemu-system-x86_64 (QEMU names another one), python3.
set -euo pipefail
qemu=${QEMU:-qemu-system-x86_64}
temp=$(mktemp -d)
trap 'rm -rf "$temp"' EXIT
cd "$temp"

python3 - <<'PY'
import struct

# cli; ds = 0; cr4 = PAE | PGE; cr3 = 40000; EFER = LME | NXE; cr0 = PG | ET | PE; then it stays where it is.
code = bytes.fromhex("fa31c08ed866b8a00000000f22e066b8000004000f22d866b9800000c066b80009000066" "31d20f3066b8110000800f22c0ebfe")
bios = bytearray(0x10000)
bios[: len(code)] = code
bios[0xFFF0:0xFFF5] = bytes.fromhex("ea000000f0")
open("bios.bin", "wb").write(bios)

tables = bytearray(0x6000)
for at, slot, value in [
    (0x40000, 0, 0x41023), (0x41000, 0, 0x42023), (0x42000, 0, 0x43023),
    (0x43000, 0x10, 0x10023), (0x43000, 0xF0, 0xF0023),
    (0x40000, 273, 0x44023), (0x44000, 0, 0x45023), (0x45000, 0, 0x800000000000_01E3),
]:
    struct.pack_into("<Q", tables, at - 0x40000 + 8 * slot, value)
open("tables.bin", "wb").write(tables)
PY

{
    sleep 3
    for command in stop 'info mem' "dump-guest-memory -p $temp/core" quit; do
        echo "$command"
        sleep 1
    done
} | timeout 60 "$qemu" -m 2M -bios bios.bin -device loader,file=tables.bin,addr=0x40000,force-raw=on \
    -display none -nodefaults -monitor stdio > monitor.txt

seen=$(
    grep -aoE '^00000000000[1f]0000-[0-9a-f]{16} [0-9a-f]{16} ...' monitor.txt
    python3 - <<'PY'
import struct

core = open("core", "rb").read()
(table,), (count,) = struct.unpack_from("<Q", core, 32), struct.unpack_from("<H", core, 56)
for nth in range(count):
    kind, _, _, virtual, physical, in_file, in_memory, _ = struct.unpack_from("<IIQQQQQQ", core, table + 56 * nth)
    if kind == 1:
        print(f"p_vaddr={virtual:x} p_paddr={physical:x} p_filesz={in_file:x} p_memsz={in_memory:x}")
PY
)
"$qemu" --version | head -1
echo "$seen"
expected='0000000000010000-0000000000011000 0000000000001000 -rw
00000000000f0000-00000000000f1000 0000000000001000 -rw
p_vaddr=ffff888000000000 p_paddr=0 p_filesz=c0000 p_memsz=200000
p_vaddr=ffff000000010000 p_paddr=10000 p_filesz=1000 p_memsz=1000
p_vaddr=ffff0000000f0000 p_paddr=f0000 p_filesz=1000 p_memsz=1000'
[ "$seen" = "$expected" ] || { echo "this has changed; expected:"; echo "$expected"; exit 1; }
echo "as described"
