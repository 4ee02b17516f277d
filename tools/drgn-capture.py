#!/usr/bin/env python3
"""Writes the page tables of a running Linux kernel as a file that Pagewalk opens ("ptcapture-1").

    sudo drgn -k tools/drgn-capture.py > capture.json           the kernel's own tables
    sudo drgn -k tools/drgn-capture.py PID > capture.json       and those of a process
    drgn -c vmcore tools/drgn-capture.py > capture.json         of a core

How far this is tried: with drgn 0.3.0 most names of its API that are used here were seen to exist, a few are by its documentation; geometry and the reading of tables were run over a
core of Linux 6.1 on x86-64 that QEMU made, and Pagewalk walks what came out. It has not been run on a live kernel, nor on
arm64 or riscv64. The kernel runs on while its tables are read: an entry may have changed before the next one is read.

Nothing is sent anywhere. Addresses and entries of kernel memory are in the file: who shares it gives away where the kernel lies.
"""

import json
import re
import sys

NAMES = {2: ["pgd", "pte"], 3: ["pgd", "pmd", "pte"], 4: ["pgd", "pud", "pmd", "pte"], 5: ["pgd", "p4d", "pud", "pmd", "pte"]}

# A tree that changes while it is read may lead anywhere.
MOST_TABLES = 100_000


def number(info, name):
    """NUMBER(name) of VMCOREINFO."""
    found = re.search(rf"^NUMBER\({re.escape(name)}\)=(-?)(0x[0-9a-f]+|\d+)$", info, re.MULTILINE)
    return None if found is None else int(found[2], 0) * (-1 if found[1] else 1)


def address_bits(arch, info):
    """Bits of an address that the tables translate."""
    if arch == "x86_64":
        return 57 if number(info, "pgtable_l5_enabled") else 48
    if arch == "arm64":
        size = number(info, "TCR_EL1_T1SZ")
        return number(info, "VA_BITS") if size is None else 64 - size
    bits = number(info, "VA_BITS")
    if bits is None:
        sys.exit("VMCOREINFO has no NUMBER(VA_BITS): kernels of riscv64 have it since v6.0")
    return bits


def levels(bits, page_shift):
    """The levels that exist in memory, root first."""
    per_table = page_shift - 3
    count = -(-(bits - page_shift) // per_table)
    of = []
    for nth, name in enumerate(NAMES[count]):
        shift = page_shift + per_table * (count - 1 - nth)
        of.append({"name": name, "shift": shift, "slots": 1 << min(per_table, bits - shift)})
    return of


def leads_to(arch, bits, page_shift, value):
    """Where an entry above the last level leads, if it leads to a table."""
    if arch == "x86_64":
        return value & 0x000F_FFFF_FFFF_F000 if value & 0x81 == 1 else None
    if arch == "riscv64":
        return (value >> 10 & (1 << 44) - 1) << 12 if value & 0xF == 1 else None
    if value & 3 != 3:
        return None
    if page_shift == 16:
        return value & 0x0000_FFFF_FFFF_0000 | (value >> 12 & 0xF) << 48
    if bits == 52:
        return value & 0x0003_FFFF_FFFF_FFFF & -(1 << page_shift) | (value >> 8 & 3) << 50
    return value & 0x0000_FFFF_FFFF_FFFF & -(1 << page_shift)


def tables(read, arch, bits, page_shift, roots):
    """Every table below the roots, each once. What cannot be read is left out."""
    of = levels(bits, page_shift)
    found, todo = {}, [(root, 0) for root in roots]
    while todo and len(found) < MOST_TABLES:
        pa, depth = todo.pop()
        if pa in found:
            continue
        slots = of[depth]["slots"]
        try:
            memory = read(pa, 8 * slots)
        except Exception as error:  # drgn.FaultError; a core may leave pages out.
            print(f"the table at {pa:#x} cannot be read: {error}", file=sys.stderr)
            continue
        entries = [(slot, int.from_bytes(memory[8 * slot : 8 * slot + 8], "little")) for slot in range(slots)]
        entries = [(slot, value) for slot, value in entries if value]
        found[pa] = {"pa": hex(pa), "level": of[depth]["name"], "slots": slots, "entries": [[slot, hex(value)] for slot, value in entries]}
        if depth + 1 < len(of):
            nexts = (leads_to(arch, bits, page_shift, value) for _, value in entries)
            todo.extend((pa, depth + 1) for pa in nexts if pa is not None)
    return list(found.values())


def document(read, arch, info, page_shift, roots, name):
    """The file."""
    bits = address_bits(arch, info)
    return {
        "format": "ptcapture-1",
        "capture": name,
        "arch": arch,
        "page_shift": page_shift,
        "levels": levels(bits, page_shift),
        "macros": {"PAGE_SHIFT": page_shift},
        "layout": {},
        "roots": {name: hex(pa) for name, pa in roots.items()},
        "ram": [],
        "tables": tables(read, arch, bits, page_shift, roots.values()),
    }


def main(prog):
    """Asks drgn."""
    from drgn import Architecture
    from drgn.helpers.linux.mm import follow_phys
    from drgn.helpers.linux.pid import find_task

    known = {Architecture.X86_64: "x86_64", Architecture.AARCH64: "arm64", Architecture.RISCV64: "riscv64"}
    arch = known.get(prog.platform.arch)
    if arch is None:
        sys.exit("only x86-64, arm64 and riscv64 are known here")
    init_mm = prog["init_mm"].address_of_()
    info = prog["VMCOREINFO"].string_().decode()
    # Both roots are in the kernel's own address space.
    roots = {"init_mm": follow_phys(init_mm, init_mm.pgd).value_()}
    if len(sys.argv) > 1:
        task = find_task(prog, int(sys.argv[1]))
        if not task or not task.mm:
            sys.exit(f"there is no process {sys.argv[1]} with memory of its own")
        roots["current"] = follow_phys(init_mm, task.mm.pgd).value_()
    release = re.search(r"^OSRELEASE=(.*)$", info, re.MULTILINE)
    read = lambda pa, size: prog.read(pa, size, physical=True)
    name = f"Linux {release[1] if release else ''}, {arch}, by drgn"
    json.dump(document(read, arch, info, prog["PAGE_SHIFT"].value_(), roots, name), sys.stdout)
    print()


if __name__ == "__main__":
    # In a script that drgn runs, `prog` is the program that it looks at.
    main(prog)  # noqa: F821
