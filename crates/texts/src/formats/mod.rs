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
use crate::{Arch, Machine};

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

/// Whether a line is this command at a monitor's prompt.
fn is_command(line: &str, command: &str) -> bool {
    line.strip_prefix("(qemu)").is_some_and(|typed| typed.trim() == command)
}

/// Whether the machine is an x86, of 32 bits or 64.
fn is_x86(machine: &Machine) -> bool {
    machine.arch == Arch::X86
}

/// The x86 machines whose CPU can have all addresses, the likeliest first.
fn x86_machines(draft: &Draft) -> Vec<Machine> {
    let all = ["x86_64-4level", "x86_64-5level", "x86-pae", "x86-legacy"];
    let machines = all.into_iter().filter_map(|id| Machine::named(id).ok());
    let rows = || draft.rows.iter();
    let mut fitting: Vec<Machine> =
        machines.filter(|machine| rows().all(|row| machine.is_canonical(row.start))).collect();
    // A kernel in the upper half of 32 bits that reaches their top.
    if rows().any(|row| row.start >> 31 == 1 && row.last == 0xffff_ffff) {
        fitting.sort_by_key(|machine| machine.va_bits > 32);
    }
    // 57 bits hold whatever 48 do, but a kernel's half begins where the number of levels puts it.
    if rows().any(|row| row.start >> 63 != 0) && fitting.iter().any(|machine| machine.va_bits == 48) {
        fitting.retain(|machine| machine.va_bits != 57);
    }
    fitting
}
