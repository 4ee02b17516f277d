//! Which model fits some values best, and why.
//!
//! Evidence is counted in points: what every entry of a kernel's own making has counts for a model, what no kernel writes counts
//! against it. Models of one architecture often fit alike; then they stand beside each other, in the order of [`pgtable::MODELS`].

use pgtable::{EntryKind, Isa, Level, MODELS, Model, RawEntry};

use crate::reading::{Reading, Target, bit_list};

/// How well a model fits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fit {
    /// The model.
    pub model: &'static Model,
    /// The points; the more the better.
    pub points: i32,
    /// The level at which each value fits best.
    pub levels: Vec<Level>,
    /// The evidence, the weightiest first: points, and what they are for.
    pub why: Vec<(i32, String)>,
}

/// All models, the best first. `level` is that of all values, where it is known.
pub fn fits(values: &[RawEntry], level: Option<Level>) -> Vec<Fit> {
    let mut fits: Vec<Fit> = MODELS.iter().map(|model| fit(model, values, level)).collect();
    fits.sort_by_key(|fit| -fit.points);
    fits
}

/// The values under the model and at the level that are named, else those that fit best; and the ranking, where one had to be found.
pub fn read(
    model: Option<&'static Model>,
    level: Option<Level>,
    values: &[RawEntry],
) -> (Vec<Reading>, Vec<Fit>) {
    if let (Some(model), Some(level)) = (model, level) {
        return (values.iter().map(|&value| Reading::new(model, level, value)).collect(), Vec::new());
    }
    let mut fits = fits(values, level);
    fits.retain(|fit| model.is_none_or(|model| fit.model == model));
    let readings = fits.first().map(|best| {
        let each = best.levels.iter().zip(values);
        each.map(|(&level, &value)| Reading::new(best.model, level, value)).collect()
    });
    (readings.unwrap_or_default(), fits)
}

/// What most kernels of an architecture are built as, where the values fit several of its models alike.
const COMMON: [&str; 4] = ["x86_64-4level", "arm64-4k-48", "riscv64-sv39", "loongarch64-16k-3level"];

fn fit(model: &'static Model, values: &[RawEntry], level: Option<Level>) -> Fit {
    let mut fit = Fit { model, points: 0, levels: Vec::new(), why: Vec::new() };
    for &value in values {
        let levels = Level::ALL.into_iter().filter(|&of| match level {
            Some(level) => of == level,
            None => !model.is_folded(of) || of == Level::Pte,
        });
        // Lower levels first: they are far more common.
        let readings = levels.rev().map(|of| {
            let reading = Reading::new(model, of, value);
            let why = evidence(&reading);
            (why.iter().map(|(points, _)| points).sum::<i32>(), of, why)
        });
        let best = readings.reduce(|best, next| if next.0 > best.0 { next } else { best });
        if let Some((points, of, why)) = best {
            fit.points += points;
            fit.levels.push(of);
            for (points, text) in why {
                if !fit.why.iter().any(|(_, old)| *old == text) {
                    fit.why.push((points, text));
                }
            }
        }
    }
    if COMMON.contains(&model.id) && !values.is_empty() {
        fit.points += 1;
        fit.why.push((1, "what most kernels of this architecture are built as".to_owned()));
    }
    fit.why.sort_by_key(|(points, _)| -points.abs());
    fit
}

fn evidence(reading: &Reading) -> Vec<(i32, String)> {
    let mut why: Vec<(i32, String)> = Vec::new();
    let mut says = |points: i32, text: &str| why.push((points, text.to_owned()));
    let (model, value) = (reading.model, reading.value.0);
    if value > model.word_mask {
        says(-40, "the value has more bits than an entry of this model");
        return why;
    }
    match reading.kind {
        EntryKind::None if value == 0 => {
            says(0, "0 is a hole in every model but s390x and loongarch64's upper levels");
            return why;
        }
        EntryKind::None => says(1, "what an unused slot holds"),
        EntryKind::Table | EntryKind::Leaf => says(2, "a valid entry"),
        EntryKind::NotPresent => says(-2, "the CPU must not use it: a swap entry, if anything"),
        EntryKind::Bad => says(-8, "the kernel would call it bad"),
    }
    if reading.unnamed != 0 {
        let points = -2 * reading.unnamed.count_ones().min(6).cast_signed();
        says(points, &format!("bits that have no meaning here: {}", bit_list(reading.unnamed)));
    }
    let place = match reading.target {
        Target::Table(at) | Target::Memory { start: at, .. } => at.0,
        Target::Nothing => return own(reading, why),
    };
    if place >> 46 != 0 {
        why.push((-6, "it leads beyond 64 TiB of memory".to_owned()));
    } else if place >> 40 != 0 {
        why.push((-3, "it leads beyond 1 TiB of memory".to_owned()));
    }
    if place == 0 && matches!(reading.target, Target::Table(_)) {
        why.push((-4, "a table at address 0".to_owned()));
    }
    own(reading, why)
}

/// What the kernel of an architecture always or never writes.
fn own(reading: &Reading, mut why: Vec<(i32, String)>) -> Vec<(i32, String)> {
    let value = reading.value.0;
    let mut says = |holds: bool, points: i32, text: &str| {
        if holds {
            why.push((points, text.to_owned()));
        }
    };
    let (leaf, table) = (reading.kind == EntryKind::Leaf, reading.kind == EntryKind::Table);
    let pte = reading.model.lowest_sharing(reading.level) == Level::Pte;
    match reading.model.kernel.isa {
        Isa::X86 => {
            says(
                table && value & 0xfff & !4 == 0x63,
                5,
                "_KERNPG_TABLE or _PAGE_TABLE: what x86 writes for a table",
            );
            says(table && value & 0xfff & !4 != 0x63, -3, "another set of flags than x86 writes for a table");
            // __pti_set_user_pgtbl() sets it in the kernel's copy of an entry of user space.
            says(
                table && value >> 63 == 1,
                -5,
                "NX in an entry of a table, which only page-table isolation sets, in a pgd",
            );
            says(leaf && value & 0x21 == 0x21, 2, "present and accessed");
            says(leaf && pte && value & 0x80 != 0, -2, "the PAT bit, which is rare");
            says(leaf && value & 0x46 == 0x44, -1, "a user page that is dirty but not writable");
            says(leaf && value >> 63 == 1, 1, "NX");
            says(leaf && value >> 52 & 0x1f != 0, -3, "bits 52 to 56, which x86 leaves alone");
        }
        Isa::Arm64 => {
            let shares = reading.flags.iter().find(|set| set.flag.name == "PTE_SHARED").map(|set| set.value);
            says(leaf && shares == Some(3), 3, "inner shareable");
            says(leaf && shares.is_some_and(|of| of != 3), -3, "a shareability that Linux does not use");
            says(leaf && value >> 10 & 1 == 1, 2, "the access flag is set");
            says(leaf && value >> 10 & 1 == 0, -2, "the access flag is clear");
            says(leaf && value >> 53 & 3 != 0, 2, "PXN or UXN");
            says(leaf && value >> 5 & 1 != 0, -3, "bit 5, which Linux leaves 0");
            says(leaf && value >> 63 & 1 != 0, -3, "bit 63, which Linux leaves 0");
            says(table && value & 0xbfc == 0, 3, "a table descriptor without attributes");
            says(
                table && value & 0xbfc != 0,
                -4,
                "attributes in a table descriptor, which are ignored there",
            );
            says(table && value >> 59 & 3 != 0, 3, "PXNTable or UXNTable");
        }
        Isa::Riscv => {
            says(table && value & 0x3ff == 1, 5, "nothing but V: what riscv writes for a table");
            says(table && value & 0x3fe != 0, -5, "flags in a table entry, which are reserved");
            says(
                leaf && value & 0xf == 1,
                -8,
                "neither readable nor executable: a table below the last level",
            );
            says(leaf && value & 6 == 4, -8, "writable but not readable, which is reserved");
            says(leaf && value & 0x41 == 0x41, 2, "valid and accessed");
            says(leaf && value & 0x41 == 1, -2, "not accessed: the first use faults where Svadu is missing");
            says(value >> 54 & 0x1f != 0, -4, "bits 54 to 58, which are reserved");
            let napot = value >> 63 == 1;
            says(napot && value >> 10 & 0xf != 8, -6, "NAPOT of a size that does not exist");
            says(napot && !pte, -4, "NAPOT above the last level");
        }
        Isa::Loongarch => {
            let table_like = value >> 60 == 9;
            says(table && table_like, 7, "the address of a table in the cached window");
            says(table && !table_like, -8, "no address in the cached window, as every table entry has");
            says(leaf && value & 0x81 == 0x81, 3, "valid and present");
            says(leaf && value >> 48 & 0xfff != 0, -4, "bits 48 to 59, which are not used");
            says(leaf && value >> 63 == 1, -4, "_PAGE_RPLV, which Linux leaves 0");
            says(leaf && value >> 4 & 3 == 1, 1, "coherently cached");
            says(leaf && value >> 4 & 3 > 1, -2, "uncached in a way that Linux rarely uses");
        }
        Isa::Powerpc => {
            says(leaf && value >> 62 == 3, 4, "valid, and marked as a pte");
            says(leaf && value & 0x100 != 0, 1, "accessed");
            says(table && matches!(value & 0x1f, 5 | 9), 4, "the size of a table that Linux makes");
            says(table && !matches!(value & 0x1f, 5 | 9), -6, "no size of a table that Linux makes");
            says(value >> 53 & 7 != 0, -4, "bits 53 to 55, which are reserved");
        }
        Isa::S390 => {
            says(leaf && pte && value & 0x815 == 0x15, 3, "present, young, readable");
            says(leaf && value >> 53 != 0, -4, "an address above 8 PiB");
            says(table && value >> 53 != 0, -6, "a table above 8 PiB");
        }
        Isa::Openrisc => {
            says(true, -1, "a rare machine");
            says(table && value & 0x1fff == 0x321, 4, "_KERNPG_TABLE: what openrisc writes for a table");
        }
    }
    why
}

#[cfg(test)]
mod tests {
    use super::*;

    fn best(values: &[u64], level: Option<Level>) -> &'static str {
        let values: Vec<RawEntry> = values.iter().copied().map(RawEntry).collect();
        fits(&values, level)[0].model.id
    }

    #[test]
    fn real_entries_find_their_architecture() {
        // crash 8.0.2's walks of 6.1 kernels, gdb-pt-dump, and the captures of 7.3.
        let cases: [(&[u64], &str); 9] = [
            (&[0x380_1067, 0x380_2067, 0x380_3067, 0x8000_0000_0000_0163], "x86_64"),
            (&[0x100_01e1], "x86_64"),
            (&[0x8000_0000_fee0_017b], "x86_64"),
            (&[0x8000_0000_1234_5867], "x86_64"),
            (&[0x1800_0000_4fff_8003, 0x1800_0000_4fff_7003, 0x00e8_0000_4000_0707], "arm64"),
            (&[0x00e0_0000_4100_0781], "arm64"),
            (&[0x0068_0004_1689_9f03, 0x0060_0004_1689_8f83], "arm64"),
            (&[0x2010_00e7, 0x2000_0001], "riscv64"),
            (&[0x9000_0000_0123_4000, 0x4000_0000_0123_439f], "loongarch64"),
        ];
        for (values, arch) in cases {
            assert!(best(values, None).starts_with(arch), "{values:x?}: {}", best(values, None));
        }
    }

    /// A leaf with the flags of a table and NX is the far more common one of the two; so is x86's large page of loongarch's.
    #[test]
    fn nx_in_a_leaf_comes_before_nx_in_a_table() {
        for (value, level) in [
            (0x8000_0000_0100_7067, Level::Pte),
            (0x8000_0000_0012_3063, Level::Pte),
            (0x8000_0000_4000_0183, Level::Pmd),
            (0x8000_0000_4000_01e3, Level::Pmd),
            (0x0100_7067, Level::Pmd),
        ] {
            let best = &fits(&[RawEntry(value)], None)[0];
            assert_eq!((best.model.id, best.levels[0]), ("x86_64-4level", level), "{value:x}: {best:?}");
        }
    }

    #[test]
    fn the_common_model_comes_first_of_those_that_fit_alike() {
        assert_eq!(best(&[0x1800_0000_4fff_8003, 0x00e8_0000_4000_0707], None), "arm64-4k-48");
        assert_eq!(best(&[0x8000_0000_0000_0163], Some(Level::Pte)), "x86_64-4level");
    }

    #[test]
    fn what_is_named_is_taken_and_the_rest_is_found() {
        let arm64 = pgtable::model("arm64-4k-52").expect("a model");
        let values = [RawEntry(0x00e8_0000_4020_4f03)];
        let (readings, fits) = read(Some(arm64), Some(Level::Pmd), &values);
        assert_eq!((readings[0].model, readings[0].level, fits.len()), (arm64, Level::Pmd, 0));
        let (readings, fits) = read(Some(arm64), None, &values);
        assert_eq!((readings[0].model, readings[0].level, fits.len()), (arm64, Level::Pte, 1));
        assert_eq!(read(None, None, &values).1.len(), MODELS.len());
        assert!(read(None, None, &[]).0.is_empty());
    }

    #[test]
    fn every_model_is_ranked_and_says_why() {
        let all = fits(&[RawEntry(0x8000_0000_0000_0163)], Some(Level::Pte));
        assert_eq!(all.len(), MODELS.len());
        assert!(all.windows(2).all(|pair| pair[0].points >= pair[1].points));
        assert!(all.iter().all(|fit| !fit.why.is_empty() && fit.levels == [Level::Pte]), "{all:?}");
        // 32 bits are not enough.
        assert!(all.iter().any(|fit| fit.model.id == "riscv32-sv32" && fit.points < -20));
        assert!(fits(&[], None).iter().all(|fit| fit.points == 0));
    }
}
