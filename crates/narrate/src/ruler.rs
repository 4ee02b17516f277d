//! The address and its bit fields.

use pgtable::{Level, Model, VirtAddr};

/// An address, cut into the fields that select a slot at each level.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ruler {
    /// The address.
    pub addr: VirtAddr,
    /// The region of the address space that it lies in.
    pub region: Option<&'static str>,
    /// The fields, highest bits first: sign extension, one per table in memory, offset.
    pub fields: Vec<Field>,
}

/// One field of an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// What it selects: `PGD`, `PGD = P4D` where levels share a word, `sign`, `offset`.
    pub name: String,
    /// The level whose table it indexes; none for sign and offset.
    pub level: Option<Level>,
    /// Its highest bit, counted from 0, the lowest bit of the address.
    pub high: u8,
    /// Its lowest bit, counted likewise.
    pub low: u8,
    /// Its value, shifted down to bit 0: for a level, the number of the slot.
    pub value: u64,
    /// Whether the step is at this level.
    pub lit: bool,
}

/// The name of the table of `level`, with the folded levels that share its entries: `PGD = P4D = PUD`.
pub(crate) fn table_name(model: &Model, level: Level) -> String {
    let mut name = String::new();
    for sharing in Level::ALL {
        if model.table_level(sharing) == level {
            name += if name.is_empty() { "" } else { " = " };
            name += sharing.upper_name();
        }
    }
    name
}

/// Cuts `addr` into fields; `at` is the level of the step.
pub(crate) fn ruler(model: &Model, addr: VirtAddr, at: Option<Level>) -> Ruler {
    let at = at.map(|level| model.table_level(level));
    let bits = |high: u8, low: u8| (addr.0 >> low) & (u64::MAX >> (63 - (high - low)));
    let mut fields = Vec::new();
    let last = model.word_mask.ilog2() as u8;
    let top = model.real_levels().next().map_or(last, |level| model.index_bits(model.indexed_by(level)).0);
    if top < last {
        fields.push(Field {
            name: "sign".to_owned(),
            level: None,
            high: last,
            low: top + 1,
            value: bits(last, top + 1),
            lit: false,
        });
    }
    for level in model.real_levels() {
        // The level whose index selects the slot: of an arm64 kernel folded at run time not the root's own.
        let indexed_by = model.indexed_by(level);
        let (high, low) = model.index_bits(indexed_by);
        fields.push(Field {
            name: table_name(model, level),
            level: Some(level),
            high,
            low,
            value: u64::from(model.index(indexed_by, addr)),
            lit: at == Some(level),
        });
    }
    let high = model.page_shift - 1;
    fields.push(Field {
        name: "offset".to_owned(),
        level: None,
        high,
        low: 0,
        value: bits(high, 0),
        lit: false,
    });
    Ruler { addr, region: model.region(addr).map(|region| region.name), fields }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_cover_all_bits_of_every_model() {
        for model in pgtable::MODELS {
            let ruler = ruler(model, VirtAddr(model.word_mask), Some(Level::Pud));
            let mut next = model.word_mask.count_ones() as u8;
            for field in &ruler.fields {
                assert_eq!(field.high + 1, next, "{model:?} {}", field.name);
                assert_eq!(
                    field.value,
                    u64::MAX >> (63 - (field.high - field.low)),
                    "{model:?} {}",
                    field.name
                );
                next = field.low;
            }
            assert_eq!(next, 0);
            assert_eq!(ruler.fields.iter().filter(|field| field.lit).count(), 1, "{model:?}");
        }
    }

    #[test]
    fn levels_that_share_a_word_share_a_field() {
        let sv39 = pgtable::model("riscv64-sv39").expect("known");
        let names: Vec<_> =
            ruler(sv39, VirtAddr(0), None).fields.into_iter().map(|field| field.name).collect();
        assert_eq!(names, ["sign", "PGD = P4D = PUD", "PMD", "PTE", "offset"]);
    }
}
