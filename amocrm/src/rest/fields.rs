//! Values of custom fields, mainly phones and e-mail addresses of contacts.

use serde::Serialize;
use serde_json::Value;

use crate::lenient;

/// The values of one custom field, for reading and writing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Field {
    /// CRM id of the field. Identify the field by it or by its code.
    #[serde(rename = "field_id", skip_serializing_if = "Option::is_none")]
    pub id: Option<i64>,
    /// `PHONE`, `EMAIL`, …; fields created by users have none.
    #[serde(rename = "field_code", skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Its values. When written, they replace **all** existing ones.
    pub values: Vec<FieldValue>,
}

/// One value of a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldValue {
    /// A text for phones, addresses and most others; a number or an object for some.
    pub value: Value,
    /// The kind of the value, e.g. `WORK`, `MOB`, `PRIV`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enum_code: Option<String>,
}

impl Field {
    /// The code of the phone field.
    pub const PHONE: &'static str = "PHONE";
    /// The code of the e-mail field.
    pub const EMAIL: &'static str = "EMAIL";

    /// One phone number of kind `WORK`.
    pub fn phone(number: &str) -> Self {
        Self::work(Self::PHONE, number)
    }

    /// One e-mail address of kind `WORK`.
    pub fn email(address: &str) -> Self {
        Self::work(Self::EMAIL, address)
    }

    /// One text of a field created by users, by its CRM id.
    pub fn text(id: i64, text: &str) -> Self {
        Self { id: Some(id), code: None, values: vec![FieldValue { value: text.into(), enum_code: None }] }
    }

    /// The values that are texts or numbers, as text.
    pub fn texts(&self) -> impl Iterator<Item = String> {
        self.values.iter().filter_map(FieldValue::text)
    }

    pub(crate) fn work(code: &str, text: &str) -> Self {
        let value = FieldValue { value: text.into(), enum_code: Some("WORK".to_owned()) };
        Self { id: None, code: Some(code.to_owned()), values: vec![value] }
    }

    /// In the form of the API (`field_id`, `field_code`, `values[].value`) or of hooks (`id`, `code`, with `values`
    /// being texts, objects, or one object; crm-api §7.3).
    pub(crate) fn read(field: &Value) -> Option<Self> {
        let id = lenient::number(field, "field_id").or_else(|| lenient::number(field, "id"));
        let code = lenient::text(field, "field_code").or_else(|| lenient::text(field, "code"));
        let listed = match field.get("values") {
            Some(single @ Value::Object(members)) if members.contains_key("value") => vec![single],
            Some(single @ (Value::String(_) | Value::Number(_))) => vec![single],
            _ => lenient::list(field, "values"),
        };
        let values = listed.into_iter().filter_map(FieldValue::read).collect();
        (id.is_some() || code.is_some()).then_some(Self { id, code, values })
    }
}

impl FieldValue {
    /// The value if it is a non-empty text or a number.
    pub fn text(&self) -> Option<String> {
        match &self.value {
            Value::String(text) => Some(text.clone()).filter(|text| !text.is_empty()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }

    fn read(value: &Value) -> Option<Self> {
        match value {
            Value::Null => None,
            Value::Object(members) => {
                Some(Self { value: members.get("value")?.clone(), enum_code: lenient::text(value, "enum_code") })
            }
            plain => Some(Self { value: plain.clone(), enum_code: None }),
        }
    }
}
