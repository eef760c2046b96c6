//! Messages in responses.

use base::i18n::{Language, Words};
use base::message::{Direction, Failure, FailureCode, Person, Role};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::timeline::TimelineEventOut;
use base::json::Moment;
pub use domain::delivery::read::MessageStatus;

mod content;
mod context;
mod files;

pub use content::ContentOut;
pub use context::{AroundOut, QuoteOut};
pub use files::FileLinks;

/// An accepted message.
#[derive(Debug, Serialize, ToSchema)]
pub struct AcceptedOut {
    /// Parom's id of the message.
    pub id: Uuid,
    #[schema(example = "ext-1001")]
    pub external_id: String,
    #[schema(example = "queued")]
    pub status: &'static str,
    /// The id was already accepted and nothing new was stored.
    pub duplicate: bool,
}

/// A message in either direction.
#[derive(Debug, Serialize, ToSchema)]
pub struct MessageOut {
    pub id: Uuid,
    pub source_id: Uuid,
    pub direction: Direction,
    pub status: MessageStatus,
    /// Why it is held; null if it is not held.
    #[schema(required)]
    pub reason: Option<String>,
    /// Why it failed; null if it did not fail.
    #[schema(required)]
    pub error: Option<FailureOut>,
    /// The messenger's id; null until known.
    #[schema(required)]
    pub external_id: Option<String>,
    /// The message's id in amojo, amoCRM's chat service; null until known.
    #[schema(required)]
    pub amocrm_message_id: Option<String>,
    pub conversation: ConversationRefOut,
    pub sender: PersonOut,
    #[schema(required)]
    pub receiver: Option<PersonOut>,
    pub content: ContentOut,
    #[serde(flatten)]
    pub around: AroundOut,
    /// Creates no lead and triggers no notification.
    pub silent: bool,
    /// The customer deleted the message; `content` is its last content.
    pub deleted: bool,
    /// The customer may have received it twice, because the outcome of an earlier attempt is unknown.
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
    /// The messenger's id; null while a conversation started by a manager waits for the messenger's response.
    #[schema(required)]
    pub id: Option<String>,
}

/// Why a message failed.
#[derive(Debug, Serialize, ToSchema)]
pub struct FailureOut {
    pub code: FailureCode,
    /// A description in plain language.
    pub text: String,
}

impl From<Failure> for FailureOut {
    fn from(failure: Failure) -> Self {
        Self { text: failure.text_in(Words::new(Language::En)), code: failure.code }
    }
}

/// A participant.
#[derive(Debug, Serialize, ToSchema)]
pub struct PersonOut {
    pub role: Role,
    /// The messenger's id; for managers, amojo's id.
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
