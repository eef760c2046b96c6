//! The JSON forms of new, changed and quoted messages: flat, as amoCRM requires.

use serde::{Serialize, Serializer};

use super::status::StatusBody;
use super::{
    ChatUser, Content, EditContent, EditMessage, Forwards, MediaFile, MediaKind, NewMessage, Post, Quote,
    QuotedMessage, QuotedSender, SharedPost, SourceRef,
};

#[derive(Serialize)]
struct Envelope<Payload> {
    event_type: &'static str,
    payload: Payload,
}

#[derive(Serialize)]
struct New<'message> {
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
    #[serde(skip_serializing_if = "Option::is_none")]
    reply_to: Option<ReplyTo<'message>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    forwards: Option<&'message Forwards>,
    silent: bool,
}

#[derive(Serialize)]
struct Edit<'message> {
    timestamp: i64,
    msec_timestamp: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'message str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    msgid: Option<&'message str>,
    conversation_id: &'message str,
    message: Message<'message>,
}

#[derive(Serialize)]
struct ReplyTo<'message> {
    message: &'message Quote,
}

#[derive(Serialize)]
struct Quoted<'message> {
    #[serde(flatten)]
    message: Message<'message>,
    timestamp: i64,
    msec_timestamp: i64,
    sender: &'message QuotedSender,
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
    #[serde(skip_serializing_if = "Option::is_none")]
    callback_data: Option<&'message str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shared_post: Option<&'message SharedPost>,
    #[serde(skip_serializing_if = "Option::is_none")]
    post: Option<&'message Post>,
    #[serde(skip_serializing_if = "Option::is_none")]
    delivery_status: Option<StatusBody<'message>>,
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
        let payload = New {
            timestamp: self.at_milliseconds.div_euclid(1000),
            msec_timestamp: self.at_milliseconds,
            msgid: &self.message_id,
            conversation_id: &self.conversation_id,
            conversation_ref_id: self.conversation_ref_id.as_deref(),
            sender: &self.sender,
            receiver: self.receiver.as_ref(),
            source: self.source.as_ref(),
            message: Message {
                callback_data: self.callback_data.as_deref(),
                shared_post: self.shared_post.as_ref(),
                post: self.post.as_ref(),
                ..Message::from(&self.content)
            },
            reply_to: self.reply_to.as_ref().map(|message| ReplyTo { message }),
            forwards: self.forwards.as_ref(),
            silent: self.silent,
        };
        Envelope { event_type: "new_message", payload }.serialize(serializer)
    }
}

impl Serialize for EditMessage {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (id, msgid) = self.target.ids();
        let message = match &self.content {
            EditContent::Whole(content) => Message::from(content),
            EditContent::Caption { kind, caption } => {
                Message { kind: kind.word(), text: caption, ..Message::default() }
            }
        };
        let payload = Edit {
            timestamp: self.at_milliseconds.div_euclid(1000),
            msec_timestamp: self.at_milliseconds,
            id,
            msgid,
            conversation_id: &self.conversation_id,
            message: Message { delivery_status: self.delivery_status.as_ref().map(StatusBody::of_edit), ..message },
        };
        Envelope { event_type: "edit_message", payload }.serialize(serializer)
    }
}

impl Serialize for QuotedMessage {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut message = Message::from(&self.content);
        let known = |text: &&str| !text.is_empty();
        message.media = message.media.filter(known);
        message.file_name = message.file_name.filter(known);
        message.file_size = message.file_size.filter(|size| *size > 0);
        Quoted {
            message,
            timestamp: self.at_milliseconds.div_euclid(1000),
            msec_timestamp: self.at_milliseconds,
            sender: &self.sender,
        }
        .serialize(serializer)
    }
}

impl Serialize for Forwards {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct List<'message> {
            messages: [&'message Quote; 1],
            #[serde(skip_serializing_if = "Option::is_none")]
            conversation_ref_id: &'message Option<String>,
            #[serde(skip_serializing_if = "Option::is_none")]
            conversation_id: &'message Option<String>,
        }
        let (conversation_ref_id, conversation_id) = (&self.conversation_ref_id, &self.conversation_id);
        List { messages: [&self.message], conversation_ref_id, conversation_id }.serialize(serializer)
    }
}

impl Serialize for SharedPost {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Shared<'post> {
            url: &'post str,
            #[serde(rename = "type")]
            kind: &'static str,
            #[serde(skip_serializing_if = "Option::is_none")]
            site_name: &'post Option<String>,
            #[serde(skip_serializing_if = "Option::is_none")]
            preview_link: &'post Option<String>,
            #[serde(skip_serializing_if = "Option::is_none")]
            preview_permalink: &'post Option<String>,
        }
        let SharedPost { url, site_name, preview_link, preview_permalink } = self;
        Shared { url, kind: "post", site_name, preview_link, preview_permalink }.serialize(serializer)
    }
}

impl<'message> From<&'message Content> for Message<'message> {
    fn from(content: &'message Content) -> Self {
        match content {
            Content::Text { text } => Message { kind: "text", text, ..Message::default() },
            Content::Picture { file, caption } => Message::media(MediaKind::Picture, file, caption, None),
            Content::File { file, caption } => Message::media(MediaKind::File, file, caption, None),
            Content::Video { file, caption, duration_seconds } => {
                Message::media(MediaKind::Video, file, caption, *duration_seconds)
            }
            Content::Voice { file, caption, duration_seconds } => {
                Message::media(MediaKind::Voice, file, caption, *duration_seconds)
            }
            Content::Audio { file, caption, duration_seconds } => {
                Message::media(MediaKind::Audio, file, caption, *duration_seconds)
            }
            Content::Sticker { url, sticker_id, caption } => Message {
                kind: MediaKind::Sticker.word(),
                text: caption,
                media: Some(url),
                sticker_id: sticker_id.as_deref(),
                ..Message::default()
            },
            Content::Location { longitude, latitude, caption } => Message {
                kind: "location",
                text: caption,
                location: Some(Location { lon: *longitude, lat: *latitude }),
                ..Message::default()
            },
            Content::Contact { name, phone, caption } => {
                Message { kind: "contact", text: caption, contact: Some(Contact { name, phone }), ..Message::default() }
            }
        }
    }
}

impl<'message> Message<'message> {
    fn media(kind: MediaKind, file: &'message MediaFile, text: &'message str, media_duration: Option<u64>) -> Self {
        Message {
            kind: kind.word(),
            text,
            media: Some(&file.url),
            file_name: Some(&file.file_name),
            file_size: Some(file.file_size),
            media_duration,
            ..Message::default()
        }
    }
}
