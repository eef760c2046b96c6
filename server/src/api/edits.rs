//! Edits and deletions of a customer's message.

use actix_web::{HttpResponse, delete, patch, web};
use base::error::{Error, FieldError, Problem, Result};
use base::i18n::LocalizedText;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::body::RequestBody;
use super::idempotency::once;
use super::key::{ApiKey, Scope};
use crate::intake::message_in::ContentIn;
use crate::intake::message_ref;
use crate::intake::messenger::edit::{self, MessageChange};
use crate::usage::UsageContext;
use base::json::Object;

/// The new content of a message.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EditIn {
    #[schema(value_type = ContentIn)]
    pub content: Object<ContentIn>,
}

/// An accepted edit or deletion.
#[derive(Debug, Serialize, ToSchema)]
pub struct EditOut {
    /// Parom's id of the message.
    pub id: Uuid,
    /// The change will be delivered to amoCRM.
    #[schema(example = "queued")]
    pub status: &'static str,
}

/// Edits a customer's message.
///
/// The panel keeps the earlier versions. If no file is given, the file stays and only its caption changes.
#[utoipa::path(tag = "messages", params(
    ("source_id", description = "The source that received the message"),
    ("external_id", description = "Your id of the message or Parom's (`ext:ID` if yours looks like one of Parom's)"),
    ("Idempotency-Key" = Option<String>, Header, description = "Makes the request idempotent: repeats within 24 hours get the same response"),
), request_body = EditIn, responses(
    (status = 202, description = "Stored", body = EditOut),
    (status = 404, description = "No such source or message", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "The message came from amoCRM or was deleted", body = Problem, content_type = "application/problem+json"),
    (status = 413, description = "The body is larger than 256 KiB", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "Validation failed", body = Problem, content_type = "application/problem+json"),
    (status = 503, description = "Cannot be stored right now; retry later", body = Problem, content_type = "application/problem+json"),
))]
#[patch("/v1/sources/{source_id}/messages/{external_id}")]
pub async fn patch(
    app: web::Data<UsageContext>,
    key: ApiKey,
    path: web::Path<(Uuid, String)>,
    body: RequestBody,
) -> Result<HttpResponse> {
    key.needs(Scope::Write)?;
    let (source_id, external_id) = path.into_inner();
    let source = key.source(&app, source_id).await?;
    let about = message_ref::checked("/external_id", &external_id)?;
    let (edit, asked) = body.read::<EditIn>().await?;
    let content = edit.content.0.checked_edit()?;
    crate::intake::media_url::check_now(&app.intake, &content).await?;
    once(&app, &key, asked, async {
        let id =
            edit::accept(&app.intake, &source, &about, MessageChange::Says { content: Box::new(content), at: None })
                .await?;
        Ok(HttpResponse::Accepted().json(EditOut { id, status: "queued" }))
    })
    .await
}

/// Deletes a customer's message.
///
/// amoCRM has no deletion: the message's text there is replaced by "Deleted by the customer" in the account's
/// language.
#[utoipa::path(tag = "messages", params(
    ("source_id", description = "The source that received the message"),
    ("external_id", description = "Your id of the message or Parom's (`ext:ID` if yours looks like one of Parom's)"),
    ("Idempotency-Key" = Option<String>, Header, description = "Makes the request idempotent: repeats within 24 hours get the same response"),
), responses(
    (status = 202, description = "Stored", body = EditOut),
    (status = 404, description = "No such source or message", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "The message came from amoCRM", body = Problem, content_type = "application/problem+json"),
    (status = 503, description = "Cannot be stored right now; retry later", body = Problem, content_type = "application/problem+json"),
))]
#[delete("/v1/sources/{source_id}/messages/{external_id}")]
pub async fn delete(
    app: web::Data<UsageContext>,
    key: ApiKey,
    path: web::Path<(Uuid, String)>,
    body: RequestBody,
) -> Result<HttpResponse> {
    key.needs(Scope::Write)?;
    let (source_id, external_id) = path.into_inner();
    let source = key.source(&app, source_id).await?;
    let about = message_ref::checked("/external_id", &external_id)?;
    once(&app, &key, body.ignore()?, async {
        let id = edit::accept(&app.intake, &source, &about, MessageChange::Deleted).await?;
        Ok(HttpResponse::Accepted().json(EditOut { id, status: "queued" }))
    })
    .await
}

impl ContentIn {
    /// Same rules as for a new message, except that the file may be omitted and no row can be selected.
    fn checked_edit(self) -> Result<base::message::Content> {
        let mut wrong = Vec::new();
        let (content, chosen) = self.checked_change(&mut wrong);
        if chosen.is_some() {
            wrong.push(FieldError::new("/content/callback_data", LocalizedText::new("said-not-of-edit")));
        }
        if wrong.is_empty() { Ok(content) } else { Err(Error::Invalid(wrong)) }
    }
}
