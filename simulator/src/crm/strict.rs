//! Parses JSON like the Chats API: a number sent as text, or the reverse, is an error.

use serde_json::{Map, Value};

/// A JSON object and its path, for error messages.
pub(crate) struct Object<'a> {
    map: &'a Map<String, Value>,
    path: String,
}

/// What is wrong with a field, in actionable words.
pub(crate) type Wrong = String;

impl<'a> Object<'a> {
    /// The whole body, which must be an object.
    pub(crate) fn whole(value: &'a Value) -> Result<Self, Wrong> {
        match value {
            Value::Object(map) => Ok(Self { map, path: String::new() }),
            _ => Err("the body must be a JSON object".to_owned()),
        }
    }

    fn name(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    fn wrong(&self, key: &str, kind: &str) -> Wrong {
        format!("{} must be {kind}", self.name(key))
    }

    /// The raw value, if present; JSON null counts as absent.
    pub(crate) fn raw(&self, key: &str) -> Option<&'a Value> {
        self.map.get(key).filter(|value| !value.is_null())
    }

    /// Keys that are not in this list.
    pub(crate) fn strangers(&self, known: &[&str]) -> Vec<String> {
        self.map.keys().filter(|key| !known.contains(&key.as_str())).map(|key| self.name(key)).collect()
    }

    /// Rejects keys that are not in this list.
    pub(crate) fn only(&self, known: &[&str]) -> Result<(), Wrong> {
        match self.strangers(known).first() {
            Some(stranger) => Err(format!("{stranger} is not a known field")),
            None => Ok(()),
        }
    }

    pub(crate) fn text(&self, key: &str) -> Result<Option<&'a str>, Wrong> {
        match self.raw(key) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(self.wrong(key, "a string")),
        }
    }

    /// A required, non-empty text.
    pub(crate) fn required_text(&self, key: &str) -> Result<&'a str, Wrong> {
        self.text(key)?.filter(|text| !text.is_empty()).ok_or_else(|| format!("{} is required", self.name(key)))
    }

    /// A required text of at most `limit` characters.
    pub(crate) fn short_text(&self, key: &str, limit: usize) -> Result<&'a str, Wrong> {
        let text = self.required_text(key)?;
        if text.chars().count() > limit {
            return Err(format!("{} is longer than {limit} characters", self.name(key)));
        }
        Ok(text)
    }

    /// An http or https address, if present and not empty.
    pub(crate) fn link(&self, key: &str) -> Result<Option<&'a str>, Wrong> {
        let Some(text) = self.text(key)?.filter(|text| !text.is_empty()) else {
            return Ok(None);
        };
        match url::Url::parse(text) {
            Ok(url) if matches!(url.scheme(), "http" | "https") => Ok(Some(text)),
            _ => Err(self.wrong(key, "an http or https URL")),
        }
    }

    pub(crate) fn whole_number(&self, key: &str) -> Result<Option<i64>, Wrong> {
        match self.raw(key) {
            None => Ok(None),
            Some(value) => value.as_i64().map(Some).ok_or_else(|| self.wrong(key, "an integer")),
        }
    }

    pub(crate) fn required_number(&self, key: &str) -> Result<i64, Wrong> {
        self.whole_number(key)?.ok_or_else(|| format!("{} is required", self.name(key)))
    }

    /// A required number, with or without a fraction.
    pub(crate) fn required_float(&self, key: &str) -> Result<f64, Wrong> {
        match self.raw(key) {
            None => Err(format!("{} is required", self.name(key))),
            Some(value) => value.as_f64().ok_or_else(|| self.wrong(key, "a number")),
        }
    }

    pub(crate) fn boolean(&self, key: &str) -> Result<Option<bool>, Wrong> {
        match self.raw(key) {
            None => Ok(None),
            Some(Value::Bool(value)) => Ok(Some(*value)),
            Some(_) => Err(self.wrong(key, "a boolean")),
        }
    }

    pub(crate) fn object(&self, key: &str) -> Result<Option<Object<'a>>, Wrong> {
        match self.raw(key) {
            None => Ok(None),
            Some(Value::Object(map)) => Ok(Some(Object { map, path: self.name(key) })),
            Some(_) => Err(self.wrong(key, "an object")),
        }
    }

    pub(crate) fn required_object(&self, key: &str) -> Result<Object<'a>, Wrong> {
        self.object(key)?.ok_or_else(|| format!("{} is required", self.name(key)))
    }

    /// The external id of a source: printable ASCII with spaces, at most `limit` characters.
    pub(crate) fn external_id(&self, key: &str, limit: usize) -> Result<Option<&'a str>, Wrong> {
        let Some(text) = self.text(key)? else {
            return Ok(None);
        };
        if text.is_empty() || text.len() > limit || !text.bytes().all(|byte| (32..127).contains(&byte)) {
            return Err(self.wrong(key, &format!("1 to {limit} printable ASCII characters")));
        }
        Ok(Some(text))
    }
}
