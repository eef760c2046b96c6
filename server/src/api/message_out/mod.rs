//! How messages are shown.

use base::message::{Direction, Failure, FailureCode, Person, Role};
use base::words::Language;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::json::Moment;
use super::timeline::TimelineEventOut;
pub use crate::delivery::read::MessageStatus;

mod around;
mod content;

pub use around::{AroundOut, QuoteOut};
pub use content::ContentOut;

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
    #[serde(flatten)]
    pub around: AroundOut,
    /// Makes no lead and notifies nobody.
    pub silent: bool,
    /// The customer took it back; `content` is what it said.
    pub deleted: bool,
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
        Self { text: failure.words(Language::En), code: failure.code }
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
