//! Messages that a manager or bot in the account can send: their files – given by a test, uploaded, or built in – and their
//! lists, a text with a button that opens sections of rows, as WhatsApp shows them.

use anyhow::{Result, bail};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::kit::Sample;

/// An outgoing message of any kind.
#[must_use]
#[derive(Clone, Debug)]
pub struct HookMessage {
    pub(crate) fields: Map<String, Value>,
    pub(crate) msec_timestamp: Option<i64>,
    pub(crate) author: Author,
    pub(crate) attachment: Option<Attachment>,
    pub(crate) list: Option<ListMessage>,
    /// Amojo ids of the quoted and the forwarded message, and of the comment to answer in public.
    pub(crate) quoted: Option<String>,
    pub(crate) forwarded: Option<String>,
    pub(crate) comment: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Author {
    /// The account's first manager with an id in the Chats API.
    Manager,
    /// The user with this CRM id.
    User(i64),
    /// The account's Salesbot.
    Salesbot,
}

/// A button under a text. With an address the messenger opens it; without one its text is sent back as a message.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Button {
    pub text: String,
    /// The address it opens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

impl HookMessage {
    pub fn text(text: &str) -> Self {
        Self::of_kind("text").with("text", json!(text))
    }

    /// A message with an external file: `kind` is `picture`, `file`, `video`, `voice`, `audio` or `sticker`.
    pub fn file(kind: &str, url: &str, name: &str, size: u64) -> Self {
        Self::of_kind(kind).with("media", json!(url)).with("file_name", json!(name)).with("file_size", json!(size))
    }

    /// A message with a file that the sandbox serves, under a link that lives for 24 hours.
    /// Pictures and videos with a preview have a `thumbnail`.
    pub fn attachment(attachment: Attachment) -> Self {
        let kind = attachment.kind.clone();
        Self { attachment: Some(attachment), ..Self::of_kind(&kind) }
    }

    /// Sets the caption of a file.
    pub fn caption(self, text: &str) -> Self {
        self.with("text", json!(text))
    }

    pub fn buttons(self, rows: &[Vec<Button>]) -> Self {
        self.with("markup", json!({"mode": "inline", "buttons": rows}))
    }

    /// Makes it a list message; limits are checked when it is sent. Rows without `callback_data` get one.
    pub fn list(mut self, list: ListMessage) -> Self {
        self.list = Some(list);
        self
    }

    /// Marks the text as made from a template: `text` is `content` with every placeholder replaced by its value.
    pub fn template(self, id: i64, external_id: Option<&str>, content: &str, params: &[(&str, &str)]) -> Self {
        let text = params.iter().fold(content.to_owned(), |text, (key, value)| text.replace(key, value));
        let params: Vec<Value> = params.iter().map(|(key, value)| json!({"key": key, "value": value})).collect();
        let mut template = json!({"id": id, "content": content, "params": params});
        if let Some(external_id) = external_id {
            template["external_id"] = json!(external_id);
        }
        self.with("text", json!(text)).with("template", template)
    }

    /// Quotes a message (by amojo id) of the same chat.
    pub fn quoting(mut self, message_id: &str) -> Self {
        self.quoted = Some(message_id.to_owned());
        self
    }

    /// Forwards a message (by amojo id) of any chat of the same integration.
    pub fn forwarding(mut self, message_id: &str) -> Self {
        self.forwarded = Some(message_id.to_owned());
        self
    }

    /// Answers a comment (by amojo id) in public, only possible with a text. A private answer is an ordinary message.
    pub fn answering_comment(mut self, message_id: &str) -> Self {
        self.comment = Some(message_id.to_owned());
        self
    }

    /// Sent by the account's Salesbot.
    pub fn by_salesbot(mut self) -> Self {
        self.author = Author::Salesbot;
        self
    }

    /// Sent by this user (by CRM id), who must have an id in the Chats API.
    pub fn by_user(mut self, user_id: i64) -> Self {
        self.author = Author::User(user_id);
        self
    }

    fn of_kind(kind: &str) -> Self {
        let empty = ["text", "tag", "media", "thumbnail", "file_name"].into_iter().map(|key| (key, json!("")));
        let fields = empty.chain([("type", json!(kind)), ("file_size", json!(0))]);
        Self {
            fields: fields.map(|(key, value)| (key.to_owned(), value)).collect(),
            msec_timestamp: None,
            author: Author::Manager,
            attachment: None,
            list: None,
            quoted: None,
            forwarded: None,
            comment: None,
        }
    }

    /// Sets any field of the inner message: `markup`, `template`, `reply_to`, `media_group_id`, …
    pub fn with(mut self, key: &str, value: Value) -> Self {
        self.fields.insert(key.to_owned(), value);
        self
    }

    /// Sets the time of the message in milliseconds; default: the sandbox's clock.
    pub fn at(mut self, msec_timestamp: i64) -> Self {
        self.msec_timestamp = Some(msec_timestamp);
        self
    }
}

/// Groups messages into an album; a single message is unchanged.
pub(crate) fn album(messages: Vec<HookMessage>) -> Vec<HookMessage> {
    if messages.len() < 2 {
        return messages;
    }
    let group = Uuid::new_v4();
    messages.into_iter().map(|message| message.with("media_group_id", json!(group))).collect()
}

/// A file and the kind of its message.
#[derive(Clone, Debug)]
pub struct Attachment {
    pub(crate) kind: String,
    pub(crate) name: String,
    pub(crate) content_type: String,
    pub(crate) bytes: Bytes,
    pub(crate) thumbnail: Option<Bytes>,
}

pub(crate) const KINDS: [&str; 6] = ["picture", "video", "file", "voice", "audio", "sticker"];

impl Attachment {
    /// A file of any bytes. `kind` is `picture`, `video`, `file`, `voice`, `audio` or `sticker`; the declared type may
    /// be wrong, as in reality.
    pub fn new(kind: &str, name: &str, content_type: &str, bytes: impl Into<Bytes>) -> Self {
        Self {
            kind: kind.to_owned(),
            name: name.to_owned(),
            content_type: content_type.to_owned(),
            bytes: bytes.into(),
            thumbnail: None,
        }
    }

    /// The built-in file of a kind: a PNG (`picture`), H.264 in MP4 (`video`), a PDF (`file`), Opus in OGG
    /// (`voice`), an MP3 (`audio`), a WebP (`sticker`). Any other kind is the PDF.
    pub fn sample(kind: &str) -> Self {
        let (name, sample, thumbnail) = match kind {
            "picture" => ("sofa.png", Sample::DRAWING, Some(Sample::THUMBNAIL)),
            "video" => ("clip.mp4", Sample::CLIP, Some(Sample::POSTER)),
            "voice" => ("voice.ogg", Sample::VOICE, None),
            "audio" => ("melody.mp3", Sample::MELODY, None),
            // Real stickers have no name.
            "sticker" => ("", Sample::STICKER, None),
            _ => ("offer.pdf", Sample::OFFER, None),
        };
        Self::of(kind, name, sample, thumbnail)
    }

    /// A second built-in picture, a JPEG, for albums.
    pub fn second_picture() -> Self {
        Self::of("picture", "sofa-green.jpg", Sample::PICTURE, Some(Sample::THUMBNAIL))
    }

    fn of(kind: &str, name: &str, sample: Sample, thumbnail: Option<Sample>) -> Self {
        let thumbnail = thumbnail.map(|sample| Bytes::from_static(sample.bytes));
        Self { thumbnail, ..Self::new(kind, name, sample.mime, Bytes::from_static(sample.bytes)) }
    }

    /// Gives the file another name.
    #[must_use]
    pub fn named(mut self, name: &str) -> Self {
        name.clone_into(&mut self.name);
        self
    }

    /// The default kind for a media type.
    pub(crate) fn kind_of(content_type: &str) -> &'static str {
        match content_type.split('/').next() {
            Some("image") if content_type != "image/svg+xml" => "picture",
            Some("video") => "video",
            Some("audio") => "audio",
            _ => "file",
        }
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct ListMessage {
    /// Above the text, at most 60 characters.
    #[serde(default)]
    pub header: String,
    /// The text, 1 to 1024 characters.
    pub body: String,
    /// Below the text, at most 60 characters.
    #[serde(default)]
    pub footer: String,
    /// Text of the button that opens the list.
    pub button: String,
    /// 1 to 10 sections.
    pub sections: Vec<Section>,
}

/// A part of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct Section {
    /// At most 24 characters.
    #[serde(default)]
    pub title: String,
    /// 1 to 10 rows.
    pub rows: Vec<ListRow>,
}

/// A row that the customer can choose.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct ListRow {
    /// Returned as `callback_data` when the row is chosen; generated if empty.
    #[serde(default)]
    pub callback_data: String,
    pub title: String,
    #[serde(default)]
    pub description: String,
}

impl ListMessage {
    /// Gives every row its `callback_data` and rejects fields longer than documented.
    pub(crate) fn completed(mut self) -> Result<Self> {
        for (name, text, limit) in
            [("header", &self.header, 60), ("body", &self.body, 1024), ("footer", &self.footer, 60)]
        {
            at_most(name, text, limit)?;
        }
        if self.body.is_empty() || self.button.is_empty() {
            bail!("a list message needs a body and a button");
        }
        if !(1..=10).contains(&self.sections.len()) {
            bail!("a list message has 1 to 10 sections");
        }
        for section in &mut self.sections {
            at_most("a section's title", &section.title, 24)?;
            if !(1..=10).contains(&section.rows.len()) {
                bail!("a section has 1 to 10 rows");
            }
            for row in section.rows.iter_mut().filter(|row| row.callback_data.is_empty()) {
                row.callback_data = Uuid::new_v4().simple().to_string().chars().take(8).collect();
            }
        }
        Ok(self)
    }
}

fn at_most(name: &str, text: &str, limit: usize) -> Result<()> {
    if text.chars().count() > limit {
        bail!("{name} is longer than {limit} characters");
    }
    Ok(())
}
