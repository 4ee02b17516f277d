#!/usr/bin/env bash
# QEMU 7.2.22 (Debian 12), the monitor's `dump-guest-memory` for x86-64, arm64 and riscv64.
#
# Guess: the file begins with the header of any 64-bit ELF file, which says of itself that it has 64 bytes (e_ehsize), and names the
# machine that the emulator is of.
# Seen: e_ehsize is 8, whatever is emulated: dump/dump.c takes the size of what has become a pointer to the header. readelf reads the
# file all the same; what trusts the field does not.
#
# Seen besides: of qemu-system-x86_64 a guest that is not in long mode yet becomes a file of class ELF64 whose machine is EM_386 (3): the
# class follows from where its memory ends, the machine from the state of the CPU.
#
# Needs: qemu-system-x86_64, qemu-system-aarch64, qemu-system-riscv64, python3.
set -euo pipefail
temp=$(mktemp -d)
trap 'rm -rf "$temp"' EXIT

core() { # EMULATOR ARGUMENT...
    local qemu=qemu-system-$1 file=$temp/$1.core
    {
        sleep 1
        echo "dump-guest-memory $file"
        sleep 3
        echo quit
    } | timeout 60 "$qemu" "${@:2}" -m 64 -S -display none -nodefaults -monitor stdio > "$temp/monitor.txt"
    python3 - "$file" <<'PY'
import struct, sys

head = open(sys.argv[1], "rb").read(64)
names = {3: "EM_386", 62: "EM_X86_64", 183: "EM_AARCH64", 243: "EM_RISCV"}
machine, ehsize, phentsize = (struct.unpack_from("<H", head, at)[0] for at in (18, 52, 54))
print(f"ELFCLASS{32 * head[4]} {names[machine]} e_ehsize={ehsize} e_phentsize={phentsize}")
PY
}

qemu-system-x86_64 --version | head -1
seen=$(core x86_64 -M pc; core aarch64 -M virt -cpu cortex-a57; core riscv64 -M virt)
echo "$seen"
expected='ELFCLASS64 EM_386 e_ehsize=8 e_phentsize=56
ELFCLASS64 EM_AARCH64 e_ehsize=8 e_phentsize=56
ELFCLASS64 EM_RISCV e_ehsize=8 e_phentsize=56'
[ "$seen" = "$expected" ] || { echo "this has changed; expected:"; echo "$expected"; exit 1; }
echo "as described"
