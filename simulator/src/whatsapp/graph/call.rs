//! A call in any encoding: typed in JSON, as text in query, form and multipart.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::error::GraphError;

/// A file of a multipart body.
#[derive(Clone, Debug)]
pub(super) struct File {
    pub(super) name: Option<String>,
    pub(super) mime: Option<String>,
    pub(super) bytes: Bytes,
}

/// A Graph call.
#[derive(Clone, Debug, Default)]
pub(super) struct Call {
    /// `GET`, `POST`, `DELETE`.
    pub(super) method: String,
    /// The path without the version.
    pub(super) path: Vec<String>,
    pub(super) token: Option<String>,
    pub(super) values: Map<String, Value>,
    pub(super) files: BTreeMap<String, File>,
    /// The bytes of a body in no known encoding: a resumable upload.
    pub(super) raw: Bytes,
    /// The header `file_offset` of such an upload.
    pub(super) offset: Option<usize>,
}

impl Call {
    /// A parameter as text, also if it is a number.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        match self.values.get(name)? {
            Value::String(text) => Some(text.clone()),
            Value::Null => None,
            other => Some(other.to_string()),
        }
    }

    /// A required, non-empty parameter.
    pub(super) fn needed(&self, name: &str) -> Result<String, GraphError> {
        let given = self.text(name).filter(|text| !text.is_empty());
        given.ok_or_else(|| GraphError::parameter(&format!("The parameter {name} is required.")))
    }

    pub(super) fn int(&self, name: &str) -> Option<i64> {
        match self.values.get(name)? {
            Value::Number(number) => number.as_i64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        }
    }

    /// An array or object: native in JSON, else JSON text.
    pub(super) fn value(&self, name: &str) -> Option<Value> {
        match self.values.get(name)? {
            Value::Null => None,
            Value::String(text) => serde_json::from_str(text).ok(),
            other => Some(other.clone()),
        }
    }

    /// `messaging_product` must be `whatsapp`.
    pub(super) fn is_for_whatsapp(&self) -> Result<(), GraphError> {
        match self.needed("messaging_product")?.as_str() {
            "whatsapp" => Ok(()),
            _ => Err(GraphError::parameter("Param messaging_product must be one of {WHATSAPP}")),
        }
    }

    /// The names of `fields`.
    pub(super) fn fields(&self) -> Vec<String> {
        let text = self.text("fields").unwrap_or_default();
        // Sub-fields in braces or parentheses belong to their field.
        let plain = |one: &str| one.split(['{', '(', '.']).next().unwrap_or_default().trim().to_owned();
        text.split(',').map(plain).filter(|one| !one.is_empty()).collect()
    }

    /// As shown in the log.
    pub(super) fn shown(&self) -> Value {
        let mut shown = self.values.clone();
        for secret in ["access_token", "client_secret", "input_token"] {
            if shown.contains_key(secret) {
                shown.insert(secret.to_owned(), json!("…"));
            }
        }
        for (key, file) in &self.files {
            let name = file.name.as_deref().unwrap_or("without a name");
            shown.insert(key.clone(), json!(format!("<file {name}, {} bytes>", file.bytes.len())));
        }
        Value::Object(shown)
    }
}
