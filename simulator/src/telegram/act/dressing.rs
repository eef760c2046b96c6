//! Properties of a message besides its content: quotes, forwards, an anonymous author.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::content::ChatCard;
use crate::telegram::{
    detect,
    state::{Draft, State},
};

/// All properties besides the content; empty by default.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Dressing {
    /// The replied-to message of the same chat.
    pub reply_to: Option<i64>,
    /// The quoted fragment.
    pub quote: Option<Quote>,
    /// The replied-to message of another chat.
    pub external: Option<External>,
    /// The origin of a forward.
    pub forward: Option<Forward>,
    /// Written in the name of the group.
    pub anonymous: bool,
    /// The signature of an anonymous author.
    pub signature: Option<String>,
    /// A greeting, away or scheduled message of a business account.
    pub from_offline: bool,
    /// The date in Unix seconds; now if `None`.
    pub date: Option<i64>,
    /// Further fields of `Message`.
    pub fields: Map<String, Value>,
}

/// A fragment of the replied-to message.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quote {
    /// Its text.
    pub text: String,
    /// Its position in UTF-16 units; determined from the text if `None`.
    #[serde(default)]
    pub position: Option<i64>,
    /// Selected manually.
    #[serde(default)]
    pub is_manual: bool,
}

/// A message in another chat.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct External {
    /// The channel.
    pub chat: ChatCard,
    /// The message there.
    pub message: i64,
}

/// The origin of a forwarded message.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[expect(missing_docs, reason = "fields are named as in the Bot API")]
pub enum Forward {
    /// A person with a visible account.
    User { id: i64, first_name: String },
    /// A person with a hidden account.
    Hidden { name: String },
    /// A group's anonymous administrator.
    Chat {
        chat: ChatCard,
        #[serde(default)]
        signature: Option<String>,
    },
    /// A post of a channel.
    Channel {
        chat: ChatCard,
        message: i64,
        #[serde(default)]
        signature: Option<String>,
    },
}

impl ChatCard {
    pub(super) fn channel(&self) -> Value {
        let mut chat = json!({"id": self.id, "title": self.title, "type": "channel"});
        if let Some(username) = &self.username {
            chat["username"] = json!(username);
        }
        chat
    }
}

impl Forward {
    /// `MessageOrigin`.
    fn origin(&self, state: &State, date: i64) -> Value {
        let mut origin = match self {
            Self::User { id, first_name } => {
                let known = state.people.get(id).map(|person| person.user());
                let user = known.unwrap_or_else(|| json!({"id": id, "is_bot": false, "first_name": first_name}));
                json!({"type": "user", "sender_user": user})
            }
            Self::Hidden { name } => json!({"type": "hidden_user", "sender_user_name": name}),
            Self::Chat { chat, .. } => {
                let mut chat = chat.channel();
                chat["type"] = json!("supergroup");
                json!({"type": "chat", "sender_chat": chat})
            }
            Self::Channel { chat, message, .. } => {
                json!({"type": "channel", "chat": chat.channel(), "message_id": message})
            }
        };
        if let Self::Chat { signature: Some(text), .. } | Self::Channel { signature: Some(text), .. } = self {
            origin["author_signature"] = json!(text);
        }
        origin["date"] = json!(date);
        origin
    }
}

impl Dressing {
    /// Applies all properties to a draft. `quoted` is the text of the quoted message.
    pub(super) fn dress(&self, state: &State, draft: &mut Draft, quoted: Option<&str>) {
        let date = state.date();
        draft.reply_to = self.reply_to;
        draft.date = self.date;
        let mut add = |key: &str, value: Value| draft.fields.insert(key.to_owned(), value);
        if let Some(quote) = &self.quote {
            let found = quoted.and_then(|text| text.split_once(&quote.text)).map(|(before, _)| detect::length(before));
            let found = found.and_then(|at| i64::try_from(at).ok());
            let mut value = json!({"text": quote.text, "position": quote.position.or(found).unwrap_or(0)});
            if quote.is_manual {
                value["is_manual"] = json!(true);
            }
            add("quote", value);
        }
        if let Some(external) = &self.external {
            let chat = external.chat.channel();
            let origin =
                json!({"type": "channel", "chat": chat, "message_id": external.message, "date": date - 86_400});
            add("external_reply", json!({"origin": origin, "chat": chat, "message_id": external.message}));
        }
        if let Some(forward) = &self.forward {
            add("forward_origin", forward.origin(state, date - 3_600));
        }
        if let Some(signature) = &self.signature {
            add("author_signature", json!(signature));
        }
        if self.from_offline {
            add("is_from_offline", json!(true));
        }
        for (key, value) in &self.fields {
            add(key, value.clone());
        }
    }
}
