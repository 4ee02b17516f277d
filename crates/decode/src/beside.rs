//! One value under two models: what each takes its bits for.
//!
//! An entry does not say in which mode its machine is. A 52-bit arm64 kernel keeps the highest bits of an address in bits 9 and 8 with 4K
//! and 16K pages (FEAT_LPA2) and in bits 15 to 12 with 64K pages (FEAT_LPA); a reader who takes one for the other follows a wrong
//! address. Facts: arch/arm64/include/asm/pgtable-hwdef.h (`PTE_ADDR_HIGH`, `PTE_MAYBE_SHARED`, `TCR_DS`), v7.3.

use pgtable::{Isa, Level, Model, RawEntry};

use crate::reading::{Reading, Target, bit_list};

/// Two readings of one value, and what is the same and what is not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Beside {
    /// The value under each model.
    pub readings: [Reading; 2],
    /// What each says: what it is, where it leads, and the bits that the two take for different things, lowest bit first.
    pub rows: Vec<Row>,
    /// The flags that both have with one meaning.
    pub alike: Vec<&'static str>,
    /// Why they differ, and what tells which of the two a machine is; a sentence each.
    pub why: Vec<&'static str>,
}

/// What both readings say of one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Of what.
    pub what: String,
    /// Under each model.
    pub says: [String; 2],
}

impl Row {
    /// Whether the two say different things.
    pub fn differs(&self) -> bool {
        self.says[0] != self.says[1]
    }
}

const LPA2: &str = "With LPA2 (4K and 16K pages) bits 8 and 9 of an entry are bits 50 and 51 of the address; how memory is shared is then \
    said once for all of it, in TCR_EL1.";
const LPA: &str = "With 64K pages and 52-bit physical addresses (LPA) bits 12 to 15 of an entry are bits 48 to 51 of the address.";
const WHICH: &str = "An entry does not say which of the two it is of. With 4K and 16K pages TCR_EL1 does: its bit 59 (DS) turns LPA2 on. With \
    64K pages it is the size of physical addresses (IPS in TCR_EL1). A dump of a kernel for 52-bit virtual addresses, on a CPU that has them, begins its linear \
    map at 0xfff0000000000000.";

impl Beside {
    /// Reads `value` as an entry of `level` under both models.
    pub fn new(models: [&'static Model; 2], level: Level, value: RawEntry) -> Self {
        let readings = models.map(|model| Reading::new(model, level, value));
        let each = |what: &str, says: &dyn Fn(&Reading) -> String| {
            let [one, other] = &readings;
            Row { what: what.to_owned(), says: [says(one), says(other)] }
        };
        let mut rows = Vec::from([
            each("What it is", &|of| of.word().to_owned()),
            each("Where it leads", &|of| of.target.place()),
            each("Page frame", &|of| {
                of.frame().map_or_else(|| "none".to_owned(), |frame| format!("{frame:#x}"))
            }),
            each("Address", &address),
        ]);
        rows.extend(disputed(&readings).into_iter().map(|mask| {
            let bits = if mask.is_power_of_two() { "Bit" } else { "Bits" };
            each(&format!("{bits} {}", bit_list(mask)), &|of| role(of, mask))
        }));
        let [one, other] = &readings;
        let alike = one.flags.iter().filter(|named| other.flags.contains(named)).map(|named| named.flag.name);
        Self { alike: alike.collect(), why: why(&readings), rows, readings }
    }

    /// Whether both models take it for the same.
    pub fn is_same(&self) -> bool {
        self.rows.iter().all(|row| !row.differs())
    }
}

impl Target {
    /// In words: `4 KiB at 0x1000`.
    pub fn place(self) -> String {
        match self {
            Self::Nothing => "nowhere".to_owned(),
            Self::Table(at) => format!("the table at {:#x}", at.0),
            Self::Memory { start, bytes } => format!("{} at {:#x}", size(bytes), start.0),
        }
    }
}

/// A number of bytes, for a person.
pub fn size(bytes: u64) -> String {
    let units = [("GiB", 30), ("MiB", 20), ("KiB", 10)];
    let unit = units.into_iter().find(|(_, shift)| bytes >> shift << shift == bytes && bytes >> shift != 0);
    unit.map_or_else(|| format!("{bytes} bytes"), |(name, shift)| format!("{} {name}", bytes >> shift))
}

/// Which bits of the entry hold the address, and where in it they stand: those in their own places first.
fn address(of: &Reading) -> String {
    let mut groups: Vec<(i32, u64, u64)> = Vec::new();
    let all = of.address();
    // Bits 48 and 49 with 64K pages and LPA: the kernel does not mask them, but the CPU looks at 12 and 13 for them, and each bit of an
    // address is told once.
    let is_told_elsewhere =
        |(bit, at): &(u32, u32)| bit == at && all.iter().any(|(other, to)| to == at && other != bit);
    for &(bit, at) in all.iter().filter(|of| !is_told_elsewhere(of)) {
        let by = at.cast_signed() - bit.cast_signed();
        match groups.iter_mut().find(|(same, ..)| *same == by) {
            Some((_, from, to)) => (*from, *to) = (*from | 1 << bit, *to | 1 << at),
            None => groups.push((by, 1 << bit, 1 << at)),
        }
    }
    groups.sort_by_key(|(by, ..)| *by);
    let parts: Vec<String> = groups
        .into_iter()
        .map(|(by, from, to)| match by {
            0 => format!("bits {}", bit_list(from)),
            _ => format!("bits {} as bits {} of the address", bit_list(from), bit_list(to)),
        })
        .collect();
    if parts.is_empty() { "none".to_owned() } else { parts.join("; ") }
}

/// The bits that are set and that the two take for different things: flags that overlap together, other bits in runs.
fn disputed(readings: &[Reading; 2]) -> Vec<u64> {
    let [one, other] = readings;
    let lone = |of: &Reading, than: &Reading| -> Vec<u64> {
        of.flags.iter().filter(|named| !than.flags.contains(named)).map(|named| named.flag.mask).collect()
    };
    let mut masks = [lone(one, other), lone(other, one)].concat();
    let named = masks.iter().fold(0, |all, mask| all | mask);
    let [of_one, of_other] = readings.each_ref().map(Reading::address);
    let at = |all: &[(u32, u32)], bit: u32| all.iter().find(|(from, _)| *from == bit).copied();
    let moved = (0..64)
        .filter(|bit| one.value.0 & !named & 1 << bit != 0 && at(&of_one, *bit) != at(&of_other, *bit))
        .fold(0u64, |mask, bit| mask | 1 << bit);
    // Neighbours that mean one thing are told in one row.
    let mut rest = moved;
    while rest != 0 {
        let low = rest.trailing_zeros();
        let run = (rest >> low).trailing_ones();
        let mask = u64::MAX >> (64 - run) << low;
        masks.push(mask);
        rest &= !mask;
    }
    masks.sort_unstable_by_key(|mask| mask.trailing_zeros());
    let mut joined: Vec<u64> = Vec::new();
    for mask in masks {
        match joined.iter_mut().find(|of| **of & mask != 0) {
            Some(of) => *of |= mask,
            None => joined.push(mask),
        }
    }
    joined
}

/// What a reading takes these bits for.
fn role(of: &Reading, mask: u64) -> String {
    let mut parts = Vec::new();
    let mut told = 0;
    for named in of.flags.iter().filter(|named| named.flag.mask & mask != 0) {
        told |= named.flag.mask;
        parts.push(if named.flag.is_field() {
            format!("{} = {}", named.flag.name, named.value)
        } else {
            named.flag.name.to_owned()
        });
    }
    let (mut from, mut to) = (0u64, 0u64);
    for (bit, at) in of.address().into_iter().filter(|(bit, _)| mask & 1 << bit != 0) {
        (from, to) = (from | 1 << bit, to | 1 << at);
    }
    if from != 0 {
        parts.push(format!(
            "bit{} {} of the address",
            if to.is_power_of_two() { "" } else { "s" },
            bit_list(to)
        ));
    }
    if of.value.0 & mask & !told & !from != 0 {
        parts.push("no name".to_owned());
    }
    if parts.is_empty() { "not looked at".to_owned() } else { parts.join(", ") }
}

fn why(readings: &[Reading; 2]) -> Vec<&'static str> {
    let are_arm = readings.iter().all(|of| of.model.kernel.isa == Isa::Arm64);
    let has = |from: u32, to: u32| readings.each_ref().map(|of| of.address().contains(&(from, to)));
    let mut all = Vec::new();
    for (says, [one, other]) in [(LPA2, has(8, 50)), (LPA, has(12, 48))] {
        if one != other {
            all.push(says);
        }
    }
    if are_arm && !all.is_empty() {
        all.push(WHICH);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use pgtable::{MODELS, model};

    fn beside(models: [&str; 2], level: Level, value: u64) -> Beside {
        Beside::new(models.map(|id| model(id).expect("a model")), level, RawEntry(value))
    }

    fn row<'a>(of: &'a Beside, what: &str) -> [&'a str; 2] {
        let row = of.rows.iter().find(|row| row.what == what);
        row.unwrap_or_else(|| panic!("no {what}: {of:#?}")).says.each_ref().map(String::as_str)
    }

    #[test]
    fn lpa2_has_no_shareability_and_two_more_bits_of_the_address() {
        let of = beside(["arm64-4k-52", "arm64-4k-52-l5off"], Level::Pte, 0x00e8_0000_4020_4f03);
        assert_eq!(row(&of, "Where it leads"), ["4 KiB at 0xc000040204000", "4 KiB at 0x40204000"]);
        assert_eq!(row(&of, "Page frame"), ["0xc000040204", "0x40204"]);
        assert_eq!(
            row(&of, "Address"),
            ["bits 12 to 49; bits 8, 9 as bits 50, 51 of the address", "bits 12 to 49"]
        );
        assert_eq!(row(&of, "Bits 8, 9"), ["bits 50, 51 of the address", "PTE_SHARED = 3"]);
        // Nothing else differs: the other flags are the same.
        assert_eq!(of.rows.iter().filter(|row| row.differs()).count(), 4, "{of:#?}");
        assert!(of.alike.contains(&"PTE_AF") && !of.alike.contains(&"PTE_SHARED"));
        assert_eq!(of.why, [LPA2, WHICH]);
        assert!(!of.is_same());
    }

    #[test]
    fn pages_of_64k_keep_four_bits_of_the_address_in_others() {
        let of = beside(["arm64-64k-52", "arm64-64k-48"], Level::Pte, 0x00e8_0000_4020_5f03);
        assert_eq!(row(&of, "Where it leads"), ["64 KiB at 0x5000040200000", "64 KiB at 0x40200000"]);
        assert_eq!(
            row(&of, "Address"),
            ["bits 16 to 47; bits 12 to 15 as bits 48 to 51 of the address", "bits 16 to 49"]
        );
        assert_eq!(row(&of, "Bit 12"), ["bit 48 of the address", "no name"]);
        assert_eq!(row(&of, "Bit 14"), ["bit 50 of the address", "no name"]);
        assert!(of.alike.contains(&"PTE_SHARED"));
        assert_eq!(of.why, [LPA, WHICH]);
    }

    #[test]
    fn both_52_bit_modes_beside_each_other() {
        // The entry of a 64K kernel as one of a 4K kernel, which is what the two debuggers of the report could not tell apart.
        let of = beside(["arm64-4k-52", "arm64-64k-52"], Level::Pte, 0x00e8_0000_4021_5f03);
        assert_eq!(row(&of, "Where it leads"), ["4 KiB at 0xc000040215000", "64 KiB at 0x5000040210000"]);
        assert_eq!(row(&of, "Bits 8, 9"), ["bits 50, 51 of the address", "PTE_SHARED = 3"]);
        assert_eq!(row(&of, "Bit 12"), ["bit 12 of the address", "bit 48 of the address"]);
        assert_eq!(of.why, [LPA2, LPA, WHICH]);
    }

    #[test]
    fn no_bit_of_an_address_is_told_twice() {
        let bits = |list: &str| -> Vec<u32> {
            let number = |text: &str| text.trim().parse::<u32>().expect("a number");
            let each = |part: &str| match part.split_once(" to ") {
                Some((from, to)) => (number(from)..=number(to)).collect::<Vec<_>>(),
                None => vec![number(part)],
            };
            list.split(',').flat_map(each).collect()
        };
        for model in MODELS {
            for value in [0x00eb_0000_4021_ff03, 0x8000_0000_0000_0163, 0x2010_00e7, 0x8000_0000_0001_0086] {
                let of = Beside::new([model, model], Level::Pte, RawEntry(value));
                let told = row(&of, "Address")[0];
                let mut all: Vec<u32> = Vec::new();
                for part in told.split("; ").filter_map(|part| part.strip_prefix("bits ")) {
                    let to = part.split_once(" as bits ").map_or(part, |(_, to)| to);
                    all.extend(bits(to.trim_end_matches(" of the address")));
                }
                let count = all.len();
                all.sort_unstable();
                all.dedup();
                assert_eq!(all.len(), count, "{}: {told}", model.id);
            }
        }
    }

    #[test]
    fn a_model_beside_itself_says_the_same() {
        for one in MODELS {
            for level in Level::ALL {
                for value in [0, 0x8000_0000_0000_0163, 0x00e8_0000_4021_5f03, 0x2010_00e7, u64::MAX] {
                    let of = Beside::new([one, one], level, RawEntry(value));
                    assert!(of.is_same() && of.why.is_empty(), "{of:#?}");
                }
            }
        }
        let of = beside(["riscv64-sv39", "riscv64-sv48"], Level::Pte, 0x2008_00e7);
        assert!(of.is_same(), "{of:#?}");
        assert_eq!(row(&of, "Address")[0], "bits 10 to 53 as bits 12 to 55 of the address");
    }

    #[test]
    fn any_two_models_can_be_set_beside_each_other() {
        for one in MODELS {
            for other in MODELS {
                let of = Beside::new([one, other], Level::Pte, RawEntry(0x0068_0004_1689_9f03));
                assert!(
                    of.rows
                        .iter()
                        .all(|row| !row.what.is_empty() && row.says.iter().all(|says| !says.is_empty()))
                );
                // What is in dispute is told once.
                let bits: Vec<&str> =
                    of.rows.iter().map(|row| &*row.what).filter(|what| what.starts_with("Bit")).collect();
                assert!(bits.windows(2).all(|pair| pair[0] != pair[1]), "{bits:?}");
            }
        }
    }
}
