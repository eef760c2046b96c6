//! Reads JSON of a PHP service: numbers may be texts, empty objects `[]`, missing values `null` or `""` (crm-api §0,
//! chats-api §4.3). All functions here return `None` instead of failing.

use serde_json::Value;

/// The field, unless it is missing, `null`, `""`, `[]` or `{}`.
pub(crate) fn present<'value>(value: &'value Value, key: &str) -> Option<&'value Value> {
    value.get(key).filter(|member| match member {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(members) => !members.is_empty(),
        Value::Bool(_) | Value::Number(_) => true,
    })
}

/// The field as a non-empty text; a number is converted.
pub(crate) fn text(value: &Value, key: &str) -> Option<String> {
    match present(value, key)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// The field as a whole number: an integer, a float (its whole part) or a text of either.
pub(crate) fn number(value: &Value, key: &str) -> Option<i64> {
    match present(value, key)? {
        Value::Number(number) => number.as_i64().or_else(|| number.as_f64().and_then(whole)),
        Value::String(text) => {
            let text = text.trim();
            text.parse().ok().or_else(|| text.parse().ok().and_then(whole))
        }
        _ => None,
    }
}

/// The field as a finite number, or a text of one.
pub(crate) fn float(value: &Value, key: &str) -> Option<f64> {
    let float: Option<f64> = match present(value, key)? {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    float.filter(|float| float.is_finite())
}

/// The field as a size or duration: a [`number`] above zero.
pub(crate) fn size(value: &Value, key: &str) -> Option<u64> {
    number(value, key).and_then(|number| u64::try_from(number).ok()).filter(|number| *number > 0)
}

/// The field as a boolean: a boolean, `0`/`1`, or a text of either.
pub(crate) fn flag(value: &Value, key: &str) -> Option<bool> {
    match present(value, key)? {
        Value::Bool(flag) => Some(*flag),
        Value::Number(number) => number.as_f64().map(|number| number != 0.0),
        Value::String(text) => match text.trim().to_ascii_lowercase().as_str() {
            "1" | "true" => Some(true),
            "0" | "false" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

/// The elements of a list; PHP writes a list with gaps as an object, whose values are used then.
pub(crate) fn list<'value>(value: &'value Value, key: &str) -> Vec<&'value Value> {
    match value.get(key) {
        Some(Value::Array(items)) => items.iter().collect(),
        Some(Value::Object(members)) => members.values().collect(),
        _ => Vec::new(),
    }
}

/// The whole part of a float, if it fits; without a lossy cast.
fn whole(float: f64) -> Option<i64> {
    if float.is_finite() && float.abs() < 9.0e18 { format!("{:.0}", float.trunc()).parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_are_read_in_any_notation() {
        let value = json!({"a": 7, "b": "8", "c": 9.9, "d": " 1e3 ", "e": "x", "f": -1, "g": 1e300, "h": "-0.5"});
        let read = |key| number(&value, key);
        assert_eq!(read("a"), Some(7));
        assert_eq!(read("b"), Some(8));
        assert_eq!(read("c"), Some(9));
        assert_eq!(read("d"), Some(1000));
        assert_eq!(read("e"), None);
        assert_eq!(read("f"), Some(-1));
        assert_eq!(read("g"), None);
        assert_eq!(read("h"), Some(0));
        assert_eq!(size(&value, "f"), None);
        assert_eq!((float(&value, "c"), float(&value, "h"), float(&value, "e")), (Some(9.9), Some(-0.5), None));
        assert_eq!(float(&json!({"a": "NaN"}), "a"), None);
    }

    #[test]
    fn empty_values_in_any_notation_are_absent() {
        let value = json!({"a": null, "b": "", "c": [], "d": {}, "e": 0});
        for key in ["a", "b", "c", "d", "missing"] {
            assert_eq!(present(&value, key), None, "{key}");
        }
        assert!(present(&value, "e").is_some());
        assert_eq!(text(&value, "e").as_deref(), Some("0"));
        assert_eq!(flag(&value, "e"), Some(false));
    }
}
