//! The views of the state for tests and programs.

use bytes::Bytes;
use serde::Serialize;
use serde_json::Value;

use super::state::{By, Message, State, Status, Template, Webhook, WebhookState};

/// An app.
#[derive(Clone, Debug, Serialize)]
pub struct AppView {
    /// Its id.
    pub id: String,
    /// Its secret.
    pub secret: String,
    /// Its name.
    pub name: String,
}

/// A file of a message.
#[derive(Clone, Debug, Serialize)]
pub struct FileView {
    /// Its id at Meta.
    pub id: String,
    /// Its name, if it has one.
    pub name: Option<String>,
    /// Its media type.
    pub mime: String,
    /// All of it.
    #[serde(skip)]
    pub bytes: Bytes,
}

/// A message.
#[derive(Clone, Debug, Serialize)]
pub struct MessageView {
    /// The wamid.
    pub id: String,
    /// The number's id.
    pub phone: String,
    /// The customer.
    pub person: i64,
    /// `customer`, `business` (by the API) or `owner` (in the phone app).
    pub by: &'static str,
    /// `type`.
    pub kind: String,
    /// As shown to a person: text, caption, a template with its values.
    pub text: String,
    /// The request for a business's message, the webhook's object for a customer's.
    pub json: Value,
    /// The highest status.
    pub status: Option<Status>,
    /// The code of `failed`.
    pub error: Option<i64>,
    /// The quoted message.
    pub quoted: Option<String>,
    /// The reactions: author and emoji.
    pub reactions: Vec<(&'static str, String)>,
    /// The other side has read it.
    pub is_read: bool,
    /// It was edited.
    pub is_edited: bool,
    /// It was deleted for everyone.
    pub is_revoked: bool,
    /// Its file.
    pub file: Option<FileView>,
}

/// A call of the Graph.
#[derive(Clone, Debug, Serialize)]
pub struct CallView {
    /// The operation, as used in faults.
    pub operation: String,
    /// `GET`, `POST`, `DELETE`.
    pub method: String,
    /// The path without the version.
    pub path: Vec<String>,
    /// Parameters and body; files are `"<file NAME, N bytes>"`.
    pub parameters: Value,
    /// HTTP status of the answer; 0 if the connection was dropped.
    pub status: u16,
    /// `code` of an error.
    pub code: Option<i64>,
}

/// A webhook.
#[derive(Clone, Debug, Serialize)]
pub struct WebhookView {
    /// Its number.
    pub id: u64,
    /// The app it is for.
    pub app: String,
    /// `field` of its first change.
    pub field: String,
    /// All of it.
    pub body: Value,
    /// Number of attempts.
    pub attempts: u32,
    /// Its state.
    pub state: WebhookState,
    /// The last status of the address.
    pub last_status: Option<u16>,
}

/// A template.
#[derive(Clone, Debug, Serialize)]
pub struct TemplateView {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its language.
    pub language: String,
    /// `MARKETING`, …
    pub category: String,
    /// `PENDING`, `APPROVED`, …
    pub status: String,
    /// `GREEN`, …
    pub quality: String,
    /// All fields that `GET` returns.
    pub json: Value,
}

impl By {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Business => "business",
            Self::Owner => "owner",
        }
    }
}

impl MessageView {
    pub(crate) fn of(state: &State, phone: &str, person: i64, message: &Message) -> Self {
        let file = message.media.as_ref().and_then(|id| state.media.get(id)).map(|media| FileView {
            id: media.id.clone(),
            name: message.body["filename"].as_str().map(str::to_owned).or_else(|| media.name.clone()),
            mime: media.mime.clone(),
            bytes: media.bytes.clone(),
        });
        Self {
            id: message.id.clone(),
            phone: phone.to_owned(),
            person,
            by: message.by.word(),
            kind: message.kind.clone(),
            text: message.text.clone(),
            json: message.json.clone(),
            status: message.status,
            error: message.error,
            quoted: message.quoted.clone(),
            reactions: message.reactions.iter().map(|(by, emoji)| (by.word(), emoji.clone())).collect(),
            is_read: message.is_read,
            is_edited: message.is_edited,
            is_revoked: message.is_revoked,
            file,
        }
    }
}

impl WebhookView {
    pub(crate) fn of(webhook: &Webhook) -> Self {
        Self {
            id: webhook.id,
            app: webhook.app.clone(),
            field: webhook.field.clone(),
            body: webhook.body.clone(),
            attempts: webhook.attempts,
            state: webhook.state,
            last_status: webhook.last_status,
        }
    }
}

impl TemplateView {
    pub(crate) fn of(template: &Template) -> Self {
        Self {
            id: template.id.clone(),
            name: template.name.clone(),
            language: template.language.clone(),
            category: template.category.clone(),
            status: template.status.clone(),
            quality: template.quality.clone(),
            json: template.json(),
        }
    }
}
