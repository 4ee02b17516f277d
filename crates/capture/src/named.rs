//! Values with names: the `layout` and the `roots` of an image.

use crate::ImportError;
use crate::json::At;

/// Longest name in bytes. `CPU_ENTRY_AREA_BASE` has 19.
const MAX_NAME: usize = 40;

/// Values by the kernel's own names: addresses, registers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Named(Vec<(String, u64)>);

impl Named {
    /// Reads all members of the object `key` of the document, at most `most`.
    pub(crate) fn read(root: &At<'_>, key: &str, most: usize) -> Result<Self, ImportError> {
        let object = root.get(key, "an object")?;
        let names = object.names(most + 1)?;
        if names.len() > most {
            return Err(object.must_be("an object of at most 1000 names"));
        }
        let read = |name: String| {
            if name.len() > MAX_NAME {
                return Err(object.must_be("an object whose names have at most 40 bytes"));
            }
            let value = object.hex(&name)?;
            Ok((name, value))
        };
        names.into_iter().map(read).collect::<Result<_, _>>().map(Self)
    }

    /// The value of a name.
    pub fn get(&self, name: &str) -> Option<u64> {
        self.iter().find_map(|(of, value)| (of == name).then_some(value))
    }

    /// All names and values, in no order that means anything.
    pub fn iter(&self) -> impl Iterator<Item = (&str, u64)> {
        self.0.iter().map(|(name, value)| (name.as_str(), *value))
    }
}

#[cfg(all(test, feature = "json"))]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn read(document: &Value) -> Result<Named, ImportError> {
        Named::read(&At::top(Box::new(document)), "layout", 1000)
    }

    fn error_of(layout: &Value) -> String {
        read(&json!({ "layout": layout })).expect_err("a broken object").to_string()
    }

    #[test]
    fn names_have_values() {
        let document = json!({ "layout": { "CR3": "0x4f3000", "KERNEL_HALF": "0xff00000000000000" } });
        let layout = read(&document).expect("valid");
        assert_eq!(layout.get("KERNEL_HALF"), Some(0xff00_0000_0000_0000));
        assert_eq!(layout.get("SATP"), None);
        assert_eq!(layout.iter().count(), 2);
    }

    #[test]
    fn errors_say_what_and_where() {
        let number = "layout.CR3 must be a number of at most 64 bits as a string like \"0x1000\"";
        for value in [json!(16), json!("16"), json!("0x+1"), json!("0x1ffffffffffffffff"), json!(null)] {
            assert_eq!(error_of(&json!({ "CR3": value })), number);
        }
        assert_eq!(error_of(&json!(["0x1000"])), "layout must be an object");
        assert_eq!(
            error_of(&json!({ "X".repeat(41): "0x0" })),
            "layout must be an object whose names have at most 40 bytes"
        );
        let many: Value = (0..1001).map(|n| (format!("N{n}"), json!("0x0"))).collect();
        assert_eq!(error_of(&many), "layout must be an object of at most 1000 names");
        assert_eq!(read(&json!({})).expect_err("nothing there").to_string(), "layout must be an object");
    }
}
