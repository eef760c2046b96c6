//! Sending and importing messages (chats-api §3.4).

use secrecy::SecretString;
use serde::ser::SerializeStruct as _;
use serde::{Serialize, Serializer};

use super::{Chats, Request, required};
use crate::error::Error;
use crate::lenient;

/// A participant as we describe it: the customer, a manager or the bot.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChatUser {
    /// Our id of the participant (the bot's `client_id` for the bot).
    pub id: String,
    /// amojo's id: needed for managers and the bot as senders, and for a customer's first answer in a chat that amoCRM
    /// began (chats-api §5.4).
    pub ref_id: Option<String>,
    /// Display name.
    pub name: String,
    /// Address of a picture that amojo may fetch a little later; must be public.
    pub avatar: Option<String>,
    /// Phone, used by amoCRM to find duplicates.
    pub phone: Option<String>,
    /// E-mail address, used by amoCRM to find duplicates.
    pub email: Option<String>,
    /// Address of the person's page in the messenger.
    pub profile_link: Option<String>,
}

impl Serialize for ChatUser {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Profile<'user> {
            #[serde(skip_serializing_if = "Option::is_none")]
            phone: &'user Option<String>,
            #[serde(skip_serializing_if = "Option::is_none")]
            email: &'user Option<String>,
        }
        let mut user = serializer.serialize_struct("ChatUser", 6)?;
        user.serialize_field("id", &self.id)?;
        if let Some(ref_id) = &self.ref_id {
            user.serialize_field("ref_id", ref_id)?;
        }
        user.serialize_field("name", &self.name)?;
        if let Some(avatar) = &self.avatar {
            user.serialize_field("avatar", avatar)?;
        }
        if self.phone.is_some() || self.email.is_some() {
            user.serialize_field("profile", &Profile { phone: &self.phone, email: &self.email })?;
        }
        if let Some(link) = &self.profile_link {
            user.serialize_field("profile_link", link)?;
        }
        user.end()
    }
}

/// Names a source by our id of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SourceRef {
    /// 1 to 40 printable ASCII characters and spaces; the Sources API takes at most 36 (chats-api §7 row 23).
    pub external_id: String,
}

impl SourceRef {
    pub(super) fn check(&self, call: &'static str) -> Result<(), Error> {
        let fits = (1..=40).contains(&self.external_id.len())
            && self.external_id.bytes().all(|byte| matches!(byte, b' '..=b'~'));
        if fits {
            Ok(())
        } else {
            Err(Error::invalid(call, "source.external_id must be 1 to 40 printable ASCII characters"))
        }
    }
}

/// A file that amojo fetches by its address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediaFile {
    /// Address that amojo can download from.
    pub url: String,
    /// File name.
    pub file_name: String,
    /// Size in bytes.
    pub file_size: u64,
}

/// What a message holds: every kind the Chats API takes (chats-api §3.4.2). Captions may be empty.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "the fields say what they are; units are in their names")]
pub enum Content {
    /// A text, not empty.
    Text { text: String },
    /// A picture.
    Picture { file: MediaFile, caption: String },
    /// Any file.
    File { file: MediaFile, caption: String },
    /// A video.
    Video { file: MediaFile, caption: String, duration_seconds: Option<u64> },
    /// A voice message.
    Voice { file: MediaFile, caption: String, duration_seconds: Option<u64> },
    /// A piece of music or other sound.
    Audio { file: MediaFile, caption: String, duration_seconds: Option<u64> },
    /// A sticker; its id is the same for all accounts.
    Sticker { url: String, sticker_id: Option<String> },
    /// A place, in degrees.
    Location { longitude: f64, latitude: f64, caption: String },
    /// A person's card.
    Contact { name: String, phone: String },
}

/// A new message. Its JSON form is the whole body of the request, `event_type` included.
///
/// A customer's message has no `receiver`; one that a manager or the bot wrote outside amoCRM has the customer as
/// `receiver` and a sender with `ref_id` (chats-api §3.4.1).
#[derive(Clone, Debug, PartialEq)]
pub struct NewMessage {
    /// Our id of the message (`msgid`). amoCRM takes each id once: repeat an attempt with the same one.
    pub message_id: String,
    /// Our id of the chat; an unknown one makes a new chat.
    pub conversation_id: String,
    /// amojo's id of the chat, when the customer answers a chat that amoCRM began.
    pub conversation_ref_id: Option<String>,
    /// When the message was written, Unix milliseconds. The seconds that amoCRM also wants are derived from it.
    pub at_milliseconds: i64,
    /// Who wrote it.
    pub sender: ChatUser,
    /// The customer, in imported outgoing messages only.
    pub receiver: Option<ChatUser>,
    /// The source; once given, the chat is bound to it for good.
    pub source: Option<SourceRef>,
    /// What it says.
    pub content: Content,
    /// True: no incoming lead and no notification.
    pub silent: bool,
}

/// amoCRM took a message for processing; it shows up a little later (chats-api §3.4.5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// amojo's id of the message (the answer's `msgid`). Never empty.
    pub amojo_message_id: String,
    /// Our id of the message (the answer's `ref_id`).
    pub ref_id: Option<String>,
    /// Opaque: whether it is ours or amojo's differs between pages (chats-api §7 row 7).
    pub conversation_id: Option<String>,
    /// Opaque like `conversation_id`.
    pub sender_id: Option<String>,
    /// Opaque like `conversation_id`.
    pub receiver_id: Option<String>,
}

impl NewMessage {
    fn check(&self, call: &'static str) -> Result<(), Error> {
        required(call, "msgid", &self.message_id)?;
        required(call, "conversation_id", &self.conversation_id)?;
        required(call, "sender.id", &self.sender.id)?;
        if let Some(receiver) = &self.receiver {
            required(call, "receiver.id", &receiver.id)?;
        }
        if let Some(source) = &self.source {
            source.check(call)?;
        }
        match &self.content {
            Content::Text { text } => required(call, "message.text", text),
            Content::Location { longitude, latitude, .. } if !(longitude.is_finite() && latitude.is_finite()) => {
                Err(Error::invalid(call, "message.location is not a number"))
            }
            _ => Ok(()),
        }
    }
}

impl Chats {
    /// Sends a customer's message into amoCRM, or imports one that was written outside it.
    ///
    /// After an unknown outcome send again with the same `message_id`: a second one is refused, not doubled. That
    /// refusal's status is not documented; confirm it by [`history`](Chats::history) (chats-api §3.4.5).
    pub async fn send_message(
        &self,
        secret: &SecretString,
        scope_id: &str,
        message: &NewMessage,
    ) -> Result<Taken, Error> {
        const CALL: &str = "send_message";
        message.check(CALL)?;
        let answer = self.call(Request::post(CALL, secret, vec![scope_id], message)?).await?;
        let object = answer.object()?;
        let taken = object.get("new_message").unwrap_or(&serde_json::Value::Null);
        let amojo_message_id =
            lenient::text(taken, "msgid").ok_or_else(|| answer.unreadable("new_message.msgid is missing"))?;
        Ok(Taken {
            amojo_message_id,
            ref_id: lenient::text(taken, "ref_id"),
            conversation_id: lenient::text(taken, "conversation_id"),
            sender_id: lenient::text(taken, "sender_id"),
            receiver_id: lenient::text(taken, "receiver_id"),
        })
    }
}
