//! Parameters of a call in any encoding: typed in JSON, as text in query, form and multipart.

use bytes::Bytes;
use serde_json::{Map, Value, json};

/// A file of a multipart body.
#[derive(Clone, Debug)]
pub(super) struct Upload {
    pub(super) name: String,
    pub(super) mime: String,
    pub(super) bytes: Bytes,
}

/// All parameters of a call.
#[derive(Clone, Debug, Default)]
pub(super) struct Params {
    pub(super) values: Map<String, Value>,
    /// The part `filedata`.
    pub(super) file: Option<Upload>,
    /// From `Authorization` or `access_token`.
    pub(super) token: String,
}

impl Params {
    /// A parameter as text, also if it is a number.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        match self.values.get(name)? {
            Value::String(text) => Some(text.clone()),
            Value::Null => None,
            other => Some(other.to_string()),
        }
    }

    /// An object: native in JSON, else JSON text.
    pub(super) fn object(&self, name: &str) -> Value {
        match self.values.get(name) {
            Some(Value::String(text)) => serde_json::from_str(text).unwrap_or(Value::Null),
            Some(value) => value.clone(),
            None => Value::Null,
        }
    }

    /// A comma-separated list.
    pub(super) fn list(&self, name: &str) -> Vec<String> {
        match self.values.get(name) {
            Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            _ => {
                let text = self.text(name).unwrap_or_default();
                text.split(',').map(|one| one.trim().to_owned()).filter(|one| !one.is_empty()).collect()
            }
        }
    }

    /// As shown in the log: without the token.
    pub(super) fn shown(&self) -> Value {
        let mut shown = self.values.clone();
        for secret in ["access_token", "client_secret", "verify_token"] {
            if shown.contains_key(secret) {
                shown.insert(secret.to_owned(), json!("…"));
            }
        }
        if let Some(file) = &self.file {
            shown.insert("filedata".to_owned(), json!(format!("<file {}, {} bytes>", file.name, file.bytes.len())));
        }
        Value::Object(shown)
    }
}
