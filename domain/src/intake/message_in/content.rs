//! The content of a message in a request.

use base::error::FieldError;
use base::i18n::LocalizedText;
use base::message::{Content, Media};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::people::is_web_address;

/// Maximum bytes of a row's or a sticker's id.
const DATA_BYTES: usize = 255;

/// The content of a message: text, a file with an optional caption, a location or a contact card.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ContentIn {
    #[serde(rename = "type")]
    pub kind: ContentType,
    /// The text, or the caption of a file.
    #[serde(default)]
    #[schema(example = "Hello")]
    pub text: Option<String>,
    /// A public https address from which the file can be downloaded for a few days; alternatively use `media_id`. For
    /// files.
    #[serde(default)]
    #[schema(format = "uri")]
    pub media_url: Option<String>,
    /// The id that an upload returned. For files.
    #[serde(default)]
    pub media_id: Option<Uuid>,
    /// File name. Defaults to the last path segment of the address. For files.
    #[serde(default)]
    #[schema(example = "offer.pdf")]
    pub file_name: Option<String>,
    /// Size in bytes. For files.
    #[serde(default)]
    pub file_size: Option<u64>,
    /// Duration in seconds. For `video`, `audio` and `voice`.
    #[serde(default)]
    pub duration: Option<u32>,
    /// An id that is the same for all accounts. For `sticker`.
    #[serde(default)]
    pub sticker_id: Option<String>,
    /// In degrees. For `location`.
    #[serde(default)]
    #[schema(minimum = -90, maximum = 90)]
    pub latitude: Option<f64>,
    /// In degrees. For `location`.
    #[serde(default)]
    #[schema(minimum = -180, maximum = 180)]
    pub longitude: Option<f64>,
    /// For `contact`.
    #[serde(default)]
    pub name: Option<String>,
    /// For `contact`.
    #[serde(default)]
    pub phone: Option<String>,
    /// The row of a list message that the customer selected. For `text`.
    #[serde(default)]
    pub callback_data: Option<String>,
}

/// The type of a message's content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ContentType {
    Text,
    Picture,
    Video,
    File,
    Voice,
    Audio,
    Sticker,
    Location,
    Contact,
}

impl ContentType {
    pub const ALL: [Self; 9] = [
        Self::Text,
        Self::Picture,
        Self::Video,
        Self::File,
        Self::Voice,
        Self::Audio,
        Self::Sticker,
        Self::Location,
        Self::Contact,
    ];

    pub const fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Picture => "picture",
            Self::Video => "video",
            Self::File => "file",
            Self::Voice => "voice",
            Self::Audio => "audio",
            Self::Sticker => "sticker",
            Self::Location => "location",
            Self::Contact => "contact",
        }
    }

    const fn has_file(self) -> bool {
        !matches!(self, Self::Text | Self::Location | Self::Contact)
    }

    /// Description for the OpenAPI document.
    pub const fn about(self) -> &'static str {
        match self {
            Self::Text => "A text message.",
            Self::Picture => {
                "A picture, by `media_url` or `media_id`. In an edit both may be omitted to keep the file."
            }
            Self::Video => "A video, by `media_url` or `media_id`. In an edit both may be omitted to keep the file.",
            Self::File => "A file, by `media_url` or `media_id`. In an edit both may be omitted to keep the file.",
            Self::Voice => {
                "A voice message, by `media_url` or `media_id`. In an edit both may be omitted to keep the file."
            }
            Self::Audio => {
                "An audio file, by `media_url` or `media_id`. In an edit both may be omitted to keep the file."
            }
            Self::Sticker => {
                "A sticker, by `media_url` or `media_id`. In an edit both may be omitted to keep the file."
            }
            Self::Location => "A location.",
            Self::Contact => "A contact card.",
        }
    }

    /// The fields that are required for this type.
    pub const fn required(self) -> &'static [&'static str] {
        match self {
            Self::Text => &["text"],
            Self::Location => &["latitude", "longitude"],
            Self::Contact => &["name", "phone"],
            _ => &[],
        }
    }

    /// The fields that this type has beside `type`.
    pub const fn fields(self) -> &'static [&'static str] {
        match self {
            Self::Text => &["text", "callback_data"],
            Self::Picture | Self::File => &["text", "media_url", "media_id", "file_name", "file_size"],
            Self::Video | Self::Voice | Self::Audio => {
                &["text", "media_url", "media_id", "file_name", "file_size", "duration"]
            }
            Self::Sticker => &["text", "media_url", "media_id", "file_name", "file_size", "sticker_id"],
            Self::Location => &["latitude", "longitude"],
            Self::Contact => &["name", "phone"],
        }
    }
}

impl ContentIn {
    /// Of this type, without any other field.
    pub const fn of(kind: ContentType) -> Self {
        Self {
            kind,
            text: None,
            media_url: None,
            media_id: None,
            file_name: None,
            file_size: None,
            duration: None,
            sticker_id: None,
            latitude: None,
            longitude: None,
            name: None,
            phone: None,
            callback_data: None,
        }
    }

    /// The content and the selected row. Fields of other types are rejected, because they would be lost silently.
    pub fn checked(self, wrong: &mut Vec<FieldError>) -> (Content, Option<String>) {
        let has_file = self.media_url.as_ref().is_some_and(|url| !url.is_empty()) || self.media_id.is_some();
        if self.kind.has_file() && !has_file {
            wrong.push(FieldError::new("/content/media_url", LocalizedText::new("said-media-needed")));
        }
        self.checked_change(wrong)
    }

    /// Like [`checked`](Self::checked), for an edit: if no file is given, the old one stays.
    pub fn checked_change(self, wrong: &mut Vec<FieldError>) -> (Content, Option<String>) {
        self.refuse_foreign(wrong);
        if self.callback_data.as_ref().is_some_and(|data| data.len() > DATA_BYTES) {
            let detail = LocalizedText::new("said-most-bytes").with("most", DATA_BYTES);
            wrong.push(FieldError::new("/content/callback_data", detail));
        }
        let callback_data = self.callback_data.clone().filter(|data| !data.is_empty());
        let content = match self.kind {
            ContentType::Text => Content::Text { text: filled("/content/text", self.text, wrong) },
            ContentType::Picture => Content::Picture(self.media(wrong)),
            ContentType::Video => Content::Video(self.media(wrong)),
            ContentType::File => Content::File(self.media(wrong)),
            ContentType::Voice => Content::Voice(self.media(wrong)),
            ContentType::Audio => Content::Audio(self.media(wrong)),
            ContentType::Sticker => Content::Sticker(self.media(wrong)),
            ContentType::Location => Content::Location {
                latitude: degrees("/content/latitude", self.latitude, 90.0, wrong),
                longitude: degrees("/content/longitude", self.longitude, 180.0, wrong),
            },
            ContentType::Contact => Content::Contact {
                name: filled("/content/name", self.name, wrong),
                phone: filled("/content/phone", self.phone, wrong),
            },
        };
        (content, callback_data)
    }

    fn refuse_foreign(&self, wrong: &mut Vec<FieldError>) {
        let given = [
            ("text", self.text.is_some()),
            ("media_url", self.media_url.is_some()),
            ("media_id", self.media_id.is_some()),
            ("file_name", self.file_name.is_some()),
            ("file_size", self.file_size.is_some()),
            ("duration", self.duration.is_some()),
            ("sticker_id", self.sticker_id.is_some()),
            ("latitude", self.latitude.is_some()),
            ("longitude", self.longitude.is_some()),
            ("name", self.name.is_some()),
            ("phone", self.phone.is_some()),
            ("callback_data", self.callback_data.is_some()),
        ];
        let foreign = given.iter().filter(|(name, given)| *given && !self.kind.fields().contains(name));
        wrong.extend(foreign.map(|(name, _)| {
            let detail = LocalizedText::new("said-not-of-kind").with("kind", self.kind.word());
            FieldError::new(format!("/content/{name}"), detail)
        }));
    }

    fn media(self, wrong: &mut Vec<FieldError>) -> Media {
        let url = self.media_url.unwrap_or_default();
        match (url.is_empty(), self.media_id) {
            (false, Some(_)) => {
                wrong.push(FieldError::new("/content/media_id", LocalizedText::new("said-media-twice")))
            }
            (false, None) if !is_web_address(&url) => {
                wrong.push(FieldError::new("/content/media_url", LocalizedText::new("said-web-address")));
            }
            _ => {}
        }
        let named = self.file_name.filter(|name| !name.trim().is_empty());
        Media {
            file_name: named.unwrap_or_else(|| last_part(&url)),
            media_url: url,
            file_size: self.file_size.unwrap_or_default(),
            text: self.text.filter(|text| !text.is_empty()),
            duration: self.duration,
            sticker_id: self.sticker_id.filter(|id| !id.is_empty()),
            media_id: self.media_id,
            ..Media::default()
        }
    }
}

fn filled(pointer: &str, text: Option<String>, wrong: &mut Vec<FieldError>) -> String {
    let text = text.unwrap_or_default();
    if text.trim().is_empty() {
        wrong.push(FieldError::new(pointer, LocalizedText::new("said-empty")));
    }
    text
}

fn degrees(pointer: &str, given: Option<f64>, most: f64, wrong: &mut Vec<FieldError>) -> f64 {
    let right = given.filter(|degrees| degrees.is_finite() && degrees.abs() <= most);
    if right.is_none() {
        wrong.push(FieldError::new(pointer, LocalizedText::new("said-degrees").with("most", most.to_string())));
    }
    right.unwrap_or_default()
}

/// Default name of a file: the last segment of its address.
fn last_part(url: &str) -> String {
    let url = url::Url::parse(url).ok();
    let part = url.as_ref().and_then(|url| url.path_segments()).and_then(|mut parts| parts.next_back());
    part.unwrap_or_default().chars().take(100).collect()
}
