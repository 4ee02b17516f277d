//! When two recorded events say the same.
//!
//! A record may write the same thing in several ways: a field that has its default value may be missing, be `null` or be
//! written; a number may have leading zeros or capital digits; the order of fields means nothing. None of these is a
//! difference between the kernel and the machine.

use serde_json::{Map, Value};

/// Whether the kernel's event and ours say the same.
pub(super) fn same(kernel: &Value, ours: &Value) -> bool {
    let (Value::Object(kernel), Value::Object(ours)) = (kernel, ours) else { return kernel == ours };
    let all = kernel.keys().chain(ours.keys());
    all.into_iter().all(|name| match (value_of(kernel, name), value_of(ours, name)) {
        (Some(kernel), Some(ours)) => same_value(&kernel, &ours),
        (kernel, ours) => kernel == ours,
    })
}

/// The value of a field; of one that is missing or `null` what that stands for. None of one that has to be there.
fn value_of(event: &Map<String, Value>, name: &str) -> Option<Value> {
    let written = event.get(name).filter(|value| !value.is_null());
    written.cloned().or_else(|| match name {
        // A callback or an allocation that returns nothing else returns 0.
        "ret" => Some(Value::from(0)),
        // No VMA, no action set, no entry overwritten, no table made.
        "vma" | "act" | "set" | "pa" => Some(Value::Null),
        _ => None,
    })
}

fn same_value(kernel: &Value, ours: &Value) -> bool {
    let number = |value: &Value| match value {
        Value::Number(number) => number.as_f64(),
        _ => None,
    };
    match (kernel, ours) {
        // Small numbers: depths, indexes, error numbers.
        (Value::Number(_), Value::Number(_)) => kernel == ours || number(kernel) == number(ours),
        (Value::String(kernel), Value::String(ours)) => match (hex(kernel), hex(ours)) {
            (Some(kernel), Some(ours)) => kernel == ours,
            _ => kernel == ours,
        },
        _ => kernel == ours,
    }
}

fn hex(text: &str) -> Option<u64> {
    let digits = text.strip_prefix("0x").filter(|digits| !digits.starts_with('+'))?;
    u64::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// Whether both say the same, whoever wrote which.
    fn alike(one: &Value, other: &Value) -> bool {
        let there = same(one, other);
        assert_eq!(there, same(other, one), "{one} and {other}");
        there
    }

    #[test]
    fn a_default_may_be_missing_be_null_or_be_written() {
        let plain = json!({"e": "test_walk", "a": "0x1000"});
        for (name, value) in [
            ("ret", json!(0)),
            ("ret", Value::Null),
            ("vma", Value::Null),
            ("act", Value::Null),
            ("set", Value::Null),
            ("pa", Value::Null),
        ] {
            let mut written = plain.clone();
            written[name] = value;
            assert!(alike(&plain, &written), "{written}");
        }
        for (name, value) in [
            ("ret", json!(1)),
            ("vma", json!(0)),
            ("act", json!("SUBTREE")),
            ("set", json!("0x0")),
            ("pa", json!("0x0")),
            ("d", json!(0)),
            ("ok", json!(false)),
        ] {
            let mut written = plain.clone();
            written[name] = value;
            assert!(!alike(&plain, &written), "{written}");
        }
    }

    #[test]
    fn numbers_are_compared_as_numbers() {
        let of = |value: Value| json!({"e": "bad", "v": value});
        assert!(alike(&of(json!("0x00AB")), &of(json!("0xab"))));
        assert!(alike(&of(json!(-1)), &of(json!(-1.0))));
        assert!(!alike(&of(json!("0xab")), &of(json!("0xac"))));
        assert!(!alike(&of(json!("ab")), &of(json!("AB"))), "a name is no number");
        assert!(!alike(&of(json!("0x1")), &of(json!(1))), "an address is no small number");
        assert!(!alike(&of(json!(u64::MAX)), &of(json!(1))));
    }

    #[test]
    fn the_order_of_fields_means_nothing_and_a_field_more_does() {
        let parse = |text: &str| serde_json::from_str::<Value>(text).expect("a value");
        let one = parse(r#"{"e":"again","lvl":"pmd","a":"0x0"}"#);
        assert!(alike(&one, &parse(r#"{"a":"0x0","lvl":"pmd","e":"again"}"#)));
        assert!(!alike(&one, &parse(r#"{"a":"0x0","lvl":"pmd","e":"again","more":1}"#)));
        assert!(!alike(&one, &parse("[]")));
    }
}
