//! The content of a customer's message.

use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Map, Value};

/// A chat of which only the name is known, e.g. the channel of a forwarded message.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChatCard {
    /// Its id.
    pub id: i64,
    /// Its title.
    pub title: String,
    /// Its name, if it is public.
    #[serde(default)]
    pub username: Option<String>,
}

/// Animation formats of stickers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StickerForm {
    /// A .webp.
    #[default]
    Static,
    /// A .tgs.
    Animated,
    /// A .webm.
    Video,
}

/// A file of a message; the built-in file of its kind if there are no bytes.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Given {
    /// The id returned by `POST /uploads`.
    pub(super) upload: Option<String>,
    /// The whole file in base64.
    pub(super) data: Option<String>,
    #[serde(skip)]
    pub(super) bytes: Option<Bytes>,
    pub(super) name: Option<String>,
    pub(super) mime: Option<String>,
    pub(super) is_nameless: bool,
    pub(super) size: Option<i64>,
    pub(super) duration: Option<i64>,
}

impl Given {
    /// The built-in file of the kind.
    pub fn sample() -> Self {
        Self::default()
    }

    /// Any file.
    pub fn bytes(name: &str, mime: &str, bytes: impl Into<Bytes>) -> Self {
        let (name, mime) = (Some(name.to_owned()), Some(mime.to_owned()));
        Self { bytes: Some(bytes.into()), name, mime, ..Self::default() }
    }

    /// With another name.
    pub fn named(self, name: &str) -> Self {
        Self { name: Some(name.to_owned()), ..self }
    }

    /// Without a name.
    pub fn nameless(self) -> Self {
        Self { is_nameless: true, ..self }
    }

    /// Declares this size, while the bytes stay the same. Bots cannot download files above 20 MB.
    pub fn claiming(self, size: i64) -> Self {
        Self { size: Some(size), ..self }
    }

    /// Its duration in seconds.
    pub fn lasting(self, seconds: i64) -> Self {
        Self { duration: Some(seconds), ..self }
    }
}

/// Kinds of content.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[expect(missing_docs, reason = "fields are named as in the Bot API")]
pub enum Content {
    /// Text; if it has no entities, they are detected as Telegram does.
    Text {
        text: String,
        #[serde(default)]
        entities: Vec<Value>,
    },
    /// A picture.
    Photo {
        #[serde(default)]
        file: Given,
        #[serde(default)]
        caption: String,
    },
    /// A video.
    Video {
        #[serde(default)]
        file: Given,
        #[serde(default)]
        caption: String,
    },
    /// A GIF.
    Animation {
        #[serde(default)]
        file: Given,
        #[serde(default)]
        caption: String,
    },
    /// Any file.
    Document {
        #[serde(default)]
        file: Given,
        #[serde(default)]
        caption: String,
    },
    /// A voice note.
    Voice {
        #[serde(default)]
        file: Given,
        #[serde(default)]
        caption: String,
    },
    /// A picture with a moving part.
    LivePhoto {
        #[serde(default)]
        file: Given,
        #[serde(default)]
        caption: String,
    },
    /// Music.
    Audio {
        #[serde(default)]
        file: Given,
        #[serde(default)]
        caption: String,
        #[serde(default)]
        performer: Option<String>,
        #[serde(default)]
        title: Option<String>,
    },
    /// A round video.
    VideoNote {
        #[serde(default)]
        file: Given,
    },
    /// A sticker.
    Sticker {
        #[serde(default)]
        file: Given,
        emoji: String,
        #[serde(default)]
        set_name: Option<String>,
        #[serde(default)]
        form: StickerForm,
    },
    /// A location; a live one if it has a period.
    Location {
        latitude: f64,
        longitude: f64,
        #[serde(default)]
        live_period: Option<i64>,
        #[serde(default)]
        heading: Option<i64>,
        #[serde(default)]
        horizontal_accuracy: Option<f64>,
    },
    /// A place with a name.
    Venue { latitude: f64, longitude: f64, title: String, address: String },
    /// A contact from the address book.
    Contact {
        phone_number: String,
        first_name: String,
        #[serde(default)]
        last_name: Option<String>,
        #[serde(default)]
        user_id: Option<i64>,
        #[serde(default)]
        vcard: Option<String>,
    },
    /// The person's own number, as sent by the button that requests it.
    OwnContact,
    /// A poll.
    Poll { question: String, options: Vec<String> },
    /// A dice.
    Dice { emoji: String, value: i64 },
    /// A forwarded story.
    Story { chat: ChatCard, id: i64 },
    /// Paid media.
    PaidMedia { stars: i64 },
    /// A task list.
    Checklist { title: String, tasks: Vec<String> },
    /// A message that consists of blocks, without `text`.
    RichMessage { blocks: Vec<Value> },
    /// Any fields of `Message`.
    Raw { fields: Map<String, Value> },
}

impl Content {
    /// Plain text.
    pub fn text(text: &str) -> Self {
        Self::Text { text: text.to_owned(), entities: Vec::new() }
    }

    /// The built-in picture.
    pub fn photo(caption: &str) -> Self {
        Self::Photo { file: Given::sample(), caption: caption.to_owned() }
    }
}
