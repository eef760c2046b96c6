//! The JSON form of [`NewMessage`]: flat, as amoCRM wants it.

use serde::{Serialize, Serializer};

use super::message::{ChatUser, Content, MediaFile, NewMessage, SourceRef};

#[derive(Serialize)]
struct Envelope<'message> {
    event_type: &'static str,
    payload: Payload<'message>,
}

#[derive(Serialize)]
struct Payload<'message> {
    timestamp: i64,
    msec_timestamp: i64,
    msgid: &'message str,
    conversation_id: &'message str,
    #[serde(skip_serializing_if = "Option::is_none")]
    conversation_ref_id: Option<&'message str>,
    sender: &'message ChatUser,
    #[serde(skip_serializing_if = "Option::is_none")]
    receiver: Option<&'message ChatUser>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<&'message SourceRef>,
    message: Message<'message>,
    silent: bool,
}

#[derive(Default, Serialize)]
struct Message<'message> {
    #[serde(rename = "type")]
    kind: &'static str,
    text: &'message str,
    #[serde(skip_serializing_if = "Option::is_none")]
    media: Option<&'message str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    file_name: Option<&'message str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    file_size: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    media_duration: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sticker_id: Option<&'message str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<Location>,
    #[serde(skip_serializing_if = "Option::is_none")]
    contact: Option<Contact<'message>>,
}

#[derive(Serialize)]
struct Location {
    lon: f64,
    lat: f64,
}

#[derive(Serialize)]
struct Contact<'message> {
    name: &'message str,
    phone: &'message str,
}

impl Serialize for NewMessage {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let payload = Payload {
            timestamp: self.at_milliseconds.div_euclid(1000),
            msec_timestamp: self.at_milliseconds,
            msgid: &self.message_id,
            conversation_id: &self.conversation_id,
            conversation_ref_id: self.conversation_ref_id.as_deref(),
            sender: &self.sender,
            receiver: self.receiver.as_ref(),
            source: self.source.as_ref(),
            message: Message::from(&self.content),
            silent: self.silent,
        };
        Envelope { event_type: "new_message", payload }.serialize(serializer)
    }
}

impl<'message> From<&'message Content> for Message<'message> {
    fn from(content: &'message Content) -> Self {
        match content {
            Content::Text { text } => Message { kind: "text", text, ..Message::default() },
            Content::Picture { file, caption } => Message::media("picture", file, caption, None),
            Content::File { file, caption } => Message::media("file", file, caption, None),
            Content::Video { file, caption, duration_seconds } => {
                Message::media("video", file, caption, *duration_seconds)
            }
            Content::Voice { file, caption, duration_seconds } => {
                Message::media("voice", file, caption, *duration_seconds)
            }
            Content::Audio { file, caption, duration_seconds } => {
                Message::media("audio", file, caption, *duration_seconds)
            }
            Content::Sticker { url, sticker_id } => {
                Message { kind: "sticker", media: Some(url), sticker_id: sticker_id.as_deref(), ..Message::default() }
            }
            Content::Location { longitude, latitude, caption } => Message {
                kind: "location",
                text: caption,
                location: Some(Location { lon: *longitude, lat: *latitude }),
                ..Message::default()
            },
            Content::Contact { name, phone } => {
                Message { kind: "contact", contact: Some(Contact { name, phone }), ..Message::default() }
            }
        }
    }
}

impl<'message> Message<'message> {
    fn media(kind: &'static str, file: &'message MediaFile, text: &'message str, media_duration: Option<u64>) -> Self {
        Message {
            kind,
            text,
            media: Some(&file.url),
            file_name: Some(&file.file_name),
            file_size: Some(file.file_size),
            media_duration,
            ..Message::default()
        }
    }
}
