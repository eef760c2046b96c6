//! The content of our messages: every kind that the Chats API accepts (chats-api §3.4.2).

use crate::error::Error;

/// A file that amojo downloads from its address.
///
/// amoCRM requires name and size of files, videos and pictures. In a [`QuotedMessage`](super::QuotedMessage) empty
/// addresses and names and a size of zero are omitted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MediaFile {
    /// Address from which amojo can download without signing in; must not contain secrets.
    pub url: String,
    /// File name.
    pub file_name: String,
    /// Size in bytes.
    pub file_size: u64,
}

/// The kinds of content with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MediaKind {
    /// A picture.
    Picture,
    /// Any file.
    File,
    /// A video.
    Video,
    /// A voice message.
    Voice,
    /// Music or other sound.
    Audio,
    /// A sticker.
    Sticker,
}

impl MediaKind {
    /// amoCRM's word for it.
    pub(super) fn word(self) -> &'static str {
        match self {
            MediaKind::Picture => "picture",
            MediaKind::File => "file",
            MediaKind::Video => "video",
            MediaKind::Voice => "voice",
            MediaKind::Audio => "audio",
            MediaKind::Sticker => "sticker",
        }
    }
}

/// The content of a message. Captions may be empty; durations are whole seconds, coordinates are degrees.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "the fields say what they are; units are in their names")]
pub enum Content {
    /// A text; may be empty only if the message forwards another one.
    Text { text: String },
    /// A picture.
    Picture { file: MediaFile, caption: String },
    /// Any file.
    File { file: MediaFile, caption: String },
    /// A video.
    Video { file: MediaFile, caption: String, duration_seconds: Option<u64> },
    /// A voice message.
    Voice { file: MediaFile, caption: String, duration_seconds: Option<u64> },
    /// Music or other sound.
    Audio { file: MediaFile, caption: String, duration_seconds: Option<u64> },
    /// A sticker; its id is the same for all accounts.
    Sticker { url: String, sticker_id: Option<String>, caption: String },
    /// A place.
    Location { longitude: f64, latitude: f64, caption: String },
    /// A person's card.
    Contact { name: String, phone: String, caption: String },
}

/// An empty text, to be replaced.
impl Default for Content {
    fn default() -> Self {
        Content::Text { text: String::new() }
    }
}

impl Content {
    /// Coordinates must be finite numbers: JSON cannot represent others.
    pub(super) fn check(&self, call: &'static str) -> Result<(), Error> {
        match self {
            Content::Location { longitude, latitude, .. } if !(longitude.is_finite() && latitude.is_finite()) => {
                Err(Error::invalid(call, "message.location is not a number"))
            }
            _ => Ok(()),
        }
    }

    pub(super) fn is_empty_text(&self) -> bool {
        matches!(self, Content::Text { text } if text.is_empty())
    }
}
