//! What a person should know of a value besides its flags.

use pgtable::{EntryKind, Isa, Level, RawEntry};

use super::{Reading, Target, bit_list, meaning};

impl Reading {
    /// A sentence each.
    pub(super) fn remarks(&self, of: Isa) -> Vec<String> {
        let mut notes = Vec::new();
        let shared = meaning(self.model, self.level, self.value);
        if self.model.type_of.is_some() {
            self.of_type(shared, &mut notes);
        } else if shared != self.level {
            notes.push(format!(
                "{} is folded into {} here: the same word is the entry of both, and it means what a {} entry means",
                shared.name(),
                self.level.name(),
                shared.name()
            ));
        }
        if self.value.0 > self.model.word_mask {
            notes.push(format!(
                "an entry of this model has {} bits; the value has more",
                8 * self.model.entry_bytes
            ));
        }
        match self.kind {
            EntryKind::None if self.value.0 != 0 && self.value == RawEntry(self.model.empty[shared as usize]) => {
                let holds = match (of, shared) {
                    (Isa::S390, Level::Pmd | Level::Pte) => "the invalid bit alone, which is not 0",
                    (Isa::S390, _) => "the invalid bit, and the type of the table that it is in",
                    _ => "the address of the invalid table of the next level",
                };
                notes.push(["this is what an unused slot holds: ", holds].concat());
            }
            EntryKind::None if self.value.0 != 0 => notes.push(match of {
                Isa::X86 => "accessed and dirty alone do not count: a CPU erratum may set them in an empty entry".to_owned(),
                _ => "none() is true although some bits are set: the kernel counts it as empty".to_owned(),
            }),
            EntryKind::None => notes.push("0: nothing is mapped here".to_owned()),
            EntryKind::Bad => notes.push(format!(
                "{}_bad() is true: a walk that meets it reports it, clears it and goes on as with a hole",
                shared.name()
            )),
            EntryKind::Leaf | EntryKind::NotPresent if self.of_kernel => {
                let frame = self.model.leaf_address(shared, self.value).0 >> self.model.page_shift;
                let inverted = if of == Isa::X86 { ", inverted as in every entry of x86 that is not present" } else { "" };
                notes.push(format!(
                    "kernel page, not present: its frame {frame:#x} is kept{inverted}; nothing of the kernel is swapped out, DEBUG_PAGEALLOC or \
                     set_direct_map_invalid_noflush() has taken it out of the mapping"
                ));
            }
            EntryKind::Leaf if self.swap.is_some() => notes.push(
                "leaf() is true of it, but it is not present: the walk passes it by, and what it holds is a swap entry".to_owned(),
            ),
            EntryKind::Leaf if !self.model.tests(shared, &self.model.empty).present(self.value) => notes.push(
                "leaf() is true of it, but present() is not: the CPU must not use it, and a walk without VMAs takes it for a leaf".to_owned(),
            ),
            EntryKind::Leaf if self.reserved.is_some() => notes.push(format!(
                "the kernel\u{2019}s tests say leaf, and the CPU faults at it: {}",
                self.reserved.unwrap_or_default()
            )),
            EntryKind::Leaf if !self.cpu_uses => notes.push(
                "present to the kernel, but the CPU must not use it: PROT_NONE, a NUMA hint, or a huge page that is being split"
                    .to_owned(),
            ),
            EntryKind::Leaf | EntryKind::Table | EntryKind::NotPresent => {}
        }
        if self.unnamed != 0 {
            notes.push(format!("bits without a name at this level: {}", bit_list(self.unnamed)));
        }
        self.of_arm64(&mut notes);
        if let (Target::Memory { start, .. }, Isa::Riscv) = (self.target, of)
            && self.value.0 >> 63 & 1 == 1
        {
            let frame = (self.value.0 >> 10) & 0xfff_ffff_ffff;
            let pages = 1u64 << (frame.trailing_zeros() + 1).min(63);
            notes.push(if shared == Level::Pte && pages == 16 {
                format!("Svnapot: one of 16 ptes that map 64 KiB together, from {:#x}", start.0)
            } else {
                "Svnapot: the only size that exists is 16 pages, frame bits 3 to 0 being 1000".to_owned()
            });
        }
        if let Some(contiguous) = &self.model.contiguous
            && self.kind == EntryKind::Leaf
            && (contiguous.is_block)(self.value.0)
        {
            let slots = match shared {
                Level::Pte => Some(contiguous.slots),
                Level::Pmd => Some(contiguous.pmd_slots),
                _ => None,
            };
            if let Some(slots) = slots {
                notes.push(format!(
                    "contiguous: one of {slots} neighbouring slots that must all have the same attributes and frames that run on"
                ));
            }
        }
        notes
    }

    /// What the type of an s390 entry says.
    fn of_type(&self, shared: Level, notes: &mut Vec<String>) {
        if let Some(type_of) = self.model.type_of
            && self.kind != EntryKind::None
            && shared != Level::Pte
            && type_of(self.value.0) < shared
        {
            notes.push(format!(
                "by its type it is a {} entry: the CPU refuses it here (a translation-specification exception), and {}_bad() is true of it",
                type_of(self.value.0).name(),
                shared.name()
            ));
        }
        if shared != self.level {
            notes.push(format!(
                "by its type it is a {} entry: {} is folded in such a tree, so it is never none and never bad there, and the level below looks \
                 at the same word",
                shared.name(),
                self.level.name()
            ));
        }
    }

    /// What kernel and CPU take for the address, where that differs.
    fn of_arm64(&self, notes: &mut Vec<String>) {
        if self.model.kernel.isa == Isa::Arm64
            && matches!(self.target, Target::Table(_) | Target::Memory { .. })
        {
            let address = self.address();
            let has = |from: u32, to: u32| address.contains(&(from, to));
            // What the CPU takes for bits 48 and 49 of the address: with LPA2 the bits themselves, with LPA 12 and 13, else nothing.
            let (kernels, cpus) =
                (self.value.0 >> 48 & 3, if has(12, 48) { self.value.0 >> 12 & 3 } else { 0 });
            if !has(8, 50) && kernels & !cpus != 0 {
                notes.push(
                    "bits 48 and 49: the kernel takes them for bits of the address (PTE_ADDR_LOW), the CPU does not look at them here"
                        .to_owned(),
                );
            }
        }
    }
}
