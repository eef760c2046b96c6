//! Avito's JSON (avito §5, §7), parsed leniently: ids are read as text whatever their type, null counts as absent,
//! unknown fields are ignored.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::Deserializer;
use serde::{Deserialize, Serialize};
use serde_json::Value;

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

// Chats in Avito's JSON (avito §7): their people and their advert.

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ChatList {
    pub chats: Vec<Chat>,
}

/// A chat with its people and its advert.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Chat {
    pub id: Id,
    /// Seconds since 1970.
    #[serde(deserialize_with = "or_none")]
    pub updated: i64,
    #[serde(deserialize_with = "or_none")]
    pub users: Vec<User>,
    #[serde(deserialize_with = "or_none")]
    pub context: Context,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Context {
    #[serde(rename = "type", deserialize_with = "or_none")]
    pub kind: String,
    #[serde(deserialize_with = "or_none")]
    pub value: Item,
}

/// The advert of a chat.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Item {
    #[serde(deserialize_with = "or_none")]
    pub title: String,
    #[serde(deserialize_with = "or_none")]
    pub price_string: String,
    #[serde(deserialize_with = "or_none")]
    pub url: String,
}

/// A person of a chat, or the owner of the credentials.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct User {
    pub id: Id,
    #[serde(deserialize_with = "or_none")]
    pub name: String,
    #[serde(deserialize_with = "or_none")]
    pub public_user_profile: Profile,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Profile {
    #[serde(deserialize_with = "or_none")]
    pub url: String,
    #[serde(deserialize_with = "or_none")]
    pub avatar: Avatar,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Avatar {
    #[serde(rename = "default", deserialize_with = "or_none")]
    pub usual: String,
    #[serde(deserialize_with = "or_none")]
    pub images: BTreeMap<String, String>,
}

impl Avatar {
    /// A picture of the person; none if it is one of Avito's default pictures.
    pub fn picture(&self) -> Option<&str> {
        let middle = self.images.get("256x256").map(String::as_str).unwrap_or(self.usual.as_str());
        Some(middle).filter(|link| !link.is_empty() && !link.contains("/stub_avatars/"))
    }
}
