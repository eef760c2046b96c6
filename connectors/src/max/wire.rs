//! MAX's updates and messages (max §4, §5), parsed leniently: a field of an unexpected type counts as absent, so that
//! one changed field never loses a message. Absent fields have their empty value.

use base::message::is_visible;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// Reads a field of any type; a value that does not fit counts as absent.
pub(super) fn lenient<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned + Default,
{
    Ok(serde_json::from_value(Value::deserialize(deserializer)?).unwrap_or_default())
}

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

/// Structures all of whose fields are lenient.
macro_rules! wire {
    ($($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty),+ $(,)? })+) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, Default, Deserialize)]
        #[serde(default)]
        pub(super) struct $name {
            $(
                $(#[$field_doc])*
                #[serde(deserialize_with = "lenient")]
                pub $field: $type,
            )+
        }
    )+};
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
        description: Option<String>,
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
