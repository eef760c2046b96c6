//! Parameters of a call in any encoding: typed in JSON, as text in query, form and multipart.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::answer::{Refusal, bad};

/// A file of a multipart body.
#[derive(Clone, Debug)]
pub(super) struct Upload {
    pub(super) name: Option<String>,
    pub(super) mime: Option<String>,
    pub(super) bytes: Bytes,
}

/// All parameters of a call.
#[derive(Clone, Debug, Default)]
pub(super) struct Params {
    pub(super) values: Map<String, Value>,
    pub(super) files: BTreeMap<String, Upload>,
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

    /// A required, non-empty parameter.
    pub(super) fn needed(&self, name: &str, otherwise: &str) -> Result<String, Refusal> {
        self.text(name).filter(|text| !text.is_empty()).ok_or_else(|| bad(otherwise))
    }

    pub(super) fn int(&self, name: &str) -> Option<i64> {
        match self.values.get(name)? {
            Value::Number(number) => number.as_i64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        }
    }

    pub(super) fn float(&self, name: &str) -> Option<f64> {
        match self.values.get(name)? {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        }
    }

    pub(super) fn flag(&self, name: &str) -> bool {
        match self.values.get(name) {
            Some(Value::Bool(on)) => *on,
            Some(Value::String(text)) => ["true", "1", "yes"].contains(&text.to_ascii_lowercase().as_str()),
            Some(Value::Number(number)) => number.as_i64() == Some(1),
            _ => false,
        }
    }

    /// An array or object: native in JSON, else JSON text. `what` names it in the error.
    pub(super) fn json(&self, name: &str, what: &str) -> Result<Option<Value>, Refusal> {
        match self.values.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) if text.is_empty() => Ok(None),
            Some(Value::String(text)) => {
                let parsed =
                    serde_json::from_str::<Value>(text).ok().filter(|value| value.is_object() || value.is_array());
                parsed.map(Some).ok_or_else(|| bad(&format!("can't parse {what} JSON object")))
            }
            Some(value) => Ok(Some(value.clone())),
        }
    }

    /// As shown in the log.
    pub(super) fn shown(&self) -> Value {
        let mut shown = self.values.clone();
        for (key, file) in &self.files {
            let name = file.name.as_deref().unwrap_or("without a name");
            shown.insert(key.clone(), json!(format!("<file {name}, {} bytes>", file.bytes.len())));
        }
        Value::Object(shown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_and_json_are_read_alike() {
        for values in [json!({"id": 5, "on": true, "list": ["a"]}), json!({"id": "5", "on": "True", "list": "[\"a\"]"})]
        {
            let params = Params { values: values.as_object().cloned().unwrap_or_default(), ..Params::default() };
            assert_eq!((params.int("id"), params.flag("on")), (Some(5), true));
            assert_eq!(params.json("list", "list"), Ok(Some(json!(["a"]))));
        }
        let broken = Params { values: [("list".to_owned(), json!("[a"))].into_iter().collect(), ..Params::default() };
        assert_eq!(
            broken.json("list", "reply keyboard markup").map_err(|one| one.description),
            Err("Bad Request: can't parse reply keyboard markup JSON object".to_owned())
        );
    }
}
