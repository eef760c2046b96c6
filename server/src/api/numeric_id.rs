//! Ids of amoCRM in JSON.

use std::fmt;

use serde::de::Visitor;
use serde::{Deserialize, Deserializer};

/// A 64-bit id of amoCRM: returned as a string, accepted as a string or a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NumericId(pub i64);

impl<'de> Deserialize<'de> for NumericId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Id;
        impl Visitor<'_> for Id {
            type Value = NumericId;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an id of digits, as a string")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<NumericId, E> {
                let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
                let id = text.parse().ok().filter(|id| digits && *id > 0);
                id.map(NumericId).ok_or_else(|| E::custom("expected an id of digits, as a string"))
            }

            fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<NumericId, E> {
                let id = i64::try_from(number).ok().filter(|id| *id > 0);
                id.map(NumericId).ok_or_else(|| E::custom("expected an id of digits, as a string"))
            }
        }
        deserializer.deserialize_any(Id)
    }
}
