//! How messages are shown.

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::json::Moment;
use super::message_types::ContentType;
use super::timeline::TimelineEventOut;
pub use crate::delivery::read::MessageStatus;
use crate::message::{Content, Direction, Failure, FailureCode, Media, Person, Role};

/// What is known of an accepted message.
#[derive(Debug, Serialize, ToSchema)]
pub struct AcceptedOut {
    /// Our id of the message.
    pub id: Uuid,
    #[schema(example = "ext-1001")]
    pub external_id: String,
    #[schema(example = "queued")]
    pub status: &'static str,
    /// The id came before and nothing new was stored.
    pub duplicate: bool,
}

/// A message, either direction.
#[derive(Debug, Serialize, ToSchema)]
pub struct MessageOut {
    pub id: Uuid,
    pub source_id: Uuid,
    pub direction: Direction,
    pub status: MessageStatus,
    /// Why it is held; null: it is not.
    #[schema(required)]
    pub reason: Option<String>,
    /// Why it failed; null: it did not.
    #[schema(required)]
    pub error: Option<FailureOut>,
    /// The messenger's id; null until known.
    #[schema(required)]
    pub external_id: Option<String>,
    /// amojo's id; null until known.
    #[schema(required)]
    pub amocrm_message_id: Option<String>,
    pub conversation: ConversationRefOut,
    pub sender: PersonOut,
    #[schema(required)]
    pub receiver: Option<PersonOut>,
    pub content: ContentOut,
    #[schema(required)]
    pub template: Option<serde_json::Value>,
    #[schema(required)]
    pub reply_to: Option<serde_json::Value>,
    /// Makes no lead and notifies nobody.
    pub silent: bool,
    /// It may have reached the customer twice: the outcome of an earlier try could not be found out.
    pub possible_duplicate: bool,
    #[schema(value_type = String, format = DateTime)]
    pub sent_at: Moment,
    #[schema(value_type = String, format = DateTime)]
    pub accepted_at: Moment,
    /// What happened to it, oldest first. Absent in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub timeline: Option<Vec<TimelineEventOut>>,
}

/// The conversation a message belongs to.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConversationRefOut {
    /// The messenger's id; null until a conversation that a manager began is answered.
    #[schema(required)]
    pub id: Option<String>,
}

/// Why a message failed.
#[derive(Debug, Serialize, ToSchema)]
pub struct FailureOut {
    pub code: FailureCode,
    /// In words.
    pub text: String,
}

impl From<Failure> for FailureOut {
    fn from(failure: Failure) -> Self {
        let text = if failure.text.is_empty() { failure.code.words().to_owned() } else { failure.text };
        Self { code: failure.code, text }
    }
}

/// A participant.
#[derive(Debug, Serialize, ToSchema)]
pub struct PersonOut {
    pub role: Role,
    /// The messenger's id; of managers amojo's.
    pub id: String,
    #[schema(required)]
    pub name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub avatar_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile_url: Option<String>,
}

impl From<Person> for PersonOut {
    fn from(person: Person) -> Self {
        Self {
            role: person.role,
            id: person.id,
            name: person.name,
            phone: person.phone,
            email: person.email,
            avatar_url: person.avatar_url,
            profile_url: person.profile_url,
        }
    }
}

/// What a message says; the fields depend on `type`.
#[derive(Debug, Serialize, ToSchema)]
pub struct ContentOut {
    #[serde(rename = "type")]
    pub kind: ContentType,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub media_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_size: Option<u64>,
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
}

impl ContentOut {
    fn bare(kind: ContentType) -> Self {
        Self {
            kind,
            text: None,
            media_url: None,
            file_name: None,
            file_size: None,
            group_id: None,
            latitude: None,
            longitude: None,
            name: None,
            phone: None,
        }
    }

    fn media(kind: ContentType, media: Media) -> Self {
        Self {
            text: media.text,
            media_url: Some(media.media_url),
            file_name: Some(media.file_name),
            file_size: Some(media.file_size).filter(|size| *size > 0),
            group_id: media.group_id,
            ..Self::bare(kind)
        }
    }
}

impl From<Content> for ContentOut {
    fn from(content: Content) -> Self {
        match content {
            Content::Text { text } => Self { text: Some(text), ..Self::bare(ContentType::Text) },
            Content::Picture(media) => Self::media(ContentType::Picture, media),
            Content::Video(media) => Self::media(ContentType::Video, media),
            Content::File(media) => Self::media(ContentType::File, media),
            Content::Voice(media) => Self::media(ContentType::Voice, media),
            Content::Audio(media) => Self::media(ContentType::Audio, media),
            Content::Sticker(media) => Self::media(ContentType::Sticker, media),
            Content::Location { latitude, longitude } => {
                Self { latitude: Some(latitude), longitude: Some(longitude), ..Self::bare(ContentType::Location) }
            }
            Content::Contact { name, phone } => {
                Self { name: Some(name), phone: Some(phone), ..Self::bare(ContentType::Contact) }
            }
        }
    }
}
