//! The content of a message in a response.

use base::message::{Button, Content, List, Markup, Media};
use domain::intake::message_in::ContentType;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::files::FileLinks;

/// The content of a message; which fields are present depends on `type`.
#[derive(Debug, Serialize, ToSchema)]
pub struct ContentOut {
    #[serde(rename = "type")]
    pub kind: ContentType,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// A signed link to the file, valid for 48 hours; while Parom is still fetching the file it returns 503. Absent if
    /// the file is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub media_url: Option<String>,
    /// Parom's id of the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub media_id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_size: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mime_type: Option<String>,
    /// A signed link to a small picture of the file, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thumbnail_url: Option<String>,
    /// In seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sticker_id: Option<String>,
    /// Shared by attachments that were sent together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latitude: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub longitude: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// The row of a list message that the customer selected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub callback_data: Option<String>,
    /// Rows of buttons.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub buttons: Option<Vec<Vec<Button>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub list: Option<List>,
}

impl ContentOut {
    /// Stored content with its buttons or rows and the customer's selection.
    pub fn of(content: Content, markup: Option<Markup>, callback_data: Option<String>, files: &FileLinks) -> Self {
        let (buttons, list) = match markup {
            Some(Markup::Buttons(rows)) => (Some(rows), None),
            Some(Markup::List(list)) => (None, Some(list)),
            None => (None, None),
        };
        Self { callback_data, buttons, list, ..Self::plain(content, files) }
    }

    fn bare(kind: ContentType) -> Self {
        Self {
            kind,
            text: None,
            media_url: None,
            media_id: None,
            file_name: None,
            file_size: None,
            mime_type: None,
            thumbnail_url: None,
            duration: None,
            sticker_id: None,
            group_id: None,
            latitude: None,
            longitude: None,
            name: None,
            phone: None,
            callback_data: None,
            buttons: None,
            list: None,
        }
    }

    fn media(kind: ContentType, media: Media, files: &FileLinks) -> Self {
        let media = files.lent(media);
        Self {
            text: media.text,
            media_url: Some(media.media_url).filter(|url| !url.is_empty()),
            media_id: media.media_id,
            file_name: Some(media.file_name),
            file_size: Some(media.file_size).filter(|size| *size > 0),
            mime_type: media.mime_type,
            thumbnail_url: media.thumbnail_url,
            duration: media.duration,
            sticker_id: media.sticker_id,
            group_id: media.group_id,
            ..Self::bare(kind)
        }
    }

    /// Stored content by itself.
    pub(super) fn plain(content: Content, files: &FileLinks) -> Self {
        match content {
            Content::Text { text } => Self { text: Some(text), ..Self::bare(ContentType::Text) },
            Content::Picture(media) => Self::media(ContentType::Picture, media, files),
            Content::Video(media) => Self::media(ContentType::Video, media, files),
            Content::File(media) => Self::media(ContentType::File, media, files),
            Content::Voice(media) => Self::media(ContentType::Voice, media, files),
            Content::Audio(media) => Self::media(ContentType::Audio, media, files),
            Content::Sticker(media) => Self::media(ContentType::Sticker, media, files),
            Content::Location { latitude, longitude } => {
                Self { latitude: Some(latitude), longitude: Some(longitude), ..Self::bare(ContentType::Location) }
            }
            Content::Contact { name, phone } => {
                Self { name: Some(name), phone: Some(phone), ..Self::bare(ContentType::Contact) }
            }
        }
    }
}
