//! The architectures, one file each (arm64 a folder), and the list of all models. Where others need bits of an entry by
//! themselves, as a dump of page tables does, they are public.

pub mod arm64;
mod loongarch64;
mod openrisc;
pub mod powerpc64;
pub mod riscv;
pub mod s390x;
pub mod x86_64;

use core::fmt;

use crate::Model;

/// Every model, in the order in which a person is offered them.
pub static MODELS: &[&Model] = &joined();

/// The one that is offered first.
pub static FIRST: &Model = &x86_64::FOUR_LEVEL;

/// Those of them that a program which arrives in parts has from its start.
const BASE: [&Model; 10] = [
    &x86_64::FOUR_LEVEL,
    &x86_64::FIVE_LEVEL,
    &riscv::SV39,
    &riscv::SV48,
    &riscv::SV57,
    &arm64::models::PAGES_4K_VA_39,
    &arm64::models::PAGES_4K_VA_48,
    &arm64::models::PAGES_16K_VA_47,
    &arm64::models::PAGES_16K_VA_48,
    &arm64::models::PAGES_64K_VA_48,
];

/// Those that come with a later part: more for who has such a machine than for who sees a walk for the first time.
const LATER: [&Model; 19] = [
    &arm64::models::PAGES_4K_VA_52,
    &arm64::models::PAGES_4K_VA_52_ON_48,
    &arm64::models::PAGES_16K_VA_36,
    &arm64::models::PAGES_16K_VA_52,
    &arm64::models::PAGES_16K_VA_52_ON_47,
    &arm64::models::PAGES_64K_VA_42,
    &arm64::models::PAGES_64K_VA_48_PA_52,
    &arm64::models::PAGES_64K_VA_52,
    &loongarch64::PAGES_4K_3_LEVEL,
    &loongarch64::PAGES_4K_4_LEVEL,
    &loongarch64::PAGES_16K_2_LEVEL,
    &loongarch64::PAGES_16K_3_LEVEL,
    &loongarch64::PAGES_64K_2_LEVEL,
    &loongarch64::PAGES_64K_3_LEVEL,
    &riscv::SV32,
    &openrisc::TWO_LEVEL,
    &powerpc64::PAGES_64K,
    &powerpc64::PAGES_4K,
    &s390x::MODEL,
];

const fn joined() -> [&'static Model; BASE.len() + LATER.len()] {
    let mut all = [BASE[0]; BASE.len() + LATER.len()];
    let mut at = 0;
    while at < all.len() {
        all[at] = if at < BASE.len() { BASE[at] } else { LATER[at - BASE.len()] };
        at += 1;
    }
    all
}

/// The models that are here, in the order of [`MODELS`]: all of them. Only with the feature `parts` the last ones are not until
/// [`complete`](crate::complete) is called.
#[cfg(not(feature = "parts"))]
pub fn models() -> impl Iterator<Item = &'static Model> + Clone {
    MODELS.iter().copied()
}

/// The models that are here, in the order of [`MODELS`]: the first ones, and all once [`complete`](crate::complete) was called.
#[cfg(feature = "parts")]
pub fn models() -> impl Iterator<Item = &'static Model> + Clone {
    static HERE: &[&Model] = &BASE;
    HERE.iter().chain(LATER_HERE.get().copied().unwrap_or_default()).copied()
}

#[cfg(feature = "parts")]
static LATER_HERE: once_cell::race::OnceRef<'static, &[&Model]> = once_cell::race::OnceRef::new();

/// Whether all models are here.
pub fn are_complete() -> bool {
    #[cfg(feature = "parts")]
    return LATER_HERE.get().is_some();
    #[cfg(not(feature = "parts"))]
    true
}

/// Whether a program that arrives in parts does not have this one at its start.
pub fn comes_later(model: &Model) -> bool {
    LATER.iter().any(|of| of.id == model.id)
}

/// Makes all models known.
#[cfg(feature = "parts")]
pub(crate) fn complete() {
    static REST: &[&Model] = &LATER;
    // A second time changes nothing.
    let _ = LATER_HERE.set(&REST);
}

/// No model has this name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub struct UnknownModel;

/// Names every model.
impl fmt::Display for UnknownModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("unknown page-table model; known are ")?;
        let count = models().count();
        for (index, model) in models().enumerate() {
            let between = match index {
                0 => "",
                _ if index + 1 == count => " and ",
                _ => ", ",
            };
            f.write_str(between)?;
            f.write_str(model.id)?;
        }
        Ok(())
    }
}

/// The model with this name, for example `riscv64-sv39`.
pub fn model(id: &str) -> Result<&'static Model, UnknownModel> {
    models().find(|model| model.id == id).ok_or(UnknownModel)
}

/// The first model of the architecture whose folder in the kernel's `arch/` has this name, for example `riscv`.
pub fn of_folder(folder: &str) -> Option<&'static Model> {
    MODELS.iter().copied().find(|model| model.id.starts_with(folder))
}

/// The model that is nearest to a machine of a name that no model's is near to, as `uname -m` and others have it.
pub fn family(name: &str) -> Option<&'static str> {
    const FAMILIES: [(&str, &str); 9] = [
        ("powerpc", "ppc64le-64k-radix"),
        ("ppc", "ppc64le-64k-radix"),
        ("i386", "x86_64-4level"),
        ("i686", "x86_64-4level"),
        ("amd64", "x86_64-4level"),
        ("x86", "x86_64-4level"),
        ("aarch64", "arm64-4k-48"),
        ("s390", "s390x"),
        ("loongarch", "loongarch64-16k-3level"),
    ];
    FAMILIES.iter().find(|(begin, _)| name.starts_with(begin)).map(|&(_, id)| id)
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use std::string::ToString;

    #[test]
    fn the_error_names_every_model() {
        let message = UnknownModel.to_string();
        let list = message.strip_prefix("unknown page-table model; known are ").expect("a list");
        let names: std::vec::Vec<&str> = list.split(", ").flat_map(|part| part.split(" and ")).collect();
        let expected: std::vec::Vec<&str> = MODELS.iter().map(|model| model.id).collect();
        assert_eq!(names, expected);
        let last = MODELS.last().expect("there are models").id;
        assert!(message.ends_with(&std::format!(" and {last}")), "{message}");
        assert_eq!(message.matches(" and ").count(), 1, "{message}");
    }

    #[test]
    fn a_name_finds_its_model_and_no_other() {
        for known in MODELS {
            assert!(core::ptr::eq(model(known.id).expect("a model of this crate"), *known), "{}", known.id);
        }
        assert_eq!(model("vax"), Err(UnknownModel));
        for near in ["powerpc64", "ppc64", "i386", "amd64", "aarch64"].map(family) {
            assert!(near.is_some_and(|id| model(id).is_ok()), "{near:?}");
        }
        assert_eq!(family("mips64"), None);
    }
}
