//! Meta's JSON, parsed leniently: a field of an unexpected type counts as absent, and only unreadable items of a list
//! are left out, so that one changed field never loses a message. Absent fields have their empty value.

mod account;
mod content;
mod message;

use std::fmt;
use std::ops::Deref;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

pub use account::{AccountUpdate, HistoryThread, NumberUpdate, StateSync, TemplateUpdate, UserIdUpdate, WabaUpdate};
pub use content::{Card, FileRef, Interactive, Location, Order, Referral, System};
pub use message::{Contact, History, Message, MessagesValue, Refusal, Status};

pub(super) use crate::lenient::wire;

wire! {
    /// The body of a call (whatsapp §3).
    Envelope {
        object: Id,
        entry: Many<Entry>,
    }

    /// The changes of one WABA.
    Entry {
        id: Id,
        changes: Many<Change>,
    }

    /// One change. The type of its value depends on the field.
    Change {
        field: Id,
        value: Value,
    }
}

impl Change {
    /// The value as a structure whose fields are all lenient.
    pub fn read<T: DeserializeOwned + Default>(&self) -> T {
        T::deserialize(&self.value).unwrap_or_default()
    }

    /// The line that it concerns; empty if it concerns the WABA.
    pub fn phone_number_id(&self) -> String {
        self.read::<MessagesValue>().metadata.phone_number_id.0
    }
}

/// A list without the items that cannot be read.
#[derive(Clone, Debug)]
pub struct Many<T>(pub Vec<T>);

impl<T> Default for Many<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Deref for Many<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Many<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let items = match Value::deserialize(deserializer)? {
            Value::Array(items) => items,
            // A single item without a list.
            item @ Value::Object(_) => vec![item],
            _ => Vec::new(),
        };
        Ok(Self(items.into_iter().filter_map(|item| serde_json::from_value(item).ok()).collect()))
    }
}

/// A text, or an integer as text: the same id may be sent as either (whatsapp §9).
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Id(pub String);

impl Id {
    /// None if empty.
    pub fn some(&self) -> Option<&str> {
        Some(self.0.trim()).filter(|text| !text.is_empty())
    }
}

impl Deref for Id {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Id {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(match Value::deserialize(deserializer)? {
            Value::String(text) => text,
            Value::Number(number) if !number.is_f64() => number.to_string(),
            _ => String::new(),
        }))
    }
}

/// A number, also if sent as text.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Number(pub Option<f64>);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = match Value::deserialize(deserializer)? {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        Ok(Self(number.filter(|number| number.is_finite())))
    }
}

/// The code of an error, also if sent as text; none if absent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Code(pub Option<u32>);

impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let id = Id::deserialize(deserializer)?;
        Ok(Self(id.some().and_then(|code| code.parse().ok())))
    }
}

/// Seconds since 1970, sent as text or as a number (whatsapp §3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Seconds(pub i64);

impl Seconds {
    /// Milliseconds since 1970; none if absent.
    pub fn millis(self) -> Option<i64> {
        self.0.checked_mul(1000).filter(|millis| *millis > 0)
    }
}

impl<'de> Deserialize<'de> for Seconds {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(match Value::deserialize(deserializer)? {
            Value::Number(number) => number.as_i64().unwrap_or_default(),
            Value::String(text) => text.trim().parse().unwrap_or_default(),
            _ => 0,
        }))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn one_broken_item_costs_no_other() {
        let entry: Entry =
            serde_json::from_value(json!({ "id": 7, "changes": [1, { "field": "a" }, null, { "field": ["x"] }] }))
                .unwrap();
        let fields: Vec<&str> = entry.changes.iter().map(|change| &*change.field).collect();
        assert_eq!((entry.id.some(), fields), (Some("7"), vec!["a", ""]));
        let other: Entry = serde_json::from_value(json!({ "changes": "many" })).unwrap();
        assert!(other.changes.is_empty());
        let single: Entry = serde_json::from_value(json!({ "changes": { "field": "a" } })).unwrap();
        assert_eq!(single.changes.len(), 1, "one item without its list");
    }

    #[test]
    fn numbers_and_times_come_as_text_too() {
        let number = |value: Value| serde_json::from_value::<Number>(value).unwrap().0;
        assert_eq!((number(json!("30.5")), number(json!(2)), number(json!("NaN"))), (Some(30.5), Some(2.0), None));
        let code = |value: Value| serde_json::from_value::<Code>(value).unwrap().0;
        assert_eq!(
            (code(json!("131047")), code(json!(131_047)), code(json!(0))),
            (Some(131_047), Some(131_047), Some(0))
        );
        assert_eq!((code(json!(null)), code(json!("many")), code(json!(-1))), (None, None, None));
        let seconds = |value: Value| serde_json::from_value::<Seconds>(value).unwrap().millis();
        assert_eq!(
            (seconds(json!("1795168800")), seconds(json!(1_795_168_800))),
            (Some(1_795_168_800_000), seconds(json!("1795168800")))
        );
        assert_eq!((seconds(json!("soon")), seconds(json!(i64::MAX))), (None, None));
    }
}
