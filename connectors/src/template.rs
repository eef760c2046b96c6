//! Templates that need the messenger's review before they may be sent.

use base::message::Button;
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// A template to submit, as amoCRM stores it (crm-api §6.3).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewTemplate {
    /// Our id, equal in every submission of the same template.
    pub id: Uuid,
    /// Our id, equal in every attempt of the same request for review.
    pub submission: Uuid,
    pub source_id: Uuid,
    pub now: DateTime<Utc>,
    /// Equal in every submission of the same template.
    pub name: String,
    /// `ru`, `en`, `pt_BR`.
    pub language: String,
    pub category: TemplateCategory,
    /// Text with amoCRM's markers, e.g. `Hello {{contact.name}}`.
    pub content: String,
    pub header: Option<TemplateHeader>,
    pub footer: Option<String>,
    /// A button with a link opens it; any other button sends its text.
    pub buttons: Vec<Button>,
    /// Sample values by marker with its braces: `("{{contact.name}}", "Ann")`.
    pub examples: Vec<(String, String)>,
}

/// What a template is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TemplateCategory {
    #[default]
    Utility,
    Marketing,
    Authentication,
}

impl TemplateCategory {
    /// amoCRM's name of the category (crm-api §6.3).
    pub const fn word(self) -> &'static str {
        match self {
            Self::Utility => "UTILITY",
            Self::Marketing => "MARKETING",
            Self::Authentication => "AUTHENTICATION",
        }
    }

    /// The category by amoCRM's name; utility if the name is unknown.
    pub fn of(word: &str) -> Self {
        match word {
            "MARKETING" => Self::Marketing,
            "AUTHENTICATION" => Self::Authentication,
            _ => Self::Utility,
        }
    }
}

/// What is above a template's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TemplateHeader {
    Text(String),
    /// A sample of the file that messages with this template contain.
    File(TemplateFile),
}

/// The sample file of a template's header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateFile {
    pub kind: TemplateFileKind,
    pub name: String,
    pub mime_type: String,
    pub bytes: bytes::Bytes,
}

/// The kind of a template's file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TemplateFileKind {
    Picture,
    Video,
    Document,
}

/// A template's state at the messenger: the answer to a submission, an item of its list, or a reported change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TemplateState {
    /// The messenger's id.
    pub id: String,
    /// None if this report does not contain it; likewise for the fields below.
    pub name: Option<String>,
    pub language: Option<String>,
    /// None if this report is about something else.
    pub status: Option<TemplateStatus>,
    /// Why it was rejected, paused or disabled, in the messenger's words, or as the messenger's code if it sends no
    /// text.
    pub reason: Option<String>,
    pub category: Option<TemplateCategory>,
    /// The messenger's rating: `GREEN`, `YELLOW`, `RED`.
    pub quality: Option<String>,
}

/// The state of a template's review.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TemplateStatus {
    InReview,
    Approved,
    Rejected,
    /// May not be used for now.
    Paused,
    /// May not be used any more.
    Disabled,
    Deleted,
}

/// The approved template with which a message is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegisteredTemplate {
    /// The messenger's id.
    pub id: String,
    pub name: String,
    pub language: String,
    pub header: RegisteredHeader,
    /// Its text with amoCRM's markers, as submitted. The values are in the message's `template.params`.
    pub content: String,
    /// Its buttons, as submitted.
    pub buttons: Vec<Button>,
}

/// What is above the text of an approved template. Its file is the message's content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RegisteredHeader {
    None,
    /// Text with amoCRM's markers.
    Text(String),
    File(TemplateFileKind),
}
