//! crash's `vtop`: 8.0.2 seen on x86-64 and arm64; for riscv64 its source was read (8.0.2). drgn's command of that name (0.3.0)
//! prints the two addresses alone.

mod walks;

use pgtable::Level;

use crate::draft::{Draft, Step};
use crate::format::{Fact, Format, Seen};
use crate::{Arch, Machine, Rights, words};

#[derive(Debug)]
pub(crate) struct Vtop;

impl Format for Vtop {
    fn name(&self) -> &'static str {
        "vtop"
    }

    fn about(&self) -> &'static str {
        "crash's vtop on x86-64, arm64 and riscv64, as many as there are; drgn's vtop"
    }

    fn program(&self) -> &'static str {
        "crash"
    }

    fn rights(&self) -> Rights {
        Rights::Leaf
    }

    fn line<'a>(&self, line: &'a str) -> Seen<'a> {
        let line = line.trim();
        if let Some((label, rest)) = line.split_once(':')
            && !label.is_empty()
        {
            return labelled(label, rest.trim());
        }
        if let Some((_, typed)) = line.split_once("crash> ") {
            return if typed.starts_with("vtop") { Seen::Heading } else { Seen::Foreign };
        }
        let words: Vec<&str> = line.split_ascii_whitespace().take(8).collect();
        match *words {
            ["VIRTUAL", "PHYSICAL"] => Seen::Fact(Fact::Titles),
            ["PTE"] | ["PTE", "PHYSICAL", "FLAGS"] | ["PTE", "SWAP", "OFFSET"] => Seen::Heading,
            ["PAGE", "PHYSICAL", "MAPPING", ..] | ["VMA", "START", "END", ..] | ["invalid"] => Seen::Heading,
            // Addresses are printed without zeros before them, and physical ones have at most 52 bits: with 16 digits the second
            // is a value, as of pagemap.
            [addr, physical] if physical.len() < 16 && (addr.len() >= 5 || physical.len() >= 5) => {
                match (words::hex(addr), words::hex(physical)) {
                    (Some(addr), Some(physical)) => Seen::Fact(Fact::Asked { addr, heading: Some(physical) }),
                    _ => Seen::Foreign,
                }
            }
            [addr, "(not", "mapped)"] => match words::hex(addr) {
                Some(addr) => Seen::Fact(Fact::Asked { addr, heading: None }),
                None => Seen::Foreign,
            },
            [pte, physical, flags] if flags.starts_with('(') => {
                if words::hex(pte).is_none() || words::hex(physical).is_none() {
                    return Seen::Foreign;
                }
                match flags.strip_suffix(')') {
                    Some(flags) => Seen::Fact(Fact::Flags(architecture(&flags[1..]))),
                    None => Seen::Cut,
                }
            }
            // A page that is swapped out: the entry, the swap file, the offset.
            [pte, file, offset] if file.starts_with('/') => match (words::hex(pte), words::number(offset)) {
                (Some(_), Some(_)) => Seen::Heading,
                _ => Seen::Foreign,
            },
            // The struct page, or the VMA.
            [page, a, b, _, ..] if page.len() == 16 => {
                if [page, a, b].into_iter().all(|word| words::hex(word).is_some()) {
                    Seen::Heading
                } else {
                    Seen::Foreign
                }
            }
            _ => Seen::Foreign,
        }
    }

    fn fact(&self, fact: Fact, draft: &mut Draft) -> bool {
        // Several addresses may stand below their titles; two numbers elsewhere are something else.
        let titled = std::mem::replace(&mut draft.titled, matches!(fact, Fact::Titles | Fact::Asked { .. }));
        if let Fact::Asked { addr, heading } = fact {
            if titled {
                draft.ask(addr, heading);
            }
            draft.titled = titled;
            return titled;
        }
        if let Fact::Flags(arch) = fact {
            draft.arch = draft.arch.or(arch);
            return true;
        }
        if fact == Fact::Titles {
            return true;
        }
        let line = draft.line;
        let Some(walk) = draft.walks.last_mut() else {
            let what = "a part of a walk without its address: the lines VIRTUAL and PHYSICAL are missing";
            draft.problems.add(line, 1, what);
            return true;
        };
        match fact {
            Fact::Root(root) => {
                walk.root = Some(root);
                draft.arch = draft.arch.or(Some(Arch::X86));
            }
            Fact::Directory(entry) if walk.root.is_some() => {
                walk.steps.push(Step { level: Level::Pgd, slot: None, value: entry });
            }
            Fact::Directory(root) => walk.root = Some(root),
            Fact::Entry { level, slot, value } if walk.steps.len() < 8 => {
                walk.steps.push(Step { level, slot: Some(slot), value });
            }
            Fact::Page { physical, bytes } => {
                walk.page = Some(physical);
                walk.bytes = bytes;
            }
            _ => {}
        }
        true
    }

    fn accepts(&self, machine: &Machine) -> bool {
        [Arch::X86, Arch::Arm64, Arch::Riscv].into_iter().any(|arch| machine.is_64(arch))
    }

    fn fits(&self, draft: &Draft) -> Vec<Machine> {
        walks::machines(draft)
    }

    fn settle(&self, draft: &mut Draft, machine: &Machine) {
        walks::rows(draft, machine);
    }

    fn settle_alone(&self, draft: &mut Draft) {
        walks::translations(draft);
    }
}

/// `PUD: 3801000 => 3802067`, `PAGE: 1000000  (2MB)`, `PAGE DIRECTORY: …`
fn labelled<'a>(label: &'a str, rest: &'a str) -> Seen<'a> {
    let cut_or = |seen: Option<Seen<'a>>| match seen {
        Some(seen) => seen,
        None if rest.is_empty() || rest.ends_with("=>") => Seen::Cut,
        None => Seen::Bad(rest, "a hexadecimal number is expected"),
    };
    match label {
        // `SWAP: /dev/vda2  OFFSET: 22716`, below the VMA of a page that is swapped out.
        "SWAP" if rest.contains("OFFSET:") => Seen::Heading,
        // crash 7 called the root of x86-64 PML4.
        "PGD DIRECTORY" | "PML4 DIRECTORY" => {
            cut_or(words::number(rest).map(|root| Seen::Fact(Fact::Root(root))))
        }
        "PAGE DIRECTORY" => cut_or(words::number(rest).map(|entry| Seen::Fact(Fact::Directory(entry)))),
        "PAGE" => {
            let mut of_line = rest.split_ascii_whitespace();
            let physical = of_line.next().and_then(words::number);
            let bytes = match of_line.next() {
                None => Some(None),
                Some("not") => return Seen::Heading,
                Some(size) => page_size(size).map(Some),
            };
            cut_or(physical.zip(bytes).map(|(physical, bytes)| Seen::Fact(Fact::Page { physical, bytes })))
        }
        _ => {
            match super::kernel::upper_level(if label == "PML" || label == "PML4" { "PGD" } else { label }) {
                None => Seen::Foreign,
                Some(level) => cut_or(rest.split_once("=>").and_then(|(slot, value)| {
                    let slot = words::number(slot.trim())?;
                    let value = words::number(value.trim())?;
                    Some(Seen::Fact(Fact::Entry { level, slot, value }))
                })),
            }
        }
    }
}

/// `(2MB)`
fn page_size(word: &str) -> Option<u64> {
    let inner = word.strip_prefix('(')?.strip_suffix("B)")?;
    let bytes = words::size(inner)?;
    u64::try_from(bytes).ok().filter(|bytes| bytes.is_power_of_two())
}

/// Whose names of flags these are; nothing where they fit more than one.
fn architecture(flags: &str) -> Option<Arch> {
    let has = |names: &[&str]| flags.split('|').any(|flag| names.contains(&flag));
    if has(&["VALID", "UXN", "PXN", "SHARED", "AF", "RDONLY"]) {
        Some(Arch::Arm64)
    } else if has(&["READ", "WRITE", "EXEC", "LEAF"]) {
        Some(Arch::Riscv)
    } else if has(&["RW", "PWT", "PCD", "PSE", "NX", "PROTNONE"]) {
        Some(Arch::X86)
    } else {
        None
    }
}
