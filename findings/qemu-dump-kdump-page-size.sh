#!/usr/bin/env bash
# QEMU 7.2.22 (Debian 12), the monitor's `dump-guest-memory -z` for x86-64, arm64 and riscv64.
#
# Guess: the header of kdump's compressed format has the guest's page size as its block size, 4096 on all three, and the name of the
# machine where uname's would stand.
# Seen: the block size of arm64 is 65536, whatever the guest uses: QEMU does not know it and takes the largest one, so that a bit of
# the bitmaps is sixteen pages of 4 KiB. And only x86-64 has a name; arm64 and riscv64 are "Unknown" (target/*/cpu.h has no ELF_MACHINE_UNAME for them). A
# reader that takes the machine from that name, or the page size of the tables from the block size, is wrong there.
#
# Needs: qemu-system-x86_64, qemu-system-aarch64, qemu-system-riscv64, python3.
set -euo pipefail
temp=$(mktemp -d)
trap 'rm -rf "$temp"' EXIT

core() { # EMULATOR ARGUMENT...
    local qemu=qemu-system-$1 file=$temp/$1.core
    {
        sleep 1
        echo "dump-guest-memory -z $file"
        sleep 3
        echo quit
    } | timeout 60 "$qemu" "${@:2}" -m 64 -S -display none -nodefaults -monitor stdio > "$temp/monitor.txt"
    python3 - "$file" "$1" <<'PY'
import struct, sys

# makedumpfile's flattened form: pieces of the file, each with where it goes.
flat, at = open(sys.argv[1], "rb").read(), 4096
while True:
    offset, size = struct.unpack_from(">qq", flat, at)
    piece, at = flat[at + 16 : at + 16 + size], at + 16 + size
    if offset == 0:
        break
machine = piece[12 + 4 * 65 : 12 + 5 * 65].split(b"\0")[0].decode()
(block,) = struct.unpack_from("<i", piece, 428)
print(f"{sys.argv[2]}: {piece[:8].decode().strip()} block_size={block} machine={machine}")
PY
}

qemu-system-x86_64 --version | head -1
seen=$(core x86_64 -M pc; core aarch64 -M virt -cpu cortex-a57; core riscv64 -M virt)
echo "$seen"
expected='x86_64: KDUMP block_size=4096 machine=x86_64
aarch64: KDUMP block_size=65536 machine=Unknown
riscv64: KDUMP block_size=4096 machine=Unknown'
[ "$seen" = "$expected" ] || { echo "this has changed; expected:"; echo "$expected"; exit 1; }
echo "as described"
