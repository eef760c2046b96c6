//! Content of messages and their participants.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// The sender of a message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    #[default]
    Client,
    Manager,
    Bot,
}

/// A participant as the messenger or the API describes them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// The messenger's id; for managers amojo's.
    pub id: String,
    #[serde(default)]
    pub role: Role,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub avatar_url: Option<String>,
    /// The stored picture; `avatar_url` is then its origin and is not passed on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub avatar_media_id: Option<Uuid>,
    /// The messenger's reference to the picture, for its connector to open; removed from the body at intake.
    #[serde(skip)]
    pub avatar_reference: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile_url: Option<String>,
    /// For a manager who wrote outside amoCRM: the CRM's id of the user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// For a customer: the CRM's id of the contact to which a developer wants the chat linked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crm_contact_id: Option<i64>,
    /// For a group: its members, as far as its messenger named them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<Member>,
}

/// A member of a group.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Member {
    /// The messenger's id.
    #[schema(example = "user-7")]
    pub id: String,
    #[serde(default)]
    #[schema(required, example = "Anna")]
    pub name: Option<String>,
}

/// Content of a message. A closed set: an unknown kind becomes a readable placeholder at intake, never nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Content {
    Text { text: String },
    Picture(Media),
    Video(Media),
    File(Media),
    Voice(Media),
    Audio(Media),
    Sticker(Media),
    Location { latitude: f64, longitude: f64 },
    Contact { name: String, phone: String },
}

impl Content {
    /// The kind's name on the wire.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Text { .. } => "text",
            Self::Picture(_) => "picture",
            Self::Video(_) => "video",
            Self::File(_) => "file",
            Self::Voice(_) => "voice",
            Self::Audio(_) => "audio",
            Self::Sticker(_) => "sticker",
            Self::Location { .. } => "location",
            Self::Contact { .. } => "contact",
        }
    }

    /// The file of the kinds that have one.
    pub fn media(&self) -> Option<&Media> {
        match self {
            Self::Picture(media)
            | Self::Video(media)
            | Self::File(media)
            | Self::Voice(media)
            | Self::Audio(media)
            | Self::Sticker(media) => Some(media),
            Self::Text { .. } | Self::Location { .. } | Self::Contact { .. } => None,
        }
    }

    /// As [`media`](Self::media), mutable.
    pub fn media_mut(&mut self) -> Option<&mut Media> {
        match self {
            Self::Picture(media)
            | Self::Video(media)
            | Self::File(media)
            | Self::Voice(media)
            | Self::Audio(media)
            | Self::Sticker(media) => Some(media),
            Self::Text { .. } | Self::Location { .. } | Self::Contact { .. } => None,
        }
    }
}

/// A file with an optional caption.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Media {
    #[serde(default)]
    pub media_url: String,
    #[serde(default)]
    pub file_name: String,
    /// Bytes; 0 if unknown.
    #[serde(default)]
    pub file_size: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Shared by attachments that were sent together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group_id: Option<String>,
    /// By the file's first bytes if it was fetched, else as the sender reported.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mime_type: Option<String>,
    /// Seconds: video, audio, voice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration: Option<u32>,
    /// The same for all accounts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sticker_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thumbnail_url: Option<String>,
    /// The stored preview; `thumbnail_url` is then its origin and is not passed on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thumbnail_id: Option<Uuid>,
    /// The stored file; `media_url` is then its origin and is not passed on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_id: Option<Uuid>,
    /// The messenger's reference to the file, for its connector to open; removed from the body at intake.
    #[serde(skip)]
    pub reference: Option<String>,
    /// The messenger's identifier of these exact bytes: equal in an edit that keeps the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known_as: Option<String>,
}
