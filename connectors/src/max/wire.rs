//! MAX's updates and messages (max §4, §5), parsed leniently: a field of an unexpected type counts as absent, so that
//! one changed field never loses a message. Absent fields have their empty value.

use std::fmt;

use base::message::is_visible;
use base::phone::with_plus;
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use sha2::Sha256;
use subtle::ConstantTimeEq;

use crate::receiving::wire;

/// A 64-bit number, which may be sent as text; 0 if absent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Id(pub i64);

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = match Value::deserialize(deserializer)? {
            Value::Number(number) => number.as_i64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        Ok(Self(number.unwrap_or_default()))
    }
}

wire! {
    Update {
        update_type: String,
        /// Milliseconds since 1970, like all times here.
        timestamp: Id,
        message: Option<Message>,
        callback: Option<Callback>,
        message_id: String,
        chat_id: Id,
        user: Option<User>,
        /// The payload of the link that started the bot.
        payload: Option<String>,
        is_channel: bool,
        title: Option<String>,
    }

    Callback {
        timestamp: Id,
        callback_id: String,
        payload: Option<String>,
        user: User,
    }

    Message {
        /// None if the channel itself is the author.
        sender: Option<User>,
        recipient: Recipient,
        timestamp: Id,
        link: Option<Link>,
        /// None if only `link` has content.
        body: Option<Body>,
        /// The address of a channel post.
        url: Option<String>,
    }

    /// The answer to a message.
    Posted {
        message: Message,
    }

    Recipient {
        chat_id: Id,
        /// `dialog`, `chat` or `channel`.
        chat_type: String,
        /// The post of a comment.
        post_id: String,
    }

    Body {
        mid: String,
        text: Option<String>,
        /// [`Attachment`]s, each parsed on its own.
        attachments: Vec<Value>,
        markup: Vec<Value>,
    }

    /// The message that another one answers or forwards.
    Link {
        /// `reply` or `forward`.
        r#type: String,
        sender: Option<User>,
        message: Body,
    }

    User {
        user_id: Id,
        first_name: String,
        last_name: Option<String>,
        /// Deprecated.
        name: String,
        username: Option<String>,
        avatar_url: Option<String>,
        full_avatar_url: Option<String>,
    }

    /// Formatting of a part of a text. Offsets count UTF-16 units.
    Markup {
        r#type: String,
        from: usize,
        length: usize,
        url: Option<String>,
    }

    Attachment {
        r#type: String,
        payload: Payload,
        filename: String,
        size: u64,
        /// Seconds.
        duration: Option<u32>,
        latitude: Option<f64>,
        longitude: Option<f64>,
        title: Option<String>,
    }

    Payload {
        photo_id: Id,
        url: String,
        token: String,
        /// Of a sticker.
        code: String,
        vcf_info: Option<String>,
        hash: Option<String>,
        max_info: Option<User>,
        /// The same field in older bodies.
        tam_info: Option<User>,
        buttons: Vec<Vec<Button>>,
    }

    Button {
        text: String,
        payload: Option<String>,
    }
}

impl Attachment {
    /// Parses an attachment of any form.
    pub fn of(value: Value) -> Self {
        serde_json::from_value(value).unwrap_or_default()
    }
}

impl Body {
    pub fn attachments(&self) -> impl Iterator<Item = Attachment> + '_ {
        self.attachments.iter().cloned().map(Attachment::of)
    }

    pub fn markup(&self) -> impl Iterator<Item = Markup> + '_ {
        self.markup.iter().cloned().filter_map(|one| serde_json::from_value(one).ok())
    }
}

impl User {
    /// Display name; none if the account has none.
    pub fn called(&self) -> Option<String> {
        let parts = [Some(self.first_name.as_str()), self.last_name.as_deref()].into_iter().flatten();
        let name = parts.map(str::trim).filter(|part| is_visible(part)).collect::<Vec<_>>().join(" ");
        let name = if name.is_empty() { self.name.trim().to_owned() } else { name };
        Some(name).filter(|name| is_visible(name))
    }
}

// External ids of MAX's conversations and messages (max §5, §12).
//
// ```text
// conversation   <chat>                a dialog or a group
//                c<channel>/<user>     the comments of one person in a channel
// message        <mid>                 unique in all of MAX
//                <mid>#<number>        its second, third … attachment
// ```

/// Maximum number of attachments expected in one message.
const ATTACHMENTS: usize = 12;

/// A conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    Chat(i64),
    Comments { channel: i64, author: i64 },
}

impl Place {
    /// Parses a conversation id.
    pub fn parse(id: &str) -> Option<Self> {
        match id.strip_prefix('c') {
            None => Some(Self::Chat(id.parse().ok()?)),
            Some(both) => {
                let (channel, author) = both.split_once('/')?;
                Some(Self::Comments { channel: channel.parse().ok()?, author: author.parse().ok()? })
            }
        }
    }
}

/// The conversation id.
impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Chat(chat) => write!(formatter, "{chat}"),
            Self::Comments { channel, author } => write!(formatter, "c{channel}/{author}"),
        }
    }
}

/// Whether this can be the id of a message.
pub fn is_mid(mid: &str) -> bool {
    !mid.is_empty() && !mid.contains('#')
}

/// The external id of a message's attachment, counted from 0.
pub fn message(mid: &str, attachment: usize) -> String {
    match attachment {
        0 => mid.to_owned(),
        more => format!("{mid}#{}", more + 1),
    }
}

/// All external ids that a message may have.
pub fn messages(mid: &str) -> Vec<String> {
    (0..ATTACHMENTS).map(|attachment| message(mid, attachment)).collect()
}

/// The `mid` of an external id.
pub fn mid(external_id: &str) -> &str {
    external_id.split_once('#').map_or(external_id, |(mid, _)| mid)
}

// Contact cards (max §5.2).

/// Name and phone of a card.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Card {
    pub name: String,
    /// With a plus, if it contains only digits.
    pub phone: String,
}

/// Reads `FN` and the first `TEL`.
pub(super) fn read(text: &str) -> Card {
    let value = |name: &str| {
        text.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            let is_meant = key.split(';').next().is_some_and(|key| key.trim().eq_ignore_ascii_case(name));
            Some(value.trim()).filter(|value| is_meant && !value.is_empty())
        })
    };
    let phone = value("TEL").unwrap_or_default();
    Card {
        name: value("FN").unwrap_or_default().to_owned(),
        phone: with_plus(phone.strip_prefix("tel:").unwrap_or(phone)),
    }
}

/// Whether MAX signed this card for this bot.
pub(super) fn is_signed(text: &str, hash: &str, token: &SecretString) -> bool {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(token.expose_secret().as_bytes()) else { return false };
    mac.update(text.as_bytes());
    let right = hex::encode(mac.finalize().into_bytes());
    right.as_bytes().ct_eq(hash.to_ascii_lowercase().as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_read_as_they_are_written() {
        for (text, place) in [
            ("880011223", Place::Chat(880_011_223)),
            ("-70000000001234", Place::Chat(-70_000_000_001_234)),
            ("c-77345848199175/91234567", Place::Comments { channel: -77_345_848_199_175, author: 91_234_567 }),
        ] {
            assert_eq!((Place::parse(text), place.to_string().as_str()), (Some(place), text));
        }
        for wrong in ["", "x", "c1", "c/1", "1/2", "c1/x"] {
            assert_eq!(Place::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn cards_are_read_however_they_are_written() {
        let card = |name: &str, phone: &str| Card { name: name.to_owned(), phone: phone.to_owned() };
        let whole = "BEGIN:VCARD\r\nVERSION:3.0\r\nTEL;TYPE=cell:79990000000\r\nFN:Анна Ковалёва\r\nEND:VCARD\r\n";
        assert_eq!(read(whole), card("Анна Ковалёва", "+79990000000"));
        assert_eq!(read("FN;CHARSET=UTF-8:A: B\nTEL:+7 701 000-22-33\nTEL:1"), card("A: B", "+7 701 000-22-33"));
        assert_eq!(read("tel:tel:+7701\nfn:"), card("", "+7701"));
        assert_eq!(read("BEGIN:VCARD\nEND:VCARD"), card("", ""));
    }
}
