//! Statuses that a messenger reports for a manager's message: delivered, read, failed.

use actix_web::{HttpResponse, post, web};
use base::error::{Error, Problem, Result};
use base::i18n::LocalizedText;
use base::message::{Failure, FailureCode, State, StatusReport};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::body::RequestBody;
use super::idempotency::once;
use super::key::{ApiKey, Scope};
use crate::intake::clean;
use crate::intake::message_ref;
use crate::intake::messenger::status::accept;
use crate::intake::messenger::write_first::{self, DialogueIds};
use crate::usage::UsageContext;
use base::json::{Object, checked_id};

/// The delivery status of a message on the messenger's side.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StatusIn {
    pub status: ToldStatus,
    /// The reason; only with `failed`.
    #[serde(default)]
    #[schema(value_type = Option<FailureIn>)]
    pub error: Option<Object<FailureIn>>,
    /// The chat that was created for `conversation.started`, if the response to that webhook did not name it.
    #[serde(default)]
    #[schema(value_type = Option<TheirIn>)]
    pub conversation: Option<Object<TheirIn>>,
    /// The customer in this chat.
    #[serde(default)]
    #[schema(value_type = Option<TheirIn>)]
    pub receiver: Option<Object<TheirIn>>,
    /// Your id of the message.
    #[serde(default)]
    #[schema(example = "ext-1001")]
    pub id: Option<String>,
}

/// A reference by your id.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TheirIn {
    #[schema(example = "chat-9")]
    pub id: String,
}

/// Statuses that a messenger can report. A message's status never goes backwards: an earlier status is accepted and
/// ignored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ToldStatus {
    Delivered,
    Read,
    Failed,
}

/// Why a message was not delivered.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FailureIn {
    pub code: FailureCode,
    /// Text shown to the manager; required with `other`.
    #[serde(default)]
    pub text: Option<String>,
}

/// An accepted status.
#[derive(Debug, Serialize, ToSchema)]
pub struct StatusOut {
    /// Parom's id of the message; null if your id is not known yet: the status is kept for 24 hours until its message
    /// appears.
    #[schema(required)]
    pub id: Option<Uuid>,
    /// The reported status.
    pub status: ToldStatus,
    /// The message already had a later status; nothing changes.
    pub ignored: bool,
}

impl StatusIn {
    /// The ids of a conversation that a manager started, if they were reported.
    fn named(&self) -> Result<Option<DialogueIds>> {
        let checked = |pointer: &str, id: Option<&String>| id.map(|id| checked_id(pointer, id.clone())).transpose();
        let of = |their: &Option<Object<TheirIn>>| their.as_ref().map(|Object(their)| their.id.clone());
        let conversation_id = checked("/conversation/id", of(&self.conversation).as_ref())?;
        let receiver_id = checked("/receiver/id", of(&self.receiver).as_ref())?;
        let message_id = checked("/id", self.id.as_ref())?;
        Ok(conversation_id.map(|conversation_id| DialogueIds { conversation_id, receiver_id, message_id }))
    }

    fn checked(self) -> Result<StatusReport> {
        let state = match self.status {
            ToldStatus::Delivered => State::Delivered,
            ToldStatus::Read => State::Read,
            ToldStatus::Failed => State::Failed,
        };
        let failure = match (state, self.error) {
            (State::Failed, None) => return Err(Error::field("/error", LocalizedText::new("said-error-needed"))),
            (State::Failed, Some(Object(error))) => {
                let text = clean(error.text.unwrap_or_default().trim());
                if error.code == FailureCode::Other && text.is_empty() {
                    return Err(Error::field("/error/text", LocalizedText::new("said-error-text")));
                }
                Some(Failure { code: error.code, text })
            }
            (_, Some(_)) => return Err(Error::field("/error", LocalizedText::new("said-error-only"))),
            (_, None) => None,
        };
        Ok(StatusReport { state, failure })
    }
}

/// Reports the delivery status of a message that came from amoCRM; the manager sees it.
///
/// A status for your own id that is not known yet is kept for 24 hours until its message appears; an unknown Parom
/// id returns 404.
#[utoipa::path(tag = "messages", params(
    ("source_id", description = "The source"),
    ("message_id", description = "Parom's id of the message or your own (`ext:ID` if yours looks like one of Parom's)"),
    ("Idempotency-Key" = Option<String>, Header, description = "Makes the request idempotent: repeats within 24 hours get the same response"),
), request_body = StatusIn, responses(
    (status = 202, description = "Stored, kept for a later message, or ignored", body = StatusOut),
    (status = 404, description = "No such source, or no message with this Parom id", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "The message did not come from amoCRM", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "Validation failed", body = Problem, content_type = "application/problem+json"),
    (status = 503, description = "Cannot be stored right now; retry later", body = Problem, content_type = "application/problem+json"),
))]
#[post("/v1/sources/{source_id}/messages/{message_id}/status")]
pub async fn post(
    app: web::Data<UsageContext>,
    key: ApiKey,
    path: web::Path<(Uuid, String)>,
    body: RequestBody,
) -> Result<HttpResponse> {
    key.needs(Scope::Write)?;
    let (source_id, message_id) = path.into_inner();
    let source = key.source(&app, source_id).await?;
    let about = message_ref::checked("/message_id", &message_id)?;
    let (given, asked) = body.read::<StatusIn>().await?;
    let status = given.status;
    let named = given.named()?;
    let report = given.checked()?;
    once(&app, &key, asked, async {
        if let Some(named) = named {
            write_first::tell(&app.intake, &source, &about, named).await?;
        }
        let given = accept(&app.intake, &source, about, report).await?;
        Ok(HttpResponse::Accepted().json(StatusOut { id: given.message_id, status, ignored: given.ignored }))
    })
    .await
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use base::json::parse;

    fn checked(body: &Value) -> Result<StatusReport> {
        parse::<StatusIn>(body.to_string().as_bytes()).and_then(StatusIn::checked)
    }

    #[test]
    fn reports_are_read() {
        assert_eq!(checked(&json!({"status": "read"})).unwrap(), StatusReport { state: State::Read, failure: None });
        let failed =
            checked(&json!({"status": "failed", "error": {"code": "recipient_unreachable", "text": "No such number"}}));
        let failure = Failure { code: FailureCode::RecipientUnreachable, text: "No such number".to_owned() };
        assert_eq!(failed.unwrap().failure, Some(failure));
        assert!(checked(&json!({"status": "failed", "error": {"code": "rejected"}})).is_ok());
        assert!(checked(&json!({"status": "read", "error": null})).is_ok());
    }

    #[test]
    fn wrong_reports_name_the_field() {
        for (body, pointer) in [
            (json!({}), "/status"),
            (json!({"status": "sent"}), "/status"),
            (json!({"status": "failed"}), "/error"),
            (json!({"status": "read", "error": {"code": "other", "text": "x"}}), "/error"),
            (json!({"status": "failed", "error": {"code": "other"}}), "/error/text"),
            (json!({"status": "failed", "error": {"code": "tired"}}), "/error/code"),
            (json!({"status": "failed", "error": {"text": "x"}}), "/error/code"),
            (json!({"status": "failed", "error": {"code": "other", "text": "x", "why": 1}}), "/error/why"),
        ] {
            match checked(&body) {
                Err(Error::Invalid(errors)) => assert_eq!(errors[0].pointer, pointer, "{body}"),
                other => panic!("{body}: {other:?}"),
            }
        }
    }
}
