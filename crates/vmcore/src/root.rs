//! Where the tables begin, and of which model they are.

use pgtable::{Isa, Model, PhysAddr, model};

use crate::core::Core;
use crate::elf::{Note, u64_at};
use crate::error::CoreError;
use crate::read::ReadAt;

/// A root table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Root {
    /// What it is: `init_mm`, `cr3 of CPU 0`.
    pub name: String,
    /// Where it lies.
    pub at: PhysAddr,
    /// Whose tables it begins.
    pub model: &'static Model,
    /// What was taken for granted.
    pub assumed: Vec<String>,
}

/// `__START_KERNEL_map` of x86-64.
const X86_KERNEL_MAP: u64 = 0xffff_ffff_8000_0000;
/// Bits 12 to 51 of CR3.
const CR3_ADDRESS: u64 = 0x000f_ffff_ffff_f000;
/// `CR4.LA57`
const LA57: u64 = 1 << 12;
/// Where CR0 lies in QEMU's note of an x86 CPU: behind sixteen registers, rip, rflags and ten segments (arch_dump.c).
const QEMU_CR0: usize = 392;
/// Most CPUs whose roots are listed.
const MOST_CPUS: usize = 64;

impl<R: ReadAt + ?Sized> Core<'_, R> {
    /// The roots that the core tells: init_mm's from VMCOREINFO first, then those of the CPUs' registers.
    ///
    /// # Errors
    /// [`CoreError::NoRoot`] where it tells none, [`CoreError::NoModel`] where no model is of such tables.
    pub fn roots(&self) -> Result<Vec<Root>, CoreError> {
        let mut roots = Vec::new();
        let info = self.info();
        let failed = if info.is_empty() {
            Some(CoreError::NoRoot("the core has no VMCOREINFO note".to_owned()))
        } else {
            let of_kernel = match self.machine() {
                Isa::X86 => self.x86(),
                Isa::Arm64 => self.arm64(),
                Isa::Riscv => self.riscv(),
                Isa::Loongarch | Isa::Openrisc | Isa::Powerpc | Isa::S390 => {
                    Err(CoreError::NoRoot("cores of this architecture are not read".to_owned()))
                }
            };
            of_kernel.map(|root| roots.push(root)).err()
        };
        if self.machine() == Isa::X86 {
            roots.extend(
                self.notes()
                    .iter()
                    .filter(|note| note.name == "QEMU")
                    .take(MOST_CPUS)
                    .enumerate()
                    .filter_map(of_cpu),
            );
        }
        match failed {
            Some(error) if roots.is_empty() => Err(error),
            _ => Ok(roots),
        }
    }

    fn symbol(&self) -> Result<u64, CoreError> {
        let info = self.info();
        let symbol = info.symbol("swapper_pg_dir").or_else(|| info.symbol("init_top_pgt"));
        symbol.ok_or_else(|| CoreError::NoRoot("VMCOREINFO has no SYMBOL(swapper_pg_dir)".to_owned()))
    }

    /// `__pa_symbol()`: the kernel's image lies at `phys_base`. KASLR is in the symbol already.
    fn x86(&self) -> Result<Root, CoreError> {
        let symbol = self.symbol()?;
        let mut assumed = Vec::new();
        // An entry of such a kernel has that bit in its address, and no model knows it.
        if let Some(mask) = self.info().number("sme_mask").filter(|mask| *mask != 0) {
            return Err(CoreError::NoModel(format!(
                "the kernel encrypts its memory (sme_mask {mask:#x}): the addresses in its tables hold that bit, and cannot be followed here"
            )));
        }
        let base = self.info().number("phys_base").unwrap_or_else(|| {
            assumed.push("VMCOREINFO has no NUMBER(phys_base): 0 is assumed, as without KASLR".to_owned());
            0
        });
        let five = self.info().number("pgtable_l5_enabled").unwrap_or_else(|| {
            assumed.push("VMCOREINFO has no NUMBER(pgtable_l5_enabled): four levels are assumed".to_owned());
            0
        });
        let model = x86_model(five != 0)?;
        let at = PhysAddr(symbol.wrapping_sub(X86_KERNEL_MAP).wrapping_add(base));
        Ok(Root { name: "init_mm".to_owned(), at, model, assumed })
    }

    /// The kernel's image lies `kimage_voffset` below its virtual address.
    fn arm64(&self) -> Result<Root, CoreError> {
        let (symbol, info) = (self.symbol()?, self.info());
        let offset = info
            .number("kimage_voffset")
            .ok_or_else(|| CoreError::NoRoot("VMCOREINFO has no NUMBER(kimage_voffset)".to_owned()))?;
        let mut assumed = Vec::new();
        let built = info.number("VA_BITS");
        // What the CPU translates: TCR_EL1.T1SZ (v5.4 and later say it).
        let bits = match (info.number("TCR_EL1_T1SZ"), built) {
            (Some(size), _) if size < 64 => 64 - size,
            (_, Some(bits)) => {
                assumed.push("VMCOREINFO has no NUMBER(TCR_EL1_T1SZ): the CPU is taken to translate what the kernel was built for".to_owned());
                bits
            }
            _ => {
                return Err(CoreError::NoModel(
                    "VMCOREINFO says neither NUMBER(TCR_EL1_T1SZ) nor NUMBER(VA_BITS)".to_owned(),
                ));
            }
        };
        let page = info.decimal("PAGESIZE").unwrap_or_else(|| {
            assumed.push("VMCOREINFO has no PAGESIZE: 4096 is assumed".to_owned());
            4096
        });
        // A kernel for 52 physical bits keeps the upper ones elsewhere in an entry; its sparse memory map knows how many it is for.
        let physical = info.number("MAX_PHYSMEM_BITS");
        let id = match (page, built.unwrap_or(bits), bits) {
            (65_536, 48, 48) if physical == Some(52) => "arm64-64k-48-lpa".to_owned(),
            (4096, 52, 48) => "arm64-4k-52-l5off".to_owned(),
            (16_384, 52, 47 | 48) => "arm64-16k-52-l4off".to_owned(),
            (_, _, bits) => format!("arm64-{}k-{bits}", page >> 10),
        };
        let model = model(&id).map_err(|_| {
            CoreError::NoModel(format!(
                "no model is of arm64 tables with pages of {page} bytes and {bits} bits of addresses"
            ))
        })?;
        if id == "arm64-64k-48" && physical.is_none() {
            assumed.push(
                "physical addresses are taken to have 48 bits; arm64-64k-48-lpa is the model for 52"
                    .to_owned(),
            );
        }
        Ok(Root { name: "init_mm".to_owned(), at: PhysAddr(symbol.wrapping_sub(offset)), model, assumed })
    }

    /// The kernel's image lies `va_kernel_pa_offset` below its virtual address (v6.5); in the linear map, `PAGE_OFFSET` from the
    /// start of memory.
    fn riscv(&self) -> Result<Root, CoreError> {
        let (symbol, info) = (self.symbol()?, self.info());
        let mut assumed = Vec::new();
        let mode = info.number("satp").map(|satp| (satp >> 60, (satp & 0x0fff_ffff_ffff) << 12));
        let bits = match (info.number("VA_BITS"), mode) {
            (Some(bits), _) => bits,
            (None, Some((8, _))) => 39,
            (None, Some((9, _))) => 48,
            (None, Some((10, _))) => 57,
            _ => {
                return Err(CoreError::NoModel(
                    "VMCOREINFO says neither NUMBER(VA_BITS) nor a mode in NUMBER(satp)".to_owned(),
                ));
            }
        };
        let model = model(&format!("riscv64-sv{bits}")).map_err(|_| {
            CoreError::NoModel(format!("no model is of riscv tables with {bits} bits of addresses"))
        })?;
        let link = info.number("KERNEL_LINK_ADDR").unwrap_or(0xffff_ffff_8000_0000);
        let at = match (
            info.number("va_kernel_pa_offset"),
            info.number("phys_ram_base"),
            info.number("PAGE_OFFSET"),
        ) {
            (Some(offset), ..) if symbol >= link => symbol.wrapping_sub(offset),
            (_, Some(base), Some(start)) if symbol < link => symbol.wrapping_sub(start).wrapping_add(base),
            (None, Some(base), _) => {
                assumed.push("VMCOREINFO has no NUMBER(va_kernel_pa_offset): the kernel is taken to lie at the start of memory".to_owned());
                symbol.wrapping_sub(link).wrapping_add(base)
            }
            _ => match mode {
                Some((_, at)) => {
                    assumed.push("the root is that of NUMBER(satp), which may be a process's".to_owned());
                    at
                }
                None => {
                    let why = "VMCOREINFO says too little: NUMBER(va_kernel_pa_offset), or NUMBER(phys_ram_base) and NUMBER(PAGE_OFFSET)";
                    return Err(CoreError::NoRoot(why.to_owned()));
                }
            },
        };
        Ok(Root { name: "init_mm".to_owned(), at: PhysAddr(at), model, assumed })
    }
}

fn x86_model(five: bool) -> Result<&'static Model, CoreError> {
    let id = if five { "x86_64-5level" } else { "x86_64-4level" };
    model(id).map_err(|error| CoreError::NoModel(error.to_string()))
}

/// The root in QEMU's note of a CPU: a process's, with page-table isolation maybe the user half.
fn of_cpu((nth, note): (usize, &Note)) -> Option<Root> {
    if note.desc.len() < QEMU_CR0 + 5 * 8 {
        return None;
    }
    let (cr0, cr3, cr4) =
        (u64_at(&note.desc, QEMU_CR0), u64_at(&note.desc, QEMU_CR0 + 24), u64_at(&note.desc, QEMU_CR0 + 32));
    // Without paging CR3 says nothing.
    if cr0 >> 31 & 1 == 0 || cr3 & CR3_ADDRESS == 0 {
        return None;
    }
    let assumed = Vec::from([
        "the root is what this CPU used: a process's, and with page-table isolation maybe its user half"
            .to_owned(),
    ]);
    Some(Root {
        name: format!("cr3 of CPU {nth}"),
        at: PhysAddr(cr3 & CR3_ADDRESS),
        model: x86_model(cr4 & LA57 != 0).ok()?,
        assumed,
    })
}
