//! Where a scenario goes in tables that it does not know: by the geometry of a model, or by what is found in tables that a
//! person brought.

use mm::{MmId, Slot, World};
use pgtable::{EntryKind, Hugetlb, Level, Model, VirtAddr};

/// Where things are in the tables of a machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Places {
    /// `PAGE_SIZE` in bytes.
    pub page: u64,
    /// Bytes that one pmd entry covers.
    pub pmd: u64,
    /// Start address of the first VMA of the process.
    pub user: u64,
    /// Start address of the VMA that maps a file.
    pub file: u64,
    /// Start address of a VMA of four pages on two pmd entries. The second page is mapped, and the second pmd entry is
    /// empty.
    pub bare: u64,
    /// The address of two pmd entries, the last ones of their table.
    pub twice: u64,
    /// First address of the kernel's part of the address space.
    pub kernel: u64,
    /// Last address of the address space.
    pub top: u64,
}

impl Places {
    /// Those of the tables that are made for a model ([`sample`](crate::sample)).
    pub fn of(model: &'static Model) -> Self {
        let (page, pmd) = (model.page_bytes(), 1u64 << model.level(Level::Pmd).shift);
        // The direct map, or where it has no tables the vmalloc area.
        let is = |name: &str| model.layout.iter().find(|region| region.name.starts_with(name));
        let kernel = match model.hugetlb {
            Hugetlb::Loongarch => is("vmalloc"),
            _ => is("direct map"),
        };
        let kernel = kernel.map_or(0, |region| region.start.0.next_multiple_of(pmd));
        let user = 4 * pmd;
        // The table that holds the pmd entries ends here; where pmds are folded it is the root.
        let table = pmd * u64::from(model.slots(Level::Pmd));
        let twice = table.min(model.task_size.0 & !(pmd - 1)) - 2 * pmd;
        Self {
            page,
            pmd,
            user,
            file: user + 10 * page,
            bare: user + 5 * pmd - 2 * page,
            twice,
            kernel,
            top: model.word_mask,
        }
    }

    /// Those of tables that a person brought: of the kernel's part and of the process's, a place where much happens within
    /// five pmd entries. What is mapped by areas (VMAs) is not looked for.
    pub fn found(world: &World) -> Self {
        let model = world.model();
        let of_model = Self::of(model);
        let kernel = most_happens(world, MmId::INIT_MM, (model.kernel_start.0, model.word_mask));
        let user = most_happens(world, MmId::USER, (0, world.task_size.0));
        Self { user: user.unwrap_or(of_model.user), kernel: kernel.unwrap_or(of_model.kernel), ..of_model }
    }
}

/// What a piece of an address space holds, as far as pmd level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Holds {
    /// A pte table; whether its first page is mapped.
    Ptes(bool),
    Leaf,
    Nothing,
}

/// A piece of an address space that one entry covers: its first address, and what it holds.
type Piece = (u64, Holds);

/// Most pieces that are looked at: a file may map one table at a million addresses.
const MAX_PIECES: usize = 1 << 16;

/// The start of a pte table behind which, within five pmd entries, most kinds of things follow; without pte tables, the
/// first leaf.
fn most_happens(world: &World, mm: MmId, part: (u64, u64)) -> Option<u64> {
    let pieces = pieces(world, mm, part);
    let window = 5u64 << world.model().level(Level::Pmd).shift;
    let value = |nth: usize| {
        let (start, holds) = pieces[nth];
        let Holds::Ptes(mapped) = holds else { return None };
        let near = pieces[nth + 1..].iter().take_while(|(at, _)| at - start < window);
        let mut follow = [0; 3];
        for (_, holds) in near {
            match holds {
                // What a walk does where nothing is mapped is half of what it does.
                Holds::Nothing => follow[0] = 2,
                Holds::Leaf => follow[1] = 1,
                Holds::Ptes(_) => follow[2] = 1,
            }
        }
        Some(2 * usize::from(mapped) + follow.into_iter().sum::<usize>())
    };
    let mut best = None;
    for (nth, &(start, _)) in pieces.iter().enumerate() {
        let value = value(nth);
        if value > best.map(|(value, _)| value) {
            best = value.map(|value| (value, start));
        }
    }
    let leaf = || pieces.iter().find(|(_, holds)| *holds == Holds::Leaf).map(|&(start, _)| start);
    best.map(|(_, start)| start).or_else(leaf)
}

/// The pieces of a part of an address space, lowest first.
fn pieces(world: &World, mm: MmId, (first, last): (u64, u64)) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let Some(root) = world.mm(mm).map(|mm| mm.pgd) else { return pieces };
    let model = world.model();
    let mut addr = first;
    while pieces.len() < MAX_PIECES {
        let at = VirtAddr(addr);
        let mut slot = Slot { table: root, index: model.index(Level::Pgd, at) };
        let mut level = Level::Pgd;
        let kind = loop {
            let kind = world.read_slot(slot).map(|value| world.classify(level, value));
            // A level that is folded says of everything that it is a table.
            let goes_on = model.is_constant(level) || kind == Some(EntryKind::Table);
            let Some(lower) = level.lower().filter(|_| goes_on && level < Level::Pmd) else { break kind };
            match world.slot_below(lower, slot, at) {
                Ok(below) => slot = below,
                Err(_) => break None,
            }
            level = lower;
        };
        let holds = match kind {
            Some(EntryKind::Table) if level == Level::Pmd => {
                let pte = world.slot_below(Level::Pte, slot, at).ok().and_then(|pte| world.read_slot(pte));
                let mapped = pte.is_some_and(|pte| world.classify(Level::Pte, pte) == EntryKind::Leaf);
                Holds::Ptes(mapped)
            }
            Some(EntryKind::Leaf) => Holds::Leaf,
            _ => Holds::Nothing,
        };
        let bytes = 1u64 << model.level(level).shift;
        pieces.push((addr, holds));
        match (addr & !(bytes - 1)).checked_add(bytes) {
            Some(next) if next <= last => addr = next,
            _ => break,
        }
    }
    pieces
}
