//! Avito's JSON (avito §5, §7), parsed leniently: ids are read as text whatever their type, null counts as absent,
//! unknown fields are ignored.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::Deserializer;
use serde::{Deserialize, Serialize};
use serde_json::Value;

mod chat;

pub(super) use chat::{Chat, ChatList, Item, User};

/// An id. Opaque, although most are numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub(super) struct Id(String);

impl Id {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether this is the author of Avito's own messages, who is no person.
    pub fn is_avito(&self) -> bool {
        self.0.is_empty() || self.0 == "0"
    }
}

impl fmt::Display for Id {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Ok(match Value::deserialize(from)? {
            Value::String(text) => Self(text),
            Value::Number(number) => Self(number.to_string()),
            _ => Self::default(),
        })
    }
}

/// A field of an unexpected type counts as absent.
fn or_none<'de, T: serde::de::DeserializeOwned + Default, D: Deserializer<'de>>(from: D) -> Result<T, D::Error> {
    Ok(serde_json::from_value(Value::deserialize(from)?).unwrap_or_default())
}

/// A webhook call. Its payload is parsed by type.
#[derive(Debug, Deserialize)]
pub(super) struct Post {
    #[serde(default)]
    pub payload: Option<Payload>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Payload {
    #[serde(default, rename = "type", deserialize_with = "or_none")]
    pub kind: String,
    #[serde(default)]
    pub value: Value,
}

/// A message, in a webhook or in a list.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Message {
    pub id: Id,
    /// Absent in lists.
    pub chat_id: Id,
    /// The account whose webhook it is. Absent in lists.
    pub user_id: Id,
    pub author_id: Id,
    /// Seconds since 1970.
    #[serde(deserialize_with = "or_none")]
    pub created: i64,
    #[serde(rename = "type", deserialize_with = "or_none")]
    pub kind: String,
    /// `u2i`, `u2u`, `a2u`. Absent in lists.
    #[serde(deserialize_with = "or_none")]
    pub chat_type: String,
    #[serde(deserialize_with = "or_none")]
    pub content: Content,
    #[serde(deserialize_with = "or_none")]
    pub quote: Option<Quote>,
    /// When the other side read it, in seconds since 1970.
    #[serde(deserialize_with = "or_none")]
    pub read: Option<i64>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Quote {
    pub id: Id,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Content {
    #[serde(deserialize_with = "or_none")]
    pub text: Option<String>,
    #[serde(deserialize_with = "or_none")]
    pub image: Option<Image>,
    #[serde(deserialize_with = "or_none")]
    pub voice: Option<Voice>,
    #[serde(deserialize_with = "or_none")]
    pub link: Option<Link>,
    #[serde(deserialize_with = "or_none")]
    pub item: Option<SharedItem>,
    #[serde(deserialize_with = "or_none")]
    pub location: Option<Location>,
    #[serde(deserialize_with = "or_none")]
    pub call: Option<CallState>,
}

/// Links by size, `1280x960`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Image {
    #[serde(deserialize_with = "or_none")]
    pub sizes: BTreeMap<String, String>,
}

impl Image {
    /// The link to the largest size.
    pub fn largest(&self) -> Option<&str> {
        let area = |size: &str| {
            let (width, height) = size.split_once('x')?;
            width.parse::<u64>().ok()?.checked_mul(height.parse().ok()?)
        };
        let found = self.sizes.iter().filter(|(_, link)| !link.is_empty()).max_by_key(|(size, _)| area(size));
        found.map(|(_, link)| link.as_str())
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Voice {
    pub voice_id: Id,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Link {
    #[serde(deserialize_with = "or_none")]
    pub text: String,
    #[serde(deserialize_with = "or_none")]
    pub url: String,
}

/// An advert inside a message.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct SharedItem {
    #[serde(deserialize_with = "or_none")]
    pub title: String,
    #[serde(deserialize_with = "or_none")]
    pub price_string: String,
    #[serde(deserialize_with = "or_none")]
    pub item_url: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Location {
    #[serde(deserialize_with = "or_none")]
    pub lat: Option<f64>,
    #[serde(deserialize_with = "or_none")]
    pub lon: Option<f64>,
    #[serde(deserialize_with = "or_none")]
    pub text: String,
    #[serde(deserialize_with = "or_none")]
    pub title: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct CallState {
    #[serde(deserialize_with = "or_none")]
    pub status: String,
}

/// The messages of a chat: a list, or an object that contains it (avito §7).
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Messages {
    Bare(Vec<Message>),
    Wrapped {
        #[serde(default)]
        messages: Vec<Message>,
    },
}

impl Messages {
    /// The latest first.
    pub fn into_list(self) -> Vec<Message> {
        match self {
            Self::Bare(list) | Self::Wrapped { messages: list } => list,
        }
    }
}

/// A message that was just sent.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Sent {
    pub id: Id,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Subscriptions {
    pub subscriptions: Vec<Subscription>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Subscription {
    #[serde(deserialize_with = "or_none")]
    pub url: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct VoiceFiles {
    #[serde(deserialize_with = "or_none")]
    pub voices_urls: BTreeMap<String, String>,
}
