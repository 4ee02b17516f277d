//! The formats, one file each.
//!
//! | module | what it reads |
//! |---|---|
//! | `kernel` | what the lines of all kernels' dumpers have in common |
//! | `x86`, `arm64`, `riscv`, `powerpc`, `s390` | `kernel_page_tables` and its siblings in debugfs |
//! | `info_mem_x86`, `info_tlb_x86`, `info_mem_riscv` | QEMU's monitor, tables |
//! | `gva2gpa`, `slb`, `no_data` | QEMU's monitor, other answers |
//! | `vtop` | crash, and drgn's command of that name |
//! | `gdb_pt_dump` | gdb-pt-dump |
//! | `pagemap` | `/proc/PID/pagemap` as small readers print it |

mod arm64;
mod gdb_pt_dump;
mod gva2gpa;
mod info_mem_riscv;
mod info_mem_x86;
mod info_tlb_x86;
mod kernel;
mod no_data;
mod pagemap;
mod powerpc;
pub(crate) mod riscv;
mod s390;
mod slb;
mod vtop;
mod x86;

use crate::draft::Draft;
use crate::format::Format;
use crate::{Arch, Machine, Row};

/// Every format; of two that fit a text alike the first is taken.
pub static FORMATS: &[&dyn Format] = &[
    &x86::X86,
    &arm64::Arm64,
    &riscv::Riscv,
    &powerpc::Powerpc,
    &s390::S390,
    &info_mem_x86::InfoMem,
    &info_tlb_x86::InfoTlb,
    &info_mem_riscv::InfoMem,
    &gva2gpa::Gva2Gpa,
    &vtop::Vtop,
    &gdb_pt_dump::GdbPtDump,
    &pagemap::Pagemap,
    &slb::Slb,
    &no_data::NoData,
];

/// Whether a line is a heading that says that an x86 guest was asked: `# QEMU 11.1.3, qemu-system-x86_64, 5level, HMP: info mem`. An empty
/// listing has nothing else.
fn is_x86_heading(line: &str, command: &str) -> bool {
    line.starts_with('#')
        && line.ends_with(command)
        && ["qemu-system-x86_64", "qemu-system-i386"].iter().any(|program| line.contains(program))
}

/// Whether a line is this command at a monitor's prompt.
fn is_command(line: &str, command: &str) -> bool {
    line.strip_prefix("(qemu)").is_some_and(|typed| typed.trim() == command)
}

/// Whether the machine is an x86, of 32 bits or 64.
fn is_x86(machine: &Machine) -> bool {
    machine.arch == Arch::X86
}

/// Whether rows are of a guest with 57-bit addresses. One wrong address among many is a finding, and no reason to take the machine
/// for another one; but the ESPfix area, whose addresses have 48 bits on every machine, may be 65536 of the rows.
fn needs_57_bits(rows: &[Row]) -> bool {
    const LOWEST_OF_48: u64 = 0xffff_8000_0000_0000;
    let upper = rows.iter().filter(|row| row.start >> 63 != 0).count();
    let wide_upper = rows.iter().filter(|row| row.start >> 63 != 0 && row.start < LOWEST_OF_48).count();
    let wide_lower = rows.iter().any(|row| row.start >> 63 == 0 && row.start >> 47 != 0);
    if upper > 0 { wide_upper * 10 > upper || wide_upper > 8 } else { wide_lower }
}

/// The x86 machines whose CPU can have all addresses, the likeliest first.
fn x86_machines(draft: &Draft) -> Vec<Machine> {
    let named = |ids: &[&str]| ids.iter().filter_map(|id| Machine::named(id).ok()).collect::<Vec<Machine>>();
    let rows = || draft.rows.iter();
    if needs_57_bits(&draft.rows) {
        return named(&["x86_64-5level"]);
    }
    // 57 bits hold whatever 48 do, but a kernel's half begins where the number of levels puts it.
    if rows().any(|row| row.start >> 63 != 0) {
        return named(&["x86_64-4level"]);
    }
    if rows().any(|row| row.start >> 32 != 0) {
        return named(&["x86_64-4level", "x86_64-5level"]);
    }
    // A kernel in the upper half of 32 bits that reaches their top.
    if rows().any(|row| row.start >> 31 == 1 && row.last == 0xffff_ffff) {
        return named(&["x86-pae", "x86-legacy", "x86_64-4level", "x86_64-5level"]);
    }
    named(&["x86_64-4level", "x86_64-5level", "x86-pae", "x86-legacy"])
}
