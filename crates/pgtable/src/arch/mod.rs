//! The architectures, one file each.

mod arm64;
mod riscv64;
mod x86_64;

use crate::Model;

/// Every model, in the order in which a person is offered them.
pub static MODELS: &[&Model] = &[
    &x86_64::FOUR_LEVEL,
    &x86_64::FIVE_LEVEL,
    &riscv64::SV39,
    &riscv64::SV48,
    &riscv64::SV57,
    &arm64::PAGES_4K_VA_48,
    &arm64::PAGES_16K_VA_48,
];

/// No model has this name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "unknown page-table model; known are x86_64-4level, x86_64-5level, riscv64-sv39, riscv64-sv48, riscv64-sv57, arm64-4k-48 and arm64-16k-48"
)]
pub struct UnknownModel;

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
        for model in MODELS {
            assert!(message.contains(model.id), "{} is not offered", model.id);
        }
    }

    #[test]
    fn layouts_are_ordered_and_disjoint() {
        for model in MODELS {
            for pair in model.layout.windows(2) {
                assert!(pair[0].last < pair[1].start, "{model:?}: {} and {}", pair[0].name, pair[1].name);
            }
        }
    }
}
