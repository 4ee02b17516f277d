//! The lines by which a splat is known.

use super::Held;
use crate::trace::{Frame, is_place};

/// What a splat is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `WARNING: … at FILE:LINE FUNCTION`.
    Warning {
        /// The file: `include/linux/rwsem.h`.
        file: String,
        /// The line.
        line: u32,
    },
    /// `kernel BUG at FILE:LINE!`
    Bug {
        /// The file.
        file: String,
        /// The line.
        line: u32,
    },
    /// A report of lockdep: "possible circular locking dependency detected".
    Lockdep(String),
    /// KASAN, KFENCE, KMSAN or KCSAN: what was found.
    Sanitizer(String),
    /// A fault: what the CPU could not do.
    Oops(String),
    /// A task that does not go on.
    Stall(String),
    /// An entry that its mapping cannot have: "Bad page map".
    BadMap(String),
    /// A call trace without what stood before it.
    Trace,
}

impl Kind {
    /// Name in JSON.
    pub const fn id(&self) -> &'static str {
        match self {
            Self::Warning { .. } => "warning",
            Self::Bug { .. } => "bug",
            Self::Lockdep(_) => "lockdep",
            Self::Sanitizer(_) => "sanitizer",
            Self::Oops(_) => "oops",
            Self::Stall(_) => "stall",
            Self::BadMap(_) => "bad-page-map",
            Self::Trace => "trace",
        }
    }

    /// The file and line of an assertion.
    pub fn place(&self) -> Option<(&str, u32)> {
        match self {
            Self::Warning { file, line } | Self::Bug { file, line } => Some((file, *line)),
            _ => None,
        }
    }

    /// The kind that a line begins.
    pub(super) fn of(line: &str) -> Option<Self> {
        let short = |text: &str| text.trim().chars().take(120).collect::<String>();
        if let Some(rest) = line.strip_prefix("WARNING: ") {
            return match placed(rest) {
                Some((file, line)) => Some(Self::Warning { file, line }),
                None => lockdep(rest).then(|| Self::Lockdep(short(rest))),
            };
        }
        if let Some((_, rest)) = line.split_once("kernel BUG at ") {
            let (file, line) = place(rest.trim_end_matches('!').split('!').next()?.trim())?;
            return Some(Self::Bug { file, line });
        }
        if let Some(rest) = line.strip_prefix("BUG: ") {
            if ["KASAN: ", "KFENCE: ", "KMSAN: ", "KCSAN: "].iter().any(|of| rest.starts_with(of)) {
                return Some(Self::Sanitizer(short(rest)));
            }
            if rest.starts_with("Bad page map in process") {
                return Some(Self::BadMap(short(rest)));
            }
            let asleep = ["sleeping function called", "scheduling while atomic", "Invalid wait context"];
            if asleep.iter().any(|start| rest.starts_with(start)) {
                return Some(Self::Lockdep(short(rest)));
            }
            if rest.starts_with("unable to handle") || rest.starts_with("kernel NULL pointer") {
                return Some(Self::Oops(short(rest)));
            }
        }
        let oops = [
            "Unable to handle kernel",
            "general protection fault",
            "Oops",
            "Internal error: ",
            "kernel tried to",
        ];
        if oops.iter().any(|start| line.starts_with(start))
            || line.contains("Unable to handle kernel paging request")
        {
            return Some(Self::Oops(short(line)));
        }
        let stalls = ["watchdog: BUG: soft lockup", "INFO: rcu_", "rcu: INFO: rcu_", "INFO: task "];
        stalls.iter().any(|start| line.starts_with(start)).then(|| Self::Stall(short(line)))
    }

    /// The kind of what begins with a call trace: somebody copied no more.
    pub(super) fn of_bare_trace(line: &str) -> Option<Self> {
        (line.starts_with("Call Trace") || line.starts_with("Call trace") || Frame::new(line).is_some())
            .then_some(Self::Trace)
    }

    /// Whether a line of this kind belongs to the splat before: "Oops: 0000 [#1]" comes some lines behind what was wrong.
    pub(super) fn goes_on_as(&self, next: &Self, frames: usize, lines: usize) -> bool {
        let early = frames <= 1 && lines <= 30;
        match (self, next) {
            (Self::Oops(_) | Self::Bug { .. }, Self::Oops(_)) => early,
            (Self::Sanitizer(_), Self::Oops(_)) => early,
            // syzbot has a line for each function that was inlined.
            (Self::Sanitizer(_), Self::Sanitizer(_)) => lines <= 4,
            (Self::Warning { .. }, Self::Warning { .. }) => self == next && lines <= 8 && frames <= 1,
            _ => false,
        }
    }
}

fn lockdep(text: &str) -> bool {
    const REPORTS: [&str; 12] = [
        "possible circular",
        "possible recursive",
        "possible irq lock",
        "possible deadlock",
        "suspicious RCU usage",
        "bad unlock balance",
        "lock held when returning",
        "held lock freed",
        "inconsistent lock state",
        "Nested lock",
        "Invalid",
        "still has locks held",
    ];
    REPORTS.iter().any(|report| text.contains(report))
        || text.contains("HARDIRQ-safe")
        || text.contains("SOFTIRQ-safe")
}

fn place(word: &str) -> Option<(String, u32)> {
    if !is_place(word) {
        return None;
    }
    let (file, line) = word.rsplit_once(':')?;
    // A build outside of the tree has a path before it: what counts begins with one of the kernel's folders.
    let known = ["include/", "mm/", "arch/", "kernel/", "fs/", "drivers/", "lib/"];
    let start = known.iter().filter_map(|of| file.rfind(&format!("/{of}")).map(|at| at + 1)).min();
    Some((file.get(start.unwrap_or(0)..)?.to_owned(), line.parse().ok()?))
}

/// `CPU: 1 PID: 71 at FILE:LINE FUNCTION` and, since about v6.18, `FILE:LINE at FUNCTION, CPU#1: cat/71`.
fn placed(text: &str) -> Option<(String, u32)> {
    text.split_whitespace().take(10).find_map(place)
}

/// Lines that stand before a splat and say more of it.
pub(super) fn is_prelude(line: &str) -> bool {
    line.starts_with("DEBUG_LOCKS_WARN_ON(") || line.contains("Found insecure W+X mapping")
}

/// The model whose registers, tables or source files a line has.
pub(super) fn machine(line: &str) -> Option<&'static str> {
    const MARKS: [(&str, &str); 22] = [
        ("RIP: 0010:", X86),
        ("RIP: 0033:", X86),
        ("RSP: 0018:", X86),
        ("__x64_sys_", X86),
        ("x86/mm: ", X86),
        ("arch/x86/", X86),
        ("pstate: ", ARM64),
        ("el0t_64_sync", ARM64),
        ("el0_svc", ARM64),
        ("arch/arm64/", ARM64),
        ("epc : ", RISCV),
        ("do_trap_ecall_u", RISCV),
        ("ret_from_exception", RISCV),
        ("arch/riscv/", RISCV),
        ("ERA: ", "loongarch64-16k-3level"),
        ("NIP [c0000000", POWERPC),
        ("NIP:  c0000000", POWERPC),
        ("arch/powerpc/", POWERPC),
        ("Krnl PSW : ", S390),
        ("Krnl GPRS: ", S390),
        ("Krnl Code:", S390),
        ("arch/s390/", S390),
    ];
    // `epc: V ra : V` is riscv's until v5.12; `pc : walk_pgd_range+0x1/0x2` arm64's, where 32-bit arm has an address in brackets.
    let of_start = || match line {
        _ if line.starts_with("epc: ") || line.starts_with("ra : ") => Some(RISCV),
        _ if (line.starts_with("pc : ") || line.starts_with("lr : ")) && !line.contains('[') => Some(ARM64),
        _ => None,
    };
    let of_mark = || MARKS.iter().find(|(mark, _)| line.contains(mark)).map(|(_, model)| *model);
    pgtable(line).or_else(of_mark).or_else(of_start)
}

const X86: &str = "x86_64-4level";
const ARM64: &str = "arm64-4k-48";
const RISCV: &str = "riscv64-sv39";
const POWERPC: &str = "ppc64le-64k-radix";
const S390: &str = "s390x";

/// `swapper pgtable: 4k pages, 48-bit VAs, pgdp=…` (arch/arm64/mm/fault.c): the whole geometry.
pub(super) fn pgtable(line: &str) -> Option<&'static str> {
    let (_, rest) = line.split_once(" pgtable: ")?;
    let (page, rest) = rest.split_once(" pages, ")?;
    let (bits, _) = rest.split_once("-bit VAs")?;
    let id = format!("arm64-{page}-{bits}");
    pgtable::model(&id).ok().map(|model| model.id)
}

/// An address of the kernel in a line of which is known that it is one: that of the fault, or the stack's.
pub(super) fn kernel_address(line: &str) -> Option<u64> {
    const FORMS: [&str; 3] = ["badaddr: ", "RSP: 0018:", "sp : "];
    let of_form = || {
        let rest = FORMS.iter().find_map(|form| line.split_once(form))?.1;
        let digits = rest.bytes().take_while(u8::is_ascii_hexdigit).count();
        u64::from_str_radix(rest.get(..digits)?, 16).ok()
    };
    // Sixteen digits, as the first ones are set.
    decode::fault_address(line).or_else(of_form).filter(|addr| addr >> 56 == 0xff)
}

/// The model of the same architecture that has an address of the kernel, where the usual one has not.
pub(super) fn wide_enough(machine: &'static str, addr: u64) -> &'static str {
    let bits = addr.leading_ones();
    match machine {
        // The kernel's half: all bits from the top one of an address on are set.
        X86 if bits < 17 => "x86_64-5level",
        RISCV if bits < 17 => "riscv64-sv57",
        RISCV if bits < 26 => "riscv64-sv48",
        ARM64 if bits < 16 => "arm64-4k-52",
        _ => machine,
    }
}

/// What only a kernel with lockdep prints.
pub(super) fn lockdep_mark(line: &str) -> Option<&'static str> {
    const MARKS: [(&str, &str); 5] = [
        ("irq event stamp:", "irq event stamp"),
        ("hardirqs last  enabled at", "hardirqs last enabled"),
        (" lock held by ", "a list of held locks"),
        (" locks held by ", "a list of held locks"),
        ("INFO: lockdep is turned off", "lockdep is turned off"),
    ];
    let no_locks = line.starts_with("no locks held by").then_some("a list of held locks");
    MARKS.iter().find(|(mark, _)| line.contains(mark)).map(|(_, name)| *name).or(no_locks)
}

/// `no locks held by cat/71.`
pub(super) fn no_locks(line: &str) -> bool {
    line.starts_with("no locks held by")
}

/// `#0: ffff888001234560 (&mm->mmap_lock){++++}-{4:4}, at: ptdump_walk_pgd+0x3a/0xa0`
pub(super) fn held(line: &str) -> Option<Held> {
    let rest = line.strip_prefix('#')?;
    let (number, rest) = rest.split_once(':')?;
    if number.is_empty() || !number.bytes().all(|of| of.is_ascii_digit()) {
        return None;
    }
    lock(rest)
}

/// `ffff888001234560 (&mm->mmap_lock){++++}-{4:4}, at: ptdump_walk_pgd+0x3a/0xa0`, in old kernels with the function's address before it.
pub(super) fn lock(line: &str) -> Option<Held> {
    let (name, rest) = named(line)?;
    let (_, at) = rest.split_once("at: ")?;
    let at = at.strip_prefix("[<").and_then(|rest| rest.split_once(">] ")).map_or(at, |(_, at)| at);
    let at = at.split(['+', ' ']).next().unwrap_or_default();
    Some(Held { name, at: short(at) })
}

/// `-> #1 (fs_reclaim){+.+.}-{0:0}:`
pub(super) fn of_chain(line: &str) -> Option<String> {
    Some(named(line.strip_prefix("-> #")?)?.0)
}

/// The name of a lock, and what is behind it. It ends before the usage: names have parentheses of their own.
fn named(line: &str) -> Option<(String, &str)> {
    let (_, rest) = line.split_once('(')?;
    let (name, rest) = rest.split_once("){")?;
    Some((short(name), rest))
}

fn short(text: &str) -> String {
    text.chars().take(80).collect()
}

/// Functions that only print the report, and are the first of its trace.
pub(super) fn is_reporter(function: &str) -> bool {
    const NAMES: [&str; 9] = [
        "dump_stack",
        "show_stack",
        "dump_backtrace",
        "print_address_description",
        "print_report",
        "kasan_",
        "__asan_",
        "check_region",
        "__kasan",
    ];
    NAMES.iter().any(|name| function.starts_with(name))
        || matches!(function, "kfence_report_error" | "kcsan_report")
}

/// Lines that name the function at fault.
pub(super) fn is_pc(line: &str) -> bool {
    ["RIP: ", "pc : ", "epc : ", "epc: ", "ERA: ", "pc: ", "NIP [", "Krnl PSW : "]
        .iter()
        .any(|start| line.starts_with(start))
}
