//! Templates that a messenger reviews before they may be sent.

use base::message::Button;
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// A template to submit, as amoCRM stores it (crm-api §6.3).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewTemplate {
    /// Ours, equal in every submission of the same template.
    pub id: Uuid,
    /// Ours, equal in every attempt of one request for review.
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
    /// A button with a link opens it; any other button answers with its text.
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
    /// amoCRM's word (crm-api §6.3).
    pub const fn word(self) -> &'static str {
        match self {
            Self::Utility => "UTILITY",
            Self::Marketing => "MARKETING",
            Self::Authentication => "AUTHENTICATION",
        }
    }

    /// The category of amoCRM's word; utility if it is unknown.
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
    /// A sample of the file that messages made from it carry.
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

/// A template as the messenger knows it: the answer to a submission, an item of its list, or a change that it reports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateState {
    /// The messenger's id.
    pub id: String,
    /// None if this report does not contain it; the same for the following.
    pub name: Option<String>,
    pub language: Option<String>,
    /// None if this report is about something else.
    pub status: Option<TemplateStatus>,
    /// Why it was rejected, paused or disabled, in the messenger's words; `{reason}` of the messenger if it has no text.
    pub reason: Option<String>,
    pub category: Option<TemplateCategory>,
    /// The messenger's rating: `GREEN`, `YELLOW`, `RED`.
    pub quality: Option<String>,
}

/// How far a template's review is.
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

/// The template as which a message is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegisteredTemplate {
    /// The messenger's id.
    pub id: String,
    pub name: String,
    pub language: String,
    pub header: RegisteredHeader,
    /// Its text with amoCRM's markers, from which it was submitted. The values are in the message's `template.params`.
    pub content: String,
    /// Its buttons, from which it was submitted.
    pub buttons: Vec<Button>,
}

/// What is above the text of a registered template. Its file is the message's content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RegisteredHeader {
    None,
    /// Text with amoCRM's markers.
    Text(String),
    File(TemplateFileKind),
}
