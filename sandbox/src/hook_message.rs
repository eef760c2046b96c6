//! What a manager can send.

use serde_json::{Map, Value, json};

/// A manager's message of any kind.
#[derive(Clone, Debug)]
pub struct HookMessage {
    pub(crate) fields: Map<String, Value>,
    pub(crate) msec_timestamp: Option<i64>,
}

impl HookMessage {
    /// A text.
    pub fn text(text: &str) -> Self {
        Self::of_kind("text").with("text", json!(text))
    }

    /// A message with a file: `kind` is `picture`, `file`, `video`, `voice`, `audio` or `sticker`.
    pub fn file(kind: &str, url: &str, name: &str, size: u64) -> Self {
        Self::of_kind(kind).with("media", json!(url)).with("file_name", json!(name)).with("file_size", json!(size))
    }

    fn of_kind(kind: &str) -> Self {
        let mut fields = Map::new();
        for (key, value) in [
            ("type", json!(kind)),
            ("text", json!("")),
            ("tag", json!("")),
            ("media", json!("")),
            ("thumbnail", json!("")),
            ("file_name", json!("")),
            ("file_size", json!(0)),
        ] {
            fields.insert(key.to_owned(), value);
        }
        Self { fields, msec_timestamp: None }
    }

    /// Sets any field of the inner message: `markup`, `template`, `reply_to`, `media_group_id`, …
    #[must_use]
    pub fn with(mut self, key: &str, value: Value) -> Self {
        self.fields.insert(key.to_owned(), value);
        self
    }

    /// Sets the time of the message in milliseconds; without it the sandbox's clock is asked.
    #[must_use]
    pub fn at(mut self, msec_timestamp: i64) -> Self {
        self.msec_timestamp = Some(msec_timestamp);
        self
    }
}
