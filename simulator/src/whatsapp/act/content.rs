//! The content of a customer's message.

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::Value;

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

    /// The bytes given with it, if any.
    pub(super) fn own(&self) -> Option<Bytes> {
        let decoded = || STANDARD.decode(self.data.as_ref()?).ok().map(Bytes::from);
        self.bytes.clone().or_else(decoded)
    }
}

/// Kinds of content.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[expect(missing_docs, reason = "fields are named as in webhooks")]
pub enum Content {
    /// Text.
    Text { text: String },
    /// A picture.
    Image {
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
    /// A sound file.
    Audio {
        #[serde(default)]
        file: Given,
    },
    /// A voice note.
    Voice {
        #[serde(default)]
        file: Given,
    },
    /// Any file.
    Document {
        #[serde(default)]
        file: Given,
        #[serde(default)]
        caption: String,
    },
    /// A sticker.
    Sticker {
        #[serde(default)]
        file: Given,
        #[serde(default)]
        animated: bool,
    },
    /// A location, optionally with the name of a place.
    Location {
        latitude: f64,
        longitude: f64,
        #[serde(default)]
        name: String,
        #[serde(default)]
        address: String,
    },
    /// Contacts from the address book, as contained in webhooks.
    Contacts { contacts: Vec<Value> },
    /// A cart: elements of `product_items`.
    Order { catalog_id: String, text: String, items: Vec<Value> },
    /// Content that webhooks cannot contain: `poll_creation`, `pin`, …
    Unsupported { what: String },
    /// A message that Meta withholds (131060).
    Unavailable,
    /// Any kind: its name, and the value of its key.
    Raw { name: String, body: Value },
}

impl Content {
    /// Plain text.
    pub fn text(text: &str) -> Self {
        Self::Text { text: text.to_owned() }
    }

    /// The built-in picture.
    pub fn image(caption: &str) -> Self {
        Self::Image { file: Given::sample(), caption: caption.to_owned() }
    }
}

/// Properties of a message besides its content.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Dressing {
    /// The wamid of the quoted message, known or not.
    pub reply_to: Option<String>,
    /// Forwarded.
    pub forwarded: bool,
    /// Forwarded more than five times.
    pub forwarded_often: bool,
    /// From an ad or a post: the object `referral`. Opens the longer window.
    pub referral: Option<Value>,
    /// From a catalog: the object `referred_product`.
    pub product: Option<Value>,
    /// Written in a group of the Groups API.
    pub group_id: Option<String>,
}
