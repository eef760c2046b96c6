//! VK's objects (vk §4, §5, §10), limited to the fields that are used. Everything is optional: a field of an unexpected
//! type makes one object unreadable, but never a whole call.

use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// A call of the Callback API.
#[derive(Debug, Deserialize)]
pub struct Callback {
    #[serde(default, deserialize_with = "text")]
    pub r#type: String,
    #[serde(default, deserialize_with = "text")]
    pub event_id: String,
    #[serde(default)]
    pub object: Value,
}

/// A message, also a quoted or forwarded one.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Message {
    #[serde(deserialize_with = "number")]
    pub id: i64,
    #[serde(deserialize_with = "number")]
    pub date: i64,
    #[serde(deserialize_with = "number")]
    pub peer_id: i64,
    #[serde(deserialize_with = "number")]
    pub from_id: i64,
    #[serde(deserialize_with = "number")]
    pub conversation_message_id: i64,
    #[serde(deserialize_with = "text")]
    pub text: String,
    #[serde(deserialize_with = "number")]
    pub random_id: i64,
    #[serde(deserialize_with = "number")]
    pub admin_author_id: i64,
    #[serde(deserialize_with = "number")]
    pub update_time: i64,
    #[serde(deserialize_with = "list")]
    pub attachments: Vec<Attachment>,
    #[serde(deserialize_with = "list")]
    pub fwd_messages: Vec<Message>,
    #[serde(deserialize_with = "lenient")]
    pub reply_message: Option<Box<Message>>,
    #[serde(deserialize_with = "lenient")]
    pub geo: Option<Geo>,
    /// JSON, sent as text.
    pub payload: Value,
    pub r#ref: Value,
    pub ref_source: Value,
    /// Set in service messages of group chats.
    pub action: Value,
}

/// An attachment: its object is in the field that `type` names.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Attachment {
    #[serde(deserialize_with = "text")]
    pub r#type: String,
    #[serde(flatten)]
    fields: serde_json::Map<String, Value>,
}

impl Attachment {
    /// The object in the field that `type` names.
    pub fn object(&self) -> &Value {
        self.fields.get(&self.r#type).unwrap_or(&Value::Null)
    }
}

/// A place.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Geo {
    pub coordinates: Coordinates,
    pub place: Value,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Coordinates {
    pub latitude: Option<f64>,
    pub longitude: Option<f64>,
}

/// A comment.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Comment {
    #[serde(deserialize_with = "number")]
    pub id: i64,
    #[serde(deserialize_with = "number")]
    pub from_id: i64,
    #[serde(deserialize_with = "number")]
    pub date: i64,
    #[serde(deserialize_with = "text")]
    pub text: String,
    #[serde(deserialize_with = "list")]
    pub attachments: Vec<Attachment>,
    #[serde(deserialize_with = "number")]
    pub post_id: i64,
    /// The photo, under one of two names.
    #[serde(deserialize_with = "number")]
    pub photo_id: i64,
    #[serde(deserialize_with = "number")]
    pub pid: i64,
    #[serde(deserialize_with = "number")]
    pub video_id: i64,
    #[serde(deserialize_with = "number")]
    pub item_id: i64,
    #[serde(deserialize_with = "number")]
    pub reply_to_comment: i64,
}

/// A number, also if sent as text; 0 otherwise.
pub fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::Number(number) => number.as_i64().unwrap_or_default(),
        Value::String(text) => text.trim().parse().unwrap_or_default(),
        _ => 0,
    })
}

/// A text; empty otherwise.
fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::String(text) => text,
        _ => String::new(),
    })
}

/// A list without its unreadable items; empty otherwise.
fn list<'de, D: Deserializer<'de>, T: serde::de::DeserializeOwned>(deserializer: D) -> Result<Vec<T>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::Array(all) => all.into_iter().filter_map(|one| serde_json::from_value(one).ok()).collect(),
        _ => Vec::new(),
    })
}

/// A value; none if it is unreadable.
fn lenient<'de, D: Deserializer<'de>, T: serde::de::DeserializeOwned>(deserializer: D) -> Result<Option<T>, D::Error> {
    Ok(serde_json::from_value(Value::deserialize(deserializer)?).ok())
}
