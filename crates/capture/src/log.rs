//! `walk-*.log`: the callbacks of walks that the captured kernel ran itself.
//!
//! ```text
//! L group
//! W name fn=.. mm=.. root=.. start=.. end=.. ops=.. mode=.. max=.. [pgd=given]
//! g|4|u|m|t addr next pa value     an entry callback
//! h addr next depth                pte_hole
//! H addr next pa value hmask       hugetlb_entry
//! T addr next vm_start vm_end vm_flags ret    test_walk
//! v addr next | w                  pre_vma, post_vma
//! C pgd=.. .. hole=..              counters of a walk that only counted
//! R ret=.. lines=.. ns=..
//! ```
//!
//! Addresses and values are hex without `0x`; depth, ret, mode, max, lines and counters are decimal.

use bitflags::bitflags;
use mm::World;
use pagewalk::{Callback, Callbacks};
use pgtable::{Level, PhysAddr, RawEntry, VirtAddr};

use crate::error::clip;

/// Largest log that is read, in bytes. The largest of a captured machine has about two million.
pub const MAX_BYTES: usize = 64 << 20;

/// Most walks in one log.
const MAX_WALKS: usize = 10_000;

bitflags! {
    /// How the callbacks of a logged walk behave (`mode=`).
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
    pub struct Mode: u32 {
        /// `ACTION_CONTINUE` at leaves, as ptdump.
        const CONTINUE_AT_LEAVES = 1;
        /// `ACTION_CONTINUE` from every `pmd_entry`.
        const CONTINUE_FROM_PMD = 2;
        /// `ACTION_CONTINUE` from every `pud_entry`.
        const CONTINUE_FROM_PUD = 4;
        /// `ACTION_AGAIN` the first time at each pud and pmd.
        const AGAIN_ONCE = 8;
        /// Nothing is logged, only counted.
        const COUNT = 32;
        /// `test_walk` skips every second VMA.
        const SKIP_VMAS = 64;
    }
}

/// A log cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {what}")]
pub struct LogError {
    /// Line in the file, from 1.
    pub line: usize,
    /// What is wrong there.
    pub what: String,
}

/// One line of a walk: a callback.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    /// An entry callback.
    Entry {
        /// Its level.
        level: Level,
        /// First address.
        addr: VirtAddr,
        /// `next`.
        next: VirtAddr,
        /// Physical address of the slot.
        pa: PhysAddr,
        /// What the kernel's getter returned.
        value: RawEntry,
    },
    /// `pte_hole`.
    Hole {
        /// First address.
        addr: VirtAddr,
        /// `next`.
        next: VirtAddr,
        /// Depth.
        depth: i32,
    },
    /// `hugetlb_entry`.
    Hugetlb {
        /// First address.
        addr: VirtAddr,
        /// `next`.
        next: VirtAddr,
        /// Physical address of the slot.
        pa: PhysAddr,
        /// What the kernel's getter returned.
        value: RawEntry,
        /// `hmask`.
        mask: u64,
    },
    /// `test_walk`.
    TestWalk {
        /// First address.
        addr: VirtAddr,
        /// `next`.
        next: VirtAddr,
        /// `vm_start`, `vm_end` and `vm_flags` of the VMA.
        vma: (VirtAddr, VirtAddr, u64),
        /// What it returned.
        ret: i32,
    },
    /// `pre_vma`.
    PreVma {
        /// First address.
        addr: VirtAddr,
        /// `next`.
        next: VirtAddr,
    },
    /// `post_vma`.
    PostVma,
}

/// How often each callback was called, in the order pgd, p4d, pud, pmd, pte, hole.
pub type Counters = [u64; 6];

/// A walk that the captured kernel ran.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggedWalk {
    /// Line of the log on which it starts, from 1.
    pub at_line: usize,
    /// Its name.
    pub name: String,
    /// The kernel function.
    pub function: String,
    /// `init_mm` or `current`.
    pub mm: String,
    /// Physical address of the root.
    pub root: PhysAddr,
    /// Whether the root was the function's argument, and not the mm's.
    pub pgd_given: bool,
    /// First address.
    pub start: VirtAddr,
    /// End of the range.
    pub end: VirtAddr,
    /// Which callbacks were set.
    pub callbacks: Callbacks,
    /// How they behaved.
    pub mode: Mode,
    /// After that many lines a callback returned 7.
    pub max: u64,
    /// The callbacks, in order.
    pub lines: Vec<Line>,
    /// The counters, if it counted.
    pub counters: Option<Counters>,
    /// What the function returned.
    pub ret: i32,
    /// How many lines the kernel counted itself.
    pub logged_lines: u64,
}

/// Reads a log.
///
/// # Errors
/// [`LogError`] names the first line that is not as it should be; a log that ends inside a walk is truncated.
pub fn parse_log(text: &str) -> Result<Vec<LoggedWalk>, LogError> {
    if text.len() > MAX_BYTES {
        let what = format!("the log has more than {} MiB", MAX_BYTES >> 20);
        return Err(LogError { line: 1, what });
    }
    let mut walks: Vec<LoggedWalk> = Vec::new();
    let mut open: Option<LoggedWalk> = None;
    let mut last = 0;
    for (index, line) in text.lines().enumerate() {
        let number = index + 1;
        last = number;
        parse_line(line, number, &mut open, &mut walks)
            .map_err(|what| LogError { line: number, what: format!("{what}: {:?}", clip(line)) })?;
    }
    match open {
        None => Ok(walks),
        Some(walk) => {
            Err(LogError { line: last, what: format!("the log ends inside the walk {:?}", clip(&walk.name)) })
        }
    }
}

fn parse_line(
    line: &str,
    number: usize,
    open: &mut Option<LoggedWalk>,
    walks: &mut Vec<LoggedWalk>,
) -> Result<(), &'static str> {
    let mut words = line.split_ascii_whitespace();
    let Some(kind) = words.next() else { return Ok(()) };
    match (kind, open.as_mut()) {
        ("L", None) => {}
        ("W", None) if walks.len() == MAX_WALKS => return Err("too many walks"),
        ("W", None) => {
            let walk = walk(words, number)
                .ok_or("a walk needs a name, fn, mm, root, start, end, ops, mode and max")?;
            *open = Some(walk);
        }
        ("R", Some(walk)) => {
            let mut fields = Fields::of(words);
            walk.ret = fields.decimal("ret").ok_or("the result has no ret")?;
            walk.logged_lines = fields.decimal("lines").ok_or("the result has no lines")?;
            walks.extend(open.take());
        }
        ("C", Some(walk)) => {
            let mut fields = Fields::of(words);
            let mut counters = Counters::default();
            for (counter, name) in counters.iter_mut().zip(["pgd", "p4d", "pud", "pmd", "pte", "hole"]) {
                *counter = fields.decimal(name).ok_or("a counter is missing")?;
            }
            walk.counters = Some(counters);
        }
        (_, Some(walk)) => walk.lines.push(callback(kind, words).ok_or("not a callback of a walk")?),
        (_, None) => return Err("this belongs inside a walk"),
    }
    Ok(())
}

fn walk<'a>(mut words: impl Iterator<Item = &'a str>, at_line: usize) -> Option<LoggedWalk> {
    let name = words.next()?.to_owned();
    let mut fields = Fields::of(words);
    let function = fields.text("fn")?.to_owned();
    let mm = fields.text("mm")?.to_owned();
    Some(LoggedWalk {
        at_line,
        name,
        function,
        mm,
        root: PhysAddr(fields.hex("root")?),

        start: VirtAddr(fields.hex("start")?),
        end: VirtAddr(fields.hex("end")?),
        callbacks: callbacks(fields.text("ops")?)?,
        mode: Mode::from_bits(fields.decimal("mode")?)?,
        max: fields.decimal("max")?,
        pgd_given: match fields.0.next() {
            None => false,
            Some("pgd=given") => true,
            Some(_) => return None,
        },
        lines: Vec::new(),
        counters: None,
        ret: 0,
        logged_lines: 0,
    })
}

fn callbacks(letters: &str) -> Option<Callbacks> {
    letters.chars().try_fold(Callbacks::empty(), |set, letter| {
        Some(
            set | match letter {
                'h' => Callbacks::PTE_HOLE,
                'H' => Callbacks::HUGETLB_ENTRY,
                'T' => Callbacks::TEST_WALK,
                'v' => Callbacks::PRE_VMA | Callbacks::POST_VMA,
                _ => Callbacks::entry(level(letter)?),
            },
        )
    })
}

fn level(letter: char) -> Option<Level> {
    match letter {
        'g' => Some(Level::Pgd),
        '4' => Some(Level::P4d),
        'u' => Some(Level::Pud),
        'm' => Some(Level::Pmd),
        't' => Some(Level::Pte),
        _ => None,
    }
}

fn callback<'a>(kind: &str, mut words: impl Iterator<Item = &'a str>) -> Option<Line> {
    if kind == "w" {
        return Some(Line::PostVma);
    }
    let mut number = || words.next().and_then(hex);
    let (addr, next) = (VirtAddr(number()?), VirtAddr(number()?));
    Some(match kind {
        "h" => Line::Hole { addr, next, depth: words.next()?.parse().ok()? },
        "v" => Line::PreVma { addr, next },
        "T" => {
            let vma = (VirtAddr(number()?), VirtAddr(number()?), number()?);
            Line::TestWalk { addr, next, vma, ret: words.next()?.parse().ok()? }
        }
        _ => {
            let (pa, value) = (PhysAddr(number()?), RawEntry(number()?));
            match kind {
                "H" => Line::Hugetlb { addr, next, pa, value, mask: number()? },
                _ if kind.len() == 1 => {
                    Line::Entry { level: level(kind.chars().next()?)?, addr, next, pa, value }
                }
                _ => return None,
            }
        }
    })
}

fn hex(word: &str) -> Option<u64> {
    // from_str_radix takes a sign.
    u64::from_str_radix(word, 16).ok().filter(|_| !word.starts_with('+'))
}

/// `name=value` words, in the order in which the kernel wrote them.
struct Fields<'a, I: Iterator<Item = &'a str>>(I);

impl<'a, I: Iterator<Item = &'a str>> Fields<'a, I> {
    fn of(words: I) -> Self {
        Self(words)
    }

    fn text(&mut self, name: &str) -> Option<&'a str> {
        let (found, value) = self.0.next()?.split_once('=')?;
        (found == name).then_some(value)
    }

    fn hex(&mut self, name: &str) -> Option<u64> {
        self.text(name).and_then(hex)
    }

    fn decimal<T: std::str::FromStr>(&mut self, name: &str) -> Option<T> {
        self.text(name)?.parse().ok()
    }
}

impl Line {
    /// Whether the kernel counted it: not what is about a VMA.
    pub const fn is_counted(&self) -> bool {
        !matches!(self, Self::TestWalk { .. } | Self::PreVma { .. } | Self::PostVma)
    }

    /// As the kernel logged it.
    pub fn text(&self) -> String {
        match *self {
            Self::Entry { level, addr, next, pa, value } => {
                let letter = ["g", "4", "u", "m", "t"][level as usize];
                format!("{letter} {:x} {:x} {:x} {:x}", addr.0, next.0, pa.0, value.0)
            }
            Self::Hole { addr, next, depth } => format!("h {:x} {:x} {depth}", addr.0, next.0),
            Self::Hugetlb { addr, next, pa, value, mask } => {
                format!("H {:x} {:x} {:x} {:x} {mask:x}", addr.0, next.0, pa.0, value.0)
            }
            Self::TestWalk { addr, next, vma: (start, end, flags), ret } => {
                format!("T {:x} {:x} {:x} {:x} {flags:x} {ret}", addr.0, next.0, start.0, end.0)
            }
            Self::PreVma { addr, next } => format!("v {:x} {:x}", addr.0, next.0),
            Self::PostVma => "w".to_owned(),
        }
    }

    /// The line that a call of a callback makes, which returns `ret`. The kernel never logged an `install_pte`: it counts as
    /// an entry.
    pub fn of(call: &pagewalk::Call, ret: i32, world: &World) -> Self {
        let entry_bytes = world.model().entry_bytes;
        let (addr, next) = (call.addr, call.next);
        match call.callback {
            Callback::Hugetlb => Self::Hugetlb {
                addr,
                next,
                pa: call.slot.pa(entry_bytes),
                value: call.value,
                mask: call.hmask,
            },
            Callback::TestWalk => {
                let vma = call.vma.and_then(|id| world.vma(id));
                let vma = vma.map_or_else(Default::default, |vma| (vma.start, vma.end, vma.flags.bits()));
                Self::TestWalk { addr, next, vma, ret }
            }
            Callback::PreVma => Self::PreVma { addr, next },
            Callback::PostVma => Self::PostVma,
            Callback::InstallPte => Self::Entry {
                level: call.level,
                addr,
                next,
                pa: call.slot.pa(entry_bytes),
                value: call.value,
            },
            Callback::Entry(level) => Self::Entry {
                level,
                addr: call.addr,
                next: call.next,
                pa: call.slot.pa(entry_bytes),
                value: call.value,
            },
            Callback::Hole => Self::Hole { addr: call.addr, next: call.next, depth: i32::from(call.depth) },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &str = "L test\nW one fn=walk_kernel_page_table_range mm=init_mm root=1000 start=0 end=2000 ops=tmh mode=1 max=9\nm 0 2000 1000 2067\nh 0 2000 3\nR ret=-22 lines=2 ns=0\n";

    #[test]
    fn a_walk_is_read_and_written_alike() {
        let walks = parse_log(LOG).expect("valid");
        assert_eq!(walks.len(), 1);
        assert_eq!(walks[0].ret, -22);
        assert!(!walks[0].pgd_given);
        let given = LOG.replacen("max=9", "max=9 pgd=given", 1);
        assert!(parse_log(&given).expect("valid")[0].pgd_given);
        assert!(parse_log(&given.replace("given", "taken")).is_err());
        assert_eq!(walks[0].callbacks, Callbacks::PTE_ENTRY | Callbacks::PMD_ENTRY | Callbacks::PTE_HOLE);
        let lines: Vec<_> = walks[0].lines.iter().map(Line::text).collect();
        assert_eq!(lines, ["m 0 2000 1000 2067", "h 0 2000 3"]);
    }

    #[test]
    fn errors_name_the_line() {
        let error =
            |from: &str, to: &str| parse_log(&LOG.replacen(from, to, 1)).expect_err("broken").to_string();
        assert_eq!(error("m 0 2000", "m 0 zz"), "line 3: not a callback of a walk: \"m 0 zz 1000 2067\"");
        assert_eq!(error("R ret", "Q ret"), "line 5: not a callback of a walk: \"Q ret=-22 lines=2 ns=0\"");
        assert!(error("root=1000 ", "").starts_with("line 2: a walk needs"));
        assert!(error("W one", "m one").starts_with("line 2: this belongs inside a walk"));
        assert_eq!(
            parse_log(&LOG[..LOG.rfind("h 0").expect("a hole")]).expect_err("truncated").to_string(),
            "line 3: the log ends inside the walk \"one\""
        );
    }
}
