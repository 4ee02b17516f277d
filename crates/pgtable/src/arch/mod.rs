//! The architectures, one file each (arm64 a folder), and the list of all models. Where others need bits of an entry by
//! themselves, as a dump of page tables does, they are public.

pub mod arm64;
mod loongarch64;
mod openrisc;
pub mod riscv;
pub mod x86_64;

use core::fmt;

use crate::Model;

/// Every model, in the order in which a person is offered them.
pub static MODELS: &[&Model] = &[
    &x86_64::FOUR_LEVEL,
    &x86_64::FIVE_LEVEL,
    &riscv::SV39,
    &riscv::SV48,
    &riscv::SV57,
    &arm64::models::PAGES_4K_VA_39,
    &arm64::models::PAGES_4K_VA_48,
    &arm64::models::PAGES_4K_VA_52,
    &arm64::models::PAGES_4K_VA_52_ON_48,
    &arm64::models::PAGES_16K_VA_36,
    &arm64::models::PAGES_16K_VA_47,
    &arm64::models::PAGES_16K_VA_48,
    &arm64::models::PAGES_16K_VA_52,
    &arm64::models::PAGES_16K_VA_52_ON_47,
    &arm64::models::PAGES_64K_VA_42,
    &arm64::models::PAGES_64K_VA_48,
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
];

/// No model has this name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub struct UnknownModel;

/// Names every model.
impl fmt::Display for UnknownModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("unknown page-table model; known are ")?;
        for (index, model) in MODELS.iter().enumerate() {
            let between = match index {
                0 => "",
                _ if index + 1 == MODELS.len() => " and ",
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
    MODELS.iter().copied().find(|model| model.id == id).ok_or(UnknownModel)
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
    }
}
