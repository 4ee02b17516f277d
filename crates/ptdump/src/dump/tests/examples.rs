//! Whole dumps of small worlds, made by the walker. The texts come from an independent model of the kernel's code.

use alloc::format;
use alloc::string::String;

use mm::{MmId, Table, World};
use pagewalk::{Revision, Status};
use pgtable::{Level, PhysAddr, RawEntry};

use super::{Dump, View, model, plan};
use crate::Ptdump;
use actors::Actor;

const ROOT: PhysAddr = PhysAddr(0x1000);

/// Where a table lies, its level, and its slots that are not empty.
type Slots<'a> = (u64, Level, &'a [(u32, u64)]);

/// A world whose `init_mm` has these tables.
fn world(id: &str, tables: &[Slots<'_>]) -> World {
    let model = model(id);
    let table = |&(pa, level, slots): &Slots<'_>| {
        let mut table = Table::unused(model, PhysAddr(pa), level);
        for &(slot, value) in slots {
            table.set(slot, RawEntry(value));
        }
        table
    };
    let tables = tables.iter().map(table).collect();
    World::new(model, tables, [("init_mm", ROOT)]).expect("a valid world")
}

/// The kernel's dump of it, and how many notes it took.
fn dump(mut world: World) -> (String, u64) {
    let plan = plan(world.model().id, View::Kernel);
    let mut walk = Ptdump::new(Revision::V7_3, MmId::INIT_MM, None, plan.ranges.clone());
    let mut dump = Dump::new(world.model(), &plan).expect("the kernel has such a dumper");
    for _ in 0..1_000_000 {
        if walk.step(&mut world, &mut dump) != Status::Running {
            break;
        }
    }
    (dump.text(), dump.dumper.notes())
}

#[test]
fn x86_a_gigabyte_and_three_pages() {
    let nx = 1 << 63;
    let (text, _) = dump(world(
        "x86_64-4level",
        &[
            (ROOT.0, Level::Pgd, &[(273, 0x2067), (402, 0x3067)]),
            (0x2000, Level::Pud, &[(0, nx | 0x1e3)]),
            (0x3000, Level::Pud, &[(0, 0x4067)]),
            (0x4000, Level::Pmd, &[(0, 0x5067)]),
            (0x5000, Level::Pte, &[(0, nx | 0x9163), (1, nx | 0x7163), (2, nx | 0x8161)]),
        ],
    ));
    let blank = " ".repeat(30);
    let expected = [
        "---[ User Space ]---",
        &format!("0x0000000000000000-0xffff880000000000    16777096T {blank}pgd"),
        "---[ Kernel Space ]---",
        &format!("0xffff880000000000-0xffff888000000000         512G {blank}pgd"),
        "---[ LDT remap ]---",
        "0xffff888000000000-0xffff888040000000           1G     RW         PSE     GLB NX pud",
        "---[ Low Kernel Mapping ]---",
        &format!("0xffff888040000000-0xffff890000000000         511G {blank}pud"),
        &format!("0xffff890000000000-0xffffc90000000000          64T {blank}pgd"),
        "---[ vmalloc() Area ]---",
        "0xffffc90000000000-0xffffc90000002000           8K     RW                 GLB NX pte",
        "0xffffc90000002000-0xffffc90000003000           4K     ro                 GLB NX pte",
        &format!("0xffffc90000003000-0xffffc90000200000        2036K {blank}pte"),
        &format!("0xffffc90000200000-0xffffc90040000000        1022M {blank}pmd"),
        &format!("0xffffc90040000000-0xffffc98000000000         511G {blank}pud"),
        &format!("0xffffc98000000000-0xffffea0000000000       33280G {blank}pgd"),
        "---[ Vmemmap ]---",
        &format!("0xffffea0000000000-0xfffffe0000000000          20T {blank}pgd"),
        "---[ CPU entry Area ]---",
        &format!("0xfffffe0000000000-0xffffff0000000000           1T {blank}pgd"),
        "---[ ESPfix Area ]---",
        &format!("0xffffff0000000000-0x0000000000000000           1T {blank}pgd"),
    ];
    assert_eq!(super::lines(&text), expected);
}

/// `PAGE_KERNEL`: valid, writable, accessed, inner shareable, not executable, `MT_NORMAL`.
const ARM64_PAGE: u64 = 1 << 54 | 1 << 53 | 1 << 51 | 1 << 10 | 3 << 8 | 3;

#[test]
fn arm64_a_block_and_three_pages() {
    let (ng, read_only) = (1 << 11, 1 << 7);
    let (text, notes) = dump(world(
        "arm64-4k-48",
        &[
            (ROOT.0, Level::Pgd, &[(0, 0x2003)]),
            (0x2000, Level::Pud, &[(0, 0x3003)]),
            (0x3000, Level::Pmd, &[(1, ARM64_PAGE & !2 | 0x20_0000), (2, 0x4003)]),
            (
                0x4000,
                Level::Pte,
                &[
                    (0, ARM64_PAGE | 0x40_0000),
                    // Present but not valid, as set_direct_map_invalid_noflush() leaves it.
                    (1, ARM64_PAGE & !1 | ng | 0x40_1000),
                    // PTE_WRITE is no column.
                    (2, ARM64_PAGE | read_only | 0x40_2000),
                ],
            ),
        ],
    ));
    let expected = [
        "---[ Linear Mapping start ]---",
        "0xffff000000000000-0xffff000000200000           2M PMD",
        "0xffff000000200000-0xffff000000400000           2M PMD       RW NX SHD AF        BLK UXN    MEM/NORMAL",
        "0xffff000000400000-0xffff000000401000           4K PTE       RW NX SHD AF            UXN    MEM/NORMAL",
        "0xffff000000401000-0xffff000000402000           4K PTE F     RW NX SHD AF NG         UXN    MEM/NORMAL",
        "0xffff000000402000-0xffff000000403000           4K PTE       ro NX SHD AF            UXN    MEM/NORMAL",
        "0xffff000000403000-0xffff000000600000        2036K PTE",
        "0xffff000000600000-0xffff000040000000        1018M PMD",
        "0xffff000040000000-0xffff008000000000         511G PUD",
        "0xffff008000000000-0xffff800000000000      130560G PGD",
        "---[ Linear Mapping end ]---",
        "---[ Modules start ]---",
        "0xffff800000000000-0xffff808000000000         512G PGD",
        "---[ Modules end ]---",
        "---[ vmalloc() area ]---",
        "0xffff808000000000-0xfffffe0000000000      128512G PGD",
        "---[ vmalloc() end ]---",
        "---[ vmemmap start ]---",
        "0xfffffe0000000000-0x0000000000000000           2T PGD",
    ];
    assert_eq!(super::lines(&text), expected);
    // Every slot of every table below the root, and the root's empty ones; tables are not noted.
    assert_eq!(notes, 511 + 511 + 511 + 512);
}

#[test]
fn riscv_two_large_pages_and_three_pages() {
    // D A G W R V
    let page = 0xe7;
    let (text, _) = dump(world(
        "riscv64-sv39",
        &[
            (ROOT.0, Level::Pgd, &[(344, 0x2000 >> 2 | 1)]),
            (
                0x2000,
                Level::Pmd,
                &[(0, 0x8000_0000 >> 2 | page), (1, 0x8020_0000 >> 2 | page), (2, 0x3000 >> 2 | 1)],
            ),
            (
                0x3000,
                Level::Pte,
                &[
                    (0, 0x8040_0000 >> 2 | page),
                    // Elsewhere: the column tells of the first only.
                    (1, 0x9040_1000 >> 2 | page),
                    (2, 0x8040_2000 >> 2 | page & !4),
                ],
            ),
        ],
    ));
    let expected = [
        "---[ Fixmap start ]---",
        "---[ Fixmap end ]---",
        "---[ PCI I/O start ]---",
        "---[ PCI I/O end ]---",
        "---[ vmemmap start ]---",
        "---[ vmemmap end ]---",
        "---[ vmalloc() area ]---",
        "---[ vmalloc() end ]---",
        "---[ Linear mapping ]---",
        "0xffffffd600000000-0xffffffd600400000    0x0000000080000000         4M PMD .   ..     ..   D A G . . W R V",
        "0xffffffd600400000-0xffffffd600402000    0x0000000080400000         8K PTE .   ..     ..   D A G . . W R V",
        "0xffffffd600402000-0xffffffd600403000    0x0000000080402000         4K PTE .   ..     ..   D A G . . . R V",
        "---[ Modules/BPF mapping ]---",
        "---[ Kernel mapping ]---",
    ];
    assert_eq!(super::lines(&text), expected);
}
