//! Avito's JSON (avito §5, §7), parsed leniently: ids are read as text whatever their type, null counts as absent,
//! unknown fields are ignored.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::Deserializer;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::receiving::wire;

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

/// A webhook call. Its payload is parsed by type.
#[derive(Debug, Deserialize)]
pub(super) struct Post {
    #[serde(default)]
    pub payload: Option<Payload>,
}

wire! {
    Payload {
        r#type: String,
        value: Value,
    }

    /// A message, in a webhook or in a list.
    Message {
        id: Id,
        /// Absent in lists.
        chat_id: Id,
        /// The account whose webhook it is. Absent in lists.
        user_id: Id,
        author_id: Id,
        /// Seconds since 1970.
        created: i64,
        r#type: String,
        /// `u2i`, `u2u`, `a2u`. Absent in lists.
        chat_type: String,
        content: Content,
        quote: Option<Quote>,
        /// When the other side read it, in seconds since 1970.
        read: Option<i64>,
    }

    Quote {
        id: Id,
    }

    Content {
        text: Option<String>,
        image: Option<Image>,
        voice: Option<Voice>,
        link: Option<Link>,
        item: Option<SharedItem>,
        location: Option<Location>,
        call: Option<CallState>,
    }

    /// Links by size, `1280x960`.
    Image {
        sizes: BTreeMap<String, String>,
    }

    Voice {
        voice_id: Id,
    }

    Link {
        text: String,
        url: String,
    }

    /// An advert inside a message.
    SharedItem {
        title: String,
        price_string: String,
        item_url: String,
    }

    Location {
        lat: Option<f64>,
        lon: Option<f64>,
        text: String,
        title: String,
    }

    CallState {
        status: String,
    }

    /// A message that was just sent.
    Sent {
        id: Id,
    }

    Subscription {
        url: String,
    }

    VoiceFiles {
        voices_urls: BTreeMap<String, String>,
    }

    /// A chat with its people and its advert (avito §7).
    Chat {
        id: Id,
        /// Seconds since 1970.
        updated: i64,
        users: Vec<User>,
        context: Context,
    }

    Context {
        value: Item,
    }

    /// The advert of a chat.
    Item {
        title: String,
        price_string: String,
        url: String,
    }

    /// A person of a chat, or the owner of the credentials.
    User {
        id: Id,
        name: String,
        public_user_profile: Profile,
    }

    Profile {
        url: String,
        avatar: Avatar,
    }

    Avatar {
        default: String,
        images: BTreeMap<String, String>,
    }
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

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Subscriptions {
    pub subscriptions: Vec<Subscription>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ChatList {
    pub chats: Vec<Chat>,
}

impl Avatar {
    /// A picture of the person; none if it is one of Avito's default pictures.
    pub fn picture(&self) -> Option<&str> {
        let middle = self.images.get("256x256").map(String::as_str).unwrap_or(self.default.as_str());
        Some(middle).filter(|link| !link.is_empty() && !link.contains("/stub_avatars/"))
    }
}
