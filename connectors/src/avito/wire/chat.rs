//! Chats in Avito's JSON (avito §7): their people and their advert.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Id, or_none};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::avito) struct ChatList {
    pub chats: Vec<Chat>,
}

/// A chat with its people and its advert.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::avito) struct Chat {
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
pub(in crate::avito) struct Context {
    #[serde(rename = "type", deserialize_with = "or_none")]
    pub kind: String,
    #[serde(deserialize_with = "or_none")]
    pub value: Item,
}

/// The advert of a chat.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::avito) struct Item {
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
pub(in crate::avito) struct User {
    pub id: Id,
    #[serde(deserialize_with = "or_none")]
    pub name: String,
    #[serde(deserialize_with = "or_none")]
    pub public_user_profile: Profile,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::avito) struct Profile {
    #[serde(deserialize_with = "or_none")]
    pub url: String,
    #[serde(deserialize_with = "or_none")]
    pub avatar: Avatar,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::avito) struct Avatar {
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
