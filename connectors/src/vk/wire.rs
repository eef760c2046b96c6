//! VK's objects (vk §4, §5, §10), limited to the fields that are used. Everything is optional: a field of an unexpected
//! type makes one object unreadable, but never a whole call.

use std::fmt;

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
    #[serde(deserialize_with = "crate::receiving::field")]
    pub reply_message: Option<Box<Message>>,
    #[serde(deserialize_with = "crate::receiving::field")]
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
pub fn integer(value: &Value) -> i64 {
    match value {
        Value::Number(number) => number.as_i64().unwrap_or_default(),
        Value::String(text) => text.trim().parse().unwrap_or_default(),
        _ => 0,
    }
}

fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    Ok(integer(&Value::deserialize(deserializer)?))
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

// External ids for VK's conversations, messages, posts and comments (vk §5, §10).
//
// ```text
// conversation   <peer>                          a person, or a group chat (from 2000000000 on)
// message        <peer>:<id>                     in private dialogues, by the community's id of it
//                <peer>:c<cmid>                  in group chats, where that id is 0
//                …/<n>                           its n-th file, from the second on
// post           <kind>-<group>_<object>         kind: wall, photo, video, market
// comment        <post>:<id>
// ```

/// Peer ids of group chats start here.
const CHATS: i64 = 2_000_000_000;

/// Whether a peer is a group chat.
pub const fn is_chat(peer: i64) -> bool {
    peer > CHATS
}

/// A message's number, by which VK finds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Number {
    /// The community's id of the message.
    Id(i64),
    /// `conversation_message_id`.
    Cmid(i64),
}

/// A message of a dialogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MessageId {
    pub peer: i64,
    pub number: Number,
}

impl MessageId {
    /// From both of VK's numbers; 0 means none.
    pub const fn of(peer: i64, id: i64, cmid: i64) -> Option<Self> {
        match (id, cmid) {
            (1.., _) if !is_chat(peer) => Some(Self { peer, number: Number::Id(id) }),
            (_, 1..) => Some(Self { peer, number: Number::Cmid(cmid) }),
            (1.., _) => Some(Self { peer, number: Number::Id(id) }),
            _ => None,
        }
    }

    /// Parses an external id, also that of one of its files.
    pub fn parse(text: &str) -> Option<Self> {
        let whole = text.split_once('/').map_or(text, |(whole, _)| whole);
        let (peer, number) = whole.split_once(':')?;
        let number = match number.strip_prefix('c') {
            Some(cmid) => Number::Cmid(cmid.parse().ok()?),
            None => Number::Id(number.parse().ok()?),
        };
        Some(Self { peer: peer.parse().ok()?, number })
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.number {
            Number::Id(id) => write!(formatter, "{}:{id}", self.peer),
            Number::Cmid(cmid) => write!(formatter, "{}:c{cmid}", self.peer),
        }
    }
}

/// What can be commented on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Published {
    Wall,
    Photo,
    Video,
    Market,
}

impl Published {
    const ALL: [(Self, &'static str, &'static str); 4] = [
        (Self::Wall, "wall", "wall"),
        (Self::Photo, "photo", "photo"),
        (Self::Video, "video", "video"),
        (Self::Market, "market", "product"),
    ];

    fn row(self) -> (&'static str, &'static str) {
        Self::ALL.into_iter().find(|(one, ..)| *one == self).map_or(("", ""), |(_, word, page)| (word, page))
    }
}

/// A post, a photo, a video or an item on sale.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PostId {
    pub kind: Published,
    /// Negative: a community.
    pub owner: i64,
    pub object: i64,
}

impl PostId {
    /// Parses a post's external id.
    pub fn parse(text: &str) -> Option<Self> {
        let (kind, word, _) = Published::ALL.into_iter().find(|(_, word, _)| text.starts_with(word))?;
        let (owner, object) = text.strip_prefix(word)?.split_once('_')?;
        Some(Self { kind, owner: owner.parse().ok()?, object: object.parse().ok()? })
    }

    /// The external id of a comment on it.
    pub fn comment(self, id: i64) -> String {
        format!("{self}:{id}")
    }

    /// The post and VK's id of a comment by its external id.
    pub fn of_comment(text: &str) -> Option<(Self, i64)> {
        let whole = text.split_once('/').map_or(text, |(whole, _)| whole);
        let (post, id) = whole.split_once(':')?;
        Some((Self::parse(post)?, id.parse().ok()?))
    }

    /// The address of its page.
    pub fn url(self) -> String {
        format!("https://vk.com/{}{}_{}", self.kind.row().1, self.owner, self.object)
    }
}

impl fmt::Display for PostId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}{}_{}", self.kind.row().0, self.owner, self.object)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_read_as_they_are_written() {
        let private = MessageId::of(712, 9001, 17).unwrap();
        assert_eq!((private.to_string().as_str(), private.number), ("712:9001", Number::Id(9001)));
        let chat = MessageId::of(2_000_000_004, 0, 17).unwrap();
        assert_eq!((chat.to_string().as_str(), chat.number), ("2000000004:c17", Number::Cmid(17)));
        for id in [private, chat] {
            assert_eq!(MessageId::parse(&id.to_string()), Some(id));
            assert_eq!(MessageId::parse(&format!("{id}/2")), Some(id), "a further file of it");
        }
        assert_eq!(MessageId::of(712, 0, 0), None);
        for other in ["", "712", "wall-1_2:3", "x:1", "712:x", "0190aaaa-bbbb-7ccc-8ddd-eeeeffff0001"] {
            assert_eq!(MessageId::parse(other), None, "{other}");
        }
    }
}
